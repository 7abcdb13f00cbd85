/* Verdicts (see study_judge.h). */
#include "run/study_judge.h"

#include <math.h>
#include <stdlib.h>

#include "run/student.h"
#include "run/study_plan.h"

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

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

void am_median_interval(double *median, double *low, double *high, double *values, size_t n) {
  for (size_t k = 0; k < n; k++)
    if (isnan(values[k])) values[k] = INFINITY;
  qsort(values, n, sizeof *values, ascending);
  const double below = values[(n - 1) / 2], above = values[n / 2];
  *median = isinf(above) ? above : (below + above) / 2;
  double term = pow(0.5, (double)n), sum = term; /* P(no heads) */
  size_t k = 0;
  while (k < n / 2 && sum <= 0.025) { /* sum is P(at most k heads) */
    k++;
    term *= (double)(n - k + 1) / (double)k;
    sum += term;
  }
  *low = k > 0 ? values[k - 1] : (double)NAN;
  *high = k > 0 ? values[n - k] : (double)NAN;
}

static void median_of(am_verdict *v, const double *values, size_t n, double *room) {
  for (size_t k = 0; k < n; k++) room[k] = values[k];
  am_median_interval(&v->value, &v->low, &v->high, room, n);
}

am_verdict am_study_judge_ratio(const am_criterion *c, const double *values, const double *others,
                                size_t n) {
  am_verdict one = {0}, other = {0};
  am_verdict v = {.value = (double)NAN, .low = (double)NAN, .high = (double)NAN};
  double room[AM_STUDY_SEEDS_MAX];
  median_of(&one, values, n, room);
  median_of(&other, others, n, room);
  if (isfinite(other.value) && other.value != 0) v.value = one.value / other.value;
  v.passed = v.value >= c->low && v.value <= c->high;
  return v;
}

am_verdict am_study_judge(const am_criterion *c, const double *values, size_t n) {
  int inside = 0;
  for (size_t k = 0; k < n; k++) inside += values[k] >= c->low && values[k] <= c->high;
  if (c->judgement == AM_JUDGE_MEDIAN) {
    double room[AM_STUDY_SEEDS_MAX];
    am_verdict v = {.inside = inside};
    median_of(&v, values, n, room);
    v.passed = v.value >= c->low && v.value <= c->high;
    return v;
  }
  return c->judgement == AM_JUDGE_MEAN ? judge_mean(c, values, n, inside)
                                       : judge_share(c, inside, (int)n);
}
