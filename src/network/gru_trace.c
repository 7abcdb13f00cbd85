/* Local eligibility traces, online and over a window (see gru_trace.h). */
#include "kernel/vector.h"

#include "kernel/lanes.h"
#include "network/gru_trace.h"

/* rows x m weights: psi [rows][lanes], input s [m][lanes] (NULL: a bias, m = 1 and s = 1). Row j
 * belongs to unit j % n. */
typedef struct segment {
  real *change, *trace, *tag;
  const real *psi, *s;
  int rows, m;
} segment;

static void move(const segment *g, const am_gru_moment *o, int n) {
  const vec k = v_set1(o->k), one = v_set1(1);
  const vec delta = o->delta ? v_load(o->delta) : v_zero();
  for (int j = 0; j < g->rows; j++) {
    const int unit = j % n * VEC_LANES;
    const vec psi = v_load(g->psi + (size_t)j * VEC_LANES);
    const vec own = v_load(o->own + unit), credit = v_load(o->credit + unit);
    const vec now = o->now ? v_load(o->now + unit) : v_zero();
    for (int i = 0; i < g->m; i += 4) {
      vec sum[4] = {v_zero(), v_zero(), v_zero(), v_zero()};
      const int part = g->m - i < 4 ? g->m - i : 4;
      for (int p = 0; p < part; p++) {
        const size_t at = ((size_t)j * (size_t)g->m + (size_t)(i + p)) * VEC_LANES;
        const vec s = g->s ? v_load(g->s + (size_t)(i + p) * VEC_LANES) : one;
        const vec old = v_load(g->tag + at);
        const vec e = v_fma(own, v_load(g->trace + at), v_mul(psi, s));
        v_store(g->trace + at, e);
        v_store(g->tag + at, v_fma(k, old, v_mul(credit, e)));
        sum[p] = v_fma(delta, old, v_mul(now, e));
      }
      real total[4];
      v_sum4(total, sum[0], sum[1], sum[2], sum[3]);
      for (int p = 0; p < part; p++)
        g->change[(size_t)j * (size_t)g->m + (size_t)(i + p)] += total[p];
    }
  }
}

static void online(const am_gru_cell *c, const am_gru_change *d, const am_gru_traces *e,
                   const am_gru_traces *tags, const am_gru_moment *o) {
  const int n = c->n;
  const size_t two = 2 * (size_t)n, square = two * (size_t)n;
  const real *psi_q = o->psi + (size_t)AM_GRU_GQ * (size_t)n * VEC_LANES;
  const segment parts[] = {
      {d->w_ih, e->w_ih, tags->w_ih, o->psi, o->x, 3 * n, c->n_inputs},
      {d->b_ih, e->b_ih, tags->b_ih, o->psi, NULL, 3 * n, 1},
      {d->w_hh, e->w_hh, tags->w_hh, o->psi, o->before, 2 * n, n},
      {d->w_hh + square, e->w_hh + square * VEC_LANES, tags->w_hh + square * VEC_LANES, psi_q,
       o->before, n, n},
      {d->b_hh, e->b_hh, tags->b_hh, o->psi, NULL, 2 * n, 1},
      {d->b_hh + two, e->b_hh + two * VEC_LANES, tags->b_hh + two * VEC_LANES, psi_q, NULL, n, 1},
  };
  for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) move(&parts[k], o, n);
}

static void harvest(const am_gru_cell *c, const am_gru_change *d, const am_gru_traces *tags,
                    const real *delta) {
  const size_t rows = 3 * (size_t)c->n;
  const struct {
    real *change;
    const real *tag;
    size_t n;
  } parts[] = {{d->w_ih, tags->w_ih, rows * (size_t)c->n_inputs},
               {d->b_ih, tags->b_ih, rows},
               {d->w_hh, tags->w_hh, rows * (size_t)c->n},
               {d->b_hh, tags->b_hh, rows}};
  const vec x = v_load(delta);
  for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
    for (size_t i = 0; i < parts[k].n; i++)
      parts[k].change[i] += v_sum(v_mul(x, v_load(parts[k].tag + i * VEC_LANES)));
}

static void scan(real *credit, size_t credit_step, const real *own, size_t own_step, int n_steps,
                 int n) {
  for (int t = n_steps - 2; t >= 0; t--) {
    real *now = credit + (size_t)t * credit_step;
    const real *next = now + credit_step, *d = own + (size_t)(t + 1) * own_step;
    for (int k = 0; k < n * VEC_LANES; k += VEC_LANES)
      v_store(now + k, v_fma(v_load(d + k), v_load(next + k), v_load(now + k)));
  }
}

extern const am_gru_trace_ops AM_ISA(am_gru_trace_ops);
const am_gru_trace_ops AM_ISA(am_gru_trace_ops) = {
    .online = online, .harvest = harvest, .scan = scan};
