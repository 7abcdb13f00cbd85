/* The study of a day and a night: what is recalled in the morning with plasticity asleep and
 * without, and with orexin clamped, where there is no night.
 *
 * The arms that are held at one level are asked at that level, the free one at what it is in the
 * morning: recall is a share of the spikes, their number depends on the level. Free and without
 * plasticity are asked at the same levels. */
#include "run/study/studies.h"

#include <math.h>

enum { FREE, STILL, HIGH, MEAN, N_ARMS };
static const am_arm arms[N_ARMS] = {
    [FREE] = AM_ARM("free", "clock", NULL),
    [STILL] = AM_CONTROL("no plasticity asleep", "clock", "protocol.night_plasticity=false"),
    [HIGH] = AM_CONTROL("orexin clamped at 1", "clock", "clamp.orexin=1"),
    [MEAN] = AM_CONTROL("orexin clamped at its mean", "clock", "clamp.orexin=0.69"),
};

#define RECALL "recall_morning"
#define ANSWERS "answers_morning"
static const am_criterion full[] = {
    {FREE, "awake", AM_JUDGE_MEAN, 0.64, 0.69, 0, "it sleeps a third of the time"},
    {FREE, RECALL, AM_JUDGE_MEAN, 0.8, 1, 0, "in the morning the pairs are there"},
    {FREE, RECALL, AM_JUDGE_DIFFERENCE, 0.05, INFINITY, STILL,
     "plasticity asleep makes them surer"},
    {FREE, ANSWERS, AM_JUDGE_DIFFERENCE, 0.2, INFINITY, STILL,
     "plasticity asleep makes answers stronger"},
    {FREE, RECALL, AM_JUDGE_DIFFERENCE, 0.08, INFINITY, HIGH, "without a night they are less sure"},
    {FREE, ANSWERS, AM_JUDGE_DIFFERENCE, 0.5, INFINITY, MEAN, "at the mean level answers are weak"},
    {HIGH, "awake", AM_JUDGE_MEAN, 1, 1, 0, "it never sleeps"},
    {MEAN, "awake", AM_JUDGE_MEAN, 1, 1, 0, "it never sleeps"},
};
static const am_criterion quick[] = {
    {FREE, RECALL, AM_JUDGE_AT_LEAST, 0.8, 1, 0.5, "in the morning the pairs are there"},
    {FREE, ANSWERS, AM_JUDGE_AT_LEAST, 0.8, INFINITY, 0.5, "and strong"},
    {STILL, ANSWERS, AM_JUDGE_AT_MOST, 0.8, INFINITY, 0, "without plasticity asleep they are not"},
};

static const am_chart charts[] = {
    {"awake", "Share of the time awake", NULL},
    {"recall_evening", "Recall in the evening, 10 h to 13 h", NULL},
    {"recall_morning", "Recall on the next morning, 24 h to 27 h", NULL},
    {"rate_awake", "Rate awake", NULL},
    {"rate_asleep", "Rate asleep", NULL},
};

const am_study am_study_clock = {
    .name = "clock",
    .title = "A day and a night",
    .meaning =
        "orexin brings sleep, and what comes back in sleep is recalled better in the morning",
    .source = "after Daan, Beersma, Borbely 1984, doi:10.1152/ajpregu.1984.246.2.R161",
    .page = "docs/reproductions.md#clock",
    AM_ARMS(arms),
    .full = {AM_CRITERIA(full),
             .band = "Of the time awake from tests/reference/clock.py; the rest from seeds 0 to 9, "
                     "about half of the differences found there. A verdict counts on others "
                     "(seed=100)."},
    .quick = {AM_CRITERIA(quick),
              .band = "The full length; bounds halfway between what free and no plasticity asleep "
                      "have on seeds 0 to 9."},
    AM_CHARTS(charts),
    .raster = true};
