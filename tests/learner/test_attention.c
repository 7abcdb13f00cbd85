/* A network that looks back at its episode: it learns a delayed match by backprop, plays the same
 * with gradients and without, and further back than a learner's block, and is refused, with the reason, by learners that follow each unit's
 * own state. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "folder.h"
#include "run/config/objects.h"
#include "run/config/parts.h"
#include "run/train/experiment.h"

enum { EPISODES = 1000, MORE = 10 };

static amine_error error;

/* Keys, the first of which may be a preset. */
static amine_status try(am_experiment **x, const char *const *keys) {
  am_config config;
  am_config_default(&config);
  amine_status status = AMINE_OK;
  for (int k = 0; k < MORE && status == AMINE_OK && keys[k]; k++)
    status = strchr(keys[k], '=') ? am_config_assign(&config, keys[k], &error)
                                  : am_config_load(&config, keys[k], &error);
  if (status == AMINE_OK) status = am_config_resolve(&config, &error);
  if (status == AMINE_OK) status = am_experiment_create(x, &config, &error);
  am_config_free(&config);
  return status;
}

static am_experiment *make(const char *const *keys) {
  am_experiment *x = NULL;
  if (try(&x, keys) != AMINE_OK) fail_msg("%s", error.message);
  return x;
}

static void train(am_experiment *x, int iterations) {
  am_learner_report report;
  for (int k = 0; k < iterations; k++)
    if (am_experiment_iterate(x, &report, &error) != AMINE_OK) fail_msg("%s", error.message);
}

static double mean_reward(am_experiment *x) {
  static double rewards[EPISODES];
  double sum = 0;
  x->learner->type->evaluate(x->learner, rewards, EPISODES, 0, 987654321, true);
  for (int k = 0; k < EPISODES; k++) sum += rewards[k];
  return sum / EPISODES;
}

static double learned(const char *network) {
  const char *const keys[MORE] = {"delayed-match-backprop", network, "learner.rate=0.003",
                                  "learner.beta1=0.9"};
  am_experiment *x = make(keys);
  train(x, 800);
  const double reward = mean_reward(x);
  am_experiment_destroy(x);
  return reward;
}

static void write_text(const char *path, const char *text) {
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  assert_true(fputs(text, f) >= 0);
  assert_int_equal(fclose(f), 0);
}

/* The network's text with a window of two steps. */
static void write_short_sighted(const char *path) {
  const char *text = am_attention_part.text, *end = strstr(text, ", heads)");
  FILE *f = fopen(path, "w");
  assert_non_null(end);
  assert_non_null(f);
  fprintf(f, "%.*s, 2%s", (int)(end + 7 - text), text, end + 7);
  assert_int_equal(fclose(f), 0);
}

/* 0.75 is the most that a network earns that knows the second cue alone, such as one whose window does not
 * reach back to the first. */
static void it_learns(void **state) {
  (void)state;
  char folder[64], path[100], network[120];
  assert_int_equal(folder_make(folder, sizeof folder), 0);
  snprintf(path, sizeof path, "%s/short.txt", folder);
  snprintf(network, sizeof network, "network.text=%s", path);
  write_short_sighted(path);
  const double sees = learned("network.type=attention"), does_not = learned(network);
  folder_remove(folder);
  print_message("mean reward %.3f, and %.3f with a window of two steps\n", sees, does_not);
  assert_true(sees > 0.95);
  assert_true(does_not < 0.8);
}

/* Where no gradient is asked for less is kept; what is played is the same. */
static void without_gradients(void **state) {
  (void)state;
  double rewards[2][EPISODES];
  static const char *const learners[] = {"learner.type=bptt", "learner.type=none"};
  for (int k = 0; k < 2; k++) {
    const char *const keys[MORE] = {
        learners[k],         "task.type=recall", "task.length=4", "network.type=attention",
        "network.hidden=20", "network.layers=2", "seed=3"};
    am_experiment *x = make(keys);
    x->learner->type->evaluate(x->learner, rewards[k], EPISODES, 0, 5, false);
    am_experiment_destroy(x);
  }
  assert_memory_equal(rewards[0], rewards[1], sizeof rewards[0]);
  int right = 0;
  for (int k = 0; k < EPISODES; k++) right += rewards[0][k] > 0;
  assert_true(right > 0 && right < EPISODES); /* or they could not differ */
}

/* With queries of 0 what is looked at is the mean of the episode so far, which states can hold too:
 * so where a learner keeps its steps, and looks back further than a block of them, can be seen. */
static void a_mean_of_the_past(void **state) {
  (void)state;
  static const char *const texts[] = {
      "input u\nstate x[n]\nx <- tanh(W @ attend(0 * u, u, u, 1) + V @ x + b)\noutput x\n",
      "input u\nstate x[n]\nstate total[u]\nstate count[1]\n"
      "x <- tanh(W @ ((total + u) / (count + 1)) + V @ x + b)\n"
      "total <- total + u\ncount <- count + 1\noutput x\n"};
  static const char *const learners[] = {"learner.type=exploratory-hebb", "learner.type=delta"};
  static float activity[2][100 * 20], weights[2][20 * 20];
  char folder[64], path[100], network[120];
  assert_int_equal(folder_make(folder, sizeof folder), 0);
  for (int l = 0; l < 2; l++) {
    for (int k = 0; k < 2; k++) {
      snprintf(path, sizeof path, "%s/%d.txt", folder, k);
      snprintf(network, sizeof network, "network.text=%s", path);
      write_text(path, texts[k]);
      const char *const keys[MORE] = {"task.type=dnms",
                                      "task.stimulus_ms=20",
                                      "task.delay_ms=10",
                                      "task.wait_ms=10",
                                      "task.response_ms=30",
                                      learners[l],
                                      "network.hidden=20",
                                      network,
                                      "seed=4"};
      am_experiment *x = make(keys);
      am_series all[AM_SERIES_MAX + 1] = {{0}};
      assert_true(x->task->n_steps > 64 && x->task->n_steps <= 100);
      train(x, 3);
      const int n = x->learner->type->series(x->learner, all);
      for (int i = 0; i < n; i++) {
        all[i].values = calloc((size_t)(x->task->n_steps * all[i].width), sizeof(float));
        assert_non_null(all[i].values);
      }
      x->learner->type->watch(x->learner, all, 0, 1, true);
      for (int i = 0; i < n; i++) {
        if (all[i].width == 20)
          memcpy(activity[k], all[i].values, (size_t)(x->task->n_steps * 20) * sizeof(float));
        free(all[i].values);
      }
      am_learner_tensor t;
      for (int i = 0; x->learner->type->tensor(x->learner, i, &t); i++)
        if (strstr(t.name, "V_l0") && t.is_parameter)
          x->learner->type->get(x->learner, i, weights[k]);
      am_experiment_destroy(x);
    }
    double largest = 0;
    for (int i = 0; i < 100 * 20; i++) {
      largest = fmax(largest, fabs((double)activity[0][i]));
      if (!(fabs((double)(activity[0][i] - activity[1][i])) < 1e-4))
        fail_msg("%s, step %d: %g and %g", learners[l], i / 20, (double)activity[0][i],
                 (double)activity[1][i]);
    }
    for (int i = 0; i < 20 * 20; i++)
      assert_true(fabs((double)(weights[0][i] - weights[1][i])) < 1e-4);
    assert_true(largest > 0.1 && weights[0][0] != 0);
  }
  folder_remove(folder);
}

static void refused_with_the_reason(void **state) {
  (void)state;
  const am_part *p;
  int n_refused = 0;
  for (int k = 0; (p = am_registry_at(&am_standard_parts, AM_LEARNER, k)); k++) {
    const am_learner_type *type = (const am_learner_type *)p;
    char learner[64];
    snprintf(learner, sizeof learner, "learner.type=%s", p->name);
    const char *const keys[MORE] = {learner, "task.type=delayed-match", "network.type=attention"};
    am_experiment *x = NULL;
    if (type->past || !(type->asks & AM_ASKS_ACTIONS)) continue;
    assert_int_equal(try(&x, keys), AMINE_ERROR_ARGUMENT);
    if (!strstr(error.message, "attend looks at earlier steps of the episode"))
      fail_msg("%s: %s", p->name, error.message);
    assert_false(am_learner_trains(type, &am_attention_part));
    n_refused++;
  }
  assert_true(n_refused >= 4);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_learns), cmocka_unit_test(without_gradients),
      cmocka_unit_test(a_mean_of_the_past), cmocka_unit_test(refused_with_the_reason)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
