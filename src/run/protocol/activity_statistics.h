/* The statistics of the spontaneous activity of a network, while it runs: rates, irregularity,
 * correlation, synchrony.
 *
 * A network is one or two populations ("E" and "I"). It is told its spikes bin by bin. What is kept
 * are plain numbers of 8 bytes, all zero at first, so that they can be saved and go on. Of large
 * populations a sample is looked at, evenly spread, where neurons are looked at one by one. */
#ifndef AMINE_RUN_PROTOCOL_ACTIVITY_STATISTICS_H
#define AMINE_RUN_PROTOCOL_ACTIVITY_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  AM_ACTIVITY_POPULATIONS = 2,
  AM_ACTIVITY_SAMPLE = 1000, /* neurons of a population of which intervals are kept */
  AM_ACTIVITY_PAIRED = 200,  /* neurons of both of which counts are correlated */
  AM_ACTIVITY_PAIRS = AM_ACTIVITY_PAIRED * (AM_ACTIVITY_PAIRED - 1) / 2,
  AM_ACTIVITY_PARTS = 5,     /* of a bin, for the synchrony */
  AM_ACTIVITY_RECENT = 1000, /* bins at most that are recent */
  AM_ACTIVITY_LEAST = 10     /* spikes that a neuron needs to have a CV */
};

/* What does not change. */
typedef struct am_activity_plan {
  int n[AM_ACTIVITY_POPULATIONS]; /* neurons; n[1] may be 0 */
  uint64_t bin_steps;        /* a multiple of AM_ACTIVITY_PARTS */
  uint64_t settle_bins;      /* before these are over only rates of now are measured */
  uint64_t recent_bins;      /* 1 to AM_ACTIVITY_RECENT: what "now" is */
} am_activity_plan;

/* Of one neuron that is looked at, since all has settled. */
typedef struct am_activity_train {
  uint64_t count, last;  /* spikes; step of the last one, if there was any */
  double total, squares; /* of the intervals in steps, and of their squares */
} am_activity_train;

typedef struct am_activity {
  uint64_t bins;                                           /* seen */
  uint64_t ever, last;                                     /* spikes; step of the last one */
  uint64_t recent[AM_ACTIVITY_POPULATIONS][AM_ACTIVITY_RECENT]; /* spikes of a bin, at bin modulo */
  uint64_t spikes[AM_ACTIVITY_POPULATIONS];                /* from here on: since all has settled */
  uint64_t parts_sum, parts_squares;                       /* of all spikes in a part of a bin */
  am_activity_train train[AM_ACTIVITY_POPULATIONS][AM_ACTIVITY_SAMPLE];
  uint64_t paired_sum[AM_ACTIVITY_PAIRED], paired_squares[AM_ACTIVITY_PAIRED]; /* of counts */
  uint64_t products[AM_ACTIVITY_PAIRS]; /* of the counts i < j, at j (j - 1) / 2 + i */
} am_activity;

typedef struct am_activity_spike {
  uint64_t step;     /* within the bin */
  int population, neuron; /* neuron of its population */
} am_activity_spike;

/* The next bin, with all its spikes, in order of their steps. */
void am_activity_bin(am_activity *activity, const am_activity_plan *plan,
                     const am_activity_spike *spikes, size_t n);

/* false if these numbers cannot have come about by am_activity_bin. */
bool am_activity_check(const am_activity *activity, const am_activity_plan *plan);

/* Each is NAN where there is nothing to say yet. Rates are spikes for each neuron and step. */
double am_activity_rate(const am_activity *activity, const am_activity_plan *plan, bool first,
                        bool second); /* of the populations that are named, since all has settled */
double am_activity_now(const am_activity *activity, const am_activity_plan *plan, bool first,
                       bool second); /* over the recent bins */
/* Standard deviation over mean of the intervals between two spikes, mean over the neurons with
 * AM_ACTIVITY_LEAST spikes. 1: a Poisson process; 0: a clock. */
double am_activity_cv(const am_activity *activity, const am_activity_plan *plan, bool first,
                      bool second);
/* Where the distribution of these over the neurons of a population has its peak: the middle of the
 * fullest of bins of 2 IQR n^(-1/3) (Freedman and Diaconis 1981, doi:10.1007/BF01025868), which begin
 * at 0; of equally full ones the lowest. NAN below AM_ACTIVITY_LEAST such neurons. */
double am_activity_cv_peak(const am_activity *activity, const am_activity_plan *plan,
                           int population);
/* Pearson's correlation of the numbers of spikes in a bin: mean over the pairs in which both
 * vary. */
double am_activity_correlation(const am_activity *activity, const am_activity_plan *plan);
/* The same of one neuron, the k-th of those of a population that are looked at. */
int am_activity_looked(const am_activity_plan *plan, int population);
double am_activity_rate_of(const am_activity *activity, const am_activity_plan *plan,
                           int population, int k);
double am_activity_cv_of(const am_activity *activity, int population, int k);
/* Share of neurons without a spike. */
double am_activity_silent(const am_activity *activity, const am_activity_plan *plan);
/* Variance over mean of the number of all spikes in a part of a bin. 1: independent Poisson
 * processes. */
double am_activity_synchrony(const am_activity *activity, const am_activity_plan *plan);

#endif
