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

/* Which operand of the operations on both sides is the first, on the way back, to hand something to
 * its rows; all others add to what is there. */
static void mark_first(am_rule_program *p) {
  const int from = p->begin[AM_SIDE_BOTH], to = p->begin[AM_RULE_SIDES];
  for (int k = from; k < to; k++)
    for (int i = 0; i < p->operations[k].n_in; i++) {
      am_operand *o = &p->operations[k].in[i];
      o->first = o->rows == 0 && o->from != AM_FROM_GIVEN;
      if (o->from == AM_FROM_STEP && (o->row == p->H || o->row == p->E)) o->first = false;
      for (int s = 0; s < p->n_spreads; s++) /* is added up over stripes */
        if (o->from == AM_FROM_STEP && p->spread[s].pre && p->spread[s].to == o->row)
          o->first = false;
      for (int l = k; l < to; l++)
        for (int j = 0; j < (l == k ? i : p->operations[l].n_in); j++) {
          const am_operand *other = &p->operations[l].in[j];
          if (other->from == o->from && other->row == o->row) o->first = false;
        }
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
