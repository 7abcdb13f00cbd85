/* The statistics of spontaneous activity: on trains of which they are known, on random ones within
 * their sampling errors, and against the plain definitions. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "run/protocol/activity_statistics.h"

enum { BIN = 50 }; /* steps */

static void near(double value, double wanted, double allowed) {
  if (!(fabs(value - wanted) <= allowed))
    fail_msg("%.17g is not %.17g within %.3g", value, wanted, allowed);
}

static am_activity *fresh(void) {
  am_activity *a = calloc(1, sizeof *a);
  assert_non_null(a);
  return a;
}

static am_activity_plan plan(int n_e, int n_i, uint64_t settle_bins) {
  return (am_activity_plan){
      .n = {n_e, n_i}, .bin_steps = BIN, .settle_bins = settle_bins, .recent_bins = 10};
}

/* A bin in which neuron i of a population fires at each step that `fires` says. */
typedef bool (*train)(int population, int neuron, uint64_t step);

static void live(am_activity *a, const am_activity_plan *p, train fires, uint64_t bins) {
  am_activity_spike *spikes = malloc((size_t)(p->n[0] + p->n[1]) * BIN * sizeof *spikes);
  assert_non_null(spikes);
  for (uint64_t b = 0; b < bins; b++) {
    size_t n = 0;
    const uint64_t begin = a->bins * BIN;
    for (uint64_t step = 0; step < BIN; step++)
      for (int g = 0; g < 2; g++)
        for (int i = 0; i < p->n[g]; i++)
          if (fires(g, i, begin + step)) spikes[n++] = (am_activity_spike){step, g, i};
    am_activity_bin(a, p, spikes, n);
    assert_true(am_activity_check(a, p));
  }
  free(spikes);
}

static bool every_20(int population, int neuron, uint64_t step) {
  (void)population;
  return step % 20 == (uint64_t)neuron % 20;
}

/* A clock: CV exactly 0, one spike in 20 steps, the same number in every part of a bin. */
static void test_clocks(void **state) {
  (void)state;
  am_activity *a = fresh();
  const am_activity_plan p = plan(40, 20, 2);
  assert_true(isnan(am_activity_cv(a, &p, true, true)));
  assert_true(isnan(am_activity_now(a, &p, true, true)));
  live(a, &p, every_20, 2);
  assert_true(isnan(am_activity_rate(a, &p, true, true)));
  near(am_activity_now(a, &p, true, false), 0.05, 1e-12);
  live(a, &p, every_20, 40);
  near(am_activity_rate(a, &p, true, true), 0.05, 1e-12);
  near(am_activity_rate(a, &p, false, true), 0.05, 1e-12);
  near(am_activity_cv(a, &p, true, true), 0, 1e-6);
  near(am_activity_silent(a, &p), 0, 0);
  near(am_activity_synchrony(a, &p), 0, 1e-12);
  free(a);
}

/* Intervals 10 and 30 in turn: mean 20, deviation 10. */
static bool by_turns(int population, int neuron, uint64_t step) {
  (void)neuron;
  return population == 0 && (step % 40 == 0 || step % 40 == 10);
}

static void test_two_intervals(void **state) {
  (void)state;
  am_activity *a = fresh();
  const am_activity_plan p = plan(3, 1, 0);
  live(a, &p, by_turns, 32); /* 1,600 steps: 80 spikes, 79 intervals, 40 of them short */
  const double mean = (40 * 10 + 39 * 30) / 79.0, squares = (40 * 100 + 39 * 900) / 79.0;
  near(am_activity_cv(a, &p, true, true), sqrt(squares - mean * mean) / mean, 1e-12);
  assert_true(isnan(am_activity_cv(a, &p, false, true)));
  near(am_activity_silent(a, &p), 0.25, 1e-12);
  assert_int_equal(a->last, 1570);
  assert_int_equal(a->ever, 240);
  free(a);
}

/* ------------------------------------------------------------------------------ random trains */
static double uniform(uint64_t step, int what) {
  const am_random_key key = {.seed = 7, .stream = AM_STREAM_PROTOCOL, .episode = (uint32_t)what};
  return (double)am_uniform(am_random(key, (uint32_t)step).v[0]);
}

static bool poisson(int population, int neuron, uint64_t step) {
  return uniform(step, 2 * neuron + population) < 0.01;
}

/* Independent, with a chance of p = 0.01 in each step: intervals are geometric, with a CV of
 * sqrt(1 - p) = 0.995; of n = 100 of them the estimate has an error of about 1 / sqrt(n), and a
 * bias of about -1 / n, for each neuron. Correlation and synchrony: 0 and 1 - p. Within 5 errors.
 */
static void test_poisson(void **state) {
  (void)state;
  enum { NEURONS = 100, BINS = 200 };
  am_activity *a = fresh();
  const am_activity_plan p = plan(NEURONS / 2, NEURONS / 2, 0);
  live(a, &p, poisson, BINS);
  const double spikes = 0.01 * BINS * BIN;
  near(am_activity_rate(a, &p, true, true), 0.01, 5 * 0.01 / sqrt(spikes * NEURONS));
  near(am_activity_cv(a, &p, true, true), 0.995, 5 / sqrt(spikes * NEURONS) + 2 / spikes);
  const double pairs = NEURONS * (NEURONS - 1) / 2.0;
  near(am_activity_correlation(a, &p), 0, 5 / sqrt(BINS * pairs));
  near(am_activity_synchrony(a, &p), 0.99, 5 * sqrt(2.0 / (BINS * 5)));
  free(a);
}

static bool alike(int population, int neuron, uint64_t step) {
  (void)population, (void)neuron;
  return uniform(step, 0) < 0.02;
}

static bool in_halves(int population, int neuron, uint64_t step) {
  (void)neuron;
  return (step / BIN % 2 == (uint64_t)population) && step % 10 == 0;
}

/* Identical trains: 1, and a synchrony of N times that of one. Opposite ones: -1 across the
 * populations, 1 within. A train that does not vary has no correlation. */
static void test_correlation(void **state) {
  (void)state;
  am_activity *a = fresh();
  am_activity_plan p = plan(6, 4, 0);
  live(a, &p, alike, 100);
  near(am_activity_correlation(a, &p), 1, 1e-12);
  const double together = am_activity_synchrony(a, &p);
  memset(a, 0, sizeof *a);
  p = plan(1, 0, 0);
  live(a, &p, alike, 100);
  near(together, 10 * am_activity_synchrony(a, &p), 1e-9);
  memset(a, 0, sizeof *a);
  p = plan(6, 4, 0);
  live(a, &p, in_halves, 100);
  near(am_activity_correlation(a, &p), (15 + 6 - 24) / 45.0, 1e-12);
  memset(a, 0, sizeof *a);
  live(a, &p, every_20, 1); /* one bin */
  assert_true(isnan(am_activity_correlation(a, &p)));
  free(a);
}

/* ------------------------------------------------------------------------------ samples */
static bool only_late(int population, int neuron, uint64_t step) {
  return population == 0 && neuron % 3 == 0 && step % 25 == 5;
}

/* 3,000 and 500 neurons: 1,000 of the first are looked at, and stand for three each. The neurons
 * that are looked at are 0, 3, 6, ...: those that fire. */
static void test_sample(void **state) {
  (void)state;
  am_activity *a = fresh();
  const am_activity_plan p = plan(3000, 500, 0);
  live(a, &p, only_late, 8);
  near(am_activity_silent(a, &p), 500.0 / 3500, 1e-12);
  near(am_activity_rate(a, &p, true, false), 1 / 75.0, 1e-12);
  assert_int_equal(a->train[0][999].count, 16);
  assert_int_equal(a->train[1][499].count, 0);
  free(a);
}

/* Of each size as many neurons are found as are looked at, each in its own place. */
static void test_places(void **state) {
  (void)state;
  static const int sizes[] = {1, 2, 199, 200, 201, 999, 1000, 1001, 1999, 3200, 12347};
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
    am_activity *a = fresh();
    const int n = sizes[k], looked = n < AM_ACTIVITY_SAMPLE ? n : AM_ACTIVITY_SAMPLE;
    const am_activity_plan p = plan(n, 0, 0);
    am_activity_spike *spikes = malloc((size_t)n * sizeof *spikes);
    assert_non_null(spikes);
    for (int i = 0; i < n; i++) spikes[i] = (am_activity_spike){0, 0, i};
    am_activity_bin(a, &p, spikes, (size_t)n);
    for (int i = 0; i < AM_ACTIVITY_SAMPLE; i++) assert_int_equal(a->train[0][i].count, i < looked);
    int paired = 0;
    for (int i = 0; i < AM_ACTIVITY_PAIRED; i++) paired += a->paired_sum[i] == 1;
    assert_int_equal(paired, n < AM_ACTIVITY_PAIRED ? n : AM_ACTIVITY_PAIRED);
    free(spikes);
    free(a);
  }
}

/* ------------------------------------------------------------------------------ refusals */
static void test_impossible_states(void **state) {
  (void)state;
  am_activity *a = fresh(), *b = fresh();
  const am_activity_plan p = plan(40, 20, 2);
  assert_true(am_activity_check(a, &p));
  live(a, &p, poisson, 30);
#define REFUSED(change)                                                                            \
  do {                                                                                             \
    memcpy(b, a, sizeof *b);                                                                       \
    b->change;                                                                                     \
    assert_false(am_activity_check(b, &p));                                                        \
  } while (0)
  REFUSED(bins = UINT64_MAX);
  REFUSED(bins = 1);
  REFUSED(last = 30 * BIN);
  REFUSED(ever = 0);
  REFUSED(recent[1][5] = a->ever + 1);
  REFUSED(spikes[0] += 1);
  REFUSED(parts_squares = 0);
  REFUSED(parts_squares = UINT64_MAX);
  REFUSED(train[0][3].last = 30 * BIN);
  REFUSED(train[0][3].total = (double)NAN);
  REFUSED(train[0][3].squares = (double)INFINITY);
  REFUSED(train[1][3].count = UINT64_MAX);
  REFUSED(train[0][900].last = 1);
  REFUSED(paired_sum[2] = UINT64_MAX);
  REFUSED(paired_squares[2] = UINT64_MAX);
  REFUSED(products[7] = UINT64_MAX);
#undef REFUSED
  free(a);
  free(b);
}

/* Of 40 neurons 20 have a CV of 0.70, five of 0.69 and five of 0.71, the others one each from 0.10 to
 * 0.46: intervals of 100 - d and 100 + d steps in turn have a CV of d / 100. */
static void test_peak(void **state) {
  (void)state;
  am_activity *a = fresh();
  const am_activity_plan p = plan(40, 0, 0);
  double mean = 0;
  assert_true(isnan(am_activity_cv_peak(a, &p, 0)));
  for (int i = 0; i < 40; i++) {
    const double d = i < 5 ? 69 : i < 10 ? 71 : i < 30 ? 70 : 10 + 4 * (i - 30);
    am_activity_train *t = &a->train[0][i];
    *t = (am_activity_train){.count = 21, .total = 2000, .squares = 20 * (10000 + d * d)};
    mean += d / 4000;
  }
  near(am_activity_cv(a, &p, true, false), mean, 1e-12);
  /* the quartiles are 0.69 and 0.70: bins of 0.00585, and 0.70 lies in number 119 */
  near(am_activity_cv_peak(a, &p, 0), 119.5 * 2 * 0.01 / cbrt(40), 1e-9);
  for (int i = 10; i < 40; i++) a->train[0][i].count = 9; /* too few spikes */
  /* bins of 0.0186; of two that hold five the lower one */
  near(am_activity_cv_peak(a, &p, 0), 37.5 * 2 * 0.02 / cbrt(10), 1e-9);
  a->train[0][0].count = 9;
  assert_true(isnan(am_activity_cv_peak(a, &p, 0)));
  free(a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_clocks),      cmocka_unit_test(test_two_intervals),
      cmocka_unit_test(test_poisson),     cmocka_unit_test(test_peak),
      cmocka_unit_test(test_correlation), cmocka_unit_test(test_sample),
      cmocka_unit_test(test_places),      cmocka_unit_test(test_impossible_states),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
