/* A synapse rule that is a text of equations (equation/synapse_text.h): its programs
 * (equation/synapse_program.h) over up to NEURON_BLOCK vectors of synapses at once, within the
 * passes of kernel/synapse.h; and the rule that it makes. */
#include "rule/synapse_text.h"

/* Where the constants of a pass begin, or those of what is of the target, or of the source; or
 * where all of them end. */
enum { TARGET = AM_N_PASSES, ORIGIN, END };
static int constants_of(const am_synapse_program *p, int which) {
  int at = AM_SYNAPSE_OWN;
  for (int k = 0; k < which && k < AM_N_PASSES; k++) at += p->passes[k].program.n_constants;
  if (which > TARGET) at += p->target.n_constants;
  if (which > ORIGIN) at += p->origin.n_constants;
  return at;
}

#ifdef AMINE_ISA /* the passes, once for each instruction set */
#include "equation/neuron_run.h"
#include "kernel/synapse_touch.h"
#include "kernel/vector.h"

enum { BLOCK = NEURON_BLOCK * VEC_LANES };

typedef real numbers[BLOCK];

/* A block of synapses: what a pass sees, and the weights beside what becomes their change. */
typedef struct block {
  const am_synapse_pass *pass;
  neuron_run run;
  uint32_t begin;
  int n, n_vectors;
  _Alignas(64) numbers state[AM_SYNAPSE_STATES], w, c;
} block;

static inline void begin(block *q, const void *program, am_synapse_passes which, const am_real *k,
                         const am_real *side, int n_side, am_real M) {
  const am_synapse_program *p = program;
  am_real shared[AM_NEURON_SHARES] = {0};
  q->pass = &p->passes[which];
  if (!q->pass->any) return;
  for (int l = 0; l < n_side; l++) shared[l] = side[l];
  shared[AM_SYNAPSE_SHARED_M] = M;
  neuron_run_begin(&q->run, &q->pass->program);
  for (int s = 0; s < AM_SYNAPSE_STATES; s++) q->run.state[s] = q->state[s];
  neuron_run_share(&q->run, k + constants_of(p, (int)which), 1, 1, shared);
}

/* The next block of n synapses in all; false: there is none. */
static inline bool next(block *q, uint32_t n) {
  q->begin += (uint32_t)q->n;
  if (q->begin >= n) return false;
  q->n = n - q->begin < BLOCK ? (int)(n - q->begin) : BLOCK;
  q->n_vectors = (q->n + VEC_LANES - 1) / VEC_LANES;
  return true;
}

static inline int length(const block *q, int v) {
  const int left = q->n - v * VEC_LANES;
  return left < VEC_LANES ? left : VEC_LANES;
}

/* Each vector v of a block: n synapses from j of the row or column on, `at` in the block. */
#define FOR_VECTORS(q)                                                                             \
  for (int v = 0, at = 0, n = length(q, 0); v < (q)->n_vectors;                                    \
       v++, at += VEC_LANES, n = length(q, v))
#define J ((q)->begin + (uint32_t)at)

/* c: what of q->c is left. */
static inline void run(block *q, real left) {
  if (!q->pass->any) return;
  FOR_VECTORS(q) {
    if (q->pass->reads[AM_SYNAPSE_W]) v_store(q->state[AM_SYNAPSE_W] + at, v_load(q->w + at));
    if (q->pass->reads[AM_SYNAPSE_C])
      v_store(q->state[AM_SYNAPSE_C] + at, v_mul(v_set1(left), v_load(q->c + at)));
    (void)n;
  }
  neuron_run_list(&q->run, AM_LIST_STEP, q->n_vectors, 0);
}

/* ------------------------------------------------------------------------------ rows */
static inline void see_targets(block *q, const am_synapse_row *p) {
  for (int l = 0; l < AM_SYNAPSE_SIDE; l++) {
    if (!q->pass->any || !q->pass->reads[AM_SYNAPSE_TARGET + l]) continue;
    FOR_VECTORS(q)
    v_store(q->state[AM_SYNAPSE_TARGET + l] + at, v_gather16_n(p->y[l], p->target + J, n));
  }
}

static inline void deliver(const block *q, const am_synapse_row *p) {
  const uint16_t *target = p->target + q->begin;
  if (p->in)
    for (int i = 0; i < q->n; i++) p->in[target[i]] += q->w[i] * p->scale;
  else if (p->sum)
    for (int i = 0; i < q->n; i++) p->sum[target[i]] += (double)q->w[i] * (double)p->scale;
}

static void arrive(const am_synapse_row *p, const am_real *k, am_real M,
                   const am_synapse_now *now) {
  const am_synapse_program *is = p->program;
  block room, *q = &room;
  q->begin = 0, q->n = 0;
  begin(q, is, AM_PASS_ARRIVE, k, p->x, is->n_sources, M);
  while (next(q, p->n)) {
    FOR_VECTORS(q) {
      vec w, c;
      if (p->c) {
        synapse_row_settle(&w, &c, p, k, now, J, n);
        v_store(q->c + at, c);
      } else w = v_load_n(p->w + J, n);
      v_store(q->w + at, w);
    }
    see_targets(q, p);
    deliver(q, p);
    run(q, 1);
    FOR_VECTORS(q) {
      vec w = v_load(q->w + at);
      if (q->pass->changes[0])
        w = synapse_row_changed(p, J, n, w, v_load(q->state[AM_SYNAPSE_W] + at), k);
      if (p->c || q->pass->changes[0]) v_store_n(p->w + J, w, n);
      if (!p->c) continue;
      vec c = v_load(q->c + at);
      if (q->pass->changes[1]) c = v_add(c, v_load(q->state[AM_SYNAPSE_C] + at));
      v_store_n(p->c + J, c, n);
    }
  }
}

static void settle(const am_synapse_row *p, const am_real *k, const am_synapse_now *now) {
  synapse_settle(p, k, now);
}

/* In each step; c was brought up to date. */
static void step(const am_synapse_row *p, const am_real *k, const am_real *score) {
  const am_synapse_program *is = p->program;
  block room, *q = &room;
  q->begin = 0, q->n = 0;
  begin(q, is, p->c_low ? AM_PASS_STEP_KEPT : AM_PASS_STEP, k, p->x, is->n_sources, 1);
  while (next(q, p->n)) {
    FOR_VECTORS(q) {
      v_store(q->w + at, v_load_n(p->w + J, n));
      v_store(q->c + at, v_load_n(p->c + J, n));
      if (score) v_store(q->state[AM_SYNAPSE_SCORE] + at, v_gather16_n(score, p->target + J, n));
    }
    see_targets(q, p);
    run(q, 1);
    FOR_VECTORS(q) {
      const vec c = v_load(q->state[AM_SYNAPSE_C] + at);
      if (p->c_low) {
        vec low = v_load_n(p->c_low + J, n);
        v_store_n(p->c + J, synapse_carry(v_load(q->c + at), c, &low), n);
        v_store_n(p->c_low + J, low, n);
      } else v_store_n(p->c + J, c, n);
    }
  }
}

/* ------------------------------------------------------------------------------ columns */
static void fire(const am_synapse_column *p, const am_real *k, am_real M,
                 const am_synapse_now *now) {
  const am_synapse_program *is = p->program;
  block room, *q = &room;
  q->begin = 0, q->n = 0;
  begin(q, is, AM_PASS_FIRE, k, p->y, is->n_targets, M);
  while (next(q, p->n)) {
    FOR_VECTORS(q) {
      vec w = v_gather32_n(p->w, p->at + J, n);
      if (p->c) {
        const vec grown = synapse_column_settle(&w, p, k, now, J, n);
        v_store(q->c + at, grown); /* it decays below */
      }
      v_store(q->w + at, w);
    }
    for (int l = 0; l < is->n_sources; l++) {
      if (!q->pass->reads[AM_SYNAPSE_SOURCE + l]) continue;
      FOR_VECTORS(q)
      v_store(q->state[AM_SYNAPSE_SOURCE + l] + at, synapse_of_source(p->x[l], p, J, n));
    }
    run(q, p->c ? now->decay : 1);
    FOR_VECTORS(q) {
      vec w = v_load(q->w + at);
      if (q->pass->changes[0])
        w = synapse_column_changed(p, J, n, w, v_load(q->state[AM_SYNAPSE_W] + at), k);
      v_scatter32_n(p->w, p->at + J, w, n);
      if (!p->c) continue;
      const vec dc = q->pass->changes[1] ? v_load(q->state[AM_SYNAPSE_C] + at) : v_zero();
      const vec c = v_fma(v_load(q->c + at), v_set1(now->decay), dc);
      v_scatter32_n(p->c, p->at + J, c, n);
    }
  }
}

/* ------------------------------------------------------------------------------ what is of the
 * target */
/* What is below 1e-30 is 0: subnormal numbers are slow. */
static inline void flush(real *y, int n) {
  for (int i = 0; i < n; i += VEC_LANES) {
    const vec x = v_load(y + i);
    v_store(y + i, v_select(v_lt(v_abs(x), v_set1((real)1e-30)), v_zero(), x));
  }
}

/* Whether anybody of n vectors fired. */
static inline bool anybody(const real *fired, int n) {
  unsigned any = 0;
  for (int v = 0; v < n; v++) any |= v_mask_bits(v_lt(v_zero(), v_load(fired + v * VEC_LANES)));
  return any != 0;
}

/* What a spike does, once for each that came, of n vectors from the i-th element of a block on;
 * `scale`: its mean where there are any, or NULL. */
static void jump(neuron_run *q, const real *fired, int i, int n, real *scale) {
  _Alignas(64) numbers left, sum;
  const vec one = v_set1(1), zero = v_zero();
  const int end = i + n * VEC_LANES;
  for (int at = i; at < end; at += VEC_LANES) {
    v_store(left + at, v_load(fired + at));
    v_store(sum + at, zero);
  }
  q->arrived[0] = left;
  neuron_run_at(q, i);
  do {
    neuron_run_list(q, AM_LIST_FIRES, n, i);
    for (int at = i; at < end; at += VEC_LANES) {
      const vec now = v_load(left + at);
      if (scale)
        v_store(sum + at, v_add(v_load(sum + at),
                                v_select(v_lt(zero, now), v_load(scale + at), zero)));
      v_store(left + at, v_sub(now, one));
    }
  } while (anybody(left + i, n));
  for (int at = i; at < end && scale; at += VEC_LANES) {
    const vec times = v_load(fired + at), mean = v_div(v_load(sum + at), v_max(times, one));
    v_store(scale + at, v_select(v_lt(one, times), mean, v_load(scale + at)));
  }
}

static void trace(am_real *y0, am_real *y1, const am_real *fired, const am_real *k, int n,
                  const void *program) {
  const am_synapse_program *is = program;
  am_real *y[AM_SYNAPSE_SIDE] = {y0, y1};
  neuron_run q;
  neuron_run_begin(&q, &is->target);
  for (int i = 0; i < n; i += BLOCK) {
    const int most = n - i < BLOCK ? n - i : BLOCK, vectors = most / VEC_LANES;
    for (int l = 0; l < is->n_targets; l++) q.state[l] = y[l] + i;
    q.arrived[0] = fired + i;
    if (i == 0) neuron_run_share(&q, k + constants_of(is, TARGET), 1, 1, NULL);
    if (anybody(fired + i, vectors)) jump(&q, fired + i, 0, vectors, NULL);
    q.arrived[0] = fired + i;
    neuron_run_at(&q, 0);
    neuron_run_list(&q, AM_LIST_STEP, vectors, 0);
    for (int l = 0; l < is->n_targets; l++) flush(y[l] + i, most);
  }
}

/* ------------------------------------------------------------------------------ what is of the
 * source */
static void origin(am_real *const x[AM_SYNAPSE_TRACES], am_real *const before[AM_SYNAPSE_TRACES],
                   am_real *scale, const am_real *arrive_at, const am_real *k, int n,
                   const void *program) {
  const am_synapse_program *is = program;
  neuron_run q;
  neuron_run_begin(&q, &is->origin);
  for (int i = 0; i < n; i += BLOCK) {
    const int most = n - i < BLOCK ? n - i : BLOCK, vectors = most / VEC_LANES;
    for (int l = 0; l < is->n_sources; l++) q.state[l] = x[l] + i;
    if (scale) q.state[is->n_sources] = scale + i;
    q.arrived[0] = arrive_at + i;
    if (i == 0) neuron_run_share(&q, k + constants_of(is, ORIGIN), 1, 1, NULL);
    neuron_run_at(&q, 0);
    neuron_run_list(&q, AM_LIST_STEP, vectors, 0);
    for (int l = 0; l < is->n_sources; l++) {
      flush(x[l] + i, most);
      for (int v = 0; v < most && before[l]; v += VEC_LANES)
        v_store(before[l] + i + v, v_load(x[l] + i + v));
    }
    for (int v = 0; v < most; v += VEC_LANES) /* few of them */
      if (anybody(arrive_at + i + v, 1))
        jump(&q, arrive_at + i, v, 1, scale ? scale + i : NULL);
  }
}

#if defined(AMINE_WIDE) /* of which only that serves */
void AM_ISA(am_synapse_origin_text)(am_real *const[AM_SYNAPSE_TRACES],
                                    am_real *const[AM_SYNAPSE_TRACES], am_real *, const am_real *,
                                    const am_real *, int, const void *);
void AM_ISA(am_synapse_trace_text)(am_real *, am_real *, const am_real *, const am_real *, int,
                                   const void *);
void AM_ISA(am_synapse_trace_text)(am_real *y0, am_real *y1, const am_real *fired, const am_real *k,
                                   int n, const void *program) {
  trace(y0, y1, fired, k, n, program);
}
#else
am_synapse_origin AM_ISA(am_synapse_origin_text);
#endif
void AM_ISA(am_synapse_origin_text)(am_real *const x[AM_SYNAPSE_TRACES],
                                    am_real *const before[AM_SYNAPSE_TRACES], am_real *scale,
                                    const am_real *arrive_at, const am_real *k, int n,
                                    const void *program) {
  origin(x, before, scale, arrive_at, k, n, program);
}

const am_synapse_kernel AM_ISA(am_synapse_text) = {
    .arrive = arrive, .fire = fire, .settle = settle, .score = step, .trace = trace};

#else /* the rule */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "format/text_file.h"
#include "kernel/exponential.h"

AM_SYNAPSE_DECLARE(text);
AM_ISA_DECLARE(am_synapse_origin, am_synapse_origin_text);
AM_WIDE_DECLARE(am_synapse_origin_wide, am_synapse_origin_text);

/* ------------------------------------------------------------------------------ numbers */
static bool set(const am_neuron_program *p, double *k, const double *values, double dt_ms) {
  double numbers[AM_NEURON_CONSTANTS], initial[AM_NEURON_STATES];
  if (!am_neuron_program_setup(p, numbers, initial, values, dt_ms)) return false;
  memcpy(k, numbers, (size_t)p->n_constants * sizeof *k);
  return true;
}

bool am_synapse_text_setup(const am_synapse_program *p, double k[AM_SYNAPSE_CONSTANTS],
                           const double *values, double dt_ms) {
  am_synapse_laws laws;
  if (!am_synapse_program_laws(p, &laws, values)) return false;
  for (int l = 0; l < p->n_sources && !p->runs_origin; l++) {
    k[AM_SYNAPSE_X + 2 * l] = am_exp(-dt_ms / laws.source_tau[l]);
    k[AM_SYNAPSE_X + 2 * l + 1] = laws.source_keeps[l];
  }
  for (int which = 0; which < AM_N_PASSES; which++)
    if (p->passes[which].any &&
        !set(&p->passes[which].program, k + constants_of(p, which), values, dt_ms))
      return false;
  if (p->runs_origin && !set(&p->origin, k + constants_of(p, ORIGIN), values, dt_ms)) return false;
  return p->n_targets == 0 || set(&p->target, k + constants_of(p, TARGET), values, dt_ms);
}

double am_synapse_text_first(const am_neuron_program *side, const double *values, int trace) {
  double k[AM_NEURON_CONSTANTS], initial[AM_NEURON_STATES] = {0};
  am_neuron_program_setup(side, k, initial, values, 1);
  return initial[trace];
}

am_dopamine am_synapse_text_dopamine(const am_synapse_program *p, const double *values) {
  am_synapse_laws laws;
  if (!am_synapse_program_laws(p, &laws, values)) return (am_dopamine){0};
  return (am_dopamine){.tau_c_ms = laws.eligibility_tau,
                       .tau_d_ms = laws.level_tau,
                       .base = laws.base,
                       .gamma = laws.gamma,
                       .read_ms = laws.every,
                       .every_step = p->passes[AM_PASS_STEP].any};
}

/* ------------------------------------------------------------------------------ the part */
static amine_status make_rows(am_synapse_text_rule *m, const am_synapse_text *t,
                              amine_error *error) {
  const amine_parameter common[] = {AM_SYNAPSE_COMMON(t->w_min, t->w_max)};
  int n = AM_VALUES_COMMON;
  memcpy(m->parameters, common, sizeof common);
  for (int k = 0; k < t->e->n_symbols; k++) {
    const am_symbol *s = &t->e->symbols[k];
    if (s->kind != AM_SYMBOL_CONSTANT) continue;
    if (n == AM_VALUES_MAX)
      return am_equations_refuse(t->e, s->at, error, "a synapse has at most %d constants",
                                 AM_SYNAPSE_TEXT_CONSTANTS);
    for (int j = 0; j < AM_VALUES_COMMON; j++)
      if (strcmp(common[j].name, s->name) == 0)
        return am_equations_refuse(t->e, s->at, error,
                                   "every rule has a parameter %s: another name", s->name);
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

static amine_status make_rule(am_synapse_text_rule *m, am_synapse_text *t, amine_error *error) {
  const am_synapse_program *p = &m->program;
  AM_TRY(am_synapse_program_make(&m->program, t, AM_VALUES_COMMON, error));
  if (constants_of(p, END) > AM_SYNAPSE_CONSTANTS)
    return am_fail(error, AMINE_ERROR_INPUT, "%s: a synapse is made of fewer numbers than these",
                   t->e->name);
  m->is.n_x = p->n_sources;
  m->is.n_y = p->n_targets;
  m->is.is_late = p->is_late;
  m->is.fires = p->passes[AM_PASS_FIRE].any;
  m->is.scores = p->passes[AM_PASS_STEP].any;
  m->is.reads_score = p->passes[AM_PASS_STEP].reads[AM_SYNAPSE_SCORE];
  if (t->level >= 0) m->is.factor = AMINE_FACTOR_SIGNED;
  m->is.program = p;
  m->is.delivers = p->delivers;
  for (int k = 0; k < AM_N_ISA; k++) {
    if (!p->changes) m->is.kernels[k] = NULL;
    if (!p->runs_origin) m->is.origins[k] = NULL;
  }
  return AMINE_OK;
}

static amine_status fill(am_synapse_text_rule *m, const char *name, const char *text,
                         amine_error *error) {
  am_synapse_text t;
  m->text = am_strdup(text);
  if (!m->text) return am_fail_memory(error, strlen(text) + 1);
  AM_TRY(am_text_file_check(text, name, error));
  AM_TRY(am_synapse_text_read(&t, name, text, error));
  if (strncmp(text, "# ", 2) == 0)
    snprintf(m->meaning, sizeof m->meaning, "%.*s", (int)strcspn(text + 2, "\r\n"), text + 2);
  snprintf(m->name, sizeof m->name, "%s", t.e->network);
  amine_status status = make_rows(m, &t, error);
  if (status == AMINE_OK) status = make_rule(m, &t, error);
  am_synapse_text_free(&t);
  return status;
}

amine_status am_synapse_text_rule_make(am_synapse_text_rule **rule, const char *name,
                                       const char *text, amine_error *error) {
  am_synapse_text_rule *m = am_alloc(1, sizeof *m);
  if (!m) return am_fail_memory(error, sizeof *m);
  m->is = (am_synapse_rule){.part = {.kind = AM_SYNAPSE,
                                     .name = m->name,
                                     .meaning = m->meaning,
                                     .parameters = m->parameters},
                            .wide = am_synapse_trace_text_wide,
                            .wide_origins = AM_WIDE_TABLE(am_synapse_origin_text),
                            .origins = AM_ISA_TABLE(am_synapse_origin_text),
                            .kernels = AM_ISA_TABLE(am_synapse_text)};
  const amine_status status = fill(m, name, text, error);
  m->is.part.text = m->text;
  if (status == AMINE_OK) *rule = m;
  else am_synapse_text_rule_free(m);
  return status;
}

amine_status am_synapse_text_rule_load(am_synapse_text_rule **rule, const char *path,
                                       amine_error *error) {
  am_text text = {0};
  amine_status status = am_text_file_read(&text, path, AM_SYNAPSE_TEXT_MAX, error);
  if (status == AMINE_OK)
    status = am_synapse_text_rule_make(rule, path, text.data ? text.data : "", error);
  am_text_free(&text);
  return status;
}

void am_synapse_text_rule_free(am_synapse_text_rule *m) {
  if (!m) return;
  am_free(m->text);
  am_free(m);
}
#endif
