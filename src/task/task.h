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

typedef struct am_task am_task;

/* A line that calibrates rewards: what a known policy earns per episode on this task. */
typedef struct am_task_line {
  const char *policy; /* "random", "planner", ... */
  double reward;      /* mean reward per episode; NAN if not known for these settings */
} am_task_line;

typedef struct am_task_type {
  const char *name;
  const char *meaning; /* one line */
  /* Puts a lane at the start of an episode. */
  void (*start)(const am_task *task, void *state, uint64_t seed, uint32_t episode, uint32_t lane);
  /* Writes the n_inputs inputs of the present step. */
  void (*observe)(const am_task *task, const void *state, float *input);
  /* Takes an action in [0, n_actions), moves the world one step, returns the reward. */
  float (*step)(const am_task *task, void *state, int action);
  void (*destroy)(am_task *task);
} am_task_type;

struct am_task {
  const am_task_type *type;
  int n_inputs, n_actions, n_steps; /* n_steps: length of an episode */
  size_t state_size;
  const am_task_line *lines; /* calibration, n_lines of them, the lowest first */
  int n_lines;
};

static inline void am_task_destroy(am_task *task) {
  if (task) task->type->destroy(task);
}

#endif
