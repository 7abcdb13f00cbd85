/* The T-maze; what the random walk earns follows by going back from the last step. */
#include "task/t_maze.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"

am_t_maze_options am_t_maze_default(void) {
  return (am_t_maze_options){.length = 10, .steps = 60, .reward = 4, .wrong = -0.1f, .bump = -0.1f};
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  (void)task;
  am_t_maze_state *s = state;
  am_world_start(s, sizeof *s, seed, episode, lane);
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
  else if (s->position == ((const am_t_maze *)task)->options.length) shown = junction;
  memcpy(input, shown, sizeof left);
}

static float step(const am_task *task, void *state, int action) {
  assert(action >= 0 && action < AM_T_MAZE_ACTIONS);
  const am_t_maze_options *o = &((const am_t_maze *)task)->options;
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

static int go(const am_task *task, const am_t_maze_state *s, int side) {
  return s->position < ((const am_t_maze *)task)->options.length ? AM_T_MAZE_FORWARD : side;
}

static int guess(const am_task *task, const void *state, am_random4 draw) {
  return go(task, state, draw.v[0] >> 31 ? AM_T_MAZE_RIGHT : AM_T_MAZE_LEFT);
}

static int remember(const am_task *task, const void *state, am_random4 draw) {
  (void)draw;
  return go(task, state, ((const am_t_maze_state *)state)->side);
}

static double play(const am_task *task, int line, uint64_t seed, uint32_t episode, uint32_t lane) {
  static am_policy *const policy[] = {am_policy_random, guess, remember};
  am_t_maze_state s;
  return am_world_play(task, &s, policy[line], seed, episode, lane);
}

static void destroy(am_task *task) { am_free(task); }

#define AT(member) AM_MEMBER(am_t_maze_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("steps", 200, 1, 100000, "steps", "length of an episode", AT(steps)),
    AM_NUMBER("wall_penalty", 0, 0, 1e6, "reward", "subtracted for bumping into a wall", AT(bump)),
    AM_NUMBER("reward", 10, 1e-6, 1e6, "reward", "for the right turn", AT(reward)),
    AM_INTEGER("length", 3, 1, 1000, "steps", "of the corridor to the junction", AT(length)),
    AM_NUMBER("wrong_penalty", 0, 0, 1e6, "reward", "subtracted for the wrong turn", AT(wrong)),
    {0}};

/* Penalties are what is subtracted. */
static amine_status create(am_task **task, const void *options, amine_error *error) {
  am_t_maze_options o = *(const am_t_maze_options *)options;
  o.wrong = -o.wrong;
  o.bump = -o.bump;
  return am_t_maze_create(task, &o, error);
}

const am_task_type am_t_maze_type = {
    .part = {.kind = AM_TASK,
             .name = "t-maze",
             .meaning = "remember a sign down a corridor and turn to its side at the end",
             .parameters = parameters,
             .options_size = sizeof(am_t_maze_options)},
    .create = create,
    .start = start,
    .observe = observe,
    .step = step,
    .over = over,
    .play = play,
    .destroy = destroy,
};

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

amine_status am_t_maze_create(am_task **out, const am_t_maze_options *options, amine_error *error) {
  const am_t_maze_options o = options ? *options : am_t_maze_default();
  const am_range ranges[] = {{"length", o.length, 1, 1000},
                             {"steps", o.steps, o.length + 1.0, 10000},
                             {"reward", (double)o.reward, 1e-6, 1e6},
                             {"wrong", (double)o.wrong, -(double)o.reward, 0},
                             {"bump", (double)o.bump, -1e6, 0}};
  double random = 0;
  AM_TRY(am_ranges_check(am_t_maze_type.part.name, ranges, 5, error));
  AM_TRY(earn_random(&random, &o, error));
  am_t_maze *t = am_alloc(1, sizeof *t);
  if (!t) return am_fail_memory(error, sizeof *t);
  const double right = (double)o.reward, wrong = (double)o.wrong;
  t->options = o;
  t->line[0] = (am_task_line){"random", random};
  t->line[1] = (am_task_line){"guess", 0.5 * (right + wrong)};
  t->line[2] = (am_task_line){"ceiling", right};
  t->task = (am_task){.type = &am_t_maze_type,
                      .n_inputs = AM_T_MAZE_INPUTS,
                      .n_actions = AM_T_MAZE_ACTIONS,
                      .n_steps = o.steps,
                      .criterion = 0.95 * right + 0.05 * wrong,
                      .state_size = sizeof(am_t_maze_state),
                      .lines = t->line,
                      .n_lines = 3};
  *out = &t->task;
  return AMINE_OK;
}
