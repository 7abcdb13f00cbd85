/* Evaluation, recording and explanation of a run (see outcome.h). */
#include "run/train/outcome.h"

#include "run/train/evaluate.h"
#include "run/train/explain.h"

amine_status am_outcome_record(const am_config *config, const char *folder,
                               void (*begins)(const void *context, int n_episodes),
                               const void *context, amine_error *error) {
  bool done;
  am_experiment *x;
  AM_TRY(am_evaluate_is_recorded(&done, folder, error));
  AM_TRY(am_evaluate_open(&x, config, folder, error));
  const int n = am_evaluate_episodes(x->task);
  amine_status status = AMINE_OK;
  if (!done && begins) begins(context, n);
  if (!done) status = am_evaluate_record(x, folder, n, error);
  if (status == AMINE_OK) status = am_explain_record(x, folder, error);
  am_experiment_destroy(x);
  return status;
}
