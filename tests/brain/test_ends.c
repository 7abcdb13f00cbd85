/* Every parameter of every neuron model and synapse rule at both ends of its range, alone and in
 * pairs, with steps from 1 microsecond to 100 ms: it is refused in a sentence, or all stays finite
 * and the neuron fires as its twin in 64 bits does. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "brain/brain.h"

static amine_error error;
#define MUST(call)                                                                                 \
  do {                                                                                             \
    if ((call) != AMINE_OK) fail_msg("%s", error.message);                                         \
  } while (0)

/* What is tried, in words. */
static const char *words(const char *name, double dt_ms, const amine_value *v, int n) {
  static char text[256];
  int at = snprintf(text, sizeof text, "%s, dt_ms = %g", name, dt_ms);
  for (int k = 0; k < n; k++)
    at += snprintf(text + at, sizeof text - (size_t)at, ", %s = %g", v[k].name, v[k].value);
  return text;
}

typedef const amine_parameter *parameters(const char *name, int k);
typedef void visit(const char *name, double dt_ms, const amine_value *values, int n);

/* Visits the ends of each parameter alone, or of each pair. */
static void visit_ends(visit *see, parameters *of, const char *name, double dt_ms, int pairs) {
  for (int i = 0; of(name, i); i++)
    for (int e = 0; e < 2; e++) {
      const amine_parameter *p = of(name, i);
      amine_value v[2] = {{p->name, e ? p->max : p->min}, {NULL, 0}};
      if (!pairs) see(name, dt_ms, v, 1);
      for (int j = i + 1; pairs && of(name, j); j++)
        for (int f = 0; f < 2; f++) {
          const amine_parameter *q = of(name, j);
          v[1] = (amine_value){q->name, f ? q->max : q->min};
          see(name, dt_ms, v, 2);
        }
    }
}

/* ------------------------------------------------------------------------------------ neurons */
static int tried, refused;

/* 100 steps of one neuron with a current and a few arrivals; false if it is refused. */
static bool live(uint64_t *n_spikes, const char *model, double dt_ms, const amine_value *v, int n,
                 bool twin) {
  amine_brain *b;
  MUST(amine_brain_create(&b, dt_ms, 1, &error));
  if (amine_brain_add_population(b, NULL, "c", 1, model, v, n, &error) != AMINE_OK) {
    assert_non_null(strstr(error.message, "population c"));
    assert_non_null(strstr(error.message, "needs steps of at most"));
    amine_brain_destroy(b);
    return false;
  }
  if (twin) b->populations[0].is_wide = true;
  const bool picoamperes = strcmp(model, "lif-cond") == 0 || strcmp(model, "adex") == 0;
  MUST(amine_brain_set_current(b, 0, picoamperes ? 1000 : strcmp(model, "lif") == 0 ? 30 : 10, 0,
                               &error));
  MUST(amine_brain_add_population(b, NULL, "s", 1, "spikes", NULL, 0, &error));
  const int who[4] = {0, 0, 0, 0};
  const double when[4] = {dt_ms, 3 * dt_ms, 20 * dt_ms, 21 * dt_ms};
  MUST(amine_brain_add_spikes(b, 1, who, when, 4, &error));
  for (int r = 0; r < 2; r++) {
    amine_projection p = amine_projection_default();
    p.source = 1, p.target = 0, p.weight = r ? 5 : 7, p.delay_ms = dt_ms;
    p.receptor = r ? AMINE_RECEPTOR_2 : AMINE_RECEPTOR_1;
    MUST(amine_brain_connect(b, NULL, &p, &error));
  }
  if (amine_brain_run(b, 100, &error) != AMINE_OK)
    fail_msg("%s: %s", words(model, dt_ms, v, n), error.message);
  for (int s = 0; b->populations[0].model->states[s]; s++)
    if (!isfinite(b->states[s][0]))
      fail_msg("%s: %s", words(model, dt_ms, v, n), b->populations[0].model->states[s]);
  *n_spikes = amine_brain_spike_count(b, 0);
  amine_brain_destroy(b);
  return true;
}

static void neuron(const char *model, double dt_ms, const amine_value *v, int n) {
  for (int k = 0; k < n; k++) /* w pulls V down the harder the lower it is: no end to that */
    if (strcmp(v[k].name, "a_ns") == 0 && v[k].value < 0) return;
  if (n == 2 && v[0].value == v[1].value) return; /* a threshold at rest: the last digit decides */
  uint64_t spikes, twin;
  tried++;
  if (!live(&spikes, model, dt_ms, v, n, false)) {
    refused++;
    return;
  }
  assert_true(live(&twin, model, dt_ms, v, n, true));
  if (spikes + 1 < twin || twin + 1 < spikes)
    fail_msg("%s: %d spikes, not %d", words(model, dt_ms, v, n), (int)spikes, (int)twin);
}

static void neurons(void **state) {
  (void)state;
  const char *const models[] = {"lif", "lif-cond", "adex", "escape"};
  const double steps_ms[] = {1e-3, 0.1, 1, 10, 100};
  for (int k = 0; k < 4; k++) {
    for (int d = 0; d < 5; d++)
      visit_ends(neuron, amine_neuron_parameter, models[k], steps_ms[d], 0);
    visit_ends(neuron, amine_neuron_parameter, models[k], k % 2 ? 0.1 : 100, 1);
  }
  for (int d = 0; d < 2; d++) /* a half step of v is Euler's: with longer ones it overshoots */
    visit_ends(neuron, amine_neuron_parameter, "izhikevich", steps_ms[d], 0);
  print_message("%d neurons, %d refused\n", tried, refused);
}

/* An upswing sharper than 32 bits reach; a synapse far slower than the membrane, and a step far
 * longer than both. */
static void known(void **state) {
  (void)state;
  amine_brain *b;
  MUST(amine_brain_create(&b, 0.1, 1, &error));
  MUST(amine_brain_add_population(b, NULL, "c", 1, "adex", &(amine_value){"delta_t_mv", 0.5}, 1,
                                  &error));
  MUST(amine_brain_set_current(b, 0, 1000, 0, &error));
  MUST(amine_brain_run(b, 10000, &error));
  assert_int_equal(amine_brain_spike_count(b, 0), 31);
  amine_brain_destroy(b);
  const amine_value slow[] = {{"tau_m_ms", 0.1}, {"tau_e_ms", 20}, {"v_threshold_mv", 1000}};
  MUST(amine_brain_create(&b, 100, 1, &error));
  MUST(amine_brain_add_population(b, NULL, "c", 1, "lif", slow, 3, &error));
  MUST(amine_brain_set(b, 0, "g_e", &(float){1}, &error));
  MUST(amine_brain_run(b, 1, &error));
  float v;
  MUST(amine_brain_get(b, 0, "v", &v, &error));
  assert_true(fabs((double)v + 65 - 20 / 19.9 * exp(-5)) < 1e-5);
  amine_brain_destroy(b);
}

/* -------------------------------------------------------------------------------------- rules */
/* Spikes on both sides and rewards, for 100 steps. */
static void rule(const char *name, double dt_ms, const amine_value *v, int n) {
  amine_brain *b;
  const bool scores = strcmp(name, "r-max") == 0;
  MUST(amine_brain_create(&b, dt_ms, 1, &error));
  MUST(amine_brain_add_population(b, NULL, "s", 2, "spikes", NULL, 0, &error));
  MUST(amine_brain_add_population(b, NULL, "c", 2, scores ? "escape" : "spikes", NULL, 0, &error));
  const int who[8] = {0, 1, 0, 0, 1, 0, 1, 0}, at[8] = {1, 3, 20, 21, 22, 50, 80, 90};
  double when[2][8];
  for (int k = 0; k < 8; k++) when[0][k] = at[k] * dt_ms, when[1][k] = (at[k] + k % 3) * dt_ms;
  for (int k = 0; k < (scores ? 1 : 2); k++)
    MUST(amine_brain_add_spikes(b, k, who, when[k], 8, &error));
  amine_projection p = amine_projection_default();
  p.source = 0, p.target = 1, p.weight = 0.5, p.delay_ms = dt_ms, p.connect = AMINE_CONNECT_ALL;
  p.rule = name, p.values = v, p.n_values = n;
  tried++;
  if (amine_brain_connect(b, NULL, &p, &error) != AMINE_OK) {
    assert_non_null(strstr(error.message, name));
    refused++;
    amine_brain_destroy(b);
    return;
  }
  for (int k = 0; k < 10; k++) {
    MUST(amine_brain_reward(b, k % 2 ? 1 : -0.5, &error));
    if (amine_brain_run(b, 10, &error) != AMINE_OK)
      fail_msg("%s: %s", words(name, dt_ms, v, n), error.message);
  }
  float w[4], c[4] = {0};
  const am_projection *made = &b->projections[0];
  MUST(amine_brain_synapses(b, 0, "w", NULL, NULL, NULL, w, &error));
  if (made->rule->dopamine)
    MUST(amine_brain_synapses(b, 0, "c", NULL, NULL, NULL, c, &error));
  for (int k = 0; k < 4; k++)
    if (!isfinite(w[k]) || !isfinite(c[k]) ||
        (made->rule->kernels[0] && (w[k] < made->k[AM_SYNAPSE_W_MIN] ||
                                    w[k] > made->k[AM_SYNAPSE_W_MAX])))
      fail_msg("%s: w %g, c %g", words(name, dt_ms, v, n), (double)w[k], (double)c[k]);
  for (int l = 0; l < made->rule->n_y; l++)
    for (int k = 0; k < 2; k++)
      if (!isfinite(made->y[l][k])) fail_msg("%s: trace %d", words(name, dt_ms, v, n), l);
  amine_brain_destroy(b);
}

static void rules(void **state) {
  (void)state;
  tried = refused = 0;
  const double steps_ms[] = {1e-3, 0.1, 1, 100};
  const char *name;
  for (int k = 0; (name = amine_synapse_rule(k, NULL)); k++) {
    for (int d = 0; d < 4; d++)
      visit_ends(rule, amine_synapse_rule_parameter, name, steps_ms[d], 0);
    visit_ends(rule, amine_synapse_rule_parameter, name, 1, 1);
  }
  /* a read that comes long after eligibility has gone */
  rule("da-stdp", 1, (const amine_value[]){{"read_ms", 50}, {"tau_c_ms", 0.3}}, 2);
  print_message("%d rules, %d refused\n", tried, refused);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(neurons), cmocka_unit_test(known),
                                     cmocka_unit_test(rules)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
