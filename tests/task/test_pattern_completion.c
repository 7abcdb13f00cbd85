/* Pattern completion, step by step. */
#include "support.h"

#include "task/create.h"
#include "task/pattern_completion.h"

enum { BITS = 131, PATTERNS = 3, SHOWN = 2, BLANK = 1, ROUNDS = 2, TEST = 3, N = 4000 };
enum { EACH = SHOWN + BLANK, STEPS = ROUNDS * PATTERNS * EACH + TEST };

static am_task *make(void) {
  am_task *task = NULL;
  MAKE(pattern_completion, &task,
       {.bits = BITS,
        .patterns = PATTERNS,
        .shown = SHOWN,
        .blank = BLANK,
        .rounds = ROUNDS,
        .test = TEST});
  assert_int_equal(task->n_steps, STEPS);
  assert_int_equal(task->n_inputs, BITS);
  assert_int_equal(task->n_targets, BITS);
  return task;
}

/* Which of the first n of `patterns` this is; n if none. */
static int find(float patterns[][BITS], int n, const float *pattern) {
  int k = 0;
  while (k < n && memcmp(patterns[k], pattern, sizeof patterns[k]) != 0) k++;
  return k;
}

/* What an episode shows. */
typedef struct episode {
  float patterns[PATTERNS][BITS]; /* in the order of the first round */
  int order[PATTERNS];            /* of the second */
  int asked;
  float half[BITS];
} episode;

static episode watch(const am_task *task, uint32_t lane) {
  const am_task_type *const type = &am_pattern_completion_type;
  am_pattern_completion_state s;
  episode e;
  float input[BITS], before[BITS] = {0}, target[BITS];
  type->start(task, &s, 1, 0, lane);
  for (int t = 0; t < STEPS; t++) {
    const int place = t / EACH;
    type->observe(task, &s, input);
    const bool asked = type->target(task, &s, target);
    assert_true(asked == (t == STEPS - 1));
    if (t >= STEPS - TEST) {
      if (t > STEPS - TEST) assert_memory_equal(input, e.half, sizeof input);
      memcpy(e.half, input, sizeof input);
    } else if (t % EACH >= SHOWN) {
      for (int i = 0; i < BITS; i++) assert_true(input[i] == 0);
    } else if (t % EACH > 0) {
      assert_memory_equal(input, before, sizeof input);
    } else if (place < PATTERNS) {
      assert_int_equal(find(e.patterns, place, input), place); /* a new one */
      memcpy(e.patterns[place], input, sizeof input);
    } else e.order[place - PATTERNS] = find(e.patterns, PATTERNS, input);
    memcpy(before, input, sizeof input);
    assert_true(type->step(task, &s, 0) == 0);
  }
  e.asked = find(e.patterns, PATTERNS, target);
  assert_true(e.asked < PATTERNS && !type->target(task, &s, target));
  type->observe(task, &s, input);
  for (int i = 0; i < BITS; i++) assert_true(input[i] == 0);
  return e;
}

static void half_of_a_pattern_is_asked_for(void **state) {
  (void)state;
  am_task *task = make();
  int asked[PATTERNS] = {0}, order[PATTERNS][PATTERNS] = {{0}}, missing[BITS] = {0}, ones = 0;
  for (uint32_t lane = 0; lane < N; lane++) {
    const episode e = watch(task, lane);
    int seen = 0, n_missing = 0;
    asked[e.asked]++;
    for (int k = 0; k < PATTERNS; k++) {
      assert_true(e.order[k] < PATTERNS);
      seen |= 1 << e.order[k];
      order[k][e.order[k]]++;
    }
    assert_int_equal(seen, (1 << PATTERNS) - 1); /* each once in a round */
    for (int i = 0; i < BITS; i++) {
      assert_true(e.half[i] == 0 || e.half[i] == e.patterns[e.asked][i]);
      assert_true(fabsf(e.patterns[0][i]) == 1);
      n_missing += e.half[i] == 0;
      missing[i] += e.half[i] == 0;
      ones += e.patterns[0][i] > 0;
    }
    assert_int_equal(n_missing, BITS / 2);
  }
  const double third = N / 3.0, half = N * (double)(BITS / 2) / BITS;
  for (int k = 0; k < PATTERNS; k++) {
    near(asked[k], third, 5 * sqrt(third));
    for (int j = 0; j < PATTERNS; j++) near(order[k][j], third, 5 * sqrt(third));
  }
  for (int i = 0; i < BITS; i++) near(missing[i], half, 5 * sqrt(half / 2));
  near(ones, N * BITS / 2.0, 5 * sqrt(N * BITS) / 2);
  am_task_destroy(task);
}

static void lines_are_known(void **state) {
  (void)state;
  am_task *task = make();
  const double lines[] = {-2, -1, -65.0 / 131, 0};
  for (int k = 0; k < 4; k++) near(task->lines[k].reward, lines[k], 1e-15);
  near(task->criterion, -65.0 / 262, 1e-15);
  assert_int_equal(task->n_criterion, 20);
  am_task_destroy(task);
}

static void options_are_checked(void **state) {
  (void)state;
  REFUSED(pattern_completion, am_task, "pattern-completion", bits, 1);
  REFUSED(pattern_completion, am_task, "pattern-completion", bits, 1025);
  REFUSED(pattern_completion, am_task, "pattern-completion", patterns, 65);
  REFUSED(pattern_completion, am_task, "pattern-completion", shown, 0);
  REFUSED(pattern_completion, am_task, "pattern-completion", blank, -1);
  REFUSED(pattern_completion, am_task, "pattern-completion", rounds, 101);
  REFUSED(pattern_completion, am_task, "pattern-completion", test, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(half_of_a_pattern_is_asked_for),
      cmocka_unit_test(lines_are_known),
      cmocka_unit_test(options_are_checked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
