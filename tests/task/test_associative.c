/* Associative recall: every episode is read back from what it showed. */
#include "support.h"

#include "task/create.h"
#include "task/associative.h"

enum { KEYS = 6, PAIRS = 4, WIDTH = 5, DELAY = 2, QUERIES = 3, INPUTS = KEYS + WIDTH + 1 };
enum { STEPS = PAIRS + DELAY + QUERIES, N = 20000 };

static const am_task_type *const type = &am_associative_type;

/* The key shown among the inputs, which must be alone; -1 for none. */
static int key_of(const float *input) {
  int key = -1;
  for (int k = 0; k < KEYS; k++) {
    assert_true(input[k] == 0 || input[k] == 1);
    if (input[k] == 0) continue;
    assert_int_equal(key, -1);
    key = k;
  }
  return key;
}

static void the_value_of_a_key_is_asked_for(void **state) {
  (void)state;
  am_task *task = NULL;
  int first[KEYS] = {0}, queried[PAIRS] = {0}, n_plus = 0;
  MAKE(associative, &task,
       {.keys = KEYS, .pairs = PAIRS, .width = WIDTH, .delay = DELAY, .queries = QUERIES});
  assert_int_equal(task->n_inputs, INPUTS);
  assert_int_equal(task->n_targets, WIDTH);
  assert_int_equal(task->n_steps, STEPS);
  for (uint32_t i = 0; i < N; i++) {
    am_associative_state s;
    float input[INPUTS], target[WIDTH], value[KEYS][WIDTH];
    int place[KEYS];
    for (int k = 0; k < KEYS; k++) place[k] = -1;
    type->start(task, &s, 1, 0, i);
    for (int t = 0; t < STEPS; t++) {
      type->observe(task, &s, input);
      const int key = key_of(input);
      const bool asks = t >= PAIRS + DELAY;
      assert_true(input[INPUTS - 1] == (asks ? 1 : 0));
      assert_int_equal(type->target(task, &s, target), asks);
      assert_true((key < 0) == (t >= PAIRS && !asks));
      if (t < PAIRS) {
        assert_int_equal(place[key], -1); /* no key comes twice */
        place[key] = t;
        memcpy(value[key], input + KEYS, sizeof value[key]);
        for (int k = 0; k < WIDTH; k++) {
          assert_true(fabsf(value[key][k]) == 1);
          n_plus += value[key][k] == 1;
        }
        if (t == 0) first[key]++;
      } else {
        for (int k = 0; k < WIDTH; k++) assert_true(input[KEYS + k] == 0);
      }
      if (asks) {
        assert_true(place[key] >= 0);
        queried[place[key]]++;
        assert_memory_equal(target, value[key], sizeof target);
      }
      type->step(task, &s, 0);
    }
  }
  for (int k = 0; k < KEYS; k++)
    near(first[k], (double)N / KEYS, 5 * sqrt(N * (1.0 / KEYS) * (1 - 1.0 / KEYS)));
  for (int k = 0; k < PAIRS; k++)
    near(queried[k], (double)N * QUERIES / PAIRS, 5 * sqrt(N * QUERIES * 0.25 * 0.75));
  near(n_plus, 0.5 * N * PAIRS * WIDTH, 5 * 0.5 * sqrt((double)N * PAIRS * WIDTH));
  am_task_destroy(task);
}

static void bad_options_are_refused(void **state) {
  (void)state;
  REFUSED(associative, am_task, "associative", keys, 0);
  REFUSED(associative, am_task, "associative", keys, 65);
  REFUSED(associative, am_task, "associative", pairs, 0);
  REFUSED(associative, am_task, "associative", pairs, 9);
  REFUSED(associative, am_task, "associative", width, -1);
  REFUSED(associative, am_task, "associative", width, 33);
  REFUSED(associative, am_task, "associative", delay, -1);
  REFUSED(associative, am_task, "associative", delay, 100001);
  REFUSED(associative, am_task, "associative", queries, 0);
  REFUSED(associative, am_task, "associative", queries, 1001);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_value_of_a_key_is_asked_for),
      cmocka_unit_test(bad_options_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
