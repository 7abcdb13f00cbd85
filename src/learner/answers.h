/* Answers in a file, as a person or a program writes them: a line of JSON each,
 *
 *     {"pair": 12, "preferred": "first"}
 *
 * or "second", or "equal"; of two lines about one pair the later counts. */
#ifndef AMINE_LEARNER_ANSWERS_H
#define AMINE_LEARNER_ANSWERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* answers [n]: of the pairs from number `from` on, 1 for the first, 0, 1/2; *all: whether each has
 * one. A file that is not there has none. AMINE_ERROR_INPUT names the line that is none. */
amine_status am_answers_read(float *answers, bool *all, const char *path, uint64_t from, int n,
                             amine_error *error);

#endif
