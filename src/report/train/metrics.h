/* metrics.jsonl as columns of numbers. */
#ifndef AMINE_REPORT_TRAIN_METRICS_H
#define AMINE_REPORT_TRAIN_METRICS_H

#include <stddef.h>

#include "base/error.h"

typedef enum am_metric {
  AM_METRIC_ITERATION,
  AM_METRIC_SECONDS,
  AM_METRIC_REWARD,
  AM_METRIC_VALUE,
  AM_METRIC_ENTROPY,
  AM_METRIC_LOSS,
  AM_METRIC_GRADIENT_NORM,
  AM_METRIC_RATE,
  AM_METRIC_LEARNED, /* these two only with a reward that is learned */
  AM_METRIC_AGREEMENT,
  AM_METRIC_KL, /* where the policy that the run began with is kept */
  AM_N_METRICS
} am_metric;

/* The key in the file. */
extern const char *const am_metric_keys[AM_N_METRICS];

/* One line of the file is one row; a value that is null, NaN or missing is NAN. A row without an
 * iteration has its line's number for it. */
typedef struct am_metrics {
  size_t n;
  double *column[AM_N_METRICS]; /* [n] each, NULL if n is 0 */
} am_metrics;

/* A file that is not there gives no rows. A last line without its newline is left out if it cannot
 * be read; any other line that is no JSON object is AMINE_ERROR_INPUT with its number. */
amine_status am_metrics_read(am_metrics *metrics, const char *path, amine_error *error);
void am_metrics_free(am_metrics *metrics);

#endif
