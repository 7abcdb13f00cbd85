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

#include "task/task.h"

/* The inputs: where each group starts, and how many there are. */
enum {
  AM_MAZE_INPUT_WALLS = 0,   /* 9: the cells around the agent, row by row; 1 is a wall */
  AM_MAZE_INPUT_ZERO = 9,    /* always 0 */
  AM_MAZE_INPUT_BIAS = 10,   /* always 1 */
  AM_MAZE_INPUT_TIME = 11,   /* t / T */
  AM_MAZE_INPUT_REWARD = 12, /* what the step before gave, as it is */
  AM_MAZE_INPUT_ACTION = 13, /* 4: the action before, one-hot; none at t = 0 */
  AM_MAZE_INPUTS = 17,
  AM_MAZE_ACTIONS = 4, /* 0 up, 1 down, 2 left, 3 right */
  AM_MAZE_VIEWS = 512, /* 9 cells, each wall or free */
  AM_MAZE_MAX_LINES = 5
};

typedef struct am_maze_options {
  int size;           /* cells in a row, outer walls included; odd, 5 to 255 */
  int steps;          /* T, length of an episode; at least 1 */
  float wall_penalty; /* subtracted for bumping into a wall; finite, at least 0 */
  float reward;       /* for entering the reward cell; finite, above 0 */
} am_maze_options;

/* 11 x 11, 200 steps, no penalty, reward 10 */
am_maze_options am_maze_default(void);

typedef struct am_maze_cell {
  int16_t row, col;
} am_maze_cell;

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
  am_task_line line[AM_MAZE_MAX_LINES];
} am_maze;

/* The type of every maze: task->type == &am_maze_type tells one from other tasks. */
extern const am_task_type am_maze_type;

/* Makes a maze; NULL options are the default. AMINE_ERROR_ARGUMENT for an option out of range, with
 * a sentence that names it; *out is then as it was. Free it with am_task_destroy. */
amine_status am_maze_create(am_task **out, const am_maze_options *options, amine_error *error);

static inline const am_maze *am_maze_of(const am_task *task) { return (const am_maze *)task; }

/* The number of a cell, -1 for a wall. */
static inline int am_maze_number(const am_maze *maze, am_maze_cell cell) {
  return maze->number[cell.row * maze->options.size + cell.col];
}

#endif
