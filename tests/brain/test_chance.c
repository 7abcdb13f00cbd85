/* Chances are exact: an event of probability p happens exactly where a uniform number of 64 bits is
 * below p. Each source of chance is given a probability a hair above or below the very number that
 * it draws, which 24 bits cannot tell apart, and must do what that number says. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "amine/brain.h"
#include "base/random.h"
#include "kernel/philox.h"
#include "learner/choose.h"
#include "learner/exploratory_hebb_rule.h"

enum { N = 20000, SEED = 7 };
#define HAIR 2e-7

static amine_error error;
#define MUST(call)                                                                                 \
  do {                                                                                             \
    if ((call) != AMINE_OK) fail_msg("%s", error.message);                                         \
  } while (0)

/* What neuron i draws in a step, as the header says, of 64 bits. */
static double drawn(uint32_t stream, uint32_t i, uint64_t step) {
  const philox_key key = {SEED, step, stream, 0};
  am_random_key k = philox_key_of(&key, i);
  const double high = am_random(k, (uint32_t)step).v[philox_word_of(i)];
  k.stream |= AM_STREAM_LOW;
  return (high + am_random(k, (uint32_t)step).v[philox_word_of(i)] * 0x1p-32) * 0x1p-32;
}

/* One by one: the 64 bits of a draw, less those that a double does not hold, and the next double */
static void one_by_one(void **state) {
  (void)state;
  const am_random_key key = {.seed = SEED, .stream = AM_STREAM_TASK};
  am_random_key low = key;
  low.stream |= AM_STREAM_LOW;
  for (uint32_t step = 0; step < 2000; step++) {
    const int word = (int)(step % 4);
    const uint64_t u = (uint64_t)am_random(key, step).v[word] << 32 | am_random(low, step).v[word];
    const double p = (double)(u & ~UINT64_C(2047)) * 0x1p-64;
    assert_false(am_chance(key, step, word, p));
    assert_true(am_chance(key, step, word, p + 0x1p-53));
  }
  for (uint32_t step = 0; step < 1000; step++) {
    assert_false(am_chance(key, step, 0, 0));
    assert_true(am_chance(key, step, 0, 1));
  }
}

static amine_brain *one_population(const char *model, const amine_value *values, int n_values) {
  amine_brain *b;
  MUST(amine_brain_create(&b, 0.1, SEED, &error));
  MUST(amine_brain_add_population(b, NULL, "A", N, model, values, n_values, &error));
  return b;
}

/* Every neuron at the edge of its own draw: even ones fire, odd ones do not. */
static void poisson_sources(void **state) {
  (void)state;
  amine_brain *b = one_population("poisson", NULL, 0);
  static float rates[N];
  for (uint32_t i = 0; i < N; i++) {
    const double p = drawn(AM_STREAM_SOURCE, i, 0) * (i % 2 ? 1 - HAIR : 1 + HAIR);
    rates[i] = p < 0.9 ? (float)(-log1p(-p) / 1e-4) : 0;
  }
  MUST(amine_brain_set_parameter(b, 0, "rate_hz", rates, &error));
  MUST(amine_brain_record(b, 0, 1, &error));
  MUST(amine_brain_run(b, 1, &error));
  static int fired[N];
  static unsigned char did[N];
  const size_t n = amine_brain_n_spikes(b);
  assert_true(n <= N);
  amine_brain_read_spikes(b, NULL, NULL, fired, n);
  for (size_t k = 0; k < n; k++) did[fired[k]] = 1;
  for (uint32_t i = 0; i < N; i++)
    if (did[i] != (i % 2 == 0 && rates[i] > 0)) fail_msg("neuron %u: fired %d", i, did[i]);
  amine_brain_destroy(b);
}

static uint32_t smallest(uint32_t stream, double *u) {
  uint32_t best = 0;
  for (uint32_t i = 1; i < N; i++)
    if (drawn(stream, i, 0) < drawn(stream, best, 0)) best = i;
  *u = drawn(stream, best, 0);
  return best;
}

/* The least of 20,000 draws: the rate at rest that reaches it, and the one that does not. */
static void escape_neurons(void **state) {
  (void)state;
  double u;
  smallest(AM_STREAM_SOURCE, &u);
  for (int above = 0; above < 2; above++) {
    const double rate = -log1p(-u * (above ? 1 + 4 * HAIR : 1 - 4 * HAIR)) / 1e-4;
    amine_brain *b = one_population(
        "escape",
        (const amine_value[]){{"rho0_hz", rate}, {"v_rest_mv", -60}, {"v_threshold_mv", -60}}, 3);
    MUST(amine_brain_run(b, 1, &error));
    assert_int_equal(amine_brain_spike_count(b, 0), above);
    amine_brain_destroy(b);
  }
}

/* Arrivals: the largest of all draws is the first that is not 0, and counts are those of the sums
 * of a Poisson distribution. */
static void poisson_inputs(void **state) {
  (void)state;
  double most = 0;
  for (uint32_t i = 0; i < N; i++) most = fmax(most, drawn(AM_STREAM_RECEPTOR_1, i, 0));
  static float v[N];
  for (int k = 0; k < 5; k++) {
    const double mean = k == 0   ? -log(most) * (1 + HAIR)
                        : k == 1 ? -log(most) * (1 - HAIR)
                                 : (const double[]){0.02, 0.9, 30}[k - 2];
    amine_brain *b = one_population("lif", (const amine_value[]){{"v_threshold_mv", 1000}}, 1);
    MUST(amine_brain_set_poisson(b, 0, AMINE_RECEPTOR_1, mean / 1e-4, 1, &error));
    MUST(amine_brain_run(b, 1, &error));
    MUST(amine_brain_get(b, 0, "v", v, &error));
    for (uint32_t i = 0; i < N; i++) {
      const double u = drawn(AM_STREAM_RECEPTOR_1, i, 0);
      int want = 0;
      double part = exp(-mean), sum = part, nearest = 1;
      for (; want < 200; part *= mean / ++want, sum += part) {
        nearest = fmin(nearest, fabs(sum - u));
        if (u < sum) break;
      }
      if (k > 1 && nearest < 1e-9) continue;
      if (k <= 1) want = k == 0 && u == most;
      if ((int)lrintf(v[i] + 65) != want) fail_msg("%g: %g: %g, not %d", mean, u, v[i] + 65, want);
    }
    amine_brain_destroy(b);
  }
}

static void actions(void **state) {
  (void)state;
  const am_random_key key = {.seed = SEED, .stream = AM_STREAM_POLICY};
  int n = 0;
  for (uint32_t step = 0; step < 20000; step++) {
    const am_random4 r = am_random(key, step);
    const double u = am_uniform_double(r.v[0], r.v[1]);
    if (u > 0.01) continue;
    for (int k = 0; k < 2; k++, n++) {
      const float p[2] = {(float)(u * (k ? 1 - HAIR : 1 + HAIR)), (float)(1 - u)};
      assert_int_equal(am_choose(p, 1, 2, key, step, false), k);
    }
  }
  assert_true(n > 200);
}

/* Rare perturbations: as rare as they should be, and uniform although they are. */
static void perturbations(void **state) {
  (void)state;
  static float xi[N + 64];
  double u;
  const uint32_t who = smallest(AM_STREAM_PERTURB, &u);
  for (int above = 0; above < 2; above++) {
    const float chance = (float)(u * (above ? 1 + HAIR : 1 - HAIR));
    am_hebb_code()->perturb(xi, N, chance, 16, SEED, AM_STREAM_PERTURB, 0, 0);
    for (uint32_t i = 0; i < N; i++) assert_true((xi[i] != 0) == (above && i == who));
    assert_true(fabsf(xi[who]) <= 16);
  }
  int n = 0, halves[2] = {0};
  double sum = 0;
  for (uint64_t at = 0; at < 300; at++) {
    am_hebb_code()->perturb(xi, N, 1e-4f, 1, SEED, AM_STREAM_PERTURB, 0, at);
    for (int i = 0; i < N; i++)
      if (xi[i] != 0) n++, sum += (double)xi[i], halves[fabsf(xi[i]) < 0.5f]++;
  }
  assert_true(fabs((double)n - 600) < 4 * sqrt(600));
  assert_true(fabs(sum) < 4 * sqrt(n / 3.0));
  assert_true(abs(halves[0] - halves[1]) < 4 * sqrt(n));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_by_one),     cmocka_unit_test(poisson_sources),
      cmocka_unit_test(escape_neurons), cmocka_unit_test(poisson_inputs),
      cmocka_unit_test(actions),        cmocka_unit_test(perturbations)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
