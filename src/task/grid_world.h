/* Grid world: find the way to a goal that is not seen. 5 x 5 cells (task/grid.h), of which the one where
 * the agent is is shown, one-hot. A step goes up, right, down or left, or nowhere where there is a wall. The
 * goal pays 1 and ends the episode, as `steps` steps without it do. Starts are drawn of all cells but the
 * goal and walls, each alike. After Potjans, Morrison, Diesmann 2009, doi:10.1162/neco.2008.08-07-593; as a
 * problem for who learns by rewards it is Sutton, Barto 2018, Reinforcement Learning, 2nd edition, 3.5.
 *
 * The goal is the same in all episodes: the way is learned by who plays, not found out anew in each. */
#ifndef AMINE_TASK_GRID_WORLD_H
#define AMINE_TASK_GRID_WORLD_H

#include "task/grid.h"
#include "task/world.h"

typedef struct am_grid_world_options {
  int steps;     /* T, length of an episode at most; 1 to 100000 */
  int goal;      /* its cell, 5 y + x */
  bool obstacle; /* a wall of three cells, 11, 12, 13: the goal is none of them */
} am_grid_world_options;

/* the goal in the last cell, 100 steps, no obstacle */
am_grid_world_options am_grid_world_default(void);

typedef struct am_grid_world_state {
  am_world world;
  int32_t cell;
  int32_t arrived; /* in the goal: the episode is over */
} am_grid_world_state;

/* Lines, exact: `random`, the probability that a walk at random finds the goal in time, and `ceiling`, the
 * share of the starts from where the shortest way does. So do its lengths (am_task_type.length): mean
 * steps of both. It counts as learned from nine tenths of the way on. */
extern const am_task_type am_grid_world_type;

#endif
