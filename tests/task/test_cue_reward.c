/* Cue-reward association: whole episodes and what players earn against an independent program
 * (tests/reference/cue_reward.py), a short one on paper, and its odds. */
#include "support.h"

#include <stdio.h>

#include "format/safetensors.h"
#include "task/create.h"

static const am_task_type *const type = &am_cue_reward_type;
enum { CUES = 4, WIDTH = 20, STEPS = 120, INPUTS = 27, EPISODES = 4, CASES = 5, PLAYERS = 3 };
static const uint64_t SEED = 20261130;

static void read(double *out, const char *name, int rank, size_t a, size_t b, size_t c) {
  static am_tensor_file *file;
  const size_t dims[] = {a, b, c};
  amine_error error = {0};
  amine_status status =
      am_tensor_file_open(&file, TEST_DATA "/cue_reward.safetensors", 1 << 20, false, &error);
  if (status == AMINE_OK) {
    status = am_tensor_file_copy(file, name, out, AM_F64, rank, dims, &error);
    am_tensor_file_close(file);
  }
  if (status != AMINE_OK) fail_msg("%s", error.message);
}

/* The belief of the reference is even among the candidates, and nothing elsewhere. */
static void same_belief(const am_cue_reward_state *s, const double *belief) {
  int n = 0;
  for (int k = 0; k < CUES; k++) n += (int)(s->candidates >> k & 1);
  for (int k = 0; k < CUES; k++) near(belief[k], s->candidates >> k & 1 ? 1.0 / n : 0, 1e-7);
}

static double inputs[EPISODES][STEPS][INPUTS], belief[EPISODES][STEPS][CUES];
static double actions[EPISODES][STEPS], rewards[EPISODES][STEPS], answers[EPISODES][STEPS];

/* The reference shows the reward as it is. */
static void episodes_are_the_references(void **state) {
  (void)state;
  am_task *task = NULL, *scaled = NULL;
  enum { REWARD = WIDTH + AM_CUE_INPUT_REWARD };
  am_cue_reward_state s;
  read(&inputs[0][0][0], "inputs", 3, EPISODES, STEPS, INPUTS);
  read(&belief[0][0][0], "belief", 3, EPISODES, STEPS, CUES);
  read(&actions[0][0], "actions", 2, EPISODES, STEPS, 0);
  read(&rewards[0][0], "rewards", 2, EPISODES, STEPS, 0);
  read(&answers[0][0], "answers", 2, EPISODES, STEPS, 0);
  assert_int_equal(am_cue_reward_create(&task, NULL, NULL), AMINE_OK);
  MAKE(cue_reward, &scaled, {.cues = CUES, .width = WIDTH, .steps = STEPS, .wrong = 1, .scale = 4});
  assert_int_equal(task->n_inputs, INPUTS);
  assert_int_equal(task->n_actions, 2);
  for (uint32_t i = 0; i < EPISODES; i++) {
    type->start(task, &s, SEED, 7, i);
    for (int t = 0; t < STEPS; t++) {
      float input[INPUTS];
      type->observe(task, &s, input);
      for (int k = 0; k < INPUTS; k++) near((double)input[k], inputs[i][t][k], 0);
      type->observe(scaled, &s, input);
      for (int k = 0; k < INPUTS; k++)
        near((double)input[k], (k == REWARD ? 4 : 1) * inputs[i][t][k], 0);
      same_belief(&s, belief[i][t]);
      near(type->answer(task, &s), answers[i][t], 0);
      near((double)type->step(task, &s, (int)actions[i][t]), rewards[i][t], 0);
    }
  }
  am_task_destroy(scaled);
  am_task_destroy(task);
}

/* Means of 100,000 episodes each, with their standard errors. */
static void lines_are_what_the_reference_plays(void **state) {
  (void)state;
  static const am_cue_reward_options cases[CASES] = {{4, WIDTH, 120, 1, 1},
                                                     {4, WIDTH, 120, 0, 1},
                                                     {3, WIDTH, 9, 1, 1},
                                                     {5, WIDTH, 60, 0.5f, 1},
                                                     {16, WIDTH, 200, 2.5f, 1}};
  double played[CASES * PLAYERS][2];
  read(&played[0][0], "lines", 2, CASES * PLAYERS, 2, 0);
  for (int c = 0; c < CASES; c++) {
    am_task *task = NULL;
    assert_int_equal(am_cue_reward_create(&task, &cases[c], NULL), AMINE_OK);
    assert_int_equal(task->n_lines, 1 + PLAYERS);
    for (int player = 0; player < PLAYERS; player++) {
      const double *mean = played[c * PLAYERS + player];
      near(task->lines[1 + player].reward, mean[0], 4 * mean[1]);
    }
    am_task_destroy(task);
  }
}

/* Nine steps: a first trial always, and a second, whose go would be the last step, if neither has a
 * blank in its middle: once in 16. The first is a coin to who must find out; then the target is one
 * of two cues, and of six pairs the one that holds both and the one that holds none tell: 1/3. */
static void two_trials_on_paper(void **state) {
  (void)state;
  am_task *task = NULL;
  MAKE(cue_reward, &task, {.cues = 4, .width = 4, .steps = 9, .wrong = 1});
  near(task->lines[0].reward, 0, 1e-15);
  near(task->lines[1].reward, 1.0 / 48, 1e-15);
  near(task->lines[2].reward, 1.0 / 48, 1e-15);
  near(task->lines[3].reward, 17.0 / 16, 1e-15);
  am_task_destroy(task);
}

/* What the paper's setting is worth, by the players themselves. */
static void the_papers_setting(void **state) {
  (void)state;
  enum { N = 20000 };
  static const struct {
    const char *name;
    double published; /* by the specification, to its digits */
  } lines[] = {{"random", 0}, {"latest", NAN}, {"bayes", 16.2}, {"ceiling", 18.2}};
  am_task *task = NULL;
  assert_int_equal(am_cue_reward_create(&task, NULL, NULL), AMINE_OK);
  for (int line = 0; line < task->n_lines; line++) {
    double sum = 0, squares = 0;
    for (uint32_t i = 0; i < N; i++) {
      const double reward = am_task_play(task, line, SEED, 0, i);
      sum += reward;
      squares += reward * reward;
    }
    const double mean = sum / N, error = sqrt((squares / N - mean * mean) / (N - 1));
    printf("%-8s %.4f, played %.4f +- %.4f\n", task->lines[line].policy, task->lines[line].reward,
           mean, error);
    assert_string_equal(task->lines[line].policy, lines[line].name);
    near(mean, task->lines[line].reward, 4 * error);
    if (!isnan(lines[line].published)) near(task->lines[line].reward, lines[line].published, 0.05);
  }
  near(task->criterion, 0.75 * task->lines[2].reward, 1e-12);
  am_task_destroy(task);
}

/* Each of n cells that are alike, within five standard deviations. */
static void alike(const int *count, int n) {
  double sum = 0;
  for (int k = 0; k < n; k++) sum += count[k];
  for (int k = 0; k < n; k++) near(count[k], sum / n, 5 * sqrt(sum / n * (1 - 1.0 / n)));
}

/* The first trial of 60,000 episodes: its blanks, pair, order and places, the target, the bits. */
static void trials_have_their_odds(void **state) {
  (void)state;
  enum { N = 60000 };
  am_task *task = NULL;
  int more[4] = {0}, pairs[CUES * CUES] = {0}, place[10] = {0}, target[CUES] = {0}, bit[2] = {0};
  assert_int_equal(am_cue_reward_create(&task, NULL, NULL), AMINE_OK);
  for (uint32_t i = 0; i < N; i++) {
    am_cue_reward_state s;
    type->start(task, &s, 1, 0, i);
    const int blanks = s.go - 3;
    assert_true(s.at[0] >= 1 && s.at[0] < s.at[1] && s.at[1] < s.go);
    assert_int_not_equal(s.shown[0], s.shown[1]);
    more[blanks]++;
    target[s.target]++;
    pairs[s.shown[0] * CUES + s.shown[1]]++;
    if (blanks == 3) place[(s.at[1] - 1) * (s.at[1] - 2) / 2 + s.at[0] - 1]++; /* of C(5, 2) */
    bit[s.cue[3] >> 19 & 1]++;
    for (int a = 0; a < CUES; a++)
      for (int b = 0; b < a; b++) assert_int_not_equal(s.cue[a], s.cue[b]);
  }
  int ordered[CUES * (CUES - 1)], n = 0;
  for (int a = 0; a < CUES; a++)
    for (int b = 0; b < CUES; b++)
      if (a != b) ordered[n++] = pairs[a * CUES + b];
  alike(more, 4);
  alike(ordered, n);
  alike(place, 10);
  alike(target, CUES);
  alike(bit, 2);
  am_task_destroy(task);
}

/* Sixteen cues of four bits are all there are. */
static void cues_are_all_different(void **state) {
  (void)state;
  am_task *task = NULL;
  int first[16] = {0};
  MAKE(cue_reward, &task, {.cues = 16, .width = 4, .steps = 20, .wrong = 1});
  for (uint32_t i = 0; i < 16000; i++) {
    am_cue_reward_state s;
    uint32_t seen = 0;
    type->start(task, &s, 1, 0, i);
    for (int k = 0; k < 16; k++) seen |= UINT32_C(1) << s.cue[k];
    assert_int_equal(seen, 0xffff);
    first[s.cue[15]]++;
  }
  alike(first, 16);
  am_task_destroy(task);
}

static void bad_options_are_refused(void **state) {
  (void)state;
  REFUSED(cue_reward, am_task, "cue-reward", cues, 2);
  REFUSED(cue_reward, am_task, "cue-reward", cues, 17);
  REFUSED(cue_reward, am_task, "cue-reward", width, 3);
  REFUSED(cue_reward, am_task, "cue-reward", width, 32);
  REFUSED(cue_reward, am_task, "cue-reward", steps, 8);
  REFUSED(cue_reward, am_task, "cue-reward", steps, 100001);
  REFUSED(cue_reward, am_task, "cue-reward", wrong, -0.1f);
  REFUSED(cue_reward, am_task, "cue-reward", wrong, NAN);
  REFUSED(cue_reward, am_task, "cue-reward", scale, -0.1f);
  REFUSED(cue_reward, am_task, "cue-reward", scale, 1001);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(episodes_are_the_references),
      cmocka_unit_test(lines_are_what_the_reference_plays),
      cmocka_unit_test(two_trials_on_paper),
      cmocka_unit_test(the_papers_setting),
      cmocka_unit_test(trials_have_their_odds),
      cmocka_unit_test(cues_are_all_different),
      cmocka_unit_test(bad_options_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
