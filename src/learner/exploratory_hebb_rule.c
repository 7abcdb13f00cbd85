/* The passes of exploratory_hebb_rule.h. */
#include "kernel/vector.h"

#include "kernel/panel.h"
#include "learner/exploratory_hebb_rule.h"

static void cube(real *a, size_t n) {
  for (size_t i = 0; i < n; i += VEC_LANES) {
    const vec x = v_load(a + i);
    v_store(a + i, v_mul(v_mul(x, x), x));
  }
}

static void accumulate(real *H, const real *post, size_t post_stride, const real *pre,
                       size_t pre_stride, int n, am_panel_shape shape) {
  panel_add_outer(H, post, post_stride, pre, pre_stride, n, shape);
}

static real change(real *J, const real *H, size_t n, real factor, real c) {
  const vec k = v_set1(factor), bound = v_set1(c);
  vec squares = v_zero();
  for (size_t i = 0; i < n; i += VEC_LANES) {
    const vec d = v_clip(v_mul(k, v_load(H + i)), bound);
    v_store(J + i, v_add(v_load(J + i), d));
    squares = v_fma(d, d, squares);
  }
  return v_sum(squares);
}

extern const am_hebb_ops AM_ISA(am_hebb_ops);
const am_hebb_ops AM_ISA(am_hebb_ops) = {.cube = cube, .accumulate = accumulate, .change = change};
