/* The world of selective integration. */
#include "task/selective.h"

#include <math.h>

#include "base/normal.h"
#include "base/steps.h"
#include "task/world.h"

typedef struct selective {
  am_task task;
  int stimulus; /* steps */
  float noise;  /* of the mean over a step */
} selective;

am_selective_options am_selective_default(void) {
  return (am_selective_options){
      .stimulus_ms = 500, .response_ms = 200, .bias = 0.5f, .noise = 1, .target = 1, .dt_ms = 1};
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  am_selective_state *s = state;
  am_world_begin(task, s, seed, episode, lane);
  const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK_START, 0);
  s->context = (int32_t)am_below(draw.v[0], 2);
  for (int m = 0; m < 2; m++) s->positive[m] = (int32_t)am_below(draw.v[1 + m], 2);
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_selective_options *o = task->options;
  const am_selective_state *s = state;
  input[0] = input[1] = 0;
  if (s->world.step < ((const selective *)task)->stimulus) {
    const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK, (uint32_t)s->world.step);
    double z[2];
    am_normal2(z, draw.v[0], draw.v[1]);
    for (int m = 0; m < 2; m++)
      input[m] = ((const selective *)task)->noise * (float)z[m] +
                 (s->positive[m] ? o->bias : 0.0f - o->bias);
  }
  for (int m = 0; m < 2; m++) input[2 + m] = s->context == m && s->world.step < task->n_steps;
}

static bool target(const am_task *task, const void *state, float *value) {
  const am_selective_options *o = task->options;
  const am_selective_state *s = state;
  *value = s->positive[s->context] ? o->target : 0.0f - o->target;
  return s->world.step >= ((const selective *)task)->stimulus && s->world.step < task->n_steps;
}

static int kind(const am_task *task, const void *state) {
  (void)task;
  const am_selective_state *s = state;
  return 4 * s->context + 2 * s->positive[0] + s->positive[1];
}

#define AT(member) AM_MEMBER(am_selective_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("stimulus_ms", 200, 1, 1000000, "ms", "of a stimulus", AT(stimulus_ms)),
    AM_INTEGER("response_ms", 200, 1, 1000000, "ms", "in which the output counts", AT(response_ms)),
    AM_NUMBER("target", 1, 1e-6, 1e6, "", "the output is to be this or minus it", AT(target)),
    AM_NUMBER("bias", 0.5, 0, 1e6, "", "size of the mean of a noisy input", AT(bias)),
    AM_NUMBER("noise_sd", 1, 0, 1e6, "", "its standard deviation", AT(noise)),
    AM_BORROWED("network.dt_ms", 1, AT(dt_ms)), /* a step of the world is one of the network */
    {0}};

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

static amine_status make(am_task *task, void *options, amine_error *error) {
  const am_selective_options *o = options;
  selective *s = (selective *)task;
  AM_TRY(check(o, error));
  const uint64_t stimulus = am_steps_or_one(o->stimulus_ms, o->dt_ms);
  const uint64_t response = am_steps_or_one(o->response_ms, o->dt_ms);
  AM_TRY(am_task_length(&task->n_steps, stimulus + response, o->dt_ms, error));
  s->stimulus = (int)stimulus;
  s->noise = o->noise / sqrtf((float)o->dt_ms);
  task->n_inputs = 4;
  task->n_targets = 1;
  task->n_counted = (int)response;
  task->n_kinds = 8;
  task->criterion = -0.2 * (double)o->target;
  task->state_size = sizeof(am_selective_state);
  am_task_predicts(task, "silent", 0 - (double)o->target, NULL);
  am_task_predicts(task, "perfect", 0, NULL);
  return AMINE_OK;
}

const am_task_type am_selective_type = {
    .size = sizeof(selective),
    .part =
        {.kind = AM_TASK,
         .name = "selective",
         .meaning =
             "selective integration: the sign of the one of two noisy inputs that a context names",
         .parameters = parameters,
         .options_size = sizeof(am_selective_options)},
    .make = make,
    .absolute = true,
    .start = start,
    .observe = observe,
    .step = am_world_pass,
    .target = target,
    .kind = kind,
};
