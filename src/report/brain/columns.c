/* Lines of JSON as columns (see columns.h). */
#include "report/brain/columns.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "format/file.h"
#include "format/json.h"
#include "format/line_reader.h"

#define COLUMNS_MAX 100000

typedef struct reader {
  am_columns *columns;
  size_t capacity, n_rows; /* columns; rows that each has room for */
  size_t next;              /* where the next column probably is: lines are alike */
  amine_error *error;
} reader;

static bool is(const am_column *c, const char *family, const char *name) {
  return strcmp(c->name, name) == 0 && strcmp(c->family, family) == 0;
}

static amine_status add_column(reader *r, const char *family, const char *name) {
  am_columns *c = r->columns;
  if (c->n == r->capacity) {
    const size_t capacity = r->capacity ? 2 * r->capacity : 32;
    am_column *grown = am_resize(c->column, capacity, sizeof *grown);
    if (!grown) return am_fail_memory(r->error, capacity * sizeof *grown);
    c->column = grown;
    r->capacity = capacity;
  }
  am_column *fresh = &c->column[c->n];
  *fresh =
      (am_column){am_strdup(family), am_strdup(name), am_alloc(r->n_rows, sizeof *fresh->values)};
  c->n++;
  if (!fresh->family || !fresh->name || !fresh->values)
    return am_fail_memory(r->error, r->n_rows * sizeof *fresh->values);
  for (size_t k = 0; k < r->n_rows; k++) fresh->values[k] = (double)NAN;
  return AMINE_OK;
}

/* Room for one row more; what a row does not have is NAN. */
static amine_status make_room(reader *r) {
  am_columns *c = r->columns;
  if (c->n_rows < r->n_rows) return AMINE_OK;
  const size_t n_rows = r->n_rows ? am_size_mul(2, r->n_rows) : 16;
  for (size_t k = 0; k < c->n; k++) {
    double *grown = am_resize(c->column[k].values, n_rows, sizeof *grown);
    if (!grown) return am_fail_memory(r->error, am_size_mul(n_rows, sizeof *grown));
    for (size_t row = c->n_rows; row < n_rows; row++) grown[row] = (double)NAN;
    c->column[k].values = grown;
  }
  r->n_rows = n_rows;
  return AMINE_OK;
}

static amine_status take(reader *r, const char *family, const char *name, const json_t *value) {
  am_columns *c = r->columns;
  size_t k = r->next;
  if (!json_is_number(value) && !json_is_null(value)) return AMINE_OK;
  if (c->n_rows > 0 && (k >= c->n || !is(&c->column[k], family, name)))
    for (k = 0; k < c->n && !is(&c->column[k], family, name); k++) continue;
  if (k == COLUMNS_MAX)
    return am_fail(r->error, AMINE_ERROR_INPUT, "more than %d numbers with different names",
                   COLUMNS_MAX);
  if (k == c->n) AM_TRY(add_column(r, family, name));
  const double number = json_is_number(value) ? json_number_value(value) : (double)NAN;
  c->column[k].values[c->n_rows] = isfinite(number) ? number : (double)NAN;
  r->next = k + 1;
  return AMINE_OK;
}

static amine_status take_row(reader *r, json_t *root) {
  const char *key, *name;
  json_t *value, *member;
  AM_TRY(make_room(r));
  r->next = 0;
  json_object_foreach(root, key, value) {
    AM_TRY(take(r, "", key, value));
    json_object_foreach(value, name, member) AM_TRY(take(r, key, name, member));
  }
  r->columns->n_rows++;
  return AMINE_OK;
}

static amine_status take_line(reader *r, const char *path, const am_line *line) {
  json_t *root = NULL;
  amine_status status = am_json_parse(&root, path, line->text, line->length, NULL, r->error);
  if (status == AMINE_ERROR_MEMORY) return status;
  const bool good = status == AMINE_OK && json_is_object(root);
  status = AMINE_OK;
  if (good) status = take_row(r, root);
  else if (line->whole)
    status = am_fail_file(r->error, AMINE_ERROR_INPUT, path, (int64_t)line->begin,
                          "line %llu is no JSON object", (unsigned long long)line->number);
  json_decref(root);
  return status;
}

amine_status am_columns_read(am_columns *columns, const char *path, amine_error *error) {
  am_line_reader *lines;
  am_line line = {0};
  am_columns found = {0};
  reader r = {.columns = &found, .error = error};
  if (am_file_missing(path)) {
    *columns = found;
    return AMINE_OK;
  }
  AM_TRY(am_line_reader_open(&lines, path, error));
  amine_status status = AMINE_OK;
  do {
    status = am_line_reader_next(lines, &line, error);
    if (status == AMINE_OK && line.text) status = take_line(&r, path, &line);
  } while (status == AMINE_OK && line.text);
  am_line_reader_close(lines);
  if (status == AMINE_OK) *columns = found;
  else am_columns_free(&found);
  return status;
}

void am_columns_free(am_columns *columns) {
  for (size_t k = 0; k < columns->n; k++) {
    am_free(columns->column[k].family);
    am_free(columns->column[k].name);
    am_free(columns->column[k].values);
  }
  am_free(columns->column);
  *columns = (am_columns){0};
}

const double *am_columns_find(const am_columns *c, const char *family, const char *name) {
  for (size_t k = 0; k < c->n; k++)
    if (is(&c->column[k], family, name)) return c->column[k].values;
  return NULL;
}

const am_column *am_columns_of(const am_columns *c, const char *family, size_t k) {
  for (size_t i = 0; i < c->n; i++)
    if (strcmp(c->column[i].family, family) == 0 && k-- == 0) return &c->column[i];
  return NULL;
}
