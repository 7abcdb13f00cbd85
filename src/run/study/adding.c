/* The adding problem (Hochreiter and Schmidhuber 1997): long short-term memory with a forget gate and
 * without, beside a recurrent network of as many parameters and one that forgets too soon. */
#include "run/study/studies.h"

#include <math.h>

enum { LSTM, LSTM_1997, FORGETS, RNN, N_ARMS };

#define PRESET "adding"

/* Parameters with the read-out: 393, 297, 393, 415. */
static const am_arm arms[N_ARMS] = {
    [LSTM] = AM_ARM("lstm", PRESET, NULL),
    [LSTM_1997] = AM_ARM("lstm-1997", PRESET, "network.type=lstm-1997"),
    [FORGETS] = AM_CONTROL("lstm, half forgotten each step", PRESET, "network.forget_bias=0"),
    [RNN] =
        AM_CONTROL("rnn", PRESET, "network.type=rnn", "network.hidden=18", "learner.rate=0.003"),
};

#define TRIALS "trials_to_criterion"
#define SOLVED "2,000 sequences in a row with errors of at most .04"
#define NEVER "never " SOLVED
#define PAPER 74000          /* sequences */
#define HOLDS_ONE -0.0183673 /* the line `last` of 100 steps */

static const am_criterion full[] = {
    {LSTM, TRIALS, AM_JUDGE_AT_LEAST, 1, PAPER, 0.9, SOLVED},
    {LSTM_1997, TRIALS, AM_JUDGE_AT_LEAST, 1, PAPER, 0.9, SOLVED},
    {LSTM, "evaluation", AM_JUDGE_MEAN, -0.0016, INFINITY, 0, "so it is with fresh sequences"},
    {FORGETS, TRIALS, AM_JUDGE_AT_MOST, 1, PAPER, 0, NEVER},
    {RNN, TRIALS, AM_JUDGE_AT_MOST, 1, PAPER, 0, NEVER},
    {RNN, "evaluation", AM_JUDGE_MEAN, -INFINITY, HOLDS_ONE, 0,
     "it is no better than one who keeps one of the two"},
};

static const am_criterion quick[] = {
    {LSTM, TRIALS, AM_JUDGE_AT_LEAST, 1, 24000, 0.5, SOLVED},
    {LSTM_1997, TRIALS, AM_JUDGE_AT_LEAST, 1, 24000, 0.5, SOLVED},
    {FORGETS, TRIALS, AM_JUDGE_AT_MOST, 1, 24000, 0, NEVER},
    {RNN, TRIALS, AM_JUDGE_AT_MOST, 1, 24000, 0, NEVER},
};

static const am_chart charts[] = {{"reward", "Minus the squared error of a sequence", NULL}};

const am_study am_study_adding = {
    .name = PRESET,
    .title = "Adding two marked numbers of a hundred (Hochreiter and Schmidhuber 1997)",
    .meaning = "long short-term memory adds two numbers over a hundred steps, an RNN does not",
    .source = "Hochreiter and Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735",
    .page = "docs/reproductions.md#adding",
    AM_ARMS(arms),
    .full = {.assignments = {"stop_at_criterion=true"},
             AM_CRITERIA(full),
             .band = "The specification's account of the paper: on average 74,000 sequences until "
                     "2,000 in a row are right. The RNN's error: the exact one of a player who "
                     "knows the number marked last. Tuned on seeds 0 to 9; a verdict counts on "
                     "others (seed=100)."},
    .quick = {.assignments = {"stop_at_criterion=true", "task.steps=50", "iterations=1500"},
              AM_CRITERIA(quick),
              .band = "Sequences of half the length and a third of them."},
    AM_CHARTS(charts),
};
