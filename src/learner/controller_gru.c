/* Gated recurrent units of one lane (see controller_gru.h). */
#include "kernel/vector.h"

#include "kernel/lanes.h"
#include "kernel/math.h"
#include "learner/controller_gru.h"

#define ROW(base, row, n) ((base) + (size_t)(row) * (size_t)(n))

void am_gru_step(const am_gru_cell *c, real *state, const real *x, const real *before,
                 const real *held) {
  const int n = c->n;
  real *r = ROW(state, AM_GRU_R, n), *nn = ROW(state, AM_GRU_N, n), *q = ROW(state, AM_GRU_Q, n);
  real *h = ROW(state, AM_GRU_H, n);
  const real *z = ROW(state, AM_GRU_Z, n);
  lanes_affine(r, c->w_ih, c->b_ih, x, 3 * n, c->n_inputs);
  lanes_affine_add(r, c->w_hh, c->b_hh, before, 2 * n, n);
  lanes_affine(q, c->w_hh + 2 * (size_t)n * (size_t)n, c->b_hh + 2 * n, before, n, n);
  for (int k = 0; k < 2 * n; k++) v_store(r + k, v_sigmoid(v_load(r + k)));
  for (int k = 0; k < n; k++) {
    const vec new = v_tanh(v_fma(v_load(r + k), v_load(q + k), v_load(nn + k)));
    v_store(nn + k, new);
    v_store(h + k, v_fma(v_load(z + k), v_sub(v_load(held + k), new), new));
  }
}

void am_gru_effects(const am_gru_cell *c, real *psi, real *own, const real *state, const real *held,
                    const real *m) {
  const int n = c->n;
  const size_t block = (size_t)n * (size_t)n;
  const vec one = v_set1(1);
  for (int k = 0; k < n; k++) {
    const vec r = v_load(ROW(state, AM_GRU_R, n) + k), z = v_load(ROW(state, AM_GRU_Z, n) + k);
    const vec nn = v_load(ROW(state, AM_GRU_N, n) + k), q = v_load(ROW(state, AM_GRU_Q, n) + k);
    const vec psi_n = v_mul(v_sub(one, z), v_fnma(nn, nn, one)), psi_q = v_mul(psi_n, r);
    const vec psi_r = v_mul(v_mul(psi_n, q), v_mul(r, v_sub(one, r)));
    const vec psi_z = v_mul(v_sub(v_load(held + k), nn), v_mul(z, v_sub(one, z)));
    const real *w = c->w_hh + (size_t)k * ((size_t)n + 1); /* on the diagonal */
    vec through = v_mul(psi_r, v_set1(w[0]));
    through = v_fma(psi_z, v_set1(w[block]), through);
    through = v_fma(psi_q, v_set1(w[2 * block]), through);
    v_store(own + k, v_fma(v_add(one, v_load(m + k)), through, z));
    v_store(ROW(psi, AM_GRU_GR, n) + k, psi_r);
    v_store(ROW(psi, AM_GRU_GZ, n) + k, psi_z);
    v_store(ROW(psi, AM_GRU_GN, n) + k, psi_n);
    v_store(ROW(psi, AM_GRU_GQ, n) + k, psi_q);
  }
}

/* rows x m weights: psi [rows], input s [m] (NULL: a bias, m = 1 and s = 1). Row j belongs to unit
 * j % n. */
typedef struct segment {
  real *change, *trace, *tag;
  const real *psi, *s;
  int rows, m;
} segment;

static void move(const segment *g, const am_gru_moment *o, int n) {
  const vec k = v_set1(o->k), delta = v_set1(o->delta);
  for (int j = 0; j < g->rows; j++) {
    const vec psi = v_load(g->psi + j), own = v_load(o->own + j % n);
    const vec credit = v_load(o->credit + j % n), now = v_load(o->now + j % n);
    for (int i = 0; i < g->m; i++) {
      const int at = j * g->m + i;
      const vec s = g->s ? v_load(g->s + i) : v_set1(1), old = v_load(g->tag + at);
      const vec e = v_fma(own, v_load(g->trace + at), v_mul(psi, s));
      v_store(g->trace + at, e);
      v_store(g->tag + at, v_fma(k, old, v_mul(credit, e)));
      g->change[at] += v_sum(v_fma(delta, old, v_mul(now, e)));
    }
  }
}

void am_gru_move(const am_gru_cell *c, const am_gru_numbers *d, const am_gru_numbers *e,
                 const am_gru_numbers *tag, const am_gru_moment *o) {
  const int n = c->n;
  const size_t two = 2 * (size_t)n, square = two * (size_t)n;
  const real *psi_q = ROW(o->psi, AM_GRU_GQ, n);
  const segment parts[] = {
      {d->w_ih, e->w_ih, tag->w_ih, o->psi, o->x, 3 * n, c->n_inputs},
      {d->b_ih, e->b_ih, tag->b_ih, o->psi, NULL, 3 * n, 1},
      {d->w_hh, e->w_hh, tag->w_hh, o->psi, o->before, 2 * n, n},
      {d->w_hh + square, e->w_hh + square, tag->w_hh + square, psi_q, o->before, n, n},
      {d->b_hh, e->b_hh, tag->b_hh, o->psi, NULL, 2 * n, 1},
      {d->b_hh + two, e->b_hh + two, tag->b_hh + two, psi_q, NULL, n, 1},
  };
  for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) move(&parts[k], o, n);
}
