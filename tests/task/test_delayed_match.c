/* Delayed match-to-sample, step by step. */
#include "support.h"

#include "task/create.h"
#include "task/delayed_match.h"

static const am_task_type *const type = &am_delayed_match_type;

/* A cue, a delay, a cue, and then the choice: by hand for cues 2 then 0, and 1 then 1. */
static void shows_cue_delay_cue(void **state) {
  (void)state;
  am_task *task = NULL;
  float input[4];
  MAKE(delayed_match, &task, {.steps = 4, .cues = 3});
  assert_int_equal(task->n_inputs, 4);
  assert_int_equal(task->n_actions, 2);
  assert_int_equal(task->n_steps, 4);
  static const struct {
    int cue[2], answer;
    const char *shown[4];
  } cases[] = {{{2, 0}, 1, {"0010", "0000", "1000", "0001"}},
               {{1, 1}, 0, {"0100", "0000", "0100", "0001"}}};
  for (int c = 0; c < 2; c++)
    for (int action = 0; action < 2; action++) {
      am_delayed_match_state s = {.cue = {cases[c].cue[0], cases[c].cue[1]}};
      for (int t = 0; t < 4; t++) {
        type->observe(task, &s, input);
        shows(input, 4, cases[c].shown[t]);
        assert_int_equal(type->answer(task, &s), t == 3 ? cases[c].answer : -1);
        const float reward = type->step(task, &s, action);
        assert_true(reward == (t == 3 && action == cases[c].answer ? 1 : 0));
      }
    }
  am_task_destroy(task);
}

/* Same with 1/2, else each other cue alike: 5 cues, 100,000 trials, each of 25 cells within five
 * standard deviations. */
static void cues_have_their_odds(void **state) {
  (void)state;
  enum { N = 100000, CUES = 5 };
  am_task *task = NULL;
  int count[CUES][CUES] = {{0}};
  MAKE(delayed_match, &task, {.steps = 3, .cues = CUES});
  for (uint32_t i = 0; i < N; i++) {
    am_delayed_match_state s;
    type->start(task, &s, 1, 2, i);
    count[s.cue[0]][s.cue[1]]++;
  }
  for (int a = 0; a < CUES; a++)
    for (int b = 0; b < CUES; b++) {
      const double p = 1.0 / CUES * (a == b ? 0.5 : 0.5 / (CUES - 1));
      near(count[a][b], N * p, 5 * sqrt(N * p * (1 - p)));
    }
  am_task_destroy(task);
}

/* The rule of each key, and the context that tells it at every step. */
static void the_rule_can_be_turned(void **state) {
  (void)state;
  for (int rule = AM_MATCH_MATCH; rule <= AM_MATCH_SWITCH; rule++) {
    am_task *task = NULL;
    int turned = 0;
    MAKE(delayed_match, &task,
         {.steps = 4, .cues = 2, .rule = (am_match_rule)rule, .context = true, .switch_after = 7});
    assert_int_equal(task->n_inputs, 5);
    for (uint32_t i = 0; i < 4000; i++) {
      am_delayed_match_state s;
      float input[5];
      const uint32_t episode = i % 10;
      type->start(task, &s, 1, episode, i);
      if (rule == AM_MATCH_MATCH) assert_int_equal(s.turned, 0);
      if (rule == AM_MATCH_NONMATCH) assert_int_equal(s.turned, 1);
      if (rule == AM_MATCH_SWITCH) assert_int_equal(s.turned, episode >= 7);
      turned += s.turned;
      for (int t = 0; t < 4; t++) {
        type->observe(task, &s, input);
        assert_true(input[3] == (s.turned ? 0 : 1) && input[4] == (s.turned ? 1 : 0));
        assert_true(input[2] == (t == 3 ? 1 : 0));
        const bool same = s.cue[0] == s.cue[1];
        assert_int_equal(type->answer(task, &s), t < 3 ? -1 : same == (s.turned == 0) ? 0 : 1);
        type->step(task, &s, 0);
      }
    }
    if (rule == AM_MATCH_BOTH) near(turned, 2000, 5 * sqrt(1000));
    am_task_destroy(task);
  }
}

static void bad_options_are_refused(void **state) {
  (void)state;
  REFUSED(delayed_match, am_task, "delayed-match", steps, 2);
  REFUSED(delayed_match, am_task, "delayed-match", steps, 100001);
  REFUSED(delayed_match, am_task, "delayed-match", cues, 1);
  REFUSED(delayed_match, am_task, "delayed-match", cues, 17);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shows_cue_delay_cue),
      cmocka_unit_test(cues_have_their_odds),
      cmocka_unit_test(the_rule_can_be_turned),
      cmocka_unit_test(bad_options_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
