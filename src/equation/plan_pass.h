/* What the passes of a plan share: where operands lie, and the derivative of each operation element
 * by element. Only for vector sources. */
#ifndef AMINE_EQUATION_PLAN_PASS_H
#define AMINE_EQUATION_PLAN_PASS_H

#include "equation/plan_step.h"
#include "kernel/math.h"

/* An operand: its first row, and how far it is to the next (0: one row for all). */
typedef struct rows {
  const real *at;
  size_t step;
} rows;

VEC_INLINE rows rows_of(const am_operand *o, const am_plan_step *s) {
  const real *from = o->from == AM_FROM_STEP     ? s->block
                     : o->from == AM_FROM_BEFORE ? s->before
                     : o->from == AM_FROM_INPUT  ? s->input
                     : o->from == AM_FROM_GAINED ? s->gained
                                                 : s->fixed;
  return (rows){from + (size_t)o->row * VEC_LANES, o->rows == 1 ? 0 : VEC_LANES};
}

VEC_INLINE vec row_of(rows r, int k) { return v_load(r.at + (size_t)k * r.step); }

/* Where the gradient of an operand goes, NULL if nobody asks for it. */
VEC_INLINE real *gradient_of(const am_plan *p, const am_operand *o, const am_plan_gradient *g) {
  real *to = o->from == AM_FROM_STEP     ? g->block
             : o->from == AM_FROM_BEFORE ? g->before
             : o->from == AM_FROM_INPUT  ? g->input
             : o->from == AM_FROM_GAINED ? g->gained
                                         : g->fixed;
  if (o->from == AM_FROM_FIXED && !p->fixed[o->row].learned) return NULL;
  return to ? to + (size_t)o->row * VEC_LANES : NULL;
}

/* The derivative of an operation by operand i, times g: at its result y and operands a, b, c. */
VEC_INLINE vec derivative(am_operation_kind kind, int i, vec g, vec y, vec a, vec b, vec c) {
  const vec one = v_set1(1), zero = v_zero();
  switch (kind) {
  case AM_DO_NEGATE: return v_sub(zero, g);
  case AM_DO_TANH: return v_mul(g, v_fnma(y, y, one));
  case AM_DO_SIGMOID: return v_mul(g, v_mul(y, v_sub(one, y)));
  case AM_DO_RELU: return v_select(v_lt(zero, y), g, zero);
  case AM_DO_SOFTPLUS: return v_fnma(g, v_exp(v_sub(zero, y)), g); /* sigmoid(a) = 1 - e^-y */
  case AM_DO_EXP: return v_mul(g, y);
  case AM_DO_LOG: return v_div(g, a);
  case AM_DO_SQRT: return v_div(g, v_add(y, y));
  case AM_DO_ABS:
    return v_mul(g, v_select(v_lt(a, zero), v_set1(-1), v_select(v_lt(zero, a), one, zero)));
  case AM_DO_SPIKE:
    if (i > 0) return zero;
    return v_mul(g, v_div(v_max(zero, v_sub(one, v_div(v_abs(a), b))), b));
  case AM_DO_SUBTRACT: return i ? v_sub(zero, g) : g;
  case AM_DO_MULTIPLY: return v_mul(g, i ? a : b);
  case AM_DO_DIVIDE: return i ? v_sub(zero, v_div(v_mul(g, y), b)) : v_div(g, b);
  case AM_DO_MIN:
    return v_select(i ? v_lt(b, a) : v_lt(a, b), g, i ? zero : v_select(v_lt(b, a), zero, g));
  case AM_DO_MAX:
    return v_select(i ? v_lt(a, b) : v_lt(b, a), g, i ? zero : v_select(v_lt(a, b), zero, g));
  case AM_DO_MULTIPLY_ADD: return i == 2 ? g : v_mul(g, i ? a : b);
  case AM_DO_MULTIPLY_SUBTRACT: return i == 2 ? g : v_sub(zero, v_mul(g, i ? a : b));
  case AM_DO_BETWEEN:
    return i == 0 ? v_mul(g, v_sub(c, b)) : i == 1 ? v_fnma(a, g, g) : v_mul(a, g);
  default: return g; /* COPY, ADD */
  }
}

/* Hands the gradient of an operation on to operand i, whose own lies at `to`. `kind` and i are
 * constants where this is inlined. */
VEC_INLINE void hand_on(am_operation_kind kind, int i, const am_operation *o, const am_plan_step *s,
                        const real *g, real *to) {
  const rows a = rows_of(&o->in[0], s), b = rows_of(&o->in[o->n_in > 1], s);
  const rows c = rows_of(&o->in[o->n_in > 2 ? 2 : 0], s);
  const real *y = s->block + (size_t)o->row * VEC_LANES;
  const bool first = o->in[i].first;
  if (o->in[i].rows == o->rows) {
    for (int k = 0; k < o->rows; k++, g += VEC_LANES, y += VEC_LANES, to += VEC_LANES) {
      const vec d =
          derivative(kind, i, v_load(g), v_load(y), row_of(a, k), row_of(b, k), row_of(c, k));
      v_store(to, first ? d : v_add(v_load(to), d));
    }
    return;
  }
  vec all = first ? v_zero() : v_load(to);
  for (int k = 0; k < o->rows; k++, g += VEC_LANES, y += VEC_LANES)
    all = v_add(
        all, derivative(kind, i, v_load(g), v_load(y), row_of(a, k), row_of(b, k), row_of(c, k)));
  v_store(to, all);
}

/* To each operand of an operation that acts element by element; what lies where the result lies
 * comes last, since it takes the place of the gradient that the others read. */
VEC_INLINE void hand_on_all(am_operation_kind kind, int n, const am_plan *p, const am_operation *o,
                            const am_plan_step *s, const am_plan_gradient *gradient, bool local) {
  const real *g = gradient->block + (size_t)o->row * VEC_LANES;
  for (int last = 0; last < 2; last++)
    for (int i = 0; i < n; i++) {
      const am_operand *in = &o->in[i];
      real *to = gradient_of(p, in, gradient);
      if (!to || (to == g) != last) continue;
      if (local && in->rows == 1 && o->rows > 1 && in->from != AM_FROM_FIXED) {
        if (in->first) v_store(to, v_zero());
        continue;
      }
      hand_on(kind, i, o, s, g, to);
    }
}

VEC_INLINE void softmax_back(const am_operation *o, const am_plan_step *s, const real *g, real *to,
                             bool local) {
  const real *y = s->block + (size_t)o->row * VEC_LANES;
  vec all = v_zero();
  for (int k = 0; k < o->rows && !local; k++)
    all = v_fma(v_load(g + k * VEC_LANES), v_load(y + k * VEC_LANES), all);
  for (int k = 0; k < o->rows; k++) {
    const vec gk = v_load(g + k * VEC_LANES), yk = v_load(y + k * VEC_LANES);
    const vec d = v_mul(yk, v_sub(gk, local ? v_mul(gk, yk) : all));
    v_store(to + k * VEC_LANES, o->in[0].first ? d : v_add(v_load(to + k * VEC_LANES), d));
  }
}

/* SUM and DOT: one number back to every row of operand i. */
VEC_INLINE void spread_back(const am_operation *o, int i, const am_plan_step *s, const real *g,
                            real *to, bool local) {
  const vec gy = local ? v_zero() : v_load(g);
  const bool dot = o->kind == AM_DO_DOT;
  const rows other = rows_of(&o->in[dot ? 1 - i : 0], s);
  for (int k = 0; k < o->in[i].rows; k++, to += VEC_LANES) {
    const vec d = dot ? v_mul(gy, row_of(other, k)) : gy;
    v_store(to, o->in[i].first ? d : v_add(v_load(to), d));
  }
}

/* One operation on the way back, all but AFFINE. */
VEC_INLINE void elements_back(const am_plan *p, const am_operation *o, const am_plan_step *s,
                              const am_plan_gradient *gradient, bool local) {
  const real *g = gradient->block + (size_t)o->row * VEC_LANES;
#define EACH(kind, n)                                                                              \
  case kind: hand_on_all(kind, n, p, o, s, gradient, local); return
  switch (o->kind) {
    EACH(AM_DO_COPY, 1);
    EACH(AM_DO_NEGATE, 1);
    EACH(AM_DO_TANH, 1);
    EACH(AM_DO_SIGMOID, 1);
    EACH(AM_DO_RELU, 1);
    EACH(AM_DO_SOFTPLUS, 1);
    EACH(AM_DO_EXP, 1);
    EACH(AM_DO_LOG, 1);
    EACH(AM_DO_SQRT, 1);
    EACH(AM_DO_ABS, 1);
    EACH(AM_DO_SPIKE, 2);
    EACH(AM_DO_ADD, 2);
    EACH(AM_DO_SUBTRACT, 2);
    EACH(AM_DO_MULTIPLY, 2);
    EACH(AM_DO_DIVIDE, 2);
    EACH(AM_DO_MIN, 2);
    EACH(AM_DO_MAX, 2);
    EACH(AM_DO_MULTIPLY_ADD, 3);
    EACH(AM_DO_MULTIPLY_SUBTRACT, 3);
    EACH(AM_DO_BETWEEN, 3);
  case AM_DO_SOFTMAX: {
    real *to = gradient_of(p, &o->in[0], gradient);
    if (to) softmax_back(o, s, g, to, local);
    return;
  }
  case AM_DO_SUM:
  case AM_DO_DOT:
    for (int i = 0; i < o->n_in; i++) {
      real *to = gradient_of(p, &o->in[i], gradient);
      if (to) spread_back(o, i, s, g, to, local);
    }
    return;
  case AM_DO_AFFINE:
  case AM_N_OPERATIONS: return;
  }
#undef EACH
}

#endif
