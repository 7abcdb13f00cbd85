/* Movements by gains alone (Stroud et al. 2018): a network whose connections stay as they were drawn
 * learns a movement by the gains of its units, each by itself or in random groups. */
#include <math.h>

#include "run/study/studies.h"

enum { NEURONS, GROUPS_20, GROUPS_2, GROUP_1, BY_CHANCE, N_ARMS };

#define PRESET "gains"

static const am_arm arms[N_ARMS] = {
    [NEURONS] = AM_ARM("each neuron", PRESET, NULL),
    [GROUPS_20] = AM_ARM("20 groups", PRESET, "learner.groups=20"),
    [GROUPS_2] = AM_ARM("2 groups", PRESET, "learner.groups=2"),
    [GROUP_1] = AM_CONTROL("1 group", PRESET, "learner.groups=1"),
    [BY_CHANCE] = AM_CONTROL("20 groups, reward by chance", PRESET, "learner.groups=20",
                             "learner.control=random"),
};

#define LATE "reward" /* of the last 1000 trials: minus the error */
#define END "evaluation"
#define NO_BETTER "no better than the mean of the movement"

static const am_criterion full[] = {
    {NEURONS, LATE, AM_JUDGE_MEAN, -0.2, 0, 0, "four fifths of the movement"},
    {GROUPS_20, LATE, AM_JUDGE_MEAN, -0.2, 0, 0, "four fifths of the movement"},
    {GROUPS_20, LATE, AM_JUDGE_DIFFERENCE, -0.1, INFINITY, NEURONS,
     "twenty groups do as well as single neurons, to a tenth of the movement"},
    {GROUPS_20, LATE, AM_JUDGE_DIFFERENCE, 0.2, INFINITY, GROUPS_2, "and better than two"},
    {GROUP_1, LATE, AM_JUDGE_MEAN, -INFINITY, -0.5, 0, "with one gain for all half is left"},
    {BY_CHANCE, LATE, AM_JUDGE_MEAN, -INFINITY, -1, 0, NO_BETTER},
};

static const am_criterion quick[] = {
    {NEURONS, END, AM_JUDGE_AT_LEAST, -0.5, 0, 0.5, "half of the movement"},
    {GROUPS_20, END, AM_JUDGE_AT_LEAST, -0.5, 0, 0.5, "half of the movement"},
    {BY_CHANCE, END, AM_JUDGE_AT_MOST, -0.5, 0, 0, "half of the movement"},
};

static const am_point points[] = {{"after learning", 1, GROUP_1, LATE},
                                  {"after learning", 2, GROUPS_2, LATE},
                                  {"after learning", 20, GROUPS_20, LATE},
                                  {"after learning", 200, NEURONS, LATE}};
static const am_across across[] = {{.title = "Minus the error, last 1000 trials",
                                    .x = "groups",
                                    AM_POINTS(points),
                                    .known = -1,
                                    .known_name = "the mean"}};
static const am_chart charts[] = {{"reward", "Minus the error, last 1000 trials", NULL}};

const am_study am_study_gains = {
    .name = PRESET,
    .title = "A movement by gains alone (Stroud, Porter, Hennequin and Vogels 2018)",
    .meaning = "gains of 20 groups of units learn a movement as well as a gain for each does",
    .source = "Stroud, Porter, Hennequin, Vogels 2018, doi:10.1038/s41593-018-0276-0",
    .page = "docs/reproductions.md#gains",
    AM_ARMS(arms),
    .full = {.assignments = {NULL},
             AM_CRITERIA(full),
             .band =
                 "Published: twenty random groups do as well as single neurons, and the error "
                 "falls over "
                 "thousands of trials. How much is to be left, and how near they are to be to each "
                 "other, is our own: 1 is what the mean of the movement leaves. Tuned on seeds 0 "
                 "to 7; a verdict counts on others (seed=100)."},
    .quick = {.assignments = {"iterations=1500", "network.hidden=60", "learner.sigma=0.02"},
              AM_CRITERIA(quick),
              .band = "1,500 trials with twice the noise, 60 units."},
    AM_ACROSS(across),
    AM_CHARTS(charts),
};
