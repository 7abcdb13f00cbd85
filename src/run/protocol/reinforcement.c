/* Reinforcement: which of three actions is right for which of three cues?
 *
 * A third of the population "cue" is driven for cue_ms; the action population (left, middle, right)
 * that fires most is the action. Cue k wants action k: reward 1 with reward_probability, else 0.
 *
 *     delta = reward - expected        goes to dopamine        expected <- expected + alpha delta
 *
 * Control: dopamine at its baseline, where synapses with the factor "signed" do not change. The
 * same experiment by the library: examples/reinforcement.c. */
#include <limits.h>
#include <math.h>

#include "base/error.h"
#include "run/protocol/protocols.h"

enum { CUES = 3, RECENT = 30 };
enum { TRIALS, CUE_MS, PAUSE_MS, CURRENT, ALPHA, PROBABILITY };
static const amine_parameter keys[] = {
    AM_INTEGER("trials", 300, 3, 1e6, "", "how many; then nothing more is done"),
    AM_NUMBER("cue_ms", 200, 1, 1e5, "ms", "a cue, and the time to act"),
    AM_NUMBER("pause_ms", 100, 1, 1e5, "ms", "after the reward"),
    AM_NUMBER("current", 13, 0, 1e6, "", "of a cue's neurons, in units of the model"),
    AM_NUMBER("alpha", 0.1, 0, 1, "", "how fast the expected reward follows"),
    AM_NUMBER("reward_probability", 1, 0, 1, "", "of a right action"),
};
static const am_measure measures[] = {
    AM_FIGURE("right_first", "", "Right choices, first third of the trials",
              "right choices among those of the first third of the trials",
              .chance = {"guessing", 1.0 / CUES}, .best = {"no mistake", 1}),
    AM_FIGURE("right", "", "Right choices, last third of the trials",
              "right choices among those of the last third of the trials; chance is 1/3",
              .chance = {"guessing", 1.0 / CUES}, .best = {"no mistake", 1}),
    AM_PANEL("right_now", "", "Right choices", "Right choices, last 30 trials",
             "right choices among those of the last 30 trials", .chance = {"guessing", 1.0 / CUES},
             .best = {"no mistake", 1}),
    AM_PANEL("expected", "", "Reward that is expected", "Expected reward",
             "reward that is expected now"),
};

typedef struct state {
  double expected;
  uint64_t trial, acting; /* acting: the cue is there */
  uint64_t cue;
  uint64_t shown[2], right[2];    /* in the first and in the last third */
  uint64_t chosen[2][CUES][CUES]; /* the same: for a cue an action */
  uint64_t recent[RECENT];        /* was the choice right? of the last trials, ring */
} state;

typedef struct places {
  int cue, actions[CUES];
} places;

static const char *const action_names[CUES] = {"left", "middle", "right"};

static amine_status find(places *p, const am_stage *stage, amine_error *error) {
  AM_TRY(am_stage_find_parts(&p->cue, stage, "reinforcement", "cue", CUES, AM_DRIVEN_MAX, error));
  return am_stage_find_all(p->actions, stage, "reinforcement", action_names, CUES, INT_MAX, error);
}

static amine_status start(void *s, am_stage *stage, amine_error *error) {
  places p;
  (void)s;
  return find(&p, stage, error);
}

static amine_status show(state *s, const places *p, am_stage *stage, amine_error *error) {
  s->cue = am_below(am_stage_random(stage, (uint32_t)s->trial, 0).v[0], CUES);
  am_stage_note(stage, AMINE_EVENT_CUE, (double)s->cue);
  return am_stage_drive(stage, p->cue, (int)s->cue, CUES, stage->parameters[CURRENT].number, error);
}

static void judge(state *s, const places *p, am_stage *stage) {
  uint64_t spikes[CUES];
  const uint64_t chosen = am_stage_most(spikes, stage, p->actions, CUES, (uint32_t)s->trial, 1);
  const uint64_t trials = (uint64_t)stage->parameters[TRIALS].number, third = trials / 3;
  const bool right = chosen == s->cue;
  const double reward = right && am_stage_chance(stage, (uint32_t)s->trial, 2, 0,
                                                 stage->parameters[PROBABILITY].number);
  const int part = s->trial < third ? 0 : s->trial >= trials - third ? 1 : -1;
  am_stage_note(stage, AMINE_EVENT_ACTION, (double)chosen);
  s->expected += stage->parameters[ALPHA].number * am_stage_reward(stage, reward, s->expected);
  if (part >= 0) s->shown[part]++;
  if (part >= 0) s->right[part] += right;
  if (part >= 0) s->chosen[part][s->cue][chosen]++;
  s->recent[s->trial % RECENT] = right;
}

static amine_status advance(void *v, am_stage *stage, uint64_t *until, amine_error *error) {
  state *s = v;
  places p;
  AM_TRY(find(&p, stage, error));
  if (!s->acting) {
    if (s->trial >= (uint64_t)stage->parameters[TRIALS].number) return AMINE_OK;
    AM_TRY(show(s, &p, stage, error));
    *until = stage->now + am_stage_key_steps(stage, CUE_MS);
  } else {
    judge(s, &p, stage);
    s->trial++;
    AM_TRY(amine_brain_set_currents(stage->brain, p.cue, NULL, error));
    *until = stage->now + am_stage_key_steps(stage, PAUSE_MS);
  }
  s->acting = !s->acting;
  return AMINE_OK;
}

static bool check(const void *v, const am_stage *stage) {
  const state *s = v;
  bool fine = isfinite(s->expected) && s->acting <= 1 && s->cue < CUES &&
              s->trial <= (uint64_t)stage->parameters[TRIALS].number;
  for (int k = 0; k < 2; k++) fine = fine && s->right[k] <= s->shown[k] && s->shown[k] <= s->trial;
  for (int k = 0; k < 2 * CUES; k++)
    for (int a = 0; a < CUES; a++) fine = fine && s->chosen[k / CUES][k % CUES][a] <= s->trial;
  for (int k = 0; k < RECENT; k++) fine = fine && s->recent[k] <= 1;
  return fine;
}

static void measure(double *values, const void *v, const am_stage *stage) {
  const state *s = v;
  (void)stage;
  for (int k = 0; k < 2; k++) values[k] = am_ratio((double)s->right[k], (double)s->shown[k]);
  const uint64_t done = s->trial < RECENT ? s->trial : RECENT;
  double right = 0;
  for (uint64_t k = 0; k < done; k++) right += (double)s->recent[k];
  values[2] = am_ratio(right, (double)done);
  values[3] = s->expected;
}

static void picture(am_pictures *pictures, const void *v, const am_stage *stage) {
  static const char *const parts[] = {"first third of the trials", "last third"};
  static const char *const cues[CUES] = {"cue 1", "cue 2", "cue 3"};
  const state *s = v;
  double values[2][CUES][CUES];
  (void)stage;
  for (int part = 0; part < 2; part++)
    for (int c = 0; c < CUES; c++) am_shares(values[part][c], s->chosen[part][c], CUES);
  am_picture_table(pictures, &(am_table_picture){
                                 .title = "What it did when it saw a cue",
                                 .meaning = "How often each action was taken after each cue. The "
                                            "action that is rewarded has a frame.",
                                 .unit = "share of the cue's trials",
                                 .row_title = "cue",
                                 .x_title = "action",
                                 .n_parts = s->shown[1] > 0 ? 2 : 1,
                                 .n_rows = CUES,
                                 .n_columns = CUES,
                                 .parts = parts,
                                 .rows = cues,
                                 .columns = action_names,
                                 .values = values[0][0],
                                 .right = (const int[]){0, 1, 2},
                                 .high = 1});
}

const am_protocol am_protocol_reinforcement = {
    .name = "reinforcement",
    .meaning = "three cues, three actions, reward for the right one; dopamine carries its error",
    .title = "Three cues, three actions, and a reward",
    .story = "A cue drives a third of the cue neurons. Of three populations of neurons the one "
             "that fires most is the action, and one action is right for each cue. Nobody says "
             "which: there is a reward for the right one and nothing for another, and dopamine "
             "tells how much more of it came than was expected.",
    .judged = "right",
    .headline = "In the last third of its trials it took the right action in a share of {right}, "
                "in the first third of {right_first}",
    .needs = "populations cue (a multiple of 3 neurons, at most 3072), left, middle, right",
    AM_KEYS(keys),
    AM_MEASURES(measures),
    .control = "dopamine",
    .moves = "dopamine",
    .state_size = sizeof(state),
    .start = start,
    .advance = advance,
    .check = check,
    .measure = measure,
    .picture = picture};
