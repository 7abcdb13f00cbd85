/* States of a run that it can go back to, kept in its folder: mark-STEP.safetensors, a checkpoint each, and
 * marks.jsonl, a line for each:
 *
 *   {"id":"1200","step":1200,"t_s":0.12,"interventions":3,"metrics":5120}
 *
 * with the byte at which the last line of metrics.jsonl began, which is mark-STEP.jsonl: a run that goes on
 * may put another in its place.
 *
 * Promise: a run that goes back is in the state of the mark to the bit, and what was done to it since then
 * is no part of it any more. */
#ifndef AMINE_LIVE_MARKS_H
#define AMINE_LIVE_MARKS_H

#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"

#define AM_MARKS_FILE "marks.jsonl"

/* Adds the checkpoint that the folder has now; of a brain time_s is its time, else NAN. A mark of that step
 * gets "-2", "-3", ... behind its id. */
amine_status am_marks_add(const char *folder, uint64_t step, double time_s, uint64_t interventions,
                          amine_error *error);
/* Puts the folder into the state of a mark. AMINE_ERROR_ARGUMENT: there is none of that id. */
amine_status am_marks_back(const char *folder, const char *id, amine_error *error);
/* The members of a list of them, in JSON, each {"id","step","t_s"}; replaces what the text holds. */
amine_status am_marks_list(am_text *list, const char *folder, amine_error *error);

/* A copy of a run's folder, without those below it, in a new folder. */
amine_status am_marks_copy_folder(const char *from, const char *to, amine_error *error);

#endif
