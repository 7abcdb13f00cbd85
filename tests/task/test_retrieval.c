/* Associative recall, step by step. */
#include "support.h"

#include "task/create.h"
#include "task/retrieval.h"

enum { SYMBOLS = 31, LENGTH = 41, PAIRS = 3, ROUNDS = 2, N = 20000 };
enum { KEYS = SYMBOLS / 2 - 1, VALUES = SYMBOLS - SYMBOLS / 2, SHOWN = 2 * PAIRS * ROUNDS };
enum { GAPS = 15 }; /* queries may stand 12, 14, ... 40 steps after the beginning */

static am_task *make(am_filler filler) {
  am_task *task = NULL;
  MAKE(retrieval, &task,
       {.vocabulary = SYMBOLS,
        .length = LENGTH,
        .pairs = PAIRS,
        .rounds = ROUNDS,
        .filler = filler});
  assert_int_equal(task->n_inputs, SYMBOLS);
  assert_int_equal(task->n_actions, VALUES);
  assert_int_equal(task->n_steps, LENGTH);
  return task;
}

/* What an episode shows and asks for. */
typedef struct episode {
  int symbol[LENGTH], answer[LENGTH];
} episode;

/* Says what is right where `right`, else another value. */
static episode watch(const am_task *task, uint32_t lane, bool right) {
  const am_task_type *const type = &am_retrieval_type;
  am_retrieval_state s;
  episode e;
  float input[SYMBOLS], earned = 0;
  type->start(task, &s, 1, 0, lane);
  for (int t = 0; t < LENGTH; t++) {
    int n = 0;
    type->observe(task, &s, input);
    for (int i = 0; i < SYMBOLS; i++) {
      assert_true(input[i] == 0 || input[i] == 1);
      if (input[i] == 1) e.symbol[t] = i, n++;
    }
    assert_int_equal(n, 1);
    e.answer[t] = type->answer(task, &s);
    const int said = e.answer[t] < 0 ? 0 : (e.answer[t] + !right) % VALUES;
    earned += type->step(task, &s, said);
  }
  near((double)earned, right ? 1 : 0, 1e-6);
  type->observe(task, &s, input);
  for (int i = 0; i < SYMBOLS; i++) assert_true(input[i] == 0);
  assert_int_equal(type->answer(task, &s), -1);
  assert_true(type->step(task, &s, 0) == 0);
  return e;
}

/* Chances of a gap: of the one drawn first. */
static double chance_of(int g) {
  double sum = 0;
  for (int k = 1; k <= GAPS; k++) sum += pow(k, -0.99);
  return pow(g + 1, -0.99) / sum;
}

static void keys_have_the_value_shown_last(void **state) {
  (void)state;
  am_task *task = make(AM_FILLER_BLANK);
  int keys[KEYS] = {0}, values[VALUES] = {0}, gaps[GAPS] = {0}, orders[PAIRS] = {0};
  for (uint32_t lane = 0; lane < N; lane++) {
    const episode e = watch(task, lane, lane % 2);
    int value_of[SYMBOLS], asked[SYMBOLS] = {0}, seen[VALUES] = {0}, n_asked = 0;
    for (int t = 0; t < SHOWN; t += 2) {
      const int key = e.symbol[t], value = e.symbol[t + 1] - SYMBOLS / 2;
      assert_in_range(key, 1, KEYS);
      assert_in_range(value, 0, VALUES - 1);
      assert_true(e.answer[t] == -1 && e.answer[t + 1] == -1);
      assert_false(seen[value]++);
      for (int j = 0; j < t % (2 * PAIRS); j += 2) /* none twice in a round */
        assert_int_not_equal(e.symbol[t - 2 - j], key);
      value_of[key] = value;
    }
    for (int k = 0; k < PAIRS; k++) /* the same in both */
      if (e.symbol[2 * PAIRS] == e.symbol[2 * k]) orders[k]++;
    for (int t = SHOWN; t < LENGTH; t++) {
      const int key = e.symbol[t];
      assert_true((key == 0) == (e.answer[t] < 0));
      if (key == 0) continue;
      assert_int_equal((t - SHOWN) % 2, 0);
      assert_int_equal(e.answer[t], value_of[key]);
      assert_false(asked[key]++);
      if (key == e.symbol[0]) gaps[(t - SHOWN) / 2]++;
      n_asked++;
    }
    assert_int_equal(n_asked, PAIRS);
    keys[e.symbol[2] - 1]++; /* the second drawn: places among what is left */
    values[e.symbol[SHOWN - 1] - SYMBOLS / 2]++;
  }
  assert_int_equal(orders[0] + orders[1] + orders[2], N);
  for (int k = 0; k < PAIRS; k++) near(orders[k], N / 3.0, 5 * sqrt(N / 3.0));
  for (int k = 0; k < KEYS; k++) near(keys[k], N / (double)KEYS, 5 * sqrt(N / (double)KEYS));
  for (int k = 0; k < VALUES; k++)
    near(values[k], N / (double)VALUES, 5 * sqrt(N / (double)VALUES));
  for (int g = 0; g < GAPS; g++) near(gaps[g], N * chance_of(g), 5 * sqrt(N * chance_of(g)));
  am_task_destroy(task);
}

/* Between queries any symbol is shown, and nothing is asked for there. */
static void filler_may_be_random(void **state) {
  (void)state;
  am_task *task = make(AM_FILLER_RANDOM), *blank = make(AM_FILLER_BLANK);
  int shown[SYMBOLS] = {0}, n = 0;
  for (uint32_t lane = 0; lane < N / 10; lane++) {
    const episode e = watch(task, lane, true), b = watch(blank, lane, true);
    assert_memory_equal(e.answer, b.answer, sizeof e.answer);
    for (int t = 0; t < LENGTH; t++)
      if (t < SHOWN || b.answer[t] >= 0) assert_int_equal(e.symbol[t], b.symbol[t]);
      else shown[e.symbol[t]]++, n++;
  }
  for (int k = 0; k < SYMBOLS; k++)
    near(shown[k], n / (double)SYMBOLS, 5 * sqrt(n / (double)SYMBOLS));
  am_task_destroy(task);
  am_task_destroy(blank);
}

static void lines_are_known(void **state) {
  (void)state;
  am_task *task = make(AM_FILLER_BLANK);
  const double lines[] = {1.0 / VALUES, 1.0 / PAIRS, 1};
  for (int k = 0; k < 3; k++) near(task->lines[k].reward, lines[k], 1e-15);
  near(task->criterion, 0.99, 1e-15);
  am_task_destroy(task);
}

static void options_are_checked(void **state) {
  (void)state;
  REFUSED(retrieval, am_task, "retrieval", vocabulary, 9);
  REFUSED(retrieval, am_task, "retrieval", vocabulary, 8193);
  REFUSED(retrieval, am_task, "retrieval", length, 15);
  REFUSED(retrieval, am_task, "retrieval", length, 2049);
  REFUSED(retrieval, am_task, "retrieval", pairs, 0);
  REFUSED(retrieval, am_task, "retrieval", pairs, 65);
  REFUSED(retrieval, am_task, "retrieval", rounds, 0);
  REFUSED(retrieval, am_task, "retrieval", rounds, 9);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(keys_have_the_value_shown_last),
      cmocka_unit_test(filler_may_be_random),
      cmocka_unit_test(lines_are_known),
      cmocka_unit_test(options_are_checked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
