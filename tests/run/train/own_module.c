/* The world of own_bandit.h and the learner of own_baseline.h as a shared object; and broken ones. */
#include <amine/module.h>

#include "own_bandit.h"
#include "own_baseline.h"

static const amine_task_type second = {.size = sizeof(amine_task_type),
#ifdef MODULE_with_a_taken_name
                                       .name = "maze",
#else
                                       .name = "own-second",
#endif
                                       .meaning = "the same once more",
                                       .parameters = own_parameters,
                                       .options_size = sizeof(own_options),
                                       .make = own_make,
                                       .start = own_start,
                                       .observe = own_observe,
                                       .step = own_step};

#if defined(MODULE_fine) || defined(MODULE_with_a_taken_name)
AMINE_MODULE(&own_bandit, &second);
AMINE_MODULE_LEARNERS(&own_baseline);
#elif defined(MODULE_without_learner)
extern const struct amine_module_learners amine_module_learners
    __attribute__((visibility("default")));
extern const amine_learner_type *const nobody_learns[];
const amine_learner_type *const nobody_learns[] = {&own_baseline, NULL};
const struct amine_module_learners amine_module_learners = {
    sizeof amine_module_learners, AMINE_MODULE_VERSION, nobody_learns + 1};
#else
extern const struct amine_module amine_module __attribute__((visibility("default")));
extern const amine_task_type *const nobody_knows[];
const amine_task_type *const nobody_knows[] = {&own_bandit, &second, NULL};
#if defined(MODULE_of_another_version)
const struct amine_module amine_module = {sizeof amine_module, AMINE_MODULE_VERSION + 1,
                                          nobody_knows};
#elif defined(MODULE_without_task)
const struct amine_module amine_module = {sizeof amine_module, AMINE_MODULE_VERSION,
                                          nobody_knows + 2};
#endif
#endif
