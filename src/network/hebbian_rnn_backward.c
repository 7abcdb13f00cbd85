/* The gradient through one step of the Hebbian RNN (see hebbian_rnn_backward.h). */
#include "kernel/vector.h"

#include "kernel/lanes.h"
#include "network/hebbian_rnn_backward.h"

/* da_j from the whole gradient at x_j */
static vec through_tanh(vec dx, vec x) { return v_mul(dx, v_fnma(x, x, v_set1(1))); }

static void back_plain(const am_hebbian_cell *c, real *da, real *dh, const real *dx,
                       const am_hebbian_moment *p) {
  for (int j = 0; j < c->n * VEC_LANES; j += VEC_LANES)
    v_store(da + j, through_tanh(v_load(dx + j), v_load(p->x + j)));
  lanes_transposed(dh, c->w_h, da, c->n, c->n, 0);
}

/* G of row j, as far as the stage lets it through; returns G p. */
static vec let_through(const am_hebbian_rule *r, real *G, const real *H_after, const real *p, int j,
                       int n) {
  const vec zero = v_zero(), bound = v_set1(r->bound);
  const int clipped = r->stage == AM_HEBBIAN_ACCUMULATE, diagonal = r->stage == AM_HEBBIAN_BASIC;
  vec s = zero;
  for (int i = 0; i < n; i++) {
    vec g = v_load(G + i * VEC_LANES);
    if (diagonal && i != j) g = zero;
    if (clipped) g = v_select(v_lt(v_abs(v_load(H_after + i * VEC_LANES)), bound), g, zero);
    v_store(G + i * VEC_LANES, g);
    s = v_fma(g, v_load(p + i * VEC_LANES), s);
  }
  return s;
}

/* Row j's part of dh, and its G of the step before. */
static void pass_on(const real *w, const real *H, real *dh, real *G, const real *h, vec post,
                    vec da, vec keep, int n) {
  for (int i = 0; i < n; i++) {
    const int at = i * VEC_LANES;
    const vec g = v_load(G + at), weight = v_add(v_set1(w[i]), v_load(H + at));
    v_store(dh + at, v_fma(weight, da, v_fma(post, g, v_load(dh + at))));
    v_store(G + at, v_fma(da, v_load(h + at), v_mul(keep, g)));
  }
}

/* Both ends of a product are of this step: dx is whole only after all rows, and is gathered in da.
 */
static void back_same(const am_hebbian_cell *c, const am_hebbian_rule *r, real *da, real *dh,
                      real *G, const am_hebbian_moment *p, vec rate, vec keep) {
  const int n = c->n;
  for (int j = 0; j < n; j++) {
    const size_t row = (size_t)j * (size_t)n * VEC_LANES;
    const int at = j * VEC_LANES;
    const vec post = v_mul(rate, v_load(p->x + at));
    const vec by_trace = let_through(r, G + row, p->H_after + row, p->x, j, n);
    v_store(da + at, v_fma(rate, by_trace, v_load(da + at)));
    for (int i = 0; i < n * VEC_LANES; i += VEC_LANES)
      v_store(da + i, v_fma(post, v_load(G + row + i), v_load(da + i)));
  }
  for (int j = 0; j < n; j++) {
    const size_t row = (size_t)j * (size_t)n;
    const int at = j * VEC_LANES;
    const vec d = through_tanh(v_load(da + at), v_load(p->x + at));
    v_store(da + at, d);
    pass_on(c->w_h + row, p->H_before + row * VEC_LANES, dh, G + row * VEC_LANES, p->h, v_zero(), d,
            keep, n);
  }
}

static void back(const am_hebbian_cell *c, const am_hebbian_rule *r, real *da, real *dh, real *G,
                 const real *dx, const am_hebbian_moment *p) {
  if (r->stage == AM_HEBBIAN_NONE) {
    back_plain(c, da, dh, dx, p);
    return;
  }
  const int n = c->n;
  const vec keep = v_set1(am_hebbian_keeps(r));
  vec rate = v_set1(r->eta);
  if (r->stage == AM_HEBBIAN_MODULATED) rate = v_mul(rate, v_load(p->m));
  for (int i = 0; i < n * VEC_LANES; i += VEC_LANES) v_store(dh + i, v_zero());
  if (am_hebbian_is_same(r)) {
    memcpy(da, dx, (size_t)n * VEC_LANES * sizeof *da);
    back_same(c, r, da, dh, G, p, rate, keep);
    return;
  }
  for (int j = 0; j < n; j++) {
    const size_t row = (size_t)j * (size_t)n;
    const int at = j * VEC_LANES;
    const vec x = v_load(p->x + at);
    const vec by_trace =
        let_through(r, G + row * VEC_LANES, p->H_after + row * VEC_LANES, p->h, j, n);
    const vec d = through_tanh(v_fma(rate, by_trace, v_load(dx + at)), x);
    v_store(da + at, d);
    pass_on(c->w_h + row, p->H_before + row * VEC_LANES, dh, G + row * VEC_LANES, p->h,
            v_mul(rate, x), d, keep, n);
  }
}

extern const am_hebbian_backward_ops AM_ISA(am_hebbian_backward_ops);
const am_hebbian_backward_ops AM_ISA(am_hebbian_backward_ops) = {.back = back};
