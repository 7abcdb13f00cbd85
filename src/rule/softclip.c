/* Hebb with a soft clip:   d = eta_i x_i h_j;
 *                          H_ij <- clip(H_ij + max(d, 0) (1 - H_ij) + min(d, 0) (H_ij + 1), -1, 1)
 *
 * x post activity, h pre activity, eta the plasticity of the post unit: the nearer H is to a bound,
 * the smaller the step toward it. The bound is always 1. Source: Miconi, Stanley, Clune 2018 and
 * Miconi, Rawal, Clune, Stanley 2019, arXiv 2002.10585.
 *
 * With a_i = eta_i x_i, D = dH where the clip is inactive, s = 1 - H for d > 0 and H + 1 otherwise:
 * dH = D (1 - |d|);  da_i = sum_j D s h_j;  dh_j = sum_i D s a_i. */
#include "kernel/trace_rule.h"

#define RULE_NAME softclip
#define RULE_HAS_E 0
#define RULE_NEEDS_STATE 1
#define RULE_USES_B 0

/* the room that is left in the direction of d */
VEC_INLINE vec room(vec d, vec H, const rule_constants *k) {
  return v_select(v_lt(k->zero, d), v_sub(k->one, H), v_add(H, k->one));
}

VEC_INLINE vec bounded(vec H, const rule_constants *k) { return v_clip(H, k->one); }

VEC_INLINE void rule_update(vec *H, vec *E, vec h, vec a, vec b, const rule_constants *k) {
  (void)E, (void)b;
  const vec d = v_mul(a, h);
  *H = bounded(v_fma(d, room(d, *H, k), *H), k);
}

VEC_INLINE void rule_adjoint(rule_gradient *g, vec H, vec H0, vec E0, vec h, vec a, vec b,
                             const rule_constants *k) {
  (void)E0, (void)b;
  const vec d = v_mul(a, h);
  const vec D = v_select(v_lt(v_abs(H), k->one), g->H, k->zero);
  const vec Ds = v_mul(D, room(d, H0, k));
  g->a = v_fma(Ds, h, g->a);
  g->h = v_fma(Ds, a, g->h);
  g->H = v_fnma(D, v_abs(d), D);
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
