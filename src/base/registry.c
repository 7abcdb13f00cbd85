#include "base/registry.h"

#include <stdio.h>
#include <string.h>

static const char *const names[] = {"task",      "reward",  "network", "rule",
                                    "modulator", "learner", "",        "neuron model",
                                    "synapse rule"};

const char *am_kind_name(am_part_kind kind) { return names[kind]; }

am_part_kind am_kind_host(am_part_kind kind) {
  return kind == AM_RULE ? AM_NETWORK : kind == AM_MODULATOR ? AM_RULE : AM_N_KINDS;
}

const char *am_section_at(int k) {
  static const char *const sections[] = {"",          "task",  "reward", "network", "rule",
                                         "modulator", "clamp", "learner"};
  return k >= 0 && k < (int)(sizeof sections / sizeof *sections) ? sections[k] : NULL;
}

const am_part *am_registry_at(const am_registry *registry, am_part_kind kind, int k) {
  for (const am_part *const *p = registry->parts; *p; p++)
    if ((*p)->kind == kind && k-- == 0) return *p;
  return NULL;
}

const am_part *am_registry_find(const am_registry *registry, am_part_kind kind, const char *name) {
  for (const am_part *const *p = registry->parts; *p; p++)
    if ((*p)->kind == kind && strcmp((*p)->name, name) == 0) return *p;
  return NULL;
}

char *am_row_name(const am_part *part, const amine_parameter *row, char out[AM_KEY_LENGTH]) {
  const bool whole = strchr(row->name, '.') != NULL || part->kind == AM_N_KINDS;
  snprintf(out, AM_KEY_LENGTH, "%s%s%s", whole ? "" : names[part->kind], whole ? "" : ".",
           row->name);
  return out;
}

/* strcmp where the first letters are alike: most are not, and all rows of all parts are tried. */
static bool same(const char *a, const char *b) { return a[0] == b[0] && strcmp(a, b) == 0; }

const amine_parameter *am_part_row(const am_part *part, const char *name) {
  const size_t n = strlen(names[part->kind]);
  const char *own = n > 0 && strncmp(name, names[part->kind], n) == 0 && name[n] == '.'
                        ? name + n + 1
                        : name; /* without the kind's name */
  for (const amine_parameter *row = part->parameters; row && row->name; row++) {
    if (row->borrowed || (!same(row->name, own) && !same(row->name, name))) continue;
    if (n == 0 || own != name || strchr(row->name, '.')) return row; /* "size" is no whole name */
  }
  return NULL;
}

bool am_row_condition(am_condition *out, const am_part *part, const amine_parameter *row, int k) {
  const char *when = row->when;
  for (; when && k > 0; k--) {
    when = strchr(when, '&');
    if (when) when++;
  }
  if (!when) return false;
  const size_t n = strcspn(when, "!=&"), is = when[n] == '!' ? 2 : 1;
  const char *words = when + n + (when[n] && when[n] != '&' ? is : 0);
  const bool whole = memchr(when, '.', n) != NULL;
  out->is = is == 1;
  snprintf(out->key, sizeof out->key, "%s%s%.*s", whole ? "" : names[part->kind], whole ? "" : ".",
           (int)n, when);
  snprintf(out->words, sizeof out->words, "%.*s", (int)strcspn(words, "&"), words);
  return true;
}

/* ------------------------------------------------------------------------------ adding one */
static bool is_section(const char *name, size_t n) {
  const char *section;
  for (int k = 1; (section = am_section_at(k)) != NULL; k++)
    if (strlen(section) == n && memcmp(section, name, n) == 0) return true;
  return false;
}

static amine_status check_row(const am_part *part, const amine_parameter *row, amine_error *error) {
  const char *dot = strchr(row->name, '.');
  const size_t n = strlen(row->name);
  if (row->borrowed) return AMINE_OK;
  if (n + strlen(names[part->kind]) + 2 > AM_KEY_LENGTH || strpbrk(row->name, "=|\" "))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s: \"%.60s\" is no name for a parameter",
                   part->name, row->name);
  if (dot && !is_section(row->name, (size_t)(dot - row->name)))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s: no keys begin as \"%s\" does", part->name,
                   row->name);
  if ((row->kind == AMINE_CHOICE || row->kind == AMINE_SWITCH) && !row->choices)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s: \"%s\" has no choices", part->name, row->name);
  am_condition when;
  for (int k = 0; am_row_condition(&when, part, row, k); k++) {
    const amine_parameter *other = am_part_row(part, when.key);
    if (other && other >= row)
      return am_fail(error, AMINE_ERROR_ARGUMENT, "%s: \"%s\" depends on what stands after it",
                     part->name, row->name);
  }
  return AMINE_OK;
}

/* Of a brain's part; n rows stand before it. */
static amine_status check_value(const am_part *part, const amine_parameter *row, int n,
                                amine_error *error) {
  if (row->kind != AMINE_NUMBER || row->borrowed || row->when || strpbrk(row->name, ".=|\" "))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "%s: \"%.60s\" is no plain number: a %s has no others", part->name, row->name,
                   names[part->kind]);
  if (n == AM_VALUES_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s has more than %d parameters", part->name,
                   AM_VALUES_MAX);
  return AMINE_OK;
}

static amine_status check_rows(const am_part *part, amine_error *error) {
  const bool of_brain = part->kind > AM_N_KINDS;
  for (int k = 0; part->parameters && part->parameters[k].name; k++) {
    const amine_parameter *row = &part->parameters[k];
    AM_TRY(of_brain ? check_value(part, row, k, error) : check_row(part, row, error));
  }
  return AMINE_OK;
}

amine_status am_registry_add(am_registry *registry, const am_part *part, amine_error *error) {
  int n = 0;
  while (registry->parts[n]) n++;
  if (n == AM_PARTS_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a registry has room for %d parts", AM_PARTS_MAX);
  if (part->name[0] == 0 || strlen(part->name) >= AM_KEY_LENGTH || strpbrk(part->name, "=|\" "))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "\"%.60s\" is no name for a %s", part->name,
                   names[part->kind]);
  if (am_registry_find(registry, part->kind, part->name))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "there is a %s called %s already",
                   names[part->kind], part->name);
  if (part->options_size > AM_OPTIONS_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s: options of %zu bytes are more than %d",
                   part->name, part->options_size, AM_OPTIONS_MAX);
  AM_TRY(check_rows(part, error));
  size_t length = strlen(part->name) + 1;
  for (int k = 0; k < n; k++)
    if (registry->parts[k]->kind == part->kind) length += strlen(registry->parts[k]->name) + 1;
  if (length > AM_NAMES_LENGTH)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s: there is no room for one more name of a %s",
                   part->name, am_kind_name(part->kind));
  registry->parts[n] = part;
  registry->parts[n + 1] = NULL;
  return AMINE_OK;
}
