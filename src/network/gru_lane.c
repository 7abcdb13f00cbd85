/* One step of gated recurrent units and its local derivatives (see gru_lane.h). */
#include "kernel/vector.h"

#include "kernel/lanes.h"
#include "kernel/math.h"
#include "network/gru_lane.h"

#define ROW(base, row, n) ((base) + (size_t)(row) * (size_t)(n)*VEC_LANES)

static void step(const am_gru_cell *c, real *state, const real *x, const real *before,
                 const real *held) {
  const int n = c->n;
  real *r = ROW(state, AM_GRU_R, n), *nn = ROW(state, AM_GRU_N, n), *q = ROW(state, AM_GRU_Q, n);
  real *h = ROW(state, AM_GRU_H, n);
  const real *z = ROW(state, AM_GRU_Z, n);
  lanes_affine(r, c->w_ih, c->b_ih, x, 3 * n, c->n_inputs);
  lanes_affine_add(r, c->w_hh, c->b_hh, before, 2 * n, n);
  lanes_affine(q, c->w_hh + 2 * (size_t)n * (size_t)n, c->b_hh + 2 * n, before, n, n);
  for (int k = 0; k < 2 * n * VEC_LANES; k += VEC_LANES) v_store(r + k, v_sigmoid(v_load(r + k)));
  for (int k = 0; k < n * VEC_LANES; k += VEC_LANES) {
    const vec new = v_tanh(v_fma(v_load(r + k), v_load(q + k), v_load(nn + k)));
    v_store(nn + k, new);
    v_store(h + k, v_fma(v_load(z + k), v_sub(v_load(held + k), new), new));
  }
}

/* psi_n, psi_r, psi_z of one unit */
typedef struct local {
  vec n, r, z;
} local;

VEC_INLINE local local_of(const real *state, const real *held, int n, int k) {
  const vec one = v_set1(1);
  const vec r = v_load(ROW(state, AM_GRU_R, n) + k), z = v_load(ROW(state, AM_GRU_Z, n) + k);
  const vec nn = v_load(ROW(state, AM_GRU_N, n) + k), q = v_load(ROW(state, AM_GRU_Q, n) + k);
  local p;
  p.n = v_mul(v_sub(one, z), v_fnma(nn, nn, one));
  p.r = v_mul(v_mul(p.n, q), v_mul(r, v_sub(one, r)));
  p.z = v_mul(v_sub(v_load(held + k), nn), v_mul(z, v_sub(one, z)));
  return p;
}

static void gates(const am_gru_cell *c, real *out, const real *state, const real *held,
                  const real *credit) {
  const int n = c->n;
  for (int k = 0; k < n * VEC_LANES; k += VEC_LANES) {
    const local p = local_of(state, held, n, k);
    const vec g = v_load(credit + k), gn = v_mul(g, p.n);
    v_store(ROW(out, AM_GRU_GR, n) + k, v_mul(g, p.r));
    v_store(ROW(out, AM_GRU_GZ, n) + k, v_mul(g, p.z));
    v_store(ROW(out, AM_GRU_GN, n) + k, gn);
    v_store(ROW(out, AM_GRU_GQ, n) + k, v_mul(gn, v_load(ROW(state, AM_GRU_R, n) + k)));
  }
}

static void own(const am_gru_cell *c, real *out, const real *state, const real *held, const real *m,
                am_trace_kind kind) {
  const int n = c->n;
  const size_t across = (size_t)n + 1, block = (size_t)n * (size_t)n;
  for (int j = 0; j < n; j++) {
    const int k = j * VEC_LANES;
    vec d = v_load(ROW(state, AM_GRU_Z, n) + k);
    if (kind == AM_TRACE_DIAGONAL) {
      const local p = local_of(state, held, n, k);
      const real *w = c->w_hh + (size_t)j * across;
      vec through = v_mul(p.r, v_set1(w[0]));
      through = v_fma(p.z, v_set1(w[block]), through);
      through =
          v_fma(v_mul(p.n, v_load(ROW(state, AM_GRU_R, n) + k)), v_set1(w[2 * block]), through);
      d = m ? v_fma(v_add(v_set1(1), v_load(m + k)), through, d) : v_add(through, d);
    }
    v_store(out + k, d);
  }
}

static void collect(const am_gru_cell *c, const am_gru_change *d, const am_gru_window *w) {
  const int n = c->n, m = c->n_inputs, T = w->n_steps;
  const size_t two = 2 * (size_t)n;
  const real *gq = ROW(w->gates, AM_GRU_GQ, n);
  if (d->w_ih) lanes_outer(d->w_ih, w->gates, w->gates_step, w->x, w->x_step, T, 3 * n, m);
  if (d->b_ih) lanes_total(d->b_ih, w->gates, w->gates_step, T, 3 * n);
  if (d->w_hh) {
    lanes_outer(d->w_hh, w->gates, w->gates_step, w->before, w->before_step, T, 2 * n, n);
    lanes_outer(d->w_hh + two * (size_t)n, gq, w->gates_step, w->before, w->before_step, T, n, n);
  }
  if (d->b_hh) {
    lanes_total(d->b_hh, w->gates, w->gates_step, T, 2 * n);
    lanes_total(d->b_hh + two, gq, w->gates_step, T, n);
  }
}

extern const am_gru_ops AM_ISA(am_gru_ops);
const am_gru_ops AM_ISA(am_gru_ops) = {
    .n_lanes = VEC_LANES, .step = step, .gates = gates, .own = own, .collect = collect};
