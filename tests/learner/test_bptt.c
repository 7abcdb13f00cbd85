/* Backpropagation through time goes two ways, sixteen lanes side by side or two: what they ask for
 * is held to each other for every objective, and of values to finite differences of what episodes
 * earn. (Each way has its own judges beside: tests/network/test_stack.c, test_pair.c.) */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "learner/bptt.h"
#include "task/create.h"
#include "task/cart_pole.h"
#include "task/delayed_match.h"
#include "task/evidence.h"
#include "task/next.h"
#include "task/recall_values.h"

enum { N_LANES = 19, N_TASKS = 5 }; /* one group of sixteen and three lanes of another */

static am_task *make_task(int k) {
  am_task *task = NULL;
  const am_periodic_options periodic = {
      .steps = 7, .width = 2, .period = 3, .patterns = 2, .pattern_seed = 4};
  const amine_status status = k == 0   ? am_delayed_match_create(&task, NULL, NULL)
                              : k == 1 ? am_evidence_create(&task, NULL, NULL)
                              : k == 2 ? am_cart_pole_create(&task, NULL, NULL) /* ends early */
                              : k == 3 ? am_periodic_create(&task, &periodic, NULL)
                                       : am_recall_values_create(&task, NULL, NULL);
  assert_int_equal(status, AMINE_OK);
  return task;
}

/* Two layers of a text without a trace, with dropout between them. */
static am_learner *make(const am_task *task, const am_part *network, am_teach teach, bool pairs,
                        float dropout) {
  const am_units_options u = {
      .n_hidden = 7, .n_layers = 2, .dropout = dropout, .constants = {1, 1, 1, 1}};
  const am_bptt_options o = {
      .agent = {.n_lanes = N_LANES,
                .n_threads = 1,
                .seed = 5,
                .schedule = {.rate = 0.25},
                .optimiser = {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-4f, .norm_clip = INFINITY}},
      .gamma = 0.9f,
      .lambda = 0.8f,
      .value_weight = 0.3f,
      .entropy_weight = 0.05f,
      .teach = teach,
      .entropy = AM_ENTROPY_TRUE,
      .pairs = pairs};
  am_learner *learner = NULL;
  am_units units;
  assert_int_equal(am_units_read(&units, network, &u, NULL, NULL, NULL, NULL, NULL), AMINE_OK);
  assert_int_equal(am_bptt_create(&learner, task, &units, &o, NULL), AMINE_OK);
  am_units_free(&units);
  assert_true(am_bptt_of(learner)->pairs == pairs);
  return learner;
}

static const float *change_of(const am_agent *a) {
  return a->changes + (size_t)a->n_groups * a->places.size;
}

static void near(double a, double b, double scale, const char *what, const char *where) {
  if (!(fabs(a - b) <= 2e-5 * fmax(scale, 1)) && !(isnan(a) && isnan(b)))
    fail_msg("%s of %s: %g beside %g", what, where, a, b);
}

/* The change that is asked for, and what is reported. */
static void compare(am_learner *x, am_learner *y, const char *where) {
  const am_agent *a = am_agent_of(x), *b = am_agent_of(y);
  am_learner_report p, q;
  double largest = 0;
  assert_int_equal(x->type->iterate(x, &p, NULL), AMINE_OK);
  assert_int_equal(y->type->iterate(y, &q, NULL), AMINE_OK);
  assert_int_equal(a->places.n, b->places.n);
  for (int k = 0; k < a->places.n; k++) {
    const am_place *s = &a->places.place[k], *t = &b->places.place[k];
    assert_string_equal(s->name, t->name);
    for (int i = 0; i < s->dims[0]; i++)
      for (int j = 0; j < s->dims[1]; j++) {
        const double up = (double)change_of(a)[am_place_at(s, i, j)];
        near((double)-change_of(b)[am_place_at(t, i, j)], up, p.gradient_norm, s->name, where);
        largest = fmax(largest, fabs(up));
      }
  }
  assert_true(largest > 1e-3); /* or nothing was compared */
  near(q.reward, p.reward, p.reward, "reward", where);
  near(q.value, p.value, 1, "value", where);
  near(q.entropy, p.entropy, 1, "entropy", where);
  near(q.loss, p.loss, p.loss, "loss", where);
}

static void two_ways_ask_for_the_same(void **state) {
  (void)state;
  static const am_part *const networks[] = {&am_gru_part, &am_lstm_part};
  for (int k = 0; k < N_TASKS; k++)
    for (size_t n = 0; n < 2; n++) {
      am_task *task = make_task(k);
      const int n_ways = k < 2 ? 3 : 1; /* of teaching */
      for (int teach = 0; teach < n_ways; teach++) {
        am_learner *x = make(task, networks[n], (am_teach)teach, false, 0.3f);
        am_learner *y = make(task, networks[n], (am_teach)teach, true, 0.3f);
        char where[64];
        snprintf(where, sizeof where, "%s, %s, %d", task->type->part.name, networks[n]->name,
                 teach);
        compare(x, y, where);
        am_learner_destroy(x);
        am_learner_destroy(y);
      }
      am_task_destroy(task);
    }
}

/* ------------------------------------------------------------------------------ differences */
/* Mean reward of the episodes that iteration 0 learns from. */
static double earned(am_learner *learner) {
  double rewards[N_LANES], sum = 0;
  learner->type->evaluate(learner, rewards, N_LANES, 0, 5, false);
  for (int k = 0; k < N_LANES; k++) sum += rewards[k];
  return sum / N_LANES;
}

/* Two central differences, so that what is off by h^2 cancels; their rounding is 1e-7 / h. */
static double slope(am_learner *learner, float *p) {
  const float old = *p;
  double d[2];
  for (int k = 0; k < 2; k++) {
    const float h = k ? 0x1p-8f : 0x1p-7f;
    *p = old + h;
    d[k] = earned(learner);
    *p = old - h;
    d[k] = (d[k] - earned(learner)) / (2 * (double)h);
    *p = old;
  }
  return (4 * d[1] - d[0]) / 3;
}

static void values_follow_the_gradient(void **state) {
  (void)state;
  for (int k = 3; k < N_TASKS; k++)
    for (int pairs = 0; pairs < 2; pairs++) {
      am_task *task = make_task(k);
      am_learner *x = make(task, &am_gru_part, AM_TEACH_REWARD, pairs, 0);
      am_learner *y = make(task, &am_gru_part, AM_TEACH_REWARD, pairs, 0);
      am_agent *a = am_agent_of(x), *b = am_agent_of(y);
      am_learner_report report;
      double largest = 0;
      assert_int_equal(x->type->iterate(x, &report, NULL), AMINE_OK);
      assert_true(isnan(report.value) && isnan(report.entropy)); /* no critic and no policy */
      assert_true(fabs(report.reward - earned(y)) < 1e-7);
      assert_true(fabs(report.loss + report.reward) < 1e-6);
      for (int q = 0; q < a->places.n; q++)
        for (int i = 0; i < a->places.place[q].dims[0]; i++) {
          const size_t at = am_place_at(&a->places.place[q], i, i % a->places.place[q].dims[1]);
          const double up = (double)change_of(a)[at] * (pairs ? -1 : 1);
          const double d = slope(y, b->parameters + at);
          if (!(fabs(up - d) <= 2e-4))
            fail_msg("%s, %s[%d]: %g, by differences %g", task->type->part.name,
                     a->places.place[q].name, i, up, d);
          largest = fmax(largest, fabs(d));
        }
      assert_true(largest > 0.01);
      am_learner_destroy(x);
      am_learner_destroy(y);
      am_task_destroy(task);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_ways_ask_for_the_same),
      cmocka_unit_test(values_follow_the_gradient),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
