/* List linking, step by step; its lines against tests/reference/list_linking.py. */
#include "support.h"

#include "task/create.h"
#include "task/list_linking.h"

static const am_task_type *const type = &am_list_linking_type;

static const am_list_linking_options options[] = {{4, 8, 15, 20, 10, 4, 0, 3},
                                                  {3, 4, 15, 6, 5, 2, 0.25, 3},
                                                  {6, 6, 3, 9, 20, 0, 0.5, 1},
                                                  {6, 6, 31, 7, 20, 3, 1, 1}};

static void lines_are_the_references(void **state) {
  (void)state;
  /* pairs and infers in training, in evaluation */
  static const double lines[][4] = {{18.59945258, 27.53158677, 15.67834702, 26.56893616},
                                    {6.19614841, 9.31424683, 5.52194787, 8.97107910},
                                    {10.35690189, 17.85490155, 10.35690189, 17.85490155},
                                    {8.33333333, 20.68750000, 8.32523733, 18.59551747}};
  for (int i = 0; i < 4; i++) {
    am_task *task = NULL;
    amine_error error = {0};
    assert_int_equal(am_list_linking_create(&task, &options[i], &error), AMINE_OK);
    for (int k = 0; k < 2; k++) {
      const am_task *one = k ? am_task_evaluated(task) : task;
      assert_int_equal(one->n_lines, 4);
      near(one->lines[0].reward, 0, 0);
      near(one->lines[1].reward, lines[i][2 * k], 1e-8);
      near(one->lines[2].reward, lines[i][2 * k + 1], 1e-8);
      near(one->lines[3].reward, options[i].practice + options[i].test, 0);
      near(one->criterion, lines[i][2 * k] + 0.75 * (lines[i][2 * k + 1] - lines[i][2 * k]), 1e-7);
    }
    am_task_destroy(task);
  }
}

/* Evaluation's players earn their lines there too; test_tasks.c plays training. */
static void players_earn_their_lines(void **state) {
  (void)state;
  enum { N = 4000 };
  for (int i = 0; i < 4; i++) {
    am_task *task = NULL;
    assert_int_equal(am_list_linking_create(&task, &options[i], NULL), AMINE_OK);
    const am_task *held = am_task_evaluated(task);
    for (int line = 1; line < 3; line++) {
      double sum = 0, squares = 0;
      for (uint32_t lane = 0; lane < N; lane++) {
        const double earned = am_task_play(held, line, 3, 0, lane);
        sum += earned, squares += earned * earned;
      }
      near(sum / N, held->lines[line].reward, 4 * sqrt((squares / N - sum / N * sum / N) / N));
    }
    am_task_destroy(task);
  }
}

/* What one trial shows, and what comes of `action`; returns its event's bit. */
static unsigned play_trial(const am_task *task, am_list_linking_state *s, int action, bool told) {
  const am_list_linking_options *o = task->options;
  float input[AM_LINKING_INPUTS + 2 * AM_LINKING_BITS];
  const int right = s->shown[0] > s->shown[1], high = s->shown[right], low = s->shown[1 - right];
  assert_true(high >= 0 && high < low && low < s->n);
  unsigned event = 0;
  for (int at = 0; at < AM_LINKING_TRIAL; at++) {
    task->type->observe(task, s, input);
    assert_true(input[AM_LINKING_INPUT_BEGINS] == (at == 0) && input[AM_LINKING_INPUT_BIAS] == 1);
    assert_true(input[AM_LINKING_INPUT_ANSWER] == (at == 1));
    const float paid = action == right ? 1 : -1;
    assert_true(input[AM_LINKING_INPUT_REWARD] == (at == 2 && told ? paid : 0));
    for (int k = 0; k < 2; k++)
      assert_true(input[AM_LINKING_INPUT_SAID + k] == (at == 2 && action == k));
    for (int k = 0; k < 2 * o->bits; k++) {
      const uint32_t cue = s->cue[s->shown[k / o->bits]];
      assert_true(input[AM_LINKING_INPUTS + k] == (at > 0                   ? 0
                                                   : cue >> k % o->bits & 1 ? 1.0f
                                                                            : -1.0f));
    }
    assert_int_equal(task->type->answer(task, s), at == 1 ? right : -1);
    assert_true(task->type->weight(task, s) == (told ? 1 : 2.5f));
    const unsigned happens = task->type->happened(task, s, NULL);
    assert_true(at == 1 || happens == 0);
    event |= happens;
    assert_true(task->type->step(task, s, at == 1 ? action : 1 - action) == (at == 1 ? paid : 0));
    if (at == 0) assert_int_equal(s->said, 1 - action);
  }
  return event;
}

/* The event of a test of two cues. */
static unsigned expected(const am_list_linking_state *s, int high, int low) {
  if (s->half == 0) return 1u << (low - high);
  if ((high < s->half) == (low < s->half)) return 1u << AM_LINKING_WITHIN;
  if (high == s->half - 1 && low == s->half) return 0;
  const bool inside = high > 0 && high < s->half - 1 && low > s->half && low < s->n - 1;
  return 1u << (inside ? AM_LINKING_ACROSS : AM_LINKING_ENDS);
}

/* The list, 0 the higher one, of a pair of neighbours of linked lists; 2: it joins them. */
static int list_of(const am_list_linking_state *s, int high) {
  return high == s->half - 1 ? 2 : high >= s->half;
}

static void trials_are_as_told(void **state) {
  (void)state;
  am_task *task = NULL;
  MAKE(list_linking, &task,
       {.fewest = 3,
        .most = 6,
        .bits = 5,
        .practice = 9,
        .test = 4,
        .link = 2,
        .linked = 0.5,
        .test_weight = 2.5f});
  int n_linked = 0, n_single[7] = {0}, n_first = 0, n_left = 0, n_pairs[2][6][6] = {{{0}}};
  for (uint32_t lane = 0; lane < 4000; lane++) {
    am_list_linking_state s;
    type->start(task, &s, 5, 0, lane);
    const bool linked = s.half > 0;
    for (int k = 0; k < s.n; k++)
      for (int l = 0; l < k; l++) assert_int_not_equal(s.cue[k], s.cue[l]);
    if (linked) n_linked++;
    else n_single[s.n]++;
    if (linked) assert_true(s.n == 6 && s.half == 3);
    int first = -1;
    for (int trial = 0; trial < 13; trial++) {
      const int high = s.shown[0] < s.shown[1] ? s.shown[0] : s.shown[1],
                low = s.shown[0] + s.shown[1] - high;
      n_left += s.shown[0] == high;
      if (trial < 9) assert_int_equal(low, high + 1);
      if (trial >= 9 && s.n == 6) n_pairs[linked][high][low]++;
      if (linked && trial == 0) first = list_of(&s, high);
      /* (9 - 2) trials of two lists, the odd one of the first; then the link */
      if (linked && trial < 9)
        assert_int_equal(list_of(&s, high), trial < 4 ? first : trial < 7 ? 1 - first : 2);
      const unsigned event = play_trial(task, &s, (int)(lane + (uint32_t)trial) % 2, trial < 9);
      assert_int_equal(event, trial < 9 ? 1u << AM_LINKING_PRACTICE : expected(&s, high, low));
    }
    if (linked) n_first += first == 0;
    const am_list_linking_state end = s;
    assert_true(type->step(task, &s, 1) == 0);
    assert_memory_equal(&s, &end, sizeof s);
  }
  near(n_linked, 2000, 5 * sqrt(1000));
  near(n_first, n_linked / 2.0, 5 * sqrt(500));
  near(n_left, 4000 * 13 / 2.0, 5 * sqrt(4000 * 13 / 4.0));
  for (int n = 3; n <= 6; n++) near(n_single[n], 500, 5 * sqrt(500));
  for (int linked = 0; linked < 2; linked++)
    for (int high = 0; high < 6; high++)
      for (int low = high + 1; low < 6; low++) {
        const double mean = 4 * (linked ? n_linked : n_single[6]) / 15.0;
        near(n_pairs[linked][high][low], mean, 5 * sqrt(mean));
      }
  am_task_destroy(task);
}

static void evaluation_has_both(void **state) {
  (void)state;
  am_task *task = NULL;
  MAKE(list_linking, &task,
       {.fewest = 3, .most = 8, .bits = 15, .practice = 9, .test = 4, .link = 2, .test_weight = 1});
  for (uint32_t lane = 0; lane < 50; lane++) {
    am_list_linking_state s;
    type->start(am_task_evaluated(task), &s, 5, 0, lane);
    assert_int_equal(s.n, 8);
    assert_int_equal(s.half, lane % 2 ? 4 : 0);
    type->start(task, &s, 5, 0, lane);
    assert_int_equal(s.half, 0);
  }
  am_task_destroy(task);
}

static void options_have_ranges(void **state) {
  (void)state;
  REFUSED(list_linking, am_task, "list-linking", fewest, 2);
  REFUSED(list_linking, am_task, "list-linking", fewest, 9);
  REFUSED(list_linking, am_task, "list-linking", most, 5);
  REFUSED(list_linking, am_task, "list-linking", most, 10);
  REFUSED(list_linking, am_task, "list-linking", bits, 2);
  REFUSED(list_linking, am_task, "list-linking", practice, 0);
  REFUSED(list_linking, am_task, "list-linking", test, -1);
  REFUSED(list_linking, am_task, "list-linking", link, 21);
  REFUSED(list_linking, am_task, "list-linking", linked, 1.5);
  REFUSED(list_linking, am_task, "list-linking", test_weight, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lines_are_the_references), cmocka_unit_test(players_earn_their_lines),
      cmocka_unit_test(trials_are_as_told),       cmocka_unit_test(evaluation_has_both),
      cmocka_unit_test(options_have_ranges),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
