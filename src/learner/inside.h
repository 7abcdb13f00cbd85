/* What goes on inside units that a learner plays, for one who asks to see it: values of the text that
 * have a name (am_plan.seen), and traces, of each step of a batch, [lane][step][...]. */
#ifndef AMINE_LEARNER_INSIDE_H
#define AMINE_LEARNER_INSIDE_H

#include "amine/learner.h"
#include "learner/rollout.h"

/* Where one of them comes from. */
typedef struct am_inside_source {
  char name[AM_SYMBOL_SIZE + 16];
  int layer, trace; /* trace: which one, -1: none, but what lies at */
  bool second;      /* E of that trace */
  am_operand operand;
} am_inside_source;

typedef struct am_inside {
  amine_inner *shown; /* [n] */
  am_inside_source *from;
  int n;
  size_t n_numbers; /* of all, a step and lane */
  float *first;     /* where they lie */
} am_inside;

/* Of a stack whose plans are of AM_PLAN_SEEN, what AMINE_SEES_... ask for. AMINE_ERROR_MEMORY; then, too,
 * it is freed by am_inside_free. */
amine_status am_inside_make(am_inside *inside, const am_stack *stack, unsigned sees,
                            amine_error *error);
void am_inside_free(am_inside *inside);

/* They lie from `at` on, n_rows x n_numbers: lanes times steps. */
void am_inside_cut(am_inside *inside, float *at, size_t n_rows);

/* One step of a group, which is kept at `slot` of the rollout and is step t of n_steps. */
typedef struct am_inside_moment {
  const am_rollout *episode;
  int slot, t, n_steps;
  bool dropped; /* layers above the lowest read through masks */
  uint32_t first;
  int n; /* lanes of the group, and its first among those of the batch */
} am_inside_moment;
void am_inside_note(const am_inside *inside, const am_stack *stack, const am_inside_moment *moment);

#endif
