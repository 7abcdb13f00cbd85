/* RMSprop, and gradient descent with momentum (see descent_step.h). */
#include "kernel/vector.h"

#include "learner/descent_step.h"

static void rmsprop(real *p, real *m, real *v, const real *g, size_t n, real rate,
                    const am_descent_constants *k) {
  const vec beta2 = v_set1(k->beta2), rest2 = v_set1(1 - k->beta2), eps = v_set1(k->eps);
  const vec momentum = v_set1(k->momentum), scale = v_set1(k->scale);
  for (size_t i = 0; i < n; i += VEC_LANES) {
    const vec x = v_mul(v_load(g + i), scale);
    const vec vv = v_fma(beta2, v_load(v + i), v_mul(rest2, v_mul(x, x)));
    const vec mv = v_fma(momentum, v_load(m + i), v_div(x, v_add(v_sqrt(vv), eps)));
    v_store(v + i, vv);
    v_store(m + i, mv);
    v_store(p + i, v_sub(v_load(p + i), v_mul(v_set1(rate), mv)));
  }
}

static void sgd(real *p, real *m, const real *g, size_t n, real rate,
                const am_descent_constants *k) {
  const vec momentum = v_set1(k->momentum), scale = v_set1(k->scale);
  for (size_t i = 0; i < n; i += VEC_LANES) {
    const vec mv = v_fma(momentum, v_load(m + i), v_mul(v_load(g + i), scale));
    v_store(m + i, mv);
    v_store(p + i, v_sub(v_load(p + i), v_mul(v_set1(rate), mv)));
  }
}

extern const am_descent_ops AM_ISA(am_descent_ops);
const am_descent_ops AM_ISA(am_descent_ops) = {.rmsprop = rmsprop, .sgd = sgd};
