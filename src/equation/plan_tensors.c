/* What a plan is given, and where what is learned lies (see plan_builder.h). */
#include <math.h>
#include <string.h>

#include "equation/plan_builder.h"

/* ------------------------------------------------------------------------------ what is given */
static bool of_symbol(const am_builder *b, int symbol, am_builder_row *at, double *out) {
  const am_equations *e = b->e;
  if (e->symbols[symbol].kind == AM_SYMBOL_CONSTANT) return *out = b->constant[symbol], true;
  for (int k = 0; at && k < e->n_assignments; k++)
    if (e->assignments[k].symbol == symbol && !e->assignments[k].update)
      return am_builder_element(b, e->assignments[k].node, at, out);
  return false;
}

static bool of_unit(const am_builder *b, const am_node *n, am_builder_row *at, double *out) {
  const am_node *size = node_of(b, n->a[1]);
  if (!at || size->kind != AM_NODE_SIZE || !am_builder_constant(b, n->a[0], out)) return false;
  at->rows = size_of(b, size->a[0]);
  return *out = *out == at->row, true;
}

static bool of_call(am_function f, const double x[3], double *out) {
  switch (f) {
  case AM_SQRT: return *out = sqrt(x[0]), true;
  case AM_ABS: return *out = fabs(x[0]), true;
  case AM_MIN: return *out = fmin(x[0], x[1]), true;
  case AM_MAX: return *out = fmax(x[0], x[1]), true;
  case AM_CLIP: return *out = fmin(fmax(x[0], x[1]), x[2]), true;
  default: return false;
  }
}

bool am_builder_element(const am_builder *b, int node, am_builder_row *at, double *out) {
  const am_node *n = node_of(b, node);
  double x[AM_ARGUMENTS_MAX] = {0};
  if (n->kind == AM_NODE_NUMBER) return *out = n->number, true;
  if (n->kind == AM_NODE_SIZE) return *out = size_of(b, n->a[0]), true;
  if (n->kind == AM_NODE_DRAWN && at) return *out = at->drawn, true;
  if (n->kind == AM_NODE_SYMBOL) return of_symbol(b, n->symbol, at, out);
  if (n->kind == AM_NODE_CALL && n->function == AM_UNIT) return of_unit(b, n, at, out);
  if (n->n == 0 || n->kind == AM_NODE_APPLY || n->kind == AM_NODE_RULE) return false;
  for (int k = 0; k < n->n; k++)
    if (!am_builder_element(b, n->a[k], at, &x[k])) return false;
  if (n->kind == AM_NODE_CALL) return of_call(n->function, x, out);
  *out = n->kind == AM_NODE_NEGATE     ? -x[0]
         : n->kind == AM_NODE_ADD      ? x[0] + x[1]
         : n->kind == AM_NODE_SUBTRACT ? x[0] - x[1]
         : n->kind == AM_NODE_MULTIPLY ? x[0] * x[1]
                                       : x[0] / x[1];
  return true;
}

bool am_builder_constant(const am_builder *b, int node, double *out) {
  return am_builder_element(b, node, NULL, out);
}

static amine_status given_size(am_builder *b, int k, double number) {
  const am_size *s = &b->e->sizes[k];
  if (!(number >= 1 && number <= 65536 && number == floor(number)))
    return am_fail(b->error, AMINE_ERROR_ARGUMENT,
                   "%s: the size %s is a whole number from 1 to 65536, not %g", b->e->name, s->name,
                   number);
  b->size[k] = (int)number;
  return AMINE_OK;
}

static amine_status given_constant(am_builder *b, int k, double number) {
  const am_symbol *s = &b->e->symbols[k];
  if (!(number >= s->min && number <= s->max))
    return am_fail(b->error, AMINE_ERROR_ARGUMENT, "%s: %s is from %g to %g, not %g", b->e->name,
                   s->name, s->min, s->max, number);
  b->constant[k] = number;
  return AMINE_OK;
}

amine_status am_builder_given(am_builder *b, const am_binding *given, int n) {
  const am_equations *e = b->e;
  for (int k = 0; k < e->n_sizes; k++) b->size[k] = e->sizes[k].number;
  for (int k = 0; k < e->n_symbols; k++) b->constant[k] = e->symbols[k].standard;
  for (int g = 0; g < n; g++) {
    bool found = false;
    for (int k = 0; k < e->n_sizes; k++) {
      if (strcmp(e->sizes[k].name, given[g].name) != 0) continue;
      AM_TRY(given_size(b, k, given[g].value));
      found = true;
    }
    for (int k = 0; k < e->n_symbols; k++) {
      if (e->symbols[k].kind != AM_SYMBOL_CONSTANT ||
          strcmp(e->symbols[k].name, given[g].name) != 0)
        continue;
      AM_TRY(given_constant(b, k, given[g].value));
      found = true;
    }
    if (!found)
      return am_fail(b->error, AMINE_ERROR_ARGUMENT, "%s: there is no size or constant %s", e->name,
                     given[g].name);
  }
  for (int k = 0; k < e->n_sizes; k++)
    if (e->sizes[k].same == k && e->sizes[k].name[0] && !b->size[k])
      return am_fail(b->error, AMINE_ERROR_ARGUMENT, "%s: nobody says how large %s is", e->name,
                     e->sizes[k].name);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ tensors */
static amine_status first_values(am_builder *b, am_plan_tensor *t, const am_learned_tensor *from) {
  t->first = from->first;
  if (from->size >= 0) t->size = size_of(b, from->size);
  for (int k = 0; k < 2; k++) {
    if (from->from[k] < 0) continue;
    if (!am_builder_constant(b, from->from[k], &t->from[k]) || !isfinite(t->from[k]))
      return REFUSE(b, node_of(b, from->from[k])->at, "this first value is not a number");
  }
  if (t->first == AM_FIRST_UNIFORM && !(t->from[0] <= t->from[1]))
    return REFUSE(b, node_of(b, from->from[0])->at,
                  "uniform from %g to %g: the second is the larger", t->from[0], t->from[1]);
  if (t->first == AM_FIRST_NORMAL && !(t->from[1] >= 0))
    return REFUSE(b, node_of(b, from->from[1])->at, "a standard deviation is not negative");
  return AMINE_OK;
}

static amine_status first_code(am_builder *b, am_plan_part *part, int node) {
  const am_node *n = node_of(b, node);
  double number = 0;
  const bool constant = am_builder_constant(b, node, &number);
  for (int k = 0; k < n->n && !constant; k++) AM_TRY(first_code(b, part, n->a[k]));
  if (part->n == AM_FIRST_CODE) return REFUSE(b, n->at, "these first values are too long");
  if (n->kind == AM_NODE_CALL && !constant)
    return REFUSE(b, n->at, "a first value is a sum or product of constants");
  part->code[part->n].kind = constant ? AM_NODE_NUMBER : n->kind;
  part->code[part->n++].number = (float)number;
  return AMINE_OK;
}

float am_plan_first_value(const am_plan_part *part, float standard, float drawn, float diagonal) {
  float stack[AM_FIRST_CODE + 1] = {0};
  int n = 0;
  for (int k = 0; k < part->n; k++) {
    const am_node_kind kind = part->code[k].kind;
    if (kind == AM_NODE_NUMBER) stack[n++] = part->code[k].number;
    else if (kind == AM_NODE_STANDARD) stack[n++] = standard;
    else if (kind == AM_NODE_DRAWN) stack[n++] = drawn;
    else if (kind == AM_NODE_DIAGONAL) stack[n++] = diagonal;
    else if (kind == AM_NODE_NEGATE) stack[n - 1] = -stack[n - 1];
    else {
      const float x = stack[n - 2], y = stack[n - 1];
      stack[--n - 1] = kind == AM_NODE_ADD        ? x + y
                       : kind == AM_NODE_SUBTRACT ? x - y
                       : kind == AM_NODE_MULTIPLY ? x * y
                                                  : x / y;
    }
  }
  return stack[0];
}

static bool names(const am_builder *b, int node, int symbol) {
  const am_node *n = node_of(b, node);
  if (n->symbol == symbol) return true;
  for (int k = 0; k < n->n; k++)
    if (names(b, n->a[k], symbol)) return true;
  return false;
}

/* Matrices that read the input alone lie as their transposes: they have few columns. */
static void find_transposed(am_builder *b) {
  const am_equations *e = b->e;
  for (int k = 0; k < e->n_symbols; k++) b->transposed[k] = by_units(b);
  for (int k = 0; k < e->n_nodes; k++) {
    const am_node *n = &e->nodes[k];
    if (n->kind != AM_NODE_APPLY) continue;
    const am_symbol *x = symbol_of(b, n->a[1]);
    const int W = node_of(b, n->a[0])->symbol;
    if (W >= 0 && (!x || x->kind != AM_SYMBOL_INPUT)) b->transposed[W] = false;
    for (int i = 0; W < 0 && i < e->n_symbols; i++) b->transposed[i] &= !names(b, n->a[0], i);
  }
}

/* The parts of tensor t lie one after the other. */
static amine_status place_parts(am_builder *b, int t, am_plan_tensor *out) {
  const am_equations *e = b->e;
  bool transposed = by_units(b);
  int part = 0;
  for (int k = 0; k < e->n_symbols; k++) {
    const am_symbol *s = &e->symbols[k];
    if (s->kind != AM_SYMBOL_LEARNED || s->tensor != t) continue;
    if (s->shape.rank == 2) out->rank = 2, out->dims[1] = size_of(b, s->shape.dim[1]);
    if (by_units(b) && part > 0 && part != rows_of(b, s->shape))
      return REFUSE(b, s->at, "with traces the parts of a tensor are of one size");
    transposed &= b->transposed[k];
    part = rows_of(b, s->shape);
  }
  const am_order order = !by_units(b)    ? AM_ORDER_ROWS
                         : out->rank < 2 ? AM_ORDER_VECTOR
                         : transposed    ? AM_ORDER_PANEL_TRANSPOSED
                                         : AM_ORDER_PANEL;
  out->form = am_form_of(order, part, out->dims[1]);
  for (int k = 0; k < e->n_symbols; k++) {
    const am_symbol *s = &e->symbols[k];
    if (s->kind != AM_SYMBOL_LEARNED || s->tensor != t) continue;
    b->part[k] = out->at + am_form_at(out->form, out->dims[0], 0, out->dims[1]);
    b->transposed[k] = transposed;
    if (s->first >= 0) {
      if (b->p->n_parts == AM_TENSORS_MAX)
        return REFUSE(b, s->at, "at most %d parts have first values", AM_TENSORS_MAX);
      am_plan_part *first = &b->p->parts[b->p->n_parts++];
      *first = (am_plan_part){
          .tensor = b->p->n_tensors - 1, .row = out->dims[0], .rows = rows_of(b, s->shape)};
      AM_TRY(first_code(b, first, s->first));
    }
    out->dims[0] += rows_of(b, s->shape);
  }
  return AMINE_OK;
}

static bool is_used(const am_builder *b, int tensor) {
  for (int k = 0; k < b->e->n_symbols; k++)
    if (b->e->symbols[k].tensor == tensor && am_equations_uses(b->e, k)) return true;
  return false;
}

static size_t elements_of(const am_plan_tensor *t) {
  if (t->form.order == AM_ORDER_ROWS) return (size_t)t->dims[0] * (size_t)t->dims[1];
  return (size_t)(t->dims[0] / t->form.part) * t->form.size;
}

static bool is_factor(const am_equations *e, int symbol) {
  for (int k = 0; k < e->n_nodes; k++)
    for (int i = 0; e->nodes[k].kind == AM_NODE_MULTIPLY && i < 2; i++)
      if (e->nodes[e->nodes[k].a[i]].kind == AM_NODE_SYMBOL &&
          e->nodes[e->nodes[k].a[i]].symbol == symbol)
        return true;
  return false;
}

static bool is_of_trace(const am_equations *e, int symbol) {
  for (int k = 0; k < e->n_nodes; k++) {
    const am_node *n = &e->nodes[k];
    for (int i = 0; n->kind == AM_NODE_MULTIPLY && i < 2; i++)
      if (e->nodes[n->a[i]].kind == AM_NODE_SYMBOL && e->nodes[n->a[i]].symbol == symbol &&
          am_equations_is_trace(e, n->a[1 - i]))
        return true;
  }
  return symbol == e->rate;
}

static am_role role_of(const am_equations *e, int symbol) {
  const am_symbol *s = &e->symbols[symbol];
  if (is_of_trace(e, symbol) || strcmp(am_equations_own_name(s->name), "eta") == 0)
    return AM_ROLE_TRACES;
  if (am_equations_modulator(e, s->name) >= 0) return AM_ROLE_MODULATOR;
  if (s->shape.rank == 2) return AM_ROLE_WEIGHTS;
  return is_factor(e, symbol) ? AM_ROLE_GAINS : AM_ROLE_BIASES;
}

static am_role role_of_tensor(const am_equations *e, int tensor) {
  am_role role = AM_N_ROLES;
  for (int k = 0; k < e->n_symbols; k++) {
    if (e->symbols[k].kind != AM_SYMBOL_LEARNED || e->symbols[k].tensor != tensor) continue;
    const am_role one = role_of(e, k);
    role = role == AM_N_ROLES || role == one ? one : AM_ROLE_WEIGHTS;
  }
  return role;
}

amine_status am_builder_tensors(am_builder *b) {
  const am_equations *e = b->e;
  am_plan *p = b->p;
  size_t at = 0;
  find_transposed(b);
  for (int t = 0; t < e->n_tensors; t++) {
    if (!is_used(b, t)) continue;
    am_plan_tensor *out = &p->tensors[p->n_tensors++];
    *out = (am_plan_tensor){.rank = 1,
                            .dims = {0, 1},
                            .at = at,
                            .whole = e->tensors[t].whole,
                            .role = role_of_tensor(e, t)};
    memcpy(out->name, e->tensors[t].name, sizeof out->name);
    AM_TRY(place_parts(b, t, out));
    AM_TRY(first_values(b, out, &e->tensors[t]));
    at += (elements_of(out) + 15) / 16 * 16;
  }
  p->n_parameters = p->n_packed = at;
  p->rate = e->rate >= 0 ? b->part[e->rate] : SIZE_MAX;
  return AMINE_OK;
}
