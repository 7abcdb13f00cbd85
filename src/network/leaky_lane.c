/* One step of leaky units and its local derivatives (see leaky_lane.h). */
#include "network/leaky_lane.h"

#include "kernel/vector.h"

#include "kernel/lanes.h"
#include "kernel/math.h"

static void step(const am_leaky_cell *c, real *state, const real *x, const real *before) {
  const size_t rows = (size_t)c->n * VEC_LANES;
  real *a = state + AM_LEAKY_A * rows, *h = state + AM_LEAKY_H * rows;
  const vec rate = v_set1(c->rate);
  lanes_affine(a, c->w_ih, c->b, x, c->n, c->n_inputs);
  lanes_affine_add(a, c->w_hh, NULL, before, c->n, c->n);
  for (size_t k = 0; k < rows; k += VEC_LANES) {
    const vec av = v_tanh(v_load(a + k)), old = v_load(before + k);
    v_store(a + k, av);
    v_store(h + k, v_fma(rate, v_sub(av, old), old));
  }
}

VEC_INLINE vec psi_of(const am_leaky_cell *c, const real *state, size_t k) {
  const vec a = v_load(state + AM_LEAKY_A * (size_t)c->n * VEC_LANES + k);
  return v_mul(v_set1(c->rate), v_fnma(a, a, v_set1(1)));
}

static void gates(const am_leaky_cell *c, real *out, const real *state, const real *credit) {
  for (size_t k = 0; k < (size_t)c->n * VEC_LANES; k += VEC_LANES)
    v_store(out + k, v_mul(v_load(credit + k), psi_of(c, state, k)));
}

static void own(const am_leaky_cell *c, real *out, const real *state, am_trace_kind kind) {
  const vec kept = v_set1(1 - c->rate);
  for (int j = 0; j < c->n; j++) {
    const size_t k = (size_t)j * VEC_LANES, self = (size_t)j * ((size_t)c->n + 1);
    vec d = kept;
    if (kind == AM_TRACE_DIAGONAL) d = v_fma(psi_of(c, state, k), v_set1(c->w_hh[self]), d);
    v_store(out + k, d);
  }
}

extern const am_leaky_ops AM_ISA(am_leaky_ops);
const am_leaky_ops AM_ISA(am_leaky_ops) = {.step = step, .gates = gates, .own = own};
