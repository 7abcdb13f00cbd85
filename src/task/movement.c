/* A movement to be made (see movement.h). */
#include "task/movement.h"

#include <math.h>
#include <string.h>

am_movement_options am_movement_default(void) {
  return (am_movement_options){.width = 1, .steps = 30};
}

static const am_movement *movement_of(const am_task *task) {
  return (const am_movement *)(const void *)task;
}

static void observe(const am_task *task, const void *state, float *input) {
  (void)task;
  input[0] = ((const am_world *)state)->step == 0 ? 1 : 0;
}

static bool target(const am_task *task, const void *state, float *out) {
  const am_world *w = state;
  const bool asked = w->step < task->n_steps;
  const size_t bytes = (size_t)task->n_targets * sizeof *out;
  if (asked) memcpy(out, movement_of(task)->y[w->step], bytes);
  else memset(out, 0, bytes);
  return asked;
}

static void say_any(const am_task *task, const void *state, float *prediction) {
  const am_world *w = state;
  const uint32_t t =
      am_below(am_world_draw(w, AM_STREAM_AGENT, (uint32_t)w->step).v[0], (uint32_t)task->n_steps);
  memcpy(prediction, movement_of(task)->y[t], (size_t)task->n_targets * sizeof *prediction);
}

static void say_mean(const am_task *task, const void *state, float *prediction) {
  (void)state;
  memcpy(prediction, movement_of(task)->mean, (size_t)task->n_targets * sizeof *prediction);
}

/* ------------------------------------------------------------------------------ the curve */
static double between(uint32_t bits, double low, double high) {
  return low + (high - low) * (double)am_uniform(bits);
}

/* Number j of the movement, not scaled. */
static void draw(double *y, const am_movement_options *o, int j) {
  const am_random_key key = {(uint64_t)o->movement, AM_STREAM_TASK_START, 0, (uint32_t)j};
  const double T = o->steps;
  for (int t = 0; t < o->steps; t++) y[t] = 0;
  for (int k = 0; k < AM_MOVEMENT_BUMPS; k++) {
    const am_random4 bits = am_random(key, (uint32_t)k);
    const double a = between(bits.v[0], -1, 1), c = T * between(bits.v[1], 0.15, 0.85);
    const double w = T * between(bits.v[2], 0.08, 0.2);
    for (int t = 0; t < o->steps; t++) y[t] += a * exp(-((t - c) / w) * ((t - c) / w));
  }
}

static double mean_of(const double *y, int n) {
  double sum = 0;
  for (int t = 0; t < n; t++) sum += y[t];
  return sum / n;
}

static double variance_of(const double *y, int n) {
  const double mean = mean_of(y, n);
  double sum = 0;
  for (int t = 0; t < n; t++) sum += (y[t] - mean) * (y[t] - mean);
  return sum / n;
}

#define AT(member) AM_MEMBER(am_movement_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("movement", 0, 0, 1000000, "", "which movement is to be made", AT(movement)),
    AM_INTEGER("width", 0, 0, 64, "", "numbers of the movement; 0: 1", AT(width)),
    AM_INTEGER("steps", 200, 1, 100000, "steps", "length of an episode", AT(steps)),
    {0}};

/* A width of 0 is the task's own. */
static amine_status make(am_task *task, void *options, amine_error *error) {
  am_movement_options *o = options;
  am_movement *m = (am_movement *)(void *)task;
  if (o->width == 0) o->width = am_movement_default().width;
  const am_range ranges[] = {{"movement", o->movement, 0, 1000000},
                             {"width", o->width, 1, AM_MOVEMENT_WIDTH},
                             {"steps", o->steps, 10, AM_MOVEMENT_STEPS}};
  AM_TRY(am_ranges_check(task->type->part.name, ranges, 3, error));
  for (int j = 0; j < o->width; j++) {
    double y[AM_MOVEMENT_STEPS];
    draw(y, o, j);
    const double s = 1 / sqrt(variance_of(y, o->steps));
    for (int t = 0; t < o->steps; t++) m->y[t][j] = (float)(s * y[t]);
    m->mean[j] = (float)(s * mean_of(y, o->steps));
  }
  task->n_inputs = 1;
  task->n_targets = o->width;
  task->n_steps = o->steps;
  task->n_episodes = 1;
  task->criterion = -0.1;
  task->state_size = sizeof(am_world);
  am_task_predicts(task, "random", -2, say_any);
  am_task_predicts(task, "mean", -1, say_mean);
  am_task_predicts(task, "ceiling", 0, am_predict_told);
  return AMINE_OK;
}

const am_task_type am_movement_type = {
    .part = {.kind = AM_TASK,
             .name = "movement",
             .meaning = "make a movement, a smooth curve, from a pulse on",
             .parameters = parameters,
             .options_size = sizeof(am_movement_options)},
    .size = sizeof(am_movement),
    .make = make,
    .start = am_world_begin,
    .observe = observe,
    .step = am_world_pass,
    .target = target,
};
