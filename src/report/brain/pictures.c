/* The pictures of a protocol's world (run/protocol/picture.h), as charts and tables: each kind is
 * drawn from what stands in protocol.json. One that does not fit together is left out. */
#include "report/brain/pictures.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "format/json.h"
#include "report/brain/page.h"
#include "report/html.h"
#include "report/plot.h"
#include "report/png.h"

#define SIDE_MAX 200     /* rows and columns of a table, labels of bars */
#define PARTS_MAX 8      /* tables side by side, bars in a cluster, lines */
#define CLUSTERS_MAX 12  /* clusters of bars that stand in one chart, with their names */
#define POINTS_MAX 10000 /* of a line */

const char *am_picture_text(const json_t *picture, const char *key) {
  const char *text = json_string_value(json_object_get(picture, key));
  return text ? text : "";
}

double am_picture_at(const json_t *array, size_t k) {
  const json_t *value = json_array_get(array, k);
  return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static const char *name_at(const json_t *array, size_t k) {
  const char *text = json_string_value(json_array_get(array, k));
  return text ? text : "";
}

void am_picture_head(am_text *page, const json_t *picture) {
  am_html_between(page, "<h3>", am_picture_text(picture, "title"), 120, "</h3>\n<p class=\"of\">");
  am_html_brief(page, am_picture_text(picture, "meaning"), 400);
  am_text_puts(page, "</p>\n");
}

/* ------------------------------------------------------------------------------ tables */
/* From faint to full; where numbers below 0 are to be expected, from 0 to either side. */
static void put_shade(am_text *page, double value, double low, double high, bool right) {
  const double share = low < 0 ? fabs(value) / fmax(-low, high) : (value - low) / (high - low);
  am_text_printf(page, "<td class=\"shade%s%s\"", low < 0 && value < 0 ? " below" : "",
                 right ? " right" : "");
  if (isfinite(share)) {
    am_text_puts(page, " style=\"--shade:");
    am_html_at(page, fmax(0, fmin(1, share)));
    am_text_puts(page, "\"");
  }
  am_text_puts(page, ">");
  am_html_figure(page, value, 2);
  am_text_puts(page, "</td>");
}

static void put_table(am_text *page, const json_t *p, size_t part, size_t n_rows,
                      size_t n_columns) {
  const json_t *values = json_object_get(p, "values"), *right = json_object_get(p, "right");
  const double low = am_json_number_of(p, "low"), high = am_json_number_of(p, "high");
  am_html_between(page, "<table class=\"shades\">\n<caption>",
                  name_at(json_object_get(p, "parts"), part), 80, "</caption>\n<thead><tr><th>");
  am_html_brief(page, am_picture_text(p, "row_title"), 40);
  am_html_between(page, " &#8595; ", am_picture_text(p, "x_title"), 40, " &#8594;</th>");
  for (size_t c = 0; c < n_columns; c++) {
    am_html_between(page, "<th>", name_at(json_object_get(p, "columns"), c), 40, "</th>");
  }
  am_text_puts(page, "</tr></thead>\n<tbody>\n");
  for (size_t r = 0; r < n_rows; r++) {
    am_html_between(page, "<tr><th>", name_at(json_object_get(p, "rows"), r), 40, "</th>");
    for (size_t c = 0; c < n_columns; c++)
      put_shade(page, am_picture_at(values, (part * n_rows + r) * n_columns + c), low, high,
                am_picture_at(right, r) == (double)c);
    am_text_puts(page, "</tr>\n");
  }
  am_text_puts(page, "</tbody></table>\n");
}

static void put_tables(am_text *page, const json_t *p) {
  const size_t n_parts = json_array_size(json_object_get(p, "parts"));
  const size_t n_rows = json_array_size(json_object_get(p, "rows"));
  const size_t n_columns = json_array_size(json_object_get(p, "columns"));
  if (n_parts == 0 || n_parts > PARTS_MAX || n_rows > SIDE_MAX || n_columns > SIDE_MAX) return;
  if (json_array_size(json_object_get(p, "values")) != n_parts * n_rows * n_columns) return;
  am_text_puts(page, "<figure>\n");
  am_picture_head(page, p);
  am_text_puts(page, "<div class=\"side\">\n");
  for (size_t k = 0; k < n_parts; k++) put_table(page, p, k, n_rows, n_columns);
  am_text_puts(page, "</div>\n");
  am_heat_scale(page, am_json_number_of(p, "low"), am_json_number_of(p, "high"),
                am_picture_text(p, "unit"));
  am_text_puts(page, "</figure>\n");
}

/* ------------------------------------------------------------------------------ courses */
typedef struct course {
  const json_t *picture, *lines;
  size_t n_lines, n[PARTS_MAX];
  double *x[PARTS_MAX], *y[PARTS_MAX]; /* [n] of one block */
  double *block;
} course;

static amine_status take_course(course *c, const json_t *picture, amine_error *error) {
  size_t all = 0;
  *c = (course){.picture = picture, .lines = json_object_get(picture, "lines")};
  c->n_lines = json_array_size(c->lines);
  if (c->n_lines > PARTS_MAX) c->n_lines = PARTS_MAX;
  for (size_t k = 0; k < c->n_lines; k++) {
    const json_t *line = json_array_get(c->lines, k);
    c->n[k] = json_array_size(json_object_get(line, "x"));
    if (c->n[k] > POINTS_MAX || json_array_size(json_object_get(line, "y")) != c->n[k]) c->n[k] = 0;
    all += 2 * c->n[k];
  }
  AM_TRY(AM_TAKE(c->block, all, error));
  all = 0;
  for (size_t k = 0; k < c->n_lines; k++) {
    const json_t *line = json_array_get(c->lines, k);
    c->x[k] = c->block + all;
    c->y[k] = c->x[k] + c->n[k];
    all += 2 * c->n[k];
    for (size_t i = 0; i < c->n[k]; i++) {
      c->x[k][i] = am_picture_at(json_object_get(line, "x"), i);
      c->y[k][i] = am_picture_at(json_object_get(line, "y"), i);
    }
  }
  return AMINE_OK;
}

static void widen(double *low, double *high, const double *values, size_t n) {
  for (size_t k = 0; k < n; k++)
    if (isfinite(values[k])) *low = fmin(*low, values[k]), *high = fmax(*high, values[k]);
}

static bool is_dots(const course *c, size_t k) {
  return json_is_true(json_object_get(json_array_get(c->lines, k), "dots"));
}

static void put_course_key(am_text *page, const course *c) {
  char classes[16];
  if (c->n_lines < 2) return;
  am_text_puts(page, "<ul class=\"key\">\n");
  for (size_t k = 0; k < c->n_lines; k++) {
    am_text_printf(page, "<li><i class=\"swatch %s\"></i>",
                   am_curve_classes(classes, sizeof classes, k));
    am_html_brief(page, am_picture_text(json_array_get(c->lines, k), "label"), 80);
    am_text_puts(page, "</li>\n");
  }
  am_text_puts(page, "</ul>\n");
}

static void put_course_names(am_text *page, const course *c, const am_plot *plot) {
  const char *const names[2] = {"chance_name", "best_name"};
  const double at[2] = {am_json_number_of(c->picture, "chance"),
                        am_json_number_of(c->picture, "best")};
  const int first = at[1] < at[0];
  double below = am_plot_names_begin;
  for (int k = 0; k < 2; k++) {
    const int i = k == 0 ? first : !first;
    if (isfinite(at[i]))
      am_plot_name(page, plot, &below, am_picture_text(c->picture, names[i]), at[i]);
  }
}

/* Under the pointer are the lines that have the same places as the longest. */
static void put_course_readout(am_text *page, const course *c, const am_plot *plot) {
  char classes[16];
  size_t most = 0;
  for (size_t k = 1; k < c->n_lines; k++)
    if (c->n[k] > c->n[most]) most = k;
  const double *x = c->x[most];
  const size_t n = c->n[most];
  am_readout_open(page, plot, am_picture_text(c->picture, "x_title"), x, n);
  for (size_t k = 0; k < c->n_lines; k++) {
    if (c->n[k] != n || memcmp(c->x[k], x, n * sizeof *x) != 0) continue;
    const am_readout curve = {.label = am_picture_text(json_array_get(c->lines, k), "label"),
                              .classes = am_curve_classes(classes, sizeof classes, k),
                              .y = c->y[k]};
    am_readout_add(page, &curve, c->n[k]);
  }
  am_readout_close(page);
}

static void draw_course(am_text *page, const course *c) {
  const double chance = am_json_number_of(c->picture, "chance");
  const double best = am_json_number_of(c->picture, "best");
  double x_low = INFINITY, x_high = -INFINITY, low = 0, high = 0;
  char classes[16];
  for (size_t k = 0; k < c->n_lines; k++) widen(&x_low, &x_high, c->x[k], c->n[k]);
  for (size_t k = 0; k < c->n_lines; k++) widen(&low, &high, c->y[k], c->n[k]);
  widen(&low, &high, &chance, 1);
  widen(&low, &high, &best, 1);
  const am_plot plot = {.x = am_axis_exact(x_low, x_high, 6),
                        .y = am_axis_round(low, high, 5),
                        .classes = isfinite(chance) || isfinite(best) ? "tall named" : "tall",
                        .x_title = am_picture_text(c->picture, "x_title")};
  am_text_puts(page, "<figure class=\"chart\">\n");
  am_picture_head(page, c->picture);
  put_course_key(page, c);
  am_html_between(page, "<p class=\"y-title\">", am_picture_text(c->picture, "y_title"), 80,
                  "</p>\n");
  am_plot_open(page, &plot);
  put_course_names(page, c, &plot);
  am_plot_begin(page, &plot);
  am_plot_across(page, &plot, "known", chance);
  am_plot_across(page, &plot, "known", best);
  for (size_t k = c->n_lines; k-- > 0;) {
    am_curve_classes(classes, sizeof classes, k);
    if (is_dots(c, k)) am_plot_dots(page, &plot, classes, c->x[k], c->y[k], c->n[k]);
    else am_plot_line(page, &plot, classes, c->x[k], c->y[k], c->n[k]);
  }
  am_plot_close(page);
  put_course_readout(page, c, &plot);
  am_text_puts(page, "</figure>\n");
}

static amine_status put_course(am_text *page, const json_t *picture, amine_error *error) {
  course c;
  AM_TRY(take_course(&c, picture, error));
  if (c.n_lines > 0 && c.n[0] > 0) draw_course(page, &c);
  am_free(c.block);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ bars */
typedef struct bars {
  const json_t *picture, *parts, *labels, *values;
  size_t n_parts, n_labels;
  double high, marked;
} bars;

static double bar_at(const bars *b, size_t part, size_t label) {
  return am_picture_at(b->values, part * b->n_labels + label);
}

/* The names under few clusters; many are numbered by their axis. */
static void put_labels(am_text *page, const bars *b, const am_plot *plot) {
  for (size_t k = 0; b->n_labels <= CLUSTERS_MAX && k < b->n_labels; k++) {
    am_text_puts(page, "<span class=\"x\" style=\"left:");
    am_html_at(page, 100 * am_axis_at(&plot->x, (double)k + 1));
    am_html_between(page, "%\">", name_at(b->labels, k), 20, "</span>");
  }
}

/* The parts from `first` up to `end` in one chart. */
static void put_bars_of(am_text *page, const bars *b, size_t first, size_t end, bool last) {
  const bool few = b->n_labels <= CLUSTERS_MAX;
  const double width = 0.8 / (double)(end - first);
  am_plot plot = {.x = am_axis_whole(0.4, (double)b->n_labels + 0.6, 10),
                  .y = am_axis_round(0, b->high, 3),
                  .classes = few ? "half" : "low",
                  .x_title = last ? am_picture_text(b->picture, "x_title") : ""};
  char classes[16];
  if (few) plot.x.step = (double)NAN;
  am_plot_open(page, &plot);
  put_labels(page, b, &plot);
  am_plot_begin(page, &plot);
  for (size_t part = first; part < end; part++)
    for (size_t k = 0; k < b->n_labels; k++) {
      const double aside = (double)(part - first) - 0.5 * (double)(end - first - 1);
      const double x = (double)k + 1 + width * aside;
      const size_t colour = !few ? (double)k == b->marked : part;
      am_plot_bar(page, &plot, am_curve_classes(classes, sizeof classes, colour), x, width * 0.92,
                  bar_at(b, part, k));
    }
  am_plot_close(page);
}

static void put_bars_key(am_text *page, const bars *b) {
  char classes[16];
  am_text_puts(page, "<ul class=\"key\">\n");
  for (size_t k = 0; k < b->n_parts; k++) {
    am_text_printf(page, "<li><i class=\"swatch %s\"></i>",
                   am_curve_classes(classes, sizeof classes, k));
    am_html_brief(page, name_at(b->parts, k), 80);
    am_text_puts(page, "</li>\n");
  }
  am_text_puts(page, "</ul>\n");
}

static void put_bars(am_text *page, const json_t *picture) {
  bars b = {.picture = picture,
            .parts = json_object_get(picture, "parts"),
            .labels = json_object_get(picture, "labels"),
            .values = json_object_get(picture, "values"),
            .marked = am_json_number_of(picture, "marked")};
  b.n_parts = json_array_size(b.parts);
  b.n_labels = json_array_size(b.labels);
  if (b.n_parts == 0 || b.n_parts > PARTS_MAX || b.n_labels == 0 || b.n_labels > SIDE_MAX) return;
  if (json_array_size(b.values) != b.n_parts * b.n_labels) return;
  for (size_t k = 0; k < b.n_parts * b.n_labels; k++) {
    const double value = am_picture_at(b.values, k);
    if (isfinite(value)) b.high = fmax(b.high, value);
  }
  am_text_puts(page, "<figure class=\"chart\">\n");
  am_picture_head(page, picture);
  if (b.n_labels <= CLUSTERS_MAX) put_bars_key(page, &b);
  am_html_between(page, "<p class=\"y-title\">", am_picture_text(picture, "y_title"), 80, "</p>\n");
  if (b.n_labels <= CLUSTERS_MAX) put_bars_of(page, &b, 0, b.n_parts, true);
  for (size_t k = 0; b.n_labels > CLUSTERS_MAX && k < b.n_parts; k++) {
    am_html_between(page, "<p class=\"of\">", name_at(b.parts, k), 80, "</p>\n");
    put_bars_of(page, &b, k, k + 1, k + 1 == b.n_parts);
  }
  am_text_puts(page, "</figure>\n");
}

/* ------------------------------------------------------------------------------ the section */
amine_status am_brain_pictures(am_text *page, const am_brain_source *s, amine_error *error) {
  const json_t *pictures = s->protocol.pictures;
  if (json_array_size(pictures) == 0) return AMINE_OK;
  am_text_puts(page, "<section id=\"world\">\n<h2>What it did</h2>\n");
  for (size_t k = 0; k < json_array_size(pictures); k++) {
    const json_t *p = json_array_get(pictures, k);
    const char *kind = am_picture_text(p, "kind");
    if (strcmp(kind, "table") == 0) put_tables(page, p);
    if (strcmp(kind, "bars") == 0) put_bars(page, p);
    if (strcmp(kind, "course") == 0) AM_TRY(put_course(page, p, error));
    if (strcmp(kind, "grid") == 0) am_picture_grid_put(page, p);
  }
  am_text_puts(page, "</section>\n");
  return AMINE_OK;
}
