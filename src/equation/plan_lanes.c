/* Plans on lanes (see plan_lanes.h). */
#include "kernel/vector.h"

#include "equation/plan_lanes.h"
#include "equation/plan_matrix.h"
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
      v_store(block + (size_t)(p->states[s].row + k) * VEC_LANES,
              v_set1((real)p->begins[p->states[s].begin + k].middle));
}

/* ------------------------------------------------------------------------------ forward */
static void affine(const am_operation *o, const am_plan_step *s, real *y) {
  const real *W = s->parameters + o->weights, *b = o->has_bias ? s->parameters + o->bias : NULL;
  const vectors x = rows_of(&o->in[0], s);
  (o->adds ? lanes_affine_add : lanes_affine)(y, W, b, x.at, o->rows, o->in[0].rows);
}

VEC_INLINE vec number(const real *at, bool each) { return each ? v_load(at) : v_set1(*at); }

/* What a product reads: W, and with a trace alpha and H [rows][cols][lanes]. */
typedef struct product {
  matrix W, alpha;
  const real *H, *b; /* b NULL: no bias */
  vectors x;
  int cols;
} product;

VEC_INLINE product product_of(const am_plan *p, const am_operation *o, const am_plan_step *s,
                              bool each) {
  const am_plan_trace *t = o->trace >= 0 ? &p->traces[o->trace] : NULL;
  const size_t lanes = each ? VEC_LANES : 1, m = (size_t)o->in[0].rows;
  return (product){.W = t ? slow_of(t, s->parameters, lanes)
                          : (matrix){s->parameters + o->weights * lanes, m * lanes, lanes},
                   .alpha = t ? alpha_of(t, s->parameters, lanes) : (matrix){zeros, 0, 0},
                   .H = t ? s->living[o->trace].H : NULL,
                   .b = o->has_bias ? s->parameters + o->bias * lanes : NULL,
                   .x = rows_of(&o->in[0], s),
                   .cols = (int)m};
}

/* n <= 4 rows from row j on, [n][lanes], side by side, so that none waits for another's sum:
 * y (+)= b + (W + alpha H) x, each in the order of its columns. */
VEC_INLINE void apply_rows(real *y, const product *q, size_t j, int n, bool adds, bool traced,
                           bool each) {
  const size_t lanes = each ? VEC_LANES : 1, H_row = (size_t)q->cols * VEC_LANES;
  const real *W = q->W.at + j * q->W.row, *alpha = q->alpha.at + j * q->alpha.row;
  const real *H = traced ? q->H + j * H_row : NULL;
  vec all[4];
  for (int r = 0; r < n; r++) {
    all[r] = adds ? v_load(y + r * VEC_LANES) : v_zero();
    if (!q->b) continue;
    const vec b = number(q->b + (j + (size_t)r) * lanes, each);
    all[r] = adds ? v_add(all[r], b) : b;
  }
  for (int i = 0; i < q->cols; i++, W += q->W.col, alpha += q->alpha.col) {
    const vec x = row_of(q->x, i);
    for (int r = 0; r < n; r++) {
      vec w = number(W + (size_t)r * q->W.row, each);
      if (traced) {
        const vec h = v_load(H + (size_t)r * H_row + (size_t)i * VEC_LANES);
        w = v_fma(number(alpha + (size_t)r * q->alpha.row, each), h, w);
      }
      all[r] = v_fma(w, x, all[r]);
    }
  }
  for (int r = 0; r < n; r++) v_store(y + r * VEC_LANES, all[r]);
}

VEC_INLINE void apply(const am_operation *o, const am_plan_step *s, const product *q, bool traced,
                      bool each) {
  real *y = s->block + (size_t)o->row * VEC_LANES;
  int j = 0;
  for (; j + 4 <= o->rows; j += 4, y += 4 * VEC_LANES)
    apply_rows(y, q, (size_t)j, 4, o->adds, traced, each);
  for (; j < o->rows; j++, y += VEC_LANES) apply_rows(y, q, (size_t)j, 1, o->adds, traced, each);
}

static void apply_one(const am_plan *p, const am_operation *o, const am_plan_step *s, bool each) {
  const product q = product_of(p, o, s, each);
  if (o->trace < 0) apply(o, s, &q, false, true);
  else if (each) apply(o, s, &q, true, true);
  else apply(o, s, &q, true, false);
}

VEC_INLINE void some(const am_plan *p, const am_plan_step *s, int from, int to, bool each) {
  for (int k = from; k < to; k++) {
    const am_operation *o = &p->operations[k];
    if (o->kind != AM_DO_AFFINE) elements_forward(o, s);
    else if (o->trace >= 0 || each) apply_one(p, o, s, each);
    else affine(o, s, s->block + (size_t)o->row * VEC_LANES);
  }
}

static void hold(const am_plan_held *h, real *block) {
  for (int k = 0; k < VEC_LANES; k++)
    for (int i = 0; h->value[k] && i < h->signal.rows; i++)
      block[(size_t)(h->signal.row + i) * VEC_LANES + (size_t)k] = h->value[k][i];
}

VEC_INLINE void operations(const am_plan *p, const am_plan_step *s, int from, int to, bool each) {
  if (!s->held || s->held->behind < from || s->held->behind >= to) {
    some(p, s, from, to, each);
    return;
  }
  some(p, s, from, s->held->behind + 1, each);
  hold(s->held, s->block);
  some(p, s, s->held->behind + 1, to, each);
}

static void note_own(const am_plan *p, const am_plan_step *s) {
  for (int k = 0; k < p->n_traces; k++) {
    const am_plan_living *m = &s->living[k];
    const size_t cols = (size_t)p->traces[k].cols;
    for (size_t i = 0; m->own && i < cols; i++)
      v_store(m->own + i * VEC_LANES, v_load(m->H + i * (cols + 1) * VEC_LANES));
  }
}

static void take_up(const am_plan *p, const am_plan_step *s, const am_plan_rule *rule) {
  for (int k = 0; rule && k < p->n_traces; k++) {
    const am_plan_trace *t = &p->traces[k];
    const am_plan_living *m = &s->living[k];
    const vectors eta = rows_of(&t->eta, s);
    if (rule->keep && m->E) lanes_scale(m->E, rule->keep, (size_t)(t->rows * t->cols));
    const am_trace_lanes pass = {.H = m->H,
                                 .E = m->E,
                                 .H_next = m->H_next,
                                 .E_next = m->E_next,
                                 .a = m->a,
                                 .b = m->b,
                                 .eta = eta.at,
                                 .eta_step = eta.step,
                                 .post = rows_of(&t->post, s).at,
                                 .h = rows_of(&t->pre, s).at,
                                 .eta_e = rule->eta_e};
    rule->ops->lanes_update(&pass, rule->constants, t->rows, t->cols);
  }
}

static void step(const am_plan *p, const am_plan_step *s) {
  operations(p, s, 0, p->n_now, false);
  note_own(p, s);
}
static void after(const am_plan *p, const am_plan_step *s, const am_plan_rule *rule) {
  operations(p, s, p->n_now, p->n_operations, false);
  take_up(p, s, rule);
}
static void step_each(const am_plan *p, const am_plan_step *s) {
  operations(p, s, 0, p->n_now, true);
}
static void after_each(const am_plan *p, const am_plan_step *s, const am_plan_rule *rule) {
  operations(p, s, p->n_now, p->n_operations, true);
  take_up(p, s, rule);
}

/* ------------------------------------------------------------------------------ of one unit */
/* A matrix cut down to its diagonal; one that is not square does nothing to its own unit. */
static void diagonal_back(const am_plan *p, const am_operation *o, const am_plan_step *s,
                          const real *g, real *to) {
  const int n = o->rows == o->in[0].rows ? o->rows : 0;
  const am_plan_trace *t = o->trace >= 0 ? &p->traces[o->trace] : NULL;
  matrix W = {s->parameters + o->weights, (size_t)n, 1}, alpha = {zeros, 0, 0};
  const am_plan_living *m = t ? &s->living[o->trace] : NULL;
  const real *own = m ? m->own ? m->own : m->H : NULL;
  const size_t next = m && !m->own ? (size_t)(n + 1) * VEC_LANES : VEC_LANES;
  if (t) W = slow_of(t, s->parameters, 1), alpha = alpha_of(t, s->parameters, 1);
  if (n == 0 && o->in[0].first)
    for (int k = 0; k < o->in[0].rows; k++) v_store(to + (size_t)k * VEC_LANES, v_zero());
  for (int k = 0; k < n; k++, g += VEC_LANES, to += VEC_LANES) {
    vec w = v_set1(*W.at);
    if (t) w = v_fma(v_set1(*alpha.at), v_load(own + (size_t)k * next), w);
    const vec d = v_mul(v_load(g), w);
    v_store(to, o->in[0].first ? d : v_add(v_load(to), d));
    W.at += W.row + W.col, alpha.at += alpha.row + alpha.col;
  }
}

static void local(const am_plan *p, const am_plan_step *s, const am_plan_gradient *gradient,
                  am_plan_reach reach) {
  for (int k = 0; k < p->n_now; k++) {
    const am_operation *o = &p->operations[p->backward[k]];
    if (o->kind != AM_DO_AFFINE) {
      elements_back(p, o, s, gradient, true);
      continue;
    }
    real *to = o->in[0].from == AM_FROM_INPUT ? NULL : gradient_of(p, &o->in[0], gradient);
    if (!to) continue;
    if (reach == AM_REACH_UNIT)
      diagonal_back(p, o, s, gradient->block + (size_t)o->row * VEC_LANES, to);
    else if (o->in[0].first)
      for (int r = 0; r < o->in[0].rows; r++) v_store(to + (size_t)r * VEC_LANES, v_zero());
  }
}

/* ------------------------------------------------------------------------------ sums */
/* An operand at step 0 of a window, and how far it is to the next step. */
VEC_INLINE const real *window_of(const am_operand *o, const am_plan_window *w, size_t *step) {
  const am_plan_step first = {.fixed = w->fixed,
                              .input = w->input,
                              .before = w->before,
                              .gained = w->gained,
                              .block = (real *)(size_t)w->block};
  *step = o->from == AM_FROM_INPUT    ? w->input_step
          : o->from == AM_FROM_FIXED  ? 0
          : o->from == AM_FROM_GAINED ? w->gained_step
                                      : w->block_step;
  return rows_of(o, &first).at;
}

/* The learned numbers that multiply a trace. */
static void collect_alpha(const am_operation *o, const am_plan_trace *t, real *change,
                          const am_plan_window *w, const am_plan_living *m) {
  const size_t at = t->n_few ? t->few : t->alpha;
  const matrix alpha = alpha_of(t, change, 1);
  am_trace_window all = {.n_steps = w->n_steps,
                         .dy = w->gradient + (size_t)o->row * VEC_LANES,
                         .a = m->a,
                         .b = m->b,
                         .eta_e = w->rule->eta_e,
                         .keep = w->rule->keep,
                         .dy_step = w->gradient_step,
                         .a_step = (size_t)t->rows * VEC_LANES};
  all.x = window_of(&o->in[0], w, &all.x_step);
  all.h = window_of(&t->pre, w, &all.h_step);
  if (at != SIZE_MAX)
    w->rule->ops->lanes_collect(change + at, alpha.row, alpha.col, &all, w->rule->constants,
                                t->rows, t->cols);
}

static void collect(const am_plan *p, real *change, const am_plan_window *w) {
  for (int k = 0; k < p->n_back; k++) {
    const am_operation *o = &p->operations[k];
    if (o->kind != AM_DO_AFFINE) continue;
    size_t x_step;
    const real *x = window_of(&o->in[0], w, &x_step);
    const real *g = w->gradient + (size_t)o->row * VEC_LANES;
    if (o->weights != SIZE_MAX)
      lanes_outer(change + o->weights, g, w->gradient_step, x, x_step, w->n_steps, o->rows,
                  o->in[0].rows);
    if (o->has_bias) lanes_total(change + o->bias, g, w->gradient_step, w->n_steps, o->rows);
    if (o->trace >= 0) collect_alpha(o, &p->traces[o->trace], change, w, &w->living[o->trace]);
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
                                                     .after = after,
                                                     .fix_each = fix_each,
                                                     .step_each = step_each,
                                                     .after_each = after_each,
                                                     .local = local,
                                                     .collect = collect,
                                                     .collect_fixed = collect_fixed};
