/* The loop that plays a game by given policies. */
#include "task/game.h"

int am_game_policy_random(const am_game *game, const void *state, int agent, am_random4 draw) {
  (void)state;
  return (int)am_below(draw.v[0], (uint32_t)game->n_actions[agent]);
}

void am_game_play(const am_game *game, void *state, am_game_policy *const *policy, double *reward,
                  uint64_t seed, uint32_t episode, uint32_t lane) {
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
