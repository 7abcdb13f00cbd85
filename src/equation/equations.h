/* The language of equations: a text that says how activity goes on from one step to the next
 * becomes symbols with shapes and assignments whose right sides are trees.
 *
 *     # Gated recurrent units                      a comment
 *     network gru                                  what names of tensors begin with
 *     input u                                      what comes from below, a vector
 *     state h[n]                                   kept from step to step, 0 at first
 *     state v[n] = v_rest                          or what a sum of constants says,
 *     state v[n] = 2 * drawn - 1                   of each unit and episode its own: drawn is
 *                                                  uniform in [0, 1)
 *     trace H[n, n]                                the same for a matrix of each episode's own, in
 *                                                  one product: (w + alpha * H) @ h
 *     constant tau = 5 from 1 to 1e6 steps "..."   a number that a user may set
 *     constant kind = one or two "..."             or a choice: 0, 1, and so on
 *     learned W_ir, W_iz as weight_ih              tensors, stacked, under a name of their own
 *     learned b as "i2h.bias" = linear(u)          a name in quotes is the whole of it
 *     learned w[n, n] = uniform(0, 0.01)           with a shape, or first values
 *     first b_iz = standard + drawn                a part's first values, from what it would be and
 *                                                  another number, uniform in [0, 1)
 *     first W_hh = standard + 0.5 * diagonal       and 1 where row and column are one, else 0
 *     given M                                      a number that somebody says from outside
 *     given xi[n]                                  or noise: 0 unless a learner perturbs
 *     r = sigmoid(W_ir @ u + b_ir)                 a value of this step
 *     lowest x = W_1 @ u + b_1                     in the lowest layer x[n] is that, in those above
 *                                                  it is u
 *     h <- (1 - z) * g + z * h                     what a state is after the step
 *     H <- rule(post = y, pre = h, eta = modulator(y))   slots: what stands there is chosen with
 *                                                  the text (am_slots)
 *     output h                                     what goes to what lies above
 *
 * A name that is used and never assigned is learned: a matrix before @, else of the shape of what
 * it is combined with. Operators: + - * / by element, @ (a matrix before a vector), which binds
 * more tightly than * and /, and - before a term. A number goes with every element, a vector [n]
 * with every column of a matrix [n, m]. A statement ends with its line unless a bracket is open, an
 * operator ends it or one begins the next. A name stands for a state's value before the step,
 * whatever its update says.
 *
 * attend(q, k, v, heads) looks at the episode so far: each of `heads` equal parts of q [d] is
 * compared with the same part of k [d] of this step and of each before it, and what comes of it is
 * the mean of that part of v [m], weighted by the softmax of their products over sqrt(d / heads).
 * A fifth argument, a window, leaves it the last so many steps, this one among them. heads and
 * window are constants; heads divides d and m.
 *
 * A constant is a number, the name of a constant or of a size, and what sqrt, abs, min, max, clip and
 * unit make of them: unit(k, n) is the vector [n] that is 1 at unit k, the first being 0, and 0
 * elsewhere (everywhere if there is no unit k); unit(k, u) with the input u is of its size.
 *
 * Sizes are names (n) or whole numbers; an input's size bears its name. Two sizes of different
 * names never fit; a vector [1] goes with everything, as a number does.
 *
 * A modulator is such a text too. Where it stands in a slot its input is what the slot gives it,
 * its output the plasticity: a number, or one for each post unit, whose size it calls `post`. A text
 * has up to four such slots, each in a statement of its own, of a rule or, in a text without a trace,
 * of any value, and each is read apart: the names of
 * the first are then modulator.NAME, those of another begin with the name that its statement is
 * about. search = modulator(y) has search.NAME, H <- rule(..., eta = modulator(y)) has H.NAME. What it
 * is given as `slot` is asked for by the name of that statement, without M_.
 *
 * A rule is one too, about the connection from j to i: post is x_i, pre is h_j, eta is eta_i.
 *
 *     rule clip
 *     constant c = 1 from 1e-6 to 1e6 "bound of |H|"
 *     trace H                                      what the network multiplies
 *     trace E                                      perhaps another, of the rule's own
 *     learned r = 0.1                              perhaps a rate, one
 *     d = eta * outer(post, pre)                   outer(x, y) is x_i y_j
 *     H <- clip(H + d, -c, c)
 *     E <- (1 - r) * E + r * d
 */
#ifndef AMINE_EQUATION_EQUATIONS_H
#define AMINE_EQUATION_EQUATIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/memory.h"
#include "equation/slots.h"

enum {
  AM_SYMBOL_SIZE = 40, /* of a name with its final 0 */
  AM_SYMBOLS_MAX = 128,
  AM_NODES_MAX = 1024,
  AM_STATEMENTS_MAX = 96,
  AM_SIZES_MAX = 64,
  AM_TENSORS_MAX = 48,
  AM_MODULATORS_MAX = 4,
  AM_ARGUMENTS_MAX = 5,
  AM_EQUATION_DEPTH = 64 /* of brackets within each other */
};

/* ------------------------------------------------------------------------------ trees */
typedef enum am_node_kind {
  AM_NODE_NUMBER,
  AM_NODE_SYMBOL,
  AM_NODE_NEGATE, /* of a[0] */
  AM_NODE_ADD,    /* of a[0] and a[1], and so on */
  AM_NODE_SUBTRACT,
  AM_NODE_MULTIPLY,
  AM_NODE_DIVIDE,
  AM_NODE_APPLY, /* @ */
  AM_NODE_CALL,
  AM_NODE_RULE,     /* what becomes of a trace: a[0] post, a[1] pre, a[2] eta */
  AM_NODE_STANDARD, /* in first values: what an element would be; another draw; row is column */
  AM_NODE_DRAWN,
  AM_NODE_DIAGONAL,
  AM_NODE_SIZE /* the number that size a[0] is */
} am_node_kind;

typedef enum am_function {
  AM_TANH,
  AM_SIGMOID,
  AM_RELU,
  AM_SOFTPLUS, /* log(1 + e^x) */
  AM_EXP,
  AM_LOG,
  AM_SQRT,
  AM_ABS,
  AM_MIN,
  AM_MAX,
  AM_CLIP,       /* of x, low, high */
  AM_SPIKE,      /* of v, width: 1 where v > 0, else 0; derivative max(0, 1 - |v|/width)/width */
  AM_SUM,        /* of a vector's elements */
  AM_DOT,        /* of two vectors */
  AM_SOFTMAX,    /* of a vector */
  AM_LAYER_NORM, /* of a vector: (x - mean) / sqrt(variance + 1e-5) */
  AM_ATTEND,     /* of q, k, v, heads and perhaps a window: over the episode so far */
  AM_UNIT,       /* of k and a size: 1 at unit k, else 0 */
  AM_N_FUNCTIONS,
  /* of neurons' texts alone (equation/neuron_text.h) */
  AM_WHERE = AM_N_FUNCTIONS, /* a[0] < a[1] ? a[2] : a[3] */
  AM_EXPREL                  /* (e^x - 1) / x, 1 where x is 0 */
} am_function;

typedef struct am_node {
  am_node_kind kind;
  int at; /* byte in the text */
  int a[AM_ARGUMENTS_MAX], n;
  int symbol;
  am_function function;
  double number;
} am_node;

/* ------------------------------------------------------------------------------ symbols */
/* A scalar has rank 0, a vector 1, a matrix 2; -1 is not known yet. dim: indices of sizes. */
typedef struct am_shape {
  int rank, dim[2];
} am_shape;

typedef enum am_symbol_kind {
  AM_SYMBOL_LEARNED,
  AM_SYMBOL_INPUT,
  AM_SYMBOL_STATE,
  AM_SYMBOL_TRACE,
  AM_SYMBOL_CONSTANT,
  AM_SYMBOL_GIVEN,
  AM_SYMBOL_VALUE
} am_symbol_kind;

/* First values of a tensor. */
typedef enum am_first {
  AM_FIRST_STANDARD, /* uniform within +-1/sqrt(n), n the elements of the first state, as PyTorch */
  AM_FIRST_UNIFORM,  /* from a to b */
  AM_FIRST_NORMAL,   /* with mean a and standard deviation b */
  AM_FIRST_LINEAR,   /* uniform within +-1/sqrt(size), as the layer that has so many inputs */
  AM_FIRST_NUMBER    /* a */
} am_first;

typedef struct am_symbol {
  char name[AM_SYMBOL_SIZE];
  am_symbol_kind kind;
  am_shape shape;
  int at;         /* byte in the text where it is declared, or first used */
  int update;     /* of a state or trace: the node of its value after the step, -1: none yet */
  int first;      /* of what is learned: the node of its first values, -1 for its tensor's */
  int begin;      /* of a state: the node of what it is at first, -1 for 0 */
  int tensor;     /* of what is learned: which one it is a part of */
  unsigned sides; /* of a rule's: am_equations_sides */
  /* of a constant */
  double standard, min, max;
  char unit[AM_SYMBOL_SIZE], meaning[96];
  char choices[96]; /* "one|two": its value is the place of a word; "": it is a number */
} am_symbol;

/* What is saved under one name: the parts lie one after the other along the first dimension. */
typedef struct am_learned_tensor {
  char name[AM_SYMBOL_SIZE];
  am_first first;
  int from[2]; /* nodes of a and b, which may name constants; -1: not given */
  int size;    /* of AM_FIRST_LINEAR */
  bool whole;  /* the name is the whole name: neither network nor layer is added */
} am_learned_tensor;

/* A size: a name, or a number, or one that follows from use. Several may turn out to be one. */
typedef struct am_size {
  char name[AM_SYMBOL_SIZE]; /* "" if it has none */
  int number;                /* 0 if it is not known from the text */
  int same;                  /* the size that it is the same as, or itself */
} am_size;

typedef struct am_assignment {
  int symbol, node; /* in the order of the text */
  bool update;      /* <- */
  int at;
} am_assignment;

/* A slot modulator(...). */
typedef struct am_modulated {
  char scope[AM_SYMBOL_SIZE]; /* what its names begin with, "modulator." */
  char of[AM_SYMBOL_SIZE];    /* what its statement is about */
  int at;                     /* byte in the text */
  int reads;                  /* its input, once it is filled: a symbol, else -1 */
} am_modulated;

typedef struct am_equations {
  char *text, *name; /* own copies; name stands in sentences */
  am_node nodes[AM_NODES_MAX];
  am_symbol symbols[AM_SYMBOLS_MAX];
  am_size sizes[AM_SIZES_MAX];
  am_learned_tensor tensors[AM_TENSORS_MAX];
  am_assignment assignments[AM_STATEMENTS_MAX];
  am_modulated modulators[AM_MODULATORS_MAX]; /* in the order of the text */
  int n_nodes, n_symbols, n_sizes, n_tensors, n_assignments, n_modulators;
  int input, output;            /* symbols */
  bool plastic;                 /* traces live */
  bool is_modulator;            /* a modulator's text, alone: its output may be a number */
  bool is_rule;                 /* a rule's text: everything in it is a number */
  int lowest;                   /* the node of what "lowest" says, -1: nothing does */
  int rate;                     /* the rule's own learned rate: a symbol, -1: none */
  char network[AM_SYMBOL_SIZE]; /* "net" if the text does not say */
} am_equations;

/* Reads a text. `name` (a file's, a network's) stands in sentences, which give line and column, the
 * line itself and a mark below the place. slots NULL: nothing stands there. AMINE_ERROR_INPUT for
 * what is wrong, AMINE_ERROR_MEMORY. */
amine_status am_equations_read(am_equations **equations, const char *name, const char *text,
                               const am_slots *slots, amine_error *error);
/* The same of a rule's text. Its names are numbers, those of one connection; `output` is the first
 * trace, which are states, and `rate` what it learns. */
amine_status am_equations_read_rule(am_equations **equations, const char *name, const char *text,
                                    amine_error *error);
/* The same of a modulator's text, alone. */
amine_status am_equations_read_modulator(am_equations **equations, const char *name,
                                         const char *text, amine_error *error);
void am_equations_free(am_equations *equations);

/* The shapes of all symbols and nodes; part of reading. */
amine_status am_equations_infer(am_equations *e, amine_error *error);

/* Whether a node is, or stands for, a trace; and whether a learned symbol is used in anything but a
 * trace that does not live. */
bool am_equations_is_trace(const am_equations *e, int node);
bool am_equations_uses(const am_equations *e, int symbol);
bool am_equations_look_back(const am_equations *e); /* whether it has an attend(...) */

/* What the value of a node of a rule depends on, together: neither for numbers, both for traces. */
enum { AM_SIDE_POST = 1, AM_SIDE_PRE = 2, AM_SIDE_BOTH = 3 };
unsigned am_equations_sides(const am_equations *e, int node);
/* Orders the factors of each product of a rule: what is of post first, then numbers, what is of pre,
 * and the rest, so that what is the same for a row is computed once. AMINE_ERROR_INPUT if there are
 * too many operations. */
amine_status am_equations_order_factors(am_equations *e, amine_error *error);

/* The size that stands for all that are the same. */
int am_equations_size(const am_equations *e, int size);
int am_equations_find(const am_equations *e, const char *name); /* a symbol, or -1 */
/* The modulator whose name it is, in the order of the text; -1: it is the network's own. */
int am_equations_modulator(const am_equations *e, const char *name);
/* A name as its text has it, without a modulator's scope. */
const char *am_equations_own_name(const char *name);
/* What a number that is given is asked for as: its name, or where a modulator calls it `slot` the
 * name of the statement in which that one stands, without M_. */
const char *am_equations_given_name(const am_equations *e, const am_symbol *s);
const char *am_function_name(am_function function);
bool am_function_of_vectors(am_function function); /* takes whole vectors, not element by element */

/* "h[n]", "W_ir[n, u]", "eta" */
void am_equations_put_shape(const am_equations *e, int symbol, am_text *text);
/* A line for every tensor: its name, shape and parts, in the order in which they are saved. */
void am_equations_put_tensors(const am_equations *e, am_text *text);

/* AMINE_ERROR_INPUT with name, line, column, sentence, the line and a mark below byte `at`. */
amine_status am_equations_refuse(const am_equations *e, int at, amine_error *error,
                                 const char *format, ...) AM_PRINTF(4, 5);

#endif
