/* safetensors files: a builder that lays tensors out and checksums them, and a reader that believes
 * nothing. The layout and the checksums are described in the header. */
#include "format/safetensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "format/crc32c.h"
#include "format/file.h"
#include "format/json.h"

/* How a header with checksums begins; the 8 digits follow. */
#define BEGINNING "{\"__metadata__\":{\"crc32c\":\""
#define N_BEGINNING (sizeof BEGINNING - 1)
#define N_DIGITS 8

/* The checksum of the header: its length as 8 bytes, its text, its own digits taken as 0. */
static uint32_t header_checksum(const unsigned char *length_bytes, const char *text, size_t n) {
  uint32_t c = am_crc32c(0, length_bytes, 8);
  c = am_crc32c(c, text, N_BEGINNING);
  c = am_crc32c(c, "00000000", N_DIGITS);
  return am_crc32c(c, text + N_BEGINNING + N_DIGITS, n - N_BEGINNING - N_DIGITS);
}

/* -------------------------------------------------------------------------------------- writing */

typedef struct item {
  am_tensor tensor;
  char *name;
} item;

typedef struct note {
  char *key, *value;
} note;

struct am_tensor_builder {
  size_t n_items, n_notes;
  item *items;
  note *notes;
};

amine_status am_tensor_builder_new(am_tensor_builder **builder, amine_error *error) {
  am_tensor_builder *b = am_alloc(1, sizeof *b);
  if (!b) return am_fail_memory(error, sizeof *b);
  *builder = b;
  return AMINE_OK;
}

void am_tensor_builder_free(am_tensor_builder *builder) {
  if (!builder) return;
  for (size_t k = 0; k < builder->n_items; k++) am_free(builder->items[k].name);
  for (size_t k = 0; k < builder->n_notes; k++) {
    am_free(builder->notes[k].key);
    am_free(builder->notes[k].value);
  }
  am_free(builder->items);
  am_free(builder->notes);
  am_free(builder);
}

/* The list of n elements with room for one more, or NULL; room doubles at each power of two. */
static void *with_room(void *list, size_t n, size_t size) {
  if (n & (n - 1) || (n == 0 && list)) return list;
  return am_resize(list, n ? am_size_mul(n, 2) : 1, size);
}

amine_status am_tensor_builder_add(am_tensor_builder *builder, const char *name, am_dtype dtype,
                                   int rank, const size_t *dims, const void *data,
                                   amine_error *error) {
  am_tensor tensor;
  AM_TRY(am_tensor_make(&tensor, name, dtype, rank, dims, data, error));
  if (!am_utf8_valid(name))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "the name of a tensor is not UTF-8: %.200s", name);
  if (strcmp(name, "__metadata__") == 0)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a tensor cannot be called __metadata__");
  for (size_t k = 0; k < builder->n_items; k++)
    if (strcmp(builder->items[k].name, name) == 0)
      return am_fail(error, AMINE_ERROR_ARGUMENT, "tensor %.200s is there already", name);
  item *list = with_room(builder->items, builder->n_items, sizeof *list);
  if (list) builder->items = list;
  char *copy = list ? am_strdup(name) : NULL;
  if (!copy) return am_fail_memory(error, am_size_mul(2 * builder->n_items, sizeof *list));
  tensor.name = copy;
  list[builder->n_items++] = (item){tensor, copy};
  return AMINE_OK;
}

amine_status am_tensor_builder_note(am_tensor_builder *builder, const char *key, const char *value,
                                    amine_error *error) {
  if (strcmp(key, "crc32c") == 0 || strncmp(key, "crc32c.", 7) == 0)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "the key %.200s is kept for checksums", key);
  if (!am_utf8_valid(key) || !am_utf8_valid(value))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "the note %.200s is not UTF-8", key);
  for (size_t k = 0; k < builder->n_notes; k++)
    if (strcmp(builder->notes[k].key, key) == 0)
      return am_fail(error, AMINE_ERROR_ARGUMENT, "the note %.200s is there already", key);
  note *list = with_room(builder->notes, builder->n_notes, sizeof *list);
  if (list) builder->notes = list;
  note fresh = {am_strdup(key), am_strdup(value)};
  if (!list || !fresh.key || !fresh.value) {
    am_free(fresh.key);
    am_free(fresh.value);
    return am_fail_memory(error, strlen(key) + strlen(value) + 2);
  }
  list[builder->n_notes++] = fresh;
  return AMINE_OK;
}

static size_t bytes_of(const am_tensor *tensor) {
  return tensor->count * am_dtype_size(tensor->dtype);
}

/* slices[0 ... n_items - 1] = the tensors with the larger elements first; order[k] = which. */
static void lay_out(const am_tensor_builder *builder, am_slice *slices, size_t *order) {
  size_t n = 0;
  for (size_t size = 8; size > 0; size /= 2) {
    for (size_t k = 0; k < builder->n_items; k++) {
      const am_tensor *t = &builder->items[k].tensor;
      if (am_dtype_size(t->dtype) != size) continue;
      slices[n] = (am_slice){t->data, bytes_of(t)};
      order[n++] = k;
    }
  }
}

static void write_metadata(const am_tensor_builder *builder, am_text *text, const am_slice *slices,
                           const size_t *order) {
  am_text_puts(text, BEGINNING "00000000\"");
  for (size_t k = 0; k < builder->n_notes; k++)
    am_json_put_string(text, builder->notes[k].key, builder->notes[k].value);
  for (size_t k = 0; k < builder->n_items; k++) {
    am_text key = {0};
    am_text_printf(&key, "crc32c.%s", builder->items[order[k]].name);
    if (key.failed) {
      text->failed = true;
    } else {
      am_json_put_key(text, key.data);
      am_text_printf(text, "\"%08x\"", am_crc32c(0, slices[k].data, slices[k].size));
    }
    am_text_free(&key);
  }
  am_text_puts(text, "}");
}

/* The header, padded, with its checksum; length_bytes are filled in, too. */
static amine_status write_header(const am_tensor_builder *builder, am_text *text,
                                 unsigned char *length_bytes, const am_slice *slices,
                                 const size_t *order, amine_error *error) {
  size_t at = 0;
  write_metadata(builder, text, slices, order);
  for (size_t k = 0; k < builder->n_items; k++) {
    const am_tensor *t = &builder->items[order[k]].tensor;
    size_t end = am_size_add(at, slices[k].size);
    if (end > PTRDIFF_MAX)
      return am_fail(error, AMINE_ERROR_ARGUMENT, "tensor %.200s: the file is too large", t->name);
    am_json_put_key(text, t->name);
    am_text_printf(text, "{\"dtype\":\"%s\",\"shape\":[", am_dtype_name(t->dtype));
    for (int d = 0; d < t->rank; d++) am_text_printf(text, "%s%zu", d ? "," : "", t->dims[d]);
    am_text_printf(text, "],\"data_offsets\":[%zu,%zu]}", at, end);
    at = end;
  }
  am_text_puts(text, "}");
  while (text->length % 8 != 0 && !text->failed) am_text_puts(text, " ");
  if (text->failed) return am_fail_memory(error, text->capacity);
  if (text->length > AM_TENSOR_HEADER_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the header would have %zu bytes: at most %zu are allowed", text->length,
                   AM_TENSOR_HEADER_MAX);
  uint64_t length = text->length;
  memcpy(length_bytes, &length, 8);
  char digits[N_DIGITS + 1];
  snprintf(digits, sizeof digits, "%08x", header_checksum(length_bytes, text->data, text->length));
  memcpy(text->data + N_BEGINNING, digits, N_DIGITS);
  return AMINE_OK;
}

amine_status am_tensor_builder_save(const am_tensor_builder *builder, const char *path,
                                    amine_error *error) {
  size_t n = builder->n_items;
  am_slice *slices = am_alloc(am_size_add(n, 2), sizeof *slices);
  size_t *order = am_alloc(n, sizeof *order);
  am_text text = {0};
  unsigned char length_bytes[8];
  amine_status status;
  if (slices && order) {
    lay_out(builder, slices + 2, order);
    status = write_header(builder, &text, length_bytes, slices + 2, order, error);
  } else {
    status = am_fail_memory(error, am_size_mul(n + 2, sizeof *slices));
  }
  if (status == AMINE_OK) {
    slices[0] = (am_slice){length_bytes, 8};
    slices[1] = (am_slice){text.data, text.length};
    status = am_file_replace_slices(path, slices, n + 2, error);
  }
  am_text_free(&text);
  am_free(slices);
  am_free(order);
  return status;
}

/* -------------------------------------------------------------------------------------- reading */

struct am_tensor_file {
  char *name;
  json_t *root;         /* owns the names and the notes */
  unsigned char *owned; /* the bytes of the file, if they are ours */
  unsigned char *moved; /* copies of the tensors that are not aligned in the file */
  size_t n;
  am_tensor *tensors;
  const am_tensor **by_name; /* [n] sorted */
};

/* What is known about the bytes while they are checked. */
typedef struct source {
  const char *name;
  const unsigned char *bytes, *data; /* the file; where the tensors begin */
  size_t n_header, n_data;
  bool checksums;
} source;

#define DAMAGED(s, at, ...)                                                                        \
  am_fail_file(error, AMINE_ERROR_INPUT, (s)->name, (int64_t)(at), __VA_ARGS__)

static amine_status check_frame(source *s, size_t size, bool require, amine_error *error) {
  if (size < 8)
    return DAMAGED(s, size, "the file has %zu bytes: too few for a safetensors file", size);
  uint64_t n;
  memcpy(&n, s->bytes, 8);
  if (size == 8 || s->bytes[8] != '{') AM_TRY(am_file_refuse_gzip(s->name, s->bytes, size, error));
  if (n > AM_TENSOR_HEADER_MAX)
    return DAMAGED(s, 0, "the header is said to have %llu bytes: at most %zu are allowed",
                   (unsigned long long)n, AM_TENSOR_HEADER_MAX);
  if (n > size - 8)
    return DAMAGED(s, 0, "the header is said to have %llu bytes, but the file ends after %zu",
                   (unsigned long long)n, size - 8);
  const char *text = (const char *)s->bytes + 8;
  s->n_header = (size_t)n;
  s->n_data = size - 8 - s->n_header;
  s->data = s->bytes + 8 + s->n_header;
  if (n < 2 || text[0] != '{') return DAMAGED(s, 8, "the header does not begin with {");
  s->checksums = n >= N_BEGINNING + N_DIGITS + 1 && memcmp(text, BEGINNING, N_BEGINNING) == 0;
  if (!s->checksums && require) return DAMAGED(s, 8, "the header has no checksum in its place");
  if (!s->checksums) return AMINE_OK;
  char digits[N_DIGITS + 1];
  snprintf(digits, sizeof digits, "%08x", header_checksum(s->bytes, text, s->n_header));
  if (memcmp(text + N_BEGINNING, digits, N_DIGITS) != 0)
    return DAMAGED(s, 8 + N_BEGINNING, "the checksum of the header is %.8s, but its bytes give %s",
                   text + N_BEGINNING, digits);
  return AMINE_OK;
}

static amine_status read_shape(am_tensor *t, const source *s, const json_t *entry,
                               amine_error *error) {
  const json_t *shape = json_object_get(entry, "shape");
  if (!json_is_array(shape))
    return DAMAGED(s, 8, "tensor %.200s: \"shape\" is missing or is not an array", t->name);
  size_t rank = json_array_size(shape);
  if (rank > AM_TENSOR_MAX_RANK)
    return DAMAGED(s, 8, "tensor %.200s: rank %zu is not in 0 to %d", t->name, rank,
                   AM_TENSOR_MAX_RANK);
  t->rank = (int)rank;
  for (size_t k = 0; k < rank; k++)
    if (!am_json_size(json_array_get(shape, k), &t->dims[k]))
      return DAMAGED(s, 8, "tensor %.200s: a dimension is not an integer of 0 or more", t->name);
  if (!am_tensor_count(&t->count, t->dtype, t->rank, t->dims))
    return DAMAGED(s, 8, "tensor %.200s: its size overflows", t->name);
  return AMINE_OK;
}

static amine_status read_entry(am_tensor *t, const source *s, const json_t *entry,
                               amine_error *error) {
  if (!t->name[0]) return DAMAGED(s, 8, "a tensor has no name");
  const char *type = json_string_value(json_object_get(entry, "dtype"));
  if (!type)
    return DAMAGED(s, 8, "tensor %.200s: \"dtype\" is missing or is not a string", t->name);
  int d = 0;
  while (d < AM_N_DTYPES && strcmp(type, am_dtype_name((am_dtype)d)) != 0) d++;
  if (d == AM_N_DTYPES)
    return DAMAGED(s, 8, "tensor %.200s: type %.40s is none of F32, F64, I32, I64, U64, U8, BOOL",
                   t->name, type);
  t->dtype = (am_dtype)d;
  AM_TRY(read_shape(t, s, entry, error));
  const json_t *offsets = json_object_get(entry, "data_offsets");
  size_t begin, end;
  if (json_array_size(offsets) != 2 || !am_json_size(json_array_get(offsets, 0), &begin) ||
      !am_json_size(json_array_get(offsets, 1), &end))
    return DAMAGED(s, 8, "tensor %.200s: \"data_offsets\" is not an array of two offsets", t->name);
  if (begin > end || end > s->n_data)
    return DAMAGED(s, 8, "tensor %.200s: offsets %zu to %zu are not within %zu bytes of data",
                   t->name, begin, end, s->n_data);
  if (end - begin != bytes_of(t)) {
    char shape[200];
    return DAMAGED(s, 8, "tensor %.200s: shape %s of %s wants %zu bytes, the offsets give %zu",
                   t->name, am_shape_text(shape, sizeof shape, t->rank, t->dims), type, bytes_of(t),
                   end - begin);
  }
  t->data = s->data + begin;
  return AMINE_OK;
}

static amine_status read_entries(am_tensor_file *f, const source *s, amine_error *error) {
  json_t *metadata = json_object_get(f->root, "__metadata__");
  const char *key;
  json_t *value;
  if (metadata && !json_is_object(metadata)) return DAMAGED(s, 8, "__metadata__ is not an object");
  json_object_foreach(metadata, key, value) {
    if (!json_is_string(value))
      return DAMAGED(s, 8, "__metadata__: the value of %.200s is not a string", key);
  }
  size_t n = json_object_size(f->root) - (metadata ? 1 : 0);
  AM_TRY(AM_TAKE(f->tensors, n, error));
  json_object_foreach(f->root, key, value) {
    if (value == metadata) continue;
    f->tensors[f->n].name = key;
    AM_TRY(read_entry(&f->tensors[f->n], s, value, error));
    f->n++;
  }
  return AMINE_OK;
}

/* by offset, and at the same offset those without bytes first */
static bool before(const am_tensor *a, const am_tensor *b) {
  const unsigned char *p = a->data, *q = b->data;
  return p != q ? p < q : bytes_of(a) < bytes_of(b);
}

static void sift(am_tensor *t, size_t at, size_t n) {
  am_tensor moving = t[at];
  for (size_t child; (child = 2 * at + 1) < n; at = child) {
    if (child + 1 < n && before(&t[child], &t[child + 1])) child++;
    if (!before(&moving, &t[child])) break;
    t[at] = t[child];
  }
  t[at] = moving;
}

/* A heap sort: the header may list the tensors in any order. */
static void sort_by_offset(am_tensor *t, size_t n) {
  bool sorted = true;
  for (size_t k = 1; k < n && sorted; k++) sorted = !before(&t[k], &t[k - 1]);
  if (sorted) return;
  for (size_t k = n / 2; k-- > 0;) sift(t, k, n);
  for (size_t k = n; k-- > 1;) {
    am_tensor last = t[k];
    t[k] = t[0];
    t[0] = last;
    sift(t, 0, k);
  }
}

static amine_status check_layout(const am_tensor_file *f, const source *s, amine_error *error) {
  size_t at = 0, base = 8 + s->n_header;
  for (size_t k = 0; k < f->n; k++) {
    size_t begin = (size_t)((const unsigned char *)f->tensors[k].data - s->data);
    if (begin != at)
      return DAMAGED(s, base + at, "tensor %.200s begins at %zu: the one before it ends at %zu",
                     f->tensors[k].name, begin, at);
    at += bytes_of(&f->tensors[k]);
  }
  if (at != s->n_data)
    return DAMAGED(s, base + at, "the tensors end at %zu, but there are %zu bytes of data", at,
                   s->n_data);
  return AMINE_OK;
}

static amine_status check_checksum(const am_tensor_file *f, const source *s, const am_tensor *t,
                                   amine_error *error) {
  am_text key = {0};
  am_text_printf(&key, "crc32c.%s", t->name);
  if (key.failed) {
    am_text_free(&key);
    return am_fail_memory(error, strlen(t->name) + 8);
  }
  const char *written = am_tensor_file_note(f, key.data);
  am_text_free(&key);
  if (!written && !s->checksums) return AMINE_OK;
  if (!written) return DAMAGED(s, 8, "tensor %.200s has no checksum", t->name);
  if (!s->checksums)
    return DAMAGED(s, 8, "tensor %.200s has a checksum, but the header has none in its place",
                   t->name);
  char digits[N_DIGITS + 1];
  snprintf(digits, sizeof digits, "%08x", am_crc32c(0, t->data, bytes_of(t)));
  if (strcmp(written, digits) != 0)
    return DAMAGED(s, (const unsigned char *)t->data - s->bytes,
                   "tensor %.200s: its checksum is %.20s, but its bytes give %s", t->name, written,
                   digits);
  return AMINE_OK;
}

static amine_status check_data(const am_tensor_file *f, const source *s, amine_error *error) {
  for (size_t k = 0; k < f->n; k++) {
    const am_tensor *t = &f->tensors[k];
    AM_TRY(check_checksum(f, s, t, error));
    const unsigned char *b = t->data;
    for (size_t i = 0; t->dtype == AM_BOOL && i < t->count; i++)
      if (b[i] > 1)
        return DAMAGED(s, b + i - s->bytes, "tensor %.200s: %d is neither 0 nor 1", t->name, b[i]);
  }
  return AMINE_OK;
}

static bool is_aligned(const am_tensor *t) {
  return (uintptr_t)t->data % am_dtype_size(t->dtype) == 0;
}

/* Bytes that a moved tensor takes: never 0, so that an empty one has an aligned address too. */
static size_t moved_bytes(const am_tensor *t) {
  size_t n = bytes_of(t);
  return am_size_round(n ? n : 1, 8);
}

static int compare_names(const void *a, const void *b) {
  const am_tensor *const *x = a, *const *y = b;
  return strcmp((*x)->name, (*y)->name);
}

static amine_status sort_by_name(am_tensor_file *f, amine_error *error) {
  if (f->n == 0) return AMINE_OK;
  AM_TRY(AM_TAKE(f->by_name, f->n, error));
  for (size_t k = 0; k < f->n; k++) f->by_name[k] = &f->tensors[k];
  qsort(f->by_name, f->n, sizeof *f->by_name, compare_names);
  return AMINE_OK;
}

/* Gives those tensors a new place that do not lie where the machine wants them. */
static amine_status align(am_tensor_file *f, amine_error *error) {
  size_t total = 0;
  for (size_t k = 0; k < f->n; k++)
    if (!is_aligned(&f->tensors[k])) total = am_size_add(total, moved_bytes(&f->tensors[k]));
  if (total == 0) return AMINE_OK;
  f->moved = am_alloc(total, 1);
  if (!f->moved) return am_fail_memory(error, total);
  unsigned char *to = f->moved;
  for (size_t k = 0; k < f->n; k++) {
    am_tensor *t = &f->tensors[k];
    if (is_aligned(t)) continue;
    memcpy(to, t->data, bytes_of(t));
    t->data = to;
    to += moved_bytes(t);
  }
  return AMINE_OK;
}

static amine_status fill(am_tensor_file *f, const void *data, size_t size, bool require,
                         amine_error *error) {
  source s = {.name = f->name, .bytes = data};
  AM_TRY(check_frame(&s, size, require, error));
  am_json_limits limits = {.bytes = AM_TENSOR_HEADER_MAX, .depth = 4};
  amine_status status =
      am_json_parse(&f->root, f->name, (const char *)s.bytes + 8, s.n_header, &limits, error);
  if (status == AMINE_ERROR_INPUT && error) error->offset += 8;
  AM_TRY(status);
  AM_TRY(read_entries(f, &s, error));
  sort_by_offset(f->tensors, f->n);
  AM_TRY(check_layout(f, &s, error));
  AM_TRY(check_data(f, &s, error));
  AM_TRY(sort_by_name(f, error));
  return align(f, error);
}

amine_status am_tensor_file_parse(am_tensor_file **file, const char *name, const void *data,
                                  size_t size, bool require_checksums, amine_error *error) {
  am_tensor_file *f = am_alloc(1, sizeof *f);
  if (!f) return am_fail_memory(error, sizeof *f);
  f->name = am_strdup(name);
  amine_status status = f->name ? fill(f, data, size, require_checksums, error)
                                : am_fail_memory(error, strlen(name) + 1);
  if (status != AMINE_OK) {
    am_tensor_file_close(f);
    return status;
  }
  *file = f;
  return AMINE_OK;
}

amine_status am_tensor_file_open(am_tensor_file **file, const char *path, size_t limit,
                                 bool require_checksums, amine_error *error) {
  unsigned char *data;
  size_t size;
  AM_TRY(am_file_read(path, limit, &data, &size, error));
  amine_status status = am_tensor_file_parse(file, path, data, size, require_checksums, error);
  if (status != AMINE_OK) am_free(data);
  else (*file)->owned = data;
  return status;
}

void am_tensor_file_close(am_tensor_file *file) {
  if (!file) return;
  json_decref(file->root);
  am_free(file->by_name);
  am_free(file->tensors);
  am_free(file->moved);
  am_free(file->owned);
  am_free(file->name);
  am_free(file);
}

size_t am_tensor_file_count(const am_tensor_file *file) { return file->n; }

const am_tensor *am_tensor_file_at(const am_tensor_file *file, size_t index) {
  return index < file->n ? &file->tensors[index] : NULL;
}

const am_tensor *am_tensor_file_find(const am_tensor_file *file, const char *name) {
  size_t low = 0, high = file->n;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    const int order = strcmp(file->by_name[middle]->name, name);
    if (order == 0) return file->by_name[middle];
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return NULL;
}

const char *am_tensor_file_note(const am_tensor_file *file, const char *key) {
  return json_string_value(json_object_get(json_object_get(file->root, "__metadata__"), key));
}

amine_status am_tensor_file_copy(const am_tensor_file *file, const char *name, void *out,
                                 am_dtype dtype, int rank, const size_t *dims, amine_error *error) {
  const am_tensor *t = am_tensor_file_find(file, name);
  if (!t)
    return am_fail_file(error, AMINE_ERROR_INPUT, file->name, -1, "there is no tensor %.200s",
                        name);
  return am_tensor_copy(t, file->name, out, dtype, rank, dims, error);
}
