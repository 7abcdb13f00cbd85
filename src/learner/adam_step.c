/* Gradient sums in a fixed order, and Adam (see adam_step.h). */
#include "kernel/vector.h"

#include "learner/adam_step.h"

static void sum(real *out, const real *parts, size_t stride, int n_parts, size_t from, size_t to) {
  for (size_t i = from; i < to; i += VEC_LANES) {
    vec s = v_load(parts + i);
    for (int c = 1; c < n_parts; c++) s = v_add(s, v_load(parts + (size_t)c * stride + i));
    v_store(out + i, s);
  }
}

static real sum_of_squares(const real *g, size_t n) {
  vec s = v_zero();
  for (size_t i = 0; i < n; i += VEC_LANES) {
    const vec x = v_load(g + i);
    s = v_fma(x, x, s);
  }
  return v_sum(s);
}

static void step(real *p, real *m, real *v, const real *g, size_t n, real rate,
                 const am_adam_constants *k) {
  const vec beta1 = v_set1(k->beta1), rest1 = v_set1(1 - k->beta1);
  const vec beta2 = v_set1(k->beta2), rest2 = v_set1(1 - k->beta2);
  const vec first = v_set1(rate * k->correction1), second = v_set1(k->correction2);
  for (size_t i = 0; i < n; i += VEC_LANES) {
    const vec x = v_mul(v_load(g + i), v_set1(k->scale));
    const vec mv = v_fma(beta1, v_load(m + i), v_mul(rest1, x));
    const vec vv = v_fma(beta2, v_load(v + i), v_mul(rest2, v_mul(x, x)));
    const vec down = v_add(v_sqrt(v_mul(vv, second)), v_set1(k->eps));
    v_store(m + i, mv);
    v_store(v + i, vv);
    v_store(p + i, v_sub(v_load(p + i), v_div(v_mul(first, mv), down)));
  }
}

extern const am_adam_ops AM_ISA(am_adam_ops);
const am_adam_ops AM_ISA(am_adam_ops) = {
    .sum = sum, .sum_of_squares = sum_of_squares, .step = step};
