/* A contextual bandit: what it shows and pays by hand, how often contexts come, and that what was
 * done changes neither. */
#include "support.h"

#include "task/contextual_bandit.h"
#include "task/create.h"

static const am_task_type *const type = &am_contextual_bandit_type;

/* Five contexts and three arms: 0 1 2 0 1 are right. */
static void the_right_arm_pays(void **state) {
  (void)state;
  enum { STEPS = 40 };
  am_task *task = NULL;
  int n_right = 0;
  MAKE(contextual_bandit, &task, {.contexts = 5, .arms = 3, .steps = STEPS, .chance = 1});
  assert_int_equal(task->n_inputs, 5);
  assert_int_equal(task->n_actions, 3);
  for (uint32_t lane = 0; lane < 20; lane++) {
    am_contextual_bandit_state s;
    float input[5];
    type->start(task, &s, 1, 0, lane);
    for (int t = 0; t < STEPS; t++) {
      int shown = -1, n_shown = 0;
      type->observe(task, &s, input);
      for (int k = 0; k < 5; k++)
        if (input[k] != 0) shown = k, n_shown++, assert_true(input[k] == 1);
      assert_int_equal(n_shown, 1);
      assert_int_equal(type->answer(task, &s), shown % 3);
      const int action = t % 3;
      n_right += action == shown % 3;
      assert_true(type->step(task, &s, action) == (action == shown % 3 ? 1 : 0));
    }
    type->observe(task, &s, input); /* behind the end nothing is shown, asked or paid */
    for (int k = 0; k < 5; k++) assert_true(input[k] == 0);
    assert_int_equal(type->answer(task, &s), -1);
    assert_true(type->step(task, &s, 0) == 0 && s.world.step == STEPS);
  }
  assert_in_range(n_right, 180, 350);
  am_task_destroy(task);
}

/* Rewards have their chances, contexts come alike, and two who act differently see the same ones. */
static void chances(void **state) {
  (void)state;
  enum { N = 4000, STEPS = 10 };
  const double right = 0.8, other = 0.3, n = (double)N * STEPS;
  am_task *task = NULL;
  double paid[2] = {0};
  int came[4] = {0};
  MAKE(contextual_bandit, &task,
       {.contexts = 4, .arms = 2, .steps = STEPS, .chance = right, .other = other});
  for (uint32_t episode = 0; episode < N; episode++) {
    am_contextual_bandit_state s[2];
    for (int k = 0; k < 2; k++) type->start(task, &s[k], 3, episode, 0);
    for (int t = 0; t < STEPS; t++) {
      assert_int_equal(s[0].context, s[1].context);
      came[s[0].context]++;
      const int answer = type->answer(task, &s[0]);
      paid[0] += (double)type->step(task, &s[0], answer);
      paid[1] += (double)type->step(task, &s[1], 1 - answer);
    }
  }
  near(paid[0] / n, right, 5 * sqrt(right * (1 - right) / n));
  near(paid[1] / n, other, 5 * sqrt(other * (1 - other) / n));
  for (int k = 0; k < 4; k++) near(came[k] / n, 0.25, 5 * sqrt(0.25 * 0.75 / n));
  near(task->lines[0].reward, STEPS * 0.55, 1e-12);
  near(task->lines[1].reward, STEPS * 0.8, 1e-12);
  near(task->criterion, STEPS * (0.55 + 0.9 * 0.25), 1e-12);
  am_task_destroy(task);
}

/* Where arms pay alike there is nothing to learn. */
static void no_criterion_where_all_pay_alike(void **state) {
  (void)state;
  am_task *task = NULL;
  MAKE(contextual_bandit, &task,
       {.contexts = 2, .arms = 2, .steps = 1, .chance = 0.5, .other = 0.5});
  assert_true(isnan(task->criterion));
  am_task_destroy(task);
}

static void bad_options_are_refused(void **state) {
  (void)state;
  REFUSED(contextual_bandit, am_task, "contextual-bandit", contexts, 0);
  REFUSED(contextual_bandit, am_task, "contextual-bandit", contexts, 65);
  REFUSED(contextual_bandit, am_task, "contextual-bandit", arms, 1);
  REFUSED(contextual_bandit, am_task, "contextual-bandit", arms, 65);
  REFUSED(contextual_bandit, am_task, "contextual-bandit", steps, 0);
  REFUSED(contextual_bandit, am_task, "contextual-bandit", steps, 100001);
  REFUSED(contextual_bandit, am_task, "contextual-bandit", chance, 1.1);
  REFUSED(contextual_bandit, am_task, "contextual-bandit", chance, NAN);
  REFUSED(contextual_bandit, am_task, "contextual-bandit", other, -0.1);
  REFUSED(contextual_bandit, am_task, "contextual-bandit", other, 1.1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_right_arm_pays),
      cmocka_unit_test(chances),
      cmocka_unit_test(no_criterion_where_all_pay_alike),
      cmocka_unit_test(bad_options_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
