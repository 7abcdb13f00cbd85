/* Values of a neuron's program (see neuron_values.h). Sums and products stay in the order of the
 * text, but that what is known earlier (numbers at set-up, then those of a step) is multiplied first,
 * and dividing by such a number is multiplying. */
#include "equation/neuron_values.h"

#include <string.h>

static const am_neuron_value *at(const am_neuron_values *b, int v) { return &b->p->values[v]; }
static int rate(const am_neuron_values *b, int v) { return at(b, v)->rate; }
static bool is_early(const am_neuron_values *b, int v) { return rate(b, v) < AM_EACH_NEURON; }

/* Whether what stands in `in` are values. */
static bool is_operation(am_neuron_do kind) { return kind >= AM_NEURON_COPY; }

static am_neuron_rate first_rate(am_neuron_do kind) {
  switch (kind) {
  case AM_NEURON_GAIN:
  case AM_NEURON_THRESHOLD:
  case AM_NEURON_SHARED: return AM_EACH_STEP;
  case AM_NEURON_STATE:
  case AM_NEURON_ARRIVED:
  case AM_NEURON_CURRENT:
  case AM_NEURON_EACH:
  case AM_NEURON_FIRED:
  case AM_NEURON_CHANCE: return AM_EACH_NEURON;
  default: return AM_AT_SETUP;
  }
}

/* A value that is as said, an old one if there is one. */
static int put(am_neuron_values *b, am_neuron_value x) {
  am_neuron_program *p = b->p;
  uint32_t states = x.kind == AM_NEURON_STATE ? 1u << x.in[0] : 0;
  x.rate = (uint8_t)first_rate((am_neuron_do)x.kind);
  for (int k = 0; k < x.n_in && is_operation((am_neuron_do)x.kind); k++) {
    states |= b->states[x.in[k]];
    if (rate(b, x.in[k]) > x.rate) x.rate = p->values[x.in[k]].rate;
  }
  for (int v = 0; v < p->n_values; v++)
    if (memcmp(&p->values[v], &x, sizeof x) == 0) return v;
  if (p->n_values == AM_NEURON_VALUES) return b->full = true, 0;
  b->states[p->n_values] = states;
  p->values[p->n_values] = x;
  return p->n_values++;
}

static am_neuron_value blank(am_neuron_do kind, int n_in) {
  am_neuron_value x;
  memset(&x, 0, sizeof x); /* all of it is compared */
  x.kind = (uint8_t)kind;
  x.n_in = (uint8_t)n_in;
  return x;
}

int am_values_number(am_neuron_values *b, double number) {
  am_neuron_value x = blank(AM_NEURON_NUMBER, 0);
  x.number = number == 0 ? 0 : number; /* one zero */
  return put(b, x);
}

int am_values_leaf(am_neuron_values *b, am_neuron_do kind, int which) {
  am_neuron_value x = blank(kind, 1);
  x.in[0] = (int16_t)which;
  return put(b, x);
}

int am_values_propagator(am_neuron_values *b, int form, int i, int j) {
  am_neuron_value x = blank(AM_NEURON_PROPAGATOR, 3);
  x.in[0] = (int16_t)form, x.in[1] = (int16_t)i, x.in[2] = (int16_t)j;
  return put(b, x);
}

static int operation(am_neuron_values *b, am_neuron_do kind, int n, const int *in) {
  am_neuron_value x = blank(kind, n);
  for (int k = 0; k < n; k++) x.in[k] = (int16_t)in[k];
  return put(b, x);
}
#define OPERATION(b, kind, n, ...) operation(b, kind, n, (const int[]){__VA_ARGS__})

static bool is_number(const am_neuron_values *b, int v) {
  return at(b, v)->kind == AM_NEURON_NUMBER;
}
static bool is_kind(const am_neuron_values *b, int v, am_neuron_do kind) {
  return at(b, v)->kind == kind;
}
static int operand(const am_neuron_values *b, int v, int k) { return at(b, v)->in[k]; }

static int add(am_neuron_values *b, int x, int y);
static int multiply(am_neuron_values *b, int x, int y);

static int negate(am_neuron_values *b, int x) {
  if (is_number(b, x)) return am_values_number(b, -at(b, x)->number);
  if (is_kind(b, x, AM_NEURON_NEGATE)) return operand(b, x, 0);
  if (is_kind(b, x, AM_NEURON_SUBTRACT))
    return OPERATION(b, AM_NEURON_SUBTRACT, 2, operand(b, x, 1), operand(b, x, 0));
  if (is_kind(b, x, AM_NEURON_MULTIPLY) && is_early(b, operand(b, x, 0)) && !is_early(b, x))
    return multiply(b, negate(b, operand(b, x, 0)), operand(b, x, 1));
  return OPERATION(b, AM_NEURON_NEGATE, 1, x);
}

static int subtract(am_neuron_values *b, int x, int y) {
  if (is_number(b, x) && is_number(b, y))
    return am_values_number(b, at(b, x)->number - at(b, y)->number);
  if (am_values_is(b, y, 0)) return x;
  if (am_values_is(b, x, 0)) return negate(b, y);
  if (x == y) return am_values_number(b, 0);
  if (is_kind(b, y, AM_NEURON_NEGATE)) return add(b, x, operand(b, y, 0));
  return OPERATION(b, AM_NEURON_SUBTRACT, 2, x, y);
}

static int add(am_neuron_values *b, int x, int y) {
  if (is_number(b, x) && is_number(b, y))
    return am_values_number(b, at(b, x)->number + at(b, y)->number);
  if (am_values_is(b, x, 0)) return y;
  if (am_values_is(b, y, 0)) return x;
  if (is_kind(b, y, AM_NEURON_NEGATE)) return subtract(b, x, operand(b, y, 0));
  if (is_kind(b, x, AM_NEURON_NEGATE)) return subtract(b, y, operand(b, x, 0));
  return OPERATION(b, AM_NEURON_ADD, 2, x, y);
}

static int multiply(am_neuron_values *b, int x, int y) {
  if (is_number(b, x) && is_number(b, y))
    return am_values_number(b, at(b, x)->number * at(b, y)->number);
  if (am_values_is(b, x, 0) || am_values_is(b, y, 0)) return am_values_number(b, 0);
  if (am_values_is(b, x, 1)) return y;
  if (am_values_is(b, y, 1)) return x;
  if (rate(b, x) > rate(b, y)) return multiply(b, y, x);
  if (is_kind(b, y, AM_NEURON_MULTIPLY) && rate(b, operand(b, y, 0)) < rate(b, y)) {
    const int first = operand(b, y, 0), rest = operand(b, y, 1);
    if (rate(b, x) < rate(b, y)) return multiply(b, multiply(b, x, first), rest);
    return multiply(b, first, multiply(b, x, rest));
  }
  if (is_kind(b, x, AM_NEURON_MULTIPLY) && rate(b, operand(b, x, 0)) < rate(b, x) &&
      rate(b, x) == rate(b, y))
    return multiply(b, operand(b, x, 0), multiply(b, operand(b, x, 1), y));
  return OPERATION(b, AM_NEURON_MULTIPLY, 2, x, y);
}

static int divide(am_neuron_values *b, int x, int y) {
  if (am_values_is(b, x, 0)) return x;
  if (am_values_is(b, y, 1)) return x;
  if (rate(b, y) < rate(b, x))
    return multiply(b, OPERATION(b, AM_NEURON_DIVIDE, 2, am_values_number(b, 1), y), x);
  return OPERATION(b, AM_NEURON_DIVIDE, 2, x, y);
}

int am_values_one(am_neuron_values *b, am_neuron_do kind, int x) {
  return kind == AM_NEURON_NEGATE ? negate(b, x) : OPERATION(b, kind, 1, x);
}

int am_values_two(am_neuron_values *b, am_neuron_do kind, int x, int y) {
  switch (kind) {
  case AM_NEURON_ADD: return add(b, x, y);
  case AM_NEURON_SUBTRACT: return subtract(b, x, y);
  case AM_NEURON_MULTIPLY: return multiply(b, x, y);
  case AM_NEURON_DIVIDE: return divide(b, x, y);
  default: return OPERATION(b, kind, 2, x, y);
  }
}

int am_values_select(am_neuron_values *b, int left, int right, int yes, int no) {
  if (yes == no) return yes;
  if (is_number(b, left) && is_number(b, right))
    return at(b, left)->number < at(b, right)->number ? yes : no;
  return OPERATION(b, AM_NEURON_SELECT, 4, left, right, yes, no);
}

/* ------------------------------------------------------------------------------ of a text */
static int parameter_of(const am_equations *e, int symbol) {
  int n = 0;
  for (int k = 0; k < symbol; k++) n += e->symbols[k].kind == AM_SYMBOL_CONSTANT;
  return n;
}

static int given_of(am_neuron_values *b, const char *name) {
  if (strcmp(name, "dt") == 0) return am_values_leaf(b, AM_NEURON_DT, 0);
  if (strcmp(name, "gain") == 0) return am_values_leaf(b, AM_NEURON_GAIN, 0);
  if (strcmp(name, "fired") == 0) return am_values_leaf(b, AM_NEURON_ARRIVED, 0);
  if (strcmp(name, "w_min") == 0) return am_values_leaf(b, AM_NEURON_PARAMETER, 0);
  if (strcmp(name, "w_max") == 0) return am_values_leaf(b, AM_NEURON_PARAMETER, 1);
  return am_values_leaf(b, AM_NEURON_THRESHOLD, 0);
}

/* I, and what arrives: multiplied by the gain. */
static int input_of(am_neuron_values *b, int symbol) {
  const am_neuron_text *t = b->text;
  int x;
  int further = 0;
  while (further < t->n_receptors && symbol != t->receptor[further]) further++;
  if (symbol == t->input) x = am_values_leaf(b, AM_NEURON_CURRENT, 0);
  else if (further < t->n_receptors) x = am_values_leaf(b, AM_NEURON_ARRIVED, 2 + further);
  else x = am_values_leaf(b, AM_NEURON_ARRIVED, symbol != t->arrival[0]);
  if (symbol == t->arrival[0] && t->arrival[1] < 0)
    x = add(b, x, am_values_leaf(b, AM_NEURON_ARRIVED, 1));
  return multiply(b, am_values_leaf(b, AM_NEURON_GAIN, 0), x);
}

static int constant_of(am_neuron_values *b, int symbol) {
  for (int k = 0; k < b->text->n_each; k++)
    if (b->text->each[k] == symbol) return am_values_leaf(b, AM_NEURON_EACH, k);
  return am_values_leaf(b, AM_NEURON_PARAMETER,
                        b->text->first_parameter + parameter_of(b->text->e, symbol));
}

static int value_of(am_neuron_values *b, int symbol) {
  const am_equations *e = b->text->e;
  if (b->named[symbol] >= 0) return b->named[symbol];
  int k = 0;
  while (e->assignments[k].symbol != symbol) k++;
  const int v = am_values_of(b, e->assignments[k].node);
  return b->named[symbol] = (int16_t)v, v;
}

static int symbol_of(am_neuron_values *b, int symbol) {
  const am_neuron_text *t = b->text;
  const am_symbol *s = &t->e->symbols[symbol];
  int state = 0;
  if (b->instead && b->instead[symbol] >= 0) return b->instead[symbol];
  switch (s->kind) {
  case AM_SYMBOL_STATE:
    while (t->state[state] != symbol) state++;
    return b->now[state];
  case AM_SYMBOL_CONSTANT: return constant_of(b, symbol);
  case AM_SYMBOL_INPUT: return input_of(b, symbol);
  case AM_SYMBOL_GIVEN: return given_of(b, s->name);
  default: return value_of(b, symbol);
  }
}

static int absolute(am_neuron_values *b, int x) { return OPERATION(b, AM_NEURON_ABS, 1, x); }

/* log(1 + e^x), without overflow */
static int softplus(am_neuron_values *b, int x) {
  const int zero = am_values_number(b, 0), one = am_values_number(b, 1);
  const int e = OPERATION(b, AM_NEURON_EXP, 1, negate(b, absolute(b, x)));
  const int log = OPERATION(b, AM_NEURON_LOG, 1, add(b, one, e));
  return add(b, OPERATION(b, AM_NEURON_MAX, 2, x, zero), log);
}

static int call_of(am_neuron_values *b, const am_node *n) {
  int a[4] = {0};
  for (int k = 0; k < n->n; k++) a[k] = am_values_of(b, n->a[k]);
  const int zero = am_values_number(b, 0), one = am_values_number(b, 1);
  switch ((int)n->function) {
  case AM_TANH: return am_values_one(b, AM_NEURON_TANH, a[0]);
  case AM_SIGMOID: return am_values_one(b, AM_NEURON_SIGMOID, a[0]);
  case AM_RELU: return am_values_two(b, AM_NEURON_MAX, a[0], zero);
  case AM_SOFTPLUS: return softplus(b, a[0]);
  case AM_EXP: return am_values_one(b, AM_NEURON_EXP, a[0]);
  case AM_LOG: return am_values_one(b, AM_NEURON_LOG, a[0]);
  case AM_SQRT: return am_values_one(b, AM_NEURON_SQRT, a[0]);
  case AM_ABS: return absolute(b, a[0]);
  case AM_MIN: return am_values_two(b, AM_NEURON_MIN, a[0], a[1]);
  case AM_MAX: return am_values_two(b, AM_NEURON_MAX, a[0], a[1]);
  case AM_CLIP:
    return am_values_two(b, AM_NEURON_MIN, am_values_two(b, AM_NEURON_MAX, a[0], a[1]), a[2]);
  case AM_SPIKE: return am_values_select(b, zero, a[0], one, zero);
  case AM_WHERE: return am_values_select(b, a[0], a[1], a[2], a[3]);
  default: return am_values_one(b, AM_NEURON_EXPREL, a[0]);
  }
}

int am_values_of(am_neuron_values *b, int node) {
  const am_node *n = &b->text->e->nodes[node];
  if (n->kind == AM_NODE_NUMBER) return am_values_number(b, n->number);
  if (n->kind == AM_NODE_SYMBOL) return symbol_of(b, n->symbol);
  if (n->kind == AM_NODE_CALL) return call_of(b, n);
  const int x = am_values_of(b, n->a[0]);
  if (n->kind == AM_NODE_NEGATE) return negate(b, x);
  const int y = am_values_of(b, n->a[1]);
  switch (n->kind) {
  case AM_NODE_ADD: return add(b, x, y);
  case AM_NODE_SUBTRACT: return subtract(b, x, y);
  case AM_NODE_MULTIPLY: return multiply(b, x, y);
  default: return divide(b, x, y);
  }
}

void am_values_forget(am_neuron_values *b) {
  for (int k = 0; k < AM_SYMBOLS_MAX; k++) b->named[k] = -1;
}

/* ------------------------------------------------------------------------------ derivatives */
static int derive(am_neuron_values *b, int of, int by);

/* (e^x - exprel x) / x, by its series where that loses digits */
static int exprel_slope(am_neuron_values *b, int x, int exprel) {
  static const double series[] = {1.0 / 840, 1.0 / 144, 1.0 / 30, 1.0 / 8, 1.0 / 3, 1.0 / 2};
  const int one = am_values_number(b, 1);
  int near = am_values_number(b, series[0]);
  for (int k = 1; k < 6; k++) near = add(b, multiply(b, near, x), am_values_number(b, series[k]));
  const int safe = am_values_select(b, absolute(b, x), am_values_number(b, 0.1), one, x);
  const int far = divide(b, subtract(b, add(b, one, multiply(b, x, exprel)), exprel), safe);
  return am_values_select(b, absolute(b, x), am_values_number(b, 0.1), near, far);
}

/* The derivative of a function of x, by x. */
static int outer_slope(am_neuron_values *b, int v) {
  const int x = operand(b, v, 0), one = am_values_number(b, 1), zero = am_values_number(b, 0);
  switch ((am_neuron_do)at(b, v)->kind) {
  case AM_NEURON_COPY: return one;
  case AM_NEURON_EXP: return v;
  case AM_NEURON_LOG: return divide(b, one, x);
  case AM_NEURON_SQRT: return divide(b, am_values_number(b, 0.5), v);
  case AM_NEURON_TANH: return subtract(b, one, multiply(b, v, v));
  case AM_NEURON_SIGMOID: return multiply(b, v, subtract(b, one, v));
  case AM_NEURON_EXPREL: return exprel_slope(b, x, v);
  case AM_NEURON_ABS: return am_values_select(b, x, zero, am_values_number(b, -1), one);
  default: return zero;
  }
}

static int derive_anew(am_neuron_values *b, int of, int by) {
  const am_neuron_value v = *at(b, of); /* the array may not be held while others are made */
  if (of == by) return am_values_number(b, 1);
  if (!is_operation((am_neuron_do)v.kind)) return am_values_number(b, 0);
  int d[4] = {0};
  bool any = false;
  for (int k = 0; k < v.n_in; k++) {
    d[k] = derive(b, v.in[k], by);
    any |= !am_values_is(b, d[k], 0);
  }
  if (!any) return am_values_number(b, 0);
  switch ((am_neuron_do)v.kind) {
  case AM_NEURON_NEGATE: return negate(b, d[0]);
  case AM_NEURON_ADD: return add(b, d[0], d[1]);
  case AM_NEURON_SUBTRACT: return subtract(b, d[0], d[1]);
  case AM_NEURON_MULTIPLY: return add(b, multiply(b, d[0], v.in[1]), multiply(b, v.in[0], d[1]));
  case AM_NEURON_DIVIDE: return divide(b, subtract(b, d[0], multiply(b, of, d[1])), v.in[1]);
  case AM_NEURON_MIN: return am_values_select(b, v.in[0], v.in[1], d[0], d[1]);
  case AM_NEURON_MAX: return am_values_select(b, v.in[0], v.in[1], d[1], d[0]);
  case AM_NEURON_SELECT: return am_values_select(b, v.in[0], v.in[1], d[2], d[3]);
  default: return multiply(b, outer_slope(b, of), d[0]);
  }
}

static int derive(am_neuron_values *b, int of, int by) {
  if (b->derived[of] < 0) b->derived[of] = (int16_t)derive_anew(b, of, by);
  return b->derived[of];
}

int am_values_derivative(am_neuron_values *b, int of, int by) {
  for (int v = 0; v < AM_NEURON_VALUES; v++) b->derived[v] = -1;
  return derive(b, of, by);
}

int am_values_where(am_neuron_values *b, int of, int left, int right) {
  const am_neuron_value v = *at(b, of);
  if (v.kind == AM_NEURON_SELECT && v.in[0] == left && v.in[1] == right) return v.in[2];
  if (v.kind != AM_NEURON_ADD && v.kind != AM_NEURON_SUBTRACT) return of;
  const int x = am_values_where(b, v.in[0], left, right);
  const int y = am_values_where(b, v.in[1], left, right);
  return am_values_two(b, (am_neuron_do)v.kind, x, y);
}
