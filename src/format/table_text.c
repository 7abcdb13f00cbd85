/* A table of numbers in a text (see table_text.h). */
#include "format/table_text.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "format/lines.h"

typedef struct reader {
  const char *file;
  size_t line;              /* from 1 */
  int least, most, columns; /* of the lines so far; 0: none yet */
  bool headed;              /* a line of words was passed over */
  double *values;
  size_t n, capacity; /* lines */
} reader;

static amine_status keep(reader *r, const double *row, amine_error *error) {
  if (r->n == r->capacity) {
    const size_t capacity = r->capacity ? am_size_mul(2, r->capacity) : 1024;
    double *values = am_resize(r->values, capacity, (size_t)r->columns * sizeof *values);
    if (!values) return am_fail_memory(error, am_size_mul(capacity, sizeof *values));
    r->values = values;
    r->capacity = capacity;
  }
  memcpy(r->values + r->n++ * (size_t)r->columns, row, (size_t)r->columns * sizeof *row);
  return AMINE_OK;
}

static const char *skip(const char *p, const char *end, const char *what) {
  while (p < end && *p && strchr(what, *p)) p++;
  return p;
}

/* A number between p and end; NULL if there is none. */
static const char *number(const char *p, const char *end, double *out) {
  char *after;
  if (p == end || !*p || !strchr("0123456789.+-", *p)) return NULL;
  *out = am_number_read(p, &after);
  return after > p && after <= end && isfinite(*out) ? after : NULL;
}

/* The numbers of a line; -1 if it has something else in it, or too many. */
static int numbers(double row[AM_TABLE_COLUMNS], const reader *r, const char *at, const char *end) {
  int columns = 0;
  while (at < end) {
    const char *after = columns < r->most ? number(at, end, &row[columns]) : NULL;
    if (!after) return -1;
    columns++;
    at = skip(after, end, " \t\r");
    if (at < end && (*at == ',' || *at == ';')) {
      at = skip(at + 1, end, " \t\r");
      if (at == end) return -1;
    } else if (at == after && at < end) {
      return -1; /* two numbers need something between them */
    }
  }
  return columns;
}

/* One line, without its end and its remark. */
static amine_status take(reader *r, const char *p, const char *end, amine_error *error) {
  double row[AM_TABLE_COLUMNS];
  const char *at = skip(p, end, " \t\r");
  if (at == end) return AMINE_OK;
  const int columns = numbers(row, r, at, end);
  if (columns < 0 && r->n == 0 && !r->headed && !strchr("0123456789.+-", *at)) {
    r->headed = true;
    return AMINE_OK;
  }
  if (columns < r->least)
    return am_fail_file(error, AMINE_ERROR_INPUT, r->file, -1,
                        "line %zu: %d to %d numbers are wanted, with a comma, a tab or blanks "
                        "between them",
                        r->line, r->least, r->most);
  if (r->columns && columns != r->columns)
    return am_fail_file(error, AMINE_ERROR_INPUT, r->file, -1,
                        "line %zu has %d numbers, those before it %d", r->line, columns,
                        r->columns);
  r->columns = columns;
  return keep(r, row, error);
}

amine_status am_table_text_parse(double **values, size_t *n, int *columns, int least, int most,
                                 const char *file, const char *text, size_t length,
                                 amine_error *error) {
  reader r = {.file = file, .least = least, .most = most};
  amine_status status = AMINE_OK;
  am_lines lines = am_lines_begin(text, length);
  while (status == AMINE_OK && am_lines_next(&lines)) {
    r.line++;
    status = take(&r, lines.begin, lines.end, error);
  }
  if (status != AMINE_OK) {
    am_free(r.values);
    return status;
  }
  *values = r.values;
  *n = r.n;
  *columns = r.columns;
  return AMINE_OK;
}
