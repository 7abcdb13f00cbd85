/* Whole simulations side by side: each has one thread, and the threads take whole runs, the longest
 * first. What a run comes to does not depend on how many threads there are, nor on the order. */
#ifndef AMINE_RUN_SIMULATE_BATCH_H
#define AMINE_RUN_SIMULATE_BATCH_H

#include "run/side.h"
#include "run/simulate/simulation.h"

/* What is to be run. The functions are called by the thread that has the run; for different runs at
 * the same time. */
typedef struct am_batch {
  int n_runs;
  const am_simulation_config *configs; /* [n_runs] */
  int n_threads;                       /* 0: every processor */
  void *context;                       /* of the functions */
  /* where the spikes of a run go, asked once it is made; may be NULL */
  am_spike_sink (*sink)(void *context, int run, const am_simulation *simulation);
  /* after each slice; may be NULL */
  amine_status (*slice)(void *context, int run, const am_simulation *simulation,
                        amine_error *error);
  /* at the end of a run, before it is destroyed */
  amine_status (*finished)(void *context, int run, am_simulation *simulation, amine_error *error);
  /* after a run that failed with this status and error: what becomes of it, AMINE_OK if that is no
   * failure; may be NULL: it stays one */
  amine_status (*failed)(void *context, int run, amine_status status, amine_error *error);
} am_batch;

/* Failures as of am_side_by_side. watch may be NULL. */
amine_status am_batch_run(const am_batch *batch, const am_side_watch *watch, amine_error *error);

#endif
