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

#include "kernel/synapse_touch.h"

VEC_INLINE void synapse_row_seen(synapse_seen *s, const am_synapse_row *p, uint32_t j, int n) {
  if (SYNAPSE_TRACES > 0) s->y[0] = v_gather16_n(p->y[0], p->target + j, n);
  if (SYNAPSE_TRACES > 1) s->y[1] = v_gather16_n(p->y[1], p->target + j, n);
  s->w = v_load_n(p->w + j, n);
}

#if SYNAPSE_ELIGIBILITY
static void settle(const am_synapse_row *p, const am_real *k, const am_synapse_now *now) {
  synapse_settle(p, k, now);
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
    const vec grown = synapse_column_settle(&s.w, p, k, now, j, n);
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

static void trace(am_real *y0, am_real *y1, const am_real *fired, const am_real *k, int n,
                  const void *program) {
  (void)program;
  synapse_trace(y0, y1, fired, k, n);
}

#if defined(AMINE_WIDE) /* of which only the traces serve */
void AM_ISA(AM_PASTE(am_synapse_trace, SYNAPSE_NAME))(am_real *, am_real *, const am_real *,
                                                      const am_real *, int, const void *);
void AM_ISA(AM_PASTE(am_synapse_trace, SYNAPSE_NAME))(am_real *y0, am_real *y1,
                                                      const am_real *fired, const am_real *k, int n,
                                                      const void *program) {
  (void)program;
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
                                               .trace = trace};
