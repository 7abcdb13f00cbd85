/* Sequence recall, of symbols and of values, step by step. */
#include "support.h"

#include "task/create.h"
#include "task/recall.h"
#include "task/recall_values.h"

/* What is shown first is what is asked for later, in the same order. */
static void symbols_come_back_in_order(void **state) {
  (void)state;
  enum { SYMBOLS = 5, LENGTH = 3, DELAY = 2, N = 20000 };
  const am_task_type *const type = &am_recall_type;
  am_task *task = NULL;
  int count[LENGTH][SYMBOLS] = {{0}}, n_equal = 0;
  MAKE(recall, &task, {.symbols = SYMBOLS, .length = LENGTH, .delay = DELAY});
  assert_int_equal(task->n_inputs, SYMBOLS + 1);
  assert_int_equal(task->n_actions, SYMBOLS);
  assert_int_equal(task->n_steps, 8);
  for (uint32_t i = 0; i < N; i++) {
    am_world w;
    int seen[LENGTH];
    type->start(task, &w, 1, 0, i);
    for (int t = 0; t < 8; t++) {
      float input[SYMBOLS + 1], sum = 0;
      type->observe(task, &w, input);
      for (int k = 0; k < SYMBOLS; k++) {
        sum += input[k];
        if (t < LENGTH && input[k] == 1) seen[t] = k;
      }
      assert_true(sum == (t < LENGTH ? 1 : 0));
      assert_true(input[SYMBOLS] == (t >= LENGTH + DELAY ? 1 : 0));
      const int asked = t < LENGTH + DELAY ? -1 : seen[t - LENGTH - DELAY];
      assert_int_equal(type->answer(task, &w), asked);
      const int action = (int)(i + (uint32_t)t) % SYMBOLS;
      assert_true(type->step(task, &w, action) == (action == asked ? 1.0f / LENGTH : 0));
    }
    for (int k = 0; k < LENGTH; k++) count[k][seen[k]]++;
    n_equal += seen[0] == seen[1];
  }
  const double odds = 1.0 / SYMBOLS, deviation = sqrt(N * odds * (1 - odds));
  for (int k = 0; k < LENGTH; k++)
    for (int s = 0; s < SYMBOLS; s++) near(count[k][s], N * odds, 5 * deviation);
  near(n_equal, N * odds, 5 * deviation);
  am_task_destroy(task);
}

static void values_come_back_in_order(void **state) {
  (void)state;
  enum { WIDTH = 6, LENGTH = 4, DELAY = 1, STEPS = 2 * LENGTH + DELAY, N = 5000 };
  const am_task_type *const type = &am_recall_values_type;
  am_task *task = NULL;
  double sum = 0, squares = 0, neighbours = 0;
  MAKE(recall_values, &task, {.width = WIDTH, .length = LENGTH, .delay = DELAY});
  assert_int_equal(task->n_inputs, WIDTH + 1);
  assert_int_equal(task->n_targets, WIDTH);
  assert_int_equal(task->n_steps, STEPS);
  for (uint32_t i = 0; i < N; i++) {
    am_world w;
    float input[STEPS][WIDTH + 1], target[WIDTH];
    type->start(task, &w, 1, 0, i);
    for (int t = 0; t < STEPS; t++) {
      type->observe(task, &w, input[t]);
      assert_true(input[t][WIDTH] == (t >= LENGTH + DELAY ? 1 : 0));
      assert_int_equal(type->target(task, &w, target), t >= LENGTH + DELAY);
      for (int k = 0; k < WIDTH; k++) {
        assert_true(target[k] == (t < LENGTH + DELAY ? 0 : input[t - LENGTH - DELAY][k]));
        if (t >= LENGTH) assert_true(input[t][k] == 0);
        else assert_true(input[t][k] >= -1 && input[t][k] < 1);
        sum += (double)input[t][k];
        squares += (double)(input[t][k] * input[t][k]);
        if (t < LENGTH && k > 0) neighbours += (double)(input[t][k] * input[t][k - 1]);
      }
      type->step(task, &w, 0);
    }
  }
  const double n = (double)N * LENGTH * WIDTH, n_pairs = (double)N * LENGTH * (WIDTH - 1);
  near(sum / n, 0, 5 * sqrt(1.0 / 3 / n));
  near(squares / n, 1.0 / 3, 5 * sqrt(4.0 / 45 / n));
  near(neighbours / n_pairs, 0, 5 / 3.0 / sqrt(n_pairs));
  am_task_destroy(task);
}

static void bad_options_are_refused(void **state) {
  (void)state;
  REFUSED(recall, am_task, "recall", symbols, 1);
  REFUSED(recall, am_task, "recall", symbols, 65);
  REFUSED(recall, am_task, "recall", length, 0);
  REFUSED(recall, am_task, "recall", length, 1001);
  REFUSED(recall, am_task, "recall", delay, -1);
  REFUSED(recall, am_task, "recall", delay, 100001);
  REFUSED(recall_values, am_task, "recall-values", width, -1);
  REFUSED(recall_values, am_task, "recall-values", width, 65);
  REFUSED(recall_values, am_task, "recall-values", length, 0);
  REFUSED(recall_values, am_task, "recall-values", length, 1001);
  REFUSED(recall_values, am_task, "recall-values", delay, -1);
  REFUSED(recall_values, am_task, "recall-values", delay, 100001);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(symbols_come_back_in_order),
      cmocka_unit_test(values_come_back_in_order),
      cmocka_unit_test(bad_options_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
