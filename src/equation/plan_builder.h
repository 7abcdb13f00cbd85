/* What a plan is made with (see plan.h), from the trees of a text: what is given and the tensors
 * (plan_tensors.c), a list of operations on values that are made once (plan_trees.c), rows for them
 * and the order of the way back (plan_rows.c). */
#ifndef AMINE_EQUATION_PLAN_BUILDER_H
#define AMINE_EQUATION_PLAN_BUILDER_H

#include "equation/plan.h"

enum { AM_VALUES_MAX = 2 * AM_OPERATIONS_MAX };

/* What an operation reads: made once, by `producer` or from outside. */
typedef struct am_value {
  am_from from;
  int row, rows; /* of STEP once rows are given */
  int producer;  /* the operation that makes it, -1 from outside */
  int uses;
  bool kept; /* a state after the step, or the output */
} am_value;

typedef struct am_builder {
  const am_equations *e;
  am_plan *p;
  int size[AM_SIZES_MAX];
  double constant[AM_SYMBOLS_MAX];
  int of_symbol[AM_SYMBOLS_MAX]; /* the value of a name, -1: none yet */
  size_t part[AM_SYMBOLS_MAX];   /* where what is learned begins among the parameters */
  am_value values[AM_VALUES_MAX];
  int in[AM_OPERATIONS_MAX][AM_OPERANDS], base[AM_OPERATIONS_MAX], out[AM_OPERATIONS_MAX];
  int n_values, fixed_capacity;
  unsigned done;     /* to the output between steps */
  int within, gains; /* within the argument of @ so many times; the gained value, -1: none yet */
  bool transposed[AM_SYMBOLS_MAX];
  int trace[AM_SYMBOLS_MAX];    /* which trace a symbol is, -1: none yet */
  int ends[AM_TRACES_MAX][3];   /* the values that it takes up: post, pre, eta */
  int level;                    /* the value that is M */
  int said, heard;              /* the output and what is disturbed of it; -1: they are one */
  int given;                    /* the symbol that is named as noise, -1: none */
  int noises[AM_NOISES_MAX][2]; /* the values of each: xi, post */
  int told[AM_TOLD_MAX];        /* the values that are recorded beside M */
  int seen[AM_SYMBOLS_MAX];     /* those that have a name, of AM_PLAN_SEEN */
  amine_error *error;
} am_builder;

#define REFUSE(b, at, ...) am_equations_refuse((b)->e, at, (b)->error, __VA_ARGS__)

static inline const am_node *node_of(const am_builder *b, int node) { return &b->e->nodes[node]; }
static inline const am_symbol *symbol_of(const am_builder *b, int node) {
  const am_node *n = node_of(b, node);
  return n->kind == AM_NODE_SYMBOL ? &b->e->symbols[n->symbol] : NULL;
}

static inline int size_of(const am_builder *b, int dim) {
  return b->size[am_equations_size(b->e, dim)];
}
static inline int rows_of(const am_builder *b, am_shape s) {
  return s.rank > 0 ? size_of(b, s.dim[0]) : 1;
}
static inline bool by_units(const am_builder *b) { return b->p->layout == AM_LAYOUT_UNITS; }
/* How many rows a value takes. */
static inline int room_of(const am_builder *b, int rows) {
  return by_units(b) ? am_pad(rows, 16) : rows;
}

/* What the way back needs of an operation: its result; which of its operands. */
typedef struct am_needs {
  bool result, in[AM_OPERANDS];
} am_needs;
extern const am_needs am_builder_needs[AM_N_OPERATIONS];

/* The number that a node of numbers, constants and sizes is; false for any other. */
bool am_builder_constant(const am_builder *b, int node, double *out);
/* The same for one row of a vector of constants. rows, of it: written if the node is a vector. */
typedef struct am_builder_row {
  int row, rows;
  double drawn; /* in a state's first values */
} am_builder_row;
bool am_builder_element(const am_builder *b, int node, am_builder_row *at, double *out);
/* Takes sizes and constants, n of them; gives every tensor and part its place. */
amine_status am_builder_given(am_builder *b, const am_binding *given, int n);
amine_status am_builder_tensors(am_builder *b);

/* The operations of all assignments, states, output and rules. */
amine_status am_builder_operations(am_builder *b);
/* n fixed rows, from *row on, each the number 0. */
amine_status am_builder_fixed(am_builder *b, int *row, int n, int at);

/* Tells apart what is given before a step and after it, once it is known which operations are whose
 * (plan->n_now). */
amine_status am_builder_known(am_builder *b);

/* Leaves operations out whose results nobody asks for. */
void am_builder_remove_unused(am_builder *b);
/* Leaves out what nobody asks for, and says where each value lies and how the way back goes. */
amine_status am_builder_rows(am_builder *b);

#endif
