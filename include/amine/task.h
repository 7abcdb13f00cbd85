/* A world of your own, which every learner learns that can learn one of its kind: a struct of functions.
 *
 *   static float step(const amine_task *task, void *state, int action) { ... }
 *
 *   static const amine_task_type echo = {
 *       .size = sizeof(amine_task_type), .name = "echo", .meaning = "say what was shown a step ago",
 *       .parameters = parameters, .options_size = sizeof(echo_options),
 *       .make = make, .start = start, .observe = observe, .step = step};
 *
 *   amine_registry_add_task(registry, &echo, &error);      amine/registry.h; then task.type=echo
 *
 * A whole one stands in docs/library.md. It is played as those of the library are, which have these
 * functions too: nothing stands between, and what is promised of runs holds: the same bits on any
 * number of threads, checkpoints, reports.
 *
 * For that, three things are asked. A task is not changed once it is made: threads share it. The
 * state of a lane is a plain block of state_size bytes that begins with an amine_world and holds no
 * pointers; lanes never talk to each other. All randomness is drawn by the key that `start` is given
 * (amine_world_draw), nothing else. Functions are called from several threads at once, with the C
 * locale and IEEE 754 as it is by default. They cannot fail but for `make` and `check`. This header
 * needs no library: all that it offers is in it. */
#ifndef AMINE_TASK_H
#define AMINE_TASK_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "amine/parameter.h"
#include "amine/random.h"
#include "amine/status.h"

typedef struct amine_task amine_task;

/* A policy: the action of the present step. It may look into the world as far as its line says.
 * draw: random numbers of this step that nobody else uses. */
typedef int amine_policy(const amine_task *task, const void *state, amine_random4 draw);
/* The same of a task of real actions: writes n_real of them. */
typedef void amine_mover(const amine_task *task, const void *state, amine_random4 draw,
                         float *action);
/* A predictor: writes n_targets values for the present step, one that counts. */
typedef void amine_predictor(const amine_task *task, const void *state, float *prediction);

enum {
  AMINE_TASK_LINES = 8,
  AMINE_TASK_EVENTS = 12,
  AMINE_REAL_MAX = 16,        /* numbers of a real action */
  AMINE_TARGETS_MAX = 1024,   /* real values that are asked for in one step */
  AMINE_TASK_STATE_MAX = 4096 /* bytes */
};

/* A line that calibrates rewards: what a known policy earns per episode on this task. */
typedef struct amine_task_line {
  const char *policy; /* "random", "planner", ... */
  double reward;      /* mean reward per episode; NAN if not known for these settings */
  /* What plays it. All NULL: it is played elsewhere, or earns the same in every episode. */
  amine_policy *act;
  amine_mover *move;
  amine_predictor *predict;
} amine_task_line;

/* Something that happens in a world, which is looked for in what a network did around it. */
typedef struct amine_task_event {
  const char *name, *meaning; /* "wall"; one line for people */
} amine_task_event;

/* A task that was made: `make` fills in a zeroed one (criterion: NAN). It may grow at its end. */
struct amine_task {
  const struct am_task_type *type;  /* the library's own */
  const void *options;              /* that it was made from, a copy of its own */
  void *context;                    /* that of its amine_task_type */
  void *own;                        /* whatever `make` puts there and `destroy` frees */
  int n_inputs, n_actions, n_steps; /* n_steps: length of an episode, at most */
  int n_targets;                    /* real values asked for at each step; then n_actions is 0 */
  int n_real;       /* numbers that a real action is, at most AMINE_REAL_MAX; then n_actions is 0 */
  int tells;        /* 1 + the input that tells what the last step gave; 0: none does */
  int n_counted;    /* steps that an error is the mean over, at which they count; 0: all n_steps */
  int n_kinds;      /* sorts of episode, 0 if all are alike */
  double criterion; /* mean reward per episode from which it counts as learned; NAN if none */
  int n_criterion;  /* above 0: not a mean, but each of so many episodes in a row earns that */
  size_t state_size;                       /* at most AMINE_TASK_STATE_MAX */
  amine_task_line lines[AMINE_TASK_LINES]; /* calibration, n_lines of them, the lowest first */
  int n_lines;
  /* Size of the alphabet of a task of symbols: then n_actions and n_targets are 0, and n_inputs is
   * 1: the symbol's number. */
  int n_symbols;
  const char *between; /* what people read between two symbols: " " or ""; NULL: "" */
  int n_episodes; /* the library's own, 0: that there are, each of which evaluation plays once */
  /* The library's own: the same task on what training never shows, which evaluation plays; NULL: the
   * task itself, all of whose episodes are new. Of a type that holds out, `make` makes both. */
  const amine_task *held_out;
  bool held; /* this is the one that evaluation plays: set before `make` */
};

/* What `make`, and the functions of a world, are. What a struct's `size` does not reach is NULL. */
typedef amine_status amine_task_make(amine_task *task, void *options, amine_error *error);
typedef void amine_task_start(const amine_task *task, void *state, uint64_t seed, uint32_t episode,
                              uint32_t lane);
typedef void amine_task_observe(const amine_task *task, const void *state, float *input);
typedef float amine_task_step(const amine_task *task, void *state, int action);
typedef float amine_task_move(const amine_task *task, void *state, const float *action);
typedef bool amine_task_over(const amine_task *task, const void *state);
typedef int amine_task_answer(const amine_task *task, const void *state);
typedef float amine_task_weight(const amine_task *task, const void *state);
typedef bool amine_task_begins(const amine_task *task, const void *state);
typedef bool amine_task_target(const amine_task *task, const void *state, float *target);
typedef double amine_task_regret(const amine_task *task, const void *state);
typedef unsigned amine_task_happened(const amine_task *task, const void *before, const void *after);
typedef const char *amine_task_symbol_name(const amine_task *task, int symbol);
typedef void amine_task_destroy(amine_task *task);

typedef struct amine_task_type {
  size_t size;         /* sizeof(amine_task_type) */
  const char *name;    /* a word: task.type=NAME */
  const char *meaning; /* one line */
  const char *source;  /* authors, year, doi; NULL: none */
  /* Its keys, task.NAME: ends with a NULL name; NULL: none. They fill a struct of options_size bytes,
   * at most 512. */
  const amine_parameter *parameters;
  size_t options_size;
  /* What one row alone cannot say; NULL: nothing. The sentence names the key. */
  amine_status (*check)(const void *options, amine_error *error);
  void *context; /* the caller's own: it is in the task */
  /* Fills in a zeroed task, which knows its options: a copy of its own, which it may change.
   * AMINE_ERROR_ARGUMENT with a sentence (amine_refuse); `destroy` is then called, too. */
  amine_task_make *make;
  /* Puts a lane at the start of an episode: amine_world_begin, and what is drawn for it. */
  amine_task_start *start;
  /* Writes the n_inputs inputs of the present step, finite all of them. */
  amine_task_observe *observe;
  /* Takes an action in [0, n_actions), moves the world one step, returns the reward. Where there are
   * n_targets instead of actions, the action is passed over. Past n_steps it does nothing. NULL where
   * actions are real. */
  amine_task_step *step;
  /* The same for a task of real actions: takes n_real numbers, any that are finite. NULL where n_real
   * is 0. */
  amine_task_move *move;
  /* true once an episode is over before n_steps: from then on steps reward nothing and change
   * nothing, and the inputs are zero. NULL for a world that never ends early. */
  amine_task_over *over;
  /* For supervised learning: the right action at the present step, or -1 if none is asked for. NULL
   * for a world that only rewards. */
  amine_task_answer *answer;
  /* For a task that asks for real values: writes the n_targets of the present step and returns
   * whether they count. An episode is worth minus the mean over its steps (or n_counted) of the mean
   * squared error. NULL where n_targets is 0. */
  amine_task_target *target;
  bool absolute; /* minus a mean absolute error instead */
  /* How much more the best would have earned so far, in the mean: what the world knows and no learner
   * sees. NULL: it cannot say. */
  amine_task_regret *regret;
  /* Which of the n_kinds sorts of episode this is, for a learner that expects a reward of each, and
   * for a recording, which has one of each. NULL where n_kinds is 0: all are alike. */
  amine_task_answer *kind;
  /* What happens in it besides rewards and what is asked for, up to AMINE_TASK_EVENTS, ended by one
   * without a name; and which of them are of a step, bit k for events[k]: before is the state as the
   * step is shown, after as it left it. after NULL: those that can be told from what is shown, which
   * the step keeps. Both NULL: there are none. */
  const amine_task_event *events;
  amine_task_happened *happened;
  amine_task_destroy *destroy; /* frees what it took besides itself; NULL: nothing */
  /* How much the decision of the present step counts to who learns it, above 0: the policy's part and
   * the teacher's, not the critic's. NULL: each 1. */
  amine_task_weight *weight;
  /* Whether a trial begins at the present step, of several in an episode: a rule's second trace may
   * begin anew with each (rule.anew=trial). NULL: it says of no step that one does. */
  amine_task_begins *begins;
  /* For a task of symbols, whose inputs and answers are of one alphabet: the symbol shown at the
   * present step, which is the one input, too; `answer` is the one that comes next, at every step, and
   * an episode is worth the mean of log p(answer) over its steps, nats. The action of `step` is passed
   * over. Its name for people, UTF-8. Both NULL where n_symbols is 0. */
  amine_task_answer *symbol;
  amine_task_symbol_name *symbol_name;
  /* Episode e of a lane goes on where episode e - 1 of that lane ended, so that a network may keep
   * its state: whether this one begins anew. NULL: every episode does. */
  amine_task_over *anew;
  /* Evaluation plays what training never shows (other maps, other words): `make` is called twice, for
   * what is learned and, with `held` set, for what is held out; both are of the same sizes. */
  bool holds_out;
} amine_task_type;

/* ------------------------------------------------------------------------------ for worlds */
/* What the state of every world begins with. */
typedef struct amine_world {
  uint64_t seed;
  uint32_t episode, lane;
  int32_t step; /* steps taken so far: of who makes the steps */
} amine_world;

/* Zeroes the state, padding too, and sets its clock: what `start` begins with. */
static inline void amine_world_begin(const amine_task *task, void *state, uint64_t seed,
                                     uint32_t episode, uint32_t lane) {
  amine_world *w = (amine_world *)state;
  memset(state, 0, task->state_size);
  w->seed = seed;
  w->episode = episode;
  w->lane = lane;
}

/* Draw number `step` of a stream (AMINE_STREAM_TASK, ...), for this episode of this lane. */
static inline amine_random4 amine_world_draw(const amine_world *w, uint32_t stream, uint32_t step) {
  const amine_random_key key = {w->seed, stream, w->episode, w->lane};
  return amine_random(key, step);
}

/* Whether what has probability p happens, by number v[word] of a step of the stream of a task. */
static inline bool amine_world_chance(const amine_world *w, uint32_t step, int word, double p) {
  const amine_random_key key = {w->seed, AMINE_STREAM_TASK, w->episode, w->lane};
  return amine_chance(key, step, word, p);
}

/* Each action alike. */
static inline int amine_policy_random(const amine_task *task, const void *state,
                                      amine_random4 draw) {
  (void)state;
  return (int)amine_below(draw.v[0], (uint32_t)task->n_actions);
}

/* For `make`: adds a line, of a name that stays where it is. More than AMINE_TASK_LINES are too many,
 * which is then said. */
static inline void amine_task_add_line(amine_task *task, amine_task_line line) {
  if (task->n_lines < AMINE_TASK_LINES) task->lines[task->n_lines] = line;
  task->n_lines++;
}
static inline void amine_task_acts(amine_task *task, const char *name, double reward,
                                   amine_policy *policy) {
  const amine_task_line line = {name, reward, policy, NULL, NULL};
  amine_task_add_line(task, line);
}
static inline void amine_task_moves(amine_task *task, const char *name, double reward,
                                    amine_mover *mover) {
  const amine_task_line line = {name, reward, NULL, mover, NULL};
  amine_task_add_line(task, line);
}
static inline void amine_task_predicts(amine_task *task, const char *name, double reward,
                                       amine_predictor *predictor) {
  const amine_task_line line = {name, reward, NULL, NULL, predictor};
  amine_task_add_line(task, line);
}

/* For `make` and `check`: writes the sentence, which names the key, its value and what is allowed;
 * returns AMINE_ERROR_ARGUMENT. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static inline amine_status
amine_refuse(amine_error *error, const char *format, ...) {
  va_list arguments;
  if (!error) return AMINE_ERROR_ARGUMENT;
  error->status = AMINE_ERROR_ARGUMENT;
  error->offset = -1;
  error->file[0] = error->excerpt[0] = 0;
  va_start(arguments, format);
  vsnprintf(error->message, sizeof error->message, format, arguments);
  va_end(arguments);
  return AMINE_ERROR_ARGUMENT;
}

#endif
