/* Where the matrices of a product with a trace lie among the parameters, in LANES. Only for vector
 * sources. */
#ifndef AMINE_EQUATION_PLAN_MATRIX_H
#define AMINE_EQUATION_PLAN_MATRIX_H

#include "kernel/vector.h"
/* after vector.h, which says what a real is */
#include "equation/plan.h"

/* Numbers of a matrix among the parameters, `lanes` of each: the first, and how far it is to the
 * next row and column. */
typedef struct matrix {
  const real *at;
  size_t row, col;
} matrix;

static const real zeros[VEC_LANES];
static const real ones[VEC_LANES] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

VEC_INLINE matrix slow_of(const am_plan_trace *t, const real *parameters, size_t lanes) {
  if (t->w == SIZE_MAX) return (matrix){zeros, 0, 0};
  return (matrix){parameters + t->w * lanes, (size_t)t->cols * lanes, lanes};
}

/* alpha, also of fewer numbers than connections */
VEC_INLINE matrix alpha_of(const am_plan_trace *t, const real *parameters, size_t lanes) {
  if (t->n_few == 0) return (matrix){parameters + t->alpha * lanes, (size_t)t->cols * lanes, lanes};
  if (t->few == SIZE_MAX) return (matrix){ones, 0, 0};
  return (matrix){parameters + t->few * lanes, t->n_few > 1 ? lanes : 0, 0};
}

#endif
