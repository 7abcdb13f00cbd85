/* From values to lists of operations: a product that one sum alone asks for goes with it, what lives
 * within a step gets rows that others have left, and what becomes of a state is written where it
 * lies as soon as nobody asks for what was there. */
#include "equation/neuron_lists.h"

#include <limits.h>
#include <string.h>

#include "base/memory.h"

enum { NOWHERE = -1, AFTER = INT_MAX };

typedef struct list {
  am_neuron_program *p;
  am_neuron_values *b;
  int *early; /* [AM_NEURON_VALUES] the places of what is not of each neuron: of both lists */
  const int *leaf;
  int states[AM_NEURON_STATES]; /* what becomes of them */
  int fired;                    /* -1: not asked for */
  bool asked[AM_NEURON_VALUES],
      joined[AM_NEURON_VALUES];                       /* joined: into the sum that asks for it */
  int uses[AM_NEURON_VALUES], last[AM_NEURON_VALUES]; /* last: place in the list */
  int place[AM_NEURON_VALUES];
  bool taken[AM_NEURON_ROWS];
  bool full;
} list;

static const am_neuron_value *at(const list *l, int v) { return &l->p->values[v]; }
static bool is_operation(const list *l, int v) { return at(l, v)->kind >= AM_NEURON_COPY; }
static bool is_each(const list *l, int v) { return at(l, v)->rate == AM_EACH_NEURON; }

/* ------------------------------------------------------------------------------ places */
static int place(list *l, am_neuron_place_kind kind, int index) {
  am_neuron_program *p = l->p;
  for (int k = 0; k < p->n_places; k++)
    if (p->places[k].kind == kind && p->places[k].index == index) return k;
  if (p->n_places == AM_NEURON_PLACES) return l->full = true, 0;
  p->places[p->n_places] = (am_neuron_place){(uint8_t)kind, (uint8_t)index};
  return p->n_places++;
}

static int free_row(list *l) {
  for (int row = 0; row < AM_NEURON_ROWS; row++) {
    if (l->taken[row]) continue;
    l->taken[row] = true;
    if (row >= l->p->n_rows) l->p->n_rows = row + 1;
    return place(l, AM_PLACE_ROW, row);
  }
  return l->full = true, 0;
}

static void leave_row(list *l, int where) {
  if (l->p->places[where].kind == AM_PLACE_ROW) l->taken[l->p->places[where].index] = false;
}

/* A number from set-up. */
static int constant(list *l, int v) {
  am_neuron_program *p = l->p;
  for (int k = 0; k < p->n_constants; k++)
    if (p->constant[k] == v) return place(l, AM_PLACE_FIXED, k);
  if (p->n_constants == AM_NEURON_CONSTANTS) return l->full = true, 0;
  p->constant[p->n_constants] = (int16_t)v;
  return place(l, AM_PLACE_FIXED, p->n_constants++);
}

/* What is said from outside once a step lies behind the constants, whose number is not known yet:
 * from the other end. */
static int shared(list *l) {
  if (l->p->n_fixed == AM_NEURON_FIXED - AM_NEURON_CONSTANTS) return l->full = true, 0;
  return place(l, AM_PLACE_FIXED, AM_NEURON_CONSTANTS + l->p->n_fixed++);
}

static int leaf_place(list *l, int v) {
  const am_neuron_value *x = at(l, v);
  switch ((am_neuron_do)x->kind) {
  case AM_NEURON_STATE: return place(l, AM_PLACE_STATE, x->in[0]);
  case AM_NEURON_ARRIVED: return place(l, AM_PLACE_ARRIVED, x->in[0]);
  case AM_NEURON_CURRENT: return place(l, AM_PLACE_CURRENT, 0);
  case AM_NEURON_EACH: return place(l, AM_PLACE_EACH, x->in[0]);
  default: return l->p->fired;
  }
}

/* ------------------------------------------------------------------------------ operations */
static am_neuron_operation *append(list *l, am_neuron_do kind, int out) {
  const int n = l->p->begin[AM_N_LISTS];
  if (n == AM_NEURON_OPERATIONS) return l->full = true, &l->p->operations[0];
  l->p->begin[AM_N_LISTS]++;
  l->p->operations[n] = (am_neuron_operation){.kind = (uint8_t)kind, .out = (uint8_t)out};
  return &l->p->operations[n];
}

/* Where an operand lies; what all neurons share is computed before, when it is first asked for. */
static int operand(list *l, int v);

static int shared_value(list *l, int v) {
  am_neuron_program *p = l->p;
  const am_neuron_value x = *at(l, v);
  if (x.kind == AM_NEURON_GAIN || x.kind == AM_NEURON_THRESHOLD || x.kind == AM_NEURON_SHARED) {
    int *given = x.kind == AM_NEURON_GAIN        ? &p->gain
                 : x.kind == AM_NEURON_THRESHOLD ? &p->threshold
                                                 : &p->shared[x.in[0]];
    const int where = shared(l);
    *given = p->places[where].index;
    return where;
  }
  int in[4] = {0};
  for (int k = 0; k < x.n_in; k++) in[k] = operand(l, x.in[k]);
  am_neuron_operation *o = append(l, (am_neuron_do)x.kind, shared(l));
  for (int k = 0; k < x.n_in; k++) o->in[k] = (uint8_t)in[k];
  return o->out;
}

static int operand(list *l, int v) {
  int *where = is_each(l, v) ? &l->place[v] : &l->early[v];
  if (*where != NOWHERE) return *where;
  if (at(l, v)->rate == AM_AT_SETUP) *where = constant(l, v);
  else *where = is_each(l, v) ? leaf_place(l, v) : shared_value(l, v);
  return *where;
}

/* ------------------------------------------------------------------------------ what is asked for */
static void ask(list *l, int v) {
  l->uses[v]++;
  if (l->asked[v] || !is_each(l, v)) return;
  l->asked[v] = true;
  for (int k = 0; is_operation(l, v) && k < at(l, v)->n_in; k++) ask(l, at(l, v)->in[k]);
}

/* Which operand of a sum is a product for it alone: -1: none. Of a - b c, b; of b c - a where a is
 * no number of each neuron, too. */
static int product_of(const list *l, int v) {
  const am_neuron_value *x = at(l, v);
  if (x->kind != AM_NEURON_ADD && x->kind != AM_NEURON_SUBTRACT) return -1;
  for (int k = 1; k >= 0; k--) {
    const int y = x->in[k];
    if (at(l, y)->kind != AM_NEURON_MULTIPLY || !is_each(l, y) || l->uses[y] > 1) continue;
    if (x->kind == AM_NEURON_SUBTRACT && k == 0 && is_each(l, x->in[1])) continue;
    return k;
  }
  return -1;
}

/* An operation with the product that goes with it: its kind and operands, as values. */
typedef struct whole {
  am_neuron_do kind;
  int in[4], n;
} whole;

static whole whole_of(list *l, int v) {
  const am_neuron_value x = *at(l, v);
  const int k = product_of(l, v);
  whole w = {(am_neuron_do)x.kind, {0}, x.n_in};
  for (int i = 0; i < x.n_in; i++) w.in[i] = x.in[i];
  if (k < 0) return w;
  const am_neuron_value y = *at(l, x.in[k]);
  int other = x.in[1 - k];
  w.kind =
      x.kind == AM_NEURON_SUBTRACT && k == 1 ? AM_NEURON_MULTIPLY_SUBTRACT : AM_NEURON_MULTIPLY_ADD;
  if (x.kind == AM_NEURON_SUBTRACT && k == 0) other = am_values_one(l->b, AM_NEURON_NEGATE, other);
  w.in[0] = y.in[0], w.in[1] = y.in[1], w.in[2] = other, w.n = 3;
  return w;
}

static void find_joined(list *l, int n) {
  for (int v = 0; v < n; v++) {
    const int k = l->asked[v] ? product_of(l, v) : -1;
    if (k >= 0) l->joined[at(l, v)->in[k]] = true;
  }
}

/* When each value is asked for the last time, positions being those of operations. */
static void find_last(list *l, int n) {
  int position = 0;
  for (int v = 0; v < n; v++) {
    if (!l->asked[v] || !is_operation(l, v) || l->joined[v]) continue;
    const whole w = whole_of(l, v);
    for (int k = 0; k < w.n; k++) l->last[w.in[k]] = position;
    position++;
  }
  if (l->fired >= 0) l->last[l->fired] = AFTER;
  for (int s = 0; s < l->p->n_states; s++) /* what a state is made of by itself */
    if (l->states[s] != l->leaf[s]) l->last[l->states[s]] = AFTER;
}

/* The state that a value becomes and whose place it may take at once; -1: none. */
static int state_of(const list *l, int v, int position) {
  for (int s = 0; s < l->p->n_states; s++)
    if (l->states[s] == v && l->leaf[s] != v && l->last[l->leaf[s]] <= position && v != l->fired)
      return s;
  return -1;
}

static void emit(list *l, int v, int position) {
  const whole w = whole_of(l, v);
  int in[4] = {0};
  for (int k = 0; k < w.n; k++) in[k] = operand(l, w.in[k]);
  for (int k = 0; k < w.n; k++)
    if (l->last[w.in[k]] == position) leave_row(l, in[k]);
  const int s = state_of(l, v, position);
  const int out = s >= 0 ? place(l, AM_PLACE_STATE, s) : free_row(l);
  am_neuron_operation *o = append(l, w.kind, out);
  for (int k = 0; k < w.n; k++) o->in[k] = (uint8_t)in[k];
  l->place[v] = out;
}

/* What shared operations there are stands before: they are asked for in the same order. */
static void emit_shared(list *l, int n) {
  for (int v = 0; v < n; v++) {
    if (!l->asked[v] || !is_operation(l, v) || l->joined[v]) continue;
    const whole w = whole_of(l, v);
    for (int k = 0; k < w.n; k++)
      if (!is_each(l, w.in[k])) operand(l, w.in[k]);
  }
  for (int s = 0; s < l->p->n_states; s++)
    if (!is_each(l, l->states[s])) operand(l, l->states[s]);
}

/* A state that becomes what another was: of its own, so that their order does not matter. */
static void copy_leaves(list *l) {
  for (int s = 0; s < l->p->n_states; s++) {
    const int v = l->states[s];
    if (v != l->leaf[s] && is_each(l, v) && !is_operation(l, v))
      l->states[s] = am_values_one(l->b, AM_NEURON_COPY, v);
  }
}

static void plan(list *l, am_neuron_values *b, int *early, const int *leaf, const int *states,
                 int fired) {
  l->p = b->p, l->b = b, l->early = early, l->leaf = leaf, l->fired = fired;
  memcpy(l->states, states, sizeof l->states);
  for (int v = 0; v < AM_NEURON_VALUES; v++) l->place[v] = NOWHERE, l->last[v] = -1;
  copy_leaves(l);
  for (int s = 0; s < l->p->n_states; s++)
    if (l->states[s] != leaf[s]) ask(l, l->states[s]);
  if (fired >= 0) ask(l, fired);
  find_joined(l, l->p->n_values);
  find_last(l, l->p->n_values);
}

static void put(list *l, int which, int n) {
  int position = 0;
  l->p->begin[which] = l->p->begin[AM_N_LISTS];
  for (int v = 0; v < n; v++)
    if (l->asked[v] && is_operation(l, v) && !l->joined[v]) emit(l, v, position++);
  for (int s = 0; s < l->p->n_states; s++) {
    if (l->states[s] == l->leaf[s]) continue;
    const int from = operand(l, l->states[s]), to = place(l, AM_PLACE_STATE, s);
    if (from != to) append(l, AM_NEURON_COPY, to)->in[0] = (uint8_t)from;
  }
}

/* `fires` NULL: there is no such list. */
static void make(list *step, list *fires, int n) {
  am_neuron_program *p = step->p;
  p->gain = p->threshold = -1;
  for (int k = 0; k < AM_NEURON_SHARES; k++) p->shared[k] = -1;
  emit_shared(step, n);
  if (fires) emit_shared(fires, n);
  put(step, AM_LIST_STEP, n);
  p->begin[AM_LIST_FIRES] = p->begin[AM_N_LISTS];
  if (!fires) return;
  p->fired = operand(step, step->fired);
  if (p->places[p->fired].kind == AM_PLACE_ROW) fires->taken[p->places[p->fired].index] = true;
  put(fires, AM_LIST_FIRES, n);
}

amine_status am_neuron_lists_make(am_neuron_values *b, const int *leaf, const int *step,
                                  const int *fires, int fired, amine_error *error) {
  list *lists = am_alloc(2, sizeof *lists);
  int *early = am_alloc(AM_NEURON_VALUES, sizeof *early);
  const bool made = lists && early;
  bool room = false;
  if (made) {
    for (int v = 0; v < AM_NEURON_VALUES; v++) early[v] = NOWHERE;
    plan(&lists[0], b, early, leaf, step, fired);
    if (fires) plan(&lists[1], b, early, leaf, fires, NOWHERE);
    make(&lists[0], fires ? &lists[1] : NULL, b->p->n_values);
    room = !lists[0].full && !lists[1].full && !b->full;
  }
  am_free(lists);
  am_free(early);
  if (!made) return am_fail_memory(error, 2 * sizeof *lists);
  return room ? AMINE_OK : AMINE_ERROR_INPUT;
}
