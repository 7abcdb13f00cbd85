/* The activity of the units as a picture, units with the same answer to a reward side by side. */
#include <math.h>
#include <stdlib.h>

#include "report/png.h"
#include "report/train/episode.h"

#define ROWS_MAX 200
#define COLUMNS_MAX 1000
#define AFTER 3 /* steps after a reward that count as the answer to it */

typedef struct unit {
  size_t number;
  double score; /* mean activity just after rewards, less that at other times */
} unit;

static int by_score(const void *a, const void *b) {
  const unit *x = a, *y = b;
  if (x->score != y->score) return x->score < y->score ? 1 : -1;
  return (x->number > y->number) - (x->number < y->number);
}

/* Adds to sum[0..1] and count[0..1] one unit's activity: elsewhere, and after rewards. */
static void add_activity(double *sum, double *count, const am_recording *r, size_t n_steps,
                         size_t number) {
  const float *activity = r->numbers[AM_RECORDED_ACTIVITY];
  const float *rewards = r->numbers[AM_RECORDED_REWARDS];
  for (size_t t = 0, since = AFTER + 1; t < n_steps; t++) {
    const double value = (double)activity[t * r->n_units + number];
    const bool after = since <= AFTER;
    if (isfinite(value)) {
      sum[after] += value;
      count[after]++;
    }
    since = rewards && rewards[t] > 0 ? 1 : since + 1;
  }
}

/* Returns true if there were rewards to sort by; otherwise units are sorted by their mean. */
static bool sort_units(unit *units, const am_recording *r, size_t n_steps) {
  bool by_answer = false;
  for (size_t k = 0; k < r->n_units; k++) {
    double sum[2] = {0}, count[2] = {0};
    add_activity(sum, count, r, n_steps, k);
    double elsewhere = count[0] > 0 ? sum[0] / count[0] : 0;
    double after = count[1] > 0 ? sum[1] / count[1] - elsewhere : 0;
    units[k] = (unit){k, count[1] > 0 ? after : elsewhere};
    by_answer = by_answer || count[1] > 0;
  }
  qsort(units, r->n_units, sizeof *units, by_score);
  return by_answer;
}

static double largest(const float *values, size_t n) {
  double most = 0;
  for (size_t k = 0; k < n; k++)
    if (isfinite(values[k])) most = fmax(most, fabs((double)values[k]));
  return most > 0 ? most : 1;
}

static amine_status put_picture(am_text *page, const am_recording *r, size_t n_steps,
                                const unit *units, double scale, amine_error *error) {
  const float *activity = r->numbers[AM_RECORDED_ACTIVITY];
  const size_t down = (r->n_units + ROWS_MAX - 1) / ROWS_MAX;
  const size_t across = (n_steps + COLUMNS_MAX - 1) / COLUMNS_MAX;
  const size_t rows = (r->n_units + down - 1) / down, columns = (n_steps + across - 1) / across;
  uint8_t *pixels = am_alloc(rows * columns, 1);
  if (!pixels) return am_fail_memory(error, rows * columns);
  for (size_t row = 0; row < rows; row++)
    for (size_t column = 0; column < columns; column++) {
      size_t at = column * across * r->n_units + units[row * down].number;
      pixels[row * columns + column] = am_heat_index((double)activity[at], scale);
    }
  amine_status status = am_png_data(page, pixels, rows, columns, error);
  am_free(pixels);
  return status;
}

amine_status am_raster(am_text *page, const am_recording *r, size_t n_steps, amine_error *error) {
  unit *units = am_alloc(r->n_units, sizeof *units);
  if (!units) return am_fail_memory(error, r->n_units * sizeof *units);
  const bool by_answer = sort_units(units, r, n_steps);
  am_strip_head(page, NULL, "Activity",
                by_answer ? "a row for each unit, sorted by its answer to rewards"
                          : "a row for each unit, sorted by its mean");
  am_text_puts(page, "<div class=\"plot strip raster\"><img alt=\"Activity of the units over the "
                     "episode\" src=\"");
  const double scale = largest(r->numbers[AM_RECORDED_ACTIVITY], n_steps * r->n_units);
  amine_status status = put_picture(page, r, n_steps, units, scale, error);
  am_text_puts(page, "\"></div>\n");
  am_heat_scale(page, -scale, scale, "activity");
  am_free(units);
  return status;
}
