/* One run on a board as its folder tells of it: one that goes on in another process, was stopped,
 * or is done; of a training or a simulation.
 *
 * Blocks: `run` (describe.h, without controls), `state`, and of a training whose recording is of
 * series `series`, which is its episode.json. `state` has the members that it has of a run under
 * the page's eyes (train.h, brain.h), as far as the files say them: the last line of
 * metrics.jsonl, and what events.jsonl says was done so far. "ended" is null while a process is at
 * work in the folder, else "done" or "stopped". The other files are the pages' own to read. */
#ifndef AMINE_LIVE_FOLDER_RUN_H
#define AMINE_LIVE_FOLDER_RUN_H

#include "base/registry.h"
#include "live/board.h"

typedef struct am_folder_run am_folder_run;

/* Adds the run to the board, which outlives it. AMINE_ERROR_INPUT: the folder holds none; other
 * failures as of the configuration's reader. Nothing was added then. */
amine_status am_folder_run_open(am_folder_run **run, am_board *board, const am_registry *parts,
                                const char *folder, amine_error *error);
void am_folder_run_close(am_folder_run *run); /* it stays on the board; NULL is fine */

/* Puts anew what has changed. What cannot be read stays as it was. */
void am_folder_run_look(am_folder_run *run);

int am_folder_run_number(const am_folder_run *run);       /* on the board */
const char *am_folder_run_name(const am_folder_run *run); /* "maze, seed 1" */
const char *am_folder_run_kind(const am_folder_run *run); /* "train", "brain" */

#endif
