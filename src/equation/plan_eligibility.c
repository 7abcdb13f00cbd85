/* Which traces a plan has, where they lie, and the effects of which they are made (see
 * plan_eligibility.h). */
#include "equation/plan_eligibility.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "kernel/isa.h"

enum { LANES = 16 };

AM_ISA_DECLARE(const am_eligibility_ops, am_eligibility_ops);

const am_eligibility_ops *am_eligibility_code(void) {
  static const am_eligibility_ops *const code[AM_N_ISA] = AM_ISA_TABLE(am_eligibility_ops);
  return code[am_isa_now()];
}

/* ------------------------------------------------------------------------------ what there is */
static void add(am_eligibility *t, am_eligibility_segment s) {
  if (s.rows != t->plan->n_outputs) return;
  s.first = t->n_weights;
  t->n_weights += (size_t)s.rows * (size_t)s.m;
  t->segments[t->n_segments++] = s;
}

/* A learned vector that stands alone: once, wherever it is used. */
static void add_vector(am_eligibility *t, const am_operand *in) {
  const am_fixed *f = &t->plan->fixed[in->row];
  if (in->from != AM_FROM_FIXED || !f->learned) return;
  for (int k = 0; k < t->n_segments; k++)
    if (t->segments[k].fixed && t->segments[k].row == in->row) return;
  add(t, (am_eligibility_segment){.fixed = true,
                                  .row = in->row,
                                  .living = -1,
                                  .rows = in->rows,
                                  .m = 1,
                                  .weights = f->at,
                                  .alone = in->rows > 1 && f[1].at == f[0].at});
}

/* alpha, of each connection, of a row or of all, which multiplies the trace of a product. */
static void add_alpha(am_eligibility *t, const am_operation *o) {
  const am_plan_trace *H = &t->plan->traces[o->trace];
  const size_t at = H->n_few ? H->few : H->alpha;
  if (at == SIZE_MAX) return;
  if (t->n_source < H->cols) t->n_source = H->cols;
  add(t, (am_eligibility_segment){.in = &o->in[0],
                                  .living = o->trace,
                                  .row = o->row,
                                  .rows = o->rows,
                                  .m = H->n_few ? 1 : H->cols,
                                  .weights = at,
                                  .alone = H->n_few == 1 && o->rows > 1,
                                  .few = H->n_few > 0});
}

static void add_all(am_eligibility *t) {
  const am_plan *p = t->plan;
  for (int k = 0; k < p->n_now; k++) { /* what comes after acts through what traces take up */
    const am_operation *o = &p->operations[k];
    for (int i = 0; i < o->n_in; i++) add_vector(t, &o->in[i]);
    if (o->kind != AM_DO_AFFINE) continue;
    am_eligibility_segment s = {.in = &o->in[0],
                                .living = -1,
                                .row = o->row,
                                .rows = o->rows,
                                .m = o->in[0].rows,
                                .weights = o->weights};
    if (o->weights != SIZE_MAX) add(t, s);
    if (o->trace >= 0) add_alpha(t, o);
    s.in = NULL, s.m = 1, s.weights = o->bias;
    if (o->has_bias) add(t, s);
  }
}

static bool is_output(const am_plan *p, int state) { return p->states[state].row == p->output; }

static void find_states(am_eligibility *t) {
  const am_plan *p = t->plan;
  t->out = -1;
  for (int s = 0; s < p->n_states; s++) {
    if (p->states[s].rows != p->n_outputs) continue;
    if (is_output(p, s)) t->out = t->n_states;
    t->states[t->n_states++] = s;
  }
  if (t->out < 0) t->out = t->n_states;
}

/* The states before the step, as bits, of which a value is made along its own unit. */
static unsigned made_of(const am_plan *p, const unsigned *rows, const am_operation *o) {
  unsigned all = o->adds ? rows[o->row] : 0;
  if (o->kind == AM_DO_SUM || o->kind == AM_DO_DOT) return 0;
  for (int i = 0; i < o->n_in; i++) {
    const am_operand *in = &o->in[i];
    if (in->rows != o->rows) continue; /* of a number, or through a matrix that is not square */
    if (in->from == AM_FROM_STEP) all |= rows[in->row];
    for (int s = 0; s < p->n_states; s++)
      if ((in->from == AM_FROM_BEFORE && p->states[s].row == in->row) ||
          (in->from == AM_FROM_GAINED && is_output(p, s)))
        all |= 1u << s;
  }
  return all;
}

static amine_status find_reach(am_eligibility *t, amine_error *error) {
  const am_plan *p = t->plan;
  unsigned *rows = am_alloc((size_t)p->n_rows, sizeof *rows);
  if (!rows) return am_fail_memory(error, (size_t)p->n_rows * sizeof *rows);
  for (int k = 0; k < p->n_operations; k++)
    rows[p->operations[k].row] = made_of(p, rows, &p->operations[k]);
  for (int a = 0; a <= t->n_states; a++) {
    const unsigned all = rows[a < t->n_states ? p->states[t->states[a]].row : p->output];
    for (int b = 0; b < t->n_states; b++)
      if (all >> t->states[b] & 1) t->from[a][t->n_from[a]++] = b;
  }
  am_free(rows);
  return AMINE_OK;
}

amine_status am_eligibility_make(am_eligibility *t, const am_plan *p, amine_error *error) {
  const size_t most = (size_t)p->n_operations * (3 + AM_OPERANDS);
  assert(!p->looks_back); /* a unit's effect on later steps would not be in d */
  *t = (am_eligibility){.plan = p, .segments = am_alloc(most, sizeof *t->segments)};
  if (!t->segments) return am_fail_memory(error, most * sizeof *t->segments);
  add_all(t);
  find_states(t);
  const amine_status status = find_reach(t, error);
  if (status != AMINE_OK) am_eligibility_free(t);
  return status;
}

void am_eligibility_free(am_eligibility *t) {
  am_free(t->segments);
  *t = (am_eligibility){0};
}

/* ------------------------------------------------------------------------------ memory */
/* The states, and the output if it is none of them. */
static int n_effects(const am_eligibility *t) { return t->n_states + (t->out == t->n_states); }

size_t am_eligibility_lay_out(am_eligibility_memory *m, am_real *block, const am_eligibility *t) {
  const am_plan *p = t->plan;
  const size_t trace = t->n_weights * (size_t)t->n_states * LANES, tag = t->n_weights * LANES;
  const size_t effects = (size_t)(2 * p->n_rows + p->n_fixed + p->n_outputs) * LANES;
  const size_t all = trace + tag + (size_t)n_effects(t) * effects;
  *m = (am_eligibility_memory){0};
  if (block) *m = (am_eligibility_memory){block, block + trace, block + trace + tag, block + all};
  return all + (size_t)t->n_source * LANES;
}

void am_eligibility_begin(const am_eligibility *t, const am_eligibility_memory *m) {
  memset(m->trace, 0, t->n_weights * (size_t)t->n_states * LANES * sizeof *m->trace);
  memset(m->tag, 0, t->n_weights * LANES * sizeof *m->tag);
}

/* ------------------------------------------------------------------------------ one step */
static void clear(am_real *rows, int n) { memset(rows, 0, (size_t)n * LANES * sizeof *rows); }

/* What everything does to state a, or the output: what `local` makes of a credit of 1. */
static void find_effects(const am_eligibility *t, const am_eligibility_memory *m, int a,
                         const am_eligibility_moment *o) {
  const am_plan *p = t->plan;
  const am_eligibility_effects e = am_eligibility_effects_of(t, m, a);
  const int row = a < t->n_states ? p->states[t->states[a]].row : p->output;
  for (int k = 0; k < p->n_kept; k++)
    clear(e.block + (size_t)p->kept[k].row * LANES, p->kept[k].rows);
  for (int s = 0; s < p->n_states; s++)
    clear(e.before + (size_t)p->states[s].row * LANES, p->states[s].rows);
  clear(e.fixed, p->n_fixed);
  clear(e.gained, p->n_outputs);
  for (int k = 0; k < p->n_outputs * LANES; k++) e.block[row * LANES + k] = 1;
  const am_plan_gradient gradient = {
      .block = e.block, .before = e.before, .fixed = e.fixed, .gained = e.gained};
  am_plan_lanes_code()->local(p, o->step, &gradient, o->reach);
  if (o->step->gained && t->out < t->n_states)
    am_eligibility_code()->ungain(e.before + (size_t)p->output * LANES, o->gain, e.gained,
                                  p->n_outputs);
}

void am_eligibility_move(const am_eligibility *t, const am_eligibility_memory *m, am_real *change,
                         const am_eligibility_moment *o) {
  for (int a = 0; a < n_effects(t); a++) find_effects(t, m, a, o);
  am_eligibility_code()->move(t, m, change, o);
}
