/* Medians and quartiles (see spread.h). */
#include "report/study/spread.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double am_study_quantile(double *values, size_t n, double q) {
  if (n == 0) return (double)NAN;
  qsort(values, n, sizeof *values, ascending);
  const double at = q * (double)(n - 1);
  const size_t k = (size_t)at;
  const double part = at - (double)k;
  if (k + 1 == n || part == 0 || isinf(values[k])) return values[k];
  return isinf(values[k + 1]) ? values[k + 1] : values[k] + part * (values[k + 1] - values[k]);
}

am_study_spread am_study_spread_of(const am_study_source *s, size_t arm, size_t measure,
                                   double *room) {
  const am_study_arm *a = &s->arms[arm];
  const int better = a->measures[measure].better;
  am_study_spread out = {0};
  size_t n = 0;
  for (size_t k = 0; k < s->n_seeds; k++) {
    if (!a->runs[k].done) continue;
    const double value = a->runs[k].measures[measure];
    out.n += isfinite(value) ? 1 : 0;
    if (isfinite(value)) room[n++] = value;
    else if (better) room[n++] = better > 0 ? -(double)INFINITY : (double)INFINITY;
  }
  out.low = am_study_quantile(room, n, 0.25);
  out.median = am_study_quantile(room, n, 0.5);
  out.high = am_study_quantile(room, n, 0.75);
  return out;
}

size_t am_study_measures(const am_study_measured *out[AM_STUDY_NAMES_MAX],
                         const am_study_source *s) {
  size_t n = 0;
  for (size_t a = 0; a < s->n_arms; a++)
    for (size_t i = 0; i < s->arms[a].n_measures && n < AM_STUDY_NAMES_MAX; i++) {
      size_t k = 0;
      while (k < n && strcmp(out[k]->name, s->arms[a].measures[i].name) != 0) k++;
      if (k == n) out[n++] = &s->arms[a].measures[i];
    }
  return n;
}

bool am_study_has_value(const am_study_source *s, const char *measure) {
  for (size_t a = 0; a < s->n_arms; a++) {
    const size_t i = am_study_measure(&s->arms[a], measure);
    for (size_t k = 0; i < s->arms[a].n_measures && k < s->n_seeds; k++)
      if (s->arms[a].runs[k].done && isfinite(s->arms[a].runs[k].measures[i])) return true;
  }
  return false;
}

/* A median as far as it is good: greater is better. */
static double good_of(const am_study_source *s, size_t arm, const am_study_measured *m,
                      double *room) {
  const size_t k = am_study_measure(&s->arms[arm], m->name);
  if (k == s->arms[arm].n_measures) return (double)NAN;
  return m->better * am_study_spread_of(s, arm, k, room).median;
}

void am_study_best(bool *best, const am_study_source *s, const am_study_measured *m, double *room) {
  double most = -(double)INFINITY, least = INFINITY;
  for (size_t a = 0; a < s->n_arms; a++) {
    const double good = m->better ? good_of(s, a, m, room) : (double)NAN;
    if (good > most) most = good;
    if (good < least) least = good;
  }
  for (size_t a = 0; a < s->n_arms; a++) best[a] = most > least && good_of(s, a, m, room) == most;
}

size_t am_study_done(const am_study_source *s) {
  size_t n = 0;
  for (size_t a = 0; a < s->n_arms; a++)
    for (size_t k = 0; k < s->n_seeds; k++) n += s->arms[a].runs[k].done;
  return n;
}

size_t am_study_broken(const am_study_source *s) {
  size_t n = 0;
  for (size_t a = 0; a < s->n_arms; a++)
    for (size_t k = 0; k < s->n_seeds; k++) n += s->arms[a].runs[k].broke != NULL;
  return n;
}
