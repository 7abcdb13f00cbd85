/* From trees to operations on values that are made once (see plan_builder.h). */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "equation/plan_builder.h"

enum { FIXED_MAX = 4096 * 16, TERMS_MAX = 64 };

/* ------------------------------------------------------------------------------ values */
static amine_status add_value(am_builder *b, int *out, am_from from, int row, int rows, int at) {
  if (b->n_values == AM_VALUES_MAX) return REFUSE(b, at, "a text has too many operations");
  b->values[b->n_values] = (am_value){.from = from, .row = row, .rows = rows, .producer = -1};
  *out = b->n_values++;
  return AMINE_OK;
}

amine_status am_builder_fixed(am_builder *b, int *row, int n, int at) {
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

static amine_status number_value(am_builder *b, int *out, double number, int at) {
  for (int k = 0; k < b->n_values; k++) {
    const am_value *v = &b->values[k];
    const am_fixed *f = v->from == AM_FROM_FIXED ? &b->p->fixed[v->row] : NULL;
    if (f && v->rows == 1 && !f->learned && memcmp(&f->number, &number, sizeof number) == 0)
      return *out = k, AMINE_OK;
  }
  int row = 0;
  AM_TRY(am_builder_fixed(b, &row, room_of(b, 1), at));
  b->p->fixed[row] = (am_fixed){.number = number};
  return add_value(b, out, AM_FROM_FIXED, row, 1, at);
}

static amine_status learned_value(am_builder *b, int *out, int symbol, int at) {
  const am_symbol *s = &b->e->symbols[symbol];
  const int n = rows_of(b, s->shape);
  int row = 0;
  AM_TRY(am_builder_fixed(b, &row, room_of(b, n), at));
  for (int k = 0; k < n; k++)
    b->p->fixed[row + k] = (am_fixed){.learned = true, .at = b->part[symbol] + (size_t)k};
  return add_value(b, out, AM_FROM_FIXED, row, n, at);
}

/* Is a state what the output was one step before? */
static bool is_last_output(const am_builder *b, int symbol) {
  const am_symbol *s = &b->e->symbols[symbol];
  const am_node *update = s->kind == AM_SYMBOL_STATE ? node_of(b, s->update) : NULL;
  return update && (symbol == b->e->output ||
                    (update->kind == AM_NODE_SYMBOL && update->symbol == b->e->output));
}

/* n rows of what is given */
static amine_status outside_value(am_builder *b, int *out, int n, int at) {
  const int row = room_of(b, 1) * b->p->n_given;
  b->p->n_given += room_of(b, n) / room_of(b, 1);
  return add_value(b, out, AM_FROM_GIVEN, row, n, at);
}

/* A fixed vector: what a node is in each row, or, node -1, 0. */
static amine_status rows_value(am_builder *b, int *out, int node, int n, int at) {
  int row = 0;
  AM_TRY(am_builder_fixed(b, &row, room_of(b, n), at));
  for (int k = 0; node >= 0 && k < n; k++) {
    am_builder_row here = {.row = k};
    double *number = &b->p->fixed[row + k].number;
    if (!am_builder_element(b, node, &here, number) || !isfinite(*number))
      return REFUSE(b, at, "this is not a number");
  }
  return add_value(b, out, AM_FROM_FIXED, row, n, at);
}

/* The symbol that asks for what is called so, whoever calls it that, and has its value already; -1:
 * none yet. What the network and its modulators call by one name is one number. */
static int symbol_called(const am_builder *b, const char *name) {
  for (int s = 0; s < b->e->n_symbols; s++) {
    const am_symbol *symbol = &b->e->symbols[s];
    if (symbol->kind != AM_SYMBOL_GIVEN || symbol->shape.rank > 0 || b->of_symbol[s] < 0) continue;
    const char *called = am_equations_own_name(am_equations_given_name(b->e, symbol));
    if (strcmp(called, am_equations_own_name(name)) == 0) return s;
  }
  return -1;
}

static amine_status add_number(am_builder *b, int *out, const char *name, int at) {
  am_plan_given *given = &b->p->given[b->p->n_numbers];
  AM_TRY(outside_value(b, out, 1, at));
  snprintf(given->name, sizeof given->name, "%s", name);
  given->row = b->values[*out].row;
  b->p->n_numbers++;
  return AMINE_OK;
}

/* A vector is noise, 0 where nobody perturbs; a number is M, or what its name says. */
static amine_status given_value(am_builder *b, int *out, int symbol, int at) {
  const am_symbol *s = &b->e->symbols[symbol];
  const bool perturbed = b->done & AM_PLAN_PERTURBED;
  if (s->shape.rank == 1 && !perturbed) return rows_value(b, out, -1, rows_of(b, s->shape), at);
  if (s->shape.rank == 1 && symbol != b->given)
    return REFUSE(b, at, "one vector is given from outside, and %s is another", s->name);
  if (s->shape.rank == 1) return outside_value(b, out, rows_of(b, s->shape), at);
  const char *name = am_equations_given_name(b->e, s);
  const int other = symbol_called(b, name);
  if (other >= 0) return *out = b->of_symbol[other], AMINE_OK;
  if (b->p->n_numbers == AM_GIVEN_MAX)
    return REFUSE(b, at, "at most %d numbers are given from outside", AM_GIVEN_MAX);
  return add_number(b, out, name, at);
}

/* Whether operations from..to read value v; whether states and output ask for it, and traces. */
static bool is_read(const am_builder *b, int v, int from, int to) {
  for (int k = from; k < to; k++)
    for (int i = 0; i < b->p->operations[k].n_in; i++)
      if (b->in[k][i] == v) return true;
  return false;
}
static bool is_asked_now(const am_builder *b, int v) { return is_read(b, v, 0, b->p->n_now); }
static bool is_taken_up(const am_builder *b, int v) {
  bool taken = is_read(b, v, b->p->n_now, b->p->n_operations);
  for (int t = 0; t < b->p->n_traces; t++)
    for (int i = 0; i < 3; i++) taken |= b->ends[t][i] == v;
  return taken;
}

/* The number that value v is, if it is one that is given. */
static am_plan_given *number_of(const am_builder *b, int v) {
  for (int k = 0; b->values[v].from == AM_FROM_GIVEN && k < b->p->n_numbers; k++)
    if (b->p->given[k].row == b->values[v].row) return &b->p->given[k];
  return NULL;
}

/* What states and output ask for is known before the step; what traces do, too, is two numbers. */
amine_status am_builder_known(am_builder *b) {
  am_plan *p = b->p;
  const int n = b->n_values;
  for (int v = 0; v < n; v++) {
    am_plan_given *given = number_of(b, v);
    if (!given || !is_asked_now(b, v)) continue;
    if (!is_taken_up(b, v)) {
      given->before = true;
      continue;
    }
    const int at = b->e->symbols[symbol_called(b, given->name)].at;
    int known = -1;
    if (p->n_numbers == AM_GIVEN_MAX)
      return REFUSE(b, at,
                    "at most %d numbers are given from outside, and %s is two: before a step "
                    "and after it",
                    AM_GIVEN_MAX, given->name);
    AM_TRY(add_number(b, &known, given->name, at));
    p->given[p->n_numbers - 1].before = true;
    for (int k = 0; k < p->n_now; k++)
      for (int i = 0; i < p->operations[k].n_in; i++)
        if (b->in[k][i] == v) b->in[k][i] = known;
  }
  return AMINE_OK;
}

static amine_status symbol_value(am_builder *b, int *out, int symbol, int at) {
  const am_symbol *s = &b->e->symbols[symbol];
  if (b->done & AM_PLAN_GAINED && b->within > 0 && is_last_output(b, symbol)) {
    if (b->gains < 0) AM_TRY(add_value(b, &b->gains, AM_FROM_GAINED, 0, rows_of(b, s->shape), at));
    return *out = b->gains, AMINE_OK;
  }
  if (b->of_symbol[symbol] >= 0) return *out = b->of_symbol[symbol], AMINE_OK;
  if (s->shape.rank == 2)
    return REFUSE(b, at, "the matrix %s stands alone: it belongs before @", s->name);
  if (s->kind == AM_SYMBOL_INPUT)
    AM_TRY(add_value(b, out, AM_FROM_INPUT, b->e->is_rule ? symbol : 0, rows_of(b, s->shape), at));
  else if (s->kind == AM_SYMBOL_GIVEN) AM_TRY(given_value(b, out, symbol, at));
  else if (s->kind == AM_SYMBOL_STATE) /* its rows are known at the end */
    AM_TRY(add_value(b, out, AM_FROM_BEFORE, symbol, rows_of(b, s->shape), at));
  else AM_TRY(learned_value(b, out, symbol, at));
  b->of_symbol[symbol] = *out;
  return AMINE_OK;
}

/* An operation whose result is a value of its own. base: of AFFINE, what it adds to, or -1. */
static amine_status add(am_builder *b, int *out, am_operation_kind kind, int rows, const int *in,
                        int n, int base, int at) {
  am_plan *p = b->p;
  if (p->n_operations == AM_OPERATIONS_MAX)
    return REFUSE(b, at, "a plan has at most %d operations", AM_OPERATIONS_MAX);
  const int k = p->n_operations++;
  p->operations[k] =
      (am_operation){.kind = kind, .n_in = n, .rows = rows, .trace = -1, .noise = -1};
  for (int i = 0; i < n; i++) b->in[k][i] = in[i], b->values[in[i]].uses++;
  b->base[k] = base;
  if (base >= 0) b->values[base].uses++;
  AM_TRY(add_value(b, &b->out[k], AM_FROM_STEP, -1, rows, at));
  b->values[b->out[k]].producer = k;
  *out = b->out[k];
  return AMINE_OK;
}

static int most_rows(const am_builder *b, const int *in, int n) {
  int rows = 1;
  for (int k = 0; k < n; k++)
    if (b->values[in[k]].rows > rows) rows = b->values[in[k]].rows;
  return rows;
}

static amine_status add_each(am_builder *b, int *out, am_operation_kind kind, const int *in, int n,
                             int at) {
  return add(b, out, kind, most_rows(b, in, n), in, n, -1, at);
}

/* ------------------------------------------------------------------------------ trees */
static amine_status lower(am_builder *b, int *out, int node);

/* a b as two nodes, or a / c as a and a number. */
typedef struct factors {
  int node[2]; /* [1] = -1: the number */
  double number;
} factors;

static bool product_of(const am_builder *b, int node, factors *f) {
  const am_node *n = node_of(b, node);
  double c;
  *f = (factors){{-1, -1}, 1};
  if (n->kind == AM_NODE_MULTIPLY) return f->node[0] = n->a[0], f->node[1] = n->a[1], true;
  if (n->kind != AM_NODE_DIVIDE || !am_builder_constant(b, n->a[1], &c)) return false;
  f->node[0] = n->a[0];
  f->number = 1 / c;
  return true;
}

static amine_status lower_factors(am_builder *b, int in[2], const factors *f, int at) {
  AM_TRY(lower(b, &in[0], f->node[0]));
  return f->node[1] >= 0 ? lower(b, &in[1], f->node[1]) : number_value(b, &in[1], f->number, at);
}

typedef struct term {
  int node;
  bool minus, done;
} term;

static amine_status gather(const am_builder *b, term *terms, int *n, int node, bool minus) {
  const am_node *s = node_of(b, node);
  double c;
  const bool whole = am_builder_constant(b, node, &c);
  if (!whole && s->kind == AM_NODE_NEGATE) return gather(b, terms, n, s->a[0], !minus);
  if (!whole && (s->kind == AM_NODE_ADD || s->kind == AM_NODE_SUBTRACT)) {
    AM_TRY(gather(b, terms, n, s->a[0], minus));
    return gather(b, terms, n, s->a[1], minus != (s->kind == AM_NODE_SUBTRACT));
  }
  if (*n == TERMS_MAX) return REFUSE(b, s->at, "a sum has at most %d terms", TERMS_MAX);
  terms[(*n)++] = (term){node, minus, false};
  return AMINE_OK;
}

static bool is_bias(const am_builder *b, const term *t) {
  const am_symbol *s = symbol_of(b, t->node);
  return !t->minus && !t->done && s && s->kind == AM_SYMBOL_LEARNED && s->shape.rank == 1;
}

/* What stands before @: a learned matrix, a trace and what multiplies it, or the sum of both. */
typedef struct matrix {
  int W, trace, alpha; /* symbols; -1: there is none */
} matrix;

static amine_status take_factor(am_builder *b, matrix *m, int node) {
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

static amine_status matrix_of(am_builder *b, matrix *m, int node) {
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

/* `count` more elements behind the parameters; in LANES none. */
static size_t pack(am_builder *b, size_t count) {
  if (!by_units(b)) return SIZE_MAX;
  const size_t at = b->p->n_packed;
  b->p->n_packed += (count + 15) / 16 * 16;
  return at;
}

static amine_status add_trace(am_builder *b, am_operation *o, const matrix *m, int at) {
  const am_symbol *H = &b->e->symbols[m->trace];
  if (b->trace[m->trace] >= 0) return REFUSE(b, at, "%s has one product, this is another", H->name);
  if (b->p->n_traces == AM_TRACES_MAX)
    return REFUSE(b, at, "a network has at most %d traces", AM_TRACES_MAX);
  o->trace = b->trace[m->trace] = b->p->n_traces;
  am_plan_trace *t = &b->p->traces[b->p->n_traces++];
  *t = (am_plan_trace){.rows = rows_of(b, H->shape), .cols = size_of(b, H->shape.dim[1])};
  memcpy(t->name, H->name, sizeof t->name);
  const size_t panel = am_panel_size(t->rows, t->cols);
  t->w = m->W >= 0 ? b->part[m->W] : pack(b, panel); /* of 0 */
  const am_shape alpha = m->alpha >= 0 ? b->e->symbols[m->alpha].shape : (am_shape){0, {-1, -1}};
  if (alpha.rank == 2) return t->alpha = b->part[m->alpha], AMINE_OK;
  t->alpha = pack(b, panel);
  t->n_few = rows_of(b, alpha);
  t->few = m->alpha >= 0 ? b->part[m->alpha] : SIZE_MAX;
  return AMINE_OK;
}

/* A tensor that multiplies a trace, as a whole. */
static void note_alpha(am_builder *b, const matrix *m) {
  for (int k = 0; m->alpha >= 0 && k < b->p->n_tensors; k++)
    b->p->tensors[k].alpha |= b->p->tensors[k].at == b->part[m->alpha];
}

/* y = matrix x, a new operation. */
static amine_status add_product(am_builder *b, int *out, const am_node *apply) {
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
static amine_status affine_terms(am_builder *b, int *out, term *terms, int n) {
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

static void keep(am_builder *b, int v) {
  b->values[v].kept |= b->values[v].from == AM_FROM_STEP;
  b->values[v].uses++;
}

/* Noise at the sum *out whose products of matrices end with `products`: what the text names is one of
 * its terms, what it does not is added. */
static amine_status disturb(am_builder *b, int *out, int products, const term *terms, int n,
                            int at) {
  am_plan *p = b->p;
  int in[2] = {*out, -1};
  for (int k = 0; b->given >= 0 && k < n; k++)
    if (node_of(b, terms[k].node)->symbol == b->given && !terms[k].minus)
      in[1] = b->of_symbol[b->given];
  if (b->given < 0) AM_TRY(outside_value(b, &in[1], b->values[*out].rows, at));
  if (in[1] < 0) return AMINE_OK;
  const int k = b->given >= 0 ? 0 : p->n_noises; /* one is named, which may enter several sums */
  if (k == AM_NOISES_MAX) return REFUSE(b, at, "noise enters at most %d sums", AM_NOISES_MAX);
  for (int v = products; v >= 0; v = b->base[b->values[v].producer])
    p->operations[b->values[v].producer].noise = k;
  p->n_noises = k + 1;
  b->noises[k][0] = in[1], b->noises[k][1] = -1;
  if (b->given >= 0) return AMINE_OK;
  AM_TRY(add_each(b, out, AM_DO_ADD, in, 2, at));
  keep(b, b->noises[k][1] = *out);
  return AMINE_OK;
}

static bool is_number_one(const am_builder *b, int node) {
  double c;
  return am_builder_constant(b, node, &c) && c == 1;
}

/* 1 - z of a name: its node, or -1 */
static int complement_of(const am_builder *b, int node) {
  const am_node *n = node_of(b, node);
  if (n->kind != AM_NODE_SUBTRACT || !is_number_one(b, n->a[0]) || !symbol_of(b, n->a[1]))
    return -1;
  return n->a[1];
}

/* (1 - z) * a + z * b, in any order: z, a and b as nodes */
static bool is_between(const am_builder *b, const term *terms, int n, int out[3]) {
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
static amine_status begin_sum(am_builder *b, int *out, term *terms, int n, int at) {
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

static amine_status lower_sum(am_builder *b, int *out, int node) {
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
  const int products = *out;
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
  if (products < 0 || !(b->done & AM_PLAN_PERTURBED)) return AMINE_OK;
  return disturb(b, out, products, terms, n, at);
}

/* (x - mean) / sqrt(variance + 1e-5). Ba, Kiros, Hinton 2016, arXiv 1607.06450, with PyTorch's
 * number. */
static amine_status lower_layer_norm(am_builder *b, int *out, int x, int at) {
  int part, small, in[3] = {x, -1, -1};
  AM_TRY(number_value(b, &part, 1.0 / b->values[x].rows, at));
  AM_TRY(number_value(b, &small, 1e-5, at));
  AM_TRY(add(b, &in[0], AM_DO_SUM, 1, in, 1, -1, at));
  in[1] = part;
  AM_TRY(add_each(b, &in[1], AM_DO_MULTIPLY, in, 2, at));
  in[0] = x;
  AM_TRY(add_each(b, &x, AM_DO_SUBTRACT, in, 2, at));
  in[0] = in[1] = x;
  AM_TRY(add(b, &in[0], AM_DO_DOT, 1, in, 2, -1, at));
  in[1] = part, in[2] = small;
  AM_TRY(add_each(b, &in[1], AM_DO_MULTIPLY_ADD, in, 3, at));
  AM_TRY(add_each(b, &in[1], AM_DO_SQRT, &in[1], 1, at));
  in[0] = x;
  return add_each(b, out, AM_DO_DIVIDE, in, 2, at);
}

/* The whole number of at least 1 that argument k is. */
static amine_status whole_argument(am_builder *b, int *out, const am_node *n, int k,
                                   const char *what) {
  double c;
  if (!am_builder_constant(b, n->a[k], &c))
    return REFUSE(b, node_of(b, n->a[k])->at, "the %s of attend is a constant", what);
  if (!(c >= 1 && c <= 65536 && c == floor(c)))
    return REFUSE(b, node_of(b, n->a[k])->at,
                  "the %s of attend is a whole number from 1 to 65536, not %g", what, c);
  return *out = (int)c, AMINE_OK;
}

static amine_status lower_attend(am_builder *b, int *out, const am_node *n) {
  int heads, window = INT_MAX, in[3];
  AM_TRY(whole_argument(b, &heads, n, 3, "number of heads"));
  if (n->n > 4) AM_TRY(whole_argument(b, &window, n, 4, "window"));
  for (int k = 0; k < 3; k++) {
    AM_TRY(lower(b, &in[k], n->a[k]));
    const int rows = b->values[in[k]].rows;
    if (rows % heads != 0)
      return REFUSE(b, node_of(b, n->a[3])->at, "%d heads do not divide the %d elements of %s",
                    heads, rows, k == 2 ? "v" : "q and k");
  }
  for (int k = 1; k < 3; k++) { /* later steps read them in the block */
    if (b->values[in[k]].from != AM_FROM_STEP)
      AM_TRY(add_each(b, &in[k], AM_DO_COPY, &in[k], 1, n->at));
    b->values[in[k]].kept = true;
  }
  b->p->looks_back = true;
  AM_TRY(add(b, out, AM_DO_ATTEND, b->values[in[2]].rows, in, 3, -1, n->at));
  am_operation *o = &b->p->operations[b->p->n_operations - 1];
  o->heads = heads, o->window = window;
  return AMINE_OK;
}

static amine_status lower_call(am_builder *b, int *out, const am_node *n) {
  static const am_operation_kind kinds[AM_N_FUNCTIONS] = {
      [AM_TANH] = AM_DO_TANH,         [AM_SIGMOID] = AM_DO_SIGMOID, [AM_RELU] = AM_DO_RELU,
      [AM_SOFTPLUS] = AM_DO_SOFTPLUS, [AM_EXP] = AM_DO_EXP,         [AM_LOG] = AM_DO_LOG,
      [AM_SQRT] = AM_DO_SQRT,         [AM_ABS] = AM_DO_ABS,         [AM_MIN] = AM_DO_MIN,
      [AM_MAX] = AM_DO_MAX,           [AM_CLIP] = AM_DO_MAX,        [AM_SPIKE] = AM_DO_SPIKE,
      [AM_SUM] = AM_DO_SUM,           [AM_DOT] = AM_DO_DOT,         [AM_SOFTMAX] = AM_DO_SOFTMAX};
  int in[AM_ARGUMENTS_MAX];
  if (n->function == AM_UNIT) return REFUSE(b, n->at, "unit(k, n) is of a constant k");
  if (n->function == AM_ATTEND) return lower_attend(b, out, n);
  for (int k = 0; k < n->n; k++) AM_TRY(lower(b, &in[k], n->a[k]));
  if (n->function == AM_LAYER_NORM) return lower_layer_norm(b, out, in[0], n->at);
  if (n->function == AM_SUM || n->function == AM_DOT)
    return add(b, out, kinds[n->function], 1, in, n->n, -1, n->at);
  if (n->function != AM_CLIP) return add_each(b, out, kinds[n->function], in, n->n, n->at);
  AM_TRY(add_each(b, &in[0], AM_DO_MAX, in, 2, n->at));
  in[1] = in[2];
  return add_each(b, out, AM_DO_MIN, in, 2, n->at);
}

static amine_status lower(am_builder *b, int *out, int node) {
  const am_node *n = node_of(b, node);
  double c;
  factors f;
  int in[2];
  if (am_builder_constant(b, node, &c)) {
    if (!isfinite(c)) return REFUSE(b, n->at, "this is not a number");
    return number_value(b, out, c, n->at);
  }
  if (n->kind == AM_NODE_SYMBOL) return symbol_value(b, out, n->symbol, n->at);
  am_builder_row here = {.row = 0};
  if (am_builder_element(b, node, &here, &c) && here.rows > 0)
    return rows_value(b, out, node, here.rows, n->at);
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

/* ------------------------------------------------------------------------------ the whole text */
const am_needs am_builder_needs[AM_N_OPERATIONS] = {
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
    [AM_DO_ATTEND] = {true, {true, true, true}},
};

/* What is disturbed after a step is not what the way back asks for: it becomes a copy, for all
 * names that stand for it. */
static amine_status set_apart(am_builder *b, int *after) {
  const int symbol = b->e->output;
  const int v = after[symbol] >= 0 ? after[symbol] : b->of_symbol[symbol];
  const am_value *x = v >= 0 ? &b->values[v] : NULL;
  if (!(b->done & AM_PLAN_DISTURBED) || !x || x->from != AM_FROM_STEP ||
      !(am_builder_needs[b->p->operations[x->producer].kind].result || x->uses > 0))
    return AMINE_OK;
  b->said = v;
  AM_TRY(add(b, &b->heard, AM_DO_COPY, x->rows, &v, 1, -1, b->e->symbols[symbol].at));
  for (int k = 0; k < b->e->n_symbols; k++) {
    if (after[k] == v) after[k] = b->heard;
    if (b->of_symbol[k] == v) b->of_symbol[k] = b->heard;
  }
  return AMINE_OK;
}

/* What rows of a state are at first: uniform within what its tree is at either end of `drawn`. */
static amine_status begin_state(am_builder *b, am_plan_state *state, const am_symbol *s) {
  am_plan *p = b->p;
  am_plan_begin *all = am_resize(p->begins, (size_t)(p->n_begins + state->rows), sizeof *all);
  if (!all) return am_fail_memory(b->error, (size_t)state->rows * sizeof *all);
  p->begins = all;
  state->begin = p->n_begins;
  for (int k = 0; k < state->rows; k++) {
    double at[3] = {0};
    for (int i = 0; i < 3 && s->begin >= 0; i++) {
      am_builder_row here = {.row = k, .drawn = 0.5 * i};
      if (!am_builder_element(b, s->begin, &here, &at[i]) || !isfinite(at[i]) ||
          (here.rows > 0 && here.rows != state->rows))
        return REFUSE(b, node_of(b, s->begin)->at, "%s does not begin with a number", s->name);
    }
    all[p->n_begins++] = (am_plan_begin){at[1], at[2] - at[1]};
    p->is_drawn |= at[2] != at[1];
    if (fabs(at[0] - 2 * at[1] + at[2]) > 1e-6 * (fabs(at[0]) + fabs(at[2])))
      return REFUSE(b, node_of(b, s->begin)->at, "%s is not linear in drawn", s->name);
  }
  return AMINE_OK;
}

static amine_status keep_state(am_builder *b, int symbol, int v, int at) {
  am_plan *p = b->p;
  const am_symbol *s = &b->e->symbols[symbol];
  const int rows = rows_of(b, s->shape);
  if (b->values[v].from != AM_FROM_STEP || b->values[v].rows != rows)
    AM_TRY(add(b, &v, AM_DO_COPY, rows, &v, 1, -1, at));
  if (p->n_states == AM_STATES_MAX)
    return REFUSE(b, at, "a network has at most %d states", AM_STATES_MAX);
  b->values[v].kept = true;
  b->values[v].uses++;
  am_plan_state *state = &p->states[p->n_states++];
  *state = (am_plan_state){.row = v, .rows = rows}; /* rows are given later */
  memcpy(state->name, s->name, sizeof state->name);
  return begin_state(b, state, s);
}

/* The name under which a symbol is recorded beside M; NULL: it is not. */
static const char *told_name(const am_equations *e, const am_symbol *s) {
  const char *name =
      am_equations_own_name(s->kind == AM_SYMBOL_GIVEN ? am_equations_given_name(e, s) : s->name);
  const int modulator = am_equations_modulator(e, s->name);
  const bool is_M = strcmp(name, "M") == 0;
  if (s->kind == AM_SYMBOL_GIVEN) return s->shape.rank == 0 && !is_M ? name : NULL;
  if (modulator < 0) /* a signal that the network's own text writes */
    return s->kind == AM_SYMBOL_VALUE && strncmp(name, "M_", 2) == 0 ? name : NULL;
  if (!is_M && strncmp(name, "M_", 2) != 0) return NULL;
  if (modulator > 0) return s->name;
  return is_M ? NULL : name; /* plan->level is that one */
}

/* What is recorded beside M, each name once. */
static void tell(am_builder *b) {
  am_plan *p = b->p;
  for (int k = 0; k < b->e->n_symbols && p->n_told < AM_TOLD_MAX; k++) {
    const char *name = told_name(b->e, &b->e->symbols[k]);
    bool known = !name || b->of_symbol[k] < 0;
    for (int i = 0; i < p->n_told && !known; i++) known = strcmp(p->told[i].name, name) == 0;
    if (known) continue;
    memmove(p->told[p->n_told].name, name, strlen(name) + 1);
    p->told[p->n_told].rank = b->e->symbols[k].shape.rank;
    b->told[p->n_told++] = b->of_symbol[k];
    keep(b, b->of_symbol[k]);
  }
}

/* All that has a name, states first: not the halves of an expression, and not what is learned. */
static amine_status see(am_builder *b) {
  am_plan *p = b->p;
  const am_equations *e = b->e;
  if (!(b->done & AM_PLAN_SEEN)) return AMINE_OK;
  p->seen = am_alloc((size_t)(p->n_states + e->n_symbols), sizeof *p->seen);
  if (!p->seen) return am_fail_memory(b->error, (size_t)e->n_symbols * sizeof *p->seen);
  for (int k = 0; k < p->n_states; k++) {
    memcpy(p->seen[k].name, p->states[k].name, sizeof p->seen[k].name);
    p->seen[k].rank = e->symbols[am_equations_find(e, p->states[k].name)].shape.rank;
    b->seen[p->n_seen++] = p->states[k].row; /* a value, until rows are given */
  }
  for (int k = 0; k < e->n_symbols; k++) {
    const am_symbol *s = &e->symbols[k];
    const bool given = s->kind == AM_SYMBOL_GIVEN && s->shape.rank == 0;
    if ((s->kind != AM_SYMBOL_VALUE && !given) || b->of_symbol[k] < 0) continue;
    memcpy(p->seen[p->n_seen].name, s->name, sizeof s->name);
    p->seen[p->n_seen].rank = s->shape.rank;
    keep(b, b->seen[p->n_seen++] = b->of_symbol[k]);
  }
  return AMINE_OK;
}

/* What traces take up: values that stay as they are until the next step. */
static amine_status lower_rules(am_builder *b) {
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
      b->within = i == 1; /* pre is what the product reads */
      AM_TRY(lower(b, &b->ends[trace][i], n->a[i]));
      b->within = 0;
      keep(b, b->ends[trace][i]);
    }
  }
  const int M = am_equations_find(e, "modulator.M");
  b->p->has_level = M >= 0 && b->of_symbol[M] >= 0;
  if (b->p->has_level) keep(b, b->level = b->of_symbol[M]);
  if (!e->is_rule) tell(b);
  return see(b);
}

/* What shows what noise did that the text names: the first state of its size. */
static amine_status find_posts(am_builder *b) {
  const am_plan *p = b->p;
  for (int k = 0; k < p->n_noises; k++)
    for (int s = 0; b->noises[k][1] < 0 && s <= p->n_states; s++) {
      if (s == p->n_states)
        return REFUSE(b, b->e->symbols[b->given].at, "no state is as long as %s",
                      b->e->symbols[b->given].name);
      if (p->states[s].rows == b->values[b->noises[k][0]].rows) b->noises[k][1] = p->states[s].row;
    }
  return AMINE_OK;
}

amine_status am_builder_operations(am_builder *b) {
  const am_equations *e = b->e;
  int after[AM_SYMBOLS_MAX];
  for (int k = 0; k < e->n_symbols; k++)
    if (e->symbols[k].kind == AM_SYMBOL_GIVEN && e->symbols[k].shape.rank == 1 && b->given < 0)
      b->given = k;
  for (int k = 0; k < e->n_symbols; k++) b->of_symbol[k] = after[k] = b->trace[k] = -1;
  for (int k = 0; k < e->n_assignments; k++) {
    const am_assignment *a = &e->assignments[k];
    if (node_of(b, a->node)->kind == AM_NODE_RULE) continue;
    AM_TRY(lower(b, a->update ? &after[a->symbol] : &b->of_symbol[a->symbol], a->node));
  }
  AM_TRY(set_apart(b, after));
  for (int k = 0; k < e->n_symbols; k++) /* states in the order of the text */
    if (after[k] >= 0) AM_TRY(keep_state(b, k, after[k], e->symbols[k].at));
  const am_symbol *o = &e->symbols[e->output];
  int v = -1;
  for (int k = 0; k < b->p->n_states; k++)
    if (o->kind == AM_SYMBOL_STATE && strcmp(b->p->states[k].name, o->name) == 0)
      v = b->p->states[k].row;
  if (v < 0) AM_TRY(symbol_value(b, &v, e->output, o->at));
  if (b->values[v].from != AM_FROM_STEP)
    AM_TRY(add(b, &v, AM_DO_COPY, b->values[v].rows, &v, 1, -1, o->at));
  b->values[v].kept = true;
  b->values[v].uses++;
  b->p->output = v;
  AM_TRY(find_posts(b));
  return lower_rules(b);
}
