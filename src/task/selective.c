/* The world of selective integration. */
#include "task/selective.h"

#include <math.h>

#include "base/memory.h"
#include "base/normal.h"
#include "base/steps.h"
#include "task/world.h"

typedef struct selective {
  am_task task;
  am_selective_options options;
  int stimulus; /* steps */
  float noise;  /* of the mean over a step */
  am_task_line lines[2];
} selective;

am_selective_options am_selective_default(void) {
  return (am_selective_options){
      .stimulus_ms = 500, .response_ms = 200, .bias = 0.5f, .noise = 1, .target = 1, .dt_ms = 1};
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  (void)task;
  const am_random_key key = {seed, AM_STREAM_TASK_START, episode, lane};
  const am_random4 draw = am_random(key, 0);
  *(am_selective_state *)state = (am_selective_state){
      .seed = seed,
      .episode = episode,
      .lane = lane,
      .context = (int32_t)am_below(draw.v[0], 2),
      .positive = {(int32_t)am_below(draw.v[1], 2), (int32_t)am_below(draw.v[2], 2)}};
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_selective_options *o = &((const selective *)task)->options;
  const am_selective_state *s = state;
  input[0] = input[1] = 0;
  if (s->step < ((const selective *)task)->stimulus) {
    const am_random_key key = {s->seed, AM_STREAM_TASK, s->episode, s->lane};
    const am_random4 draw = am_random(key, (uint32_t)s->step);
    double z[2];
    am_normal2(z, draw.v[0], draw.v[1]);
    for (int m = 0; m < 2; m++)
      input[m] = ((const selective *)task)->noise * (float)z[m] +
                 (s->positive[m] ? o->bias : 0.0f - o->bias);
  }
  for (int m = 0; m < 2; m++) input[2 + m] = s->context == m && s->step < task->n_steps;
}

static float step(const am_task *task, void *state, int action) {
  (void)action;
  am_selective_state *s = state;
  if (s->step < task->n_steps) s->step++;
  return 0;
}

static bool target(const am_task *task, const void *state, float *value) {
  const am_selective_options *o = &((const selective *)task)->options;
  const am_selective_state *s = state;
  *value = s->positive[s->context] ? o->target : 0.0f - o->target;
  return s->step >= ((const selective *)task)->stimulus && s->step < task->n_steps;
}

static int kind(const am_task *task, const void *state) {
  (void)task;
  const am_selective_state *s = state;
  return 4 * s->context + 2 * s->positive[0] + s->positive[1];
}

static double play(const am_task *task, int line, uint64_t seed, uint32_t episode, uint32_t lane) {
  (void)seed, (void)episode, (void)lane;
  return task->lines[line].reward; /* the same in every trial */
}

static void destroy(am_task *task) { am_free(task); }

#define AT(member) AM_MEMBER(am_selective_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("stimulus_ms", 200, 1, 1000000, "ms", "of a stimulus", AT(stimulus_ms)),
    AM_INTEGER("response_ms", 200, 1, 1000000, "ms", "in which the output counts", AT(response_ms)),
    AM_NUMBER("target", 1, 1e-6, 1e6, "", "the output is to be this or minus it", AT(target)),
    AM_NUMBER("bias", 0.5, 0, 1e6, "", "size of the mean of a noisy input", AT(bias)),
    AM_NUMBER("noise_sd", 1, 0, 1e6, "", "its standard deviation", AT(noise)),
    AM_BORROWED("network.dt_ms", 1, AT(dt_ms)), /* a step of the world is one of the network */
    {0}};

static amine_status create(am_task **task, const void *options, amine_error *error) {
  return am_selective_create(task, options, error);
}

const am_task_type am_selective_type = {
    .part =
        {.kind = AM_TASK,
         .name = "selective",
         .meaning =
             "selective integration: the sign of the one of two noisy inputs that a context names",
         .parameters = parameters,
         .options_size = sizeof(am_selective_options)},
    .create = create,
    .absolute = true,
    .start = start,
    .observe = observe,
    .step = step,
    .target = target,
    .kind = kind,
    .play = play,
    .destroy = destroy,
};

static amine_status check(const am_selective_options *o, amine_error *error) {
  if (o->stimulus_ms < 1 || o->stimulus_ms > 1000000)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "the stimulus lasts 1 to 1000000 ms, not %d",
                   o->stimulus_ms);
  if (o->response_ms < 1 || o->response_ms > 1000000)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "the response lasts 1 to 1000000 ms, not %d",
                   o->response_ms);
  if (!(o->dt_ms > 0 && isfinite(o->dt_ms)))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a step lasts more than 0 ms, not %g", o->dt_ms);
  if (!(o->bias >= 0 && isfinite(o->bias)) || !(o->noise >= 0 && isfinite(o->noise)))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "bias and noise are finite and at least 0, not %g and %g", (double)o->bias,
                   (double)o->noise);
  if (!(o->target > 0 && isfinite(o->target)))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "the target is finite and above 0, not %g",
                   (double)o->target);
  return AMINE_OK;
}

amine_status am_selective_create(am_task **out, const am_selective_options *options,
                                 amine_error *error) {
  const am_selective_options o = options ? *options : am_selective_default();
  AM_TRY(check(&o, error));
  const uint64_t stimulus = am_steps_or_one(o.stimulus_ms, o.dt_ms);
  const uint64_t response = am_steps_or_one(o.response_ms, o.dt_ms);
  int n_steps;
  AM_TRY(am_task_length(&n_steps, stimulus + response, o.dt_ms, error));
  selective *s = am_alloc(1, sizeof *s);
  if (!s) return am_fail_memory(error, sizeof *s);
  *s = (selective){.options = o,
                   .stimulus = (int)stimulus,
                   .noise = o.noise / sqrtf((float)o.dt_ms),
                   .lines = {{"silent", 0 - (double)o.target}, {"perfect", 0}},
                   .task = {.type = &am_selective_type,
                            .n_inputs = 4,
                            .n_targets = 1,
                            .n_kinds = 8,
                            .n_steps = n_steps,
                            .criterion = -0.2 * (double)o.target,
                            .state_size = sizeof(am_selective_state),
                            .n_lines = 2}};
  s->task.lines = s->lines;
  *out = &s->task;
  return AMINE_OK;
}
