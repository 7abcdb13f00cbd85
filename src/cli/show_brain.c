/* amine show of a brain: the keys of the run with their ranges, and what its description says. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/words.h"
#include "brain/model.h"
#include "brain/model_texts.h"
#include "cli/command.h"
#include "cli/rows.h"
#include "cli/source.h"
#include "cli/terminal.h"
#include "format/json.h"

enum { VALUE_SHOWN = 60 }; /* bytes of a long value */

typedef struct listing {
  const am_simulation_config *config;
  cli_row *rows;
  size_t n, capacity;
  amine_error *error;
} listing;

static cli_row *new_row(listing *l) {
  if (l->n == l->capacity) {
    const size_t capacity = l->capacity ? 2 * l->capacity : 64;
    cli_row *grown = am_resize(l->rows, capacity, sizeof *grown);
    if (!grown) {
      am_fail_memory(l->error, capacity * sizeof *grown);
      return NULL;
    }
    l->rows = grown;
    l->capacity = capacity;
  }
  l->rows[l->n].meaning = "";
  return &l->rows[l->n++];
}

static void put_value(am_text *out, const json_t *value) {
  am_text whole = {0};
  am_tree_text(&whole, value);
  const char *text = whole.data ? whole.data : "\"\"";
  if (!am_printable(text)) am_json_string(out, text);
  else if (strlen(text) <= VALUE_SHOWN) am_text_puts(out, text);
  else am_text_printf(out, "%.*s...", VALUE_SHOWN, text);
  am_text_free(&whole);
}

/* A key of a table: of every run, or of the protocol. */
static amine_status add_key(listing *l, const char *name, const amine_parameter *key) {
  cli_row *row = new_row(l);
  if (!row) return AMINE_ERROR_MEMORY;
  const json_t *value = am_tree_get(l->config->root, name);
  am_text_puts(&row->key, name);
  put_value(&row->value, value);
  cli_row_range(&row->range, key);
  row->meaning = key->meaning;
  char text[64];
  const am_value v = {key->standard, (uint64_t)(key->standard > 0 ? key->standard : 0)};
  am_key_text(key, &v, text, sizeof text);
  row->marked = row->value.data && strcmp(row->value.data, text) != 0;
  return AMINE_OK;
}

/* Of what its protocol plays. */
static amine_status add_task(listing *l) {
  const am_config *task = l->config->task;
  am_keys keys;
  if (!task) return AMINE_OK;
  for (am_config_keys(&keys, task); am_keys_next(&keys);)
    if (keys.key.kind == AM_TASK && am_config_applies(task, keys.key.p.name))
      AM_TRY(add_key(l, keys.key.p.name, &keys.key.p));
  return AMINE_OK;
}

static amine_status add_keys(listing *l) {
  const am_protocol *protocol = l->config->protocol;
  for (int k = 0; k < AM_N_SIM_KEYS; k++) {
    AM_TRY(add_key(l, am_simulation_keys[k].name, &am_simulation_keys[k]));
    if (k == AM_SIM_PROTOCOL) AM_TRY(add_task(l));
    for (int j = 0; k == AM_SIM_PROTOCOL && j < protocol->n_keys; j++) {
      char name[AM_PATH_MAX];
      snprintf(name, sizeof name, "%s.%s", am_protocol_section(protocol), protocol->keys[j].name);
      AM_TRY(add_key(l, name, &protocol->keys[j]));
    }
  }
  return AMINE_OK;
}

/* "0.001 to 1e6 ms", "all | probability | ...": what a field may be. */
static void put_field_range(am_text *out, const am_field *f) {
  char low[40], high[40];
  for (const char *p = f->words ? f->words : ""; *p; p++)
    if (*p == '|') am_text_puts(out, " | ");
    else am_text_add(out, p, 1);
  if (f->kind == AM_FIELD_SWITCH) am_text_puts(out, "true | false");
  if (f->max > f->min)
    am_text_printf(out, "%s to %s", am_key_number(f->min, low, sizeof low),
                   am_key_number(f->max, high, sizeof high));
  if (f->unit) am_text_printf(out, "%s%s", out->length ? " " : "", f->unit);
}

static void put_parameter_range(am_text *out, const amine_parameter *p) {
  char low[40], high[40];
  am_text_printf(out, "%s to %s", am_key_number(p->min, low, sizeof low),
                 am_key_number(p->max, high, sizeof high));
  if (p->unit[0] && strcmp(p->unit, "1") != 0) am_text_printf(out, " %s", p->unit);
}

static bool is_of_run(const char *path) {
  static const char *const others[] = {"preset", "meaning", "protocol", "record",
                                       "clamp",  "task",    "body"};
  const size_t n = strcspn(path, ".");
  for (int k = 0; k < AM_N_SIM_KEYS; k++)
    if (strcmp(am_simulation_keys[k].name, path) == 0) return true;
  for (size_t k = 0; k < sizeof others / sizeof *others; k++)
    if (strlen(others[k]) == n && memcmp(others[k], path, n) == 0) return true;
  return false;
}

/* "areas.V1.name=V1" says nothing that the path does not say. */
static bool is_name(const char *path, const json_t *value) {
  const char *name = json_string_value(value);
  const size_t n = strlen(path), m = name ? strlen(name) : 0;
  return n > m + 6 && strcmp(path + n - 5, ".name") == 0 && path[n - 6 - m] == '.' &&
         memcmp(path + n - 5 - m, name, m) == 0;
}

/* A value of the description. */
static amine_status add_value(void *context, const char *path, const json_t *value) {
  listing *l = context;
  if (is_of_run(path) || is_name(path, value)) return AMINE_OK;
  cli_row *row = new_row(l);
  if (!row) return AMINE_ERROR_MEMORY;
  am_text_puts(&row->key, path);
  put_value(&row->value, value);
  am_found found;
  row->meaning = "accepted, not used";
  if (!am_brain_find_key(&found, am_simulation_config_parts(l->config), l->config->root, path)) return AMINE_OK;
  if (found.parameter) put_parameter_range(&row->range, found.parameter);
  else put_field_range(&row->range, found.field);
  row->meaning = found.parameter ? found.parameter->meaning : found.field->meaning;
  row->marked = found.parameter && json_is_number(value) &&
                json_number_value(value) != found.parameter->standard;
  return AMINE_OK;
}

/* The parameters that a population or a projection leaves out, with their defaults. */
static amine_status fill_values(json_t *element, const am_part *of, amine_error *error) {
  json_t *values = json_object_get(element, "values");
  if (!json_is_object(values)) values = json_object();
  else json_incref(values);
  bool failed = !values;
  for (const amine_parameter *p = of->parameters; !failed && p && p->name; p++)
    if (!json_object_get(values, p->name))
      failed = json_object_set_new(values, p->name, json_real(p->standard)) != 0;
  failed = json_object_set_new(element, "values", values) != 0 || failed;
  return failed ? am_fail_memory(error, 64) : AMINE_OK;
}

/* The description with them. */
static amine_status filled(json_t **root, const am_simulation_config *config, amine_error *error) {
  const am_registry *parts = am_simulation_config_parts(config);
  size_t k;
  json_t *element;
  *root = json_deep_copy(config->root);
  if (!*root) return am_fail_memory(error, 4096);
  json_array_foreach(json_object_get(*root, "populations"), k, element) {
    const am_part *model = am_model_texts_part(parts, AM_NEURON, json_object_get(element, "model"));
    if (model) AM_TRY(fill_values(element, model, error));
  }
  json_array_foreach(json_object_get(*root, "projections"), k, element) {
    const am_part *rule = am_model_texts_part(parts, AM_SYNAPSE, json_object_get(element, "rule"));
    if (rule) AM_TRY(fill_values(element, rule, error));
  }
  return AMINE_OK;
}

static amine_status add_description(listing *l) {
  json_t *root = NULL;
  amine_status status = filled(&root, l->config, l->error);
  if (status == AMINE_OK) status = am_tree_walk(root, add_value, l);
  json_decref(root);
  return status;
}

static void put_text(am_text *text, const listing *l) {
  const int width = cli_terminal_width(STDOUT_FILENO, 80);
  const char *meaning = json_string_value(json_object_get(l->config->root, "meaning"));
  if (meaning) {
    cli_wrap(text, meaning, 0, 0, width);
    am_text_puts(text, "\n\n");
  }
  cli_rows_put(text, l->rows, l->n, width);
  am_text_puts(text, "\n* differs from the standard value. ");
  cli_wrap(text, "Keys of the brain that are not listed have their defaults (docs/model.md).", 35,
           0, width);
  am_text_puts(text, "\n");
}

int cli_show_brain(const cli_line *line) {
  amine_error error = {0};
  am_simulation_config config = {0};
  am_text text = {0};
  listing l = {.config = &config, .error = &error};
  amine_brain *brain = NULL;
  amine_status status = cli_source_brain(&config, line->words[0], &error);
  if (status == AMINE_OK)
    status = am_simulation_config_apply(&config, line->assignments, line->n_assignments, &error);
  /* what only the engine can say about it; its synapses are not drawn */
  if (status == AMINE_OK) status = am_simulation_config_brain(&config, &brain, NULL, &error);
  if (status == AMINE_OK && cli_has(line, CLI_JSON)) {
    json_t *root; /* to be used elsewhere */
    status = am_simulation_config_root(&root, &config, &error);
    if (status == AMINE_OK) {
      am_tree_write(&text, root, NULL);
      am_text_puts(&text, "\n");
      json_decref(root);
    }
  } else if (status == AMINE_OK) {
    status = add_keys(&l);
    if (status == AMINE_OK) status = add_description(&l);
    if (status == AMINE_OK) put_text(&text, &l);
  }
  cli_rows_free(l.rows, l.n);
  amine_brain_destroy(brain);
  am_simulation_config_free(&config);
  return status == AMINE_OK ? cli_print(&text) : cli_fail(status, &error, true);
}
