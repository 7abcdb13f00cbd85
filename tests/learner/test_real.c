/* Real actions, sixteen lanes side by side and two: the change of an actor-critic against
 * tests/reference/real.py, and what greedy play and a held-out series of actions are. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "learner/bptt.h"
#include "learner/gauss.h"

enum { T = 6, B = 20, M = 3, N = 5, K = 2 };
#define TOLERANCE 5e-5 /* of the largest element of a tensor: float32 */

#include "learner/tape.h"
static am_equations *text;

static const char written[] = "network net\n"
                              "input u\n"
                              "state x[n]\n"
                              "x <- tanh(W @ u + b + U @ x)\n"
                              "output x\n";

/* ------------------------------------------------------------------------------ the tape */
static float move(const am_task *task, void *state, const float *action) {
  place *s = state;
  const int at = s->lane * T + s->step++;
  double reward = values("rewards", NULL)[at];
  (void)task;
  for (int k = 0; k < K; k++) {
    const double apart = (double)action[k] - values("goals", NULL)[at * K + k];
    reward -= apart * apart;
  }
  return (float)reward;
}
static const am_task_type tape_type = {
    .part.name = "tape", .start = start, .observe = observe, .move = move};
static const am_task tape = {.type = &tape_type,
                             .n_inputs = M,
                             .n_real = K,
                             .n_steps = T,
                             .criterion = NAN,
                             .state_size = sizeof(place)};

/* ------------------------------------------------------------------------------ one change */
static am_learner *made(bool pairs, am_entropy entropy) {
  const am_bptt_options o = {
      .agent = {.n_lanes = B,
                .n_threads = 2,
                .seed = 20261122,
                .schedule = {.kind = AM_SCHEDULE_CONSTANT, .rate = 0},
                .optimiser = {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-8f, .norm_clip = 1e9f}},
      .gamma = 0.9f,
      .lambda = 0.8f,
      .value_weight = 0.3f,
      .entropy_weight = 0.07f,
      .teach = AM_TEACH_REWARD,
      .entropy = entropy,
      .pairs = pairs};
  const am_units u = {
      .text = text, .clip = 1, .stack = {.text = text, .n_hidden = N, .n_layers = 1}};
  am_learner *x;
  assert_int_equal(am_bptt_create(&x, &tape, &u, &o, NULL), AMINE_OK);
  assert_true(am_bptt_of(x)->pairs == pairs);
  am_learner_tensor t;
  for (int k = 0; x->type->tensor(x, k, &t); k++) {
    char key[160];
    size_t count;
    float all[64];
    if (!t.is_parameter) continue;
    snprintf(key, sizeof key, "param/%s", t.name);
    const double *from = values(key, &count);
    assert_int_equal(count, t.dims[0] * (t.rank == 2 ? t.dims[1] : 1));
    for (size_t i = 0; i < count; i++) all[i] = (float)from[i];
    x->type->set(x, k, all);
  }
  return x;
}

static void check_change(bool pairs, am_entropy entropy, const char *name) {
  am_learner *x = made(pairs, entropy);
  const am_agent *a = am_agent_of(x);
  am_learner_report report;
  assert_int_equal(x->type->iterate(x, &report, NULL), AMINE_OK);
  const float *change = a->changes + (size_t)a->n_groups * a->places.size;
  for (int k = 0; k < a->places.n; k++) {
    const am_place *p = &a->places.place[k];
    char key[160];
    size_t count;
    float got[64];
    double worst = 0, scale = 0;
    snprintf(key, sizeof key, "%s/%s", name, p->name);
    const double *want = values(key, &count);
    am_place_get(p, got, change);
    for (size_t i = 0; i < count; i++) {
      scale = fmax(scale, fabs(want[i]));
      worst = fmax(worst, fabs((pairs ? -1 : 1) * (double)got[i] - want[i]));
    }
    if (!(worst <= TOLERANCE * scale) || !(scale > 0))
      fail_msg("%s %s: off by %g of %g", pairs ? "pairs" : "lanes", key, worst, scale);
  }
  am_learner_destroy(x);
}

static void the_gradient_agrees(void **state) {
  (void)state;
  check_change(false, AM_ENTROPY_TRUE, "true");
  check_change(true, AM_ENTROPY_TRUE, "true");
  check_change(true, AM_ENTROPY_SQUARED, "squared");
}

/* Both layouts do the same; greedy is the mean, and what is drawn lies about it as far as it says. */
static void actions_are_drawn_about_their_mean(void **state) {
  (void)state;
  float moves[2][2][T][K], policy[T][2 * K], rewards[2];
  for (int pairs = 0; pairs < 2; pairs++) {
    am_learner *x = made(pairs == 1, AM_ENTROPY_TRUE);
    for (int greedy = 0; greedy < 2; greedy++) {
      am_series s[] = {
          {"actions", "", K, moves[pairs][greedy][0]}, {"policy", "", 2 * K, policy[0]}, {0}};
      double sum;
      x->type->watch(x, s, 3, 5, greedy == 1);
      x->type->evaluate(x, &sum, 1, 3, 5, greedy == 1);
      double again = 0;
      place world = {3, 0};
      for (int t = 0; t < T; t++) again += (double)move(&tape, &world, moves[pairs][greedy][t]);
      assert_true(fabs(again - sum) < 1e-4);
      rewards[greedy] = (float)sum;
      for (int t = 0; t < T; t++)
        for (int k = 0; k < K; k++) {
          const float mu = policy[t][k], sigma = policy[t][K + k];
          const float apart = (moves[pairs][greedy][t][k] - mu) / sigma;
          assert_true(sigma >= expf(AM_LOG_SIGMA_LOW) * 0.999f &&
                      sigma <= expf(AM_LOG_SIGMA_HIGH) * 1.001f);
          assert_true(greedy ? apart == 0 : apart != 0 && fabsf(apart) < 5);
        }
    }
    assert_true(rewards[0] != rewards[1]);
    am_learner_destroy(x);
  }
  for (int k = 0; k < 2 * T * K; k++) {
    const float *one = &moves[0][0][0][0], *two = &moves[1][0][0][0];
    assert_true(fabsf(one[k] - two[k]) < 1e-5f);
  }
}

/* A teacher has nothing to say of real actions. */
static void they_are_not_taught(void **state) {
  (void)state;
  const am_bptt_options o = {.agent = {.n_lanes = 2}, .teach = AM_TEACH_SUPERVISED};
  const am_units u = {.text = text, .stack = {.text = text, .n_hidden = N, .n_layers = 1}};
  am_learner *x = NULL;
  amine_error error = {0};
  assert_int_equal(am_bptt_create(&x, &tape, &u, &o, &error), AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message,
                      "tape does not say what would be right: it can be learned from rewards only");
}

static int open_file(void **state) {
  (void)state;
  if (am_equations_read(&text, "written", written, NULL, NULL) != AMINE_OK) return -1;
  return am_tensor_file_open(&file, TEST_DATA "/real.safetensors", 1 << 20, false, NULL) ? -1 : 0;
}

static int close_file(void **state) {
  (void)state;
  am_tensor_file_close(file);
  am_equations_free(text);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_gradient_agrees),
                                     cmocka_unit_test(actions_are_drawn_about_their_mean),
                                     cmocka_unit_test(they_are_not_taught)};
  return cmocka_run_group_tests(tests, open_file, close_file);
}
