/* A shared object with worlds (amine/task.h) or learners (amine/learner.h) of your own, for the command and
 * for any program:
 *
 *   #include <amine/module.h>
 *   ...
 *   AMINE_MODULE(&echo, &echo_with_gaps);
 *   AMINE_MODULE_LEARNERS(&readout);
 *
 *   cc -std=c17 -O2 -shared -fPIC echo.c -o echo.so            needs no library, but the headers
 *   amine train bandit task.type=./echo.so                     its first task
 *   amine train bandit task.type=./echo.so:echo-with-gaps      another
 *   amine train bandit learner.type=./echo.so                  its first learner, likewise
 *   amine list tasks task.type=./echo.so
 *
 * It is code, and runs with all rights of who names it. Only who calls names it, on the command line
 * or by amine_registry_add_module: no configuration, folder or checkpoint does, so resume, eval,
 * explain and report of what was trained with it want it named again. */
#ifndef AMINE_MODULE_H
#define AMINE_MODULE_H

#include "amine/learner.h"
#include "amine/registry.h"
#include "amine/task.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Changes when a module that was built before can no longer be used. */
#define AMINE_MODULE_VERSION 1

/* What a module exports, under the name amine_module. */
struct amine_module {
  size_t size;                         /* sizeof(struct amine_module) */
  int version;                         /* AMINE_MODULE_VERSION */
  const amine_task_type *const *tasks; /* ends with NULL */
};

/* Exports tasks: pointers to amine_task_type, one or more. Once in a module. */
#define AMINE_MODULE(...)                                                                          \
  static const amine_task_type *const amine_module_tasks[] = {__VA_ARGS__, NULL};                  \
  extern const struct amine_module amine_module __attribute__((visibility("default")));            \
  const struct amine_module amine_module = {sizeof(struct amine_module), AMINE_MODULE_VERSION,     \
                                            amine_module_tasks}

/* What one with learners exports, under the name amine_module_learners. */
struct amine_module_learners {
  size_t size;                               /* sizeof(struct amine_module_learners) */
  int version;                               /* AMINE_MODULE_VERSION */
  const amine_learner_type *const *learners; /* ends with NULL */
};

/* Exports learners, as AMINE_MODULE does tasks. Once in a module. */
#define AMINE_MODULE_LEARNERS(...)                                                                 \
  static const amine_learner_type *const amine_module_learners_list[] = {__VA_ARGS__, NULL};       \
  extern const struct amine_module_learners amine_module_learners                                  \
      __attribute__((visibility("default")));                                                      \
  const struct amine_module_learners amine_module_learners = {                                     \
      sizeof(struct amine_module_learners), AMINE_MODULE_VERSION, amine_module_learners_list}

/* Loads a shared object, by its path, and adds all its tasks and learners; it stays loaded as long as there is the
 * registry or an experiment made from it. AMINE_ERROR_IO: there is no such file; AMINE_ERROR_INPUT:
 * it is no module, or one for another version; AMINE_ERROR_ARGUMENT: one of its parts cannot be
 * added. The registry is then as it was. */
AMINE_API amine_status amine_registry_add_module(amine_registry *registry, const char *path,
                                                 amine_error *error);

#ifdef __cplusplus
}
#endif
#endif
