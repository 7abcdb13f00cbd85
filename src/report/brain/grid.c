/* A world of cells as SVG, one unit a cell: the ways that were walked early and late, what was
 * learned of each cell beside what is true, and the actions that were taken there. */
#include <math.h>
#include <string.h>

#include "format/json.h"
#include "report/brain/pictures.h"
#include "report/html.h"
#include "report/png.h"

#define SIDE_MAX 64
#define WAYS_MAX 64

typedef struct grid {
  const json_t *picture, *wall, *ways, *values, *best, *policy;
  size_t width, height, n, n_early, n_ways;
  double goal, low, high; /* of the values */
} grid;

static bool is_size(double x) { return x >= 1 && x <= SIDE_MAX && x == floor(x); }

static bool take_grid(grid *g, const json_t *p) {
  const double width = am_json_number_of(p, "width"), height = am_json_number_of(p, "height");
  const double n_early = am_json_number_of(p, "n_early");
  if (!is_size(width) || !is_size(height)) return false;
  *g = (grid){.picture = p,
              .wall = json_object_get(p, "wall"),
              .ways = json_object_get(p, "ways"),
              .values = json_object_get(p, "values"),
              .best = json_object_get(p, "best"),
              .policy = json_object_get(p, "policy"),
              .width = (size_t)width,
              .height = (size_t)height,
              .n = (size_t)width * (size_t)height,
              .goal = am_json_number_of(p, "goal")};
  g->n_ways = json_array_size(g->ways);
  g->n_early = n_early >= 0 && n_early <= (double)g->n_ways ? (size_t)n_early : g->n_ways;
  for (size_t k = 0; k < g->n; k++) {
    const double a = am_picture_at(g->values, k), b = am_picture_at(g->best, k);
    if (isfinite(a)) g->low = fmin(g->low, a), g->high = fmax(g->high, a);
    if (isfinite(b)) g->low = fmin(g->low, b), g->high = fmax(g->high, b);
  }
  return g->n_ways <= WAYS_MAX;
}

static double column(const grid *g, double cell) { return fmod(cell, (double)g->width); }
static double row(const grid *g, double cell) { return floor(cell / (double)g->width); }
static bool is_cell(const grid *g, double cell) {
  return cell >= 0 && cell < (double)g->n && cell == floor(cell);
}

static void put_square(am_text *page, const grid *g, const char *classes, double cell,
                       double margin) {
  am_text_printf(page, "<rect class=\"%s\" x=\"", classes);
  am_html_at(page, column(g, cell) + margin);
  am_text_puts(page, "\" y=\"");
  am_html_at(page, row(g, cell) + margin);
  am_text_puts(page, "\" width=\"");
  am_html_at(page, 1 - 2 * margin);
  am_text_puts(page, "\" height=\"");
  am_html_at(page, 1 - 2 * margin);
  am_text_puts(page, "\"");
}

/* The floor, the walls and the goal. */
static void open_world(am_text *page, const grid *g, const char *caption) {
  am_text_puts(page, "<figure>\n<h3>");
  am_html_brief(page, caption, 80);
  am_text_printf(page,
                 "</h3>\n<svg class=\"maze cells\" viewBox=\"0 0 %zu %zu\" role=\"img\" "
                 "aria-label=\"",
                 g->width, g->height);
  am_html_brief(page, caption, 80);
  am_text_printf(page, "\">\n<rect class=\"floor\" width=\"%zu\" height=\"%zu\"/>\n", g->width,
                 g->height);
}

static void put_walls(am_text *page, const grid *g) {
  am_text_puts(page, "<path class=\"lattice\" d=\"");
  for (size_t k = 1; k < g->width; k++) am_text_printf(page, "M%zu 0V%zu", k, g->height);
  for (size_t k = 1; k < g->height; k++) am_text_printf(page, "M0 %zuH%zu", k, g->width);
  am_text_puts(page, "\"/>\n");
  for (size_t k = 0; k < g->n; k++) {
    if (am_picture_at(g->wall, k) != 1) continue;
    put_square(page, g, "walls", (double)k, 0);
    am_text_puts(page, "/>\n");
  }
  if (!is_cell(g, g->goal)) return;
  put_square(page, g, "goal", g->goal, 0.14);
  am_text_puts(page, " rx=\".16\"/>\n");
}

/* ------------------------------------------------------------------------------ ways */
/* Ways that share cells lie side by side. */
static double aside(size_t k) { return 0.13 * ((double)(k % 4) - 1.5); }

static void put_way(am_text *page, const grid *g, const json_t *way, size_t k) {
  const json_t *cells = json_object_get(way, "cells");
  const double off = aside(k), first = am_picture_at(cells, 0);
  if (!is_cell(g, first)) return;
  am_text_printf(page, "<g class=\"c%zu\">\n<polyline class=\"trip walked\" points=\"", k % 4);
  for (size_t i = 0; i < json_array_size(cells); i++) {
    const double cell = am_picture_at(cells, i);
    if (!is_cell(g, cell)) continue;
    am_html_at(page, column(g, cell) + 0.5 + off);
    am_text_puts(page, ",");
    am_html_at(page, row(g, cell) + 0.5 + off);
    am_text_puts(page, " ");
  }
  am_text_puts(page, "\"/>\n<circle class=\"from\" r=\".1\" cx=\"");
  am_html_at(page, column(g, first) + 0.5 + off);
  am_text_puts(page, "\" cy=\"");
  am_html_at(page, row(g, first) + 0.5 + off);
  am_text_puts(page, "\"/>\n</g>\n");
}

static void put_ways(am_text *page, const grid *g, size_t first, size_t end, const char *caption) {
  if (first == end) return;
  open_world(page, g, caption);
  put_walls(page, g);
  for (size_t k = first; k < end; k++) put_way(page, g, json_array_get(g->ways, k), k - first);
  am_text_puts(page, "</svg>\n<figcaption>");
  for (size_t k = first; k < end; k++) {
    const json_t *way = json_array_get(g->ways, k);
    const size_t cells = json_array_size(json_object_get(way, "cells"));
    am_text_printf(page, "%s<i class=\"swatch c%zu\"></i>", k > first ? "<br>" : "",
                   (k - first) % 4);
    am_html_brief(page, am_picture_text(way, "label"), 40);
    am_text_printf(page, ": %zu step%s", cells > 0 ? cells - 1 : 0, cells == 2 ? "" : "s");
    if (!json_is_true(json_object_get(way, "reached"))) am_text_puts(page, ", goal not reached");
  }
  am_text_puts(page, "</figcaption>\n</figure>\n");
}

/* ------------------------------------------------------------------------------ values */
static void put_shade(am_text *page, const grid *g, size_t cell, double value) {
  const double most = fmax(g->high, -g->low), share = most > 0 ? fabs(value) / most : 0;
  if (!isfinite(value)) return;
  put_square(page, g, value < 0 ? "below" : "above", (double)cell, 0);
  am_text_puts(page, " style=\"opacity:");
  am_html_at(page, share);
  am_text_puts(page, "\"/>\n<text x=\"");
  am_html_at(page, column(g, (double)cell) + 0.5);
  am_text_puts(page, "\" y=\"");
  am_html_at(page, row(g, (double)cell) + 0.58);
  am_text_puts(page, "\">");
  am_html_fixed(page, value, 2);
  am_text_puts(page, "</text>\n");
}

static void put_values(am_text *page, const grid *g, const json_t *values, const char *caption) {
  const double most = fmax(g->high, -g->low);
  if (json_array_size(values) != g->n) return;
  open_world(page, g, caption);
  for (size_t k = 0; k < g->n; k++) put_shade(page, g, k, am_picture_at(values, k));
  put_walls(page, g);
  am_text_puts(page, "</svg>\n");
  am_heat_scale(page, g->low < 0 ? -most : 0, most, "value");
  am_text_puts(page, "</figure>\n");
}

/* ------------------------------------------------------------------------------ actions */
/* An arrow for each action that was taken, as long as its share. */
static void put_arrows(am_text *page, const grid *g, size_t cell) {
  static const char *const arrows[4] = {
      "M0-.06L-.07-.06L0-.44L.07-.06Z", "M.06 0L.06-.07L.44 0L.06 .07Z",
      "M0 .06L-.07 .06L0 .44L.07 .06Z", "M-.06 0L-.06-.07L-.44 0L-.06 .07Z"};
  for (size_t a = 0; a < 4; a++) {
    const double share = am_picture_at(g->policy, 4 * cell + a);
    if (!(share > 0)) continue;
    am_text_printf(page, "<path class=\"did\" d=\"%s\" transform=\"translate(", arrows[a]);
    am_html_at(page, column(g, (double)cell) + 0.5);
    am_text_puts(page, " ");
    am_html_at(page, row(g, (double)cell) + 0.5);
    am_text_puts(page, ") scale(");
    am_html_at(page, sqrt(fmin(share, 1)));
    am_text_puts(page, ")\"/>\n");
  }
}

static void put_policy(am_text *page, const grid *g) {
  if (json_array_size(g->policy) != 4 * g->n) return;
  open_world(page, g, "What it did there last");
  put_walls(page, g);
  for (size_t k = 0; k < g->n; k++)
    if ((double)k != g->goal && am_picture_at(g->wall, k) != 1) put_arrows(page, g, k);
  am_text_puts(page, "</svg>\n<figcaption>The size of an arrow is the share of the action "
                     "among the last ones in this cell.</figcaption>\n</figure>\n");
}

void am_picture_grid_put(am_text *page, const json_t *picture) {
  grid g;
  if (!take_grid(&g, picture)) return;
  am_text_puts(page, "<figure>\n");
  am_picture_head(page, picture);
  am_text_puts(page, "</figure>\n<div class=\"maps\">\n");
  put_ways(page, &g, 0, g.n_early, "The first ways");
  put_ways(page, &g, g.n_early, g.n_ways, "The last ways");
  put_policy(page, &g);
  put_values(page, &g, g.values, "What it says of each cell");
  put_values(page, &g, g.best, "What the shortest ways are worth");
  am_text_puts(page, "</div>\n");
}
