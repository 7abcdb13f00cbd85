/* Binning rows, and merging runs. */
#include "report/train/curve.h"

#include <math.h>

#include "base/memory.h"

#define ROWS_IN_BIN 5
#define FEW_BINS 60

amine_status am_bins_make(am_bins *bins, const am_overview *overview, am_metric against,
                          size_t n_most, amine_error *error) {
  am_bins b = {.against = against, .x_max = am_overview_max(overview, against)};
  size_t rows = 1;
  for (size_t s = 0; s < overview->n_sources; s++)
    if (overview->sources[s].metrics.n > rows) rows = overview->sources[s].metrics.n;
  b.n = rows / ROWS_IN_BIN;
  if (b.n < FEW_BINS) b.n = rows < FEW_BINS ? rows : FEW_BINS;
  if (b.n > n_most) b.n = n_most;
  if (!(b.x_max > 0)) b.x_max = 1;
  AM_TRY(AM_TAKE(b.x, b.n, error));
  for (size_t k = 0; k < b.n; k++) b.x[k] = b.x_max * (double)(k + 1) / (double)b.n;
  *bins = b;
  return AMINE_OK;
}

void am_bins_free(am_bins *bins) {
  am_free(bins->x);
  *bins = (am_bins){0};
}

bool am_bins_spread(const am_bins *bins, size_t n_rows) { return n_rows >= 3 * bins->n; }

/* Sums over the rows of one run. */
typedef struct sums {
  double n, sum, squares;
} sums;

static void add_rows(sums *out, const am_metrics *m, const am_bins *bins, am_metric metric) {
  for (size_t k = 0; k < bins->n; k++) out[k] = (sums){0};
  for (size_t k = 0; k < m->n; k++) {
    double x = m->column[bins->against][k], y = m->column[metric][k];
    if (!(x >= 0 && x <= bins->x_max) || isnan(y)) continue;
    double bin = ceil(x / bins->x_max * (double)bins->n - 1e-6) - 1;
    sums *s = &out[(size_t)fmax(0, bin)];
    s->n++;
    s->sum += y;
    s->squares += y * y;
  }
}

/* Takes one run's sums into the curve; `runs` counts the runs in each bin. */
static void merge(am_curve *curve, double *runs, const sums *run, size_t n_bins) {
  for (size_t k = 0; k < n_bins; k++) {
    if (run[k].n == 0) continue;
    double mean = run[k].sum / run[k].n;
    curve->y[k] = runs[k] == 0 ? mean : curve->y[k] + (mean - curve->y[k]) / (runs[k] + 1);
    curve->low[k] = fmin(curve->low[k], mean); /* fmin and fmax pass over NAN */
    curve->high[k] = fmax(curve->high[k], mean);
    runs[k]++;
  }
}

static void deviation(am_curve *curve, const sums *run, size_t n_bins) {
  for (size_t k = 0; k < n_bins; k++) {
    double mean = curve->y[k], n = run[k].n;
    double variance = n > 2 ? fmax(0, run[k].squares - n * mean * mean) / (n - 1) : (double)NAN;
    curve->low[k] = mean - sqrt(variance);
    curve->high[k] = mean + sqrt(variance);
  }
}

amine_status am_curve_make(am_curve *curve, const am_overview *overview, const am_bins *bins,
                           size_t variant, am_metric metric, amine_error *error) {
  const am_variant *v = &overview->variants[variant];
  double *values = am_alloc(3 * bins->n, sizeof *values);
  double *runs = am_alloc(bins->n, sizeof *runs);
  sums *run = am_alloc(bins->n, sizeof *run);
  amine_status status = AMINE_OK;
  if (values && runs && run) {
    am_curve c = {.y = values, .low = values + bins->n, .high = values + 2 * bins->n};
    for (size_t k = 0; k < 3 * bins->n; k++) values[k] = (double)NAN;
    for (size_t k = 0; k < v->n_runs; k++) {
      add_rows(run, &overview->sources[v->runs[k]].metrics, bins, metric);
      merge(&c, runs, run, bins->n);
    }
    if (v->n_runs == 1) deviation(&c, run, bins->n);
    *curve = c;
  } else {
    am_free(values);
    status = am_fail_memory(error, 3 * bins->n * sizeof *values);
  }
  am_free(runs);
  am_free(run);
  return status;
}

void am_curve_free(am_curve *curve) {
  am_free(curve->y);
  *curve = (am_curve){0};
}
