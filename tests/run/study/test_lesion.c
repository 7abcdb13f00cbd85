/* Signals held at events: of a player whose read-out is written down, so that what it earns is known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "run/config/config.h"
#include "run/study/lesion.h"
#include "run/train/evaluate.h"
#include "run/train/series.h"
#include "task/three_needs.h"

enum { VALUE, NEW, CUE, EVENTS, SIGNALS = 3, UNITS = 8 };
static const char *const signals[SIGNALS] = {"M_reward", "M_novelty", "M_uncertainty"};
static const am_lesions lesions = {.signals = signals, .n_signals = SIGNALS};

static am_experiment *made(const char *const *keys) {
  am_config c;
  am_experiment *x;
  amine_error error = {0};
  am_config_default(&c);
  assert_int_equal(am_config_load(&c, "multimodal", &error), AMINE_OK);
  for (int k = 0; keys[k]; k++)
    if (am_config_assign(&c, keys[k], &error) != AMINE_OK) fail_msg("%s", error.message);
  assert_int_equal(am_config_resolve(&c, &error), AMINE_OK);
  if (am_experiment_create(&x, &c, &error) != AMINE_OK) fail_msg("%s", error.message);
  am_config_free(&c);
  return x;
}

static void set(am_learner *learner, const char *name, const float *values) {
  am_learner_tensor t;
  for (int k = 0; learner->type->tensor(learner, k, &t); k++)
    if (strcmp(t.name, name) == 0) {
      learner->type->set(learner, k, values);
      return;
    }
  fail_msg("there is no tensor %s", name);
}

/* Places by what they pay and, more strongly, by what is new; looks while it is less sure than two looks
 * more for one side than for the other make it (0.36), else answers by the side. */
static void write_down(am_learner *learner) {
  float w[AM_NEEDS_ACTIONS][UNITS] = {{0}};
  const float b[AM_NEEDS_ACTIONS] = {-10, -10, -10, -100, -100, -355};
  for (int k = 0; k < 3; k++) w[k][k] = 2000, w[k][3 + k] = 20000;
  w[AM_NEEDS_LEFT][7] = -300;
  w[AM_NEEDS_RIGHT][7] = 300;
  w[AM_NEEDS_LOOK][6] = 1000;
  set(learner, "h2o.weight", w[0]);
  set(learner, "h2o.bias", b);
}

/* What one earns at a cue who answers at a difference of two, after at most 12 looks at 0.04 each. */
static double two_apart(void) {
  double p[2][5] = {{0, 0, 1, 0, 0}}, earned = 0; /* of the difference, towards the right side */
  for (int t = 0; t < 12; t++) {
    double *now = p[t % 2], *next = p[1 - t % 2];
    for (int k = 0; k < 5; k++) next[k] = 0;
    for (int k = 1; k < 4; k++) {
      earned -= 0.04 * now[k];
      next[k + 1] += 0.75 * now[k];
      next[k - 1] += 0.25 * now[k];
    }
    earned += next[4] - next[0];
    next[0] = next[4] = 0;
  }
  return earned - 0.04 * (p[0][1] + p[0][2] + p[0][3]); /* looks once more, in vain */
}

static void about(double found, double want, double se) {
  if (fabs(found - want) > 4.5 * se) fail_msg("%g is not %g, within %g", found, want, 4.5 * se);
}

static void each_is_needed_at_its_event_alone(void **state) {
  static const char *const keys[][2] = {{NULL}, {"learner.entropy=squared", NULL}};
  (void)state;
  for (int layout = 0; layout < 2; layout++) {
    am_experiment *x = made(keys[layout]);
    double sums[1 + SIGNALS][EVENTS];
    amine_error error = {0};
    am_evaluation fresh;
    write_down(x->learner);
    if (am_lesion_measure(sums[0], x, &lesions, &error) != AMINE_OK) fail_msg("%s", error.message);
    assert_null(x->learner->hold);
    /* who only looks on sees the same; places are chosen in one step, a cue has at least three */
    const am_apart new_than_value[] = {{NEW, VALUE}};
    const am_lesions none = {.each = true, .apart = new_than_value, .n_apart = 1};
    double each[EVENTS + 1];
    assert_int_equal(am_lesion_measure(each, x, &none, &error), AMINE_OK);
    assert_true(fabs(each[VALUE] - sums[0][VALUE]) + fabs(each[NEW] - sums[0][NEW]) < 1e-9);
    assert_true(each[EVENTS] == each[NEW] - each[VALUE]);
    assert_true(each[CUE] > 0 && each[CUE] < sums[0][CUE] / 3);
    /* what is earned is earned at events */
    assert_int_equal(am_evaluate_network(&fresh, x, 1000, x->config.common.seed, false, &error),
                     AMINE_OK);
    assert_true(fabs(sums[0][VALUE] + sums[0][NEW] + sums[0][CUE] - fresh.mean) < 1e-6);
    about(sums[0][VALUE], 0.75, 0.194 / sqrt(1000));
    about(sums[0][NEW], 1, 0.289 / sqrt(1000));
    about(sums[0][CUE], two_apart(), 0.65 / sqrt(1000));
    for (int k = 0; k < SIGNALS; k++)
      for (int e = 0; e < EVENTS; e++)
        if (k != e) assert_true(fabs(sums[1 + k][e] - sums[0][e]) < 1e-6);
    about(sums[1][VALUE], 0.5, 0.289 / sqrt(1000));   /* one place, whatever it pays */
    about(sums[2][NEW], 2.0 / 3, 0.236 / sqrt(1000)); /* the better of what is known */
    assert_true(sums[3][CUE] < sums[0][CUE] - 0.1);
    am_experiment_destroy(x);
  }
}

/* Signals of one episode, computed once more from its inputs. */
static void signals_are_as_told(void **state) {
  static const char *const keys[] = {NULL};
  (void)state;
  am_experiment *x = made(keys);
  amine_error error = {0};
  int n_cue = 0, n_new = 0;
  write_down(x->learner);
  for (uint32_t lane = 0; lane < 40; lane++) {
    am_episode e;
    float q[3] = {0}, seen[3] = {0}, sum = 0;
    assert_int_equal(am_episode_play(&e, x->learner, lane, 9, &error), AMINE_OK);
    const am_series *in = am_episode_find(&e, "inputs"), *s[SIGNALS];
    for (int k = 0; k < SIGNALS; k++) assert_non_null(s[k] = am_episode_find(&e, signals[k]));
    assert_int_equal(in->width, AM_NEEDS_INPUTS);
    for (int t = 0; t < e.n_steps; t++) {
      const float *u = in->values + t * AM_NEEDS_INPUTS;
      for (int k = 0; k < 3; k++) {
        if (u[AM_NEEDS_INPUT_BEGINS] > 0) q[k] = seen[k] = sum = 0;
        if (u[AM_NEEDS_INPUT_PAYS + k] > 0) q[k] = u[AM_NEEDS_INPUT_PAID], seen[k] = 1;
      }
      sum += u[AM_NEEDS_INPUT_SHOWN];
      const bool cue = u[AM_NEEDS_INPUT_OFFERED] == 0;
      const float p = 1 / (1 + powf(3, sum)), unsure = cue ? 4 * p * (1 - p) : 0;
      for (int k = 0; k < 3; k++) {
        const bool is_new = !cue && seen[k] == 0;
        n_new += is_new;
        assert_true(s[0]->values[t * s[0]->width + k] == q[k]);
        assert_true(s[1]->values[t * s[1]->width + 3 + k] == (float)is_new);
      }
      n_cue += cue;
      assert_true(fabsf(s[2]->values[t] - unsure) < 1e-5f);
    }
    am_episode_free(&e);
  }
  assert_true(n_cue > 100 && n_new > 100);
  am_experiment_destroy(x);
}

static void what_cannot_be_held_is_said(void **state) {
  static const struct {
    const char *keys[2], *signal, *says;
  } cases[] = {{{"task.type=cart-pole", NULL}, "M_reward", "task.type=cart-pole has no events"},
               {{NULL}, "M_doubt", "the network has no signal M_doubt that can be held"}};
  (void)state;
  for (int k = 0; k < 2; k++) {
    am_experiment *x = made(cases[k].keys);
    double sums[2 * AM_TASK_EVENTS];
    const am_lesions one = {.signals = &cases[k].signal, .n_signals = 1};
    amine_error error = {0};
    assert_int_equal(am_lesion_measure(sums, x, &one, &error), AMINE_ERROR_ARGUMENT);
    assert_string_equal(error.message, cases[k].says);
    assert_null(x->learner->hold);
    am_experiment_destroy(x);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_is_needed_at_its_event_alone),
      cmocka_unit_test(signals_are_as_told),
      cmocka_unit_test(what_cannot_be_held_is_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
