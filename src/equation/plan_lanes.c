/* Plans on lanes (see plan_lanes.h). */
#include "kernel/vector.h"

#include "equation/plan_lanes.h"
#include "equation/plan_pass.h"
#include "kernel/lanes.h"

static void fix(const am_plan *p, real *fixed, const real *parameters) {
  for (int k = 0; k < p->n_fixed; k++) {
    const am_fixed *f = &p->fixed[k];
    v_store(fixed + (size_t)k * VEC_LANES,
            v_set1(f->learned ? parameters[f->at] : (real)f->number));
  }
}

static void fix_each(const am_plan *p, real *fixed, const real *parameters) {
  for (int k = 0; k < p->n_fixed; k++) {
    const am_fixed *f = &p->fixed[k];
    v_store(fixed + (size_t)k * VEC_LANES,
            f->learned ? v_load(parameters + f->at * VEC_LANES) : v_set1((real)f->number));
  }
}

static void begin(const am_plan *p, real *block) {
  for (int s = 0; s < p->n_states; s++)
    for (int k = 0; k < p->states[s].rows; k++)
      v_store(block + (size_t)(p->states[s].row + k) * VEC_LANES, v_set1((real)p->states[s].begin));
}

/* ------------------------------------------------------------------------------ forward */
static void affine(const am_operation *o, const am_plan_step *s, real *y) {
  const real *W = s->parameters + o->weights, *b = o->has_bias ? s->parameters + o->bias : NULL;
  const vectors x = rows_of(&o->in[0], s);
  (o->adds ? lanes_affine_add : lanes_affine)(y, W, b, x.at, o->rows, o->in[0].rows);
}

/* Weights of each lane's own, in the order of the sums above. */
static void affine_each(const am_operation *o, const am_plan_step *s, real *y) {
  const int m = o->in[0].rows;
  const real *W = s->parameters + o->weights * VEC_LANES, *b = s->parameters + o->bias * VEC_LANES;
  const vectors x = rows_of(&o->in[0], s);
  for (int j = 0; j < o->rows; j++, y += VEC_LANES, b += VEC_LANES) {
    vec all = o->adds ? v_load(y) : v_zero();
    if (o->has_bias) all = o->adds ? v_add(all, v_load(b)) : v_load(b);
    for (int i = 0; i < m; i++, W += VEC_LANES) all = v_fma(v_load(W), row_of(x, i), all);
    v_store(y, all);
  }
}

static void do_operation(const am_operation *o, const am_plan_step *s) {
  if (o->kind == AM_DO_AFFINE) affine(o, s, s->block + (size_t)o->row * VEC_LANES);
  else elements_forward(o, s);
}

static void step(const am_plan *p, const am_plan_step *s) {
  for (int k = 0; k < p->n_operations; k++) do_operation(&p->operations[k], s);
}

static void step_each(const am_plan *p, const am_plan_step *s) {
  for (int k = 0; k < p->n_operations; k++) {
    const am_operation *o = &p->operations[k];
    if (o->kind == AM_DO_AFFINE) affine_each(o, s, s->block + (size_t)o->row * VEC_LANES);
    else do_operation(o, s);
  }
}

/* ------------------------------------------------------------------------------ of one unit */
/* A matrix cut down to its diagonal; one that is not square does nothing to its own unit. */
static void diagonal_back(const am_operation *o, const am_plan_step *s, const real *g, real *to) {
  const int n = o->rows == o->in[0].rows ? o->rows : 0;
  const real *W = s->parameters + o->weights;
  if (n == 0 && o->in[0].first)
    for (int k = 0; k < o->in[0].rows; k++) v_store(to + (size_t)k * VEC_LANES, v_zero());
  for (int k = 0; k < n; k++, g += VEC_LANES, to += VEC_LANES, W += n + 1) {
    const vec d = v_mul(v_load(g), v_set1(*W));
    v_store(to, o->in[0].first ? d : v_add(v_load(to), d));
  }
}

static void local(const am_plan *p, const am_plan_step *s, const am_plan_gradient *gradient,
                  am_plan_reach reach) {
  for (int k = 0; k < p->n_operations; k++) {
    const am_operation *o = &p->operations[p->backward[k]];
    if (o->kind != AM_DO_AFFINE) {
      elements_back(p, o, s, gradient, true);
      continue;
    }
    real *to = o->in[0].from == AM_FROM_INPUT ? NULL : gradient_of(p, &o->in[0], gradient);
    if (!to) continue;
    if (reach == AM_REACH_UNIT)
      diagonal_back(o, s, gradient->block + (size_t)o->row * VEC_LANES, to);
    else if (o->in[0].first)
      for (int r = 0; r < o->in[0].rows; r++) v_store(to + (size_t)r * VEC_LANES, v_zero());
  }
}

/* ------------------------------------------------------------------------------ sums */
static void collect(const am_plan *p, real *change, const am_plan_window *w) {
  for (int k = 0; k < p->n_operations; k++) {
    const am_operation *o = &p->operations[k];
    if (o->kind != AM_DO_AFFINE) continue;
    const am_plan_step first = {.fixed = w->fixed,
                                .input = w->input,
                                .before = w->before,
                                .gained = w->gained,
                                .block = (real *)(size_t)w->block};
    const vectors x = rows_of(&o->in[0], &first);
    const size_t x_step = o->in[0].from == AM_FROM_INPUT    ? w->input_step
                          : o->in[0].from == AM_FROM_FIXED  ? 0
                          : o->in[0].from == AM_FROM_GAINED ? w->gained_step
                                                            : w->block_step;
    const real *g = w->gradient + (size_t)o->row * VEC_LANES;
    lanes_outer(change + o->weights, g, w->gradient_step, x.at, x_step, w->n_steps, o->rows,
                o->in[0].rows);
    if (o->has_bias) lanes_total(change + o->bias, g, w->gradient_step, w->n_steps, o->rows);
  }
}

static void collect_fixed(const am_plan *p, real *change, const real *fixed) {
  for (int k = 0; k < p->n_fixed; k++)
    if (p->fixed[k].learned) change[p->fixed[k].at] += v_sum(v_load(fixed + (size_t)k * VEC_LANES));
}

extern const am_plan_lanes_ops AM_ISA(am_plan_lanes_ops);
const am_plan_lanes_ops AM_ISA(am_plan_lanes_ops) = {.n_lanes = VEC_LANES,
                                                     .fix = fix,
                                                     .begin = begin,
                                                     .step = step,
                                                     .fix_each = fix_each,
                                                     .step_each = step_each,
                                                     .local = local,
                                                     .collect = collect,
                                                     .collect_fixed = collect_fixed};
