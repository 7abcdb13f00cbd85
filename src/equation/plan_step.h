/* What the passes over a plan on lanes are given: a step, its gradient, several steps.
 *
 * Included with am_real = float, or double for gradient checks. */
#ifndef AMINE_EQUATION_PLAN_STEP_H
#define AMINE_EQUATION_PLAN_STEP_H

#include "equation/plan.h"
#include "kernel/real.h"
#include "kernel/trace.h"

/* A trace in LANES: as the step reads it, [rows][cols][lanes], until it takes up the step. */
typedef struct am_plan_living {
  am_real *H, *E; /* E NULL: the rule has no second one */
  am_real *a, *b; /* [rows][lanes]: the coefficients of what it took up after this step */
  am_real *own;   /* [rows][lanes]: H_ii as this step read it; NULL: H has not taken it up yet,
                   * or nobody asks */
  am_real *H_next, *E_next; /* what they become after the step: H and E, if no past is kept */
  am_real *dH, *dE, *lost;  /* on the way back through traces; lost [cols][lanes] */
} am_plan_living;

/* A rule in its slot, in LANES. */
typedef struct am_plan_rule {
  const am_trace_ops *ops;
  am_trace_constants constants;
  const am_real *eta_e; /* [lanes] */
  am_real *deta_e;      /* [lanes] added to on the way back through traces */
  const am_real *keep;  /* [lanes] what E is multiplied by before the update of a step: 0 where it
                         * begins anew; a window's one after the other; NULL: 1 */
} am_plan_rule;

/* A signal held at values while it is played, not learned: they stand in its place as soon as it is
 * written, and all that reads it reads them. */
typedef struct am_plan_held {
  am_operand signal;        /* of the step */
  int behind;               /* the operation that writes it last (am_plan_writes) */
  const am_real *value[16]; /* [signal.rows] of each lane, in UNITS of the first; NULL: it is free */
} am_plan_held;

/* One step: what it reads and the block it leaves, [n_rows][lanes] each. */
typedef struct am_plan_step {
  const am_real *parameters;    /* [n_parameters] */
  const am_real *fixed;         /* [n_fixed][lanes] */
  const am_real *input;         /* [n_inputs][lanes] */
  const am_real *given;         /* [n_given], in LANES [n_given][lanes] */
  const am_plan_living *living; /* [n_traces], LANES only */
  const am_real *before;        /* the block of the step before: its states are read */
  const am_real *gained;        /* [n_outputs][lanes]: its output, as gains left it, for a plan of
                              * AM_PLAN_GAINED */
  am_real *block;
  const am_plan_held *held; /* NULL: nothing is held */
  int n_past; /* how many steps of the episode come before; for ATTEND, and their blocks lie, one
               * after the other, before this one's, on the way back those of gradients too */
  size_t block_step; /* elements from one to the next */
} am_plan_step;

/* What is recorded of a step in LANES, once it is over: M (plan->level) and the others (plan->told,
 * plan->seen). */
static inline const am_real *am_plan_told(const am_plan_step *s, const am_operand *o) {
  const am_real *from = o->from == AM_FROM_GIVEN    ? s->given
                        : o->from == AM_FROM_FIXED  ? s->fixed
                        : o->from == AM_FROM_INPUT  ? s->input
                        : o->from == AM_FROM_STEP   ? s->block
                        : o->from == AM_FROM_GAINED ? s->gained
                                                    : s->before;
  return from + (size_t)o->row * 16;
}

/* The gradient at the same places. block: on entry that of the states and of the output is there,
 * all the rest is written. before (states), gained, input and fixed are added to; these three may
 * be NULL. */
typedef struct am_plan_gradient {
  am_real *block, *before, *input, *fixed, *gained;
} am_plan_gradient;

/* What goes before a step whose products read traces: the update of the step before. */
typedef struct am_plan_past {
  const am_plan_step *step;
  const am_plan_gradient *gradient;
  const am_plan_rule *rule;
  am_real penalty;     /* what the mean of H^2 counts beside what is ascended; 0: nothing */
  const am_real *live; /* [lanes] at this step, where it counts */
} am_plan_past;

/* Several steps, each array with its step in elements from one t to the next. */
typedef struct am_plan_window {
  int n_steps;
  const am_plan_rule *rule;     /* of traces, if any live: */
  const am_plan_living *living; /* [n_traces], at step 0; a and b go on by [rows][lanes] */
  const am_real *fixed, *input, *before, *block, *gradient, *gained;
  size_t input_step, block_step, gradient_step, gained_step; /* `before` goes on as block does */
} am_plan_window;

typedef enum am_plan_reach {
  AM_REACH_UNIT,    /* through elements and the diagonals of matrices */
  AM_REACH_ELEMENTS /* through elements alone */
} am_plan_reach;

#endif
