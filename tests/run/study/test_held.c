/* A signal that is held for a quarter of an episode. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "run/config/config.h"
#include "run/study/held.h"
#include "run/train/series.h"

static am_experiment *made(const char *const *keys) {
  am_config c;
  am_experiment *x;
  amine_error error = {0};
  am_config_default(&c);
  assert_int_equal(am_config_load(&c, "nmn", &error), AMINE_OK);
  assert_int_equal(am_config_assign(&c, "network.hidden=9", &error), AMINE_OK);
  for (int k = 0; keys[k]; k++)
    if (am_config_assign(&c, keys[k], &error) != AMINE_OK) fail_msg("%s", error.message);
  assert_int_equal(am_config_resolve(&c, &error), AMINE_OK);
  if (am_experiment_create(&x, &c, &error) != AMINE_OK) fail_msg("%s", error.message);
  am_config_free(&c);
  return x;
}

/* All values of a tensor, by the end of its name. */
static void set_all(am_learner *learner, const char *ending, float value) {
  am_learner_tensor t;
  int n_set = 0;
  for (int k = 0; learner->type->tensor(learner, k, &t); k++) {
    if (!t.is_parameter || !strstr(t.name, ending)) continue;
    const size_t n = t.dims[0] * (t.rank == 2 ? t.dims[1] : 1);
    float *values = malloc(n * sizeof *values);
    for (size_t i = 0; i < n; i++) values[i] = value;
    learner->type->set(learner, k, values);
    free(values);
    n_set++;
  }
  assert_int_equal(n_set, 1);
}

/* What never changes may as well be held; what changes with what was lived may not. Nothing is held
 * any more when it is over. */
static void only_what_changes_costs(void **state) {
  static const char *const both[][3] = {{"task.steps=22", NULL},
                                        {"task.steps=23", "learner.entropy=squared", NULL}};
  (void)state;
  for (int k = 0; k < 2; k++) { /* sixteen lanes side by side, and two */
    am_experiment *x = made(both[k]);
    am_held h, again;
    amine_error error = {0};
    set_all(x->learner, ".gain", 0.5f);
    assert_int_equal(am_held_measure(&h, x, "M_z", 3, &error), AMINE_OK);
    assert_true(h.held != h.free && h.released != h.free);
    assert_null(x->learner->hold);
    assert_int_equal(am_held_measure(&again, x, "M_z", 3, &error), AMINE_OK);
    assert_memory_equal(&h, &again, sizeof h);
    set_all(x->learner, ".signal_weight", 0);
    set_all(x->learner, ".signal_bias", 0.3f);
    assert_int_equal(am_held_measure(&h, x, "M_z", 3, &error), AMINE_OK);
    assert_true(h.held == h.free);
    am_experiment_destroy(x);
  }
}

/* Steps 11 to 15 of 22, and 16 to 21, of the same episodes that are played by hand. */
static void the_quarters_are_these(void **state) {
  static const char *const keys[] = {"task.steps=22", NULL};
  (void)state;
  am_experiment *x = made(keys);
  am_held h;
  amine_error error = {0};
  set_all(x->learner, ".signal_weight", 0); /* held or not, it is the same */
  assert_int_equal(am_held_measure(&h, x, "M_z", 3, &error), AMINE_OK);
  double third = 0, last = 0;
  for (uint32_t lane = 0; lane < AM_HELD_EPISODES; lane++) {
    am_episode e;
    assert_int_equal(
        am_episode_play(&e, x->learner, lane, 3 ^ UINT64_C(0xd1b54a32d192ed03), &error), AMINE_OK);
    const float *rewards = am_episode_find(&e, "rewards")->values;
    for (int t = 11; t < 16; t++) third += (double)rewards[t];
    for (int t = 16; t < 22; t++) last += (double)rewards[t];
    am_episode_free(&e);
  }
  assert_true(fabs(h.free - third / 500) < 1e-9 && fabs(h.held - third / 500) < 1e-9);
  assert_true(fabs(h.released - last / 600) < 1e-9);
  am_experiment_destroy(x);
}

static void what_cannot_be_held_is_said(void **state) {
  static const struct {
    const char *keys[4], *says;
  } cases[] = {
      {{"network.type=gru", "task.steps=8", NULL},
       "the network has no signal M_z that can be held over an episode of 8 steps"},
      {{"task.type=adding", "task.steps=20", NULL},
       "task.type=adding does not reward by the step"}};
  (void)state;
  for (int k = 0; k < 2; k++) {
    am_experiment *x = made(cases[k].keys);
    am_held h;
    amine_error error = {0};
    assert_int_equal(am_held_measure(&h, x, "M_z", 3, &error), AMINE_ERROR_ARGUMENT);
    assert_string_equal(error.message, cases[k].says);
    assert_null(x->learner->hold);
    am_experiment_destroy(x);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(only_what_changes_costs),
      cmocka_unit_test(the_quarters_are_these),
      cmocka_unit_test(what_cannot_be_held_is_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
