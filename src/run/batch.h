/* Whole simulations side by side: each has one thread, and the threads take whole runs, the longest
 * first. What a run comes to does not depend on how many threads there are, nor on the order. */
#ifndef AMINE_RUN_BATCH_H
#define AMINE_RUN_BATCH_H

#include <stdatomic.h>

#include "run/simulation.h"

/* Who looks on. */
typedef struct am_batch_watch {
  /* called now and then by one of the threads: how much is done, from 0 to 1; may be NULL */
  void (*progress)(void *context, double done);
  void *context;
  const atomic_int *stop; /* AMINE_ERROR_STOPPED soon after it is set; may be NULL */
} am_batch_watch;

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
} am_batch;

/* A run that fails does not end the others; the failure is that of the first (by number) that
 * failed of itself, or else AMINE_ERROR_STOPPED. watch may be NULL. */
amine_status am_batch_run(const am_batch *batch, const am_batch_watch *watch, amine_error *error);

#endif
