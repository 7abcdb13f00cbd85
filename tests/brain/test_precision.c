/* What is slow against a step is not rounded away: states, traces, sums and weights whose change in
 * a step is below the last digit of a 32-bit number, against closed forms in double. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "amine/brain.h"
#include "folder.h"

static amine_error error;
#define MUST(call)                                                                                 \
  do {                                                                                             \
    if ((call) != AMINE_OK) fail_msg("%s", error.message);                                         \
  } while (0)
#define VALUES(...)                                                                                \
  (const amine_value[]){__VA_ARGS__},                                                              \
      (int)(sizeof((const amine_value[]){__VA_ARGS__}) / sizeof(amine_value))

static void near(const char *what, double got, double want, double part) {
  if (!(fabs(got - want) <= part * fabs(want))) fail_msg("%s is %.9g, not %.9g", what, got, want);
}

static amine_brain *brain(double dt_ms) {
  amine_brain *b;
  MUST(amine_brain_create(&b, dt_ms, 1, &error));
  return b;
}

static amine_brain *neuron(double dt_ms, const char *model, const amine_value *values, int n) {
  amine_brain *b = brain(dt_ms);
  MUST(amine_brain_add_population(b, NULL, "c", 1, model, values, n, &error));
  return b;
}

static double get(amine_brain *b, const char *state) {
  float value;
  MUST(amine_brain_get(b, 0, state, &value, &error));
  return (double)value;
}

static void set(amine_brain *b, const char *state, float value) {
  MUST(amine_brain_set(b, 0, state, &value, &error));
}

/* ------------------------------------------------------------------------------------ neurons */
/* Just above the current that is needed: the way to the threshold takes 8 time constants. */
static void rheobase(void **state) {
  (void)state;
  amine_brain *b = neuron(0.01, "lif", NULL, 0);
  MUST(amine_brain_set_current(b, 0, 15.005, 0, &error));
  MUST(amine_brain_run(b, 100000, &error));
  assert_int_equal(amine_brain_n_spikes(b), 5);
  uint64_t steps[5];
  amine_brain_read_spikes(b, steps, NULL, NULL, 5);
  const double first = 20 * log(15.005 / 0.005), next = 5 + 20 * log(20.005 / 0.005);
  for (int k = 0; k < 5; k++) near("a spike", (double)steps[k] * 0.01, first + k * next, 1e-4);
  amine_brain_destroy(b);
}

static void slow_states(void **state) {
  (void)state;
  const struct {
    const char *model, *name;
    double start, end; /* after 10,000 steps of 1 ms */
    const amine_value *values;
    int n;
  } cases[] = {
      {"lif", "v", -60, -65 + 5 * exp(-0.1), VALUES({"tau_m_ms", 1e5})},
      {"lif", "g_e", 3, 3 * exp(-0.1), VALUES({"tau_e_ms", 1e5}, {"v_threshold_mv", 1e3})},
      {"lif", "g_i", 3, 3 * exp(-0.01), VALUES({"tau_i_ms", 1e6}, {"v_threshold_mv", 1e3})},
      {"lif-cond", "v", -55, -60 + 5 * exp(-0.05), VALUES({"c_pf", 2e5}, {"g_leak_ns", 1})},
      {"lif-cond", "g_e", 1e-3, 1e-3 * exp(-0.01), VALUES({"tau_e_ms", 1e6})},
      {"izhikevich", "u", -9, -9 * pow(1 - 1e-5, 1e4), VALUES({"a", 1e-5}, {"b", 0})},
      {"izhikevich", "g_i", -1, -exp(-0.01), VALUES({"tau_i_ms", 1e6})},
      {"adex", "w", 100, 100 * exp(-0.1), VALUES({"tau_w_ms", 1e5}, {"a_ns", 0})},
      {"adex", "g_i", 1, exp(-0.01), VALUES({"tau_i_ms", 1e6})},
      {"escape", "h", 3, 3 * exp(-0.1), VALUES({"tau_m_ms", 1e5}, {"rho0_hz", 1e-6})},
      {"escape", "kappa", -3, -3 * exp(-0.01), VALUES({"tau_reset_ms", 1e6}, {"rho0_hz", 1e-6})},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    amine_brain *b = neuron(1, cases[k].model, cases[k].values, cases[k].n);
    set(b, cases[k].name, (float)cases[k].start);
    MUST(amine_brain_run(b, 10000, &error));
    near(cases[k].name, get(b, cases[k].name), cases[k].end, 3e-7);
    amine_brain_destroy(b);
  }
}

/* 1e8 steps less 100 are held by a float, but not one less at a time. */
static void long_refractoriness(void **state) {
  (void)state;
  const char *const models[] = {"lif", "lif-cond", "adex"};
  for (int k = 0; k < 3; k++) {
    amine_brain *b = neuron(0.01, models[k], VALUES({"refractory_ms", 1e6}));
    set(b, "refractory", 1e8f);
    MUST(amine_brain_run(b, 100, &error));
    near("refractory", get(b, "refractory"), 1e8 - 100, 5e-8);
    amine_brain_destroy(b);
  }
}

/* --------------------------------------------------------------------------------- two neurons */
/* a fires at `pre`, b at `post`; the synapse's delay is one step of 1 ms, so the spike of a arrives
 * at pre + 1. */
typedef struct pair {
  int pre[4], post[4], n_pre, n_post;
} pair;

static amine_brain *two(const pair *when, amine_projection p) {
  amine_brain *b = brain(1);
  for (int k = 0; k < 2; k++) {
    const int n = k ? when->n_post : when->n_pre, *at = k ? when->post : when->pre;
    int neurons[4] = {0};
    double times[4];
    for (int i = 0; i < n; i++) times[i] = at[i];
    MUST(amine_brain_add_population(b, NULL, k ? "b" : "a", 1, "spikes", NULL, 0, &error));
    MUST(amine_brain_add_spikes(b, k, neurons, times, (size_t)n, &error));
  }
  p.source = 0, p.target = 1, p.delay_ms = 1;
  MUST(amine_brain_connect(b, NULL, &p, &error));
  return b;
}

static double weight(amine_brain *b) {
  float w;
  MUST(amine_brain_synapses(b, 0, "w", NULL, NULL, NULL, &w, &error));
  return (double)w;
}

static amine_projection with(const char *rule, double w, const amine_value *values, int n) {
  amine_projection p = amine_projection_default();
  p.rule = rule, p.weight = w, p.values = values, p.n_values = n;
  return p;
}

static void slow_traces(void **state) {
  (void)state;
  enum { T = 10000 };
  const double e = exp(-0.01);
  const pair before = {{0}, {T + 1}, 1, 1}, after = {{T}, {1}, 1, 1};
  const pair triple_post = {{T}, {1, T + 2}, 1, 2}, triple_pre = {{0, T}, {T}, 2, 1};
  const struct {
    const char *rule;
    const pair *when;
    double w0, end;
    const amine_value *values;
    int n;
  } cases[] = {
      {"stdp", &before, 0, e, VALUES({"a_plus", 1}, {"a_minus", 0}, {"tau_plus_ms", 1e6})},
      {"stdp", &after, 1, 1 - e, VALUES({"a_plus", 0}, {"a_minus", 1}, {"tau_minus_ms", 1e6})},
      {"istdp", &before, 0, e,
       VALUES({"eta", 1}, {"rho0_hz", 0}, {"tau_ms", 1e6}, {"w_min", 0}, {"w_max", 10})},
      {"triplet", &triple_post, 0, exp(-1 / 1e3) * exp(-(T + 1) / 1e6),
       VALUES({"a2_plus", 0}, {"a3_plus", 1}, {"a2_minus", 0}, {"a3_minus", 0},
              {"tau_plus_ms", 1e3}, {"tau_y_ms", 1e6})},
      {"triplet", &triple_pre, 1, 1 - exp(-1 / 1e3) * exp(-T / 1e6),
       VALUES({"a2_plus", 0}, {"a3_plus", 0}, {"a2_minus", 0}, {"a3_minus", 1},
              {"tau_minus_ms", 1e3}, {"tau_x_ms", 1e6})},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    amine_brain *b =
        two(cases[k].when, with(cases[k].rule, cases[k].w0, cases[k].values, cases[k].n));
    MUST(amine_brain_run(b, T + 4, &error));
    near(cases[k].rule, weight(b), cases[k].end, 1e-6);
    amine_brain_destroy(b);
  }
}

/* theta comes down from 1 with 1e6 ms: what an arrival at T finds of it, without and with r */
static void slow_threshold_of_bcm(void **state) {
  (void)state;
  enum { T = 20000 };
  const pair when = {{T}, {T - 1}, 1, 1};
  amine_brain *b = two(&when, with("bcm", 0,
                                   VALUES({"eta", 0.001}, {"bcm_tau_ms", 1e6}, {"tau_rate_ms", 1e3},
                                          {"theta_min", 0}, {"bcm_target_rate_hz", 1})));
  MUST(amine_brain_run(b, T + 3, &error));
  const double f = exp(-1 / 1e3), r0 = f, r1 = f * f; /* after the steps T - 1 and T */
  double theta = pow(exp(-1e-6), T - 1);
  theta += -expm1(-1e-6) * (r0 * r0 - theta);
  theta += -expm1(-1e-6) * (r1 * r1 - theta);
  near("w", weight(b), 0.001 * r1 * (r1 - theta), 1e-5);
  amine_brain_destroy(b);
}

/* Of the second spike arrives what the first one left, recovered for 10,000 ms of 1e6. */
static void slow_short_term_plasticity(void **state) {
  (void)state;
  enum { T = 10000 };
  amine_brain *b = brain(1);
  const int neurons[2] = {0, 0};
  const double times[2] = {0, T};
  MUST(amine_brain_add_population(b, NULL, "a", 1, "spikes", NULL, 0, &error));
  MUST(amine_brain_add_population(b, NULL, "b", 1, "lif", VALUES({"v_threshold_mv", 1e3}), &error));
  MUST(amine_brain_add_spikes(b, 0, neurons, times, 2, &error));
  amine_projection p = amine_projection_default();
  p.source = 0, p.target = 1, p.weight = 100, p.delay_ms = 1;
  p.stp_u = 0.4, p.stp_tau_rec_ms = 1e6, p.stp_tau_facil_ms = 2e6;
  MUST(amine_brain_connect(b, NULL, &p, &error));
  MUST(amine_brain_run(b, T + 2, &error));
  float v;
  MUST(amine_brain_get(b, 1, "v", &v, &error));
  const double u0 = 0.4 * exp(-0.005);
  const double u = u0 + 0.4 * (1 - u0), R = 1 - 0.4 * exp(-0.01);
  near("what arrives", (double)v + 65, 100 * u * R, 4e-6); /* V is at rest to 1e-4 mV */
  amine_brain_destroy(b);
}

/* ------------------------------------------------------------------------------- sums, weights */
/* 65,536 and 70,000 equal arrivals in one step, of one weight and of weights that learn. */
static void many_arrivals(void **state) {
  (void)state;
  for (int k = 0; k < 4; k++) {
    const int n = k % 2 ? 70000 : 65536;
    amine_brain *b = brain(1);
    int *neurons = calloc((size_t)n, sizeof *neurons);
    double *times = calloc((size_t)n, sizeof *times);
    for (int i = 0; i < n; i++) neurons[i] = i;
    MUST(amine_brain_add_population(b, NULL, "a", n, "spikes", NULL, 0, &error));
    MUST(amine_brain_add_population(b, NULL, "b", 1, "lif", VALUES({"v_threshold_mv", 1e3}),
                                    &error));
    MUST(amine_brain_add_spikes(b, 0, neurons, times, (size_t)n, &error));
    amine_projection p =
        k < 2 ? amine_projection_default() : with(k == 2 ? "stdp" : "da-stdp", 0, NULL, 0);
    p.source = 0, p.target = 1, p.connect = AMINE_CONNECT_ALL, p.weight = 0.01, p.delay_ms = 1;
    MUST(amine_brain_connect(b, NULL, &p, &error));
    MUST(amine_brain_run(b, 2, &error));
    float v;
    MUST(amine_brain_get(b, 1, "v", &v, &error));
    near("what arrives", (double)v + 65, n * 0.01, 1e-6);
    amine_brain_destroy(b);
    free(neurons);
    free(times);
  }
}

/* Two thousand changes of 1e-8 of a weight of 1, up and down; weights keep them. */
static void small_changes(void **state) {
  (void)state;
  enum { N = 2000 };
  static int neurons[N];
  static double times[N];
  const struct {
    const char *rule;
    double each;
    const amine_value *values;
    int n;
  } cases[] = {
      {"stdp", 1e-8,
       VALUES({"a_plus", 1e-8}, {"a_minus", 0}, {"nearest", 1}, {"tau_plus_ms", 1e-3},
              {"w_max", 2})},
      {"stdp", -1e-8 * exp(-1 / 20.0),
       VALUES({"a_plus", 0}, {"a_minus", 1e-8}, {"nearest", 1}, {"w_max", 2})},
      {"hebb", 1e-8, VALUES({"eta", 1e-8}, {"w_max", 2})},
      {"da-stdp", 0.5e-8, /* c lasts for 0.5 ms, and d - b is 1 */
       VALUES({"a_plus", 1e-8}, {"a_minus", 0}, {"nearest", 1}, {"tau_plus_ms", 1e-3},
              {"tau_c_ms", 0.5}, {"w_max", 2}, {"b", -1})},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    amine_brain *b = brain(1);
    for (int which = 0; which < 2; which++) {
      for (int i = 0; i < N; i++) times[i] = 2 * i + which;
      MUST(amine_brain_add_population(b, NULL, which ? "b" : "a", 1, "spikes", NULL, 0, &error));
      MUST(amine_brain_add_spikes(b, which, neurons, times, N, &error));
    }
    amine_projection p = with(cases[k].rule, 1, cases[k].values, cases[k].n);
    p.source = 0, p.target = 1;
    p.delay_ms = cases[k].each < 0 ? 2 : 1; /* an arrival with its spike, or one step after it */
    MUST(amine_brain_connect(b, NULL, &p, &error));
    MUST(amine_brain_run(b, 2 * N + 3, &error));
    near("the change", weight(b) - 1, N * cases[k].each, 0.01);
    amine_brain_destroy(b);
  }
}

/* Eligibility that the score changes in every step, once the source's trace has gone. */
static void slow_scores(void **state) {
  (void)state;
  enum { T = 10000 };
  amine_brain *b = brain(1);
  MUST(amine_brain_add_population(b, NULL, "a", 1, "spikes", NULL, 0, &error));
  MUST(amine_brain_add_population(b, NULL, "b", 1, "escape", NULL, 0, &error));
  MUST(amine_brain_add_spikes(b, 0, &(int){0}, &(double){0}, 1, &error));
  amine_projection p = with("r-max", 1, VALUES({"tau_e_ms", 1e6}));
  p.source = 0, p.target = 1;
  MUST(amine_brain_connect(b, NULL, &p, &error));
  float c[2];
  for (int k = 0; k < 2; k++) {
    MUST(amine_brain_run(b, k ? T : 2000, &error));
    MUST(amine_brain_synapses(b, 0, "c", NULL, NULL, NULL, &c[k], &error));
  }
  assert_true(c[0] != 0);
  near("c", (double)c[1], (double)c[0] * exp(-0.01), 3e-7);
  amine_brain_destroy(b);
}

/* A part of 3e-8 is lost in a sweep. And homeostasis as slow as that. */
static void slow_sweeps(void **state) {
  (void)state;
  const pair never = {{0}, {0}, 0, 0};
  enum { SWEEPS = 500 };
  for (int k = 0; k < 2; k++) {
    amine_brain *b =
        two(&never, k ? with("none", 1,
                             VALUES({"target_rate_hz", 1}, {"scaling_rate", 3e-8},
                                    {"time_window_ms", 100}, {"w_max", 2}))
                      : with("none", 1, VALUES({"weight_decay", 3e-10}, {"w_max", 2})));
    MUST(amine_brain_run(b, SWEEPS * 100 + 1, &error));
    near("the change", weight(b) - 1, k ? expm1(3e-8 * SWEEPS) : expm1(-3e-8 * SWEEPS), 0.01);
    amine_brain_destroy(b);
  }
}

/* All that is kept in 64 bits, and what weights are short of, is saved and comes back: a run that
 * was cut is the same as one that was not. */
static amine_brain *slow_brain(void) {
  static int neurons[60];
  static double times[60];
  amine_brain *b = brain(0.05);
  for (int i = 0; i < 60; i++) neurons[i] = i % 20, times[i] = 0.05 * (i * 7 % 900);
  MUST(amine_brain_add_population(b, NULL, "a", 20, "spikes", NULL, 0, &error));
  MUST(amine_brain_add_population(b, NULL, "b", 40, "adex", VALUES({"tau_w_ms", 1e4}), &error));
  MUST(amine_brain_add_spikes(b, 0, neurons, times, 60, &error));
  MUST(amine_brain_set_current(b, 1, 900, 50, &error));
  amine_projection p = with("stdp", 1, VALUES({"tau_plus_ms", 1e4}, {"a_plus", 1e-6}));
  p.source = 0, p.target = 1, p.connect = AMINE_CONNECT_ALL, p.weight_max = 1.5;
  p.stp_u = 0.4, p.stp_tau_rec_ms = 800;
  MUST(amine_brain_connect(b, NULL, &p, &error));
  p = with("bcm", 0.5, NULL, 0);
  p.source = 1, p.target = 1, p.connect = AMINE_CONNECT_ALL;
  MUST(amine_brain_connect(b, NULL, &p, &error));
  return b;
}

static void saved(void **state) {
  (void)state;
  char path[64] = "/tmp/amine-precision-XXXXXX";
  const int file = mkstemp(path);
  assert_true(file >= 0);
  close(file);
  amine_brain *whole = slow_brain(), *first = slow_brain(), *second = slow_brain();
  MUST(amine_brain_run(whole, 1200, &error));
  MUST(amine_brain_run(first, 700, &error));
  MUST(amine_brain_save(first, path, &error));
  MUST(amine_brain_restore(second, path, &error));
  MUST(amine_brain_run(second, 500, &error));
  static float a[1600], b[1600];
  for (int k = 0; k < 2; k++) {
    const size_t n = k ? 1600 : 800;
    MUST(amine_brain_synapses(whole, k, "w", NULL, NULL, NULL, a, &error));
    MUST(amine_brain_synapses(second, k, "w", NULL, NULL, NULL, b, &error));
    assert_memory_equal(a, b, n * sizeof *a);
  }
  const char *const names[] = {"v", "w", "g_e"};
  for (int k = 0; k < 3; k++) {
    MUST(amine_brain_get(whole, 1, names[k], a, &error));
    MUST(amine_brain_get(second, 1, names[k], b, &error));
    assert_memory_equal(a, b, 40 * sizeof *a);
  }
  assert_true(amine_brain_spike_count(whole, 1) > 40);
  amine_brain_destroy(whole);
  amine_brain_destroy(first);
  amine_brain_destroy(second);
  unlink(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(rheobase),
                                     cmocka_unit_test(slow_states),
                                     cmocka_unit_test(long_refractoriness),
                                     cmocka_unit_test(slow_traces),
                                     cmocka_unit_test(slow_threshold_of_bcm),
                                     cmocka_unit_test(slow_short_term_plasticity),
                                     cmocka_unit_test(many_arrivals),
                                     cmocka_unit_test(small_changes),
                                     cmocka_unit_test(slow_scores),
                                     cmocka_unit_test(slow_sweeps),
                                     cmocka_unit_test(saved)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
