/* Learning from preferences (Christiano et al. 2017): a pole is balanced and a sign remembered by
 * learners that are never told a reward, only learn one from answers which of two clips is better. */
#include <math.h>

#include "run/study/studies.h"

#define NAME "preferences"
#define FRESH "evaluation"

/* What both worlds' arms have in common; the corridor is one that a random walk comes to the end of. */
#define POLE "iterations=600"
#define MAZE "iterations=1000", "task.length=3", "task.steps=20"
#define ASKS "reward.type=preferences", "reward.spread=400"
#define POLE_ASKS POLE, ASKS
#define MAZE_ASKS MAZE, ASKS, "reward.memory=10", "reward.episodes=32", "reward.scale=0.3"

enum { POLE_OPEN, POLE_ASKED, POLE_CHANCE, MAZE_OPEN, MAZE_ASKED, MAZE_CHANCE, N_ARMS };

static const am_arm arms[N_ARMS] = {
    [POLE_OPEN] = AM_ARM("pole, rewarded", "cart-pole", POLE),
    [POLE_ASKED] = AM_ARM("pole, 700 answers", "cart-pole", POLE_ASKS),
    [POLE_CHANCE] =
        AM_CONTROL("pole, answers by chance", "cart-pole", POLE_ASKS, "reward.judge=chance"),
    [MAZE_OPEN] = AM_ARM("T-maze, rewarded", "t-maze", MAZE),
    [MAZE_ASKED] = AM_ARM("T-maze, 700 answers", "t-maze", MAZE_ASKS),
    [MAZE_CHANCE] =
        AM_CONTROL("T-maze, answers by chance", "t-maze", MAZE_ASKS, "reward.judge=chance"),
};

#define NINE_TENTHS "in fresh episodes nine tenths of what the reward itself teaches, or more"

static const am_criterion full[] = {
    {POLE_ASKED, FRESH, AM_JUDGE_RATIO, 0.9, INFINITY, POLE_OPEN, NINE_TENTHS},
    {MAZE_ASKED, FRESH, AM_JUDGE_RATIO, 0.9, INFINITY, MAZE_OPEN, NINE_TENTHS},
    {POLE_CHANCE, FRESH, AM_JUDGE_AT_MOST, 180, INFINITY, 0, "never nine tenths of all there is"},
    {MAZE_CHANCE, FRESH, AM_JUDGE_AT_MOST, 1.95, INFINITY, 0,
     "never more than who walks to the end and guesses"},
};

static const am_criterion quick[] = {
    {MAZE_OPEN, FRESH, AM_JUDGE_AT_LEAST, 1.5, INFINITY, 0.5, "the end is found"},
    {MAZE_ASKED, FRESH, AM_JUDGE_AT_LEAST, 1.5, INFINITY, 0.5, "the end is found"},
    {MAZE_CHANCE, FRESH, AM_JUDGE_AT_MOST, 1.5, INFINITY, 0, "never that"},
};

static const am_chart charts[] = {
    {"reward", "The world's own reward of an episode, which nobody is told", NULL}};

const am_study am_study_preferences = {
    .name = NAME,
    .title = "A reward learned from preferences (Christiano et al. 2017)",
    .meaning = "700 answers which of two clips is better teach what the reward itself teaches",
    .source = "Christiano, Leike, Brown, Martic, Legg, Amodei 2017, arXiv 1706.03741",
    .page = "docs/reproductions.md#preferences",
    AM_ARMS(arms),
    .full = {AM_CRITERIA(full),
             .band = "The specification: of what the true reward gives in as many iterations 90 %, "
                     "with 700 answers of which one in ten is wrong; and none of it by chance. "
                     "Tuned on seeds 0 to 3; a verdict counts on others (seed=100)."},
    .quick = {.assignments = {"iterations=50", "reward.answers=120", "reward.first=60",
                              "reward.spread=40", "reward.updates=3", "reward.units=8"},
              AM_CRITERIA(quick),
              .band = "So many updates that a rewarded network finds the end of the T-maze."},
    AM_CHARTS(charts),
};
