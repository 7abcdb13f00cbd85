/* The lines of metrics.jsonl that a checkpoint knows of, taken up again by a run that goes on. */
#ifndef AMINE_RUN_LINES_H
#define AMINE_RUN_LINES_H

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"

/* Calls each(context, line) for the first n lines of the file, as JSON values; *position becomes
 * the byte at which line n ends. No file is read for n = 0. AMINE_ERROR_INPUT if there are fewer
 * lines or one is no JSON. */
amine_status am_lines_take(uint64_t *position, const char *path, uint64_t n,
                           amine_status (*each)(void *context, const json_t *line,
                                                amine_error *error),
                           void *context, amine_error *error);

#endif
