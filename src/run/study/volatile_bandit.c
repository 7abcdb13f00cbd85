/* A bandit whose arms change without notice (after Lee et al. 2024): acetylcholine sets the learning
 * rate and norepinephrine the temperature, beside fixed ones, known uncertainties and discounted UCB. */
#include "run/study/studies.h"

#include <math.h>

enum { BOTH, RATE, TEMPERATURE, NEITHER, NO_ALARM, KNOWN, UCB, N_ARMS };

#define PRESET "volatile-bandit"
#define FIXED_RATE "network.rate_by=fixed"
#define FIXED_TEMPERATURE "network.temperature_by=fixed"
#define NEVER "network.alarm_at=1000"

/* Fixed values are those with the least regret of a grid, as are UCB's. */
static const am_arm arms[N_ARMS] = {
    [BOTH] = AM_ARM("acetylcholine and norepinephrine", PRESET, NULL),
    [RATE] = AM_ARM("rate fixed", PRESET, FIXED_RATE, "network.rate=0.07"),
    [TEMPERATURE] =
        AM_ARM("temperature fixed", PRESET, FIXED_TEMPERATURE, "network.temperature=0.09"),
    [NEITHER] = AM_ARM("both fixed, no alarm", PRESET, FIXED_RATE, "network.rate=0.1",
                       FIXED_TEMPERATURE, "network.temperature=0.1", NEVER, "network.bonus=0"),
    [NO_ALARM] = AM_CONTROL("no norepinephrine", PRESET, NEVER),
    [KNOWN] = AM_ARM("uncertainties known", PRESET, "task.told=true", "network.uncertainty=known",
                     "network.keep=0"),
    [UCB] = AM_ARM("discounted UCB", "discounted-ucb", NULL),
};

#define EARNS "evaluation"
#define LESS(than) "less regret than " than

static const am_criterion full[] = {
    {BOTH, EARNS, AM_JUDGE_DIFFERENCE, 0, INFINITY, UCB, LESS("discounted UCB")},
    {BOTH, EARNS, AM_JUDGE_DIFFERENCE, 0, INFINITY, RATE, LESS("with the best fixed rate")},
    {BOTH, EARNS, AM_JUDGE_DIFFERENCE, 0, INFINITY, TEMPERATURE,
     LESS("with the best fixed temperature")},
    {BOTH, EARNS, AM_JUDGE_DIFFERENCE, 0, INFINITY, NEITHER, LESS("with both fixed")},
    {BOTH, EARNS, AM_JUDGE_DIFFERENCE, 0, INFINITY, NO_ALARM, LESS("without norepinephrine")},
    {KNOWN, EARNS, AM_JUDGE_DIFFERENCE, 0, INFINITY, BOTH,
     "who knows the uncertainties has still " LESS("who estimates them")},
};

static const am_criterion quick[] = {
    {BOTH, EARNS, AM_JUDGE_DIFFERENCE, 0, INFINITY, NO_ALARM, LESS("without norepinephrine")},
    {KNOWN, EARNS, AM_JUDGE_DIFFERENCE, 0, INFINITY, NEITHER,
     "who knows the uncertainties has " LESS("with rate and temperature fixed")},
};

static const am_chart charts[] = {{"regret", "Regret so far, mean of 1,000 lives", NULL}};

const am_study am_study_volatile_bandit = {
    .name = PRESET,
    .title = "Arms that change without notice (after Lee et al. 2024)",
    .meaning =
        "acetylcholine as learning rate and norepinephrine as temperature lose less to changing "
        "arms",
    .source = "Lee, Liebana Garcia, Clopath, Dabney 2024, arXiv 2408.08446",
    .page = "docs/reproductions.md#volatile-bandit",
    AM_ARMS(arms),
    .full =
        {.assignments = {NULL},
         AM_CRITERIA(full),
         .band =
             "The specification's account of the paper, of which only the abstract was at hand: a "
             "cumulative regret below discounted UCB, with fixed values and known "
             "uncertainties beside it, 210 seeds. Every arm of the study lives the same 1,000 "
             "lives for each seed, so that what one earns more is what it regrets less. Tuned on "
             "lives of other random numbers."},
    .quick = {.assignments = {"task.steps=1000", "task.block=250"},
              AM_CRITERIA(quick),
              .band = "A tenth of a life."},
    AM_CHARTS(charts),
};
