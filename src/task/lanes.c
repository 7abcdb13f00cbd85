/* All lanes of a batch in arrays of their own; the state of a lane is its place in them, and what
 * it shows (see lanes.h). */
#include "task/lanes.h"

#include <assert.h>
#include <math.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include "base/blocks.h"
#include "base/memory.h"
#include "base/sized.h"

#define REFUSE(error, ...) am_fail(error, AMINE_ERROR_ARGUMENT, __VA_ARGS__)

enum { INPUTS_MAX = 900, SYMBOLS_MAX = 65535 };

typedef struct lane {
  amine_world world; /* first */
  uint32_t batch;
  int32_t index;
  uint32_t over;
  int32_t answer;
  uint32_t counts;
  float inputs[]; /* [n_inputs], and behind them the targets [n_targets] */
} lane;
static_assert(offsetof(lane, inputs) + INPUTS_MAX * sizeof(float) <= AM_TASK_STATE_MAX, "it fits");

/* The batch that began last, and whether something went wrong since somebody asked. */
typedef struct batch {
  void *context;
  atomic_flag busy;
  uint32_t number;
  int n, room;
  uint32_t *lanes;                 /* [room] */
  int *actions;                    /* [room] */
  float *moves, *inputs, *rewards; /* [room][n_real], [room][n_inputs], [room] */
  unsigned char *over;             /* [room] */
  int *answers;                    /* [room] */
  float *targets;                  /* [room][n_targets] */
  unsigned char *counts;           /* [room] */
  bool failed;
  amine_error error;
} batch;

static const amine_lanes_type *given_of(const am_task *task) {
  return &((const am_lanes_task *)(const void *)task->type)->given;
}

/* ------------------------------------------------------------------------------ what goes wrong */
/* From then on nothing is played until somebody has asked. */
static void fail(batch *b, const char *name, const char *what, int index) {
  if (b->failed) return;
  b->failed = true;
  b->error = (amine_error){0};
  am_fail(&b->error, AMINE_ERROR_ARGUMENT, what, name, index);
}

static amine_status trouble(const am_task *task, amine_error *error) {
  batch *b = task->own;
  if (!b->failed) return AMINE_OK;
  b->failed = false;
  if (error) *error = b->error;
  return b->error.status;
}

static void end_all(am_together *const *groups, int n) {
  for (int g = 0; g < n; g++)
    for (int k = 0; k < groups[g]->n; k++) {
      ((lane *)groups[g]->states[k])->over = 1;
      if (groups[g]->rewards) groups[g]->rewards[k] = 0;
    }
}

/* ------------------------------------------------------------------------------ memory */
static void free_arrays(batch *b) {
  am_free(b->lanes);
  am_free(b->actions);
  am_free(b->moves);
  am_free(b->inputs);
  am_free(b->rewards);
  am_free(b->over);
  am_free(b->answers);
  am_free(b->targets);
  am_free(b->counts);
}

static void take_over(batch *b, const batch *more) {
  b->room = more->room;
  b->lanes = more->lanes;
  b->actions = more->actions;
  b->moves = more->moves;
  b->inputs = more->inputs;
  b->rewards = more->rewards;
  b->over = more->over;
  b->answers = more->answers;
  b->targets = more->targets;
  b->counts = more->counts;
}

static bool make_room(batch *b, const am_task *task, int n) {
  batch more = {.room = n};
  if (n <= b->room) return true;
  const am_block blocks[] = {
      {&more.lanes, (size_t)n, sizeof *more.lanes},
      {&more.actions, (size_t)n, sizeof *more.actions},
      {&more.moves, am_size_mul((size_t)n, (size_t)task->n_real), sizeof *more.moves},
      {&more.inputs, am_size_mul((size_t)n, (size_t)task->n_inputs), sizeof *more.inputs},
      {&more.rewards, (size_t)n, sizeof *more.rewards},
      {&more.over, (size_t)n, 1},
      {&more.answers, (size_t)n, sizeof *more.answers},
      {&more.targets, am_size_mul((size_t)n, (size_t)task->n_targets), sizeof *more.targets},
      {&more.counts, (size_t)n, 1}};
  if (am_blocks_take(blocks, sizeof blocks / sizeof *blocks, "a batch", &b->error) != AMINE_OK) {
    free_arrays(&more);
    b->failed = true;
    return false;
  }
  free_arrays(b);
  take_over(b, &more);
  return true;
}

/* ------------------------------------------------------------------------------ what is asked for */
static bool is_symbol(const am_task *task, float number) {
  return number >= 0 && number < (float)task->n_symbols && number == floorf(number);
}

/* Takes over what is asked of lane k; the sentence if that cannot be. */
static const char *want(const batch *b, const am_task *task, lane *l) {
  const size_t n = (size_t)task->n_targets;
  const int answer = b->answers[l->index], least = task->n_symbols ? 0 : -1;
  const float *targets = b->targets + (size_t)l->index * n;
  if (n == 0 && (answer < least || answer >= (task->n_symbols ? task->n_symbols : task->n_actions)))
    return "%s: the answer of lane %d is none that there is";
  for (size_t i = 0; i < n; i++)
    if (!isfinite(targets[i])) return "%s: a target of lane %d is not finite";
  l->answer = answer;
  l->counts = b->counts[l->index] ? 1 : 0;
  memcpy(l->inputs + task->n_inputs, targets, n * sizeof *targets);
  return NULL;
}

static void ask(const am_task *task, am_together *const *groups, int n) {
  const amine_lanes_type *given = given_of(task);
  batch *b = task->own;
  if (!given->ask || b->failed) return;
  for (int k = 0; k < b->n; k++) b->answers[k] = -1;
  memset(b->targets, 0, (size_t)b->n * (size_t)task->n_targets * sizeof *b->targets);
  memset(b->counts, 0, (size_t)b->n);
  if (given->ask(b->context, b->n, b->answers, b->targets, b->counts) != 0)
    fail(b, given->name, "%s: ask failed", 0);
  for (int g = 0; g < n && !b->failed; g++)
    for (int k = 0; k < groups[g]->n; k++) {
      lane *l = groups[g]->states[k];
      const char *wrong = l->over ? NULL : want(b, task, l);
      if (wrong) fail(b, given->name, wrong, l->index);
    }
}

/* ------------------------------------------------------------------------------ beginning */
/* Takes over what lane k shows now, unless it is over. */
static bool show(batch *b, const am_task *task, lane *l) {
  const size_t n = (size_t)task->n_inputs;
  const float *seen = b->inputs + (size_t)l->index * n;
  for (size_t i = 0; i < n; i++)
    if (!isfinite(seen[i])) return false;
  if (task->n_symbols && !is_symbol(task, seen[0])) return false;
  memcpy(l->inputs, seen, n * sizeof *seen);
  return true;
}

static void begin(const am_task *task, am_together *const *groups, int n) {
  const amine_lanes_type *given = given_of(task);
  batch *b = task->own;
  const am_together *first = groups[0];
  int at = 0, total = 0;
  for (int g = 0; g < n; g++) total += groups[g]->n;
  if (!make_room(b, task, total)) return;
  b->number++;
  b->n = total;
  for (int g = 0; g < n; g++)
    for (int k = 0; k < groups[g]->n; k++) {
      lane *l = groups[g]->states[k];
      l->batch = b->number;
      l->index = at;
      b->lanes[at++] = groups[g]->numbers[k];
    }
  memset(b->inputs, 0, (size_t)total * (size_t)task->n_inputs * sizeof *b->inputs);
  memset(b->over, 0, (size_t)total);
  if (given->start(b->context, total, b->inputs, first->seed, first->episode, b->lanes) != 0)
    fail(b, given->name, "%s: start failed", 0);
  for (int g = 0; g < n && !b->failed; g++)
    for (int k = 0; k < groups[g]->n; k++)
      if (!show(b, task, groups[g]->states[k]))
        fail(b, given->name,
             task->n_symbols ? "%s: start showed a symbol in lane %d that there is not"
                             : "%s: start showed an input of lane %d that is not finite",
             k);
  ask(task, groups, n);
}

/* ------------------------------------------------------------------------------ a step */
/* Puts down what each lane does; a batch is over once another has begun. */
static void put_actions(const am_task *task, am_together *const *groups, int n) {
  batch *b = task->own;
  const size_t m = (size_t)task->n_real;
  for (int k = 0; k < b->n; k++) b->actions[k] = -1;
  memset(b->moves, 0, (size_t)b->n * m * sizeof *b->moves);
  memset(b->rewards, 0, (size_t)b->n * sizeof *b->rewards);
  for (int g = 0; g < n; g++)
    for (int k = 0; k < groups[g]->n; k++) {
      const lane *l = groups[g]->states[k];
      if (l->batch != b->number) {
        fail(b, given_of(task)->name,
             "%s: its lanes play together, one batch after the other: what steps them singly, as "
             "reward.type=preferences does, it cannot be played by",
             0);
        return;
      }
      if (m)
        memcpy(b->moves + (size_t)l->index * m, groups[g]->moves + (size_t)k * m,
               m * sizeof(float));
      else b->actions[l->index] = groups[g]->actions[k];
    }
}

static void hear(const am_task *task, am_together *group, int k) {
  batch *b = task->own;
  lane *l = group->states[k];
  const size_t n = (size_t)task->n_inputs;
  const float reward = b->rewards[l->index];
  l->world.step++;
  l->over = b->over[l->index] && !task->n_symbols ? 1 : 0;
  group->rewards[k] = reward;
  if (!isfinite(reward))
    fail(b, given_of(task)->name, "%s: the reward of lane %d is not finite", l->index);
  else if (l->over) memset(l->inputs, 0, n * sizeof *l->inputs);
  else if (!show(b, task, l))
    fail(b, given_of(task)->name,
         task->n_symbols ? "%s: there is no such symbol as lane %d shows"
                         : "%s: an input of lane %d is not finite",
         l->index);
}

static void step_on(const am_task *task, am_together *const *groups, int n) {
  const amine_lanes_type *given = given_of(task);
  batch *b = task->own;
  int total = 0;
  for (int g = 0; g < n; g++) total += groups[g]->n;
  if (total == 0) return;
  put_actions(task, groups, n);
  if (!b->failed &&
      given->step(b->context, b->n, b->inputs, b->rewards, b->over, b->actions, b->moves) != 0)
    fail(b, given->name, "%s: step failed", 0);
  bool goes_on = false;
  for (int g = 0; g < n && !b->failed; g++)
    for (int k = 0; k < groups[g]->n; k++) {
      hear(task, groups[g], k);
      goes_on |= ((const lane *)groups[g]->states[k])->world.step < task->n_steps;
    }
  if (goes_on) ask(task, groups, n);
}

static void together(const am_task *task, am_together *const *groups, int n) {
  batch *b = task->own;
  if (atomic_flag_test_and_set(&b->busy)) { /* b is another thread's just now */
    end_all(groups, n);
    return;
  }
  if (groups[0]->begins)
    for (int g = 0; g < n; g++)
      for (int k = 0; k < groups[g]->n; k++)
        amine_world_begin(task, groups[g]->states[k], groups[g]->seed, groups[g]->episode,
                          groups[g]->numbers[k]);
  if (!b->failed) (groups[0]->begins ? begin : step_on)(task, groups, n);
  if (b->failed) end_all(groups, n);
  atomic_flag_clear(&b->busy);
}

/* ------------------------------------------------------------------------------ a lane alone */
static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t number) {
  am_together one = {.begins = true,
                     .states = &state,
                     .n = 1,
                     .seed = seed,
                     .episode = episode,
                     .numbers = &number};
  together(task, (am_together *[]){&one}, 1);
}

static void observe(const am_task *task, const void *state, float *input) {
  memcpy(input, ((const lane *)state)->inputs, (size_t)task->n_inputs * sizeof *input);
}

static float step(const am_task *task, void *state, int action) {
  float reward = 0;
  am_together one = {.states = &state, .n = 1, .actions = &action, .rewards = &reward};
  if (!((lane *)state)->over) together(task, (am_together *[]){&one}, 1);
  return reward;
}

static float move(const am_task *task, void *state, const float *moves) {
  float reward = 0;
  am_together one = {.states = &state, .n = 1, .moves = moves, .rewards = &reward};
  if (!((lane *)state)->over) together(task, (am_together *[]){&one}, 1);
  return reward;
}

static int answer(const am_task *task, const void *state) {
  (void)task;
  return ((const lane *)state)->answer;
}

static bool target(const am_task *task, const void *state, float *out) {
  const lane *l = state;
  memcpy(out, l->inputs + task->n_inputs, (size_t)task->n_targets * sizeof *out);
  return l->counts;
}

static int symbol(const am_task *task, const void *state) {
  (void)task;
  return (int)((const lane *)state)->inputs[0];
}

static const char *symbol_name(const am_task *task, int k) { return given_of(task)->symbols[k]; }

/* That its length has come is not for it to say. */
static bool over(const am_task *task, const void *state) {
  (void)task;
  return ((const lane *)state)->over;
}

/* ------------------------------------------------------------------------------ making one */
static amine_status make_one(am_task *task, amine_error *error) {
  const amine_lanes_type *given = given_of(task);
  task->n_inputs = given->n_inputs;
  task->n_actions = given->n_actions;
  task->n_real = given->n_real;
  task->n_steps = given->n_steps;
  task->n_targets = given->n_targets;
  task->n_counted = given->n_counted;
  task->n_symbols = given->n_symbols;
  task->between = given->between ? given->between : "";
  task->criterion = given->criterion;
  task->state_size =
      offsetof(lane, inputs) + (size_t)(given->n_inputs + given->n_targets) * sizeof(float);
  batch *b = am_alloc(1, sizeof *b);
  if (!b) return am_fail_memory(error, sizeof *b);
  atomic_flag_clear(&b->busy);
  b->context = task->held ? given->held_context : given->context;
  task->own = b;
  return AMINE_OK;
}

static amine_status make(am_task *task, void *options, amine_error *error) {
  (void)options;
  AM_TRY(make_one(task, error));
  if (!given_of(task)->held_context) return AMINE_OK;
  am_task *held = am_alloc(1, sizeof *held);
  if (!held) return am_fail_memory(error, sizeof *held);
  held->type = task->type;
  held->held = true;
  task->held_out = held;
  return make_one(held, error);
}

static void destroy(am_task *task) {
  if (task->own) free_arrays(task->own);
  am_free(task->own);
}

/* One sort of what is asked for, and its sizes. */
static amine_status check_sizes(const amine_lanes_type *t, amine_error *error) {
  const int sorts = (t->n_actions > 0) + (t->n_real > 0) + (t->n_targets > 0) + (t->n_symbols > 0);
  if (t->n_inputs < 1 || t->n_inputs > INPUTS_MAX || t->n_steps < 1)
    return REFUSE(error, "%s: n_inputs=%d, n_steps=%d: 1 to %d, and 1 or more", t->name,
                  t->n_inputs, t->n_steps, INPUTS_MAX);
  if (sorts != 1 || t->n_actions < 0 || t->n_real < 0 || t->n_targets < 0 || t->n_symbols < 0 ||
      t->n_real > AM_REAL_MAX || t->n_targets > INPUTS_MAX - t->n_inputs)
    return REFUSE(
        error,
        "%s: n_actions=%d, n_real=%d, n_targets=%d, n_symbols=%d: one of them is above 0, "
        "n_real at most %d, n_inputs and n_targets %d",
        t->name, t->n_actions, t->n_real, t->n_targets, t->n_symbols, AM_REAL_MAX, INPUTS_MAX);
  if (t->n_counted < 0 || t->n_counted > t->n_steps)
    return REFUSE(error, "%s: n_counted=%d: 0 to %d", t->name, t->n_counted, t->n_steps);
  return AMINE_OK;
}

static amine_status check_asked(const amine_lanes_type *t, amine_error *error) {
  if (t->ask ? t->n_real > 0 : t->n_targets > 0 || t->n_symbols > 0)
    return REFUSE(error,
                  t->ask ? "%s: of real actions none is said to be the right one (ask)"
                         : "%s: values and symbols want the function ask",
                  t->name);
  if (t->n_symbols == 0) return AMINE_OK;
  if (t->n_inputs != 1 || t->n_symbols < 2 || t->n_symbols > SYMBOLS_MAX || !t->symbols)
    return REFUSE(error, "%s: n_symbols=%d: 2 to %d, with their names (symbols), and n_inputs is 1",
                  t->name, t->n_symbols, SYMBOLS_MAX);
  for (int k = 0; k < t->n_symbols; k++)
    if (!t->symbols[k]) return REFUSE(error, "%s: symbol %d has no name", t->name, k);
  return AMINE_OK;
}

amine_status am_lanes_task_begin(am_lanes_task *lanes, const amine_lanes_type *given,
                                 amine_error *error) {
  amine_lanes_type t = {.size = sizeof t, .criterion = (double)NAN};
  am_sized_copy(&t, sizeof t, given, given->size);
  if (!t.name || !t.meaning) return REFUSE(error, "a task needs a name and a meaning");
  if (!t.start || !t.step) return REFUSE(error, "%s: it needs start and step", t.name);
  AM_TRY(check_sizes(&t, error));
  AM_TRY(check_asked(&t, error));
  *lanes = (am_lanes_task){.given = t,
                           .type = {.part = {.kind = AM_TASK, .name = t.name, .meaning = t.meaning},
                                    .make = make,
                                    .absolute = t.absolute != 0,
                                    .start = start,
                                    .observe = observe,
                                    .step = t.n_real ? NULL : step,
                                    .move = t.n_real ? move : NULL,
                                    .over = over,
                                    .answer = t.ask && !t.n_targets ? answer : NULL,
                                    .target = t.n_targets ? target : NULL,
                                    .symbol = t.n_symbols ? symbol : NULL,
                                    .symbol_name = t.n_symbols ? symbol_name : NULL,
                                    .together = together,
                                    .trouble = trouble,
                                    .destroy = destroy}};
  return AMINE_OK;
}
