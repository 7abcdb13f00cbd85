/* The task that a brain plays (see played.h). */
#include "run/simulate/played.h"

#include <string.h>

#include "run/config/key_json.h"
#include "run/config/objects.h"
#include "run/config/tree.h"

bool am_played_key(const char *key) {
  return strncmp(key, "task", 4) == 0 && (key[4] == 0 || key[4] == '.' || key[4] == '=');
}

static amine_status merge(am_config *task, const json_t *root, const char *name,
                          amine_error *error) {
  const json_t *given = json_object_get(root, "task");
  json_t *object = json_object();
  if (!object || (given && json_object_set(object, "task", (json_t *)(uintptr_t)given) != 0)) {
    json_decref(object);
    return am_fail_memory(error, 64);
  }
  const amine_status status = am_config_merge(task, object, name, error);
  json_decref(object);
  return status;
}

static amine_status put(json_t *root, const am_config *task, amine_error *error) {
  am_keys keys;
  json_object_del(root, "task");
  for (am_config_keys(&keys, task); am_keys_next(&keys);) {
    const amine_parameter *p = &keys.key.p;
    char path[AM_WEIGHTS_MAX];
    if (keys.key.kind != AM_TASK || !am_config_applies(task, p->name)) continue;
    const am_value value = am_config_value(task, p->name);
    json_t *json = p->kind == AMINE_FILE
                       ? json_string(am_config_text(task, p->name, path, sizeof path))
                       : am_key_json(p, &value);
    AM_TRY(am_tree_set(root, p->name, json, error));
  }
  return AMINE_OK;
}

amine_status am_played_take(am_config **task, json_t *root, const am_registry *parts,
                            const char *name, const char *const *assignments, int n,
                            amine_error *error) {
  am_config *made = am_alloc(1, sizeof *made);
  if (!made) return am_fail_memory(error, sizeof *made);
  am_config_begin(made, parts);
  amine_status status = merge(made, root, name, error);
  for (int k = 0; k < n && status == AMINE_OK; k++)
    if (am_played_key(assignments[k])) status = am_config_assign(made, assignments[k], error);
  if (status == AMINE_OK) status = am_config_resolve(made, error);
  if (status == AMINE_OK) status = put(root, made, error);
  if (status == AMINE_OK) *task = made;
  else am_played_drop(&made);
  return status;
}

void am_played_drop(am_config **task) {
  if (*task) am_config_free(*task);
  am_free(*task);
  *task = NULL;
}

amine_status am_played_make(am_task **task, const am_config *config, amine_error *error) {
  am_task *made;
  *task = NULL;
  if (!config) return AMINE_OK;
  AM_TRY(am_task_of_config(&made, config, error));
  if (made->n_actions > 0) {
    *task = made;
    return AMINE_OK;
  }
  const amine_status status =
      am_fail(error, AMINE_ERROR_ARGUMENT,
              "task.type=%s asks for %s; a body gives one of some actions", made->type->part.name,
              made->n_symbols > 0   ? "symbols"
              : made->n_targets > 0 ? "target values"
                                    : "real actions");
  am_task_destroy(made);
  return status;
}
