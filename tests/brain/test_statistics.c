/* The two benchmark networks of Brette et al. 2007 fire as they do in an independent simulator:
 * means over a few networks of rate, irregularity and correlation, against twenty networks of
 * Brian2's (tests/reference/networks.py), within 4 standard errors of the difference. What a
 * chaotic network does step by step means nothing. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "amine/brain.h"
#include "format/safetensors.h"

enum { N_E = 3200, N_I = 800, N = N_E + N_I, START = 5000, STEPS = 50000, BIN = 50 };
enum { N_BINS = STEPS / BIN, LEAST_SPIKES = 10, SEEDS = 5 };

static amine_error error;
#define MUST(call)                                                                                 \
  do {                                                                                             \
    if ((call) != AMINE_OK) fail_msg("%s", error.message);                                         \
  } while (0)

static amine_brain *network(int conductance, uint64_t seed) {
  static const amine_value cuba[] = {
      {"v_rest_mv", -49}, {"v_reset_mv", -60}, {"tau_e_ms", 5}, {"tau_i_ms", 10}};
  const char *model = conductance ? "lif-cond" : "lif";
  const int n_values = conductance ? 0 : 4;
  amine_brain *b;
  MUST(amine_brain_create(&b, 0.1, seed, &error));
  MUST(amine_brain_add_population(b, NULL, "E", N_E, model, cuba, n_values, &error));
  MUST(amine_brain_add_population(b, NULL, "I", N_I, model, cuba, n_values, &error));
  amine_projection p = amine_projection_default();
  p.connect = AMINE_CONNECT_PROBABILITY;
  p.probability = 0.02;
  p.delay_ms = 0.1;
  for (int k = 0; k < 4; k++) {
    p.source = k / 2;
    p.target = k % 2;
    p.receptor = k / 2 ? AMINE_RECEPTOR_2 : AMINE_RECEPTOR_1;
    p.weight = conductance ? (k / 2 ? 67 : 6) : (k / 2 ? -9 : 1.62);
    MUST(amine_brain_connect(b, NULL, &p, &error));
  }
  float v[N_E];
  uint64_t state = seed;
  for (int population = 0; population < 2; population++) {
    for (int i = 0; i < N_E; i++) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      v[i] = -60 + 10 * (float)(state >> 40) * 0x1p-24f;
    }
    MUST(amine_brain_set(b, population, "v", v, &error));
  }
  return b;
}

static void live(amine_brain *b, int kicks) {
  int first[50];
  for (int i = 0; i < 50; i++) first[i] = i;
  for (int k = 0; k < 5 && kicks; k++) {
    MUST(amine_brain_kick(b, 0, first, 50, 20, &error));
    MUST(amine_brain_run(b, 100, &error));
  }
  MUST(amine_brain_run(b, START - amine_brain_step(b), &error));
  amine_brain_read_spikes(b, NULL, NULL, NULL, amine_brain_n_spikes(b));
  MUST(amine_brain_run(b, STEPS, &error));
}

typedef struct statistics {
  double rate_hz, cv, correlation;
} statistics;

/* Mean CV of the intervals of the neurons with enough spikes. */
static double irregularity(const uint64_t *steps, const int *who, size_t n) {
  static double sum[N], squares[N], last[N];
  static int count[N];
  for (int i = 0; i < N; i++) sum[i] = squares[i] = last[i] = count[i] = 0;
  for (size_t k = 0; k < n; k++) {
    const double t = (double)steps[k], interval = t - last[who[k]];
    if (count[who[k]]++ > 0) {
      sum[who[k]] += interval;
      squares[who[k]] += interval * interval;
    }
    last[who[k]] = t;
  }
  double total = 0;
  int neurons = 0;
  for (int i = 0; i < N; i++) {
    if (count[i] < LEAST_SPIKES) continue;
    const double m = count[i] - 1, mean = sum[i] / m;
    total += sqrt(fmax(squares[i] / m - mean * mean, 0)) / mean;
    neurons++;
  }
  return total / neurons;
}

/* Mean correlation over all pairs of firing neurons, from the variance of the sum of z-scores. */
static double correlation(const uint64_t *steps, const int *who, size_t n) {
  float(*bins)[N] = calloc(N_BINS, sizeof *bins);
  assert_non_null(bins);
  for (size_t k = 0; k < n; k++) bins[(steps[k] - START) / BIN][who[k]]++;
  static double z[N_BINS];
  for (int t = 0; t < N_BINS; t++) z[t] = 0;
  double m = 0;
  for (int i = 0; i < N; i++) {
    double sum = 0, squares = 0;
    for (int t = 0; t < N_BINS; t++) sum += bins[t][i], squares += bins[t][i] * (double)bins[t][i];
    const double mean = sum / N_BINS, deviation = sqrt(squares / N_BINS - mean * mean);
    if (sum == 0) continue;
    m++;
    for (int t = 0; t < N_BINS; t++) z[t] += (bins[t][i] - mean) / deviation;
  }
  free(bins);
  double variance = 0; /* the mean of z is 0 */
  for (int t = 0; t < N_BINS; t++) variance += z[t] * z[t] / N_BINS;
  return (variance - m) / (m * (m - 1));
}

static statistics measure(amine_brain *b) {
  const size_t n = amine_brain_n_spikes(b);
  uint64_t *steps = malloc(n * sizeof *steps);
  int *population = malloc(n * sizeof *population), *who = malloc(n * sizeof *who);
  assert_true(n > 0 && steps && population && who);
  amine_brain_read_spikes(b, steps, population, who, n);
  for (size_t k = 0; k < n; k++) who[k] += population[k] * N_E;
  const statistics s = {(double)n / N / (STEPS * 1e-4), irregularity(steps, who, n),
                        correlation(steps, who, n)};
  free(steps);
  free(population);
  free(who);
  return s;
}

static void within(const am_tensor_file *f, const char *kind, const char *name, double value) {
  char key[64];
  snprintf(key, sizeof key, "%s/%s", kind, name);
  const am_tensor *t = am_tensor_file_find(f, key);
  assert_non_null(t);
  const double *x = t->data;
  double mean = 0, squares = 0;
  for (size_t k = 0; k < t->count; k++) mean += x[k] / (double)t->count;
  for (size_t k = 0; k < t->count; k++) squares += (x[k] - mean) * (x[k] - mean);
  const double deviation = sqrt(squares / (double)(t->count - 1));
  const double allowed = 4 * deviation * sqrt(1.0 / SEEDS + 1.0 / (double)t->count);
  print_message("%s %s %.4g; Brian2 %.4g +- %.2g, %.2g allowed\n", kind, name, value, mean,
                deviation, allowed);
  assert_true(fabs(value - mean) <= allowed);
}

static void compare(const char *kind, int conductance) {
  am_tensor_file *f;
  statistics mean = {0};
  for (uint64_t seed = 1; seed <= SEEDS; seed++) {
    amine_brain *b = network(conductance, seed);
    live(b, conductance);
    const statistics s = measure(b);
    mean.rate_hz += s.rate_hz / SEEDS;
    mean.cv += s.cv / SEEDS;
    mean.correlation += s.correlation / SEEDS;
    amine_brain_destroy(b);
  }
  MUST(am_tensor_file_open(&f, TEST_DATA "/networks.safetensors", 1 << 20, false, &error));
  within(f, kind, "rate_hz", mean.rate_hz);
  within(f, kind, "cv", mean.cv);
  within(f, kind, "correlation", mean.correlation);
  am_tensor_file_close(f);
}

static void coba_fires_as_in_brian2(void **state) {
  (void)state;
  compare("coba", 1);
}

static void cuba_fires_as_in_brian2(void **state) {
  (void)state;
  compare("cuba", 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(coba_fires_as_in_brian2),
      cmocka_unit_test(cuba_fires_as_in_brian2),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
