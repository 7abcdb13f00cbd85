/* Hebb's product of the last step alone, with a third factor:
 *
 *     H_ij <- eta_h M_i x_i h_j
 *
 * x post activity, h pre activity, M what the modulator says at that moment, eta_h one number that
 * is set and not learned. Source: Hebb 1949, The Organization of Behavior; three factors: Fremaux,
 * Gerstner 2016, doi:10.3389/fncir.2015.00085.
 *
 * With a_i = eta_h M_i x_i:  da_i = sum_j dH_ij h_j;  dh_j = sum_i a_i dH_ij;  no dH passes. */
#include "kernel/trace_rule.h"

#define RULE_NAME last
#define RULE_HAS_E 0
#define RULE_NEEDS_STATE 0
#define RULE_USES_B 0

VEC_INLINE void rule_update(vec *H, vec *E, vec h, vec a, vec b, const rule_constants *k) {
  (void)E, (void)b, (void)k;
  *H = v_mul(a, h);
}

VEC_INLINE void rule_adjoint(rule_gradient *d, vec H, vec H0, vec E0, vec h, vec a, vec b,
                             const rule_constants *k) {
  (void)H, (void)H0, (void)E0, (void)b;
  d->a = v_fma(d->H, h, d->a);
  d->h = v_fma(d->H, a, d->h);
  d->H = k->zero;
}

VEC_INLINE void rule_coefficients(vec *a, vec *b, vec eta, vec x, const rule_constants *k) {
  (void)b;
  *a = v_mul(k->eta_e, v_mul(eta, x));
}

VEC_INLINE void rule_coefficients_back(vec *deta, vec *dx, vec *deta_e, vec da, vec db, vec dk,
                                       vec eta, vec x, const rule_constants *k) {
  const vec rate = v_mul(k->eta_e, da);
  (void)deta_e, (void)db, (void)dk;
  *deta = v_mul(rate, x);
  *dx = v_fma(rate, eta, *dx);
}

#include "kernel/trace_pass.h"
