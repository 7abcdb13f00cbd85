/* The weight that a task gives to the decision of a step: what is learned of the policy is linear
 * in it, whoever learns, and the critic does not hear of it. What is learned with all weights 1 is
 * held to PyTorch elsewhere. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "run/config/config.h"
#include "run/train/experiment.h"

enum { NUMBERS = 4096 };

/* What one update makes of all parameters, and of the critic's. */
typedef struct change {
  float policy[NUMBERS], critic[NUMBERS];
  int n_policy, n_critic;
} change;

static void take(change *c, am_learner *l, float sign) {
  am_learner_tensor t;
  c->n_policy = c->n_critic = 0;
  for (int k = 0; l->type->tensor(l, k, &t); k++) {
    float values[NUMBERS];
    const size_t n = t.dims[0] * (t.rank > 1 ? t.dims[1] : 1);
    const bool critic = strncmp(t.name, "h2v", 3) == 0;
    if (!t.is_parameter) continue;
    l->type->get(l, k, values);
    for (size_t i = 0; i < n; i++) {
      float *to = critic ? &c->critic[c->n_critic++] : &c->policy[c->n_policy++];
      assert_true(c->n_policy < NUMBERS && c->n_critic < NUMBERS);
      *to = sign < 0 ? -values[i] : *to + values[i];
    }
  }
}

static void learn(change *c, const char *const *keys, int weight) {
  static const char *const small[] = {"task.type=list-linking",
                                      "task.practice=3",
                                      "task.test=2",
                                      "task.link=0",
                                      "task.most=4",
                                      "task.fewest=3",
                                      "task.bits=3",
                                      "network.type=gru",
                                      "network.hidden=6",
                                      "batch=5",
                                      "learner.optimiser=sgd",
                                      "learner.momentum=0",
                                      "learner.rate=0.1",
                                      "learner.norm_clip=1e9",
                                      "iterations=1",
                                      "threads=1"};
  am_config config;
  am_experiment *x;
  am_learner_report report;
  amine_error error = {0};
  char key[64];
  am_config_default(&config);
  snprintf(key, sizeof key, "task.test_weight=%d", weight);
  for (size_t k = 0; k < sizeof small / sizeof *small; k++)
    if (am_config_assign(&config, small[k], &error) != AMINE_OK) fail_msg("%s", error.message);
  for (int k = 0; keys[k]; k++)
    if (am_config_assign(&config, keys[k], &error) != AMINE_OK) fail_msg("%s", error.message);
  assert_int_equal(am_config_assign(&config, key, &error), AMINE_OK);
  if (am_config_resolve(&config, &error) != AMINE_OK) fail_msg("%s", error.message);
  if (am_experiment_create(&x, &config, &error) != AMINE_OK) fail_msg("%s", error.message);
  am_config_free(&config);
  take(c, x->learner, -1);
  if (am_experiment_iterate(x, &report, &error) != AMINE_OK) fail_msg("%s", error.message);
  take(c, x->learner, 1);
  am_experiment_destroy(x);
}

static void learning_is_linear_in_it(void **state) {
  static const char *const learners[][4] = {
      {"learner.type=bptt", NULL},
      {"learner.type=bptt", "learner.teach=supervised", NULL},
      {"learner.type=bptt", "learner.entropy=squared", NULL},
      {"learner.type=bptt", "learner.entropy=squared", "learner.teach=mixed", NULL},
      {"learner.type=a2c", "learner.warmup=0", NULL},
      {"learner.type=e-prop", NULL},
      {"learner.type=node-perturbation", NULL},
  };
  (void)state;
  for (size_t k = 0; k < sizeof learners / sizeof *learners; k++) {
    static change c[3];
    double most = 0;
    for (int w = 0; w < 3; w++) learn(&c[w], learners[k], w + 1);
    assert_true(c[0].n_policy > 100);
    for (int i = 0; i < c[0].n_policy; i++) {
      const double once = (double)(c[1].policy[i] - c[0].policy[i]),
                   twice = (double)(c[2].policy[i] - c[0].policy[i]);
      most = fmax(most, fabs(once));
      if (fabs(twice - 2 * once) > 1e-6 + 1e-4 * fabs(twice))
        fail_msg("%s: %g is not twice %g", learners[k][0], twice, once);
    }
    assert_true(most > 1e-4);
  }
}

/* What a critic of its own weights alone learns of an episode is the same. */
static void critics_do_not_hear_of_it(void **state) {
  static const char *const keys[] = {"learner.type=bptt", NULL};
  static change c[2];
  (void)state;
  for (int w = 0; w < 2; w++) learn(&c[w], keys, 1 + 4 * w);
  assert_int_equal(c[0].n_critic, 7);
  for (int i = 0; i < 7; i++) assert_true(fabsf(c[0].critic[i] - c[1].critic[i]) < 1e-7f);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(learning_is_linear_in_it),
                                     cmocka_unit_test(critics_do_not_hear_of_it)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
