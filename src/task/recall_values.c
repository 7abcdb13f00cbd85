/* Recall of values: a vector is a few draws keyed by its place, so the state is only a clock. */
#include "task/recall_values.h"

#include <string.h>

enum { WIDTH_MAX = 64 };

am_recall_values_options am_recall_values_default(void) {
  return (am_recall_values_options){.width = 2, .length = 3, .delay = 2};
}

/* Vector number k of a stream. */
static void draw_vector(float *out, const am_world *w, uint32_t stream, int k, int width) {
  enum { BLOCKS = WIDTH_MAX / 4 };
  for (int i = 0; i < width; i++) {
    const am_random4 draw = am_world_draw(w, stream, (uint32_t)(k * BLOCKS + i / 4));
    out[i] = 2 * am_uniform(draw.v[i % 4]) - 1;
  }
}

/* Which vector is asked for at the present step, or -1. */
static int asked(const am_task *task, const am_world *w) {
  const am_recall_values_options *o = task->options;
  return w->step < task->n_steps ? w->step - o->length - o->delay : -1;
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_recall_values_options *o = task->options;
  const am_world *w = state;
  memset(input, 0, (size_t)task->n_inputs * sizeof *input);
  if (w->step < o->length) draw_vector(input, w, AM_STREAM_TASK_START, w->step, o->width);
  if (asked(task, w) >= 0) input[o->width] = 1;
}

static bool target(const am_task *task, const void *state, float *out) {
  const int k = asked(task, state);
  memset(out, 0, (size_t)task->n_targets * sizeof *out);
  if (k < 0) return false;
  draw_vector(out, state, AM_STREAM_TASK_START, k, task->n_targets);
  return true;
}

static void other_vector(const am_task *task, const void *state, float *prediction) {
  draw_vector(prediction, state, AM_STREAM_AGENT, asked(task, state), task->n_targets);
}

#define AT(member) AM_MEMBER(am_recall_values_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("length", 3, 1, 1000, "steps", "how many vectors are shown and recalled",
               AT(length)),
    AM_INTEGER("delay", 0, 0, 100000, "steps", "that show nothing, before recall", AT(delay)),
    AM_INTEGER("width", 0, 0, 64, "", "numbers of a vector; 0: 2", AT(width)),
    {0}};

/* A width of 0 is the task's own. */
static amine_status make(am_task *task, void *options, amine_error *error) {
  am_recall_values_options *o = options;
  if (o->width == 0) o->width = am_recall_values_default().width;
  const am_range ranges[] = {{"width", o->width, 1, WIDTH_MAX},
                             {"length", o->length, 1, 1000},
                             {"delay", o->delay, 0, 100000}};
  AM_TRY(am_ranges_check(task->type->part.name, ranges, 3, error));
  task->n_inputs = o->width + 1;
  task->n_targets = o->width;
  task->n_steps = 2 * o->length + o->delay;
  task->state_size = sizeof(am_world);
  const double mean = -1.0 / 3 * o->length / task->n_steps; /* the variance of U(-1, 1) is 1/3 */
  task->criterion = 0.1 * mean;
  am_task_predicts(task, "random", 2 * mean, other_vector);
  am_task_predicts(task, "mean", mean, am_predict_zero);
  am_task_predicts(task, "ceiling", 0, am_predict_told);
  return AMINE_OK;
}

const am_task_type am_recall_values_type = {
    .part = {.kind = AM_TASK,
             .name = "recall-values",
             .meaning = "see a sequence of vectors and give it back in order after a delay",
             .parameters = parameters,
             .options_size = sizeof(am_recall_values_options)},
    .make = make,
    .start = am_world_begin,
    .observe = observe,
    .step = am_world_pass,
    .target = target,
};
