/* The maze as SVG: one unit is one cell. */
#include "report/html.h"
#include "report/train/episode.h"

bool am_maze_picture_possible(const am_recording *r) { return r->walls && r->agent; }

/* Walls as one path, each run of cells in a row one rectangle. */
static void put_walls(am_text *page, const am_recording *r) {
  const size_t n = r->n_cells;
  am_text_puts(page, "<path class=\"walls\" d=\"");
  for (size_t row = 0; row < n; row++)
    for (size_t col = 0; col < n; col++) {
      size_t end = col;
      while (end < n && r->walls[row * n + end]) end++;
      if (end > col) am_text_printf(page, "M%zu %zuh%zuv1H%zuz", col, row, end - col, col);
      if (end > col) col = end;
    }
  am_text_puts(page, "\"/>\n");
}

/* Trips that share a corridor lie side by side. */
static double aside(size_t trip) {
  static const double places[] = {0, 0.16, -0.16, 0.08, -0.08, 0.24, -0.24};
  return places[trip % (sizeof places / sizeof places[0])];
}

static void put_cell(am_text *page, const int32_t *cell, double off) {
  am_html_at(page, cell[1] + 0.5 + off);
  am_text_puts(page, ",");
  am_html_at(page, cell[0] + 0.5 + off);
  am_text_puts(page, " ");
}

static void put_trip(am_text *page, const am_recording *r, const am_trip *trip, size_t k) {
  am_text_printf(page, "<polyline class=\"trip%s\" points=\"", k == 0 ? " search" : "");
  for (size_t step = trip->first; step < trip->end; step++)
    put_cell(page, r->agent + 2 * step, aside(k));
  if (!trip->found) put_cell(page, r->agent + 2 * trip->end, aside(k));
  else if (r->goal) put_cell(page, r->goal, 0);
  am_text_puts(page, "\"/>\n");
}

void am_maze_picture(am_text *page, const am_recording *r, const am_trips *trips, size_t n_steps) {
  const size_t n = r->n_cells;
  am_text_printf(page,
                 "<svg class=\"maze\" viewBox=\"0 0 %zu %zu\" role=\"img\" aria-label=\"The "
                 "maze with the agent's path\">\n<rect class=\"floor\" width=\"%zu\" "
                 "height=\"%zu\"/>\n",
                 n, n, n, n);
  put_walls(page, r);
  if (r->goal)
    am_text_printf(page,
                   "<rect class=\"goal\" x=\"%d.12\" y=\"%d.12\" width=\".76\" "
                   "height=\".76\" rx=\".18\"/>\n",
                   (int)r->goal[1], (int)r->goal[0]);
  am_text_puts(page, "<circle class=\"start\" r=\".2\" cx=\"");
  am_html_at(page, r->agent[1] + 0.5);
  am_text_puts(page, "\" cy=\"");
  am_html_at(page, r->agent[0] + 0.5);
  am_text_puts(page, "\"/>\n");
  const am_trip whole = {.first = 0, .end = n_steps};
  if (trips->n == 0) put_trip(page, r, &whole, 0);
  for (size_t k = trips->n; k-- > 0;) /* the search on top */
    put_trip(page, r, &trips->trip[k], k);
  const int32_t *end = r->agent + 2 * n_steps;
  am_text_printf(page, "<g class=\"agent\" transform=\"translate(%d.5 %d.5)\">\n", (int)end[1],
                 (int)end[0]);
  if (r->numbers[AM_RECORDED_POLICY])
    am_text_puts(page, "<path class=\"way\" d=\"M-.2-.5L0-.82L.2-.5z\"/>"
                       "<path class=\"way\" d=\"M-.2.5L0 .82L.2.5z\"/>"
                       "<path class=\"way\" d=\"M-.5-.2L-.82 0L-.5.2z\"/>"
                       "<path class=\"way\" d=\"M.5-.2L.82 0L.5.2z\"/>\n");
  am_text_puts(page, "<circle r=\".34\"/>\n</g>\n</svg>\n");
}
