/* The gradient through one step of gated recurrent units (see gru_backward.h). */
#include "kernel/vector.h"

#include "kernel/lanes.h"
#include "network/gru_backward.h"

extern const am_gru_ops AM_ISA(am_gru_ops);

static void back(const am_gru_cell *c, real *gates, real *dbefore, real *dx, const real *state,
                 const real *before, const real *dh) {
  const int n = c->n;
  const size_t row = (size_t)n * VEC_LANES, two = 2 * (size_t)n;
  const real *z = state + AM_GRU_Z * row, *gq = gates + AM_GRU_GQ * row;
  AM_ISA(am_gru_ops).gates(c, gates, state, before, dh);
  for (size_t k = 0; k < row; k += VEC_LANES)
    v_store(dbefore + k, v_mul(v_load(z + k), v_load(dh + k)));
  lanes_transposed(dbefore, c->w_hh, gates, 2 * n, n, 1);
  lanes_transposed(dbefore, c->w_hh + two * (size_t)n, gq, n, n, 1);
  if (dx) lanes_transposed(dx, c->w_ih, gates, 3 * n, c->n_inputs, 0);
}

static void linear(real *dx, const real *W, const real *dy, int n, int m) {
  lanes_transposed(dx, W, dy, n, m, 1);
}

extern const am_gru_backward_ops AM_ISA(am_gru_backward_ops);
const am_gru_backward_ops AM_ISA(am_gru_backward_ops) = {.back = back, .linear = linear};
