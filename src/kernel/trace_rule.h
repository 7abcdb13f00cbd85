/* What a rule's file needs before it writes its equation: vectors of 16 connections that share one
 * post unit i, with pre activity h_j, or of one connection in 16 episodes. */
#ifndef AMINE_KERNEL_TRACE_RULE_H
#define AMINE_KERNEL_TRACE_RULE_H

#include "kernel/vector.h"
/* after vector.h, which says what a real is */
#include "kernel/trace.h"

typedef struct rule_constants {
  vec clip;          /* c */
  vec eta_e, keep_e; /* eta_e, 1 - eta_e */
  vec zero, one;
} rule_constants;

VEC_INLINE rule_constants rule_constants_of(am_trace_constants k) {
  return (rule_constants){v_set1(k.clip), v_set1(k.eta_e), v_set1(1 - k.eta_e), v_zero(),
                          v_set1(1)};
}

/* The same for sixteen episodes, each with its eta_e [lanes]. */
VEC_INLINE rule_constants rule_constants_each(am_trace_constants k, const am_real *eta_e) {
  const vec e = v_load(eta_e), one = v_set1(1);
  return (rule_constants){v_set1(k.clip), e, v_sub(one, e), v_zero(), one};
}

/* Gradients on the way back. On entry H and E are those after the update, on return those before
 * it; h, a, b, k are added to (k: of 1 - eta_e). */
typedef struct rule_gradient {
  vec H, E, h, a, b, k;
} rule_gradient;

VEC_INLINE vec rule_clip(vec H, const rule_constants *k) { return v_clip(H, k->clip); }
/* dH where the clip let H pass, 0 where it held it */
VEC_INLINE vec rule_clip_back(vec dH, vec H, const rule_constants *k) {
  return v_select(v_lt(v_abs(H), k->clip), dH, k->zero);
}

#endif
