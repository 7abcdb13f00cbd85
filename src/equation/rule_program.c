/* From a rule's text to a program (see rule_program.h). */
#include "equation/rule_program.h"

#include <string.h>

#include "equation/plan_builder.h"

/* What it is made with: for each value its side and its rows in the arena, -1: none yet. */
typedef struct maker {
  am_rule_program *p;
  am_builder *b;
  int side[AM_VALUES_MAX], row[AM_VALUES_MAX], spread[AM_VALUES_MAX];
  bool moves[AM_VALUES_MAX]; /* a gradient goes there */
} maker;

static amine_status too_many(const maker *m) {
  return am_fail(m->b->error, AMINE_ERROR_INPUT, "%s: a rule has at most %d operations",
                 m->b->e->name, AM_RULE_OPERATIONS);
}

static amine_status take(maker *m, int *row, int rows) {
  *row = m->p->n_rows;
  m->p->n_rows += rows;
  return m->p->n_rows <= AM_RULE_ARENA ? AMINE_OK : too_many(m);
}

static int rows_for(int side) {
  return side == AM_SIDE_PRE ? AM_RULE_PRE : side == AM_SIDE_BOTH ? AM_RULE_ROWS : 1;
}

/* Numbers come first, row by row. */
static amine_status place_numbers(maker *m) {
  am_rule_program *p = m->p;
  for (int v = 0; v < m->b->n_values; v++) {
    const am_value *x = &m->b->values[v];
    if (x->from != AM_FROM_FIXED || x->uses == 0) continue;
    if (p->n_numbers == AM_RULE_NUMBERS) return too_many(m);
    const am_fixed *f = &m->b->p->fixed[x->row];
    if (f->learned) p->rate = p->n_numbers, m->moves[v] = true;
    p->number[p->n_numbers++] = f->number;
    AM_TRY(take(m, &m->row[v], 1));
  }
  return AMINE_OK;
}

static amine_status place_input(maker *m, int v) {
  const int symbol = m->b->values[v].row;
  m->side[v] = (int)m->b->e->symbols[symbol].sides;
  m->moves[v] = true;
  AM_TRY(take(m, &m->row[v], rows_for(m->side[v])));
  m->p->end[symbol] = m->row[v]; /* post, pre and eta are the first symbols */
  return AMINE_OK;
}

static amine_status place(maker *m) {
  m->p->rate = m->p->end[0] = m->p->end[1] = m->p->end[2] = -1;
  AM_TRY(place_numbers(m));
  for (int v = 0; v < m->b->n_values; v++) {
    const am_value *x = &m->b->values[v];
    const bool of_state = x->from == AM_FROM_BEFORE;
    if (x->uses == 0 || x->from == AM_FROM_FIXED) continue;
    if (of_state) m->side[v] = AM_SIDE_BOTH, m->moves[v] = true;
    else if (x->from == AM_FROM_INPUT) AM_TRY(place_input(m, v));
  }
  for (int k = 0; k < m->b->p->n_operations; k++) {
    const int v = m->b->out[k];
    for (int i = 0; i < m->b->p->operations[k].n_in; i++) {
      m->side[v] |= m->side[m->b->in[k][i]];
      m->moves[v] |= m->moves[m->b->in[k][i]];
    }
    for (int s = 0; s < m->b->p->n_states; s++) /* what a trace becomes is of both */
      if (m->b->p->states[s].row == v) m->side[v] = AM_SIDE_BOTH, m->moves[v] = true;
    AM_TRY(take(m, &m->row[v], rows_for(m->side[v])));
  }
  return AMINE_OK;
}

/* The rows in which an operation on both sides reads a value of one. */
static amine_status spread(maker *m, int v) {
  am_rule_program *p = m->p;
  if (m->spread[v] >= 0) return AMINE_OK;
  if (p->n_spreads == AM_RULE_SPREADS) return too_many(m);
  AM_TRY(take(m, &m->spread[v], AM_RULE_ROWS));
  p->spread[p->n_spreads++] = (am_rule_spread){m->row[v], m->spread[v], m->side[v] == AM_SIDE_PRE};
  return AMINE_OK;
}

static amine_status operand(maker *m, am_operand *o, int v, int side) {
  const am_value *x = &m->b->values[v];
  if (x->from == AM_FROM_BEFORE) {
    const bool second = x->row != m->b->e->output;
    m->p->reads[second] = true;
    *o = (am_operand){.from = second ? AM_FROM_GAINED : AM_FROM_BEFORE};
    return AMINE_OK;
  }
  const bool spreads = side == AM_SIDE_BOTH && m->side[v] != 0 && m->side[v] != AM_SIDE_BOTH;
  if (spreads) AM_TRY(spread(m, v));
  *o = (am_operand){.from = m->moves[v] ? AM_FROM_STEP : AM_FROM_GIVEN,
                    .row = spreads ? m->spread[v] : m->row[v],
                    .rows = m->side[v] == 0 ? 1 : 0};
  return AMINE_OK;
}

static amine_status operations(maker *m) {
  am_rule_program *p = m->p;
  int n = 0;
  for (int side = 0; side < AM_RULE_SIDES; side++) {
    p->begin[side] = n;
    for (int k = 0; k < m->b->p->n_operations; k++) {
      if (m->side[m->b->out[k]] != side) continue;
      if (n == AM_RULE_OPERATIONS) return too_many(m);
      am_operation *o = &p->operations[n++];
      *o = m->b->p->operations[k];
      o->row = m->row[m->b->out[k]];
      for (int i = 0; i < o->n_in; i++) AM_TRY(operand(m, &o->in[i], m->b->in[k][i], side));
    }
  }
  p->begin[AM_RULE_SIDES] = n;
  return AMINE_OK;
}

/* The operation that makes operand i of operation k for it alone; -1: there is none. */
static int made_for(const am_rule_program *p, int k, int i) {
  const am_operand *o = &p->operations[k].in[i];
  int made = -1, uses = 0;
  if (o->from != AM_FROM_STEP && o->from != AM_FROM_GIVEN) return -1;
  for (int l = p->begin[AM_SIDE_BOTH]; l < p->begin[AM_RULE_SIDES]; l++) {
    if (p->operations[l].row == o->row) made = l;
    for (int j = 0; j < p->operations[l].n_in; j++) {
      const am_operand *other = &p->operations[l].in[j];
      uses += other->from == o->from && other->row == o->row;
    }
  }
  return uses == 1 && o->row != p->H && o->row != p->E ? made : -1;
}

/* Whether it reads what is learned: its gradient is a sum over all rows. */
static bool is_learned(const am_operation *o) {
  for (int i = 0; i < o->n_in; i++)
    if (o->in[i].rows == 1 && o->in[i].from == AM_FROM_STEP) return true;
  return false;
}

/* Whether that may be done in the pass of k: max in min is a clip, sums and bounds are factors. */
static bool goes_with(const am_rule_program *p, int k, int i, int made) {
  const am_operation_kind kind = p->operations[k].kind, arm = p->operations[made].kind;
  if (is_learned(&p->operations[k]) || is_learned(&p->operations[made])) return false;
  if (kind == AM_DO_MIN) return i == 0 && arm == AM_DO_MAX;
  return kind == AM_DO_MULTIPLY_ADD &&
         (arm == AM_DO_ADD || arm == AM_DO_SUBTRACT || arm == AM_DO_MAX || arm == AM_DO_MIN);
}

static void find_arms(am_rule_program *p) {
  bool gone[AM_RULE_OPERATIONS] = {false};
  am_rule_brief all[AM_RULE_OPERATIONS];
  for (int k = p->begin[AM_RULE_SIDES] - 1; k >= p->begin[AM_SIDE_BOTH]; k--) {
    const am_operation *o = &p->operations[k];
    const bool product = o->kind == AM_DO_MULTIPLY || o->kind == AM_DO_MULTIPLY_ADD;
    all[k] = (am_rule_brief){k, {-1, -1}, product && !is_learned(o)};
    for (int i = 0; i < 2 && i < o->n_in && !gone[k]; i++) {
      const int made = made_for(p, k, i);
      if (made >= 0 && goes_with(p, k, i, made))
        gone[all[k].arm[i] = made] = all[k].together = true;
    }
  }
  for (int k = p->begin[AM_SIDE_BOTH]; k < p->begin[AM_RULE_SIDES]; k++)
    if (!gone[k]) p->brief[p->n_brief++] = all[k];
}

/* The operands that a brief hands something on to, in that order; at most 5. */
static int handed(am_rule_program *p, const am_rule_brief *b, am_operand **out) {
  am_operation *o = &p->operations[b->operation];
  int n = 0;
  for (int k = 0; k < o->n_in; k++) {
    const int i = b->together ? o->n_in - 1 - k : k, arm = i < 2 ? b->arm[i] : -1;
    if (arm < 0) out[n++] = &o->in[i];
    for (int l = 0; arm >= 0 && l < 2; l++) out[n++] = &p->operations[arm].in[l];
  }
  return n;
}

/* Which operand of the operations on both sides is the first, on the way back, to hand something to
 * its rows; all others add to what is there. */
static void mark_first(am_rule_program *p) {
  am_operand *all[AM_RULE_OPERATIONS * AM_OPERANDS];
  int n = 0;
  for (int b = p->n_brief - 1; b >= 0; b--) n += handed(p, &p->brief[b], all + n);
  for (int k = 0; k < n; k++) {
    am_operand *o = all[k];
    o->first = o->rows == 0 && o->from != AM_FROM_GIVEN;
    if (o->from == AM_FROM_STEP && (o->row == p->H || o->row == p->E)) o->first = false;
    for (int s = 0; s < p->n_spreads; s++) /* is added up over stripes */
      if (o->from == AM_FROM_STEP && p->spread[s].pre && p->spread[s].to == o->row)
        o->first = false;
    for (int l = 0; l < k; l++)
      if (all[l]->from == o->from && all[l]->row == o->row) o->first = false;
  }
}

static amine_status make(maker *m, const am_binding *given, int n) {
  am_rule_program *p = m->p;
  AM_TRY(am_builder_given(m->b, given, n));
  AM_TRY(am_builder_tensors(m->b));
  AM_TRY(am_builder_operations(m->b));
  am_builder_remove_unused(m->b);
  AM_TRY(place(m));
  p->E = -1;
  for (int s = 0; s < m->b->p->n_states; s++) {
    const bool first = strcmp(m->b->p->states[s].name, m->b->e->symbols[m->b->e->output].name) == 0;
    *(first ? &p->H : &p->E) = m->row[m->b->p->states[s].row];
  }
  AM_TRY(operations(m));
  find_arms(p);
  mark_first(p);
  const am_equations *e = m->b->e;
  if (e->rate >= 0)
    am_builder_constant(m->b, e->tensors[e->symbols[e->rate].tensor].from[0], &p->rate_first);
  return AMINE_OK;
}

amine_status am_rule_program_make(am_rule_program *program, const am_equations *e,
                                  const am_binding *given, int n, amine_error *error) {
  maker *m = am_alloc(1, sizeof *m);
  am_builder *b = am_alloc(1, sizeof *b);
  am_plan *p = am_alloc(1, sizeof *p);
  amine_status status = AMINE_OK;
  *program = (am_rule_program){.n_rows = 0};
  if (p) {
    p->operations = am_alloc(AM_OPERATIONS_MAX, sizeof *p->operations);
    p->parts = am_alloc(AM_TENSORS_MAX, sizeof *p->parts);
  }
  if (!m || !b || !p || !p->operations || !p->parts) {
    status = am_fail_memory(error, sizeof *m + sizeof *b + sizeof *p);
  } else {
    *b = (am_builder){.e = e, .p = p, .gains = -1, .error = error};
    m->p = program, m->b = b;
    for (int v = 0; v < AM_VALUES_MAX; v++) m->row[v] = m->spread[v] = -1;
    status = make(m, given, n);
  }
  am_plan_free(p);
  am_free(b);
  am_free(m);
  return status;
}
