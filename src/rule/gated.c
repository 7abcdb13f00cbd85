/* A memory that is kept as far as a gate says, and added to:   H_ij <- eta_i H_ij + x_i h_j
 *
 * x post activity, h pre activity; eta is no rate here but what is kept of H, by each post unit. With
 * x = beta (v - H h), h a key of length 1 and v a value it is the gated delta rule,
 * H <- eta H + beta (v - H h) h^T; with x = beta v fast weights by sums. Sources: Yang, Kautz,
 * Hatamizadeh 2024, arXiv 2412.06464; Schlag, Irie, Schmidhuber 2021, arXiv 2102.11174.
 *
 * With a_i = x_i, b_i = eta_i:  dH passes times b_i;  da_i = sum_j dH_ij h_j;
 * db_i = sum_j dH_ij H_ij;  dh_j = sum_i a_i dH_ij. */
#include "kernel/trace_rule.h"

#define RULE_NAME gated
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
  *a = x;
  *b = eta;
}

VEC_INLINE void rule_coefficients_back(vec *deta, vec *dx, vec *deta_e, vec da, vec db, vec dk,
                                       vec eta, vec x, const rule_constants *k) {
  (void)deta_e, (void)dk, (void)eta, (void)x, (void)k;
  *deta = db;
  *dx = v_add(*dx, da);
}

#include "kernel/trace_pass.h"
