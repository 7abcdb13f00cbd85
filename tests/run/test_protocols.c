/* The protocols: saved and restored in the middle they measure the same; a
 * state that cannot be is refused; a brain that does not suit gets a sentence; what their controls
 * hold still does stand still. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "format/json.h"
#include "run/simulation_checkpoint.h"
#include "run/studies.h"
#include "small.h"

/* A preset, its protocol, and a key with which a few seconds bring it to its end. */
static const struct {
  const char *preset, *protocol, *length;
} cases[] = {
    {"reinforcement", "reinforcement", "protocol.trials=12"},
    {"attention", "attention", "protocol.trials=9"},
    {"inhibition", "inhibition", "protocol.trials=11"},
    {"together", "together", "protocol.steps=3500"},
    {"gridworld", "gridworld", "protocol.cap=3"},
    {"reversal", "reversal", "protocol.block=3"},
    {"florian2007-xor", "xor", "protocol.pattern_ms=150"},
};
enum { N = sizeof cases / sizeof *cases };

static char base[64];

static int make_base(void **state) {
  (void)state;
  am_json_init();
  return folder_make(base, sizeof base);
}

static int remove_base(void **state) {
  (void)state;
  folder_remove(base);
  return 0;
}

static void good(amine_status status, const amine_error *error) {
  if (status != AMINE_OK) fail_msg("%s", error->message);
}

static am_simulation_config config_of(const char *preset, const char *const *changes, int n) {
  am_simulation_config c;
  amine_error error = {0};
  good(am_simulation_config_load(&c, preset, &error), &error);
  good(am_simulation_config_apply(&c, changes, n, &error), &error);
  return c;
}

static void run_until(am_simulation *s, uint64_t slice) {
  amine_error error = {0};
  while (am_simulation_slice(s) < slice) good(am_simulation_run(s, NULL, &error), &error);
}

static void compare(const am_simulation *a, const am_simulation *b) {
  double x[AM_MEASURES_MAX], y[AM_MEASURES_MAX];
  am_simulation_measure(a, x);
  am_simulation_measure(b, y);
  for (int k = 0; k < a->config->protocol->n_measures; k++) {
    if (isnan(x[k])) fail_msg("%s is not a number", a->config->protocol->measures[k].name);
    assert_memory_equal(&x[k], &y[k], sizeof x[k]);
  }
  assert_memory_equal(a->state, b->state, a->config->protocol->state_size);
}

/* Straight through, and by way of a checkpoint at `half`. */
static void interrupt(const char *name, const char *length, uint64_t half) {
  const char *changes[] = {"duration_s=4", "seed=3", length};
  const uint64_t all = 40;
  am_simulation *straight, *first, *second;
  am_simulation_mark mark = {0}, loaded = {0};
  amine_error error = {0};
  char path[100];
  am_simulation_config c = config_of(name, changes, 3);
  snprintf(path, sizeof path, "%s/%s.safetensors", base, name);
  good(am_simulation_create(&straight, &c, 1, NULL, &error), &error);
  good(am_simulation_create(&first, &c, 1, NULL, &error), &error);
  run_until(straight, all);
  run_until(first, half);
  good(am_simulation_mark_make(&mark, amine_brain_n_populations(first->brain), &error), &error);
  good(am_simulation_checkpoint_save(first, &mark, path, &error), &error);
  good(am_simulation_prepare(&second, &c, 1, NULL, &error), &error);
  good(am_simulation_checkpoint_load(second, &loaded, path, &error), &error);
  run_until(first, all);
  run_until(second, all);
  compare(straight, first);
  compare(straight, second);
  am_simulation_mark_free(&mark);
  am_simulation_mark_free(&loaded);
  am_simulation_destroy(straight);
  am_simulation_destroy(first);
  am_simulation_destroy(second);
  am_simulation_config_free(&c);
}

/* While a cue is there, and between two. */
static void test_same_after_a_checkpoint(void **state) {
  (void)state;
  for (int k = 0; k < N; k++) {
    interrupt(cases[k].preset, cases[k].length, 13);
    interrupt(cases[k].preset, cases[k].length, 15);
    interrupt(cases[k].preset, cases[k].length, 17);
  }
}

static void test_a_state_that_cannot_be(void **state) {
  (void)state;
  const char *changes[] = {"duration_s=1"};
  for (int k = 0; k < N; k++) {
    am_simulation *s;
    amine_error error = {0};
    am_simulation_config c = config_of(cases[k].preset, changes, 1);
    good(am_simulation_create(&s, &c, 1, NULL, &error), &error);
    assert_true(c.protocol->check(s->state, &s->stage));
    memset(s->state, 0xff, c.protocol->state_size);
    assert_false(c.protocol->check(s->state, &s->stage));
    am_simulation_destroy(s);
    am_simulation_config_free(&c);
  }
}

/* Each protocol on the brain of another. */
static void test_a_brain_that_does_not_suit(void **state) {
  (void)state;
  for (int k = 0; k < N; k++) {
    char change[64];
    const char *changes[] = {change};
    am_simulation *s;
    amine_error error = {0};
    snprintf(change, sizeof change, "protocol.type=%s", cases[k].protocol);
    am_simulation_config c = config_of(cases[(k + 1) % N].preset, changes, 1);
    assert_int_equal(am_simulation_create(&s, &c, 1, NULL, &error), AMINE_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, cases[k].protocol));
    assert_non_null(strstr(error.message, "needs a population"));
    am_simulation_config_free(&c);
  }
}

/* How far the weights have moved in all. */
static double moved(const char *clamp) {
  const char *changes[] = {"duration_s=3", clamp};
  am_simulation *s;
  amine_error error = {0};
  double sum = 0;
  am_simulation_config c = config_of("reinforcement", changes, clamp ? 2 : 1);
  good(am_simulation_create(&s, &c, 1, NULL, &error), &error);
  run_until(s, 30);
  for (int k = 0; k < s->n_learning; k++) {
    const am_learning *l = &s->learning[k];
    float *w = am_alloc(l->n_synapses, sizeof *w);
    assert_non_null(w);
    good(amine_brain_synapses(s->brain, l->projection, "w", NULL, NULL, NULL, w, &error), &error);
    for (size_t i = 0; i < l->n_before; i++)
      sum += fabs((double)w[i * l->stride] - (double)l->before[i]);
    am_free(w);
  }
  am_simulation_destroy(s);
  am_simulation_config_free(&c);
  return sum;
}

static void test_no_dopamine_no_learning(void **state) {
  (void)state;
  assert_true(moved(NULL) > 1);
  assert_true(moved("clamp.dopamine=0.5") == 0);
}

static double measure_of(const char *preset, const char *change, int k) {
  const char *changes[] = {"duration_s=20", change};
  double values[AM_MEASURES_MAX];
  am_simulation *s;
  amine_error error = {0};
  am_simulation_config c = config_of(preset, changes, 2);
  good(am_simulation_create(&s, &c, 1, NULL, &error), &error);
  run_until(s, 200);
  am_simulation_measure(s, values);
  am_simulation_destroy(s);
  am_simulation_config_free(&c);
  return values[k];
}

/* The treatment of inhibition is an event: serotonin is where a clamp would hold it. */
static void test_serotonin_stays_at_its_level(void **state) {
  (void)state;
  assert_float_equal(measure_of("inhibition", "seed=1", 3), 0.8, 1e-6);
  assert_float_equal(measure_of("inhibition", "protocol.serotonin=0.3", 3), 0.3, 1e-6);
  assert_float_equal(measure_of("inhibition", "clamp.serotonin=0.5", 3), 0.5, 1e-6);
}

/* ------------------------------------------------------------------------------ activity */
/* While it settles, and later: its state knows the neurons' last spikes. */
static void test_activity_after_a_checkpoint(void **state) {
  (void)state;
  interrupt("vogels-abbott-coba", "protocol.settle_s=1", 3);
  interrupt("vogels-abbott-coba", "protocol.settle_s=1", 21);
}

static void test_activity_refuses(void **state) {
  (void)state;
  static const struct {
    const char *change, *says;
  } refused[] = {
      {"protocol.second=2", "needs a population number 2"},
      {"protocol.kick_n=1000", NULL}, /* as many as there are */
      {"populations.E.n=49", "kick_n=50: the population has only 49"},
      {"protocol.second=0", NULL},
  };
  for (size_t k = 0; k < sizeof refused / sizeof *refused; k++) {
    const char *changes[] = {"duration_s=0.1", refused[k].change};
    am_simulation *s;
    amine_error error = {0};
    am_simulation_config c = config_of("vogels-abbott-coba", changes, 2);
    const amine_status status = am_simulation_create(&s, &c, 1, NULL, &error);
    if (refused[k].says) {
      assert_int_equal(status, AMINE_ERROR_ARGUMENT);
      if (!strstr(error.message, refused[k].says)) fail_msg("%s", error.message);
    } else {
      good(status, &error);
      run_until(s, 1);
      assert_true(c.protocol->check(s->state, &s->stage));
      memset(s->state, 0xff, c.protocol->state_size);
      assert_false(c.protocol->check(s->state, &s->stage));
      am_simulation_destroy(s);
    }
    am_simulation_config_free(&c);
  }
}

/* The kick alone makes the network fire: without it nothing ever does. */
static void test_activity_kicks(void **state) {
  (void)state;
  const char *changes[] = {"duration_s=0.2", "protocol.settle_s=0", "protocol.kick_n=0"};
  double values[AM_MEASURES_MAX];
  for (int kicked = 0; kicked < 2; kicked++) {
    am_simulation *s;
    amine_error error = {0};
    am_simulation_config c = config_of("vogels-abbott-coba", changes, kicked ? 2 : 3);
    good(am_simulation_create(&s, &c, 1, NULL, &error), &error);
    run_until(s, 2);
    am_simulation_measure(s, values);
    assert_int_equal(values[0] > 0, kicked);  /* rate */
    assert_int_equal(values[11] > 0, kicked); /* time of the last spike */
    assert_int_equal(values[8] < 1, kicked);  /* silent neurons */
    am_simulation_destroy(s);
    am_simulation_config_free(&c);
  }
}

/* What the spikes say reaches the levels, and does not where they are clamped. */
static void test_uncertainty_moves_the_levels(void **state) {
  (void)state;
  assert_true(measure_of("reversal", "protocol.novelty=0", 11) > 0.01);
  assert_true(measure_of("reversal", "clamp.acetylcholine=0", 11) == 0);
  assert_true(measure_of("reversal", "clamp.norepinephrine=0.25", 10) == 0.25);
}

static void test_a_goal_in_the_wall(void **state) {
  (void)state;
  const char *changes[] = {"protocol.obstacle=true", "protocol.goal=12"};
  am_simulation *s;
  amine_error error = {0};
  am_simulation_config c = config_of("gridworld", changes, 2);
  assert_int_equal(am_simulation_create(&s, &c, 1, NULL, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "protocol.goal=12"));
  am_simulation_config_free(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_same_after_a_checkpoint),
      cmocka_unit_test(test_a_state_that_cannot_be),
      cmocka_unit_test(test_a_brain_that_does_not_suit),
      cmocka_unit_test(test_no_dopamine_no_learning),
      cmocka_unit_test(test_serotonin_stays_at_its_level),
      cmocka_unit_test(test_activity_after_a_checkpoint),
      cmocka_unit_test(test_activity_refuses),
      cmocka_unit_test(test_activity_kicks),
      cmocka_unit_test(test_uncertainty_moves_the_levels),
      cmocka_unit_test(test_a_goal_in_the_wall),
  };
  return cmocka_run_group_tests(tests, make_base, remove_base);
}
