/* Two targets that swap (see two_targets.h). */
#include "task/two_targets.h"

#include <math.h>
#include <string.h>

#define SPAN 1.0f     /* of targets */
#define PLACES 1.5f   /* of places */
#define EDGE 2.0f     /* of the plane */
#define ZONE 0.4f     /* a target is reached within it */
#define APART 0.6f    /* new places are not within it */
#define STRIDE 0.25f  /* of a step */
#define WRONG (-0.5f) /* reward */
enum { DRAWS = 64 };

am_two_targets_options am_two_targets_default(void) {
  return (am_two_targets_options){.steps = 100, .swap = true};
}

static float distance(const float *a, const float *b) {
  const float x = a[0] - b[0], y = a[1] - b[1];
  return sqrtf(x * x + y * y);
}

static int nearer(const am_two_targets_state *s) {
  return distance(s->place, s->target[1]) < distance(s->place, s->target[0]);
}

static float within(uint32_t bits, float span) { return span * (2 * am_uniform(bits) - 1); }

static void new_place(am_two_targets_state *s) {
  for (int k = 0; k < DRAWS; k++) {
    const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK, (uint32_t)s->n_drawn++);
    for (int i = 0; i < 2; i++) s->place[i] = within(draw.v[i], PLACES);
    if (distance(s->place, s->target[nearer(s)]) > APART) return;
  }
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  am_two_targets_state *s = state;
  am_world_begin(task, s, seed, episode, lane);
  const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK_START, 0);
  for (int k = 0; k < 4; k++) s->target[k / 2][k % 2] = within(draw.v[k], SPAN);
  s->good = (int32_t)(am_world_draw(&s->world, AM_STREAM_TASK_START, 1).v[0] >> 31);
  s->believed = -1;
  new_place(s);
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_two_targets_state *s = state;
  memset(input, 0, AM_TARGETS_INPUTS * sizeof *input);
  if (s->world.step >= task->n_steps) return;
  for (int i = 0; i < 2; i++) {
    input[AM_TARGETS_FIRST + i] = s->target[0][i] - s->place[i];
    input[AM_TARGETS_SECOND + i] = s->target[1][i] - s->place[i];
    input[AM_TARGETS_DIRECTION + i] = s->direction[i];
    input[AM_TARGETS_REWARD + i] = s->reward[i];
  }
}

static void walk(am_two_targets_state *s, const float *action) {
  const float length = sqrtf(action[0] * action[0] + action[1] * action[1]);
  for (int i = 0; i < 2; i++) {
    s->direction[i] = length > 0 ? action[i] / length : 0;
    s->place[i] += STRIDE * s->direction[i];
    if (s->place[i] >= EDGE) s->place[i] -= 2 * EDGE;
    if (s->place[i] < -EDGE) s->place[i] += 2 * EDGE;
  }
}

/* Whether the targets swap before this step. */
static bool swaps(const am_task *task, const am_two_targets_state *s) {
  const am_two_targets_options *o = task->options;
  const uint32_t step = (uint32_t)s->world.step;
  if (o->swap && s->world.step == task->n_steps / 2) return true;
  return o->swap_rate > 0 && step > 0 &&
         am_uniform(am_world_draw(&s->world, AM_STREAM_TASK_START, 1 + step).v[0]) < o->swap_rate;
}

static float move(const am_task *task, void *state, const float *action) {
  am_two_targets_state *s = state;
  if (s->world.step >= task->n_steps) return 0;
  const int at = nearer(s);
  s->reward[0] = s->reward[1] = 0;
  if (swaps(task, s)) s->good = 1 - s->good;
  if (distance(s->place, s->target[at]) <= ZONE) {
    s->reward[at] = at == s->good ? 1 : WRONG;
    s->believed = at == s->good ? at : 1 - at;
    s->direction[0] = s->direction[1] = 0;
    new_place(s);
  } else walk(s, action);
  s->world.step++;
  return s->reward[0] + s->reward[1];
}

/* ------------------------------------------------------------------------------ lines */
static void toward(const am_two_targets_state *s, int target, float *action) {
  for (int i = 0; i < 2; i++) action[i] = s->target[target][i] - s->place[i];
}

static void random_move(const am_task *task, const void *state, am_random4 draw, float *action) {
  (void)task;
  (void)state;
  for (int k = 0; k < 2; k++) action[k] = within(draw.v[k], 1);
}

static void believer_move(const am_task *task, const void *state, am_random4 draw, float *action) {
  (void)task;
  (void)draw;
  const am_two_targets_state *s = state;
  toward(s, s->believed < 0 ? nearer(s) : s->believed, action);
}

static void good_move(const am_task *task, const void *state, am_random4 draw, float *action) {
  (void)draw;
  const am_two_targets_state *s = state;
  toward(s, swaps(task, s) ? 1 - s->good : s->good, action);
}

#define AT(member) AM_MEMBER(am_two_targets_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("steps", 200, 1, 100000, "steps", "length of an episode", AT(steps)),
    AM_SWITCH("swap", 1, "halfway through an episode the good target becomes the bad one",
              AT(swap)),
    AM_NUMBER("swap_rate", 0, 0, 1, "per step", "probability with which it does so at any step",
              AT(swap_rate)),
    {0}};

/* The mean of a million episodes of 100 steps each, with standard errors of at most 0.005;
 * tests/reference/two_targets.py plays the same in numpy. */
enum { RANDOM, BELIEVER, CEILING, N_LINES, MEASURED_STEPS = 100 };
static const double measured[2][N_LINES] = {{0.2456, 13.186, 13.596},
                                            {0.2451, 12.098, 13.330}}; /* by swap */

static amine_status make(am_task *task, void *options, amine_error *error) {
  static const char *const names[N_LINES] = {"random", "believer", "ceiling"};
  static am_mover *const movers[N_LINES] = {random_move, believer_move, good_move};
  const am_two_targets_options *o = options;
  const am_range range = {"steps", o->steps, 10, 100000};
  AM_TRY(am_ranges_check(task->type->part.name, &range, 1, error));
  const double *rewards = measured[o->swap];
  task->n_inputs = AM_TARGETS_INPUTS;
  task->n_real = 2;
  task->n_steps = o->steps;
  task->state_size = sizeof(am_two_targets_state);
  const bool is_known = o->steps == MEASURED_STEPS && o->swap_rate == 0;
  for (int k = 0; k < N_LINES; k++)
    am_task_moves(task, names[k], is_known ? rewards[k] : (double)NAN, movers[k]);
  task->criterion =
      is_known ? rewards[RANDOM] + 0.9 * (rewards[BELIEVER] - rewards[RANDOM]) : (double)NAN;
  return AMINE_OK;
}

const am_task_type am_two_targets_type = {
    .part = {.kind = AM_TASK,
             .name = "two-targets",
             .meaning = "go to the one of two targets that rewards, until it is the other",
             .parameters = parameters,
             .options_size = sizeof(am_two_targets_options)},
    .make = make,
    .start = start,
    .observe = observe,
    .move = move,
};
