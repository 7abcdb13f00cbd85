/* A training on a live page: what is shown of it, and how it is reached into.
 *
 * Blocks (board.h) of its run: `run`, `state`, `series` (JSON), `episode`, `weights` (NPZ); docs/live.md says
 * what is in them. Promise: as of brain.h. */
#ifndef AMINE_LIVE_TRAIN_H
#define AMINE_LIVE_TRAIN_H

#include "live/control.h"
#include "run/train/train.h"

typedef struct am_live_train am_live_train;

/* What goes with the run whose number on the board this is. The board outlives it. */
amine_status am_live_train_create(am_live_train **live, am_board *board, int run,
                                  const atomic_int *stop, amine_error *error);
void am_live_train_destroy(am_live_train *live);
am_control *am_live_train_control(am_live_train *live);

/* Members of an am_train_watch, with the am_live_train as their context. */
void am_live_train_progress(void *live, const am_train_progress *now);
bool am_live_train_moment(void *live, am_experiment *experiment, am_interventions *interventions);

/* After the run: its last state, and why it ended ("done", "stopped", a sentence). */
void am_live_train_end(am_live_train *live, const char *ended);

#endif
