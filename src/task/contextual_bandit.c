/* A contextual bandit: draws, and two lines in closed form. */
#include "task/contextual_bandit.h"

#include <assert.h>
#include <math.h>
#include <string.h>

am_contextual_bandit_options am_contextual_bandit_default(void) {
  return (am_contextual_bandit_options){.contexts = 3, .arms = 3, .steps = 10, .chance = 1};
}

static void draw_context(const am_task *task, am_contextual_bandit_state *s) {
  const am_contextual_bandit_options *o = task->options;
  s->context = -1;
  if (s->world.step >= task->n_steps) return;
  const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK_START, (uint32_t)s->world.step);
  s->context = (int32_t)am_below(draw.v[0], (uint32_t)o->contexts);
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  am_world_begin(task, state, seed, episode, lane);
  draw_context(task, state);
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_contextual_bandit_state *s = state;
  memset(input, 0, (size_t)task->n_inputs * sizeof *input);
  if (s->context >= 0) input[s->context] = 1;
}

static int answer(const am_task *task, const void *state) {
  const am_contextual_bandit_state *s = state;
  return s->context < 0 ? -1 : s->context % task->n_actions;
}

static float step(const am_task *task, void *state, int action) {
  assert(action >= 0 && action < task->n_actions);
  const am_contextual_bandit_options *o = task->options;
  am_contextual_bandit_state *s = state;
  if (s->world.step >= task->n_steps) return 0;
  const double p = action == answer(task, s) ? o->chance : o->other;
  const bool won = amine_world_chance(&s->world, (uint32_t)s->world.step, 0, p);
  s->world.step++;
  draw_context(task, s);
  return won ? 1 : 0;
}

#define AT(member) AM_MEMBER(am_contextual_bandit_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("steps", 200, 1, 100000, "steps", "length of an episode", AT(steps)),
    AM_INTEGER("contexts", 3, 1, AM_CONTEXTS_MAX, "", "of which one is shown at each step",
               AT(contexts)),
    AM_INTEGER("arms", 2, 2, AM_CONTEXT_ARMS_MAX, "",
               "of which arm (context mod arms) is the right one", AT(arms)),
    AM_NUMBER("chance", 1, 0, 1, "", "that the right arm rewards", AT(chance)),
    AM_NUMBER("other", 0, 0, 1, "", "that another arm does", AT(other)),
    {0}};

static amine_status make(am_task *task, void *options, amine_error *error) {
  const am_contextual_bandit_options *o = options;
  const am_range ranges[] = {{"steps", o->steps, 1, 100000},
                             {"contexts", o->contexts, 1, AM_CONTEXTS_MAX},
                             {"arms", o->arms, 2, AM_CONTEXT_ARMS_MAX},
                             {"chance", o->chance, 0, 1},
                             {"other", o->other, 0, o->chance}};
  AM_TRY(am_ranges_check(task->type->part.name, ranges, 5, error));
  const double random = o->steps * (o->chance + (o->arms - 1) * o->other) / o->arms;
  const double ceiling = o->steps * o->chance;
  task->n_inputs = o->contexts;
  task->n_actions = o->arms;
  task->n_steps = o->steps;
  task->state_size = sizeof(am_contextual_bandit_state);
  task->criterion = o->other < o->chance ? random + 0.9 * (ceiling - random) : (double)NAN;
  am_task_acts(task, "random", random, am_policy_random);
  am_task_acts(task, "ceiling", ceiling, am_policy_told);
  return AMINE_OK;
}

const am_task_type am_contextual_bandit_type = {
    .part = {.kind = AM_TASK,
             .name = "contextual-bandit",
             .meaning = "pull the arm that pays where this is shown",
             .parameters = parameters,
             .options_size = sizeof(am_contextual_bandit_options)},
    .make = make,
    .start = start,
    .observe = observe,
    .step = step,
    .answer = answer,
};
