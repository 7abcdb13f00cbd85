/* Training runs of a study (see training.h). */
#include "run/study/training.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "format/file.h"
#include "run/config/preset.h"
#include "run/train/checkpoint.h"
#include "run/train/evaluate.h"
#include "run/train/weights.h"

#define SAVED_S 30.0 /* so often, at most, is a run kept that is not finished */

static const am_measure measures[AM_N_TUNING_MEASURES] = {
    [AM_TRAINING_REWARD] = {.name = "reward",
                            .unit = "",
                            .meaning = "mean reward of the last 1000 training episodes",
                            .title = "Reward, last 1000 training episodes"},
    [AM_TRAINING_TRIALS] = {.name = "trials_to_criterion",
                            .unit = "trials",
                            .meaning = "episodes until the mean of the last 1000 reached the "
                                       "task's criterion, or the learner's own was met; none if "
                                       "it never was",
                            .title = "Trials to the criterion"},
    [AM_TRAINING_EVALUATION] = {.name = "evaluation",
                                .unit = "",
                                .meaning = "mean reward of 1000 fresh episodes after training, or "
                                           "of all where so many are held out",
                                .title = "Reward, fresh episodes after training"},
    [AM_TRAINING_KEPT] = {.name = "kept",
                          .unit = "",
                          .meaning = "mean reward of 1000 fresh episodes of the task that its "
                                     "network had learned first, after this training",
                          .title = "Reward, fresh episodes of the first task"},
};

const am_protocol *am_study_training_protocol(const am_study *study, int arm) {
  static const am_protocol fresh = {.name = "training",
                                    .meaning = "a learner is trained on a task",
                                    .measures = measures,
                                    .n_measures = AM_N_TRAINING_MEASURES},
                           tuning = {.name = "training",
                                     .meaning = "a trained network is trained on another task",
                                     .measures = measures,
                                     .n_measures = AM_N_TUNING_MEASURES};
  return study->arms[arm].after ? &tuning : &fresh;
}

bool am_study_trains(const am_study *study) {
  for (const am_preset *p = am_presets; p->name && study->n_arms > 0; p++)
    if (strcmp(p->name, study->arms[0].preset) == 0) return !p->brain;
  return false;
}

static amine_status apply(am_config *config, const char *const *assignments, amine_error *error) {
  for (int k = 0; k < AM_ASSIGNMENTS_MAX && assignments[k]; k++)
    AM_TRY(am_config_assign(config, assignments[k], error));
  return AMINE_OK;
}

amine_status am_study_training_config(am_config *config, const am_study_plan *plan, int arm,
                                      uint64_t seed, amine_error *error) {
  const am_arm *a = &plan->study->arms[arm];
  am_config_default(config);
  AM_TRY(am_config_load(config, a->preset, error));
  AM_TRY(apply(config, a->assignments, error));
  AM_TRY(apply(config, am_study_plan_form(plan)->assignments, error));
  AM_TRY(am_config_set(config, "threads", "1", error));
  config->common.seed = seed;
  return am_config_resolve(config, error);
}

/* What JSON cannot say is NAN, and there is one zero: so a run that was read back is the same. */
static double plain(double x) { return isfinite(x) ? x + 0.0 : (double)NAN; }

static void look(double *values, size_t n, const am_experiment *x) {
  for (size_t k = 0; k < n; k++) values[k] = (double)NAN;
  values[AM_TRAINING_REWARD] = plain(am_recent_mean(&x->recent));
  values[AM_TRAINING_TRIALS] = plain(am_recent_trials(&x->recent));
}

/* The times of all samples; a run that ends early has no values at the later ones. */
static void lay_out(am_study_run *run, size_t n, uint64_t iterations, int batch) {
  run->n_samples = n;
  for (size_t k = 0; k < n; k++) run->times[k] = (double)((k + 1) * iterations / n) * (double)batch;
  for (size_t k = 0; k < n * run->n_measures; k++) run->course[k] = (double)NAN;
}

/* What a run is kept as until it is finished. */
static am_record_state kept(const am_study_run *run) {
  return (am_record_state){.course = run->course, .n_course = run->n_samples * run->n_measures};
}

/* Puts a run that was stopped where it was; there may be none. */
static amine_status go_on(am_study_run *run, am_experiment *x, const char *path,
                          amine_error *error) {
  struct stat about;
  am_record_state records = kept(run);
  if (!path || am_io.stat(path, &about) != 0) return AMINE_OK;
  AM_TRY(am_checkpoint_agree(&x->config, path, error));
  return am_checkpoint_load(x, &records, path, error);
}

static amine_status save(const am_study_run *run, const am_experiment *x, const char *path,
                         amine_error *error) {
  const am_record_state records = kept(run);
  return path ? am_checkpoint_save(x, &records, path, error) : AMINE_OK;
}

static bool is_done(const am_experiment *x) {
  return x->learner->iteration >= x->config.common.iterations ||
         (x->config.common.stop_at_criterion && x->recent.reached > 0);
}

static amine_status train(am_study_run *run, am_experiment *x, const char *path,
                          const am_training_watch *watch, amine_error *error) {
  const uint64_t iterations = x->config.common.iterations;
  const size_t n = run->n_measures;
  double saved = am_clock();
  AM_TRY(go_on(run, x, path, error));
  size_t sampled = 0;
  while (sampled < run->n_samples &&
         (sampled + 1) * iterations / run->n_samples <= x->learner->iteration)
    sampled++;
  while (!is_done(x)) {
    am_learner_report report;
    AM_TRY(am_experiment_iterate(x, &report, error));
    const uint64_t now = x->learner->iteration;
    if (now == (sampled + 1) * iterations / run->n_samples) look(run->course + sampled++ * n, n, x);
    const amine_status status =
        watch ? watch->step(watch->context, now, iterations, error) : AMINE_OK;
    const bool due = am_clock() - saved >= SAVED_S;
    if (due || status == AMINE_ERROR_STOPPED)
      AM_TRY(save(run, x, path, status == AMINE_OK ? error : NULL));
    if (due) saved = am_clock();
    AM_TRY(status);
  }
  return AMINE_OK;
}

/* What the network earns in fresh episodes of its task. */
static amine_status evaluate(double *reward, am_experiment *x, amine_error *error) {
  am_evaluation fresh;
  AM_TRY(am_evaluate_network(&fresh, x, am_evaluate_episodes(x->task), x->config.common.seed, false,
                             error));
  *reward = plain(fresh.mean);
  return AMINE_OK;
}

/* Trains the network that another begins with. */
static amine_status train_first(am_experiment **first, const am_config *config,
                                const am_training_watch *watch, amine_error *error) {
  am_learner_report report;
  AM_TRY(am_experiment_create(first, config, error));
  while (!is_done(*first)) {
    AM_TRY(am_experiment_iterate(*first, &report, error));
    if (watch) AM_TRY(watch->step(watch->context, 0, config->common.iterations, error));
  }
  return AMINE_OK;
}

/* The measures at the end. */
static amine_status measure(am_study_run *run, am_experiment *x, am_experiment *first,
                            amine_error *error) {
  look(run->measures, run->n_measures, x);
  AM_TRY(evaluate(&run->measures[AM_TRAINING_EVALUATION], x, error));
  if (!first) return AMINE_OK;
  AM_TRY(am_weights_hand_over(first->learner, x->learner, error));
  return evaluate(&run->measures[AM_TRAINING_KEPT], first, error);
}

amine_status am_study_train(am_study_run *run, const am_training *t, const am_training_watch *watch,
                            amine_error *error) {
  const uint64_t iterations = t->config->common.iterations;
  const size_t n = iterations < (uint64_t)t->n_samples ? (size_t)iterations : (size_t)t->n_samples;
  am_experiment *x, *first = NULL;
  AM_TRY(am_experiment_create(&x, t->config, error));
  amine_status status =
      am_study_run_make(run, n, t->first ? AM_N_TUNING_MEASURES : AM_N_TRAINING_MEASURES, error);
  if (status == AMINE_OK) {
    run->done = false;
    lay_out(run, n, iterations, am_learner_episodes(x->learner));
    if (t->first) status = train_first(&first, t->first, watch, error);
  }
  if (status == AMINE_OK && first) status = am_weights_hand_over(x->learner, first->learner, error);
  if (status == AMINE_OK) status = train(run, x, t->path, watch, error);
  if (status == AMINE_OK) status = measure(run, x, first, error);
  am_experiment_destroy(first);
  am_experiment_destroy(x);
  return status;
}
