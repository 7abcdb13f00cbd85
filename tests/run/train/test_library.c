/* The public face of experiments, as a program sees it: what a run in memory tells, and that it is
 * what happened. */
#include <fenv.h>
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "amine/amine.h"

static const char *const small[] = {"task.size=7", "task.steps=20", "network.hidden=16", "batch=6"};

static amine_experiment *make(const char *preset, const char *const *changes, int n) {
  amine_experiment *x = NULL;
  amine_error error = {0};
  if (amine_experiment_create(&x, preset, changes, n, &error)) fail_msg("%s", error.message);
  return x;
}

static void the_version_is_one(void **state) {
  char text[32];
  int major, minor, patch;
  (void)state;
  snprintf(text, sizeof text, "%d.%d.%d", AMINE_VERSION_MAJOR, AMINE_VERSION_MINOR,
           AMINE_VERSION_PATCH);
  assert_string_equal(amine_version(), text);
  assert_int_equal(sscanf(amine_version(), "%d.%d.%d", &major, &minor, &patch), 3);
  assert_int_equal(AMINE_VERSION_NUMBER, 10000 * major + 100 * minor + patch);
}

/* What a program of other headers knows of a struct: its first two members, or more than we do. */
static void structs_may_be_shorter_and_longer(void **state) {
  (void)state;
  struct {
    amine_progress progress;
    double later[3];
  } longer = {.progress = {.size = sizeof longer}, .later = {1, 2, 3}};
  struct {
    size_t size;
    double reward, other;
  } shorter = {.size = offsetof(amine_progress, value), .reward = -7, .other = -7};
  amine_experiment *a = make("maze", small, 4), *b = make("maze", small, 4);
  assert_int_equal(amine_experiment_iterate(a, &longer.progress, NULL), AMINE_OK);
  assert_int_equal(amine_experiment_iterate(b, (amine_progress *)(void *)&shorter, NULL), AMINE_OK);
  assert_int_equal(longer.progress.size, sizeof longer);
  assert_true(isfinite(longer.progress.reward) && longer.progress.rate > 0);
  for (int k = 0; k < 3; k++) assert_true(longer.later[k] == k + 1);
  assert_int_equal(shorter.size, offsetof(amine_progress, value));
  assert_true(shorter.reward == longer.progress.reward && shorter.other == -7);
  amine_experiment_destroy(a);
  amine_experiment_destroy(b);
}

static void the_configuration_makes_it_again(void **state) {
  char path[] = "/tmp/amine-library-XXXXXX.json";
  (void)state;
  amine_experiment *x = make("maze", small, 4);
  json_error_t wrong;
  json_t *root = json_loads(amine_experiment_config(x), 0, &wrong);
  if (!root) fail_msg("%s", wrong.text);
  assert_int_equal(json_integer_value(json_object_get(json_object_get(root, "task"), "size")), 7);
  assert_string_equal(json_string_value(json_object_get(json_object_get(root, "rule"), "type")),
                      "clip");
  json_decref(root);
  const int file = mkstemps(path, 5);
  assert_true(file >= 0);
  const size_t n = strlen(amine_experiment_config(x));
  assert_int_equal(write(file, amine_experiment_config(x), n), n);
  close(file);
  amine_experiment *again = make(path, NULL, 0);
  unlink(path);
  assert_string_equal(amine_experiment_config(again), amine_experiment_config(x));
  amine_experiment_destroy(again);
  amine_experiment_destroy(x);
}

/* ------------------------------------------------------------------------------ running */
typedef struct looked {
  int n, stop_at, rounding;
  double reward[8];
} looked;

static int look(void *user, amine_experiment *x, const amine_progress *now) {
  looked *l = user;
  assert_int_equal(now->size, sizeof *now);
  l->rounding = fegetround();
  l->reward[l->n++] = now->reward;
  assert_int_equal(amine_experiment_iteration(x), l->n);
  return l->n == l->stop_at;
}

static void a_run_is_its_iterations(void **state) {
  (void)state;
  amine_experiment *a = make("maze", small, 4), *b = make("maze", small, 4);
  amine_error error = {0};
  looked seen = {0};
  fesetround(FE_UPWARD);
  assert_int_equal(amine_experiment_run(a, 3, look, &seen, &error), AMINE_OK);
  assert_int_equal(seen.rounding, FE_UPWARD);
  fesetround(FE_TONEAREST);
  assert_int_equal(seen.n, 3);
  for (int k = 0; k < 3; k++) {
    amine_progress now = {.size = sizeof now};
    assert_int_equal(amine_experiment_iterate(b, &now, &error), AMINE_OK);
    assert_true(now.reward == seen.reward[k]);
  }
  seen.stop_at = 5;
  assert_int_equal(amine_experiment_run(a, 4, look, &seen, &error), AMINE_ERROR_STOPPED);
  assert_string_equal(error.message, "stopped after iteration 5");
  assert_int_equal(amine_experiment_run(a, 2, NULL, NULL, &error), AMINE_OK);
  assert_int_equal(amine_experiment_iteration(a), 7);
  amine_experiment_destroy(a);
  amine_experiment_destroy(b);
}

/* ------------------------------------------------------------------------------ an episode */
static const float *series(const amine_episode *e, const char *wanted, int width) {
  const float *values;
  const char *name, *meaning;
  int w;
  for (int k = 0; (values = amine_episode_series(e, k, &name, &meaning, &w)); k++) {
    if (strcmp(name, wanted) != 0) continue;
    assert_int_equal(w, width);
    assert_non_null(meaning);
    return values;
  }
  fail_msg("there is no series %s", wanted);
  return NULL;
}

/* It is the one that evaluation plays, whose world gave what the record says. */
static void an_episode_is_that_of_evaluation(void **state) {
  static const char *const bandit[] = {"task.steps=30", "network.hidden=16", "batch=6"};
  (void)state;
  amine_experiment *x = make("bandit", bandit, 3);
  amine_score score = {.size = sizeof score}, two = score;
  amine_episode *first = NULL, *again = NULL, *second = NULL;
  assert_int_equal(amine_experiment_run(x, 20, NULL, NULL, NULL), AMINE_OK);
  assert_int_equal(amine_experiment_evaluate(x, &score, 1, 9, 0, NULL), AMINE_OK);
  assert_int_equal(amine_experiment_evaluate(x, &two, 2, 9, 0, NULL), AMINE_OK);
  assert_int_equal(amine_experiment_episode(x, &first, 9, 0, NULL), AMINE_OK);
  assert_int_equal(amine_experiment_episode(x, &again, 9, 0, NULL), AMINE_OK);
  assert_int_equal(amine_experiment_episode(x, &second, 9, 1, NULL), AMINE_OK);
  amine_experiment_destroy(x); /* they outlive it */
  const int T = amine_episode_steps(first);
  assert_int_equal(T, 30);
  const float *rewards = series(first, "rewards", 1), *later = series(second, "rewards", 1);
  const float *actions = series(first, "actions", 1), *inputs = series(first, "inputs", 4);
  assert_memory_equal(rewards, series(again, "rewards", 1), (size_t)T * sizeof *rewards);
  series(first, "activity", 16);
  double sum = 0, sum_later = 0;
  for (int t = 0; t < T; t++) {
    sum += (double)rewards[t];
    sum_later += (double)later[t];
    for (int arm = 0; arm < 2; arm++) /* the input tells which arm was pulled last */
      assert_true(inputs[4 * t + arm] == (float)(t > 0 && (int)actions[t - 1] == arm));
  }
  assert_true(sum > 0 && sum == score.mean);
  assert_true(fabs((sum + sum_later) / 2 - two.mean) < 1e-12);
  assert_null(amine_episode_series(first, -1, NULL, NULL, NULL));
  amine_episode_destroy(first);
  amine_episode_destroy(again);
  amine_episode_destroy(second);
  amine_episode_destroy(NULL);
}

static void an_episode_that_is_not_there(void **state) {
  static const char *const changes[] = {"task.steps=30", "network.hidden=16"};
  (void)state;
  amine_experiment *x = make("gains", changes, 2);
  amine_episode *e = NULL;
  amine_error error = {0};
  assert_int_equal(amine_experiment_episode(x, &e, 1, 1, &error), AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message, "no episode 1: the task has 1");
  assert_null(e);
  assert_int_equal(amine_experiment_episode(x, &e, 1, 0, &error), AMINE_OK);
  series(e, "targets", 1);
  amine_episode_destroy(e);
  amine_experiment_destroy(x);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_version_is_one),
      cmocka_unit_test(structs_may_be_shorter_and_longer),
      cmocka_unit_test(the_configuration_makes_it_again),
      cmocka_unit_test(a_run_is_its_iterations),
      cmocka_unit_test(an_episode_is_that_of_evaluation),
      cmocka_unit_test(an_episode_that_is_not_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
