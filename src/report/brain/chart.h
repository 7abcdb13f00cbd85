/* A chart of several curves against biological time, with a read-out under the pointer. */
#ifndef AMINE_REPORT_BRAIN_CHART_H
#define AMINE_REPORT_BRAIN_CHART_H

#include <math.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/memory.h"

typedef struct am_brain_line {
  const char *label;
  char classes[24];    /* its colour: am_curve_classes, or a modulator's name */
  const double *t, *y; /* [n] t ascending, in s */
  size_t n;
} am_brain_line;

/* A dashed line across, with its name beside it. */
typedef struct am_brain_across {
  const char *name;
  double at; /* NAN: it is not drawn */
} am_brain_across;

/* Lines down, all in one colour. */
typedef struct am_brain_marks {
  const char *classes;
  const double *t; /* [n] s */
  size_t n;
} am_brain_marks;

typedef struct am_brain_chart {
  const char *title, *meaning; /* title NULL: neither */
  const char *unit;            /* of the values, beside the title; NULL: none */
  bool key;                    /* colours and names of several lines stand under the title */
  const char *y_title;         /* NULL: none */
  const char *classes;         /* "tall", "low" */
  const am_brain_line *lines;
  size_t n_lines;
  size_t n_bins;               /* points of a curve at most, each the mean of its time; 0: 400 */
  double t_low, t_high;        /* s */
  double y_low, y_high;        /* NAN: as the curves want it */
  bool from_zero;              /* the axis has its 0 */
  double base;                 /* a line across, and what peaks rise from; NAN: none */
  bool peaks;                  /* where many values fall together, the one furthest from `base` is
                                  shown, not their mean */
  const double *band;            /* the chart's own: [2][points] of a crowd */
  const am_brain_across *across; /* [n_across] */
  size_t n_across;
  const am_brain_marks *marks; /* [n_marks] */
  size_t n_marks;
  bool quiet; /* no numbers on the time axis */
} am_brain_chart;

/* As the curves want it, and no line across. */
#define AM_BRAIN_FREE .y_low = (double)NAN, .y_high = (double)NAN, .base = (double)NAN

/* More lines than anybody can tell apart become a band from the least to the greatest of them, and
 * those that end lowest, in the middle and highest. */
enum { AM_BRAIN_LINES_MAX = 8, AM_BRAIN_EXAMPLES = 3 };

/* Of n > 2 numbers the places of the least, the middle and the greatest, ascending; of those that
 * are not finite none is taken before the others. AMINE_ERROR_MEMORY only. */
amine_status am_brain_examples(size_t out[AM_BRAIN_EXAMPLES], const double *values, size_t n,
                               amine_error *error);

/* Adds a <figure>. AMINE_ERROR_MEMORY only. */
amine_status am_brain_chart_put(am_text *page, const am_brain_chart *chart, amine_error *error);

/* A unit of time that gives handy numbers: 1, 60 or 3600 s, and what it is called. */
double am_brain_time_unit(double t_high, const char **name);

/* Colours and names, where there is more than one. */
void am_brain_key(am_text *page, const am_brain_line *lines, size_t n);

#endif
