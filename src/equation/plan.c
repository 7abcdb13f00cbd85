/* From trees to a plan (see plan.h): first a list of operations on values that are made once, then
 * rows for them, then the order of the way back. */
#include "equation/plan.h"

#include <math.h>
#include <string.h>

enum { VALUES_MAX = 2 * AM_OPERATIONS_MAX, FIXED_MAX = 4096 * 16, TERMS_MAX = 64 };

/* What an operation reads: made once, by `producer` or from outside. */
typedef struct value {
  am_from from;
  int row, rows; /* of STEP once rows are given */
  int producer;  /* the operation that makes it, -1 from outside */
  int uses;
  bool kept; /* a state after the step, or the output */
} value;

typedef struct builder {
  const am_equations *e;
  am_plan *p;
  int size[AM_SIZES_MAX];
  double constant[AM_SYMBOLS_MAX];
  int of_symbol[AM_SYMBOLS_MAX]; /* the value of a name, -1: none yet */
  size_t part[AM_SYMBOLS_MAX];   /* where what is learned begins among the parameters */
  value values[VALUES_MAX];
  int in[AM_OPERATIONS_MAX][AM_OPERANDS], base[AM_OPERATIONS_MAX], out[AM_OPERATIONS_MAX];
  int n_values, fixed_capacity;
  unsigned done;     /* to the output between steps */
  int within, gains; /* within the argument of @ so many times; the gained value, -1: none yet */
  bool transposed[AM_SYMBOLS_MAX];
  int trace[AM_SYMBOLS_MAX];  /* which trace a symbol is, -1: none yet */
  int ends[AM_TRACES_MAX][3]; /* the values that it takes up: post, pre, eta */
  int level;                  /* the value that is M */
  amine_error *error;
} builder;

#define REFUSE(b, at, ...) am_equations_refuse((b)->e, at, (b)->error, __VA_ARGS__)

static const am_node *node_of(const builder *b, int node) { return &b->e->nodes[node]; }
static const am_symbol *symbol_of(const builder *b, int node) {
  const am_node *n = node_of(b, node);
  return n->kind == AM_NODE_SYMBOL ? &b->e->symbols[n->symbol] : NULL;
}

static int size_of(const builder *b, int dim) { return b->size[am_equations_size(b->e, dim)]; }
static int rows_of(const builder *b, am_shape s) { return s.rank > 0 ? size_of(b, s.dim[0]) : 1; }
static bool by_units(const builder *b) { return b->p->layout == AM_LAYOUT_UNITS; }
/* How many rows a value takes. */
static int room_of(const builder *b, int rows) { return by_units(b) ? am_pad(rows, 16) : rows; }

/* ------------------------------------------------------------------------------ what is given */
static bool constant_value(const builder *b, int node, double *out) {
  const am_node *n = node_of(b, node);
  double x, y;
  if (n->kind == AM_NODE_NUMBER) return *out = n->number, true;
  if (n->kind == AM_NODE_SYMBOL) {
    if (b->e->symbols[n->symbol].kind != AM_SYMBOL_CONSTANT) return false;
    return *out = b->constant[n->symbol], true;
  }
  if (n->n == 0 || n->kind == AM_NODE_CALL || n->kind == AM_NODE_APPLY ||
      !constant_value(b, n->a[0], &x))
    return false;
  if (n->kind == AM_NODE_NEGATE) return *out = -x, true;
  if (!constant_value(b, n->a[1], &y)) return false;
  *out = n->kind == AM_NODE_ADD        ? x + y
         : n->kind == AM_NODE_SUBTRACT ? x - y
         : n->kind == AM_NODE_MULTIPLY ? x * y
                                       : x / y;
  return true;
}

static amine_status given_size(builder *b, int k, double number) {
  const am_size *s = &b->e->sizes[k];
  if (!(number >= 1 && number <= 65536 && number == floor(number)))
    return am_fail(b->error, AMINE_ERROR_ARGUMENT,
                   "%s: the size %s is a whole number from 1 to 65536, not %g", b->e->name, s->name,
                   number);
  b->size[k] = (int)number;
  return AMINE_OK;
}

static amine_status given_constant(builder *b, int k, double number) {
  const am_symbol *s = &b->e->symbols[k];
  if (!(number >= s->min && number <= s->max))
    return am_fail(b->error, AMINE_ERROR_ARGUMENT, "%s: %s is from %g to %g, not %g", b->e->name,
                   s->name, s->min, s->max, number);
  b->constant[k] = number;
  return AMINE_OK;
}

static amine_status take_given(builder *b, const am_binding *given, int n) {
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
static amine_status first_values(builder *b, am_plan_tensor *t, const am_learned_tensor *from) {
  t->first = from->first;
  if (from->size >= 0) t->size = size_of(b, from->size);
  for (int k = 0; k < 2; k++) {
    if (from->from[k] < 0) continue;
    if (!constant_value(b, from->from[k], &t->from[k]) || !isfinite(t->from[k]))
      return REFUSE(b, node_of(b, from->from[k])->at, "this first value is not a number");
  }
  if (t->first == AM_FIRST_UNIFORM && !(t->from[0] <= t->from[1]))
    return REFUSE(b, node_of(b, from->from[0])->at,
                  "uniform from %g to %g: the second is the larger", t->from[0], t->from[1]);
  if (t->first == AM_FIRST_NORMAL && !(t->from[1] >= 0))
    return REFUSE(b, node_of(b, from->from[1])->at, "a standard deviation is not negative");
  return AMINE_OK;
}

static amine_status first_code(builder *b, am_plan_part *part, int node) {
  const am_node *n = node_of(b, node);
  for (int k = 0; k < n->n; k++) AM_TRY(first_code(b, part, n->a[k]));
  if (part->n == AM_FIRST_CODE) return REFUSE(b, n->at, "these first values are too long");
  const bool constant = n->kind == AM_NODE_SYMBOL;
  part->code[part->n].kind = constant ? AM_NODE_NUMBER : n->kind;
  part->code[part->n++].number = (float)(constant ? b->constant[n->symbol] : n->number);
  return AMINE_OK;
}

float am_plan_first_value(const am_plan_part *part, float standard, float drawn) {
  float stack[AM_FIRST_CODE + 1] = {0};
  int n = 0;
  for (int k = 0; k < part->n; k++) {
    const am_node_kind kind = part->code[k].kind;
    if (kind == AM_NODE_NUMBER) stack[n++] = part->code[k].number;
    else if (kind == AM_NODE_STANDARD) stack[n++] = standard;
    else if (kind == AM_NODE_DRAWN) stack[n++] = drawn;
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

static bool names(const builder *b, int node, int symbol) {
  const am_node *n = node_of(b, node);
  if (n->symbol == symbol) return true;
  for (int k = 0; k < n->n; k++)
    if (names(b, n->a[k], symbol)) return true;
  return false;
}

/* Matrices that read the input alone lie as their transposes: they have few columns. */
static void find_transposed(builder *b) {
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
static amine_status place_parts(builder *b, int t, am_plan_tensor *out) {
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

static bool is_used(const builder *b, int tensor) {
  for (int k = 0; k < b->e->n_symbols; k++)
    if (b->e->symbols[k].tensor == tensor && am_equations_uses(b->e, k)) return true;
  return false;
}

static size_t elements_of(const am_plan_tensor *t) {
  if (t->form.order == AM_ORDER_ROWS) return (size_t)t->dims[0] * (size_t)t->dims[1];
  return (size_t)(t->dims[0] / t->form.part) * t->form.size;
}

static amine_status place_tensors(builder *b) {
  const am_equations *e = b->e;
  am_plan *p = b->p;
  size_t at = 0;
  find_transposed(b);
  for (int t = 0; t < e->n_tensors; t++) {
    if (!is_used(b, t)) continue;
    am_plan_tensor *out = &p->tensors[p->n_tensors++];
    *out = (am_plan_tensor){.rank = 1, .dims = {0, 1}, .at = at, .whole = e->tensors[t].whole};
    memcpy(out->name, e->tensors[t].name, sizeof out->name);
    AM_TRY(place_parts(b, t, out));
    AM_TRY(first_values(b, out, &e->tensors[t]));
    at += (elements_of(out) + 15) / 16 * 16;
  }
  p->n_parameters = p->n_packed = at;
  p->rate = e->rate >= 0 ? b->part[e->rate] : SIZE_MAX;
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ values */
static amine_status add_value(builder *b, int *out, am_from from, int row, int rows, int at) {
  if (b->n_values == VALUES_MAX) return REFUSE(b, at, "a text has too many operations");
  b->values[b->n_values] = (value){.from = from, .row = row, .rows = rows, .producer = -1};
  *out = b->n_values++;
  return AMINE_OK;
}

static amine_status add_fixed(builder *b, int *row, int n, int at) {
  am_plan *p = b->p;
  if (n > FIXED_MAX - p->n_fixed) return REFUSE(b, at, "too many learned numbers stand alone");
  if (p->n_fixed + n > b->fixed_capacity) {
    const int capacity = 2 * (p->n_fixed + n);
    am_fixed *more = am_resize(p->fixed, (size_t)capacity, sizeof *more);
    if (!more) return am_fail_memory(b->error, (size_t)capacity * sizeof *more);
    p->fixed = more, b->fixed_capacity = capacity;
  }
  *row = p->n_fixed;
  for (int k = 0; k < n; k++) p->fixed[p->n_fixed++] = (am_fixed){.number = 0};
  return AMINE_OK;
}

static amine_status number_value(builder *b, int *out, double number, int at) {
  for (int k = 0; k < b->n_values; k++) {
    const value *v = &b->values[k];
    const am_fixed *f = v->from == AM_FROM_FIXED ? &b->p->fixed[v->row] : NULL;
    if (f && !f->learned && memcmp(&f->number, &number, sizeof number) == 0)
      return *out = k, AMINE_OK;
  }
  int row = 0;
  AM_TRY(add_fixed(b, &row, room_of(b, 1), at));
  b->p->fixed[row] = (am_fixed){.number = number};
  return add_value(b, out, AM_FROM_FIXED, row, 1, at);
}

static amine_status learned_value(builder *b, int *out, int symbol, int at) {
  const am_symbol *s = &b->e->symbols[symbol];
  const int n = rows_of(b, s->shape);
  int row = 0;
  AM_TRY(add_fixed(b, &row, room_of(b, n), at));
  for (int k = 0; k < n; k++)
    b->p->fixed[row + k] = (am_fixed){.learned = true, .at = b->part[symbol] + (size_t)k};
  return add_value(b, out, AM_FROM_FIXED, row, n, at);
}

/* Is a state what the output was one step before? */
static bool is_last_output(const builder *b, int symbol) {
  const am_symbol *s = &b->e->symbols[symbol];
  const am_node *update = s->kind == AM_SYMBOL_STATE ? node_of(b, s->update) : NULL;
  return update && (symbol == b->e->output ||
                    (update->kind == AM_NODE_SYMBOL && update->symbol == b->e->output));
}

static amine_status given_value(builder *b, int *out, const am_symbol *s, int at) {
  if (!by_units(b))
    return REFUSE(b, at, "%s is given from outside, and this learner gives nothing", s->name);
  if (b->p->n_given > 0)
    return REFUSE(b, at, "one number is given from outside, and %s is another", s->name);
  return add_value(b, out, AM_FROM_GIVEN, room_of(b, 1) * b->p->n_given++, 1, at);
}

static amine_status symbol_value(builder *b, int *out, int symbol, int at) {
  const am_symbol *s = &b->e->symbols[symbol];
  if (b->done & AM_PLAN_GAINED && b->within > 0 && is_last_output(b, symbol)) {
    if (b->gains < 0) AM_TRY(add_value(b, &b->gains, AM_FROM_GAINED, 0, rows_of(b, s->shape), at));
    return *out = b->gains, AMINE_OK;
  }
  if (b->of_symbol[symbol] >= 0) return *out = b->of_symbol[symbol], AMINE_OK;
  if (s->shape.rank == 2)
    return REFUSE(b, at, "the matrix %s stands alone: it belongs before @", s->name);
  if (s->kind == AM_SYMBOL_INPUT)
    AM_TRY(add_value(b, out, AM_FROM_INPUT, 0, rows_of(b, s->shape), at));
  else if (s->kind == AM_SYMBOL_GIVEN) AM_TRY(given_value(b, out, s, at));
  else if (s->kind == AM_SYMBOL_STATE) /* its rows are known at the end */
    AM_TRY(add_value(b, out, AM_FROM_BEFORE, symbol, rows_of(b, s->shape), at));
  else AM_TRY(learned_value(b, out, symbol, at));
  b->of_symbol[symbol] = *out;
  return AMINE_OK;
}

/* An operation whose result is a value of its own. base: of AFFINE, what it adds to, or -1. */
static amine_status add(builder *b, int *out, am_operation_kind kind, int rows, const int *in,
                        int n, int base, int at) {
  am_plan *p = b->p;
  if (p->n_operations == AM_OPERATIONS_MAX)
    return REFUSE(b, at, "a plan has at most %d operations", AM_OPERATIONS_MAX);
  const int k = p->n_operations++;
  p->operations[k] = (am_operation){.kind = kind, .n_in = n, .rows = rows, .trace = -1};
  for (int i = 0; i < n; i++) b->in[k][i] = in[i], b->values[in[i]].uses++;
  b->base[k] = base;
  if (base >= 0) b->values[base].uses++;
  AM_TRY(add_value(b, &b->out[k], AM_FROM_STEP, -1, rows, at));
  b->values[b->out[k]].producer = k;
  *out = b->out[k];
  return AMINE_OK;
}

static int most_rows(const builder *b, const int *in, int n) {
  int rows = 1;
  for (int k = 0; k < n; k++)
    if (b->values[in[k]].rows > rows) rows = b->values[in[k]].rows;
  return rows;
}

static amine_status add_each(builder *b, int *out, am_operation_kind kind, const int *in, int n,
                             int at) {
  return add(b, out, kind, most_rows(b, in, n), in, n, -1, at);
}

/* ------------------------------------------------------------------------------ trees */
static amine_status lower(builder *b, int *out, int node);

/* a b as two nodes, or a / c as a and a number. */
typedef struct factors {
  int node[2]; /* [1] = -1: the number */
  double number;
} factors;

static bool product_of(const builder *b, int node, factors *f) {
  const am_node *n = node_of(b, node);
  double c;
  *f = (factors){{-1, -1}, 1};
  if (n->kind == AM_NODE_MULTIPLY) return f->node[0] = n->a[0], f->node[1] = n->a[1], true;
  if (n->kind != AM_NODE_DIVIDE || !constant_value(b, n->a[1], &c)) return false;
  f->node[0] = n->a[0];
  f->number = 1 / c;
  return true;
}

static amine_status lower_factors(builder *b, int in[2], const factors *f, int at) {
  AM_TRY(lower(b, &in[0], f->node[0]));
  return f->node[1] >= 0 ? lower(b, &in[1], f->node[1]) : number_value(b, &in[1], f->number, at);
}

typedef struct term {
  int node;
  bool minus, done;
} term;

static amine_status gather(const builder *b, term *terms, int *n, int node, bool minus) {
  const am_node *s = node_of(b, node);
  double c;
  const bool whole = constant_value(b, node, &c);
  if (!whole && s->kind == AM_NODE_NEGATE) return gather(b, terms, n, s->a[0], !minus);
  if (!whole && (s->kind == AM_NODE_ADD || s->kind == AM_NODE_SUBTRACT)) {
    AM_TRY(gather(b, terms, n, s->a[0], minus));
    return gather(b, terms, n, s->a[1], minus != (s->kind == AM_NODE_SUBTRACT));
  }
  if (*n == TERMS_MAX) return REFUSE(b, s->at, "a sum has at most %d terms", TERMS_MAX);
  terms[(*n)++] = (term){node, minus, false};
  return AMINE_OK;
}

static bool is_bias(const builder *b, const term *t) {
  const am_symbol *s = symbol_of(b, t->node);
  return !t->minus && !t->done && s && s->kind == AM_SYMBOL_LEARNED && s->shape.rank == 1;
}

/* What stands before @: a learned matrix, a trace and what multiplies it, or the sum of both. */
typedef struct matrix {
  int W, trace, alpha; /* symbols; -1: there is none */
} matrix;

static amine_status take_factor(builder *b, matrix *m, int node) {
  const am_node *n = node_of(b, node);
  const am_symbol *s = symbol_of(b, node);
  if (s && s->kind == AM_SYMBOL_LEARNED && s->shape.rank == 2 && m->W < 0)
    return m->W = n->symbol, AMINE_OK;
  for (int i = 0; n->kind == AM_NODE_MULTIPLY && m->trace < 0 && i < 2; i++) {
    const am_symbol *alpha = symbol_of(b, n->a[i]);
    if (!am_equations_is_trace(b->e, n->a[1 - i]) || !alpha || alpha->kind != AM_SYMBOL_LEARNED)
      continue;
    m->alpha = node_of(b, n->a[i])->symbol;
    return m->trace = node_of(b, n->a[1 - i])->symbol, AMINE_OK;
  }
  if (am_equations_is_trace(b->e, node) && m->trace < 0) return m->trace = n->symbol, AMINE_OK;
  return REFUSE(b, n->at, "before @ stands a learned matrix, a trace, or both: (w + alpha * H)");
}

static amine_status matrix_of(builder *b, matrix *m, int node) {
  term terms[TERMS_MAX];
  int n = 0;
  *m = (matrix){-1, -1, -1};
  AM_TRY(gather(b, terms, &n, node, false));
  for (int k = 0; k < n; k++) {
    if (terms[k].minus)
      return REFUSE(b, node_of(b, terms[k].node)->at, "a matrix is not taken off another");
    AM_TRY(take_factor(b, m, terms[k].node));
  }
  if (b->e->plastic || m->trace < 0) return AMINE_OK;
  if (m->W < 0) return REFUSE(b, node_of(b, node)->at, "without a rule nothing is left here");
  return m->trace = m->alpha = -1, AMINE_OK;
}

/* `count` more elements behind the parameters. */
static size_t pack(builder *b, size_t count) {
  const size_t at = b->p->n_packed;
  b->p->n_packed += (count + 15) / 16 * 16;
  return at;
}

static amine_status add_trace(builder *b, am_operation *o, const matrix *m, int at) {
  const am_symbol *H = &b->e->symbols[m->trace];
  if (!by_units(b))
    return REFUSE(b, at, "a trace is what each episode has of its own: this learner has all alike");
  if (b->trace[m->trace] >= 0) return REFUSE(b, at, "%s has one product, this is another", H->name);
  if (b->p->n_traces == AM_TRACES_MAX)
    return REFUSE(b, at, "a network has at most %d traces", AM_TRACES_MAX);
  o->trace = b->trace[m->trace] = b->p->n_traces;
  am_plan_trace *t = &b->p->traces[b->p->n_traces++];
  *t = (am_plan_trace){.rows = rows_of(b, H->shape), .cols = size_of(b, H->shape.dim[1])};
  memcpy(t->name, H->name, sizeof t->name);
  const size_t panel = am_panel_size(t->rows, t->cols);
  t->w = m->W >= 0 ? b->part[m->W] : pack(b, panel);
  const am_shape alpha = m->alpha >= 0 ? b->e->symbols[m->alpha].shape : (am_shape){0, {-1, -1}};
  if (alpha.rank == 2) return t->alpha = b->part[m->alpha], AMINE_OK;
  t->alpha = pack(b, panel);
  t->n_few = rows_of(b, alpha);
  t->few = m->alpha >= 0 ? b->part[m->alpha] : SIZE_MAX;
  return AMINE_OK;
}

/* A tensor that multiplies a trace, as a whole. */
static void note_alpha(builder *b, const matrix *m) {
  for (int k = 0; m->alpha >= 0 && k < b->p->n_tensors; k++)
    b->p->tensors[k].alpha |= b->p->tensors[k].at == b->part[m->alpha];
}

/* y = matrix x, a new operation. */
static amine_status add_product(builder *b, int *out, const am_node *apply) {
  int x;
  matrix m;
  AM_TRY(matrix_of(b, &m, apply->a[0]));
  b->within++;
  AM_TRY(lower(b, &x, apply->a[1]));
  b->within--;
  const int rows = rows_of(b, b->e->symbols[m.W >= 0 ? m.W : m.trace].shape);
  AM_TRY(add(b, out, AM_DO_AFFINE, rows, &x, 1, *out, apply->at));
  am_operation *o = &b->p->operations[b->p->n_operations - 1];
  if (m.trace >= 0) AM_TRY(add_trace(b, o, &m, apply->at));
  note_alpha(b, &m);
  o->weights = m.trace >= 0 ? b->p->traces[o->trace].w : b->part[m.W];
  o->transposed = m.trace < 0 && b->transposed[m.W];
  return AMINE_OK;
}

/* The matrices of a sum and their biases, into one value; *out stays -1 if there are none. */
static amine_status affine_terms(builder *b, int *out, term *terms, int n) {
  for (int k = 0; k < n; k++) {
    const am_node *apply = node_of(b, terms[k].node);
    if (terms[k].minus || apply->kind != AM_NODE_APPLY) continue;
    int bias = -1;
    const int from = *out < 0 ? 0 : k + 1;
    AM_TRY(add_product(b, out, apply));
    am_operation *o = &b->p->operations[b->p->n_operations - 1];
    for (int i = from; i <= k + 1 && i < n && bias < 0; i++)
      if (is_bias(b, &terms[i])) bias = i;
    terms[k].done = true;
    if (bias < 0) continue;
    o->has_bias = true;
    o->bias = b->part[node_of(b, terms[bias].node)->symbol];
    terms[bias].done = true;
  }
  return AMINE_OK;
}

static bool is_number_one(const builder *b, int node) {
  double c;
  return constant_value(b, node, &c) && c == 1;
}

/* 1 - z of a name: its node, or -1 */
static int complement_of(const builder *b, int node) {
  const am_node *n = node_of(b, node);
  if (n->kind != AM_NODE_SUBTRACT || !is_number_one(b, n->a[0]) || !symbol_of(b, n->a[1]))
    return -1;
  return n->a[1];
}

/* (1 - z) * a + z * b, in any order: z, a and b as nodes */
static bool is_between(const builder *b, const term *terms, int n, int out[3]) {
  if (n != 2 || terms[0].minus || terms[1].minus) return false;
  for (int flip = 0; flip < 8; flip++) {
    const am_node *x = node_of(b, terms[flip & 1].node), *y = node_of(b, terms[!(flip & 1)].node);
    if (x->kind != AM_NODE_MULTIPLY || y->kind != AM_NODE_MULTIPLY) return false;
    const int one = flip >> 1 & 1, other = flip >> 2 & 1, z = complement_of(b, x->a[one]);
    if (z < 0 || symbol_of(b, y->a[other]) != symbol_of(b, z)) continue;
    out[0] = z, out[1] = x->a[!one], out[2] = y->a[!other];
    return true;
  }
  return false;
}

/* The first value of a sum without matrices, to which the others are added. */
static amine_status begin_sum(builder *b, int *out, term *terms, int n, int at) {
  factors f;
  for (int k = 0; k < n && *out < 0; k++)
    if (!terms[k].minus && !terms[k].done && !product_of(b, terms[k].node, &f)) {
      AM_TRY(lower(b, out, terms[k].node));
      terms[k].done = true;
    }
  if (*out >= 0) return AMINE_OK;
  int first = 0;
  while (first < n && terms[first].minus) first++;
  if (first == n) first = 0;
  terms[first].done = true;
  AM_TRY(lower(b, out, terms[first].node));
  return terms[first].minus ? add_each(b, out, AM_DO_NEGATE, out, 1, at) : AMINE_OK;
}

static amine_status lower_sum(builder *b, int *out, int node) {
  term terms[TERMS_MAX];
  int n = 0, z[3], in[AM_OPERANDS];
  const int at = node_of(b, node)->at;
  AM_TRY(gather(b, terms, &n, node, false));
  if (is_between(b, terms, n, z)) {
    for (int k = 0; k < 3; k++) AM_TRY(lower(b, &in[k], z[k]));
    return add_each(b, out, AM_DO_BETWEEN, in, 3, at);
  }
  *out = -1;
  AM_TRY(affine_terms(b, out, terms, n));
  if (*out < 0) AM_TRY(begin_sum(b, out, terms, n, at));
  for (int k = 0; k < n; k++) {
    factors f;
    if (terms[k].done) continue;
    if (product_of(b, terms[k].node, &f)) {
      in[2] = *out;
      AM_TRY(lower_factors(b, in, &f, at));
      AM_TRY(add_each(b, out, terms[k].minus ? AM_DO_MULTIPLY_SUBTRACT : AM_DO_MULTIPLY_ADD, in, 3,
                      at));
      continue;
    }
    in[0] = *out;
    AM_TRY(lower(b, &in[1], terms[k].node));
    AM_TRY(add_each(b, out, terms[k].minus ? AM_DO_SUBTRACT : AM_DO_ADD, in, 2, at));
  }
  return AMINE_OK;
}

static amine_status lower_call(builder *b, int *out, const am_node *n) {
  static const am_operation_kind kinds[AM_N_FUNCTIONS] = {
      [AM_TANH] = AM_DO_TANH,         [AM_SIGMOID] = AM_DO_SIGMOID, [AM_RELU] = AM_DO_RELU,
      [AM_SOFTPLUS] = AM_DO_SOFTPLUS, [AM_EXP] = AM_DO_EXP,         [AM_LOG] = AM_DO_LOG,
      [AM_SQRT] = AM_DO_SQRT,         [AM_ABS] = AM_DO_ABS,         [AM_MIN] = AM_DO_MIN,
      [AM_MAX] = AM_DO_MAX,           [AM_CLIP] = AM_DO_MAX,        [AM_SPIKE] = AM_DO_SPIKE,
      [AM_SUM] = AM_DO_SUM,           [AM_DOT] = AM_DO_DOT,         [AM_SOFTMAX] = AM_DO_SOFTMAX};
  int in[AM_ARGUMENTS_MAX];
  for (int k = 0; k < n->n; k++) AM_TRY(lower(b, &in[k], n->a[k]));
  if (n->function == AM_SUM || n->function == AM_DOT)
    return add(b, out, kinds[n->function], 1, in, n->n, -1, n->at);
  if (n->function != AM_CLIP) return add_each(b, out, kinds[n->function], in, n->n, n->at);
  AM_TRY(add_each(b, &in[0], AM_DO_MAX, in, 2, n->at));
  in[1] = in[2];
  return add_each(b, out, AM_DO_MIN, in, 2, n->at);
}

static amine_status lower(builder *b, int *out, int node) {
  const am_node *n = node_of(b, node);
  double c;
  factors f;
  int in[2];
  if (constant_value(b, node, &c)) {
    if (!isfinite(c)) return REFUSE(b, n->at, "this is not a number");
    return number_value(b, out, c, n->at);
  }
  if (n->kind == AM_NODE_SYMBOL) return symbol_value(b, out, n->symbol, n->at);
  if (n->kind == AM_NODE_CALL) return lower_call(b, out, n);
  if (product_of(b, node, &f)) {
    AM_TRY(lower_factors(b, in, &f, n->at));
    return add_each(b, out, AM_DO_MULTIPLY, in, 2, n->at);
  }
  if (n->kind == AM_NODE_DIVIDE) {
    AM_TRY(lower(b, &in[0], n->a[0]));
    AM_TRY(lower(b, &in[1], n->a[1]));
    return add_each(b, out, AM_DO_DIVIDE, in, 2, n->at);
  }
  return lower_sum(b, out, node); /* a sum, a difference, a matrix, or less of one */
}

/* What the way back needs of an operation: its result; which of its operands. */
typedef struct needs {
  bool result, in[AM_OPERANDS];
} needs;

static const needs of_kind[AM_N_OPERATIONS] = {
    [AM_DO_AFFINE] = {false, {true}},
    [AM_DO_TANH] = {true, {false}},
    [AM_DO_SIGMOID] = {true, {false}},
    [AM_DO_RELU] = {true, {false}},
    [AM_DO_SOFTPLUS] = {true, {false}},
    [AM_DO_EXP] = {true, {false}},
    [AM_DO_LOG] = {false, {true}},
    [AM_DO_SQRT] = {true, {false}},
    [AM_DO_ABS] = {false, {true}},
    [AM_DO_SPIKE] = {false, {true, true}},
    [AM_DO_MULTIPLY] = {false, {true, true}},
    [AM_DO_DIVIDE] = {true, {false, true}},
    [AM_DO_MIN] = {false, {true, true}},
    [AM_DO_MAX] = {false, {true, true}},
    [AM_DO_MULTIPLY_ADD] = {false, {true, true, false}},
    [AM_DO_MULTIPLY_SUBTRACT] = {false, {true, true, false}},
    [AM_DO_BETWEEN] = {false, {true, true, true}},
    [AM_DO_DOT] = {false, {true, true}},
    [AM_DO_SOFTMAX] = {true, {false}},
};

/* What is disturbed after a step is not what the way back asks for. */
static bool asks_for_output(const builder *b, int symbol, int v) {
  const value *x = &b->values[v];
  return b->done & AM_PLAN_DISTURBED && symbol == b->e->output && x->from == AM_FROM_STEP &&
         (of_kind[b->p->operations[x->producer].kind].result || x->uses > 0);
}

static amine_status keep_state(builder *b, int symbol, int v, int at) {
  am_plan *p = b->p;
  const am_symbol *s = &b->e->symbols[symbol];
  const int rows = rows_of(b, s->shape);
  if (b->values[v].from != AM_FROM_STEP || b->values[v].rows != rows ||
      asks_for_output(b, symbol, v))
    AM_TRY(add(b, &v, AM_DO_COPY, rows, &v, 1, -1, at));
  if (p->n_states == AM_STATES_MAX)
    return REFUSE(b, at, "a network has at most %d states", AM_STATES_MAX);
  b->values[v].kept = true;
  b->values[v].uses++;
  am_plan_state *state = &p->states[p->n_states++];
  *state = (am_plan_state){.row = v, .rows = rows}; /* rows are given later */
  memcpy(state->name, s->name, sizeof state->name);
  if (s->begin >= 0 && (!constant_value(b, s->begin, &state->begin) || !isfinite(state->begin)))
    return REFUSE(b, node_of(b, s->begin)->at, "%s does not begin with a number", s->name);
  return AMINE_OK;
}

static void keep(builder *b, int v) {
  b->values[v].kept |= b->values[v].from == AM_FROM_STEP;
  b->values[v].uses++;
}

/* What traces take up: values that stay as they are until the next step. */
static amine_status lower_rules(builder *b) {
  const am_equations *e = b->e;
  for (int k = 0; b->e->plastic && k < e->n_assignments; k++) {
    const am_assignment *a = &e->assignments[k];
    const am_node *n = node_of(b, a->node);
    if (n->kind != AM_NODE_RULE) continue;
    const int trace = b->trace[a->symbol];
    if (trace < 0)
      return REFUSE(b, e->symbols[a->symbol].at, "%s stands in no product: (w + %s) @ h",
                    e->symbols[a->symbol].name, e->symbols[a->symbol].name);
    for (int i = 0; i < 3; i++) {
      AM_TRY(lower(b, &b->ends[trace][i], n->a[i]));
      keep(b, b->ends[trace][i]);
    }
  }
  const int M = am_equations_find(e, "modulator.M");
  b->p->has_level = M >= 0 && e->plastic && b->of_symbol[M] >= 0;
  if (b->p->has_level) keep(b, b->level = b->of_symbol[M]);
  return AMINE_OK;
}

static amine_status lower_all(builder *b) {
  const am_equations *e = b->e;
  int after[AM_SYMBOLS_MAX];
  for (int k = 0; k < e->n_symbols; k++) b->of_symbol[k] = after[k] = b->trace[k] = -1;
  for (int k = 0; k < e->n_assignments; k++) {
    const am_assignment *a = &e->assignments[k];
    if (node_of(b, a->node)->kind == AM_NODE_RULE) continue;
    AM_TRY(lower(b, a->update ? &after[a->symbol] : &b->of_symbol[a->symbol], a->node));
  }
  for (int k = 0; k < e->n_symbols; k++) /* states in the order of the text */
    if (after[k] >= 0) AM_TRY(keep_state(b, k, after[k], e->symbols[k].at));
  const am_symbol *o = &e->symbols[e->output];
  int v = -1;
  for (int k = 0; k < b->p->n_states; k++)
    if (o->kind == AM_SYMBOL_STATE && strcmp(b->p->states[k].name, o->name) == 0)
      v = b->p->states[k].row;
  if (v < 0) AM_TRY(symbol_value(b, &v, e->output, o->at));
  if (b->values[v].from != AM_FROM_STEP || (!b->values[v].kept && asks_for_output(b, e->output, v)))
    AM_TRY(add(b, &v, AM_DO_COPY, b->values[v].rows, &v, 1, -1, o->at));
  b->values[v].kept = true;
  b->values[v].uses++;
  b->p->output = v;
  return lower_rules(b);
}

/* ------------------------------------------------------------------------------ rows */
/* May the result lie where operand value v lies? */
static bool in_place(const builder *b, int v, int rows) {
  const value *x = &b->values[v];
  return x->from == AM_FROM_STEP && x->uses == 1 && !x->kept && x->rows == rows &&
         !of_kind[b->p->operations[x->producer].kind].result;
}

/* Does the way back need operand i of operation k? Not to get through a product with a number. */
static bool is_needed(const builder *b, int k, int i) {
  const am_operation *o = &b->p->operations[k];
  const bool product = o->kind == AM_DO_MULTIPLY || o->kind == AM_DO_MULTIPLY_ADD ||
                       o->kind == AM_DO_MULTIPLY_SUBTRACT;
  const value *other = product && i < 2 ? &b->values[b->in[k][1 - i]] : NULL;
  if (other && other->from == AM_FROM_FIXED && !b->p->fixed[other->row].learned) return false;
  return of_kind[o->kind].in[i];
}

static void remove_unused(builder *b) {
  am_plan *p = b->p;
  for (int k = p->n_operations - 1; k >= 0; k--) {
    if (b->values[b->out[k]].uses > 0) continue;
    for (int i = 0; i < p->operations[k].n_in; i++) b->values[b->in[k][i]].uses--;
    if (b->base[k] >= 0) b->values[b->base[k]].uses--;
    p->operations[k].rows = 0;
  }
  int n = 0;
  for (int k = 0; k < p->n_operations; k++) {
    if (p->operations[k].rows == 0) continue;
    p->operations[n] = p->operations[k];
    memcpy(b->in[n], b->in[k], sizeof b->in[n]);
    b->base[n] = b->base[k], b->out[n] = b->out[k];
    b->values[b->out[n]].producer = n;
    n++;
  }
  p->n_operations = n;
}

/* A trace lives in its product: one that nobody asks for would leave it without an update. */
static amine_status check_products(const builder *b) {
  const am_plan *p = b->p;
  bool asked_for[AM_TRACES_MAX] = {false};
  for (int k = 0; k < p->n_operations; k++)
    if (p->operations[k].trace >= 0) asked_for[p->operations[k].trace] = true;
  for (int k = 0; k < b->e->n_symbols; k++)
    if (b->trace[k] >= 0 && !asked_for[b->trace[k]])
      return REFUSE(b, b->e->symbols[k].at, "nobody asks for the product that %s stands in",
                    b->e->symbols[k].name);
  return AMINE_OK;
}

static void swap_operations(builder *b, int i, int k) {
  am_plan *p = b->p;
  const am_operation o = p->operations[i];
  p->operations[i] = p->operations[k], p->operations[k] = o;
  int in[AM_OPERANDS];
  memcpy(in, b->in[i], sizeof in);
  memcpy(b->in[i], b->in[k], sizeof in);
  memcpy(b->in[k], in, sizeof in);
  const int base = b->base[i], out = b->out[i];
  b->base[i] = b->base[k], b->out[i] = b->out[k];
  b->base[k] = base, b->out[k] = out;
  b->values[b->out[i]].producer = i, b->values[b->out[k]].producer = k;
}

/* Those that states and output ask for come first, in their order, then the others. */
static void put_off(builder *b) {
  am_plan *p = b->p;
  bool now[AM_OPERATIONS_MAX] = {false};
  am_operation *all = p->operations;
  for (int s = 0; s < p->n_states; s++) now[b->values[p->states[s].row].producer] = true;
  now[b->values[p->output].producer] = true;
  for (int k = p->n_operations - 1; k >= 0; k--) {
    if (!now[k]) continue;
    for (int i = 0; i < all[k].n_in; i++)
      if (b->values[b->in[k][i]].producer >= 0) now[b->values[b->in[k][i]].producer] = true;
    if (b->base[k] >= 0) now[b->values[b->base[k]].producer] = true;
  }
  for (int k = 0; k < p->n_operations; k++) {
    if (!now[k]) continue;
    for (int i = k; i > p->n_now; i--) swap_operations(b, i, i - 1);
    p->n_now++;
  }
}

static void give_rows(builder *b) {
  am_plan *p = b->p;
  for (int k = 0; k < p->n_operations; k++) {
    am_operation *o = &p->operations[k];
    value *y = &b->values[b->out[k]];
    o->adds = b->base[k] >= 0; /* matrices of one sum follow each other, in the same rows */
    if (o->adds) y->row = b->values[b->base[k]].row;
    for (int i = 0; i < o->n_in && y->row < 0 && o->kind != AM_DO_SUM; i++) {
      if (is_needed(b, k, i) || !in_place(b, b->in[k][i], o->rows)) continue;
      y->row = b->values[b->in[k][i]].row;
    }
    if (y->row < 0) y->row = p->n_rows, p->n_rows += room_of(b, o->rows);
    o->row = y->row;
  }
}

/* Where a value lies, once rows are given. */
static am_operand operand_of(const builder *b, int of) {
  const am_plan *p = b->p;
  const value *v = &b->values[of];
  am_operand o = {.from = v->from, .row = v->row, .rows = v->rows};
  for (int s = 0; v->from == AM_FROM_BEFORE && s < p->n_states; s++)
    if (strcmp(p->states[s].name, b->e->symbols[v->row].name) == 0)
      o.row = b->values[p->states[s].row].row;
  return o;
}

static amine_status note_kept(builder *b) {
  am_plan *p = b->p;
  int n = 0;
  for (int v = 0; v < b->n_values; v++) n += b->values[v].kept;
  p->kept = am_alloc((size_t)n, sizeof *p->kept);
  if (!p->kept) return am_fail_memory(b->error, (size_t)n * sizeof *p->kept);
  for (int v = 0; v < b->n_values; v++)
    if (b->values[v].kept && b->values[v].row >= 0)
      p->kept[p->n_kept++] = (am_plan_rows){b->values[v].row, b->values[v].rows};
  return AMINE_OK;
}

static void take_rows(builder *b) {
  am_plan *p = b->p;
  for (int k = 0; k < p->n_operations; k++)
    for (int i = 0; i < p->operations[k].n_in; i++)
      p->operations[k].in[i] = operand_of(b, b->in[k][i]);
  for (int t = 0; t < p->n_traces; t++) {
    p->traces[t].post = operand_of(b, b->ends[t][0]);
    p->traces[t].pre = operand_of(b, b->ends[t][1]);
    p->traces[t].eta = operand_of(b, b->ends[t][2]);
  }
  if (p->has_level) p->level = operand_of(b, b->level);
  for (int s = 0; s < p->n_states; s++) p->states[s].row = b->values[p->states[s].row].row;
  p->n_outputs = b->values[p->output].rows;
  for (int s = 0; s < p->n_states; s++)
    p->output_is_state |= p->states[s].row == b->values[p->output].row;
  p->output = b->values[p->output].row;
}

/* A learned number that goes with every row of a result becomes so many rows, all of the same
 * place: so each row's effect on its own unit stays apart. */
static amine_status spread(builder *b, am_operation *o, am_operand *in) {
  const am_plan *p = b->p;
  const bool each =
      !by_units(b) && o->kind != AM_DO_AFFINE && o->kind != AM_DO_SUM && o->kind != AM_DO_DOT;
  if (!each || in->from != AM_FROM_FIXED || !p->fixed[in->row].learned || in->rows == o->rows)
    return AMINE_OK;
  const am_fixed learned = p->fixed[in->row];
  AM_TRY(add_fixed(b, &in->row, o->rows, 0));
  for (int k = 0; k < o->rows; k++) b->p->fixed[in->row + k] = learned;
  in->rows = o->rows;
  return AMINE_OK;
}

static amine_status spread_all(builder *b) {
  for (int k = 0; k < b->p->n_operations; k++)
    for (int i = 0; i < b->p->operations[k].n_in; i++)
      AM_TRY(spread(b, &b->p->operations[k], &b->p->operations[k].in[i]));
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ the way back */
static int compare_weights(const am_plan *p, int a, int b) {
  const size_t x = p->operations[a].weights, y = p->operations[b].weights;
  return x < y ? -1 : x > y;
}

/* Through the matrices that wait, in the order in which their parameters lie. */
static int flush(const am_plan *p, int *order, int n, int *waiting, int n_waiting) {
  for (int k = 1; k < n_waiting; k++)
    for (int i = k; i > 0 && compare_weights(p, waiting[i], waiting[i - 1]) < 0; i--) {
      const int t = waiting[i];
      waiting[i] = waiting[i - 1], waiting[i - 1] = t;
    }
  for (int k = 0; k < n_waiting; k++) order[n++] = waiting[k];
  return n;
}

/* Matrices wait until somebody needs what comes through them: so what goes back to a state is
 * summed in the order of its parameters, whatever the order of the text. */
static void order_backward(const builder *b) {
  am_plan *p = b->p;
  int waiting[AM_OPERATIONS_MAX], n_waiting = 0, n = 0;
  for (int k = p->n_operations - 1; k >= 0; k--) {
    for (int i = 0; i < n_waiting; i++)
      if (b->in[waiting[i]][0] == b->out[k]) {
        n = flush(p, p->backward, n, waiting, n_waiting);
        n_waiting = 0;
      }
    if (p->operations[k].kind == AM_DO_AFFINE) waiting[n_waiting++] = k;
    else p->backward[n++] = k;
  }
  flush(p, p->backward, n, waiting, n_waiting);
}

/* Which gradients are written and which are added to. Those of states and of the output are there
 * before: from the step behind and from above. */
static void mark_first(const builder *b) {
  am_plan *p = b->p;
  bool touched[VALUES_MAX] = {false};
  for (int v = 0; v < b->n_values; v++) touched[v] = b->values[v].kept;
  for (int k = 0; k < p->n_operations; k++) {
    am_operation *o = &p->operations[p->backward[k]];
    for (int i = 0; i < o->n_in; i++) {
      const int v = b->in[p->backward[k]][i];
      o->in[i].first = o->in[i].from == AM_FROM_STEP && !touched[v];
      touched[v] = true;
    }
  }
}

/* ------------------------------------------------------------------------------ the plan */
static amine_status build(builder *b, const am_binding *given, int n) {
  AM_TRY(take_given(b, given, n));
  AM_TRY(place_tensors(b));
  b->p->n_inputs = rows_of(b, b->e->symbols[b->e->input].shape);
  AM_TRY(lower_all(b));
  remove_unused(b);
  AM_TRY(check_products(b));
  put_off(b);
  give_rows(b);
  AM_TRY(note_kept(b));
  take_rows(b);
  AM_TRY(spread_all(b));
  order_backward(b);
  mark_first(b);
  return AMINE_OK;
}

/* Arrays as long as anything may become; and as they have become. */
static bool take_arrays(am_plan *p) {
  p->operations = am_alloc(AM_OPERATIONS_MAX, sizeof *p->operations);
  p->backward = am_alloc(AM_OPERATIONS_MAX, sizeof *p->backward);
  p->parts = am_alloc(AM_TENSORS_MAX, sizeof *p->parts);
  return p->operations && p->backward && p->parts;
}

static void *cut(void *array, int n, size_t size) {
  void *shorter = am_resize(array, (size_t)n, size);
  return shorter ? shorter : array;
}

static void cut_arrays(am_plan *p) {
  p->operations = cut(p->operations, p->n_operations, sizeof *p->operations);
  p->backward = cut(p->backward, p->n_operations, sizeof *p->backward);
  p->parts = cut(p->parts, p->n_parts, sizeof *p->parts);
  if (p->fixed) p->fixed = cut(p->fixed, p->n_fixed, sizeof *p->fixed);
}

amine_status am_plan_make(am_plan **plan, const am_equations *e, const am_binding *given, int n,
                          am_layout layout, unsigned done, amine_error *error) {
  builder *b = am_alloc(1, sizeof *b);
  am_plan *p = am_alloc(1, sizeof *p);
  amine_status status = AMINE_OK;
  if (!b || !p || !take_arrays(p)) status = am_fail_memory(error, sizeof *b + sizeof *p);
  else {
    p->layout = layout;
    *b = (builder){.e = e, .p = p, .done = done, .gains = -1, .error = error};
    status = build(b, given, n);
  }
  am_free(b);
  if (status != AMINE_OK) {
    am_plan_free(p);
    return status;
  }
  cut_arrays(p);
  *plan = p;
  return AMINE_OK;
}

void am_plan_free(am_plan *plan) {
  if (!plan) return;
  am_free(plan->operations);
  am_free(plan->backward);
  am_free(plan->parts);
  am_free(plan->fixed);
  am_free(plan->kept);
  am_free(plan);
}
