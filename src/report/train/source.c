/* Reading a run's folder. */
#include "report/train/source.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "format/file.h"
#include "format/json.h"
#include "report/explained.h"
#include "report/html.h"

#define RECORDING "recording.npz"

static const am_json_limits small = {.bytes = (size_t)1 << 20, .values = 10000, .depth = 32};

/* ----------------------------------------------------------------------------------- settings */

typedef struct flattener {
  am_source *source;
  size_t capacity;
  amine_error *error;
} flattener;

static amine_status value_text(am_text *out, const json_t *value, amine_error *error) {
  if (json_is_string(value)) {
    am_text_puts(out, json_string_value(value));
  } else if (json_is_boolean(value)) {
    am_text_puts(out, json_is_true(value) ? "true" : "false");
  } else if (json_is_integer(value)) {
    am_text_printf(out, "%lld", (long long)json_integer_value(value));
  } else if (json_is_real(value)) {
    am_html_real(out, json_real_value(value));
  } else {
    am_json_write(out, value);
  }
  am_text_add(out, "", 1); /* a text that was empty needs its end, too */
  return out->failed ? am_fail_memory(error, out->length) : AMINE_OK;
}

static amine_status add_setting(flattener *f, const char *key, const json_t *value) {
  am_source *s = f->source;
  if (s->n_settings == f->capacity) {
    size_t capacity = f->capacity ? 2 * f->capacity : 64;
    am_setting *grown = am_resize(s->settings, capacity, sizeof *grown);
    if (!grown) return am_fail_memory(f->error, capacity * sizeof *grown);
    s->settings = grown;
    f->capacity = capacity;
  }
  am_text text = {0};
  amine_status status = value_text(&text, value, f->error);
  am_setting *setting = &s->settings[s->n_settings];
  if (status == AMINE_OK) {
    *setting = (am_setting){am_strdup(key), am_strdup(text.data), (double)NAN};
    if (json_is_number(value)) setting->number = json_number_value(value);
    s->n_settings++;
    if (!setting->key || !setting->value) status = am_fail_memory(f->error, text.length);
  }
  am_text_free(&text);
  return status;
}

static amine_status flatten(flattener *f, const char *prefix, json_t *object) {
  const char *key;
  json_t *value;
  json_object_foreach(object, key, value) {
    am_text whole = {0};
    am_text_puts(&whole, prefix);
    if (prefix[0]) am_text_puts(&whole, ".");
    am_text_puts(&whole, key);
    am_text_add(&whole, "", 1);
    amine_status status = whole.failed            ? am_fail_memory(f->error, 64)
                          : json_is_object(value) ? flatten(f, whole.data, value)
                                                  : add_setting(f, whole.data, value);
    am_text_free(&whole);
    if (status != AMINE_OK) return status;
  }
  return AMINE_OK;
}

static amine_status read_settings(am_source *source, const char *path, amine_error *error) {
  json_t *root = NULL;
  AM_TRY(am_json_read(&root, path, &small, error));
  flattener f = {.source = source, .error = error};
  amine_status status = AMINE_OK;
  if (json_is_object(root)) status = flatten(&f, "", root);
  else status = am_fail_file(error, AMINE_ERROR_INPUT, path, -1, "a configuration is an object");
  json_decref(root);
  return status;
}

static const am_setting *setting_of(const am_source *source, const char *key) {
  for (size_t k = 0; k < source->n_settings; k++)
    if (strcmp(source->settings[k].key, key) == 0) return &source->settings[k];
  return NULL;
}

const char *am_source_setting(const am_source *source, const char *key) {
  const am_setting *setting = setting_of(source, key);
  return setting ? setting->value : NULL;
}

double am_source_number(const am_source *source, const char *key) {
  const am_setting *setting = setting_of(source, key);
  return setting ? setting->number : (double)NAN;
}

/* -------------------------------------------------------------------------------- small files */

/* *root = NULL if there is no such file. */
static amine_status read_optional(json_t **root, const char *path, amine_error *error) {
  *root = NULL;
  if (am_file_missing(path)) return AMINE_OK;
  return am_json_read(root, path, &small, error);
}

static int by_reward(const void *a, const void *b) {
  const am_report_line *x = a, *y = b;
  return (x->reward > y->reward) - (x->reward < y->reward);
}

static amine_status add_line(am_source *source, const char *policy, double reward,
                             amine_error *error) {
  am_report_line *out = &source->lines[source->n_lines++];
  *out = (am_report_line){am_strdup(policy), reward};
  return out->policy ? AMINE_OK : am_fail_memory(error, strlen(policy) + 1);
}

/* What LSTMs have on Penn Treebank, for texts of as many words. */
static const am_report_line published[] = {{"ptb-lstm", -4.64689 /* -ln 104.26 */},
                                           {"ptb-retroactive", -4.62966 /* -ln 102.48 */}};
enum { N_PUBLISHED = sizeof published / sizeof *published };
#define PUBLISHED_WORDS 10000

static amine_status add_published(am_source *source, amine_error *error) {
  if (!(fabs(am_source_line(source, "uniform") + log(PUBLISHED_WORDS)) < 1e-6)) return AMINE_OK;
  for (size_t k = 0; k < N_PUBLISHED; k++)
    AM_TRY(add_line(source, published[k].policy, published[k].reward, error));
  return AMINE_OK;
}

static amine_status take_lines(am_source *source, const json_t *root, const char *path,
                               amine_error *error) {
  size_t n = json_array_size(root);
  AM_TRY(AM_TAKE(source->lines, n + N_PUBLISHED, error));
  for (size_t k = 0; k < n; k++) {
    const json_t *line = json_array_get(root, k), *reward = json_object_get(line, "reward");
    const char *policy = json_string_value(json_object_get(line, "policy"));
    if (!policy || !(json_is_number(reward) || json_is_null(reward)))
      return am_fail_file(error, AMINE_ERROR_INPUT, path, -1,
                          "line %zu of the array has no \"policy\" with a \"reward\"", k + 1);
    if (json_is_null(reward)) continue;
    AM_TRY(add_line(source, policy, json_number_value(reward), error));
  }
  AM_TRY(add_published(source, error));
  qsort(source->lines, source->n_lines, sizeof *source->lines, by_reward);
  return AMINE_OK;
}

static amine_status read_lines(am_source *source, const char *path, amine_error *error) {
  json_t *root;
  AM_TRY(read_optional(&root, path, error));
  amine_status status = AMINE_OK;
  if (json_is_array(root)) status = take_lines(source, root, path, error);
  else if (root)
    status = am_fail_file(error, AMINE_ERROR_INPUT, path, -1, "an array of lines is wanted");
  json_decref(root);
  return status;
}

double am_source_line(const am_source *source, const char *policy) {
  for (size_t k = 0; k < source->n_lines; k++)
    if (strcmp(source->lines[k].policy, policy) == 0) return source->lines[k].reward;
  return (double)NAN;
}

static amine_status read_eval(am_source *source, const char *path, amine_error *error) {
  json_t *root;
  AM_TRY(read_optional(&root, path, error));
  amine_status status = AMINE_OK;
  if (json_is_object(root)) {
    source->eval = (am_report_eval){.episodes = am_json_number_of(root, "episodes"),
                                    .reward = am_json_number_of(root, "reward"),
                                    .se = am_json_number_of(root, "se"),
                                    .greedy_reward = am_json_number_of(root, "greedy_reward"),
                                    .greedy_se = am_json_number_of(root, "greedy_se"),
                                    .criterion = am_json_number_of(root, "criterion"),
                                    .trials = am_json_number_of(root, "trials_to_criterion")};
    const char *meaning = json_string_value(json_object_get(root, "criterion_meaning"));
    const char *actions = json_string_value(json_object_get(root, "actions"));
    const char *collapsed = json_string_value(json_object_get(root, "collapsed"));
    snprintf(source->eval.collapsed, sizeof source->eval.collapsed, "%s",
             collapsed ? collapsed : "");
    snprintf(source->eval.criterion_meaning, sizeof source->eval.criterion_meaning, "%s",
             meaning ? meaning : "");
    source->eval.acts = !actions || strcmp(actions, "none") != 0;
    source->eval.of_symbols = json_is_number(json_object_get(root, "perplexity"));
    source->eval.there = isfinite(source->eval.reward);
  } else if (root) {
    status = am_fail_file(error, AMINE_ERROR_INPUT, path, -1, "an evaluation is an object");
  }
  json_decref(root);
  return status;
}

/* --------------------------------------------------------------------------------- the folder */

typedef struct part {
  const char *file;
  amine_status (*read)(am_source *source, const char *path, amine_error *error);
} part;

static amine_status read_metrics(am_source *source, const char *path, amine_error *error) {
  return am_metrics_read(&source->metrics, path, error);
}

static amine_status look_for_recording(am_source *source, const char *path, amine_error *error) {
  struct stat info;
  (void)error;
  source->has_recording = am_io.stat(path, &info) == 0;
  return AMINE_OK;
}

amine_status am_source_read(am_source *source, const char *folder, amine_error *error) {
  static const part parts[] = {{"config.json", read_settings},
                               {"metrics.jsonl", read_metrics},
                               {"lines.json", read_lines},
                               {"eval.json", read_eval},
                               {RECORDING, look_for_recording}};
  am_source found = {.name = am_folder_name(folder)};
  amine_status status = found.name ? AMINE_OK : am_fail_memory(error, strlen(folder) + 1);
  for (size_t k = 0; k < sizeof parts / sizeof parts[0] && status == AMINE_OK; k++) {
    am_text path = {0};
    status = am_folder_path(&path, folder, parts[k].file, error);
    if (status == AMINE_OK) status = parts[k].read(&found, path.data, error);
    am_text_free(&path);
  }
  if (status == AMINE_OK) status = am_explained_read(&found.explained, folder, error);
  if (status == AMINE_OK) status = am_done_read(&found.done, folder, error);
  if (status != AMINE_OK) {
    am_source_free(&found);
    return status;
  }
  *source = found;
  return AMINE_OK;
}

amine_status am_source_recording(am_recording *recording, const char *folder, amine_error *error) {
  am_text path = {0};
  amine_status status = am_folder_path(&path, folder, RECORDING, error);
  if (status == AMINE_OK) status = am_recording_read(recording, path.data, error);
  am_text_free(&path);
  return status;
}

void am_source_free(am_source *source) {
  for (size_t k = 0; k < source->n_settings; k++) {
    am_free(source->settings[k].key);
    am_free(source->settings[k].value);
  }
  for (size_t k = 0; k < source->n_lines; k++) am_free(source->lines[k].policy);
  am_free(source->settings);
  am_free(source->lines);
  am_free(source->name);
  am_metrics_free(&source->metrics);
  json_decref(source->explained);
  am_text_free(&source->done);
  *source = (am_source){0};
}
