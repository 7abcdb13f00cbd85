/* Runs the lists of a program (equation/neuron_program.h) over up to NEURON_BLOCK vectors of
 * neurons at once, each operation for all of them, so that choosing what to do costs little beside
 * doing it. For vector sources. */
#ifndef AMINE_EQUATION_NEURON_RUN_H
#define AMINE_EQUATION_NEURON_RUN_H

#include "equation/neuron_program.h"
#include "kernel/math.h"
#include "kernel/philox.h"
#include "kernel/vector.h"

enum {
  NEURON_BLOCK = 16
}; /* vectors: what is asked for within a step stays in the first-level cache */

/* Where each place of a program begins for a block, and how far it is to its next vector: 0 for
 * what all neurons share. Arrays that a program does not name may be left as they are. */
typedef struct neuron_run {
  const am_neuron_program *p;
  real *state[AM_NEURON_STATES];
  const real *arrived[AM_NEURON_RECEPTORS], *current, *each[AM_NEURON_OWN];
  uint32_t index; /* of the first neuron, for who draws */
  philox_key key;
  philox_shared shared;
  real *at[AM_NEURON_PLACES];
  int step[AM_NEURON_PLACES];
  _Alignas(64) real row[AM_NEURON_ROWS][NEURON_BLOCK * VEC_LANES];
  _Alignas(64) real fixed[AM_NEURON_FIXED][VEC_LANES];
} neuron_run;

VEC_INLINE void neuron_run_begin(neuron_run *q, const am_neuron_program *p) {
  q->p = p;
  for (int k = 0; k < p->n_places; k++)
    q->step[k] = p->places[k].kind == AM_PLACE_FIXED ? 0 : VEC_LANES;
}

/* Arrays of the neurons are read through the same pointers as what is written: no place that is
 * read alone is ever a result. */
VEC_INLINE real *neuron_run_array(const neuron_run *q, am_neuron_place where) {
  switch ((am_neuron_place_kind)where.kind) {
  case AM_PLACE_STATE: return q->state[where.index];
  case AM_PLACE_ARRIVED: return (real *)(uintptr_t)q->arrived[where.index];
  case AM_PLACE_CURRENT: return (real *)(uintptr_t)q->current;
  default: return (real *)(uintptr_t)q->each[where.index];
  }
}

/* The block that begins with neuron i. */
static inline void neuron_run_at(neuron_run *q, int i) {
  for (int k = 0; k < q->p->n_places; k++) {
    const am_neuron_place where = q->p->places[k];
    q->at[k] = where.kind == AM_PLACE_FIXED ? q->fixed[where.index]
               : where.kind == AM_PLACE_ROW ? q->row[where.index]
                                            : neuron_run_array(q, where) + i;
  }
}

/* An operation with probability p: as of the part "escape". */
VEC_INLINE void neuron_run_draw(const neuron_run *q, real *y, const real *p, int step, int n,
                                int i) {
  philox_block x;
  uint32_t block = UINT32_MAX;
  for (int k = 0; k < n; k++, y += VEC_LANES, p += step) {
    const uint32_t at = q->index + (uint32_t)(i + k * VEC_LANES);
    if (block != at / 64) philox_draw(&x, &q->shared, block = at / 64);
    const vec chance = v_load(p);
    const vmask fired = v_lt(philox_chance(&q->key, at, x.v[at / 16 % 4], chance), chance);
    v_store(y, v_select(fired, v_set1(1), v_zero()));
  }
}

/* y = EXPR of the k-th vectors A, B, C, D of the operands. What all neurons share stays in a
 * register: the first operand, by the order of factors; of a comparison the second. */
#define EACH(expr)                                                                                 \
  for (int k = 0; k < n; k++, y += VEC_LANES) v_store(y, expr)
#define A v_load(a + k * sa)
#define B v_load(b + k * sb)
#define C v_load(c + k * sc)
#define D v_load(d + k * sd)
#define BINARY(op)                                                                                 \
  if (sa == 0) {                                                                                   \
    const vec x = v_load(a);                                                                       \
    EACH(op(x, B));                                                                                \
  } else if (sb == 0) {                                                                            \
    const vec x = v_load(b);                                                                       \
    EACH(op(A, x));                                                                                \
  } else EACH(op(A, B));                                                                           \
  break
#define TERNARY(op)                                                                                \
  if (sa == 0 && sc == 0) {                                                                        \
    const vec x = v_load(a), z = v_load(c);                                                        \
    EACH(op(x, B, z));                                                                             \
  } else if (sa == 0) {                                                                            \
    const vec x = v_load(a);                                                                       \
    EACH(op(x, B, C));                                                                             \
  } else EACH(op(A, B, C));                                                                        \
  break
#define SELECT                                                                                     \
  if (sb == 0 && sc == 0 && sd == 0) {                                                             \
    const vec x = v_load(b), yes = v_load(c), no = v_load(d);                                      \
    EACH(v_select(v_lt(A, x), yes, no));                                                           \
  } else if (sb == 0) {                                                                            \
    const vec x = v_load(b);                                                                       \
    EACH(v_select(v_lt(A, x), C, D));                                                              \
  } else EACH(v_select(v_lt(A, B), C, D));                                                         \
  break

/* Operations from `from` up to `to`, for n vectors from neuron i on. */
static inline void neuron_run_operations(const neuron_run *q, int from, int to, int n, int i) {
  const vec zero = v_zero(), one = v_set1(1);
  for (const am_neuron_operation *o = q->p->operations + from; o < q->p->operations + to; o++) {
    real *y = q->at[o->out];
    const real *a = q->at[o->in[0]], *b = q->at[o->in[1]], *c = q->at[o->in[2]],
               *d = q->at[o->in[3]];
    const int sa = q->step[o->in[0]], sb = q->step[o->in[1]], sc = q->step[o->in[2]],
              sd = q->step[o->in[3]];
    switch ((am_neuron_do)o->kind) {
    case AM_NEURON_COPY: EACH(A); break;
    case AM_NEURON_NEGATE: EACH(v_sub(zero, A)); break;
    case AM_NEURON_ADD: BINARY(v_add);
    case AM_NEURON_SUBTRACT: BINARY(v_sub);
    case AM_NEURON_MULTIPLY: BINARY(v_mul);
    case AM_NEURON_DIVIDE: BINARY(v_div);
    case AM_NEURON_MULTIPLY_ADD: TERNARY(v_fma);
    case AM_NEURON_MULTIPLY_SUBTRACT: TERNARY(v_fnma);
    case AM_NEURON_MIN: BINARY(v_min);
    case AM_NEURON_MAX: BINARY(v_max);
    case AM_NEURON_ABS: EACH(v_abs(A)); break;
    case AM_NEURON_EXP: EACH(v_exp(A)); break;
    case AM_NEURON_LOG: EACH(v_log(A)); break;
    case AM_NEURON_SQRT: EACH(v_sqrt(A)); break;
    case AM_NEURON_TANH: EACH(v_tanh(A)); break;
    case AM_NEURON_SIGMOID: EACH(v_sigmoid(A)); break;
    case AM_NEURON_EXPREL: EACH(v_exprel(A)); break;
    case AM_NEURON_SELECT: SELECT;
    case AM_NEURON_COUNT: EACH(v_max(v_sub(A, one), zero)); break;
    case AM_NEURON_CHANCE: neuron_run_draw(q, y, a, sa, n, i); break;
    default: break;
    }
  }
}
#undef EACH
#undef A
#undef B
#undef C
#undef D
#undef BINARY
#undef TERNARY
#undef SELECT

/* One list of the block, for n vectors from neuron i on. */
static inline void neuron_run_list(const neuron_run *q, int list, int n, int i) {
  neuron_run_operations(q, q->p->begin[list], q->p->begin[list + 1], n, i);
}

/* Numbers that all neurons of a step share: k from set-up, and [AM_NEURON_SHARES] or NULL. */
static inline void neuron_run_share(neuron_run *q, const real *k, real gain, real threshold,
                                    const real *shared) {
  const am_neuron_program *p = q->p;
  for (int n = 0; n < p->n_constants; n++) v_store(q->fixed[n], v_set1(k[n]));
  if (p->gain >= 0) v_store(q->fixed[p->gain], v_set1(gain));
  if (p->threshold >= 0) v_store(q->fixed[p->threshold], v_set1(threshold));
  for (int n = 0; shared && n < AM_NEURON_SHARES; n++)
    if (p->shared[n] >= 0) v_store(q->fixed[p->shared[n]], v_set1(shared[n]));
  neuron_run_at(q, 0);
  neuron_run_list(q, AM_LIST_SHARED, 1, 0);
}

#endif
