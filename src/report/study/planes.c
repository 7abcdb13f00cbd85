/* One measure of a published experiment against another, along the way of its runs: a thin line for
 * each seed, and thick, through the samples, the medians of an arm's seeds in both. */
#include <math.h>
#include <stdlib.h>

#include "format/json.h"
#include "report/html.h"
#include "report/plot.h"
#include "report/study/page.h"

#define THIN_MAX 20 /* seeds of an arm that have a line of their own */

/* One arm's part: the measures x and y at its first finished run's samples. Runs of as many count. */
typedef struct part {
  const am_study_arm *arm;
  size_t number, measure[2], n, n_runs;
} part;

typedef struct plane {
  const am_study_source *s;
  const json_t *root; /* of the chart */
  part *parts;        /* [n_arms]; n is 0 of an arm that has nothing to show */
  double *x, *y;      /* [most samples] */
  double *room;       /* [n_seeds] */
  am_plot plot;
} plane;

static bool counts(const part *p, size_t seed) {
  return p->arm->runs[seed].done && p->arm->runs[seed].n_samples == p->n;
}

static double value_at(const part *p, int axis, size_t seed, size_t i) {
  return p->arm->runs[seed].course[i * p->arm->n_measures + p->measure[axis]];
}

static const char *text_of(const plane *f, const char *key) {
  return json_string_value(json_object_get(f->root, key));
}

static part make_part(const plane *f, size_t a) {
  part p = {.arm = &f->s->arms[a], .number = a};
  p.measure[0] = am_study_measure(p.arm, text_of(f, "x"));
  p.measure[1] = am_study_measure(p.arm, text_of(f, "y"));
  if (p.measure[0] == p.arm->n_measures || p.measure[1] == p.arm->n_measures) return p;
  for (size_t k = 0; k < f->s->n_seeds && p.n == 0; k++) p.n = p.arm->runs[k].n_samples;
  for (size_t k = 0; k < f->s->n_seeds; k++) p.n_runs += counts(&p, k);
  return p;
}

/* Whether there is anything to draw. */
static bool make_axes(plane *f) {
  double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
  for (size_t a = 0; a < f->s->n_arms; a++)
    for (size_t k = 0; k < f->s->n_seeds; k++)
      for (size_t i = 0; counts(&f->parts[a], k) && i < f->parts[a].n; i++)
        for (int axis = 0; axis < 2; axis++) {
          const double v = value_at(&f->parts[a], axis, k, i);
          if (isfinite(v)) low[axis] = fmin(low[axis], v), high[axis] = fmax(high[axis], v);
        }
  if (!(low[0] <= high[0]) || !(low[1] <= high[1])) return false;
  const double margin = high[0] > low[0] ? 0 : 1;
  f->plot = (am_plot){.x = am_axis_exact(low[0] - margin, high[0] + margin, 6),
                      .y = am_axis_round(low[1], high[1], 5),
                      .classes = "tall"};
  return true;
}

static const am_study_measured *measured(const plane *f, int axis) {
  for (size_t a = 0; a < f->s->n_arms; a++)
    if (f->parts[a].n > 0) return &f->parts[a].arm->measures[f->parts[a].measure[axis]];
  return NULL;
}

static double median_at(const plane *f, const part *p, int axis, size_t i) {
  size_t m = 0;
  for (size_t k = 0; k < f->s->n_seeds; k++)
    if (counts(p, k) && isfinite(value_at(p, axis, k, i))) f->room[m++] = value_at(p, axis, k, i);
  return am_study_quantile(f->room, m, 0.5);
}

static void put_part(am_text *page, const plane *f, const part *p, bool thin) {
  char classes[16], whole[32];
  am_curve_classes(classes, sizeof classes, p->number);
  snprintf(whole, sizeof whole, "%s %s", classes, thin ? "thin" : "bold");
  for (size_t k = 0, shown = 0; thin && k < f->s->n_seeds && shown < THIN_MAX; k++) {
    if (!counts(p, k)) continue;
    for (size_t i = 0; i < p->n; i++) {
      f->x[i] = value_at(p, 0, k, i);
      f->y[i] = value_at(p, 1, k, i);
    }
    am_plot_line(page, &f->plot, whole, f->x, f->y, p->n);
    shown++;
  }
  for (size_t i = 0; !thin && i < p->n; i++) {
    f->x[i] = median_at(f, p, 0, i);
    f->y[i] = median_at(f, p, 1, i);
  }
  if (!thin) am_plot_line(page, &f->plot, whole, f->x, f->y, p->n);
}

static void put_figure(am_text *page, plane *f) {
  const am_study_measured *x = measured(f, 0), *y = measured(f, 1);
  char classes[16];
  am_text_puts(page, "<figure class=\"chart\">\n<h3>");
  am_html_brief(page, text_of(f, "title"), 120);
  if (text_of(f, "figure"))
    am_html_between(page, " <small>compare ", text_of(f, "figure"), 80, "</small>");
  am_text_puts(page, "</h3>\n<ul class=\"key\">\n");
  for (size_t a = 0; a < f->s->n_arms; a++) {
    if (f->parts[a].n == 0) continue;
    am_text_printf(page, "<li><i class=\"swatch %s\"></i>",
                   am_curve_classes(classes, sizeof classes, a));
    am_html_brief(page, f->s->arms[a].name, 80);
    am_text_printf(page, " <small>%zu seed%s</small></li>\n", f->parts[a].n_runs,
                   f->parts[a].n_runs == 1 ? "" : "s");
  }
  am_text_puts(page, "</ul>\n<p class=\"y-title\">");
  am_html_text(page, y->meaning);
  am_html_between(page, y->unit[0] ? ", " : "", y->unit, SIZE_MAX, "</p>\n");
  f->plot.x_title = x->title;
  am_plot_open(page, &f->plot);
  am_plot_begin(page, &f->plot);
  for (int pass = 0; pass < 2; pass++) /* the medians on top, the first arm above the others */
    for (size_t a = f->s->n_arms; a-- > 0;)
      if (f->parts[a].n > 0) put_part(page, f, &f->parts[a], pass == 0);
  am_plot_close(page);
  am_text_puts(page, "</figure>\n");
}

static amine_status take_room(plane *f, amine_error *error) {
  size_t most = 1;
  for (size_t a = 0; a < f->s->n_arms; a++)
    for (size_t k = 0; k < f->s->n_seeds; k++)
      if (f->s->arms[a].runs[k].n_samples > most) most = f->s->arms[a].runs[k].n_samples;
  AM_TRY(AM_TAKE(f->parts, f->s->n_arms, error));
  AM_TRY(AM_TAKE(f->x, most, error));
  AM_TRY(AM_TAKE(f->y, most, error));
  return AM_TAKE(f->room, f->s->n_seeds, error);
}

static void put_planes(am_text *page, plane *f) {
  const json_t *charts = json_object_get(f->s->root, "planes");
  am_text_puts(page, "<section id=\"planes\">\n<h2>One against the other</h2>\n<p>The way of each "
                     "run, a thin line for each seed, and thick the medians of an arm.</p>\n");
  for (size_t k = 0; k < json_array_size(charts); k++) {
    f->root = json_array_get(charts, k);
    for (size_t a = 0; a < f->s->n_arms; a++) f->parts[a] = make_part(f, a);
    if (make_axes(f)) put_figure(page, f);
  }
  am_text_puts(page, "</section>\n");
}

amine_status am_study_planes(am_text *page, const am_study_source *s, amine_error *error) {
  plane f = {.s = s};
  if (json_array_size(json_object_get(s->root, "planes")) == 0 || am_study_done(s) == 0)
    return AMINE_OK;
  const amine_status status = take_room(&f, error);
  if (status == AMINE_OK) put_planes(page, &f);
  am_free(f.parts);
  am_free(f.x);
  am_free(f.y);
  am_free(f.room);
  return status;
}
