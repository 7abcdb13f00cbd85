/* Islands (Schlag, Munkhdalai and Schmidhuber 2021): a network that writes what followed what into
 * fast weights by the delta rule, or by the sum rule; two lesions of it, and an LSTM of as many
 * parameters. */
#include "run/study/studies.h"

#include <math.h>

enum { FAST_WEIGHTS, SUM, ONE_STEP, EMPTY, LSTM, N_ARMS };

#define PRESET "islands"

/* Parameters with the heads: 6,084, and 6,660 of the LSTM. */
static const am_arm arms[N_ARMS] = {
    [FAST_WEIGHTS] = AM_ARM("fast weights", PRESET, NULL),
    [SUM] = AM_ARM("sum rule", PRESET, "network.erasing=0"),
    [ONE_STEP] = AM_CONTROL("without looking back", PRESET, "network.looking_back=0"),
    [EMPTY] = AM_CONTROL("nothing written", PRESET, "network.writing=0"),
    [LSTM] = AM_CONTROL("lstm", PRESET, "network.type=lstm", "network.forget_bias=1",
                        "learner.rate=0.003"),
};

#define NEW "evaluation"  /* on the 600 maps that were not trained on */
#define NEIGHBOURS 104.12 /* the line of that name */

static const am_criterion full[] = {
    {FAST_WEIGHTS, NEW, AM_JUDGE_MEAN, 100, INFINITY, 0, "more than 100 on new maps"},
    {FAST_WEIGHTS, NEW, AM_JUDGE_DIFFERENCE, 0, INFINITY, ONE_STEP,
     "more than without looking back"},
    {ONE_STEP, NEW, AM_JUDGE_MEAN, -INFINITY, NEIGHBOURS, 0,
     "no more than who remembers where its moves led"},
    {EMPTY, NEW, AM_JUDGE_MEAN, -INFINITY, 60, 0, "hardly more than by chance"},
    {LSTM, NEW, AM_JUDGE_MEAN, -INFINITY, 83, 0, "no more than the published LSTMs"},
};

#define BEGUN "it has begun to learn"
static const am_criterion quick[] = {
    {FAST_WEIGHTS, NEW, AM_JUDGE_AT_LEAST, 46.5, INFINITY, 0.5, BEGUN},
    {EMPTY, NEW, AM_JUDGE_AT_MOST, 60, INFINITY, 0, "it has found no ways"},
    {LSTM, NEW, AM_JUDGE_AT_MOST, 60, INFINITY, 0, "it has found no ways"},
};

static const am_chart charts[] = {{"reward", "Reward of an episode on the maps of training", NULL}};

const am_study am_study_islands = {
    .name = PRESET,
    .title = "Finding the ways of new maps (Schlag, Munkhdalai and Schmidhuber 2021)",
    .meaning = "fast weights learn the ways of a map within an episode, an LSTM does not",
    .source = "Schlag, Munkhdalai, Schmidhuber 2021, arXiv 2011.07831",
    .page = "docs/reproductions.md#islands",
    AM_ARMS(arms),
    .full = {.assignments = {NULL},
             AM_CRITERIA(full),
             .band = "Published: about 107 with fast weights, 80 to 83 with LSTMs of 512 to 4,096 "
                     "units, in 54,000 updates of 600 episodes; ours has 40,000 of 32. Chance "
                     "earns 45.5, who remembers where its moves led 104.1. Tuned on seeds 0 to 9, "
                     "and, with 32 episodes an update, on 115 and 200 to 202; a verdict counts on "
                     "others (seed=300)."},
    .quick = {.assignments = {"iterations=250", "batch=8", "learner.rate=0.01", "learner.gamma=0.3",
                              "learner.schedule=constant"},
              AM_CRITERIA(quick),
              .band = "2,000 episodes: that each arm runs, and no more."},
    AM_CHARTS(charts),
};
