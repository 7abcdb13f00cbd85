/* Bandits: a world by hand; what Thompson sampling earns against small cases done on paper. */
#include "support.h"

#include "task/create.h"
#include "task/bandit.h"

static const am_task_type *const type = &am_bandit_type;

static void shows_action_reward_time(void **state) {
  (void)state;
  am_task *task = NULL;
  float input[5];
  MAKE(bandit, &task, {.arms = 3, .steps = 4});
  assert_int_equal(task->n_inputs, 5);
  assert_int_equal(task->n_actions, 3);
  am_bandit_state s;
  type->start(task, &s, 1, 0, 0);
  s.p[0] = 0;
  s.p[1] = 1;
  type->observe(task, &s, input);
  shows(input, 5, "00000");
  assert_true(type->step(task, &s, 1) == 1);
  type->observe(task, &s, input);
  assert_true(input[4] == 0.25f);
  shows(input, 4, "0101");
  assert_true(type->step(task, &s, 0) == 0);
  type->observe(task, &s, input);
  assert_true(input[4] == 0.5f);
  shows(input, 4, "1000");
  assert_int_equal(s.won[1], 1);
  assert_int_equal(s.lost[0], 1);
  am_task_destroy(task);
}

/* An arm pays with its probability; probabilities are uniform and, for complementary arms, add up
 * to 1. */
static void arms_have_their_odds(void **state) {
  (void)state;
  enum { N = 20000 };
  am_task *task = NULL;
  double sum = 0, squares = 0, product = 0;
  int n_won = 0;
  MAKE(bandit, &task, {.arms = 50, .steps = 1});
  for (uint32_t i = 0; i < N; i++) {
    am_bandit_state s;
    type->start(task, &s, 1, 0, i);
    sum += (double)s.p[49];
    squares += (double)(s.p[49] * s.p[49]);
    product += (double)(s.p[48] * s.p[49]);
    s.p[7] = 0.3f;
    n_won += type->step(task, &s, 7) == 1;
  }
  near(sum / N, 0.5, 5 * sqrt(1.0 / 12 / N));
  near(squares / N, 1.0 / 3, 5 * sqrt(4.0 / 45 / N));
  near(product / N, 0.25, 5 * sqrt(7.0 / 144 / N));
  near((double)n_won / N, 0.3, 5 * sqrt(0.21 / N));
  am_task_destroy(task);
  assert_int_equal(am_bandit_create(&task, NULL, NULL), AMINE_OK);
  for (uint32_t i = 0; i < 100; i++) {
    am_bandit_state s;
    type->start(task, &s, 1, 0, i);
    assert_true(s.p[0] + s.p[1] == 1);
  }
  am_task_destroy(task);
}

/* Two steps. The first earns 1/2 and leaves Beta(2, 1) or Beta(1, 2) for the arm pulled. An
 * independent other arm is Beta(1, 1): after a success Thompson stays with 2/3 and earns 2/3, else
 * 1/2; after a failure it stays with 1/3 and earns 1/3: 1/2 + 1/2 (4/9 + 1/6) + 1/2 (1/9 + 1/3) =
 * 37/36. Complementary: p > 1/2 has probability 3/4, and the better arm earns 2/3, the other 1/3:
 * 1/2 + 3/4 2/3 + 1/4 1/3 = 13/12; the better one always: 7/6. */
static void thompson_on_paper(void **state) {
  (void)state;
  am_task *task = NULL;
  MAKE(bandit, &task, {.arms = 2, .steps = 2});
  near(task->lines[1].reward, 37.0 / 36, 1e-12);
  near(task->lines[2].reward, 4.0 / 3, 1e-12);
  assert_string_equal(task->lines[1].policy, "thompson");
  am_task_destroy(task);
  MAKE(bandit, &task, {.arms = 2, .steps = 2, .complementary = true});
  near(task->lines[1].reward, 13.0 / 12, 1e-12);
  near(task->lines[2].reward, 7.0 / 6, 1e-12);
  near(task->lines[3].reward, 1.5, 1e-12);
  am_task_destroy(task);
}

/* Thompson pulls an arm as often as Beta(1 + s, 1 + f) is the higher: X ~ Beta(4, 2), Y ~ Beta(2,
 * 3). P(X > Y) = sum of P(Y < x) = 1 - (1 - x)^3 (1 + 3 x) over the density 20 x^3 (1 - x):
 * 1 - 20 (B(4, 5) + 3 B(5, 5)) = 1 - 20 (1/280 + 3/630) = 5/6. */
static void thompson_draws_from_beta(void **state) {
  (void)state;
  enum { N = 20000 };
  am_task *task = NULL;
  int n = 0;
  MAKE(bandit, &task, {.arms = 2, .steps = 20});
  for (uint32_t i = 0; i < N; i++) {
    am_bandit_state s;
    type->start(task, &s, 1, 0, i);
    s.world.step = 6;
    s.won[0] = 3;
    s.lost[0] = s.won[1] = 1;
    s.lost[1] = 2;
    n += task->lines[1].act(task, &s, (am_random4){{0}}) == 0;
  }
  near((double)n / N, 5.0 / 6, 5 * sqrt(5.0 / 36 / N));
  am_task_destroy(task);
}

static void bad_options_are_refused(void **state) {
  (void)state;
  REFUSED(bandit, am_task, "bandit", arms, 1);
  REFUSED(bandit, am_task, "bandit", arms, 51);
  REFUSED(bandit, am_task, "bandit", steps, 0);
  REFUSED(bandit, am_task, "bandit", steps, 1001);
  amine_error error = {0};
  am_task *task = NULL;
  const am_bandit_options three = {.arms = 3, .steps = 5, .complementary = true};
  assert_int_equal(am_bandit_create(&task, &three, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "complementary"));
  assert_null(task);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shows_action_reward_time), cmocka_unit_test(arms_have_their_odds),
      cmocka_unit_test(thompson_on_paper),        cmocka_unit_test(thompson_draws_from_beta),
      cmocka_unit_test(bad_options_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
