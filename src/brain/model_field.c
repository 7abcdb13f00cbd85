/* Reading an object by its table. */
#include "brain/model_field.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "brain/parts.h"

#define NOTES 64

/* ------------------------------------------------------------------------------ sentences */

static size_t add_where(const am_where *where, bool indices, char *out, size_t size) {
  if (!where || !where->above) return 0;
  size_t n = add_where(where->above, indices, out, size);
  int more;
  if (n >= size) return n;
  if (where->element && !indices) more = snprintf(out + n, size - n, "[]");
  else if (where->key) more = snprintf(out + n, size - n, "%s%.60s", n ? "." : "", where->key);
  else more = snprintf(out + n, size - n, "[%zu]", where->index);
  return n + (more > 0 ? (size_t)more : 0);
}

char *am_where_text(const am_where *where, char *out, size_t size) {
  out[0] = 0;
  add_where(where, true, out, size);
  return out;
}

static void show(const json_t *value, char *out, size_t size) {
  const char *text = json_string_value(value);
  if (json_is_integer(value)) {
    snprintf(out, size, "=%lld", (long long)json_integer_value(value));
  } else if (json_is_real(value)) {
    char number[AM_NUMBER_SIZE];
    snprintf(out, size, "=%s", am_number_exact(number, json_real_value(value), 9));
  } else if (text) {
    snprintf(out, size, "=\"%.60s%s\"", text, strlen(text) > 60 ? "..." : "");
  } else {
    snprintf(out, size, "%s",
             json_is_object(value)  ? " is an object"
             : json_is_array(value) ? " is an array"
             : json_is_true(value)  ? "=true"
             : json_is_false(value) ? "=false"
                                    : "=null");
  }
}

amine_status am_refuse(const am_reader *r, const am_where *where, const json_t *value,
                       const char *format, ...) {
  char path[300], shown[100] = "", sentence[400];
  va_list arguments;
  if (value) show(value, shown, sizeof shown);
  va_start(arguments, format);
  vsnprintf(sentence, sizeof sentence, format, arguments);
  va_end(arguments);
  am_where_text(where, path, sizeof path);
  if (value && !path[0]) snprintf(path, sizeof path, "the model");
  return am_fail_file(r->error, AMINE_ERROR_INPUT, r->file, -1, "%s%s%s%s", path, shown,
                      path[0] ? ": " : "", sentence);
}

/* true if the line is there already */
static bool noted(const am_text *notes, const char *line) {
  for (const char *p = notes->data; p && (p = strstr(p, line)) != NULL; p++)
    if (p == notes->data || p[-1] == '\n') return true;
  return false;
}

void am_reader_note(am_reader *r, const am_where *where, const char *what) {
  char path[300] = "", line[420];
  if (!r->notes || r->n_notes > NOTES) return;
  add_where(where, false, path, sizeof path);
  snprintf(line, sizeof line, "%s: %s\n", path, what);
  for (char *p = line; p[0] && p[1]; p++) /* one line, whatever the key was */
    if ((unsigned char)*p < 0x20 || *p == 0x7f) *p = '?';
  if (noted(r->notes, line)) return;
  if (r->n_notes++ == NOTES) am_text_puts(r->notes, "more keys: accepted, not used\n");
  else am_text_puts(r->notes, line);
}

/* Keys that other tools write, and why they have no effect here. */
static const struct {
  const char *key, *why;
} unused[] = {
    {"model_version", "every version is read alike"},
    {"dimensions", "a lattice always has four: lattice_shape says how long"},
    {"cell_lifecycle", "neurons neither die nor multiply"},
    {"noise_amplitude", "neurons have no noise of their own: inputs of type current have noise"},
    {"facilitation_fraction",
     "all synapses are of one kind: default_type, or u, tau_rec, tau_facil"},
    {"histamine", "there is no such modulator here"},
    {"input_description", "a remark"},
    {"description", "a remark"},
    {"comment", "a remark"},
    {"colour", "pictures choose their own"},
    {"color", "pictures choose their own"},
};

void am_reader_note_unused(am_reader *r, const am_where *where) {
  char what[200] = "accepted, not used: no such key is known here";
  for (size_t k = 0; where->key && k < sizeof unused / sizeof *unused; k++)
    if (strcmp(unused[k].key, where->key) == 0)
      snprintf(what, sizeof what, "accepted, not used: %s", unused[k].why);
  am_reader_note(r, where, what);
}

/* ------------------------------------------------------------------------------ nearest words */

/* The k-th word of "a|b|c", false past the end. */
static bool word_at(const char *words, int k, char *out, size_t size) {
  const char *p = words;
  for (; p && k > 0; k--) {
    p = strchr(p, '|');
    if (p) p++;
  }
  if (!p) return false;
  const size_t n = strcspn(p, "|");
  snprintf(out, size, "%.*s", (int)n, p);
  return true;
}

/* The part whose parameters are keys of an object, or NULL. */
static const am_part *part_of(const am_more *more, const am_registry *parts, const json_t *object) {
  return more ? more->part(parts, object) : NULL;
}

void am_nearest_table(am_nearest_word *nearest, const am_table *table, const am_registry *parts,
                      const json_t *object) {
  char other[64];
  const am_part *more = part_of(table->more, parts, object);
  for (const am_field *f = table->fields; f && f->name; f++) {
    if (f->kind == AM_FIELD_OTHERS) continue;
    am_nearest_try(nearest, f->name);
    for (int k = 0; word_at(f->others, k, other, sizeof other); k++)
      am_nearest_spelled(nearest, other, f->name);
  }
  for (const amine_parameter *p = more ? more->parameters : NULL; p && p->name; p++)
    am_nearest_try(nearest, p->name);
}

/* ------------------------------------------------------------------------------ one value */

static amine_status read_integer(const am_reader *r, const am_where *where, const json_t *value,
                                 const am_field *f, int *out) {
  assert(f->min >= INT_MIN && f->max <= INT_MAX);
  const double x = json_number_value(value);
  if (!json_is_number(value) || x != floor(x) || !(x >= f->min && x <= f->max))
    return am_refuse(r, where, value, "it must be a whole number from %.10g to %.10g", f->min,
                     f->max);
  *out = (int)x;
  return AMINE_OK;
}

static bool in_range(const json_t *value, const am_field *f) {
  const double x = json_number_value(value);
  return json_is_number(value) && x >= f->min && x <= f->max;
}

static amine_status read_number(const am_reader *r, const am_where *where, const json_t *value,
                                const am_field *f, double *out) {
  if (!in_range(value, f))
    return am_refuse(r, where, value, "it must be a number from %.10g to %.10g", f->min, f->max);
  *out = json_number_value(value);
  return AMINE_OK;
}

static amine_status read_range(const am_reader *r, const am_where *where, const json_t *value,
                               const am_field *f, double out[2]) {
  const json_t *low = value, *high = value;
  if (json_is_array(value)) { /* any other length ends in a value that is no number */
    low = json_array_size(value) == 2 ? json_array_get(value, 0) : NULL;
    high = json_array_get(value, 1);
  }
  if (!in_range(low, f) || !in_range(high, f))
    return am_refuse(r, where, value,
                     "it must be a number from %.10g to %.10g, or two of them: [low, high]", f->min,
                     f->max);
  if (json_number_value(low) > json_number_value(high))
    return am_refuse(r, where, NULL, "[%.10g, %.10g]: the lower end must come first",
                     json_number_value(low), json_number_value(high));
  out[0] = json_number_value(low);
  out[1] = json_number_value(high);
  return AMINE_OK;
}

static amine_status read_spread(const am_reader *r, const am_where *where, const json_t *value,
                                const am_field *f, am_drawable *out) {
  out->drawn = json_is_object(value) ? value : NULL;
  return out->drawn ? AMINE_OK : read_range(r, where, value, f, out->range);
}

static amine_status read_word(const am_reader *r, const am_where *where, const json_t *value,
                              const am_field *f, int *out) {
  char candidate[64];
  const char *word = json_string_value(value);
  const int index = word ? am_word_index(f->words, word) : -1;
  if (index >= 0) {
    *out = index;
    return AMINE_OK;
  }
  am_nearest_word near = am_nearest_begin(word ? word : "");
  int best = -1;
  for (int k = 0; word && word_at(f->words, k, candidate, sizeof candidate); k++) {
    const size_t before = near.least;
    am_nearest_try(&near, candidate);
    if (near.least < before) best = k;
  }
  if (best >= 0) word_at(f->words, best, candidate, sizeof candidate);
  return am_refuse(r, where, value, "it must be one of %s%s%s%s", f->words,
                   best >= 0 ? "; did you mean " : "", best >= 0 ? candidate : "",
                   best >= 0 ? "?" : "");
}

static amine_status read_text(const am_reader *r, const am_where *where, const json_t *value,
                              const char **out) {
  const char *text = json_string_value(value);
  if (!text || !text[0]) return am_refuse(r, where, value, "it must be a word in quotes");
  if (!am_printable(text)) return am_refuse(r, where, value, "it has control characters in it");
  *out = text;
  return AMINE_OK;
}

static amine_status read_switch(const am_reader *r, const am_where *where, const json_t *value,
                                bool *out) {
  const bool number = json_is_integer(value) && (json_integer_value(value) | 1) == 1;
  if (!json_is_boolean(value) && !number)
    return am_refuse(r, where, value, "it must be true or false");
  *out = number ? json_integer_value(value) == 1 : json_is_true(value);
  return AMINE_OK;
}

amine_status am_field_read(const am_reader *r, const am_where *where, const json_t *value,
                           const am_field *f, void *member) {
  const bool array = f->kind == AM_FIELD_LIST || f->kind == AM_FIELD_ARRAY;
  const bool object = f->kind == AM_FIELD_OBJECT || f->kind == AM_FIELD_VALUES ||
                      (f->kind == AM_FIELD_MAP && !json_is_array(value));
  switch (f->kind) {
  case AM_FIELD_INTEGER: return read_integer(r, where, value, f, member);
  case AM_FIELD_NUMBER: return read_number(r, where, value, f, member);
  case AM_FIELD_RANGE: return read_range(r, where, value, f, member);
  case AM_FIELD_SPREAD: return read_spread(r, where, value, f, member);
  case AM_FIELD_WORD: return read_word(r, where, value, f, member);
  case AM_FIELD_TEXT: return read_text(r, where, value, member);
  case AM_FIELD_SWITCH: return read_switch(r, where, value, member);
  case AM_FIELD_OTHERS: return AMINE_OK;
  default: break;
  }
  if (object && !json_is_object(value))
    return am_refuse(r, where, value, "it must be an object in braces");
  if (array && !json_is_array(value))
    return am_refuse(r, where, value, "it must be an array in brackets");
  *(const json_t **)member = value;
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ an object */

const am_field *am_table_field(const am_table *table, const char *key) {
  for (const am_field *f = table->fields; f && f->name; f++)
    if (strcmp(f->name, key) == 0 || (f->others && am_word_index(f->others, key) >= 0)) return f;
  return NULL;
}

static const amine_parameter *find_more(const am_more *more, const am_registry *parts,
                                        const json_t *object, const char *key) {
  const am_part *part = part_of(more, parts, object);
  return part ? am_parameter_find(part, key, more->loose) : NULL;
}

/* The states of the neurons of a population, those of its receptors among them, one after the other;
 * NULL at the end. `room` is for what has no text of its own. */
static const char *state_at(const am_more *more, const am_registry *parts, const json_t *object,
                            int k, char *room, size_t size) {
  const am_neuron_model *model = (const am_neuron_model *)part_of(more, parts, object);
  const int n = model ? am_neuron_n_states(model) : 0;
  if (k < n) return model->states[k];
  for (am_items i = {.all = json_object_get(object, "receptors")}; am_items_next(&i);)
    if (size > 0 && i.name && k-- == n) {
      snprintf(room, size, "g_%.60s", i.name);
      return room;
    }
  return NULL;
}

/* What may have been meant stands a level deeper; *inside is the key below which. */
static void nearest_inside(am_nearest_word *nearest, const char **inside, const am_table *table,
                           const am_registry *parts, const json_t *object) {
  for (const am_field *f = table->fields; f && f->name; f++) {
    const char *before = nearest->best;
    const char *state;
    for (int k = 0; f->kind == AM_FIELD_STATES; k++) {
      if (!(state = state_at(f->more, parts, object, k, NULL, 0))) break;
      am_nearest_try(nearest, state);
    }
    if (nearest->best != before) *inside = f->name;
    if (f->kind != AM_FIELD_VALUES) continue;
    am_nearest_parameter(nearest, part_of(f->more, parts, object));
    if (nearest->best != before) *inside = f->name;
  }
}

static amine_status unknown(am_reader *r, const am_where *where, const json_t *object,
                            const am_table *table, const char *key) {
  const char *inside = NULL;
  am_nearest_word near = am_nearest_begin(key);
  am_nearest_table(&near, table, r->parts, object);
  nearest_inside(&near, &inside, table, r->parts, object);
  return am_refuse(r, where, NULL, "unknown key \"%.60s\"%s%s%s%s%s", key,
                   near.best ? "; did you mean " : "", inside ? inside : "", inside ? "." : "",
                   near.best ? near.best : "", near.best ? "?" : "");
}

amine_status am_table_read(am_reader *r, const am_where *where, const json_t *object,
                           const am_table *table, bool generous, void *out) {
  const char *key;
  json_t *value;
  uint64_t seen = 0;
  if (!json_is_object(object)) return am_refuse(r, where, object, "it must be an object in braces");
  json_object_foreach((json_t *)(uintptr_t)object, key, value) {
    const am_where here = {.above = where, .key = key};
    const am_field *f = am_table_field(table, key);
    if (!f) {
      if (find_more(table->more, r->parts, object, key)) continue;
      if (!generous) return unknown(r, where, object, table, key);
      am_reader_note_unused(r, &here);
      continue;
    }
    const uint64_t bit = (uint64_t)1 << (f - table->fields);
    if (seen & bit)
      return am_refuse(r, &here, NULL, "it means the same as another key beside it (%s, %s)",
                       f->name, f->others);
    seen |= bit;
    AM_TRY(am_field_read(r, &here, value, f, (char *)out + f->offset));
  }
  return AMINE_OK;
}

am_where am_where_element(const am_where *list, const json_t *element, size_t index,
                          const am_table *table, char *room, size_t size) {
  const char *name = table->name ? table->name(element, room, size) : NULL;
  return (am_where){.above = list, .key = name, .index = index, .element = true};
}

bool am_items_next(am_items *items) {
  json_t *all = (json_t *)(uintptr_t)items->all;
  if (json_is_object(all)) {
    void *at = items->index == 0 ? json_object_iter(all) : json_object_key_to_iter(items->name);
    if (items->index > 0) at = json_object_iter_next(all, at);
    items->name = at ? json_object_iter_key(at) : NULL;
    items->value = at ? json_object_iter_value(at) : NULL;
  } else {
    items->value = json_array_get(all, items->index);
    items->name = json_string_value(json_object_get(items->value, "name"));
  }
  items->index++;
  return items->value != NULL;
}

am_where am_where_item(const am_where *map, const am_items *items) {
  return (am_where){.above = map,
                    .key = items->name,
                    .index = items->index - 1,
                    .element = json_is_array(items->all)};
}

/* ------------------------------------------------------------------------------ paths */

/* The part of the path up to the first dot. */
static void first_part(const char *path, char *out, size_t size) {
  snprintf(out, size, "%.*s", (int)strcspn(path, "."), path);
}

/* The element of a list or map that the path begins with, by the longest of the names that fit;
 * *rest is what stands behind it. */
static const json_t *element(const json_t *all, const am_table *table, const char *path,
                             const char **rest, am_found *found) {
  char part[128], room[200];
  first_part(path, part, sizeof part);
  am_nearest_word near = am_nearest_begin(part);
  const json_t *best = NULL;
  const char *key;
  json_t *value;
  size_t k;
  *rest = NULL;
  json_object_foreach((json_t *)(uintptr_t)all, key, value) {
    const char *after = am_path_behind(path, key);
    if (after && (!best || after > *rest)) best = value, *rest = after;
    am_nearest_try(&near, key);
  }
  json_array_foreach(all, k, value) {
    const char *name = table->name ? table->name(value, room, sizeof room) : NULL;
    const char *after = name ? am_path_behind(path, name) : NULL;
    if (after && (!best || after > *rest)) best = value, *rest = after;
    if (name && name != room) am_nearest_try(&near, name); /* it outlives this call */
  }
  if (!best) *found = (am_found){.wrong = path, .nearest = near.best};
  return best;
}

static bool find_value(am_found *found, const am_more *more, const am_registry *parts,
                       const json_t *owner, const char *path) {
  am_nearest_word near = am_nearest_begin(path);
  *found = (am_found){.parameter = find_more(more, parts, owner, path)};
  if (found->parameter) return true;
  am_nearest_parameter(&near, part_of(more, parts, owner));
  *found = (am_found){.wrong = path, .nearest = near.best};
  return false;
}

/* A state, or how its numbers are drawn: "v", "v.uniform". */
static bool find_state(am_found *found, const am_field *f, const am_registry *parts,
                       const json_t *owner, const char *path) {
  char part[128], room[64];
  const char *state, *nearest = NULL;
  first_part(path, part, sizeof part);
  am_nearest_word near = am_nearest_begin(part);
  for (int k = 0; (state = state_at(f->more, parts, owner, k, room, sizeof room)); k++) {
    const char *behind = am_path_behind(path, state);
    *found = (am_found){.field = f};
    if (behind && (!behind[0] || am_word_index("uniform|normal|lognormal", behind) >= 0)) return true;
    if (state != room) am_nearest_try(&near, state);
    nearest = near.best;
  }
  *found = (am_found){.wrong = path, .nearest = nearest};
  return false;
}

/* What stands behind the key of a field. */
static bool find_inside(am_found *found, const am_field *f, const am_registry *parts,
                        const json_t *object, const char *rest) {
  const json_t *value = json_object_get(object, f->name);
  const char *behind_element = NULL;
  char other[64];
  for (int k = 0; !value && word_at(f->others, k, other, sizeof other); k++)
    value = json_object_get(object, other);
  *found = (am_found){.wrong = rest};
  if (f->kind == AM_FIELD_VALUES) return find_value(found, f->more, parts, object, rest);
  if (f->kind == AM_FIELD_STATES) return find_state(found, f, parts, object, rest);
  if (f->kind == AM_FIELD_OBJECT) return am_table_find(found, f->inside, parts, value, rest);
  if (f->kind != AM_FIELD_MAP && f->kind != AM_FIELD_LIST) return false;
  const json_t *e = element(value, f->inside, rest, &behind_element, found);
  if (!e) return false;
  *found = (am_found){.field = f};
  return behind_element[0] == 0 || am_table_find(found, f->inside, parts, e, behind_element);
}

bool am_table_find(am_found *found, const am_table *table, const am_registry *parts,
                   const json_t *object, const char *path) {
  char part[128];
  first_part(path, part, sizeof part);
  const am_field *f = am_table_field(table, part);
  *found = (am_found){.wrong = path};
  if (f && f->kind != AM_FIELD_OTHERS) {
    const char *rest = am_path_behind(path, part);
    if (!rest) return false; /* longer than any key */
    if (rest[0]) return find_inside(found, f, parts, object, rest);
    *found = (am_found){.field = f};
    return true;
  }
  const amine_parameter *p = find_more(table->more, parts, object, path);
  if (p) {
    *found = (am_found){.parameter = p};
    return true;
  }
  am_nearest_word near = am_nearest_begin(part);
  am_nearest_table(&near, table, parts, object);
  nearest_inside(&near, &found->inside, table, parts, object);
  found->nearest = near.best;
  return false;
}
