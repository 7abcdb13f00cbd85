/* The world of the Grid Maze. A step and a look at the inputs are a few table reads; a random
 * number is drawn only at the start and when the reward is entered. */
#include "task/maze/maze.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "task/maze/value.h"

am_maze_options am_maze_default(void) {
  return (am_maze_options){.size = 11, .steps = 200, .wall_penalty = 0, .reward = 10};
}

static am_random_key key_of(const am_maze_state *s, uint32_t stream) {
  return (am_random_key){.seed = s->seed, .stream = stream, .episode = s->episode, .lane = s->lane};
}

/* A free cell other than number `not_this`, uniformly. */
static am_maze_cell draw(const am_maze *maze, am_random_key key, int32_t step, int not_this) {
  int n = (int)am_below(am_random(key, (uint32_t)step).v[0], (uint32_t)maze->n_free - 1);
  return maze->cell[n + (n >= not_this)];
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  const am_maze *maze = am_maze_of(task);
  am_maze_state *s = state;
  *s = (am_maze_state){.seed = seed, .episode = episode, .lane = lane, .previous_action = -1};
  s->agent = maze->cell[maze->centre];
  s->reward = draw(maze, key_of(s, AM_STREAM_TASK_START), 0, maze->centre);
}

static void observe(const am_task *task, const void *state, float *input) {
  static const float one_hot[AM_MAZE_ACTIONS + 1][AM_MAZE_ACTIONS] = {
      {0, 0, 0, 0}, {1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}};
  const am_maze *maze = am_maze_of(task);
  const am_maze_state *s = state;
  int view = maze->view[s->agent.row * maze->options.size + s->agent.col];
  memcpy(input, maze->shown[view], sizeof maze->shown[view]);
  input[AM_MAZE_INPUT_TIME] = (float)s->step / (float)maze->options.steps;
  input[AM_MAZE_INPUT_REWARD] = s->previous_reward;
  memcpy(input + AM_MAZE_INPUT_ACTION, one_hot[s->previous_action + 1], sizeof one_hot[0]);
}

static float step(const am_task *task, void *state, int action) {
  assert(action >= 0 && action < AM_MAZE_ACTIONS);
  const am_maze *maze = am_maze_of(task);
  am_maze_state *s = state;
  am_maze_cell to = {(int16_t)(s->agent.row + am_maze_move[action].row),
                     (int16_t)(s->agent.col + am_maze_move[action].col)};
  float reward = 0;
  int number = am_maze_number(maze, to);
  if (number < 0) {
    reward = 0.0f - maze->options.wall_penalty;
  } else if (to.row == s->reward.row && to.col == s->reward.col) {
    reward = maze->options.reward;
    s->agent = draw(maze, key_of(s, AM_STREAM_TASK), s->step, number);
    s->n_teleports++;
  } else {
    s->agent = to;
  }
  s->step++;
  s->previous_action = action;
  s->previous_reward = reward;
  return reward;
}

enum { THROWN, FOUND, WALL };
static const am_task_event events[] = {
    [THROWN] = {"thrown", "the first look around after a reward, at the place it was thrown to"},
    [FOUND] = {"found", "the first reward of the episode: the end of the search"},
    [WALL] = {"wall", "it ran into a wall and stayed where it was"},
    {0}};

static unsigned happened(const am_task *task, const void *before, const void *after) {
  const am_maze_state *a = before, *b = after;
  const bool thrown = a->previous_reward > 0;
  (void)task;
  if (!b) return (unsigned)thrown << THROWN;
  const bool stayed = a->agent.row == b->agent.row && a->agent.col == b->agent.col;
  return (unsigned)thrown << THROWN | (unsigned)(a->n_teleports == 0 && b->n_teleports == 1) << FOUND |
         (unsigned)(stayed && b->n_teleports == a->n_teleports) << WALL;
}

static void destroy(am_task *task) { am_maze_unmap((am_maze *)task); }

#define AT(member) AM_MEMBER(am_maze_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("size", 11, 5, 255, "cells", "cells in a row of the maze, outer walls included; odd",
               AT(size)),
    AM_INTEGER("steps", 200, 1, 100000, "steps", "length of an episode", AT(steps)),
    AM_NUMBER("wall_penalty", 0, 0, 1e6, "reward", "subtracted for bumping into a wall",
              AT(wall_penalty)),
    AM_NUMBER("reward", 10, 1e-6, 1e6, "reward", "for entering the reward cell", AT(reward)),
    {0}};

static amine_status check_odd(const void *options, amine_error *error) {
  const am_maze_options *o = options;
  if (o->size % 2 == 1) return AMINE_OK;
  return am_fail(error, AMINE_ERROR_ARGUMENT,
                 "task.size=%d: a maze has an odd number of cells in a row", o->size);
}

static amine_status check(const am_maze_options *o, amine_error *error) {
  if (o->size < 5 || o->size > 255 || o->size % 2 == 0)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the maze size %d is out of range: it must be odd, from 5 to 255", o->size);
  if (o->steps < 1)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "%d maze steps are out of range: an episode has at least 1", o->steps);
  if (!(o->wall_penalty >= 0 && o->wall_penalty <= FLT_MAX))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the maze wall penalty %g is out of range: it must be finite and at least 0",
                   (double)o->wall_penalty);
  if (!(o->reward > 0 && o->reward <= FLT_MAX))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the maze reward %g is out of range: it must be finite and above 0",
                   (double)o->reward);
  return AMINE_OK;
}

/* Mean finds in 200 steps by the policies of policy.h that take long to work out; the
 * tests work them out again. They never bump into a wall, so a penalty changes nothing. */
static const struct {
  int size;
  double planner, explore, told;
} known[] = {
    {9, 36.0970236, 37.3852031, 37.9865106},
    {11, 22.7300736, 26.9005429, 27.5024044},
    {13, 17.8052601, 19.7458823, 20.7611368},
};

static void add_line(am_maze *maze, const char *policy, double reward) {
  if (!isnan(reward)) am_task_acts(&maze->task, policy, reward, NULL);
}

static amine_status calibrate(am_maze *maze, amine_error *error) {
  double random, oracle, planner = NAN, explore = NAN, told = NAN;
  AM_TRY(am_maze_mean_random(&random, maze, error));
  AM_TRY(am_maze_mean_oracle(&oracle, maze, error));
  for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
    if (known[k].size == maze->options.size && maze->options.steps == 200 &&
        maze->options.wall_penalty == 0) {
      planner = known[k].planner * (double)maze->options.reward;
      explore = known[k].explore * (double)maze->options.reward;
      told = known[k].told * (double)maze->options.reward;
    }
  add_line(maze, "random", random);
  add_line(maze, "planner", planner);
  add_line(maze, "explore", explore);
  add_line(maze, "told", told);
  add_line(maze, "oracle", oracle);
  return AMINE_OK;
}

static amine_status make(am_task *task, void *options, amine_error *error) {
  am_maze *maze = (am_maze *)task;
  maze->options = *(const am_maze_options *)options;
  AM_TRY(check(&maze->options, error));
  task->n_inputs = AM_MAZE_INPUTS;
  task->tells = 1 + AM_MAZE_INPUT_REWARD;
  task->n_actions = AM_MAZE_ACTIONS;
  task->n_steps = maze->options.steps;
  task->criterion = (double)NAN;
  task->state_size = sizeof(am_maze_state);
  AM_TRY(am_maze_map(maze, error));
  return calibrate(maze, error);
}

const am_task_type am_maze_type = {
    .part = {.kind = AM_TASK,
             .name = "maze",
             .meaning =
                 "find a hidden reward in a maze and return to it from wherever you are thrown",
             .parameters = parameters,
             .options_size = sizeof(am_maze_options),
             .check = check_odd},
    .size = sizeof(am_maze),
    .make = make,
    .start = start,
    .observe = observe,
    .step = step,
    .events = events,
    .happened = happened,
    .destroy = destroy,
};
