/* Means with their confidence intervals. */
#ifndef AMINE_BASE_STUDENT_H
#define AMINE_BASE_STUDENT_H

#include <stddef.h>

/* A mean, and half the width of its 95 % confidence interval by Student's t: NAN with fewer than
 * two values. Values that are not finite are left out. */
typedef struct am_interval {
  double mean, half;
  int n;
} am_interval;

am_interval am_interval_of(const double *values, size_t n);

/* The mean of a less that of b, of independent samples whose variances may differ: Welch,
 * Biometrika 34 (1947) 28, doi 10.1093/biomet/34.1-2.28, with its degrees of freedom rounded down.
 * n: all values. Half the width is NAN if either has fewer than two. */
am_interval am_interval_of_difference(const double *a, size_t n_a, const double *b, size_t n_b);

/* t with P(|T| <= t) = 0.95 for so many degrees of freedom, >= 1. */
double am_student_t95(int degrees);

#endif
