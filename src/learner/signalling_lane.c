/* Gains and credits of many lanes (see signalling_lane.h). */
#include "kernel/vector.h"

#include "kernel/math.h"
#include "learner/signalling_lane.h"

static void gain(real *o, real *m, const real *h, real m_max, int n) {
  const vec most = v_set1(m_max);
  for (int k = 0; k < n * VEC_LANES; k += VEC_LANES) {
    const vec mv = v_mul(most, v_tanh(v_load(m + k))), hv = v_load(h + k);
    v_store(m + k, mv);
    v_store(o + k, v_fma(mv, hv, hv));
  }
}

static void credit(real *out, real *dgain, const real *L, const real *m, const real *h, real m_max,
                   int n) {
  const vec most = v_set1(m_max), less = v_set1(m_max > 0 ? 1 / m_max : 0);
  for (int k = 0; k < n * VEC_LANES; k += VEC_LANES) {
    const vec l = v_load(L + k), mv = v_load(m + k);
    v_store(dgain + k, v_mul(v_mul(l, v_load(h + k)), v_fnma(v_mul(mv, mv), less, most)));
    v_store(out + k, v_fma(l, mv, l));
  }
}

static void spread(real *out, const real *weight, const real *factor, int n) {
  const vec f = v_load(factor);
  for (int j = 0; j < n; j++) v_store(out + (size_t)j * VEC_LANES, v_mul(v_set1(weight[j]), f));
}

extern const am_signalling_ops AM_ISA(am_signalling_ops);
const am_signalling_ops AM_ISA(am_signalling_ops) = {
    .gain = gain, .credit = credit, .spread = spread};
