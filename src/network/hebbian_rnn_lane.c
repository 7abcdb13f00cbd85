/* A step of the Hebbian RNN (see hebbian_rnn_lane.h). */
#include "kernel/vector.h"

#include "kernel/lanes.h"
#include "kernel/math.h"
#include "network/hebbian_rnn_lane.h"

static void step(const am_hebbian_cell *c, real *x, const real *u, const real *h, const real *H) {
  const int n = c->n;
  lanes_affine(x, c->w_x, c->b, u, n, c->n_inputs);
  if (!H) lanes_affine_add(x, c->w_h, NULL, h, n, n);
  for (int j = 0; j < n; j++) {
    vec s = v_load(x + j * VEC_LANES);
    const real *w = c->w_h + (size_t)j * (size_t)n;
    const real *trace = H ? H + (size_t)j * (size_t)n * VEC_LANES : NULL;
    for (int i = 0; i < n && H; i++)
      s = v_fma(v_add(v_set1(w[i]), v_load(trace + i * VEC_LANES)), v_load(h + i * VEC_LANES), s);
    v_store(x + j * VEC_LANES, v_tanh(s));
  }
}

static void take_up(const am_hebbian_rule *r, real *after, const real *before, const real *x,
                    const real *h, const real *m, int n) {
  const vec keep = v_set1(am_hebbian_keeps(r)), bound = v_set1(r->bound);
  const vec least = v_sub(v_zero(), bound);
  const int diagonal = r->stage == AM_HEBBIAN_BASIC, clipped = r->stage == AM_HEBBIAN_ACCUMULATE;
  const real *pre = am_hebbian_is_same(r) ? x : h;
  vec rate = v_set1(r->eta);
  if (r->stage == AM_HEBBIAN_MODULATED) rate = v_mul(rate, v_load(m));
  for (int j = 0; j < n; j++) {
    const vec post = v_mul(rate, v_load(x + j * VEC_LANES));
    for (int i = diagonal ? j : 0; i < (diagonal ? j + 1 : n); i++) {
      const size_t at = ((size_t)j * (size_t)n + (size_t)i) * VEC_LANES;
      vec H = v_fma(post, v_load(pre + i * VEC_LANES), v_mul(keep, v_load(before + at)));
      if (clipped) H = v_min(bound, v_max(least, H));
      v_store(after + at, H);
    }
  }
}

extern const am_hebbian_ops AM_ISA(am_hebbian_ops);
const am_hebbian_ops AM_ISA(am_hebbian_ops) = {.step = step, .take_up = take_up};
