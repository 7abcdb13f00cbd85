/* Signals held at events (see lesion.h). */
#include "run/study/lesion.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "learner/hold.h"
#include "run/train/evaluate.h"
#include "run/train/series.h"

/* Keeps these episodes apart from those of training and evaluation. */
#define SALT 0x8b72e7c5a3d1f49bu

/* What is held meanwhile, and what was earned. */
typedef struct lesion {
  const am_task *task;
  int rows, n_events;
  uint32_t n_lanes;
  float *mean;    /* [event][rows] */
  bool holds;     /* or only looks on */
  bool each;      /* what is earned is a mean over steps, else over episodes */
  unsigned *now;  /* [lane] the events of the step */
  double *earned; /* [lane][event] */
  int *steps;     /* likewise: of the event */
} lesion;

static unsigned events_of(const am_task *task, const void *world) {
  return task->type->happened(task, world, NULL);
}

/* Of several events the first. */
static int first_of(unsigned events) {
  for (int k = 0; k < AM_TASK_EVENTS; k++)
    if (events >> k & 1) return k;
  return -1;
}

/* The world is asked as the step is shown; once it is over it has moved on. */
static const float *say(void *context, uint32_t lane, int step, const void *world, float reward,
                        bool over) {
  lesion *l = context;
  (void)step;
  if (lane >= l->n_lanes) return NULL;
  if (!over) l->now[lane] = events_of(l->task, world);
  for (int k = 0; over && k < l->n_events; k++)
    if (l->now[lane] >> k & 1) {
      l->earned[lane * (uint32_t)l->n_events + (uint32_t)k] += (double)reward;
      l->steps[lane * (uint32_t)l->n_events + (uint32_t)k]++;
    }
  const int k = first_of(l->now[lane]);
  return l->holds && k >= 0 ? l->mean + k * l->rows : NULL;
}

/* Adds what the signal was in one episode, at the steps of each event. */
static amine_status look_at(const lesion *l, double *sum, double *n, am_learner *learner,
                            const char *signal, uint64_t seed, uint32_t lane, amine_error *error) {
  _Alignas(16) unsigned char world[AM_TASK_STATE_MAX];
  am_episode e;
  AM_TRY(am_episode_play(&e, learner, lane, seed, error));
  const am_series *s = am_episode_find(&e, signal), *actions = am_episode_find(&e, "actions");
  l->task->type->start(l->task, world, seed, 0, lane);
  for (int t = 0; s && actions && t < e.n_steps; t++) {
    const int k = first_of(events_of(l->task, world));
    for (int i = 0; k >= 0 && i < l->rows; i++)
      sum[k * l->rows + i] += (double)s->values[t * l->rows + i];
    if (k >= 0) n[k]++;
    am_episode_step(l->task, world, actions->values, t);
  }
  const bool is_there = s && actions;
  am_episode_free(&e);
  return is_there ? AMINE_OK
                  : am_fail(error, AMINE_ERROR_ARGUMENT,
                            "task.type=%s has no actions beside which %s is recorded",
                            l->task->type->part.name, signal);
}

/* l->mean: of the signal at each event. */
static amine_status take_means(const lesion *l, am_learner *learner, const char *signal,
                               uint64_t seed, amine_error *error) {
  const size_t size = (size_t)l->n_events * (size_t)l->rows;
  double n[AM_TASK_EVENTS] = {0}, *sum = am_alloc(size, sizeof *sum);
  amine_status status = sum ? AMINE_OK : am_fail_memory(error, size * sizeof *sum);
  for (size_t k = 0; sum && k < size; k++) sum[k] = 0;
  for (uint32_t lane = 0; lane < AM_LESION_MEANS && status == AMINE_OK; lane++)
    status = look_at(l, sum, n, learner, signal, seed ^ SALT, lane, error);
  for (size_t k = 0; status == AMINE_OK && k < size; k++) {
    const double steps = n[k / (size_t)l->rows];
    l->mean[k] = steps > 0 ? (float)(sum[k] / steps) : 0;
  }
  am_free(sum);
  return status;
}

/* Plays the fresh episodes with the signal, NULL: with none, held as *l says. */
static amine_status play(double *sums, lesion *l, am_experiment *x, const char *signal, int n,
                         amine_error *error) {
  const am_hold hold = {signal, say, l};
  am_evaluation fresh;
  for (int k = 0; k < n * l->n_events; k++) l->earned[k] = l->steps[k] = 0;
  x->learner->hold = &hold;
  const amine_status status =
      am_evaluate_network(&fresh, x, n, x->config.common.seed, false, error);
  x->learner->hold = NULL;
  for (int k = 0; k < l->n_events; k++) {
    double over = l->each ? 0 : n;
    for (int e = 0; e < n && l->each; e++) over += l->steps[e * l->n_events + k];
    sums[k] = over > 0 ? 0 : (double)NAN;
    for (int e = 0; e < n && over > 0; e++) sums[k] += l->earned[e * l->n_events + k] / over;
  }
  return status;
}

/* With one of the signals held. */
static amine_status measure(double *sums, lesion *l, am_experiment *x, const char *signal, int n,
                            amine_error *error) {
  const uint64_t seed = x->config.common.seed;
  if (!am_learner_holds(x->learner, signal, &l->rows))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "the network has no signal %s that can be held",
                   signal);
  AM_TRY(AM_TAKE(l->mean, am_size_mul((size_t)l->n_events, (size_t)l->rows), error));
  amine_status status = take_means(l, x->learner, signal, seed, error);
  l->holds = true;
  if (status == AMINE_OK) status = play(sums, l, x, signal, n, error);
  am_free(l->mean);
  return status;
}

amine_status am_lesion_measure(double *sums, am_experiment *x, const am_lesions *lesions,
                               amine_error *error) {
  const am_task_type *type = am_task_evaluated(x->task)->type;
  const int n = am_evaluate_episodes(x->task);
  lesion l = {.task = am_task_evaluated(x->task), .n_lanes = (uint32_t)n, .each = lesions->each};
  while (type->happened && type->events[l.n_events].name) l.n_events++;
  if (l.n_events == 0)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "task.type=%s has no events", type->part.name);
  if (!x->learner->signals)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "learner.type=%s tells nothing of its steps",
                   x->learner->type->part.name);
  AM_TRY(AM_TAKE(l.now, (size_t)n, error));
  const size_t size = am_size_mul((size_t)n, (size_t)l.n_events);
  amine_status status = AM_TAKE(l.earned, size, error);
  if (status == AMINE_OK) status = AM_TAKE(l.steps, size, error);
  if (status == AMINE_OK) status = play(sums, &l, x, NULL, n, error);
  for (int k = 0; k < lesions->n_signals && status == AMINE_OK; k++)
    status = measure(sums + (k + 1) * l.n_events, &l, x, lesions->signals[k], n, error);
  double *apart = sums + (1 + lesions->n_signals) * l.n_events;
  for (int k = 0; k < lesions->n_apart && status == AMINE_OK; k++)
    apart[k] = sums[lesions->apart[k].event] - sums[lesions->apart[k].than];
  am_free(l.now);
  am_free(l.earned);
  am_free(l.steps);
  return status;
}
