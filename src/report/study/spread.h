/* What the runs of an arm came to, in three numbers: for tables of a study, and its pages. */
#ifndef AMINE_REPORT_STUDY_SPREAD_H
#define AMINE_REPORT_STUDY_SPREAD_H

#include "report/study/source.h"

/* The median of a measure at the end of the runs of an arm that are done, and its quartiles. A run
 * without a value, as one that never reached a criterion or whose numbers broke, counts as the worst
 * there can be, so that any of the three may be infinite; where nothing says which way the measure is
 * better it does not count. NAN of none. */
typedef struct am_study_spread {
  double low, median, high;
  size_t n; /* runs with a value */
} am_study_spread;

/* room [n_seeds] */
am_study_spread am_study_spread_of(const am_study_source *source, size_t arm, size_t measure,
                                   double *room);

/* Sorts n numbers and returns their quantile q, between the two nearest, and infinite if one of them
 * is; NAN of none. */
double am_study_quantile(double *values, size_t n, double q);

/* The measures of all arms, each name once, in the order of the arms; returns how many, at most
 * AM_STUDY_NAMES_MAX. */
enum { AM_STUDY_NAMES_MAX = 64 };
size_t am_study_measures(const am_study_measured *out[AM_STUDY_NAMES_MAX],
                         const am_study_source *source);
/* Whether any run has a value of it: none has of a criterion where there is none. */
bool am_study_has_value(const am_study_source *source, const char *measure);

/* best [n_arms]: whose median of the measure is the best; nobody's where nothing says which way is
 * better, or all are alike. room [n_seeds] */
void am_study_best(bool *best, const am_study_source *source, const am_study_measured *measure,
                   double *room);

/* How many runs are done; of those, how many broke. */
size_t am_study_done(const am_study_source *source);
size_t am_study_broken(const am_study_source *source);

#endif
