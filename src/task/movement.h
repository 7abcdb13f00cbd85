/* A movement to be made: a smooth curve over T steps, from a pulse at the first of them on and from
 * nothing else. As a target of gains that learn in Stroud, Porter, Hennequin and Vogels 2018,
 * doi:10.1038/s41593-018-0276-0; theirs are of muscles' activity, these are drawn.
 *
 * Each of its `width` numbers is
 *
 *     y_t = s sum_{k=1..3} a_k exp(-((t - c_k) / w_k)^2),
 *     a_k uniform in [-1, 1),  c_k in [0.15 T, 0.85 T),  w_k in [0.08 T, 0.2 T)
 *
 * with the s for which the variance of y over the T steps is 1. The draws are keyed by the number of
 * the movement alone: whatever the seed, the episode and the lane, it is the same. */
#ifndef AMINE_TASK_MOVEMENT_H
#define AMINE_TASK_MOVEMENT_H

#include "task/world.h"

enum { AM_MOVEMENT_STEPS = 1000, AM_MOVEMENT_WIDTH = 4, AM_MOVEMENT_BUMPS = 3 };

typedef struct am_movement_options {
  int movement; /* which one, 0 or more */
  int width;    /* 1 to 4 */
  int steps;    /* T, 10 to 1000 */
} am_movement_options;

/* Movement 0 of one number, T = 30 */
am_movement_options am_movement_default(void);

typedef struct am_movement {
  am_task task; /* first */
  float y[AM_MOVEMENT_STEPS][AM_MOVEMENT_WIDTH];
  float mean[AM_MOVEMENT_WIDTH]; /* of y over the steps */
} am_movement;

/* Its reward is minus the squared error, which is that of the paper: of the variance of y what is
 * left. Lines, exact: `random`, y of any of the steps, -2; `mean` -1; `ceiling` 0. Learned: a tenth of the
 * variance left. */
extern const am_task_type am_movement_type;

#endif
