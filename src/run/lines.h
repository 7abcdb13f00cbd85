/* What a run writes down while it goes on: metrics.jsonl, a line of JSON after the other, and the
 * same numbers as TensorBoard events.
 *
 * A line is an object with "iteration" and "seconds" (since the start of the run). Its event holds
 * every other number of it, but "t_s": "reward" as it is called, {"rate_hz": {"E": 4}} as
 * "rate_hz/E"; its time is that of the calendar when the run began, and "seconds". */
#ifndef AMINE_RUN_LINES_H
#define AMINE_RUN_LINES_H

#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"

#define AM_METRICS_FILE "metrics.jsonl"
#define AM_EVENTS_FILE "events.out.tfevents.1.amine"

typedef struct am_lines am_lines;

/* Opens the files of a folder to go on after the first n lines; their events are written anew. What
 * lies beyond in metrics.jsonl is cut off by the first line that is added, or the first sync.
 * AMINE_ERROR_INPUT if there are fewer lines or one is no JSON. After a failure both files are as
 * they were. */
amine_status am_lines_open(am_lines **lines, const char *folder, uint64_t n, amine_error *error);
/* Adds a line, which ends with its newline. */
amine_status am_lines_add(am_lines *lines, const am_text *line, amine_error *error);
/* "seconds" of the last line, 0 before the first. */
double am_lines_seconds(const am_lines *lines);
amine_status am_lines_sync(am_lines *lines, amine_error *error);
/* Closes and frees, also when it reports an error; NULL is fine. */
amine_status am_lines_close(am_lines *lines, amine_error *error);

#endif
