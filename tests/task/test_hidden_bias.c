/* The hidden bias, step by step. */
#include "support.h"

#include "task/create.h"
#include "task/hidden_bias.h"

static float say(const am_task *task, am_hidden_bias_state *s, float said) {
  const float action = said / 5;
  return task->type->move(task, s, &action);
}

/* Right within 1, and then something else is shown; else the distance, and the same is shown. */
static void distances_are_rewarded(void **state) {
  (void)state;
  am_task *task = NULL;
  MAKE(hidden_bias, &task, {.steps = 8});
  for (uint32_t lane = 0; lane < 200; lane++) {
    am_hidden_bias_state s;
    float input[AM_BIAS_INPUTS];
    task->type->start(task, &s, 1, 0, lane);
    const float shown = s.shown, goal = s.shown + s.bias;
    assert_true(fabsf(s.bias) <= 10 && fabsf(shown) <= 5);
    task->type->observe(task, &s, input);
    assert_true(input[AM_BIAS_SHOWN] == shown / 5 && input[1] == 0 && input[2] == 0);
    near((double)say(task, &s, goal - 1.5f), -1.5, 1e-5);
    task->type->observe(task, &s, input);
    assert_true(s.shown == shown);
    near((double)input[AM_BIAS_SAID], (double)(goal - 1.5f) / 5, 1e-5);
    near((double)input[AM_BIAS_REWARD], -0.15, 1e-6);
    assert_true(say(task, &s, goal + 0.99f) == 10);
    assert_true(s.shown != shown && s.world.step == 2);
    near((double)say(task, &s, s.shown + s.bias + 1.01f), -1.01, 1e-5);
    /* at most 20 are said, and lost */
    const double far = fmin(20, 20 + (double)(s.shown + s.bias));
    near((double)say(task, &s, -1e6f), -far, 1e-5);
  }
  am_task_destroy(task);
}

/* One mistake tells the distance, which leaves two values or one; the second leaves one. */
static void the_best_player_needs_two_mistakes_at_most(void **state) {
  (void)state;
  am_task *task = NULL;
  int n_mistakes[3] = {0};
  MAKE(hidden_bias, &task, {.steps = 12});
  const am_task_line *bayes = &task->lines[2];
  assert_string_equal(bayes->policy, "bayes");
  for (uint32_t lane = 0; lane < 20000; lane++) {
    am_hidden_bias_state s;
    int n = 0;
    task->type->start(task, &s, 2, 0, lane);
    for (int t = 0; t < task->n_steps; t++) {
      float action;
      bayes->move(task, &s, am_world_draw(&s.world, AM_STREAM_AGENT, (uint32_t)t), &action);
      n += task->type->move(task, &s, &action) < 10;
      assert_true(s.n_left >= 1 && s.n_left <= 2);
    }
    assert_in_range(n, 0, 2);
    n_mistakes[n]++;
  }
  /* right at once: |alpha - 7.5| < 1; both values possible, and the wrong one: half of 3/20 */
  near(n_mistakes[0] / 20000.0, 0.1, 0.01);
  near(n_mistakes[2] / 20000.0, 0.075, 0.01);
  am_task_destroy(task);
}

/* The second bias has nothing to do with the first, and nothing is known of it. */
static void the_bias_may_swap(void **state) {
  (void)state;
  am_task *task = NULL;
  double product = 0;
  MAKE(hidden_bias, &task, {.steps = 9, .swap = true});
  for (uint32_t lane = 0; lane < 4000; lane++) {
    am_hidden_bias_state s;
    task->type->start(task, &s, 4, 0, lane);
    const float first = s.bias;
    for (int t = 0; t < 4; t++) {
      assert_true(s.bias == first);
      say(task, &s, 0);
    }
    assert_true(s.bias != first && fabsf(s.bias) <= 10 && s.n_left == 0);
    product += (double)(first * s.bias) / 4000;
    const float second = s.bias;
    for (int t = 4; t < 9; t++) say(task, &s, 0);
    assert_true(s.bias == second && s.n_left > 0);
  }
  near(product, 0, 5 * 100 / 3.0 / sqrt(4000));
  near(task->lines[2].reward, 90 - 35.55, 1e-9);
  am_task_destroy(task);
}

static void lines_are_known(void **state) {
  (void)state;
  am_task *task = NULL;
  MAKE(hidden_bias, &task, {.steps = 100});
  const double lines[] = {-999.5833333333333, -395, 982.225, 1000};
  for (int k = 0; k < 4; k++) near(task->lines[k].reward, lines[k], 1e-9);
  near(task->criterion, 0.95 * 982.225, 1e-9);
  am_task_destroy(task);
}

static void options_are_checked(void **state) {
  (void)state;
  REFUSED(hidden_bias, am_task, "hidden-bias", steps, 5);
  REFUSED(hidden_bias, am_task, "hidden-bias", steps, 100001);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(distances_are_rewarded),
      cmocka_unit_test(the_best_player_needs_two_mistakes_at_most),
      cmocka_unit_test(the_bias_may_swap),
      cmocka_unit_test(lines_are_known),
      cmocka_unit_test(options_are_checked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
