/* Copies of checkpoints and of folders (see marks.h). */
#include "live/marks.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "format/json.h"
#include "format/line_reader.h"
#include "run/folder.h"
#include "run/interventions.h"
#include "run/lines.h"

static amine_status copy_file(const char *from, const char *to, amine_error *error) {
  unsigned char *bytes = NULL;
  size_t n = 0;
  AM_TRY(am_file_read(from, SIZE_MAX - 1, &bytes, &n, error));
  const amine_status status = am_file_replace(to, bytes, n, error);
  am_free(bytes);
  return status;
}

static amine_status copy_within(const char *folder, const char *from, const char *to,
                                amine_error *error) {
  am_text a = {0}, b = {0};
  amine_status status = am_folder_path(&a, folder, from, error);
  if (status == AMINE_OK) status = am_folder_path(&b, folder, to, error);
  if (status == AMINE_OK) status = copy_file(a.data, b.data, error);
  am_text_free(&a);
  am_text_free(&b);
  return status;
}

/* ------------------------------------------------------------------------------ their file */
enum { ID_LENGTH = 48 };

typedef struct mark {
  char id[ID_LENGTH];
  uint64_t step, interventions, metrics;
  double time_s;
} mark;

static bool read_mark(mark *m, const am_line *line) {
  static const am_json_limits limits = {.bytes = 1024, .values = 16, .depth = 4};
  json_t *root = NULL;
  size_t step, interventions, metrics;
  if (am_json_parse(&root, AM_MARKS_FILE, line->text, line->length, &limits, NULL) != AMINE_OK)
    return false;
  const char *id = json_string_value(json_object_get(root, "id"));
  const bool fine = id && strlen(id) < ID_LENGTH && strspn(id, "0123456789-") == strlen(id) &&
                    am_json_size(json_object_get(root, "step"), &step) &&
                    am_json_size(json_object_get(root, "interventions"), &interventions) &&
                    am_json_size(json_object_get(root, "metrics"), &metrics);
  if (fine) {
    *m = (mark){.step = step,
                .interventions = interventions,
                .metrics = metrics,
                .time_s = am_json_number_of(root, "t_s")};
    memcpy(m->id, id, strlen(id) + 1);
  }
  json_decref(root);
  return fine;
}

/* Calls `each` with every mark, as long as it says true. */
static amine_status read_marks(const char *folder, bool (*each)(void *context, const mark *m),
                               void *context, amine_error *error) {
  am_text path = {0};
  am_line_reader *reader = NULL;
  am_line line = {0};
  amine_status status = am_folder_path(&path, folder, AM_MARKS_FILE, error);
  if (status == AMINE_OK && !am_file_missing(path.data)) {
    status = am_line_reader_open(&reader, path.data, error);
    while (status == AMINE_OK && (status = am_line_reader_next(reader, &line, error)) == AMINE_OK &&
           line.text && line.whole) {
      mark m;
      if (!read_mark(&m, &line))
        status = am_fail_file(error, AMINE_ERROR_INPUT, path.data, -1, "line %llu is no mark",
                              (unsigned long long)line.number);
      else if (!each(context, &m)) break;
    }
    am_line_reader_close(reader);
  }
  am_text_free(&path);
  return status;
}

static void put_mark(am_text *text, const mark *m, bool whole) {
  am_json_begin(text);
  am_json_put_string(text, "id", m->id);
  am_json_put_uint(text, "step", m->step);
  am_json_put_double(text, "t_s", m->time_s);
  if (whole) am_json_put_uint(text, "interventions", m->interventions);
  if (whole) am_json_put_uint(text, "metrics", m->metrics);
  am_text_puts(text, "}");
}

static bool put_each(void *context, const mark *m) {
  put_mark(context, m, false);
  return true;
}

amine_status am_marks_list(am_text *list, const char *folder, amine_error *error) {
  am_text_free(list);
  AM_TRY(read_marks(folder, put_each, list, error));
  return list->failed ? am_fail_memory(error, 1024) : AMINE_OK;
}

/* ------------------------------------------------------------------------------ adding */
/* What stands in the file, and how many marks are of the step. */
typedef struct standing {
  am_text text;
  uint64_t step;
  int n_of_step;
} standing;

static bool keep(void *context, const mark *m) {
  standing *s = context;
  put_mark(&s->text, m, true);
  am_text_puts(&s->text, "\n");
  s->n_of_step += m->step == s->step;
  return true;
}

static amine_status append(standing *s, const char *folder, const mark *m, amine_error *error) {
  am_text path = {0};
  put_mark(&s->text, m, true);
  am_text_puts(&s->text, "\n");
  amine_status status = s->text.failed ? am_fail_memory(error, s->text.capacity)
                                       : am_folder_path(&path, folder, AM_MARKS_FILE, error);
  if (status == AMINE_OK) status = am_file_replace(path.data, s->text.data, s->text.length, error);
  am_text_free(&path);
  return status;
}

static void name_files(am_text *checkpoint, am_text *line, const char *id) {
  am_text_printf(checkpoint, "mark-%s.safetensors", id);
  am_text_printf(line, "mark-%s.jsonl", id);
}

/* The last line of metrics.jsonl becomes a file of its own; *at: where it begins. */
static amine_status keep_line(uint64_t *at, const char *folder, const char *name,
                              amine_error *error) {
  am_text from = {0}, to = {0};
  unsigned char *bytes = NULL;
  size_t n = 0, begin = 0;
  amine_status status = am_folder_path(&from, folder, AM_METRICS_FILE, error);
  if (status == AMINE_OK) status = am_folder_path(&to, folder, name, error);
  if (status == AMINE_OK && !am_file_missing(from.data))
    status = am_file_read(from.data, SIZE_MAX - 1, &bytes, &n, error);
  for (size_t k = 0; k + 1 < n; k++)
    if (bytes[k] == '\n') begin = k + 1;
  if (status == AMINE_OK)
    status = am_file_replace(to.data, bytes ? (char *)bytes + begin : "", n - begin, error);
  *at = begin;
  am_free(bytes);
  am_text_free(&from);
  am_text_free(&to);
  return status;
}

amine_status am_marks_add(const char *folder, uint64_t step, double time_s, uint64_t interventions,
                          amine_error *error) {
  standing s = {.step = step};
  mark m = {.step = step, .interventions = interventions, .time_s = time_s};
  am_text name = {0}, line = {0};
  amine_status status = read_marks(folder, keep, &s, error);
  if (s.n_of_step > 0)
    snprintf(m.id, sizeof m.id, "%llu-%d", (unsigned long long)step, s.n_of_step + 1);
  else snprintf(m.id, sizeof m.id, "%llu", (unsigned long long)step);
  name_files(&name, &line, m.id);
  if (status == AMINE_OK && (name.failed || line.failed)) status = am_fail_memory(error, 64);
  if (status == AMINE_OK) status = copy_within(folder, AM_CHECKPOINT_FILE, name.data, error);
  if (status == AMINE_OK) status = keep_line(&m.metrics, folder, line.data, error);
  if (status == AMINE_OK) status = append(&s, folder, &m, error);
  am_text_free(&name);
  am_text_free(&line);
  am_text_free(&s.text);
  return status;
}

/* ------------------------------------------------------------------------------ going back */
typedef struct search {
  const char *id;
  bool found;
  mark mark;
} search;

static bool compare(void *context, const mark *m) {
  search *s = context;
  s->found = strcmp(m->id, s->id) == 0;
  if (s->found) s->mark = *m;
  return !s->found;
}

/* metrics.jsonl up to `at`, with the line that was kept behind it. */
static amine_status put_line_back(const char *folder, const char *name, uint64_t at,
                                  amine_error *error) {
  am_text from = {0}, to = {0};
  unsigned char *bytes = NULL;
  size_t n = 0;
  am_appender *file = NULL;
  amine_status status = am_folder_path(&from, folder, name, error);
  if (status == AMINE_OK) status = am_folder_path(&to, folder, AM_METRICS_FILE, error);
  if (status == AMINE_OK) status = am_file_read(from.data, SIZE_MAX - 1, &bytes, &n, error);
  if (status == AMINE_OK) status = am_appender_open(&file, to.data, at, error);
  if (status == AMINE_OK && n > 0) status = am_appender_append(file, bytes, n, error);
  if (status == AMINE_OK) status = am_appender_sync(file, error);
  const amine_status closed = am_appender_close(file, status == AMINE_OK ? error : NULL);
  am_free(bytes);
  am_text_free(&from);
  am_text_free(&to);
  return status == AMINE_OK ? closed : status;
}

amine_status am_marks_back(const char *folder, const char *id, amine_error *error) {
  search s = {.id = id};
  am_text name = {0}, line = {0};
  AM_TRY(read_marks(folder, compare, &s, error));
  if (!s.found)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "there is no mark \"%.40s\" to go back to", id);
  name_files(&name, &line, s.mark.id);
  amine_status status = name.failed || line.failed ? am_fail_memory(error, 64) : AMINE_OK;
  if (status == AMINE_OK) status = copy_within(folder, name.data, AM_CHECKPOINT_FILE, error);
  if (status == AMINE_OK) status = am_interventions_cut(folder, s.mark.interventions, error);
  if (status == AMINE_OK) status = put_line_back(folder, line.data, s.mark.metrics, error);
  am_text_free(&name);
  am_text_free(&line);
  return status;
}

/* ------------------------------------------------------------------------------ folders */
static amine_status copy_entry(const char *from, const char *to, const char *name,
                               amine_error *error) {
  am_text a = {0}, b = {0};
  struct stat is;
  amine_status status = am_folder_path(&a, from, name, error);
  if (status == AMINE_OK) status = am_folder_path(&b, to, name, error);
  if (status == AMINE_OK && am_io.stat(a.data, &is) == 0 && S_ISREG(is.st_mode))
    status = copy_file(a.data, b.data, error);
  am_text_free(&a);
  am_text_free(&b);
  return status;
}

amine_status am_marks_copy_folder(const char *from, const char *to, amine_error *error) {
  const struct dirent *entry;
  AM_TRY(am_folder_must_be_free(to, error));
  AM_TRY(am_folder_make(to, error));
  DIR *folder = opendir(from);
  if (!folder)
    return am_fail_file(error, AMINE_ERROR_IO, from, -1, "cannot be looked into: %s",
                        strerror(errno));
  amine_status status = AMINE_OK;
  while (status == AMINE_OK && (entry = readdir(folder)))
    status = copy_entry(from, to, entry->d_name, error);
  closedir(folder);
  return status;
}
