/* The study of a bandit that a spiking brain plays through a body (run/protocol/body.c): what dopamine's
 * error is worth, beside the same brain with dopamine held still in the same worlds.
 *
 * Bounds are from the task, of 100 pulls an episode: guessing earns 50; win-stay, lose-shift, which
 * knows one pull, 2/3 of the pulls (E[p^2 + (1 - p)^2] with p uniform); the better arm 75. */
#include "run/study/studies.h"

#include <math.h>

enum { FREE, STILL };
static const am_arm arms[] = {
    AM_ARM("dopamine is the error", "brain-bandit", NULL),
    AM_CONTROL("dopamine held still", "brain-bandit", "clamp.dopamine=0.5"),
};

static const am_criterion full[] = {
    {FREE, "reward", AM_JUDGE_AT_LEAST, 62.5, 100, 0.8,
     "it earns half of what there is between guessing and the better arm"},
    {STILL, "reward", AM_JUDGE_AT_MOST, 62.5, 100, 0.1, "with dopamine held still it does not"},
    {STILL, "reward", AM_JUDGE_MEAN, 45, 55, 0, "which then only guesses"},
    {FREE, "reward", AM_JUDGE_DIFFERENCE, 25.0 / 3, INFINITY, STILL,
     "in the same worlds it earns more than that by half of what win-stay, lose-shift does"},
};
static const am_criterion quick[] = {
    {FREE, "reward", AM_JUDGE_MEAN, 55, INFINITY, 0, "it earns more than guessing"},
    {STILL, "reward", AM_JUDGE_AT_MOST, 62.5, 100, 0.5,
     "with dopamine held still it earns no half of what there is"},
};

static const am_chart charts[] = {
    {"reward", "Reward of an episode, all so far", NULL},
    {"late_reward", "Reward of an episode, last quarter of those done", NULL},
};

const am_study am_study_brain_bandit = {
    .name = "brain-bandit",
    .title = "A bandit, played by a spiking brain",
    .meaning =
        "a spiking brain finds the better of two arms anew in each episode, by dopamine's error",
    .source = "task after Wang et al. 2016, arXiv 1611.05763; rule after Izhikevich 2007, "
              "doi:10.1093/cercor/bhl152",
    .page = "docs/reproductions.md#a-bandit-and-a-spiking-brain",
    AM_ARMS(arms),
    .full = {AM_CRITERIA(full),
             .band = "From the task, of 100 pulls: guessing 50, win-stay, lose-shift 66.7, the "
                     "better arm 75."},
    .quick = {.assignments = {"body.episodes=8", "duration_s=165"},
              AM_CRITERIA(quick),
              .band = "From the task, as in the full form. Of eight episodes, whose chances are "
                      "drawn, guessing by one fixed arm has a standard deviation of 10, so that "
                      "half of the control's seeds may pass."},
    AM_CHARTS(charts),
    .raster = true};
