/* Steps forward with weights of each lane's own (see gru_each_lane.h). */
#include "network/gru_each_lane.h"

#include "kernel/vector.h"

#include "kernel/math.h"

#define ROW(base, row, n) ((base) + (size_t)(row) * (size_t)(n)*VEC_LANES)

static void perturb(real *w, const real *parameters, const real *noise, const real *scale,
                    size_t n) {
  const vec s = v_load(scale);
  for (size_t i = 0; i < n; i++)
    v_store(w + i * VEC_LANES, v_fma(s, v_load(noise + i * VEC_LANES), v_set1(parameters[i])));
}

/* start + sum_i W[i] x[i], i < m */
VEC_INLINE vec product(vec start, const real *W, const real *x, int m) {
  for (size_t i = 0; i < (size_t)m * VEC_LANES; i += VEC_LANES)
    start = v_fma(v_load(W + i), v_load(x + i), start);
  return start;
}

static void linear(real *y, const real *W, const real *b, const real *x, int n, int m) {
  for (int j = 0; j < n; j++)
    v_store(ROW(y, j, 1), product(v_load(ROW(b, j, 1)), ROW(W, j, m), x, m));
}

static void linear_add(real *y, const real *W, const real *b, const real *x, int n, int m) {
  for (int j = 0; j < n; j++) {
    const vec start = v_add(v_load(ROW(y, j, 1)), v_load(ROW(b, j, 1)));
    v_store(ROW(y, j, 1), product(start, ROW(W, j, m), x, m));
  }
}

static void gru(const am_gru_cell *c, real *state, const real *x, const real *before) {
  const int n = c->n;
  real *r = ROW(state, AM_GRU_R, n), *nn = ROW(state, AM_GRU_N, n), *q = ROW(state, AM_GRU_Q, n);
  real *h = ROW(state, AM_GRU_H, n);
  const real *z = ROW(state, AM_GRU_Z, n);
  linear(r, c->w_ih, c->b_ih, x, 3 * n, c->n_inputs);
  linear_add(r, c->w_hh, c->b_hh, before, 2 * n, n);
  linear(q, ROW(c->w_hh, 2 * n, n), ROW(c->b_hh, 2, n), before, n, n);
  for (int k = 0; k < 2 * n * VEC_LANES; k += VEC_LANES) v_store(r + k, v_sigmoid(v_load(r + k)));
  for (int k = 0; k < n * VEC_LANES; k += VEC_LANES) {
    const vec new = v_tanh(v_fma(v_load(r + k), v_load(q + k), v_load(nn + k)));
    v_store(nn + k, new);
    v_store(h + k, v_fma(v_load(z + k), v_sub(v_load(before + k), new), new));
  }
}

extern const am_each_ops AM_ISA(am_each_ops);
const am_each_ops AM_ISA(am_each_ops) = {.perturb = perturb, .gru = gru, .linear = linear};
