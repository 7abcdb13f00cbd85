/* A game: a task for several agents in one shared world. All act at once in each step, each sees
 * and earns its own. As task.h in everything else: a game is immutable and shared by all threads,
 * the world of one lane is a plain block of state_size bytes of the caller, and all randomness
 * comes from the key given to `start`. */
#ifndef AMINE_TASK_GAME_H
#define AMINE_TASK_GAME_H

#include "task/world.h"

enum { AM_GAME_AGENTS = 8, AM_GAME_LINES = 4, AM_GAME_STATE_MAX = 256 };

typedef struct am_game am_game;

/* The policy of an agent: its action, with random numbers of its own. */
typedef int am_game_policy(const am_game *game, const void *state, int agent, am_random4 draw);
am_game_policy am_game_policy_random; /* each action alike */

/* What known policies, one for each agent, earn per episode. */
typedef struct am_game_line {
  const char *policy;
  double reward[AM_GAME_AGENTS]; /* mean of each agent */
  am_game_policy *act[AM_GAME_AGENTS];
} am_game_line;

typedef struct am_game_type {
  const char *name;
  const char *meaning; /* one line */
  /* Puts a lane at the start of an episode. */
  void (*start)(const am_game *game, void *state, uint64_t seed, uint32_t episode, uint32_t lane);
  /* Writes the n_inputs[agent] inputs of an agent at the present step. */
  void (*observe)(const am_game *game, const void *state, int agent, float *input);
  /* Takes the actions of all agents, action[k] in [0, n_actions[k]), moves the world one step and
   * writes what each earns. Past n_steps it changes and rewards nothing. */
  void (*step)(const am_game *game, void *state, const int *action, float *reward);
  void (*destroy)(am_game *game); /* NULL: it is one block */
} am_game_type;

struct am_game {
  const am_game_type *type;
  int n_agents, n_steps;
  int n_inputs[AM_GAME_AGENTS], n_actions[AM_GAME_AGENTS]; /* of each agent */
  double criterion;  /* mean reward per episode, over agents too, from which it counts as learned;
                     * NAN where one wins what the other loses */
  size_t state_size; /* at most AM_GAME_STATE_MAX; a state begins with an am_world */
  am_game_line lines[AM_GAME_LINES]; /* calibration, n_lines of them */
  int n_lines;
};

void am_game_destroy(am_game *game); /* NULL is fine */

/* Plays the episode (seed, episode, lane) by the policies lines[line] and writes the sum of the
 * rewards of each agent. */
void am_game_play(const am_game *game, int line, double *reward, uint64_t seed, uint32_t episode,
                  uint32_t lane);

#endif
