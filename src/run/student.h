/* Means with their confidence intervals. */
#ifndef AMINE_RUN_STUDENT_H
#define AMINE_RUN_STUDENT_H

#include <stddef.h>

/* A mean, and half the width of its 95 % confidence interval by Student's t: NAN with fewer than
 * two values. Values that are not finite are left out. */
typedef struct am_interval {
  double mean, half;
  int n;
} am_interval;

am_interval am_interval_of(const double *values, size_t n);

/* t with P(|T| <= t) = 0.95 for so many degrees of freedom, >= 1. */
double am_student_t95(int degrees);

#endif
