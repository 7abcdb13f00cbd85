/* A task: what the world shows and what it rewards, as amine/task.h has it.
 *
 * A task is immutable once made and shared by all threads. The world of one lane is a plain block
 * of state_size bytes that the caller owns; lanes never talk to each other. All randomness comes
 * from the key given to `start`. */
#ifndef AMINE_TASK_TASK_H
#define AMINE_TASK_TASK_H

#include "amine/task.h"
#include "base/error.h"
#include "base/random.h"
#include "base/registry.h"

/* That header's names, shorter. */
typedef amine_task am_task;
typedef amine_policy am_policy;
typedef amine_mover am_mover;
typedef amine_predictor am_predictor;
typedef amine_task_line am_task_line;
typedef amine_task_event am_task_event;

enum {
  AM_TASK_LINES = AMINE_TASK_LINES,
  AM_TASK_STATE_MAX = AMINE_TASK_STATE_MAX,
  AM_TASK_EVENTS = AMINE_TASK_EVENTS,
  AM_REAL_MAX = AMINE_REAL_MAX
};

/* Lanes that begin or step with those of other groups. */
typedef struct am_together {
  bool begins;
  void *const *states; /* [n] */
  int n;
  /* They begin the episodes (seed, episode, numbers[k]). */
  uint64_t seed;
  uint32_t episode;
  const uint32_t *numbers; /* [n] */
  /* Or they step: by actions [n], or moves [n][n_real]. */
  const int *actions;
  const float *moves;
  float *rewards; /* [n] */
} am_together;

/* Where a step is among blocks, at whose ends another action becomes right and nothing announces it. */
typedef struct am_task_block {
  int number, at, length; /* blocks before it; its steps before this one; all its steps */
  int old;                /* the action that would be right had it not changed; -1: it never did */
} am_task_block;

/* A world of places, row by row, in which one is the goal: entering it pays 1 and ends the episode.
 * Actions 0 to 3 lead up, right, down and left. */
typedef struct am_task_map {
  int width, height, goal;
  const bool *wall;    /* [width height] */
  const int *distance; /* [width height] steps of the shortest way to the goal */
} am_task_map;

/* Its functions are as amine_task_type has them, where their meaning stands; here is what that does not offer. */
typedef struct am_task_type {
  am_part part; /* first */
  size_t size;  /* of what begins with the am_task; 0: there is no more than that */
  amine_task_make *make;
  bool absolute;
  amine_task_start *start;
  amine_task_observe *observe;
  amine_task_step *step;
  amine_task_move *move;
  amine_task_over *over;
  amine_task_answer *answer;
  amine_task_weight *weight;
  amine_task_begins *begins;
  amine_task_target *target;
  amine_task_regret *regret;
  amine_task_answer *kind;
  amine_task_answer *symbol;
  amine_task_symbol_name *symbol_name;
  amine_task_over *anew;
  const am_task_event *events;
  amine_task_happened *happened;
  /* Where the present step is among its blocks; false past the end. NULL: nothing changes so. */
  bool (*blocks)(const am_task *task, const void *state, am_task_block *block);
  /* The map of its world, and where on it a state is; both NULL: it has none. */
  const am_task_map *(*map)(const am_task *task);
  int (*place)(const am_task *task, const void *state);
  /* Of a map: what each place is worth, with rewards discounted by gamma, to who takes each action there
   * with the probability policy [place][action]; gamma < 1. */
  void (*values)(const am_task *task, double *value, const double *policy, double gamma);
  /* Steps of an episode, in the mean, of who plays it by a line; NAN: not known. NULL: of all lines. */
  double (*length)(const am_task *task, int line);
  /* Plays an episode by a line as am_task_play says, where no am_policy can; NULL otherwise. */
  double (*play)(const am_task *task, int line, uint64_t seed, uint32_t episode, uint32_t lane);
  /* For a world that takes one call for all lanes (task/lanes.h): all groups begin, or all step. The
   * lanes of a batch then play side by side on one thread (base/strands.h). NULL: lane by lane. */
  void (*together)(const am_task *task, am_together *const *groups, int n);
  /* Whether that has failed since it was last asked: episodes are over then. NULL: it cannot fail. */
  amine_status (*trouble)(const am_task *task, amine_error *error);
  amine_task_destroy *destroy;
} am_task_type;

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

static inline float am_task_weight(const am_task *task, const void *state) {
  return task->type->weight ? task->type->weight(task, state) : 1;
}

static inline bool am_task_begins(const am_task *task, const void *state) {
  return task->type->begins && task->type->begins(task, state);
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
#define am_task_acts amine_task_acts
#define am_task_moves amine_task_moves
#define am_task_predicts amine_task_predicts

/* AMINE_OK, or why what was played, of what is held out too, is worth nothing. */
static inline amine_status am_task_trouble(const am_task *task, amine_error *error) {
  if (!task->type->trouble) return AMINE_OK;
  if (task->held_out) AM_TRY(task->type->trouble(task->held_out, error));
  return task->type->trouble(task, error);
}

/* Plays the episode (seed, episode, lane) by the policy lines[line] and returns the sum of its
 * rewards: the calibration that `amine eval policy=NAME` makes. Not for the maze, whose policies
 * need memory of their own (maze/policy.h). */
double am_task_play(const am_task *task, int line, uint64_t seed, uint32_t episode, uint32_t lane);

#endif
