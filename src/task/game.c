/* The loop that plays a game by given policies. */
#include "task/game.h"

#include <assert.h>

#include "base/memory.h"

int am_game_policy_random(const am_game *game, const void *state, int agent, am_random4 draw) {
  (void)state;
  return (int)am_below(draw.v[0], (uint32_t)game->n_actions[agent]);
}

void am_game_destroy(am_game *game) {
  if (game && game->type->destroy) game->type->destroy(game);
  else am_free(game);
}

void am_game_play(const am_game *game, int line, double *reward, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  max_align_t room[AM_GAME_STATE_MAX / sizeof(max_align_t)];
  void *const state = room;
  am_game_policy *const *policy = game->lines[line].act;
  assert(game->state_size <= sizeof room);
  game->type->start(game, state, seed, episode, lane);
  for (int k = 0; k < game->n_agents; k++) reward[k] = 0;
  for (int t = 0; t < game->n_steps; t++) {
    int action[AM_GAME_AGENTS];
    float earned[AM_GAME_AGENTS];
    for (int k = 0; k < game->n_agents; k++) {
      const am_random4 draw =
          am_world_draw(state, AM_STREAM_AGENT, (uint32_t)(t * AM_GAME_AGENTS + k));
      action[k] = policy[k](game, state, k, draw);
    }
    game->type->step(game, state, action, earned);
    for (int k = 0; k < game->n_agents; k++) reward[k] += (double)earned[k];
  }
}
