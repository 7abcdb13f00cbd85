/* A signal held for a quarter of an episode (see held.h). */
#include "run/study/held.h"

#include <string.h>

#include "base/memory.h"
#include "learner/hold.h"
#include "run/train/series.h"

/* Keeps these episodes apart from those of training and evaluation. */
#define SALT 0xd1b54a32d192ed03u

/* When a signal is held, and at what. */
typedef struct window {
  int from, to;
  float *value; /* [rows] */
} window;

static const float *say(void *context, uint32_t lane, int step, const void *world, float reward,
                        bool over) {
  const window *w = context;
  (void)lane, (void)world, (void)reward, (void)over;
  return step >= w->from && step < w->to ? w->value : NULL;
}

static double sum_of(const am_series *rewards, int from, int to) {
  double sum = 0;
  for (int t = from; t < to; t++) sum += (double)rewards->values[t];
  return sum;
}

/* Adds one episode as it is, and keeps what the signal was before its middle. */
static amine_status play_free(am_held *sum, window *w, am_learner *learner, const char *signal,
                              uint32_t lane, uint64_t seed, amine_error *error) {
  am_episode e;
  AM_TRY(am_episode_play(&e, learner, lane, seed, error));
  const am_series *s = am_episode_find(&e, signal), *rewards = am_episode_find(&e, "rewards");
  amine_status status = AMINE_OK;
  if (!s || !rewards)
    status = am_fail(error, AMINE_ERROR_ARGUMENT, "task.type=%s does not reward by the step",
                     learner->task->type->part.name);
  else {
    const size_t rows = (size_t)s->width;
    memcpy(w->value, s->values + (size_t)(w->from - 1) * rows, rows * sizeof *w->value);
    sum->free += sum_of(rewards, w->from, w->to);
  }
  am_episode_free(&e);
  return status;
}

static amine_status play_held(am_held *sum, window *w, am_learner *learner, const char *signal,
                              uint32_t lane, uint64_t seed, amine_error *error) {
  const am_hold hold = {signal, say, w};
  am_episode e;
  learner->hold = &hold;
  const amine_status status = am_episode_play(&e, learner, lane, seed, error);
  learner->hold = NULL;
  AM_TRY(status);
  const am_series *rewards = am_episode_find(&e, "rewards");
  sum->held += sum_of(rewards, w->from, w->to);
  sum->released += sum_of(rewards, w->to, learner->task->n_steps);
  am_episode_free(&e);
  return AMINE_OK;
}

amine_status am_held_measure(am_held *out, am_experiment *x, const char *signal, uint64_t seed,
                             amine_error *error) {
  am_learner *learner = x->learner;
  const int T = learner->task->n_steps, from = T / 2, to = from + (T - from) / 2;
  am_held sum = {0, 0, 0};
  window w = {.from = from, .to = to};
  int rows;
  if (T < 4 || !am_learner_holds(learner, signal, &rows))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the network has no signal %s that can be held over an episode of %d steps",
                   signal, T);
  w.value = am_alloc((size_t)rows, sizeof *w.value);
  if (!w.value) return am_fail_memory(error, (size_t)rows * sizeof *w.value);
  amine_status status = AMINE_OK;
  for (uint32_t lane = 0; lane < AM_HELD_EPISODES && status == AMINE_OK; lane++) {
    status = play_free(&sum, &w, learner, signal, lane, seed ^ SALT, error);
    if (status == AMINE_OK) status = play_held(&sum, &w, learner, signal, lane, seed ^ SALT, error);
  }
  am_free(w.value);
  AM_TRY(status);
  out->free = sum.free / AM_HELD_EPISODES / (to - from);
  out->held = sum.held / AM_HELD_EPISODES / (to - from);
  out->released = sum.released / AM_HELD_EPISODES / (T - to);
  return AMINE_OK;
}
