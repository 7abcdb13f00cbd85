/* How long an iteration takes (see bench.h). */
#include "run/bench/bench.h"

#include <stdlib.h>

#include "base/clock.h"

enum { UNSEEN = 3, LEAST = 3, MOST = 1 << 20 };

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double am_median(double *values, int n) {
  qsort(values, (size_t)n, sizeof *values, compare);
  return n % 2 == 1 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

/* Room for one more time; doubled when full. */
static amine_status make_room(double **times, int *room, int n, amine_error *error) {
  if (n < *room) return AMINE_OK;
  const int wanted = *room ? 2 * *room : 1024;
  double *grown = am_resize(*times, (size_t)wanted, sizeof *grown);
  if (!grown) return am_fail_memory(error, (size_t)wanted * sizeof *grown);
  *times = grown;
  *room = wanted;
  return AMINE_OK;
}

static amine_status measure(am_bench_result *r, double **times, am_experiment *x, double seconds,
                            amine_error *error) {
  am_learner_report report;
  int room = 0;
  for (int k = 0; k < UNSEEN; k++) AM_TRY(am_experiment_iterate(x, &report, error));
  const double end = am_clock() + seconds;
  for (double now = 0; r->n_iterations < LEAST || (now < end && r->n_iterations < MOST);) {
    AM_TRY(make_room(times, &room, r->n_iterations, error));
    const double start = am_clock();
    AM_TRY(am_experiment_iterate(x, &report, error));
    now = am_clock();
    (*times)[r->n_iterations++] = (now - start) * 1e3;
    r->reward += report.reward;
  }
  r->reward /= r->n_iterations;
  r->median_ms = am_median(*times, r->n_iterations);
  r->least_ms = (*times)[0];
  return AMINE_OK;
}

amine_status am_bench_iterations(am_bench_result *result, am_experiment *x, double seconds,
                                 amine_error *error) {
  am_bench_result r = {0};
  double *times = NULL;
  amine_status status = measure(&r, &times, x, seconds, error);
  am_free(times);
  if (status == AMINE_OK) *result = r;
  return status;
}
