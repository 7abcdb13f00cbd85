/* The task that a brain plays: its keys task.* in the tree of a simulation's configuration, read and
 * checked as those of training are. */
#ifndef AMINE_RUN_SIMULATE_PLAYED_H
#define AMINE_RUN_SIMULATE_PLAYED_H

#include <jansson.h>

#include "run/config/config.h"
#include "task/task.h"

/* Whether a key, or key=value, is of the task: "task", "task.arms", "task.arms=3". */
bool am_played_key(const char *key);

/* The configuration of what the tree says of a task of a registry, with those of n assignments that
 * are keys of the task over it; every key that applies then stands in the tree. `name` is the file,
 * for sentences and relative paths. Failures as of am_config_merge, _assign and _resolve; *task is
 * then as it was, which the tree may not be. */
amine_status am_played_take(am_config **task, json_t *root, const am_registry *parts,
                            const char *name, const char *const *assignments, int n,
                            amine_error *error);
void am_played_drop(am_config **task); /* it becomes NULL */

/* The task itself, NULL of NULL. AMINE_ERROR_ARGUMENT too where it asks for something else than one
 * of some actions. */
amine_status am_played_make(am_task **task, const am_config *config, amine_error *error);

#endif
