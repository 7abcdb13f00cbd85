/* The next word of a text: a long short-term memory of slow weights beside three whose connections to
 * the candidate are plastic (Miconi et al. 2019). */
#include "run/study/studies.h"

#include <math.h>

enum { PLAIN, PLASTIC, MODULATED, RETROACTIVE, N_ARMS };

#define PRESET "language"

/* Of 10,000 words parameters are 4,653,200, and 402, 1,602 and 1,604 more. */
static const am_arm arms[N_ARMS] = {
    [PLAIN] = AM_ARM("plain", PRESET, "network.type=lstm"),
    [PLASTIC] = AM_ARM("plastic", PRESET, "modulator.type=constant"),
    [MODULATED] = AM_ARM("modulated", PRESET, NULL),
    [RETROACTIVE] = AM_ARM("retroactive", PRESET, "rule.type=eligibility"),
};

#define NATS "evaluation" /* the mean log p of the next word: exp of minus it is the perplexity */
#define UNIGRAM -5.651    /* the line of that name on the test part of the Bible */
#define UNIGRAM_OF_2000 -5.232
#define BELOW(arm) arm " reads with a lower perplexity than plain"

static const am_criterion full[] = {
    {PLAIN, NATS, AM_JUDGE_MEAN, UNIGRAM, INFINITY, 0, "a perplexity below a unigram's 284.5"},
    {MODULATED, NATS, AM_JUDGE_DIFFERENCE, 0, INFINITY, PLAIN, BELOW("modulated")},
    {RETROACTIVE, NATS, AM_JUDGE_DIFFERENCE, 0, INFINITY, PLAIN, BELOW("retroactive")},
    {PLASTIC, NATS, AM_JUDGE_DIFFERENCE, 0, INFINITY, PLAIN, BELOW("plastic")},
};

#define LEARNS "it has begun to learn: a lower perplexity than a unigram's"
static const am_criterion quick[] = {
    {PLAIN, NATS, AM_JUDGE_MEAN, UNIGRAM_OF_2000, INFINITY, 0, LEARNS},
    {PLASTIC, NATS, AM_JUDGE_MEAN, UNIGRAM_OF_2000, INFINITY, 0, LEARNS},
    {MODULATED, NATS, AM_JUDGE_MEAN, UNIGRAM_OF_2000, INFINITY, 0, LEARNS},
    {RETROACTIVE, NATS, AM_JUDGE_MEAN, UNIGRAM_OF_2000, INFINITY, 0, LEARNS},
};

static const am_chart charts[] = {
    {"reward", "Log probability of the next word in training, nats", NULL}};

const am_study am_study_language = {
    .name = PRESET,
    .title = "Reading the Bible with plastic long short-term memories (Miconi et al. 2019)",
    .meaning = "of as many parameters, an LSTM that sets its own plasticity predicts words better",
    .source = "Miconi, Rawal, Clune, Stanley 2019, arXiv 2002.10585",
    .page = "docs/reproductions.md#language",
    AM_ARMS(arms),
    .full = {.assignments = {NULL},
             AM_CRITERIA(full),
             .band =
                 "Nothing is published of this text. On Penn Treebank the paper has 104.26 plain, "
                 "103.80 plastic, 102.65 modulated, 102.48 retroactive: the order is what is "
                 "asked, as differences of log perplexities. If seeds spread as there, by about "
                 "0.5, four tell modulated (1.5 %) and retroactive from plain, and 16 plastic "
                 "(0.4 %)."},
    .quick = {.assignments = {"task.vocabulary=2000", "network.hidden=24", "iterations=200"},
              AM_CRITERIA(quick),
              .band =
                  "2,000 words, 24 units, a tenth of an epoch: that each arm learns, and no more."},
    AM_CHARTS(charts),
};
