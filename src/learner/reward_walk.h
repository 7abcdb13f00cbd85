/* A random walk that reward turns: the parameters that learn go on in the direction in which they
 * went while the error falls, and back while it rises, with noise on top. All of them know of the
 * task is one sign a batch.
 *
 *     R = sign(e_mean - e)
 *     e_mean <- (1 - average) e_mean + average e,  p_mean <- (1 - average) p_mean + average p
 *     p <- p + rate (R (p - p_mean) + sigma xi)
 *
 * e is less the mean reward of the batch's episodes, so of a task of real values the mean squared
 * error; at first the means are p and e themselves. As p_mean takes up p before the step, a step goes
 * on by less than itself: by 1 - average of it. xi is normal, one
 * number a group: the elements of each tensor that learns are dealt into `groups` groups at random,
 * whose elements make the same steps; groups = 0: each makes its own. Nothing is propagated
 * backward, and no noise is remembered: p - p_mean is all there is of it.
 *
 * Source: Stroud, Porter, Hennequin, Vogels 2018, doi:10.1038/s41593-018-0276-0, where the p are
 * the gains of a network whose connections stay as they are (learn=gains); average = 0.7 and sigma =
 * 0.001 as in the program that its authors gave.
 *
 * Cost: a step forward alone; an update draws one number a group. Memory: three numbers a weight and
 * its group, and one step, whatever the length of an episode, unless the network looks back. */
#ifndef AMINE_LEARNER_REWARD_WALK_H
#define AMINE_LEARNER_REWARD_WALK_H

#include "learner/rollout.h"

typedef enum am_reward_walk_control {
  AM_REWARD_WALK_NONE,
  AM_REWARD_WALK_RANDOM /* R is 1 or -1 by chance, whatever the error */
} am_reward_walk_control;

typedef struct am_reward_walk_options {
  am_agent_options agent; /* its schedule is a rate alone; its optimiser is not used */
  am_stack_options units;
  float sigma;   /* above 0 */
  float average; /* above 0, to 1 */
  int groups;    /* 0 or more */
  am_reward_walk_control control;
} am_reward_walk_options;

/* AMINE_ERROR_ARGUMENT for an option out of range. Free it with am_learner_destroy. */
amine_status am_reward_walk_create(am_learner **learner, const am_task *task,
                                   const am_reward_walk_options *options, amine_error *error);

extern const am_learner_type am_reward_walk_type;

#endif
