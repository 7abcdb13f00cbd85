/* Training runs of a study (see training.h). */
#include "run/study/training.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "brain/description.h"
#include "format/file.h"
#include "learner/none.h"
#include "learner/preferences.h"
#include "run/config/parts.h"
#include "run/config/preset.h"
#include "run/study/held.h"
#include "run/study/lesion.h"
#include "run/train/checkpoint.h"
#include "run/train/evaluate.h"
#include "run/train/weights.h"

#define SAVED_S 30.0 /* so often, at most, is a run kept that is not finished */

static const am_measure tuning_measures[AM_N_TUNING_MEASURES] = {
    AM_TRAINING_ROWS,
    [AM_TRAINING_KEPT] = {.name = "kept",
                          .unit = "",
                          .meaning = "mean reward of 1000 fresh episodes of the task that its "
                                     "network had learned first, after this training",
                          .title = "Reward, fresh episodes of the first task",
                          .figure = true,
                          .better = 1},
};

static const am_measure held_measures[AM_N_HELD_MEASURES] = {
    AM_TRAINING_ROWS,
    [AM_TRAINING_FREE] = {.name = "free",
                          .unit = "",
                          .meaning = "mean reward of a step in the third quarter of 100 fresh "
                                     "episodes",
                          .title = "Reward of a step, third quarter"},
    [AM_TRAINING_HELD] = {.name = "held",
                          .unit = "",
                          .meaning = "the same with the network's signal held as it was in the "
                                     "step before",
                          .title = "Reward of a step, third quarter, signal held"},
    [AM_TRAINING_RELEASED] = {.name = "released",
                              .unit = "",
                              .meaning = "mean reward of a step in the last quarter of these, the "
                                         "signal free again",
                              .title = "Reward of a step, last quarter, signal free again"},
};

static const am_measure straying_measures[AM_N_STRAYING_MEASURES] = {
    AM_TRAINING_ROWS,
    [AM_TRAINING_LEARNED] = {.name = "learned",
                             .unit = "",
                             .meaning = "what the learned reward says of an episode, mean of the "
                                        "last batch",
                             .title = "Learned reward"},
    [AM_TRAINING_DISTANCE] = {.name = "distance",
                              .unit = "",
                              .meaning = "square root of KL(pi || pi_first) of an episode in nats, "
                                         "mean of the last batch",
                              .title = "Way from the first policy, square root of KL"},
    [AM_TRAINING_LOST] = {.name = "lost",
                          .unit = "",
                          .meaning = "how much more the reward of the last 1000 training episodes "
                                     "was at its best sample than in the end",
                          .title = "Reward lost since its best"},
    [AM_TRAINING_GAINED] = {.name = "gained",
                            .unit = "",
                            .meaning = "how much more the learned reward says in the end than when "
                                       "the reward was at its best",
                            .title = "Learned reward gained since"},
};

static const am_measure lived[AM_N_LIVES_MEASURES] = {
    [AM_LIVES_EVALUATION] = {.name = "evaluation",
                             .unit = "",
                             .meaning = "mean reward of 1000 fresh episodes",
                             .title = "Reward, fresh episodes",
                             .figure = true,
                             .better = 1},
    [AM_LIVES_REGRET] = {.name = "regret",
                         .unit = "",
                         .meaning = "how much more the best would have earned in the mean, in "
                                    "those episodes",
                         .title = "Regret so far",
                         .better = -1},
};

const am_protocol am_lives_protocol = {.name = "lives",
                                       .meaning = "a player that nobody trains lives episodes",
                                       .measures = lived,
                                       .n_measures = AM_N_LIVES_MEASURES};

/* Whether nothing learns, and what is missed is told. */
static bool lives(const am_config *config) {
  const am_task_type *task = (const am_task_type *)(const void *)config->part[AM_TASK];
  return config->part[AM_LEARNER] == &am_none_type.part && task->regret;
}

/* Whether it is told how far it strays from the policy that it began with. */
static bool strays(const am_config *config) {
  static const char *const key = "learner.keep_first";
  return am_config_applies(config, key) && am_config_number(config, key) > 0;
}

const am_protocol *am_study_training_protocol(const am_study *study, int arm,
                                              const am_config *config) {
  static const am_protocol fresh = {.name = "training",
                                    .meaning = "a learner is trained on a task",
                                    .measures = tuning_measures,
                                    .n_measures = AM_N_TRAINING_MEASURES},
                           tuning = {.name = "training",
                                     .meaning = "a trained network is trained on another task",
                                     .measures = tuning_measures,
                                     .n_measures = AM_N_TUNING_MEASURES},
                           held = {.name = "training",
                                   .meaning = "a learner is trained on a task, and a signal of its "
                                              "network is then held",
                                   .measures = held_measures,
                                   .n_measures = AM_N_HELD_MEASURES},
                           straying = {.name = "training",
                                       .meaning = "a learner leaves the policy it began with",
                                       .measures = straying_measures,
                                       .n_measures = AM_N_STRAYING_MEASURES};
  if (lives(config)) return &am_lives_protocol;
  if (study->arms[arm].lesions) return &study->arms[arm].lesions->protocol;
  if (study->arms[arm].held) return &held;
  return study->arms[arm].after ? &tuning : strays(config) ? &straying : &fresh;
}

bool am_study_trains(const am_study *study) {
  if (study->n_arms > 0 && study->arms[0].config) return !am_describes_brain(study->arms[0].config);
  for (const am_preset *p = am_presets; p->name && study->n_arms > 0; p++)
    if (strcmp(p->name, study->arms[0].preset) == 0) return !p->brain;
  return false;
}

static amine_status apply(am_config *config, const char *const *assignments, amine_error *error) {
  for (int k = 0; assignments[k]; k++)
    AM_TRY(am_config_assign(config, assignments[k], error));
  return AMINE_OK;
}

/* What an arm has no use for is passed over. */
static amine_status apply_form(am_config *config, const char *const *assignments,
                               amine_error *error) {
  AM_TRY(apply(config, assignments, error));
  for (int k = 0; assignments[k]; k++) {
    char key[AM_KEY_LENGTH];
    snprintf(key, sizeof key, "%.*s", (int)strcspn(assignments[k], "="), assignments[k]);
    am_config_pass_over(config, key);
  }
  return AMINE_OK;
}

static amine_status configure(am_config *config, const am_study_plan *plan, int arm, uint64_t seed,
                              amine_error *error) {
  const am_arm *a = &plan->study->arms[arm];
  if (a->config) {
    AM_TRY(am_config_merge(config, a->config, "the sweep", error));
  } else {
    AM_TRY(am_config_load(config, a->preset, error));
    AM_TRY(apply(config, a->assignments, error));
  }
  AM_TRY(apply_form(config, am_study_plan_form(plan)->assignments, error));
  AM_TRY(am_config_set(config, "threads", "1", error));
  config->common.seed = seed;
  return am_config_resolve(config, error);
}

amine_status am_study_training_config(am_config *config, const am_study_plan *plan, int arm,
                                      uint64_t seed, amine_error *error) {
  const am_registry *parts = plan->study->parts;
  am_config_begin(config, parts ? parts : &am_standard_parts);
  const amine_status status = configure(config, plan, arm, seed, error);
  if (status != AMINE_OK) am_config_free(config);
  return status;
}

/* What JSON cannot say is NAN, and there is one zero: so a run that was read back is the same. */
static double plain(double x) { return isfinite(x) ? x + 0.0 : (double)NAN; }

static void look(double *values, size_t n, const am_experiment *x) {
  for (size_t k = 0; k < n; k++) values[k] = (double)NAN;
  values[AM_TRAINING_REWARD] = plain(am_recent_mean(&x->recent));
  values[AM_TRAINING_TRIALS] = plain(am_recent_trials(&x->recent));
}

/* Whether the measures are those of straying: what is done to a network afterwards has its own. */
static bool strays_alone(const am_training *t) {
  return !t->lesions && !t->first && !t->held && strays(t->config);
}

/* What the last iteration's report tells of who strays. */
static void look_away(double *values, const am_learner_report *report, bool hidden) {
  values[AM_TRAINING_LEARNED] = hidden ? plain(report->learned) : (double)NAN;
  values[AM_TRAINING_DISTANCE] = plain(sqrt(fmax(report->kl, 0)));
}

/* The measures of who strayed, from the samples. */
static void look_back(am_study_run *run) {
  const size_t n = run->n_measures;
  const double *last = run->course + (run->n_samples - 1) * n, *best = NULL;
  for (size_t k = 0; k < run->n_samples; k++) {
    const double *now = run->course + k * n;
    if (isnan(now[AM_TRAINING_REWARD])) continue;
    if (!best || now[AM_TRAINING_REWARD] > best[AM_TRAINING_REWARD]) best = now;
  }
  run->measures[AM_TRAINING_LEARNED] = last[AM_TRAINING_LEARNED];
  run->measures[AM_TRAINING_DISTANCE] = last[AM_TRAINING_DISTANCE];
  if (!best) return;
  run->measures[AM_TRAINING_LOST] = best[AM_TRAINING_REWARD] - last[AM_TRAINING_REWARD];
  run->measures[AM_TRAINING_GAINED] = last[AM_TRAINING_LEARNED] - best[AM_TRAINING_LEARNED];
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

static amine_status train(am_study_run *run, am_experiment *x, const am_training *t,
                          const am_training_watch *watch, amine_error *error) {
  const uint64_t iterations = x->config.common.iterations;
  const size_t n = run->n_measures;
  double saved = am_clock();
  AM_TRY(go_on(run, x, t->path, error));
  size_t sampled = 0;
  while (sampled < run->n_samples &&
         (sampled + 1) * iterations / run->n_samples <= x->learner->iteration)
    sampled++;
  while (!is_done(x)) {
    am_learner_report report;
    AM_TRY(am_experiment_iterate(x, &report, error));
    const uint64_t now = x->learner->iteration;
    if (now == (sampled + 1) * iterations / run->n_samples) {
      look(run->course + sampled * n, n, x);
      if (strays_alone(t))
        look_away(run->course + sampled * n, &report, am_is_preferences(x->task));
      sampled++;
    }
    const amine_status status =
        watch ? watch->step(watch->context, now, iterations, error) : AMINE_OK;
    const bool due = am_clock() - saved >= SAVED_S;
    if (due || status == AMINE_ERROR_STOPPED)
      AM_TRY(save(run, x, t->path, status == AMINE_OK ? error : NULL));
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

/* What holding its signal does to the network. */
static amine_status hold(double *values, am_experiment *x, const char *signal, amine_error *error) {
  am_held h;
  AM_TRY(am_held_measure(&h, x, signal, x->config.common.seed, error));
  values[AM_TRAINING_FREE] = plain(h.free);
  values[AM_TRAINING_HELD] = plain(h.held);
  values[AM_TRAINING_RELEASED] = plain(h.released);
  return AMINE_OK;
}

/* The measures at the end. */
static amine_status measure(am_study_run *run, am_experiment *x, am_experiment *first,
                            const am_training *t, amine_error *error) {
  look(run->measures, run->n_measures, x);
  AM_TRY(evaluate(&run->measures[AM_TRAINING_EVALUATION], x, error));
  if (strays_alone(t)) look_back(run);
  if (t->held) return hold(run->measures, x, t->held, error);
  if (t->lesions)
    return am_lesion_measure(run->measures + AM_N_TRAINING_MEASURES, x, t->lesions, error);
  if (!first) return AMINE_OK;
  AM_TRY(am_weights_hand_over(first->learner, x->learner, error));
  return evaluate(&run->measures[AM_TRAINING_KEPT], first, error);
}

/* Nobody is trained: fresh episodes. */
static amine_status live(am_study_run *run, am_experiment *x, int n_samples,
                         const am_training_watch *watch, amine_error *error) {
  const int T = x->task->n_steps, n = T < n_samples ? T : n_samples;
  const uint64_t all = x->config.common.iterations;
  am_evaluation fresh;
  AM_TRY(am_study_run_make(run, (size_t)n, AM_N_LIVES_MEASURES, error));
  run->done = false;
  /* the curve of evaluation has no values; that of regret is put in its place afterwards */
  double *regret = run->course;
  AM_TRY(am_evaluate_regret(&fresh, regret, n, x, am_evaluate_episodes(x->task),
                            x->config.common.seed, error));
  for (int i = n - 1; i >= 0; i--) {
    run->times[i] = (double)((int64_t)(i + 1) * T / n);
    run->course[i * AM_N_LIVES_MEASURES + AM_LIVES_REGRET] = plain(regret[i]);
    run->course[i * AM_N_LIVES_MEASURES + AM_LIVES_EVALUATION] = (double)NAN;
  }
  run->measures[AM_LIVES_EVALUATION] = plain(fresh.mean);
  run->measures[AM_LIVES_REGRET] = run->course[(n - 1) * AM_N_LIVES_MEASURES + AM_LIVES_REGRET];
  return watch ? watch->step(watch->context, all, all, error) : AMINE_OK;
}

amine_status am_study_train(am_study_run *run, const am_training *t, const am_training_watch *watch,
                            amine_error *error) {
  const uint64_t iterations = t->config->common.iterations;
  const size_t n = iterations < (uint64_t)t->n_samples ? (size_t)iterations : (size_t)t->n_samples;
  am_experiment *x, *first = NULL;
  AM_TRY(am_experiment_create(&x, t->config, error));
  if (lives(t->config)) {
    const amine_status status = live(run, x, t->n_samples, watch, error);
    am_experiment_destroy(x);
    return status;
  }
  amine_status status = am_study_run_make(run, n,
                                          t->lesions ? (size_t)t->lesions->protocol.n_measures
                                          : t->held  ? AM_N_HELD_MEASURES
                                          : t->first ? AM_N_TUNING_MEASURES
                                          : strays_alone(t) ? AM_N_STRAYING_MEASURES
                                                            : AM_N_TRAINING_MEASURES,
                                          error);
  if (status == AMINE_OK) {
    run->done = false;
    lay_out(run, n, iterations, am_learner_episodes(x->learner));
    if (t->first) status = train_first(&first, t->first, watch, error);
  }
  if (status == AMINE_OK && first) status = am_weights_hand_over(x->learner, first->learner, error);
  if (status == AMINE_OK) status = train(run, x, t, watch, error);
  if (status == AMINE_OK) status = measure(run, x, first, t, error);
  am_experiment_destroy(first);
  am_experiment_destroy(x);
  return status;
}
