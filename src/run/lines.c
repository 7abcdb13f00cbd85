/* Lines of JSON and their events (see lines.h). */
#include "run/lines.h"

#include <string.h>

#include "base/clock.h"
#include "format/file.h"
#include "format/json.h"
#include "format/line_reader.h"
#include "format/tfevents.h"
#include "run/folder.h"

/* The events are made under this name, which is none that TensorBoard looks for. */
#define FRESH_EVENTS_FILE "events.new"

struct am_lines {
  am_appender *metrics;
  am_tfevents *events;
  double began, seconds; /* time of the calendar; since then, of the last line */
  am_scalar *scalars; /* scratch: [n_scalars] of a line, whose tags lie in `tags` at `places` */
  size_t n_scalars, capacity, *places;
  am_text tags; /* each ended by 0 */
};

/* ------------------------------------------------------------------------------ events */
static amine_status add_scalar(am_lines *l, const char *family, const char *name,
                               const json_t *value, amine_error *error) {
  if (!json_is_number(value)) return AMINE_OK;
  if (l->n_scalars == l->capacity) {
    const size_t capacity = l->capacity ? 2 * l->capacity : 32;
    am_scalar *scalars = am_resize(l->scalars, capacity, sizeof *scalars);
    if (scalars) l->scalars = scalars;
    size_t *places = am_resize(l->places, capacity, sizeof *places);
    if (places) l->places = places;
    if (!scalars || !places) return am_fail_memory(error, capacity * sizeof *scalars);
    l->capacity = capacity;
  }
  l->places[l->n_scalars] = l->tags.length;
  l->scalars[l->n_scalars++].value = (float)json_number_value(value);
  if (family[0]) am_text_printf(&l->tags, "%s/", family);
  am_text_add(&l->tags, name, strlen(name) + 1);
  return l->tags.failed ? am_fail_memory(error, l->tags.length) : AMINE_OK;
}

static amine_status take_scalars(am_lines *l, const json_t *line, amine_error *error) {
  const char *key, *name;
  json_t *value, *member;
  l->n_scalars = 0;
  l->tags.length = 0;
  json_object_foreach((json_t *)(uintptr_t)line, key, value) {
    if (strcmp(key, "iteration") == 0 || strcmp(key, "seconds") == 0 || strcmp(key, "t_s") == 0)
      continue;
    AM_TRY(add_scalar(l, "", key, value, error));
    json_object_foreach(value, name, member) AM_TRY(add_scalar(l, key, name, member, error));
  }
  for (size_t k = 0; k < l->n_scalars; k++) l->scalars[k].tag = l->tags.data + l->places[k];
  return AMINE_OK;
}

/* The event of one line, whose text is `length` bytes; `path` is for the sentence alone. */
static amine_status add_event(am_lines *l, const char *path, const char *text, size_t length,
                              amine_error *error) {
  json_t *root = NULL;
  AM_TRY(am_json_parse(&root, path, text, length, NULL, error));
  const double seconds = json_number_value(json_object_get(root, "seconds"));
  const int64_t iteration = (int64_t)json_integer_value(json_object_get(root, "iteration"));
  amine_status status = take_scalars(l, root, error);
  if (status == AMINE_OK)
    status =
        am_tfevents_add(l->events, l->began + seconds, iteration, l->scalars, l->n_scalars, error);
  if (status == AMINE_OK) l->seconds = seconds;
  json_decref(root);
  return status;
}

/* ------------------------------------------------------------------------------ opening */
/* The events of the first n lines; *position becomes the byte at which the last of them ends. */
static amine_status repeat(am_lines *l, uint64_t *position, const char *path, uint64_t n,
                           amine_error *error) {
  am_line_reader *reader;
  am_line line = {0};
  *position = 0;
  if (n == 0) return AMINE_OK;
  AM_TRY(am_line_reader_open(&reader, path, error));
  amine_status status = AMINE_OK;
  for (uint64_t k = 0; status == AMINE_OK && k < n; k++) {
    status = am_line_reader_next(reader, &line, error);
    if (status == AMINE_OK && !line.whole)
      status = am_fail_file(error, AMINE_ERROR_INPUT, path, (int64_t)line.end,
                            "fewer lines than the %llu that the checkpoint knows of",
                            (unsigned long long)n);
    if (status == AMINE_OK) status = add_event(l, path, line.text, line.length, error);
  }
  am_line_reader_close(reader);
  *position = line.end;
  return status;
}

static amine_status open_all(am_lines *l, const char *folder, uint64_t n, amine_error *error) {
  am_text metrics = {0}, events = {0}, fresh = {0};
  uint64_t position = 0;
  amine_status status = am_folder_path(&metrics, folder, AM_METRICS_FILE, error);
  if (status == AMINE_OK) status = am_folder_path(&events, folder, AM_EVENTS_FILE, error);
  if (status == AMINE_OK) status = am_folder_path(&fresh, folder, FRESH_EVENTS_FILE, error);
  if (status == AMINE_OK && !(am_tfevents_began(&l->began, events.data) && l->began > 0 && n > 0))
    l->began = am_clock_calendar();
  if (status == AMINE_OK) status = am_tfevents_open(&l->events, fresh.data, 0, l->began, error);
  if (status == AMINE_OK) status = repeat(l, &position, metrics.data, n, error);
  if (status == AMINE_OK) status = am_appender_open(&l->metrics, metrics.data, position, error);
  if (status == AMINE_OK) status = am_tfevents_rename(l->events, events.data, error);
  if (status != AMINE_OK && fresh.data) am_io.unlink(fresh.data);
  am_text_free(&metrics);
  am_text_free(&events);
  am_text_free(&fresh);
  return status;
}

amine_status am_lines_open(am_lines **lines, const char *folder, uint64_t n, amine_error *error) {
  am_lines *l = am_alloc(1, sizeof *l);
  if (!l) return am_fail_memory(error, sizeof *l);
  amine_status status = open_all(l, folder, n, error);
  if (status == AMINE_OK) *lines = l;
  else am_lines_close(l, NULL);
  return status;
}

/* ------------------------------------------------------------------------------ going on */
amine_status am_lines_add(am_lines *l, const am_text *line, amine_error *error) {
  if (line->failed) return am_fail_memory(error, line->length);
  AM_TRY(am_appender_append(l->metrics, line->data, line->length, error));
  return add_event(l, AM_METRICS_FILE, line->data, line->length, error);
}

double am_lines_seconds(const am_lines *l) { return l->seconds; }

amine_status am_lines_sync(am_lines *l, amine_error *error) {
  AM_TRY(am_appender_sync(l->metrics, error));
  return am_tfevents_sync(l->events, error);
}

amine_status am_lines_close(am_lines *l, amine_error *error) {
  if (!l) return AMINE_OK;
  amine_status status = am_appender_close(l->metrics, error);
  const amine_status next = am_tfevents_close(l->events, status == AMINE_OK ? error : NULL);
  am_text_free(&l->tags);
  am_free(l->scalars);
  am_free(l->places);
  am_free(l);
  return status == AMINE_OK ? next : status;
}
