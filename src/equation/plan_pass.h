/* What the passes of a plan share: where operands lie, each operation element by element, and its
 * derivative. Only for vector sources. A file that defines PLAN_UNITS before has the layout UNITS
 * (plan.h), others have LANES: there a vector holds a row of sixteen episodes, here sixteen rows of
 * one. */
#ifndef AMINE_EQUATION_PLAN_PASS_H
#define AMINE_EQUATION_PLAN_PASS_H

#include "equation/plan_step.h"
#include "kernel/math.h"

#ifdef PLAN_UNITS
enum { PLAN_ROW = 1 }; /* elements from a row to the next */
/* How many vectors `rows` rows are. */
VEC_INLINE int vectors_of(int rows) { return (rows + VEC_LANES - 1) / VEC_LANES; }
/* Vector k of `rows` rows, 0 behind the last row. */
VEC_INLINE vec only_rows(vec a, int k, int rows) {
  static const real mask[2 * VEC_LANES] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  const int left = rows - k * VEC_LANES;
  if (left >= VEC_LANES) return a;
  return v_select(v_lt(v_zero(), v_load(mask + VEC_LANES - left)), a, v_zero());
}
#else
enum { PLAN_ROW = VEC_LANES };
VEC_INLINE int vectors_of(int rows) { return rows; }
VEC_INLINE vec only_rows(vec a, int k, int rows) {
  (void)k, (void)rows;
  return a;
}
#endif

/* An operand: its first vector, and how far it is to the next (0: one row for all). */
typedef struct vectors {
  const real *at;
  size_t step;
} vectors;

VEC_INLINE vectors rows_of(const am_operand *o, const am_plan_step *s) {
  const real *from = o->from == AM_FROM_STEP     ? s->block
                     : o->from == AM_FROM_BEFORE ? s->before
                     : o->from == AM_FROM_INPUT  ? s->input
                     : o->from == AM_FROM_GAINED ? s->gained
                     : o->from == AM_FROM_GIVEN  ? s->given
                                                 : s->fixed;
  return (vectors){from + (size_t)o->row * PLAN_ROW, o->rows == 1 ? 0 : VEC_LANES};
}

VEC_INLINE vec row_of(vectors r, int k) {
#ifdef PLAN_UNITS
  if (r.step == 0) return v_set1(*r.at);
#endif
  return v_load(r.at + (size_t)k * r.step);
}

/* ------------------------------------------------------------------------------ forward */
VEC_INLINE vec softplus(vec a) {
  const vec zero = v_zero();
  return v_add(v_max(a, zero), v_log(v_add(v_set1(1), v_exp(v_sub(zero, v_abs(a))))));
}

#ifdef PLAN_UNITS
VEC_INLINE void softmax(const am_operation *o, const am_plan_step *s, real *y) {
  const real *a = rows_of(&o->in[0], s).at;
  real top = a[0];
  vec all = v_zero();
  for (int k = 1; k < o->rows; k++) top = a[k] > top ? a[k] : top;
  for (int k = 0; k < vectors_of(o->rows); k++) {
    const vec e = v_exp(v_sub(v_load(a + k * VEC_LANES), v_set1(top)));
    v_store(y + k * VEC_LANES, only_rows(e, k, o->rows));
    all = v_add(all, v_load(y + k * VEC_LANES));
  }
  const vec whole = v_set1(v_sum(all));
  for (int k = 0; k < vectors_of(o->rows); k++)
    v_store(y + k * VEC_LANES, v_div(v_load(y + k * VEC_LANES), whole));
}
#else
VEC_INLINE void softmax(const am_operation *o, const am_plan_step *s, real *y) {
  const vectors a = rows_of(&o->in[0], s);
  vec top = row_of(a, 0), all = v_zero();
  for (int k = 1; k < o->rows; k++) top = v_max(top, row_of(a, k));
  for (int k = 0; k < o->rows; k++) {
    const vec e = v_exp(v_sub(row_of(a, k), top));
    v_store(y + k * VEC_LANES, e);
    all = v_add(all, e);
  }
  for (int k = 0; k < o->rows; k++)
    v_store(y + k * VEC_LANES, v_div(v_load(y + k * VEC_LANES), all));
}
#endif

/* SUM and DOT */
VEC_INLINE void total(const am_operation *o, const am_plan_step *s, real *y) {
  const vectors a = rows_of(&o->in[0], s), b = rows_of(&o->in[o->n_in - 1], s);
  const int n = o->in[0].rows;
  vec all = v_zero();
  for (int k = 0; k < vectors_of(n); k++) {
    const vec ak = only_rows(row_of(a, k), k, n);
    all = o->kind == AM_DO_DOT ? v_fma(ak, row_of(b, k), all) : v_add(all, ak);
  }
#ifdef PLAN_UNITS
  all = only_rows(v_set1(v_sum(all)), 0, 1);
#endif
  v_store(y, all);
}

/* ------------------------------------------------------------------------------ attention */
/* The elements of head h of `rows` rows: their vectors, and which elements of these. */
typedef struct attend_head {
  int from, to;   /* vectors */
  int low, high;  /* rows */
} attend_head;

VEC_INLINE attend_head head_of(const am_operation *o, int h, int rows) {
  const int n = rows / o->heads, low = h * n, high = low + n;
#ifdef PLAN_UNITS
  return (attend_head){low / VEC_LANES, vectors_of(high), low, high};
#else
  return (attend_head){low, high, low, high};
#endif
}

/* Vector k of a head's rows: a where the rows are the head's, else b. */
VEC_INLINE vec within(const attend_head *h, int k, vec a, vec b) {
#ifdef PLAN_UNITS
  static const real places[VEC_LANES] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const vec row = v_load(places);
  a = v_select(v_lt(row, v_set1((real)(h->high - k * VEC_LANES))), a, b);
  return v_select(v_lt(row, v_set1((real)(h->low - k * VEC_LANES))), b, a);
#else
  (void)h, (void)k, (void)b;
  return a;
#endif
}

/* The product of a head's parts of a and b, of every lane. */
VEC_INLINE vec head_dot(const attend_head *h, const real *a, const real *b) {
  vec all = v_zero();
  for (int k = h->from; k < h->to; k++)
    all = v_fma(v_load(a + (size_t)k * VEC_LANES),
                within(h, k, v_load(b + (size_t)k * VEC_LANES), v_zero()), all);
#ifdef PLAN_UNITS
  all = v_set1(v_sum(all));
#endif
  return all;
}

/* to += a b in a head's rows */
VEC_INLINE void head_add(const attend_head *h, real *to, vec a, const real *b) {
  for (int k = h->from; k < h->to; k++)
    v_store(to + (size_t)k * VEC_LANES,
            v_fma(a, within(h, k, v_load(b + (size_t)k * VEC_LANES), v_zero()),
                  v_load(to + (size_t)k * VEC_LANES)));
}

/* One number of a head for every lane, among the norms. */
VEC_INLINE vec norm_of(const real *norms, int h) {
#ifdef PLAN_UNITS
  return v_set1(norms[h]);
#else
  return v_load(norms + (size_t)h * VEC_LANES);
#endif
}

/* How many steps it looks at, this one among them. */
VEC_INLINE int looked_at(const am_operation *o, const am_plan_step *s) {
  return s->n_past < o->window ? s->n_past + 1 : o->window;
}

/* 1 / sqrt(d) */
VEC_INLINE vec root_of(const am_operation *o) {
  return v_div(v_set1(1), v_sqrt(v_set1((real)(o->in[0].rows / o->heads))));
}

/* y = sum_s p_s v_s, p the softmax of q . k_s / sqrt(d), s the steps so far, the first one first:
 * in one pass, what is summed being scaled anew where a larger product comes. Vaswani et al. 2017,
 * arXiv 1706.03762; Milakov, Gimelshein 2018, arXiv 1805.02867. */
VEC_INLINE void attend(const am_operation *o, const am_plan_step *s, real *y) {
  const real *q = rows_of(&o->in[0], s).at, *k0 = rows_of(&o->in[1], s).at;
  const real *v0 = rows_of(&o->in[2], s).at;
  real *norms = s->block + (size_t)o->norms * PLAN_ROW;
  const vec root = root_of(o), one = v_set1(1);
  for (int k = 0; k < vectors_of(o->rows); k++) v_store(y + (size_t)k * VEC_LANES, v_zero());
  for (int h = 0; h < o->heads; h++) {
    const attend_head in = head_of(o, h, o->in[0].rows), out = head_of(o, h, o->rows);
    vec top = v_zero(), all = v_zero();
    for (int back = looked_at(o, s) - 1, first = back; back >= 0; back--) {
      const size_t at = (size_t)back * s->block_step;
      const vec product = v_mul(head_dot(&in, q, k0 - at), root);
      const vec more = back == first ? product : v_max(top, product);
      const vec old = back == first ? v_zero() : v_exp(v_sub(top, more));
      const vec p = v_exp(v_sub(product, more));
      all = v_fma(all, old, p);
      top = more;
      for (int k = out.from; k < out.to; k++) {
        const vec yk = v_load(y + (size_t)k * VEC_LANES);
        const vec vk = v_load(v0 - at + (size_t)k * VEC_LANES);
        v_store(y + (size_t)k * VEC_LANES, within(&out, k, v_fma(p, vk, v_mul(yk, old)), yk));
      }
    }
    const vec part = v_div(one, all), norm = v_add(top, v_log(all));
    for (int k = out.from; k < out.to; k++) {
      const vec yk = v_load(y + (size_t)k * VEC_LANES);
      v_store(y + (size_t)k * VEC_LANES, within(&out, k, v_mul(yk, part), yk));
    }
#ifdef PLAN_UNITS
    norms[h] = v_sum(only_rows(norm, 0, 1));
#else
    v_store(norms + (size_t)h * VEC_LANES, norm);
#endif
  }
}

/* One operation, all but AFFINE. */
VEC_INLINE void elements_forward(const am_operation *o, const am_plan_step *s) {
  real *y = s->block + (size_t)o->row * PLAN_ROW;
  const vectors A = rows_of(&o->in[0], s), B = rows_of(&o->in[o->n_in > 1], s);
  const vectors C = rows_of(&o->in[o->n_in > 2 ? 2 : 0], s);
  const vec zero = v_zero(), one = v_set1(1);
  const int n = vectors_of(o->rows);
#define EACH(KIND, expression)                                                                     \
  case KIND:                                                                                       \
    for (int k = 0; k < n; k++) {                                                                  \
      const vec a = row_of(A, k), b = row_of(B, k), c = row_of(C, k);                              \
      (void)b, (void)c;                                                                            \
      v_store(y + (size_t)k * VEC_LANES, only_rows(expression, k, o->rows));                       \
    }                                                                                              \
    return
  switch (o->kind) {
    EACH(AM_DO_COPY, a);
    EACH(AM_DO_NEGATE, v_sub(zero, a));
    EACH(AM_DO_TANH, v_tanh(a));
    EACH(AM_DO_SIGMOID, v_sigmoid(a));
    EACH(AM_DO_RELU, v_max(a, zero));
    EACH(AM_DO_SOFTPLUS, softplus(a));
    EACH(AM_DO_EXP, v_exp(a));
    EACH(AM_DO_LOG, v_log(a));
    EACH(AM_DO_SQRT, v_sqrt(a));
    EACH(AM_DO_ABS, v_abs(a));
    EACH(AM_DO_SPIKE, v_select(v_lt(zero, a), one, zero));
    EACH(AM_DO_ADD, v_add(a, b));
    EACH(AM_DO_SUBTRACT, v_sub(a, b));
    EACH(AM_DO_MULTIPLY, v_mul(a, b));
    EACH(AM_DO_DIVIDE, v_div(a, b));
    EACH(AM_DO_MIN, v_min(a, b));
    EACH(AM_DO_MAX, v_max(a, b));
    EACH(AM_DO_MULTIPLY_ADD, v_fma(a, b, c));
    EACH(AM_DO_MULTIPLY_SUBTRACT, v_fnma(a, b, c));
    EACH(AM_DO_BETWEEN, v_fma(a, v_sub(c, b), b));
  case AM_DO_SUM:
  case AM_DO_DOT: total(o, s, y); return;
  case AM_DO_SOFTMAX: softmax(o, s, y); return;
  case AM_DO_ATTEND: attend(o, s, y); return;
  case AM_DO_AFFINE:
  case AM_N_OPERATIONS: return;
  }
#undef EACH
}

/* ------------------------------------------------------------------------------ the way back */

/* Where the gradient of an operand goes, NULL if nobody asks for it. */
VEC_INLINE real *gradient_of(const am_plan *p, const am_operand *o, const am_plan_gradient *g) {
  real *to = o->from == AM_FROM_STEP     ? g->block
             : o->from == AM_FROM_BEFORE ? g->before
             : o->from == AM_FROM_INPUT  ? g->input
             : o->from == AM_FROM_GAINED ? g->gained
             : o->from == AM_FROM_GIVEN  ? NULL
                                         : g->fixed;
  if (o->from == AM_FROM_FIXED && !p->fixed[o->row].learned) return NULL;
  return to ? to + (size_t)o->row * PLAN_ROW : NULL;
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
  const vectors a = rows_of(&o->in[0], s), b = rows_of(&o->in[o->n_in > 1], s);
  const vectors c = rows_of(&o->in[o->n_in > 2 ? 2 : 0], s);
  const real *y = s->block + (size_t)o->row * PLAN_ROW;
  const bool first = o->in[i].first;
  const int n = vectors_of(o->rows);
  if (o->in[i].rows == o->rows) {
    for (int k = 0; k < n; k++, g += VEC_LANES, y += VEC_LANES, to += VEC_LANES) {
      vec d = derivative(kind, i, v_load(g), v_load(y), row_of(a, k), row_of(b, k), row_of(c, k));
      d = only_rows(d, k, o->rows);
      v_store(to, first ? d : v_add(v_load(to), d));
    }
    return;
  }
#ifdef PLAN_UNITS
  vec all = v_zero();
#else
  vec all = first ? v_zero() : v_load(to);
#endif
  for (int k = 0; k < n; k++, g += VEC_LANES, y += VEC_LANES)
    all = v_add(all, only_rows(derivative(kind, i, v_load(g), v_load(y), row_of(a, k), row_of(b, k),
                                          row_of(c, k)),
                               k, o->rows));
#ifdef PLAN_UNITS
  all = only_rows(v_set1((first ? 0 : *to) + v_sum(all)), 0, 1);
#endif
  v_store(to, all);
}

/* To each operand of an operation that acts element by element; what lies where the result lies
 * comes last, since it takes the place of the gradient that the others read. */
VEC_INLINE void hand_on_all(am_operation_kind kind, int n, const am_plan *p, const am_operation *o,
                            const am_plan_step *s, const am_plan_gradient *gradient, bool local) {
  const real *g = gradient->block + (size_t)o->row * PLAN_ROW;
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
  const real *y = s->block + (size_t)o->row * PLAN_ROW;
  const int n = vectors_of(o->rows);
  vec all = v_zero();
  for (int k = 0; k < n && !local; k++)
    all = v_fma(v_load(g + k * VEC_LANES), v_load(y + k * VEC_LANES), all);
#ifdef PLAN_UNITS
  all = v_set1(v_sum(all));
#endif
  for (int k = 0; k < n; k++) {
    const vec gk = v_load(g + k * VEC_LANES), yk = v_load(y + k * VEC_LANES);
    const vec d = v_mul(yk, v_sub(gk, local ? v_mul(gk, yk) : all));
    v_store(to + k * VEC_LANES, o->in[0].first ? d : v_add(v_load(to + k * VEC_LANES), d));
  }
}

/* SUM and DOT: one number back to every row of operand i. */
VEC_INLINE void spread_back(const am_operation *o, int i, const am_plan_step *s, const real *g,
                            real *to, bool local) {
#ifdef PLAN_UNITS
  const vec gy = v_set1(local ? 0 : *g);
#else
  const vec gy = local ? v_zero() : v_load(g);
#endif
  const bool dot = o->kind == AM_DO_DOT;
  const int rows_in = o->in[i].rows;
  const vectors other = rows_of(&o->in[dot ? 1 - i : 0], s);
  for (int k = 0; k < vectors_of(rows_in); k++, to += VEC_LANES) {
    const vec d = only_rows(dot ? v_mul(gy, row_of(other, k)) : gy, k, rows_in);
    v_store(to, o->in[i].first ? d : v_add(v_load(to), d));
  }
}

/* To q of this step, and to k and v of each that it looked at. With D = g . y,
 *     dv_s += p_s g,   dz_s = p_s (g . v_s - D),   dk_s += dz_s q / sqrt(d),   dq += dz_s k_s / sqrt(d)
 * local: the weights p are computed from several units, so they count as given, as do the steps
 * before. */
VEC_INLINE void attend_back(const am_plan *p, const am_operation *o, const am_plan_step *s,
                            const am_plan_gradient *gradient, bool local) {
  const real *g = gradient->block + (size_t)o->row * PLAN_ROW;
  const real *y = s->block + (size_t)o->row * PLAN_ROW;
  const real *norms = s->block + (size_t)o->norms * PLAN_ROW;
  const real *q = rows_of(&o->in[0], s).at, *k0 = rows_of(&o->in[1], s).at;
  const real *v0 = rows_of(&o->in[2], s).at;
  real *dq = gradient_of(p, &o->in[0], gradient), *dk0 = gradient_of(p, &o->in[1], gradient);
  real *dv0 = gradient_of(p, &o->in[2], gradient);
  const vec root = root_of(o);
  for (int k = 0; dq && o->in[0].first && k < vectors_of(o->in[0].rows); k++)
    v_store(dq + (size_t)k * VEC_LANES, v_zero());
  for (int h = 0; h < o->heads; h++) {
    const attend_head in = head_of(o, h, o->in[0].rows), out = head_of(o, h, o->rows);
    const vec D = head_dot(&out, g, y), norm = norm_of(norms, h);
    for (int back = local ? 0 : looked_at(o, s) - 1; back >= 0; back--) {
      const size_t at = (size_t)back * s->block_step;
      const vec part = v_exp(v_sub(v_mul(head_dot(&in, q, k0 - at), root), norm));
      const vec dz = v_mul(v_mul(part, v_sub(head_dot(&out, g, v0 - at), D)), root);
      head_add(&out, dv0 - at, part, g);
      if (local) continue;
      head_add(&in, dk0 - at, dz, q);
      if (dq) head_add(&in, dq, dz, k0 - at);
    }
  }
}

/* One operation on the way back, all but AFFINE. */
VEC_INLINE void elements_back(const am_plan *p, const am_operation *o, const am_plan_step *s,
                              const am_plan_gradient *gradient, bool local) {
  const real *g = gradient->block + (size_t)o->row * PLAN_ROW;
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
  case AM_DO_ATTEND: attend_back(p, o, s, gradient, local); return;
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
