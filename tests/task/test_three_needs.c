/* Three needs, step by step; its lines against tests/reference/three_needs.py. */
#include "support.h"

#include "task/create.h"
#include "task/three_needs.h"

static int kind_of(const am_three_needs_state *s) { return s->kind[s->round]; }

static void lines_are_the_references(void **state) {
  (void)state;
  static const am_three_needs_options options[] = {
      {12, 0.75, 0.04}, {1, 0.9, 0.1}, {50, 0.6, 0.01}};
  static const double lines[][4] = {{0.57533333, 1.87666667, 2.44440788, 2.78645833},
                                    {0.56388889, 2.11666667, 2.45, 2.78645833},
                                    {0.58133333, 1.60666667, 2.31887346, 2.78645833}};
  for (int i = 0; i < 3; i++) {
    am_task *task = NULL;
    amine_error error = {0};
    assert_int_equal(am_three_needs_create(&task, &options[i], &error), AMINE_OK);
    assert_int_equal(task->n_lines, 4);
    for (int k = 0; k < 4; k++) near(task->lines[k].reward, lines[i][k], 1e-8);
    near(task->criterion, lines[i][1] + 0.75 * (lines[i][2] - lines[i][1]), 1e-7);
    am_task_destroy(task);
  }
}

/* Three steps in which places pay, one by one, whatever is done; then the chosen one does. */
static void choose(const am_task *task, am_three_needs_state *s, int action) {
  const am_three_needs_state first = *s;
  bool seen[3] = {false, false, false};
  float input[AM_NEEDS_INPUTS];
  for (int t = 0; t < 3; t++) {
    int n = 0;
    task->type->observe(task, s, input);
    assert_true(input[AM_NEEDS_INPUT_BEGINS] == (t == 0) && input[AM_NEEDS_INPUT_SHOWN] == 0);
    for (int k = 0; k < 3; k++) {
      assert_true(input[AM_NEEDS_INPUT_OFFERED + k] == 1);
      if (input[AM_NEEDS_INPUT_PAYS + k] == 0) continue;
      assert_false(seen[k]);
      seen[k] = true;
      n++;
      assert_true(input[AM_NEEDS_INPUT_PAID] == first.v[k]);
    }
    assert_true(n <= 1 && (n == 1 || input[AM_NEEDS_INPUT_PAID] == 0));
    assert_int_equal(task->type->happened(task, s, NULL), 0);
    assert_true(task->type->step(task, s, action) == 0);
    assert_int_equal(s->round, first.round);
  }
  for (int k = 0; k < 3; k++) assert_int_equal(seen[k], k != first.unknown);
  task->type->observe(task, s, input);
  assert_true(input[0] + input[1] + input[2] + input[AM_NEEDS_INPUT_PAID] == 0);
  assert_int_equal(task->type->happened(task, s, NULL), 1 << kind_of(&first));
  assert_true(task->type->step(task, s, action) == (action < 3 ? first.v[action] : 0));
  assert_int_equal(s->round, first.round + 1);
}

static void look(const am_task *task, am_three_needs_state *s, int n_looks, int action,
                 float paid) {
  const int round = s->round;
  float input[AM_NEEDS_INPUTS];
  int sum = 0;
  for (int t = 0; t <= n_looks; t++) {
    task->type->observe(task, s, input);
    for (int k = 0; k < AM_NEEDS_INPUT_SHOWN; k++) assert_true(input[k] == 0);
    assert_true(input[AM_NEEDS_INPUT_BEGINS] == (t == 0));
    assert_true(fabsf(input[AM_NEEDS_INPUT_SHOWN]) == (t > 0));
    assert_int_equal(task->type->happened(task, s, NULL), 1 << AM_NEEDS_CUE);
    sum += (int)input[AM_NEEDS_INPUT_SHOWN];
    assert_int_equal(s->sum, sum);
    assert_int_equal(s->round, round);
    if (t < n_looks) assert_true(task->type->step(task, s, AM_NEEDS_LOOK) == -0.25f);
  }
  assert_true(task->type->step(task, s, action) == paid);
  assert_int_equal(s->round, round + 1);
}

static void rounds_are_as_told(void **state) {
  (void)state;
  am_task *task = NULL;
  int n_first[3] = {0};
  MAKE(three_needs, &task, {.looks = 3, .reliability = 0.75, .cost = 0.25});
  assert_int_equal(task->n_steps, 12);
  for (uint32_t lane = 0; lane < 3000; lane++) {
    am_three_needs_state s;
    bool was[3] = {false, false, false};
    task->type->start(task, &s, 5, 0, lane);
    n_first[kind_of(&s)]++;
    for (int r = 0; r < 3; r++) {
      assert_int_equal(s.round, r);
      assert_false(was[kind_of(&s)]);
      was[kind_of(&s)] = true;
      for (int k = 0; k < 3; k++) {
        const float least = k == s.unknown ? 0.5f : 0;
        assert_true(s.v[k] >= least && s.v[k] < least + 1);
      }
      assert_int_equal(s.unknown >= 0, kind_of(&s) == AM_NEEDS_NOVELTY);
      const int right = s.side < 0 ? AM_NEEDS_LEFT : AM_NEEDS_RIGHT;
      if (kind_of(&s) != AM_NEEDS_CUE) choose(task, &s, (int)((lane + (uint32_t)r) % 6));
      else if (lane % 4 == 0) look(task, &s, (int)(lane / 4 % 4), right, 1);
      else if (lane % 4 == 1) look(task, &s, 2, AM_NEEDS_LEFT + AM_NEEDS_RIGHT - right, -1);
      else if (lane % 4 == 2) look(task, &s, 1, 2, 0);
      else look(task, &s, 3, AM_NEEDS_LOOK, -0.25f);
    }
    float input[AM_NEEDS_INPUTS];
    assert_true(task->type->over(task, &s));
    assert_int_equal(task->type->happened(task, &s, NULL), 0);
    const am_three_needs_state end = s;
    assert_true(task->type->step(task, &s, 1) == 0);
    assert_memory_equal(&s, &end, sizeof s);
    task->type->observe(task, &s, input);
    for (int k = 0; k < AM_NEEDS_INPUTS; k++) assert_true(input[k] == 0);
  }
  for (int k = 0; k < 3; k++) near(n_first[k], 1000, 5 * sqrt(3000 * 2 / 9.0));
  am_task_destroy(task);
}

/* How often a look shows the right side, and how often each side is it. */
static void looks_are_reliable(void **state) {
  (void)state;
  am_task *task = NULL;
  int n = 0, n_right = 0, n_left = 0, n_places[3] = {0};
  MAKE(three_needs, &task, {.looks = 50, .reliability = 0.9, .cost = 0});
  for (uint32_t lane = 0; lane < 2000; lane++) {
    am_three_needs_state s;
    task->type->start(task, &s, 6, 0, lane);
    while (kind_of(&s) != AM_NEEDS_CUE) {
      if (s.unknown >= 0 && s.at == 0) n_places[s.unknown]++;
      task->type->step(task, &s, 0);
    }
    n_left += s.side < 0;
    for (int t = 0; t < 10; t++, n++) {
      task->type->step(task, &s, AM_NEEDS_LOOK);
      n_right += s.shown == s.side;
    }
  }
  near((double)n_right / n, 0.9, 5 * 0.3 / sqrt(n));
  near(n_left, 1000, 5 * sqrt(500));
  for (int k = 0; k < 3; k++) near(n_places[k], 1000 / 3.0, 5 * sqrt(1000 * 2 / 9.0));
  am_task_destroy(task);
}

static void options_have_ranges(void **state) {
  (void)state;
  REFUSED(three_needs, am_task, "three-needs", looks, 0);
  REFUSED(three_needs, am_task, "three-needs", looks, 51);
  REFUSED(three_needs, am_task, "three-needs", reliability, 0.49);
  REFUSED(three_needs, am_task, "three-needs", reliability, 1);
  REFUSED(three_needs, am_task, "three-needs", cost, -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lines_are_the_references),
      cmocka_unit_test(rounds_are_as_told),
      cmocka_unit_test(looks_are_reliable),
      cmocka_unit_test(options_have_ranges),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
