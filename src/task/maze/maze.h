/* Grid Maze: find a reward that cannot be seen, remember where it is, and come back from wherever
 * you are thrown. After Miconi et al. 2018, arXiv 1804.02464, and 2020, arXiv 2002.10585.
 *
 * A maze of n x n cells has an outer wall and a pillar wherever row and column are both even; its
 * centre is free. The agent starts at the centre. One free cell other than the centre, drawn for
 * the episode, holds the reward. Actions are up, down, left, right; a wall means staying and paying
 * wall_penalty. Entering the reward cell gives the reward and throws the agent on a free cell other
 * than it, drawn uniformly. */
#ifndef AMINE_TASK_MAZE_MAZE_H
#define AMINE_TASK_MAZE_MAZE_H

#include "task/maze/map.h"

/* 11 x 11, 200 steps, no penalty, reward 10 */
am_maze_options am_maze_default(void);

/* The world of one lane: plain bytes, all of them set by `start`. */
typedef struct am_maze_state {
  uint64_t seed;
  uint32_t episode, lane;
  am_maze_cell agent, reward;
  int32_t step;            /* t: actions taken so far */
  int32_t previous_action; /* -1 at t = 0 */
  float previous_reward;
  int32_t n_teleports; /* draws so far: as many as rewards found */
} am_maze_state;

/* The type of every maze: task->type == &am_maze_type tells one from other tasks. */
extern const am_task_type am_maze_type;

#endif
