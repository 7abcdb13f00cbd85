/* Interventions and their file (see interventions.h). */
#include "run/interventions.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "format/file.h"
#include "format/json.h"
#include "format/line_reader.h"

struct am_interventions {
  am_text path;
  const am_reach *reach;
  void *run;
  am_intervention *waiting; /* [n]: those of the file that the state does not have yet */
  size_t n, next, capacity;
  uint64_t done;
  am_appender *file; /* opened by the first one that is added */
  uint64_t end;      /* byte of the file where the last whole line ends */
};

/* ------------------------------------------------------------------------------ one of them */
static const am_intervention_kind *kind_of(const am_reach *reach, const char *name) {
  for (const am_intervention_kind *k = reach->kinds; k->name; k++)
    if (strcmp(k->name, name) == 0) return k;
  return NULL;
}

/* Does it say what its kind needs, and no more? */
static amine_status check(const am_reach *reach, const am_intervention *one, amine_error *error) {
  const am_intervention_kind *kind = kind_of(reach, one->kind);
  if (!kind) {
    am_text all = {0};
    for (const am_intervention_kind *k = reach->kinds; k->name; k++)
      am_text_printf(&all, "%s%s", k == reach->kinds ? "" : ", ", k->name);
    const amine_status status =
        am_fail(error, AMINE_ERROR_ARGUMENT, "\"%s\" cannot be done to this run: %s", one->kind,
                all.data ? all.data : "nothing can");
    am_text_free(&all);
    return status;
  }
  if (kind->of && !one->of[0])
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s: \"of\" has to name %s", kind->name, kind->of);
  if (!kind->of && one->of[0])
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s: is done to the run, not to \"%s\"", kind->name,
                   one->of);
  if (kind->has_value && !(one->value >= kind->low && one->value <= kind->high))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s: a value of %g is not in %g to %g", kind->name,
                   one->value, kind->low, kind->high);
  return AMINE_OK;
}

/* A word of an object; "" if it has none. */
static bool take_word(char *out, size_t size, const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  out[0] = 0;
  if (!value) return true;
  const char *word = json_string_value(value);
  if (!word || strlen(word) >= size) return false;
  snprintf(out, size, "%s", word);
  return true;
}

static amine_status read_members(am_intervention *one, const char *name, const json_t *root,
                                 amine_error *error) {
  static const char *const known[] = {"step", "do", "of", "value"};
  const char *key;
  json_t *value;
  if (!json_is_object(root))
    return am_fail(error, AMINE_ERROR_INPUT, "%s: an intervention is an object", name);
  json_object_foreach((json_t *)(uintptr_t)root, key, value) {
    bool found = false;
    for (int k = 0; k < 4; k++) found |= strcmp(key, known[k]) == 0;
    if (!found)
      return am_fail(error, AMINE_ERROR_INPUT, "%s: %.60s is no member of an intervention", name, key);
  }
  const json_t *step = json_object_get(root, "step"), *number = json_object_get(root, "value");
  size_t at = 0;
  if (step && !am_json_size(step, &at))
    return am_fail(error, AMINE_ERROR_INPUT, "%s: \"step\" is no number of steps", name);
  one->step = at;
  if (!take_word(one->kind, sizeof one->kind, root, "do") || !one->kind[0] ||
      !take_word(one->of, sizeof one->of, root, "of"))
    return am_fail(error, AMINE_ERROR_INPUT,
                   "%s: \"do\" is a word of up to %d bytes, and \"of\" a name of up to %d", name,
                   AM_INTERVENTION_KIND - 1, AM_INTERVENTION_OF - 1);
  if (number && !json_is_number(number))
    return am_fail(error, AMINE_ERROR_INPUT, "%s: \"value\" is no number", name);
  one->value = number ? json_number_value(number) : (double)NAN;
  return AMINE_OK;
}

amine_status am_intervention_read(am_intervention *one, const char *name, const char *text,
                                  size_t length, amine_error *error) {
  static const am_json_limits limits = {.bytes = 4096, .values = 32, .depth = 4};
  json_t *root = NULL;
  *one = (am_intervention){.value = (double)NAN};
  AM_TRY(am_json_parse(&root, name, text, length, &limits, error));
  const amine_status status = read_members(one, name, root, error);
  json_decref(root);
  return status;
}

void am_intervention_write(am_text *text, const am_intervention *one, const am_reach *reach) {
  const am_intervention_kind *kind = kind_of(reach, one->kind);
  am_json_begin(text);
  am_json_put_uint(text, "step", one->step);
  am_json_put_string(text, "do", one->kind);
  if (one->of[0]) am_json_put_string(text, "of", one->of);
  if (kind && kind->has_value) am_json_put_double(text, "value", one->value);
  am_json_end(text);
}

/* ------------------------------------------------------------------------------ the file */
static amine_status keep(am_interventions *i, const am_intervention *one, amine_error *error) {
  if (i->n == i->capacity) {
    const size_t capacity = i->capacity ? 2 * i->capacity : 16;
    am_intervention *grown = am_resize(i->waiting, capacity, sizeof *grown);
    if (!grown) return am_fail_memory(error, am_size_mul(capacity, sizeof *grown));
    i->waiting = grown;
    i->capacity = capacity;
  }
  i->waiting[i->n++] = *one;
  return AMINE_OK;
}

static amine_status take_line(am_interventions *i, const am_line *line, uint64_t *last, uint64_t done,
                              amine_error *error) {
  am_intervention one;
  char name[400];
  snprintf(name, sizeof name, "%.300s, line %llu", i->path.data, (unsigned long long)line->number);
  AM_TRY(am_intervention_read(&one, name, line->text, line->length, error));
  if (one.step < *last)
    return am_fail(error, AMINE_ERROR_INPUT, "%s: step %llu comes before the %llu of the line above",
                   name, (unsigned long long)one.step, (unsigned long long)*last);
  *last = one.step;
  return line->number > done ? keep(i, &one, error) : AMINE_OK;
}

/* What is whole; a line that a crash tore off is cut off by the next one. */
static amine_status read_all(am_interventions *i, uint64_t done, amine_error *error) {
  am_line_reader *reader;
  am_line line;
  uint64_t last = 0, n = 0;
  if (am_file_missing(i->path.data)) {
    if (done == 0) return AMINE_OK;
    return am_fail_file(error, AMINE_ERROR_INPUT, i->path.data, -1,
                        "missing, and the checkpoint knows of %llu lines of it",
                        (unsigned long long)done);
  }
  AM_TRY(am_line_reader_open(&reader, i->path.data, error));
  amine_status status = AMINE_OK;
  while (status == AMINE_OK && (status = am_line_reader_next(reader, &line, error)) == AMINE_OK &&
         line.text && line.whole) {
    status = take_line(i, &line, &last, done, error);
    i->end = line.end;
    n++;
  }
  am_line_reader_close(reader);
  if (status == AMINE_OK && n < done)
    return am_fail_file(error, AMINE_ERROR_INPUT, i->path.data, -1,
                        "fewer lines than the %llu that the checkpoint knows of",
                        (unsigned long long)done);
  return status;
}

/* A copy of the script is what a new run begins with; or nothing. */
static amine_status begin(const am_interventions *i, const char *script, amine_error *error) {
  unsigned char *text = NULL;
  size_t size = 0;
  if (!script && am_file_missing(i->path.data)) return AMINE_OK;
  amine_status status = AMINE_OK;
  if (script) status = am_file_read(script, (size_t)64 << 20, &text, &size, error);
  if (status == AMINE_ERROR_IO) return AMINE_ERROR_INPUT; /* somebody named it */
  AM_TRY(status);
  status = am_file_replace(i->path.data, text ? (const char *)text : "", size, error);
  am_free(text);
  return status;
}

amine_status am_interventions_open(am_interventions **interventions, const char *folder, bool fresh,
                                   const char *script, uint64_t done, const am_reach *reach,
                                   void *run, amine_error *error) {
  am_interventions *i = am_alloc(1, sizeof *i);
  if (!i) return am_fail_memory(error, sizeof *i);
  i->reach = reach;
  i->run = run;
  i->done = done;
  amine_status status = am_folder_path(&i->path, folder, AM_INTERVENTIONS_FILE, error);
  if (status == AMINE_OK && fresh) status = begin(i, script, error);
  if (status == AMINE_OK) status = read_all(i, done, error);
  if (status == AMINE_OK) *interventions = i;
  else am_interventions_close(i, NULL);
  return status;
}

amine_status am_interventions_close(am_interventions *i, amine_error *error) {
  if (!i) return AMINE_OK;
  const amine_status status = am_appender_close(i->file, error);
  am_text_free(&i->path);
  am_free(i->waiting);
  am_free(i);
  return status;
}

amine_status am_interventions_cut(const char *folder, uint64_t n, amine_error *error) {
  am_text path = {0};
  am_line_reader *reader = NULL;
  am_line line = {0};
  am_appender *file = NULL;
  amine_status status = am_folder_path(&path, folder, AM_INTERVENTIONS_FILE, error);
  if (status == AMINE_OK && !am_file_missing(path.data)) {
    status = am_line_reader_open(&reader, path.data, error);
    for (uint64_t k = 0; status == AMINE_OK && k < n; k++)
      status = am_line_reader_next(reader, &line, error);
    am_line_reader_close(reader);
    if (status == AMINE_OK) status = am_appender_open(&file, path.data, line.end, error);
    if (status == AMINE_OK) status = am_appender_sync(file, error);
    const amine_status closed = am_appender_close(file, status == AMINE_OK ? error : NULL);
    if (status == AMINE_OK) status = closed;
  }
  am_text_free(&path);
  return status;
}

/* ------------------------------------------------------------------------------ doing */
static amine_status apply(am_interventions *i, const am_intervention *one, amine_error *error) {
  AM_TRY(check(i->reach, one, error));
  AM_TRY(i->reach->apply(i->run, one, error));
  i->done++;
  return AMINE_OK;
}

amine_status am_interventions_take(am_interventions *i, uint64_t now, amine_error *error) {
  amine_error inner = {0};
  while (i->next < i->n && i->waiting[i->next].step <= now) {
    const am_intervention *one = &i->waiting[i->next];
    if (one->step < now)
      return am_fail_file(error, AMINE_ERROR_INPUT, i->path.data, -1,
                          "line %llu: step %llu is past, the run is at %llu",
                          (unsigned long long)i->done + 1, (unsigned long long)one->step,
                          (unsigned long long)now);
    const amine_status status = apply(i, one, &inner);
    if (status != AMINE_OK)
      return am_fail_file(error, status == AMINE_ERROR_ARGUMENT ? AMINE_ERROR_INPUT : status,
                          i->path.data, -1, "line %llu: %s", (unsigned long long)i->done + 1,
                          inner.message);
    i->next++;
  }
  return AMINE_OK;
}

uint64_t am_interventions_next(const am_interventions *i) {
  return i->next < i->n ? i->waiting[i->next].step : UINT64_MAX;
}

/* Who repeats what was done is not disturbed: his future is told. */
amine_status am_interventions_add(am_interventions *i, am_intervention *one, uint64_t now,
                                  amine_error *error) {
  am_text line = {0};
  one->step = now;
  if (i->next < i->n)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "this run repeats what was done before, until step %llu",
                   (unsigned long long)i->waiting[i->n - 1].step);
  AM_TRY(apply(i, one, error));
  if (!i->file) AM_TRY(am_appender_open(&i->file, i->path.data, i->end, error));
  am_intervention_write(&line, one, i->reach);
  amine_status status = line.failed ? am_fail_memory(error, 256)
                                    : am_appender_append(i->file, line.data, line.length, error);
  am_text_free(&line);
  return status;
}

uint64_t am_interventions_done(const am_interventions *i) { return i->done; }
