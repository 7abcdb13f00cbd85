/* The gradient through a step of a plan (see plan_backward.h). */
#include "kernel/vector.h"

#include "equation/plan_backward.h"
#include "equation/plan_matrix.h"
#include "equation/plan_pass.h"
#include "kernel/lanes.h"

/* Less penalty times the mean of H^2 is ascended, of those that live. */
static void penalise(const am_plan_trace *t, const am_plan_living *now, const am_plan_past *past) {
  const size_t n = (size_t)(t->rows * t->cols);
  const vec weight = v_mul(v_load(past->live), v_set1(-2 * past->penalty / (real)n));
  for (size_t k = 0; k < n * VEC_LANES; k += VEC_LANES)
    v_store(now->dH + k, v_fma(weight, v_load(now->H + k), v_load(now->dH + k)));
}

/* The product of a step with a trace, and the update before it. */
static void traced_back(const am_plan *p, const am_operation *o, const am_plan_step *s,
                        const am_plan_gradient *gradient, const am_plan_past *past, real *dx) {
  const am_plan_trace *t = &p->traces[o->trace];
  const am_plan_living *now = &s->living[o->trace], *then = &past->step->living[o->trace];
  const matrix w = slow_of(t, s->parameters, 1), alpha = alpha_of(t, s->parameters, 1);
  const vectors eta = rows_of(&t->eta, past->step);
  real *dh = gradient_of(p, &t->pre, past->gradient);
  const bool one = dh && dh == dx; /* what was taken up is what is read now: it is added after */
  const size_t cols = (size_t)t->cols * VEC_LANES;
  if (dx && o->in[0].first) memset(dx, 0, cols * sizeof *dx);
  if (one) memset(now->lost, 0, cols * sizeof *dx);
  const am_trace_lanes_back pass = {
      .H = now->H,
      .E = now->E,
      .H0 = then->H,
      .E0 = then->E,
      .dH = now->dH,
      .dE = now->dE,
      .w = w.at,
      .alpha = alpha.at,
      .w_row = w.row,
      .w_col = w.col,
      .alpha_row = alpha.row,
      .alpha_col = alpha.col,
      .dy = gradient->block + (size_t)o->row * VEC_LANES,
      .x = rows_of(&o->in[0], s).at,
      .a = then->a,
      .b = then->b,
      .eta = eta.at,
      .eta_step = eta.step,
      .post = rows_of(&t->post, past->step).at,
      .h = rows_of(&t->pre, past->step).at,
      .eta_e = past->rule->eta_e,
      .dx = dx ? dx : now->lost,
      .dh = dh && !one ? dh : now->lost,
      .deta = gradient_of(p, &t->eta, past->gradient),
      .dpost = gradient_of(p, &t->post, past->gradient),
      .deta_e = past->rule->deta_e,
  };
  if (past->penalty > 0) penalise(t, now, past);
  past->rule->ops->lanes_backward(&pass, past->rule->constants, t->rows, t->cols);
  if (past->rule->keep && now->dE)
    lanes_scale(now->dE, past->rule->keep, (size_t)(t->rows * t->cols));
  for (size_t k = 0; one && k < cols; k += VEC_LANES)
    v_store(dx + k, v_add(v_load(dx + k), v_load(now->lost + k)));
}

static void back(const am_plan *p, const am_plan_step *s, const am_plan_gradient *gradient,
                 const am_plan_past *past) {
  for (int k = 0; k < p->n_back; k++) {
    const am_operation *o = &p->operations[p->backward[k]];
    if (o->kind != AM_DO_AFFINE) {
      elements_back(p, o, s, gradient, false);
      continue;
    }
    real *to = gradient_of(p, &o->in[0], gradient);
    if (o->trace >= 0 && past) traced_back(p, o, s, gradient, past, to);
    else if (to && o->weights != SIZE_MAX)
      lanes_transposed(to, s->parameters + o->weights, gradient->block + (size_t)o->row * VEC_LANES,
                       o->rows, o->in[0].rows, !o->in[0].first);
  }
}

static void linear(real *dx, const real *W, const real *dy, int n, int m) {
  lanes_transposed(dx, W, dy, n, m, 1);
}

extern const am_plan_backward_ops AM_ISA(am_plan_backward_ops);
const am_plan_backward_ops AM_ISA(am_plan_backward_ops) = {.back = back, .linear = linear};
