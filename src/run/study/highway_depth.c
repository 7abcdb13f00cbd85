/* Training very deep networks (Srivastava, Greff and Schmidhuber 2015): layers of highway units of
 * depth 10, 20 and 50 beside plain layers, with the usual first weights and with larger ones. */
#include "run/study/studies.h"

#include <math.h>

enum {
  HIGHWAY_10,
  HIGHWAY_20,
  HIGHWAY_50,
  PLAIN_10,
  PLAIN_20,
  PLAIN_50,
  LARGE_10,
  LARGE_20,
  LARGE_50,
  N_ARMS
};

#define PRESET "highway-depth"
#define PLAIN "network.type=plain-layer"
/* sqrt 3: weights of variance 1/50, which leave the variance of small signals as it is */
#define LARGE PLAIN, "network.gain=1.7320508"

/* Below the layers of highway units lies a plain one, which counts. */
static const am_arm arms[N_ARMS] = {
    [HIGHWAY_10] = AM_ARM("highway, depth 10", PRESET, "network.layers=9"),
    [HIGHWAY_20] = AM_ARM("highway, depth 20", PRESET, "network.layers=19"),
    [HIGHWAY_50] = AM_ARM("highway, depth 50", PRESET, "network.layers=49"),
    [PLAIN_10] = AM_ARM("plain, depth 10", PRESET, PLAIN, "network.layers=10"),
    [PLAIN_20] = AM_CONTROL("plain, depth 20", PRESET, PLAIN, "network.layers=20"),
    [PLAIN_50] = AM_CONTROL("plain, depth 50", PRESET, PLAIN, "network.layers=50"),
    [LARGE_10] = AM_ARM("plain, larger weights, depth 10", PRESET, LARGE, "network.layers=10"),
    [LARGE_20] = AM_ARM("plain, larger weights, depth 20", PRESET, LARGE, "network.layers=20"),
    [LARGE_50] = AM_CONTROL("plain, larger weights, depth 50", PRESET, LARGE, "network.layers=50"),
};

#define RIGHT "evaluation"
#define CHANCE 0.1
#define TRAINS "it trains"
#define AT_CHANCE "it stays at chance"

static const am_criterion full[] = {
    {HIGHWAY_10, RIGHT, AM_JUDGE_MEAN, 0.87, INFINITY, 0, TRAINS},
    {HIGHWAY_20, RIGHT, AM_JUDGE_MEAN, 0.87, INFINITY, 0, TRAINS},
    {HIGHWAY_50, RIGHT, AM_JUDGE_MEAN, 0.87, INFINITY, 0, TRAINS},
    {PLAIN_10, RIGHT, AM_JUDGE_MEAN, 0.5, INFINITY, 0, TRAINS},
    {PLAIN_20, RIGHT, AM_JUDGE_MEAN, -INFINITY, 0.15, 0, AT_CHANCE},
    {PLAIN_50, RIGHT, AM_JUDGE_MEAN, -INFINITY, 0.15, 0, AT_CHANCE},
    {LARGE_50, RIGHT, AM_JUDGE_MEAN, -INFINITY, 0.15, 0, AT_CHANCE},
};

static const am_criterion quick[] = {
    {HIGHWAY_10, RIGHT, AM_JUDGE_AT_LEAST, 0.25, INFINITY, 0.5, TRAINS},
    {HIGHWAY_50, RIGHT, AM_JUDGE_AT_LEAST, 0.25, INFINITY, 0.5, TRAINS},
    {PLAIN_20, RIGHT, AM_JUDGE_AT_MOST, 0.25, INFINITY, 0, AT_CHANCE},
    {PLAIN_50, RIGHT, AM_JUDGE_AT_MOST, 0.25, INFINITY, 0, AT_CHANCE},
};

#define HIGHWAY_LINE "highway"
#define PLAIN_LINE "plain"
#define LARGE_LINE "plain, larger first weights"
static const am_point points[] = {
    {HIGHWAY_LINE, 10, HIGHWAY_10, RIGHT}, {HIGHWAY_LINE, 20, HIGHWAY_20, RIGHT},
    {HIGHWAY_LINE, 50, HIGHWAY_50, RIGHT}, {PLAIN_LINE, 10, PLAIN_10, RIGHT},
    {PLAIN_LINE, 20, PLAIN_20, RIGHT},     {PLAIN_LINE, 50, PLAIN_50, RIGHT},
    {LARGE_LINE, 10, LARGE_10, RIGHT},     {LARGE_LINE, 20, LARGE_20, RIGHT},
    {LARGE_LINE, 50, LARGE_50, RIGHT},
};
static const am_across across[] = {{.title = "Digits of test that are named right",
                                    .figure = "Fig. 1",
                                    .x = "layers",
                                    AM_POINTS(points),
                                    .known = CHANCE,
                                    .known_name = "chance"}};
static const am_chart charts[] = {
    {"reward", "Digits of training that are named right, last 1000", "Fig. 1"}};

const am_study am_study_highway_depth = {
    .name = PRESET,
    .title = "Training very deep networks (Srivastava, Greff and Schmidhuber 2015)",
    .meaning = "fifty layers of highway units train as ten do, plain ones do not",
    .source = "Srivastava, Greff, Schmidhuber 2015, arXiv 1507.06228",
    .page = "docs/reproductions.md#highway-depth",
    AM_ARMS(arms),
    .full = {.assignments = {NULL},
             AM_CRITERIA(full),
             .band = "The specification's .90 with .03 to either side, of which more is no fault; "
                     "chance is .1. The paper has errors of MNIST's training, which are not "
                     "these. Tuned on seeds 0 to 3; a verdict counts on others (seed=100)."},
    .quick = {.assignments = {"iterations=160", "learner.rate=0.1"},
              AM_CRITERIA(quick),
              .band = "A twelfth of the examples in steps three times as large."},
    AM_ACROSS(across),
    AM_CHARTS(charts),
};
