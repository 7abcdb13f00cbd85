/* The connections as pictures: what is learned slowly, and what an episode writes over it. */
#include <math.h>
#include <stdlib.h>

#include "report/html.h"
#include "report/png.h"
#include "report/train/sections.h"

#define PIXELS_MAX 256
#define SCALE_SHARE 0.995 /* of the connections lie within the ends of the colours */

/* values - minus + factor * plus, each [n][n]; all but values may be NULL */
typedef struct matrix {
  const float *values, *minus, *factor, *plus;
  size_t n;
} matrix;

typedef struct extent {
  double low, high, rms, scale; /* scale > 0: where the colours end */
} extent;

static double at(const matrix *m, size_t k) {
  double value = (double)m->values[k];
  if (m->minus) value -= (double)m->minus[k];
  if (m->factor) value += (double)m->factor[k] * (double)m->plus[k];
  return value;
}

static int by_size(const void *a, const void *b) {
  const float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static amine_status extent_of(extent *out, const matrix *m, amine_error *error) {
  const size_t count = m->n * m->n;
  float *sizes = am_alloc(count, sizeof *sizes);
  if (!sizes) return am_fail_memory(error, count * sizeof *sizes);
  extent e = {(double)NAN, (double)NAN, 0, 0};
  size_t n = 0;
  for (size_t k = 0; k < count; k++) {
    double value = at(m, k);
    if (!isfinite(value)) continue;
    e.low = fmin(e.low, value);
    e.high = fmax(e.high, value);
    e.rms += value * value;
    sizes[n++] = (float)fabs(value);
  }
  if (n > 0) {
    qsort(sizes, n, sizeof *sizes, by_size);
    double most = (double)sizes[n - 1];
    e.scale = (double)sizes[(size_t)(SCALE_SHARE * (double)(n - 1))];
    if (e.scale < most / 20 || e.scale > most / 1.5) e.scale = most;
    e.rms = sqrt(e.rms / (double)n);
  }
  am_free(sizes);
  if (!(e.scale > 0)) e.scale = 1;
  *out = e;
  return AMINE_OK;
}

static amine_status put_map(am_text *page, const matrix *m, double scale, size_t step,
                            amine_error *error) {
  const size_t n = (m->n + step - 1) / step;
  uint8_t *pixels = am_alloc(n * n, 1);
  if (!pixels) return am_fail_memory(error, n * n);
  for (size_t row = 0; row < n; row++)
    for (size_t column = 0; column < n; column++)
      pixels[row * n + column] = am_heat_index(at(m, (row * m->n + column) * step), scale);
  amine_status status = am_png_data(page, pixels, n, n, error);
  am_free(pixels);
  return status;
}

static amine_status put_bar(am_text *page, double scale, amine_error *error) {
  uint8_t pixels[AM_HEAT_FULL + 1];
  for (int k = 0; k <= AM_HEAT_FULL; k++) pixels[k] = (uint8_t)k;
  am_text_puts(page, "<p class=\"bar\"><span>");
  am_html_figure(page, -scale, 2);
  am_text_puts(page, "</span><img alt=\"\" src=\"");
  AM_TRY(am_png_data(page, pixels, 1, sizeof pixels, error));
  am_text_puts(page, "\"><span>");
  am_html_figure(page, scale, 2);
  am_text_puts(page, "</span></p>\n");
  return AMINE_OK;
}

static amine_status put_figure(am_text *page, const matrix *m, const extent *e, const char *title,
                               const char *meaning, amine_error *error) {
  const size_t step = (m->n + PIXELS_MAX - 1) / PIXELS_MAX;
  am_text_printf(page, "<figure class=\"heat\" data-step=\"%zu\" data-scale=\"", step);
  am_html_real(page, (double)(float)e->scale);
  if (fmax(-e->low, e->high) > e->scale) am_text_puts(page, "\" data-beyond=\"1");
  am_text_printf(page,
                 "\">\n<h3>%s</h3>\n<img class=\"map\" alt=\"Heat map of %zu by %zu "
                 "connections\" src=\"",
                 title, m->n, m->n);
  AM_TRY(put_map(page, m, e->scale, step, error));
  am_text_puts(page, "\">\n");
  AM_TRY(put_bar(page, e->scale, error));
  am_text_printf(page, "<figcaption>%s <span class=\"range\">", meaning);
  am_html_figure(page, e->low, 2);
  am_text_puts(page, " to ");
  am_html_figure(page, e->high, 2);
  am_text_puts(page, ", rms ");
  am_html_figure(page, e->rms, 2);
  am_text_puts(page, ".</span></figcaption>\n<output></output>\n</figure>\n");
  return AMINE_OK;
}

static amine_status put_one(am_text *page, const matrix *m, const char *title, const char *meaning,
                            amine_error *error) {
  extent e;
  if (!m->values) return AMINE_OK;
  AM_TRY(extent_of(&e, m, error));
  return put_figure(page, m, &e, title, meaning, error);
}

/* w, alpha, and what the two and the trace come to. */
static amine_status put_slow(am_text *page, const am_recording *r, amine_error *error) {
  const matrix w = {.values = r->numbers[AM_RECORDED_W], .n = r->n_units};
  const matrix alpha = {.values = r->numbers[AM_RECORDED_ALPHA], .n = r->n_units};
  const matrix both = {.values = w.values,
                       .factor = alpha.values,
                       .plus = r->numbers[AM_RECORDED_TRACE_AFTER],
                       .n = r->n_units};
  AM_TRY(put_one(page, &w, "Weights <i>w</i>", "The same in every episode.", error));
  AM_TRY(put_one(page, &alpha, "Plasticity <i>\xce\xb1</i>",
                 "How much the trace of each connection counts.", error));
  if (!both.factor || !both.plus) return AMINE_OK;
  return put_one(page, &both, "In effect <i>w</i> + <i>\xce\xb1H</i>",
                 "The connections as they act once the reward has been found.", error);
}

/* "H before", and the step it is from. */
static amine_status put_trace(am_text *page, const am_recording *r, const matrix *m,
                              const extent *e, bool is_after, amine_error *error) {
  am_text title = {0}, meaning = {0};
  am_text_printf(&title, "Trace <i>H</i> %s", is_after ? "after" : "before");
  am_text_puts(&meaning, is_after ? "Some steps later" : "Just before the first reward");
  if (r->trace_steps)
    am_text_printf(&meaning, ", at step %d", (int)r->trace_steps[is_after ? 1 : 0]);
  am_text_puts(&meaning, ".");
  amine_status status = title.failed || meaning.failed
                            ? am_fail_memory(error, 64)
                            : put_figure(page, m, e, title.data, meaning.data, error);
  am_text_free(&title);
  am_text_free(&meaning);
  return status;
}

static amine_status put_traces(am_text *page, const am_recording *r, amine_error *error) {
  const matrix before = {.values = r->numbers[AM_RECORDED_TRACE_BEFORE], .n = r->n_units};
  const matrix after = {.values = r->numbers[AM_RECORDED_TRACE_AFTER], .n = r->n_units};
  const matrix change = {.values = after.values, .minus = before.values, .n = r->n_units};
  extent e[3] = {{0}};
  if (before.values) AM_TRY(extent_of(&e[0], &before, error));
  if (after.values) AM_TRY(extent_of(&e[1], &after, error));
  e[0].scale = e[1].scale = fmax(e[0].scale, e[1].scale); /* one scale for both */
  if (before.values) AM_TRY(put_trace(page, r, &before, &e[0], false, error));
  if (after.values) AM_TRY(put_trace(page, r, &after, &e[1], true, error));
  if (!before.values || !after.values) return AMINE_OK;
  AM_TRY(extent_of(&e[2], &change, error));
  return put_figure(page, &change, &e[2], "Change of <i>H</i>",
                    "After less before: what the reward wrote into the connections.", error);
}

static void put_words(am_text *page, const am_overview *o, bool has_traces) {
  const size_t n = o->recording.n_units;
  const size_t step = (n + PIXELS_MAX - 1) / PIXELS_MAX;
  am_text_puts(page, "<p>Each point is a connection of ");
  am_shown_run(page, o);
  am_text_puts(page, ": rows are the units that receive it, columns those that send. ");
  if (has_traces)
    am_text_puts(page,
                 "What acts is <i>w</i> + <i>\xce\xb1H</i>. <i>w</i> and <i>\xce\xb1</i> were "
                 "learned slowly and stay; the trace <i>H</i> starts at zero in each episode "
                 "and is written as it goes. ");
  if (step > 1) am_text_printf(page, "Of %zu units one in %zu is drawn. ", n, step);
  am_text_puts(page, "</p>\n");
}

amine_status am_section_weights(am_text *page, const am_overview *o, amine_error *error) {
  const am_recording *r = &o->recording;
  bool any = false, has_traces = false;
  for (int k = AM_RECORDED_W; k <= AM_RECORDED_TRACE_AFTER; k++) {
    any = any || r->numbers[k];
    has_traces = has_traces || (k > AM_RECORDED_W && r->numbers[k]);
  }
  if (!any && o->episode.task) return AMINE_OK; /* only a maze's recording has them */
  am_text_puts(page, "<section id=\"weights\">\n<h2>Connections</h2>\n");
  if (any) {
    put_words(page, o, has_traces);
    am_text_puts(page, "<div class=\"maps\">\n");
    AM_TRY(put_slow(page, r, error));
    AM_TRY(put_traces(page, r, error));
    am_text_puts(page, "</div>\n");
  } else {
    am_text_puts(page, "<p class=\"missing\">No connections were recorded.</p>\n");
  }
  am_text_puts(page, "</section>\n");
  return AMINE_OK;
}
