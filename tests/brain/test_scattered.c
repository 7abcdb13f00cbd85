/* Fixed totals of synapses, weights, delays and start values that are drawn from a normal
 * distribution, perhaps within bounds, and the constant current of an in-degree: exact counts,
 * moments, and closed forms. */
#include <math.h>

#include "format/support.h"
#include "model_support.h"

static amine_error error;

typedef struct synapses {
  size_t n;
  int *source, *target, *delay;
  float *weight;
} synapses;

static synapses of(amine_brain *b, int projection) {
  synapses s = {0};
  amine_brain_projection(b, projection, NULL, NULL, &s.n);
  s.source = calloc(s.n + 1, sizeof *s.source), s.target = calloc(s.n + 1, sizeof *s.target);
  s.delay = calloc(s.n + 1, sizeof *s.delay), s.weight = calloc(s.n + 1, sizeof *s.weight);
  EXPECT_OK(amine_brain_synapses(b, projection, "w", s.source, s.target, s.delay, s.weight, &error),
            &error);
  return s;
}

static void drop(synapses *s) { free(s->source), free(s->target), free(s->delay), free(s->weight); }

/* A brain of 50 and 80 silent neurons, and one projection. */
static amine_brain *joined(const char *keys) {
  char text[800];
  snprintf(text, sizeof text,
           "{\"dt_ms\": 0.1, \"populations\": [{\"name\": \"A\", \"n\": 50, \"model\": \"lif\"},"
           " {\"name\": \"B\", \"n\": 80, \"model\": \"lif\"}], \"projections\": [{\"name\": \"p\","
           " \"source\": \"A\", \"connect\": \"total\", %s}]}",
           keys);
  return brain_from(text);
}

/* As many as were said; each source and each target as often as any other; a pair as often several
 * times as chance has it: of N synapses N (N - 1) / 2 pairs agree with a chance of one in 4,000. */
static void so_many_in_all(void **state) {
  (void)state;
  enum { N = 20000 };
  amine_brain *b = joined("\"target\": \"B\", \"total\": 20000");
  synapses s = of(b, 0);
  static int in[80], out[50], both[50][80];
  double equal = 0, chi_in = 0, chi_out = 0;
  assert_int_equal(s.n, N);
  for (size_t k = 0; k < s.n; k++) {
    in[s.target[k]]++, out[s.source[k]]++;
    equal += both[s.source[k]][s.target[k]]++;
    if (k > 0 && s.source[k] == s.source[k - 1]) assert_true(s.target[k] >= s.target[k - 1]);
  }
  for (int k = 0; k < 80; k++) chi_in += pow(in[k] - N / 80.0, 2) / (N / 80.0);
  for (int k = 0; k < 50; k++) chi_out += pow(out[k] - N / 50.0, 2) / (N / 50.0);
  const double pairs = N * (N - 1.0) / 2, chance = 1 / 4000.0;
  assert_true(fabs(equal - pairs * chance) < 5 * sqrt(pairs * chance * (1 - chance)));
  assert_true(fabs(chi_in - 79) < 5 * sqrt(2 * 79) && fabs(chi_out - 49) < 5 * sqrt(2 * 49));
  drop(&s);
  amine_brain_destroy(b);
}

/* Its own target is as likely as any other one, or none. */
static void perhaps_itself(void **state) {
  (void)state;
  for (int self = 0; self < 2; self++) {
    amine_brain *b = joined(self ? "\"target\": \"A\", \"total\": 20000, \"self\": true"
                                 : "\"target\": \"A\", \"total\": 20000");
    synapses s = of(b, 0);
    int own = 0, last = 0;
    for (size_t k = 0; k < s.n; k++) own += s.source[k] == s.target[k], last += s.target[k] == 49;
    assert_int_equal(s.n, 20000);
    if (self) assert_true(fabs(own - 400.0) < 5 * sqrt(400));
    else assert_int_equal(own, 0);
    assert_true(fabs(last - 400.0) < 5 * sqrt(400));
    drop(&s);
    amine_brain_destroy(b);
  }
}

static double phi(double z) { return exp(-z * z / 2) / sqrt(2 * acos(-1)); }
static double below(double z) { return erfc(-z / sqrt(2)) / 2; }

/* Mean and standard deviation of a normal distribution that begins at z standard deviations:
 * h = phi(z) / (1 - Phi(z)), mean + sd h, sd^2 (1 + z h - h^2). */
static void expect_moments(const float *x, size_t n, double mean, double sd, double z) {
  const double h = phi(z) / (1 - below(z)), m = mean + sd * h, v = sd * sd * (1 + z * h - h * h);
  double sum = 0, squares = 0;
  for (size_t k = 0; k < n; k++) {
    sum += (double)x[k] - m, squares += ((double)x[k] - m) * ((double)x[k] - m);
    assert_true((double)x[k] >= mean + z * sd - 1e-6);
  }
  if (fabs(sum / (double)n) > 5 * sqrt(v / (double)n)) fail_msg("mean %g", m + sum / (double)n);
  if (fabs(squares / (double)n - v) > 5 * v * sqrt(3 / (double)n)) fail_msg("%g", squares);
}

static void weights_are_normal(void **state) {
  (void)state;
  amine_brain *b =
      joined("\"target\": \"B\", \"total\": 40000, \"weight\": {\"normal\": [3, 0.5]}");
  amine_brain *cut = joined("\"target\": \"B\", \"total\": 40000,"
                            " \"weight\": {\"normal\": [0.5, 1], \"min\": 0}");
  synapses s = of(b, 0), c = of(cut, 0);
  double together = 0;
  expect_moments(s.weight, s.n, 3, 0.5, -8);
  expect_moments(c.weight, c.n, 0.5, 1, -0.5);
  for (size_t k = 1; k < s.n; k++)
    together += ((double)s.weight[k] - 3) * ((double)s.weight[k - 1] - 3) / 0.25;
  assert_true(fabs(together) < 5 * sqrt((double)s.n));
  drop(&s), drop(&c);
  amine_brain_destroy(b), amine_brain_destroy(cut);
  b = joined("\"target\": \"B\", \"total\": 40000, \"weight\": {\"lognormal\": [1, 0.5]}");
  s = of(b, 0);
  for (size_t k = 0; k < s.n; k++) s.weight[k] = logf(s.weight[k]);
  expect_moments(s.weight, s.n, 1, 0.5, -8);
  drop(&s);
  amine_brain_destroy(b);
}

/* Each number of steps as often as the integral over it says. */
static void expect_delays(const char *keys, double mean, double sd, double low, double high) {
  amine_brain *b = joined(keys);
  synapses s = of(b, 0);
  static int counts[200];
  memset(counts, 0, sizeof counts);
  for (size_t k = 0; k < s.n; k++) counts[s.delay[k]]++;
  assert_int_equal(counts[0], 0);
  const double all = below((high - mean) / sd) - below((low - mean) / sd);
  double chi = 0;
  int bins = 0;
  for (int d = 1; d < 200; d++) {
    const double from = fmax(d - 0.5, low), to = fmin(d + 0.5, high);
    const double p = to > from ? (below((to - mean) / sd) - below((from - mean) / sd)) / all : 0;
    if (p == 0) assert_int_equal(counts[d], 0);
    if (p * (double)s.n < 5) continue;
    chi += pow(counts[d] - p * (double)s.n, 2) / (p * (double)s.n);
    bins++;
  }
  assert_true(bins > 5);
  if (fabs(chi - bins) > 5 * sqrt(2.0 * bins)) fail_msg("chi2 %g in %d bins", chi, bins);
  drop(&s);
  amine_brain_destroy(b);
}

static void delays_are_normal(void **state) {
  (void)state;
  expect_delays("\"target\": \"B\", \"total\": 40000, \"delay_ms\": {\"normal\": [1.5, 0.75]}", 15,
                7.5, 0.5, 1e9);
  expect_delays("\"target\": \"B\", \"total\": 40000,"
                " \"delay_ms\": {\"normal\": [1.5, 0.75], \"min\": 0.73, \"max\": 2.5}",
                15, 7.5, 7.3, 25);
  amine_brain *b = joined("\"target\": \"B\", \"total\": 90, \"delay_ms\": {\"normal\": [1.5, 0]}");
  synapses s = of(b, 0);
  for (size_t k = 0; k < s.n; k++) assert_int_equal(s.delay[k], 15);
  drop(&s);
  amine_brain_destroy(b);
}

static void start_values_have_bounds(void **state) {
  (void)state;
  amine_brain *b =
      brain_from("{\"populations\": [{\"name\": \"A\", \"n\": 20000, \"model\": \"lif\","
                 " \"initial\": {\"v\": {\"normal\": [-60, 8], \"min\": -64}}}]}");
  static float v[20000];
  EXPECT_OK(amine_brain_get(b, 0, "v", v, &error), &error);
  expect_moments(v, 20000, -60, 8, -0.5);
  amine_brain_destroy(b);
}

/* The mean of V is that of a current of K rate weight tau; trains of a Poisson process fluctuate
 * around it. */
static void an_in_degree_is_a_current(void **state) {
  (void)state;
  static const double tau_ms[] = {2, 0};
  for (int k = 0; k < 2; k++) {
    double mean[2] = {0};
    for (int constant = 0; constant < 2; constant++) {
      char text[600];
      snprintf(
          text, sizeof text,
          "{\"dt_ms\": 0.1, \"populations\": [{\"name\": \"A\", \"n\": 400, \"model\": \"lif\","
          " \"values\": {\"v_threshold_mv\": 1000, \"v_rest_mv\": 0, \"tau_m_ms\": 10,"
          " \"tau_e_ms\": %g}}], \"inputs\": [{\"population\": \"A\", \"type\": \"poisson\","
          " \"in_degree\": 1500, \"rate_hz\": 8, \"weight\": 0.25, \"constant\": %s}]}",
          tau_ms[k], constant ? "true" : "false");
      amine_brain *b = brain_from(text);
      float v[400];
      EXPECT_OK(amine_brain_run(b, 2000, &error), &error);
      EXPECT_OK(amine_brain_get(b, 0, "v", v, &error), &error);
      for (int i = 0; i < 400; i++) mean[constant] += (double)v[i] / 400;
      amine_brain_destroy(b);
    }
    /* 12 arrivals in a ms of variance w^2: of V at most 12 w^2 tau_m / 2 = 3.75 without synapses */
    const double wanted = 12 * 0.25 * (tau_ms[k] > 0 ? tau_ms[k] : 10);
    if (fabs(mean[1] - wanted) > 1e-4 * wanted) fail_msg("%g, not %g", mean[1], wanted);
    if (fabs(mean[0] - wanted) > 5 * sqrt(3.75 / 400)) fail_msg("%g, not %g", mean[0], wanted);
  }
}

static void refused(const char *keys, const char *parts) {
  char text[800], sentence[900];
  snprintf(text, sizeof text,
           "{\"populations\": [{\"name\": \"A\", \"n\": 5, \"model\": \"lif-cond\"},"
           " {\"name\": \"one\", \"n\": 1, \"model\": \"lif\"}], %s}",
           keys);
  json_t *root = tree(text);
  if (!refuses(root, parts, sentence, sizeof sentence)) fail_msg("%s: %s", keys, sentence);
  json_decref(root);
}
#define PROJECTION(keys)                                                                           \
  "\"projections\": [{\"source\": \"A\", \"target\": \"A\", \"connect\": \"total\", " keys "}]"
#define INPUT(keys) "\"inputs\": [{\"population\": \"A\", \"type\": \"poisson\", " keys "}]"

static void what_cannot_be_is_refused(void **state) {
  (void)state;
  refused(PROJECTION("\"weight\": 1"), "connect=total needs total");
  refused(PROJECTION("\"total\": 0"), "total=0|number from 1 to 2147483647");
  refused(PROJECTION("\"total\": 9, \"weight\": {\"normal\": [1]}"), "weight|[mean, sd]");
  refused(PROJECTION("\"total\": 9, \"weight\": {\"gamma\": [1, 2]}"), "weight|lognormal");
  refused(PROJECTION("\"total\": 9, \"weight\": {\"min\": 1}"), "weight|one of");
  refused(PROJECTION("\"total\": 9, \"weight\": {\"uniform\": [1, 2], \"min\": 1}"),
          "weight|last two");
  refused(PROJECTION("\"total\": 9, \"weight\": {\"normal\": [1, -2]}"), "weight.normal[1]=-2");
  refused(PROJECTION("\"total\": 9, \"weight\": {\"normal\": [1, 2], \"min\": 5}"),
          "within 5 to|middle, 1");
  refused(PROJECTION("\"total\": 9, \"weight\": {\"normal\": [1, 2], \"min\": 1, \"max\": 1}"),
          "within 1 to 1");
  refused(PROJECTION("\"total\": 9, \"delay_ms\": {\"normal\": [-1, 2]}"), "delay_ms.normal[0]=-1");
  refused(PROJECTION("\"total\": 9, \"delay_ms\": {\"lognormal\": [1, 2]}"), "not normal");
  refused(PROJECTION("\"total\": 9, \"delay_ms\": {\"normal\": [1, 2]}, \"velocity\": 1"),
          "do not depend on distances");
  refused(PROJECTION("\"total\": 9, \"delay_ms\": {\"normal\": [1.5, 0.2]},"
                     " \"dendritic_delay_ms\": 0.5"),
          "the axon's alone");
  refused("\"projections\": [{\"source\": \"one\", \"target\": \"one\", \"connect\": \"total\","
          " \"total\": 1}]",
          "no other as its target");
  refused(INPUT("\"rate_hz\": 8, \"constant\": true"), "constant|lif|\"A\" is of lif-cond");
  refused(INPUT("\"in_degree\": 9, \"steps\": [[0, 1]]"), "in_degree is of Poisson trains");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(so_many_in_all),
      cmocka_unit_test(perhaps_itself),
      cmocka_unit_test(weights_are_normal),
      cmocka_unit_test(delays_are_normal),
      cmocka_unit_test(start_values_have_bounds),
      cmocka_unit_test(an_in_degree_is_a_current),
      cmocka_unit_test(what_cannot_be_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
