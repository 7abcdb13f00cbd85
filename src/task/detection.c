/* Detection: draws, and lines in closed form. */
#include "task/detection.h"

#include <assert.h>
#include <math.h>
#include <string.h>

am_detection_options am_detection_default(void) {
  return (am_detection_options){
      .places = 4, .steps = 10, .absent = 1.0 / 3, .strong = 8, .strong_share = 0.5};
}

static void show(const am_task *task, am_detection_state *s) {
  const am_detection_options *o = task->options;
  const uint32_t step = (uint32_t)s->world.step;
  s->place = -1;
  s->kind = AM_ABSENT;
  if (s->world.step >= task->n_steps) return;
  if (amine_world_chance(&s->world, step, 0, o->absent)) return;
  const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK_START, step);
  s->place = (int32_t)am_below(draw.v[0], (uint32_t)o->places);
  s->kind = amine_world_chance(&s->world, step, 1, o->strong_share) ? AM_STRONG : AM_WEAK;
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  am_detection_state *s = state;
  am_world_begin(task, s, seed, episode, lane);
  s->was = s->said = -1;
  show(task, s);
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_detection_options *o = task->options;
  const am_detection_state *s = state;
  memset(input, 0, (size_t)task->n_inputs * sizeof *input);
  if (s->place >= 0) input[s->place] = s->kind == AM_STRONG ? (float)o->strong : 1;
}

static int answer(const am_task *task, const void *state) {
  const am_detection_state *s = state;
  if (s->world.step >= task->n_steps) return -1;
  return s->place >= 0 ? s->place : task->n_actions - 1;
}

static float step(const am_task *task, void *state, int action) {
  am_detection_state *s = state;
  assert(action >= 0 && action < task->n_actions);
  if (s->world.step >= task->n_steps) return 0;
  s->was = answer(task, s);
  s->said = action;
  s->world.step++;
  show(task, s);
  return s->said == s->was ? 1 : 0;
}

/* ------------------------------------------------------------------ what happens */
enum { MISS = AM_ABSENT + 1, FALSE_ALARM };
static const am_task_event events[] = {
    [AM_WEAK] = {"weak", "there is a weak stimulus"},
    [AM_STRONG] = {"strong", "there is a strong one"},
    [AM_ABSENT] = {"absent", "there is none"},
    [MISS] = {"miss", "its place was not said"},
    [FALSE_ALARM] = {"false alarm", "there was none, and a place was said"},
    {0}};

static unsigned happened(const am_task *task, const void *before, const void *after) {
  const am_detection_state *a = before, *b = after;
  if (a->world.step >= task->n_steps) return 0;
  const unsigned shown = 1u << a->kind;
  if (!b || b->said == b->was) return shown;
  return shown | 1u << (a->kind == AM_ABSENT ? FALSE_ALARM : MISS);
}

static int prior(const am_task *task, const void *state, am_random4 draw) {
  const am_detection_options *o = task->options;
  (void)state, (void)draw;
  return o->absent >= (1 - o->absent) / o->places ? task->n_actions - 1 : 0;
}

#define AT(member) AM_MEMBER(am_detection_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("steps", 200, 1, 100000, "steps", "length of an episode", AT(steps)),
    AM_INTEGER("places", 4, 1, AM_DETECTION_PLACES, "", "at which a stimulus can be", AT(places)),
    AM_NUMBER("absent", 1.0 / 3, 0, 1, "", "the probability that there is none", AT(absent)),
    AM_NUMBER("strong", 8, 1, 1000, "", "intensity of a strong one; a weak one has 1", AT(strong)),
    AM_NUMBER("strong_share", 0.5, 0, 1, "", "the probability that a stimulus is strong",
              AT(strong_share)),
    {0}};

static amine_status make(am_task *task, void *options, amine_error *error) {
  const am_detection_options *o = options;
  const am_range ranges[] = {{"places", o->places, 1, AM_DETECTION_PLACES},
                             {"steps", o->steps, 1, 100000},
                             {"absent", o->absent, 0, 1},
                             {"strong", o->strong, 1, 1000},
                             {"strong_share", o->strong_share, 0, 1}};
  AM_TRY(am_ranges_check(task->type->part.name, ranges, 5, error));
  const double by_prior = o->steps * fmax(o->absent, (1 - o->absent) / o->places);
  task->n_inputs = o->places;
  task->n_actions = o->places + 1;
  task->n_steps = o->steps;
  task->state_size = sizeof(am_detection_state);
  task->criterion = by_prior < o->steps ? by_prior + 0.9 * (o->steps - by_prior) : (double)NAN;
  am_task_acts(task, "random", o->steps / (o->places + 1.0), am_policy_random);
  am_task_acts(task, "prior", by_prior, prior);
  am_task_acts(task, "ceiling", o->steps, am_policy_told);
  return AMINE_OK;
}

const am_task_type am_detection_type = {
    .part = {.kind = AM_TASK,
             .name = "detection",
             .meaning = "say whether there is a stimulus, weak or strong, and where",
             .parameters = parameters,
             .options_size = sizeof(am_detection_options)},
    .make = make,
    .start = start,
    .observe = observe,
    .step = step,
    .answer = answer,
    .events = events,
    .happened = happened,
};
