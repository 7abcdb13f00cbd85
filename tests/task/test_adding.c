/* The adding problem, step by step. */
#include "support.h"

#include "task/adding.h"
#include "task/create.h"

enum { N = 20000, STEPS_MAX = 110 };

/* One sequence as it is shown, and what is asked for at its end, which is checked on the way. */
typedef struct sequence {
  int length, n_marked, marked[2];
  double sum, target;
} sequence;

static sequence watch(const am_task *task, uint32_t lane) {
  const am_task_type *const type = &am_adding_type;
  sequence q = {0};
  am_adding_state s;
  float previous = 0;
  type->start(task, &s, 1, 0, lane);
  for (int t = 0; t < task->n_steps; t++) {
    float input[AM_ADDING_INPUTS], target = 9;
    type->observe(task, &s, input);
    if (type->over(task, &s)) {
      assert_true(input[0] == 0 && input[1] == 0 && !type->target(task, &s, &target));
    } else {
      const float value = input[AM_ADDING_VALUE], mark = input[AM_ADDING_MARK];
      q.length++;
      assert_true(value >= -1 && value < 1 && value != previous);
      previous = value;
      if (mark == 1) {
        assert_true(q.n_marked < 2);
        q.marked[q.n_marked++] = t;
        q.sum += (double)value;
      } else assert_true(mark == 0 || mark == -1);
      const bool asked = type->target(task, &s, &target);
      assert_true(asked == (mark == -1 && t > 0));
      assert_true((mark == -1) == (t == 0 || asked));
      if (asked) q.target = (double)target;
    }
    assert_true(type->step(task, &s, 0) == 0);
    assert_true(type->over(task, &s) == (q.target != 0));
  }
  return q;
}

/* Lengths, marks and targets are those of the paper, and as often as they should be. */
static void two_marked_values_are_asked_for(void **state) {
  (void)state;
  am_task *task = NULL;
  int lengths[11] = {0}, early = 0, first_is_marked = 0, last_place = 0;
  double sum = 0, squares = 0;
  MAKE(adding, &task, {.steps = 100});
  assert_int_equal(task->n_steps, STEPS_MAX);
  for (uint32_t i = 0; i < N; i++) {
    const sequence q = watch(task, i);
    assert_in_range(q.length, 100, 110);
    lengths[q.length - 100]++;
    assert_in_range(q.n_marked, 1, 2); /* one is the first pair, else two are seen */
    near(q.target, 0.5 + q.sum / 4, 1e-7);
    for (int k = 0; k < q.n_marked; k++) assert_in_range(q.marked[k], 1, 49);
    assert_true(q.n_marked == 1 || q.marked[0] < 10);
    first_is_marked += q.n_marked == 1;
    early += q.n_marked == 2 && q.marked[1] < 10;
    last_place += q.marked[q.n_marked - 1] == 49;
    sum += q.sum;
    squares += q.sum * q.sum;
  }
  for (int k = 0; k < 11; k++) near(lengths[k], N / 11.0, 5 * sqrt(N / 11.0));
  const double P0 = 0.1 + 0.9 / 49, places = 1.0 / 49;
  near(first_is_marked, N * P0, 5 * sqrt(N * P0));
  near(early, N * 0.9 * 8 * places,
       5 * sqrt(N * 0.9 * 8 * places)); /* none the first, both early */
  near(last_place, N * places, 5 * sqrt(N * places));
  near(sum / N, 0, 5 * sqrt(2.0 / 3 / N));
  near(squares / N, (2 - P0) / 3, 0.02);
  am_task_destroy(task);
}

static void lines_are_known(void **state) {
  (void)state;
  am_task *task = NULL;
  MAKE(adding, &task, {.steps = 100});
  const double P0 = 29.0 / 245; /* 1/10 + 9/490 */
  const double lines[] = {-(2 - P0) / 24, -(2 - P0) / 48, -(1 - P0) / 48, 0};
  for (int k = 0; k < 4; k++) near(task->lines[k].reward, lines[k], 1e-15);
  near(task->criterion, -0.0016, 1e-15); /* an error of 0.04, and each of 2,000 */
  assert_int_equal(task->n_criterion, 2000);
  am_task_destroy(task);
}

static void options_are_checked(void **state) {
  (void)state;
  REFUSED(adding, am_task, "adding", steps, 19);
  REFUSED(adding, am_task, "adding", steps, 10001);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_marked_values_are_asked_for),
      cmocka_unit_test(lines_are_known),
      cmocka_unit_test(options_are_checked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
