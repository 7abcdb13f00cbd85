/* Two targets, step by step. */
#include "support.h"

#include "task/create.h"
#include "task/two_targets.h"

static double apart(const float *a, const float *b) {
  return hypot((double)(a[0] - b[0]), (double)(a[1] - b[1]));
}

static void places_are_where_they_may_be(void **state) {
  (void)state;
  am_task *task = NULL;
  int n_first = 0;
  MAKE(two_targets, &task, {.steps = 40, .swap = true});
  for (uint32_t lane = 0; lane < 4000; lane++) {
    am_two_targets_state s;
    task->type->start(task, &s, 1, 0, lane);
    n_first += s.good == 0;
    for (int k = 0; k < 2; k++) {
      assert_true(apart(s.place, s.target[k]) > 0.6);
      for (int i = 0; i < 2; i++) {
        assert_true(fabsf(s.target[k][i]) <= 1);
        assert_true(fabsf(s.place[i]) <= 1.5f);
      }
    }
  }
  near(n_first, 2000, 5 * sqrt(1000));
  am_task_destroy(task);
}

/* A stride along the action, whatever its length, and round the edge. */
static void a_step_is_a_stride(void **state) {
  (void)state;
  am_task *task = NULL;
  am_two_targets_state s;
  float input[AM_TARGETS_INPUTS];
  MAKE(two_targets, &task, {.steps = 1000});
  task->type->start(task, &s, 1, 0, 0);
  s.target[0][0] = s.target[1][0] = s.target[1][1] = 0;
  s.target[0][1] = 0.5f;
  s.place[0] = 1.5f, s.place[1] = 1.5f;
  assert_true(task->type->move(task, &s, (float[]){30, 40}) == 0);
  near((double)s.place[0], 1.65, 1e-6);
  near((double)s.place[1], 1.7, 1e-6);
  task->type->observe(task, &s, input);
  const double want[] = {-1.65, -1.2, -1.65, -1.7, 0.6, 0.8, 0, 0};
  for (int k = 0; k < AM_TARGETS_INPUTS; k++) near((double)input[k], want[k], 1e-6);
  for (int k = 0; k < 2; k++) task->type->move(task, &s, (float[]){0.001f, 0});
  near((double)s.place[0], -1.85, 1e-6); /* 2.15 - 4 */
  task->type->move(task, &s, (float[]){0, 0});
  near((double)s.place[0], -1.85, 1e-6);
  am_task_destroy(task);
}

/* Who has come to a target is rewarded a step later and is elsewhere; in the middle they swap. */
static void one_rewards_and_then_the_other(void **state) {
  (void)state;
  am_task *task = NULL;
  MAKE(two_targets, &task, {.steps = 40, .swap = true});
  for (uint32_t lane = 0; lane < 100; lane++) {
    am_two_targets_state s;
    task->type->start(task, &s, 3, 0, lane);
    const int good = s.good;
    for (int t = 0; t < 40; t++) {
      const bool early = t < 20;
      const int at = t % 3 == 1;
      float target[2];
      memcpy(target, s.target[at], sizeof target);
      if (apart(s.target[0], s.target[1]) < 0.2) break; /* which is nearer is then not plain */
      memcpy(s.place, target, sizeof target);
      const float reward = task->type->move(task, &s, (float[]){1, 0});
      assert_true(reward == ((at == good) == early ? 1 : -0.5f));
      assert_true(s.reward[at] == reward && s.reward[1 - at] == 0);
      assert_true(s.believed == s.good && s.good == (early ? good : 1 - good));
      assert_true(s.place[0] != target[0] && s.direction[0] == 0);
    }
  }
  am_task_destroy(task);
}

/* By chance they swap at any step but the first: always, never, or so often. */
static void they_swap_by_chance(void **state) {
  (void)state;
  static const float rates[] = {1, 0, 0.25f};
  for (int k = 0; k < 3; k++) {
    am_task *task = NULL;
    int n = 0, n_first = 0;
    MAKE(two_targets, &task, {.steps = 101, .swap = false, .swap_rate = rates[k]});
    for (uint32_t lane = 0; lane < 200; lane++) {
      am_two_targets_state s;
      task->type->start(task, &s, 3, 0, lane);
      for (int t = 0; t < 101; t++) {
        const int before = s.good;
        task->type->move(task, &s, (float[]){1, 0});
        n += s.good != before;
        n_first += t == 0 && s.good != before;
      }
    }
    assert_int_equal(n_first, 0);
    near(n, 20000 * (double)rates[k], 5 * sqrt(20000 * (double)(rates[k] * (1 - rates[k]))) + 0.1);
    am_task_destroy(task);
  }
}

static void options_are_checked(void **state) {
  (void)state;
  REFUSED(two_targets, am_task, "two-targets", steps, 9);
  REFUSED(two_targets, am_task, "two-targets", steps, 100001);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(places_are_where_they_may_be),
      cmocka_unit_test(a_step_is_a_stride),
      cmocka_unit_test(one_rewards_and_then_the_other),
      cmocka_unit_test(they_swap_by_chance),
      cmocka_unit_test(options_are_checked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
