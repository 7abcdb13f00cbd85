/* Plans on lanes: a step forward, what a unit does to itself, and the sums over steps that a change
 * of the weights is made of. What goes from unit to unit backward is in plan_backward.h, and no
 * learner without backprop reads that.
 *
 * Included with am_real = float, or double for gradient checks. */
#ifndef AMINE_EQUATION_PLAN_LANES_H
#define AMINE_EQUATION_PLAN_LANES_H

#include "equation/plan_step.h"

typedef struct am_plan_lanes_ops {
  int n_lanes; /* VEC_LANES of this form */
  /* fixed [n_fixed][lanes] for these parameters */
  void (*fix)(const am_plan *plan, am_real *fixed, const am_real *parameters);
  /* The states of `block` as they are before the first step. */
  void (*begin)(const am_plan *plan, am_real *block);
  void (*step)(const am_plan *plan, const am_plan_step *step);
  /* What traces take up of the step, once what is given is known; nothing without traces. rule NULL:
   * it is computed, and they stay. */
  void (*after)(const am_plan *plan, const am_plan_step *step, const am_plan_rule *rule);
  /* fix, step and after where each lane has parameters of its own, [n_parameters][lanes]: with the
   * same in all lanes the same bits. */
  void (*fix_each)(const am_plan *plan, am_real *fixed, const am_real *parameters);
  void (*step_each)(const am_plan *plan, const am_plan_step *step);
  void (*after_each)(const am_plan *plan, const am_plan_step *step, const am_plan_rule *rule);
  /* From the credit of each state and output to each weight's row: credit times psi, the effect of
   * what enters there on its own unit; and to the states before: credit times d, the effect of a
   * unit on itself one step on. Scalars that are computed from units count as given, and so do
   * traces: a matrix is W + alpha H as the step read it. */
  void (*local)(const am_plan *plan, const am_plan_step *step, const am_plan_gradient *gradient,
                am_plan_reach reach);
  /* Adds to change [n_parameters] what the rows of matrices imply: sums over lanes and steps of
   * gradient times what was read; for alpha times H, too, which is computed again. */
  void (*collect)(const am_plan *plan, am_real *change, const am_plan_window *window);
  /* Adds to change what `fixed` [n_fixed][lanes] has gathered: sums over lanes. */
  void (*collect_fixed)(const am_plan *plan, am_real *change, const am_real *fixed);
} am_plan_lanes_ops;

const am_plan_lanes_ops *am_plan_lanes_code(void);

#endif
