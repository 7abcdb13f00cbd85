/* Interventions in a training: its step size, and whether it learns at all. */
#include "run/train/reach.h"

#include <string.h>

static const am_intervention_kind kinds[] = {
    {.name = "rate",
     .meaning = "every step size is multiplied by the value, whatever the schedule says",
     .has_value = true,
     .high = AM_RATE_FACTOR_MAX},
    {.name = "learning",
     .meaning = "0: step sizes are 0, it plays on and stays as it is; 1: it learns again",
     .has_value = true,
     .high = 1},
    {.name = NULL},
};

static amine_status apply(void *run, const am_intervention *one, amine_error *error) {
  am_experiment *x = run;
  if (strcmp(one->kind, "learning") == 0) {
    if (one->value != 0 && one->value != 1)
      return am_fail(error, AMINE_ERROR_ARGUMENT, "learning: the value is 0 or 1, not %g", one->value);
    x->resting = one->value == 0;
  } else {
    x->rate_factor = one->value;
  }
  x->learner->rate_factor = x->resting ? 0 : x->rate_factor;
  x->n_interventions++;
  return AMINE_OK;
}

const am_reach am_train_reach = {.kinds = kinds, .apply = apply};
