/* Traces and tags of a plan move on (see plan_eligibility.h). */
#include "kernel/vector.h"

#include "equation/plan_pass.h"
#include "equation/plan_eligibility.h"

/* The effects on one unit's states (a < S) and output (a = S), and what it is told. */
typedef struct unit {
  vec own[AM_STATES_MAX + 1][AM_STATES_MAX], psi[AM_STATES_MAX + 1];
  vec delta, k, credit, now;
} unit;

static void load_unit(unit *u, const am_eligibility *t, const am_eligibility_memory *m,
                      const am_eligibility_moment *o, const am_eligibility_segment *g, int j) {
  const am_plan *p = t->plan;
  for (int a = 0; a < t->n_states + (t->out == t->n_states); a++) {
    const am_eligibility_effects e = am_eligibility_effects_of(t, m, a);
    u->psi[a] = v_load((g->fixed ? e.fixed : e.block) + (size_t)(g->row + j) * VEC_LANES);
    for (int q = 0; q < t->n_from[a]; q++) {
      const int b = t->from[a][q];
      u->own[a][b] = v_load(e.before + (size_t)(p->states[t->states[b]].row + j) * VEC_LANES);
    }
  }
  u->credit = v_load(o->credit + (size_t)j * VEC_LANES);
  u->now = o->now ? v_load(o->now + (size_t)j * VEC_LANES) : v_zero();
}

/* The trace of one weight after the step, for state or output a. */
VEC_INLINE vec moved(const unit *u, const am_eligibility *t, const vec *old, int a, vec s) {
  vec e = v_mul(u->psi[a], s);
  for (int q = 0; q < t->n_from[a]; q++) {
    const int b = t->from[a][q];
    e = v_fma(u->own[a][b], old[b], e);
  }
  return e;
}

/* Moves the traces of a weight; returns the output's. */
VEC_INLINE vec move_all(const unit *u, const am_eligibility *t, real *trace, vec s) {
  const int S = t->n_states;
  vec old[AM_STATES_MAX], out = v_zero();
  for (int a = 0; a < S; a++) old[a] = v_load(trace + (size_t)a * VEC_LANES);
  for (int a = 0; a < S; a++) {
    const vec e = moved(u, t, old, a, s);
    if (a == t->out) out = e;
    v_store(trace + (size_t)a * VEC_LANES, e);
  }
  return t->out == S ? moved(u, t, old, S, s) : out;
}

/* The same where there is one state, and it is the output. */
VEC_INLINE vec move_one(vec own, vec psi, real *trace, vec s) {
  const vec e = v_fma(own, v_load(trace), v_mul(psi, s));
  v_store(trace, e);
  return e;
}

/* n weights of one row from weight w on, at most four, whose sums over lanes cost little together:
 * their traces and tags move on; total: what each change gets. s: what the first is multiplied
 * with. one: as above. */
VEC_INLINE void move_some(const am_eligibility *t, real *trace, real *tag, real *total,
                          const unit *u, vectors s, int n, bool one) {
  /* copies, which stay in registers whatever is stored */
  const vec own = u->own[0][0], psi = u->psi[0], credit = u->credit, now = u->now;
  const size_t S = (one ? 1 : (size_t)t->n_states) * VEC_LANES;
  vec sum[4] = {v_zero(), v_zero(), v_zero(), v_zero()};
  for (int p = 0; p < n; p++, trace += S, tag += VEC_LANES) {
    const vec x = row_of(s, p), old = v_load(tag);
    const vec e = one ? move_one(own, psi, trace, x) : move_all(u, t, trace, x);
    v_store(tag, v_fma(u->k, old, v_mul(credit, e)));
    sum[p] = v_fma(u->delta, old, v_mul(now, e));
  }
  v_sum4(total, sum[0], sum[1], sum[2], sum[3]);
}

VEC_INLINE void move_row(const am_eligibility *t, const am_eligibility_memory *m, real *change,
                         const am_eligibility_segment *g, const unit *u, vectors s, int j,
                         bool one) {
  const int n = g->m, step = g->alone ? 0 : 1;
  const size_t first = g->first + (size_t)j * (size_t)n, S = one ? 1 : (size_t)t->n_states;
  real *trace = m->trace + first * S * VEC_LANES, *tag = m->tag + first * VEC_LANES, total[4];
  real *to = change + g->weights + (size_t)(j * n * step);
  int i = 0;
  for (; i + 4 <= n; i += 4) {
    move_some(t, trace, tag, total, u, s, 4, one);
    for (int p = 0; p < 4; p++) to[p] += total[p];
    trace += 4 * S * VEC_LANES, tag += 4 * VEC_LANES, s.at += 4 * s.step, to += 4;
  }
  if (i == n) return;
  move_some(t, trace, tag, total, u, s, n - i, one);
  for (int p = 0; i < n; i++, p++) to[p] += total[p];
}

/* H_ij s_j of row i, or their sum. */
static vectors through_trace(const am_eligibility *t, const am_eligibility_memory *m,
                             const am_eligibility_segment *g, const am_plan_step *step, int i) {
  const int cols = t->plan->traces[g->living].cols;
  const real *H = step->living[g->living].H + (size_t)i * (size_t)cols * VEC_LANES;
  const vectors s = rows_of(g->in, step);
  vec sum = v_zero();
  for (int j = 0; j < cols; j++) {
    const vec h = v_load(H + (size_t)j * VEC_LANES);
    sum = v_fma(h, row_of(s, j), sum);
    if (!g->few) v_store(m->source + (size_t)j * VEC_LANES, v_mul(h, row_of(s, j)));
  }
  if (g->few) v_store(m->source, sum);
  return (vectors){m->source, VEC_LANES};
}

static void move(const am_eligibility *t, const am_eligibility_memory *m, real *change,
                 const am_eligibility_moment *o) {
  const bool one = t->n_states == 1 && t->out == 0 && t->n_from[0] == 1;
  unit u;
  u.delta = o->delta ? v_load(o->delta) : v_zero();
  u.k = v_set1(o->k);
  for (int k = 0; k < t->n_segments; k++) {
    const am_eligibility_segment *g = &t->segments[k];
    real all[VEC_LANES]; /* of a bias: 1 */
    v_store(all, v_set1(1));
    vectors s = g->in ? rows_of(g->in, o->step) : (vectors){all, 0};
    for (int j = 0; j < g->rows; j++) {
      if (g->living >= 0) s = through_trace(t, m, g, o->step, j);
      load_unit(&u, t, m, o, g, j);
      if (one) move_row(t, m, change, g, &u, s, j, true);
      else move_row(t, m, change, g, &u, s, j, false);
    }
  }
}

static void harvest(const am_eligibility *t, const am_eligibility_memory *m, real *change,
                    const real *delta) {
  const vec d = v_load(delta);
  for (int k = 0; k < t->n_segments; k++) {
    const am_eligibility_segment *g = &t->segments[k];
    const real *tag = m->tag + g->first * VEC_LANES;
    const size_t n = (size_t)g->rows * (size_t)g->m;
    for (size_t i = 0; i < n; i++)
      change[g->weights + (g->alone ? 0 : i)] += v_sum(v_mul(d, v_load(tag + i * VEC_LANES)));
  }
}

static void ungain(real *to, const real *m, const real *from, int n) {
  for (int k = 0; k < n * VEC_LANES; k += VEC_LANES) {
    const vec x = v_load(from + k), all = v_add(v_load(to + k), x);
    v_store(to + k, m ? v_fma(v_load(m + k), x, all) : all);
  }
}

extern const am_eligibility_ops AM_ISA(am_eligibility_ops);
const am_eligibility_ops AM_ISA(am_eligibility_ops) = {
    .move = move, .harvest = harvest, .ungain = ungain};
