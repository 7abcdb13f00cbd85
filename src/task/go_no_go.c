/* Go/no-go: draws, and lines in closed form. */
#include "task/go_no_go.h"

#include <assert.h>
#include <math.h>

am_go_no_go_options am_go_no_go_default(void) {
  return (am_go_no_go_options){.steps = 10, .go = 0.5};
}

static void show(const am_task *task, am_go_no_go_state *s) {
  const am_go_no_go_options *o = task->options;
  const uint32_t step = (uint32_t)s->world.step;
  s->shown = -1;
  s->intensity = 0;
  if (s->world.step >= task->n_steps) return;
  const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK_START, step);
  s->shown = amine_world_chance(&s->world, step, 0, o->go) ? AM_GO : AM_NO_GO;
  s->intensity = 1 + (float)o->spread * am_uniform(draw.v[0]);
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  am_go_no_go_state *s = state;
  am_world_begin(task, s, seed, episode, lane);
  s->wrongly = -1;
  show(task, s);
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_go_no_go_state *s = state;
  (void)task;
  for (int k = 0; k < AM_GO_INPUTS; k++) input[k] = k == s->shown ? s->intensity : 0;
}

static int answer(const am_task *task, const void *state) {
  const am_go_no_go_state *s = state;
  (void)task;
  return s->shown < 0 ? -1 : s->shown == AM_GO ? AM_GO_RESPOND : AM_GO_WITHHOLD;
}

static float step(const am_task *task, void *state, int action) {
  am_go_no_go_state *s = state;
  assert(action >= 0 && action < AM_GO_ACTIONS);
  if (s->world.step >= task->n_steps) return 0;
  const bool right = action == answer(task, s);
  s->wrongly = right ? -1 : s->shown;
  s->world.step++;
  show(task, s);
  return right ? 1 : 0;
}

/* ------------------------------------------------------------------ what happens */
enum { GO, NO_GO, MISS, FALSE_ALARM };
static const am_task_event events[] = {[GO] = {"go", "go is shown"},
                                       [NO_GO] = {"no-go", "no-go is shown"},
                                       [MISS] = {"miss", "go got no response"},
                                       [FALSE_ALARM] = {"false alarm", "no-go got a response"},
                                       {0}};

static unsigned happened(const am_task *task, const void *before, const void *after) {
  const am_go_no_go_state *a = before, *b = after;
  (void)task;
  if (a->shown < 0) return 0;
  const unsigned shown = 1u << (a->shown == AM_GO ? GO : NO_GO);
  if (!b || b->wrongly < 0) return shown;
  return shown | 1u << (b->wrongly == AM_GO ? MISS : FALSE_ALARM);
}

static int prior(const am_task *task, const void *state, am_random4 draw) {
  const am_go_no_go_options *o = task->options;
  (void)state, (void)draw;
  return o->go < 0.5 ? AM_GO_WITHHOLD : AM_GO_RESPOND;
}

#define AT(member) AM_MEMBER(am_go_no_go_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("steps", 200, 1, 100000, "steps", "length of an episode", AT(steps)),
    AM_NUMBER("go", 0.5, 0, 1, "", "the probability of go; else it is no-go", AT(go)),
    AM_NUMBER("spread", 0, 0, 100, "", "a stimulus has an intensity from 1 to 1 + spread",
              AT(spread)),
    {0}};

static amine_status make(am_task *task, void *options, amine_error *error) {
  const am_go_no_go_options *o = options;
  const am_range ranges[] = {
      {"steps", o->steps, 1, 100000}, {"go", o->go, 0, 1}, {"spread", o->spread, 0, 100}};
  AM_TRY(am_ranges_check(task->type->part.name, ranges, 3, error));
  const double by_prior = o->steps * fmax(o->go, 1 - o->go);
  task->n_inputs = AM_GO_INPUTS;
  task->n_actions = AM_GO_ACTIONS;
  task->n_steps = o->steps;
  task->state_size = sizeof(am_go_no_go_state);
  task->criterion = by_prior < o->steps ? by_prior + 0.9 * (o->steps - by_prior) : (double)NAN;
  am_task_acts(task, "random", 0.5 * o->steps, am_policy_random);
  am_task_acts(task, "prior", by_prior, prior);
  am_task_acts(task, "ceiling", o->steps, am_policy_told);
  return AMINE_OK;
}

const am_task_type am_go_no_go_type = {
    .part = {.kind = AM_TASK,
             .name = "go-no-go",
             .meaning = "respond to one stimulus and not to the other",
             .parameters = parameters,
             .options_size = sizeof(am_go_no_go_options)},
    .make = make,
    .start = start,
    .observe = observe,
    .step = step,
    .answer = answer,
    .events = events,
    .happened = happened,
};
