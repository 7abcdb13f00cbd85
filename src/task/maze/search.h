/* Where is it? A walk from the centre of the Grid Maze that looks for the reward as well as can be.
 *
 * Until the first find an agent knows where it is (it started at the centre and knows its moves),
 * and all it learns is "not here": so a policy for that part of an episode is a fixed walk, and its
 * worth the mean of what a find at each cell is worth at the step that first enters it. */
#ifndef AMINE_TASK_MAZE_SEARCH_H
#define AMINE_TASK_MAZE_SEARCH_H

#include "task/maze/belief.h"

/* Finds a walk of *length <= steps actions (walk[steps]) and its worth *mean, in finds per episode.
 * worth[k][n_free], k = 0 .. steps: finds that a first find at a cell brings with k steps left,
 * itself included; not less for more steps, and the same in each mirror image of the maze. A beam
 * search: the walk is good, not proven best (for n = 9, 11 and 13 in 200 steps a beam thirty times
 * as wide gains less than 0.2 %). For mazes up to AM_MAZE_PLANNED_SIZE. Fails only for want of
 * memory. */
amine_status am_maze_search(uint8_t *walk, int *length, double *mean, const am_maze *maze,
                            const double *worth, int steps, amine_error *error);

#endif
