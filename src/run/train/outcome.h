/* What a run came to: everything that its report shows beside its lines. */
#ifndef AMINE_RUN_TRAIN_OUTCOME_H
#define AMINE_RUN_TRAIN_OUTCOME_H

#include "run/config/config.h"

/* Evaluates, records an episode and looks at what modulates it, unless the folder holds what that gives
 * of its checkpoint. `begins` is called with the number of episodes before an evaluation, which may
 * take long; it may be NULL. */
amine_status am_outcome_record(const am_config *config, const char *folder,
                               void (*begins)(const void *context, int n_episodes),
                               const void *context, amine_error *error);

#endif
