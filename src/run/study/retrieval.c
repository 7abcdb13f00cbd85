/* Associative recall (Arora et al. 2023): attention and its lesions, signals of its gain that are
 * learned or chemical, fast weights by the delta rule and by sums (Schlag et al. 2021), and an LSTM of
 * as large a state. */
#include "run/study/studies.h"

#include <math.h>

enum {
  ATTENTION,
  ONE_HEAD,
  UNIFORM,
  MODULATED,
  CHEMICAL,
  NO_GAIN,
  DELTA,
  SUM,
  LSTM,
  DELTA_ANEW,
  SUM_ANEW,
  N_ARMS
};

#define PRESET "retrieval"
#define LOOKS "network.type=attention-modulated"
#define STILL "network.norepinephrine=0", "network.acetylcholine=0" /* both modulators */
#define SYSTEMS LOOKS, "modulator.type=chemical", "modulator.factor=slot"

/* Numbers that an episode leaves: 256 in F of the fast weights and in h and c of the LSTM; of
 * attention 32 in each of up to 64 steps. */
static const am_arm arms[N_ARMS] = {
    [ATTENTION] = AM_ARM("attention", PRESET, LOOKS, STILL, "iterations=1500"),
    [ONE_HEAD] = AM_ARM("one head", PRESET, LOOKS, STILL, "network.heads=1", "iterations=1500"),
    [UNIFORM] = AM_CONTROL("all steps alike", PRESET, LOOKS, STILL, "network.beta=0"),
    [MODULATED] = AM_ARM("modulated attention", PRESET, LOOKS, "iterations=1500"),
    [CHEMICAL] = AM_ARM("chemical signals", PRESET, SYSTEMS, "iterations=1500"),
    /* the same network after training, a level held: nothing learns */
    [NO_GAIN] = AM_AFTER(CHEMICAL, "norepinephrine held at 0", PRESET, SYSTEMS,
                         "clamp.norepinephrine=0", "iterations=1", "learner.warmup=1000000000"),
    [DELTA] = AM_ARM("delta rule", PRESET, NULL),
    [SUM] = AM_CONTROL("sums", PRESET, "network.delta=0"),
    [LSTM] = AM_CONTROL("lstm", PRESET, "network.type=lstm", "network.hidden=128",
                        "network.forget_bias=3", "learner.rate=0.003", "learner.rate_end=0.0003",
                        "iterations=400"),
    [DELTA_ANEW] = AM_ARM("delta rule, bound anew", PRESET, "task.rounds=4"),
    [SUM_ANEW] = AM_CONTROL("sums, bound anew", PRESET, "task.rounds=4", "network.delta=0"),
};

#define SHARE "evaluation" /* of the answers, drawn by their probability, that are right */
#define TRIALS "trials_to_criterion"
#define FOUND "nearly all values are found"
#define GUESSED "no better than who says any of the values shown"
#define SHOWN 0.25 /* exact: the line of that name */

static const am_criterion full[] = {
    {ATTENTION, SHARE, AM_JUDGE_MEAN, 0.98, INFINITY, 0, FOUND},
    {ONE_HEAD, SHARE, AM_JUDGE_MEAN, 0.98, INFINITY, 0, FOUND},
    {UNIFORM, SHARE, AM_JUDGE_MEAN, -INFINITY, SHOWN, 0, GUESSED},
    {MODULATED, SHARE, AM_JUDGE_MEAN, 0.98, INFINITY, 0, FOUND},
    {MODULATED, TRIALS, AM_JUDGE_RATIO, 0, 0.75, ATTENTION,
     "99 % in three quarters of attention's episodes"},
    {CHEMICAL, SHARE, AM_JUDGE_MEAN, 0.98, INFINITY, 0, FOUND},
    {CHEMICAL, TRIALS, AM_JUDGE_RATIO, 0, 0.75, ATTENTION,
     "99 % in three quarters of attention's episodes"},
    {NO_GAIN, SHARE, AM_JUDGE_MEAN, -INFINITY, SHOWN, 0, GUESSED},
    {DELTA, SHARE, AM_JUDGE_MEAN, 0.95, INFINITY, 0, FOUND},
    {DELTA, SHARE, AM_JUDGE_DIFFERENCE, 0.05, INFINITY, SUM, "more of them than by sums"},
    {LSTM, SHARE, AM_JUDGE_MEAN, -INFINITY, SHOWN, 0, GUESSED},
    {DELTA_ANEW, SHARE, AM_JUDGE_MEAN, 0.9, INFINITY, 0,
     "nine tenths of the last values are found"},
    {DELTA_ANEW, SHARE, AM_JUDGE_DIFFERENCE, 0.2, INFINITY, SUM_ANEW,
     "a fifth more of them than by sums"},
};

static const am_criterion quick[] = {
    {ATTENTION, SHARE, AM_JUDGE_MEAN, 0.9, INFINITY, 0, FOUND},
    {ONE_HEAD, SHARE, AM_JUDGE_MEAN, 0.9, INFINITY, 0, FOUND},
    {UNIFORM, SHARE, AM_JUDGE_MEAN, -INFINITY, SHOWN, 0, GUESSED},
    {MODULATED, SHARE, AM_JUDGE_MEAN, 0.9, INFINITY, 0, FOUND},
    {DELTA, SHARE, AM_JUDGE_MEAN, 0.9, INFINITY, 0, FOUND},
    {LSTM, SHARE, AM_JUDGE_MEAN, -INFINITY, 0.5, 0, "not half of the values"},
    {DELTA_ANEW, SHARE, AM_JUDGE_MEAN, 0.9, INFINITY, 0, FOUND},
};

static const am_chart charts[] = {
    {"reward", "Share of the values that are found, last 1000 episodes", NULL}};

const am_study am_study_retrieval = {
    .name = PRESET,
    .title = "Associative recall by attention and by fast weights (Arora et al. 2023)",
    .meaning = "attention and fast weights find the values of keys, an LSTM of their size does not",
    .source =
        "Arora et al. 2023, arXiv 2312.04927; Schlag, Irie, Schmidhuber 2021, arXiv 2102.11174",
    .page = "docs/reproductions.md#retrieval",
    AM_ARMS(arms),
    .full = {.assignments = {NULL},
             AM_CRITERIA(full),
             .band =
                 "Published are curves: attention solves it at any size, a recurrent network as "
                 "its state allows. The bounds are our own, from seeds 0 to 2; how much more the "
                 "delta rule finds than sums was laid down after seeds 100 to 105, what chemical "
                 "signals do after seeds 0 and 1."},
    .quick = {.assignments = {"iterations=200", "task.vocabulary=40", "task.length=48",
                              "network.hidden=16", "learner.rate=0.02", "learner.rate_end=0.005"},
              AM_CRITERIA(quick),
              .band = "40 symbols, 3,200 episodes; sums find the values of so few keys, bound anew "
                      "or not."},
    AM_CHARTS(charts),
};
