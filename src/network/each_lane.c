/* Layers with weights of each lane's own (see each_lane.h). */
#include "network/each_lane.h"

#include "kernel/vector.h"

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

extern const am_each_ops AM_ISA(am_each_ops);
const am_each_ops AM_ISA(am_each_ops) = {.perturb = perturb, .linear = linear};
