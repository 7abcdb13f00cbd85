/* What every pass over synapses does beside a rule's own arithmetic: what was pending of
 * eligibility becomes weight, and what changes stays within its bounds and is not lost
 * (kernel/synapse.h). For vector sources: of rules (kernel/synapse_pass.h), and of those that are
 * texts (rule/synapse_text.c). */
#ifndef AMINE_KERNEL_SYNAPSE_TOUCH_H
#define AMINE_KERNEL_SYNAPSE_TOUCH_H

#include "kernel/synapse.h"
#include "kernel/synapse_seen.h"
#include "kernel/vector.h"

/* c0 e^{t0/tau_c} where t0 is the later of two logs; *dF gets F(now) - F(t0) */
VEC_INLINE vec synapse_last(vec *dF, vec c, const vec a[AM_LOG_PARTS], const vec b[AM_LOG_PARTS],
                            const am_synapse_now *now) {
  const vmask later = v_lt(a[AM_LOG_GROWTH], b[AM_LOG_GROWTH]);
  const vec high = v_select(later, b[AM_LOG_HIGH], a[AM_LOG_HIGH]);
  const vec low = v_select(later, b[AM_LOG_LOW], a[AM_LOG_LOW]);
  *dF = v_add(v_sub(v_set1(now->high), high), v_sub(v_set1(now->low), low));
  return v_mul(c, v_select(later, b[AM_LOG_GROWTH], a[AM_LOG_GROWTH]));
}

VEC_INLINE vec synapse_row_changed(const am_synapse_row *p, uint32_t j, int n, vec w, vec dw,
                                   const am_real *k) {
  if (!p->low) return synapse_bound(v_add(w, dw), k);
  vec low = v_load_n(p->low + j, n);
  w = synapse_carry_weight(w, dw, &low, k);
  v_store_n(p->low + j, low, n);
  return w;
}

VEC_INLINE vec synapse_column_changed(const am_synapse_column *p, uint32_t j, int n, vec w, vec dw,
                                      const am_real *k) {
  if (!p->low) return synapse_bound(v_add(w, dw), k);
  vec low = v_gather32_n(p->low, p->at + j, n);
  w = synapse_carry_weight(w, dw, &low, k);
  v_scatter32_n(p->low, p->at + j, low, n);
  return w;
}

/* w and c of synapses j … j + n - 1 of a row, brought up to now */
VEC_INLINE void synapse_row_settle(vec *w, vec *c, const am_synapse_row *p, const am_real *k,
                                   const am_synapse_now *now, uint32_t j, int n) {
  vec a[AM_LOG_PARTS], b[AM_LOG_PARTS], dF;
  for (int l = 0; l < AM_LOG_PARTS; l++) {
    a[l] = v_set1(p->log[l]);
    b[l] = v_gather16_n(p->logs[l], p->target + j, n);
  }
  const vec grown = synapse_last(&dF, v_load_n(p->c + j, n), a, b, now);
  *w = v_load_n(p->w + j, n);
  if (p->low) *w = synapse_row_changed(p, j, n, *w, v_mul(grown, dF), k);
  else *w = synapse_bound(v_fma(grown, dF, *w), k);
  *c = v_mul(grown, v_set1(now->decay));
  if (p->c_low) { /* of so much that so little is lost */
    vec low = v_load_n(p->c_low + j, n);
    *c = synapse_carry(grown, v_mul(grown, v_set1(-now->loss)), &low);
    v_store_n(p->c_low + j, low, n);
  }
}

VEC_INLINE void synapse_settle(const am_synapse_row *p, const am_real *k,
                               const am_synapse_now *now) {
  for (uint32_t j = 0; j < p->n; j += VEC_LANES) {
    const int n = p->n - j < VEC_LANES ? (int)(p->n - j) : VEC_LANES;
    vec w, c;
    synapse_row_settle(&w, &c, p, k, now, j, n);
    v_store_n(p->w + j, w, n);
    v_store_n(p->c + j, c, n);
  }
}

/* traces or logs of the sources of synapses j … j + n - 1 of a column */
VEC_INLINE vec synapse_of_source(const am_real *values, const am_synapse_column *p, uint32_t j,
                                 int n) {
  return p->source ? v_gather16_n(values, p->source + j, n)
                   : v_gather32_n(values, p->source_wide + j, n);
}

/* w of synapses j … j + n - 1 of a column, brought up to now; returns c before its decay. */
VEC_INLINE vec synapse_column_settle(vec *w, const am_synapse_column *p, const am_real *k,
                                     const am_synapse_now *now, uint32_t j, int n) {
  vec a[AM_LOG_PARTS], b[AM_LOG_PARTS], dF;
  for (int l = 0; l < AM_LOG_PARTS; l++) {
    a[l] = v_set1(p->log[l]);
    b[l] = synapse_of_source(p->logs[l], p, j, n);
  }
  const vec grown = synapse_last(&dF, v_gather32_n(p->c, p->at + j, n), a, b, now);
  if (p->low) *w = synapse_column_changed(p, j, n, *w, v_mul(grown, dF), k);
  else *w = synapse_bound(v_fma(grown, dF, *w), k);
  return grown;
}

#endif
