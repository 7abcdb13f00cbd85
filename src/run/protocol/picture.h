/* Pictures of a protocol's world, for the page of a run: what was there, what was done, what was
 * learned. They are written down as JSON (protocol.json), and drawn from there by the report, which
 * knows these kinds and no protocol. Numbers that are not finite are null: nothing is drawn there.
 *
 *   am_picture_table(pictures, &(am_table_picture){.title = "What it chose", ...}); */
#ifndef AMINE_RUN_PROTOCOL_PICTURE_H
#define AMINE_RUN_PROTOCOL_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"

typedef struct am_pictures {
  am_text json; /* an array without its brackets */
} am_pictures;

/* One or a few tables of the same rows and columns side by side, a shade for each number. */
typedef struct am_table_picture {
  const char *title, *meaning;
  const char *unit;                /* what a number is: "share of the trials" */
  const char *row_title, *x_title; /* "cue", "choice" */
  int n_parts, n_rows, n_columns;
  const char *const *parts;   /* [n_parts] "first third", "last third" */
  const char *const *rows;    /* [n_rows] */
  const char *const *columns; /* [n_columns] */
  const double *values;       /* [n_parts][n_rows][n_columns] */
  const int *right;           /* [n_rows] the column that is right, -1: none; may be NULL */
  double low, high;           /* of the shades */
} am_table_picture;
void am_picture_table(am_pictures *pictures, const am_table_picture *picture);

/* Numbers against a number: of every episode its steps, of every place in a block the right
 * choices. */
typedef struct am_course_line {
  const char *label;
  const double *x, *y; /* [n] */
  size_t n;
  bool dots; /* single points, where a line would say that there is something between them */
} am_course_line;
typedef struct am_course_picture {
  const char *title, *meaning, *x_title, *y_title;
  const am_course_line *lines;
  int n_lines;
  const char *chance_name, *best_name; /* NULL: no line across */
  double chance, best;
} am_course_picture;
void am_picture_course(am_pictures *pictures, const am_course_picture *picture);

/* How numbers are spread, as a line of a course: the share of them in each of equal bins, at its
 * middle. What lies outside counts in the first or the last bin, what is not finite not at all.
 *
 *   am_spread spread = {.low = 0, .high = 4};
 *   for (...) am_spread_add(&spread, weights[k]);
 *   am_spread_line(x, y, &spread); */
enum { AM_SPREAD_BINS = 40 };
typedef struct am_spread {
  double low, high; /* low < high */
  double n, counts[AM_SPREAD_BINS];
} am_spread;
void am_spread_add(am_spread *spread, double value);
/* x, y [AM_SPREAD_BINS]; the greatest y. Without a number all are 0. */
double am_spread_line(double *x, double *y, const am_spread *spread);

/* Bars: a cluster for each label, a bar in it for each part. */
typedef struct am_bars_picture {
  const char *title, *meaning, *x_title, *y_title;
  int n_parts, n_labels;
  const char *const *parts;  /* [n_parts] */
  const char *const *labels; /* [n_labels]; NULL: they are numbered from 1 */
  const double *values;      /* [n_parts][n_labels] */
  int marked;                /* a label that stands out; -1: none */
} am_bars_picture;
void am_picture_bars(am_pictures *pictures, const am_bars_picture *picture);

/* A world of square cells, numbered row by row, with the ways that were walked in it. */
typedef struct am_way {
  const char *label; /* "episode 1" */
  const int *cells;  /* [n] */
  size_t n;
  bool reached; /* the goal */
} am_way;
typedef struct am_grid_picture {
  const char *title, *meaning;
  int width, height, goal;
  const bool *wall;  /* [width height] */
  const am_way *ways;
  int n_early, n_late; /* ways [n_early + n_late] */
  const double *values, *best; /* [width height] what was learned, and what is true; NAN: nothing */
  const double (*policy)[4];   /* [width height] shares of up, right, down, left; may be NULL */
} am_grid_picture;
void am_picture_grid(am_pictures *pictures, const am_grid_picture *picture);

#endif
