/* Fast and slow weights: the equation by hand, in numbers that float holds exactly; what it leaves
 * alone; and that without usefulness, or without strength, nothing is held. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "learner/consolidation.h"
#include "small.h"

/* Where w - w_0 was 0.5 the bottom of U is 0.25 + 0.1f: usefulness of that size makes U = 1, so
 * with kappa = 3 the grip is 3 and p = 3/4. The learner stepped by 0.5 from 1.5 to 2, the slow
 * weight is 1: w = 2 + 3/4 (1 - 1.5) = 1.625; w_slow = 1 + 1/4 (1.625 - 1) = 1.15625. */
static void holds_by_hand(void **state) {
  (void)state;
  const float bottom = 0.5f * 0.5f + 0.1f;
  const am_consolidation o = {.on = true, .strength = 3, .rate = 0.25f};
  float w[4] = {2, 2, 2, 2}, slow[4] = {1, 1, 1, 1};
  float useful[4] = {bottom, -2, -7, INFINITY};
  const float before[4] = {1.5f, 1.5f, 1.5f, 1.5f}, change[4] = {0, 4, 2, 1},
              first[4] = {1, 1, 1, 1};
  am_consolidation_hold(w, slow, useful, before, change, first, &o, 4);
  assert_true(useful[0] == bottom && useful[1] == 0 && useful[2] == -6); /* u + g d */
  assert_true(w[0] == 1.625f && slow[0] == 1.15625f);
  for (int k = 1; k < 3; k++)
    assert_true(w[k] == 2 && slow[k] == 1.25f);   /* no use, or harm: free */
  assert_true(w[3] == 1.5f && slow[3] == 1.125f); /* all the way to the slow one */
}

/* A step that the change asked for makes use, and use grips in the same step: g d = 2 * 0.5 = 1
 * where the weight was at w_0: U = 1 / 0.1f. */
static void use_grips_at_once(void **state) {
  (void)state;
  const am_consolidation o = {.on = true, .strength = 0.5f, .rate = 0};
  float w = 1.5f, slow = 0, useful = 0;
  const float before = 1, change = 2, first = 1, grip = 0.5f * 1 / 0.1f;
  am_consolidation_hold(&w, &slow, &useful, &before, &change, &first, &o, 1);
  assert_true(useful == 1 && slow == 0);
  assert_true(w == 1.5f - (1 - 1 / (1 + grip)));
}

/* ------------------------------------------------------------------------------ in a learner */
static am_experiment *trained(const char *strength, const char *consolidation, int n) {
  const small_variant v = {"",
                           {SIGNALLING, "task.type=delayed-match", "network.layers=2",
                            "learner.lambda=0.9", consolidation, strength}};
  const am_config c = small_config(&v);
  am_experiment *x = small_experiment(&c);
  for (int k = 0; k < n; k++) {
    am_learner_report report;
    assert_int_equal(am_experiment_iterate(x, &report, NULL), AMINE_OK);
  }
  return x;
}

/* A weight that holds nothing back is the same weight as without consolidation. */
static void no_strength_changes_nothing(void **state) {
  (void)state;
  am_experiment *a = trained(NULL, "learner.consolidation=none", 7);
  am_experiment *b = trained("learner.slow_strength=0", "learner.consolidation=slow", 7);
  am_experiment *c = trained("learner.slow_strength=1e6", "learner.consolidation=slow", 7);
  const am_agent *p = am_agent_of(a->learner), *q = am_agent_of(b->learner);
  const am_agent *r = am_agent_of(c->learner);
  assert_memory_equal(p->parameters, q->parameters, p->places.size * sizeof(float));
  assert_memory_not_equal(p->parameters, r->parameters, p->places.size * sizeof(float));
  am_experiment_destroy(a);
  am_experiment_destroy(b);
  am_experiment_destroy(c);
}

static const float *tensor_of(const am_experiment *x, const char *name, size_t *n) {
  static float values[1 << 16];
  am_learner_tensor t;
  for (int k = 0; x->learner->type->tensor(x->learner, k, &t); k++)
    if (strcmp(t.name, name) == 0) {
      *n = t.dims[0] * (t.rank > 1 ? t.dims[1] : 1);
      x->learner->type->get(x->learner, k, values);
      return values;
    }
  fail_msg("no %s", name);
  return NULL;
}

/* Held are the controller, its output and its gains; critic, feedback and signalling GRU are not.
 */
static void only_the_controller_is_held(void **state) {
  (void)state;
  static const struct {
    const char *name;
    bool held;
  } cases[] = {{"useful.gru.weight_ih_l0", true},    {"useful.gru.weight_hh_l1", true},
               {"useful.h2o.weight", true},          {"useful.gain.weight", true},
               {"useful.critic.weight", false},      {"useful.feedback.weight", false},
               {"useful.signal.weight_ih_l0", false}};
  am_experiment *x = trained("learner.slow_strength=10", "learner.consolidation=slow", 4);
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    size_t n = 0, other = 0;
    const float *values = tensor_of(x, cases[k].name, &n);
    for (size_t i = 0; i < n; i++) other += values[i] != 0;
    if ((other > 0) != cases[k].held) fail_msg("%s: %zu are not 0", cases[k].name, other);
  }
  am_experiment_destroy(x);
}

/* A network that begins with weights given to it (weights=, from=) holds on to those: before its first
 * step slow and first ones are what it begins with, whatever it was made with. */
static void given_weights_are_held(void **state) {
  (void)state;
  static float given[1 << 16];
  am_experiment *x = trained(NULL, "learner.consolidation=slow", 0);
  am_agent *a = (am_agent *)(void *)x->learner;
  am_learner_report report;
  size_t n;
  for (size_t i = 0; i < a->places.size; i++) a->parameters[i] *= 2;
  const float *w = tensor_of(x, "gru.weight_hh_l0", &n);
  memcpy(given, w, n * sizeof *given);
  for (int i = 0; i < 4; i++) assert_int_equal(am_experiment_iterate(x, &report, NULL), AMINE_OK);
  assert_memory_equal(tensor_of(x, "first.gru.weight_hh_l0", &n), given, n * sizeof *given);
  w = tensor_of(x, "slow.gru.weight_hh_l0", &n);
  for (size_t i = 0; i < n; i++) assert_true(fabsf(w[i] - given[i]) < 0.05f);
  am_experiment_destroy(x);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(holds_by_hand),
      cmocka_unit_test(use_grips_at_once),
      cmocka_unit_test(no_strength_changes_nothing),
      cmocka_unit_test(only_the_controller_is_held),
      cmocka_unit_test(given_weights_are_held),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
