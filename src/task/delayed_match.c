/* Delayed match-to-sample: both cues are drawn at the start; a step only moves the clock. */
#include "task/delayed_match.h"

#include <assert.h>
#include <string.h>

am_delayed_match_options am_delayed_match_default(void) {
  return (am_delayed_match_options){.steps = 12, .cues = 2};
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  const am_delayed_match_options *o = task->options;
  am_delayed_match_state *s = state;
  am_world_begin(task, s, seed, episode, lane);
  const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK_START, 0);
  const int first = (int)am_below(draw.v[0], (uint32_t)o->cues);
  const int other = (int)am_below(draw.v[2], (uint32_t)o->cues - 1);
  const bool same = draw.v[1] >> 31;
  s->cue[0] = first;
  s->cue[1] = same ? first : other + (other >= first);
  s->turned = o->rule == AM_MATCH_NONMATCH || (o->rule == AM_MATCH_BOTH && draw.v[3] >> 31) ||
              (o->rule == AM_MATCH_SWITCH && episode >= o->switch_after);
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_delayed_match_state *s = state;
  const am_delayed_match_options *o = task->options;
  memset(input, 0, (size_t)task->n_inputs * sizeof *input);
  if (s->world.step == 0) input[s->cue[0]] = 1;
  if (s->world.step == task->n_steps - 2) input[s->cue[1]] = 1;
  if (s->world.step == task->n_steps - 1) input[o->cues] = 1;
  if (o->context) input[o->cues + 1 + s->turned] = 1;
}

static int answer(const am_task *task, const void *state) {
  const am_delayed_match_state *s = state;
  if (s->world.step != task->n_steps - 1) return -1;
  return (s->cue[0] != s->cue[1]) != (s->turned == 1) ? AM_MATCH_DIFFERENT : AM_MATCH_SAME;
}

enum { FIRST, SECOND };
static const am_task_event events[] = {[FIRST] = {"first cue", "the cue to remember"},
                                       [SECOND] = {"second cue", "the cue to compare it with"},
                                       {0}};

static unsigned happened(const am_task *task, const void *before, const void *after) {
  const int t = ((const am_delayed_match_state *)before)->world.step;
  (void)after;
  return (unsigned)(t == 0) << FIRST | (unsigned)(t == task->n_steps - 2) << SECOND;
}

static float step(const am_task *task, void *state, int action) {
  assert(action >= 0 && action < task->n_actions);
  am_delayed_match_state *s = state;
  if (s->world.step >= task->n_steps) return 0;
  const float reward = answer(task, s) == action ? 1 : 0;
  s->world.step++;
  return reward;
}

#define AT(member) AM_MEMBER(am_delayed_match_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("steps", 200, 1, 100000, "steps", "length of an episode", AT(steps)),
    AM_INTEGER("cues", 2, 2, 16, "", "how many different cues there are", AT(cues)),
    AM_CHOICE("rule", "match|nonmatch|both|switch",
              "what is right: to say same of the same, the reverse, either, drawn for each "
              "episode, or the second after the first",
              AT(rule)),
    AM_SWITCH("context", 0, "two inputs more tell which rule holds", AT(context)),
    AM_INTEGER("switch_after", 1000, 0, 4e9, "updates",
               "that match is trained before nonmatch (task.rule=switch)", AT(switch_after),
               .when = "rule=switch"),
    {0}};

static amine_status make(am_task *task, void *options, amine_error *error) {
  const am_delayed_match_options *o = options;
  const am_range ranges[] = {{"steps", o->steps, 3, 100000}, {"cues", o->cues, 2, 16}};
  AM_TRY(am_ranges_check(task->type->part.name, ranges, 2, error));
  task->n_inputs = o->cues + 1 + (o->context ? 2 : 0);
  task->n_actions = AM_MATCH_ACTIONS;
  task->n_steps = o->steps;
  task->criterion = 0.95;
  task->state_size = sizeof(am_delayed_match_state);
  am_task_acts(task, "random", 0.5, am_policy_random);
  am_task_acts(task, "ceiling", 1, am_policy_told);
  return AMINE_OK;
}

const am_task_type am_delayed_match_type = {
    .part = {.kind = AM_TASK,
             .name = "delayed-match",
             .meaning = "remember a cue over a delay and say whether the second is the same",
             .parameters = parameters,
             .options_size = sizeof(am_delayed_match_options)},
    .make = make,
    .start = start,
    .observe = observe,
    .step = step,
    .answer = answer,
    .events = events,
    .happened = happened,
};
