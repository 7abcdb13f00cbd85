/* Matching pennies: the world is no more than what was played last. */
#include "task/game_pennies.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "task/game_task.h"

enum { N_AGENTS = 2 };

am_pennies_options am_pennies_default(void) {
  return (am_pennies_options){.steps = 20, .memory = 1};
}

static void start(const am_game *game, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  (void)game;
  am_world_start(state, sizeof(am_pennies_state), seed, episode, lane);
}

static void observe(const am_game *game, const void *state, int agent, float *input) {
  const am_pennies_state *s = state;
  const int memory = ((const am_pennies *)game)->options.memory;
  memset(input, 0, (size_t)game->n_inputs[agent] * sizeof *input);
  if (s->world.step >= game->n_steps) return;
  for (int i = 0; i < memory && i < s->world.step; i++) {
    input[4 * i + (s->played[agent] >> i & 1)] = 1;
    input[4 * i + 2 + (s->played[1 - agent] >> i & 1)] = 1;
  }
}

static void step(const am_game *game, void *state, const int *action, float *reward) {
  am_pennies_state *s = state;
  reward[0] = reward[1] = 0;
  if (s->world.step >= game->n_steps) return;
  for (int k = 0; k < N_AGENTS; k++) {
    assert(action[k] >= 0 && action[k] < AM_PENNIES_ACTIONS);
    s->played[k] = (s->played[k] << 1 | action[k]) & ((1 << AM_PENNIES_MEMORY) - 1);
  }
  const float stake = 1 / (float)game->n_steps;
  reward[0] = action[0] == action[1] ? stake : -stake;
  reward[1] = -reward[0];
  s->world.step++;
}

static int always_0(const am_game *game, const void *state, int agent, am_random4 draw) {
  (void)game, (void)state, (void)agent, (void)draw;
  return 0;
}

static int always_1(const am_game *game, const void *state, int agent, am_random4 draw) {
  return !always_0(game, state, agent, draw);
}

static int copy(const am_game *game, const void *state, int agent, am_random4 draw) {
  (void)game, (void)draw;
  return ((const am_pennies_state *)state)->played[1 - agent] & 1;
}

const am_game_type am_pennies_type = {
    .name = "pennies",
    .meaning = "matching pennies, repeated: one wins what the other loses",
    .start = start,
    .observe = observe,
    .step = step,
};

amine_status am_pennies_create(am_game **out, const am_pennies_options *options,
                               amine_error *error) {
  const am_pennies_options o = options ? *options : am_pennies_default();
  const am_range ranges[] = {{"steps", o.steps, 1, 100000},
                             {"memory", o.memory, 1, AM_PENNIES_MEMORY}};
  AM_TRY(am_ranges_check(am_pennies_type.name, ranges, 2, error));
  am_pennies *g = am_alloc(1, sizeof *g);
  if (!g) return am_fail_memory(error, sizeof *g);
  g->options = o;
  g->game = (am_game){.type = &am_pennies_type,
                      .n_agents = N_AGENTS,
                      .n_steps = o.steps,
                      .n_inputs = {4 * o.memory, 4 * o.memory},
                      .n_actions = {AM_PENNIES_ACTIONS, AM_PENNIES_ACTIONS},
                      .criterion = (double)NAN,
                      .state_size = sizeof(am_pennies_state),
                      .lines = {{"foretold", {-1, 1}, {always_0, always_1}},
                                {"random", {0, 0}, {am_game_policy_random, am_game_policy_random}},
                                {"copied", {0, 0}, {copy, am_game_policy_random}},
                                {"ceiling", {1, -1}, {always_0, always_0}}},
                      .n_lines = 4};
  *out = &g->game;
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ as a task */
#define AT(member) AM_MEMBER(am_pennies_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("steps", 200, 1, 100000, "steps", "length of an episode", AT(steps)),
    AM_INTEGER("memory", 1, 1, 16, "plays", "that each player sees again", AT(memory)),
    {0}};

static amine_status make(am_task *task, void *options, amine_error *error) {
  am_game *game = NULL;
  AM_TRY(am_pennies_create(&game, options, error));
  am_game_task_make(task, game);
  return AMINE_OK;
}

const am_task_type am_pennies_task_type = {
    .part = {.kind = AM_TASK,
             .name = "pennies",
             .meaning = "matching pennies, repeated: agent 0 wins what agent 1 loses",
             .parameters = parameters,
             .options_size = sizeof(am_pennies_options)},
    .make = make,
    AM_GAME_TASK};
