#include "run/config/additions.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <string.h>

#include "amine/module.h"
#include "base/host.h"
#include "base/sized.h"
#include "format/file.h"
#include "learner/own.h"
#include "run/config/keys.h"
#include "run/config/parts.h"
#include "run/config/preset.h"
#include "run/config/text_part.h"
#include "task/lanes.h"
#include "task/own.h"

typedef struct added_task {
  am_own_task own;
  struct added_task *next;
} added_task;

typedef struct added_learner {
  am_own_learner own;
  struct added_learner *next;
} added_learner;

typedef struct module {
  void *handle;
  struct module *next;
} module;

typedef struct added_lanes {
  am_lanes_task lanes;
  struct added_lanes *next;
} added_lanes;

struct amine_registry {
  am_registry parts;
  added_task *tasks;
  added_learner *learners;
  module *modules; /* in which functions of tasks and learners may be */
  added_lanes *lanes;
  am_text_part *texts;
  atomic_int holders;
};

const am_registry *am_additions_parts(const amine_registry *registry) {
  return registry ? &registry->parts : &am_standard_parts;
}

void am_additions_hold(amine_registry *registry) {
  if (registry) atomic_fetch_add(&registry->holders, 1);
}

amine_status amine_registry_create(amine_registry **registry, amine_error *error) {
  AM_ENTER;
  amine_registry *r = am_alloc(1, sizeof *r);
  if (!r) return am_fail_memory(error, sizeof *r);
  r->parts = am_standard_parts;
  atomic_init(&r->holders, 1);
  *registry = r;
  return AMINE_OK;
}

/* Those that were added after these. */
static void drop(amine_registry *r, const added_task *task, const added_learner *learner) {
  while (r->tasks != task) {
    added_task *next = r->tasks->next;
    am_free(r->tasks);
    r->tasks = next;
  }
  while (r->learners != learner) {
    added_learner *next = r->learners->next;
    am_own_learner_end(&r->learners->own);
    am_free(r->learners);
    r->learners = next;
  }
}

void amine_registry_destroy(amine_registry *r) {
  if (!r || atomic_fetch_sub(&r->holders, 1) > 1) return;
  drop(r, NULL, NULL);
  while (r->lanes) {
    added_lanes *next = r->lanes->next;
    am_free(r->lanes);
    r->lanes = next;
  }
  am_text_part_let_go(r->texts);
  while (r->modules) {
    module *next = r->modules->next;
    dlclose(r->modules->handle);
    am_free(r->modules);
    r->modules = next;
  }
  am_free(r);
}

/* ------------------------------------------------------------------------------ adding */
amine_status amine_registry_add_task(amine_registry *r, const amine_task_type *type,
                                     amine_error *error) {
  AM_ENTER;
  added_task *added = am_alloc(1, sizeof *added);
  if (!added) return am_fail_memory(error, sizeof *added);
  amine_status status = am_own_task_begin(&added->own, type, error);
  if (status == AMINE_OK) status = am_registry_add(&r->parts, &added->own.type.part, error);
  if (status != AMINE_OK) {
    am_free(added);
    return status;
  }
  added->next = r->tasks;
  r->tasks = added;
  return AMINE_OK;
}

amine_status amine_registry_add_learner(amine_registry *r, const amine_learner_type *type,
                                        amine_error *error) {
  AM_ENTER;
  added_learner *added = am_alloc(1, sizeof *added);
  if (!added) return am_fail_memory(error, sizeof *added);
  amine_status status = am_own_learner_begin(&added->own, type, error);
  if (status == AMINE_OK) status = am_registry_add(&r->parts, &added->own.type.part, error);
  if (status != AMINE_OK) {
    am_own_learner_end(&added->own);
    am_free(added);
    return status;
  }
  added->next = r->learners;
  r->learners = added;
  return AMINE_OK;
}

amine_status amine_registry_add_lanes(amine_registry *r, const amine_lanes_type *type,
                                      amine_error *error) {
  AM_ENTER;
  added_lanes *added = am_alloc(1, sizeof *added);
  if (!added) return am_fail_memory(error, sizeof *added);
  amine_status status = am_lanes_task_begin(&added->lanes, type, error);
  if (status == AMINE_OK) status = am_registry_add(&r->parts, &added->lanes.type.part, error);
  if (status != AMINE_OK) {
    am_free(added);
    return status;
  }
  added->next = r->lanes;
  r->lanes = added;
  return AMINE_OK;
}

static amine_status add_text(amine_registry *r, am_part_kind kind, const char *name,
                             const char *text, amine_error *error) {
  am_text_part *added = NULL;
  const am_text_part *part;
  AM_TRY(am_text_part_read(&added, &part, kind, name, text, error));
  added->is.part.name = added->file;
  added->is.part.named_text = true;
  const amine_status status = am_registry_add(&r->parts, &added->is.part, error);
  if (status == AMINE_OK) {
    added->next = r->texts;
    r->texts = added;
  } else am_text_part_let_go(added);
  return status;
}

amine_status amine_registry_add_network(amine_registry *r, const char *name, const char *text,
                                        amine_error *error) {
  AM_ENTER;
  return add_text(r, AM_NETWORK, name, text, error);
}

amine_status amine_registry_add_rule(amine_registry *r, const char *name, const char *text,
                                     amine_error *error) {
  AM_ENTER;
  return add_text(r, AM_RULE, name, text, error);
}

amine_status amine_registry_add_modulator(amine_registry *r, const char *name, const char *text,
                                          amine_error *error) {
  AM_ENTER;
  return add_text(r, AM_MODULATOR, name, text, error);
}

/* ------------------------------------------------------------------------------ modules */
/* A name without a slash would be looked for where the system's libraries are. */
static amine_status open_module(void **handle, const char *path, amine_error *error) {
  struct stat found;
  am_text whole = {0};
  if (am_io.stat(path, &found) != 0)
    return am_fail_file(error, AMINE_ERROR_IO, path, -1, "there is no such file");
  am_text_printf(&whole, "%s%s", strchr(path, '/') ? "" : "./", path);
  if (whole.failed) return am_fail_memory(error, strlen(path) + 3);
  *handle = dlopen(whole.data, RTLD_NOW | RTLD_LOCAL);
  const char *why = *handle ? NULL : dlerror();
  const size_t n = whole.length; /* which the reason begins with */
  if (why && strncmp(why, whole.data, n) == 0) why += n + strspn(why + n, ": ");
  const amine_status status =
      *handle ? AMINE_OK
              : am_fail_file(error, AMINE_ERROR_INPUT, path, -1, "it cannot be loaded: %s", why);
  am_text_free(&whole);
  return status;
}

static amine_status check_version(int version, const char *path, amine_error *error) {
  if (version == AMINE_MODULE_VERSION) return AMINE_OK;
  return am_fail_file(error, AMINE_ERROR_INPUT, path, -1,
                      "it was built for version %d of modules, and this library has version %d",
                      version, AMINE_MODULE_VERSION);
}

static amine_status add_parts(amine_registry *r, void *handle, const char *path,
                              amine_error *error) {
  const struct amine_module *m = dlsym(handle, "amine_module");
  const struct amine_module_learners *l = dlsym(handle, "amine_module_learners");
  amine_error theirs = {0};
  amine_status status = AMINE_OK;
  if (!m && !l)
    return am_fail_file(error, AMINE_ERROR_INPUT, path, -1,
                        "it is no module of Amine: it exports no amine_module (amine/module.h)");
  AM_TRY(check_version(m ? m->version : l->version, path, error));
  if (l) AM_TRY(check_version(l->version, path, error));
  if (m && (m->size < sizeof *m || !m->tasks || !m->tasks[0]))
    return am_fail_file(error, AMINE_ERROR_INPUT, path, -1, "this module has no task");
  if (l && (l->size < sizeof *l || !l->learners || !l->learners[0]))
    return am_fail_file(error, AMINE_ERROR_INPUT, path, -1, "this module has no learner");
  for (int k = 0; m && m->tasks[k] && status == AMINE_OK; k++)
    status = amine_registry_add_task(r, m->tasks[k], &theirs);
  for (int k = 0; l && l->learners[k] && status == AMINE_OK; k++)
    status = amine_registry_add_learner(r, l->learners[k], &theirs);
  if (status != AMINE_OK) return am_fail_file(error, status, path, -1, "%s", theirs.message);
  return AMINE_OK;
}

amine_status amine_registry_add_module(amine_registry *r, const char *path, amine_error *error) {
  AM_ENTER;
  const am_registry before = r->parts;
  const added_task *last_task = r->tasks;
  const added_learner *last_learner = r->learners;
  module *m = am_alloc(1, sizeof *m);
  if (!m) return am_fail_memory(error, sizeof *m);
  amine_status status = open_module(&m->handle, path, error);
  if (status == AMINE_OK) status = add_parts(r, m->handle, path, error);
  if (status == AMINE_OK) {
    m->next = r->modules;
    r->modules = m;
    return AMINE_OK;
  }
  drop(r, last_task, last_learner);
  r->parts = before;
  if (m->handle) dlclose(m->handle);
  am_free(m);
  return status;
}

/* ------------------------------------------------------------------------------ lists */
int amine_registry_part(const amine_registry *r, amine_part_kind kind, int k, amine_part *part) {
  static const am_part_kind kinds[] = {
      [AMINE_PART_TASK] = AM_TASK,           [AMINE_PART_REWARD] = AM_REWARD,
      [AMINE_PART_NETWORK] = AM_NETWORK,     [AMINE_PART_RULE] = AM_RULE,
      [AMINE_PART_MODULATOR] = AM_MODULATOR, [AMINE_PART_LEARNER] = AM_LEARNER};
  const am_part *p = NULL;
  if (kind == AMINE_PART_RUN) p = k == 0 ? &am_common_part : NULL;
  else if ((unsigned)kind < AMINE_PART_RUN)
    p = am_registry_at(am_additions_parts(r), kinds[kind], k);
  if (!p) return 0;
  const amine_part ours = {sizeof ours, p->name, p->meaning,   p->equation,
                           p->source,   p->text, p->parameters};
  am_sized_copy(part, part->size, &ours, sizeof ours);
  return 1;
}

const char *amine_preset(int k, const char **text, int *brain) {
  for (int i = 0; i <= k; i++)
    if (!am_presets[i].name) return NULL;
  if (k < 0) return NULL;
  if (text) *text = am_presets[k].text;
  if (brain) *brain = am_presets[k].brain;
  return am_presets[k].name;
}
