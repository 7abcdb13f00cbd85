/* amine show of a brain: the keys of the run with their ranges, and what its description says. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/rows.h"
#include "cli/source.h"
#include "cli/terminal.h"

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
  if (strlen(text) <= VALUE_SHOWN) am_text_puts(out, text);
  else am_text_printf(out, "%.*s...", VALUE_SHOWN, text);
  am_text_free(&whole);
}

/* A key of a table: of every run, or of the protocol. */
static amine_status add_key(listing *l, const char *name, const am_key *key) {
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

static amine_status add_keys(listing *l) {
  const am_protocol *protocol = l->config->protocol;
  for (int k = 0; k < AM_N_SIM_KEYS; k++) {
    AM_TRY(add_key(l, am_simulation_keys[k].name, &am_simulation_keys[k]));
    for (int j = 0; k == AM_SIM_PROTOCOL && j < protocol->n_keys; j++) {
      char name[AM_PATH_MAX];
      snprintf(name, sizeof name, "protocol.%s", protocol->keys[j].name);
      AM_TRY(add_key(l, name, &protocol->keys[j]));
    }
  }
  return AMINE_OK;
}

/* The parameter that a path ends with, of any neuron model or rule of synapses; NULL if there is
 * none, or several that do not mean the same. */
static const amine_parameter *parameter_of(const char *path) {
  const char *dot = strrchr(path, '.'), *last = dot ? dot + 1 : path;
  const amine_parameter *found = NULL, *p;
  if (strncmp(path, "populations.", 12) != 0 && strncmp(path, "projections.", 12) != 0) return NULL;
  for (int k = 0; amine_neuron_model(k, NULL); k++)
    for (int j = 0; (p = amine_neuron_parameter(amine_neuron_model(k, NULL), j)) != NULL; j++) {
      if (strcmp(p->name, last) != 0) continue;
      if (found && strcmp(found->meaning, p->meaning) != 0) return NULL;
      found = p;
    }
  for (int k = 0; amine_synapse_rule(k, NULL); k++)
    for (int j = 0; (p = amine_synapse_rule_parameter(amine_synapse_rule(k, NULL), j)) != NULL;
         j++) {
      if (strcmp(p->name, last) != 0) continue;
      if (found && strcmp(found->meaning, p->meaning) != 0) return NULL;
      found = p;
    }
  return found;
}

static bool is_of_run(const char *path) {
  static const char *const others[] = {"preset", "meaning", "protocol", "record", "clamp"};
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
  const amine_parameter *p = parameter_of(path);
  if (!p) return AMINE_OK;
  am_text_printf(&row->range, "%.10g to %.10g", p->min, p->max);
  if (p->unit[0] && strcmp(p->unit, "1") != 0) am_text_printf(&row->range, " %s", p->unit);
  row->meaning = p->meaning;
  return AMINE_OK;
}

static void put_text(am_text *text, const listing *l) {
  const bool terminal = isatty(STDOUT_FILENO);
  const int width = terminal ? cli_terminal_width(STDOUT_FILENO, 80) : 0;
  const char *meaning = json_string_value(json_object_get(l->config->root, "meaning"));
  if (meaning) {
    cli_wrap(text, meaning, 0, 0, width);
    am_text_puts(text, "\n\n");
  }
  cli_rows_put(text, l->rows, l->n, width);
  am_text_puts(text, "\n* differs from the standard value\n");
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
    status = am_simulation_config_write(&config, false, &text, &error);
  } else if (status == AMINE_OK) {
    status = add_keys(&l);
    if (status == AMINE_OK) status = am_tree_walk(config.root, add_value, &l);
    if (status == AMINE_OK) put_text(&text, &l);
  }
  cli_rows_free(l.rows, l.n);
  amine_brain_destroy(brain);
  am_simulation_config_free(&config);
  return status == AMINE_OK ? cli_print(&text) : cli_fail(status, &error, true);
}
