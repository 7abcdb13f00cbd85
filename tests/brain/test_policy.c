/* Policy gradient in spikes: the eligibility of "r-max" is the derivative of the logarithm of the
 * probability of what "escape" neurons did, here by finite differences of that probability, which
 * this file computes on its own; and reward times eligibility is on average the derivative of the
 * expected reward. */
#include "brain/replay.h"

enum { N_SOURCES = 3, N_TARGETS = 5, STEPS = 500, DELAY = 2 };
static const double dt = 0.5, tau_e = 300, mean_current = 4;
static const amine_value cell[] = {{"tau_m_ms", 15},        {"v_rest_mv", -70}, {"delta_u_mv", 3},
                                   {"v_threshold_mv", -60}, {"rho0_hz", 80},    {"reset_mv", 6},
                                   {"tau_reset_ms", 9}};
enum { N_CELL = sizeof cell / sizeof *cell };
static const amine_value rule[] = {
    {"tau_ms", 15}, {"tau_e_ms", 300}, {"gamma", 0.25}, {"w_min", -50}, {"w_max", 50}};
enum { N_RULE = sizeof rule / sizeof *rule };

static int source_fires(int source, int step) {
  return (step * (7 + 2 * source) + source) % (23 + 3 * source) < 2;
}

typedef struct network {
  amine_brain *b;
  int source, target, projection;
} network;

static network make(int n_targets, uint64_t seed, const float *weights) {
  network n;
  amine_error error;
  int neurons[N_SOURCES * STEPS], sources[N_SOURCES * N_TARGETS], targets[N_SOURCES * N_TARGETS];
  int32_t steps[N_SOURCES * STEPS];
  size_t count = 0;
  good(amine_brain_create(&n.b, dt, seed, &error), &error);
  n.source = add_population(n.b, "pre", N_SOURCES, "spikes", NULL, 0);
  n.target = add_population(n.b, "post", n_targets, "escape", cell, N_CELL);
  for (int s = 0; s < N_SOURCES; s++)
    for (int k = 0; k < STEPS; k++)
      if (source_fires(s, k)) neurons[count] = s, steps[count++] = k;
  add_spikes(n.b, n.source, neurons, steps, count, dt);
  good(amine_brain_set_current(n.b, n.target, mean_current, 0, &error), &error);
  amine_projection p = amine_projection_default();
  p.source = n.source, p.target = n.target, p.delay_ms = DELAY * dt;
  p.connect = AMINE_CONNECT_ALL, p.weight = 3;
  if (weights) {
    for (int k = 0; k < N_SOURCES * N_TARGETS; k++)
      sources[k] = k / N_TARGETS, targets[k] = k % N_TARGETS;
    p.connect = AMINE_CONNECT_LIST, p.n_pairs = N_SOURCES * N_TARGETS;
    p.sources = sources, p.targets = targets, p.weights = weights;
  }
  p.rule = "r-max", p.values = rule, p.n_values = N_RULE;
  good(amine_brain_connect(n.b, &n.projection, &p, &error), &error);
  return n;
}

static void synapses(const network *n, const char *variable, float *values) {
  amine_error error;
  good(amine_brain_synapses(n->b, n->projection, variable, NULL, NULL, NULL, values, &error),
       &error);
}

/* Sum over the steps of ln P(what the neuron did), each weighted with what is left of it. */
static double log_probability(const double w[N_SOURCES], const char fired[STEPS], int steps) {
  const double keep = exp(-dt / 15), keep_reset = exp(-dt / 9);
  double h = 0, kappa = 0, sum = 0;
  for (int k = 0; k < steps; k++) {
    h = h * keep + mean_current * (1 - keep);
    for (int s = 0; s < N_SOURCES; s++)
      if (k >= DELAY && source_fires(s, k - DELAY)) h += w[s];
    kappa *= keep_reset;
    const double r = 80e-3 * dt * exp((-70 + h + kappa + 60) / 3);
    sum += (fired[k] ? log(-expm1(-r)) : -r) * exp(-(steps - k) * dt / tau_e);
    if (fired[k]) kappa -= 6;
  }
  return sum;
}

static void read_fired(const network *n, char fired[N_TARGETS][STEPS]) {
  const size_t count = amine_brain_n_spikes(n->b);
  uint64_t *steps = malloc((count + 1) * sizeof *steps);
  int *populations = malloc((count + 1) * sizeof *populations);
  int *neurons = malloc((count + 1) * sizeof *neurons);
  amine_brain_read_spikes(n->b, steps, populations, neurons, count);
  for (size_t k = 0; k < count; k++)
    if (populations[k] == n->target) fired[neurons[k]][steps[k]] = 1;
  free(steps);
  free(populations);
  free(neurons);
}

static void weights_of_test(float w[N_SOURCES * N_TARGETS]) {
  for (int k = 0; k < N_SOURCES * N_TARGETS; k++) w[k] = (float)(k * 5 % 11 - 2) / 2;
}

static void eligibility_is_the_derivative(void **state) {
  (void)state;
  float w[N_SOURCES * N_TARGETS], c[N_SOURCES * N_TARGETS];
  char fired[N_TARGETS][STEPS] = {{0}};
  weights_of_test(w);
  const network n = make(N_TARGETS, 5, w);
  run(n.b, STEPS);
  read_fired(&n, fired);
  synapses(&n, "c", c);
  int n_fired = 0;
  for (int t = 0; t < N_TARGETS; t++) {
    for (int k = 0; k < STEPS; k++) n_fired += fired[t][k];
    for (int s = 0; s < N_SOURCES; s++) {
      double up[N_SOURCES], down[N_SOURCES];
      for (int i = 0; i < N_SOURCES; i++) up[i] = down[i] = (double)w[i * N_TARGETS + t];
      up[s] += 1e-4, down[s] -= 1e-4;
      const double slope =
          (log_probability(up, fired[t], STEPS) - log_probability(down, fired[t], STEPS)) / 2e-4;
      const double got = (double)c[s * N_TARGETS + t];
      if (!(fabs(got - slope) <= (1e-6 + 4 * STEPS * BRAIN_EPSILON) * fmax(1, fabs(slope))))
        fail_msg("from %d to %d: %.9g, not %.9g", s, t, got, slope);
    }
  }
  assert_true(n_fired > 50 && n_fired < N_TARGETS * STEPS / 4);
  amine_brain_destroy(n.b);
}

static void a_reward_moves_weights_along_it(void **state) {
  (void)state;
  float w[N_SOURCES * N_TARGETS], c[N_SOURCES * N_TARGETS], after[N_SOURCES * N_TARGETS];
  amine_error error;
  weights_of_test(w);
  const network n = make(N_TARGETS, 6, w);
  run(n.b, 200);
  synapses(&n, "c", c);
  good(amine_brain_reward(n.b, 3, &error), &error);
  good(amine_brain_reward(n.b, -1, &error), &error);
  run(n.b, 1);
  synapses(&n, "w", after);
  for (int k = 0; k < N_SOURCES * N_TARGETS; k++) {
    near((double)after[k], (double)w[k] + 0.25 * 2 * (double)c[k]);
    assert_true(fabsf(c[k]) > 1e-3F);
  }
  amine_brain_destroy(n.b);
}

/* Spikes as reward, over many neurons that are alike: mean, and standard error of the mean. */
typedef struct estimate {
  double mean, error;
} estimate;

static estimate estimate_of(const double *values, int n) {
  double mean = 0, square = 0;
  for (int k = 0; k < n; k++) mean += values[k] / n;
  for (int k = 0; k < n; k++) square += (values[k] - mean) * (values[k] - mean);
  return (estimate){mean, sqrt(square / ((double)n * (n - 1)))};
}

enum { MANY = 4096, LENGTH = 150 };

static void spike_counts(const network *n, double counts[MANY]) {
  const size_t count = amine_brain_n_spikes(n->b);
  uint64_t *steps = malloc((count + 1) * sizeof *steps);
  int *populations = malloc((count + 1) * sizeof *populations);
  int *neurons = malloc((count + 1) * sizeof *neurons);
  amine_brain_read_spikes(n->b, steps, populations, neurons, count);
  memset(counts, 0, MANY * sizeof *counts);
  for (size_t k = 0; k < count; k++)
    if (populations[k] == n->target) counts[neurons[k]]++;
  free(steps);
  free(populations);
  free(neurons);
}

/* The mean number of spikes with the first source's weights moved by `by`. */
static void counts_with(double counts[MANY], float *c, float by) {
  amine_error error;
  const network n = make(MANY, 7, NULL);
  float *w = malloc(N_SOURCES * MANY * sizeof *w);
  for (int k = 0; k < N_SOURCES * MANY; k++) w[k] = 3 + (k < MANY ? by : 0);
  good(amine_brain_set_weights(n.b, n.projection, w, &error), &error);
  run(n.b, LENGTH);
  spike_counts(&n, counts);
  if (c) synapses(&n, "c", c);
  free(w);
  amine_brain_destroy(n.b);
}

/* E[c (R - E[R])], R the number of spikes, against the difference quotient of E[R]. */
static void reward_times_eligibility_is_the_gradient(void **state) {
  (void)state;
  static double counts[MANY], up[MANY], down[MANY], product[MANY], eligibility[MANY];
  float *c = malloc(N_SOURCES * MANY * sizeof *c);
  counts_with(counts, c, 0);
  counts_with(up, NULL, 0.25F);
  counts_with(down, NULL, -0.25F);
  const estimate mean = estimate_of(counts, MANY);
  for (int k = 0; k < MANY; k++) {
    eligibility[k] = (double)c[k];
    product[k] = (double)c[k] * (counts[k] - mean.mean);
    up[k] = (up[k] - down[k]) / 0.5; /* the same random numbers: a paired difference */
  }
  const estimate zero = estimate_of(eligibility, MANY), got = estimate_of(product, MANY);
  const estimate want = estimate_of(up, MANY);
  print_message("mean eligibility %.4f +- %.4f; gradient %.4f +- %.4f, differences %.4f +- %.4f\n",
                zero.mean, zero.error, got.mean, got.error, want.mean, want.error);
  assert_true(fabs(zero.mean) <= 4 * zero.error);
  assert_true(got.mean > 10 * got.error);
  /* what an eligibility of tau_e has forgotten of the first steps, at most */
  const double forgotten = 1 - exp(-LENGTH * dt / tau_e);
  assert_true(got.mean <= want.mean + 4 * hypot(got.error, want.error));
  assert_true(got.mean >= want.mean * (1 - forgotten) - 4 * hypot(got.error, want.error));
  free(c);
}

static void only_escape_neurons_have_a_score(void **state) {
  (void)state;
  amine_brain *b;
  amine_error error;
  good(amine_brain_create(&b, 1, 1, &error), &error);
  const int source = add_population(b, "pre", 2, "poisson", NULL, 0);
  const int target = add_population(b, "post", 2, "lif", NULL, 0);
  amine_projection p = amine_projection_default();
  p.source = source, p.target = target, p.connect = AMINE_CONNECT_ALL, p.rule = "r-max";
  assert_int_equal(amine_brain_connect(b, NULL, &p, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "escape, not lif"));
  assert_int_equal(amine_brain_n_projections(b), 0);
  amine_brain_destroy(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(eligibility_is_the_derivative),
      cmocka_unit_test(a_reward_moves_weights_along_it),
      cmocka_unit_test(reward_times_eligibility_is_the_gradient),
      cmocka_unit_test(only_escape_neurons_have_a_score),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
