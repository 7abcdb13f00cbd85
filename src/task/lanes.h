/* A task that takes one call for all lanes that play together (amine/lanes.h). */
#ifndef AMINE_TASK_LANES_H
#define AMINE_TASK_LANES_H

#include "amine/lanes.h"
#include "task/task.h"

typedef struct am_lanes_task {
  am_task_type type; /* first */
  amine_lanes_type given;
} am_lanes_task;

/* Fills in *lanes, whose type can then be chosen; as am_own_task_begin. */
amine_status am_lanes_task_begin(am_lanes_task *lanes, const amine_lanes_type *given,
                                 amine_error *error);

#endif
