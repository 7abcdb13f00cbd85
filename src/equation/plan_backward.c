/* The gradient through a step of a plan (see plan_backward.h). */
#include "kernel/vector.h"

#include "equation/plan_backward.h"
#include "equation/plan_pass.h"
#include "kernel/lanes.h"

static void back(const am_plan *p, const am_plan_step *s, const am_plan_gradient *gradient) {
  for (int k = 0; k < p->n_now; k++) {
    const am_operation *o = &p->operations[p->backward[k]];
    if (o->kind != AM_DO_AFFINE) {
      elements_back(p, o, s, gradient, false);
      continue;
    }
    real *to = gradient_of(p, &o->in[0], gradient);
    if (to)
      lanes_transposed(to, s->parameters + o->weights, gradient->block + (size_t)o->row * VEC_LANES,
                       o->rows, o->in[0].rows, !o->in[0].first);
  }
}

static void linear(real *dx, const real *W, const real *dy, int n, int m) {
  lanes_transposed(dx, W, dy, n, m, 1);
}

extern const am_plan_backward_ops AM_ISA(am_plan_backward_ops);
const am_plan_backward_ops AM_ISA(am_plan_backward_ops) = {.back = back, .linear = linear};
