/* What came out at the end against a number that arms, or measures, differ in: depth, distance. A
 * point for each seed, and for each line its medians. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "format/json.h"
#include "report/html.h"
#include "report/plot.h"
#include "report/study/page.h"

enum { LINES_MAX = AM_STUDY_POINTS_MAX };

typedef struct point {
  double x, median;
  const am_study_arm *arm;
  size_t measure, line;
} point;

typedef struct across {
  const am_study_source *s;
  const json_t *root; /* of the chart */
  point points[AM_STUDY_POINTS_MAX];
  const char *lines[LINES_MAX];
  double x[AM_STUDY_POINTS_MAX]; /* what is on the axis, each once, ascending */
  size_t n, n_lines, n_x;
  am_plot plot;
} across;

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double value_of(const point *p, size_t seed) {
  return p->arm->runs[seed].done ? p->arm->runs[seed].measures[p->measure] : (double)NAN;
}

static size_t line_of(across *a, const char *name) {
  size_t k = 0;
  while (k < a->n_lines && strcmp(a->lines[k], name) != 0) k++;
  if (k == a->n_lines) a->lines[a->n_lines++] = name;
  return k;
}

/* The points with the medians of their seeds; room [n_seeds]. */
static void take_points(across *a, double *room) {
  const json_t *points = json_object_get(a->root, "points");
  for (a->n = 0; a->n < json_array_size(points); a->n++) {
    const json_t *item = json_array_get(points, a->n);
    const char *arm = json_string_value(json_object_get(item, "arm"));
    const char *measure = json_string_value(json_object_get(item, "measure"));
    point *p = &a->points[a->n];
    size_t of = 0;
    while (strcmp(a->s->arms[of].name, arm) != 0) of++;
    *p = (point){.x = json_number_value(json_object_get(item, "x")), .arm = &a->s->arms[of]};
    p->measure = am_study_measure(p->arm, measure);
    p->line = line_of(a, json_string_value(json_object_get(item, "line")));
    p->median = am_study_spread_of(a->s, of, p->measure, room).median;
    if (isinf(p->median)) p->median = (double)NAN;
    a->x[a->n] = p->x;
  }
  qsort(a->x, a->n, sizeof *a->x, ascending);
  a->n_x = 0;
  for (size_t k = 0; k < a->n; k++)
    if (a->n_x == 0 || a->x[k] > a->x[a->n_x - 1]) a->x[a->n_x++] = a->x[k];
}

static am_axis x_axis(const across *a) {
  const double low = a->x[0], high = a->x[a->n_x - 1];
  const double margin = a->n_x > 1 ? 0.04 * (high - low) : 1;
  return json_is_true(json_object_get(a->root, "logarithmic")) && low > 0
             ? am_axis_log(low, high)
             : am_axis_exact(low - margin, high + margin, 6);
}

/* The end of the runs of all points, and what they are held against. */
static bool make_axes(across *a) {
  double low = INFINITY, high = -INFINITY;
  const double known = am_json_number_of(a->root, "known");
  for (size_t i = 0; i < a->n; i++)
    for (size_t k = 0; k < a->s->n_seeds; k++) {
      const double y = value_of(&a->points[i], k);
      if (isfinite(y)) low = fmin(low, y), high = fmax(high, y);
    }
  if (!(low <= high)) return false;
  if (isfinite(known)) low = fmin(low, known), high = fmax(high, known);
  a->plot = (am_plot){.x = x_axis(a),
                      .y = am_axis_round(low, high, 5),
                      .classes = isfinite(known) ? "tall named" : "tall",
                      .x_title = json_string_value(json_object_get(a->root, "x"))};
  return true;
}

/* A line's medians, NAN where it has none. */
static void medians_of(const across *a, size_t line, double *y) {
  for (size_t i = 0; i < a->n_x; i++) {
    y[i] = (double)NAN;
    for (size_t k = 0; k < a->n; k++)
      if (a->points[k].line == line && a->points[k].x == a->x[i]) y[i] = a->points[k].median;
  }
}

static void put_key(am_text *page, const across *a) {
  char classes[16];
  am_text_puts(page, "<ul class=\"key\">\n");
  for (size_t k = 0; k < a->n_lines; k++) {
    am_text_printf(page, "<li><i class=\"swatch %s\"></i>",
                   am_curve_classes(classes, sizeof classes, k));
    am_html_brief(page, a->lines[k], 80);
    am_text_puts(page, "</li>\n");
  }
  am_text_puts(page, "</ul>\n");
}

static void put_lines(am_text *page, across *a) {
  char classes[16];
  double y[AM_STUDY_POINTS_MAX];
  for (size_t k = 0; k < a->n; k++) {
    am_curve_classes(classes, sizeof classes, a->points[k].line);
    for (size_t seed = 0; seed < a->s->n_seeds; seed++)
      am_plot_dots(page, &a->plot, classes, &a->points[k].x,
                   &(double){value_of(&a->points[k], seed)}, 1);
  }
  a->plot.bridged = true;
  for (size_t l = a->n_lines; l-- > 0;) {
    medians_of(a, l, y);
    am_plot_line(page, &a->plot, am_curve_classes(classes, sizeof classes, l), a->x, y, a->n_x);
  }
}

static void put_plot(am_text *page, across *a) {
  const char *name = json_string_value(json_object_get(a->root, "known_name"));
  const double known = am_json_number_of(a->root, "known");
  double below = am_plot_names_begin, y[AM_STUDY_POINTS_MAX];
  char classes[16];
  am_plot_open(page, &a->plot);
  if (isfinite(known)) am_plot_name(page, &a->plot, &below, name ? name : "", known);
  am_plot_begin(page, &a->plot);
  if (isfinite(known)) am_plot_across(page, &a->plot, "known", known);
  put_lines(page, a);
  am_plot_close(page);
  am_readout_open(page, &a->plot, a->plot.x_title, a->x, a->n_x);
  for (size_t l = 0; l < a->n_lines; l++) {
    medians_of(a, l, y);
    am_readout_add(page,
                   &(am_readout){.label = a->lines[l],
                                 .classes = am_curve_classes(classes, sizeof classes, l),
                                 .y = y},
                   a->n_x);
  }
  am_readout_close(page);
}

static void put_figure(am_text *page, across *a) {
  const am_study_measured *m = &a->points[0].arm->measures[a->points[0].measure];
  const char *of = json_string_value(json_object_get(a->root, "figure"));
  am_text_puts(page, "<figure class=\"chart\">\n<h3>");
  am_html_brief(page, json_string_value(json_object_get(a->root, "title")), 120);
  if (of) am_html_between(page, " <small>compare ", of, 80, "</small>");
  am_text_puts(page, "</h3>\n");
  put_key(page, a);
  am_text_puts(page, "<p class=\"y-title\">");
  am_html_text(page, m->meaning);
  am_html_between(page, m->unit[0] ? ", " : "", m->unit, SIZE_MAX, "</p>\n");
  put_plot(page, a);
  am_text_puts(page, "</figure>\n");
}

amine_status am_study_across(am_text *page, const am_study_source *s, amine_error *error) {
  const json_t *charts = json_object_get(s->root, "across");
  if (json_array_size(charts) == 0 || am_study_done(s) == 0) return AMINE_OK;
  double *room = am_alloc(s->n_seeds, sizeof *room);
  across *a = am_alloc(1, sizeof *a);
  if (!room || !a) {
    am_free(room);
    am_free(a);
    return am_fail_memory(error, sizeof *a + s->n_seeds * sizeof *room);
  }
  am_text_puts(page, "<section id=\"across\">\n<h2>At the end</h2>\n<p>A point for each seed; the "
                     "lines join the medians.");
  if (s->n_swept)
    am_text_puts(page, " A run without a value counts as the worst, so that a line has no point "
                       "where half of the runs have none.");
  am_text_puts(page, "</p>\n");
  for (size_t k = 0; k < json_array_size(charts); k++) {
    *a = (across){.s = s, .root = json_array_get(charts, k)};
    take_points(a, room);
    if (make_axes(a)) put_figure(page, a);
  }
  am_text_puts(page, "</section>\n");
  am_free(room);
  am_free(a);
  return AMINE_OK;
}
