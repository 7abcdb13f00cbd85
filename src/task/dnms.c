/* The world of delayed nonmatch-to-sample. */
#include "task/dnms.h"

#include <math.h>

#include "base/steps.h"
#include "task/world.h"

typedef struct dnms {
  am_task task;
  int stimulus, delay, response; /* steps */
  float target;
} dnms;

am_dnms_options am_dnms_default(void) {
  return (am_dnms_options){.stimulus_ms = 200,
                           .delay_ms = 200,
                           .wait_ms = 200,
                           .response_ms = 200,
                           .target = 1,
                           .dt_ms = 1};
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  am_dnms_state *s = state;
  am_world_begin(task, s, seed, episode, lane);
  const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK_START, 0);
  s->first = (int32_t)am_below(draw.v[0], 2);
  s->second = (int32_t)am_below(draw.v[1], 2);
}

static void observe(const am_task *task, const void *state, float *input) {
  const dnms *d = (const dnms *)task;
  const am_dnms_state *s = state;
  const int again = d->stimulus + d->delay;
  int shown = -1;
  if (s->world.step < d->stimulus) shown = s->first;
  if (s->world.step >= again && s->world.step < again + d->stimulus) shown = s->second;
  input[0] = shown == 0 ? 1.0f : 0.0f;
  input[1] = shown == 1 ? 1.0f : 0.0f;
}

static bool target(const am_task *task, const void *state, float *value) {
  const dnms *d = (const dnms *)task;
  const am_dnms_state *s = state;
  *value = s->first != s->second ? d->target : 0.0f - d->target;
  return s->world.step >= task->n_steps - d->response && s->world.step < task->n_steps;
}

static int kind(const am_task *task, const void *state) {
  (void)task;
  const am_dnms_state *s = state;
  return 2 * s->first + s->second;
}

#define AT(member) AM_MEMBER(am_dnms_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("stimulus_ms", 200, 1, 1000000, "ms", "of a stimulus", AT(stimulus_ms)),
    AM_INTEGER("delay_ms", 200, 0, 1000000, "ms", "between two stimuli", AT(delay_ms)),
    AM_INTEGER("wait_ms", 200, 0, 1000000, "ms", "between the last one and the response",
               AT(wait_ms)),
    AM_INTEGER("response_ms", 200, 1, 1000000, "ms", "in which the output counts", AT(response_ms)),
    AM_NUMBER("target", 1, 1e-6, 1e6, "", "the output is to be this or minus it", AT(target)),
    AM_BORROWED("network.dt_ms", 1, AT(dt_ms)), /* a step of the world is one of the network */
    {0}};

static amine_status check(const am_dnms_options *o, amine_error *error) {
  const struct {
    const char *name;
    int ms, least;
  } times[] = {{"stimulus", o->stimulus_ms, 1},
               {"delay", o->delay_ms, 0},
               {"wait", o->wait_ms, 0},
               {"response", o->response_ms, 1}};
  for (int k = 0; k < 4; k++)
    if (times[k].ms < times[k].least || times[k].ms > 1000000)
      return am_fail(error, AMINE_ERROR_ARGUMENT, "the %s lasts %d to 1000000 ms, not %d",
                     times[k].name, times[k].least, times[k].ms);
  if (!(o->dt_ms > 0 && isfinite(o->dt_ms)))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a step lasts more than 0 ms, not %g", o->dt_ms);
  if (!(o->target > 0 && isfinite(o->target)))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "the target is finite and above 0, not %g",
                   (double)o->target);
  return AMINE_OK;
}

static amine_status make(am_task *task, void *options, amine_error *error) {
  const am_dnms_options *o = options;
  dnms *d = (dnms *)task;
  AM_TRY(check(o, error));
  const uint64_t stimulus = am_steps_or_one(o->stimulus_ms, o->dt_ms);
  const uint64_t delay = am_steps(o->delay_ms, o->dt_ms), wait = am_steps(o->wait_ms, o->dt_ms);
  const uint64_t response = am_steps_or_one(o->response_ms, o->dt_ms);
  AM_TRY(am_task_length(&task->n_steps, 2 * stimulus + delay + wait + response, o->dt_ms, error));
  d->stimulus = (int)stimulus;
  d->delay = (int)delay;
  d->response = (int)response;
  d->target = o->target;
  task->n_inputs = 2;
  task->n_targets = 1;
  task->n_counted = d->response;
  task->n_kinds = 4;
  task->criterion = -0.5 * (double)o->target;
  task->state_size = sizeof(am_dnms_state);
  am_task_predicts(task, "silent", 0 - (double)o->target, NULL);
  am_task_predicts(task, "perfect", 0, NULL);
  return AMINE_OK;
}

const am_task_type am_dnms_type = {
    .size = sizeof(dnms),
    .part =
        {.kind = AM_TASK,
         .name = "dnms",
         .meaning =
             "delayed nonmatch-to-sample: whether two stimuli, with a delay between them, differed",
         .parameters = parameters,
         .options_size = sizeof(am_dnms_options)},
    .make = make,
    .absolute = true,
    .start = start,
    .observe = observe,
    .step = am_world_pass,
    .target = target,
    .kind = kind,
};
