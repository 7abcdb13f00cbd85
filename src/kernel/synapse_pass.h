/* The passes of kernel/synapse.h, for the rule that the including file defines:
 *
 *   SYNAPSE_NAME           the rule's name in symbols
 *   SYNAPSE_ELIGIBILITY    1: arrive and fire change c, and c becomes w by the modulator
 *   SYNAPSE_TRACES         how many traces it reads, of x and of y: 0, 1 or 2
 *   vec synapse_arrive(const synapse_seen *s)    the change at an arrival
 *   vec synapse_fire(const synapse_seen *s)      the change when the target fires
 *   SYNAPSE_OWN_SCORE      defined if it has a synapse_score
 *   SYNAPSE_OWN_TRACE      defined if it has its own synapse_trace; else y decays and jumps
 */
#include "kernel/vector.h"

#include "kernel/synapse.h"
#include "kernel/synapse_seen.h"

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

VEC_INLINE void synapse_row_seen(synapse_seen *s, const am_synapse_row *p, uint32_t j, int n) {
  if (SYNAPSE_TRACES > 0) s->y[0] = v_gather16_n(p->y[0], p->target + j, n);
  if (SYNAPSE_TRACES > 1) s->y[1] = v_gather16_n(p->y[1], p->target + j, n);
  s->w = v_load_n(p->w + j, n);
}

#if SYNAPSE_ELIGIBILITY
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

static void settle(const am_synapse_row *p, const am_real *k, const am_synapse_now *now) {
  for (uint32_t j = 0; j < p->n; j += VEC_LANES) {
    const int n = p->n - j < VEC_LANES ? (int)(p->n - j) : VEC_LANES;
    vec w, c;
    synapse_row_settle(&w, &c, p, k, now, j, n);
    v_store_n(p->w + j, w, n);
    v_store_n(p->c + j, c, n);
  }
}
#endif

static void arrive(const am_synapse_row *p, const am_real *k, am_real M,
                   const am_synapse_now *now) {
  synapse_seen s = {.k = k, .M = v_set1(M)};
  for (int l = 0; l < SYNAPSE_TRACES; l++) s.x[l] = v_set1(p->x[l]);
  (void)now;
  for (uint32_t j = 0; j < p->n; j += VEC_LANES) {
    const int n = p->n - j < VEC_LANES ? (int)(p->n - j) : VEC_LANES;
    synapse_row_seen(&s, p, j, n);
#if SYNAPSE_ELIGIBILITY
    vec c;
    synapse_row_settle(&s.w, &c, p, k, now, j, n);
    v_store_n(p->c + j, v_add(c, synapse_arrive(&s)), n);
    v_store_n(p->w + j, s.w, n);
#endif
    if (p->in) {
      real w[VEC_LANES];
      v_store(w, v_mul(s.w, v_set1(p->scale)));
      for (int l = 0; l < n; l++) p->in[p->target[j + (uint32_t)l]] += w[l];
    } else if (p->sum) {
      real w[VEC_LANES];
      v_store(w, s.w);
      for (int l = 0; l < n; l++)
        p->sum[p->target[j + (uint32_t)l]] += (double)w[l] * (double)p->scale;
    }
#if !SYNAPSE_ELIGIBILITY
    v_store_n(p->w + j, synapse_row_changed(p, j, n, s.w, synapse_arrive(&s), k), n);
#endif
  }
}

/* traces or logs of the sources of synapses j … j + n - 1 of a column */
VEC_INLINE vec synapse_of_source(const am_real *values, const am_synapse_column *p, uint32_t j,
                                 int n) {
  return p->source ? v_gather16_n(values, p->source + j, n)
                   : v_gather32_n(values, p->source_wide + j, n);
}

static void fire(const am_synapse_column *p, const am_real *k, am_real M,
                 const am_synapse_now *now) {
  synapse_seen s = {.k = k, .M = v_set1(M)};
  for (int l = 0; l < SYNAPSE_TRACES; l++) s.y[l] = v_set1(p->y[l]);
  (void)now;
  for (uint32_t j = 0; j < p->n; j += VEC_LANES) {
    const int n = p->n - j < VEC_LANES ? (int)(p->n - j) : VEC_LANES;
    for (int l = 0; l < SYNAPSE_TRACES; l++) s.x[l] = synapse_of_source(p->x[l], p, j, n);
    s.w = v_gather32_n(p->w, p->at + j, n);
#if SYNAPSE_ELIGIBILITY
    vec a[AM_LOG_PARTS], b[AM_LOG_PARTS], dF;
    for (int l = 0; l < AM_LOG_PARTS; l++) {
      a[l] = v_set1(p->log[l]);
      b[l] = synapse_of_source(p->logs[l], p, j, n);
    }
    const vec grown = synapse_last(&dF, v_gather32_n(p->c, p->at + j, n), a, b, now);
    if (p->low) s.w = synapse_column_changed(p, j, n, s.w, v_mul(grown, dF), k);
    else s.w = synapse_bound(v_fma(grown, dF, s.w), k);
    const vec c = v_fma(grown, v_set1(now->decay), synapse_fire(&s));
    v_scatter32_n(p->c, p->at + j, c, n);
    v_scatter32_n(p->w, p->at + j, s.w, n);
#else
    const vec w = synapse_column_changed(p, j, n, s.w, synapse_fire(&s), k);
    v_scatter32_n(p->w, p->at + j, w, n);
#endif
  }
}

#if !defined(SYNAPSE_OWN_TRACE)
static void synapse_trace(am_real *y0, am_real *y1, const am_real *fired, const am_real *k, int n) {
  am_real *y[2] = {y0, y1};
  for (int l = 0; l < SYNAPSE_TRACES; l++) synapse_step(y[l], fired, k + AM_SYNAPSE_Y + 2 * l, n);
}
#endif

#if defined(AMINE_WIDE) /* of which only the traces serve */
void AM_ISA(AM_PASTE(am_synapse_trace, SYNAPSE_NAME))(am_real *, am_real *, const am_real *,
                                                      const am_real *, int);
void AM_ISA(AM_PASTE(am_synapse_trace, SYNAPSE_NAME))(am_real *y0, am_real *y1,
                                                      const am_real *fired, const am_real *k,
                                                      int n) {
  synapse_trace(y0, y1, fired, k, n);
}
#endif

const am_synapse_kernel AM_PASTE(AM_PASTE(am_synapse, SYNAPSE_NAME),
                                 AMINE_ISA) = {.arrive = arrive,
                                               .fire = fire,
#if SYNAPSE_ELIGIBILITY
                                               .settle = settle,
#endif
#if defined(SYNAPSE_OWN_SCORE)
                                               .score = synapse_score,
#endif
                                               .trace = synapse_trace};
