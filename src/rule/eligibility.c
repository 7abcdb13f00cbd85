/* Hebb through an eligibility trace:   H_ij <- clip(H_ij + eta_i E_ij, -c, c)     (with the old E)
 *                                      E_ij <- (1 - eta_e) E_ij + eta_e x_i h_j
 *
 * x post activity, h pre activity; E remembers recent coincidences, and eta, mostly a modulator's,
 * turns what it remembers into plasticity ("retroactive neuromodulation"). Source: Miconi, Rawal,
 * Clune, Stanley 2019, arXiv 2002.10585, eq. 4 and 5. The gradient passes where the clip is
 * inactive.
 *
 * With a_i = eta_i, b_i = eta_e x_i, D = dH where |H| < c:  dH = D;  da_i = sum_j D_ij E_ij;
 * db_i = sum_j dE_ij h_j;  dh_j = sum_i b_i dE_ij;  dE <- (1 - eta_e) dE + a_i D. */
#include "kernel/trace_rule.h"

#define RULE_NAME eligibility
#define RULE_HAS_E 1
#define RULE_NEEDS_STATE 1
#define RULE_USES_B 1

VEC_INLINE void rule_update(vec *H, vec *E, vec h, vec a, vec b, const rule_constants *k) {
  *H = rule_clip(v_fma(a, *E, *H), k);
  *E = v_fma(b, h, v_mul(k->keep_e, *E));
}

VEC_INLINE void rule_adjoint(rule_gradient *d, vec H, vec H0, vec E0, vec h, vec a, vec b,
                             const rule_constants *k) {
  (void)H0;
  d->b = v_fma(d->E, h, d->b);
  d->h = v_fma(d->E, b, d->h);
  d->k = v_fma(d->E, E0, d->k);
  d->H = rule_clip_back(d->H, H, k);
  d->a = v_fma(d->H, E0, d->a);
  d->E = v_fma(d->H, a, v_mul(k->keep_e, d->E));
}

VEC_INLINE void rule_coefficients(vec *a, vec *b, vec eta, vec x, const rule_constants *k) {
  *a = eta;
  *b = v_mul(k->eta_e, x);
}

VEC_INLINE void rule_coefficients_back(vec *deta, vec *dx, vec *deta_e, vec da, vec db, vec dk,
                                       vec eta, vec x, const rule_constants *k) {
  (void)eta;
  *deta = da;
  *dx = v_fma(db, k->eta_e, *dx);
  *deta_e = v_sub(v_fma(db, x, *deta_e), dk);
}

#include "kernel/trace_pass.h"
