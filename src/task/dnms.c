/* The world of delayed nonmatch-to-sample. */
#include "task/dnms.h"

#include <math.h>

#include "base/memory.h"
#include "base/steps.h"
#include "task/world.h"

typedef struct dnms {
  am_task task;
  int stimulus, delay, response; /* steps */
  float target;
  am_task_line lines[2];
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
  (void)task;
  const am_random_key key = {seed, AM_STREAM_TASK_START, episode, lane};
  const am_random4 draw = am_random(key, 0);
  *(am_dnms_state *)state = (am_dnms_state){.first = (int32_t)am_below(draw.v[0], 2),
                                            .second = (int32_t)am_below(draw.v[1], 2)};
}

static void observe(const am_task *task, const void *state, float *input) {
  const dnms *d = (const dnms *)task;
  const am_dnms_state *s = state;
  const int again = d->stimulus + d->delay;
  int shown = -1;
  if (s->step < d->stimulus) shown = s->first;
  if (s->step >= again && s->step < again + d->stimulus) shown = s->second;
  input[0] = shown == 0 ? 1.0f : 0.0f;
  input[1] = shown == 1 ? 1.0f : 0.0f;
}

static float step(const am_task *task, void *state, int action) {
  (void)action;
  am_dnms_state *s = state;
  if (s->step < task->n_steps) s->step++;
  return 0;
}

static bool target(const am_task *task, const void *state, float *value) {
  const dnms *d = (const dnms *)task;
  const am_dnms_state *s = state;
  *value = s->first != s->second ? d->target : 0.0f - d->target;
  return s->step >= task->n_steps - d->response && s->step < task->n_steps;
}

static int kind(const am_task *task, const void *state) {
  (void)task;
  const am_dnms_state *s = state;
  return 2 * s->first + s->second;
}

static double play(const am_task *task, int line, uint64_t seed, uint32_t episode, uint32_t lane) {
  (void)seed, (void)episode, (void)lane;
  return task->lines[line].reward; /* the same in every trial */
}

static void destroy(am_task *task) { am_free(task); }

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

static amine_status create(am_task **task, const void *options, amine_error *error) {
  return am_dnms_create(task, options, error);
}

const am_task_type am_dnms_type = {
    .part =
        {.kind = AM_TASK,
         .name = "dnms",
         .meaning =
             "delayed nonmatch-to-sample: whether two stimuli, with a delay between them, differed",
         .parameters = parameters,
         .options_size = sizeof(am_dnms_options)},
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

amine_status am_dnms_create(am_task **out, const am_dnms_options *options, amine_error *error) {
  const am_dnms_options o = options ? *options : am_dnms_default();
  AM_TRY(check(&o, error));
  const uint64_t stimulus = am_steps_or_one(o.stimulus_ms, o.dt_ms);
  const uint64_t delay = am_steps(o.delay_ms, o.dt_ms), wait = am_steps(o.wait_ms, o.dt_ms);
  const uint64_t response = am_steps_or_one(o.response_ms, o.dt_ms);
  int n_steps;
  AM_TRY(am_task_length(&n_steps, 2 * stimulus + delay + wait + response, o.dt_ms, error));
  dnms *d = am_alloc(1, sizeof *d);
  if (!d) return am_fail_memory(error, sizeof *d);
  *d = (dnms){.stimulus = (int)stimulus,
              .delay = (int)delay,
              .response = (int)response,
              .target = o.target,
              .lines = {{"silent", 0 - (double)o.target}, {"perfect", 0}},
              .task = {.type = &am_dnms_type,
                       .n_inputs = 2,
                       .n_targets = 1,
                       .n_kinds = 4,
                       .n_steps = n_steps,
                       .criterion = -0.5 * (double)o.target,
                       .state_size = sizeof(am_dnms_state),
                       .n_lines = 2}};
  d->task.lines = d->lines;
  *out = &d->task;
  return AMINE_OK;
}
