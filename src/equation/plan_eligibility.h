/* Local eligibility traces of a plan, step by step: what each weight did to the states of its own
 * unit, in memory that does not depend on how long an episode is.
 *
 *     e_a <- sum_b d_ab e_b + psi_a s       for each state a of the unit; s: what the weight reads
 *
 * For an alpha that multiplies a trace s is H_ij(t) times what the weight W_ij reads: H counts as
 * given, so a step comes before what H takes up of it.
 *
 * psi_a is the effect of what enters there on state a, d_ab that of state b on state a one step on,
 * both as am_plan_lanes_ops.local has them: a number for a GRU, a small matrix where a unit has
 * several states (LSTM's h and c, the v, a, z and y of spiking units). The output's trace is that
 * of the state which it is, or follows from the states' in the same way.
 *
 * With a credit L_j(t) for each unit, a dopamine delta(t) for each lane and a tag that outlives the
 * moment, and a credit N_j(t) that needs no dopamine (a supervised error, an entropy bonus),
 *
 *     tag <- k tag + L_j e,    dW += delta tag + N_j e    e: the output's trace, k = gamma lambda
 *
 * The same sums for steps that were kept, one number a unit and step instead of one a weight, are
 * those of `local` from A(s) L_j(s) + N_j(s), where A(s) = delta(s) + k A(s+1), and of `collect`.
 *
 * Nothing here goes from unit to unit: with d the diagonal of the Jacobian this is random-feedback
 * local online learning (Murray 2019, doi:10.7554/eLife.43299) and e-prop (Bellec et al. 2020,
 * doi:10.1038/s41467-020-17236-y); the third factor is delta.
 *
 * Included with am_real = float, or double for gradient checks. */
#ifndef AMINE_EQUATION_PLAN_ELIGIBILITY_H
#define AMINE_EQUATION_PLAN_ELIGIBILITY_H

#include "equation/plan_lanes.h"

/* Weights that share their psi: a matrix, [rows][m], its bias, or a learned vector, m = 1. */
typedef struct am_eligibility_segment {
  const am_operand *in; /* what they are multiplied with; NULL: nothing */
  int living;       /* of alpha: the trace H that multiplies it too; -1: none, these are weights */
  bool fixed;       /* psi lies among the fixed rows, else in the block: */
  int row, rows, m; /* from this row on, as many as the output's */
  size_t weights;   /* place among the parameters */
  bool alone;       /* a learned number: all rows are the one weight */
  bool few;         /* an alpha for all of a row's connections: their sum is its one source */
  size_t first;     /* its first weight among those of all segments */
} am_eligibility_segment;

/* Which weights and states there are. Units are the rows of the output: what has another number of
 * rows does nothing to a unit of its own, and has no trace. */
typedef struct am_eligibility {
  const am_plan *plan;
  am_eligibility_segment *segments; /* [n_segments] */
  int n_segments;
  int states[AM_STATES_MAX], n_states; /* of the plan's, those of as many rows as the output */
  int out;                             /* which of these the output is, n_states: none */
  /* [a][k], k < n_from[a]: the states on which state a depends one step on; a = n_states: the
   * output */
  int from[AM_STATES_MAX + 1][AM_STATES_MAX], n_from[AM_STATES_MAX + 1];
  size_t n_weights; /* of all segments */
  int n_source;     /* columns of the widest trace */
} am_eligibility;

/* AMINE_ERROR_MEMORY; the plan has to outlive the traces. */
amine_status am_eligibility_make(am_eligibility *traces, const am_plan *plan, amine_error *error);
void am_eligibility_free(am_eligibility *traces);

/* One worker's memory. */
typedef struct am_eligibility_memory {
  am_real *trace;   /* [n_weights][n_states][lanes] */
  am_real *tag;     /* [n_weights][lanes] */
  am_real *effects; /* for each state, and the output if it is none: what `local` leaves behind */
  am_real *source;  /* [n_source][lanes]: H_ij s_j of a row */
} am_eligibility_memory;

/* Cuts a block into arrays and returns its elements; with a NULL block it only measures. */
size_t am_eligibility_lay_out(am_eligibility_memory *memory, am_real *block,
                              const am_eligibility *traces);
/* Before the first step: all traces and tags are 0. */
void am_eligibility_begin(const am_eligibility *traces, const am_eligibility_memory *m);

/* One step of them. */
typedef struct am_eligibility_moment {
  const am_plan_step *step; /* as it was taken */
  const am_real *gain;      /* [n_outputs][lanes]: m, by which `gained` is (1 + m) times the output
                             * of the step before; NULL is 0 */
  const am_real *credit;    /* [n_outputs][lanes] L */
  const am_real *now;       /* [n_outputs][lanes] N; NULL is 0 */
  const am_real *delta;     /* [lanes]: of the step before, which is known only now; NULL is 0 */
  am_real k;                /* gamma lambda */
  am_plan_reach reach;
} am_eligibility_moment;

/* One causal step: change [n_parameters] gets delta times the tag of the step before, summed over
 * lanes, then traces and tags move on, and change gets N times trace. */
void am_eligibility_move(const am_eligibility *traces, const am_eligibility_memory *m,
                         am_real *change, const am_eligibility_moment *moment);

typedef struct am_eligibility_ops {
  /* The second half of it, from the effects. */
  void (*move)(const am_eligibility *traces, const am_eligibility_memory *m, am_real *change,
               const am_eligibility_moment *moment);
  /* change gets delta times tag: for the last step of an episode. */
  void (*harvest)(const am_eligibility *traces, const am_eligibility_memory *m, am_real *change,
                  const am_real *delta);
  /* to [n][lanes] += (1 + m) from; m may be NULL: on the way back through gains */
  void (*ungain)(am_real *to, const am_real *m, const am_real *from, int n);
} am_eligibility_ops;

const am_eligibility_ops *am_eligibility_code(void);

/* Where the effects on a state lie (a of n_states; n_states: on the output): of what enters the
 * block's rows, of the rows of the states before, of fixed rows. */
typedef struct am_eligibility_effects {
  am_real *block, *before, *fixed, *gained;
} am_eligibility_effects;

static inline am_eligibility_effects am_eligibility_effects_of(const am_eligibility *t,
                                                               const am_eligibility_memory *m,
                                                               int a) {
  const am_plan *p = t->plan;
  const size_t lanes = 16, block = (size_t)p->n_rows * lanes, fixed = (size_t)p->n_fixed * lanes;
  am_real *at = m->effects + (size_t)a * (2 * block + fixed + (size_t)p->n_outputs * lanes);
  return (am_eligibility_effects){at, at + block, at + 2 * block, at + 2 * block + fixed};
}

#endif
