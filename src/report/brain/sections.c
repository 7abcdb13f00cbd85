/* The sections of a simulation's page that are charts. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/brain/chart.h"
#include "report/brain/page.h"
#include "report/html.h"
#include "report/palette.h"
#include "report/plot.h"

#define SMALL_MAX 24 /* small charts of one kind */
#define VOLTAGES_MAX 4
#define TARGETS_MAX 4 /* rates that are aimed at */

/* ------------------------------------------------------------------------------ lines */
static void colour(am_brain_line *line, size_t k) {
  am_curve_classes(line->classes, sizeof line->classes, k);
}

double am_brain_latest(const am_brain_source *sources, size_t n) {
  double most = 0;
  for (size_t k = 0; k < n; k++) most = fmax(most, am_brain_end(&sources[k]));
  return most;
}

size_t am_brain_lines_of_runs(am_brain_line *lines, const am_brain_source *sources, size_t n,
                              const char *family, const char *name) {
  size_t found = 0;
  for (size_t k = 0; k < n; k++) {
    const double *t = am_columns_find(&sources[k].metrics, "", "t_s");
    const double *y = am_columns_find(&sources[k].metrics, family, name);
    if (!t || !y) continue;
    lines[found] = (am_brain_line){
        .label = am_brain_label(&sources[k]), .t = t, .y = y, .n = sources[k].metrics.n_rows};
    colour(&lines[found++], k);
  }
  return found;
}

/* One line for each column of a family, of one run; the caller frees it. NULL: there is none, or no
 * memory (*status). */
static am_brain_line *lines_of_family(const am_brain_source *s, const char *family, size_t *n,
                                      amine_status *status, amine_error *error) {
  const double *t = am_columns_find(&s->metrics, "", "t_s");
  size_t count = 0;
  while (am_columns_of(&s->metrics, family, count)) count++;
  *n = count;
  if (count == 0 || !t) return NULL;
  am_brain_line *lines = am_alloc(count, sizeof *lines);
  if (!lines) {
    *status = am_fail_memory(error, count * sizeof *lines);
    return NULL;
  }
  for (size_t k = 0; k < count; k++) {
    const am_column *c = am_columns_of(&s->metrics, family, k);
    lines[k] = (am_brain_line){.label = c->name, .t = t, .y = c->values, .n = s->metrics.n_rows};
    colour(&lines[k], k);
  }
  return lines;
}

/* ------------------------------------------------------------------------------ rates */
/* The rates to which homeostasis scales, each once. */
static size_t targets_of(am_brain_across *across, const am_brain_recording *r) {
  size_t n = 0;
  for (size_t k = 0; r->targets_hz && k < r->n_projections && n < TARGETS_MAX; k++) {
    const double target = (double)r->targets_hz[k];
    bool known = !(target > 0) || !isfinite(target);
    for (size_t j = 0; j < n && !known; j++) known = across[j].at == target;
    if (!known) across[n++] = (am_brain_across){"homeostatic target", target};
  }
  return n;
}

static amine_status put_rates_of_one(am_text *page, const am_brain_source *s, amine_error *error) {
  amine_status status = AMINE_OK;
  size_t n;
  am_brain_line *lines = lines_of_family(s, "rate_hz", &n, &status, error);
  if (!lines) return status;
  am_brain_across targets[TARGETS_MAX];
  const size_t n_targets = targets_of(targets, &s->recording);
  am_text_puts(page, "<h3>Rates over the whole time</h3>\n");
  const am_brain_chart chart = {.classes = n_targets ? "tall named" : "tall",
                                .y_title = "Hz per neuron",
                                .key = !s->recording.populations,
                                .across = targets,
                                .n_across = n_targets,
                                .lines = lines,
                                .n_lines = n,
                                .n_bins = 150,
                                .t_high = am_brain_end(s),
                                .from_zero = true,
                                AM_BRAIN_FREE};
  status = am_brain_chart_put(page, &chart, error);
  am_free(lines);
  return status;
}

/* Every population that the first run has: a small chart with a line for each run. */
static amine_status put_rates_of_many(am_text *page, const am_brain_source *sources, size_t n,
                                      amine_error *error) {
  am_brain_line *lines = am_alloc(n, sizeof *lines);
  amine_status status = lines ? AMINE_OK : am_fail_memory(error, n * sizeof *lines);
  const am_column *c;
  if (status == AMINE_OK && am_brain_lines_of_runs(lines, sources, n, "", "t_s") > 0) {
    am_text_puts(page, "<h3>Rates, Hz per neuron</h3>\n");
    am_brain_key(page, lines, am_brain_lines_of_runs(lines, sources, n, "", "t_s"));
    am_text_puts(page, "<div class=\"multiples\">\n");
    for (size_t k = 0; status == AMINE_OK && k < SMALL_MAX &&
                       (c = am_columns_of(&sources[0].metrics, "rate_hz", k)) != NULL;
         k++) {
      const am_brain_chart chart = {
          .title = c->name,
          .classes = "low",
          .lines = lines,
          .n_lines = am_brain_lines_of_runs(lines, sources, n, "rate_hz", c->name),
          .n_bins = 60,
          .t_high = am_brain_latest(sources, n),
          .from_zero = true,
          AM_BRAIN_FREE};
      status = am_brain_chart_put(page, &chart, error);
    }
    am_text_puts(page, "</div>\n");
    if (am_columns_of(&sources[0].metrics, "rate_hz", SMALL_MAX))
      am_text_printf(page, "<p class=\"missing\">The first %d populations are shown.</p>\n",
                     SMALL_MAX);
  }
  am_free(lines);
  return status;
}

amine_status am_brain_activity(am_text *page, const am_brain_source *sources, size_t n,
                               amine_error *error) {
  const am_brain_source *shown = am_brain_shown(sources, n);
  am_text_puts(page, "<section id=\"activity\">\n<h2>Activity</h2>\n");
  if (n == 1) am_brain_populations(page, shown);
  if (!shown->recording.i && shown->metrics.n_rows == 0)
    am_text_puts(page, "<p class=\"missing\">Nothing has been recorded yet.</p>\n");
  if (shown->recording.i) {
    if (n > 1) {
      am_html_between(page, "<p>Spikes of <i>", am_brain_label(shown), 80, "</i>.</p>\n");
    }
    AM_TRY(am_brain_raster(page, &shown->recording, "All spikes of the run are in spikes.gdf.",
                           error));
    for (size_t k = 0; k < shown->recording.n_limits; k++) {
      am_html_between(page, "<p class=\"missing\">", shown->recording.limits[k], 300, ".</p>\n");
    }
  }
  AM_TRY(n > 1 ? put_rates_of_many(page, sources, n, error)
               : put_rates_of_one(page, &sources[0], error));
  am_text_puts(page, "</section>\n");
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ weights */
static double sum_of(const int64_t *bins, size_t n) {
  double sum = 0;
  for (size_t k = 0; k < n; k++) sum += (double)bins[k];
  return sum > 0 ? sum : 1;
}

/* Counts of weights in bins of equal width. */
typedef struct histogram {
  const char *name, *classes;
  size_t n, synapses;
  double low, high;
  const int64_t *before, *after; /* [n] */
} histogram;

/* Bars: after. The line: before. In per cent of the synapses. */
static amine_status put_histogram(am_text *page, const histogram *h, amine_error *error) {
  const size_t n = h->n;
  const double width = (h->high - h->low) / (double)n;
  const double all_before = sum_of(h->before, n), all_after = sum_of(h->after, n);
  double *x = am_alloc(4 * n, sizeof *x), high = 0;
  if (!x) return am_fail_memory(error, 4 * n * sizeof *x);
  double *y = x + 2 * n;
  for (size_t k = 0; k < n; k++) { /* a line with steps */
    x[2 * k] = h->low + width * (double)k;
    x[2 * k + 1] = h->low + width * (double)(k + 1);
    y[2 * k] = y[2 * k + 1] = 100 * (double)h->before[k] / all_before;
    high = fmax(high, fmax(y[2 * k], 100 * (double)h->after[k] / all_after));
  }
  am_html_between(page, "<figure class=\"chart\">\n<h3>", h->name, 60, " <small>");
  am_html_count(page, h->synapses);
  am_text_puts(page, " synapses</small></h3>\n");
  const am_plot plot = {
      .x = am_axis_exact(h->low, h->high, 3), .y = am_axis_round(0, high, 3), .classes = "low"};
  am_plot_open(page, &plot);
  am_plot_begin(page, &plot);
  for (size_t k = 0; k < n; k++)
    if (h->after[k] > 0)
      am_plot_bar(page, &plot, h->classes, h->low + width * ((double)k + 0.5), width,
                  100 * (double)h->after[k] / all_after);
  am_plot_line(page, &plot, "was", x, y, 2 * n);
  am_plot_close(page);
  am_text_puts(page, "</figure>\n");
  am_free(x);
  return AMINE_OK;
}

static bool has_histogram(const am_brain_recording *r, size_t p) {
  const double *edges = r->edges + p * (r->n_bins + 1);
  return edges[r->n_bins] > edges[0] && isfinite(edges[0]) && isfinite(edges[r->n_bins]) &&
         r->synapses[p] >= 0;
}

static amine_status put_projection(am_text *page, const am_brain_recording *r, size_t p,
                                   amine_error *error) {
  const double *edges = r->edges + p * (r->n_bins + 1);
  char classes[16];
  if (!has_histogram(r, p)) return AMINE_OK;
  const histogram h = {.name = r->projections[p],
                       .classes = am_curve_classes(classes, sizeof classes, p),
                       .n = r->n_bins,
                       .synapses = (size_t)r->synapses[p],
                       .low = edges[0],
                       .high = edges[r->n_bins],
                       .before = r->before + p * r->n_bins,
                       .after = r->after + p * r->n_bins};
  return put_histogram(page, &h, error);
}

static double middle(const am_brain_recording *r, size_t p, size_t bin) {
  const double *edges = r->edges + p * (r->n_bins + 1);
  return edges[0] + (edges[r->n_bins] - edges[0]) * ((double)bin + 0.5) / (double)r->n_bins;
}

/* All projections in one: a bin is added where its middle lies. */
static amine_status put_all(am_text *page, const am_brain_recording *r, amine_error *error) {
  const size_t n = r->n_bins;
  int64_t *bins = am_alloc(2 * n, sizeof *bins);
  histogram h = {.name = "All projections together",
                 .classes = "c5 d0",
                 .n = n,
                 .low = INFINITY,
                 .high = -INFINITY,
                 .before = bins,
                 .after = bins + n};
  if (!bins) return am_fail_memory(error, 2 * n * sizeof *bins);
  for (size_t p = 0; p < r->n_projections; p++) {
    if (!has_histogram(r, p)) continue;
    h.low = fmin(h.low, r->edges[p * (n + 1)]);
    h.high = fmax(h.high, r->edges[p * (n + 1) + n]);
    h.synapses += (size_t)r->synapses[p];
  }
  for (size_t p = 0; p < r->n_projections; p++)
    for (size_t k = 0; k < n && has_histogram(r, p); k++) {
      const double at = (middle(r, p, k) - h.low) / (h.high - h.low) * (double)n;
      const size_t bin = at < (double)n ? at > 0 ? (size_t)at : 0 : n - 1;
      bins[bin] += r->before[p * n + k];
      bins[n + bin] += r->after[p * n + k];
    }
  const amine_status status = h.high > h.low ? put_histogram(page, &h, error) : AMINE_OK;
  am_free(bins);
  return status;
}

/* How far the mean weight has moved. */
static double moved(const am_brain_recording *r, size_t p) {
  double before = 0, after = 0;
  if (!has_histogram(r, p)) return (double)NAN;
  for (size_t k = 0; k < r->n_bins; k++) {
    before += (double)r->before[p * r->n_bins + k] * middle(r, p, k);
    after += (double)r->after[p * r->n_bins + k] * middle(r, p, k);
  }
  return after / sum_of(r->after + p * r->n_bins, r->n_bins) -
         before / sum_of(r->before + p * r->n_bins, r->n_bins);
}

/* Many projections: all together, and those that have moved least, most, and in between. */
static amine_status put_examples(am_text *page, const am_brain_recording *r, amine_error *error) {
  size_t examples[AM_BRAIN_EXAMPLES];
  double *by = am_alloc(r->n_projections, sizeof *by);
  if (!by) return am_fail_memory(error, r->n_projections * sizeof *by);
  for (size_t p = 0; p < r->n_projections; p++) by[p] = moved(r, p);
  amine_status status = am_brain_examples(examples, by, r->n_projections, error);
  am_free(by);
  if (status == AMINE_OK) status = put_all(page, r, error);
  for (int k = 0; k < AM_BRAIN_EXAMPLES && status == AMINE_OK; k++)
    status = put_projection(page, r, examples[k], error);
  return status;
}

static amine_status put_histograms(am_text *page, const am_brain_recording *r, amine_error *error) {
  if (!r->edges || r->n_bins == 0) return AMINE_OK;
  am_text_puts(page, "<h3>Distribution of the weights</h3>\n<ul class=\"key\">\n"
                     "<li><i class=\"swatch was\"></i>before</li>\n"
                     "<li><i class=\"swatch c0 d0\"></i>after, in the projection's colour</li>\n"
                     "</ul>\n<p class=\"y-title\">per cent of the synapses, by weight</p>\n"
                     "<div class=\"multiples\">\n");
  if (r->n_projections > AM_BRAIN_LINES_MAX) AM_TRY(put_examples(page, r, error));
  for (size_t p = 0; p < r->n_projections && r->n_projections <= AM_BRAIN_LINES_MAX; p++)
    AM_TRY(put_projection(page, r, p, error));
  am_text_puts(page, "</div>\n");
  if (r->n_projections > AM_BRAIN_LINES_MAX)
    am_text_printf(page,
                   "<p class=\"of\">Of %zu projections those are shown whose mean weight has moved "
                   "lowest, in the middle and highest.</p>\n",
                   r->n_projections);
  return AMINE_OK;
}

amine_status am_brain_weights(am_text *page, const am_brain_source *sources, size_t n,
                              amine_error *error) {
  const am_brain_source *s = am_brain_shown(sources, n);
  amine_status status = AMINE_OK;
  size_t n_lines;
  am_brain_line *lines = lines_of_family(s, "weight", &n_lines, &status, error);
  if (!lines && !s->recording.edges) return status;
  am_text_puts(page, "<section id=\"weights\">\n<h2>What it learned</h2>\n");
  if (n > 1) {
    am_html_between(page, "<p>Weights of <i>", am_brain_label(s), 80, "</i>.</p>\n");
  }
  if (lines) {
    am_text_puts(page, "<h3>Mean weights of the projections</h3>\n");
    const am_brain_chart chart = {.classes = "tall",
                                  .key = true,
                                  .y_title = "mean weight",
                                  .lines = lines,
                                  .n_lines = n_lines,
                                  .t_high = am_brain_end(s),
                                  AM_BRAIN_FREE};
    status = am_brain_chart_put(page, &chart, error);
    am_free(lines);
  }
  if (status == AMINE_OK) status = put_histograms(page, &s->recording, error);
  am_text_puts(page, "</section>\n");
  return status;
}

/* ------------------------------------------------------------------------------ voltages */
static size_t population_of(const am_brain_recording *r, int32_t neuron) {
  size_t p = 0;
  while (p + 1 < r->n_populations && neuron >= r->first[p + 1]) p++;
  return p;
}

static amine_status put_voltage(am_text *page, const am_brain_recording *r, size_t column,
                                bool last, amine_error *error) {
  const size_t n = r->n_voltage_rows, p = population_of(r, r->v_i[column]);
  double *t = am_alloc(2 * n, sizeof *t), low = INFINITY, high = -INFINITY;
  char classes[16], fired[32];
  if (!t) return am_fail_memory(error, 2 * n * sizeof *t);
  double *y = t + n;
  for (size_t k = 0; k < n; k++) {
    t[k] = r->v_t[k];
    y[k] = (double)r->v[k * r->n_voltages + column];
    if (isfinite(y[k])) low = fmin(low, y[k]), high = fmax(high, y[k]);
  }
  const am_plot plot = {.x = am_axis_exact(t[0], t[n - 1], 6),
                        .y = am_axis_round(low, high, 3),
                        .classes = "low",
                        .x_title = last ? "s" : ""};
  am_curve_classes(classes, sizeof classes, p);
  snprintf(fired, sizeof fired, "fired %s", classes);
  am_text_printf(page, "<figure class=\"chart\">\n<h3><i class=\"swatch %s\"></i>", classes);
  am_html_brief(page, r->populations[p], 60);
  am_text_printf(page, " <small>neuron %d, mV</small></h3>\n", (int)(r->v_i[column] - r->first[p]));
  am_plot_open(page, &plot);
  am_plot_begin(page, &plot);
  for (size_t k = 0; k < r->n_spikes; k++)
    if (r->i[k] == r->v_i[column] && r->t[k] >= t[0] && r->t[k] <= t[n - 1])
      am_plot_down(page, &plot, fired, r->t[k]);
  am_plot_line(page, &plot, classes, t, y, n);
  am_plot_close(page);
  am_text_puts(page, "</figure>\n");
  am_free(t);
  return AMINE_OK;
}

amine_status am_brain_voltages(am_text *page, const am_brain_source *sources, size_t n,
                               amine_error *error) {
  const am_brain_recording *r = &am_brain_shown(sources, n)->recording;
  size_t columns[VOLTAGES_MAX], n_columns = 0;
  if (!r->v || r->n_voltage_rows < 2) return AMINE_OK;
  for (size_t k = 0; k < r->n_voltages && n_columns < VOLTAGES_MAX;
       k++) /* one of each population */
    if (k == 0 || population_of(r, r->v_i[k]) != population_of(r, r->v_i[k - 1]))
      columns[n_columns++] = k;
  am_text_puts(page, "<section id=\"voltages\">\n<h2>Inside the neurons</h2>\n"
                     "<p>Membrane potentials of a few neurons before the end; a line down for each "
                     "of their spikes.</p>\n");
  for (size_t k = 0; k < n_columns; k++)
    AM_TRY(put_voltage(page, r, columns[k], k + 1 == n_columns, error));
  am_text_puts(page, "</section>\n");
  return AMINE_OK;
}
