/* Whether a published result came out: a verdict for each criterion of a study. */
#ifndef AMINE_RUN_STUDY_JUDGE_H
#define AMINE_RUN_STUDY_JUDGE_H

#include <stddef.h>

#include "run/study.h"

/* A share of the seeds, a mean or a median over them, or a ratio of medians, and its 95 %
 * confidence interval: of a share that of Wilson (1927), of a mean Student's, of a median that
 * between two of the values (below), of a ratio none. The interval is for the reader; what is
 * judged is the value.
 */
typedef struct am_verdict {
  double value, low, high; /* NAN: there is none; a median may be infinite */
  int inside;              /* seeds in the band */
  bool passed;
} am_verdict;

/* values [n] of the criterion's measure at the end of the runs, n >= 1.
 *
 *   AT_LEAST  inside / n >= share    AT_MOST  inside / n <= share    both but for rounding
 *   MEAN      low <= mean <= high    if a run has no value (NAN) there is no mean, and it fails
 *
 *   MEDIAN    low <= median <= high    NAN counts as infinite
 *
 * A value on a bound of the band is inside; NAN is not. */
am_verdict am_study_judge(const am_criterion *criterion, const double *values, size_t n);

/* RATIO: others [n] are the values of the other arm. */
am_verdict am_study_judge_ratio(const am_criterion *criterion, const double *values,
                                const double *others, size_t n);

/* The median of n >= 1 values, NAN counting as infinite, and its interval: between the k-th value
 * from below and the k-th from above, with the largest k for which the probability that fewer than
 * k of n fair coins show heads is at most 2.5 % (the sign test); NAN if there is none (n < 6). The
 * values are put in order. */
void am_median_interval(double *median, double *low, double *high, double *values, size_t n);

/* The interval of a share. E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209,
 * doi 10.1080/01621459.1927.10502953:
 *
 *   (p + z^2/2n ± z sqrt(p (1 - p) / n + z^2/4n^2)) / (1 + z^2/n),  z = 1.959964 */
void am_share_interval(double *low, double *high, int inside, int n);

#endif
