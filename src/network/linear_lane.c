/* Linear layers of many lanes (see linear_lane.h). */
#include "kernel/vector.h"

#include "kernel/lanes.h"
#include "network/linear_lane.h"

static void forward(real *y, const real *W, const real *b, const real *x, int n, int m) {
  lanes_affine(y, W, b, x, n, m);
}

static void collect(real *dW, real *db, const real *A, size_t a_step, const real *B, size_t b_step,
                    int n_steps, int n, int m) {
  if (dW) lanes_outer(dW, A, a_step, B, b_step, n_steps, n, m);
  if (db) lanes_total(db, A, a_step, n_steps, n);
}

extern const am_linear_ops AM_ISA(am_linear_ops);
const am_linear_ops AM_ISA(am_linear_ops) = {.forward = forward, .collect = collect};
