/* What is of a rule's text alone: which side of a connection a value is of, and the order of
 * factors (see equations.h). */
#include "equation/equations.h"

unsigned am_equations_sides(const am_equations *e, int node) {
  const am_node *n = &e->nodes[node];
  unsigned sides = n->kind == AM_NODE_SYMBOL ? e->symbols[n->symbol].sides : 0;
  for (int k = 0; k < n->n; k++) sides |= am_equations_sides(e, n->a[k]);
  return sides;
}

enum { FACTORS_MAX = 64 };
typedef struct factors {
  int node[FACTORS_MAX], n;
} factors;

static amine_status gather(const am_equations *e, factors *f, int node, amine_error *error) {
  const am_node *n = &e->nodes[node];
  if (n->kind == AM_NODE_MULTIPLY) {
    AM_TRY(gather(e, f, n->a[0], error));
    return gather(e, f, n->a[1], error);
  }
  if (f->n == FACTORS_MAX)
    return am_equations_refuse(e, n->at, error, "a product has at most %d factors", FACTORS_MAX);
  f->node[f->n++] = node;
  return AMINE_OK;
}

/* Multiplies *product, -1: nothing yet, by a factor, or with `before` the factor by it. */
static amine_status multiply(am_equations *e, int *product, int factor, bool before, int at,
                             amine_error *error) {
  if (*product < 0) return *product = factor, AMINE_OK;
  if (e->n_nodes == AM_NODES_MAX)
    return am_equations_refuse(e, at, error, "a text has at most %d operations", AM_NODES_MAX);
  e->nodes[e->n_nodes] =
      (am_node){.kind = AM_NODE_MULTIPLY, .at = at, .symbol = -1, .a = {*product, factor}, .n = 2};
  if (before) e->nodes[e->n_nodes].a[0] = factor, e->nodes[e->n_nodes].a[1] = *product;
  *product = e->n_nodes++;
  return AMINE_OK;
}

static amine_status order(am_equations *e, int node, amine_error *error) {
  factors f = {.n = 0};
  int product = -1, number = -1;
  const int at = e->nodes[node].at;
  if (e->nodes[node].kind != AM_NODE_MULTIPLY) {
    for (int k = 0; k < e->nodes[node].n; k++) AM_TRY(order(e, e->nodes[node].a[k], error));
    return AMINE_OK;
  }
  AM_TRY(gather(e, &f, node, error));
  for (int k = 0; k < f.n; k++) AM_TRY(order(e, f.node[k], error));
  for (int k = 0; k < f.n; k++) {
    const unsigned side = am_equations_sides(e, f.node[k]);
    if (side == AM_SIDE_POST) AM_TRY(multiply(e, &product, f.node[k], false, at, error));
    if (side == 0) AM_TRY(multiply(e, &number, f.node[k], false, at, error));
  }
  if (number >= 0) AM_TRY(multiply(e, &product, number, true, at, error));
  for (unsigned side = AM_SIDE_PRE; side <= AM_SIDE_BOTH; side++)
    for (int k = 0; k < f.n; k++)
      if (am_equations_sides(e, f.node[k]) == side)
        AM_TRY(multiply(e, &product, f.node[k], false, at, error));
  e->nodes[node] = e->nodes[product];
  return AMINE_OK;
}

amine_status am_equations_order_factors(am_equations *e, amine_error *error) {
  for (int k = 0; k < e->n_assignments; k++) AM_TRY(order(e, e->assignments[k].node, error));
  return AMINE_OK;
}
