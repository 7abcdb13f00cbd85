/* A modulator that the network learns: one number read from its own activity, spread to the post
 * units.
 *
 *     M = f(w_m . x + b_m)        f = tanh, sigmoid or linear
 *     eta_i = f_i M + g_i         with fan-out;     eta_i = M without
 *
 * x [hidden] the activity of the same step, eta_i the plasticity of post unit i. Source: Miconi,
 * Rawal, Clune, Stanley 2019, arXiv 2002.10585, section 3.2. The product w_m . x is one more head
 * of the network; what is here comes after it. */
#ifndef AMINE_MODULATOR_READOUT_H
#define AMINE_MODULATOR_READOUT_H

typedef enum am_activation {
  AM_ACTIVATION_TANH,
  AM_ACTIVATION_SIGMOID,
  AM_ACTIVATION_LINEAR
} am_activation;

#ifdef VEC_LANES /* for vector sources */
#include "kernel/math.h"

/* M from the head's value */
VEC_INLINE real readout_level(real head, am_activation f) {
  real out[VEC_LANES];
  if (f == AM_ACTIVATION_LINEAR) return head;
  v_store(out, f == AM_ACTIVATION_TANH ? v_tanh(v_set1(head)) : v_sigmoid(v_set1(head)));
  return out[0];
}

/* dM / dhead at level M */
VEC_INLINE real readout_slope(real M, am_activation f) {
  if (f == AM_ACTIVATION_LINEAR) return 1;
  return f == AM_ACTIVATION_TANH ? 1 - M * M : M * (1 - M);
}

/* eta [n] from M; f, g [n] are NULL without fan-out; n a multiple of 16 */
VEC_INLINE void readout_spread(real *eta, real M, const real *f, const real *g, int n) {
  for (int i = 0; i < n; i += 16)
    v_store(eta + i, f ? v_fma(v_load(f + i), v_set1(M), v_load(g + i)) : v_set1(M));
}

/* Returns dM; df, dg [n] are added to (NULL without fan-out). */
VEC_INLINE real readout_spread_back(real *df, real *dg, const real *deta, real M, const real *f,
                                    int n) {
  vec dM = v_zero();
  for (int i = 0; i < n; i += 16) {
    const vec d = v_load(deta + i);
    if (!f) {
      dM = v_add(dM, d);
      continue;
    }
    dM = v_fma(d, v_load(f + i), dM);
    v_store(df + i, v_fma(d, v_set1(M), v_load(df + i)));
    v_store(dg + i, v_add(d, v_load(dg + i)));
  }
  return v_sum(dM);
}
#endif
#endif
