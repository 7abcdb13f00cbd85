/* What the texts of a group's episodes are given from outside (modulator/feed.h): each episode its
 * own, in a block that who plays keeps. Where the stack's texts are given nothing, nothing is done. */
#ifndef AMINE_LEARNER_GROUP_FEED_H
#define AMINE_LEARNER_GROUP_FEED_H

#include "learner/agent.h"
#include "network/stack.h"

/* Bytes of the block, a multiple of 64. */
size_t am_group_feed_bytes(const am_stack *stack);
void am_group_feed_begin(const am_stack *stack, void *fed);

/* given [n_given][lanes]: what is known before a step; and what is, once it is over. Rows are
 * [...][lanes]: what was seen; what the world answered; p or, for real values, what was said and
 * what was wanted where it was asked for. */
typedef struct am_group_brought {
  int step;
  const float *u, *reward, *p, *wanted, *asked;
} am_group_brought;
void am_group_feed_before(const am_stack *stack, float *given, void *fed);
void am_group_feed_after(const am_stack *stack, float *given, void *fed, const am_group *group,
                         const am_group_brought *brought);

/* The series of it, behind the first n: "level", M, and what the lowest text tells; returns how many
 * there are then. And those of step t; step: the lowest layer's. */
int am_group_feed_series(const am_stack *stack, am_series *out, int n);
void am_group_feed_record(const am_stack *stack, const am_turn *turn, const am_plan_step *step,
                          int t);

#endif
