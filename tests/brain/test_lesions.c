/* Lesions: a population that is silent, a projection that is blocked, a brain that rests. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "amine/brain.h"
#include "amine/events.h"
#include "format/support.h"

static amine_error error;

enum { N = 60, STEPS = 3000 };

/* A noisy source, its targets and what they excite in turn; `rule` onto the targets. */
static amine_brain *make(const char *rule, bool with_second) {
  amine_brain *b;
  int id;
  EXPECT_OK(amine_brain_create(&b, 0.5, 3, &error), &error);
  EXPECT_OK(amine_brain_add_population(b, &id, "S", N, "izhikevich", NULL, 0, &error), &error);
  EXPECT_OK(amine_brain_add_population(b, &id, "T", N, "escape", NULL, 0, &error), &error);
  EXPECT_OK(amine_brain_add_population(b, &id, "U", N, "izhikevich", NULL, 0, &error), &error);
  EXPECT_OK(amine_brain_set_current(b, 0, 3, 8, &error), &error);
  EXPECT_OK(amine_brain_set_poisson(b, 1, 1, 500, 0.8, &error), &error);
  EXPECT_OK(amine_brain_set_current(b, 2, 2, 8, &error), &error);
  amine_projection p = amine_projection_default();
  p.source = 0, p.target = 1, p.probability = 0.4, p.weight = 0.6, p.rule = rule;
  p.delay_ms = 2;
  amine_value bounds[] = {{"w_min", 0}, {"w_max", 5}, {"weight_decay", 1e-4}};
  p.values = bounds;
  p.n_values = strcmp(rule, "none") ? 3 : 0;
  EXPECT_OK(amine_brain_connect(b, &id, &p, &error), &error);
  p.source = 1, p.target = 2, p.weight = 4, p.rule = "none", p.n_values = 0;
  if (with_second) EXPECT_OK(amine_brain_connect(b, &id, &p, &error), &error);
  return b;
}

static void run(amine_brain *b, uint64_t steps) {
  EXPECT_OK(amine_brain_run(b, steps, &error), &error);
}

/* All spikes that wait, as one number that differs where they do. */
static uint64_t spikes(amine_brain *b, int population, size_t *found) {
  const size_t n = amine_brain_n_spikes(b);
  uint64_t *steps = calloc(n + 1, sizeof *steps), sum = 0;
  int *populations = calloc(n + 1, sizeof(int)), *neurons = calloc(n + 1, sizeof(int));
  amine_brain_read_spikes(b, steps, populations, neurons, n);
  size_t of = 0;
  for (size_t k = 0; k < n; k++)
    if (populations[k] == population) {
      sum = (sum ^ (steps[k] * 1000 + (uint64_t)neurons[k])) * 1099511628211u;
      of++;
    }
  free(steps), free(populations), free(neurons);
  if (found) *found = of;
  return sum;
}

static void weights(amine_brain *b, int projection, float *w, size_t *n) {
  amine_brain_projection(b, projection, NULL, NULL, n);
  EXPECT_OK(amine_brain_synapses(b, projection, "w", NULL, NULL, NULL, w, &error), &error);
}

static void who_is_silent_reaches_nobody(void **state) {
  (void)state;
  amine_brain *lesioned = make("none", true), *without = make("none", false);
  run(lesioned, 500);
  EXPECT_OK(amine_brain_silence(lesioned, 0, 1, &error), &error);
  assert_true(amine_brain_is_silent(lesioned, 0) && !amine_brain_is_silent(lesioned, 1));
  const uint64_t before = amine_brain_spike_count(lesioned, 0);
  assert_true(before > 50);
  run(lesioned, STEPS);
  assert_int_equal(amine_brain_spike_count(lesioned, 0), before);
  float v[N], later[N];
  EXPECT_OK(amine_brain_get(lesioned, 0, "v", v, &error), &error);
  run(lesioned, 20);
  EXPECT_OK(amine_brain_get(lesioned, 0, "v", later, &error), &error);
  assert_memory_not_equal(v, later, sizeof v); /* it lives on */
  EXPECT_OK(amine_brain_silence(lesioned, 0, 0, &error), &error);
  run(lesioned, 500);
  assert_true(amine_brain_spike_count(lesioned, 0) > before + 50);
  amine_brain_destroy(lesioned);
  /* to the targets it is as if nothing came */
  lesioned = make("none", true);
  EXPECT_OK(amine_brain_silence(lesioned, 1, 1, &error), &error);
  run(lesioned, STEPS);
  run(without, STEPS);
  size_t n;
  const uint64_t seen = spikes(lesioned, 2, &n);
  assert_true(n > 20 && seen == spikes(without, 2, NULL));
  amine_brain_destroy(lesioned);
  amine_brain_destroy(without);
}

static void what_is_blocked_brings_nothing(void **state) {
  (void)state;
  amine_brain *lesioned = make("none", true), *without = make("none", false), *whole = make("none", true);
  EXPECT_OK(amine_brain_block(lesioned, 1, 1, &error), &error);
  assert_true(amine_brain_is_blocked(lesioned, 1) && !amine_brain_is_blocked(lesioned, 0));
  run(lesioned, STEPS);
  run(without, STEPS);
  run(whole, STEPS);
  const uint64_t seen = spikes(lesioned, 2, NULL);
  assert_true(seen == spikes(without, 2, NULL) && seen != spikes(whole, 2, NULL));
  EXPECT_OK(amine_brain_block(lesioned, 1, 0, &error), &error);
  run(lesioned, STEPS);
  run(without, STEPS);
  assert_true(spikes(lesioned, 2, NULL) != spikes(without, 2, NULL));
  amine_brain_destroy(lesioned);
  amine_brain_destroy(without);
  amine_brain_destroy(whole);
}

/* Each of our rules: while the brain rests or the projection is blocked no weight changes, and what it
 * fires is what synapses that never learn make it fire; before and after they do change. */
static void weights_rest(void **state) {
  (void)state;
  const char *name;
  float before[N * N], then[N * N];
  int n_rules = 0;
  for (int k = 0; (name = amine_synapse_rule(k, NULL)); k++) {
    if (strcmp(name, "none") == 0) continue;
    n_rules++;
    size_t n;
    amine_brain *b = make(name, true), *fixed = make("none", true);
    amine_brain_rest(b, 1);
    assert_true(amine_brain_is_resting(b));
    weights(b, 0, before, &n);
    run(b, STEPS), run(fixed, STEPS);
    EXPECT_OK(amine_brain_reward(b, 1, &error), &error);
    weights(b, 0, then, &n);
    assert_memory_equal(before, then, n * sizeof *then);
    if (spikes(b, 1, NULL) != spikes(fixed, 1, NULL)) fail_msg("%s: it fires otherwise", name);
    amine_brain_rest(b, 0);
    EXPECT_OK(amine_brain_reward(b, 1, &error), &error);
    run(b, STEPS);
    weights(b, 0, then, &n);
    if (memcmp(before, then, n * sizeof *then) == 0) fail_msg("%s: it does not learn again", name);
    amine_brain_rest(b, 1);
    weights(b, 0, before, &n);
    run(b, 700); /* over the end of an epoch and of windows */
    weights(b, 0, then, &n);
    for (size_t i = 0; i < n; i++) /* what is pending is settled, so the last digits may move */
      if (!(before[i] - then[i] < 1e-5f && then[i] - before[i] < 1e-5f))
        fail_msg("%s: weight %zu moved from %g to %g", name, i, (double)before[i], (double)then[i]);
    amine_brain_destroy(b);
    amine_brain_destroy(fixed);
  }
  assert_true(n_rules >= 9);
}

static void a_saved_brain_keeps_them(void **state) {
  (void)state;
  const char *path = "lesions.safetensors";
  amine_brain *b = make("stdp", true), *again = make("stdp", true);
  run(b, 300);
  EXPECT_OK(amine_brain_save(b, path, &error), &error);
  EXPECT_OK(amine_brain_silence(again, 2, 1, &error), &error);
  EXPECT_OK(amine_brain_restore(again, path, &error), &error);
  assert_false(amine_brain_is_silent(again, 2)); /* saved whole */
  EXPECT_OK(amine_brain_silence(b, 0, 1, &error), &error);
  EXPECT_OK(amine_brain_block(b, 1, 1, &error), &error);
  amine_brain_rest(b, 1);
  run(b, 300);
  EXPECT_OK(amine_brain_save(b, path, &error), &error);
  EXPECT_OK(amine_brain_restore(again, path, &error), &error);
  assert_true(amine_brain_is_silent(again, 0) && amine_brain_is_blocked(again, 1) &&
              amine_brain_is_resting(again) && !amine_brain_is_silent(again, 2));
  spikes(b, 0, NULL);
  run(b, 500), run(again, 500);
  assert_true(spikes(b, 1, NULL) == spikes(again, 1, NULL));
  float w[2][N * N];
  size_t n;
  weights(b, 0, w[0], &n), weights(again, 0, w[1], &n);
  assert_memory_equal(w[0], w[1], n * sizeof **w);
  unlink(path);
  amine_brain_destroy(b);
  amine_brain_destroy(again);
}

static void what_is_not_there_is_named(void **state) {
  (void)state;
  amine_brain *b = make("none", true);
  assert_int_equal(amine_brain_silence(b, 3, 1, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "3"));
  assert_int_equal(amine_brain_block(b, 2, 1, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "projection 2"));
  assert_int_equal(amine_brain_block(b, -1, 1, &error), AMINE_ERROR_ARGUMENT);
  assert_false(amine_brain_is_silent(b, 7) || amine_brain_is_blocked(b, 7));
  amine_brain_destroy(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(who_is_silent_reaches_nobody), cmocka_unit_test(what_is_blocked_brings_nothing),
      cmocka_unit_test(weights_rest), cmocka_unit_test(a_saved_brain_keeps_them),
      cmocka_unit_test(what_is_not_there_is_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
