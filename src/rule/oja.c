/* Oja's rule:   H_ij <- H_ij + eta_i x_i (h_j - x_i H_ij)
 *
 * x post activity, h pre activity, eta the plasticity of the post unit. The second term bounds the
 * trace without a clip. Source: Oja 1982, doi:10.1007/BF00275687; in plastic networks Miconi,
 * Stanley, Clune 2018, arXiv 1804.02464, eq. 3.
 *
 * With a_i = eta_i x_i, b_i = x_i:  dH passes times (1 - a_i b_i);  da_i = sum_j dH_ij (h_j - b_i
 * H_ij); db_i = -a_i sum_j dH_ij H_ij;  dh_j = sum_i a_i dH_ij. */
#include "kernel/trace_rule.h"

#define RULE_NAME oja
#define RULE_HAS_E 0
#define RULE_NEEDS_STATE 1
#define RULE_USES_B 1

VEC_INLINE void rule_update(vec *H, vec *E, vec h, vec a, vec b, const rule_constants *k) {
  (void)E, (void)k;
  *H = v_fma(a, v_fnma(b, *H, h), *H);
}

VEC_INLINE void rule_adjoint(rule_gradient *d, vec H, vec H0, vec E0, vec h, vec a, vec b,
                             const rule_constants *k) {
  (void)H, (void)E0, (void)k;
  const vec adH = v_mul(a, d->H);
  d->a = v_fma(d->H, v_fnma(b, H0, h), d->a);
  d->b = v_fnma(adH, H0, d->b);
  d->h = v_add(adH, d->h);
  d->H = v_fnma(adH, b, d->H);
}

VEC_INLINE void rule_coefficients(vec *a, vec *b, vec eta, vec x, const rule_constants *k) {
  (void)k;
  *a = v_mul(eta, x);
  *b = x;
}

VEC_INLINE void rule_coefficients_back(vec *deta, vec *dx, vec *deta_e, vec da, vec db, vec dk,
                                       vec eta, vec x, const rule_constants *k) {
  (void)deta_e, (void)dk, (void)k;
  *deta = v_mul(da, x);
  *dx = v_add(db, v_fma(da, eta, *dx));
}

#include "kernel/trace_pass.h"
