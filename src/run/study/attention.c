/* The study of attention under uncertainty: a gain that follows what the network knows, beside every
 * constant one.
 *
 * Levels of norepinephrine are clamped at eleven places, close to each other where the best one was
 * found; the free system must be better than each, so better than the best, whichever that is. */
#include "run/study/studies.h"

#include <math.h>

enum { FREE, AT_0, AT_10, AT_20, AT_25, AT_30, AT_35, AT_40, AT_45, AT_50, AT_70, AT_100, N_ARMS };
#define CLAMPED(level)                                                                             \
  AM_CONTROL("level clamped at " #level, "attention", "clamp.norepinephrine=" #level)
static const am_arm arms[N_ARMS] = {
    [FREE] = AM_ARM("free", "attention", NULL),
    [AT_0] = CLAMPED(0),
    [AT_10] = CLAMPED(0.1),
    [AT_20] = CLAMPED(0.2),
    [AT_25] = CLAMPED(0.25),
    [AT_30] = CLAMPED(0.3),
    [AT_35] = CLAMPED(0.35),
    [AT_40] = CLAMPED(0.4),
    [AT_45] = CLAMPED(0.45),
    [AT_50] = CLAMPED(0.5),
    [AT_70] = CLAMPED(0.7),
    [AT_100] = CLAMPED(1),
};

#define BETTER_THAN(arm)                                                                           \
  { FREE, "net", AM_JUDGE_DIFFERENCE, 0.05, INFINITY, arm, "free is better than this constant" }
static const am_criterion full[] = {
    {FREE, "net", AM_JUDGE_MEAN, 0.75, 1, 0, "it detects nearly all, and cheaply"},
    BETTER_THAN(AT_0),
    BETTER_THAN(AT_10),
    BETTER_THAN(AT_20),
    BETTER_THAN(AT_25),
    BETTER_THAN(AT_30),
    BETTER_THAN(AT_35),
    BETTER_THAN(AT_40),
    BETTER_THAN(AT_45),
    BETTER_THAN(AT_50),
    BETTER_THAN(AT_70),
    BETTER_THAN(AT_100),
};
static const am_criterion quick[] = {
    {FREE, "net", AM_JUDGE_AT_LEAST, 0.75, 1, 0.5, "it detects nearly all, and cheaply"},
    {AT_20, "net", AM_JUDGE_AT_MOST, 0.75, 1, 0, "a constant low gain misses the weak ones"},
    {AT_50, "net", AM_JUDGE_AT_MOST, 0.75, 1, 0, "a constant high gain costs too much"},
};

#define CONSTANT "constant level"
#define AT(level, arm)                                                                             \
  { CONSTANT, level, arm, "net" }
static const am_point points[] = {
    AT(0, AT_0),
    AT(0.1, AT_10),
    AT(0.2, AT_20),
    AT(0.25, AT_25),
    AT(0.3, AT_30),
    AT(0.35, AT_35),
    AT(0.4, AT_40),
    AT(0.45, AT_45),
    AT(0.5, AT_50),
    AT(0.7, AT_70),
    AT(1, AT_100),
    {"free", 0, FREE, "net"},
    {"free", 1, FREE, "net"},
};
static const am_across across[] = {{.title = "Score, by the level of norepinephrine",
                                    .x = "constant level (free: it moves)",
                                    AM_POINTS(points)}};
static const am_chart charts[] = {
    {"net", "Detection less the cost of spikes, trials so far", NULL},
    {"rate_hz", "Spikes of a neuron in a second", NULL},
    {"level", "Mean level of norepinephrine", NULL},
};

const am_study am_study_attention = {
    .name = "attention",
    .title = "A gain that follows uncertainty, beside every constant one",
    .meaning =
        "norepinephrine that follows uncertainty detects for less than the best constant level",
    .source = "after Aston-Jones, Cohen 2005, doi:10.1146/annurev.neuro.28.061604.135709",
    .page = "docs/worked-examples.md#attention-under-uncertainty",
    AM_ARMS(arms),
    .full = {AM_CRITERIA(full),
             .band = "From seeds 0 to 9, where free has 0.831 and is better than the best constant "
                     "level (0.35) by 0.113: half of that. A verdict counts on others (seed=100)."},
    .quick = {.assignments = {"body.episodes=10", "duration_s=60"},
              AM_CRITERIA(quick),
              .band = "On seeds 0 to 9 free has 0.831 and the levels 0.2 and 0.5 have 0.45 and "
                      "0.62. Two runs cannot tell free from the best constant level."},
    AM_ACROSS(across),
    AM_CHARTS(charts),
    .raster = true};
