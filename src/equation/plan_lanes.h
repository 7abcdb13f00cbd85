/* Plans on lanes: a step forward, what a unit does to itself, and the sums over steps that a change
 * of the weights is made of. What goes from unit to unit backward is in plan_backward.h, and no
 * learner without backprop reads that.
 *
 * Included with am_real = float, or double for gradient checks. */
#ifndef AMINE_EQUATION_PLAN_LANES_H
#define AMINE_EQUATION_PLAN_LANES_H

#include "equation/plan.h"
#include "kernel/real.h"

/* One step: what it reads and the block it leaves, [n_rows][lanes] each. */
typedef struct am_plan_step {
  const am_real *parameters; /* [n_parameters] */
  const am_real *fixed;      /* [n_fixed][lanes] */
  const am_real *input;      /* [n_inputs][lanes] */
  const am_real *before;     /* the block of the step before: its states are read */
  const am_real *gained;     /* [n_outputs][lanes]: its output, as gains left it, for a plan of
                              * AM_PLAN_GAINED */
  am_real *block;
} am_plan_step;

/* The gradient at the same places. block: on entry that of the states and of the output is there,
 * all the rest is written. before (states), gained, input and fixed are added to; these three may
 * be NULL. */
typedef struct am_plan_gradient {
  am_real *block, *before, *input, *fixed, *gained;
} am_plan_gradient;

/* Several steps, each array with its step in elements from one t to the next. */
typedef struct am_plan_window {
  int n_steps;
  const am_real *fixed, *input, *before, *block, *gradient, *gained;
  size_t input_step, block_step, gradient_step, gained_step; /* `before` goes on as block does */
} am_plan_window;

typedef enum am_plan_reach {
  AM_REACH_UNIT,    /* through elements and the diagonals of matrices */
  AM_REACH_ELEMENTS /* through elements alone */
} am_plan_reach;

typedef struct am_plan_lanes_ops {
  int n_lanes; /* VEC_LANES of this form */
  /* fixed [n_fixed][lanes] for these parameters */
  void (*fix)(const am_plan *plan, am_real *fixed, const am_real *parameters);
  /* The states of `block` as they are before the first step. */
  void (*begin)(const am_plan *plan, am_real *block);
  void (*step)(const am_plan *plan, const am_plan_step *step);
  /* fix and step where each lane has parameters of its own, [n_parameters][lanes]: with the same in
   * all lanes the same bits. */
  void (*fix_each)(const am_plan *plan, am_real *fixed, const am_real *parameters);
  void (*step_each)(const am_plan *plan, const am_plan_step *step);
  /* From the credit of each state and output to each weight's row: credit times psi, the effect of
   * what enters there on its own unit; and to the states before: credit times d, the effect of a
   * unit on itself one step on. Scalars that are computed from units count as given. */
  void (*local)(const am_plan *plan, const am_plan_step *step, const am_plan_gradient *gradient,
                am_plan_reach reach);
  /* Adds to change [n_parameters] what the rows of matrices imply: sums over lanes and steps of
   * gradient times what was read. */
  void (*collect)(const am_plan *plan, am_real *change, const am_plan_window *window);
  /* Adds to change what `fixed` [n_fixed][lanes] has gathered: sums over lanes. */
  void (*collect_fixed)(const am_plan *plan, am_real *change, const am_real *fixed);
} am_plan_lanes_ops;

const am_plan_lanes_ops *am_plan_lanes_code(void);

#endif
