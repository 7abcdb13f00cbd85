/* Over-optimisation (Gao, Schulman, Hilton 2022): a learner climbs a reward that was learned from few
 * answers about the policy it began with. The further it goes from that policy the more the model
 * says, and after a while the less it earns; a penalty for the way holds it back. */
#include <math.h>

#include "run/study/studies.h"

#define NAME "over-optimisation"

enum { FREE, WEAK, STRONG, OPEN, N_ARMS };

static const am_arm arms[N_ARMS] = {
    [FREE] = AM_ARM("20 answers", NAME, NULL),
    [WEAK] = AM_ARM("penalty 0.3", NAME, "learner.kl_weight=0.3"),
    [STRONG] = AM_ARM("penalty 1", NAME, "learner.kl_weight=1"),
    [OPEN] = AM_CONTROL("the reward itself", NAME, "reward.type=world"),
};

#define FALL 0.25 /* a sixteenth of what the right turn brings */

static const am_criterion full[] = {
    {FREE, "gained", AM_JUDGE_MEAN, 0, INFINITY, 0, "what the model says rises beyond the best"},
    {FREE, "lost", AM_JUDGE_MEAN, FALL, INFINITY, 0, "while the reward falls by a sixteenth"},
    {WEAK, "lost", AM_JUDGE_DIFFERENCE, -INFINITY, 0, FREE, "with a penalty it falls less"},
    {STRONG, "lost", AM_JUDGE_DIFFERENCE, -INFINITY, 0, FREE, "with a penalty it falls less"},
    {WEAK, "evaluation", AM_JUDGE_DIFFERENCE, 0, INFINITY, FREE, "and ends higher"},
    {OPEN, "lost", AM_JUDGE_MEAN, -INFINITY, FALL, 0, "the reward itself does not make it fall"},
};

static const am_criterion quick[] = {
    {FREE, "distance", AM_JUDGE_AT_LEAST, 1.1, INFINITY, 0.5, "it leaves the first policy"},
    {STRONG, "distance", AM_JUDGE_AT_MOST, 1.1, INFINITY, 0, "with a penalty it stays nearer"},
};

static const am_chart charts[] = {
    {"reward", "The world's own reward of an episode, which nobody is told", NULL},
    {"learned", "What the model says of an episode", NULL}};

static const am_plane planes[] = {
    {"distance", "reward", "The reward itself, by the way from the first policy", "Fig. 1"},
    {"distance", "learned", "What the model says, by the same way", "Fig. 1"}};

const am_study am_study_over_optimisation = {
    .name = NAME,
    .title = "Over-optimisation of a learned reward (Gao, Schulman and Hilton 2022)",
    .meaning = "a learned reward rises all the way, the true one rises and then falls",
    .source = "Gao, Schulman, Hilton 2022, arXiv 2210.10760",
    .page = "docs/reproductions.md#over-optimisation",
    AM_ARMS(arms),
    .full = {AM_CRITERIA(full),
             .band = "The signs are the paper's, and a fall that is more than nothing: a sixteenth "
                     "of what the right turn brings. Tuned on seeds 0 to 5; a verdict counts on "
                     "others (seed=200)."},
    .quick = {.assignments = {"iterations=40", "reward.updates=10"},
              AM_CRITERIA(quick),
              .band = "So many updates that it leaves the first policy."},
    AM_CHARTS(charts),
    AM_PLANES(planes),
};
