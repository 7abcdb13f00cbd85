/* Three signals that learned weights fuse: each is needed in one round of its task and in no other. */
#include <math.h>

#include "run/study/studies.h"
#include "run/study/training.h"

enum { FUSED, NO_REWARD, NO_NOVELTY, NO_UNCERTAINTY, REWARD, NOVELTY, UNCERTAINTY, NONE, N_ARMS };

#define PRESET "multimodal"
#define NO(signal) "network." signal "=0"

static const char *const signals[] = {"M_reward", "M_novelty", "M_uncertainty"};

/* Rows of the three kinds of round. */
#define ROW(n, at, how)                                                                            \
  { .name = n, .unit = "", .meaning = "mean reward " at how, .title = "Reward " at how }
#define ROUNDS(suffix, how)                                                                        \
  ROW("value" suffix, "where all places have paid", how),                                          \
      ROW("novelty" suffix, "where one place never paid", how),                                    \
      ROW("cue" suffix, "at a noisy cue", how)

enum { N_MEASURES = AM_N_TRAINING_MEASURES + 4 * 3 };
static const am_measure measures[N_MEASURES] = {
    AM_TRAINING_ROWS,
    ROUNDS("", ", fresh episodes"),
    ROUNDS("_without_reward", ", what pays held at its mean"),
    ROUNDS("_without_novelty", ", what is new held at its mean"),
    ROUNDS("_without_uncertainty", ", how unsure it is held at its mean"),
};

static const am_lesions lesions = {
    .signals = signals,
    .n_signals = 3,
    .protocol = {.name = "training",
                 .meaning =
                     "a learner is trained on a task, and signals of its network are held, one "
                     "after the other, at the events of the task",
                 .measures = measures,
                 .n_measures = N_MEASURES}};

static const am_arm arms[N_ARMS] = {
    [FUSED] = AM_LESIONED(&lesions, "three signals", PRESET, NULL),
    [NO_REWARD] = AM_LESIONED(&lesions, "learned without reward", PRESET, NO("reward")),
    [NO_NOVELTY] = AM_LESIONED(&lesions, "learned without novelty", PRESET, NO("novelty")),
    [NO_UNCERTAINTY] =
        AM_LESIONED(&lesions, "learned without uncertainty", PRESET, NO("uncertainty")),
    [REWARD] = AM_LESIONED(&lesions, "reward alone", PRESET, NO("novelty"), NO("uncertainty")),
    [NOVELTY] = AM_LESIONED(&lesions, "novelty alone", PRESET, NO("reward"), NO("uncertainty")),
    [UNCERTAINTY] = AM_LESIONED(&lesions, "uncertainty alone", PRESET, NO("reward"), NO("novelty")),
    [NONE] = AM_LESIONED(&lesions, "none", PRESET, NO("reward"), NO("novelty"), NO("uncertainty")),
};

/* Exact: where all have paid, chance earns 1/2 and the best 3/4; where one never did, the best that is known earns 2/3
 * and the best 1; at the cue one look earns 0.46 and the best 0.694. */
#define VALUE 0.6875
#define NEW 0.9167
#define LOOKS 0.577
#define MORE_THAN(signal) "more than who learned without " signal
#define NOT_THERE(signal) signal " held costs nothing there"

static const am_criterion full[] = {
    {FUSED, "evaluation", AM_JUDGE_MEAN, 2.302, INFINITY, 0,
     "three quarters of the way from what is known and one look to the best"},
    {FUSED, "value", AM_JUDGE_MEAN, VALUE, INFINITY, 0, "goes to what pays most"},
    {FUSED, "novelty", AM_JUDGE_MEAN, NEW, INFINITY, 0, "goes to what is new"},
    {FUSED, "cue", AM_JUDGE_MEAN, LOOKS, INFINITY, 0, "looks until it is sure enough"},
    {FUSED, "value_without_reward", AM_JUDGE_MEAN, -INFINITY, 0.55, 0,
     "what pays held, places are chosen by chance"},
    {FUSED, "novelty_without_novelty", AM_JUDGE_MEAN, -INFINITY, 0.7, 0,
     "what is new held, what is known is chosen"},
    {FUSED, "cue_without_uncertainty", AM_JUDGE_MEAN, -INFINITY, 0.46, 0,
     "how unsure it is held, it earns no more than one look does"},
    {FUSED, "value_without_novelty", AM_JUDGE_MEAN, VALUE, INFINITY, 0, NOT_THERE("what is new")},
    {FUSED, "value_without_uncertainty", AM_JUDGE_MEAN, VALUE, INFINITY, 0,
     NOT_THERE("how unsure it is")},
    {FUSED, "novelty_without_reward", AM_JUDGE_MEAN, NEW, INFINITY, 0, NOT_THERE("what pays")},
    {FUSED, "novelty_without_uncertainty", AM_JUDGE_MEAN, NEW, INFINITY, 0,
     NOT_THERE("how unsure it is")},
    {FUSED, "cue_without_reward", AM_JUDGE_MEAN, LOOKS, INFINITY, 0, NOT_THERE("what pays")},
    {FUSED, "cue_without_novelty", AM_JUDGE_MEAN, LOOKS, INFINITY, 0, NOT_THERE("what is new")},
    {FUSED, "value", AM_JUDGE_DIFFERENCE, 0.1, INFINITY, NO_REWARD, MORE_THAN("what pays")},
    {FUSED, "novelty", AM_JUDGE_DIFFERENCE, 0.1, INFINITY, NO_NOVELTY, MORE_THAN("what is new")},
    {FUSED, "cue", AM_JUDGE_DIFFERENCE, 0.05, INFINITY, NO_UNCERTAINTY,
     MORE_THAN("how unsure it is")},
};

static const am_criterion quick[] = {
    {FUSED, "value", AM_JUDGE_AT_LEAST, 0.625, INFINITY, 0.5, "goes to what pays most"},
    {FUSED, "novelty", AM_JUDGE_AT_LEAST, 0.83, INFINITY, 0.5, "goes to what is new"},
    {FUSED, "value_without_reward", AM_JUDGE_AT_MOST, 0.625, INFINITY, 0,
     "what pays held, it does not find that"},
    {FUSED, "novelty_without_novelty", AM_JUDGE_AT_MOST, 0.83, INFINITY, 0,
     "what is new held, it does not go there"},
};

/* By who is held: nobody, and each of the signals. */
#define POINTS(round)                                                                              \
  {round, 0, FUSED, round}, {round, 1, FUSED, round "_without_reward"},                            \
      {round, 2, FUSED, round "_without_novelty"}, {                                               \
    round, 3, FUSED, round "_without_uncertainty"                                                  \
  }
static const am_point points[] = {POINTS("value"), POINTS("novelty"), POINTS("cue")};
static const am_across across[] = {{.title = "Reward of each kind of round",
                                    .x = "held: 0 nothing, 1 reward, 2 novelty, 3 uncertainty",
                                    AM_POINTS(points)}};

static const am_chart charts[] = {{"reward", "Reward of an episode of three rounds", NULL}};

const am_study am_study_multimodal = {
    .name = PRESET,
    .title = "Reward, novelty and uncertainty, fused by learned weights",
    .meaning =
        "three signals fused by learned weights, each needed in one kind of round and no other",
    .source = "after Dayan & Sejnowski 1996, doi:10.1007/BF00115298",
    .page = "docs/reproductions.md#multimodal",
    AM_ARMS(arms),
    .full = {.assignments = {NULL},
             AM_CRITERIA(full),
             .band = "Nothing is published of this world, which is our own. What chance, what is "
                     "known, one look and the "
                     "best earn is exact: of the way between them three quarters where a place is "
                     "chosen, half "
                     "at the cue. Tuned on seeds 0 to 9; a verdict counts on others (seed=100)."},
    .quick = {.assignments = {"iterations=1000", "learner.rate=0.05"},
              AM_CRITERIA(quick),
              .band = "A sixth of the updates, half of the way; the cue is not judged."},
    AM_CHARTS(charts),
    AM_ACROSS(across),
};
