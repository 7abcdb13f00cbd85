/* Tasks and learners of configurations (see objects.h). */
#include "run/config/objects.h"


#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/steps.h"
#include "learner/agents.h"
#include "learner/preferences.h"

/* Room for the options of any part. */
typedef union options {
  max_align_t align;
  char bytes[AM_OPTIONS_MAX];
} options;

amine_status am_task_of_config(am_task **task, const am_config *config, amine_error *error) {
  const am_task_type *type = (const am_task_type *)config->part[AM_TASK];
  options room;
  am_config_options(config, AM_TASK, &room);
  return am_task_create(task, type, &room, error);
}

amine_status am_world_of_config(am_task **task, const am_config *config, amine_error *error) {
  am_task *world;
  options room;
  const bool hidden = config->part[AM_REWARD] == &am_reward_preferences_part;
  if (hidden && config->part[AM_LEARNER] == &am_agents_type.part)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "reward.type=preferences is the reward of one learner; learner.type=agents is "
                   "several, each with its own");
  AM_TRY(am_task_of_config(&world, config, error));
  if (!hidden) {
    *task = world;
    return AMINE_OK;
  }
  am_config_options(config, AM_REWARD, &room);
  return am_preferences_create(task, world, (const am_preferences_options *)(void *)&room, error);
}

amine_status am_world_check_seeds(const am_config *config, amine_error *error) {
  options room;
  if (config->part[AM_REWARD] != &am_reward_preferences_part) return AMINE_OK;
  am_config_options(config, AM_REWARD, &room);
  return am_preferences_check_seeds((const am_preferences_options *)(void *)&room, error);
}

void am_task_note_times(const am_config *c, am_text *notes) {
  am_keys keys;
  /* a step of the world is a step of the network, where that says how long one is */
  const double step_ms =
      am_config_applies(c, "network.dt_ms") ? am_config_number(c, "network.dt_ms") : 1;
  for (am_config_keys(&keys, c); am_keys_next(&keys);) {
    const amine_parameter *p = &keys.key.p;
    if (keys.key.kind != AM_TASK || strcmp(p->unit, "ms") != 0 || !am_config_applies(c, p->name))
      continue;
    am_steps_note(notes, p->name, am_config_number(c, p->name), 1, step_ms, p->min > 0);
  }
}

bool am_learner_trains(const am_learner_type *type, const am_part *network) {
  return type->past || !network->looks_back;
}

static amine_status check_network(const am_config *config, const am_learner_type *type,
                                  amine_error *error) {
  const am_part *network = config->part[AM_NETWORK];
  if (am_learner_trains(type, network)) return AMINE_OK;
  return am_fail(error, AMINE_ERROR_ARGUMENT,
                 "learner.type=%s does not train network.type=%s: attend looks at earlier steps of "
                 "the episode, so what a unit does to later ones does not go through its own state "
                 "alone",
                 type->part.name, network->name);
}

static amine_status check(const am_task *task, const am_learner_type *type, amine_error *error) {
  static const char *const names[] = {"actions", "target values", "symbols",
                                      "real actions"}; /* by AM_ASKS_... */
  const int asked = task->n_real > 0 ? 3 : task->n_symbols > 0 ? 2 : task->n_targets > 0 ? 1 : 0;
  char needs[64] = "";
  if (type->asks >> asked & 1) return AMINE_OK;
  for (int k = 0; k < 4; k++) {
    const size_t n = strlen(needs);
    if (type->asks >> k & 1)
      snprintf(needs + n, sizeof needs - n, "%s%s", n ? " or " : "", names[k]);
  }
  return am_fail(error, AMINE_ERROR_ARGUMENT, "learner.type=%s needs %s; task.type=%s asks for %s",
                 type->part.name, needs, task->type->part.name, names[asked]);
}

/* Adds which keys make it as much: those that blocks are as long as, with their values. */
static amine_status name_sizes(const am_config *config, amine_error *error) {
  static const char *const keys[] = {"batch",      "network.hidden", "network.layers",
                                     "task.steps", "task.length",    "task.delay"};
  char sizes[200] = "", refused[sizeof error->message];
  if (!error) return AMINE_ERROR_MEMORY;
  for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
    const size_t used = strlen(sizes);
    char value[64];
    if (!am_config_applies(config, keys[k])) continue;
    am_config_text(config, keys[k], value, sizeof value);
    snprintf(sizes + used, sizeof sizes - used, "%s%s=%s", used > 0 ? ", " : "", keys[k], value);
  }
  snprintf(refused, sizeof refused, "%s", error->message);
  return am_fail(error, AMINE_ERROR_MEMORY, "%s; it needs less with smaller values than %s",
                 refused, sizes);
}

amine_status am_learner_of_config(am_learner **learner, const am_config *config,
                                  const am_task *task, amine_error *error) {
  const am_learner_type *type = (const am_learner_type *)config->part[AM_LEARNER];
  options rooms[AM_N_KINDS];
  am_chosen chosen = {0};
  AM_TRY(check(task, type, error));
  AM_TRY(check_network(config, type, error));
  if (!type->release && !(config->common.learn & AM_ROLES_ALL))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "learn=...: learner.type=%s holds no part of a network still, so learn=all",
                   type->part.name);
  for (am_part_kind kind = 0; kind < AM_N_KINDS; kind++) {
    if (!am_config_has(config, kind)) continue;
    am_config_options(config, kind, &rooms[kind]);
    chosen.part[kind] = config->part[kind];
    chosen.options[kind] = &rooms[kind];
  }
  const amine_status status = type->create(learner, task, &chosen, error);
  return status == AMINE_ERROR_MEMORY ? name_sizes(config, error) : status;
}
