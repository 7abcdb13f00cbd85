/* The series of an episode that is no maze's as strips. */
#include <math.h>
#include <string.h>

#include "report/html.h"
#include "report/plot.h"
#include "report/png.h"
#include "report/train/episode.h"

#define ROWS_MAX 200
#define COLUMNS_MAX 1000
#define POINTS_MAX 3000
#define PAIR_STEPS_MAX 120 /* beyond that a mark for each step is too small to see */

static double largest(const float *values, size_t n) {
  double most = 0;
  for (size_t k = 0; k < n; k++)
    if (isfinite(values[k])) most = fmax(most, fabs((double)values[k]));
  return most > 0 ? most : 1;
}

static amine_status put_picture(am_text *page, const am_recorded_series *s, size_t n_steps,
                                double scale, amine_error *error) {
  const size_t down = (s->width + ROWS_MAX - 1) / ROWS_MAX;
  const size_t across = (n_steps + COLUMNS_MAX - 1) / COLUMNS_MAX;
  const size_t rows = (s->width + down - 1) / down, columns = (n_steps + across - 1) / across;
  uint8_t *pixels = am_alloc(rows * columns, 1);
  if (!pixels) return am_fail_memory(error, rows * columns);
  for (size_t row = 0; row < rows; row++)
    for (size_t column = 0; column < columns; column++)
      pixels[row * columns + column] =
          am_heat_index((double)s->values[column * across * s->width + row * down], scale);
  amine_status status = am_png_data(page, pixels, rows, columns, error);
  am_free(pixels);
  return status;
}

/* With few rows the picture is as low as they allow. */
static amine_status put_heat(am_text *page, const am_recorded_series *s, size_t n_steps,
                             amine_error *error) {
  const size_t height = s->width < 13 ? 8 * s->width : 104;
  am_text_printf(page, "<div class=\"plot strip raster\" style=\"height:%zupx\"><img alt=\"",
                 height);
  am_html_brief(page, s->name, 40);
  am_text_puts(page, " over the episode\" src=\"");
  const double scale = largest(s->values, n_steps * s->width);
  AM_TRY(put_picture(page, s, n_steps, scale, error));
  am_text_puts(page, "\"></div>\n");
  am_heat_scale(page, -scale, scale, "");
  return AMINE_OK;
}

/* A value that stands alone is a dash, and so is every one that is `apart`. */
static void put_values(am_text *page, const am_plot *plot, const char *classes, const double *t,
                       const double *values, size_t n, bool apart) {
  for (size_t k = 0; k < n; k++) {
    const bool alone = isfinite(values[k]) && (k == 0 || !isfinite(values[k - 1])) &&
                       (k + 1 == n || !isfinite(values[k + 1]));
    const double ends[2] = {t[k] - 0.4, t[k] + 0.4}, level[2] = {values[k], values[k]};
    if (alone || apart) am_plot_line(page, plot, classes, ends, level, 2);
  }
  if (!apart) am_plot_line(page, plot, classes, t, values, n);
}

/* Is it what was chosen? One choice does not lead to the next by way of those between. */
static bool is_choice(const am_recorded_series *s, size_t n_steps) {
  if (strcmp(s->name, "actions") != 0) return false;
  for (size_t t = 0; t < n_steps; t++)
    if (s->values[t] != rintf(s->values[t])) return false; /* a real action */
  return true;
}

/* `over` may be NULL. Of long episodes every few steps are drawn. */
static amine_status put_line(am_text *page, const am_recorded_episode *e,
                             const am_recorded_series *s, const am_recorded_series *over,
                             size_t n_steps, const char *x_title, amine_error *error) {
  const size_t across = (n_steps + POINTS_MAX - 1) / POINTS_MAX;
  const size_t n = (n_steps + across - 1) / across;
  double *t = am_alloc(3 * n, sizeof *t), low, high;
  if (!t) return am_fail_memory(error, 3 * n * sizeof *t);
  double *values = t + n, *others = t + 2 * n;
  for (size_t k = 0; k < n; k++) {
    t[k] = (double)(k * across) + 0.5; /* in the middle of the step, as pictures have it */
    values[k] = (double)s->values[k * across];
    others[k] = over ? (double)over->values[k * across] : (double)NAN;
  }
  am_range(&low, &high, values, 2 * n);
  low = low < 0 ? low : 0;
  high = high > 0 ? high : 0;
  if (!(high > low)) high = low + 1;
  am_plot plot = {.x = am_axis_exact(0, (double)n_steps, 5),
                  .y = am_axis_round(low, high, 3),
                  .classes = x_title[0] ? "strip end" : "strip",
                  .x_title = x_title};
  if (is_choice(s, e->n_steps)) plot.y = am_axis_whole(low, high, 3);
  am_plot_open(page, &plot);
  am_plot_begin(page, &plot);
  am_plot_across(page, &plot, "zero", 0);
  for (size_t k = 1; k < e->n_episodes; k++)
    am_plot_down(page, &plot, "known", (double)(k * (e->n_steps / e->n_episodes)));
  put_values(page, &plot, is_choice(s, e->n_steps) ? "said c0" : "readout", t, values, n,
             is_choice(s, e->n_steps));
  if (over) put_values(page, &plot, "least", t, others, n, false);
  am_plot_close(page);
  am_free(t);
  return AMINE_OK;
}

static void put_heading(am_text *page, const am_recorded_series *s) {
  am_html_between(page, "<h3><span>", s->name, 40, "</span> <small>");
  am_html_brief(page, s->meaning, 120);
}

/* ------------------------------------------------------------------------------ said and wanted */
/* What was said and what was wanted, where an episode has both; NULL where it has not. */
typedef struct pair {
  const am_recorded_series *said, *wanted;
} pair;

static const am_recorded_series *named(const am_recorded_episode *e, const char *name) {
  for (size_t k = 0; k < e->n; k++)
    if (strcmp(e->series[k].name, name) == 0) return &e->series[k];
  return NULL;
}

static pair pair_of(const am_recorded_episode *e) {
  pair p = {named(e, "prediction"), named(e, "targets")};
  if (!p.said) p.said = named(e, "output");
  return p.said && p.wanted && p.said->width == p.wanted->width ? p : (pair){NULL, NULL};
}

/* One value of the pair: of each step a grey bar for what was wanted, a mark for what was said, and
 * a line for what lies between. */
static void put_value(am_text *page, const pair *p, size_t row, size_t rows, size_t n) {
  const size_t width = p->said->width;
  double low = 0, high = 1;
  for (size_t t = 0; t < n; t++) {
    const double wanted = (double)p->wanted->values[t * width + row];
    const double said = (double)p->said->values[t * width + row];
    if (!isfinite(wanted) || !isfinite(said)) continue;
    low = fmin(low, fmin(wanted, said));
    high = fmax(high, fmax(wanted, said));
  }
  am_plot plot = {.x = am_axis_exact(0, (double)n, 5),
                  .y = am_axis_round(low, high, 3),
                  .classes = row + 1 == rows ? "strip pair end" : "strip pair",
                  .x_title = row + 1 == rows ? "step" : ""};
  am_plot_open(page, &plot);
  am_plot_begin(page, &plot);
  for (size_t t = 0; t < n; t++) {
    const double at = (double)t + 0.5, wanted = (double)p->wanted->values[t * width + row];
    const double said = (double)p->said->values[t * width + row];
    const double wide[2] = {at - 0.42, at + 0.42}, narrow[2] = {at - 0.3, at + 0.3};
    const double middle[2] = {at, at}, off[2] = {wanted, said};
    const double level[2] = {wanted, wanted}, mark[2] = {said, said};
    if (!isfinite(wanted)) continue; /* nothing was asked for */
    am_plot_line(page, &plot, "asked", wide, level, 2);
    am_plot_line(page, &plot, "off c0", middle, off, 2);
    am_plot_line(page, &plot, "said c0", narrow, mark, 2);
  }
  am_plot_close(page);
}

/* What was shown, each step as wide as in the strips of the pair. */
static amine_status put_shown(am_text *page, const am_recorded_series *s, size_t n,
                              amine_error *error) {
  if (s->width > 1) {
    put_heading(page, s);
    am_text_printf(page, "; a row for each of %zu</small></h3>\n", s->width);
    return put_heat(page, s, n, error);
  }
  double low = 0, high = 1;
  for (size_t t = 0; t < n; t++) {
    low = fmin(low, (double)s->values[t]);
    high = fmax(high, (double)s->values[t]);
  }
  const am_plot plot = {.x = am_axis_exact(0, (double)n, 5),
                        .y = am_axis_round(low, high, 2),
                        .classes = "strip",
                        .x_title = ""};
  put_heading(page, s);
  am_text_puts(page, "</small></h3>\n");
  am_plot_open(page, &plot);
  am_plot_begin(page, &plot);
  for (size_t t = 0; t < n; t++) {
    const double wide[2] = {(double)t + 0.08, (double)t + 0.92};
    const double level[2] = {(double)s->values[t], (double)s->values[t]};
    am_plot_line(page, &plot, "asked", wide, level, 2);
  }
  am_plot_close(page);
  return AMINE_OK;
}

static void put_pair(am_text *page, const pair *p, size_t n) {
  enum { ROWS = 6 };
  const size_t rows = p->said->width < ROWS ? p->said->width : ROWS;
  put_heading(page, p->said);
  am_text_puts(page, ", and what was asked for; steps that ask for nothing are empty");
  if (rows > 1) am_text_puts(page, "; a strip for each value");
  if (rows < p->said->width) am_text_printf(page, ", the first %zu of %zu", rows, p->said->width);
  am_text_puts(page, "</small></h3>\n<ul class=\"key\"><li><i class=\"swatch was\"></i>target</li>"
                     "<li><i class=\"swatch c0\"></i>prediction</li></ul>\n");
  for (size_t row = 0; row < rows; row++) put_value(page, p, row, rows, n);
}

static const am_recorded_series *line_of(const am_recorded_episode *e, const char *name) {
  for (size_t k = 0; k < e->n; k++)
    if (e->series[k].width == 1 && strcmp(e->series[k].name, name) == 0) return &e->series[k];
  return NULL;
}

/* What is drawn: not the numbers of symbols, which are words elsewhere. */
static bool is_drawn(const am_recorded_episode *e, const am_recorded_series *s) {
  return !e->text.between || (strcmp(s->name, "inputs") != 0 && strcmp(s->name, "answers") != 0);
}

amine_status am_series_strips(am_text *page, const am_recorded_episode *e, amine_error *error) {
  const size_t n = e->n_steps < AM_EPISODE_STEPS_MAX ? e->n_steps : AM_EPISODE_STEPS_MAX;
  const am_recorded_series *outputs = line_of(e, "outputs"), *targets = line_of(e, "targets");
  const bool together = outputs && targets;
  const pair p = n <= PAIR_STEPS_MAX ? pair_of(e) : (pair){NULL, NULL};
  const am_recorded_series *inputs = p.said ? named(e, "inputs") : NULL;
  if (inputs) AM_TRY(put_shown(page, inputs, n, error));
  if (p.said) put_pair(page, &p, n);
  size_t last = e->n; /* of the lines that are drawn */
  for (size_t k = 0; k < e->n; k++)
    if (e->series[k].width == 1 && (!together || &e->series[k] != targets) &&
        is_drawn(e, &e->series[k]))
      last = k;
  for (size_t k = 0; k < e->n; k++) {
    const am_recorded_series *s = &e->series[k];
    if ((together && s == targets) || !is_drawn(e, s)) continue;
    if (p.said && (s == inputs || s == p.said || s == p.wanted)) continue;
    put_heading(page, s);
    if (together && s == outputs) {
      am_text_puts(page, "; over it ");
      am_html_brief(page, targets->meaning, 120);
    }
    if (s->width > 1) am_text_printf(page, "; a row for each of %zu", s->width);
    am_text_puts(page, "</small></h3>\n");
    if (s->width > 1) AM_TRY(put_heat(page, s, n, error));
    else
      AM_TRY(put_line(page, e, s, together && s == outputs ? targets : NULL, n,
                      k == last ? "step" : "", error));
  }
  return AMINE_OK;
}
