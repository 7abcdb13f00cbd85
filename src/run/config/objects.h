/* From a configuration to what it says: a task, a learner. */
#ifndef AMINE_RUN_CONFIG_OBJECTS_H
#define AMINE_RUN_CONFIG_OBJECTS_H

#include "base/memory.h"
#include "base/registry.h"
#include "learner/learner.h"
#include "run/config/config.h"

/* The task of a resolved configuration. */
amine_status am_task_of_config(am_task **task, const am_config *config, amine_error *error);
/* What its learner plays: the task, or with reward.type=preferences the task with the reward that is
 * learned in the place of its own. */
amine_status am_world_of_config(am_task **task, const am_config *config, amine_error *error);
/* AMINE_ERROR_ARGUMENT if runs of several seeds would share what each needs for itself. */
amine_status am_world_check_seeds(const am_config *config, amine_error *error);
/* The learner of a resolved configuration, and the network that it trains. AMINE_ERROR_ARGUMENT if
 * it cannot learn such a task or train such a network. */
amine_status am_learner_of_config(am_learner **learner, const am_config *config,
                                  const am_task *task, amine_error *error);

/* Whether it can: all but networks that look back are trained by every learner. */
bool am_learner_trains(const am_learner_type *type, const am_part *network);

/* Adds a line for each time of the task that is no whole number of steps. */
void am_task_note_times(const am_config *config, am_text *notes);

#endif
