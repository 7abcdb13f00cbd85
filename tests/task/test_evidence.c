/* Evidence accumulation: a world by hand, and the lines against every sequence of pulses. */
#include "support.h"

#include "task/create.h"
#include "task/evidence.h"

static const am_task_type *const type = &am_evidence_type;

/* All pulses on the drawn side and nothing hidden: what is seen is known before. */
static void shows_pulses_then_asks(void **state) {
  (void)state;
  am_task *task = NULL;
  int n_right = 0;
  MAKE(evidence, &task, {.steps = 4, .difficulty = 0});
  assert_int_equal(task->n_inputs, 3);
  for (uint32_t i = 0; i < 200; i++) {
    am_evidence_state s;
    float input[3];
    type->start(task, &s, 1, 0, i);
    const bool right = s.side == AM_EVIDENCE_RIGHT;
    n_right += right;
    for (int t = 0; t < 4; t++) {
      type->observe(task, &s, input);
      shows(input, 3, t == 3 ? "001" : right ? "010" : "100");
      assert_int_equal(type->answer(task, &s), t == 3 ? s.side : -1);
      assert_true(type->step(task, &s, i % 2 ? s.side : 1 - s.side) == (t == 3 && i % 2 ? 1 : 0));
    }
  }
  assert_in_range(n_right, 60, 140);
  am_task_destroy(task);
}

/* Pulses are counted as they came, not as they were shown: with half of them shown wrongly. */
static void the_truth_counts(void **state) {
  (void)state;
  enum { PULSES = 9, N = 20000 };
  am_task *task = NULL;
  int n_wrong = 0, n_on_side = 0;
  MAKE(evidence, &task, {.steps = PULSES + 1, .difficulty = 0.6f, .noise = 0.25f});
  for (uint32_t i = 0; i < N; i++) {
    am_evidence_state s;
    int right = 0;
    type->start(task, &s, 1, 0, i);
    for (int t = 0; t < PULSES; t++) {
      float input[3];
      type->observe(task, &s, input);
      assert_true(input[0] + input[1] == 1 && input[2] == 0);
      assert_true((input[1] == 1) == (s.seen == 1));
      right += s.pulse == 1;
      n_wrong += s.seen != s.pulse;
      n_on_side += (s.pulse == 1) == (s.side == AM_EVIDENCE_RIGHT);
      type->step(task, &s, 0);
    }
    assert_int_equal(type->answer(task, &s), 2 * right > PULSES);
  }
  const double n = (double)PULSES * N;
  near(n_wrong / n, 0.25, 5 * sqrt(0.25 * 0.75 / n));
  near(n_on_side / n, 0.7, 5 * sqrt(0.7 * 0.3 / n));
  am_task_destroy(task);
}

/* With as many on both sides the drawn side is right. */
static void a_tie_is_a_coin(void **state) {
  (void)state;
  am_task *task = NULL;
  MAKE(evidence, &task, {.steps = 3, .difficulty = 1});
  for (int side = 0; side < 2; side++) {
    am_evidence_state s = {.world.step = 2, .side = side, .balance = 0};
    assert_int_equal(type->answer(task, &s), side);
    s.balance = side ? -2 : 2;
    assert_int_equal(type->answer(task, &s), 1 - side);
  }
  am_task_destroy(task);
}

/* The best that can be said from what was shown, by adding up all that may have come: for each of
 * 2^n shown sequences the more probable answer, over both sides and 2^n true sequences. */
static void brute_force(double *best, double *last, int n, double p, double e) {
  *best = *last = 0;
  for (unsigned shown = 0; shown < 1u << n; shown++) {
    double answer[2] = {0};
    for (int side = 0; side < 2; side++)
      for (unsigned came = 0; came < 1u << n; came++) {
        double P = 0.5;
        int right = 0;
        for (int i = 0; i < n; i++) {
          const int c = came >> i & 1, s = shown >> i & 1;
          P *= (c == side ? p : 1 - p) * (c == s ? 1 - e : e);
          right += c;
        }
        answer[2 * right == n ? side : 2 * right > n] += P;
      }
    *best += fmax(answer[0], answer[1]);
    *last += answer[shown >> (n - 1) & 1];
  }
}

static void lines_are_those_of_all_sequences(void **state) {
  (void)state;
  static const am_evidence_options cases[] = {{2, 0.5f, 0},        {3, 0.5f, 0},
                                              {6, 0.75f, 0.125f},  {7, 0.75f, 0.125f},
                                              {8, 0.25f, 0.4375f}, {9, 1, 0}};
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    const am_evidence_options *o = &cases[c];
    am_task *task = NULL;
    double best, last;
    assert_int_equal(am_evidence_create(&task, o, NULL), AMINE_OK);
    brute_force(&best, &last, o->steps - 1, 1 - 0.5 * (double)o->difficulty, (double)o->noise);
    near(task->lines[1].reward, last, 1e-12);
    near(task->lines[2].reward, best, 1e-12);
    am_task_destroy(task);
  }
}

static void bad_options_are_refused(void **state) {
  (void)state;
  REFUSED(evidence, am_task, "evidence", steps, 1);
  REFUSED(evidence, am_task, "evidence", steps, 258);
  REFUSED(evidence, am_task, "evidence", difficulty, -0.1f);
  REFUSED(evidence, am_task, "evidence", difficulty, 1.1f);
  REFUSED(evidence, am_task, "evidence", difficulty, NAN);
  REFUSED(evidence, am_task, "evidence", noise, -0.1f);
  REFUSED(evidence, am_task, "evidence", noise, 0.6f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shows_pulses_then_asks),  cmocka_unit_test(the_truth_counts),
      cmocka_unit_test(a_tie_is_a_coin),         cmocka_unit_test(lines_are_those_of_all_sequences),
      cmocka_unit_test(bad_options_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
