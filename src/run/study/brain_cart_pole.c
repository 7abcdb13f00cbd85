/* The study of a pole that a spiking actor and critic balance through a body (run/protocol/body.c), beside
 * the same brain with dopamine held still in the same worlds.
 *
 * Bounds are from the task, of at most 200 steps an episode: guessing balances it for 22.3. Who does not
 * learn need not live as long. */
#include "run/study/studies.h"

#include <math.h>

enum { FREE, STILL };
static const am_arm arms[] = {
    AM_ARM("dopamine is the error", "brain-cart-pole", NULL),
    AM_CONTROL("dopamine held still", "brain-cart-pole", "clamp.dopamine=0.5", "duration_s=200"),
};

static const am_criterion full[] = {
    {FREE, "late_reward", AM_JUDGE_AT_LEAST, 66.8, 200, 0.8,
     "in the end it balances the pole for three times as long as by guessing"},
    {STILL, "late_reward", AM_JUDGE_AT_MOST, 66.8, 200, 0.1,
     "with dopamine held still it does not"},
    {STILL, "late_reward", AM_JUDGE_MEAN, -INFINITY, 33.4, 0,
     "but no longer than by guessing, or by half of that more"},
    {FREE, "late_reward", AM_JUDGE_DIFFERENCE, 44.5, INFINITY, STILL,
     "from the same starts it balances longer than that by twice what guessing does"},
};
static const am_criterion quick[] = {
    {STILL, "late_reward", AM_JUDGE_MEAN, -INFINITY, 33.4, 0,
     "with dopamine held still it balances no longer than by guessing, or by half of that more"},
};

static const am_chart charts[] = {
    {"late_reward", "Steps of an episode, last quarter of those done", NULL},
    {"reward", "Steps of an episode, all so far", NULL},
    {"late_error", "Size of the temporal-difference error, last quarter", NULL},
};

const am_study am_study_brain_cart_pole = {
    .name = "brain-cart-pole",
    .title = "A pole, balanced by a spiking brain",
    .meaning = "a spiking actor and critic balance a pole by the temporal-difference error",
    .source = "after Fremaux, Sprekeler, Gerstner 2013, doi:10.1371/journal.pcbi.1003024",
    .page = "docs/reproductions.md#a-pole-and-a-spiking-brain",
    AM_ARMS(arms),
    .full = {AM_CRITERIA(full), .band = "From the task: multiples of what guessing earns, 22.3."},
    .quick = {.assignments = {"duration_s=45"},
              AM_CRITERIA(quick),
              .band = "From the task, as in the full form: it is too short to learn."},
    AM_CHARTS(charts),
    .raster = true};
