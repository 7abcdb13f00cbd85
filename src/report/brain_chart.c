/* Curves against biological time (see brain_chart.h). */
#include "report/brain_chart.h"

#include <math.h>

#include "report/curve.h"
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

static am_axis y_axis(const am_brain_chart *c, const double *values, size_t n) {
  double low, high;
  if (isfinite(c->y_low) && isfinite(c->y_high)) return am_axis_exact(c->y_low, c->y_high, 2);
  am_range(&low, &high, values, n);
  for (size_t k = 0; k < c->n_across; k++) {
    low = fmin(low, c->across[k].at);
    high = fmax(high, c->across[k].at);
  }
  if (c->from_zero) low = fmin(low, 0), high = fmax(high, 0);
  return am_axis_round(low, high, 4);
}

static void put_marks(am_text *page, const am_plot *plot, const char *classes, const double *t,
                      size_t n, const am_brain_chart *c, double unit) {
  for (size_t k = 0; k < n; k++)
    if (t[k] >= c->t_low && t[k] <= c->t_high) am_plot_down(page, plot, classes, t[k] / unit);
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
                        .y = y_axis(c, values, n * c->n_lines),
                        .classes = c->classes,
                        .x_title = c->quiet ? "" : name,
                        .bridged = true};
  am_plot_open(page, &plot);
  put_across_names(page, c, &plot);
  am_plot_begin(page, &plot);
  for (size_t k = 0; k < c->n_across; k++) am_plot_across(page, &plot, "known", c->across[k].at);
  if (isfinite(c->base)) am_plot_across(page, &plot, "known", c->base);
  put_marks(page, &plot, "hit", c->hits, c->n_hits, c, unit);
  put_marks(page, &plot, "punished", c->misses, c->n_misses, c, unit);
  for (size_t k = c->n_lines; k-- > 0;) /* the first on top */
    am_plot_line(page, &plot, c->lines[k].classes, x, values + k * n, n);
  am_plot_close(page);
  am_readout_open(page, &plot, name, x, n);
  for (size_t k = 0; k < c->n_lines; k++) {
    const am_readout series = {
        .label = c->lines[k].label, .classes = c->lines[k].classes, .y = values + k * n};
    am_readout_add(page, &series, n);
  }
  am_readout_close(page);
}

amine_status am_brain_chart_put(am_text *page, const am_brain_chart *c, amine_error *error) {
  const size_t n = bins_of(c);
  double *x = am_alloc((c->n_lines + 1) * n, sizeof *x);
  const char *name;
  if (!x) return am_fail_memory(error, (c->n_lines + 1) * n * sizeof *x);
  const double unit = am_brain_time_unit(c->t_high, &name);
  for (size_t k = 0; k < n; k++)
    x[k] = (c->t_low + (c->t_high - c->t_low) * (double)(k + 1) / (double)n) / unit;
  for (size_t k = 0; k < c->n_lines; k++) gather(x + (k + 1) * n, n, c, &c->lines[k]);
  am_text_puts(page, "<figure class=\"chart\">\n");
  if (c->title) {
    am_text_puts(page, "<h3>");
    if (c->n_lines == 1) am_text_printf(page, "<i class=\"swatch %s\"></i>", c->lines[0].classes);
    am_html_brief(page, c->title, 80);
    const char *const beside = c->unit ? c->unit : c->meaning;
    if (beside) {
      am_text_puts(page, " <small>");
      am_html_brief(page, beside, 200);
      am_text_puts(page, "</small>");
    }
    am_text_puts(page, "</h3>\n");
  }
  if (c->key) am_brain_key(page, c->lines, c->n_lines);
  if (c->y_title) am_text_printf(page, "<p class=\"y-title\">%s</p>\n", c->y_title);
  put_plot(page, c, x, x + n, n);
  am_text_puts(page, "</figure>\n");
  am_free(x);
  return AMINE_OK;
}
