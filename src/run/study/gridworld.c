/* The study of the grid world: what a spiking actor-critic must reach, and what it must not reach
 * without its error.
 *
 * The band was written down before anything was run on the seeds that it judges. Chance is exact
 * (task/grid.h); a tabular actor-critic with its best learning rates takes 4.88 steps in the last
 * tenth of 200 episodes, 5.05 in that of 100 (tests/reference/gridworld.py). Of the way from chance
 * to that the network must have gone at least 95 % (90 % in the quick form), in the mean of the last
 * quarter: the episodes before the last tenth are no better. */
#include "run/study/studies.h"

#include <math.h>

enum { FREE, OBSTACLE, CLAMPED, DECOUPLED };
static const am_arm arms[] = {
    AM_ARM("free", "gridworld", NULL),
    AM_ARM("obstacle", "gridworld", "task.obstacle=true"),
    AM_CONTROL("dopamine at its baseline", "gridworld", "clamp.dopamine=0.5"),
    AM_CONTROL("errors of other steps", "gridworld", "body.shuffled=true"),
};

/* chance with the cap of 100 steps is 59.107, with the obstacle 59.415 */
static const am_criterion full[] = {
    {FREE, "late_steps", AM_JUDGE_MEAN, -INFINITY, 7.6, 0,
     "the way to the goal takes at most 5 % of chance's excess over a tabular actor-critic"},
    {OBSTACLE, "late_steps", AM_JUDGE_MEAN, -INFINITY, 7.4, 0, "the same around an obstacle"},
    {FREE, "late_reward", AM_JUDGE_AT_LEAST, 0.9, 1, 0.9,
     "at least nine tenths of the late episodes reach the goal"},
    {FREE, "value_shortest", AM_JUDGE_MEAN, 0.71, INFINITY, 0,
     "the critic explains half of the variance of the values of shortest ways"},
    {CLAMPED, "steps", AM_JUDGE_MEAN, 53.2, 65, 0,
     "without errors every episode takes what chance does, within 10 %"},
    {DECOUPLED, "late_steps", AM_JUDGE_MEAN, 29.6, INFINITY, 0,
     "with errors of other steps no way is learned: half of chance at least"},
};
static const am_criterion quick[] = {
    {FREE, "late_steps", AM_JUDGE_MEAN, -INFINITY, 10.5, 0,
     "the way to the goal takes at most 10 % of chance's excess over a tabular actor-critic"},
    {CLAMPED, "steps", AM_JUDGE_MEAN, 47.3, 71, 0,
     "without errors every episode takes what chance does, within 20 %"},
};

static const am_chart charts[] = {
    {"late_steps", "Steps to the goal, last quarter of the episodes so far", NULL},
    {"value_shortest", "Correlation of V with the values of shortest ways", NULL},
    {"late_error", "Size of the temporal-difference error", NULL},
};

const am_study am_study_gridworld = {
    .name = "gridworld",
    .title = "A spiking actor and critic in a grid world",
    .meaning = "a spiking actor-critic learns the way to a goal from its temporal-difference error",
    .source = "after Potjans, Morrison, Diesmann 2009, doi:10.1162/neco.2008.08-07-593; Fremaux, "
              "Sprekeler, Gerstner 2013, doi:10.1371/journal.pcbi.1003024",
    .page = "docs/reproductions.md#a-spiking-actorcritic-in-a-grid-world",
    AM_ARMS(arms),
    .full = {AM_CRITERIA(full),
             .band = "Chance is exact, a tabular actor-critic was measured: "
                     "tests/reference/gridworld.py. The network must have gone 95 % of the way "
                     "from one to the other."},
    .quick = {.assignments = {"body.episodes=100", "duration_s=300"},
              AM_CRITERIA(quick),
              .band = "Chance is exact, and after 100 episodes a tabular actor-critic takes 5.05 "
                      "steps. The network must have gone 90 % of the way from one to the other."},
    AM_CHARTS(charts),
    .raster = true};
