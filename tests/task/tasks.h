/* All tasks and games with their defaults, for tests over all of them. */
#ifndef TESTS_TASK_TASKS_H
#define TESTS_TASK_TASKS_H

#include "task/game.h"
#include "task/task.h"

typedef struct am_task_entry {
  const am_task_type *type; /* its name and meaning */
  /* Makes it with its default options. */
  amine_status (*create)(am_task **out, amine_error *error);
} am_task_entry;

typedef struct am_game_entry {
  const am_game_type *type;
  amine_status (*create)(am_game **out, amine_error *error);
} am_game_entry;

/* The k-th, in the order in which they are listed; NULL past the last. */
const am_task_entry *am_task_at(int k);
const am_game_entry *am_game_at(int k);

#endif
