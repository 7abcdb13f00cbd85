/* Learners without backprop learn a delayed match over a short delay by their presets, and do not
 * without what makes them learn. And the same bits whatever the threads and the instruction set.
 *
 * The seed is fixed and the results are the same bits everywhere, so the bounds do not flicker:
 * they are the task's criterion, 0.95, and 0.8 for what must not learn: 0.75 is what a network
 * reaches that knows the second cue alone by bias, 0.5 is chance. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "amine/kernel.h"
#include "learner/local.h"
#include "run/train/experiment.h"

enum { MORE = 8, EPISODES = 1000 };

static am_experiment *make(const char *preset, const char *const *more) {
  am_config config;
  am_experiment *x = NULL;
  amine_error error = {0};
  am_config_default(&config);
  amine_status status = am_config_load(&config, preset, &error);
  for (int k = 0; k < MORE && status == AMINE_OK && more[k]; k++)
    status = am_config_assign(&config, more[k], &error);
  if (status == AMINE_OK) status = am_config_resolve(&config, &error);
  if (status == AMINE_OK) status = am_experiment_create(&x, &config, &error);
  if (status != AMINE_OK) fail_msg("%s: %s", preset, error.message);
  return x;
}

static void train(am_experiment *x, uint64_t iterations) {
  am_learner_report report;
  amine_error error = {0};
  for (uint64_t k = 0; k < iterations; k++)
    if (am_experiment_iterate(x, &report, &error) != AMINE_OK) fail_msg("%s", error.message);
}

/* Reward of the best action each time over fresh episodes, after training. */
static double trained(am_experiment *x) {
  static double rewards[EPISODES];
  double sum = 0;
  train(x, x->config.common.iterations);
  x->learner->type->evaluate(x->learner, rewards, EPISODES, 0, 987654321, true);
  for (int k = 0; k < EPISODES; k++) sum += rewards[k];
  return sum / EPISODES;
}

/* ------------------------------------------------------------------------------ it learns */
/* What each needs, taken away. */
static const struct {
  const char *preset, *without[MORE], *what;
} systems[] = {
    {"e-prop", {"learner.input_share=0", "learner.recurrent_share=0"}, "output alone"},
    {"rflo", {"learner.input_share=0", "learner.recurrent_share=0"}, "output alone"},
    {"feedback-alignment", {"learner.input_share=0", "learner.recurrent_share=0"}, "output alone"},
    {"node-perturbation", {"learner.input_share=0", "learner.recurrent_share=0"}, "output alone"},
    {"weight-perturbation", {"learner.sigma=1e-6"}, "no noise to speak of"},
    {"evolution", {"learner.sigma=1e-6"}, "no noise to speak of"},
};
enum { N_SYSTEMS = sizeof systems / sizeof *systems };

static void learns(void **state) {
  (void)state;
  static const char *const nothing[MORE] = {NULL};
  for (int k = 0; k < N_SYSTEMS; k++) {
    am_experiment *with = make(systems[k].preset, nothing);
    am_experiment *without = make(systems[k].preset, systems[k].without);
    const double got = trained(with), control = trained(without);
    print_message("%-20s %.3f, %s %.3f\n", systems[k].preset, got, systems[k].what, control);
    assert_true(got >= 0.95);
    assert_true(control < 0.8);
    am_experiment_destroy(with);
    am_experiment_destroy(without);
  }
}

/* By e-prop an ordinary network of few steps' memory does not learn what it does with a trace. */
static void a_trace_remembers(void **state) {
  (void)state;
  const char *with[MORE] = {"seed=2",         "network.type=plastic-rnn",
                            "rule.type=clip", "modulator.type=constant",
                            "rule.eta=0.1",   "iterations=900"};
  const char *without[MORE] = {"seed=2", "network.type=plastic-rnn", "rule.type=none",
                               "iterations=900"};
  am_experiment *x = make("e-prop", with), *y = make("e-prop", without);
  const double got = trained(x), control = trained(y);
  print_message("e-prop, plastic-rnn  %.3f, without its trace %.3f\n", got, control);
  assert_true(got >= 0.95);
  assert_true(control < 0.8);
  am_experiment_destroy(x);
  am_experiment_destroy(y);
}

/* Feedback alignment: W_o comes to point where B does. */
static void aligns(void **state) {
  (void)state;
  static const char *const nothing[MORE] = {NULL};
  am_experiment *x = make("feedback-alignment", nothing);
  const double before = am_local_angle(x->learner);
  train(x, x->config.common.iterations);
  const double after = am_local_angle(x->learner);
  print_message("angle between B and W_o': %.1f degrees, then %.1f\n", before, after);
  assert_true(before > 60 && before < 120);
  assert_true(after < before - 10 && after < 75);
  am_experiment_destroy(x);
}

/* ------------------------------------------------------------------------------ the same bits */
/* FNV-1a over the tensors. */
static uint64_t hash_of(const am_learner *learner) {
  static float values[8192];
  am_learner_tensor t;
  uint64_t hash = 14695981039346656037u;
  for (int k = 0; learner->type->tensor(learner, k, &t); k++) {
    const size_t n = t.dims[0] * (t.rank == 2 ? t.dims[1] : 1) * sizeof(float);
    assert_true(n <= sizeof values);
    learner->type->get(learner, k, values);
    for (size_t i = 0; i < n; i++)
      hash = (hash ^ ((const unsigned char *)values)[i]) * 1099511628211u;
  }
  return hash;
}

static uint64_t after_few(const char *preset, const char *threads) {
  const char *const more[MORE] = {"batch=40", "network.hidden=13", threads};
  am_experiment *x = make(preset, more);
  train(x, 5);
  const uint64_t hash = hash_of(x->learner);
  am_experiment_destroy(x);
  return hash;
}

static void same_bits(void **state) {
  (void)state;
  FILE *f = fopen(TEST_DATA "/same_bits_kin.txt", getenv("AMINE_WRITE_BITS") ? "w" : "r");
  assert_non_null(f);
  for (int k = 0; k < N_SYSTEMS; k++) {
    static const char *const kernels[] = {"plain", "avx2", "avx512", "neon"};
    static const char *const threads[] = {"threads=1", "threads=2", "threads=3"};
    const char *preset = systems[k].preset;
    const uint64_t first = after_few(preset, threads[0]);
    char name[64];
    uint64_t wanted;
    for (int t = 1; t < 3; t++) assert_int_equal(after_few(preset, threads[t]), first);
    for (int i = 0; i < 4; i++) {
      if (amine_kernel_use(kernels[i], NULL) != AMINE_OK) continue;
      assert_int_equal(after_few(preset, threads[0]), first);
    }
    amine_kernel_use("auto", NULL);
    if (getenv("AMINE_WRITE_BITS")) {
      fprintf(f, "%s %016" PRIx64 "\n", preset, first);
      continue;
    }
    assert_int_equal(fscanf(f, "%63s %" SCNx64, name, &wanted), 2);
    assert_string_equal(name, preset);
    assert_int_equal(first, wanted);
  }
  fclose(f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(same_bits),
      cmocka_unit_test(aligns),
      cmocka_unit_test(a_trace_remembers),
      cmocka_unit_test(learns),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
