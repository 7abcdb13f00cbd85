/* Games as tasks: nothing is kept beside the game's own world. */
#include "task/game_task.h"

#include <assert.h>
#include <math.h>

static const am_game_task *inside(const am_task *task) {
  return (const am_game_task *)(const void *)task;
}

/* What counts as the reward of the whole. */
static double whole(const am_game_task *t, const double *reward) {
  double sum = 0;
  if (!t->shared) return reward[0];
  for (int k = 0; k < t->game->n_agents; k++) sum += reward[k];
  return sum / t->game->n_agents;
}

double am_game_task_reward(const am_game_task *t, const float *reward) {
  double each[AM_GAME_AGENTS];
  for (int k = 0; k < t->game->n_agents; k++) each[k] = (double)reward[k];
  return whole(t, each);
}

int am_game_task_join(const am_game *game, const int *action) {
  int joint = 0;
  for (int k = game->n_agents - 1; k >= 0; k--) joint = joint * game->n_actions[k] + action[k];
  return joint;
}

void am_game_task_part(const am_game *game, int joint, int *action) {
  for (int k = 0; k < game->n_agents; k++) {
    action[k] = joint % game->n_actions[k];
    joint /= game->n_actions[k];
  }
}

/* ------------------------------------------------------------------------------ the whole */
void am_game_task_start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                        uint32_t lane) {
  const am_game *g = inside(task)->game;
  g->type->start(g, state, seed, episode, lane);
}

void am_game_task_observe(const am_task *task, const void *state, float *input) {
  const am_game *g = inside(task)->game;
  for (int k = 0; k < g->n_agents; k++) {
    g->type->observe(g, state, k, input);
    input += g->n_inputs[k];
  }
}

float am_game_task_step(const am_task *task, void *state, int joint) {
  assert(joint >= 0 && joint < task->n_actions);
  const am_game_task *t = inside(task);
  int action[AM_GAME_AGENTS];
  float reward[AM_GAME_AGENTS];
  am_game_task_part(t->game, joint, action);
  t->game->type->step(t->game, state, action, reward);
  return (float)am_game_task_reward(t, reward);
}

double am_game_task_play(const am_task *task, int line, uint64_t seed, uint32_t episode,
                         uint32_t lane) {
  const am_game_task *t = inside(task);
  double reward[AM_GAME_AGENTS];
  am_game_play(t->game, line, reward, seed, episode, lane);
  return whole(t, reward);
}

void am_game_task_destroy(am_task *task) { am_game_destroy(inside(task)->game); }

const am_game_task *am_game_task_of(const am_task *task) {
  return task->type->play == am_game_task_play ? inside(task) : NULL;
}

void am_game_task_make(am_task *task, am_game *game) {
  am_game_task *t = (am_game_task *)(void *)task;
  t->game = game;
  t->shared = !isnan(game->criterion);
  task->n_actions = 1;
  task->n_steps = game->n_steps;
  task->criterion = game->criterion;
  task->state_size = game->state_size;
  for (int k = 0; k < game->n_agents; k++) {
    task->n_inputs += game->n_inputs[k];
    task->n_actions *= game->n_actions[k];
  }
  for (int l = 0; l < game->n_lines; l++)
    am_task_acts(task, game->lines[l].policy, whole(t, game->lines[l].reward), NULL);
}

/* ------------------------------------------------------------------------------ one agent */
static const am_game_view *view_of(const am_task *task) {
  return (const am_game_view *)(const void *)task;
}

static void start_view(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                       uint32_t lane) {
  const am_game *g = view_of(task)->game;
  g->type->start(g, state, seed, episode, lane);
}

static void observe_view(const am_task *task, const void *state, float *input) {
  const am_game_view *v = view_of(task);
  v->game->type->observe(v->game, state, v->agent, input);
}

am_game_view am_game_view_of(const am_game *game, int agent) {
  static const am_task_type type = {
      .part = {.kind = AM_TASK, .name = "game", .meaning = "what one agent sees of a game"},
      .start = start_view,
      .observe = observe_view};
  return (am_game_view){.task = {.type = &type,
                                 .n_inputs = game->n_inputs[agent],
                                 .n_actions = game->n_actions[agent],
                                 .n_steps = game->n_steps,
                                 .criterion = (double)NAN,
                                 .state_size = game->state_size},
                        .game = game,
                        .agent = agent};
}
