/* T-maze: a sign at the start says which way to turn at the end of a corridor. After Bakker 2002,
 * Reinforcement learning with long short-term memory, NIPS 14, 1475-1482.
 *
 * Positions 0 (the start) to `length` (the junction) lie in a row. Actions are forward, back, left,
 * right. Left and right are walls but at the junction, forward is a wall there, back is one at the
 * start; a wall means staying and `bump`. Turning at the junction gives `reward` if to the side of
 * the sign, `wrong` otherwise, and ends the episode. The sides are drawn with probability 1/2.
 *
 * Inputs, three bits as in the paper: 011 or 110 at the start (the sign: left or right), 101 in the
 * corridor, 010 at the junction; 000 once the episode is over. */
#ifndef AMINE_TASK_T_MAZE_H
#define AMINE_TASK_T_MAZE_H

#include "task/world.h"

enum {
  AM_T_MAZE_FORWARD,
  AM_T_MAZE_BACK,
  AM_T_MAZE_LEFT,
  AM_T_MAZE_RIGHT,
  AM_T_MAZE_ACTIONS,
  AM_T_MAZE_INPUTS = 3
};

typedef struct am_t_maze_options {
  int length;   /* steps from the start to the junction; 1 to 1000 */
  int steps;    /* T, length of an episode at most; length + 1 to 10000 */
  float reward; /* for the right turn; 1e-6 to 1e6 */
  float wrong;  /* subtracted for the wrong turn; 0 to reward */
  float bump;   /* subtracted for each step into a wall; 0 to 1e6 */
} am_t_maze_options;

/* length 10, 60 steps; 4, 0.1 and 0.1 as in the paper. 1, 0, 0 make it a plain count. */
am_t_maze_options am_t_maze_default(void);

typedef struct am_t_maze_state {
  am_world world;
  int32_t position;
  int32_t side; /* of the sign: AM_T_MAZE_LEFT or _RIGHT */
  int32_t over; /* 1 once turned */
} am_t_maze_state;

/* Lines: `random`; `guess`, straight on, then either side; `ceiling`. It counts as learned when 95
 * of 100 turns are right. */
extern const am_task_type am_t_maze_type;

#endif
