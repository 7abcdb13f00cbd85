/* The gradient of a loss through a step of a plan, to the step before and to what lies below. For
 * backprop; learners without backprop do not use it (a test looks at the symbols of their
 * objects). */
#ifndef AMINE_EQUATION_PLAN_BACKWARD_H
#define AMINE_EQUATION_PLAN_BACKWARD_H

#include "equation/plan_lanes.h"

typedef struct am_plan_backward_ops {
  /* past: for a plan of AM_PLAN_THROUGH; NULL: the first step, whose traces are 0. */
  void (*back)(const am_plan *plan, const am_plan_step *step, const am_plan_gradient *gradient,
               const am_plan_past *past);
  /* dx [m][lanes] += W' dy for a linear layer [n][m] on top */
  void (*linear)(am_real *dx, const am_real *W, const am_real *dy, int n, int m);
} am_plan_backward_ops;

const am_plan_backward_ops *am_plan_backward_code(void);

#endif
