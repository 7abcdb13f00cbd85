/* Hebb with decay:   H_ij <- (1 - eta_i) H_ij + eta_i x_i h_j
 *
 * x post activity, h pre activity, eta the plasticity of the post unit. The trace is a running mean
 * of the product and needs no bound. Source: Miconi, Stanley, Clune 2018, arXiv 1804.02464, eq. 2.
 *
 * With a_i = eta_i x_i, b_i = 1 - eta_i:  dH passes times b_i;  da_i = sum_j dH_ij h_j;
 * db_i = sum_j dH_ij H_ij;  dh_j = sum_i a_i dH_ij. */
#include "kernel/trace_rule.h"

#define RULE_NAME decay
#define RULE_HAS_E 0
#define RULE_NEEDS_STATE 1
#define RULE_USES_B 1

VEC_INLINE void rule_update(vec *H, vec *E, vec h, vec a, vec b, const rule_constants *k) {
  (void)E, (void)k;
  *H = v_fma(a, h, v_mul(b, *H));
}

VEC_INLINE void rule_adjoint(rule_gradient *d, vec H, vec H0, vec E0, vec h, vec a, vec b,
                             const rule_constants *k) {
  (void)H, (void)E0, (void)k;
  d->a = v_fma(d->H, h, d->a);
  d->b = v_fma(d->H, H0, d->b);
  d->h = v_fma(d->H, a, d->h);
  d->H = v_mul(d->H, b);
}

VEC_INLINE void rule_coefficients(vec *a, vec *b, vec eta, vec x, const rule_constants *k) {
  (void)k;
  *a = v_mul(eta, x);
  *b = v_sub(v_set1(1), eta);
}

VEC_INLINE void rule_coefficients_back(vec *deta, vec *dx, vec *deta_e, vec da, vec db, vec dk,
                                       vec eta, vec x, const rule_constants *k) {
  (void)deta_e, (void)dk, (void)k;
  *deta = v_sub(v_mul(da, x), db);
  *dx = v_fma(da, eta, *dx);
}

#include "kernel/trace_pass.h"
