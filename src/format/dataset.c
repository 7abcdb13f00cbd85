/* Tables of numbers (see dataset.h). IDX: http://yann.lecun.com/exdb/mnist/, big-endian. */
#include "format/dataset.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "base/memory.h"
#include "base/number.h"
#include "format/file.h"
#include "format/npz.h"

#define WRONG(...) am_fail_file(error, AMINE_ERROR_INPUT, file, -1, __VA_ARGS__)

/* Room for all values. */
static amine_status begin(am_dataset *t, const char *file, size_t n_rows, size_t n_columns,
                          amine_error *error) {
  const size_t count = am_size_mul(n_rows, n_columns), bytes = am_size_mul(count, sizeof(float));
  if (count == 0) return WRONG("a table of %zu rows and %zu columns is empty", n_rows, n_columns);
  if (bytes > AM_DATASET_MOST)
    return WRONG("a table of %zu rows and %zu columns is too large: at most %zu numbers", n_rows,
                 n_columns, AM_DATASET_MOST / sizeof(float));
  *t = (am_dataset){.n_rows = n_rows, .n_columns = n_columns};
  AM_TRY(am_memory_check("this table", (double)bytes, error));
  return AM_TAKE(t->values, count, error);
}

static amine_status check_finite(const am_dataset *t, const char *file, amine_error *error) {
  for (size_t k = 0; k < t->n_rows * t->n_columns; k++)
    if (!isfinite(t->values[k]))
      return WRONG("row %zu, column %zu: the number is not finite, or too large",
                   k / t->n_columns + 1, k % t->n_columns + 1);
  return AMINE_OK;
}

/* ------------------------------------------------------------------ IDX */
static uint64_t big_endian(const unsigned char *at, size_t bytes) {
  uint64_t value = 0;
  for (size_t k = 0; k < bytes; k++) value = value << 8 | at[k];
  return value;
}

static float idx_value(const unsigned char *at, int type) {
  switch (type) {
  case 0x08: return (float)at[0];
  case 0x09: return (float)(int8_t)at[0];
  case 0x0b: return (float)(int16_t)big_endian(at, 2);
  case 0x0c: return (float)(int32_t)big_endian(at, 4);
  case 0x0d: {
    const uint32_t bits = (uint32_t)big_endian(at, 4);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
  }
  default: {
    const uint64_t bits = big_endian(at, 8);
    double value;
    memcpy(&value, &bits, sizeof value);
    return (float)value;
  }
  }
}

/* Bytes of a number; 0: there is no such type. */
static size_t idx_size(int type) {
  static const unsigned char sizes[] = {
      [8] = 1, [9] = 1, [0xb] = 2, [0xc] = 4, [0xd] = 4, [0xe] = 8};
  return type >= 0 && type < (int)sizeof sizes ? sizes[type] : 0;
}

static bool is_idx(const unsigned char *data, size_t size) {
  return size >= 8 && data[0] == 0 && data[1] == 0 && idx_size(data[2]) > 0 && data[3] > 0;
}

static amine_status parse_idx(am_dataset *t, const char *file, const unsigned char *data,
                              size_t size, amine_error *error) {
  const size_t rank = data[3], start = 4 + 4 * rank, each = idx_size(data[2]);
  size_t columns = 1;
  if (size < start) return WRONG("it ends within the sizes of an IDX file");
  for (size_t k = 1; k < rank; k++) columns = am_size_mul(columns, big_endian(data + 4 + 4 * k, 4));
  const size_t rows = big_endian(data + 4, 4), count = am_size_mul(rows, columns);
  if (am_size_add(start, am_size_mul(count, each)) != size)
    return WRONG("an IDX file of %zu rows and %zu columns has not %zu bytes", rows, columns, size);
  AM_TRY(begin(t, file, rows, columns, error));
  for (size_t k = 0; k < count; k++) t->values[k] = idx_value(data + start + k * each, data[2]);
  return AMINE_OK;
}

/* ------------------------------------------------------------------ CSV */
static const char *skip_blanks(const char *p) {
  while (*p == ' ' || *p == '\t') p++;
  return p;
}

/* A number and what ends it: a comma, or the end of the line; NULL: it is none. */
static const char *csv_number(const char *p, const char *end, float *value) {
  char *after;
  p = skip_blanks(p);
  if (p >= end || !*p || !strchr("0123456789.+-", *p)) return NULL;
  *value = (float)am_number_read(p, &after);
  const char *stop = skip_blanks(after);
  return after > p && stop <= end && (stop == end || *stop == ',') ? stop : NULL;
}

/* The next line, whose end leaves out \r; false past the last. */
static bool next_line(const char **line, const char **end, const char **rest, const char *last) {
  if (*rest >= last) return false;
  const char *newline = memchr(*rest, '\n', (size_t)(last - *rest));
  *line = *rest;
  *end = newline ? newline : last;
  *rest = newline ? newline + 1 : last;
  while (*end > *line && ((*end)[-1] == '\r' || (*end)[-1] == ' ' || (*end)[-1] == '\t')) --*end;
  return true;
}

static size_t commas(const char *line, const char *end) {
  size_t n = 0;
  for (; line < end; line++) n += *line == ',';
  return n;
}

static amine_status csv_row(float *out, size_t n_columns, const char *file, size_t number,
                            const char *line, const char *end, amine_error *error) {
  const char *p = line;
  if (commas(line, end) + 1 != n_columns)
    return WRONG("line %zu has %zu column%s, those before it %zu", number, commas(line, end) + 1,
                 commas(line, end) ? "s" : "", n_columns);
  for (size_t k = 0; k < n_columns; k++) {
    p = csv_number(p, end, &out[k]);
    if (!p || !isfinite(out[k]))
      return WRONG("line %zu, column %zu: a finite number is wanted", number, k + 1);
    p += k + 1 < n_columns;
  }
  return AMINE_OK;
}

/* The first line that says something, if that is no number; NULL: the table has no names. */
static const char *names_of(const char *text, const char *last) {
  const char *line, *end, *rest = text;
  float value;
  while (next_line(&line, &end, &rest, last))
    if (line < end) return csv_number(line, end, &value) ? NULL : line;
  return NULL;
}

static amine_status parse_csv(am_dataset *t, const char *file, const char *text, size_t size,
                              amine_error *error) {
  const char *line, *end, *rest, *last = text + size, *names = names_of(text, last);
  size_t n_rows = 0, n_columns = 0, number = 0, row = 0;
  if (memchr(text, 0, size)) return WRONG("it is neither IDX, NPY, NPZ nor CSV");
  for (rest = text; next_line(&line, &end, &rest, last);)
    if (line < end && line != names && n_rows++ == 0) n_columns = commas(line, end) + 1;
  AM_TRY(begin(t, file, n_rows, n_columns, error));
  for (rest = text; next_line(&line, &end, &rest, last);) {
    number++;
    if (line == end || line == names) continue;
    AM_TRY(csv_row(t->values + n_columns * row++, n_columns, file, number, line, end, error));
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------ NPY, NPZ */
static double npy_value(const am_tensor *t, size_t k) {
  switch (t->dtype) {
  case AM_F32: return (double)((const float *)t->data)[k];
  case AM_F64: return ((const double *)t->data)[k];
  case AM_I32: return ((const int32_t *)t->data)[k];
  case AM_I64: return (double)((const int64_t *)t->data)[k];
  case AM_U64: return (double)((const uint64_t *)t->data)[k];
  default: return ((const unsigned char *)t->data)[k];
  }
}

/* Columns of an array; its rows are dims[0]. */
static size_t npy_columns(const am_tensor *t) {
  size_t n = 1;
  for (int k = 1; k < t->rank; k++) n = am_size_mul(n, t->dims[k]);
  return n;
}

static amine_status put_arrays(am_dataset *t, const char *file, const am_tensor *x,
                               const am_tensor *y, amine_error *error) {
  if (x->rank < 1 || (y && y->rank < 1)) return WRONG("an array has no rows");
  if (y && (y->dims[0] != x->dims[0] || npy_columns(y) != 1))
    return WRONG("y must have one number for each of the %zu rows of x", x->dims[0]);
  const size_t n = npy_columns(x), width = am_size_add(n, y != NULL);
  AM_TRY(begin(t, file, x->dims[0], x->count ? width : 0, error));
  for (size_t r = 0; r < t->n_rows; r++) {
    for (size_t k = 0; k < n; k++) t->values[r * width + k] = (float)npy_value(x, r * n + k);
    if (y) t->values[r * width + n] = (float)npy_value(y, r);
  }
  return AMINE_OK;
}

static amine_status parse_npz(am_dataset *t, const char *file, const unsigned char *data,
                              size_t size, amine_error *error) {
  am_npz *npz;
  const am_tensor *x = NULL, *y = NULL;
  const bool one = data[0] != 'P';
  AM_TRY(am_npz_parse(&npz, file, data, size, AM_DATASET_MOST, error));
  amine_status status = am_npz_find(npz, &x, one ? "arr_0" : "x", error);
  for (size_t k = 0; k < am_npz_count(npz) && status == AMINE_OK && !one; k++)
    if (strcmp(am_npz_name(npz, k), "y") == 0) status = am_npz_load(npz, &y, k, error);
  if (status == AMINE_OK) status = put_arrays(t, file, x, y, error);
  am_npz_close(npz);
  return status;
}

/* ------------------------------------------------------------------ any of them */
static amine_status parse_plain(am_dataset *table, const char *file, const unsigned char *data,
                                size_t size, amine_error *error) {
  am_dataset t = {0};
  amine_status status;
  if (is_idx(data, size)) status = parse_idx(&t, file, data, size, error);
  else if (size >= 6 && (memcmp(data, "PK\3\4", 4) == 0 || memcmp(data, "\x93NUMPY", 6) == 0))
    status = parse_npz(&t, file, data, size, error);
  else status = parse_csv(&t, file, (const char *)data, size, error);
  if (status == AMINE_OK) status = check_finite(&t, file, error);
  if (status == AMINE_OK) *table = t;
  else am_free(t.values);
  return status;
}

/* Unpacks into a block that grows, with one 0 at its end. */
static amine_status unpack(unsigned char **out, size_t *n, const char *file, z_stream *z,
                           amine_error *error) {
  size_t room = 1 << 16;
  *out = NULL;
  for (*n = 0;; room *= 2) {
    unsigned char *grown = am_resize(*out, room + 1, 1);
    if (!grown) return am_fail_memory(error, room);
    *out = grown;
    z->next_out = grown + *n;
    z->avail_out = (uInt)(room - *n);
    const int r = inflate(z, Z_NO_FLUSH);
    *n = room - z->avail_out;
    if (r == Z_STREAM_END) return AMINE_OK;
    if (r == Z_MEM_ERROR) return am_fail_memory(error, 50000);
    if (r != Z_OK || z->avail_out > 0) return WRONG("it is packed by gzip, and damaged");
    if (room >= AM_DATASET_MOST)
      return WRONG("unpacked it has more than %zu bytes", AM_DATASET_MOST);
  }
}

amine_status am_dataset_parse(am_dataset *table, const char *file, const unsigned char *data,
                              size_t size, amine_error *error) {
  if (size < 3 || memcmp(data, "\x1f\x8b\x08", 3) != 0)
    return parse_plain(table, file, data, size, error);
  z_stream z = {.next_in = (z_const Bytef *)data, .avail_in = (uInt)size};
  unsigned char *plain = NULL;
  size_t n = 0;
  if (inflateInit2(&z, 15 + 16) != Z_OK) return am_fail_memory(error, 50000);
  amine_status status = unpack(&plain, &n, file, &z, error);
  inflateEnd(&z);
  if (status == AMINE_OK) {
    plain[n] = 0;
    status = parse_plain(table, file, plain, n, error);
  }
  am_free(plain);
  return status;
}

amine_status am_dataset_read(am_dataset *table, const char *path, amine_error *error) {
  unsigned char *data;
  size_t size;
  AM_TRY(am_file_read(path, AM_DATASET_MOST, &data, &size, error));
  const amine_status status = am_dataset_parse(table, path, data, size, error);
  am_free(data);
  return status;
}
