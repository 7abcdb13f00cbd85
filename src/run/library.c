/* The public face of experiments (amine/experiment.h): opaque handles over run/experiment.h. */
#include <string.h>

#include "amine/experiment.h"
#include "run/checkpoint.h"
#include "run/evaluate.h"

struct amine_experiment {
  am_experiment *inner;
};

/* Copies `from` into a caller's struct, which may be older (shorter) or newer (longer) than ours.
 */
static void hand_over(void *to, size_t to_size, void *from, size_t from_size) {
  const size_t n = to_size < from_size ? to_size : from_size;
  memcpy(from, &to_size, sizeof to_size);
  memcpy(to, from, n);
}

static amine_status apply(am_config *config, const char *const *assignments, int n,
                          amine_error *error) {
  for (int k = 0; k < n; k++) AM_TRY(am_config_assign(config, assignments[k], error));
  return am_config_resolve(config, error);
}

static amine_status wrap(amine_experiment **experiment, am_experiment *inner, amine_error *error) {
  amine_experiment *x = am_alloc(1, sizeof *x);
  if (!x) {
    am_experiment_destroy(inner);
    return am_fail_memory(error, sizeof *x);
  }
  x->inner = inner;
  *experiment = x;
  return AMINE_OK;
}

amine_status amine_experiment_create(amine_experiment **experiment, const char *preset_or_file,
                                     const char *const *assignments, int n, amine_error *error) {
  am_config config;
  am_experiment *inner;
  am_config_default(&config);
  AM_TRY(am_config_load(&config, preset_or_file, error));
  AM_TRY(apply(&config, assignments, n, error));
  AM_TRY(am_experiment_create(&inner, &config, error));
  return wrap(experiment, inner, error);
}

amine_status amine_experiment_open(amine_experiment **experiment, const char *checkpoint,
                                   const char *const *assignments, int n, amine_error *error) {
  am_config config;
  am_experiment *inner;
  AM_TRY(am_evaluate_config(&config, checkpoint, error));
  AM_TRY(apply(&config, assignments, n, error));
  AM_TRY(am_evaluate_open(&inner, &config, checkpoint, error));
  return wrap(experiment, inner, error);
}

void amine_experiment_destroy(amine_experiment *x) {
  if (!x) return;
  am_experiment_destroy(x->inner);
  am_free(x);
}

amine_status amine_experiment_iterate(amine_experiment *x, amine_progress *progress,
                                      amine_error *error) {
  am_a2c_report r;
  AM_TRY(am_a2c_iterate(x->inner->learner, &r, error));
  amine_progress ours = {sizeof ours, r.reward,        r.value, r.entropy,
                         r.loss,      r.gradient_norm, r.rate};
  if (progress) hand_over(progress, progress->size, &ours, sizeof ours);
  return AMINE_OK;
}

uint64_t amine_experiment_iteration(const amine_experiment *x) {
  return x->inner->learner->iteration;
}

amine_status amine_experiment_save(const amine_experiment *x, const char *path,
                                   amine_error *error) {
  const am_record_state none = {0};
  return am_checkpoint_save(x->inner, &none, path, error);
}

amine_status amine_experiment_evaluate(amine_experiment *x, amine_score *score, int n_episodes,
                                       uint64_t seed, int greedy, amine_error *error) {
  if (n_episodes < 1)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "at least 1 episode, not %d", n_episodes);
  am_evaluation e;
  AM_TRY(am_evaluate_network(&e, x->inner, n_episodes, seed, greedy != 0, error));
  amine_score ours = {sizeof ours, e.mean, e.se, e.min, e.max};
  hand_over(score, score->size, &ours, sizeof ours);
  return AMINE_OK;
}

static const am_plastic_tensor *tensor_at(const amine_experiment *x, int k) {
  return k >= 0 && k < x->inner->network.n_tensors ? &x->inner->network.tensors[k] : NULL;
}

int amine_experiment_tensor(const amine_experiment *x, int k, const char **name, int dims[2]) {
  const am_plastic_tensor *t = tensor_at(x, k);
  if (!t) return 0;
  if (name) *name = t->name;
  if (dims) memcpy(dims, t->dims, sizeof t->dims);
  return 1;
}

static amine_status no_tensor(const amine_experiment *x, int k, amine_error *error) {
  return am_fail(error, AMINE_ERROR_ARGUMENT, "no tensor %d: the network has %d", k,
                 x->inner->network.n_tensors);
}

amine_status amine_experiment_get(const amine_experiment *x, int k, float *values,
                                  amine_error *error) {
  const am_plastic_tensor *t = tensor_at(x, k);
  if (!t) return no_tensor(x, k, error);
  am_plastic_get(t, values, x->inner->learner->parameters);
  return AMINE_OK;
}

amine_status amine_experiment_set(amine_experiment *x, int k, const float *values,
                                  amine_error *error) {
  const am_plastic_tensor *t = tensor_at(x, k);
  if (!t) return no_tensor(x, k, error);
  am_plastic_set(t, x->inner->learner->parameters, values);
  return AMINE_OK;
}
