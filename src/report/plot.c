/* Axes, grids and curves. */
#include "report/plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "format/json.h"
#include "report/html.h"
#include "report/palette.h"

#define BOX 1000.0
#define MOST_TICKS 64

char *am_curve_classes(char *out, size_t size, size_t k) {
  snprintf(out, size, "c%zu d%zu", k % AM_N_CURVE_COLOURS, k / AM_N_CURVE_COLOURS % 3);
  return out;
}

/* --------------------------------------------------------------------------------------- axes */

void am_range(double *low, double *high, const double *values, size_t n) {
  *low = *high = (double)NAN;
  for (size_t k = 0; k < n; k++) {
    if (!isfinite(values[k])) continue;
    *low = fmin(*low, values[k]);
    *high = fmax(*high, values[k]);
  }
}

/* 1, 2, 2.5 or 5 times a power of ten, near to `rough`. */
static double round_step(double rough) {
  double power = pow(10, floor(log10(rough)));
  double lead = rough / power;
  double nice = lead <= 1.001   ? 1
                : lead <= 2.001 ? 2
                : lead <= 2.501 ? 2.5
                : lead <= 5.001 ? 5
                                : 10;
  return nice * power;
}

am_axis am_axis_exact(double low, double high, int n_ticks) {
  if (!isfinite(low) || !isfinite(high)) low = 0, high = 1;
  low = fmax(-1e300, low);
  high = fmin(1e300, high);
  if (high < low) high = low;
  if (!(high - low > 1e-9 * fmax(fabs(low), fabs(high)))) {
    double room = low == 0 ? 1 : fabs(low) * 0.1;
    low -= low == 0 ? 0 : room;
    high += room;
  }
  return (am_axis){low, high, round_step((high - low) / n_ticks), false};
}

am_axis am_axis_round(double low, double high, int n_ticks) {
  am_axis axis = am_axis_exact(low, high, n_ticks);
  axis.low = floor(axis.low / axis.step + 1e-9) * axis.step;
  axis.high = ceil(axis.high / axis.step - 1e-9) * axis.step;
  return axis;
}

am_axis am_axis_whole(double low, double high, int n_ticks) {
  am_axis axis = am_axis_exact(low, high, n_ticks);
  if (axis.step < 1) axis.step = 1;
  if (axis.step != floor(axis.step)) axis.step *= 2; /* 2.5 */
  return axis;
}

am_axis am_axis_log(double low, double high) {
  double a = floor(log10(low) + 1e-9), b = ceil(log10(high) - 1e-9);
  return (am_axis){pow(10, a), pow(10, b > a ? b : a + 1), 10, true};
}

double am_axis_at(const am_axis *axis, double value) {
  double at = axis->logarithmic ? log10(value / axis->low) / log10(axis->high / axis->low)
                                : (value - axis->low) / (axis->high - axis->low);
  return isfinite(at) && !(axis->logarithmic && value <= 0) ? at : (double)NAN;
}

/* The k-th tick, or NAN after the last. */
static double tick(const am_axis *axis, int k) {
  double value;
  if (k >= MOST_TICKS) return (double)NAN;
  if (axis->logarithmic) {
    double decades = log10(axis->high / axis->low);
    value = axis->low * pow(10, k * (decades > 6.5 ? ceil(decades / 4) : 1));
    return value <= axis->high * 1.0001 ? value : (double)NAN;
  }
  value = (ceil(axis->low / axis->step - 1e-9) + k) * axis->step;
  return value <= axis->high + 1e-9 * axis->step ? value : (double)NAN;
}

static void put_tick(am_text *page, const am_axis *axis, double value) {
  double size = fmax(fabs(axis->low), fabs(axis->high));
  if (!axis->logarithmic && fabs(value) < axis->step * 1e-6) {
    am_text_puts(page, "0");
  } else if (axis->logarithmic || size >= 1e7 || size < 1e-3) {
    am_html_figure(page, value, 3);
  } else {
    int decimals = 0;
    for (double s = axis->step; decimals < 9 && fabs(s - round(s)) > 1e-6; s *= 10) decimals++;
    am_html_fixed(page, value, decimals);
  }
}

/* ------------------------------------------------------------------------------------ the box */

void am_plot_open(am_text *page, const am_plot *plot) {
  am_text_printf(page, "<div class=\"plot %s\">\n", plot->classes);
  for (int k = 0; isfinite(tick(&plot->y, k)); k++) {
    am_text_puts(page, "<span class=\"y\" style=\"top:");
    am_html_at(page, 100 * (1 - am_axis_at(&plot->y, tick(&plot->y, k))));
    am_text_puts(page, "%\">");
    put_tick(page, &plot->y, tick(&plot->y, k));
    am_text_puts(page, "</span>");
  }
  for (int k = 0; (!plot->x_title || plot->x_title[0]) && isfinite(tick(&plot->x, k)); k++) {
    const double at = am_axis_at(&plot->x, tick(&plot->x, k));
    am_text_printf(page, "<span class=\"x%s%s\" style=\"left:", k % 2 ? " odd" : "",
                   at > 0.97 ? " end" : "");
    am_html_at(page, 100 * at);
    am_text_puts(page, "%\">");
    put_tick(page, &plot->x, tick(&plot->x, k));
    am_text_puts(page, "</span>");
  }
  if (plot->x_title && plot->x_title[0]) {
    am_html_between(page, "<span class=\"xt\">", plot->x_title, SIZE_MAX, "</span>");
  }
  am_text_puts(page, "\n");
}

void am_plot_begin(am_text *page, const am_plot *plot) {
  am_text_puts(page, "<svg viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" "
                     "aria-hidden=\"true\">\n<path class=\"grid\" d=\"");
  for (int k = 0; isfinite(tick(&plot->y, k)); k++) {
    am_text_puts(page, "M0 ");
    am_html_at(page, BOX * (1 - am_axis_at(&plot->y, tick(&plot->y, k))));
    am_text_puts(page, "H1000");
  }
  am_text_puts(page, "\"/>\n");
}

void am_plot_close(am_text *page) { am_text_puts(page, "</svg>\n</div>\n"); }

/* ------------------------------------------------------------------------------------- curves */

/* In the box, a little beyond its edges at most, to one decimal. */
static double across(const am_plot *plot, double x) {
  return round(10 * BOX * fmax(-0.02, fmin(1.02, am_axis_at(&plot->x, x)))) / 10;
}
static double down(const am_plot *plot, double y) {
  return round(10 * BOX * (1 - fmax(-0.02, fmin(1.02, am_axis_at(&plot->y, y))))) / 10;
}
static bool drawable(const am_plot *plot, double x, double y) {
  return isfinite(am_axis_at(&plot->x, x)) && isfinite(am_axis_at(&plot->y, y));
}

static void put_point(am_text *page, const char *command, double x, double y) {
  am_text_puts(page, command);
  am_html_at(page, x);
  am_text_puts(page, " ");
  am_html_at(page, y);
}

void am_plot_line(am_text *page, const am_plot *plot, const char *classes, const double *x,
                  const double *y, size_t n) {
  bool pen_down = false;
  size_t n_points = 0;
  for (size_t k = 0; k < n; k++) n_points += drawable(plot, x[k], y[k]);
  am_text_printf(page, "<path class=\"line %s%s\" d=\"", classes, n_points == 1 ? " lone" : "");
  for (size_t k = 0; k < n; k++) {
    bool good = drawable(plot, x[k], y[k]);
    bool ends =
        k + 1 == n || n_points == 1 || (!plot->bridged && !drawable(plot, x[k + 1], y[k + 1]));
    if (good) put_point(page, pen_down ? "L" : "M", across(plot, x[k]), down(plot, y[k]));
    if (good && !pen_down && ends) am_text_puts(page, "h0"); /* a dot */
    pen_down = good || (pen_down && plot->bridged);
  }
  am_text_puts(page, "\"/>\n");
}

void am_plot_dots(am_text *page, const am_plot *plot, const char *classes, const double *x,
                  const double *y, size_t n) {
  am_text_printf(page, "<path class=\"dots %s\" d=\"", classes);
  for (size_t k = 0; k < n; k++) {
    if (!drawable(plot, x[k], y[k])) continue;
    put_point(page, "M", across(plot, x[k]), down(plot, y[k]));
    am_text_puts(page, "h0");
  }
  am_text_puts(page, "\"/>\n");
}

void am_plot_band(am_text *page, const am_plot *plot, const char *classes, const double *x,
                  const double *low, const double *high, size_t n) {
  const char *command = "M";
  am_text_printf(page, "<path class=\"band %s\" d=\"", classes);
  for (size_t k = 0; k < n; k++)
    if (drawable(plot, x[k], low[k]) && drawable(plot, x[k], high[k])) {
      put_point(page, command, across(plot, x[k]), down(plot, high[k]));
      command = "L";
    }
  for (size_t k = n; k-- > 0;)
    if (drawable(plot, x[k], low[k]) && drawable(plot, x[k], high[k]))
      put_point(page, command, across(plot, x[k]), down(plot, low[k]));
  am_text_puts(page, command[0] == 'L' ? "Z\"/>\n" : "\"/>\n");
}

void am_plot_across(am_text *page, const am_plot *plot, const char *classes, double y) {
  if (!isfinite(am_axis_at(&plot->y, y))) return;
  am_text_printf(page, "<path class=\"level %s\" d=\"", classes);
  put_point(page, "M", 0, down(plot, y));
  am_text_puts(page, "H1000\"/>\n");
}

/* The boxes have different heights: a name needs so much of a tall one, and of any other. */
#define NAME_GAP 5.4
#define NAME_GAP_LOW 15

void am_plot_name(am_text *page, const am_plot *plot, double *below, const char *name, double y) {
  const double gap = strstr(plot->classes, "tall") ? NAME_GAP : NAME_GAP_LOW;
  double at = 100 * (1 - am_axis_at(&plot->y, y));
  if (!isfinite(at)) return;
  if (at > *below - gap) at = *below - gap;
  *below = at;
  am_text_puts(page, "<span class=\"name\" style=\"top:");
  am_html_at(page, at);
  am_html_between(page, "%\">", name, 24, " <b>");
  am_html_figure(page, y, 3);
  am_text_puts(page, "</b></span>");
}

void am_plot_down(am_text *page, const am_plot *plot, const char *classes, double x) {
  if (!isfinite(am_axis_at(&plot->x, x))) return;
  am_text_printf(page, "<path class=\"level %s\" d=\"", classes);
  put_point(page, "M", across(plot, x), 0);
  am_text_puts(page, "V1000\"/>\n");
}

void am_plot_bar(am_text *page, const am_plot *plot, const char *classes, double x, double width,
                 double y) {
  if (!drawable(plot, x, y)) return;
  am_text_printf(page, "<path class=\"bar %s\" d=\"", classes);
  put_point(page, "M", across(plot, x - width / 2), down(plot, 0));
  am_text_puts(page, "V");
  am_html_at(page, down(plot, y));
  am_text_puts(page, "H");
  am_html_at(page, across(plot, x + width / 2));
  am_text_puts(page, "V");
  am_html_at(page, down(plot, 0));
  am_text_puts(page, "Z\"/>\n");
}

/* ---------------------------------------------------------------------------------- read-outs */

static void put_numbers(am_text *page, const char *key, const double *values, size_t n,
                        int digits) {
  am_text_printf(page, ",\"%s\":[", key);
  for (size_t k = 0; k < n; k++) {
    if (k > 0) am_text_puts(page, ",");
    am_json_number(page, values[k], digits);
  }
  am_text_puts(page, "]");
}

void am_readout_open(am_text *page, const am_plot *plot, const char *unit, const double *x,
                     size_t n) {
  am_text_puts(page, "<script type=\"application/json\">{\"low\":");
  am_json_number(page, plot->x.low, 9);
  am_text_puts(page, ",\"high\":");
  am_json_number(page, plot->x.high, 9);
  am_text_puts(page, ",\"unit\":");
  am_html_json_string(page, unit);
  put_numbers(page, "x", x, n, 7);
  am_text_puts(page, ",\"curves\":[");
}

void am_readout_add(am_text *page, const am_readout *curve, size_t n) {
  char last = page->length ? page->data[page->length - 1] : '[';
  if (last != '[') am_text_puts(page, ",");
  am_text_puts(page, "{\"label\":");
  am_html_json_string(page, curve->label);
  am_text_puts(page, ",\"classes\":");
  am_html_json_string(page, curve->classes);
  put_numbers(page, "y", curve->y, n, 4);
  if (curve->low) put_numbers(page, "low", curve->low, n, 4);
  if (curve->high) put_numbers(page, "high", curve->high, n, 4);
  am_text_puts(page, "}");
}

void am_readout_close(am_text *page) { am_text_puts(page, "]}</script>\n"); }
