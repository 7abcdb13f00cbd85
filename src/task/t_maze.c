/* The T-maze; what the random walk earns follows by going back from the last step. */
#include "task/t_maze.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"

am_t_maze_options am_t_maze_default(void) {
  return (am_t_maze_options){.length = 10, .steps = 60, .reward = 4, .wrong = 0.1f, .bump = 0.1f};
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  am_t_maze_state *s = state;
  am_world_begin(task, s, seed, episode, lane);
  const bool right = am_world_draw(&s->world, AM_STREAM_TASK_START, 0).v[0] >> 31;
  s->side = right ? AM_T_MAZE_RIGHT : AM_T_MAZE_LEFT;
}

static void observe(const am_task *task, const void *state, float *input) {
  static const float left[] = {0, 1, 1}, right[] = {1, 1, 0}, corridor[] = {1, 0, 1},
                     junction[] = {0, 1, 0}, nothing[] = {0, 0, 0};
  const am_t_maze_state *s = state;
  const float *shown = corridor;
  if (s->over) shown = nothing;
  else if (s->position == 0) shown = s->side == AM_T_MAZE_LEFT ? left : right;
  else if (s->position == ((const am_t_maze_options *)task->options)->length) shown = junction;
  memcpy(input, shown, sizeof left);
}

static float step(const am_task *task, void *state, int action) {
  assert(action >= 0 && action < AM_T_MAZE_ACTIONS);
  const am_t_maze_options *o = task->options;
  am_t_maze_state *s = state;
  if (s->over || s->world.step >= o->steps) return 0;
  s->world.step++;
  const bool turn = action == AM_T_MAZE_LEFT || action == AM_T_MAZE_RIGHT;
  if (turn && s->position == o->length) {
    s->over = 1;
    return action == s->side ? o->reward : o->wrong;
  }
  const int to = s->position + (action == AM_T_MAZE_FORWARD) - (action == AM_T_MAZE_BACK);
  if (turn || to < 0 || to > o->length) return o->bump;
  s->position = to;
  return 0;
}

static bool over(const am_task *task, const void *state) {
  (void)task;
  return ((const am_t_maze_state *)state)->over;
}

enum { SIGN, JUNCTION, WALL };
static const am_task_event events[] = {
    [SIGN] = {"sign", "the start, where the sign is seen"},
    [JUNCTION] = {"junction", "the end of the corridor, where it turns"},
    [WALL] = {"wall", "it ran into a wall and stayed where it was"},
    {0}};

static unsigned happened(const am_task *task, const void *before, const void *after) {
  const am_t_maze_state *a = before, *b = after;
  const int length = ((const am_t_maze_options *)task->options)->length;
  if (a->over) return 0;
  return (unsigned)(a->position == 0) << SIGN | (unsigned)(a->position == length) << JUNCTION |
         (unsigned)(b && !b->over && b->position == a->position) << WALL;
}

static int go(const am_task *task, const am_t_maze_state *s, int side) {
  return s->position < ((const am_t_maze_options *)task->options)->length ? AM_T_MAZE_FORWARD
                                                                          : side;
}

static int guess(const am_task *task, const void *state, am_random4 draw) {
  return go(task, state, draw.v[0] >> 31 ? AM_T_MAZE_RIGHT : AM_T_MAZE_LEFT);
}

static int remember(const am_task *task, const void *state, am_random4 draw) {
  (void)draw;
  return go(task, state, ((const am_t_maze_state *)state)->side);
}

#define AT(member) AM_MEMBER(am_t_maze_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("steps", 200, 1, 100000, "steps", "length of an episode", AT(steps)),
    AM_NUMBER("wall_penalty", 0, 0, 1e6, "reward", "subtracted for bumping into a wall", AT(bump)),
    AM_NUMBER("reward", 10, 1e-6, 1e6, "reward", "for the right turn", AT(reward)),
    AM_INTEGER("length", 3, 1, 1000, "steps", "of the corridor to the junction", AT(length)),
    AM_NUMBER("wrong_penalty", 0, 0, 1e6, "reward", "subtracted for the wrong turn", AT(wrong)),
    {0}};

/* V_n(x), what n more steps of the random walk earn from position x, from V_{n-1}:
 *   V_n(x) = 1/4 sum over actions of (what it gives + V_{n-1}(where it ends)). */
static amine_status earn_random(double *out, const am_t_maze_options *o, amine_error *error) {
  const int L = o->length;
  const double bump = (double)o->bump, turn = (double)o->reward + (double)o->wrong;
  double *V = am_alloc(2, ((size_t)L + 1) * sizeof *V), *now = V, *next;
  if (!V) return am_fail_memory(error, 2 * ((size_t)L + 1) * sizeof *V);
  next = V + L + 1;
  for (int n = 0; n < o->steps; n++) {
    for (int x = 0; x < L; x++)
      next[x] = 0.25 * (now[x + 1] + (x > 0 ? now[x - 1] : bump + now[x]) + 2 * (bump + now[x]));
    next[L] = 0.25 * (bump + now[L] + now[L - 1] + turn);
    double *swap = now;
    now = next;
    next = swap;
  }
  *out = now[0];
  am_free(V);
  return AMINE_OK;
}

/* Penalties are what is subtracted: from here on they are rewards. */
static amine_status make(am_task *task, void *options, amine_error *error) {
  am_t_maze_options *o = options;
  o->wrong = -o->wrong;
  o->bump = -o->bump;
  const am_range ranges[] = {{"length", o->length, 1, 1000},
                             {"steps", o->steps, o->length + 1.0, 10000},
                             {"reward", (double)o->reward, 1e-6, 1e6},
                             {"wrong", (double)o->wrong, -(double)o->reward, 0},
                             {"bump", (double)o->bump, -1e6, 0}};
  const double right = (double)o->reward, wrong = (double)o->wrong;
  double random = 0;
  AM_TRY(am_ranges_check(task->type->part.name, ranges, 5, error));
  AM_TRY(earn_random(&random, o, error));
  task->n_inputs = AM_T_MAZE_INPUTS;
  task->n_actions = AM_T_MAZE_ACTIONS;
  task->n_steps = o->steps;
  task->criterion = 0.95 * right + 0.05 * wrong;
  task->state_size = sizeof(am_t_maze_state);
  am_task_acts(task, "random", random, am_policy_random);
  am_task_acts(task, "guess", 0.5 * (right + wrong), guess);
  am_task_acts(task, "ceiling", right, remember);
  return AMINE_OK;
}

const am_task_type am_t_maze_type = {
    .part = {.kind = AM_TASK,
             .name = "t-maze",
             .meaning = "remember a sign down a corridor and turn to its side at the end",
             .parameters = parameters,
             .options_size = sizeof(am_t_maze_options)},
    .make = make,
    .start = start,
    .observe = observe,
    .step = step,
    .over = over,
    .events = events,
    .happened = happened,
};
