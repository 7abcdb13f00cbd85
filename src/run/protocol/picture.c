/* Pictures as JSON (see picture.h). */
#include "run/protocol/picture.h"

#include <math.h>

#include "format/json.h"

enum { DIGITS = 6 };

/* ------------------------------------------------------------------------------ pieces */
static am_text *open_picture(am_pictures *pictures, const char *kind, const char *title,
                             const char *meaning) {
  am_text *json = &pictures->json;
  if (json->length > 0) am_text_puts(json, ",\n");
  am_json_begin(json);
  am_json_put_string(json, "kind", kind);
  am_json_put_string(json, "title", title);
  am_json_put_string(json, "meaning", meaning);
  return json;
}

/* A picture with two axes. */
static am_text *open_chart(am_pictures *pictures, const char *kind, const char *title,
                           const char *meaning, const char *x_title, const char *y_title) {
  am_text *json = open_picture(pictures, kind, title, meaning);
  am_json_put_string(json, "x_title", x_title);
  am_json_put_string(json, "y_title", y_title);
  return json;
}

static void put_numbers(am_text *json, const double *values, size_t n) {
  am_text_puts(json, "[");
  for (size_t k = 0; k < n; k++) {
    if (k > 0) am_text_puts(json, ",");
    am_json_number(json, values[k], DIGITS);
  }
  am_text_puts(json, "]");
}

static void put_numbers_of(am_text *json, const char *key, const double *values, size_t n) {
  am_json_put_key(json, key);
  put_numbers(json, values, n);
}

static void put_names(am_text *json, const char *key, const char *const *names, int n) {
  am_json_list(json, key);
  for (int k = 0; k < n; k++) {
    if (k > 0) am_text_puts(json, ",");
    if (names) am_json_string(json, names[k]);
    else am_text_printf(json, "\"%d\"", k + 1);
  }
  am_text_puts(json, "]");
}

static void put_integers(am_text *json, const char *key, const int *values, size_t n) {
  am_json_list(json, key);
  for (size_t k = 0; k < n; k++) am_text_printf(json, k > 0 ? ",%d" : "%d", values[k]);
  am_text_puts(json, "]");
}

/* ------------------------------------------------------------------------------ kinds */
void am_picture_table(am_pictures *pictures, const am_table_picture *p) {
  am_text *json = open_picture(pictures, "table", p->title, p->meaning);
  am_json_put_string(json, "unit", p->unit);
  am_json_put_string(json, "row_title", p->row_title);
  am_json_put_string(json, "x_title", p->x_title);
  put_names(json, "parts", p->parts, p->n_parts);
  put_names(json, "rows", p->rows, p->n_rows);
  put_names(json, "columns", p->columns, p->n_columns);
  put_numbers_of(json, "values", p->values, (size_t)(p->n_parts * p->n_rows * p->n_columns));
  if (p->right) put_integers(json, "right", p->right, (size_t)p->n_rows);
  am_json_put_double(json, "low", p->low);
  am_json_put_double(json, "high", p->high);
  am_text_puts(json, "}");
}

void am_picture_course(am_pictures *pictures, const am_course_picture *p) {
  am_text *json = open_chart(pictures, "course", p->title, p->meaning, p->x_title, p->y_title);
  am_json_list(json, "lines");
  for (int k = 0; k < p->n_lines; k++) {
    const am_course_line *line = &p->lines[k];
    am_json_begin(json);
    am_json_put_string(json, "label", line->label);
    am_json_put_bool(json, "dots", line->dots);
    put_numbers_of(json, "x", line->x, line->n);
    put_numbers_of(json, "y", line->y, line->n);
    am_text_puts(json, "}");
  }
  am_text_puts(json, "]");
  am_json_put_string(json, "chance_name", p->chance_name);
  am_json_put_double(json, "chance", p->chance_name ? p->chance : (double)NAN);
  am_json_put_string(json, "best_name", p->best_name);
  am_json_put_double(json, "best", p->best_name ? p->best : (double)NAN);
  am_text_puts(json, "}");
}

void am_picture_bars(am_pictures *pictures, const am_bars_picture *p) {
  am_text *json = open_chart(pictures, "bars", p->title, p->meaning, p->x_title, p->y_title);
  put_names(json, "parts", p->parts, p->n_parts);
  put_names(json, "labels", p->labels, p->n_labels);
  put_numbers_of(json, "values", p->values, (size_t)(p->n_parts * p->n_labels));
  am_json_put_int(json, "marked", p->marked);
  am_text_puts(json, "}");
}

void am_picture_grid(am_pictures *pictures, const am_grid_picture *p) {
  const size_t n = (size_t)(p->width * p->height);
  am_text *json = open_picture(pictures, "grid", p->title, p->meaning);
  am_json_put_int(json, "width", p->width);
  am_json_put_int(json, "height", p->height);
  am_json_put_int(json, "goal", p->goal);
  am_json_list(json, "wall");
  for (size_t k = 0; k < n; k++) am_text_printf(json, k > 0 ? ",%d" : "%d", p->wall[k]);
  am_text_puts(json, "]");
  am_json_put_int(json, "n_early", p->n_early);
  am_json_list(json, "ways");
  for (int k = 0; k < p->n_early + p->n_late; k++) {
    const am_way *way = &p->ways[k];
    am_json_begin(json);
    am_json_put_string(json, "label", way->label);
    am_json_put_bool(json, "reached", way->reached);
    put_integers(json, "cells", way->cells, way->n);
    am_text_puts(json, "}");
  }
  am_text_puts(json, "]");
  put_numbers_of(json, "values", p->values, n);
  put_numbers_of(json, "best", p->best, n);
  if (p->policy) put_numbers_of(json, "policy", p->policy[0], 4 * n);
  am_text_puts(json, "}");
}

/* ------------------------------------------------------------------------------ spreads */
void am_spread_add(am_spread *s, double value) {
  const double at = AM_SPREAD_BINS * (value - s->low) / (s->high - s->low);
  if (!isfinite(at)) return;
  s->counts[(int)fmax(0, fmin(AM_SPREAD_BINS - 1, floor(at)))]++;
  s->n++;
}

double am_spread_line(double *x, double *y, const am_spread *s) {
  double most = 0;
  for (int k = 0; k < AM_SPREAD_BINS; k++) {
    x[k] = s->low + (k + 0.5) * (s->high - s->low) / AM_SPREAD_BINS;
    y[k] = s->n > 0 ? s->counts[k] / s->n : 0;
    most = fmax(most, y[k]);
  }
  return most;
}
