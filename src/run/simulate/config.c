/* The configuration of a simulation (see config.h). */
#include "run/simulate/config.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/steps.h"
#include "base/words.h"
#include "brain/description.h"
#include "brain/model.h"
#include "brain/model_files.h"
#include "brain/model_texts.h"
#include "format/json.h"
#include "run/config/key_json.h"
#include "run/config/parts.h"
#include "run/config/preset.h"
#include "run/protocol/protocols.h"
#include "run/simulate/played.h"

#define CLAMP(n)                                                                                   \
  AM_NUMBER("clamp." n, NAN, 0, 1, "",                                                             \
            "holds the level of " n " here (a control); none leaves it free")

const amine_parameter am_simulation_keys[AM_N_SIM_KEYS] = {
    [AM_SIM_SEED] =
        AM_INTEGER("seed", 1, 0, AM_SEED_MAX, "", "all randomness of the run comes from it"),
    [AM_SIM_DURATION_S] =
        AM_NUMBER("duration_s", 10, 1e-3, 1e9, "s", "biological time to simulate", .neutral = true),
    [AM_SIM_THREADS] = AM_INTEGER("threads", 0, 0, 1024, "",
                                  "threads; 0 takes every processor; results do not depend on it",
                                  .neutral = true),
    [AM_SIM_CHECKPOINT_EVERY_S] =
        AM_NUMBER("checkpoint_every_s", 10, 0.1, 1e9, "s",
                  "a checkpoint after so much biological time, and at the end", .neutral = true),
    [AM_SIM_RECORD_INTERVAL_S] = AM_NUMBER("record.interval_s", 0.1, 0.1, 1e9, "s",
                                           "a line of metrics.jsonl for so much biological time"),
    [AM_SIM_RECORD_WINDOW_S] =
        AM_NUMBER("record.window_s", 10, 0, 1e6, "s",
                  "spikes and levels of so much time before the end are kept in recording.npz"),
    [AM_SIM_RECORD_SPIKES] = AM_SWITCH("record.spikes", 1, "all spikes are written to spikes.gdf"),
    [AM_SIM_RECORD_VOLTAGES] = AM_INTEGER("record.voltages", 2, 0, 64, "neurons",
                                          "so many of each population have their voltage recorded"),
    [AM_SIM_RECORD_VOLTAGE_S] = AM_NUMBER("record.voltage_s", 1, 0, 100, "s",
                                          "how long before the end voltages are recorded"),
    [AM_SIM_RECORD_SYNAPSES] = AM_INTEGER("record.synapses", 8, 0, 64, "synapses",
                                          "so many of each learning projection are followed"),
    [AM_SIM_PROTOCOL] = AM_CHOICE("protocol.type", AM_PROTOCOL_NAMES,
                                  "what is done to the brain (amine list protocols)"),
    [AM_SIM_CLAMP + AM_MODULATOR_DOPAMINE] = CLAMP("dopamine"),
    [AM_SIM_CLAMP + AM_MODULATOR_SEROTONIN] = CLAMP("serotonin"),
    [AM_SIM_CLAMP + AM_MODULATOR_NOREPINEPHRINE] = CLAMP("norepinephrine"),
    [AM_SIM_CLAMP + AM_MODULATOR_ACETYLCHOLINE] = CLAMP("acetylcholine"),
    [AM_SIM_CLAMP + AM_MODULATOR_OREXIN] = CLAMP("orexin"),
};

#define PLAYS "body" /* the protocol that plays a task */

/* Keys of ours that are not in the table, and the first parts of those that are. */
static bool is_ours(const char *part, size_t n) {
  static const char *const others[] = {"preset", "meaning", "task", "body"};
  for (size_t k = 0; k < sizeof others / sizeof *others; k++)
    if (strlen(others[k]) == n && memcmp(others[k], part, n) == 0) return true;
  for (int k = 0; k < AM_N_SIM_KEYS; k++)
    if (strcspn(am_simulation_keys[k].name, ".") == n &&
        memcmp(am_simulation_keys[k].name, part, n) == 0)
      return true;
  return false;
}

/* ------------------------------------------------------------------------------ sentences */
/* `where` is the file in which it stands, NULL if the user typed it. */
static amine_status refuse(const char *where, const char *sentence, amine_error *error) {
  if (!where) return am_fail(error, AMINE_ERROR_ARGUMENT, "%s", sentence);
  return am_fail_file(error, AMINE_ERROR_INPUT, where, -1, "%s", sentence);
}

/* The whole name of a key of a protocol. */
static void protocol_key(char out[AM_PATH_MAX], const am_protocol *protocol, int k) {
  snprintf(out, AM_PATH_MAX, "%s.%s", am_protocol_section(protocol), protocol->keys[k].name);
}

/* The key of ours that is nearest, in `out`; "" if none is near. */
static void nearest_key(char *out, size_t size, const am_simulation_config *c, const char *key) {
  const char *other = am_key_other_name(key, true);
  am_nearest_word nearest = am_nearest_begin(key);
  for (int k = 0; k < AM_N_SIM_KEYS; k++) am_nearest_try(&nearest, am_simulation_keys[k].name);
  snprintf(out, size, "%s", other ? other : nearest.best ? nearest.best : "");
  if (other) return;
  for (int k = 0; c->protocol && k < c->protocol->n_keys; k++) {
    char full[AM_PATH_MAX];
    const size_t before = nearest.least;
    protocol_key(full, c->protocol, k);
    am_nearest_try(&nearest, full);
    if (nearest.least < before) snprintf(out, size, "%s", full);
  }
}

const am_registry *am_simulation_config_parts(const am_simulation_config *c) {
  return c->texts ? am_model_texts_parts(c->texts) : c->parts;
}

static amine_status unknown(const am_simulation_config *c, const char *key, const char *where,
                            amine_error *error) {
  char sentence[600], near[AM_PATH_MAX];
  am_found found;
  nearest_key(near, sizeof near, c, key);
  if (!near[0] && !is_ours(key, strcspn(key, ".")) &&
      !am_brain_find_key(&found, am_simulation_config_parts(c), c->root, key) && found.nearest)
    snprintf(near, sizeof near, "%.*s%s%s%s", (int)(found.wrong - key), key,
             found.inside ? found.inside : "", found.inside ? "." : "", found.nearest);
  snprintf(sentence, sizeof sentence, "unknown key \"%.60s\"%s%s%s", key,
           near[0] ? "; did you mean " : "", near,
           near[0] ? "?" : "; amine show lists the keys of a run and of its brain");
  return refuse(where, sentence, error);
}

/* ------------------------------------------------------------------------------ our own keys */
/* One value of the tree by a key of a table; `name` is the key's whole name. */
static amine_status read_value(am_value *out, const json_t *value, const amine_parameter *key,
                               const char *name, const char *where, amine_error *error) {
  amine_error inner = {0};
  if (!value) {
    *out = (am_value){key->standard, (uint64_t)fmax(key->standard, 0)};
    return AMINE_OK;
  }
  const amine_status status = am_key_read_json(key, name, value, out, &inner);
  if (status == AMINE_OK) return status;
  if (status == AMINE_ERROR_MEMORY) return am_fail_memory(error, 64);
  return refuse(where, inner.message, error);
}

/* The member of the tree must be an object, if it is there. */
static amine_status need_object(const am_simulation_config *c, const char *name, const char *where,
                                amine_error *error) {
  char sentence[120];
  const json_t *value = json_object_get(c->root, name);
  if (!value || json_is_object(value)) return AMINE_OK;
  snprintf(sentence, sizeof sentence, "%s must be an object", name);
  return refuse(where, sentence, error);
}

/* {"record": 1} is {"record": {"interval_s": 1}}, {"protocol": "none"} {"protocol": {"type":
 * "none"}}, and {"task": "bandit"} {"task": {"type": "bandit"}}, which chooses the protocol, too. */
static amine_status expand(am_simulation_config *c, amine_error *error) {
  static const char *const shorts[][2] = {
      {"record", "interval_s"}, {"protocol", "type"}, {"task", "type"}};
  if (json_object_get(c->root, "task") && !json_object_get(c->root, "protocol"))
    AM_TRY(am_tree_set(c->root, "protocol.type", json_string(PLAYS), error));
  for (int k = 0; k < 3; k++) {
    json_t *value = json_object_get(c->root, shorts[k][0]);
    if (!(k ? json_is_string(value) : json_is_number(value))) continue;
    json_t *object = json_object();
    if (!object || json_object_set(object, shorts[k][1], value) != 0 ||
        json_object_set_new(c->root, shorts[k][0], object) != 0)
      return am_fail_memory(error, 64);
  }
  return AMINE_OK;
}

/* Which of the protocol's keys that is; -1: none. */
static int protocol_index(const am_simulation_config *c, const char *path) {
  for (int k = 0; k < c->protocol->n_keys; k++) {
    char full[AM_PATH_MAX];
    protocol_key(full, c->protocol, k);
    if (strcmp(full, path) == 0) return k;
  }
  return -1;
}

const amine_parameter *am_simulation_config_key(const am_simulation_config *c, const char *path) {
  for (int k = 0; k < AM_N_SIM_KEYS; k++)
    if (strcmp(am_simulation_keys[k].name, path) == 0) return &am_simulation_keys[k];
  const int k = protocol_index(c, path);
  return k < 0 ? NULL : &c->protocol->keys[k];
}

static amine_status check_members(const am_simulation_config *c, const char *section,
                                  const char *where, amine_error *error) {
  const char *key;
  json_t *value;
  AM_TRY(need_object(c, section, where, error));
  json_object_foreach(json_object_get(c->root, section), key, value) {
    char path[AM_PATH_MAX];
    snprintf(path, sizeof path, "%s.%s", section, key);
    if (strcmp(path, "record.states") == 0) continue; /* an array: run/simulate/states.h */
    if (!am_simulation_config_key(c, path)) return unknown(c, path, where, error);
  }
  return AMINE_OK;
}

/* What is there for a protocol that is not the one that is chosen. */
static amine_status check_played(const am_simulation_config *c, const char *where,
                                 amine_error *error) {
  char sentence[200];
  const char *other = json_object_get(c->root, "task") ? "task" : "body";
  if (c->protocol->plays || !json_object_get(c->root, other)) return AMINE_OK;
  snprintf(sentence, sizeof sentence,
           "%s has no effect with protocol.type=%s; it is of protocol.type=" PLAYS, other,
           c->protocol->name);
  return refuse(where, sentence, error);
}

/* What is played, out of the tree, with n assignments task.KEY=value over it. */
static amine_status take_task(am_simulation_config *c, const char *where,
                              const char *const *assignments, int n, amine_error *error) {
  amine_error inner = {0};
  am_played_drop(&c->task);
  if (!c->protocol->plays) return AMINE_OK;
  const amine_status status = am_played_take(&c->task, c->root, c->parts, where ? where : c->source,
                                             assignments, n, &inner);
  if (status == AMINE_ERROR_ARGUMENT && where) return refuse(where, inner.message, error);
  if (status != AMINE_OK && error) *error = inner;
  return status;
}

amine_status am_simulation_config_task(am_task **task, const am_simulation_config *c,
                                       amine_error *error) {
  return am_played_make(task, c->task, error);
}

/* Reads all values out of the tree. */
static amine_status take_values(am_simulation_config *c, const char *where, amine_error *error) {
  AM_TRY(expand(c, error));
  AM_TRY(need_object(c, "protocol", where, error));
  for (int k = 0; k < AM_N_SIM_KEYS; k++) {
    const amine_parameter *key = &am_simulation_keys[k];
    AM_TRY(
        read_value(&c->values[k], am_tree_get(c->root, key->name), key, key->name, where, error));
  }
  c->protocol = am_protocol_at((int)c->values[AM_SIM_PROTOCOL].number);
  AM_TRY(check_members(c, "record", where, error));
  AM_TRY(check_members(c, "clamp", where, error));
  AM_TRY(check_members(c, "protocol", where, error));
  AM_TRY(check_played(c, where, error));
  if (c->protocol->section) AM_TRY(check_members(c, c->protocol->section, where, error));
  for (int k = 0; k < c->protocol->n_keys; k++) {
    char path[AM_PATH_MAX];
    protocol_key(path, c->protocol, k);
    AM_TRY(read_value(&c->parameters[k], am_tree_get(c->root, path), &c->protocol->keys[k], path,
                      where, error));
  }
  return AMINE_OK;
}

/* A word of the protocol as it stands in the tree. */
static const char *word_of(const am_simulation_config *c, int k) {
  char path[AM_PATH_MAX];
  protocol_key(path, c->protocol, k);
  const char *word = json_string_value(am_tree_get(c->root, path));
  return word ? word : c->protocol->keys[k].choices;
}

/* Every key of ours stands in the tree. */
static amine_status put_values(am_simulation_config *c, amine_error *error) {
  for (int k = 0; k < AM_N_SIM_KEYS; k++)
    AM_TRY(am_tree_set(c->root, am_simulation_keys[k].name,
                       am_key_json(&am_simulation_keys[k], &c->values[k]), error));
  for (int k = 0; k < c->protocol->n_keys; k++) {
    char path[AM_PATH_MAX];
    const amine_parameter *key = &c->protocol->keys[k];
    const bool is_word = key->kind == AMINE_WORD;
    protocol_key(path, c->protocol, k);
    AM_TRY(am_tree_set(c->root, path,
                       is_word ? json_string(word_of(c, k)) : am_key_json(key, &c->parameters[k]),
                       error));
    c->words[k] = is_word ? word_of(c, k) : NULL;
  }
  return AMINE_OK;
}

static amine_status settle(am_simulation_config *c, const char *where, amine_error *error) {
  AM_TRY(take_values(c, where, error));
  AM_TRY(take_task(c, where, NULL, 0, error));
  AM_TRY(put_values(c, error));
  am_model_texts *texts;
  AM_TRY(am_model_texts_read(&texts, c->parts, c->root, where, error));
  am_model_texts_free(c->texts);
  c->texts = texts;
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ loading */
/* "a/b/model.json": a/b */
static amine_status take_folder(am_simulation_config *c, const char *name, amine_error *error) {
  const size_t n = am_folder_length(name);
  if (n == 0) return AMINE_OK;
  c->folder = am_strdup(name);
  if (!c->folder) return am_fail_memory(error, strlen(name));
  c->folder[n] = 0;
  return AMINE_OK;
}

amine_status am_simulation_config_of(am_simulation_config *config, const am_registry *parts,
                                     const json_t *root, const char *name, amine_error *error) {
  am_simulation_config c = {.parts = parts};
  if (!json_is_object(root))
    return am_fail_file(error, AMINE_ERROR_INPUT, name, -1, "a description is a JSON object");
  if (!am_describes_brain(root))
    return am_fail_file(error, AMINE_ERROR_INPUT, name, -1,
                        "no brain is described here (it has neither populations nor areas); "
                        "training is for amine train");
  c.root = json_deep_copy(root);
  if (!c.root) return am_fail_memory(error, 4096);
  snprintf(c.source, sizeof c.source, "%s", name);
  c.protocol = am_protocol_at(0);
  amine_status status = take_folder(&c, name, error);
  if (status == AMINE_OK) status = am_model_texts_inline(c.root, c.folder, error);
  if (status == AMINE_OK) status = settle(&c, name, error);
  if (status == AMINE_OK) *config = c;
  else am_simulation_config_free(&c);
  return status;
}

amine_status am_simulation_config_from(am_simulation_config *config, const json_t *root,
                                       const char *name, amine_error *error) {
  return am_simulation_config_of(config, &am_standard_parts, root, name, error);
}

/* Brains alone, as far as a name can be near to one. */
static const char *next_preset(int k) {
  for (int i = 0; am_presets[i].name; i++)
    if (am_presets[i].brain && k-- == 0) return am_presets[i].name;
  return NULL;
}

static amine_status read_preset(json_t **root, const am_preset *preset, amine_error *error) {
  AM_TRY(am_json_parse(root, preset->name, preset->text, strlen(preset->text), NULL, error));
  if (!am_describes_brain(*root)) {
    json_decref(*root);
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "%s is a preset for training: amine train %s; amine list brains shows those for "
                   "simulate",
                   preset->name, preset->name);
  }
  json_t *name = json_string(preset->name);
  if (name && json_object_set_new(*root, "preset", name) == 0) return AMINE_OK;
  json_decref(*root);
  return am_fail_memory(error, 64);
}

static amine_status read_root(json_t **root, const char *from, amine_error *error) {
  for (int k = 0; am_presets[k].name; k++)
    if (strcmp(am_presets[k].name, from) == 0) return read_preset(root, &am_presets[k], error);
  if (strchr(from, '/') || strchr(from, '.')) return am_json_read(root, from, NULL, error);
  const char *near = am_nearest(from, next_preset);
  return am_fail(error, AMINE_ERROR_ARGUMENT, "unknown preset \"%.60s\"%s%s%s", from,
                 near ? "; did you mean " : "", near ? near : "",
                 near ? "?" : "; amine list brains shows them (a file is named with a . or /)");
}

amine_status am_simulation_config_load_of(am_simulation_config *config, const am_registry *parts,
                                          const char *from, amine_error *error) {
  json_t *root;
  AM_TRY(read_root(&root, from, error));
  amine_status status = am_simulation_config_of(config, parts, root, from, error);
  json_decref(root);
  return status;
}

amine_status am_simulation_config_load(am_simulation_config *config, const char *from,
                                       amine_error *error) {
  return am_simulation_config_load_of(config, &am_standard_parts, from, error);
}

amine_status am_simulation_config_copy(am_simulation_config *copy, const am_simulation_config *c,
                                       amine_error *error) {
  char *folder = c->folder ? am_strdup(c->folder) : NULL;
  if (c->folder && !folder) return am_fail_memory(error, strlen(c->folder));
  const amine_status status =
      am_simulation_config_of(copy, c->parts, c->root, c->source, error);
  if (status != AMINE_OK) {
    am_free(folder);
    return status;
  }
  am_free(copy->folder); /* the source may have been cut */
  copy->folder = folder;
  copy->protocol = c->protocol;
  memcpy(copy->values, c->values, sizeof copy->values);
  memcpy(copy->parameters, c->parameters, sizeof copy->parameters);
  return status;
}

amine_status am_simulation_config_put(am_simulation_config *c, int key, am_value value,
                                      amine_error *error) {
  c->values[key] = value;
  return am_tree_set(c->root, am_simulation_keys[key].name,
                     am_key_json(&am_simulation_keys[key], &value), error);
}

void am_simulation_config_free(am_simulation_config *c) {
  am_model_texts_free(c->texts);
  am_played_drop(&c->task);
  json_decref(c->root);
  json_decref(c->given);
  am_free(c->folder);
  *c = (am_simulation_config){0};
}

/* ------------------------------------------------------------------------------ key=value */
/* Its key; *value is what follows the '='. */
static amine_status split(char key[AM_PATH_MAX], const char **value, const am_simulation_config *c,
                          const char *assignment, amine_error *error) {
  const size_t n = strcspn(assignment, "=");
  if (assignment[n] != '=' || n == 0)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "\"%.60s\" is not key=value", assignment);
  snprintf(key, AM_PATH_MAX, "%.*s", n < AM_PATH_MAX ? (int)n : AM_PATH_MAX - 1, assignment);
  *value = assignment + n + 1;
  if (n >= AM_PATH_MAX) return unknown(c, key, NULL, error);
  if (!am_utf8_valid(*value) || !am_utf8_valid(key))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%.60s: this is not UTF-8 text", key);
  return AMINE_OK;
}

static bool names_protocol(const char *key) {
  return strcmp(key, "protocol") == 0 || strcmp(key, "protocol.type") == 0;
}

/* Another protocol has other parameters, and plays nothing, or something. */
static amine_status choose_protocol(am_simulation_config *c, const char *value,
                                    amine_error *error) {
  am_value v;
  AM_TRY(am_key_read(&am_simulation_keys[AM_SIM_PROTOCOL], value, &v, error));
  if (am_protocol_at((int)v.number) != c->protocol) {
    json_object_del(c->root, "protocol");
    json_object_del(c->root, "task");
    json_object_del(c->root, "body");
  }
  return am_tree_set(c->root, "protocol.type", json_string(value), error);
}

/* What a user typed has no type: the key says which it gets. */
static amine_status assign_ours(am_simulation_config *c, const amine_parameter *key,
                                const char *name, const char *value, amine_error *error) {
  amine_parameter full = *key;
  am_value v;
  full.name = name;
  AM_TRY(am_key_read(&full, value, &v, error));
  return am_tree_set(c->root, name,
                     key->kind == AMINE_WORD ? json_string(value) : am_key_json(key, &v), error);
}

/* What is typed is meant from where the process runs, whatever the folder of the description. */
static json_t *typed_file(const am_simulation_config *c, const char *value) {
  char here[PATH_MAX];
  if (!c->folder || value[0] == '/' || !getcwd(here, sizeof here)) return json_string(value);
  return json_sprintf("%s/%s", strcmp(here, "/") == 0 ? "" : here, value);
}

static amine_status assign(am_simulation_config *c, const char *key, const char *value,
                           amine_error *error) {
  if (strcmp(key, "record") == 0) key = "record.interval_s";
  if (is_ours(key, strcspn(key, "."))) {
    const amine_parameter *known = am_simulation_config_key(c, key);
    if (known) return assign_ours(c, known, key, value, error);
    if (strncmp(key, "body.", 5) == 0 && !c->protocol->plays)
      return am_fail(error, AMINE_ERROR_ARGUMENT,
                     "%.60s has no effect without a task: task.type=NAME (amine list tasks)", key);
    if (strcmp(key, "meaning") != 0) return unknown(c, key, NULL, error);
    return am_tree_set(c->root, key, json_string(value), error);
  }
  am_found found;
  if (!am_brain_find_key(&found, am_simulation_config_parts(c), c->root, key))
    return unknown(c, key, NULL, error);
  if (found.field && am_word_index("model|rule|type", found.field->name) >= 0) {
    AM_TRY(am_tree_set(c->root, key, am_tree_value(value), error));
    return am_model_texts_inline(c->root, NULL, error); /* typed: from where the process runs */
  }
  if (!found.field || strcmp(found.field->name, "file") != 0)
    return am_tree_set(c->root, key, am_tree_value(value), error);
  char input[AM_PATH_MAX]; /* the checksum was that of another file */
  snprintf(input, sizeof input, "%.*s", (int)(strlen(key) - strlen(".file")), key);
  AM_TRY(am_tree_set(c->root, key, typed_file(c, value), error));
  json_object_del(am_tree_get(c->root, input), "checksum");
  return AMINE_OK;
}

amine_status am_simulation_config_apply(am_simulation_config *c, const char *const *assignments,
                                        int n, amine_error *error) {
  if (n > 0 && !c->given) {
    c->given = json_deep_copy(c->root);
    if (!c->given) return am_fail_memory(error, 4096);
  }
  bool named = false, played = false;
  for (int pass = 0; pass < 2; pass++) { /* the protocol first, for its parameters depend on it */
    for (int k = 0; k < n; k++) {
      char key[AM_PATH_MAX];
      const char *value = NULL;
      AM_TRY(split(key, &value, c, assignments[k], error));
      played = played || am_played_key(key);
      if (names_protocol(key) != (pass == 0) || am_played_key(key)) continue;
      named = named || pass == 0;
      AM_TRY(pass == 0 ? choose_protocol(c, value, error) : assign(c, key, value, error));
    }
    if (pass == 0 && played && !named) AM_TRY(choose_protocol(c, PLAYS, error));
    AM_TRY(settle(c, NULL, error));
    if (pass == 0 && played) {
      if (!c->protocol->plays)
        return am_fail(error, AMINE_ERROR_ARGUMENT,
                       "task has no effect with protocol.type=%s; it is of protocol.type=" PLAYS,
                       c->protocol->name);
      AM_TRY(take_task(c, NULL, assignments, n, error));
    }
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ writing */
static const char *const not_shaping[] = {
    "preset", "meaning", "duration_s", "threads", "checkpoint_every_s", NULL};

amine_status am_simulation_config_write(const am_simulation_config *c, bool only_shaping,
                                        am_text *text, amine_error *error) {
  am_tree_write(text, c->root, only_shaping ? not_shaping : NULL);
  am_text_puts(text, "\n");
  return text->failed ? am_fail_memory(error, text->length) : AMINE_OK;
}

const char *am_simulation_config_difference(char out[AM_PATH_MAX], const json_t *a,
                                            const json_t *b) {
  return am_tree_difference(out, a, b, not_shaping);
}

/* ------------------------------------------------------------------------------ the brain */
bool am_simulation_clamp(const am_simulation_config *c, am_modulator which, double *level) {
  *level = c->values[AM_SIM_CLAMP + which].number;
  return !isnan(*level);
}

static amine_status root_here(json_t **root, const json_t *given, const char *folder,
                              amine_error *error) {
  *root = json_deep_copy(given);
  amine_status status = *root ? AMINE_OK : am_fail_memory(error, 4096);
  if (status == AMINE_OK) status = am_model_files_from(*root, folder ? folder : "", error);
  if (status != AMINE_OK) json_decref(*root);
  return status;
}

amine_status am_simulation_config_root(json_t **root, const am_simulation_config *c,
                                       amine_error *error) {
  return root_here(root, c->root, c->folder, error);
}

static amine_status make(amine_brain **brain, const am_simulation_config *c, const json_t *root,
                         uint64_t seed, am_text *notes, amine_error *error) {
  const am_model_limits limits = {
      .neurons = AM_MODEL_NEURONS, .synapses = AM_MODEL_SYNAPSES, .parts = c->parts};
  return am_brain_from_json_within(brain, root, NULL, seed, &limits, notes, error);
}

/* Was the description fine before the user changed it? */
static bool was_fine(const am_simulation_config *c) {
  amine_brain *brain = NULL;
  json_t *root;
  if (!c->given || root_here(&root, c->given, c->folder, NULL) != AMINE_OK) return false;
  const bool fine = make(&brain, c, root, 1, NULL, NULL) == AMINE_OK;
  json_decref(root);
  amine_brain_destroy(brain);
  return fine;
}

amine_status am_simulation_config_brain(const am_simulation_config *c, amine_brain **brain,
                                        am_text *notes, amine_error *error) {
  amine_error inner = {0};
  amine_brain *made = NULL;
  json_t *root;
  AM_TRY(am_simulation_config_root(&root, c, error));
  amine_status status = make(&made, c, root, c->values[AM_SIM_SEED].integer, notes, &inner);
  json_decref(root);
  if (status == AMINE_ERROR_IO) status = AMINE_ERROR_INPUT; /* a file that the description names */
  if (status != AMINE_OK) {
    if (status != AMINE_ERROR_INPUT) {
      if (error) *error = inner;
      return status;
    }
    return refuse(was_fine(c) ? NULL : c->source, inner.message, error);
  }
  for (int k = 0; k < AM_N_MODULATORS && status == AMINE_OK; k++) {
    double level;
    if (am_simulation_clamp(c, (am_modulator)k, &level))
      status = am_modulator_clamp(amine_brain_chemical(made), (am_modulator)k, level, error);
  }
  if (status == AMINE_OK) *brain = made;
  else amine_brain_destroy(made);
  return status;
}

/* ------------------------------------------------------------------------------ times */
uint64_t am_simulation_steps(const am_simulation_config *c, double dt_ms) {
  return am_steps_or_one(1e3 * c->values[AM_SIM_DURATION_S].number, dt_ms);
}

void am_simulation_note_times(const am_simulation_config *c, double dt_ms, am_text *notes) {
  am_steps_note(notes, "duration_s", am_simulation_number(c, AM_SIM_DURATION_S), 1e3, dt_ms, 1);
  am_ticks_note(notes, "record.interval_s", am_simulation_number(c, AM_SIM_RECORD_INTERVAL_S), 1e3,
                dt_ms);
}
