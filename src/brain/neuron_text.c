/* A neuron model that is a text of equations (equation/neuron_text.h): its program
 * (equation/neuron_program.h) over up to BLOCK vectors of neurons at once, each operation for all of
 * them, so that choosing what to do costs little beside doing it; and the model that it makes. */
#include "brain/neuron_text.h"

#include "brain/neuron.h"

#ifdef AMINE_ISA /* the step, once for each instruction set */
#include "base/random.h"
#include "kernel/math.h"
#include "kernel/philox.h"
#include "kernel/vector.h"

enum { BLOCK = 16 }; /* vectors: what is asked for within a step stays in the first-level cache */

/* Where each place of a program begins for a block, and how far it is to its next vector: 0 for what
 * all neurons share. */
typedef struct places {
  const am_neuron_program *p;
  const am_neurons *neurons;
  real (*row)[BLOCK * VEC_LANES]; /* [AM_NEURON_ROWS] */
  real (*fixed)[VEC_LANES];       /* [AM_NEURON_FIXED] */
  real *at[AM_NEURON_PLACES];
  int step[AM_NEURON_PLACES];
  philox_key key;
  philox_shared shared;
} places;

/* Arrays of the neurons are read through the same pointers as what is written: no place that is read
 * alone is ever a result. */
static real *array_of(const places *q, am_neuron_place where) {
  const am_neurons *n = q->neurons;
  switch ((am_neuron_place_kind)where.kind) {
  case AM_PLACE_STATE: return n->s[where.index];
  case AM_PLACE_ARRIVED: return n->in[where.index];
  case AM_PLACE_CURRENT: return (real *)(uintptr_t)n->current;
  default: return (real *)(uintptr_t)n->own[where.index];
  }
}

static void find_places(places *q, int i) {
  for (int k = 0; k < q->p->n_places; k++) {
    const am_neuron_place where = q->p->places[k];
    const bool fixed = where.kind == AM_PLACE_FIXED;
    q->step[k] = fixed ? 0 : VEC_LANES;
    q->at[k] = fixed                        ? q->fixed[where.index]
               : where.kind == AM_PLACE_ROW ? q->row[where.index]
                                            : array_of(q, where) + i;
  }
}

/* An operation with probability p: as of the part "escape". */
static void draw(const places *q, real *y, const real *p, int step, int n, int i) {
  philox_block x;
  uint32_t block = UINT32_MAX;
  for (int k = 0; k < n; k++, y += VEC_LANES, p += step) {
    const uint32_t at = q->neurons->index + (uint32_t)(i + k * VEC_LANES);
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
static void run(const places *q, int from, int to, int n, int i) {
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
    case AM_NEURON_CHANCE: draw(q, y, a, sa, n, i); break;
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

/* Numbers that all neurons of a step share. */
static void share(places *q) {
  const am_neuron_program *p = q->p;
  for (int k = 0; k < p->n_constants; k++) v_store(q->fixed[k], v_set1(q->neurons->k[k]));
  if (p->gain >= 0) v_store(q->fixed[p->gain], v_set1(q->neurons->gain));
  if (p->threshold >= 0) v_store(q->fixed[p->threshold], v_set1(q->neurons->threshold));
  find_places(q, 0);
  run(q, 0, p->begin[AM_LIST_STEP], 1, 0);
}

static int update(const am_neurons *neurons, uint32_t *spikes) {
  _Alignas(64) real row[AM_NEURON_ROWS][BLOCK * VEC_LANES];
  _Alignas(64) real fixed[AM_NEURON_FIXED][VEC_LANES];
  const am_neuron_program *p = neurons->program;
  places q = {.p = p, .neurons = neurons, .row = row, .fixed = fixed};
  q.key = (philox_key){neurons->seed, neurons->step, AM_STREAM_SOURCE, neurons->population};
  if (p->draws) q.shared = philox_share(&q.key);
  share(&q);
  int n_spikes = 0;
  for (int i = 0; i < neurons->n; i += BLOCK * VEC_LANES) {
    const int left = (neurons->n - i + VEC_LANES - 1) / VEC_LANES, n = left < BLOCK ? left : BLOCK;
    const int before = n_spikes;
    find_places(&q, i);
    run(&q, p->begin[AM_LIST_STEP], p->begin[AM_LIST_FIRES], n, i);
    const real *fired = q.at[p->fired];
    for (int k = 0; k < n; k++) {
      const vmask m = v_lt(v_zero(), v_load(fired + k * VEC_LANES));
      n_spikes = neurons_fire(spikes, n_spikes, m, i + k * VEC_LANES, neurons);
    }
    if (n_spikes > before) run(&q, p->begin[AM_LIST_FIRES], p->begin[AM_N_LISTS], n, i);
    for (int r = 0; r < 2; r++)
      for (int k = 0; k < n; k++) v_store(neurons->in[r] + i + k * VEC_LANES, v_zero());
  }
  return n_spikes;
}

const am_neuron_kernel AM_ISA(am_neuron_text) = {update};

#else /* the model */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "format/text_file.h"

AM_NEURON_DECLARE(am_neuron_text);

static amine_status make_rows(am_neuron_text_model *m, const am_equations *e, amine_error *error) {
  int n = 0;
  for (int k = 0; k < e->n_symbols; k++) {
    const am_symbol *s = &e->symbols[k];
    if (s->kind != AM_SYMBOL_CONSTANT) continue;
    if (n == AM_VALUES_MAX)
      return am_equations_refuse(e, s->at, error, "a neuron has at most %d constants",
                                 AM_VALUES_MAX);
    snprintf(m->name_of[n], sizeof m->name_of[n], "%s", s->name);
    snprintf(m->unit_of[n], sizeof m->unit_of[n], "%s", s->unit);
    snprintf(m->meaning_of[n], sizeof m->meaning_of[n], "%s",
             s->meaning[0] ? s->meaning : "of the text");
    m->parameters[n] = (amine_parameter)AM_NUMBER(m->name_of[n], s->standard, s->min, s->max,
                                                  m->unit_of[n], m->meaning_of[n]);
    n++;
  }
  return AMINE_OK;
}

/* The states' names, and those of what each neuron has for itself. */
static void name_states(am_neuron_text_model *m, const am_neuron_text *t) {
  am_neuron_model *is = &m->is;
  for (int s = 0; s < m->program.n_states; s++) {
    const bool counts = s == m->program.counts;
    snprintf(m->state_of[s], sizeof m->state_of[s], "%s",
             counts ? "refractory" : t->e->symbols[t->state[s]].name);
    is->states[s] = m->state_of[s];
  }
  for (int k = 0; k < t->n_each; k++) is->own[k] = m->name_of[m->program.each[k]];
}

static amine_status fill(am_neuron_text_model *m, const char *name, const char *text,
                         amine_error *error) {
  am_neuron_text t;
  m->text = am_strdup(text);
  if (!m->text) return am_fail_memory(error, strlen(text) + 1);
  AM_TRY(am_text_file_check(text, name, error));
  AM_TRY(am_neuron_text_read(&t, name, text, error));
  if (strncmp(text, "# ", 2) == 0)
    snprintf(m->meaning, sizeof m->meaning, "%.*s", (int)strcspn(text + 2, "\r\n"), text + 2);
  snprintf(m->name, sizeof m->name, "%s", t.e->network);
  amine_status status = make_rows(m, t.e, error);
  if (status == AMINE_OK) status = am_neuron_program_make(&m->program, &t, error);
  if (status == AMINE_OK) name_states(m, &t);
  am_neuron_text_free(&t);
  return status;
}

amine_status am_neuron_text_model_make(am_neuron_text_model **model, const char *name,
                                       const char *text, amine_error *error) {
  am_neuron_text_model *m = am_alloc(1, sizeof *m);
  if (!m) return am_fail_memory(error, sizeof *m);
  m->is = (am_neuron_model){.part = {.kind = AM_NEURON,
                                     .name = m->name,
                                     .meaning = m->meaning,
                                     .parameters = m->parameters},
                            .program = &m->program,
                            AM_NEURON_STEP(am_neuron_text)};
  const amine_status status = fill(m, name, text, error);
  m->is.part.text = m->text;
  if (status == AMINE_OK) *model = m;
  else am_neuron_text_model_free(m);
  return status;
}

amine_status am_neuron_text_model_load(am_neuron_text_model **model, const char *path,
                                       amine_error *error) {
  am_text text = {0};
  amine_status status = am_text_file_read(&text, path, AM_NEURON_TEXT_MAX, error);
  if (status == AMINE_OK)
    status = am_neuron_text_model_make(model, path, text.data ? text.data : "", error);
  am_text_free(&text);
  return status;
}

void am_neuron_text_model_free(am_neuron_text_model *m) {
  if (!m) return;
  am_free(m->text);
  am_free(m);
}
#endif
