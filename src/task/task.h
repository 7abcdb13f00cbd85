/* A task: what the world shows and what it rewards.
 *
 * A task is immutable once made and shared by all threads. The world of one lane is a plain block
 * of state_size bytes that the caller owns; lanes never talk to each other. All randomness comes
 * from the key given to `start`. */
#ifndef AMINE_TASK_TASK_H
#define AMINE_TASK_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/random.h"
#include "base/registry.h"

typedef struct am_task am_task;

/* A policy: the action of the present step. It may look into the world as far as its line says.
 * draw: random numbers of this step that nobody else uses. */
typedef int am_policy(const am_task *task, const void *state, am_random4 draw);
/* The same of a task of real actions: writes n_real of them. */
typedef void am_mover(const am_task *task, const void *state, am_random4 draw, float *action);
/* A predictor: writes n_targets values for the present step, one that counts. */
typedef void am_predictor(const am_task *task, const void *state, float *prediction);

/* A line that calibrates rewards: what a known policy earns per episode on this task. */
typedef struct am_task_line {
  const char *policy; /* "random", "planner", ... */
  double reward;      /* mean reward per episode; NAN if not known for these settings */
  /* What plays it. All NULL: it is played elsewhere, or earns the same in every episode. */
  am_policy *act;
  am_mover *move;
  am_predictor *predict;
} am_task_line;
enum { AM_TASK_LINES = 8, AM_TASK_STATE_MAX = 4096, AM_TASK_EVENTS = 8, AM_REAL_MAX = 16 };

/* Something that happens in a world, which is looked for in what a network did around it. */
typedef struct am_task_event {
  const char *name, *meaning; /* "wall"; one line for people */
} am_task_event;

typedef struct am_task_type {
  am_part part; /* first */
  size_t size;  /* of what begins with the am_task; 0: there is no more than that */
  /* Fills in a zeroed one, which knows its type and its options: a copy of its own of the struct
   * that the part's parameters fill, in which it may change what a parameter means.
   * AMINE_ERROR_ARGUMENT names an option that is out of range; it is then destroyed. */
  amine_status (*make)(am_task *task, void *options, amine_error *error);
  /* Rewards are minus a mean absolute error; of other tasks with targets minus a mean squared one.
   * Over which steps n_counted says; a step that asks for nothing adds 0. */
  bool absolute;
  /* Puts a lane at the start of an episode. */
  void (*start)(const am_task *task, void *state, uint64_t seed, uint32_t episode, uint32_t lane);
  /* Writes the n_inputs inputs of the present step. */
  void (*observe)(const am_task *task, const void *state, float *input);
  /* Takes an action in [0, n_actions), moves the world one step, returns the reward. Where there
   * are n_targets instead of actions, the action is passed over. NULL where actions are real. */
  float (*step)(const am_task *task, void *state, int action);
  /* The same for a task of real actions: takes n_real numbers, any that are finite. NULL where n_real
   * is 0. */
  float (*move)(const am_task *task, void *state, const float *action);
  /* true once an episode is over before n_steps: from then on steps reward nothing and change
   * nothing, and the inputs are zero. NULL for a world that never ends early. */
  bool (*over)(const am_task *task, const void *state);
  /* For supervised learning: the right action at the present step, or -1 if none is asked for. NULL
   * for a world that only rewards. */
  int (*answer)(const am_task *task, const void *state);
  /* For a task that asks for real values: writes the n_targets of the present step and returns
   * whether they count. NULL where n_targets is 0. */
  bool (*target)(const am_task *task, const void *state, float *target);
  /* How much more the best would have earned so far, in the mean: what the world knows and no learner
   * sees. NULL: it cannot say. */
  double (*regret)(const am_task *task, const void *state);
  /* Which of the n_kinds sorts of episode this is, for a learner that expects a reward of each.
   * NULL where n_kinds is 0: all are alike. */
  int (*kind)(const am_task *task, const void *state);
  /* For a task whose inputs and answers are symbols of one alphabet: the symbol shown at the present
   * step; `answer` is the one that comes next, at every step. An episode is worth the mean of
   * log p(answer) over its steps, nats. NULL where n_symbols is 0. */
  int (*symbol)(const am_task *task, const void *state);
  const char *(*symbol_name)(const am_task *task, int symbol); /* UTF-8, for people */
  /* Episode e of a lane goes on where episode e - 1 of that lane ended, so that a network may keep
   * its state: whether this one begins anew. NULL: every episode does. */
  bool (*anew)(const am_task *task, const void *state);
  /* What happens in it besides rewards and what is asked for, up to AM_TASK_EVENTS, ended by one without a name; and which
   * of them are of a step, bit k for events[k]: before is the state as the step is shown, after as it
   * left it. after NULL: those that can be told from what is shown, which the step keeps. Both NULL:
   * there are none. */
  const am_task_event *events;
  unsigned (*happened)(const am_task *task, const void *before, const void *after);
  /* Plays an episode by a line as am_task_play says, where no am_policy can; NULL otherwise. */
  double (*play)(const am_task *task, int line, uint64_t seed, uint32_t episode, uint32_t lane);
  void (*destroy)(am_task *task); /* frees what it took besides itself; NULL: nothing */
} am_task_type;

struct am_task {
  const am_task_type *type;
  const void *options;              /* that it was made from */
  int n_inputs, n_actions, n_steps; /* n_steps: length of an episode, at most */
  int n_targets;                    /* real values asked for at each step; then n_actions is 0 */
  int n_real; /* numbers that a real action is, at most AM_REAL_MAX; then n_actions is 0 */
  int tells;     /* 1 + the input that tells what the last step gave; 0: none does */
  int n_counted; /* steps that an error is the mean over, at which they count; 0: all n_steps */
  int n_kinds;                      /* sorts of episode, 0 if all are alike */
  /* Size of the alphabet of a task of symbols: then n_actions and n_targets are 0, and n_inputs is
   * 1: the symbol's number. */
  int n_symbols;
  const char *between; /* what stands between two symbols where people read them: " " or "" */
  int n_episodes; /* that there are, each of which evaluation plays once; 0: as many as one likes */
  /* The same task on what training never shows, which evaluation plays; owned. NULL: the task itself,
   * all of whose episodes are new. */
  const am_task *held_out;
  double criterion;  /* mean reward per episode from which it counts as learned; NAN if none */
  int n_criterion;   /* above 0: not a mean, but each of so many episodes in a row earns that */
  size_t state_size; /* at most AM_TASK_STATE_MAX */
  am_task_line lines[AM_TASK_LINES]; /* calibration, n_lines of them, the lowest first */
  int n_lines;
};

/* Makes a task from the struct of options of its type. AMINE_ERROR_ARGUMENT names an option that is
 * out of range; *out is then as it was. */
amine_status am_task_create(am_task **out, const am_task_type *type, const void *options,
                            amine_error *error);
void am_task_destroy(am_task *task); /* NULL is fine */

/* What evaluation plays. */
static inline const am_task *am_task_evaluated(const am_task *task) {
  return task->held_out ? task->held_out : task;
}

/* Whether the one who learns it acts: by one of n_actions, or by n_real numbers. */
static inline bool am_task_acted(const am_task *task) {
  return task->n_actions > 0 || task->n_real > 0;
}

/* Numbers that are said at each step by who learns it: one for each action, mean and logarithm of the
 * spread of each number of a real action, or the values that are asked for. */
static inline int am_task_said(const am_task *task) {
  return task->n_targets > 0 ? task->n_targets : task->n_real > 0 ? 2 * task->n_real : task->n_actions;
}

/* Steps that the error of an episode is the mean over. */
static inline int am_task_counted(const am_task *task) {
  return task->n_counted > 0 ? task->n_counted : task->n_steps;
}

/* Adds a line: what a policy or a predictor earns. */
void am_task_acts(am_task *task, const char *name, double reward, am_policy *policy);
void am_task_moves(am_task *task, const char *name, double reward, am_mover *mover);
void am_task_predicts(am_task *task, const char *name, double reward, am_predictor *predictor);

/* Plays the episode (seed, episode, lane) by the policy lines[line] and returns the sum of its
 * rewards: the calibration that `amine eval policy=NAME` makes. Not for the maze, whose policies
 * need memory of their own (maze/policy.h). */
double am_task_play(const am_task *task, int line, uint64_t seed, uint32_t episode, uint32_t lane);

#endif
