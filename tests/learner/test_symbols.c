/* Tasks of symbols by backpropagation through time: against tests/reference/symbols.py, window after
 * window; evaluation leaves training as it was; what it refuses. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "format/file.h"
#include "run/train/series.h"

#define MORE 8

static void set(am_config *config, const char *assignment) {
  amine_error error = {0};
  if (am_config_assign(config, assignment, &error) != AMINE_OK) fail_msg("%s", error.message);
}

static am_experiment *experiment_of(const char *const more[MORE]) {
  static const char *const common[] = {"task.type=text",
                                       "task.file=" TEST_DATA "/text.txt",
                                       "task.vocabulary=40",
                                       "task.steps=9",
                                       "batch=5",
                                       "network.hidden=6",
                                       "learner.type=bptt",
                                       "learner.embedding=4",
                                       "learner.rate=.3",
                                       "learner.optimiser=sgd",
                                       "threads=2",
                                       "learner.norm_clip=2"};
  am_config config;
  am_experiment *x = NULL;
  amine_error error = {0};
  am_config_default(&config);
  for (size_t k = 0; k < sizeof common / sizeof *common; k++) set(&config, common[k]);
  for (int k = 0; k < MORE && more[k]; k++) set(&config, more[k]);
  if (am_config_resolve(&config, &error) != AMINE_OK ||
      am_experiment_create(&x, &config, &error) != AMINE_OK)
    fail_msg("%s", error.message);
  am_config_free(&config);
  return x;
}

/* The first values of the reference. */
static void put_weights(am_learner *learner) {
  am_learner_tensor t;
  for (int k = 0; learner->type->tensor(learner, k, &t) && t.is_parameter; k++) {
    const size_t n = t.dims[0] * (t.rank > 1 ? t.dims[1] : 1);
    float *values = test_calloc(n, sizeof *values);
    for (size_t i = 0; i < n; i++) {
      const double value = 0.4 * sin(1 + k + 0.7 * (double)i) + (strstr(t.name, "alpha") ? 0.3 : 0);
      values[i] = (float)(strstr(t.name, "etaet") ? fabs(value) : value);
    }
    learner->type->set(learner, k, values);
    test_free(values);
  }
}

static void check_case(const char *line) {
  char rule[32], name[64], layers[64];
  int fanout, n_layers, at;
  assert_int_equal(sscanf(line, "%31s %d %d %n", rule, &fanout, &n_layers, &at), 3);
  const bool plain = strcmp(rule, "none") == 0;
  snprintf(name, sizeof name, "rule.type=%s", rule);
  snprintf(layers, sizeof layers, "network.layers=%d", n_layers);
  const char *const of_plain[MORE] = {"network.type=lstm", layers};
  const char *const of_plastic[MORE] = {"network.type=plastic-lstm", layers, name, "rule.clip=.2",
                                        fanout ? "modulator.fanout=true"
                                               : "modulator.fanout=false"};
  am_experiment *x = experiment_of(plain ? of_plain : of_plastic);
  am_learner *learner = x->learner;
  double rewards[17];
  put_weights(learner);
  char *rest = (char *)(uintptr_t)line + at;
  for (int window = 0; window < 6; window++) {
    am_learner_report report;
    amine_error error = {0};
    const double loss = strtod(rest, &rest), norm = strtod(rest, &rest);
    if (window % 2) learner->type->evaluate(learner, rewards, 17, 0, 1, false);
    assert_int_equal(learner->type->iterate(learner, &report, &error), AMINE_OK);
    if (fabs(report.loss - loss) > 2e-6 * loss || fabs(report.gradient_norm - norm) > 2e-5 * norm)
      fail_msg("%.20s window %d: %.9g, %.9g, not %.9g, %.9g", line, window, report.loss,
               report.gradient_norm, loss, norm);
    assert_float_equal((float)report.reward, (float)-report.loss, 1e-5f);
  }
  am_experiment_destroy(x);
}

static void it_is_what_the_reference_says(void **state) {
  (void)state;
  unsigned char *lines;
  size_t size;
  int n = 0;
  assert_int_equal(am_file_read(TEST_DATA "/symbols_expected.txt", 1 << 16, &lines, &size, NULL),
                   AMINE_OK);
  for (char *line = strtok((char *)lines, "\n"); line; line = strtok(NULL, "\n"), n++)
    check_case(line);
  assert_int_equal(n, 4);
  am_free(lines);
}

/* Windows of a block in turn carry its state on: the first is that of a fresh network, and all are
 * the same in one call or with fewer windows; threads change nothing. */
static void evaluation_goes_on_from_window_to_window(void **state) {
  (void)state;
  const char *const plastic[MORE] = {"network.type=plastic-lstm", "rule.type=clip"};
  am_experiment *x = experiment_of(plastic);
  double some[13], all[25], again[25];
  put_weights(x->learner);
  x->learner->type->evaluate(x->learner, all, 25, 0, 1, false);
  x->learner->type->evaluate(x->learner, some, 13, 0, 2, true);
  x->learner->type->evaluate(x->learner, again, 25, 0, 1, false);
  assert_memory_equal(all, again, sizeof all);
  assert_memory_equal(all, some, sizeof some);
  for (int k = 0; k < 25; k++)
    if (!(all[k] < 0 && all[k] > -20)) fail_msg("window %d: %g", k, all[k]);
  am_experiment_destroy(x);
}

/* Windows that are watched in a row are those that are evaluated in a row. */
static void watched_windows_go_on(void **state) {
  static const char *const networks[2][MORE] = {
      {"network.type=lstm", "network.layers=2", "task.test=.4"},
      {"network.type=plastic-lstm", "rule.type=eligibility", "modulator.fanout=true",
       "task.test=.4"}};
  enum { B = 5, N = 3 };
  (void)state;
  for (int q = 0; q < 2; q++) {
    am_experiment *x = experiment_of(networks[q]);
    am_learner *learner = x->learner;
    double rewards[N * B];
    assert_true(am_task_evaluated(x->task)->n_episodes >= N * B);
    put_weights(learner);
    learner->type->evaluate(learner, rewards, N * B, 0, 1, false);
    for (int k = 0; k < N; k++) {
      am_episode e;
      amine_error error = {0};
      double sum = 0;
      assert_int_equal(am_episode_play(&e, learner, (uint32_t)(k * B), 1, &error), AMINE_OK);
      const am_series *surprise = am_episode_find(&e, "surprise");
      for (int t = 0; t < e.n_steps; t++) sum -= (double)surprise->values[t];
      if (fabs(sum / e.n_steps - rewards[k * B]) > 1e-6)
        fail_msg("window %d: %.9g, evaluated %.9g", k, sum / e.n_steps, rewards[k * B]);
      am_episode_free(&e);
    }
    am_experiment_destroy(x);
  }
}

/* What is written first after a window comes as often as it was expected there by what reads on. */
static void it_writes_what_it_expects(void **state) {
  static const char *const networks[2][MORE] = {
      {"network.type=lstm", "network.layers=2", "task.test=.4", "learner.rate=1"},
      {"network.type=plastic-lstm", "rule.type=eligibility", "task.test=.4", "learner.rate=1"}};
  enum { DRAWS = 2000, LONG = 40, WINDOWS = 5, B = 5 };
  (void)state;
  for (int q = 0; q < 2; q++) {
    am_experiment *x = experiment_of(networks[q]);
    am_learner *learner = x->learner;
    int some[LONG], others[LONG], again[LONG], first[DRAWS];
    am_learner_report report;
    am_episode e;
    amine_error error = {0};
    for (int k = 0; k < 300; k++) /* so that what came before matters */
      assert_int_equal(learner->type->iterate(learner, &report, &error), AMINE_OK);
    for (int window = 0; window < WINDOWS; window++) {
      assert_int_equal(am_episode_play(&e, learner, (uint32_t)(window * B), 1, &error), AMINE_OK);
      if (window > 0) {
        const int next = (int)am_episode_find(&e, "answers")->values[0];
        const double p = exp(-(double)am_episode_find(&e, "surprise")->values[0]);
        int came = 0;
        for (int k = 0; k < DRAWS; k++) came += first[k] == next;
        if (fabs((double)came / DRAWS - p) > 3 * sqrt(p * (1 - p) / DRAWS))
          fail_msg("window %d: symbol %d came %d times in %d, expected with %g", window, next, came,
                   DRAWS, p);
      }
      am_episode_free(&e);
      for (int k = 0; k < DRAWS; k++) learner->type->write(learner, &first[k], 1, (uint64_t)k);
    }
    for (int k = 0; k < 3;
         k++) { /* over several windows; a function of the seed and of what was read */
      assert_int_equal(am_episode_play(&e, learner, 0, 1, &error), AMINE_OK);
      am_episode_free(&e);
      learner->type->write(learner, k == 0 ? some : k == 1 ? others : again, LONG, k == 1);
    }
    assert_memory_equal(some, again, sizeof some);
    assert_memory_not_equal(some, others, sizeof some);
    am_experiment_destroy(x);
  }
}

/* Steps so long that they would throw it anywhere. */
static void the_rate_of_eligibility_stays_a_share(void **state) {
  (void)state;
  const char *const keys[MORE] = {"network.type=plastic-lstm", "rule.type=eligibility",
                                  "modulator.fanout=true", "learner.rate=100"};
  am_experiment *x = experiment_of(keys);
  am_learner_tensor t;
  int k = 0, at_bound = 0;
  put_weights(x->learner);
  while (x->learner->type->tensor(x->learner, k, &t) && strcmp(t.name, "etaet") != 0) k++;
  assert_string_equal(t.name, "etaet");
  for (int window = 0; window < 20; window++) {
    am_learner_report report;
    amine_error error = {0};
    float eta_e;
    if (x->learner->type->iterate(x->learner, &report, &error) != AMINE_OK)
      fail_msg("%s", error.message);
    x->learner->type->get(x->learner, k, &eta_e);
    assert_true(eta_e >= 0 && eta_e <= 1);
    at_bound += eta_e == 0 || eta_e == 1;
  }
  assert_true(at_bound > 0);
  am_experiment_destroy(x);
}

static void what_is_given_from_outside_is_refused(void **state) {
  (void)state;
  am_config config;
  am_experiment *x = NULL;
  amine_error error = {0};
  const char *const keys[] = {"task.type=text",       "task.file=" TEST_DATA "/text.txt",
                              "learner.type=bptt",    "network.type=plastic-rnn",
                              "modulator.type=given", "modulator.given=reward",
                              "task.steps=9",         "batch=5"};
  am_config_default(&config);
  for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) set(&config, keys[k]);
  if (am_config_resolve(&config, &error) != AMINE_OK) fail_msg("%s", error.message);
  assert_true(am_experiment_create(&x, &config, &error) != AMINE_OK);
  if (!strstr(error.message, "a task of symbols brings nothing")) fail_msg("%s", error.message);
  am_config_free(&config);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_is_what_the_reference_says),
      cmocka_unit_test(evaluation_goes_on_from_window_to_window),
      cmocka_unit_test(watched_windows_go_on),
      cmocka_unit_test(it_writes_what_it_expects),
      cmocka_unit_test(the_rate_of_eligibility_stays_a_share),
      cmocka_unit_test(what_is_given_from_outside_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
