/* Verdicts (see study_judge.h). */
#include "run/study_judge.h"

#include <math.h>

#include "run/student.h"

#define Z95 1.959963984540054
#define ROUNDING 1e-9

void am_share_interval(double *low, double *high, int inside, int n) {
  const double p = (double)inside / n, z2 = Z95 * Z95 / n;
  const double middle = (p + z2 / 2) / (1 + z2);
  const double half = Z95 * sqrt(p * (1 - p) / n + z2 / (4 * n)) / (1 + z2);
  *low = inside == 0 ? 0 : middle - half;
  *high = inside == n ? 1 : middle + half;
}

static am_verdict judge_share(const am_criterion *c, int inside, int n) {
  am_verdict v = {.value = (double)inside / n, .inside = inside};
  const double wanted = c->share * n;
  am_share_interval(&v.low, &v.high, inside, n);
  v.passed =
      c->judgement == AM_JUDGE_AT_LEAST ? inside >= wanted - ROUNDING : inside <= wanted + ROUNDING;
  return v;
}

static am_verdict judge_mean(const am_criterion *c, const double *values, size_t n, int inside) {
  am_verdict v = {.value = (double)NAN, .low = (double)NAN, .high = (double)NAN, .inside = inside};
  const am_interval mean = am_interval_of(values, n);
  if ((size_t)mean.n < n) return v;
  v.value = mean.mean;
  v.low = mean.mean - mean.half;
  v.high = mean.mean + mean.half;
  v.passed = v.value >= c->low && v.value <= c->high;
  return v;
}

am_verdict am_study_judge(const am_criterion *c, const double *values, size_t n) {
  int inside = 0;
  for (size_t k = 0; k < n; k++) inside += values[k] >= c->low && values[k] <= c->high;
  return c->judgement == AM_JUDGE_MEAN ? judge_mean(c, values, n, inside)
                                       : judge_share(c, inside, (int)n);
}
