/* Delayed match-to-sample without backprop: the Neuromodulator Signaling Model beside backprop on
 * the same controller, and three controls that must stay at chance. */
#include "run/study/studies.h"

enum {
  MODEL_12,
  MODEL_26,
  MODEL_40,
  BACKPROP_12,
  BACKPROP_26,
  BACKPROP_40,
  FROZEN,
  SHUFFLED,
  RANDOM,
  N_ARMS
};

#define MODEL "delayed-match"
#define BACKPROP "delayed-match-backprop"

static const am_arm arms[N_ARMS] = {
    [MODEL_12] = AM_ARM("signals, T = 12", MODEL, "task.steps=12"),
    [MODEL_26] = AM_ARM("signals, T = 26", MODEL, "task.steps=26"),
    [MODEL_40] = AM_ARM("signals, T = 40", MODEL, "task.steps=40"),
    [BACKPROP_12] = AM_ARM("backprop, T = 12", BACKPROP, "task.steps=12"),
    [BACKPROP_26] = AM_ARM("backprop, T = 26", BACKPROP, "task.steps=26"),
    [BACKPROP_40] = AM_ARM("backprop, T = 40", BACKPROP, "task.steps=40"),
    [FROZEN] =
        AM_CONTROL("controller frozen, T = 26", MODEL, "task.steps=26", "learner.control=frozen"),
    [SHUFFLED] =
        AM_CONTROL("rewards shuffled, T = 26", MODEL, "task.steps=26", "learner.control=shuffled"),
    [RANDOM] =
        AM_CONTROL("dopamine random, T = 26", MODEL, "task.steps=26", "learner.control=random"),
};

#define TRIALS "trials_to_criterion"
#define SOLVED "95 % of the last 1000 trials right"
#define CHANCE "on average at chance, within five points"
#define NEVER "never 95 % right"

static const am_criterion full[] = {
    {MODEL_12, TRIALS, AM_JUDGE_AT_LEAST, 1, 60000, 0.9, SOLVED},
    {MODEL_26, TRIALS, AM_JUDGE_AT_LEAST, 1, 60000, 0.9, SOLVED},
    {MODEL_40, TRIALS, AM_JUDGE_AT_LEAST, 1, 60000, 0.9, SOLVED},
    {BACKPROP_12, TRIALS, AM_JUDGE_AT_LEAST, 1, 60000, 0.9, SOLVED},
    {BACKPROP_26, TRIALS, AM_JUDGE_AT_LEAST, 1, 60000, 0.9, SOLVED},
    {BACKPROP_40, TRIALS, AM_JUDGE_AT_LEAST, 1, 60000, 0.9, SOLVED},
    {MODEL_26, TRIALS, AM_JUDGE_RATIO, 0, 2, BACKPROP_26, "at most twice the trials of backprop"},
    {FROZEN, "evaluation", AM_JUDGE_MEAN, 0.45, 0.55, 0, CHANCE},
    {SHUFFLED, "evaluation", AM_JUDGE_MEAN, 0.45, 0.55, 0, CHANCE},
    {RANDOM, "evaluation", AM_JUDGE_MEAN, 0.45, 0.55, 0, CHANCE},
    {FROZEN, TRIALS, AM_JUDGE_AT_MOST, 1, 60000, 0, NEVER},
    {SHUFFLED, TRIALS, AM_JUDGE_AT_MOST, 1, 60000, 0, NEVER},
    {RANDOM, TRIALS, AM_JUDGE_AT_MOST, 1, 60000, 0, NEVER},
};

static const am_criterion quick[] = {
    {MODEL_12, TRIALS, AM_JUDGE_AT_LEAST, 1, 60000, 0.5, SOLVED},
    {MODEL_26, TRIALS, AM_JUDGE_AT_LEAST, 1, 60000, 0.5, SOLVED},
    {BACKPROP_26, TRIALS, AM_JUDGE_AT_LEAST, 1, 60000, 0.5, SOLVED},
    {FROZEN, TRIALS, AM_JUDGE_AT_MOST, 1, 60000, 0, NEVER},
    {SHUFFLED, TRIALS, AM_JUDGE_AT_MOST, 1, 60000, 0, NEVER},
    {RANDOM, TRIALS, AM_JUDGE_AT_MOST, 1, 60000, 0, NEVER},
};

static const am_chart charts[] = {{"reward", "Share of trials that were right", NULL}};

const am_study am_study_signalling = {
    .name = "signalling-delayed-match",
    .title = "Delayed match, learned without backprop",
    .meaning =
        "a GRU learns to hold a cue over a delay from the signals of another, without backprop",
    .source = "Murray 2019, doi:10.7554/eLife.43299; Bellec et al. 2020, "
              "doi:10.1038/s41467-020-17236-y",
    .page = "docs/signalling.md",
    AM_ARMS(arms),
    .full = {AM_CRITERIA(full),
             .band =
                 "Our own goal, set before: nine of ten seeds within 60,000 trials at each delay, "
                 "at most twice the median of backprop at T = 26, and controls at chance. The "
                 "recipe was tuned on seeds 0 to 9; a verdict counts on others (seed=100)."},
    .quick = {.assignments = {"iterations=900"},
              AM_CRITERIA(quick),
              .band =
                  "14,400 trials: three times what the slowest of seeds 0 to 9 needed at T = 26."},
    AM_CHARTS(charts),
};
