/* Go/no-go: what is shown, asked and paid, by hand; its shares; and what happens in it. */
#include "support.h"

#include "task/create.h"
#include "task/go_no_go.h"

static const am_task_type *const type = &am_go_no_go_type;

/* Each answer to each stimulus, and the intensities. */
static void go_is_answered_and_no_go_is_not(void **state) {
  (void)state;
  enum { STEPS = 50, N = 200 };
  am_task *task = NULL;
  double sum = 0, least = 9, most = 0;
  int n_go = 0;
  MAKE(go_no_go, &task, {.steps = STEPS, .go = 0.3, .spread = 0.5});
  assert_int_equal(task->n_inputs, 2);
  assert_int_equal(task->n_actions, 2);
  for (uint32_t lane = 0; lane < N; lane++) {
    am_go_no_go_state s, before;
    float input[2];
    type->start(task, &s, 1, 0, lane);
    for (int t = 0; t < STEPS; t++) {
      type->observe(task, &s, input);
      const bool go = input[AM_GO] > 0;
      assert_true((input[AM_GO] > 0) != (input[AM_NO_GO] > 0));
      const double intensity = (double)(input[AM_GO] + input[AM_NO_GO]);
      sum += intensity, least = fmin(least, intensity), most = fmax(most, intensity);
      n_go += go;
      assert_int_equal(type->answer(task, &s), go ? AM_GO_RESPOND : AM_GO_WITHHOLD);
      const int action = t / 2 % 2;
      const bool right = (action == AM_GO_RESPOND) == go;
      before = s;
      assert_true(type->step(task, &s, action) == (right ? 1 : 0));
      assert_int_equal(type->happened(task, &before, NULL), go ? 1 : 2);
      assert_int_equal(type->happened(task, &before, &s), (go ? 1 : 2) | (right ? 0 : go ? 4 : 8));
    }
    type->observe(task, &s, input); /* behind the end */
    assert_true(input[0] == 0 && input[1] == 0 && type->answer(task, &s) == -1);
    assert_true(type->step(task, &s, 0) == 0 && s.world.step == STEPS);
  }
  near(n_go / (double)(N * STEPS), 0.3, 5 * sqrt(0.3 * 0.7 / (N * STEPS)));
  near(sum / (N * STEPS), 1.25, 5 * 0.5 / sqrt(12.0 * N * STEPS));
  assert_true(least >= 1 && least < 1.01 && most <= 1.5 && most > 1.49);
  near(task->lines[1].reward, STEPS * 0.7, 1e-9);
  near(task->criterion, STEPS * 0.97, 1e-9);
  am_task_destroy(task);
}

/* Always the same is asked: there is no way from what is always right to the best. */
static void no_criterion_where_one_alone_comes(void **state) {
  (void)state;
  am_task *task = NULL;
  MAKE(go_no_go, &task, {.steps = 5, .go = 1});
  assert_true(isnan(task->criterion));
  near(task->lines[1].reward, 5, 0);
  am_task_destroy(task);
}

static void bad_options_are_refused(void **state) {
  (void)state;
  REFUSED(go_no_go, am_task, "go-no-go", steps, 0);
  REFUSED(go_no_go, am_task, "go-no-go", steps, 100001);
  REFUSED(go_no_go, am_task, "go-no-go", go, -0.1);
  REFUSED(go_no_go, am_task, "go-no-go", go, 1.1);
  REFUSED(go_no_go, am_task, "go-no-go", go, NAN);
  REFUSED(go_no_go, am_task, "go-no-go", spread, -1);
  REFUSED(go_no_go, am_task, "go-no-go", spread, 101);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(go_is_answered_and_no_go_is_not),
      cmocka_unit_test(no_criterion_where_one_alone_comes),
      cmocka_unit_test(bad_options_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
