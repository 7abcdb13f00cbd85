/* From keys to a task: what task.type can be, each a row of a table with the function that makes it
 * from the configuration. */
#ifndef AMINE_RUN_TASKS_H
#define AMINE_RUN_TASKS_H

#include "base/memory.h"
#include "run/config.h"
#include "task/task.h"

/* The task of a resolved configuration. */
amine_status am_task_of_config(am_task **task, const am_config *config, amine_error *error);

/* Adds a line for each time of the task that is no whole number of steps. */
void am_task_note_times(const am_config *config, am_text *notes);

/* What task.type can be; NULL past the end. */
const am_task_type *am_task_type_at(int k);

#endif
