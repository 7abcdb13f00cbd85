/* Line charts that fit any width: the curves are an SVG stretched to its box, with lines of
 * constant thickness, and the labels are ordinary text placed by percentages around it.
 *
 * A plot is opened, may take pieces of HTML that are placed over it, is begun, takes lines, bands
 * and marks, and is closed. What is drawn is in a box of 1000 x 1000, [0, 0] at the top left. */
#ifndef AMINE_REPORT_PLOT_H
#define AMINE_REPORT_PLOT_H

#include <stdbool.h>

#include "base/memory.h"

/* CSS classes of the k-th curve's colour and dashes, the same on the whole page. Returns out. */
char *am_curve_classes(char *out, size_t size, size_t k);

typedef struct am_axis {
  double low, high;
  double step; /* between ticks; for a logarithmic axis 10 */
  bool logarithmic;
} am_axis;

/* An axis from low to high as they are, with about n_ticks round ticks. */
am_axis am_axis_exact(double low, double high, int n_ticks);
/* The same, widened until both ends are ticks. */
am_axis am_axis_round(double low, double high, int n_ticks);
/* An axis whose ticks are whole numbers. */
am_axis am_axis_whole(double low, double high, int n_ticks);
/* Widened to powers of ten; 0 < low. */
am_axis am_axis_log(double low, double high);
/* Where a value lies: 0 at low, 1 at high; NAN if it cannot be drawn. */
double am_axis_at(const am_axis *axis, double value);

/* The least and the greatest value of n numbers that are finite; NAN if there are none. */
void am_range(double *low, double *high, const double *values, size_t n);

typedef struct am_plot {
  am_axis x, y;
  const char *classes; /* of the box: "tall", "low", ... */
  const char *x_title; /* NULL: no title; "" : no numbers either */
  bool bridged;        /* curves go on across points that are missing */
} am_plot;

void am_plot_open(am_text *page, const am_plot *plot);
void am_plot_begin(am_text *page, const am_plot *plot);
void am_plot_close(am_text *page);

/* A curve through n points; a point that is not finite breaks it
 * (or not: `bridged`). `classes` choose the colour. */
void am_plot_line(am_text *page, const am_plot *plot, const char *classes, const double *x,
                  const double *y, size_t n);
/* Points alone, where a line would say that there is something between them. */
void am_plot_dots(am_text *page, const am_plot *plot, const char *classes, const double *x,
                  const double *y, size_t n);
/* The area between two curves; points where either is not finite are left out. */
void am_plot_band(am_text *page, const am_plot *plot, const char *classes, const double *x,
                  const double *low, const double *high, size_t n);
/* A line across the plot at y, and one down it at x. */
void am_plot_across(am_text *page, const am_plot *plot, const char *classes, double y);
void am_plot_down(am_text *page, const am_plot *plot, const char *classes, double x);
/* The name and the figure of a line across, at the right edge (class "named" makes room there);
 * between open and begin, the lowest line first, each moved up from the one below where they would
 * touch: *below is am_plot_names_begin before the first. */
#define am_plot_names_begin 1e9
void am_plot_name(am_text *page, const am_plot *plot, double *below, const char *name, double y);
/* A bar from 0 up to y, from x - width / 2 to x + width / 2. */
void am_plot_bar(am_text *page, const am_plot *plot, const char *classes, double x, double width,
                 double y);

/* The numbers behind a plot, for the read-out under the pointer:
 *   open, one curve after the other, close. They stand between am_plot_close and </figure>. */
typedef struct am_readout {
  const char *label, *classes;
  const double *y, *low, *high; /* [n]; low and high may be NULL */
} am_readout;
void am_readout_open(am_text *page, const am_plot *plot, const char *unit, const double *x,
                     size_t n);
void am_readout_add(am_text *page, const am_readout *curve, size_t n);
void am_readout_close(am_text *page);

#endif
