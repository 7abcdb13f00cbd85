/* Learning from preferences (Christiano et al. 2017): a pole is balanced and a sign remembered by
 * learners that are never told a reward, only learn one from answers which of two clips is better. */
#include <math.h>

#include "run/study/studies.h"

#define FRESH "evaluation"
#define ASKS "reward.type=preferences", "reward.spread=400"
#define BY_CHANCE "reward.judge=chance"
#define NINE_TENTHS "in fresh episodes nine tenths of what the reward itself teaches, or more"
#define SOURCE "Christiano, Leike, Brown, Martic, Legg, Amodei 2017, arXiv 1706.03741"
#define SPECIFIED                                                                                  \
  "The specification: of what the true reward gives in as many iterations 90 %, with 700 answers " \
  "of which one in ten is wrong; and none of it by chance. "

enum { OPEN, ASKED, CHANCE, N_ARMS };

static const am_chart charts[] = {
    {"reward", "The world's own reward of an episode, which nobody is told", NULL}};

/* ------------------------------------------------------------------------------ the pole */
#define PRESET_POLE "cart-pole"
#define POLE "iterations=600"

static const am_arm pole[N_ARMS] = {
    [OPEN] = AM_ARM("pole, rewarded", PRESET_POLE, POLE),
    [ASKED] = AM_ARM("pole, 700 answers", PRESET_POLE, POLE, ASKS),
    [CHANCE] = AM_CONTROL("pole, answers by chance", PRESET_POLE, POLE, ASKS, BY_CHANCE),
};

static const am_criterion full_pole[] = {
    {ASKED, FRESH, AM_JUDGE_RATIO, 0.9, INFINITY, OPEN, NINE_TENTHS},
    {CHANCE, FRESH, AM_JUDGE_AT_MOST, 180, INFINITY, 0, "never nine tenths of all there is"},
};

static const am_criterion quick_pole[] = {
    {OPEN, FRESH, AM_JUDGE_AT_LEAST, 40, INFINITY, 0.5, "it stands twice as long as by chance"},
    {ASKED, FRESH, AM_JUDGE_AT_LEAST, 40, INFINITY, 0.5, "it stands twice as long as by chance"},
};

const am_study am_study_preferences = {
    .name = "preferences",
    .title = "A reward learned from preferences (Christiano et al. 2017)",
    .meaning = "700 answers which of two clips is better teach what the reward itself teaches",
    .source = SOURCE,
    .page = "docs/reproductions.md#preferences",
    AM_ARMS(pole),
    .full = {AM_CRITERIA(full_pole),
             .band = SPECIFIED "Tuned on seeds 0 to 3; a verdict counts on others (seed=100)."},
    .quick = {.assignments = {"iterations=50", "reward.answers=120", "reward.first=60",
                              "reward.spread=40", "reward.updates=3", "reward.units=8"},
              AM_CRITERIA(quick_pole),
              .band = "So many updates that a rewarded network begins to balance."},
    AM_CHARTS(charts),
};

/* ------------------------------------------------------------------------------ the T-maze */
/* A corridor that a random walk comes to the end of. To a judge who prefers even one bump less a
 * wrong turn is worse than walking about, and answers have no sizes: who does not know the sign yet
 * does well to find no end, and then shows none to ask about. So the judge does not notice two
 * bumps, and half of the pairs compare what is done with what was asked about before. Who turns to
 * one side alone shows nothing of the other: a fifth of the episodes for clips goes on by chance. */
#define PRESET_MAZE "t-maze"
#define MAZE "iterations=1000", "task.length=3", "task.steps=20"
#define MAZE_ASKS                                                                                  \
  ASKS, "reward.memory=10", "reward.episodes=32", "reward.scale=0.3", "reward.earlier=0.5",        \
      "reward.wander=0.2"

static const am_arm maze[N_ARMS] = {
    [OPEN] = AM_ARM("T-maze, rewarded", PRESET_MAZE, MAZE),
    [ASKED] = AM_ARM("T-maze, 700 answers", PRESET_MAZE, MAZE, MAZE_ASKS, "reward.notice=0.2"),
    [CHANCE] = AM_CONTROL("T-maze, answers by chance", PRESET_MAZE, MAZE, MAZE_ASKS, BY_CHANCE),
};

static const am_criterion full_maze[] = {
    {ASKED, FRESH, AM_JUDGE_RATIO, 0.9, INFINITY, OPEN, NINE_TENTHS},
    {CHANCE, FRESH, AM_JUDGE_AT_MOST, 1.95, INFINITY, 0,
     "never more than who walks to the end and guesses"},
};

static const am_criterion quick_maze[] = {
    {OPEN, FRESH, AM_JUDGE_AT_LEAST, 1.5, INFINITY, 0.5, "the end is found"},
    {ASKED, FRESH, AM_JUDGE_AT_LEAST, 1.5, INFINITY, 0.5, "the end is found"},
    {CHANCE, FRESH, AM_JUDGE_AT_MOST, 1.5, INFINITY, 0, "never that"},
};

const am_study am_study_preferences_t_maze = {
    .name = "preferences-t-maze",
    .title = "A reward learned from preferences, with something to remember",
    .meaning = "700 answers teach to remember a sign as the reward itself does",
    .source = SOURCE,
    .page = "docs/reproductions.md#preferences",
    AM_ARMS(maze),
    .full = {AM_CRITERIA(full_maze),
             .band = SPECIFIED "Tuned on seeds 0 to 9 and 200 to 209; a verdict counts on others "
                               "(seed=300)."},
    .quick = {.assignments = {"iterations=50", "reward.answers=120", "reward.first=60",
                              "reward.spread=40", "reward.updates=3", "reward.units=8"},
              AM_CRITERIA(quick_maze),
              .band = "So many updates that a rewarded network finds the end of the T-maze."},
    AM_CHARTS(charts),
};
