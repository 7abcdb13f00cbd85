/* The texts of the presets volatile-bandit and discounted-ucb, step by step, against an independent
 * program (tests/reference/volatile_bandit.py): the same arms are pulled, with the same probabilities. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/safetensors.h"
#include "run/train/evaluate.h"
#include "run/train/experiment.h"
#include "small.h"

enum { STEPS = 300, ARMS = 5, LONGEST = 64 };
#define TOLERANCE 2e-4 /* of a probability: float32, through temperatures of 0.07 */
static const uint64_t SEED = 20261130;

static const struct {
  const char *name, *preset, *assignments[7];
} cases[] = {
    {"estimated", "volatile-bandit", {NULL}},
    {"known", "volatile-bandit", {"task.told=true", "network.uncertainty=known"}},
    {"fixed",
     "volatile-bandit",
     {"network.rate_by=fixed", "network.rate=0.1", "network.temperature_by=fixed",
      "network.temperature=0.2", "network.alarm_at=1000", "network.bonus=0"}},
    {"ucb", "discounted-ucb", {NULL}},
};
enum { N_CASES = sizeof cases / sizeof *cases };

static am_experiment *player_with(int k, const char *const *more, int n_more) {
  am_experiment *x;
  am_config c;
  amine_error error = {0};
  am_config_default(&c);
  if (am_config_load(&c, cases[k].preset, &error) != AMINE_OK) fail_msg("%s", error.message);
  small_set(&c, "task.steps=300");
  small_set(&c, "task.block=50");
  small_set(&c, "task.chance=0.5");
  small_set(&c, "threads=1");
  for (int i = 0; cases[k].assignments[i]; i++) small_set(&c, cases[k].assignments[i]);
  for (int i = 0; i < n_more; i++) small_set(&c, more[i]);
  if (am_config_resolve(&c, &error) != AMINE_OK) fail_msg("%s", error.message);
  if (am_experiment_create(&x, &c, &error) != AMINE_OK) fail_msg("%s", error.message);
  am_config_free(&c);
  return x;
}

static void take(double *out, const char *of, const char *what, int rank) {
  am_tensor_file *file;
  const size_t dims[] = {STEPS, ARMS};
  char name[LONGEST];
  amine_error error = {0};
  snprintf(name, sizeof name, "%s/%s", of, what);
  amine_status status =
      am_tensor_file_open(&file, TEST_DATA "/volatile_bandit.safetensors", 1 << 20, false, &error);
  if (status == AMINE_OK) {
    status = am_tensor_file_copy(file, name, out, AM_F64, rank, dims, &error);
    am_tensor_file_close(file);
  }
  if (status != AMINE_OK) fail_msg("%s", error.message);
}

/* Life number `lane` by the player: its actions and policies. */
static void live(am_experiment *x, uint32_t lane, float *actions, float *policy) {
  am_series series[AM_SERIES_MAX + 1];
  float *other[AM_SERIES_MAX] = {0};
  const int n = x->learner->type->series(x->learner, series);
  bool found[2] = {false, false};
  for (int i = 0; i < n; i++) {
    const bool acts = strcmp(series[i].name, "actions") == 0;
    const bool says = strcmp(series[i].name, "policy") == 0;
    other[i] = calloc((size_t)STEPS * (size_t)series[i].width, sizeof **other);
    assert_non_null(other[i]);
    series[i].values = acts ? actions : says ? policy : other[i];
    found[0] |= acts;
    found[1] |= says && series[i].width == ARMS;
  }
  assert_true(found[0] && found[1]);
  x->learner->type->watch(x->learner, series, lane, SEED, false);
  for (int i = 0; i < n; i++) free(other[i]);
}

static void plays_as_the_reference(void **state) {
  (void)state;
  for (int k = 0; k < N_CASES; k++) {
    static double wanted[STEPS][ARMS], pulled[STEPS];
    static float policy[STEPS][ARMS], actions[STEPS];
    am_experiment *x = player_with(k, NULL, 0);
    take(&wanted[0][0], cases[k].name, "policy", 2);
    take(pulled, cases[k].name, "actions", 1);
    live(x, (uint32_t)k, actions, &policy[0][0]);
    double highest = 0, lowest = 1;
    for (int t = 0; t < STEPS; t++) {
      if ((double)actions[t] != pulled[t])
        fail_msg("%s: arm %g, not %g, at step %d", cases[k].name, (double)actions[t], pulled[t], t);
      for (int a = 0; a < ARMS; a++) {
        if (!(fabs((double)policy[t][a] - wanted[t][a]) <= TOLERANCE))
          fail_msg("%s: %g, not %g, for arm %d at step %d", cases[k].name, (double)policy[t][a],
                   wanted[t][a], a, t);
        highest = fmax(highest, wanted[t][a]);
        lowest = fmin(lowest, wanted[t][a]);
      }
    }
    assert_true(highest > 0.9 && lowest < 0.01); /* it has decided something */
    am_experiment_destroy(x);
  }
}

/* Without noise what is earned and what is regretted are together what the best arm earns; at any
 * number of moments the regret is what it is step by step. */
static void regret_is_what_is_missing(void **state) {
  (void)state;
  enum { LIVES = 40, FEW = 7 };
  static const char *const quiet[] = {"task.sd_low=0", "task.sd_high=0", "threads=2"};
  am_experiment *x = player_with(0, quiet, 3);
  amine_error error = {0};
  am_evaluation by_player, again, best;
  static double each[STEPS], few[FEW];
  assert_int_equal(am_evaluate_regret(&by_player, each, STEPS, x, LIVES, 5, &error), AMINE_OK);
  assert_int_equal(am_evaluate_regret(&again, few, FEW, x, LIVES, 5, &error), AMINE_OK);
  assert_int_equal(am_evaluate_policy(&best, x->task, "ceiling", LIVES, 5, 1, &error), AMINE_OK);
  assert_true(by_player.mean == again.mean && each[STEPS - 1] > 1);
  assert_true(fabs(by_player.mean + each[STEPS - 1] - best.mean) < 1e-3);
  for (int t = 1; t < STEPS; t++) assert_true(each[t] >= each[t - 1]);
  for (int i = 0; i < FEW; i++) assert_true(few[i] == each[(i + 1) * STEPS / FEW - 1]);
  assert_null(x->learner->regret);
  am_experiment_destroy(x);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(plays_as_the_reference),
                                     cmocka_unit_test(regret_is_what_is_missing)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
