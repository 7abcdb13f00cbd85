/* Cue-reward association (Miconi et al. 2019): a network that gates its own plasticity finds out by
 * reward which cue is the target; one whose plasticity has a learned but constant rate does not, and
 * one without plasticity neither. */
#include <math.h>

#include "run/study/studies.h"

#define NAME "cue-reward"
#define FRESH "evaluation"
#define GOOD "in fresh episodes three quarters of what the best player earns"
#define LEARNS "in fresh episodes half of what the best player earns"
#define MORE "in fresh episodes a tenth of what the best player earns"

/* All the same but for rule and modulator. */
enum { MODULATED, RETROACTIVE, ONE_RATE, NOT_PLASTIC, N_ARMS };

static const am_arm arms[N_ARMS] = {
    [MODULATED] = AM_ARM("modulated", NAME, NULL),
    [RETROACTIVE] = AM_ARM("retroactive", NAME, "rule.type=eligibility", "rule.eta_e=0.3"),
    [ONE_RATE] = AM_CONTROL("plastic, one rate", NAME, "modulator.type=constant", "rule.eta=0.1"),
    [NOT_PLASTIC] = AM_CONTROL("not plastic", NAME, "rule.type=none"),
};

static const am_criterion full[] = {
    {MODULATED, FRESH, AM_JUDGE_AT_LEAST, 12, INFINITY, 0.8, GOOD},
    {RETROACTIVE, FRESH, AM_JUDGE_AT_LEAST, 8.1, INFINITY, 0.8, LEARNS},
    {ONE_RATE, FRESH, AM_JUDGE_AT_MOST, 1.6, INFINITY, 0, MORE},
    {NOT_PLASTIC, FRESH, AM_JUDGE_AT_MOST, 1.6, INFINITY, 0, MORE},
};

/* The retroactive form begins later: it is run, not judged. */
static const am_criterion quick[] = {
    {MODULATED, FRESH, AM_JUDGE_AT_LEAST, 1.6, INFINITY, 0.8, MORE},
    {ONE_RATE, FRESH, AM_JUDGE_AT_MOST, 1.6, INFINITY, 0, MORE},
    {NOT_PLASTIC, FRESH, AM_JUDGE_AT_MOST, 1.6, INFINITY, 0, MORE},
};

static const am_chart charts[] = {{"reward", "Reward of an episode of 120 steps", NULL}};

const am_study am_study_cue_reward = {
    .name = NAME,
    .title = "Which cue is the target? (Backpropamine)",
    .meaning =
        "a network that gates its own plasticity finds out by reward which cue is the target",
    .source = "Miconi, Rawal, Clune, Stanley 2019, arXiv 2002.10585",
    .page = "docs/reproductions.md#backpropamine-cue-reward-association",
    AM_ARMS(arms),
    .full = {AM_CRITERIA(full),
             .band = "Published, as curves: both modulated forms learn, plastic and not plastic "
                     "networks fail. The best player there is earns 16.2, one who knows the last "
                     "trial alone 5.7, chance 0. Tuned on seeds 0 to 9; a verdict counts on others "
                     "(seed=200)."},
    .quick = {.assignments = {"iterations=300", "network.hidden=32", "learner.rate=0.006",
                              "learner.schedule=constant"},
              AM_CRITERIA(quick),
              .band = "32 units, a larger step: of seeds 0 to 9 ten had left chance after 300 "
                      "updates."},
    AM_CHARTS(charts),
};
