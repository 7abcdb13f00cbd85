/* Verdicts (see judge.h). */
#include "run/study/judge.h"

#include <math.h>
#include <stdlib.h>

#include "base/random.h"
#include "base/student.h"
#include "run/study/form.h"

#define Z95 1.959963984540054
#define ROUNDING 1e-9

void am_share_interval(double *low, double *high, int inside, int n) {
  const double p = (double)inside / n, z2 = Z95 * Z95 / n;
  const double middle = (p + z2 / 2) / (1 + z2);
  const double half = Z95 * sqrt(p * (1 - p) / n + z2 / (4 * n)) / (1 + z2);
  *low = inside == 0 ? 0 : middle - half;
  *high = inside == n ? 1 : middle + half;
}

const char *am_judgement_name(am_judgement judgement) {
  switch (judgement) {
  case AM_JUDGE_AT_LEAST: return "at least";
  case AM_JUDGE_AT_MOST: return "at most";
  case AM_JUDGE_MEAN: return "mean";
  case AM_JUDGE_MEDIAN: return "median";
  case AM_JUDGE_RATIO: return "ratio";
  case AM_JUDGE_DIFFERENCE: return "difference";
  }
  return "";
}

bool am_judges_share(am_judgement judgement) {
  return judgement == AM_JUDGE_AT_LEAST || judgement == AM_JUDGE_AT_MOST;
}

bool am_judges_two(am_judgement judgement) {
  return judgement == AM_JUDGE_RATIO || judgement == AM_JUDGE_DIFFERENCE;
}

const char *am_answer_name(am_answer answer) {
  static const char *const names[] = {"missed", "met", "too few seeds"};
  return names[answer];
}

am_answer am_answer_of_both(am_answer a, am_answer b) {
  if (a == AM_ANSWER_MISSED || b == AM_ANSWER_MISSED) return AM_ANSWER_MISSED;
  return a == AM_ANSWER_MET ? b : a;
}

/* Where the interval lies. */
static am_answer by_interval(const am_criterion *c, const am_verdict *v) {
  if (isnan(v->low) || isnan(v->high)) return AM_ANSWER_OPEN;
  if (v->low >= c->low && v->high <= c->high) return AM_ANSWER_MET;
  return v->high < c->low || v->low > c->high ? AM_ANSWER_MISSED : AM_ANSWER_OPEN;
}

static am_verdict judge_share(const am_criterion *c, int inside, int n) {
  am_verdict v = {.value = (double)inside / n, .inside = inside, .answer = AM_ANSWER_OPEN};
  am_share_interval(&v.low, &v.high, inside, n);
  if (c->judgement == AM_JUDGE_AT_LEAST) {
    const bool met = inside >= c->share * n - ROUNDING;
    if (met && v.low >= fmin(0.5, c->share) - ROUNDING) v.answer = AM_ANSWER_MET;
    if (!met && v.high < c->share) v.answer = AM_ANSWER_MISSED;
  } else {
    const bool met = inside <= c->share * n + ROUNDING;
    if (met && v.high <= fmax(0.5, c->share) + ROUNDING) v.answer = AM_ANSWER_MET;
    if (!met && v.low > c->share) v.answer = AM_ANSWER_MISSED;
  }
  return v;
}

static int inside_of(const am_criterion *c, const double *values, size_t n) {
  int inside = 0;
  for (size_t k = 0; k < n; k++) inside += values[k] >= c->low && values[k] <= c->high;
  return inside;
}

static am_verdict judge_mean(const am_criterion *c, const double *values, size_t n, int inside) {
  am_verdict v = {.value = (double)NAN, .low = (double)NAN, .high = (double)NAN, .inside = inside};
  const am_interval mean = am_interval_of(values, n);
  if ((size_t)mean.n < n) return v;
  v.value = mean.mean;
  v.low = mean.mean - mean.half;
  v.high = mean.mean + mean.half;
  v.answer = by_interval(c, &v);
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

static double median_of(const double *values, size_t n, double *low, double *high) {
  double room[AM_STUDY_SEEDS_MAX], median;
  for (size_t k = 0; k < n; k++) room[k] = values[k];
  am_median_interval(&median, low, high, room, n);
  return median;
}

/* NAN where there is none. */
static double ratio_of(const double *values, const double *others, size_t n) {
  double low, high;
  const double one = median_of(values, n, &low, &high), other = median_of(others, n, &low, &high);
  return isfinite(other) && other != 0 ? one / other : (double)NAN;
}

/* n of the values, drawn with replacement; draw: which resample, of which arm. */
static void resample(double *out, const double *values, size_t n, uint32_t draw) {
  const am_random_key key = {.stream = AM_STREAM_BOOTSTRAP, .episode = draw};
  for (size_t k = 0; k < n; k++) {
    const uint32_t bits = am_random(key, (uint32_t)k).v[0];
    out[k] = values[(size_t)(((uint64_t)bits * n) >> 32)];
  }
}

/* A resample without a ratio counts as an infinite one. */
static void ratio_interval(am_verdict *v, const double *values, const double *others, size_t n) {
  enum { DRAWS = 2000, CUT = DRAWS / 40 };
  double ratios[DRAWS], one[AM_STUDY_SEEDS_MAX], other[AM_STUDY_SEEDS_MAX];
  if (n < 6) return;
  for (uint32_t k = 0; k < DRAWS; k++) {
    resample(one, values, n, 2 * k);
    resample(other, others, n, 2 * k + 1);
    ratios[k] = ratio_of(one, other, n);
    if (isnan(ratios[k])) ratios[k] = INFINITY;
  }
  qsort(ratios, DRAWS, sizeof *ratios, ascending);
  v->low = ratios[CUT];
  v->high = ratios[DRAWS - 1 - CUT];
}

am_verdict am_study_judge_two(const am_criterion *c, const double *values, const double *others,
                              size_t n) {
  if (c->judgement == AM_JUDGE_DIFFERENCE) {
    double more[AM_STUDY_SEEDS_MAX] = {0};
    for (size_t k = 0; k < n; k++) more[k] = values[k] - others[k];
    return judge_mean(c, more, n, inside_of(c, more, n));
  }
  am_verdict v = {.low = (double)NAN, .high = (double)NAN};
  v.value = ratio_of(values, others, n);
  if (isnan(v.value)) return v;
  ratio_interval(&v, values, others, n);
  v.answer = by_interval(c, &v);
  return v;
}

am_verdict am_study_judge(const am_criterion *c, const double *values, size_t n) {
  const int inside = inside_of(c, values, n);
  if (c->judgement == AM_JUDGE_MEDIAN) {
    am_verdict v = {.inside = inside};
    v.value = median_of(values, n, &v.low, &v.high);
    v.answer = by_interval(c, &v);
    return v;
  }
  return c->judgement == AM_JUDGE_MEAN ? judge_mean(c, values, n, inside)
                                       : judge_share(c, inside, (int)n);
}
