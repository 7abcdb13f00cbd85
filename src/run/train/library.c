/* The public face of experiments (amine/experiment.h): opaque handles over train/experiment.h. */
#include <string.h>

#include "amine/experiment.h"
#include "base/host.h"
#include "base/sized.h"
#include "run/config/additions.h"
#include "run/train/checkpoint.h"
#include "run/train/evaluate.h"
#include "run/train/options.h"
#include "run/train/series.h"
#include "run/train/weights.h"

struct amine_experiment {
  amine_registry *registry; /* held; NULL: the library's own parts */
  am_experiment *inner;
  int n_tensors;
  am_learner_tensor *tensors; /* [n_tensors] the parameters */
  int *number;                /* [n_tensors] of each among all tensors of the learner */
  am_text config;
};

struct amine_episode {
  am_episode inner; /* with names and meanings of its own */
};

static amine_status list_tensors(amine_experiment *x, amine_error *error) {
  const am_learner *l = x->inner->learner;
  am_learner_tensor t;
  size_t n = 0;
  for (int k = 0; l->type->tensor(l, k, &t); k++) n += t.is_parameter;
  x->tensors = am_alloc(n, sizeof *x->tensors);
  x->number = am_alloc(n, sizeof *x->number);
  if (!x->tensors || !x->number) return am_fail_memory(error, n * sizeof *x->tensors);
  for (int k = 0; l->type->tensor(l, k, &t); k++) {
    if (!t.is_parameter) continue;
    if (t.rank < 2) t.dims[1] = 1;
    x->number[x->n_tensors] = k;
    x->tensors[x->n_tensors++] = t;
  }
  return AMINE_OK;
}

static amine_status wrap(amine_experiment **experiment, am_experiment *inner,
                         amine_registry *registry, amine_error *error) {
  amine_experiment *x = am_alloc(1, sizeof *x);
  if (!x) {
    am_experiment_destroy(inner);
    return am_fail_memory(error, sizeof *x);
  }
  x->inner = inner;
  x->registry = registry;
  am_additions_hold(registry);
  amine_status status = list_tensors(x, error);
  am_config_write(&inner->config, false, &x->config);
  if (status == AMINE_OK && x->config.failed) status = am_fail_memory(error, x->config.capacity);
  if (status == AMINE_OK) *experiment = x;
  else amine_experiment_destroy(x);
  return status;
}

amine_status amine_experiment_create_with(amine_experiment **experiment,
                                          const char *preset_or_file,
                                          const amine_experiment_options *options,
                                          amine_error *error) {
  AM_ENTER;
  const amine_experiment_options o = am_options_known(options);
  am_config config;
  am_experiment *inner;
  am_options_begin(&config, &o);
  amine_status status = am_options_load(&config, preset_or_file, &o, error);
  if (status == AMINE_OK) status = am_experiment_create(&inner, &config, error);
  am_config_free(&config);
  return status == AMINE_OK ? wrap(experiment, inner, o.registry, error) : status;
}

amine_status amine_experiment_create(amine_experiment **experiment, const char *preset_or_file,
                                     const char *const *assignments, int n, amine_error *error) {
  AM_ENTER;
  const amine_experiment_options o = {
      .size = sizeof o, .assignments = assignments, .n_assignments = n};
  return amine_experiment_create_with(experiment, preset_or_file, &o, error);
}

amine_status amine_experiment_open_with(amine_experiment **experiment, const char *checkpoint,
                                        const amine_experiment_options *options,
                                        amine_error *error) {
  AM_ENTER;
  const amine_experiment_options o = am_options_known(options);
  am_config config;
  am_experiment *inner = NULL;
  amine_status status = am_options_begin_saved(&config, &o, error);
  if (status == AMINE_OK) status = am_evaluate_config(&config, checkpoint, error);
  if (status == AMINE_OK) status = am_options_apply(&config, &o, error);
  if (status == AMINE_OK) status = am_evaluate_open(&inner, &config, checkpoint, error);
  if (status == AMINE_OK && config.weights[0])
    status = am_weights_load(inner->learner, config.weights, error);
  am_config_free(&config);
  if (status == AMINE_OK) return wrap(experiment, inner, o.registry, error);
  am_experiment_destroy(inner);
  return status;
}

amine_status amine_experiment_open(amine_experiment **experiment, const char *checkpoint,
                                   const char *const *assignments, int n, amine_error *error) {
  AM_ENTER;
  const amine_experiment_options o = {
      .size = sizeof o, .assignments = assignments, .n_assignments = n};
  return amine_experiment_open_with(experiment, checkpoint, &o, error);
}

void amine_experiment_destroy(amine_experiment *x) {
  if (!x) return;
  am_experiment_destroy(x->inner);
  am_free(x->tensors);
  am_free(x->number);
  am_text_free(&x->config);
  amine_registry_destroy(x->registry);
  am_free(x);
}

amine_status amine_experiment_iterate(amine_experiment *x, amine_progress *progress,
                                      amine_error *error) {
  AM_ENTER;
  am_learner_report r;
  AM_TRY(am_experiment_iterate(x->inner, &r, error));
  amine_progress ours = {sizeof ours, r.reward,        r.value, r.entropy,
                         r.loss,      r.gradient_norm, r.rate};
  if (progress) am_sized_copy(progress, progress->size, &ours, sizeof ours);
  return AMINE_OK;
}

/* The one who looks on computes as the caller does: each iteration enters for itself. */
amine_status amine_experiment_run(amine_experiment *x, uint64_t n, amine_experiment_watch watch,
                                  void *user, amine_error *error) {
  for (uint64_t k = 0; k < n; k++) {
    amine_progress now = {.size = sizeof now};
    AM_TRY(amine_experiment_iterate(x, &now, error));
    if (watch && watch(user, x, &now) != 0)
      return am_fail(error, AMINE_ERROR_STOPPED, "stopped after iteration %llu",
                     (unsigned long long)amine_experiment_iteration(x));
  }
  return AMINE_OK;
}

const char *amine_experiment_config(const amine_experiment *x) { return x->config.data; }

uint64_t amine_experiment_iteration(const amine_experiment *x) {
  return x->inner->learner->iteration;
}

amine_status amine_experiment_save(const amine_experiment *x, const char *path,
                                   amine_error *error) {
  AM_ENTER;
  const am_record_state none = {0};
  return am_checkpoint_save(x->inner, &none, path, error);
}

amine_status amine_experiment_evaluate(amine_experiment *x, amine_score *score, int n_episodes,
                                       uint64_t seed, int greedy, amine_error *error) {
  AM_ENTER;
  if (n_episodes < 1)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "at least 1 episode, not %d", n_episodes);
  am_evaluation e;
  AM_TRY(am_evaluate_network(&e, x->inner, n_episodes, seed, greedy != 0, error));
  amine_score ours = {sizeof ours, e.mean, e.se, e.min, e.max};
  am_sized_copy(score, score->size, &ours, sizeof ours);
  return AMINE_OK;
}

/* Gives the series names of their own: a learner's are gone with it. Those that stay without one have
 * none. */
static amine_status own_names(am_episode *e, amine_error *error) {
  bool fine = true;
  for (int k = 0; k < e->n; k++) {
    am_series *s = &e->series[k];
    s->name = am_strdup(s->name);
    s->meaning = am_strdup(s->meaning ? s->meaning : "");
    fine = fine && s->name && s->meaning;
  }
  return fine ? AMINE_OK : am_fail_memory(error, 64);
}

amine_status amine_experiment_episode(amine_experiment *x, amine_episode **episode, uint64_t seed,
                                      uint32_t number, amine_error *error) {
  AM_ENTER;
  const int n = am_task_evaluated(x->inner->task)->n_episodes;
  if (n > 0 && number >= (uint32_t)n)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "no episode %lu: the task has %d",
                   (unsigned long)number, n);
  amine_episode *e = am_alloc(1, sizeof *e);
  if (!e) return am_fail_memory(error, sizeof *e);
  amine_status status = am_episode_play(&e->inner, x->inner->learner, number,
                                        am_evaluate_seed(seed), error);
  if (status == AMINE_OK) status = own_names(&e->inner, error);
  if (status == AMINE_OK) *episode = e;
  else amine_episode_destroy(e);
  return status;
}

void amine_episode_destroy(amine_episode *e) {
  if (!e) return;
  for (int k = 0; k < e->inner.n; k++) {
    am_free((char *)(uintptr_t)e->inner.series[k].name);
    am_free((char *)(uintptr_t)e->inner.series[k].meaning);
  }
  am_episode_free(&e->inner);
  am_free(e);
}

int amine_episode_steps(const amine_episode *e) { return e->inner.n_steps; }

const float *amine_episode_series(const amine_episode *e, int k, const char **name,
                                  const char **meaning, int *width) {
  if (k < 0 || k >= e->inner.n) return NULL;
  const am_series *s = &e->inner.series[k];
  if (name) *name = s->name;
  if (meaning) *meaning = s->meaning;
  if (width) *width = s->width;
  return s->values;
}

static bool there_is(const amine_experiment *x, int k) { return k >= 0 && k < x->n_tensors; }

int amine_experiment_tensor(const amine_experiment *x, int k, const char **name, int dims[2]) {
  if (!there_is(x, k)) return 0;
  if (name) *name = x->tensors[k].name;
  for (int i = 0; dims && i < 2; i++) dims[i] = (int)x->tensors[k].dims[i];
  return 1;
}

int amine_experiment_tensor_rank(const amine_experiment *x, int k) {
  return there_is(x, k) ? x->tensors[k].rank : 0;
}

static amine_status no_tensor(const amine_experiment *x, int k, amine_error *error) {
  return am_fail(error, AMINE_ERROR_ARGUMENT, "no tensor %d: the network has %d", k, x->n_tensors);
}

amine_status amine_experiment_get(const amine_experiment *x, int k, float *values,
                                  amine_error *error) {
  AM_ENTER;
  const am_learner *l = x->inner->learner;
  if (!there_is(x, k)) return no_tensor(x, k, error);
  l->type->get(l, x->number[k], values);
  return AMINE_OK;
}

amine_status amine_experiment_set(amine_experiment *x, int k, const float *values,
                                  amine_error *error) {
  AM_ENTER;
  am_learner *l = x->inner->learner;
  if (!there_is(x, k)) return no_tensor(x, k, error);
  l->type->set(l, x->number[k], values);
  return AMINE_OK;
}
