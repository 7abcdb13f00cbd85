/* NPY: the header is made with one format string and read by a parser for exactly the Python
 * literal that numpy writes. */
#include "format/npy.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "format/file.h"

#define MAGIC "\x93NUMPY"
#define N_MAGIC 6

static const char *const descriptions[AM_N_DTYPES] = {
    [AM_F32] = "<f4", [AM_F64] = "<f8", [AM_I32] = "<i4",  [AM_I64] = "<i8",
    [AM_U64] = "<u8", [AM_U8] = "|u1",  [AM_BOOL] = "|b1",
};

/* -------------------------------------------------------------------------------------- writing */

void am_npy_head_make(am_npy_head *head, const am_tensor *tensor) {
  char shape[200];
  size_t used = 0;
  shape[0] = 0;
  for (int k = 0; k < tensor->rank; k++) { /* "3, 4" or "3," or "" */
    const char *after = tensor->rank == 1 ? "," : k + 1 < tensor->rank ? ", " : "";
    used += (size_t)snprintf(shape + used, sizeof shape - used, "%zu%s", tensor->dims[k], after);
  }
  char *text = head->bytes + N_MAGIC + 4;
  size_t room = sizeof head->bytes - N_MAGIC - 4;
  size_t n =
      (size_t)snprintf(text, room, "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }",
                       descriptions[tensor->dtype], shape);
  size_t whole = (N_MAGIC + 4 + n + 1 + 63) / 64 * 64; /* with a newline at the end */
  size_t length = whole - N_MAGIC - 4;
  memset(text + n, ' ', length - n);
  text[length - 1] = '\n';
  memcpy(head->bytes, MAGIC "\x01\x00", N_MAGIC + 2);
  head->bytes[N_MAGIC + 2] = (char)(length & 255);
  head->bytes[N_MAGIC + 3] = (char)(length >> 8);
  head->size = whole;
}

amine_status am_npy_save(const char *path, am_dtype dtype, int rank, const size_t *dims,
                         const void *data, amine_error *error) {
  am_tensor tensor;
  AM_TRY(am_tensor_make(&tensor, "arr_0", dtype, rank, dims, data, error));
  am_npy_head head;
  am_npy_head_make(&head, &tensor);
  am_slice slices[2] = {{head.bytes, head.size}, {data, tensor.count * am_dtype_size(dtype)}};
  return am_file_replace_slices(path, slices, 2, error);
}

/* -------------------------------------------------------------------------------------- reading */

/* The text of the header that is still to be read. */
typedef struct cursor {
  const char *p, *end;
} cursor;

static void skip_spaces(cursor *c) {
  while (c->p < c->end && (*c->p == ' ' || *c->p == '\n')) c->p++;
}

/* Skips spaces; true and one step on if the next character is `want`. */
static bool take(cursor *c, char want) {
  skip_spaces(c);
  if (c->p == c->end || *c->p != want) return false;
  c->p++;
  return true;
}

static bool take_word(cursor *c, const char *word) {
  size_t n = strlen(word);
  skip_spaces(c);
  if ((size_t)(c->end - c->p) < n || memcmp(c->p, word, n) != 0) return false;
  c->p += n;
  return true;
}

/* A quoted string without escapes, of less than `size` characters. */
static bool take_string(cursor *c, char *out, size_t size) {
  skip_spaces(c);
  if (c->p == c->end || (*c->p != '\'' && *c->p != '"')) return false;
  const char *start = c->p + 1, *stop = memchr(start, *c->p, (size_t)(c->end - start));
  if (!stop || (size_t)(stop - start) >= size || memchr(start, '\\', (size_t)(stop - start)))
    return false;
  memcpy(out, start, (size_t)(stop - start));
  out[stop - start] = 0;
  c->p = stop + 1;
  return true;
}

static bool take_size(cursor *c, size_t *out) {
  size_t value = 0;
  skip_spaces(c);
  const char *start = c->p;
  for (; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++)
    if (__builtin_mul_overflow(value, 10, &value) ||
        __builtin_add_overflow(value, (size_t)(*c->p - '0'), &value))
      return false;
  *out = value;
  return c->p > start;
}

/* (), (3,) or (3, 4) */
static bool take_shape(cursor *c, am_tensor *t) {
  if (!take(c, '(')) return false;
  bool comma = true;
  while (!take(c, ')')) {
    if (!comma || t->rank == AM_TENSOR_MAX_RANK || !take_size(c, &t->dims[t->rank])) return false;
    t->rank++;
    comma = take(c, ',');
  }
  return t->rank != 1 || comma;
}

/* What the parser needs to speak of. */
typedef struct source {
  const char *file, *name;
} source;

#define REFUSED(...) am_fail_file(error, AMINE_ERROR_INPUT, s->file, -1, __VA_ARGS__)

static amine_status read_type(am_tensor *t, cursor *c, const source *s, amine_error *error) {
  char type[32];
  if (!take_string(c, type, sizeof type))
    return REFUSED("array %.200s: its type is not a simple one", s->name);
  int d = 0;
  while (d < AM_N_DTYPES && strcmp(type, descriptions[d]) != 0) d++;
  if (d == AM_N_DTYPES)
    return REFUSED("array %.200s: type '%s' is none of <f4 <f8 <i4 <i8 <u8 |u1 |b1", s->name, type);
  t->dtype = (am_dtype)d;
  return AMINE_OK;
}

enum { SEEN_DESCR = 1, SEEN_ORDER = 2, SEEN_SHAPE = 4, SEEN_ALL = 7 };

/* One "key: value"; *seen tells which were there before. */
static amine_status read_item(am_tensor *t, cursor *c, int *seen, const source *s,
                              amine_error *error) {
  char key[16];
  if (!take_string(c, key, sizeof key) || !take(c, ':'))
    return REFUSED("array %.200s: its header is not a Python dictionary", s->name);
  int which = strcmp(key, "descr") == 0           ? SEEN_DESCR
              : strcmp(key, "fortran_order") == 0 ? SEEN_ORDER
              : strcmp(key, "shape") == 0         ? SEEN_SHAPE
                                                  : 0;
  if (which == 0 || *seen & which)
    return REFUSED("array %.200s: its header has an unknown or a second '%s'", s->name, key);
  *seen |= which;
  if (which == SEEN_DESCR) return read_type(t, c, s, error);
  if (which == SEEN_SHAPE)
    return take_shape(c, t) ? AMINE_OK
                            : REFUSED("array %.200s: its shape is not a tuple of up to %d sizes",
                                      s->name, AM_TENSOR_MAX_RANK);
  if (take_word(c, "False")) return AMINE_OK;
  if (take_word(c, "True"))
    return REFUSED("array %.200s is in Fortran order: save it with numpy.ascontiguousarray",
                   s->name);
  return REFUSED("array %.200s: 'fortran_order' is neither True nor False", s->name);
}

static amine_status read_dictionary(am_tensor *t, cursor *c, const source *s, amine_error *error) {
  int seen = 0;
  bool comma = take(c, '{');
  while (comma && !take(c, '}')) {
    AM_TRY(read_item(t, c, &seen, s, error));
    comma = take(c, ',');
    if (!comma && take(c, '}')) break;
    if (!comma) return REFUSED("array %.200s: its header is not a Python dictionary", s->name);
  }
  skip_spaces(c);
  if (seen != SEEN_ALL || c->p != c->end)
    return REFUSED("array %.200s: its header is not a dictionary of 'descr', 'fortran_order' and "
                   "'shape'",
                   s->name);
  if (!am_tensor_count(&t->count, t->dtype, t->rank, t->dims))
    return REFUSED("array %.200s: its size overflows", s->name);
  return AMINE_OK;
}

amine_status am_npy_parse(am_tensor *tensor, const char *file, const char *name, const void *data,
                          size_t size, amine_error *error) {
  const source *s = &(source){file, name};
  const unsigned char *b = data;
  if (size < N_MAGIC + 4 || memcmp(b, MAGIC, N_MAGIC) != 0)
    return REFUSED("array %.200s is not in NPY format", name);
  int version = b[N_MAGIC];
  if (version < 1 || version > 3 || b[N_MAGIC + 1] != 0)
    return REFUSED("array %.200s: version %d.%d of the NPY format is unknown", name, version,
                   b[N_MAGIC + 1]);
  size_t start = N_MAGIC + (version == 1 ? 4 : 6);
  if (size < start) return REFUSED("array %.200s ends within its header", name);
  size_t length = b[N_MAGIC + 2] | (size_t)b[N_MAGIC + 3] << 8;
  if (version > 1) length |= (size_t)b[N_MAGIC + 4] << 16 | (size_t)b[N_MAGIC + 5] << 24;
  if (length > size - start) return REFUSED("array %.200s ends within its header", name);
  const char *text = (const char *)b + start;
  am_tensor t = {.name = name, .data = b + start + length};
  AM_TRY(read_dictionary(&t, &(cursor){text, text + length}, s, error));
  size_t wanted = t.count * am_dtype_size(t.dtype), found = size - start - length;
  if (wanted != found) {
    char shape[200];
    return REFUSED("array %.200s: shape %s of '%s' wants %zu bytes, but there are %zu", name,
                   am_shape_text(shape, sizeof shape, t.rank, t.dims), descriptions[t.dtype],
                   wanted, found);
  }
  for (size_t k = 0; t.dtype == AM_BOOL && k < t.count; k++)
    if (((const unsigned char *)t.data)[k] > 1)
      return REFUSED("array %.200s: element %zu is neither False nor True", name, k);
  *tensor = t;
  return AMINE_OK;
}
