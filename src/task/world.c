/* The loops of calibration: nothing is allocated, and every draw is keyed by the episode. */
#include "task/world.h"

#include <assert.h>
#include <string.h>

void am_world_start(void *state, size_t size, uint64_t seed, uint32_t episode, uint32_t lane) {
  memset(state, 0, size); /* padding too: equal episodes are equal bytes */
  am_world *w = state;
  w->seed = seed;
  w->episode = episode;
  w->lane = lane;
}

amine_status am_task_length(int *n_steps, uint64_t steps, double dt_ms, amine_error *error) {
  if (steps > AM_TRIAL_STEPS)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "a trial of %llu steps of %g ms is longer than %d steps",
                   (unsigned long long)steps, dt_ms, AM_TRIAL_STEPS);
  *n_steps = (int)steps;
  return AMINE_OK;
}

amine_status am_ranges_check(const char *task, const am_range *ranges, int n, amine_error *error) {
  for (int k = 0; k < n; k++) {
    const am_range *r = &ranges[k];
    if (!(r->value >= r->low && r->value <= r->high))
      return am_fail(error, AMINE_ERROR_ARGUMENT,
                     "the %s option %s is %g: it must be from %g to %g", task, r->option, r->value,
                     r->low, r->high);
  }
  return AMINE_OK;
}

int am_policy_random(const am_task *task, const void *state, am_random4 draw) {
  (void)state;
  return (int)am_below(draw.v[0], (uint32_t)task->n_actions);
}

int am_policy_told(const am_task *task, const void *state, am_random4 draw) {
  (void)draw;
  const int answer = task->type->answer(task, state);
  return answer < 0 ? 0 : answer;
}

double am_world_play(const am_task *task, void *state, am_policy *policy, uint64_t seed,
                     uint32_t episode, uint32_t lane) {
  const am_task_type *type = task->type;
  double sum = 0;
  type->start(task, state, seed, episode, lane);
  for (int t = 0; t < task->n_steps && !(type->over && type->over(task, state)); t++) {
    const am_random4 draw = am_world_draw(state, AM_STREAM_AGENT, (uint32_t)t);
    sum += (double)type->step(task, state, policy(task, state, draw));
  }
  return sum;
}

double am_target_error(const am_task *task, const float *prediction, const float *target) {
  double sum = 0;
  for (int k = 0; k < task->n_targets; k++) {
    const double d = (double)prediction[k] - (double)target[k];
    sum += d * d;
  }
  return sum / ((double)task->n_targets * (double)task->n_steps);
}

void am_predict_zero(const am_task *task, const void *state, float *prediction) {
  (void)state;
  for (int k = 0; k < task->n_targets; k++) prediction[k] = 0;
}

void am_predict_told(const am_task *task, const void *state, float *prediction) {
  (void)task->type->target(task, state, prediction);
}

double am_world_predict(const am_task *task, void *state, am_predictor *predictor, uint64_t seed,
                        uint32_t episode, uint32_t lane) {
  float prediction[AM_TARGETS_MAX], target[AM_TARGETS_MAX];
  double error = 0;
  assert(task->n_targets <= AM_TARGETS_MAX);
  task->type->start(task, state, seed, episode, lane);
  for (int t = 0; t < task->n_steps; t++) {
    if (task->type->target(task, state, target)) {
      predictor(task, state, prediction);
      error += am_target_error(task, prediction, target);
    }
    task->type->step(task, state, 0);
  }
  return 0 - error;
}
