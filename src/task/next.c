/* The next element of random and of periodic bits. An element is a number whose bits are shown. */
#include "task/next.h"

#include <assert.h>
#include <math.h>

#include "base/memory.h"

am_random_bits_options am_random_bits_default(void) {
  return (am_random_bits_options){.steps = 10, .width = 1};
}

am_periodic_options am_periodic_default(void) {
  return (am_periodic_options){
      .steps = 20, .width = 1, .period = 5, .patterns = 3, .pattern_seed = 1};
}

static void show(float *out, uint32_t element, int width) {
  for (int k = 0; k < width; k++) out[k] = (float)(element >> k & 1);
}

static uint32_t element_at(const am_task *task, const am_next_state *s, int t) {
  if (task->type == &am_random_bits_type)
    return am_world_draw(&s->world, AM_STREAM_TASK, (uint32_t)t).v[0];
  const int period = ((const am_periodic_options *)task->options)->period;
  return ((const am_periodic *)task)->element[s->pattern * period + (s->phase + t) % period];
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  am_next_state *s = state;
  am_world_begin(task, s, seed, episode, lane);
  if (task->type == &am_random_bits_type) return;
  const am_periodic_options *o = task->options;
  const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK_START, 0);
  s->pattern = (int32_t)am_below(draw.v[0], (uint32_t)o->patterns);
  s->phase = (int32_t)am_below(draw.v[1], (uint32_t)o->period);
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_next_state *s = state;
  const bool on = s->world.step < task->n_steps;
  show(input, on ? element_at(task, s, s->world.step) : 0, task->n_inputs);
}

static bool target(const am_task *task, const void *state, float *out) {
  const am_next_state *s = state;
  const bool counts = s->world.step < task->n_steps - 1;
  show(out, counts ? element_at(task, s, s->world.step + 1) : 0, task->n_targets);
  return counts;
}

static void destroy(am_task *task) { am_free(((am_periodic *)task)->element); }

/* ------------------------------------------------------------------ predictors */
static void fair_bits(const am_task *task, const void *state, float *prediction) {
  const am_next_state *s = state;
  const am_random4 draw = am_world_draw(&s->world, AM_STREAM_AGENT, (uint32_t)s->world.step);
  show(prediction, draw.v[0], task->n_targets);
}

static void half(const am_task *task, const void *state, float *prediction) {
  (void)state;
  for (int k = 0; k < task->n_targets; k++) prediction[k] = 0.5f;
}

/* Whether pattern and phase of `other` show the same as those of `s` up to step t. After a period
 * nothing new comes. */
static bool agrees(const am_task *task, const am_next_state *s, const am_next_state *other, int t) {
  const int period = ((const am_periodic_options *)task->options)->period;
  for (int i = 0; i <= t && i < period; i++)
    if (element_at(task, s, i) != element_at(task, other, i)) return false;
  return true;
}

/* The best prediction at step t: for each bit, how often it comes next. */
static void expect(const am_task *task, const am_next_state *s, int t, double *mean) {
  const am_periodic_options *o = task->options;
  int n_one[32] = {0}, n = 0;
  for (int k = 0; k < o->patterns * o->period; k++) {
    const am_next_state other = {.pattern = k / o->period, .phase = k % o->period};
    if (!agrees(task, s, &other, t)) continue;
    const uint32_t next = element_at(task, &other, t + 1);
    for (int bit = 0; bit < o->width; bit++) n_one[bit] += (int)(next >> bit & 1);
    n++;
  }
  for (int bit = 0; bit < o->width; bit++) mean[bit] = (double)n_one[bit] / n;
}

static void best(const am_task *task, const void *state, float *prediction) {
  const am_next_state *s = state;
  double mean[32];
  expect(task, s, s->world.step, mean);
  for (int k = 0; k < task->n_targets; k++) prediction[k] = (float)mean[k];
}

/* ------------------------------------------------------------------ the two tasks */
#define BITS(member) AM_MEMBER(am_random_bits_options, member)
static const amine_parameter bits_parameters[] = {
    AM_INTEGER("steps", 200, 1, 100000, "steps", "length of an episode", BITS(steps)),
    AM_INTEGER("width", 0, 0, 64, "", "bits of an element; 0: 1", BITS(width)),
    {0}};

#define AT(member) AM_MEMBER(am_periodic_options, member)
static const amine_parameter periodic_parameters[] = {
    AM_INTEGER("steps", 200, 1, 100000, "steps", "length of an episode", AT(steps)),
    AM_INTEGER("width", 0, 0, 64, "", "bits of an element; 0: 1", AT(width)),
    AM_INTEGER("period", 5, 2, 32, "elements", "of a periodic pattern", AT(period)),
    AM_INTEGER("patterns", 3, 1, 32, "", "how many patterns there are", AT(patterns)),
    AM_INTEGER("pattern_seed", 1, 0, AM_SEED_MAX, "", "which patterns", AT(pattern_seed)),
    {0}};

static void fill(am_task *task, int steps, int width, am_predictor *ceiling) {
  const double share = (steps - 1.0) / steps; /* of the steps count */
  task->n_inputs = task->n_targets = width;
  task->n_steps = steps;
  task->criterion = (double)NAN;
  task->state_size = sizeof(am_next_state);
  am_task_predicts(task, "random", -0.5 * share, fair_bits);
  am_task_predicts(task, "mean", -0.25 * share, half);
  am_task_predicts(task, "ceiling", -0.25 * share, ceiling);
}

/* A width of 0 is the task's own. */
static amine_status make_bits(am_task *task, void *options, amine_error *error) {
  am_random_bits_options *o = options;
  if (o->width == 0) o->width = am_random_bits_default().width;
  const am_range ranges[] = {{"steps", o->steps, 2, 10000}, {"width", o->width, 1, 32}};
  AM_TRY(am_ranges_check(task->type->part.name, ranges, 2, error));
  fill(task, o->steps, o->width, half);
  return AMINE_OK;
}

/* Minus the mean error of `best`. From step period - 1 on all has been seen: the same error each
 * step but for the phase, and all phases are summed. */
static double earn_best(const am_task *task) {
  const am_periodic_options *o = task->options;
  const int n = o->patterns * o->period, n_seen = o->period - 1;
  double sum = 0, step_sum = 0;
  for (int t = 0; t < o->steps - 1; t++) {
    if (t <= n_seen) step_sum = 0;
    for (int k = 0; k < n && t <= n_seen; k++) {
      const am_next_state s = {.pattern = k / o->period, .phase = k % o->period};
      const uint32_t next = element_at(task, &s, t + 1);
      double mean[32];
      expect(task, &s, t, mean);
      for (int bit = 0; bit < o->width; bit++) {
        const double d = mean[bit] - (double)(next >> bit & 1);
        step_sum += d * d;
      }
    }
    sum += step_sum;
  }
  return 0 - sum / ((double)n * o->width * o->steps);
}

/* A width of 0 is the task's own. */
static amine_status make_periodic(am_task *task, void *options, amine_error *error) {
  am_periodic_options *o = options;
  am_periodic *t = (am_periodic *)task;
  if (o->width == 0) o->width = am_periodic_default().width;
  const am_range ranges[] = {{"steps", o->steps, 2, 10000},
                             {"width", o->width, 1, 32},
                             {"period", o->period, 2, 32},
                             {"patterns", o->patterns, 1, 32}};
  AM_TRY(am_ranges_check(task->type->part.name, ranges, 4, error));
  const int n = o->patterns * o->period;
  AM_TRY(AM_TAKE(t->element, (size_t)n, error));
  const am_random_key key = {.seed = o->pattern_seed, .stream = AM_STREAM_TASK_START};
  const uint32_t mask = o->width == 32 ? UINT32_MAX : (UINT32_C(1) << o->width) - 1;
  for (int k = 0; k < n; k++) t->element[k] = am_random(key, (uint32_t)k).v[0] & mask;
  fill(task, o->steps, o->width, best);
  task->lines[2].reward = earn_best(task);
  task->criterion = task->lines[1].reward + 0.9 * (task->lines[2].reward - task->lines[1].reward);
  return AMINE_OK;
}

const am_task_type am_random_bits_type = {
    .part = {.kind = AM_TASK,
             .name = "random-bits",
             .meaning = "predict the next of independent random bits: nobody can",
             .parameters = bits_parameters,
             .options_size = sizeof(am_random_bits_options)},
    .make = make_bits,
    .start = start,
    .observe = observe,
    .step = am_world_pass,
    .target = target,
};

const am_task_type am_periodic_type = {
    .size = sizeof(am_periodic),
    .part = {.kind = AM_TASK,
             .name = "periodic",
             .meaning = "predict the next element of one of a few periodic patterns",
             .parameters = periodic_parameters,
             .options_size = sizeof(am_periodic_options)},
    .make = make_periodic,
    .start = start,
    .observe = observe,
    .step = am_world_pass,
    .target = target,
    .destroy = destroy,
};
