#include "run/train/experiment.h"

#include <math.h>
#include <stdio.h>

#include "learner/preferences.h"
#include "run/config/objects.h"
#include "run/train/weights.h"

/* Who says when it has learned: the learner, if it has a criterion of its own, else the task. */
static void begin_recent(am_experiment *x) {
  const am_task *task = x->task;
  const bool own = x->learner->type->reached != NULL;
  const int n = own ? 0 : task->n_criterion;
  am_recent_begin(&x->recent, am_learner_episodes(x->learner), own ? INFINITY : task->criterion, n);
  if (own) snprintf(x->criterion, sizeof x->criterion, "%s", x->learner->criterion);
  else if (n > 0)
    snprintf(x->criterion, sizeof x->criterion, "each of %d episodes in a row at %g or above", n,
             task->criterion);
}

static amine_status fill(am_experiment *x, amine_error *error) {
  AM_TRY(am_world_of_config(&x->task, &x->config, error));
  AM_TRY(am_learner_of_config(&x->learner, &x->config, x->task, error));
  if (x->config.weights[0]) AM_TRY(am_weights_load(x->learner, x->config.weights, error));
  if (x->config.from[0])
    AM_TRY(am_weights_from(x->learner, x->config.from, &x->notes, error));
  begin_recent(x);
  if (x->config.common.stop_at_criterion && isnan(x->recent.criterion))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "stop_at_criterion=true: task.type=%s has none",
                   x->task->type->part.name);
  return AMINE_OK;
}

amine_status am_experiment_create(am_experiment **experiment, const am_config *config,
                                  amine_error *error) {
  *experiment = NULL;
  am_experiment *x = am_alloc(1, sizeof *x);
  if (!x) return am_fail_memory(error, sizeof *x);
  x->rate_factor = 1;
  am_config_copy(&x->config, config);
  amine_status status = fill(x, error);
  if (status != AMINE_OK) {
    am_experiment_destroy(x);
    return status;
  }
  *experiment = x;
  return AMINE_OK;
}

void am_experiment_destroy(am_experiment *x) {
  if (!x) return;
  am_learner_destroy(x->learner);
  am_task_destroy(x->task);
  am_config_free(&x->config);
  am_text_free(&x->notes);
  am_free(x);
}

amine_status am_experiment_iterate(am_experiment *x, am_learner_report *report,
                                   amine_error *error) {
  const bool hidden = am_is_preferences(x->task);
  if (hidden) {
    AM_TRY(am_preferences_ask(x->task, x->learner, error));
    am_preferences_begin(x->task);
  }
  AM_TRY(x->learner->type->iterate(x->learner, report, error));
  AM_TRY(am_task_trouble(x->task, error));
  if (hidden) am_preferences_report(x->task, report);
  if (!x->learner->keeps_first) report->kl = (double)NAN;
  am_recent_add(&x->recent, report->reward, report->lowest, x->learner->iteration);
  if (x->learner->type->reached && x->recent.reached == 0 && x->learner->type->reached(x->learner))
    x->recent.reached = x->learner->iteration;
  return AMINE_OK;
}

am_bptt *am_experiment_pairs(const am_experiment *x) {
  const am_learner_type *type = x->learner->type;
  const bool known = type == &am_a2c_type || type == &am_bptt_type;
  return known && am_bptt_of(x->learner)->pairs ? am_bptt_of(x->learner) : NULL;
}
