/* Sequence recall: a symbol is a draw keyed by its place, so the state is no more than a clock. */
#include "task/recall.h"

#include <assert.h>
#include <string.h>

am_recall_options am_recall_default(void) {
  return (am_recall_options){.symbols = 4, .length = 3, .delay = 2};
}

static int symbol(const am_recall_options *o, const am_world *w, int k) {
  const am_random4 draw = am_world_draw(w, AM_STREAM_TASK_START, (uint32_t)k);
  return (int)am_below(draw.v[0], (uint32_t)o->symbols);
}

/* Which symbol is asked for at the present step, or -1. */
static int asked(const am_task *task, const am_world *w) {
  const am_recall_options *o = task->options;
  return w->step < task->n_steps ? w->step - o->length - o->delay : -1;
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_recall_options *o = task->options;
  const am_world *w = state;
  memset(input, 0, (size_t)task->n_inputs * sizeof *input);
  if (w->step < o->length) input[symbol(o, w, w->step)] = 1;
  if (asked(task, w) >= 0) input[o->symbols] = 1;
}

static int answer(const am_task *task, const void *state) {
  const int k = asked(task, state);
  return k < 0 ? -1 : symbol(task->options, state, k);
}

static float step(const am_task *task, void *state, int action) {
  assert(action >= 0 && action < task->n_actions);
  am_world *w = state;
  if (w->step >= task->n_steps) return 0;
  const bool right = answer(task, w) == action;
  w->step++;
  return right ? 1 / (float)((const am_recall_options *)task->options)->length : 0;
}

#define AT(member) AM_MEMBER(am_recall_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("cues", 2, 2, 16, "", "how many different cues there are", AT(symbols)),
    AM_INTEGER("length", 3, 1, 1000, "steps", "how many cues are shown and recalled", AT(length)),
    AM_INTEGER("delay", 0, 0, 100000, "steps", "that show nothing, before recall", AT(delay)),
    {0}};

static amine_status make(am_task *task, void *options, amine_error *error) {
  const am_recall_options *o = options;
  const am_range ranges[] = {{"symbols", o->symbols, 2, 64},
                             {"length", o->length, 1, 1000},
                             {"delay", o->delay, 0, 100000}};
  AM_TRY(am_ranges_check(task->type->part.name, ranges, 3, error));
  task->n_inputs = o->symbols + 1;
  task->n_actions = o->symbols;
  task->n_steps = 2 * o->length + o->delay;
  task->criterion = 0.95;
  task->state_size = sizeof(am_world);
  am_task_acts(task, "random", 1.0 / o->symbols, am_policy_random);
  am_task_acts(task, "ceiling", 1, am_policy_told);
  return AMINE_OK;
}

const am_task_type am_recall_type = {
    .part = {.kind = AM_TASK,
             .name = "recall",
             .meaning = "see a sequence of symbols and give it back in order after a delay",
             .parameters = parameters,
             .options_size = sizeof(am_recall_options)},
    .make = make,
    .start = am_world_begin,
    .observe = observe,
    .step = step,
    .answer = answer,
};
