/* From keys to a learner: what learner.type can be, each a row of a table with the function that
 * makes it from the configuration. */
#ifndef AMINE_RUN_LEARNERS_H
#define AMINE_RUN_LEARNERS_H

#include "learner/learner.h"
#include "run/config.h"

/* The learner of a resolved configuration, and the network that it trains. AMINE_ERROR_ARGUMENT if
 * it does not train such a network, or cannot learn such a task. */
amine_status am_learner_of_config(am_learner **learner, const am_config *config,
                                  const am_task *task, amine_error *error);

/* What learner.type can be; NULL past the end. */
const am_learner_type *am_learner_type_at(int k);

#endif
