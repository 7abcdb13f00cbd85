/* The study potjans2014: the cortical microcircuit, left to itself. Where the bands come from:
 * docs/reproductions.md. */
#include "run/study/studies.h"

enum { CIRCUIT };
static const am_arm arms[] = {AM_ARM("microcircuit", "potjans2014", NULL)};

/* Within 5 % of the rates, and within 0.03 of the most usual irregularity, that were published. */
#define RATE(k, hz, what)                                                                          \
  {                                                                                                \
    CIRCUIT, "rate_" #k, AM_JUDGE_MEAN, 0.95 * (hz), 1.05 * (hz), 0,                               \
        what " fires at the published rate"                                                        \
  }
#define CV(k, cv, what)                                                                            \
  { CIRCUIT, "cv_peak_" #k, AM_JUDGE_MEAN, (cv)-0.03, (cv) + 0.03, 0, what " is as irregular" }
#define APART(k, what)                                                                             \
  {                                                                                                \
    CIRCUIT, "correlation_" #k, AM_JUDGE_MEAN, 0, 0.01, 0,                                         \
        "neurons of " what " are hardly correlated"                                                \
  }

static const am_criterion full[] = {
    RATE(1, 0.903, "L2/3E"), RATE(2, 2.965, "L2/3I"), RATE(3, 4.414, "L4E"), RATE(4, 5.876, "L4I"),
    RATE(5, 7.569, "L5E"),   RATE(6, 8.633, "L5I"),   RATE(7, 1.105, "L6E"), RATE(8, 7.829, "L6I"),
    CV(1, 0.95, "L2/3E"),    CV(2, 0.90, "L2/3I"),    CV(3, 0.90, "L4E"),    CV(4, 0.88, "L4I"),
    CV(5, 0.85, "L5E"),      CV(6, 0.82, "L5I"),      CV(7, 0.93, "L6E"),    CV(8, 0.85, "L6I"),
    APART(1, "L2/3E"),       APART(2, "L2/3I"),       APART(3, "L4E"),       APART(4, "L4I"),
    APART(5, "L5E"),         APART(6, "L5I"),         APART(7, "L6E"),       APART(8, "L6I"),
};

/* Mean and standard deviation of four networks of a tenth of the size in NumPy, from 0.5 to 1.5 s
 * (tests/reference/potjans2014.py): +- 5 standard deviations of one network's difference from it. */
#define TENTH(k, hz, sd, what)                                                                     \
  {                                                                                                \
    CIRCUIT, "rate_" #k, AM_JUDGE_AT_LEAST, (hz)-5.59 * (sd), (hz) + 5.59 * (sd), 1,               \
        what " fires as in NumPy"                                                                  \
  }
static const am_criterion quick[] = {
    TENTH(1, 0.465, 0.021, "L2/3E"), TENTH(2, 2.110, 0.028, "L2/3I"), TENTH(3, 4.017, 0.063, "L4E"),
    TENTH(4, 5.002, 0.030, "L4I"),   TENTH(5, 6.622, 0.313, "L5E"),   TENTH(6, 7.847, 0.100, "L5I"),
    TENTH(7, 0.825, 0.050, "L6E"),   TENTH(8, 6.988, 0.024, "L6I"),
};

static const am_chart charts[] = {
    {"rate_1", "Rate of layer 2/3, excitatory neurons, Hz", NULL},
    {"rate_5", "Rate of layer 5, excitatory neurons, Hz", NULL},
};

const am_study am_study_potjans2014 = {
    .name = "potjans2014",
    .title = "The cortical microcircuit (Potjans, Diesmann 2014)",
    .meaning = "77,169 neurons in four layers, 299 million synapses: rates by layer",
    .source = "Potjans and Diesmann 2014, doi:10.1093/cercor/bhs358",
    .page = "docs/reproductions.md#potjans-and-diesmann-2014",
    AM_ARMS(arms),
    .full = {.assignments = {"duration_s=10"},
             AM_CRITERIA(full),
             .band =
                 "rates: those of one published run of full size, +- 5 %; irregularity: where "
                 "the published distributions of the CV have their peaks, +- 0.03; correlations "
                 "of counts in 2 ms: 0 to 0.01, as published"},
    .quick = {.assignments = {"scale.factor=0.1"},
              AM_CRITERIA(quick),
              .band = "four networks of a tenth of the size in NumPy, from 0.5 to 1.5 s, +- 5 "
                      "standard deviations of the difference of a network from their mean"},
    AM_CHARTS(charts),
    .raster = true,
};
