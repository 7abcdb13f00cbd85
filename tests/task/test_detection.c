/* Detection: what is shown, asked and paid, by hand; its shares; and what happens in it. */
#include "support.h"

#include "task/create.h"
#include "task/detection.h"

static const am_task_type *const type = &am_detection_type;

static void places_and_nothing(void **state) {
  (void)state;
  enum { PLACES = 3, STEPS = 50, N = 200 };
  const double n = N * STEPS, absent = 0.4, share = 0.25;
  am_task *task = NULL;
  int came[PLACES + 1] = {0}, n_strong = 0;
  MAKE(detection, &task,
       {.places = PLACES, .steps = STEPS, .absent = absent, .strong = 5, .strong_share = share});
  assert_int_equal(task->n_inputs, PLACES);
  assert_int_equal(task->n_actions, PLACES + 1);
  for (uint32_t lane = 0; lane < N; lane++) {
    am_detection_state s, before;
    float input[PLACES];
    type->start(task, &s, 1, 0, lane);
    for (int t = 0; t < STEPS; t++) {
      int at = PLACES, n_shown = 0;
      type->observe(task, &s, input);
      for (int k = 0; k < PLACES; k++)
        if (input[k] != 0) at = k, n_shown++;
      assert_true(n_shown <= 1);
      const bool strong = at < PLACES && input[at] == 5;
      assert_true(at == PLACES || strong || input[at] == 1);
      came[at]++;
      n_strong += strong;
      assert_int_equal(type->answer(task, &s), at);
      const int action = t % (PLACES + 1);
      const int kind = at == PLACES ? 4 : strong ? 2 : 1;
      before = s;
      assert_true(type->step(task, &s, action) == (action == at ? 1 : 0));
      assert_int_equal(type->happened(task, &before, NULL), kind);
      assert_int_equal(type->happened(task, &before, &s), kind | (action == at   ? 0
                                                                  : at == PLACES ? 16
                                                                                 : 8));
    }
    type->observe(task, &s, input); /* behind the end */
    for (int k = 0; k < PLACES; k++) assert_true(input[k] == 0);
    assert_true(type->answer(task, &s) == -1 && type->happened(task, &s, NULL) == 0);
    assert_true(type->step(task, &s, 0) == 0 && s.world.step == STEPS);
  }
  near(came[PLACES] / n, absent, 5 * sqrt(absent * (1 - absent) / n));
  for (int k = 0; k < PLACES; k++) near(came[k] / n, 0.2, 5 * sqrt(0.2 * 0.8 / n));
  near(n_strong / n, 0.6 * share, 5 * sqrt(0.15 * 0.85 / n));
  near(task->lines[0].reward, STEPS / 4.0, 1e-9);
  near(task->lines[1].reward, STEPS * 0.4, 1e-9);
  near(task->criterion, STEPS * 0.94, 1e-9);
  am_task_destroy(task);
}

/* A stimulus at the one place there is, always. */
static void no_criterion_where_nothing_is_asked(void **state) {
  (void)state;
  am_task *task = NULL;
  MAKE(detection, &task, {.places = 1, .steps = 5, .absent = 0, .strong = 2});
  assert_true(isnan(task->criterion));
  near(task->lines[1].reward, 5, 0);
  am_task_destroy(task);
}

static void bad_options_are_refused(void **state) {
  (void)state;
  REFUSED(detection, am_task, "detection", places, 0);
  REFUSED(detection, am_task, "detection", places, 65);
  REFUSED(detection, am_task, "detection", steps, 0);
  REFUSED(detection, am_task, "detection", steps, 100001);
  REFUSED(detection, am_task, "detection", absent, -0.1);
  REFUSED(detection, am_task, "detection", absent, NAN);
  REFUSED(detection, am_task, "detection", strong, 0.5);
  REFUSED(detection, am_task, "detection", strong, 1001);
  REFUSED(detection, am_task, "detection", strong_share, 1.1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(places_and_nothing),
      cmocka_unit_test(no_criterion_where_nothing_is_asked),
      cmocka_unit_test(bad_options_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
