/* One table of systems and keys; files, sentences and suggestions are made from it. */
#include "modulator/chemical_json.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/host.h"
#include "base/number.h"
#include "base/words.h"
#include "format/json.h"

#define MAX_KEYS 6

typedef struct key {
  const char *name;
  size_t offset; /* of a float in amine_chemical_config */
  double low, high;
} key;

typedef struct system_keys {
  const char *name;
  size_t on; /* offset of a bool in amine_chemical_config */
  key keys[MAX_KEYS];
} system_keys;

#define KEY(s, n, low, high)                                                                       \
  { #n, offsetof(amine_chemical_config, s.n), low, high }
#define STRENGTH(s, n) KEY(s, n, 0, (double)AMINE_CHEMICAL_STRENGTH_MAX)
#define MS(s, n) KEY(s, n, 1e-3, (double)AMINE_CHEMICAL_MS_MAX)
#define LEVEL(s) KEY(s, baseline, 0, 1), KEY(s, decay_rate, 0, 1), MS(s, tau_ms), MS(s, step_ms)
#define SYSTEM(s, ...)                                                                             \
  {                                                                                                \
    .on = offsetof(amine_chemical_config, s##_on), .name = #s, .keys = { LEVEL(s), __VA_ARGS__ }   \
  }

static const system_keys systems[] = {
    SYSTEM(dopamine, STRENGTH(dopamine, learning_rate_modulation)),
    SYSTEM(serotonin, STRENGTH(serotonin, inhibition_strength)),
    SYSTEM(norepinephrine, STRENGTH(norepinephrine, gain_modulation)),
    SYSTEM(acetylcholine, STRENGTH(acetylcholine, plasticity_modulation),
           STRENGTH(acetylcholine, attention_gain)),
    SYSTEM(orexin, STRENGTH(orexin, arousal_strength)),
};
#define N_SYSTEMS (sizeof systems / sizeof *systems)

/* ------------------------------------------------------------------------------ unknown words */

/* `system` NULL: the word should have been a system's name. */
static const char *name_of(const system_keys *system, size_t k) {
  if (system) return k < MAX_KEYS ? system->keys[k].name : NULL;
  return k < N_SYSTEMS ? systems[k].name : NULL;
}

static amine_status unknown(const system_keys *system, const char *word, const char *where,
                            amine_error *error) {
  am_nearest_word nearest = am_nearest_begin(word);
  char all[200] = "";
  size_t used = 0;
  for (size_t k = 0; name_of(system, k); k++) {
    const char *name = name_of(system, k);
    used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", k ? ", " : "", name);
    am_nearest_try(&nearest, name);
  }
  const char *near = nearest.best;
  return am_fail_file(error, AMINE_ERROR_INPUT, where, -1, "unknown %s \"%s%s%.60s\"%s%s%s",
                      system ? "key" : "system", system ? system->name : "", system ? "." : "",
                      word, near ? "; did you mean " : "; there are ", near ? near : all,
                      near ? "?" : "");
}

/* ------------------------------------------------------------------------------ values */

static amine_status read_value(amine_chemical_config *config, const system_keys *system,
                               const key *k, const json_t *value, const char *where,
                               amine_error *error) {
  const double number = json_number_value(value);
  char shown[48] = "";
  if (json_is_number(value) && number >= k->low && number <= k->high) {
    const float taken = (float)number;
    memcpy((char *)config + k->offset, &taken, sizeof taken);
    return AMINE_OK;
  }
  if (json_is_number(value)) {
    shown[0] = '=';
    am_number_exact(shown + 1, number, 9);
  }
  return am_fail_file(error, AMINE_ERROR_INPUT, where, -1,
                      "%s.%s%s: it must be a number from %.10g to %.10g", system->name, k->name,
                      shown, k->low, k->high);
}

static const key *find_key(const system_keys *system, const char *name) {
  for (size_t k = 0; k < MAX_KEYS && system->keys[k].name; k++)
    if (strcmp(system->keys[k].name, name) == 0) return &system->keys[k];
  return NULL;
}

static amine_status read_system(amine_chemical_config *config, const system_keys *system,
                                const json_t *object, const char *where, amine_error *error) {
  const bool on = true;
  const char *name;
  json_t *value;
  if (!json_is_object(object))
    return am_fail_file(error, AMINE_ERROR_INPUT, where, -1,
                        "%s must be an object such as {\"baseline\": 0.5}", system->name);
  json_object_foreach((json_t *)(uintptr_t)object, name, value) {
    const key *k = find_key(system, name);
    if (!k) return unknown(system, name, where, error);
    AM_TRY(read_value(config, system, k, value, where, error));
  }
  const bool exponential = json_object_get(object, "tau_ms") != NULL;
  if (exponential && json_object_get(object, "decay_rate"))
    return am_fail_file(error, AMINE_ERROR_INPUT, where, -1,
                        "%s has both decay_rate (linear decay) and tau_ms (exponential decay): "
                        "one of them, please",
                        system->name);
  if (!exponential && json_object_get(object, "step_ms"))
    return am_fail_file(error, AMINE_ERROR_INPUT, where, -1,
                        "%s.step_ms has no effect without tau_ms", system->name);
  memcpy((char *)config + system->on, &on, sizeof on);
  return AMINE_OK;
}

amine_status am_chemical_config_from_json(amine_chemical_config *out, const json_t *object,
                                          const char *where, amine_error *error) {
  amine_chemical_config config = amine_chemical_config_default();
  const char *name;
  json_t *value;
  if (!json_is_object(object))
    return am_fail_file(error, AMINE_ERROR_INPUT, where, -1,
                        "the modulators are a JSON object such as {\"dopamine\": {}}");
  json_object_foreach((json_t *)(uintptr_t)object, name, value) {
    size_t k = 0;
    while (k < N_SYSTEMS && strcmp(systems[k].name, name) != 0) k++;
    if (k == N_SYSTEMS) return unknown(NULL, name, where, error);
    AM_TRY(read_system(&config, &systems[k], value, where, error));
  }
  *out = config;
  return AMINE_OK;
}

amine_status am_chemical_from_json(amine_chemical *out, const json_t *object, const char *where,
                                   amine_error *error) {
  amine_chemical_config config;
  AM_TRY(am_chemical_config_from_json(&config, object, where, error));
  const amine_status status = amine_chemical_init(out, &config);
  assert(status == AMINE_OK); /* the table's ranges are those of chemical.c */
  return status;
}

amine_status amine_chemical_from_json(amine_chemical *out, const char *text, size_t length,
                                      amine_error *error) {
  AM_ENTER;
  json_t *root;
  AM_TRY(am_json_parse(&root, NULL, text, length, NULL, error));
  const amine_status status = am_chemical_from_json(out, root, NULL, error);
  json_decref(root);
  return status;
}
