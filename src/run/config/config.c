#include "run/config/config.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/words.h"
#include "brain/description.h"
#include "format/json.h"
#include "run/config/key_json.h"
#include "run/config/parts.h"
#include "run/config/preset.h"
#include "run/config/saved.h"
#include "run/folder.h"

void am_config_begin(am_config *config, const am_registry *registry) {
  memset(config, 0, sizeof *config); /* padding too: equal configurations are equal bytes */
  config->registry = registry;
  for (const amine_parameter *row = am_common_part.parameters; row->name; row++)
    am_key_put(row, am_key_standard(row), (char *)&config->common + row->offset);
  for (am_part_kind kind = 0; kind < AM_N_KINDS; kind++)
    config->part[kind] = am_registry_at(registry, kind, 0);
}

void am_config_free(am_config *config) {
  am_text_part_let_go(config->texts);
  am_config_begin(config, config->registry);
}

void am_config_copy(am_config *copy, const am_config *config) {
  *copy = *config;
  am_text_part_hold(copy->texts);
}

void am_config_move(am_config *config, am_config *other) {
  am_text_part_let_go(config->texts);
  *config = *other;
  am_config_begin(other, other->registry);
}

void am_config_default(am_config *config) { am_config_begin(config, &am_standard_parts); }

static const char *next_preset(int k) { return am_presets[k].name; }

/* ------------------------------------------------------------------------------ texts */
bool am_config_is_text(const char *key, am_part_kind *kind) {
  for (*kind = 0; *kind < AM_N_KINDS; ++*kind) {
    const size_t n = strlen(am_kind_name(*kind));
    if (am_text_part_is_kind(*kind) && strncmp(key, am_kind_name(*kind), n) == 0 &&
        strncmp(key + n, ".text", 5) == 0 && (key[n + 5] == 0 || key[n + 5] == '='))
      return true;
  }
  return false;
}

int am_config_turn(const char *key) {
  am_part_kind kind;
  if (strncmp(key, "from", 4) == 0 && (key[4] == 0 || key[4] == '=')) return 0;
  return am_config_is_text(key, &kind) ? 1 : 2;
}

/* The text that is the part of a kind; NULL: it is another. */
static const am_text_part *text_of(const am_config *config, am_part_kind kind) {
  return am_text_part_of(config->texts, config->part[kind]);
}

/* ------------------------------------------------------------------------- where a key applies */
bool am_config_has(const am_config *config, am_part_kind kind) {
  const am_part_kind host = am_kind_host(kind);
  if (host == AM_N_KINDS) return true;
  for (am_part_kind k = host; k != AM_N_KINDS; k = am_kind_host(k))
    if (am_config_has(config, k) && config->part[k]->takes >> kind & 1) return true;
  return false;
}

void am_config_keys(am_keys *keys, const am_config *config) {
  const am_part *chosen[AM_N_KINDS + 1] = {0};
  unsigned kinds = 0;
  int n = 0;
  for (am_part_kind kind = 0; kind < AM_N_KINDS; kind++) {
    if (!am_config_has(config, kind)) continue;
    chosen[n++] = config->part[kind];
    kinds |= 1u << kind;
  }
  am_keys_of(keys, config->registry, chosen, kinds);
}

static bool find_key(am_key *key, const am_config *config, const char *name) {
  return am_key_find(key, config->registry, config->part, name);
}

/* What keeps a key from having an effect: the key that decides and its value; false: nothing. */
typedef struct decision {
  char key[AM_KEY_LENGTH], value[64];
} decision;

static bool by_choice(decision *by, const am_config *config, am_part_kind kind) {
  snprintf(by->key, sizeof by->key, "%s.type", am_kind_name(kind));
  snprintf(by->value, sizeof by->value, "%s", config->part[kind]->name);
  return true;
}

static bool is_kept(decision *by, const am_config *config, const char *name) {
  am_key key;
  am_condition when;
  am_part_kind kind;
  if (!find_key(&key, config, name)) return false;
  if (!am_config_is_text(name, &kind)) kind = key.kind;
  else if (am_config_has(config, kind)) return false;
  if (kind == AM_N_KINDS) return false;
  const am_part_kind own = kind;
  while (!am_config_has(config, kind)) kind = am_kind_host(kind);
  if (kind != own) return by_choice(by, config, kind);
  if (!key.part) return false;
  if (key.part != config->part[kind]) return by_choice(by, config, kind);
  for (int k = 0; am_row_condition(&when, key.part, &key.p, k); k++) {
    if (is_kept(by, config, when.key)) return true;
    memcpy(by->key, when.key, sizeof when.key);
    am_config_text(config, when.key, by->value, sizeof by->value);
    if (am_word_among(when.words, by->value) != when.is) return true;
  }
  return false;
}

bool am_config_applies(const am_config *config, const char *key) {
  decision by;
  return !is_kept(&by, config, key);
}

/* "task.size has no effect with task.type=bandit" */
static void say_kept(char out[200], const char *name, const decision *by) {
  snprintf(out, 200, "%s has no effect with %s=%s", name, by->key, by->value);
}

/* ------------------------------------------------------------------------------ one value */
static const am_setting *setting_of(const am_config *config, const char *name) {
  for (int k = 0; k < config->n_settings; k++)
    if (strcmp(config->settings[k].name, name) == 0) return &config->settings[k];
  return NULL;
}

/* The path that was said of a part's file; NULL: none. */
static const char *path_of(const am_config *config, const char *name) {
  for (int k = 0; k < AM_PATHS_MAX; k++)
    if (config->paths[k].key[0] && strcmp(config->paths[k].key, name) == 0)
      return config->paths[k].path;
  return NULL;
}

static void forget_path(am_config *config, const char *name) {
  for (int k = 0; k < AM_PATHS_MAX; k++)
    if (strcmp(config->paths[k].key, name) == 0)
      memset(&config->paths[k], 0, sizeof config->paths[k]);
}

/* "none": none. */
static amine_status keep_path(am_config *config, const char *name, const char *path,
                              amine_error *error) {
  forget_path(config, name);
  if (strcmp(path, "none") == 0) return AMINE_OK;
  for (int k = 0; k < AM_PATHS_MAX; k++) {
    am_path *free_one = &config->paths[k];
    if (free_one->key[0]) continue;
    snprintf(free_one->key, sizeof free_one->key, "%s", name);
    snprintf(free_one->path, sizeof free_one->path, "%s", path);
    return AMINE_OK;
  }
  return am_fail(error, AMINE_ERROR_ARGUMENT, "%s: there is room for %d files", name, AM_PATHS_MAX);
}

/* The index of a part among those of its kind; of a text it is their number. */
static int index_of(const am_config *config, am_part_kind kind) {
  int k = 0;
  const am_part *part;
  while ((part = am_registry_at(config->registry, kind, k)) && part != config->part[kind]) k++;
  return k;
}

/* The value of a key that was found. */
static am_value value_of(const am_config *config, const am_key *key) {
  if (!key->part) return (am_value){.number = index_of(config, key->kind)};
  if (key->kind == AM_N_KINDS)
    return am_key_get(&key->p, (const char *)&config->common + key->p.offset);
  const am_setting *setting = setting_of(config, key->name);
  return setting ? setting->value : am_key_standard(&key->p);
}

am_value am_config_value(const am_config *config, const char *name) {
  am_key key;
  const bool known = find_key(&key, config, name);
  assert(known);
  (void)known;
  return value_of(config, &key);
}

static char *cut_to(char *out, size_t size, const char *from) {
  const size_t n = strlen(from), fits = n < size ? n : size - 1;
  memcpy(out, from, fits);
  out[fits] = 0;
  return out;
}

char *am_config_text(const am_config *config, const char *name, char *out, size_t size) {
  am_key key;
  am_part_kind kind;
  const am_setting *setting = setting_of(config, name);
  if (strcmp(name, "weights") == 0 && config->weights[0]) return cut_to(out, size, config->weights);
  if (strcmp(name, "from") == 0 && config->from[0]) return cut_to(out, size, config->from);
  if (am_config_is_text(name, &kind))
    return cut_to(out, size, text_of(config, kind) ? text_of(config, kind)->file : "none");
  if (path_of(config, name)) return cut_to(out, size, path_of(config, name));
  if (setting) return am_key_text(setting->row, &setting->value, out, size);
  const bool known = find_key(&key, config, name);
  assert(known);
  (void)known;
  if (!key.part) return cut_to(out, size, config->part[key.kind]->name);
  const am_value value = value_of(config, &key);
  return am_key_text(&key.p, &value, out, size);
}

char *am_config_standard(const am_config *config, const char *name, char *out, size_t size) {
  am_key key;
  const bool known = find_key(&key, config, name);
  assert(known);
  (void)known;
  const am_value value = am_key_standard(&key.p);
  return am_key_text(&key.p, &value, out, size);
}

/* "network.type=lstm and network.text=FILE: ..." */
static amine_status refuse_both(am_part_kind kind, amine_error *error) {
  const char *name = am_kind_name(kind);
  return am_fail(error, AMINE_ERROR_ARGUMENT,
                 "%s.type and %s.text both say what the %s is: one of them is enough", name, name,
                 name);
}

/* The text in a file, or its lines; "none": the first part of the registry. */
static amine_status keep_text(am_config *config, am_part_kind kind, const char *path,
                              const char *text, bool wished, amine_error *error) {
  const am_text_part *part = NULL;
  if (wished && (config->wished & 1u << kind) && !text_of(config, kind))
    return refuse_both(kind, error);
  if (text) AM_TRY(am_text_part_read(&config->texts, &part, kind, path, text, error));
  else if (strcmp(path, "none") != 0)
    AM_TRY(am_text_part_load(&config->texts, &part, kind, path, error));
  if (part || text_of(config, kind))
    config->part[kind] = part ? &part->is.part : am_registry_at(config->registry, kind, 0);
  if (part) *(wished ? &config->wished : &config->said) |= 1u << kind;
  return AMINE_OK;
}

/* A text that a program added under a name stands for its text. */
static amine_status keep_choice(am_config *config, am_part_kind kind, const am_part *part,
                                bool wished, amine_error *error) {
  const am_text_part *now = text_of(config, kind);
  const am_part *named = now ? am_registry_find(config->registry, kind, now->file) : NULL;
  if (wished && (config->wished & 1u << kind) && now && !(named && named->named_text))
    return refuse_both(kind, error);
  if (part->named_text) {
    config->part[kind] = part; /* not what was there, of either sort */
    config->wished &= ~(1u << kind);
    return keep_text(config, kind, part->name, part->text, wished, error);
  }
  config->part[kind] = part;
  *(wished ? &config->wished : &config->said) |= 1u << kind;
  return AMINE_OK;
}

static amine_status keep_from(am_config *config, const char *word, amine_error *error);

/* Keeps the value of a key, which was read by its row. */
static amine_status keep(am_config *config, const am_key *key, am_value value, const char *word,
                         bool wished, amine_error *error) {
  am_part_kind kind;
  if (am_config_is_text(key->name, &kind))
    return keep_text(config, kind, word, NULL, wished, error);
  if (!key->part)
    return keep_choice(config, key->kind,
                       am_registry_at(config->registry, key->kind, (int)value.number), wished,
                       error);
  if (key->kind == AM_N_KINDS) {
    am_key_put(&key->p, value, (char *)&config->common + key->p.offset);
    if (strcmp(key->name, "weights") == 0)
      snprintf(config->weights, sizeof config->weights, "%s", strcmp(word, "none") ? word : "");
    return strcmp(key->name, "from") == 0 ? keep_from(config, word, error) : AMINE_OK;
  }
  if (key->p.kind == AMINE_FILE) AM_TRY(keep_path(config, key->name, word, error));
  am_setting *setting = (am_setting *)(uintptr_t)setting_of(config, key->name);
  if (!setting) {
    if (config->n_settings == AM_SETTINGS_MAX)
      return am_fail(error, AMINE_ERROR_ARGUMENT, "%s: there is room for %d keys", key->name,
                     AM_SETTINGS_MAX);
    setting = &config->settings[config->n_settings++];
    snprintf(setting->name, sizeof setting->name, "%s", key->name);
  }
  setting->row = am_part_row(key->part, key->name);
  setting->value = value;
  *(wished ? &setting->wished : &setting->said) = true;
  return AMINE_OK;
}

/* The choice of a part and its values as another configuration has them. */
static amine_status take_part(am_config *config, const am_config *from, am_part_kind kind,
                              amine_error *error) {
  am_keys keys;
  const am_text_part *text = text_of(from, kind);
  char name[AM_KEY_LENGTH], value[AM_WEIGHTS_MAX];
  snprintf(name, sizeof name, "%s.type", am_kind_name(kind));
  if (text) AM_TRY(keep_text(config, kind, text->file, text->is.part.text, false, error));
  else config->part[kind] = from->part[kind];
  for (am_config_keys(&keys, from); am_keys_next(&keys);) {
    am_value read;
    am_part_kind is_text;
    const am_key *key = &keys.key;
    if (key->kind != kind || !key->part || am_config_is_text(key->name, &is_text) ||
        !am_config_applies(from, key->name))
      continue;
    am_config_text(from, key->name, value, sizeof value);
    AM_TRY(am_key_read(&key->p, value, &read, error));
    AM_TRY(keep(config, key, read, value, false, error));
  }
  return AMINE_OK;
}

/* A run's network, with what stands in its slots. */
static amine_status take_network(am_config *config, const char *checkpoint, amine_error *error) {
  static const am_part_kind kinds[] = {AM_NETWORK, AM_RULE, AM_MODULATOR};
  am_config from;
  am_config_begin(&from, config->registry);
  amine_status status = am_config_of_checkpoint(&from, checkpoint, error);
  if (status == AMINE_OK) status = am_config_resolve(&from, error);
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds && status == AMINE_OK; k++)
    if (am_config_has(&from, kinds[k])) status = take_part(config, &from, kinds[k], error);
  am_config_free(&from);
  return status;
}

/* A run's folder or a checkpoint; "none": nothing. */
static amine_status keep_from(am_config *config, const char *word, amine_error *error) {
  struct stat found;
  config->from[0] = 0;
  if (strcmp(word, "none") == 0) return AMINE_OK;
  const bool folder = am_io.stat(word, &found) == 0 && S_ISDIR(found.st_mode);
  if (folder && !config->begun) AM_TRY(am_folder_must_hold_run(word, error));
  const int n = snprintf(config->from, sizeof config->from, "%s%s", word,
                         folder ? "/" AM_CHECKPOINT_FILE : "");
  if (n >= (int)sizeof config->from)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "from=%.60s...: the path is too long", word);
  return config->begun ? AMINE_OK : take_network(config, config->from, error);
}

/* `where` is the file in which it stands, NULL if a user typed it. */
static amine_status unknown(const am_config *config, const char *name, const char *where,
                            amine_error *error) {
  am_key key;
  char near[AM_KEY_LENGTH] = "";
  const char *other = am_key_other_name(name, false);
  if (am_key_of_section(&key, config->registry, name)) other = key.name;
  snprintf(near, sizeof near, "%s", other ? other : "");
  if (!other) am_keys_nearest(near, config->registry, config->part, am_nearest_begin(name));
  const amine_status status = where ? AMINE_ERROR_INPUT : AMINE_ERROR_ARGUMENT;
  if (am_key_former(name))
    return am_fail_file(error, status, where, -1, AM_KEY_FORMER, name, am_key_former(name));
  return am_fail_file(error, status, where, -1, "unknown key \"%.60s\"%s%s%s", name,
                      near[0] ? "; did you mean " : "", near,
                      near[0] ? "?" : "; amine show maze lists all keys");
}

/* Reads a word, or a value of JSON, by the row of the chosen part; or, since which part is chosen
 * may not have been said yet, by that of any other that takes it. */
static amine_status read_value(am_key *key, am_value *value, const am_config *config,
                               const char *word, const json_t *json, amine_error *error) {
  const amine_status status = json ? am_key_read_json(&key->p, key->name, json, value, error)
                                   : am_key_read(&key->p, word, value, error);
  if (status != AMINE_ERROR_ARGUMENT || !key->part || key->kind == AM_N_KINDS) return status;
  for (const am_part *const *part = config->registry->parts; *part; part++) {
    const am_part *const alone[] = {*part, NULL};
    am_key other;
    if (!am_part_row(*part, key->name)) continue;
    am_key_find(&other, config->registry, alone, key->name);
    if ((json ? am_key_read_json(&other.p, key->name, json, value, NULL)
              : am_key_read(&other.p, word, value, NULL)) != AMINE_OK)
      continue;
    key->part = *part;
    return AMINE_OK;
  }
  return status;
}

amine_status am_config_set(am_config *config, const char *name, const char *word,
                           amine_error *error) {
  am_key key;
  am_value value;
  if (!find_key(&key, config, name)) return unknown(config, name, NULL, error);
  AM_TRY(read_value(&key, &value, config, word, NULL, error));
  return keep(config, &key, value, word, true, error);
}

void am_config_pass_over(am_config *config, const char *name) {
  am_setting *setting = (am_setting *)(uintptr_t)setting_of(config, name);
  if (setting) setting->wished = false;
}

void am_config_put(am_config *config, const char *name, double value) {
  am_key key;
  const bool known = find_key(&key, config, name);
  assert(known);
  (void)known;
  keep(config, &key, (am_value){value, (uint64_t)fmax(value, 0)}, "", false, NULL);
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

amine_status am_config_assign_all(am_config *config, const char *const *assignments, int n,
                                  amine_error *error) {
  for (int turn = 0; turn < AM_CONFIG_TURNS; turn++)
    for (int k = 0; k < n; k++)
      if (am_config_turn(assignments[k]) == turn)
        AM_TRY(am_config_assign(config, assignments[k], error));
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ JSON */
/* A relative path in the file `from` begins at its folder. */
static amine_status beside(char out[AM_WEIGHTS_MAX], const char *path, const char *from,
                           amine_error *error) {
  const char *slash = from ? strrchr(from, '/') : NULL;
  const bool whole = !slash || path[0] == '/';
  const int n = snprintf(out, AM_WEIGHTS_MAX, "%.*s%s%s", whole ? 0 : (int)(slash - from), from,
                         whole ? "" : "/", path);
  if (n >= 0 && n < AM_WEIGHTS_MAX) return AMINE_OK;
  return am_fail_file(error, AMINE_ERROR_INPUT, from, -1, "the path %.60s... is too long", path);
}

/* A path, or an array of lines. */
static amine_status merge_text(am_config *config, am_part_kind kind, const json_t *json,
                               const char *file, amine_error *error) {
  am_text text = {0};
  char path[AM_WEIGHTS_MAX];
  bool fine = json_is_array(json) && json_array_size(json) > 0;
  for (size_t k = 0; fine && k < json_array_size(json); k++) {
    const char *line = json_string_value(json_array_get(json, k));
    fine = line != NULL;
    am_text_printf(&text, "%s\n", line ? line : "");
  }
  snprintf(path, sizeof path, "%s.text", am_kind_name(kind));
  amine_status status = AMINE_OK;
  if (json_is_string(json) && json_string_value(json)[0]) {
    if (strcmp(json_string_value(json), "none") == 0) snprintf(path, sizeof path, "none");
    else status = beside(path, json_string_value(json), file, error);
    if (status == AMINE_OK) status = keep_text(config, kind, path, NULL, false, error);
  } else if (!fine) {
    status = am_fail_file(error, AMINE_ERROR_INPUT, file, -1,
                          "%s must be a file in quotes, or an array of lines", path);
  } else if (text.failed) {
    status = am_fail_memory(error, text.capacity);
  } else {
    status = keep_text(config, kind, path, text.data, false, error);
  }
  am_text_free(&text);
  return status;
}

/* A task or learner of a file that is not there: it may be somebody's own. */
static amine_status no_part(const am_config *config, am_part_kind kind, const char *word,
                            const char *file, amine_error *error) {
  const char *name = am_kind_name(kind);
  if (strchr(word, '/') || strstr(word, ".so"))
    return am_fail_file(error, AMINE_ERROR_INPUT, file, -1,
                        "%s.type=%.100s: a file loads no code; who calls names it: "
                        "%s.type=%.100s on the command line",
                        name, word, name, word);
  am_nearest_word nearest = am_nearest_begin(word);
  const am_part *part;
  for (int k = 0; (part = am_registry_at(config->registry, kind, k)); k++)
    am_nearest_try(&nearest, part->name);
  return am_fail_file(error, AMINE_ERROR_INPUT, file, -1,
                      "%s.type=%.60s: there is no such %s%s%s%s One of your own is named "
                      "again each time: %s.type=FILE.so",
                      name, word, name, nearest.best ? "; did you mean " : " (amine list ",
                      nearest.best ? nearest.best : name, nearest.best ? "?" : "s).", name);
}

static amine_status merge_value(am_config *config, const char *name, const json_t *json,
                                const char *file, amine_error *error) {
  amine_error inner = {0};
  am_key key;
  am_value value;
  am_part_kind kind;
  if (am_config_is_text(name, &kind)) return merge_text(config, kind, json, file, error);
  if (!find_key(&key, config, name)) return unknown(config, name, file, error);
  amine_status status = read_value(&key, &value, config, NULL, json, &inner);
  if (status == AMINE_OK) {
    const char *word = json_is_string(json) ? json_string_value(json) : "";
    char path[AM_WEIGHTS_MAX];
    const bool file_said = key.p.kind == AMINE_FILE && strcmp(word, "none") != 0;
    if (file_said) AM_TRY(beside(path, word, file, error));
    status = keep(config, &key, value, file_said ? path : word, false, &inner);
  }
  if (status == AMINE_OK) return status;
  if (status == AMINE_ERROR_MEMORY) return am_fail_memory(error, 64);
  if (!key.part && (key.kind == AM_TASK || key.kind == AM_LEARNER) && json_is_string(json))
    return no_part(config, key.kind, json_string_value(json), file, error);
  return am_fail_file(error, AMINE_ERROR_INPUT, file, -1, "%s", inner.message);
}

static amine_status merge_object(am_config *config, const json_t *object, const char *prefix,
                                 const char *name, amine_error *error) {
  const char *key;
  json_t *value = json_object_get(object, "text");
  am_part_kind kind;
  char text[AM_KEY_LENGTH];
  snprintf(text, sizeof text, "%s.text", prefix);
  if (value && am_config_is_text(text, &kind)) /* its constants are keys */
    AM_TRY(merge_value(config, text, value, name, error));
  value = prefix[0] ? NULL : json_object_get(object, "from");
  if (value) AM_TRY(merge_value(config, "from", value, name, error)); /* the rest goes over it */
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
    } else if (am_config_turn(full) == 0 || (prefix[0] && am_config_is_text(full, &kind))) {
      /* above */
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

amine_status am_config_merge(am_config *config, const json_t *object, const char *name,
                             amine_error *error) {
  am_config changed;
  if (!json_is_object(object))
    return am_fail_file(error, AMINE_ERROR_INPUT, name, -1, "a configuration is a JSON object");
  am_config_copy(&changed, config);
  amine_status status = merge_object(&changed, object, "", name, error);
  if (status == AMINE_OK) am_config_move(config, &changed);
  else am_config_free(&changed);
  return status;
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

static bool is_standard(const am_config *config, const am_setting *setting) {
  if (path_of(config, setting->name)) return false;
  const double number = setting->value.number, standard = setting->row->standard;
  return number == standard || (isnan(number) && isnan(standard));
}

/* What a file sets is to have an effect beside its own choices, unless it is the standard value;
 * and it is to say what is learned. */
static amine_status check_file(const am_config *config, const char *name, amine_error *error) {
  char sentence[200] = "";
  decision by;
  if (!config->preset[0] && !(config->said & 1u << AM_TASK))
    return am_fail_file(error, AMINE_ERROR_INPUT, name, -1,
                        "it does not say what is to be learned: task.type is missing (amine list "
                        "tasks), or a \"preset\" to begin with (amine list presets)");
  for (am_part_kind kind = 0; kind < AM_N_KINDS && !sentence[0]; kind++) {
    char key[AM_KEY_LENGTH];
    snprintf(key, sizeof key, "%s.type", am_kind_name(kind));
    if ((config->said & 1u << kind) && index_of(config, kind) > 0 && is_kept(&by, config, key))
      say_kept(sentence, key, &by);
  }
  for (int k = 0; k < config->n_settings && !sentence[0]; k++) {
    const am_setting *s = &config->settings[k];
    if (s->said && !is_standard(config, s) && is_kept(&by, config, s->name))
      say_kept(sentence, s->name, &by);
  }
  if (!sentence[0]) return AMINE_OK;
  return am_fail_file(error, AMINE_ERROR_INPUT, name, -1, "%s", sentence);
}

/* The preset that a file begins with; its other keys go over it. */
static amine_status begin_with(am_config *config, const json_t *root, const char *name,
                               amine_error *error) {
  const json_t *value = json_object_get(root, "preset");
  const char *word = json_string_value(value);
  if (!value) return AMINE_OK;
  for (int k = 0; word && am_presets[k].name; k++)
    if (strcmp(am_presets[k].name, word) == 0 && !am_presets[k].brain)
      return load_preset(config, &am_presets[k], error);
  const char *near = word ? am_nearest(word, next_preset) : NULL;
  return am_fail_file(error, AMINE_ERROR_INPUT, name, -1, "preset: %s%.60s%s%s%s%s",
                      word ? "there is none for training called \"" : "it must be a name in quotes",
                      word ? word : "", word ? "\"" : "", near ? "; did you mean " : "",
                      near ? near : "", near ? "?" : "; amine list presets shows them");
}

/* Takes over a tree that was read; `from` stands in the sentences. */
static amine_status load_tree(am_config *config, const json_t *root, const char *from,
                              bool checked, amine_error *error) {
  am_config changed;
  am_config_copy(&changed, config);
  changed.begun = !checked;
  amine_status status = refuse_brain(root, from, false, error);
  if (status == AMINE_OK && checked) status = begin_with(&changed, root, from, error);
  changed.said = 0;
  for (int k = 0; k < changed.n_settings; k++) changed.settings[k].said = false;
  if (status == AMINE_OK) status = am_config_merge(&changed, root, from, error);
  changed.begun = false;
  if (status == AMINE_OK && checked) status = check_file(&changed, from, error);
  if (status == AMINE_OK) am_config_move(config, &changed);
  else am_config_free(&changed);
  return status;
}

static amine_status load_file(am_config *config, const char *from, bool checked,
                              amine_error *error) {
  json_t *root;
  AM_TRY(am_json_read(&root, from, NULL, error));
  const amine_status status = load_tree(config, root, from, checked, error);
  json_decref(root);
  return status;
}

amine_status am_config_parse(am_config *config, const char *text, size_t length,
                             amine_error *error) {
  json_t *root;
  AM_TRY(am_json_parse(&root, "the configuration", text, length, NULL, error));
  const amine_status status = load_tree(config, root, "the configuration", true, error);
  json_decref(root);
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

amine_status am_config_of_checkpoint(am_config *config, const char *path, amine_error *error) {
  json_t *root;
  AM_TRY(am_saved_keys(&root, path, error));
  const amine_status status = am_config_merge(config, root, path, error);
  json_decref(root);
  return status;
}

amine_status am_config_reload(am_config *config, const char *path, amine_error *error) {
  return load_file(config, path, false, error);
}

/* ------------------------------------------------------------------------------ as a whole */
static void put_lines(am_text *text, const char *lines) {
  const char *between = "[";
  for (const char *line = lines; *line; between = ",") {
    am_text one = {0};
    const size_t n = strcspn(line, "\n");
    am_text_add(&one, line, n);
    am_text_printf(text, "%s\n      ", between);
    am_json_string(text, n ? one.data ? one.data : "" : "");
    if (one.failed) text->failed = true;
    am_text_free(&one);
    line += n + (line[n] == '\n');
  }
  am_text_puts(text, "]");
}

/* Whether its value belongs into a file. */
static bool is_written(const am_config *config, const am_key *key, bool only_shaping) {
  am_part_kind kind;
  const char *name = key->p.name;
  if ((only_shaping && key->p.neutral) || !am_config_applies(config, name)) return false;
  if (am_config_is_text(name, &kind)) return text_of(config, kind) != NULL;
  if (!key->part) return text_of(config, key->kind) == NULL;
  if (key->p.kind != AMINE_FILE) return true;
  if (strcmp(name, "weights") == 0) return config->weights[0] != 0;
  if (strcmp(name, "from") == 0) return config->from[0] != 0;
  return path_of(config, name) != NULL;
}

void am_config_write(const am_config *config, bool only_shaping, am_text *text) {
  am_keys keys;
  char section[32] = "", value[AM_WEIGHTS_MAX];
  am_text_puts(text, "{");
  if (config->preset[0]) {
    am_text_puts(text, "\n  \"preset\": ");
    am_json_string(text, config->preset);
  }
  bool first = config->preset[0] == 0;
  for (am_config_keys(&keys, config); am_keys_next(&keys);) {
    const amine_parameter *p = &keys.key.p;
    am_part_kind kind;
    if (!is_written(config, &keys.key, only_shaping)) continue;
    const char *dot = strchr(p->name, '.'), *leaf = dot ? dot + 1 : p->name;
    const int n = dot ? (int)(dot - p->name) : 0;
    const bool same = (int)strlen(section) == n && strncmp(section, p->name, (size_t)n) == 0;
    if (!same) {
      if (section[0]) am_text_puts(text, "\n  }");
      snprintf(section, sizeof section, "%.*s", n, p->name);
      if (section[0]) am_text_printf(text, "%s\n  \"%s\": {", first ? "" : ",", section);
      first = section[0] != 0;
    }
    am_config_text(config, p->name, value, sizeof value);
    const bool quoted =
        p->kind == AMINE_CHOICE || p->kind == AMINE_WORDS || p->kind == AMINE_FILE ||
        strcmp(value, "none") == 0 ||
        (p->kind == AMINE_INTEGER && am_config_value(config, p->name).integer > INT64_MAX);
    am_text_printf(text, "%s\n%s\"%s\": ", first ? "" : ",", section[0] ? "    " : "  ", leaf);
    if (am_config_is_text(p->name, &kind)) put_lines(text, text_of(config, kind)->is.part.text);
    else if (quoted) am_json_string(text, value);
    else am_text_puts(text, value);
    first = false;
  }
  am_text_puts(text, section[0] ? "\n  }\n}\n" : "\n}\n");
}

void am_config_options(const am_config *config, am_part_kind kind, void *options) {
  const am_part *part = config->part[kind];
  memset(options, 0, part->options_size);
  for (const amine_parameter *row = part->parameters; row && row->name; row++) {
    char name[AM_KEY_LENGTH];
    am_row_name(part, row, name);
    am_value value = am_key_standard(row);
    if (row->borrowed && am_config_applies(config, row->name))
      value = am_config_value(config, row->name);
    else if (!row->borrowed && setting_of(config, name)) value = setting_of(config, name)->value;
    am_key_put(row, value, (char *)options + row->offset);
    if (row->member == AMINE_MEMBER_PATH) {
      const char *path = path_of(config, name);
      memcpy((char *)options + row->offset, &path, sizeof path);
    }
  }
}

/* A part that nothing has a place for becomes the standard one. */
static amine_status resolve_choices(am_config *c, amine_error *error) {
  for (am_part_kind kind = 0; kind < AM_N_KINDS; kind++) {
    char key[AM_KEY_LENGTH], sentence[200];
    decision by;
    snprintf(key, sizeof key, "%s.%s", am_kind_name(kind), text_of(c, kind) ? "text" : "type");
    if (!is_kept(&by, c, key)) continue;
    if (c->wished & 1u << kind) {
      say_kept(sentence, key, &by);
      return am_fail(error, AMINE_ERROR_ARGUMENT, "%s", sentence);
    }
    c->part[kind] = am_registry_at(c->registry, kind, 0);
  }
  c->wished = 0;
  return AMINE_OK;
}

/* A setting that has no effect goes; one that another part's row has read is read by its own. */
static amine_status resolve_settings(am_config *c, amine_error *error) {
  int n = 0;
  for (int k = 0; k < c->n_settings; k++) {
    am_setting s = c->settings[k];
    char sentence[200], word[64];
    decision by;
    am_key key;
    if (is_kept(&by, c, s.name)) {
      if (!s.wished) {
        forget_path(c, s.name);
        continue;
      }
      say_kept(sentence, s.name, &by);
      return am_fail(error, AMINE_ERROR_ARGUMENT, "%s", sentence);
    }
    find_key(&key, c, s.name);
    const amine_parameter *row = am_part_row(key.part, s.name);
    if (row != s.row) {
      amine_error inner = {0};
      am_key_text(s.row, &s.value, word, sizeof word);
      if (am_key_read(&key.p, word, &s.value, &inner) != AMINE_OK)
        return am_fail(error, AMINE_ERROR_ARGUMENT, "%s (%s.type=%s)", inner.message,
                       am_kind_name(key.kind), key.part->name);
      s.row = row;
    }
    s.wished = false;
    c->settings[n++] = s;
  }
  memset(c->settings + n, 0, (size_t)(c->n_settings - n) * sizeof *c->settings);
  c->n_settings = n;
  return AMINE_OK;
}

/* A relative path begins where the process stands. */
static amine_status resolve_paths(am_config *c, amine_error *error) {
  char here[AM_WEIGHTS_MAX];
  for (int k = 0; k < AM_PATHS_MAX; k++) {
    am_path *p = &c->paths[k];
    if (!p->key[0] || p->path[0] == '/') continue;
    const size_t n = strlen(p->path), start = getcwd(here, sizeof here) ? strlen(here) + 1 : 0;
    if (start == 0 || start + n >= sizeof here)
      return am_fail(error, AMINE_ERROR_ARGUMENT, "%s=%.60s: the whole path is too long", p->key,
                     p->path);
    here[start - 1] = '/';
    memcpy(here + start, p->path, n + 1);
    memset(p->path, 0, sizeof p->path);
    memcpy(p->path, here, start + n);
  }
  return AMINE_OK;
}

/* Puts in the place of a 0 what it stands for. */
static amine_status resolve_zeros(am_config *c, amine_error *error) {
  am_keys keys;
  for (am_config_keys(&keys, c); am_keys_next(&keys);) {
    const am_key *key = &keys.key;
    const char *from = key->p.zero_is, *less = from ? strchr(from, '-') : NULL;
    char first[AM_KEY_LENGTH];
    if (!less || !am_config_applies(c, key->name) || am_config_value(c, key->name).integer > 0)
      continue;
    snprintf(first, sizeof first, "%.*s", (int)(less - from), from);
    const uint64_t all = am_config_value(c, first).integer;
    const uint64_t part = am_config_value(c, less + 1).integer, rest = part < all ? all - part : 1;
    AM_TRY(keep(c, key, (am_value){(double)rest, rest}, "", false, error));
  }
  return AMINE_OK;
}

amine_status am_config_resolve(am_config *config, amine_error *error) {
  am_config c = *config;
  if (c.from[0] && c.weights[0])
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "weights=%.100s and from=%.100s both say what the network begins with: one of "
                   "them is enough",
                   c.weights, c.from);
  AM_TRY(resolve_choices(&c, error));
  AM_TRY(resolve_settings(&c, error));
  AM_TRY(resolve_paths(&c, error));
  for (am_part_kind kind = 0; kind < AM_N_KINDS; kind++) {
    union {
      max_align_t align;
      char bytes[AM_OPTIONS_MAX];
    } options;
    if (!c.part[kind]->check || !am_config_has(&c, kind)) continue;
    am_config_options(&c, kind, &options);
    AM_TRY(c.part[kind]->check(&options, error));
  }
  AM_TRY(resolve_zeros(&c, error));
  *config = c;
  return AMINE_OK;
}
