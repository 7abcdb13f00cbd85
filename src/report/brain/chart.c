/* Curves against biological time (see chart.h). */
#include "report/brain/chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"
#include "report/plot.h"

#define BINS 400

double am_brain_time_unit(double t_high, const char **name) {
  *name = t_high > 5400 ? "h" : t_high > 180 ? "min" : "s";
  return t_high > 5400 ? 3600 : t_high > 180 ? 60 : 1;
}

void am_brain_key(am_text *page, const am_brain_line *lines, size_t n) {
  if (n < 2) return;
  am_text_puts(page, "<ul class=\"key\">\n");
  for (size_t k = 0; k < n; k++) {
    am_text_printf(page, "<li><i class=\"swatch %s\"></i>", lines[k].classes);
    am_html_brief(page, lines[k].label, 80);
    am_text_puts(page, "</li>\n");
  }
  am_text_puts(page, "</ul>\n");
}

/* One value for each bin of time; NAN where there is none. */
static void gather(double *out, size_t n_bins, const am_brain_chart *c, const am_brain_line *line) {
  double counts[BINS] = {0};
  for (size_t k = 0; k < n_bins; k++) out[k] = (double)NAN;
  for (size_t k = 0; k < line->n; k++) {
    const double at = (line->t[k] - c->t_low) / (c->t_high - c->t_low) * (double)n_bins;
    if (!isfinite(line->y[k]) || !(at > -1e-9) || at > (double)n_bins + 1e-9) continue;
    const double bin = ceil(at - 1e-6) - 1;
    const size_t b = bin > 0 ? (size_t)bin : 0;
    if (counts[b] == 0) out[b] = line->y[k];
    else if (!c->peaks) out[b] += (line->y[k] - out[b]) / (counts[b] + 1);
    else if (fabs(line->y[k] - c->base) > fabs(out[b] - c->base)) out[b] = line->y[k];
    counts[b]++;
  }
}

static size_t bins_of(const am_brain_chart *c) {
  size_t most = 2;
  for (size_t k = 0; k < c->n_lines; k++)
    if (c->lines[k].n > most) most = c->lines[k].n;
  const size_t limit = c->n_bins && c->n_bins < BINS ? c->n_bins : BINS;
  return most < limit ? most : limit;
}

static am_axis y_axis(const am_brain_chart *c, const double *values, size_t n_bins) {
  const size_t n = n_bins * c->n_lines;
  double low, high;
  if (isfinite(c->y_low) && isfinite(c->y_high)) return am_axis_exact(c->y_low, c->y_high, 2);
  am_range(&low, &high, values, n);
  if (c->band) {
    double least, most;
    am_range(&least, &most, c->band, 2 * n_bins);
    low = fmin(low, least);
    high = fmax(high, most);
  }
  for (size_t k = 0; k < c->n_across; k++) {
    low = fmin(low, c->across[k].at);
    high = fmax(high, c->across[k].at);
  }
  if (c->from_zero) low = fmin(low, 0), high = fmax(high, 0);
  return am_axis_round(low, high, 4);
}

static void put_marks(am_text *page, const am_plot *plot, const am_brain_marks *m,
                      const am_brain_chart *c, double unit) {
  for (size_t k = 0; k < m->n; k++)
    if (m->t[k] >= c->t_low && m->t[k] <= c->t_high)
      am_plot_down(page, plot, m->classes, m->t[k] / unit);
}

/* At the right edge, the lowest first. */
static void put_across_names(am_text *page, const am_brain_chart *c, const am_plot *plot) {
  double below = am_plot_names_begin, last = -INFINITY;
  for (size_t done = 0; done < c->n_across; done++) {
    const am_brain_across *next = NULL;
    for (size_t k = 0; k < c->n_across; k++)
      if (c->across[k].at > last && (!next || c->across[k].at < next->at)) next = &c->across[k];
    if (!next) return;
    last = next->at;
    am_plot_name(page, plot, &below, next->name, next->at);
  }
}

/* x[n], values[n_lines][n] */
static void put_plot(am_text *page, const am_brain_chart *c, const double *x, const double *values,
                     size_t n) {
  const char *name;
  const double unit = am_brain_time_unit(c->t_high, &name);
  const am_plot plot = {.x = am_axis_exact(c->t_low / unit, c->t_high / unit, 6),
                        .y = y_axis(c, values, n),
                        .classes = c->classes,
                        .x_title = c->quiet ? "" : name,
                        .bridged = true};
  am_plot_open(page, &plot);
  put_across_names(page, c, &plot);
  am_plot_begin(page, &plot);
  for (size_t k = 0; k < c->n_across; k++) am_plot_across(page, &plot, "known", c->across[k].at);
  if (isfinite(c->base)) am_plot_across(page, &plot, "known", c->base);
  if (c->band) am_plot_band(page, &plot, "c5", x, c->band, c->band + n, n);
  for (size_t k = 0; k < c->n_marks; k++) put_marks(page, &plot, &c->marks[k], c, unit);
  for (size_t k = c->n_lines; k-- > 0;) /* the first on top */
    am_plot_line(page, &plot, c->lines[k].classes, x, values + k * n, n);
  am_plot_close(page);
  am_readout_open(page, &plot, name, x, n);
  for (size_t k = 0; k < c->n_lines; k++) {
    const am_readout curve = {
        .label = c->lines[k].label, .classes = c->lines[k].classes, .y = values + k * n};
    am_readout_add(page, &curve, n);
  }
  am_readout_close(page);
}

/* ------------------------------------------------------------------------------ crowds */
typedef struct ranked {
  double value;
  size_t place;
} ranked;

static int by_value(const void *a, const void *b) {
  const ranked *x = a, *y = b;
  const bool known = isfinite(x->value), other = isfinite(y->value);
  if (known != other) return known ? -1 : 1;
  if (known && x->value != y->value) return x->value < y->value ? -1 : 1;
  return (x->place > y->place) - (x->place < y->place);
}

amine_status am_brain_examples(size_t out[AM_BRAIN_EXAMPLES], const double *values, size_t n,
                               amine_error *error) {
  ranked *all = am_alloc(n, sizeof *all);
  size_t known = 0;
  if (!all) return am_fail_memory(error, n * sizeof *all);
  for (size_t k = 0; k < n; k++) {
    all[k] = (ranked){values[k], k};
    if (isfinite(values[k])) known++;
  }
  qsort(all, n, sizeof *all, by_value);
  if (known < AM_BRAIN_EXAMPLES) known = AM_BRAIN_EXAMPLES;
  out[0] = all[0].place;
  out[1] = all[known / 2].place;
  out[2] = all[known - 1].place;
  am_free(all);
  return AMINE_OK;
}

/* The last of n values that is there. */
static double last_of(const double *values, size_t n) {
  while (n > 0 && !isfinite(values[n - 1])) n--;
  return n > 0 ? values[n - 1] : (double)NAN;
}

static void put_crowd_key(am_text *page, const am_brain_chart *c, size_t n_all) {
  am_brain_key(page, c->lines, c->n_lines);
  am_text_printf(page,
                 "<p class=\"y-title\">Grey: from the least to the greatest of all %zu; lines: "
                 "those that end lowest, in the middle and highest.</p>\n",
                 n_all);
}

/* Of all lines, values[n_lines][n], the examples come to the first places of lines and values, in
 * the order of their numbers; low and high [n] become the band of all. */
static amine_status thin_out(am_brain_line examples[AM_BRAIN_EXAMPLES], double *values, double *low,
                             double *high, const am_brain_chart *c, size_t n, amine_error *error) {
  size_t places[AM_BRAIN_EXAMPLES];
  double *ends = am_alloc(c->n_lines, sizeof *ends);
  if (!ends) return am_fail_memory(error, c->n_lines * sizeof *ends);
  for (size_t k = 0; k < c->n_lines; k++) ends[k] = last_of(values + k * n, n);
  amine_status status = am_brain_examples(places, ends, c->n_lines, error);
  am_free(ends);
  AM_TRY(status);
  for (size_t i = 0; i < n; i++) {
    low[i] = high[i] = (double)NAN;
    for (size_t k = 0; k < c->n_lines; k++) {
      low[i] = fmin(low[i], values[k * n + i]);
      high[i] = fmax(high[i], values[k * n + i]);
    }
  }
  for (size_t at = 0, k = 0; k < c->n_lines; k++) {
    if (k != places[0] && k != places[1] && k != places[2]) continue;
    if (k != at) memcpy(values + at * n, values + k * n, n * sizeof *values);
    examples[at++] = c->lines[k];
  }
  return AMINE_OK;
}

amine_status am_brain_chart_put(am_text *page, const am_brain_chart *all, amine_error *error) {
  const size_t n = bins_of(all);
  const bool crowd = all->n_lines > AM_BRAIN_LINES_MAX;
  const size_t n_all = all->n_lines;
  am_brain_chart chart = *all, *c = &chart;
  am_brain_line examples[AM_BRAIN_EXAMPLES];
  double *x = am_alloc((n_all + 3) * n, sizeof *x);
  const char *name;
  if (!x) return am_fail_memory(error, (n_all + 3) * n * sizeof *x);
  const double unit = am_brain_time_unit(c->t_high, &name);
  for (size_t k = 0; k < n; k++)
    x[k] = (c->t_low + (c->t_high - c->t_low) * (double)(k + 1) / (double)n) / unit;
  for (size_t k = 0; k < n_all; k++) gather(x + (k + 1) * n, n, c, &c->lines[k]);
  if (crowd) {
    double *const low = x + (n_all + 1) * n;
    const amine_status status = thin_out(examples, x + n, low, low + n, c, n, error);
    if (status != AMINE_OK) {
      am_free(x);
      return status;
    }
    c->lines = examples;
    c->n_lines = AM_BRAIN_EXAMPLES;
    c->band = low;
  }
  am_text_puts(page, "<figure class=\"chart\">\n");
  if (c->title) {
    am_text_puts(page, "<h3>");
    if (c->n_lines == 1) am_text_printf(page, "<i class=\"swatch %s\"></i>", c->lines[0].classes);
    am_html_brief(page, c->title, 80);
    const char *const beside = c->unit ? c->unit : c->meaning;
    if (beside) {
      am_html_between(page, " <small>", beside, 200, "</small>");
    }
    am_text_puts(page, "</h3>\n");
  }
  if (crowd) put_crowd_key(page, c, n_all);
  else if (c->key) am_brain_key(page, c->lines, c->n_lines);
  if (c->y_title) am_text_printf(page, "<p class=\"y-title\">%s</p>\n", c->y_title);
  put_plot(page, c, x, x + n, n);
  am_text_puts(page, "</figure>\n");
  am_free(x);
  return AMINE_OK;
}
