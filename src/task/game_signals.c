/* Signals: two steps, first to tell, then to name. */
#include "task/game_signals.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "task/game_task.h"

enum { N_AGENTS = 2, N_STEPS = 2 };

am_signals_options am_signals_default(void) { return (am_signals_options){.cues = 2}; }

static void start(const am_game *game, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  am_signals_state *s = state;
  am_world_start(s, sizeof *s, seed, episode, lane);
  const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK_START, 0);
  for (int k = 0; k < N_AGENTS; k++)
    s->cue[k] = (int32_t)am_below(draw.v[k], (uint32_t)game->n_actions[k]);
}

static void observe(const am_game *game, const void *state, int agent, float *input) {
  const am_signals_state *s = state;
  const int n_cues = game->n_actions[agent];
  memset(input, 0, (size_t)game->n_inputs[agent] * sizeof *input);
  if (s->world.step == 0) input[s->cue[agent]] = 1;
  if (s->world.step == 1) input[n_cues + s->signal[1 - agent]] = input[2 * n_cues] = 1;
}

static void step(const am_game *game, void *state, const int *action, float *reward) {
  am_signals_state *s = state;
  reward[0] = reward[1] = 0;
  for (int k = 0; k < N_AGENTS; k++) assert(action[k] >= 0 && action[k] < game->n_actions[k]);
  if (s->world.step == 0) {
    s->signal[0] = action[0];
    s->signal[1] = action[1];
  } else if (s->world.step == 1) {
    const int n_right = (action[0] == s->cue[1]) + (action[1] == s->cue[0]);
    reward[0] = reward[1] = 0.5f * (float)n_right;
  }
  if (s->world.step < N_STEPS) s->world.step++;
}

/* Says what it sees: first its cue, then the signal of the other. */
static int speak(const am_game *game, const void *state, int agent, am_random4 draw) {
  (void)game;
  (void)draw;
  const am_signals_state *s = state;
  return s->world.step == 0 ? s->cue[agent] : s->signal[1 - agent];
}

/* Tells its cue, but names any of the cues. */
static int ignore(const am_game *game, const void *state, int agent, am_random4 draw) {
  const am_signals_state *s = state;
  return s->world.step == 0 ? s->cue[agent] : am_game_policy_random(game, s, agent, draw);
}

const am_game_type am_signals_type = {
    .name = "signals",
    .meaning = "two agents tell each other what they alone have seen",
    .start = start,
    .observe = observe,
    .step = step,
};

amine_status am_signals_create(am_game **out, const am_signals_options *options,
                               amine_error *error) {
  const am_signals_options o = options ? *options : am_signals_default();
  const am_range range = {"cues", o.cues, 2, 16};
  AM_TRY(am_ranges_check(am_signals_type.name, &range, 1, error));
  am_signals *g = am_alloc(1, sizeof *g);
  if (!g) return am_fail_memory(error, sizeof *g);
  const double chance = 1.0 / o.cues, half = 0.5 + 0.5 * chance;
  g->options = o;
  g->game = (am_game){
      .type = &am_signals_type,
      .n_agents = N_AGENTS,
      .n_steps = N_STEPS,
      .n_inputs = {2 * o.cues + 1, 2 * o.cues + 1},
      .n_actions = {o.cues, o.cues},
      .criterion = 0.95,
      .state_size = sizeof(am_signals_state),
      .lines = {{"random", {chance, chance}, {am_game_policy_random, am_game_policy_random}},
                {"one-way", {half, half}, {speak, ignore}},
                {"ceiling", {1, 1}, {speak, speak}}},
      .n_lines = 3};
  *out = &g->game;
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ as a task */
#define AT(member) AM_MEMBER(am_signals_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("cues", 2, 2, 16, "", "how many different cues there are", AT(cues)), {0}};

static amine_status make(am_task *task, void *options, amine_error *error) {
  am_game *game = NULL;
  AM_TRY(am_signals_create(&game, options, error));
  am_game_task_make(task, game);
  return AMINE_OK;
}

const am_task_type am_signals_task_type = {
    .part = {.kind = AM_TASK,
             .name = "signals",
             .meaning = "two agents tell each other what they alone have seen",
             .parameters = parameters,
             .options_size = sizeof(am_signals_options)},
    .make = make,
    AM_GAME_TASK};
