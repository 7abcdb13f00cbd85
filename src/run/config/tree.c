/* Dotted paths in JSON trees (see tree.h). */
#include "run/config/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/words.h"
#include "format/json.h"
#include "report/html.h"

/* The first part of a path, `n` bytes, ended by 0. */
static void take_part(char part[AM_PATH_MAX], const char *path, size_t n) {
  snprintf(part, AM_PATH_MAX, "%.*s", n < AM_PATH_MAX ? (int)n : AM_PATH_MAX - 1, path);
}

/* What the engine calls an element of an array: its name, the population or sense that it is about,
 * or SOURCE-TARGET; NULL if it has none. `room` is for one that must be made. */
static const char *element_name(const json_t *element, char room[AM_PATH_MAX]) {
  static const char *const keys[] = {"name", "population", "sense"};
  for (int k = 0; k < 3; k++) {
    const char *name = json_string_value(json_object_get(element, keys[k]));
    if (name) return name;
  }
  const char *source = json_string_value(json_object_get(element, "source"));
  const char *target = json_string_value(json_object_get(element, "target"));
  if (!source || !target) return NULL;
  snprintf(room, AM_PATH_MAX, "%.64s-%.64s", source, target);
  return room;
}

/* Which element of the array is meant; the array's size if none. */
static size_t find_element(const json_t *array, const char *part) {
  const size_t n = json_array_size(array);
  char *end, room[AM_PATH_MAX];
  for (size_t k = 0; k < n; k++) {
    const char *name = element_name(json_array_get(array, k), room);
    if (name && strcmp(name, part) == 0) return k;
  }
  if (part[0] < '0' || part[0] > '9') return n;
  const unsigned long long index = strtoull(part, &end, 10);
  return *end == 0 && index < n ? (size_t)index : n;
}

/* The member or element that the path begins with, by the longest name that fits; *rest is what
 * stands behind it ("": nothing). NULL if there is none: its name is then taken to be the part up
 * to the first dot. */
static json_t *child(const json_t *value, const char *path, const char **rest) {
  char part[AM_PATH_MAX], room[AM_PATH_MAX];
  const char *key, *after;
  json_t *member, *best = NULL;
  size_t k, n = strcspn(path, ".");
  *rest = path[n] ? path + n + 1 : path + n;
  if (json_is_array(value)) {
    take_part(part, path, n);
    best = json_array_get(value, find_element(value, part));
  }
  json_array_foreach(value, k, member) {
    const char *name = element_name(member, room);
    after = name ? am_path_behind(path, name) : NULL;
    if (after && (!best || after > *rest)) best = member, *rest = after;
  }
  json_object_foreach((json_t *)(uintptr_t)value, key, member) {
    after = am_path_behind(path, key);
    if (after && (!best || after > *rest)) best = member, *rest = after;
  }
  return best;
}

json_t *am_tree_get(const json_t *root, const char *path) {
  json_t *value = (json_t *)(uintptr_t)root;
  while (*path && value) value = child(value, path, &path);
  return value;
}

static amine_status no_way(const char *path, const char *rest, amine_error *error) {
  const size_t n = strlen(path) - strlen(rest) - (*rest ? 1 : 0);
  return am_fail(error, AMINE_ERROR_ARGUMENT, "%.*s: there is no such value to change", (int)n,
                 path);
}

/* Puts the value in the place of an element. */
static int replace(json_t *array, const json_t *element, json_t *value) {
  size_t k = 0;
  while (json_array_get(array, k) != element) k++;
  return json_array_set(array, k, value);
}

amine_status am_tree_set(json_t *root, const char *path, json_t *value, amine_error *error) {
  char part[AM_PATH_MAX];
  json_t *at = root;
  amine_status status = value ? AMINE_OK : am_fail_memory(error, strlen(path));
  for (const char *rest = path, *next; *rest && status == AMINE_OK; rest = next) {
    json_t *found = child(at, rest, &next);
    take_part(part, rest, strlen(rest) - strlen(next) - (*next ? 1 : 0));
    int failed = 0;
    if (!json_is_object(at) && !(json_is_array(at) && found)) {
      status = no_way(path, next, error);
    } else if (!*next) {
      failed = json_is_array(at) ? replace(at, found, value) : json_object_set(at, part, value);
    } else if (!found) {
      found = json_object();
      failed = json_object_set_new(at, part, found);
    }
    if (failed) status = am_fail_memory(error, strlen(path));
    at = found;
  }
  json_decref(value);
  return status;
}

/* ------------------------------------------------------------------------------ texts */
json_t *am_tree_value(const char *text) {
  am_text array = {0};
  json_t *root = NULL, *value = NULL;
  am_text_printf(&array, "[%s]", text);
  if (!array.failed &&
      am_json_parse(&root, "value", array.data, array.length, NULL, NULL) == AMINE_OK &&
      json_array_size(root) == 1)
    value = json_incref(json_array_get(root, 0));
  json_decref(root);
  am_text_free(&array);
  return value ? value : json_string(text);
}

/* "[0.3,0.7]" */
static void put_elements(am_text *out, const json_t *array) {
  size_t k;
  json_t *value;
  am_text_puts(out, "[");
  json_array_foreach(array, k, value) {
    if (k > 0) am_text_puts(out, ",");
    if (json_is_string(value)) am_json_string(out, json_string_value(value));
    else am_tree_text(out, value);
  }
  am_text_puts(out, "]");
}

void am_tree_text(am_text *out, const json_t *value) {
  if (json_is_string(value)) {
    am_text_puts(out, json_string_value(value));
  } else if (json_is_real(value)) {
    am_html_real(out, json_real_value(value));
  } else if (json_is_array(value)) {
    put_elements(out, value);
  } else {
    am_json_write(out, value);
  }
}

static void put(am_text *out, const json_t *value, int indent);

static void put_array(am_text *out, const json_t *array, int indent) {
  const size_t n = json_array_size(array);
  bool tall = false;
  for (size_t k = 0; k < n; k++)
    tall =
        tall || json_is_object(json_array_get(array, k)) || json_is_array(json_array_get(array, k));
  am_text_puts(out, "[");
  for (size_t k = 0; k < n; k++) {
    if (k > 0) am_text_puts(out, tall ? "," : ", ");
    if (tall) am_text_printf(out, "\n%*s", indent + 2, "");
    put(out, json_array_get(array, k), indent + 2);
  }
  if (tall) am_text_printf(out, "\n%*s", indent, "");
  am_text_puts(out, "]");
}

static bool is_one_of(const char *const *list, const char *key) {
  for (; list && *list; list++)
    if (strcmp(*list, key) == 0) return true;
  return false;
}

static void put_object(am_text *out, const json_t *object, int indent, const char *const *without) {
  const char *key, *gap = "";
  json_t *member;
  am_text_puts(out, "{");
  json_object_foreach((json_t *)(uintptr_t)object, key, member) {
    if (is_one_of(without, key)) continue;
    am_text_printf(out, "%s\n%*s", gap, indent + 2, "");
    am_json_string(out, key);
    am_text_puts(out, ": ");
    put(out, member, indent + 2);
    gap = ",";
  }
  if (gap[0]) am_text_printf(out, "\n%*s", indent, "");
  am_text_puts(out, "}");
}

static void put(am_text *out, const json_t *value, int indent) {
  if (json_is_object(value)) put_object(out, value, indent, NULL);
  else if (json_is_array(value)) put_array(out, value, indent);
  else if (json_is_string(value)) am_json_string(out, json_string_value(value));
  else am_tree_text(out, value);
}

void am_tree_write(am_text *out, const json_t *value, const char *const *without) {
  if (json_is_object(value)) put_object(out, value, 0, without);
  else put(out, value, 0);
}

/* ------------------------------------------------------------------------------ walking */
typedef struct walker {
  amine_status (*each)(void *context, const char *path, const json_t *value);
  void *context;
  char path[AM_PATH_MAX];
} walker;

static amine_status walk(walker *w, size_t length, const json_t *value);

static amine_status walk_into(walker *w, size_t length, const char *part, const json_t *value) {
  const int n =
      snprintf(w->path + length, sizeof w->path - length, "%s%s", length ? "." : "", part);
  size_t longer = length + (size_t)(n > 0 ? n : 0);
  if (longer >= sizeof w->path) longer = sizeof w->path - 1; /* the path is cut */
  const amine_status status = walk(w, longer, value);
  w->path[length] = 0;
  return status;
}

static amine_status walk_array(walker *w, size_t length, const json_t *array) {
  for (size_t k = 0; k < json_array_size(array); k++) {
    const json_t *element = json_array_get(array, k);
    char number[24], room[AM_PATH_MAX];
    const char *name = element_name(element, room);
    snprintf(number, sizeof number, "%zu", k);
    /* a name that stands for another element too is not used */
    if (name && (!name[0] || find_element(array, name) != k)) name = NULL;
    AM_TRY(walk_into(w, length, name ? name : number, element));
  }
  return AMINE_OK;
}

static amine_status walk(walker *w, size_t length, const json_t *value) {
  if (json_is_array(value) && json_is_object(json_array_get(value, 0)))
    return walk_array(w, length, value);
  if (!json_is_object(value)) return w->each(w->context, w->path, value);
  const char *key;
  json_t *member;
  json_object_foreach((json_t *)(uintptr_t)value, key, member)
      AM_TRY(walk_into(w, length, key, member));
  return AMINE_OK;
}

amine_status am_tree_walk(const json_t *root,
                          amine_status (*each)(void *context, const char *path,
                                               const json_t *value),
                          void *context) {
  walker w = {.each = each, .context = context};
  return walk(&w, 0, root);
}

/* ------------------------------------------------------------------------------ differences */
typedef struct comparison {
  const char *const *passed;
  char path[AM_PATH_MAX];
} comparison;

static bool is_below(const char *path, const char *above) {
  const size_t n = strlen(above);
  return strncmp(path, above, n) == 0 && (path[n] == 0 || path[n] == '.');
}

/* A path and all below it, or with "*.NAME" whatever has that name. */
static bool is_passed(const char *path, const char *passed) {
  const size_t n = strlen(path), suffix = strlen(passed) - 1;
  if (passed[0] != '*') return is_below(path, passed);
  return n >= suffix && strcmp(path + n - suffix, passed + 1) == 0;
}

static bool same_value(const json_t *a, const json_t *b) {
  if (json_is_number(a) && json_is_number(b)) return json_number_value(a) == json_number_value(b);
  return a && b && json_equal(a, b);
}

static bool differ(comparison *c, size_t length, const json_t *a, const json_t *b);

static bool differ_at(comparison *c, size_t length, const char *part, const json_t *a,
                      const json_t *b) {
  const int n =
      snprintf(c->path + length, sizeof c->path - length, "%s%s", length ? "." : "", part);
  const size_t longer = length + (size_t)(n > 0 ? n : 0);
  if (differ(c, longer < sizeof c->path ? longer : sizeof c->path - 1, a, b)) return true;
  c->path[length] = 0;
  return false;
}

/* true leaves the path of the first difference in c->path */
static bool differ(comparison *c, size_t length, const json_t *a, const json_t *b) {
  const char *key;
  json_t *member;
  for (const char *const *p = c->passed; length > 0 && *p; p++)
    if (is_passed(c->path, *p)) return false;
  if (json_is_array(a) && json_is_array(b) && json_array_size(a) == json_array_size(b)) {
    for (size_t k = 0; k < json_array_size(a); k++) {
      char number[24], room[AM_PATH_MAX];
      const char *name = element_name(json_array_get(a, k), room);
      snprintf(number, sizeof number, "%zu", k);
      if (differ_at(c, length, name ? name : number, json_array_get(a, k), json_array_get(b, k)))
        return true;
    }
    return false;
  }
  if (!json_is_object(a) || !json_is_object(b)) return !same_value(a, b);
  json_object_foreach(
      (json_t *)(uintptr_t)a, key,
      member) if (differ_at(c, length, key, member, json_object_get(b, key))) return true;
  json_object_foreach((json_t *)(uintptr_t)b, key,
                      member) if (!json_object_get(a, key) &&
                                  differ_at(c, length, key, NULL, member)) return true;
  return false;
}

const char *am_tree_difference(char out[AM_PATH_MAX], const json_t *a, const json_t *b,
                               const char *const *passed) {
  comparison c = {.passed = passed};
  if (!differ(&c, 0, a, b)) return NULL;
  memcpy(out, c.path, sizeof c.path);
  return out;
}
