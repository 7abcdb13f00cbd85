/* Sequence recall: a symbol is a draw keyed by its place, so the state is no more than a clock. */
#include "task/recall.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"

am_recall_options am_recall_default(void) {
  return (am_recall_options){.symbols = 4, .length = 3, .delay = 2};
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  (void)task;
  am_world_start(state, sizeof(am_world), seed, episode, lane);
}

static int symbol(const am_recall_options *o, const am_world *w, int k) {
  const am_random4 draw = am_world_draw(w, AM_STREAM_TASK_START, (uint32_t)k);
  return (int)am_below(draw.v[0], (uint32_t)o->symbols);
}

/* Which symbol is asked for at the present step, or -1. */
static int asked(const am_task *task, const am_world *w) {
  const am_recall_options *o = &((const am_recall *)task)->options;
  return w->step < task->n_steps ? w->step - o->length - o->delay : -1;
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_recall_options *o = &((const am_recall *)task)->options;
  const am_world *w = state;
  memset(input, 0, (size_t)task->n_inputs * sizeof *input);
  if (w->step < o->length) input[symbol(o, w, w->step)] = 1;
  if (asked(task, w) >= 0) input[o->symbols] = 1;
}

static int answer(const am_task *task, const void *state) {
  const int k = asked(task, state);
  return k < 0 ? -1 : symbol(&((const am_recall *)task)->options, state, k);
}

static float step(const am_task *task, void *state, int action) {
  assert(action >= 0 && action < task->n_actions);
  am_world *w = state;
  if (w->step >= task->n_steps) return 0;
  const bool right = answer(task, w) == action;
  w->step++;
  return right ? 1 / (float)((const am_recall *)task)->options.length : 0;
}

static double play(const am_task *task, int line, uint64_t seed, uint32_t episode, uint32_t lane) {
  am_world w;
  am_policy *const policy = line == 0 ? am_policy_random : am_policy_told;
  return am_world_play(task, &w, policy, seed, episode, lane);
}

static void destroy(am_task *task) { am_free(task); }

#define AT(member) AM_MEMBER(am_recall_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("cues", 2, 2, 16, "", "how many different cues there are", AT(symbols)),
    AM_INTEGER("length", 3, 1, 1000, "steps", "how many cues are shown and recalled", AT(length)),
    AM_INTEGER("delay", 0, 0, 100000, "steps", "that show nothing, before recall", AT(delay)),
    {0}};

static amine_status create(am_task **task, const void *options, amine_error *error) {
  return am_recall_create(task, options, error);
}

const am_task_type am_recall_type = {
    .part = {.kind = AM_TASK,
             .name = "recall",
             .meaning = "see a sequence of symbols and give it back in order after a delay",
             .parameters = parameters,
             .options_size = sizeof(am_recall_options)},
    .create = create,
    .start = start,
    .observe = observe,
    .step = step,
    .answer = answer,
    .play = play,
    .destroy = destroy,
};

amine_status am_recall_create(am_task **out, const am_recall_options *options, amine_error *error) {
  const am_recall_options o = options ? *options : am_recall_default();
  const am_range ranges[] = {
      {"symbols", o.symbols, 2, 64}, {"length", o.length, 1, 1000}, {"delay", o.delay, 0, 100000}};
  AM_TRY(am_ranges_check(am_recall_type.part.name, ranges, 3, error));
  am_recall *t = am_alloc(1, sizeof *t);
  if (!t) return am_fail_memory(error, sizeof *t);
  t->options = o;
  t->line[0] = (am_task_line){"random", 1.0 / o.symbols};
  t->line[1] = (am_task_line){"ceiling", 1};
  t->task = (am_task){.type = &am_recall_type,
                      .n_inputs = o.symbols + 1,
                      .n_actions = o.symbols,
                      .n_steps = 2 * o.length + o.delay,
                      .criterion = 0.95,
                      .state_size = sizeof(am_world),
                      .lines = t->line,
                      .n_lines = 2};
  *out = &t->task;
  return AMINE_OK;
}
