#include "run/config.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "brain/description.h"
#include "format/json.h"
#include "run/key_json.h"
#include "run/preset.h"

static am_value standard_value(int k) {
  return (am_value){am_keys[k].standard, (uint64_t)fmax(am_keys[k].standard, 0)};
}

void am_config_default(am_config *config) {
  *config = (am_config){0};
  for (int k = 0; k < AM_N_KEYS; k++) config->values[k] = standard_value(k);
}

static const char *next_key(int k) { return k < AM_N_KEYS ? am_keys[k].name : NULL; }
static const char *next_preset(int k) { return am_presets[k].name; }

/* ------------------------------------------------------------------------------ one value */
/* The first key, down the chain of conditions to `id`, whose own condition is not met, or -1. */
static int unmet(const am_config *config, int id) {
  am_key_id when;
  const char *among = am_key_condition((am_key_id)id, &when);
  char value[64];
  if (!among) return -1;
  const int above = unmet(config, (int)when);
  if (above >= 0) return above;
  am_config_text(config, when, value, sizeof value);
  return am_word_among(among, value) ? -1 : id;
}

bool am_config_applies(const am_config *config, am_key_id id) { return unmet(config, (int)id) < 0; }

/* The value of the key `weights` is kept as text. */
static void keep_word(am_config *config, int k, const char *word) {
  if (k == AM_WEIGHTS)
    snprintf(config->weights, sizeof config->weights, "%s", strcmp(word, "none") ? word : "");
}

static amine_status set_key(am_config *config, int k, const char *value, amine_error *error) {
  AM_TRY(am_key_read(&am_keys[k], value, &config->values[k], error));
  keep_word(config, k, value);
  return AMINE_OK;
}

/* `where` is the file in which it stands, NULL if a user typed it. */
static amine_status unknown(const char *key, const char *where, amine_error *error) {
  const int group = am_key_of_group(key);
  const char *near = group >= 0 ? am_keys[group].name : am_key_other_name(key, false);
  if (!near) near = am_nearest(key, next_key);
  const amine_status status = where ? AMINE_ERROR_INPUT : AMINE_ERROR_ARGUMENT;
  return am_fail_file(error, status, where, -1, "unknown key \"%.60s\"%s%s%s", key,
                      near ? "; did you mean " : "", near ? near : "",
                      near ? "?" : "; amine show maze lists all keys");
}

amine_status am_config_set(am_config *config, const char *key, const char *value,
                           amine_error *error) {
  const int k = am_key_find(key);
  if (k < 0) return unknown(key, NULL, error);
  AM_TRY(set_key(config, k, value, error));
  config->wished[k] = true;
  return AMINE_OK;
}

amine_status am_config_assign(am_config *config, const char *assignment, amine_error *error) {
  const char *equal = strchr(assignment, '=');
  char key[64];
  if (!equal || equal == assignment)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "\"%.60s\" is not key=value", assignment);
  const size_t n = (size_t)(equal - assignment);
  if (n >= sizeof key)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "unknown key \"%.60s...\"; amine show maze lists all keys", assignment);
  memcpy(key, assignment, n);
  key[n] = 0;
  return am_config_set(config, key, equal + 1, error);
}

/* ------------------------------------------------------------------------------ JSON */
static amine_status merge_value(am_config *config, const char *key, const json_t *value,
                                const char *name, amine_error *error) {
  amine_error inner = {0};
  const int k = am_key_find(key);
  if (k < 0) return unknown(key, name, error);
  const amine_status status =
      am_key_read_json(&am_keys[k], am_keys[k].name, value, &config->values[k], &inner);
  if (status == AMINE_OK) config->said[k] = true;
  if (status == AMINE_OK && json_is_string(value)) keep_word(config, k, json_string_value(value));
  if (status == AMINE_OK) return status;
  if (status == AMINE_ERROR_MEMORY) return am_fail_memory(error, 64);
  return am_fail_file(error, AMINE_ERROR_INPUT, name, -1, "%s", inner.message);
}

static amine_status merge_object(am_config *config, const json_t *object, const char *prefix,
                                 const char *name, amine_error *error) {
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)(uintptr_t)object, key, value) {
    char full[64];
    const int n = snprintf(full, sizeof full, "%s%s%s", prefix, prefix[0] ? "." : "", key);
    if (n < 0 || (size_t)n >= sizeof full)
      return am_fail_file(error, AMINE_ERROR_INPUT, name, -1, "unknown key \"%.60s...\"", full);
    if (strcmp(full, "preset") == 0 && json_is_string(value)) {
      snprintf(config->preset, sizeof config->preset, "%s", json_string_value(value));
    } else if (strcmp(full, "meaning") == 0) { /* for people, and not part of the run */
      if (!json_is_string(value))
        return am_fail_file(error, AMINE_ERROR_INPUT, name, -1, "meaning must be a text in quotes");
    } else if (json_is_object(value)) {
      if (prefix[0])
        return am_fail_file(error, AMINE_ERROR_INPUT, name, -1, "%s is nested too deep", full);
      AM_TRY(merge_object(config, value, full, name, error));
    } else {
      AM_TRY(merge_value(config, full, value, name, error));
    }
  }
  return AMINE_OK;
}

/* A relative path in the file `from` begins at its folder. */
static amine_status find_weights(am_config *config, const json_t *root, const char *from,
                                 amine_error *error) {
  char path[AM_WEIGHTS_MAX];
  const char *slash = strrchr(from, '/');
  if (!json_object_get(root, "weights") || !slash) return AMINE_OK;
  if (!config->weights[0] || config->weights[0] == '/') return AMINE_OK;
  const int n = snprintf(path, sizeof path, "%.*s/%s", (int)(slash - from), from, config->weights);
  if (n < 0 || (size_t)n >= sizeof path)
    return am_fail_file(error, AMINE_ERROR_INPUT, from, -1, "the path of weights is too long");
  memcpy(config->weights, path, sizeof path);
  return AMINE_OK;
}

amine_status am_config_merge(am_config *config, const json_t *object, const char *name,
                             amine_error *error) {
  am_config changed = *config;
  if (!json_is_object(object))
    return am_fail_file(error, AMINE_ERROR_INPUT, name, -1, "a configuration is a JSON object");
  AM_TRY(merge_object(&changed, object, "", name, error));
  AM_TRY(find_weights(&changed, object, name, error));
  *config = changed;
  return AMINE_OK;
}

/* What describes a brain is not for training. */
static amine_status refuse_brain(const json_t *root, const char *from, bool preset,
                                 amine_error *error) {
  if (!am_describes_brain(root)) return AMINE_OK;
  const amine_status status = preset ? AMINE_ERROR_ARGUMENT : AMINE_ERROR_INPUT;
  return am_fail(error, status,
                 "%.300s describes a brain, which is not trained: amine simulate %.300s", from,
                 from);
}

static amine_status load_preset(am_config *config, const am_preset *preset, amine_error *error) {
  json_t *root;
  AM_TRY(am_json_parse(&root, preset->name, preset->text, strlen(preset->text), NULL, error));
  amine_status status = refuse_brain(root, preset->name, true, error);
  if (status == AMINE_OK) status = am_config_merge(config, root, preset->name, error);
  json_decref(root);
  if (status == AMINE_OK) snprintf(config->preset, sizeof config->preset, "%s", preset->name);
  return status;
}

/* "task.size has no effect with task.type=bandit" */
static void say_unmet(char out[200], const am_config *config, int id) {
  char value[64];
  am_key_id when;
  am_key_condition((am_key_id)unmet(config, id), &when);
  am_config_text(config, when, value, sizeof value);
  snprintf(out, 200, "%s has no effect with %s=%s", am_keys[id].name, am_keys[when].name, value);
}

static bool is_standard(const am_config *config, int id) {
  const double number = config->values[id].number, standard = am_keys[id].standard;
  return number == standard || (isnan(number) && isnan(standard));
}

/* What a file sets is to have an effect beside its own choices, unless it is the standard value;
 * and it is to say what is learned. */
static amine_status check_file(const am_config *config, const char *name, amine_error *error) {
  if (!config->preset[0] && !config->said[AM_TASK_TYPE])
    return am_fail_file(error, AMINE_ERROR_INPUT, name, -1,
                        "it does not say what is to be learned: task.type is missing (amine list "
                        "tasks), or a \"preset\" to begin with (amine list presets)");
  for (int k = 0; k < AM_N_KEYS; k++) {
    char sentence[200];
    if (!config->said[k] || am_config_applies(config, (am_key_id)k) || is_standard(config, k))
      continue;
    say_unmet(sentence, config, k);
    return am_fail_file(error, AMINE_ERROR_INPUT, name, -1, "%s", sentence);
  }
  return AMINE_OK;
}

/* The preset that a file begins with; its other keys go over it. */
static amine_status begin_with(am_config *config, const json_t *root, const char *name,
                               amine_error *error) {
  const json_t *value = json_object_get(root, "preset");
  const char *word = json_string_value(value);
  if (!value) return AMINE_OK;
  for (int k = 0; word && am_presets[k].name; k++)
    if (strcmp(am_presets[k].name, word) == 0 && !am_preset_is_brain(&am_presets[k]))
      return load_preset(config, &am_presets[k], error);
  const char *near = word ? am_nearest(word, next_preset) : NULL;
  return am_fail_file(error, AMINE_ERROR_INPUT, name, -1, "preset: %s%.60s%s%s%s%s",
                      word ? "there is none for training called \"" : "it must be a name in quotes",
                      word ? word : "", word ? "\"" : "", near ? "; did you mean " : "",
                      near ? near : "", near ? "?" : "; amine list presets shows them");
}

static amine_status load_file(am_config *config, const char *from, bool checked,
                              amine_error *error) {
  am_config changed = *config;
  json_t *root;
  AM_TRY(am_json_read(&root, from, NULL, error));
  amine_status status = refuse_brain(root, from, false, error);
  if (status == AMINE_OK && checked) status = begin_with(&changed, root, from, error);
  memset(changed.said, 0, sizeof changed.said);
  if (status == AMINE_OK) status = am_config_merge(&changed, root, from, error);
  json_decref(root);
  if (status == AMINE_OK && checked) status = check_file(&changed, from, error);
  if (status == AMINE_OK) *config = changed;
  return status;
}

amine_status am_config_load(am_config *config, const char *from, amine_error *error) {
  for (int k = 0; am_presets[k].name; k++)
    if (strcmp(am_presets[k].name, from) == 0) return load_preset(config, &am_presets[k], error);
  if (!strchr(from, '/') && !strchr(from, '.')) {
    const char *near = am_nearest(from, next_preset);
    return am_fail(error, AMINE_ERROR_ARGUMENT, "unknown preset \"%.60s\"%s%s%s", from,
                   near ? "; did you mean " : "", near ? near : "",
                   near ? "?" : "; amine list presets shows them (a file is named with a . or /)");
  }
  return load_file(config, from, true, error);
}

amine_status am_config_reload(am_config *config, const char *path, amine_error *error) {
  return load_file(config, path, false, error);
}

char *am_config_text(const am_config *config, am_key_id id, char *out, size_t size) {
  if (id == AM_WEIGHTS && config->weights[0]) {
    const size_t n = strlen(config->weights), fits = n < size ? n : size - 1;
    memcpy(out, config->weights, fits);
    out[fits] = 0;
    return out;
  }
  return am_key_text(&am_keys[id], &config->values[id], out, size);
}

void am_config_write(const am_config *config, bool only_shaping, am_text *text) {
  char group[32] = "", value[AM_WEIGHTS_MAX];
  am_text_puts(text, "{");
  if (config->preset[0]) {
    am_text_puts(text, "\n  \"preset\": ");
    am_json_string(text, config->preset);
  }
  bool first = config->preset[0] == 0;
  for (int k = 0; k < AM_N_KEYS; k++) {
    const amine_parameter *key = &am_keys[k];
    if ((only_shaping && key->neutral) || !am_config_applies(config, (am_key_id)k)) continue;
    if (k == AM_WEIGHTS && !config->weights[0]) continue;
    const char *dot = strchr(key->name, '.'), *leaf = dot ? dot + 1 : key->name;
    const int n = dot ? (int)(dot - key->name) : 0;
    const bool same = (int)strlen(group) == n && strncmp(group, key->name, (size_t)n) == 0;
    if (!same) {
      if (group[0]) am_text_puts(text, "\n  }");
      snprintf(group, sizeof group, "%.*s", n, key->name);
      if (group[0]) am_text_printf(text, "%s\n  \"%s\": {", first ? "" : ",", group);
      first = group[0] != 0;
    }
    am_config_text(config, (am_key_id)k, value, sizeof value);
    const bool quoted = key->kind == AMINE_CHOICE || key->kind == AMINE_FILE ||
                        strcmp(value, "none") == 0 ||
                        (key->kind == AMINE_INTEGER && config->values[k].integer > INT64_MAX);
    am_text_printf(text, "%s\n%s\"%s\": ", first ? "" : ",", group[0] ? "    " : "  ", leaf);
    if (quoted) am_json_string(text, value);
    else am_text_puts(text, value);
    first = false;
  }
  am_text_puts(text, group[0] ? "\n  }\n}\n" : "\n}\n");
}

/* A rate of 0 is no learning, whatever the schedule (learner/schedule.h). */
static amine_status check_rate(const am_config *c, amine_error *error) {
  if (!c->wished[AM_LEARNER_RATE_END] || !am_config_applies(c, AM_LEARNER_RATE_END) ||
      am_config_number(c, AM_LEARNER_RATE) > 0 || !(am_config_number(c, AM_LEARNER_RATE_END) > 0))
    return AMINE_OK;
  return am_fail(error, AMINE_ERROR_ARGUMENT,
                 "learner.rate_end=%g has no effect with learner.rate=0, which is no learning at "
                 "all; a schedule that rises begins with a rate above 0",
                 am_config_number(c, AM_LEARNER_RATE_END));
}

amine_status am_config_resolve(am_config *config, amine_error *error) {
  am_config c = *config;
  AM_TRY(check_rate(&c, error));
  for (int k = 0; k < AM_N_KEYS; k++) {
    char sentence[200];
    if (am_config_applies(&c, (am_key_id)k)) continue;
    if (c.wished[k]) {
      say_unmet(sentence, &c, k);
      return am_fail(error, AMINE_ERROR_ARGUMENT, "%s", sentence);
    }
    c.values[k] = standard_value(k);
  }
  memset(c.wished, 0, sizeof c.wished);
  if (am_config_applies(&c, AM_TASK_SIZE) && am_config_int(&c, AM_TASK_SIZE) % 2 == 0)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "task.size=%d: a maze has an odd number of cells in a row",
                   am_config_int(&c, AM_TASK_SIZE));
  if (am_config_applies(&c, AM_LEARNER_SCHEDULE_ITERATIONS) &&
      c.values[AM_LEARNER_SCHEDULE_ITERATIONS].integer == 0)
    c.values[AM_LEARNER_SCHEDULE_ITERATIONS] = c.values[AM_ITERATIONS];
  *config = c;
  return AMINE_OK;
}

int am_config_episodes(const am_config *c) {
  const bool several = am_config_applies(c, AM_LEARNER_EPISODES);
  const double each = several ? am_config_number(c, AM_LEARNER_EPISODES) : 1;
  return (int)fmin(am_config_number(c, AM_BATCH) * each, INT_MAX);
}
