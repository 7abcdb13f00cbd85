/* Small studies for tests, over the preset of a worked example: dopamine free, and held still. The
 * bands are those of docs/worked-examples.md, with much room. */
#ifndef TESTS_STUDIES_H
#define TESTS_STUDIES_H

#include <math.h>
#include <stddef.h>

#include "run/study/study.h"

static const am_arm small_arms[] = {
    AM_ARM("free", "reinforcement", NULL),
    AM_CONTROL("dopamine held", "reinforcement", "clamp.dopamine=0.5"),
};
static const am_chart small_charts[] = {
    {"right", "Right choices", "a figure that there is not"},
    {"expected", "Expected reward", NULL},
};

/* What came out (0.96 free, 0.36 held), and what did not. */
static const am_criterion small_met[] = {
    {0, "right", AM_JUDGE_AT_LEAST, 0.8, INFINITY, 0.9, "it learns"},
    {1, "right", AM_JUDGE_AT_MOST, 0.8, INFINITY, 0.1, "without dopamine it does not"},
    {0, "right", AM_JUDGE_MEAN, 0.7, INFINITY, 0, "on average it is mostly right"},
};
static const am_criterion small_missed[] = {
    {0, "right", AM_JUDGE_AT_LEAST, 0.8, 1, 0.9, "it learns"},
    {1, "right", AM_JUDGE_MEAN, 0.9, INFINITY, 0, "it learns without dopamine, too"},
};

/* A fifth of the episodes: 18 s. */
#define SMALL_QUICK                                                                                \
  { "duration_s=18", "body.episodes=6", NULL }

static const am_study small_passing = {
    .name = "small-passing",
    .meaning = "dopamine teaches three cues their actions",
    .source = "docs/worked-examples.md",
    .page = "docs/worked-examples.md",
    .arms = small_arms,
    .n_arms = 2,
    .full = {{NULL}, small_met, 3, "Half way between chance and what the worked example shows."},
    .quick = {SMALL_QUICK, small_met + 1, 1, "The control alone: it cannot learn in any time."},
    .charts = small_charts,
    .n_charts = 2,
    .raster = true,
};

/* It has no quick form. */
static const am_study small_failing = {
    .name = "small-failing",
    .meaning = "dopamine is not needed",
    .source = "nobody",
    .page = "docs/worked-examples.md",
    .arms = small_arms,
    .n_arms = 2,
    .full = {SMALL_QUICK, small_missed, 2, "It is there to be missed."},
};

#endif
