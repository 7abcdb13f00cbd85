/* A signal around events (see signal.h). */
#include "run/signal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/ridge.h"

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Between the two nearest of n >= 1 sorted values. */
static double quantile(const double *sorted, size_t n, double q) {
  const double at = q * (double)(n - 1);
  const size_t k = (size_t)at;
  return k + 1 < n ? sorted[k] + (at - (double)k) * (sorted[k + 1] - sorted[k]) : sorted[k];
}

static size_t place(const am_signal *s, int e, int t) {
  return (size_t)e * (size_t)s->T + (size_t)t;
}

static bool happened(const am_signal *s, int event, int e, int t) {
  return s->events[place(s, e, t)] >> event & 1;
}

/* ------------------------------------------------------------------------------ shuffled */
/* Fisher and Yates. */
void am_signal_shuffle(int *order, int n, uint64_t seed, int stretch, int shuffle) {
  const am_random_key key = {seed, AM_STREAM_BOOTSTRAP, (uint32_t)shuffle, (uint32_t)stretch};
  am_random4 draw = {{0}};
  for (int i = 0; i < n; i++) order[i] = i;
  for (int i = 0; i + 1 < n; i++) {
    if (i % 4 == 0) draw = am_random(key, (uint32_t)(i / 4));
    const int k = i + (int)am_below(draw.v[i % 4], (uint32_t)(n - i));
    const int kept = order[i];
    order[i] = order[k], order[k] = kept;
  }
}

/* Sums of the samples around an event, and how many there are. */
typedef struct around {
  double sum[AM_SIGNAL_WINDOW], n[AM_SIGNAL_WINDOW];
} around;

/* Adds a stretch, in that order. */
static void add_around(around *a, const am_signal *s, int event, int e, const int *order) {
  for (int t = 0; t < s->n_steps[e]; t++) {
    if (!happened(s, event, e, t)) continue;
    for (int k = 0; k < AM_SIGNAL_WINDOW; k++) {
      const int at = t + k - AM_SIGNAL_BEFORE;
      if (at < 0 || at >= s->n_steps[e]) continue;
      const double M = s->M[place(s, e, order[at])];
      if (isfinite(M)) a->sum[k] += M, a->n[k]++;
    }
  }
}

/* means [AM_SIGNAL_WINDOW][AM_SIGNAL_SHUFFLES] */
static void shuffle_all(double *means, int *order, const am_signal *s, int event) {
  for (int r = 0; r < AM_SIGNAL_SHUFFLES; r++) {
    around a = {{0}, {0}};
    for (int e = 0; e < s->n_episodes; e++) {
      bool any = false;
      for (int t = 0; t < s->n_steps[e] && !any; t++) any = happened(s, event, e, t);
      if (!any) continue;
      am_signal_shuffle(order, s->n_steps[e], s->seed, e, r);
      add_around(&a, s, event, e, order);
    }
    for (int k = 0; k < AM_SIGNAL_WINDOW; k++)
      means[k * AM_SIGNAL_SHUFFLES + r] = a.n[k] > 0 ? a.sum[k] / a.n[k] : (double)NAN;
  }
}

/* The samples at one distance from the events; returns how many. */
static size_t gather(double *out, const am_signal *s, int event, int off) {
  size_t n = 0;
  for (int e = 0; e < s->n_episodes; e++)
    for (int t = 0; t < s->n_steps[e]; t++) {
      const int at = t + off;
      if (!happened(s, event, e, t) || at < 0 || at >= s->n_steps[e]) continue;
      const double M = s->M[place(s, e, at)];
      if (isfinite(M)) out[n++] = M;
    }
  return n;
}

static double mean_of(const double *values, size_t n) {
  double sum = 0;
  for (size_t k = 0; k < n; k++) sum += values[k];
  return n > 0 ? sum / (double)n : (double)NAN;
}

static void summarise(am_response *out, const am_signal *s, int event, double *room,
                      double *means) {
  for (int e = 0; e < s->n_episodes; e++)
    for (int t = 0; t < s->n_steps[e]; t++) out->n += happened(s, event, e, t);
  for (int k = 0; k < AM_SIGNAL_WINDOW; k++) {
    const size_t n = gather(room, s, event, k - AM_SIGNAL_BEFORE);
    double *null = means + k * AM_SIGNAL_SHUFFLES;
    out->low[k] = out->high[k] = out->null_low[k] = out->null_high[k] = (double)NAN;
    out->mean[k] = mean_of(room, n);
    if (n == 0) continue;
    qsort(room, n, sizeof *room, ascending);
    out->low[k] = quantile(room, n, 0.25);
    out->high[k] = quantile(room, n, 0.75);
    qsort(null, AM_SIGNAL_SHUFFLES, sizeof *null, ascending);
    out->null_low[k] = quantile(null, AM_SIGNAL_SHUFFLES, 0.025);
    out->null_high[k] = quantile(null, AM_SIGNAL_SHUFFLES, 0.975);
  }
}

amine_status am_signal_respond(am_response *out, const am_signal *s, int event,
                               amine_error *error) {
  const size_t size = am_size_mul((size_t)s->n_episodes, (size_t)s->T);
  double *room = am_alloc(size, sizeof *room);
  double *means = am_alloc(AM_SIGNAL_WINDOW * AM_SIGNAL_SHUFFLES, sizeof *means);
  int *order = am_alloc((size_t)s->T, sizeof *order);
  amine_status status = AMINE_OK;
  *out = (am_response){0};
  if (room && means && order) {
    shuffle_all(means, order, s, event);
    summarise(out, s, event, room, means);
  } else status = am_fail_memory(error, am_size_mul(size, sizeof *room));
  am_free(room);
  am_free(means);
  am_free(order);
  return status;
}

amine_status am_signal_spread_of(am_signal_spread *out, const am_signal *s, amine_error *error) {
  double *room, squares = 0;
  *out = (am_signal_spread){(double)NAN, (double)NAN, (double)NAN, (double)NAN, (double)NAN, 0};
  AM_TRY(AM_TAKE(room, am_size_mul((size_t)s->n_episodes, (size_t)s->T), error));
  size_t n = 0;
  for (int e = 0; e < s->n_episodes; e++)
    for (int t = 0; t < s->n_steps[e]; t++)
      if (isfinite(s->M[place(s, e, t)])) room[n++] = s->M[place(s, e, t)];
  out->n = (int64_t)n;
  out->mean = mean_of(room, n);
  for (size_t k = 0; k < n; k++) squares += (room[k] - out->mean) * (room[k] - out->mean);
  if (n > 1) out->sd = sqrt(squares / (double)(n - 1));
  qsort(room, n, sizeof *room, ascending);
  if (n > 0) {
    out->low = quantile(room, n, 0.25);
    out->middle = quantile(room, n, 0.5);
    out->high = quantile(room, n, 0.75);
  }
  am_free(room);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ predicted */
/* All variables of a sample: those of its own, time, events with their lags. */
static void fill(double *x, const am_signal *s, const am_signal_variables *v, int e, int t) {
  if (v->n > 0) v->fill(v->context, e, t, x);
  x += v->n;
  *x++ = (double)t / (double)s->T;
  for (int k = 0; k < v->n_events; k++)
    for (int lag = 0; lag < AM_SIGNAL_LAGS; lag++)
      *x++ = t >= lag && happened(s, k, e, t - lag) ? 1 : 0;
}

static am_signal_group group_of(const am_signal_variables *v, int k) {
  return k < v->n ? v->group[k] : k == v->n ? AM_SIGNAL_TIME : AM_SIGNAL_EVENTS;
}

static double explained_by(am_ridge *fit, const am_ridge *out, const am_signal_variables *v,
                           bool *used, int group) {
  bool any = false;
  for (int k = 0; k < fit->n; k++) any |= used[k] = group < 0 || (int)group_of(v, k) == group;
  if (!any) return (double)NAN;
  am_ridge_solve(fit, AM_SIGNAL_LAMBDA, used);
  return am_ridge_explains(fit, out);
}

amine_status am_signal_predict(am_predicted *out, const am_signal *s, const am_signal_variables *v,
                               amine_error *error) {
  const int n = v->n + 1 + v->n_events * AM_SIGNAL_LAGS;
  am_ridge half[2] = {{0}, {0}};
  double *x = am_alloc((size_t)n, sizeof *x);
  bool *used = am_alloc((size_t)n, sizeof *used);
  amine_status status = x && used ? AMINE_OK : am_fail_memory(error, (size_t)n * sizeof *x);
  *out = (am_predicted){.n_variables = n};
  for (int k = 0; k < 2 && status == AMINE_OK; k++) status = am_ridge_make(&half[k], n, error);
  for (int e = 0; e < s->n_episodes && status == AMINE_OK; e++)
    for (int t = 0; t < s->n_steps[e]; t++) {
      const double M = s->M[place(s, e, t)];
      if (!isfinite(M)) continue;
      fill(x, s, v, e, t);
      am_ridge_add(&half[e % 2], x, M);
    }
  if (status == AMINE_OK) {
    const bool both = half[0].rows > 0 && half[1].rows > 0;
    out->n_fitted = (int64_t)half[0].rows;
    out->n_held_out = (int64_t)half[1].rows;
    for (int g = 0; g < AM_SIGNAL_GROUPS; g++)
      out->by[g] = both ? explained_by(&half[0], &half[1], v, used, g) : (double)NAN;
    out->all = both ? explained_by(&half[0], &half[1], v, used, -1) : (double)NAN;
  }
  for (int k = 0; k < 2; k++) am_ridge_free(&half[k]);
  am_free(x);
  am_free(used);
  return status;
}
