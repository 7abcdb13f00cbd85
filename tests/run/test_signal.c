/* A signal around events: against tests/reference/explain.py; shuffled in time at chance; R^2 of signals
 * that are known to follow, or not to follow, from what is shown. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/ridge.h"
#include "run/signal.h"

static void near(double a, double b, double tolerance) {
  if (isnan(a) && isnan(b)) return;
  if (!(fabs(a - b) <= tolerance)) fail_msg("%.15g is not %.15g", a, b);
}

/* ------------------------------------------------------------------------------ the reference */
enum { E = 7, T = 40, V = 3, EVENTS = 2, CELLS = E * T };
static int steps[E];
static double M[CELLS], x[CELLS][V];
static uint32_t events[CELLS];
static FILE *file;

static double next(void) {
  char word[64];
  if (fscanf(file, "%63s", word) != 1) fail_msg("the file is too short");
  return strtod(word, NULL);
}

static int read_samples(void **state) {
  (void)state;
  file = fopen(TEST_DATA "/explain.txt", "r");
  if (!file) return -1;
  if (next() != E || next() != T || next() != V || next() != EVENTS) return -1;
  for (int e = 0; e < E; e++) steps[e] = (int)next();
  for (int e = 0; e < E; e++)
    for (int t = 0; t < steps[e]; t++) {
      M[e * T + t] = next();
      events[e * T + t] = (uint32_t)next();
      for (int k = 0; k < V; k++) x[e * T + t][k] = next();
    }
  return 0;
}

static int close_file(void **state) {
  (void)state;
  return fclose(file);
}

static void fill(void *context, int e, int t, double *out) {
  (void)context;
  memcpy(out, x[e * T + t], sizeof x[0]);
}

static const am_signal_group groups[V] = {AM_SIGNAL_SHOWN, AM_SIGNAL_SHOWN, AM_SIGNAL_PAID};

/* In the order of the file. */
static void the_reference_agrees(void **state) {
  const am_signal s = {E, T, steps, M, events, 3};
  const am_signal_variables v = {V, EVENTS, groups, fill, NULL};
  am_signal_spread spread;
  am_predicted p;
  (void)state;
  for (int k = 0; k < EVENTS; k++) {
    am_response r;
    assert_int_equal(am_signal_respond(&r, &s, k, NULL), AMINE_OK);
    assert_int_equal(r.n, (int)next());
    for (int i = 0; i < AM_SIGNAL_WINDOW; i++) near(r.mean[i], next(), 1e-12);
    for (int i = 0; i < AM_SIGNAL_WINDOW; i++) near(r.low[i], next(), 1e-12);
    for (int i = 0; i < AM_SIGNAL_WINDOW; i++) near(r.high[i], next(), 1e-12);
  }
  assert_int_equal(am_signal_spread_of(&spread, &s, NULL), AMINE_OK);
  near(spread.mean, next(), 1e-12);
  near(spread.sd, next(), 1e-12);
  near(spread.low, next(), 1e-12);
  near(spread.middle, next(), 1e-12);
  near(spread.high, next(), 1e-12);
  assert_int_equal(am_signal_predict(&p, &s, &v, NULL), AMINE_OK);
  near(p.all, next(), 1e-9);
  for (int g = 0; g < AM_SIGNAL_GROUPS; g++) near(p.by[g], next(), 1e-9);
  assert_int_equal(p.n_variables, V + 1 + EVENTS * AM_SIGNAL_LAGS);
  assert_int_equal(p.n_fitted + p.n_held_out, spread.n);
}

/* ------------------------------------------------------------------------------ known answers */
enum { N = 60, L = 100 };
static double made[N * L];
static float noise[N * L];
static uint32_t marks[N * L];
static int all_of[N];

/* Noise, and 2 in the second sample after an event. */
static am_signal make(double share) {
  for (int e = 0; e < N; e++) {
    all_of[e] = L;
    for (int t = 0; t < L; t++) {
      const am_random4 draw =
          am_random((am_random_key){.seed = 4, .lane = (uint32_t)e}, (uint32_t)t);
      noise[e * L + t] = am_normal(draw);
      marks[e * L + t] =
          am_uniform(am_random((am_random_key){.seed = 5, .lane = (uint32_t)e}, (uint32_t)t).v[0]) <
          0.05f;
    }
    for (int t = 0; t < L; t++)
      made[e * L + t] = share * (double)noise[e * L + t] + (t >= 2 && marks[e * L + t - 2] ? 2 : 0);
  }
  return (am_signal){N, L, all_of, made, marks, 9};
}

/* What comes after an event is outside of what shuffling leaves, and nothing else is, but for the few
 * in a hundred that chance puts there. */
static void shuffled_is_chance(void **state) {
  const am_signal s = make(0.5);
  am_response r;
  (void)state;
  assert_int_equal(am_signal_respond(&r, &s, 0, NULL), AMINE_OK);
  int outside = 0;
  for (int k = 0; k < AM_SIGNAL_WINDOW; k++) {
    assert_true(r.null_low[k] < r.null_high[k] && r.low[k] < r.high[k]);
    const bool out = r.mean[k] < r.null_low[k] || r.mean[k] > r.null_high[k];
    if (k == AM_SIGNAL_BEFORE + 2) {
      assert_true(out);
      near(r.mean[k], 2.1, 0.15); /* 2, and twice in a row now and then */
    } else outside += out;
  }
  assert_in_range(outside, 0, 3);
}

/* Each shuffle is a permutation, and no two of them are one. */
static void a_shuffle_loses_nothing(void **state) {
  int order[2][L], n_same = 0;
  (void)state;
  for (int k = 0; k < 2; k++) {
    bool seen[L] = {false};
    am_signal_shuffle(order[k], L, 9, 1, k);
    for (int t = 0; t < L; t++) seen[order[k][t]] = true;
    for (int t = 0; t < L; t++) assert_true(seen[t]);
  }
  for (int t = 0; t < L; t++) n_same += order[0][t] == order[1][t];
  assert_in_range(n_same, 0, 10);
}

static void fill_noise(void *context, int e, int t, double *out) {
  const int *off = context;
  out[0] = (double)noise[e * L + (t + *off) % L];
}

/* The variance, in the stretches that are held out, of what an event leaves two samples later. */
static double variance_of_events(void) {
  double sum = 0, n = 0;
  for (int e = 1; e < N; e += 2)
    for (int t = 0; t < L; t++, n++) sum += t >= 2 && marks[e * L + t - 2] ? 2 : 0;
  return sum / n * (2 - sum / n);
}

/* Of a signal whose variance is s^2 of noise and v of events, what is shown (the noise) predicts
 * s^2 / (s^2 + v), events v / (s^2 + v), both all of it, and other noise nothing. */
static void shares_are_what_they_are(void **state) {
  static const am_signal_group shown[] = {AM_SIGNAL_SHOWN};
  const double share = 0.7;
  const am_signal s = make(share);
  const double by_noise = share * share, by_events = variance_of_events();
  am_predicted p;
  int off = 0;
  (void)state;
  am_signal_variables v = {1, 1, shown, fill_noise, &off};
  assert_int_equal(am_signal_predict(&p, &s, &v, NULL), AMINE_OK);
  assert_true(p.all > 0.999);
  near(p.by[AM_SIGNAL_SHOWN], by_noise / (by_noise + by_events), 0.04);
  near(p.by[AM_SIGNAL_EVENTS], by_events / (by_noise + by_events), 0.04);
  near(p.by[AM_SIGNAL_TIME], 0, 0.01);
  assert_true(isnan(p.by[AM_SIGNAL_PAID]));
  off = 37;
  v.n_events = 0;
  assert_int_equal(am_signal_predict(&p, &s, &v, NULL), AMINE_OK);
  near(p.all, 0, 0.01);
}

/* ------------------------------------------------------------------------------ regression */
/* y = 3 - 2 a + 5 b exactly, with a variable that does not vary, one that is another once more, and an
 * offset that would cost digits. */
static void a_line_is_found(void **state) {
  am_ridge r, other;
  (void)state;
  assert_int_equal(am_ridge_make(&r, 4, NULL), AMINE_OK);
  assert_int_equal(am_ridge_make(&other, 4, NULL), AMINE_OK);
  for (int k = 0; k < 200; k++) {
    const double a = sin(k), b = 1e6 + cos(3 * k), row[] = {a, b, 7, a};
    am_ridge_add(k % 2 ? &other : &r, row, 3 - 2 * a + 5 * b);
  }
  am_ridge_solve(&r, 1e-12, NULL);
  near(r.weight[0] + r.weight[3], -2, 1e-6);
  near(r.weight[1], 5, 1e-6);
  near(r.weight[2], 0, 0);
  near(am_ridge_predict(&r, (double[]){0.5, 1e6, 7, 0.5}), 2 + 5e6, 1e-5);
  near(am_ridge_explains(&r, &other), 1, 1e-9);
  am_ridge_solve(&r, 1e-12, (bool[]){false, true, false, false});
  near(r.weight[0], 0, 0);
  assert_true(am_ridge_explains(&r, &other) < 0.95);
  am_ridge_solve(&r, 1e6, NULL); /* nothing is left but the mean */
  near(am_ridge_explains(&r, &other), 0, 0.01);
  am_ridge_free(&r);
  am_ridge_free(&other);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_reference_agrees), cmocka_unit_test(shuffled_is_chance),
      cmocka_unit_test(a_shuffle_loses_nothing), cmocka_unit_test(shares_are_what_they_are),
      cmocka_unit_test(a_line_is_found)};
  return cmocka_run_group_tests(tests, read_samples, close_file);
}
