/* An experiment: the objects that a configuration describes. */
#ifndef AMINE_RUN_EXPERIMENT_H
#define AMINE_RUN_EXPERIMENT_H

#include "learner/a2c.h"
#include "run/config.h"

typedef struct am_experiment {
  am_config config;
  am_task *task;
  am_plastic network;
  am_a2c *learner;
} am_experiment;

/* Makes task, network and learner from a resolved configuration. After a failure *experiment is
 * NULL. */
amine_status am_experiment_create(am_experiment **experiment, const am_config *config,
                                  amine_error *error);
void am_experiment_destroy(am_experiment *experiment);

/* The task alone. */
amine_status am_experiment_task(am_task **task, const am_config *config, amine_error *error);

#endif
