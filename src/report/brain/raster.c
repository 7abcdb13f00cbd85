/* Spikes as dots. Too many neurons: every so many is shown, with all of its spikes. Too many spikes
 * for a page: a shorter time is shown. */
#include <math.h>

#include "report/brain/page.h"
#include "report/html.h"
#include "report/plot.h"

#define ROWS_MAX 400
#define DOTS_MAX 24000
#define RATE_BINS 200

/* What is shown. */
typedef struct frame {
  const am_brain_recording *r;
  size_t stride, n_rows; /* every so many neurons; rows */
  double from, to;       /* s */
} frame;

static size_t dots_from(const frame *f, double from) {
  size_t n = 0;
  for (size_t k = 0; k < f->r->n_spikes; k++)
    n += f->r->t[k] >= from && (size_t)f->r->i[k] % f->stride == 0;
  return n;
}

static frame frame_of(const am_brain_recording *r) {
  static const double lengths[] = {60, 30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1};
  frame f = {.r = r,
             .stride = (r->n_neurons + ROWS_MAX - 1) / ROWS_MAX,
             .from = r->begin_s,
             .to = r->end_s};
  f.n_rows = (r->n_neurons + f.stride - 1) / f.stride;
  for (size_t k = 0; k < sizeof lengths / sizeof *lengths && dots_from(&f, f.from) > DOTS_MAX; k++)
    f.from = fmax(f.from, f.to - lengths[k]);
  return f;
}

/* All spikes of a population as one path; the first population at the top. */
static void put_dots(am_text *page, const frame *f, size_t population) {
  const am_brain_recording *r = f->r;
  const int32_t first = r->first[population], end = first + r->sizes[population];
  char classes[16];
  am_text_printf(page, "<path class=\"dots %s\" d=\"",
                 am_curve_classes(classes, sizeof classes, population));
  for (size_t k = 0; k < r->n_spikes; k++) {
    if (r->i[k] < first || r->i[k] >= end || r->t[k] < f->from) continue;
    if ((size_t)r->i[k] % f->stride != 0) continue;
    const double x = 1000 * (r->t[k] - f->from) / (f->to - f->from);
    const double y = 1000 * ((double)((size_t)r->i[k] / f->stride) + 0.5) / (double)f->n_rows;
    am_text_puts(page, "M");
    am_html_at(page, round(10 * x) / 10);
    am_text_puts(page, " ");
    am_html_at(page, round(10 * y) / 10);
    am_text_puts(page, "h0");
  }
  am_text_puts(page, "\"/>\n");
}

static void put_key(am_text *page, const am_brain_recording *r) {
  char classes[16];
  am_text_puts(page, "<ul class=\"key\">\n");
  for (size_t p = 0; p < r->n_populations; p++) {
    am_text_printf(page, "<li><i class=\"swatch %s\"></i>",
                   am_curve_classes(classes, sizeof classes, p));
    am_html_brief(page, r->populations[p], 60);
    am_text_puts(page, " <small>");
    am_html_count(page, (size_t)r->sizes[p]);
    am_text_puts(page, "</small></li>\n");
  }
  am_text_puts(page, "</ul>\n");
}

/* Rates of the populations in the time that is shown, in bins; y[populations][RATE_BINS]. */
static void count_rates(double *y, const frame *f) {
  const am_brain_recording *r = f->r;
  const double width = (f->to - f->from) / RATE_BINS;
  size_t p = 0;
  for (size_t k = 0; k < r->n_spikes; k++) {
    const double at = (r->t[k] - f->from) / width;
    if (at < 0) continue;
    while (p > 0 && r->i[k] < r->first[p]) p--;
    while (p + 1 < r->n_populations && r->i[k] >= r->first[p + 1]) p++;
    const size_t bin = at < RATE_BINS ? (size_t)at : RATE_BINS - 1;
    y[p * RATE_BINS + bin] += 1 / ((double)r->sizes[p] * width);
  }
}

static amine_status put_rates(am_text *page, const frame *f, const char *x_title, double unit,
                              amine_error *error) {
  const size_t n = f->r->n_populations;
  double *x = am_alloc((n + 1) * RATE_BINS, sizeof *x), high = 1;
  char classes[16];
  if (!x) return am_fail_memory(error, (n + 1) * RATE_BINS * sizeof *x);
  double *y = x + RATE_BINS;
  count_rates(y, f);
  for (size_t k = 0; k < RATE_BINS; k++)
    x[k] = (f->from + (f->to - f->from) * ((double)k + 0.5) / RATE_BINS) / unit;
  for (size_t k = 0; k < n * RATE_BINS; k++) high = fmax(high, y[k]);
  const am_plot plot = {.x = am_axis_exact(f->from / unit, f->to / unit, 6),
                        .y = am_axis_round(0, high, 2),
                        .classes = "low",
                        .x_title = x_title};
  am_text_puts(page, "<p class=\"y-title\">rate, Hz per neuron</p>\n");
  am_plot_open(page, &plot);
  am_plot_begin(page, &plot);
  for (size_t p = n; p-- > 0;)
    am_plot_line(page, &plot, am_curve_classes(classes, sizeof classes, p), x, y + p * RATE_BINS,
                 RATE_BINS);
  am_plot_close(page);
  am_free(x);
  return AMINE_OK;
}

static void put_caption(am_text *page, const frame *f, const char *note) {
  am_text_puts(page, "<figcaption>One row for each neuron");
  if (f->stride > 1) {
    am_text_printf(page, ", one in %zu of ", f->stride);
    am_html_count(page, f->r->n_neurons);
  }
  am_text_puts(page, "; one dot for each spike. ");
  if (f->r->n_spikes == 0) am_text_puts(page, "There was none. ");
  am_text_printf(page, "%s</figcaption>\n", note);
}

amine_status am_brain_raster(am_text *page, const am_brain_recording *r, const char *note,
                             amine_error *error) {
  const frame f = frame_of(r);
  const char *name = "s";
  if (!(f.to > f.from)) return AMINE_OK;
  const am_plot plot = {.x = am_axis_exact(f.from, f.to, 6),
                        .y = {.low = 0, .high = 1, .step = (double)NAN}, /* no numbers */
                        .classes = "spikes",
                        .x_title = ""};
  am_text_puts(page, "<figure>\n");
  put_key(page, r);
  am_plot_open(page, &plot);
  am_plot_begin(page, &plot);
  for (size_t p = 0; p < r->n_populations; p++) put_dots(page, &f, p);
  am_plot_close(page);
  AM_TRY(put_rates(page, &f, name, 1, error));
  put_caption(page, &f, note);
  am_text_puts(page, "</figure>\n");
  return AMINE_OK;
}
