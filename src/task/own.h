/* A task of somebody else's, from the functions that amine/task.h asks for. They are called as ours
 * are, nothing between; before the first one is, they are looked at: what is missing or impossible,
 * and, once a task is made, a few steps of one episode, played for trial. */
#ifndef AMINE_TASK_OWN_H
#define AMINE_TASK_OWN_H

#include "task/task.h"

typedef struct am_own_task {
  am_task_type type; /* first */
  amine_task_type given;
} am_own_task;

/* Fills in *own, whose type can then be chosen. What `given` points to is not copied, it is itself; it
 * may be shorter or longer than ours. AMINE_ERROR_ARGUMENT says what is missing, or which row of the
 * parameters is wrong. */
amine_status am_own_task_begin(am_own_task *own, const amine_task_type *given, amine_error *error);

#endif
