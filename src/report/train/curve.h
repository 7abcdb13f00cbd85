/* A metric against time, thinned out: the mean over the runs of a configuration, and its spread. */
#ifndef AMINE_REPORT_TRAIN_CURVE_H
#define AMINE_REPORT_TRAIN_CURVE_H

#include "report/train/overview.h"

/* The time axis: bins of equal width from 0 to x_max, at most n_most, with about five rows of the
 * longest run in each if it has so many. x[k] is the end of bin k. */
typedef struct am_bins {
  am_metric against; /* AM_METRIC_ITERATION or AM_METRIC_SECONDS */
  size_t n;
  double x_max, *x; /* [n] */
} am_bins;

amine_status am_bins_make(am_bins *bins, const am_overview *overview, am_metric against,
                          size_t n_most, amine_error *error);
void am_bins_free(am_bins *bins);
/* true if the curve of one run with so many rows has a spread almost everywhere */
bool am_bins_spread(const am_bins *bins, size_t n_rows);

/* One value for each bin, NAN where there is none. Of several runs: mean, least and greatest of
 * the runs' own means. Of one run: its mean, and one standard deviation of its rows in the bin to
 * either side (NAN where it has fewer than three). */
typedef struct am_curve {
  double *y, *low, *high; /* [bins->n] */
} am_curve;

amine_status am_curve_make(am_curve *curve, const am_overview *overview, const am_bins *bins,
                           size_t variant, am_metric metric, amine_error *error);
void am_curve_free(am_curve *curve);

#endif
