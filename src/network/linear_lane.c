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

static void online(real *change, real *tag, const real *delta, real k, const real *a,
                   const real *now, const real *b, int n, int m) {
  const vec fade = v_set1(k), d = delta ? v_load(delta) : v_zero();
  for (int j = 0; j < n; j++) {
    const vec aj = v_load(a + j * VEC_LANES), nj = now ? v_load(now + j * VEC_LANES) : v_zero();
    for (int i = 0; i < m; i++, change++, tag += VEC_LANES) {
      const vec bi = b ? v_load(b + i * VEC_LANES) : v_set1(1), old = v_load(tag);
      *change += v_sum(v_fma(d, old, v_mul(nj, bi)));
      v_store(tag, v_fma(fade, old, v_mul(aj, bi)));
    }
  }
}

static void harvest(real *change, const real *tag, const real *delta, int n, int m) {
  const vec d = v_load(delta);
  for (int k = 0; k < n * m; k++) change[k] += v_sum(v_mul(d, v_load(tag + (size_t)k * VEC_LANES)));
}

extern const am_linear_ops AM_ISA(am_linear_ops);
const am_linear_ops AM_ISA(am_linear_ops) = {
    .forward = forward, .collect = collect, .online = online, .harvest = harvest};
