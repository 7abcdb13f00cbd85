/* Reversal: what it shows and pays, when the mapping changes and to what, what the observer computes, by
 * hand; its shares. */
#include "support.h"

#include "task/create.h"
#include "task/reversal.h"

static const am_task_type *const type = &am_reversal_type;

/* An episode, followed by what is told of it alone: blocks are as long as they may be, the mapping is one
 * throughout a block and another one in the next, and what is told of the block before is that. */
static void blocks_and_mappings(void **state) {
  (void)state;
  enum { CUES = 4, STEPS = 400, BLOCK = 11, LANES = 60 };
  am_task *task = NULL;
  int n_cue[CUES] = {0}, n_jump[CUES] = {0}, n_length[BLOCK + BLOCK / 2 + 1] = {0}, n_blocks = 0;
  MAKE(reversal, &task, {.cues = CUES, .block = BLOCK, .steps = STEPS, .right = 1, .wrong = 0});
  assert_true(task->n_inputs == CUES && task->n_actions == CUES && task->tells == 0);
  for (uint32_t lane = 0; lane < LANES; lane++) {
    am_reversal_state s, before;
    am_task_block block;
    int shift = -1, old = -1, at = 0, number = 0;
    type->start(task, &s, 9, 0, lane);
    for (int t = 0; t < STEPS; t++) {
      float input[CUES];
      int cue = -1;
      type->observe(task, &s, input);
      for (int k = 0; k < CUES; k++)
        if (input[k] == 1) cue = k;
      assert_in_range(cue, 0, CUES - 1);
      n_cue[cue]++;
      const int now = (type->answer(task, &s) - cue + CUES) % CUES;
      assert_true(type->blocks(task, &s, &block));
      if (block.number != number) {
        assert_true(block.number == number + 1 && block.at == 0 && now != shift);
        n_jump[(now - shift + CUES) % CUES]++;
        n_length[at]++;
        n_blocks++;
        old = shift;
        number++;
        at = 0;
      } else if (t > 0) {
        assert_true(now == shift);
      }
      shift = now;
      assert_true(block.at == at && block.length >= BLOCK && block.length <= BLOCK + BLOCK / 2);
      assert_int_equal(block.old, old < 0 ? -1 : (cue + old) % CUES);
      at++;
      before = s;
      const int action = (int)(lane + (uint32_t)t) % CUES, right = (cue + shift) % CUES;
      assert_true(type->step(task, &s, action) == (action == right ? 1 : 0));
      assert_int_equal(type->happened(task, &before, NULL), number > 0 && block.at == 0);
      assert_int_equal(type->happened(task, &before, &s),
                       (number > 0 && block.at == 0) | (action == right ? 0 : 2));
    }
    assert_true(type->answer(task, &s) == -1 && !type->blocks(task, &s, &block));
    assert_true(type->step(task, &s, 0) == 0 && s.world.step == STEPS);
  }
  for (int k = 0; k < CUES; k++)
    near(n_cue[k], LANES * STEPS / 4.0, 5 * sqrt(LANES * STEPS * 0.1875));
  assert_int_equal(n_jump[0], 0);
  for (int k = 1; k < CUES; k++) near(n_jump[k], n_blocks / 3.0, 5 * sqrt(n_blocks * 2 / 9.0));
  for (int l = BLOCK; l <= BLOCK + BLOCK / 2; l++) /* episodes cut some, the longer ones rather */
    near(n_length[l], n_blocks / 6.0, 6 * sqrt(n_blocks * 5 / 36.0));
  am_task_destroy(task);
}

/* The last action and its reward are shown, and rewards come as often as they should. */
static void feedback_and_chance(void **state) {
  (void)state;
  enum { CUES = 3, STEPS = 1000, LANES = 40 };
  am_task *task = NULL;
  double n[2] = {0}, won[2] = {0};
  MAKE(reversal, &task,
       {.cues = CUES, .block = 40, .steps = STEPS, .right = 0.8, .wrong = 0.3, .feedback = true});
  assert_true(task->n_inputs == 2 * CUES + 1 && task->tells == 2 * CUES + 1);
  for (uint32_t lane = 0; lane < LANES; lane++) {
    am_reversal_state s, before;
    float input[2 * CUES + 1], reward = 0;
    type->start(task, &s, 2, 1, lane);
    for (int t = 0; t < STEPS; t++) {
      const int action = t % CUES, last = (t - 1) % CUES;
      type->observe(task, &s, input);
      for (int k = 0; k < CUES; k++) assert_true(input[CUES + k] == (t > 0 && k == last ? 1 : 0));
      assert_true(input[2 * CUES] == reward);
      const bool right = action == type->answer(task, &s);
      before = s;
      reward = type->step(task, &s, action);
      assert_true((type->happened(task, &before, &s) & 4) == (right != (reward > 0) ? 4 : 0));
      n[right]++;
      won[right] += (double)reward;
    }
    type->observe(task, &s, input);
    for (int k = 0; k < task->n_inputs; k++) assert_true(input[k] == 0);
  }
  near(won[1] / n[1], 0.8, 5 * sqrt(0.16 / n[1]));
  near(won[0] / n[0], 0.3, 5 * sqrt(0.21 / n[0]));
  am_task_destroy(task);
}

/* Bayes' rule, step by step in double, and the likeliest mapping is what the observer takes. */
static void the_observer_is_bayesian(void **state) {
  (void)state;
  enum { CUES = 3, STEPS = 300 };
  const double ends = 1 / (1.25 * 20);
  am_task *task = NULL;
  am_reversal_state s;
  double p[CUES] = {1 / 3.0, 1 / 3.0, 1 / 3.0};
  MAKE(reversal, &task,
       {.cues = CUES, .block = 20, .steps = STEPS, .right = 0.8, .wrong = 0.2, .feedback = true});
  type->start(task, &s, 4, 0, 0);
  for (int t = 0; t < STEPS; t++) {
    const am_random4 draw = {{0}};
    const int cue = s.cue, action = task->lines[1].act(task, &s, draw);
    for (int k = 0; k < CUES; k++) {
      near((double)s.p[k], p[k], 1e-5);
      assert_true(p[(action - cue + CUES) % CUES] >= p[k] - 1e-5);
    }
    const bool won = type->step(task, &s, action) > 0;
    double q[CUES], sum = 0;
    for (int k = 0; k < CUES; k++) {
      const double pays = action == (cue + k) % CUES ? 0.8 : 0.2;
      sum += q[k] = p[k] * (won ? pays : 1 - pays);
    }
    for (int k = 0; k < CUES; k++) {
      p[k] = 0;
      for (int j = 0; j < CUES; j++) p[k] += q[j] / sum * (j == k ? 1 - ends : ends / (CUES - 1));
    }
  }
  am_task_destroy(task);
}

static void bad_options_are_refused(void **state) {
  (void)state;
  REFUSED(reversal, am_task, "reversal", cues, 1);
  REFUSED(reversal, am_task, "reversal", cues, 17);
  REFUSED(reversal, am_task, "reversal", block, 2);
  REFUSED(reversal, am_task, "reversal", steps, 0);
  REFUSED(reversal, am_task, "reversal", steps, 100001);
  REFUSED(reversal, am_task, "reversal", right, 1.1);
  REFUSED(reversal, am_task, "reversal", right, NAN);
  REFUSED(reversal, am_task, "reversal", wrong, 0.9);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(blocks_and_mappings),
      cmocka_unit_test(feedback_and_chance),
      cmocka_unit_test(the_observer_is_bayesian),
      cmocka_unit_test(bad_options_are_refused),
  };
  return cmocka_run_group_tests_name("reversal", tests, NULL, NULL);
}
