/* Hebb with a clip:   H_ij <- clip(H_ij + eta_i x_i h_j, -c, c)
 *
 * x post activity, h pre activity, eta the plasticity of the post unit: one learned number, or what
 * a modulator says at that moment ("simple neuromodulation"). c = 1 in the paper's reinforcement
 * tasks. Source: Miconi, Rawal, Clune, Stanley 2019, arXiv 2002.10585, eq. 2 and 3. The gradient
 * passes where the clip is inactive.
 *
 * With a_i = eta_i x_i:  dH passes where |H| < c;  da_i = sum_j dH_ij h_j;  dh_j = sum_i a_i dH_ij.
 */
#include "kernel/trace_rule.h"

#define RULE_NAME clip
#define RULE_HAS_E 0
#define RULE_NEEDS_STATE 0
#define RULE_USES_B 0

VEC_INLINE void rule_update(vec *H, vec *E, vec h, vec a, vec b, const rule_constants *k) {
  (void)E, (void)b;
  *H = rule_clip(v_fma(a, h, *H), k);
}

VEC_INLINE void rule_adjoint(rule_gradient *d, vec H, vec H0, vec E0, vec h, vec a, vec b,
                             const rule_constants *k) {
  (void)H0, (void)E0, (void)b;
  d->H = rule_clip_back(d->H, H, k);
  d->a = v_fma(d->H, h, d->a);
  d->h = v_fma(d->H, a, d->h);
}

VEC_INLINE void rule_coefficients(vec *a, vec *b, vec eta, vec x, const rule_constants *k) {
  (void)b, (void)k;
  *a = v_mul(eta, x);
}

VEC_INLINE void rule_coefficients_back(vec *deta, vec *dx, vec *deta_e, vec da, vec db, vec dk,
                                       vec eta, vec x, const rule_constants *k) {
  (void)deta_e, (void)db, (void)dk, (void)k;
  *deta = v_mul(da, x);
  *dx = v_fma(da, eta, *dx);
}

#include "kernel/trace_pass.h"
