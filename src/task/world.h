/* What the small tasks have in common: the clock that the state of a lane begins with, the check of
 * options, and policies. */
#ifndef AMINE_TASK_WORLD_H
#define AMINE_TASK_WORLD_H

#include "task/task.h"

enum { AM_TARGETS_MAX = AMINE_TARGETS_MAX };

typedef amine_world am_world; /* the state of every small task begins with this */

/* Zeroes the `size` bytes of a state and sets its clock: an episode starts. */
void am_world_start(void *state, size_t size, uint64_t seed, uint32_t episode, uint32_t lane);

/* The same, and a step that only moves the clock: am_task_type.start and .step of worlds that need
 * no more. */
void am_world_begin(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                    uint32_t lane);
float am_world_pass(const am_task *task, void *state, int action);

static inline am_random4 am_world_draw(const am_world *w, uint32_t stream, uint32_t step) {
  return amine_world_draw(w, stream, step);
}
static inline bool am_world_chance(const am_world *w, uint32_t step, int word, float p) {
  return amine_world_chance(w, step, word, (double)p);
}

enum { AM_WORLD_PATTERNS = 32 }; /* that are drawn, at most */
/* Writes n <= AM_WORLD_PATTERNS different patterns of `bits` bits, at most 31 and so many that
 * there are n, each choice alike: from draws of the start of the episode from the first on (draw 0
 * is not touched). */
void am_world_patterns(const am_world *w, uint32_t *pattern, int n, int bits);

/* An option and the range it must be in, both ends allowed. */
typedef struct am_range {
  const char *option;
  double value, low, high;
} am_range;

/* AMINE_ERROR_ARGUMENT with a sentence that names task and option if one is out of its range. */
amine_status am_ranges_check(const char *task, const am_range *ranges, int n, amine_error *error);

enum { AM_TRIAL_STEPS = 1000000000 }; /* of a trial that is given in ms, at most */

/* So many steps of dt_ms as the length of a trial; AMINE_ERROR_ARGUMENT if they are too many. */
amine_status am_task_length(int *n_steps, uint64_t steps, double dt_ms, amine_error *error);

am_policy am_policy_random; /* each action alike */
am_policy am_policy_told;   /* the task's own answer; action 0 where it has none */

/* ------------------------------------------------------------------ tasks with targets
 * Their reward is minus an error, so that more is better, and the step itself rewards nothing: the
 * one who predicts subtracts the error of each step whose targets count. Of an episode that is
 *
 *   reward = - 1/T sum_t 1/n_targets sum_k (y_tk - y*_tk)^2
 *
 * with T = am_task_counted and the first sum over the steps that count: where that is n_steps, those
 * that ask for nothing are in the length but not in the sum. */
double am_target_error(const am_task *task, const float *prediction, const float *target);

am_predictor am_predict_zero;
am_predictor am_predict_told; /* the target itself */

#endif
