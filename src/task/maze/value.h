/* What simple ways of playing the Grid Maze are worth, exactly: no sampling, no error bars.
 *
 * Rewards are counted in finds here; the means of whole episodes are in units of reward. */
#ifndef AMINE_TASK_MAZE_VALUE_H
#define AMINE_TASK_MAZE_VALUE_H

#include "task/maze/map.h"

/* The one of up to eight mirror images of a free cell that stands for all of them. The maze looks
 * the same in each mirror, so what holds for a reward there holds for its images. */
int am_maze_fold(const am_maze *maze, int number);

/* distance[n_free]: steps from each free cell to `goal`; queue[n_free]: scratch. */
void am_maze_distances(int *distance, int *queue, const am_maze *maze, int goal);

/* find[k], k = 0 .. steps: finds expected in the k steps after a teleport when every way to the
 * reward, at distance[n_free], is the shortest. */
void am_maze_value_shortest(double *find, const am_maze *maze, const int *distance, int steps);

/* Mean reward of an episode under uniform random actions, and under the shortest way to the reward
 * from the first step on. *mean is NAN where working it out would take longer than a blink (large
 * mazes, long episodes). Fails only for want of memory. */
amine_status am_maze_mean_random(double *mean, const am_maze *maze, amine_error *error);
amine_status am_maze_mean_oracle(double *mean, const am_maze *maze, amine_error *error);

#endif
