/* Associative recall: keys are dealt at the start, values and queries are draws keyed by place. */
#include "task/associative.h"

#include <string.h>

am_associative_options am_associative_default(void) {
  return (am_associative_options){.keys = 8, .pairs = 3, .width = 4, .delay = 0, .queries = 1};
}

/* The first `pairs` cards of a shuffled pack of keys (Fisher and Yates). */
static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  const am_associative_options *o = task->options;
  am_associative_state *s = state;
  am_world_begin(task, s, seed, episode, lane);
  for (int i = 0; i < o->keys; i++) s->key[i] = (uint8_t)i;
  for (int i = 0; i < o->pairs; i++) {
    const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK_START, (uint32_t)i);
    const int j = i + (int)am_below(draw.v[0], (uint32_t)(o->keys - i));
    const uint8_t key = s->key[i];
    s->key[i] = s->key[j];
    s->key[j] = key;
  }
}

/* The 32 bits behind a value are number v[1] of the draw that dealt its key. */
static void show_value(float *out, uint32_t bits, int width) {
  for (int k = 0; k < width; k++) out[k] = bits >> k & 1 ? 1.0f : -1.0f;
}

static uint32_t value_bits(const am_world *w, int pair) {
  return am_world_draw(w, AM_STREAM_TASK_START, (uint32_t)pair).v[1];
}

/* The pair that is asked for at the present step, or -1. */
static int asked(const am_task *task, const am_world *w) {
  const am_associative_options *o = task->options;
  if (w->step < o->pairs + o->delay || w->step >= task->n_steps) return -1;
  const am_random4 draw = am_world_draw(w, AM_STREAM_TASK, (uint32_t)w->step);
  return (int)am_below(draw.v[0], (uint32_t)o->pairs);
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_associative_options *o = task->options;
  const am_associative_state *s = state;
  const int query = asked(task, &s->world), shown = s->world.step;
  memset(input, 0, (size_t)task->n_inputs * sizeof *input);
  if (shown < o->pairs) {
    input[s->key[shown]] = 1;
    show_value(input + o->keys, value_bits(&s->world, shown), o->width);
  } else if (query >= 0) {
    input[s->key[query]] = 1;
    input[o->keys + o->width] = 1;
  }
}

static bool target(const am_task *task, const void *state, float *out) {
  const am_associative_state *s = state;
  const int query = asked(task, &s->world);
  memset(out, 0, (size_t)task->n_targets * sizeof *out);
  if (query < 0) return false;
  show_value(out, value_bits(&s->world, query), task->n_targets);
  return true;
}

static void other_value(const am_task *task, const void *state, float *prediction) {
  const am_world *w = &((const am_associative_state *)state)->world;
  const am_random4 draw = am_world_draw(w, AM_STREAM_AGENT, (uint32_t)w->step);
  show_value(prediction, draw.v[0], task->n_targets);
}

#define AT(member) AM_MEMBER(am_associative_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("delay", 0, 0, 100000, "steps", "that show nothing, before recall", AT(delay)),
    AM_INTEGER("width", 0, 0, 64, "", "numbers of a value; 0: 4", AT(width)),
    AM_INTEGER("keys", 8, 1, 64, "", "how many different keys there are", AT(keys)),
    AM_INTEGER("pairs", 3, 1, 64, "", "of key and value, shown one a step", AT(pairs)),
    AM_INTEGER("queries", 1, 1, 1000, "", "how often a value is asked for", AT(queries)),
    {0}};

/* A width of 0 is the task's own. */
static amine_status make(am_task *task, void *options, amine_error *error) {
  am_associative_options *o = options;
  if (o->width == 0) o->width = am_associative_default().width;
  const am_range ranges[] = {{"keys", o->keys, 1, AM_ASSOCIATIVE_KEYS},
                             {"pairs", o->pairs, 1, o->keys},
                             {"width", o->width, 1, AM_ASSOCIATIVE_WIDTH},
                             {"delay", o->delay, 0, 100000},
                             {"queries", o->queries, 1, 1000}};
  AM_TRY(am_ranges_check(task->type->part.name, ranges, 5, error));
  task->n_inputs = o->keys + o->width + 1;
  task->n_targets = o->width;
  task->n_steps = o->pairs + o->delay + o->queries;
  task->state_size = sizeof(am_associative_state);
  const double mean = -1.0 * o->queries / task->n_steps; /* a value of -1 or 1 has variance 1 */
  task->criterion = 0.1 * mean;
  am_task_predicts(task, "random", 2 * mean, other_value);
  am_task_predicts(task, "mean", mean, am_predict_zero);
  am_task_predicts(task, "ceiling", 0, am_predict_told);
  return AMINE_OK;
}

const am_task_type am_associative_type = {
    .part = {.kind = AM_TASK,
             .name = "associative",
             .meaning = "see pairs of keys and values, then give the value of a key",
             .parameters = parameters,
             .options_size = sizeof(am_associative_options)},
    .make = make,
    .start = start,
    .observe = observe,
    .step = am_world_pass,
    .target = target,
};
