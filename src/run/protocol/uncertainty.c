/* Expected and unexpected uncertainty from counts of spikes and errors of prediction. */
#include "run/protocol/uncertainty.h"

#include <math.h>

double am_uncertainty_expected(const uint64_t *counts, int n) {
  double sum = 0, squares = 0;
  for (int k = 0; k < n; k++) sum += (double)counts[k] + 1;
  for (int k = 0; k < n; k++) {
    const double p = ((double)counts[k] + 1) / sum;
    squares += p * p;
  }
  return (1 - squares) * n / (n - 1);
}

static void follow(double *mean, double value, uint64_t n, double length) {
  *mean += (value - *mean) / ((double)n < length ? (double)n : length);
}

void am_surprise_add(am_surprise *s, double delta, double fast, double slow) {
  s->n++;
  follow(&s->error, delta, s->n, fast);
  follow(&s->size, fabs(delta), s->n, slow);
}

double am_surprise_now(const am_surprise *s, double margin) {
  if (s->size <= 0) return 0;
  const double u = -s->error / s->size - margin;
  return u < 0 ? 0 : u > 1 ? 1 : u;
}

bool am_surprise_is_fine(const am_surprise *s) {
  return isfinite(s->error) && isfinite(s->size) && s->size >= 0;
}
