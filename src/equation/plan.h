/* What runs a text of equations: a flat list of operations on rows of lanes.
 *
 * A row is one number for each of VEC_LANES episodes side by side. A step leaves a block of rows
 * behind, [n_rows][lanes]: the values that its derivative asks for, the states after it among them.
 * Operations read rows of this step, of the step before (states), of the input, and fixed ones:
 * numbers and learned vectors, spread over the lanes once for an episode (a learned number that
 * goes with a vector is as many rows as that). The same list says, read
 * backward, how a gradient goes (plan_backward.h), and, with every matrix cut down to what a unit
 * does to itself, how each weight acts on its own unit alone (plan_lanes.h).
 *
 * From a tree to the list: sums become products of matrices and their biases first, from left to
 * right, then what is added by multiply-and-add; (1 - z) * a + z * b becomes a + z (b - a);
 * division by a number is multiplication. What nobody asks for any more is overwritten. Each is a
 * rule on the text, so the bits depend on the text alone.
 *
 * Two layouts. LANES is that of above; a trace is [rows][cols][lanes] there. In UNITS a row is one
 * number of one episode, sixteen rows a vector, every value at a multiple of sixteen (what lies
 * behind it is 0), matrices in panels (kernel/panel.h), and one or two episodes go side by side
 * (network/pair_lane.h): so a gradient goes back through traces, whose past is computed again.
 *
 * Noise: a plan of AM_PLAN_PERTURBED (UNITS) has places at which a learner adds some to a sum of
 * matrices: where the text says so, "given xi[n]", or, if it does not, behind each such sum.
 *
 * A plan is immutable once made and shared by all threads. */
#ifndef AMINE_EQUATION_PLAN_H
#define AMINE_EQUATION_PLAN_H

#include "equation/equations.h"
#include "equation/role.h"
#include "kernel/panel.h"

enum {
  AM_OPERATIONS_MAX = 512,
  AM_STATES_MAX = 16,
  AM_OPERANDS = 3,
  AM_TRACES_MAX = 8,
  AM_NOISES_MAX = 32,
  AM_GIVEN_MAX = 8,
  AM_TOLD_MAX = 12
};

typedef enum am_layout { AM_LAYOUT_LANES, AM_LAYOUT_UNITS } am_layout;

typedef enum am_operation_kind {
  AM_DO_AFFINE, /* y = b + W x, or y + b + W x */
  AM_DO_COPY,
  AM_DO_NEGATE,
  AM_DO_TANH,
  AM_DO_SIGMOID,
  AM_DO_RELU,
  AM_DO_SOFTPLUS,
  AM_DO_EXP,
  AM_DO_LOG,
  AM_DO_SQRT,
  AM_DO_ABS,
  AM_DO_SPIKE, /* of a, with the width b */
  AM_DO_ADD,   /* a + b, and so on */
  AM_DO_SUBTRACT,
  AM_DO_MULTIPLY,
  AM_DO_DIVIDE,
  AM_DO_MIN,
  AM_DO_MAX,
  AM_DO_MULTIPLY_ADD,      /* a b + c */
  AM_DO_MULTIPLY_SUBTRACT, /* c - a b */
  AM_DO_BETWEEN,           /* b + a (c - b) */
  AM_DO_SUM,               /* over rows: one row */
  AM_DO_DOT,
  AM_DO_SOFTMAX, /* over rows */
  AM_DO_ATTEND,  /* of q, k and v: over the episode's steps so far */
  AM_N_OPERATIONS
} am_operation_kind;

typedef enum am_from {
  AM_FROM_STEP,
  AM_FROM_BEFORE,
  AM_FROM_INPUT,
  AM_FROM_FIXED,
  AM_FROM_GAINED, /* the output of the step before, as gains left it */
  AM_FROM_GIVEN   /* from outside; no gradient goes there */
} am_from;

/* Rows: as many as the result, or 1 for all of its rows. */
typedef struct am_operand {
  am_from from;
  int row, rows;
  bool first; /* on the way back: nothing has been added to its gradient yet */
} am_operand;

typedef struct am_operation {
  am_operation_kind kind;
  am_operand in[AM_OPERANDS];
  int n_in;
  int row, rows; /* of the result, in this step's block */
  /* AFFINE: W [rows][in[0].rows] and b [rows], places among the parameters */
  size_t weights, bias;
  bool has_bias, adds; /* adds: to what the rows hold */
  bool transposed;     /* UNITS: W lies as its transpose */
  int trace;           /* y = (W + alpha H) x: which one's, -1: none */
  int noise;           /* which enters the sum that it stands in, -1: none */
  /* ATTEND: k and v are rows of each step's block, and `norms`, in this one's, one for each head:
   * the logarithm of the sum of what the softmax divides by */
  int heads, window, norms; /* window: of so many steps */
} am_operation;

/* A trace H [rows][cols]: after each step H <- rule(post, pre, eta). Its product is that of one
 * operation. */
typedef struct am_plan_trace {
  char name[AM_SYMBOL_SIZE];
  int rows, cols;
  am_operand post, pre, eta; /* [rows], [cols], [1] or [rows], as they are after the step */
  size_t w, alpha;           /* matrices among the parameters, in UNITS packed panels; SIZE_MAX in
                              * LANES: there is none */
  size_t few;                /* the learned alphas if they are fewer: [rows] or [1]; SIZE_MAX: 1 */
  int n_few;                 /* how many; 0: each connection has its own */
} am_plan_trace;

/* Noise at a sum of matrices: xi is given, and post is what shows what it did: the first state of its
 * size where the text names xi, else the sum with it. */
typedef struct am_plan_noise {
  am_operand xi, post;
  bool named; /* and post a state */
} am_plan_noise;

/* What somebody says from outside, by the name it has in the text. before: states or the output ask
 * for it, so it is what is known before the step; else it is what the step brought, for what traces
 * take up. A text that asks for both has both. */
typedef struct am_plan_given {
  char name[AM_SYMBOL_SIZE];
  int row;
  bool before;
} am_plan_given;

typedef struct am_plan_rows {
  int row, rows;
} am_plan_rows;

/* What a name stands for. */
typedef struct am_plan_named {
  char name[AM_SYMBOL_SIZE];
  int rank; /* 0: it is a number */
  am_operand operand;
} am_plan_named;

/* A fixed row: a number, or element `element` of what is learned. */
typedef struct am_fixed {
  bool learned;
  double number;
  size_t at; /* place among the parameters */
} am_fixed;

typedef struct am_plan_state {
  char name[AM_SYMBOL_SIZE];
  int row, rows; /* in the block */
  int begin;     /* of its rows among `begins` */
} am_plan_state;

/* What a row is before the first step: uniform within middle +- half. */
typedef struct am_plan_begin {
  double middle, half;
} am_plan_begin;

typedef struct am_plan_tensor {
  char name[AM_SYMBOL_SIZE];
  int rank, dims[2]; /* dims[1] = 1 where rank is 1 */
  size_t at;
  am_first first;
  double from[2];
  int size;     /* of AM_FIRST_LINEAR */
  am_form form; /* where its elements lie, behind `at` */
  bool whole;   /* the name is the whole name */
  bool alpha;   /* it multiplies a trace */
  am_role role;
} am_plan_tensor;

/* A part of a tensor whose first values are computed from the tensor's: in the reverse Polish
 * order, each operation in 32 bits. */
enum { AM_FIRST_CODE = 24 };
typedef struct am_plan_part {
  int tensor, row, rows; /* rows from `row` on */
  int n;
  struct {
    am_node_kind kind;
    float number;
  } code[AM_FIRST_CODE];
} am_plan_part;

typedef struct am_plan {
  am_layout layout;
  am_operation *operations; /* [n_operations] */
  int n_now; /* the first so many make states and output; the others only what traces take up */
  am_plan_trace traces[AM_TRACES_MAX];
  am_plan_noise noises[AM_NOISES_MAX];
  am_plan_rows *kept; /* [n_kept]: what has a gradient from later steps or from above */
  int n_traces, n_noises, n_kept;
  int n_given; /* vectors of 16 that are given, noise and numbers */
  bool has_level;
  am_operand level; /* M: what the first modulator says, after the step */
  am_plan_given given[AM_GIVEN_MAX]; /* [n_numbers]: the numbers among them */
  int n_numbers;
  /* what else is recorded: what the first modulator calls M_NAME, what another calls M or M_NAME, and
   * what is given by a name of its own */
  am_plan_named told[AM_TOLD_MAX]; /* without "modulator."; another's is search.M */
  int n_told;
  am_plan_named *seen; /* [n_seen]: of a plan of AM_PLAN_SEEN, what the text's names stand for */
  int n_seen;
  size_t rate;      /* the rule's own learned rate; SIZE_MAX: none */
  size_t n_packed;  /* UNITS: parameters, and behind them what am_pair_expand makes of them */
  am_plan_state states[AM_STATES_MAX];
  am_plan_begin *begins; /* [n_begins]: of all states' rows */
  int n_begins;
  bool is_drawn; /* some of them are */
  bool looks_back; /* reads blocks of earlier steps: those of an episode are all kept, and what it
                    * reads of them has gradients from all later steps, cleared before the way back */
  am_plan_tensor tensors[AM_TENSORS_MAX];
  am_plan_part *parts; /* [n_parts] */
  am_fixed *fixed;     /* [n_fixed] */
  int n_operations, n_states, n_tensors, n_parts, n_fixed;
  int n_inputs, n_rows;
  bool output_is_state;
  int output, n_outputs; /* row and rows of the output */
  int *backward;         /* [n_back]: the operations in the order of the way back; in LANES the
                          * first n_now alone, unless it leads through what traces take up */
  int n_back;
  size_t n_parameters;   /* a multiple of 16 */
} am_plan;

/* A size or a constant by its name. */
typedef struct am_binding {
  const char *name;
  double value;
} am_binding;

/* What somebody does to the output between two steps, together. */
enum {
  AM_PLAN_DISTURBED = 1, /* adds to it: derivatives do not ask for it, traces take it up */
  AM_PLAN_GAINED = 2     /* multiplies it by gains: matrices read what came out of that
                          * (AM_FROM_GAINED), and traces take it up as pre, while what a state keeps
                          * of itself is as it was */
};
/* What somebody does within a step: adds noise to sums of matrices. */
enum { AM_PLAN_PERTURBED = 4 };
/* Nothing, but looks at all that has a name: values, what is given, and states as the step leaves
 * them. */
enum { AM_PLAN_SEEN = 16 };
/* Nothing, but goes back through what traces take up, in LANES too. */
enum { AM_PLAN_THROUGH = 8 };

/* The sizes and constants of `given`, n of them, others as the text says; the input's size by the
 * input's name. AMINE_ERROR_ARGUMENT for a size that is missing or out of 1 to 65536, a constant
 * out of its range, or a name that the text does not have; AMINE_ERROR_MEMORY. done: what somebody
 * does to the network, of the above; 0: nothing. */
amine_status am_plan_make(am_plan **plan, const am_equations *e, const am_binding *given, int n,
                          am_layout layout, unsigned done, amine_error *error);
void am_plan_free(am_plan *plan);

/* The signal of that name, as it is recorded: "level", M of the first modulator, or one of plan->told.
 * false: there is none. And the last operation that writes such an operand; -1: no operation does. */
bool am_plan_signal(const am_plan *plan, const char *name, am_operand *out);
int am_plan_writes(const am_plan *plan, const am_operand *operand);

/* A part's first value from the tensor's, from another number, uniform in [0, 1), and from 1 on the
 * part's own diagonal, 0 beside it. */
float am_plan_first_value(const am_plan_part *part, float standard, float drawn, float diagonal);

#endif
