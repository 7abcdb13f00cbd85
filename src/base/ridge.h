/* Ridge regression in float64: how much of a number linear combinations of others predict.
 *
 *     b minimises  sum_t (y_t - a - b . z_t)^2 + lambda n |b|^2,     z: x less its mean, in standard deviations
 *
 * over the n rows that were added, by Cholesky's factors of Z'Z / n + lambda I. What is kept of the
 * rows is their sums of products. A variable that does not vary has weight 0. Source: Hoerl and
 * Kennard 1970, doi:10.1080/00401706.1970.10488634. */
#ifndef AMINE_BASE_RIDGE_H
#define AMINE_BASE_RIDGE_H

#include <stdbool.h>

#include "base/error.h"

typedef struct am_ridge {
  int n;                     /* variables */
  double rows;               /* added */
  double *sums;              /* [n + 1][n + 1]: of (x, y) (x, y)', about `origin` */
  double *means;             /* [n + 1]: sums of (x, y), likewise */
  double *origin;            /* [n + 1]: the first row, so that large offsets cost no digits */
  double *weight, intercept; /* [n]: after am_ridge_solve, of x as it is */
  double *factor;            /* [n][n] */
} am_ridge;

/* AMINE_ERROR_MEMORY: *r is empty. */
amine_status am_ridge_make(am_ridge *r, int n, amine_error *error);
void am_ridge_free(am_ridge *r);
void am_ridge_add(am_ridge *r, const double *x, double y); /* x [n] */
/* Solves for the variables k with used[k] (NULL: all); the others have weight 0. */
void am_ridge_solve(am_ridge *r, double lambda, const bool *used);
double am_ridge_predict(const am_ridge *r, const double *x);
/* 1 - sum (y - predicted)^2 / sum (y - mean y)^2 over the rows of `rows`, of as many variables; what
 * was fitted is r's. Below 0 where it is worse than their mean; NAN where they do not vary. */
double am_ridge_explains(const am_ridge *r, const am_ridge *rows);

#endif
