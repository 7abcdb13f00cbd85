/* Matching pennies, again and again: two agents each show a side of a coin. A competitive game;
 * learners and animals in it: Mookherjee and Sopher 1994, doi:10.1006/game.1994.1037; Lee et al.
 * 2004, doi:10.1016/j.cogbrainres.2004.07.007.
 *
 * In each step agent 0 earns 1/T and agent 1 loses it if the sides are equal, and the other way
 * round if they differ. Playing both sides alike, whatever came before, is the only equilibrium: it
 * earns 0 against everyone, and nobody earns more against it (von Neumann 1928,
 * doi:10.1007/BF01448847). Whoever can be foretold loses, down to -1 for an episode.
 *
 * Inputs of an agent, for each of the last `memory` steps, the latest first: its own play one-hot
 * [2] and the other's [2]; zeros for what was before the start. */
#ifndef AMINE_TASK_GAME_PENNIES_H
#define AMINE_TASK_GAME_PENNIES_H

#include "task/game.h"

enum { AM_PENNIES_MEMORY = 16, AM_PENNIES_ACTIONS = 2 };

typedef struct am_pennies_options {
  int steps;  /* T, 1 to 100000 */
  int memory; /* 1 to 16 */
} am_pennies_options;

/* 20 steps, memory 1 */
am_pennies_options am_pennies_default(void);

typedef struct am_pennies_state {
  am_world world;
  int32_t played[2]; /* of each agent: bit i is its play i + 1 steps ago */
} am_pennies_state;

typedef struct am_pennies {
  am_game game;
  am_pennies_options options;
} am_pennies;

extern const am_game_type am_pennies_type;
extern const am_task_type am_pennies_task_type; /* seen as a task (game_task.h) */

/* Makes the game; NULL options are the default. AMINE_ERROR_ARGUMENT for an option out of range,
 * with a sentence that names it; *out is then as it was. Free it with am_game_destroy.
 *
 * | line | agent 0 | agent 1 | rewards |
 * |---|---|---|---|
 * | `foretold` | always 0 | always 1 | -1, 1: the floor of agent 0 |
 * | `random` | both alike | both alike | 0, 0: the equilibrium |
 * | `copied` | what agent 1 played last, first 0 | both alike | 0, 0: nothing helps against it |
 * | `ceiling` | always 0 | always 0 | 1, -1: the ceiling of agent 0 | */
amine_status am_pennies_create(am_game **out, const am_pennies_options *options,
                               amine_error *error);

#endif
