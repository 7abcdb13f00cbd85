/* A game seen as a task, in two ways.
 *
 * The whole of it, for one player who has the eyes and hands of all agents: inputs are those of the
 * agents one after the other, an action is one number for the actions of all, a_0 + n_0 (a_1 + n_1
 * (...)), and the reward is the mean over the agents, or, where one wins what the other loses, what
 * agent 0 earns. Its lines and its criterion are the game's. It is what a run has for a task.
 *
 * One agent's view of it, for a learner that knows only what this agent sees: it can start and
 * observe, but not step, because a world moves when all have acted (learner/agents.h). */
#ifndef AMINE_TASK_GAME_TASK_H
#define AMINE_TASK_GAME_TASK_H

#include "task/game.h"

typedef struct am_game_task {
  am_task task; /* first */
  am_game *game;
  bool shared; /* the reward is the mean over agents, not agent 0's */
} am_game_task;

typedef struct am_game_view {
  am_task task; /* first */
  const am_game *game;
  int agent;
} am_game_view;

/* The functions of the whole, for the am_task_type of a game. */
#define AM_GAME_TASK                                                                               \
  .size = sizeof(am_game_task), .start = am_game_task_start, .observe = am_game_task_observe,       \
  .step = am_game_task_step, .play = am_game_task_play, .destroy = am_game_task_destroy
void am_game_task_start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                        uint32_t lane);
void am_game_task_observe(const am_task *task, const void *state, float *input);
float am_game_task_step(const am_task *task, void *state, int joint);
double am_game_task_play(const am_task *task, int line, uint64_t seed, uint32_t episode,
                         uint32_t lane);
void am_game_task_destroy(am_task *task);

/* The whole, for the am_task_type.make of a game: takes the game over, which is destroyed with the
 * task. */
void am_game_task_make(am_task *task, am_game *game);
/* NULL for a task that is no game. */
const am_game_task *am_game_task_of(const am_task *task);

/* What counts as the reward of the whole. */
double am_game_task_reward(const am_game_task *t, const float *reward);
/* The number of the actions of all, and back. */
int am_game_task_join(const am_game *game, const int *action);
void am_game_task_part(const am_game *game, int joint, int *action);

/* The game must outlive the view, which needs no destroying. */
am_game_view am_game_view_of(const am_game *game, int agent);

#endif
