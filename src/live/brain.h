/* A simulation on a live page: what is shown of it, and how it is reached into.
 *
 * Blocks (board.h) of its run: `run`, `state` (JSON), `spikes`, `weights` (NPZ); docs/live.md says what is in
 * them. Promise: what is shown takes a small share of the run's time, and nothing while nobody looks;
 * what is not touched has the same bits as without a page. */
#ifndef AMINE_LIVE_BRAIN_H
#define AMINE_LIVE_BRAIN_H

#include "live/control.h"
#include "run/simulate/run.h"

typedef struct am_live_brain am_live_brain;

/* What goes with the run whose number on the board this is. The board outlives it. */
amine_status am_live_brain_create(am_live_brain **live, am_board *board, int run,
                                  const atomic_int *stop, amine_error *error);
void am_live_brain_destroy(am_live_brain *live);
am_control *am_live_brain_control(am_live_brain *live);

/* Members of an am_simulation_watch, with the am_live_brain as their context. */
void am_live_brain_progress(void *live, const am_simulation_progress *now);
bool am_live_brain_moment(void *live, am_simulation *simulation, am_interventions *interventions);
void am_live_brain_spikes(void *live, const am_spike *spikes, size_t n);

/* After the run: its last state, and why it ended ("done", "stopped", a sentence). */
void am_live_brain_end(am_live_brain *live, const char *ended);

#endif
