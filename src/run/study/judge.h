/* Whether a published result came out: a verdict for each criterion of a study. What is judged is
 * the interval, not the figure: where seeds are too few to tell, that is the answer. */
#ifndef AMINE_RUN_STUDY_JUDGE_H
#define AMINE_RUN_STUDY_JUDGE_H

#include <stddef.h>

#include "run/study/study.h"

/* "at least", "at most", "mean", "median", "ratio", "difference" */
const char *am_judgement_name(am_judgement judgement);
/* Whether it is about a share of the seeds: the first two. */
bool am_judges_share(am_judgement judgement);
/* Whether it is about two arms: the last two. */
bool am_judges_two(am_judgement judgement);

typedef enum am_answer {
  AM_ANSWER_MISSED, /* "missed" */
  AM_ANSWER_MET,    /* "met" */
  AM_ANSWER_OPEN    /* "too few seeds" */
} am_answer;

const char *am_answer_name(am_answer answer);
/* Of several criteria: one that is missed decides; all are met; or else seeds are too few. */
am_answer am_answer_of_both(am_answer a, am_answer b);

/* A share of the seeds, a mean or a median over them, or a ratio of medians, and its 95 %
 * confidence interval: of a share that of Wilson (1927), of a mean Student's, of a median that
 * between two of the values (below), of a ratio that of the bootstrap. */
typedef struct am_verdict {
  double value, low, high; /* NAN: there is none; a median and its bounds may be infinite */
  int inside;              /* seeds in the band */
  am_answer answer;
} am_verdict;

/* values [n] of the criterion's measure at the end of the runs, n >= 1.
 *
 *   MEAN, MEDIAN  met if the whole interval lies in [low, high], missed if none of it does. If a
 *                 run has no value (NAN) there is no mean: missed; of a median it counts as
 *                 infinite.
 *   AT_LEAST      met if inside / n >= share and the interval shows more than a coin (or the share)
 *                 would: its lower end is at least 1/2. Missed if it lies below the share.
 *   AT_MOST       likewise: inside / n <= share and the upper end is at most 1/2 (or the share);
 *                 missed if the interval lies above the share.
 *
 * Anything else is open, and so is whatever has no interval: a mean of one seed, a median or a
 * ratio of less than six. Shares are compared but for rounding. A value on a bound of the band is
 * inside; NAN is not. */
am_verdict am_study_judge(const am_criterion *criterion, const double *values, size_t n);

/* Of two arms: others [n] are the values of the other one. What is judged as a mean is
 *
 *   DIFFERENCE  the mean of what values have more than others, seed by seed
 *   RATIO       the ratio of the medians. Its interval holds the middle 95 % of the ratios in 2000
 *               resamples of both (Efron, Ann. Stat. 7 (1979) 1, doi 10.1214/aos/1176344552), the
 *               same ones always; there is none below six seeds. Where there is no ratio (the other
 *               median is infinite or 0) the criterion is missed. */
am_verdict am_study_judge_two(const am_criterion *criterion, const double *values,
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
