/* The study of reversal learning: what acetylcholine and norepinephrine do that follow an
 * uncertainty read from spikes, beside levels that do not move.
 *
 * The criteria say in the task's own terms what relearning is: choosing the old mapping no more
 * than half of the time in the first third of a block, and at its end more often right than a
 * matcher of probabilities, 0.8 / (0.8 + 0.2 + 0.2). They
 * do not say that timing matters: how much better than constant levels it is, is a difference, and
 * stands in the page with its interval. */
#include "run/study/studies.h"

#include <math.h>

enum { FREE, LESION, MEAN, HIGH };
static const am_arm arms[] = {
    AM_ARM("free", "reversal", NULL),
    AM_CONTROL("both at baseline", "reversal", "clamp.norepinephrine=0", "clamp.acetylcholine=0"),
    AM_CONTROL("acetylcholine at the mean of free runs", "reversal", "clamp.norepinephrine=0",
               "clamp.acetylcholine=0.08"),
    AM_CONTROL("acetylcholine constantly high", "reversal", "clamp.norepinephrine=0",
               "clamp.acetylcholine=0.24"),
};

static const am_criterion full[] = {
    {FREE, "old", AM_JUDGE_MEAN, -INFINITY, 0.5, 0,
     "the old mapping is given up within a third of a block"},
    {FREE, "relearned", AM_JUDGE_MEAN, -INFINITY, 60, 0,
     "the new mapping is found within half of the shortest block"},
    {FREE, "right_late", AM_JUDGE_AT_LEAST, 0.667, 1, 0.9,
     "late choices are better than matching probabilities"},
    {LESION, "old", AM_JUDGE_AT_MOST, 0, 0.5, 0.1,
     "with both at baseline the old mapping is not given up within a third of a block"},
};
static const am_criterion quick[] = {
    {FREE, "old", AM_JUDGE_MEAN, -INFINITY, 0.5, 0,
     "the old mapping is given up within a third of a block"},
    {LESION, "old", AM_JUDGE_AT_MOST, 0, 0.5, 0.3,
     "with both at baseline the old mapping is not given up within a third of a block"},
};

static const am_chart charts[] = {
    {"right_all", "Right choices so far", NULL},
    {"relearned", "Trials from a reversal to four right choices in a row", NULL},
    {"acetylcholine", "Mean level of acetylcholine", NULL},
};

const am_study am_study_reversal = {
    .name = "reversal",
    .title = "Learning anew after reversals",
    .meaning = "uncertainty read from spikes, as acetylcholine, speeds relearning after reversals",
    .source = "after Yu, Dayan 2005, doi:10.1016/j.neuron.2005.04.026",
    .page = "docs/reproductions.md#reversal-learning-under-uncertainty",
    AM_ARMS(arms),
    .full = {AM_CRITERIA(full),
             .band = "From the task: half of the choices, half of a block, the share of right "
                     "choices of one who matches probabilities."},
    .quick = {.assignments = {"task.steps=700", "duration_s=210"},
              AM_CRITERIA(quick),
              .band = "From the task: half of the choices, a third of a block. Among four "
                      "reversals or five a lesioned run may give up early by chance, so the "
                      "control's share is looser than in the full form."},
    AM_CHARTS(charts),
    .raster = true};
