/* The names of the keys stand here, for suggestions and paths; their values are read and judged by
 * modulator/chemical_json.c. */
#include "brain/model_chemical.h"

#include <string.h>

#include "modulator/chemical_json.h"

typedef struct chemical_keys {
  double step_ms;
  bool enabled;
  const json_t *systems[5], *values[8];
} chemical_keys;

#define VALUE(key, low, high, of, text)                                                            \
  AM_FIELD_IN(ANY, key, .offset = offsetof(chemical_keys, values), low, high, of, text)
#define STRENGTH(key, text) VALUE(key, 0, (double)AMINE_CHEMICAL_STRENGTH_MAX, NULL, text)
#define MS(key, text) VALUE(key, 1e-3, (double)AMINE_CHEMICAL_MS_MAX, "ms", text)
#define COMMON                                                                                     \
  VALUE("baseline", 0, 1, NULL, "level at which it rests"),                                        \
      VALUE("decay_rate", 0, 1, "per step", "how fast the level goes back to it"),                 \
      MS("tau_ms", "the same as a time constant"), MS("step_ms", "the step that decay_rate is of")
#define SYSTEM(key, k)                                                                             \
  AM_FIELD_OF(OBJECT, #key, .offset = offsetof(chemical_keys, systems[k]), "a chemical system",    \
              .inside = &key##_table)
static const am_field dopamine[] = {
    COMMON, STRENGTH("learning_rate_modulation", "how much it speeds up learning"), {0}};
static const am_field serotonin[] = {
    COMMON, STRENGTH("inhibition_strength", "how much it holds back"), {0}};
static const am_field norepinephrine[] = {
    COMMON, STRENGTH("gain_modulation", "how much it raises gain"), {0}};
static const am_field acetylcholine[] = {
    COMMON,
    STRENGTH("plasticity_modulation", "how much it speeds up learning"),
    STRENGTH("attention_gain", "how much it raises sensory input"),
    {0}};
static const am_field orexin[] = {COMMON, STRENGTH("arousal_strength", "how much it rouses"), {0}};
static const am_table dopamine_table = {.fields = dopamine};
static const am_table serotonin_table = {.fields = serotonin};
static const am_table norepinephrine_table = {.fields = norepinephrine};
static const am_table acetylcholine_table = {.fields = acetylcholine};
static const am_table orexin_table = {.fields = orexin};

static const am_field chemical_fields[] = {
    SYSTEM(dopamine, 0),
    SYSTEM(serotonin, 1),
    SYSTEM(norepinephrine, 2),
    SYSTEM(acetylcholine, 3),
    SYSTEM(orexin, 4),
    AM_FIELD_IN(NUMBER, "step_ms", .offset = offsetof(chemical_keys, step_ms), 1e-3, 1e6, "ms",
                "between two steps of decay"),
    AM_FIELD_OF(SWITCH, "enabled", .offset = offsetof(chemical_keys, enabled),
                "false: there are no modulators"),
    {0}};
const am_table am_chemical_table = {.fields = chemical_fields};

/* Removes the keys that the table does not have. */
static void keep_known(json_t *object, const am_table *table) {
  const char *key;
  json_t *value;
  void *next;
  json_object_foreach_safe(object, next, key, value) {
    const am_field *f = table->fields;
    while (f->name && strcmp(f->name, key) != 0) f++;
    if (!f->name || f->kind == AM_FIELD_NUMBER || f->kind == AM_FIELD_SWITCH)
      json_object_del(object, key);
    else if (f->kind == AM_FIELD_OBJECT) keep_known(value, f->inside);
  }
}

/* All systems of a brain take the same steps. */
static amine_status check_step(const am_reader *r, const am_where *system, const json_t *object,
                               double step_ms) {
  const am_where where = {.above = system, .key = "step_ms"};
  const json_t *own = json_object_get(object, "step_ms");
  if (!json_is_number(own) || json_number_value(own) == step_ms) return AMINE_OK;
  return am_refuse(r, &where, own,
                   "the modulators of a brain all take steps of neuromodulation.step_ms, %g ms",
                   step_ms);
}

amine_status am_chemical_read(am_model_plan *plan, am_reader *r, const am_where *file,
                              const json_t *object, bool generous) {
  const am_where where = {.above = file, .key = "neuromodulation"};
  chemical_keys keys = {.step_ms = plan->dt_ms > 1 ? plan->dt_ms : 1, .enabled = true};
  AM_TRY(am_table_read(r, &where, object, &am_chemical_table, generous, &keys));
  for (int k = 0; k < 5; k++) {
    const am_where system = {.above = &where, .key = chemical_fields[k].name};
    chemical_keys inner = {0};
    if (!keys.systems[k]) continue;
    AM_TRY(am_table_read(r, &system, keys.systems[k], chemical_fields[k].inside, generous, &inner));
    AM_TRY(check_step(r, &system, keys.systems[k], keys.step_ms));
  }
  if (!keys.enabled) return AMINE_OK;
  json_t *systems = json_deep_copy(object);
  if (!systems) return am_fail_memory(r->error, sizeof(json_t));
  keep_known(systems, &am_chemical_table);
  amine_error inner = {0};
  const amine_status status = am_chemical_from_json(&plan->chemical, systems, NULL, &inner);
  json_decref(systems);
  if (status != AMINE_OK)
    return am_fail_file(r->error, status, r->file, -1, "neuromodulation.%s", inner.message);
  plan->has_chemical = true;
  plan->step_ms = keys.step_ms;
  return AMINE_OK;
}
