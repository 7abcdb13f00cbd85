/* The grid world: a start is a keyed draw, and nothing else is left to chance. */
#include "task/grid_world.h"

#include <assert.h>
#include <math.h>
#include <string.h>

typedef struct grid_world {
  am_task task; /* first */
  am_grid grid;
  am_task_map map;
  int distance[AM_GRID_CELLS];
  double length[2]; /* of the lines */
} grid_world;

static const grid_world *of(const am_task *task) { return (const grid_world *)(const void *)task; }

am_grid_world_options am_grid_world_default(void) {
  return (am_grid_world_options){.steps = 100, .goal = AM_GRID_CELLS - 1};
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  const am_grid *grid = &of(task)->grid;
  am_grid_world_state *s = state;
  am_world_begin(task, s, seed, episode, lane);
  const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK_START, 0);
  s->cell = grid->start[am_below(draw.v[0], (uint32_t)grid->n_starts)];
}

static bool over(const am_task *task, const void *state) {
  (void)task;
  return ((const am_grid_world_state *)state)->arrived;
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_grid_world_state *s = state;
  memset(input, 0, (size_t)task->n_inputs * sizeof *input);
  if (!s->arrived) input[s->cell] = 1;
}

static float step(const am_task *task, void *state, int action) {
  const am_grid *grid = &of(task)->grid;
  am_grid_world_state *s = state;
  assert(action >= 0 && action < AM_GRID_ACTIONS);
  if (s->arrived || s->world.step >= task->n_steps) return 0;
  s->cell = am_grid_move(grid, s->cell, action);
  s->arrived = s->cell == grid->goal;
  s->world.step++;
  return s->arrived ? 1 : 0;
}

/* ------------------------------------------------------------------ its map */
static const am_task_map *map(const am_task *task) { return &of(task)->map; }

static int place(const am_task *task, const void *state) {
  (void)task;
  return ((const am_grid_world_state *)state)->cell;
}

static void values(const am_task *task, double *value, const double *policy, double gamma) {
  am_grid_policy p;
  memcpy(p.p, policy, sizeof p.p);
  am_grid_values(value, &of(task)->grid, &p, gamma);
}

static double length(const am_task *task, int line) { return of(task)->length[line]; }

/* ------------------------------------------------------------------ what happens */
enum { WALL, FARTHER, GOAL };
static const am_task_event events[] = {[WALL] = {"wall", "the way was barred by a wall"},
                                       [FARTHER] = {"farther", "a step led away from the goal"},
                                       [GOAL] = {"goal", "the goal was reached"},
                                       {0}};

static unsigned happened(const am_task *task, const void *before, const void *after) {
  const am_grid_world_state *a = before, *b = after;
  const int *distance = of(task)->distance;
  if (!b || a->arrived || a->world.step >= task->n_steps) return 0;
  return (unsigned)(a->cell == b->cell) << WALL |
         (unsigned)(distance[b->cell] > distance[a->cell]) << FARTHER |
         (unsigned)(b->arrived != 0) << GOAL;
}

/* A step of a shortest way. */
static int shortest(const am_task *task, const void *state, am_random4 draw) {
  const am_grid_world_state *s = state;
  const int *distance = of(task)->distance;
  int best = 0;
  (void)draw;
  for (int a = 1; a < AM_GRID_ACTIONS; a++)
    if (distance[am_grid_move(&of(task)->grid, s->cell, a)] <
        distance[am_grid_move(&of(task)->grid, s->cell, best)])
      best = a;
  return best;
}

#define AT(member) AM_MEMBER(am_grid_world_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("steps", 100, 1, 100000, "steps", "length of an episode", AT(steps)),
    AM_INTEGER("goal", AM_GRID_CELLS - 1, 0, AM_GRID_CELLS - 1, "", "its cell, 5 y + x", AT(goal)),
    AM_SWITCH("obstacle", 0, "a wall of three cells in the middle", AT(obstacle)),
    {0}};

static void calibrate(grid_world *w, int cap) {
  const am_grid_policy walk = am_grid_walk();
  double random, in_time = 0, steps = 0;
  w->length[0] = am_grid_capped(&random, &w->grid, &walk, cap);
  for (int i = 0; i < w->grid.n_starts; i++) {
    const int distance = w->distance[w->grid.start[i]];
    in_time += distance <= cap;
    steps += fmin(distance, cap);
  }
  w->length[1] = steps / w->grid.n_starts;
  const double ceiling = in_time / w->grid.n_starts;
  w->task.criterion = ceiling > random ? random + 0.9 * (ceiling - random) : (double)NAN;
  am_task_acts(&w->task, "random", random, am_policy_random);
  am_task_acts(&w->task, "ceiling", ceiling, shortest);
}

static amine_status make(am_task *task, void *options, amine_error *error) {
  const am_grid_world_options *o = options;
  grid_world *w = (grid_world *)(void *)task;
  const am_range ranges[] = {{"steps", o->steps, 1, 100000},
                             {"goal", o->goal, 0, AM_GRID_CELLS - 1}};
  AM_TRY(am_ranges_check(task->type->part.name, ranges, 2, error));
  if (!am_grid_is_free(o->goal, o->obstacle))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "task.goal=%d is a cell of the obstacle, 11, 12, 13", o->goal);
  w->grid = am_grid_make(o->goal, o->obstacle);
  am_grid_distances(w->distance, &w->grid);
  w->map = (am_task_map){.width = AM_GRID_SIDE,
                         .height = AM_GRID_SIDE,
                         .goal = o->goal,
                         .wall = w->grid.wall,
                         .distance = w->distance};
  task->n_inputs = AM_GRID_CELLS;
  task->n_actions = AM_GRID_ACTIONS;
  task->n_steps = o->steps;
  task->state_size = sizeof(am_grid_world_state);
  calibrate(w, o->steps);
  return AMINE_OK;
}

const am_task_type am_grid_world_type = {
    .part = {.kind = AM_TASK,
             .name = "grid-world",
             .meaning = "find the way to a goal that is not seen",
             .parameters = parameters,
             .options_size = sizeof(am_grid_world_options)},
    .size = sizeof(grid_world),
    .make = make,
    .start = start,
    .observe = observe,
    .step = step,
    .over = over,
    .events = events,
    .happened = happened,
    .map = map,
    .place = place,
    .values = values,
    .length = length,
};
