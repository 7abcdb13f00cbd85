#include "plain.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ELEMENTS = 512 };

typedef struct array {
  int rank, n[2];
  double v[ELEMENTS];
} array;

static int size_of(const plain *p, int dim) { return p->size[am_equations_size(p->e, dim)]; }

static size_t elements(const plain *p, am_shape s) {
  size_t n = 1;
  for (int k = 0; k < s.rank; k++) n *= (size_t)size_of(p, s.dim[k]);
  return n;
}

void plain_open(plain *p, const am_equations *e, int n_inputs, int n_units) {
  *p = (plain){.e = e, .drawn = 0.5};
  for (int k = 0; k < e->n_sizes; k++)
    p->size[k] = e->sizes[k].number                                         ? e->sizes[k].number
                 : strcmp(e->sizes[k].name, e->symbols[e->input].name) == 0 ? n_inputs
                                                                            : n_units;
  for (int k = 0; k < e->n_nodes; k++) {
    const bool attends = e->nodes[k].kind == AM_NODE_CALL && e->nodes[k].function == AM_ATTEND;
    if (attends) p->past[k] = calloc(PLAIN_STEPS * 2 * ELEMENTS, sizeof(double));
    assert(!attends || p->past[k]);
  }
  size_t at = 0;
  for (int t = 0; t < e->n_tensors; t++) {
    at = (at + 15) / 16 * 16;
    for (int k = 0; k < e->n_symbols; k++)
      if (e->symbols[k].kind == AM_SYMBOL_LEARNED && e->symbols[k].tensor == t)
        p->part[k] = at, at += elements(p, e->symbols[k].shape);
  }
  for (int k = 0; k < e->n_symbols; k++) {
    const am_symbol *s = &e->symbols[k];
    p->constant[k] = s->standard;
    if (s->kind == AM_SYMBOL_LEARNED) continue;
    p->values[k] = calloc(elements(p, s->shape), sizeof(double));
    p->next[k] = calloc(elements(p, s->shape), sizeof(double));
    assert(p->values[k] && p->next[k]);
  }
}

void plain_close(plain *p) {
  for (int k = 0; k < p->e->n_symbols; k++) free(p->values[k]), free(p->next[k]);
  for (int k = 0; k < p->e->n_nodes; k++) free(p->past[k]);
}

size_t plain_parameters(const plain *p) {
  size_t most = 0;
  for (int k = 0; k < p->e->n_symbols; k++) {
    const am_symbol *s = &p->e->symbols[k];
    if (s->kind == AM_SYMBOL_LEARNED && p->part[k] + elements(p, s->shape) > most)
      most = p->part[k] + elements(p, s->shape);
  }
  return (most + 15) / 16 * 16;
}

/* ------------------------------------------------------------------------------ trees */
static double at(const array *a, int i, int j) {
  return a->rank == 0 ? a->v[0] : a->rank == 1 ? a->v[i] : a->v[i * a->n[1] + j];
}

static double function(am_function f, double a, double b, double c) {
  switch (f) {
  case AM_TANH: return tanh(a);
  case AM_SIGMOID: return 1 / (1 + exp(-a));
  case AM_RELU: return a > 0 ? a : 0;
  case AM_SOFTPLUS: return log1p(exp(a));
  case AM_EXP: return exp(a);
  case AM_LOG: return log(a);
  case AM_SQRT: return sqrt(a);
  case AM_ABS: return fabs(a);
  case AM_MIN: return a < b ? a : b;
  case AM_MAX: return a > b ? a : b;
  case AM_CLIP: return a < b ? b : a > c ? c : a;
  case AM_SPIKE: return a > 0;
  default: abort();
  }
}

static void evaluate(const plain *p, int node, array *out);

static void layer_norm(const array *a, array *out) {
  const int n = a->n[0];
  double mean = 0, variance = 0;
  *out = *a;
  for (int k = 0; k < n; k++) mean += a->v[k] / n;
  for (int k = 0; k < n; k++) variance += (a->v[k] - mean) * (a->v[k] - mean) / n;
  for (int k = 0; k < n; k++) out->v[k] = (a->v[k] - mean) / sqrt(variance + 1e-5);
}

static void over_all(am_function f, const array *a, const array *b, array *out) {
  double all = 0, top = -INFINITY;
  out->rank = 0;
  for (int k = 0; k < a->n[0]; k++) {
    if (f == AM_SUM) all += a->v[k];
    if (f == AM_DOT) all += a->v[k] * b->v[k];
    if (a->v[k] > top) top = a->v[k];
  }
  out->v[0] = all;
  if (f == AM_LAYER_NORM) layer_norm(a, out);
  if (f != AM_SOFTMAX) return;
  *out = *a;
  for (int k = 0; k < a->n[0]; k++) all += out->v[k] = exp(a->v[k] - top);
  for (int k = 0; k < a->n[0]; k++) out->v[k] /= all;
}

/* Vaswani et al. 2017: the weights of all steps, then the mean of their values. */
static void attend(const plain *p, int node, const array *in, array *out) {
  const array *q = &in[0], *v = &in[2];
  const int heads = (int)in[3].v[0], d = q->n[0] / heads, m = v->n[0] / heads;
  const int window = p->e->nodes[node].n > 4 ? (int)in[4].v[0] : PLAIN_STEPS;
  const int first = p->t + 1 > window ? p->t + 1 - window : 0;
  double *keys = p->past[node], *values = keys + PLAIN_STEPS * ELEMENTS;
  assert(p->t < PLAIN_STEPS);
  memcpy(keys + p->t * ELEMENTS, in[1].v, sizeof in[1].v);
  memcpy(values + p->t * ELEMENTS, v->v, sizeof v->v);
  *out = *v;
  for (int h = 0; h < heads; h++) {
    double weight[PLAIN_STEPS], all = 0;
    for (int s = first; s <= p->t; s++) {
      double product = 0;
      for (int i = 0; i < d; i++) product += q->v[h * d + i] * keys[s * ELEMENTS + h * d + i];
      all += weight[s] = exp(product / sqrt(d));
    }
    for (int i = h * m; i < (h + 1) * m; i++) {
      out->v[i] = 0;
      for (int s = first; s <= p->t; s++) out->v[i] += weight[s] / all * values[s * ELEMENTS + i];
    }
  }
}

static void apply(const array *W, const array *x, array *out) {
  out->rank = 1, out->n[0] = W->n[0], out->n[1] = 1;
  memset(out->v, 0, (size_t)W->n[0] * sizeof *out->v);
  for (int i = 0; i < W->n[0]; i++)
    for (int j = 0; j < W->n[1]; j++) out->v[i] += W->v[i * W->n[1] + j] * x->v[j];
}

static void of_symbol(const plain *p, int symbol, array *out) {
  const am_symbol *s = &p->e->symbols[symbol];
  out->rank = s->shape.rank, out->n[0] = out->n[1] = 1;
  for (int k = 0; k < s->shape.rank; k++) out->n[k] = size_of(p, s->shape.dim[k]);
  if (s->kind == AM_SYMBOL_CONSTANT) out->v[0] = p->constant[symbol];
  else
    memcpy(out->v,
           s->kind == AM_SYMBOL_LEARNED ? p->parameters + p->part[symbol] : p->values[symbol],
           elements(p, s->shape) * sizeof(double));
}

static void evaluate(const plain *p, int node, array *out) {
  const am_node *n = &p->e->nodes[node];
  out->rank = 0;
  out->v[0] = n->number;
  if (n->kind == AM_NODE_DRAWN) out->v[0] = p->drawn;
  if (n->kind == AM_NODE_SIZE) out->v[0] = size_of(p, n->a[0]);
  if (n->kind == AM_NODE_NUMBER || n->kind == AM_NODE_DRAWN || n->kind == AM_NODE_SIZE) return;
  if (n->kind == AM_NODE_SYMBOL) {
    of_symbol(p, n->symbol, out);
    return;
  }
  array a[AM_ARGUMENTS_MAX];
  for (int k = 0; k < AM_ARGUMENTS_MAX; k++) a[k].rank = 0, a[k].v[0] = 0;
  for (int k = 0; k < n->n; k++) evaluate(p, n->a[k], &a[k]);
  if (n->kind == AM_NODE_CALL && n->function == AM_UNIT) {
    out->rank = 1, out->n[0] = (int)a[1].v[0], out->n[1] = 1;
    for (int i = 0; i < out->n[0]; i++) out->v[i] = i == a[0].v[0];
  } else if (n->kind == AM_NODE_APPLY) apply(&a[0], &a[1], out);
  else if (n->kind == AM_NODE_CALL && n->function == AM_ATTEND) attend(p, node, a, out);
  else if (n->kind == AM_NODE_CALL && n->function >= AM_SUM)
    over_all(n->function, &a[0], &a[1], out);
  else {
    int most = 0;
    for (int k = 1; k < n->n; k++) most = a[k].rank > a[most].rank ? k : most;
    out->rank = a[most].rank;
    memcpy(out->n, a[most].n, sizeof out->n);
    for (int i = 0; i < (out->rank > 0 ? out->n[0] : 1); i++)
      for (int j = 0; j < (out->rank > 1 ? out->n[1] : 1); j++) {
        const double x = at(&a[0], i, j), y = at(&a[1], i, j), z = at(&a[2], i, j);
        out->v[out->rank > 1 ? i * out->n[1] + j : i] = n->kind == AM_NODE_NEGATE     ? -x
                                                        : n->kind == AM_NODE_ADD      ? x + y
                                                        : n->kind == AM_NODE_SUBTRACT ? x - y
                                                        : n->kind == AM_NODE_MULTIPLY ? x * y
                                                        : n->kind == AM_NODE_DIVIDE
                                                            ? x / y
                                                            : function(n->function, x, y, z);
      }
  }
}

/* ------------------------------------------------------------------------------ steps */
static void assign(plain *p) {
  const am_equations *e = p->e;
  array a;
  for (int k = 0; k < e->n_assignments; k++) {
    const am_assignment *s = &e->assignments[k];
    const size_t n = elements(p, e->symbols[s->symbol].shape);
    evaluate(p, s->node, &a);
    for (size_t i = 0; i < n; i++)
      (s->update ? p->next : p->values)[s->symbol][i] = a.v[a.rank == 0 ? 0 : i];
  }
}

void plain_begin(plain *p) {
  p->t = 0;
  assign(p); /* values that are constants, which first values may be made of */
  for (int k = 0; k < p->e->n_symbols; k++) {
    const am_symbol *s = &p->e->symbols[k];
    array a = {0};
    if (s->kind != AM_SYMBOL_STATE && s->kind != AM_SYMBOL_TRACE) continue;
    if (s->begin >= 0) evaluate(p, s->begin, &a);
    for (size_t i = 0; i < elements(p, s->shape); i++) p->values[k][i] = a.v[a.rank == 0 ? 0 : i];
  }
}

void plain_step(plain *p, const double *input) {
  const am_equations *e = p->e;
  memcpy(p->values[e->input], input, elements(p, e->symbols[e->input].shape) * sizeof *input);
  assign(p);
  for (int k = 0; k < e->n_symbols; k++)
    if (e->symbols[k].update >= 0)
      memcpy(p->values[k], p->next[k], elements(p, e->symbols[k].shape) * sizeof(double));
  p->t++;
}

const double *plain_output(const plain *p, int *n) {
  *n = (int)elements(p, p->e->symbols[p->e->output].shape);
  return p->values[p->e->output];
}
