#include "task/own.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/parameter.h"
#include "base/sized.h"
#include "task/world.h"

#define REFUSE(error, ...) am_fail(error, AMINE_ERROR_ARGUMENT, __VA_ARGS__)

/* ------------------------------------------------------------------------------ what is given */
static amine_status check_given(const amine_task_type *t, amine_error *error) {
  if (!t->name) return REFUSE(error, "a task has no name");
  if (!t->meaning) return REFUSE(error, "%s: it has no meaning", t->name);
  const char *missing = !t->make ? "make" : !t->start ? "start" : !t->observe ? "observe" : NULL;
  if (missing) return REFUSE(error, "%s: it has no function %s", t->name, missing);
  if (!t->step == !t->move)
    return REFUSE(error, "%s: it needs the function step, or move if its actions are real; not %s",
                  t->name, t->step ? "both" : "neither");
  if (!t->symbol != !t->symbol_name || (t->symbol && !t->answer) || (t->anew && !t->symbol))
    return REFUSE(error, "%s: symbol, symbol_name and answer go together, and anew with them",
                  t->name);
  if (!t->events != !t->happened)
    return REFUSE(error, "%s: events and happened go together", t->name);
  int n_events = 0;
  while (t->events && t->events[n_events].name && n_events <= AM_TASK_EVENTS) n_events++;
  if (n_events > AM_TASK_EVENTS)
    return REFUSE(error, "%s: there are more than %d events", t->name, AM_TASK_EVENTS);
  return am_parameters_check(t->parameters, t->options_size, t->name, error);
}

/* ------------------------------------------------------------------------------ what was made */
static amine_status check_sizes(const am_task *k, const char *name, amine_error *error) {
  const am_task_type *type = k->type;
  if (k->n_inputs < 1 || k->n_steps < 1)
    return REFUSE(error, "%s: n_inputs=%d, n_steps=%d: both must be 1 or more", name, k->n_inputs,
                  k->n_steps);
  if ((k->n_actions > 0) + (k->n_targets > 0) + (k->n_real > 0) + (k->n_symbols > 0) != 1 ||
      k->n_actions < 0 || k->n_targets < 0 || k->n_real < 0 || k->n_symbols < 0)
    return REFUSE(error,
                  "%s: n_actions=%d, n_targets=%d, n_real=%d, n_symbols=%d: one of them must be "
                  "above 0",
                  name, k->n_actions, k->n_targets, k->n_real, k->n_symbols);
  if ((k->n_symbols > 0) != (type->symbol != NULL) || (k->n_symbols > 0 && k->n_inputs != 1))
    return REFUSE(
        error, "%s: symbol is for n_symbols above 0, and needed there; n_inputs is then 1", name);
  if (k->n_real > AM_REAL_MAX || k->n_targets > AM_TARGETS_MAX)
    return REFUSE(error, "%s: n_real=%d, n_targets=%d: at most %d and %d", name, k->n_real,
                  k->n_targets, AM_REAL_MAX, AM_TARGETS_MAX);
  if ((k->n_real > 0) != (type->move != NULL) || (k->n_targets > 0) != (type->target != NULL) ||
      (k->n_kinds > 0) != (type->kind != NULL))
    return REFUSE(
        error,
        "%s: move is for n_real above 0, target for n_targets, kind for n_kinds, and each "
        "is needed there",
        name);
  if (type->answer && k->n_actions == 0 && k->n_symbols == 0)
    return REFUSE(error, "%s: answer is one of n_actions, and there are none", name);
  if (k->tells < 0 || k->tells > k->n_inputs || k->n_counted < 0 || k->n_kinds < 0 ||
      k->n_criterion < 0)
    return REFUSE(error,
                  "%s: tells=%d, n_counted=%d, n_kinds=%d, n_criterion=%d: one is impossible", name,
                  k->tells, k->n_counted, k->n_kinds, k->n_criterion);
  if (k->state_size < sizeof(am_world) || k->state_size > AM_TASK_STATE_MAX)
    return REFUSE(
        error, "%s: a state of %zu bytes: it begins with an amine_world (%zu) and has at most %d",
        name, k->state_size, sizeof(am_world), AM_TASK_STATE_MAX);
  if (k->n_episodes || k->held_out)
    return REFUSE(error, "%s: n_episodes and held_out are the library's own", name);
  return AMINE_OK;
}

static amine_status check_lines(const am_task *k, const char *name, amine_error *error) {
  if (k->n_lines < 0 || k->n_lines > AM_TASK_LINES)
    return REFUSE(error, "%s: %d lines of known policies are more than %d", name, k->n_lines,
                  AM_TASK_LINES);
  for (int i = 0; i < k->n_lines; i++) {
    const am_task_line *l = &k->lines[i];
    if (!l->policy) return REFUSE(error, "%s: line %d of the known policies has no name", name, i);
    if ((l->act && k->n_actions == 0) || (l->move && k->n_real == 0) ||
        (l->predict && k->n_targets == 0))
      return REFUSE(error, "%s: what plays the line \"%.60s\" is for another sort of task", name,
                    l->policy);
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ for trial */
enum { TRIAL_STEPS = 16, TRIAL_SEED = 20000, TRIAL_EPISODE = 3, TRIAL_LANE = 5 };

typedef struct trial {
  const am_task *task;
  const char *name;
  float *input, *target; /* [n_inputs], [n_targets] */
  max_align_t state[AM_TASK_STATE_MAX / sizeof(max_align_t)];
} trial;

static int first_broken(float *x, int n) {
  for (int k = 0; k < n; k++)
    if (!isfinite(x[k])) return k;
  return -1;
}

/* The same episode over two blocks that differ: all of a state has to be written. */
static amine_status try_start(trial *t, amine_error *error) {
  const am_task *k = t->task;
  max_align_t other[AM_TASK_STATE_MAX / sizeof(max_align_t)];
  memset(t->state, 0x55, sizeof t->state);
  memset(other, 0xaa, sizeof other);
  k->type->start(k, t->state, TRIAL_SEED, TRIAL_EPISODE, TRIAL_LANE);
  k->type->start(k, other, TRIAL_SEED, TRIAL_EPISODE, TRIAL_LANE);
  const am_world *w = (const am_world *)(void *)t->state;
  if (w->seed != TRIAL_SEED || w->episode != TRIAL_EPISODE || w->lane != TRIAL_LANE)
    return REFUSE(error,
                  "%s: start has to begin with amine_world_begin: seed, episode and lane are "
                  "not in the state",
                  t->name);
  if (memcmp(t->state, other, k->state_size) != 0)
    return REFUSE(error,
                  "%s: the same episode started twice differs: start has to write the whole "
                  "state (amine_world_begin) and to draw by its key alone",
                  t->name);
  const size_t past = sizeof other - k->state_size;
  for (size_t i = 0; i < past; i++)
    if (((const unsigned char *)other)[k->state_size + i] != 0xaa)
      return REFUSE(error, "%s: start writes past the %zu bytes of the state", t->name,
                    k->state_size);
  return AMINE_OK;
}

static amine_status try_symbol(trial *t, int step, int answer, amine_error *error) {
  const am_task *k = t->task;
  const int shown = k->type->symbol(k, t->state);
  if (shown < 0 || shown >= k->n_symbols || answer < 0 || answer >= k->n_symbols)
    return REFUSE(error, "%s: step %d shows symbol %d and answers %d: of %d", t->name, step, shown,
                  answer, k->n_symbols);
  if (t->input[0] < (float)shown || t->input[0] > (float)shown)
    return REFUSE(error, "%s: step %d shows symbol %d, and its input is %g", t->name, step, shown,
                  (double)t->input[0]);
  if (!k->type->symbol_name(k, shown))
    return REFUSE(error, "%s: symbol %d has no name", t->name, shown);
  return AMINE_OK;
}

static amine_status try_step(trial *t, int step, amine_error *error) {
  const am_task *k = t->task;
  const am_task_type *type = k->type;
  const float still[AM_REAL_MAX] = {0};
  for (int i = 0; i < k->n_inputs; i++) t->input[i] = NAN;
  type->observe(k, t->state, t->input);
  int broken = first_broken(t->input, k->n_inputs);
  if (broken >= 0)
    return REFUSE(error, "%s: observe has to write a finite number into input %d, at step %d",
                  t->name, broken, step);
  const int answer = type->answer ? type->answer(k, t->state) : -1;
  if (type->symbol) AM_TRY(try_symbol(t, step, answer, error));
  else if (answer < -1 || (type->answer && answer >= k->n_actions))
    return REFUSE(error, "%s: the answer %d at step %d is none of %d actions, nor -1", t->name,
                  answer, step, k->n_actions);
  const int kind = type->kind ? type->kind(k, t->state) : 0;
  if (kind < 0 || (type->kind && kind >= k->n_kinds))
    return REFUSE(error, "%s: kind %d is none of %d", t->name, kind, k->n_kinds);
  const float weight = type->weight ? type->weight(k, t->state) : 1;
  if (!(weight > 0 && isfinite(weight)))
    return REFUSE(error, "%s: the weight of step %d is %g: it must be above 0", t->name, step,
                  (double)weight);
  for (int i = 0; i < k->n_targets; i++) t->target[i] = NAN;
  if (type->target && type->target(k, t->state, t->target)) {
    broken = first_broken(t->target, k->n_targets);
    if (broken >= 0)
      return REFUSE(error, "%s: target has to write a finite number into value %d, at step %d",
                    t->name, broken, step);
  }
  const float reward = type->move ? type->move(k, t->state, still)
                                  : type->step(k, t->state, k->n_actions ? step % k->n_actions : 0);
  if (!isfinite(reward))
    return REFUSE(error, "%s: the reward of step %d is not finite", t->name, step);
  return AMINE_OK;
}

static amine_status try_episode(const am_task *task, const char *name, amine_error *error) {
  trial t = {.task = task, .name = name};
  amine_status status = AM_TAKE(t.input, (size_t)task->n_inputs, error);
  if (status == AMINE_OK) status = AM_TAKE(t.target, (size_t)task->n_targets, error);
  if (status == AMINE_OK) status = try_start(&t, error);
  const int n = task->n_steps < TRIAL_STEPS ? task->n_steps : TRIAL_STEPS;
  for (int step = 0; step < n && status == AMINE_OK; step++) {
    if (task->type->over && task->type->over(task, t.state)) break;
    status = try_step(&t, step, error);
  }
  am_free(t.input);
  am_free(t.target);
  return status;
}

/* ------------------------------------------------------------------------------ making one */
static amine_status make_one(am_task *task, void *options, amine_error *error) {
  const am_own_task *own = (const am_own_task *)(const void *)task->type;
  const char *name = own->given.name;
  amine_error theirs = {.message = "make failed and did not say why"};
  task->context = own->given.context;
  task->criterion = (double)NAN;
  const amine_status status = own->given.make(task, options, &theirs);
  if (status != AMINE_OK) {
    theirs.message[sizeof theirs.message - 1] = 0;
    return am_fail(error, status, "%s: %s", name, theirs.message);
  }
  AM_TRY(check_sizes(task, name, error));
  if (task->n_symbols && !task->between) task->between = "";
  AM_TRY(check_lines(task, name, error));
  return try_episode(task, name, error);
}

/* The same of other instances, with options of its own. */
static amine_status make_held(am_task *task, am_task *held, amine_error *error) {
  const char *name = task->type->part.name;
  held->type = task->type;
  held->held = true;
  task->held_out = held; /* it is destroyed with the task from now on */
  AM_TRY(make_one(held, (void *)(uintptr_t)held->options, error));
  if (held->n_inputs != task->n_inputs || held->n_actions != task->n_actions ||
      held->n_real != task->n_real || held->n_targets != task->n_targets ||
      held->n_symbols != task->n_symbols || held->n_steps != task->n_steps ||
      held->n_kinds != task->n_kinds || held->state_size != task->state_size)
    return REFUSE(error, "%s: what is held out must have the sizes of what is learned", name);
  return AMINE_OK;
}

static amine_status make(am_task *task, void *options, amine_error *error) {
  const am_own_task *own = (const am_own_task *)(const void *)task->type;
  const size_t size = am_size_round(sizeof(am_task), 16), n = own->given.options_size;
  if (!own->given.holds_out) return make_one(task, options, error);
  am_task *held = am_alloc(1, size + n);
  if (!held) return am_fail_memory(error, size + n);
  held->options = memcpy((char *)held + size, options, n);
  const amine_status status = make_one(task, options, error);
  if (status == AMINE_OK) return make_held(task, held, error);
  am_free(held);
  return status;
}

amine_status am_own_task_begin(am_own_task *own, const amine_task_type *given, amine_error *error) {
  amine_task_type t = {.size = sizeof t};
  am_sized_copy(&t, sizeof t, given, given->size);
  AM_TRY(check_given(&t, error));
  *own = (am_own_task){.given = t,
                       .type = {.part = {.kind = AM_TASK,
                                         .name = t.name,
                                         .meaning = t.meaning,
                                         .source = t.source,
                                         .parameters = t.parameters,
                                         .options_size = t.options_size,
                                         .check = t.check},
                                .make = make,
                                .absolute = t.absolute,
                                .start = t.start,
                                .observe = t.observe,
                                .step = t.step,
                                .move = t.move,
                                .over = t.over,
                                .answer = t.answer,
                                .weight = t.weight,
                                .begins = t.begins,
                                .symbol = t.symbol,
                                .symbol_name = t.symbol_name,
                                .anew = t.anew,
                                .target = t.target,
                                .regret = t.regret,
                                .kind = t.kind,
                                .events = t.events,
                                .happened = t.happened,
                                .destroy = t.destroy}};
  return AMINE_OK;
}
