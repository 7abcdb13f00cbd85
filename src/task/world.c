/* Making a task, and the loops of calibration: nothing is allocated there, and every draw is keyed
 * by the episode. */
#include "task/world.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"

amine_status am_task_create(am_task **out, const am_task_type *type, const void *options,
                            amine_error *error) {
  const size_t size = am_size_round(type->size ? type->size : sizeof(am_task), 16);
  am_task *task = am_alloc(1, size + type->part.options_size);
  if (!task) return am_fail_memory(error, size + type->part.options_size);
  void *own = memcpy((char *)task + size, options, type->part.options_size);
  task->type = type;
  task->options = own;
  const amine_status status = type->make(task, own, error);
  assert(status != AMINE_OK ||
         (task->state_size <= AM_TASK_STATE_MAX && task->n_lines <= AM_TASK_LINES));
  if (status == AMINE_OK) *out = task;
  else am_task_destroy(task);
  return status;
}

void am_task_destroy(am_task *task) {
  if (!task) return;
  am_task_destroy((am_task *)task->held_out);
  if (task->type->destroy) task->type->destroy(task);
  am_free(task);
}

void am_world_start(void *state, size_t size, uint64_t seed, uint32_t episode, uint32_t lane) {
  memset(state, 0, size); /* padding too: equal episodes are equal bytes */
  am_world *w = state;
  w->seed = seed;
  w->episode = episode;
  w->lane = lane;
}

void am_world_begin(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                    uint32_t lane) {
  amine_world_begin(task, state, seed, episode, lane);
}

float am_world_pass(const am_task *task, void *state, int action) {
  (void)action;
  am_world *w = state;
  if (w->step < task->n_steps) w->step++;
  return 0;
}

/* Pattern k is one of the 2^bits - k that are left, counted past those that are taken. */
void am_world_patterns(const am_world *w, uint32_t *pattern, int n, int bits) {
  uint32_t taken[AM_WORLD_PATTERNS]; /* in order */
  assert(n <= AM_WORLD_PATTERNS && bits < 32);
  for (int k = 0; k < n; k++) {
    const am_random4 draw = am_world_draw(w, AM_STREAM_TASK_START, 1 + (uint32_t)k / 4);
    uint32_t p = am_below(draw.v[k % 4], (UINT32_C(1) << bits) - (uint32_t)k);
    int i = 0;
    for (; i < k && p >= taken[i]; i++) p++;
    memmove(&taken[i + 1], &taken[i], (size_t)(k - i) * sizeof *taken);
    pattern[k] = taken[i] = p;
  }
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
  return amine_policy_random(task, state, draw);
}

int am_policy_told(const am_task *task, const void *state, am_random4 draw) {
  (void)draw;
  const int answer = task->type->answer(task, state);
  return answer < 0 ? 0 : answer;
}

/* The sum of the rewards of an episode that has begun. */
static double act(const am_task *task, void *state, const am_task_line *line) {
  const am_task_type *type = task->type;
  float action[AM_REAL_MAX];
  double sum = 0;
  assert(task->n_real <= AM_REAL_MAX);
  for (int t = 0; t < task->n_steps && !(type->over && type->over(task, state)); t++) {
    const am_random4 draw = am_world_draw(state, AM_STREAM_AGENT, (uint32_t)t);
    if (line->move) {
      line->move(task, state, draw, action);
      sum += (double)type->move(task, state, action);
    } else sum += (double)type->step(task, state, line->act(task, state, draw));
  }
  return sum;
}

double am_target_error(const am_task *task, const float *prediction, const float *target) {
  double sum = 0;
  for (int k = 0; k < task->n_targets; k++) {
    const double d = (double)prediction[k] - (double)target[k];
    sum += d * d;
  }
  return sum / ((double)task->n_targets * (double)am_task_counted(task));
}

void am_predict_zero(const am_task *task, const void *state, float *prediction) {
  (void)state;
  for (int k = 0; k < task->n_targets; k++) prediction[k] = 0;
}

void am_predict_told(const am_task *task, const void *state, float *prediction) {
  (void)task->type->target(task, state, prediction);
}

/* Minus the error of an episode that has begun. */
static double predict(const am_task *task, void *state, am_predictor *predictor) {
  float prediction[AM_TARGETS_MAX], target[AM_TARGETS_MAX];
  double error = 0;
  assert(task->n_targets <= AM_TARGETS_MAX);
  for (int t = 0; t < task->n_steps; t++) {
    if (task->type->target(task, state, target)) {
      predictor(task, state, prediction);
      error += am_target_error(task, prediction, target);
    }
    task->type->step(task, state, 0);
  }
  return 0 - error;
}

double am_task_play(const am_task *task, int line, uint64_t seed, uint32_t episode, uint32_t lane) {
  const am_task_line *l = &task->lines[line];
  max_align_t state[AM_TASK_STATE_MAX / sizeof(max_align_t)];
  if (task->type->play) return task->type->play(task, line, seed, episode, lane);
  if (!l->act && !l->move && !l->predict) return l->reward;
  task->type->start(task, state, seed, episode, lane);
  return l->predict ? predict(task, state, l->predict) : act(task, state, l);
}
