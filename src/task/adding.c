/* The adding problem: values are draws keyed by their step, what is marked is dealt at the start. */
#include "task/adding.h"

enum { FIRST_PAIRS = 10, IN_A_ROW = 2000 };
#define RIGHT 0.04 /* the largest error of a sequence that is right */

am_adding_options am_adding_default(void) { return (am_adding_options){.steps = 100}; }

/* Steps of the pairs that the second mark is drawn from: of those that are not marked yet. */
static int second_pairs(const am_adding_options *o) { return o->steps / 2 - 1; }

static void deal(am_adding_state *s, const am_adding_options *o, uint32_t stream) {
  const am_random4 draw = am_world_draw(&s->world, stream, 0);
  s->length = o->steps + (int32_t)am_below(draw.v[0], (uint32_t)(o->steps / 10 + 1));
  s->marked[0] = (int32_t)am_below(draw.v[1], FIRST_PAIRS);
  s->marked[1] = (int32_t)am_below(draw.v[2], (uint32_t)second_pairs(o));
  if (s->marked[1] >= s->marked[0]) s->marked[1]++;
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  am_world_begin(task, state, seed, episode, lane);
  deal(state, task->options, AM_STREAM_TASK_START);
}

static float value_at(const am_world *w, uint32_t stream, int step) {
  return 2 * am_uniform(am_world_draw(w, stream, (uint32_t)step).v[0]) - 1;
}

/* What pair k of the two adds to the sum. */
static float marked_value(const am_adding_state *s, uint32_t stream, int k) {
  return s->marked[k] > 0 ? value_at(&s->world, stream, s->marked[k]) : 0;
}

static bool over(const am_task *task, const void *state) {
  (void)task;
  const am_adding_state *s = state;
  return s->world.step >= s->length;
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_adding_state *s = state;
  const int t = s->world.step;
  input[AM_ADDING_VALUE] = input[AM_ADDING_MARK] = 0;
  if (over(task, s)) return;
  input[AM_ADDING_VALUE] = value_at(&s->world, AM_STREAM_TASK, t);
  if (t == s->marked[0] || t == s->marked[1]) input[AM_ADDING_MARK] = 1;
  if (t == 0 || t == s->length - 1) input[AM_ADDING_MARK] = -1;
}

static float step(const am_task *task, void *state, int action) {
  (void)action;
  am_adding_state *s = state;
  if (!over(task, s)) s->world.step++;
  return 0;
}

static const am_task_event events[] = {{"marked", "a value that counts is shown"}, {0}};

static unsigned happened(const am_task *task, const void *before, const void *after) {
  const am_adding_state *s = before;
  const int t = s->world.step;
  (void)task, (void)after;
  return t > 0 && (t == s->marked[0] || t == s->marked[1]);
}

static float scaled(const am_adding_state *s, uint32_t stream) {
  return 0.5f + (marked_value(s, stream, 0) + marked_value(s, stream, 1)) / 4;
}

static bool target(const am_task *task, const void *state, float *out) {
  (void)task;
  const am_adding_state *s = state;
  const bool asked = s->world.step == s->length - 1;
  out[0] = asked ? scaled(s, AM_STREAM_TASK) : 0;
  return asked;
}

/* ------------------------------------------------------------------------------ lines */
static void other_target(const am_task *task, const void *state, float *prediction) {
  am_adding_state other = *(const am_adding_state *)state;
  deal(&other, task->options, AM_STREAM_AGENT);
  prediction[0] = scaled(&other, AM_STREAM_AGENT);
}

static void half(const am_task *task, const void *state, float *prediction) {
  (void)task;
  (void)state;
  prediction[0] = 0.5f;
}

static void last_marked(const am_task *task, const void *state, float *prediction) {
  (void)task;
  const am_adding_state *s = state;
  prediction[0] = 0.5f + marked_value(s, AM_STREAM_TASK, s->marked[1] > s->marked[0]) / 4;
}

#define AT(member) AM_MEMBER(am_adding_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("steps", 200, 1, 100000, "steps", "length of an episode", AT(steps)), {0}};

static amine_status make(am_task *task, void *options, amine_error *error) {
  const am_adding_options *o = options;
  const am_range ranges[] = {{"steps", o->steps, 20, 10000}};
  AM_TRY(am_ranges_check(task->type->part.name, ranges, 1, error));
  task->n_inputs = AM_ADDING_INPUTS;
  task->n_targets = 1;
  task->n_steps = o->steps + o->steps / 10;
  task->n_counted = 1;
  task->n_criterion = IN_A_ROW;
  task->criterion = 0 - RIGHT * RIGHT;
  task->state_size = sizeof(am_adding_state);
  const double first = 1.0 / FIRST_PAIRS; /* as likely it is the first pair */
  const double P0 = first + (1 - first) / second_pairs(o);
  const double variance = 1.0 / 3 / 16; /* of a marked value in the target */
  am_task_predicts(task, "random", -2 * (2 - P0) * variance, other_target);
  am_task_predicts(task, "mean", -(2 - P0) * variance, half);
  am_task_predicts(task, "last", -(1 - P0) * variance, last_marked);
  am_task_predicts(task, "ceiling", 0, am_predict_told);
  return AMINE_OK;
}

const am_task_type am_adding_type = {
    .part = {.kind = AM_TASK,
             .name = "adding",
             .meaning = "add the two numbers of a long sequence that are marked",
             .parameters = parameters,
             .options_size = sizeof(am_adding_options)},
    .make = make,
    .start = start,
    .observe = observe,
    .step = step,
    .over = over,
    .target = target,
    .events = events,
    .happened = happened,
};
