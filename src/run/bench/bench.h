/* How long an iteration takes. */
#ifndef AMINE_RUN_BENCH_BENCH_H
#define AMINE_RUN_BENCH_BENCH_H

#include "run/train/experiment.h"

typedef struct am_bench_result {
  int n_iterations;           /* that were timed */
  double median_ms, least_ms; /* of one iteration */
  double reward;              /* per episode, mean of the timed iterations */
} am_bench_result;

/* Iterates a few times unseen, then for about so many seconds, at least 3 times. After a failure
 * the experiment is where it broke (see am_learner_type) and *result is as it was. */
amine_status am_bench_iterations(am_bench_result *result, am_experiment *experiment, double seconds,
                                 amine_error *error);

/* The median of n > 0 values, which are put in order for it. */
double am_median(double *values, int n);

#endif
