/* What holding a chemical system costs a brain: its life once more, with the same seed, for each system
 * that something moves, whose level stays at its baseline. */
#ifndef AMINE_RUN_SIMULATE_LEVELS_HELD_H
#define AMINE_RUN_SIMULATE_LEVELS_HELD_H

#include "base/student.h"
#include "run/side.h"
#include "run/simulate/simulation.h"

typedef struct am_levels_held {
  const am_protocol *protocol;
  int n_seeds;
  bool held[AM_N_MODULATORS];     /* whether there were lives with it held, */
  double levels[AM_N_MODULATORS]; /* and at what level */
  double *free; /* [n_seeds][n_measures] of the protocol, NAN: not known; NULL: nothing was held */
  double *values[AM_N_MODULATORS]; /* likewise; NULL where it was not held */
} am_levels_held;

/* A measure of the protocol without holding, with a system held, and how much more it then is, seed by
 * seed. */
typedef struct am_level_cost {
  am_interval free, held, difference;
} am_level_cost;

/* Lives as long as `saved` has lived (run.h), with its seed and those that follow it, each on a thread of
 * its own, n_threads of them (0: every processor); its own free life is the one that it has had.
 * AMINE_ERROR_ARGUMENT: n_seeds is not in 1 to AM_SEEDS_MAX, or the seeds would overflow; else failures
 * as of am_batch_run. watch may be NULL. After a failure there is nothing to free. */
amine_status am_levels_hold(am_levels_held *out, const am_simulation *saved, int n_seeds,
                            int n_threads, const am_side_watch *watch, amine_error *error);
void am_levels_held_free(am_levels_held *held);

/* Of a system that was held. */
am_level_cost am_levels_cost(const am_levels_held *held, am_modulator which, int measure);

#endif
