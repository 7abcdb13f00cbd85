/* The study of a delayed match that a spiking brain plays through a body (run/protocol/body.c): what it
 * is worth that dopamine is the error, beside the same brain with dopamine held still in the same
 * worlds.
 *
 * Bounds are from the task: guessing is right in half of the episodes, and so is who has forgotten the
 * first cue, or sees the second one alone. */
#include "run/study/studies.h"

#include <math.h>

enum { FREE, STILL };
static const am_arm arms[] = {
    AM_ARM("dopamine is the error", "brain-delayed-match", NULL),
    AM_CONTROL("dopamine held still", "brain-delayed-match", "clamp.dopamine=0.5",
               "duration_s=450"),
};

static const am_criterion full[] = {
    {FREE, "right", AM_JUDGE_AT_LEAST, 0.9, 1, 0.8,
     "in the end it is wrong at most a fifth as often as by guessing"},
    {STILL, "right", AM_JUDGE_AT_MOST, 0.75, 1, 0.1,
     "with dopamine held still it does not come half of the way to no mistake"},
    {STILL, "reward", AM_JUDGE_MEAN, 0.45, 0.55, 0, "but guesses, in all of its episodes"},
    {FREE, "right", AM_JUDGE_DIFFERENCE, 0.25, INFINITY, STILL,
     "it is right more often than that by half of what there is above guessing"},
};
static const am_criterion quick[] = {
    {FREE, "right", AM_JUDGE_MEAN, 0.55, INFINITY, 0, "it is right more often than by guessing"},
    {STILL, "right", AM_JUDGE_AT_MOST, 0.75, 1, 0.5,
     "with dopamine held still it does not come half of the way to no mistake"},
};

static const am_chart charts[] = {
    {"right", "Right answers, last quarter of the episodes done", NULL},
    {"reward", "Right answers, all so far", NULL},
    {"late_error", "Size of the error, last quarter of the episodes", NULL},
};

const am_study am_study_brain_delayed_match = {
    .name = "brain-delayed-match",
    .title = "A delayed match, played by a spiking brain",
    .meaning = "a spiking brain keeps a cue over a delay and learns by dopamine's error whether a "
               "second one is the same",
    .source = "persistent activity after Wang 2002, doi:10.1016/S0896-6273(02)01092-9; rule after "
              "Izhikevich 2007, doi:10.1093/cercor/bhl152",
    .page = "docs/reproductions.md#a-delayed-match-and-a-spiking-brain",
    AM_ARMS(arms),
    .full = {AM_CRITERIA(full),
             .band = "From the task: guessing is right in half of the episodes, as is who knows "
                     "one cue alone."},
    .quick = {.assignments = {"task.steps=6", "duration_s=90"},
              AM_CRITERIA(quick),
              .band = "From the task. Of a hundred episodes the last quarter are 25, of which "
                      "guessing is right in three quarters once in a hundred times."},
    AM_CHARTS(charts),
    .raster = true};
