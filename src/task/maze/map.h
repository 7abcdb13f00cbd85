/* The map of a Grid Maze (maze.h): its cells, the ways between them, and what is seen from each. */
#ifndef AMINE_TASK_MAZE_MAP_H
#define AMINE_TASK_MAZE_MAP_H

#include "task/task.h"

/* The inputs: where each kind starts, and how many there are. */
enum {
  AM_MAZE_INPUT_WALLS = 0,   /* 9: the cells around the agent, row by row; 1 is a wall */
  AM_MAZE_INPUT_ZERO = 9,    /* always 0 */
  AM_MAZE_INPUT_BIAS = 10,   /* always 1 */
  AM_MAZE_INPUT_TIME = 11,   /* t / T */
  AM_MAZE_INPUT_REWARD = 12, /* what the step before gave, as it is */
  AM_MAZE_INPUT_ACTION = 13, /* 4: the action before, one-hot; none at t = 0 */
  AM_MAZE_INPUTS = 17,
  AM_MAZE_ACTIONS = 4, /* 0 up, 1 down, 2 left, 3 right */
  AM_MAZE_VIEWS = 512 /* 9 cells, each wall or free */
};

typedef struct am_maze_options {
  int size;           /* cells in a row, outer walls included; odd, 5 to 255 */
  int steps;          /* T, length of an episode; at least 1 */
  float wall_penalty; /* subtracted for bumping into a wall; finite, at least 0 */
  float reward;       /* for entering the reward cell; finite, above 0 */
} am_maze_options;

typedef struct am_maze_cell {
  int16_t row, col;
} am_maze_cell;

/* The map, immutable, shared by all lanes. Free cells are numbered row by row. */
typedef struct am_maze {
  am_task task; /* first, so that an am_task of am_maze_type is an am_maze */
  am_maze_options options;
  int n_free, centre;                 /* free cells; the number of the centre */
  int32_t *number;                    /* [size][size]: number of a cell, -1 for a wall */
  uint16_t *view;                     /* [size][size]: its 3 x 3 view; bit 8 - k is input k */
  am_maze_cell *cell;                 /* [n_free] */
  int32_t (*next)[AM_MAZE_ACTIONS];   /* [n_free][action]: number, -1 for a wall */
  float (*shown)[AM_MAZE_INPUT_TIME]; /* [view]: the inputs that depend on it alone */
} am_maze;

static inline const am_maze *am_maze_of(const am_task *task) { return (const am_maze *)task; }

/* The number of a cell, -1 for a wall. */
static inline int am_maze_number(const am_maze *maze, am_maze_cell cell) {
  return maze->number[cell.row * maze->options.size + cell.col];
}

/* Where each action goes from a cell. */
extern const am_maze_cell am_maze_move[AM_MAZE_ACTIONS];

/* Lays out the map of maze->options in a zeroed maze. AMINE_ERROR_MEMORY: what was taken by then is
 * freed by am_maze_unmap. */
amine_status am_maze_map(am_maze *maze, amine_error *error);
void am_maze_unmap(am_maze *maze);

#endif
