/* NPZ: the zip archive (PKWARE APPNOTE 6.3) around NPY files. The reader trusts the directory at
 * the end as far as it agrees with the entries; zlib unpacks into blocks whose size is known
 * before. */
#include "format/npz.h"

#include <limits.h>
#include <string.h>
#include <zlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "format/file.h"
#include "format/json.h"

#define MOST_ARRAYS 4096
#define MOST_BYTES 0xfffffffeu /* 0xffffffff announces zip64 */
#define LONGEST_NAME 1000

enum { LOCAL_SIZE = 30, ENTRY_SIZE = 46, END_SIZE = 22 };
#define LOCAL_SIGNATURE 0x04034b50u
#define ENTRY_SIGNATURE 0x02014b50u
#define END_SIGNATURE 0x06054b50u

enum { STORED = 0, DEFLATED = 8 };
enum { FLAG_ENCRYPTED = 1, FLAG_SIZES_AFTER = 8, FLAG_UTF8 = 0x800 };

static uint32_t get16(const unsigned char *p) { return p[0] | (uint32_t)p[1] << 8; }
static uint32_t get32(const unsigned char *p) { return get16(p) | get16(p + 2) << 16; }
static void put16(unsigned char *p, uint32_t v) {
  p[0] = (unsigned char)v;
  p[1] = (unsigned char)(v >> 8);
}
static void put32(unsigned char *p, uint32_t v) {
  put16(p, v);
  put16(p + 2, v >> 16);
}

static void *zlib_alloc(void *unused, uInt count, uInt size) {
  (void)unused;
  return am_alloc(count, size);
}
static void zlib_free(void *unused, void *block) {
  (void)unused;
  am_free(block);
}

/* -------------------------------------------------------------------------------------- writing */

typedef struct item {
  am_tensor tensor;
  char *name; /* with ".npy" */
} item;

struct am_npz_builder {
  size_t n;
  item *items;
};

amine_status am_npz_builder_new(am_npz_builder **builder, amine_error *error) {
  am_npz_builder *b = am_alloc(1, sizeof *b);
  if (!b) return am_fail_memory(error, sizeof *b);
  *builder = b;
  return AMINE_OK;
}

void am_npz_builder_free(am_npz_builder *builder) {
  if (!builder) return;
  for (size_t k = 0; k < builder->n; k++) am_free(builder->items[k].name);
  am_free(builder->items);
  am_free(builder);
}

static bool same_name(const char *file_name, const char *name, size_t n_name) {
  return strncmp(file_name, name, n_name) == 0 && strcmp(file_name + n_name, ".npy") == 0;
}

amine_status am_npz_builder_add(am_npz_builder *builder, const char *name, am_dtype dtype, int rank,
                                const size_t *dims, const void *data, amine_error *error) {
  am_tensor tensor;
  AM_TRY(am_tensor_make(&tensor, name, dtype, rank, dims, data, error));
  size_t n = strlen(name);
  if (n > LONGEST_NAME || !am_utf8_valid(name))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the name of an array is not UTF-8 of at most %d bytes: %.200s", LONGEST_NAME,
                   name);
  if (builder->n == MOST_ARRAYS)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "an archive holds at most %d arrays", MOST_ARRAYS);
  for (size_t k = 0; k < builder->n; k++)
    if (same_name(builder->items[k].name, name, n))
      return am_fail(error, AMINE_ERROR_ARGUMENT, "array %.200s is there already", name);
  item *list = am_resize(builder->items, builder->n + 1, sizeof *list);
  if (list) builder->items = list;
  char *copy = list ? am_alloc(n + 5, 1) : NULL;
  if (!copy) return am_fail_memory(error, (builder->n + 1) * sizeof *list);
  memcpy(copy, name, n);
  memcpy(copy + n, ".npy", 4);
  tensor.name = copy;
  list[builder->n++] = (item){tensor, copy};
  return AMINE_OK;
}

/* What becomes of one item: local header, name, and either head + elements or packed bytes. */
typedef struct piece {
  unsigned char local[LOCAL_SIZE];
  am_npy_head head;
  const am_tensor *tensor;
  size_t n_elements; /* in bytes */
  unsigned char *packed;
  size_t n_packed;
  uint32_t offset;
} piece;

/* Packs head and elements into a new block. */
static amine_status pack(piece *p, amine_error *error) {
  z_stream z = {.zalloc = zlib_alloc, .zfree = zlib_free};
  size_t whole = p->head.size + p->n_elements;
  if (deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return am_fail_memory(error, 300000);
  size_t room = deflateBound(&z, whole);
  p->packed = am_alloc(room, 1);
  if (!p->packed) {
    deflateEnd(&z);
    return am_fail_memory(error, room);
  }
  z.next_out = p->packed;
  z.avail_out = room < UINT_MAX ? (uInt)room : UINT_MAX;
  z.next_in = (unsigned char *)p->head.bytes;
  z.avail_in = (uInt)p->head.size;
  int r = deflate(&z, Z_NO_FLUSH);
  z.next_in = (z_const Bytef *)p->tensor->data;
  z.avail_in = (uInt)p->n_elements;
  if (r == Z_OK) r = deflate(&z, Z_FINISH);
  p->n_packed = z.total_out;
  deflateEnd(&z);
  if (r != Z_STREAM_END)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "array %.200s cannot be packed", p->tensor->name);
  return AMINE_OK;
}

/* The 26 bytes that local header and directory have in common: version to length of the name. */
static void put_common(unsigned char *to, const piece *p, const char *name, uint32_t crc,
                       bool deflated) {
  bool ascii = true;
  for (const char *c = name; *c; c++) ascii = ascii && (unsigned char)*c < 0x80;
  put16(to, 20);
  put16(to + 2, ascii ? 0 : FLAG_UTF8);
  put16(to + 4, deflated ? DEFLATED : STORED);
  put16(to + 6, 0);    /* midnight */
  put16(to + 8, 0x21); /* 1980-01-01 */
  put32(to + 10, crc);
  put32(to + 14, (uint32_t)p->n_packed);
  put32(to + 18, (uint32_t)(p->head.size + p->n_elements));
  put16(to + 22, (uint32_t)strlen(name));
  put16(to + 24, 0);
}

static amine_status make_piece(piece *p, const item *from, size_t *at, bool deflated,
                               amine_error *error) {
  p->tensor = &from->tensor;
  p->n_elements = from->tensor.count * am_dtype_size(from->tensor.dtype);
  am_npy_head_make(&p->head, p->tensor);
  size_t whole = am_size_add(p->head.size, p->n_elements), n_name = strlen(from->name);
  if (whole > MOST_BYTES)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "array %.200s has %zu bytes: less than 4 GiB fit into an NPZ file", from->name,
                   whole);
  p->n_packed = whole;
  if (deflated) AM_TRY(pack(p, error));
  uint32_t crc = (uint32_t)crc32_z(0, (const unsigned char *)p->head.bytes, p->head.size);
  if (p->n_elements > 0) crc = (uint32_t)crc32_z(crc, p->tensor->data, p->n_elements);
  put32(p->local, LOCAL_SIGNATURE);
  put_common(p->local + 4, p, from->name, crc, deflated);
  p->offset = (uint32_t)*at;
  *at = am_size_add(*at, am_size_add(LOCAL_SIZE + n_name, p->n_packed));
  if (*at > MOST_BYTES)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "the arrays up to %.200s have more than 4 GiB",
                   from->name);
  return AMINE_OK;
}

static amine_status make_directory(am_text *text, const am_npz_builder *builder,
                                   const piece *pieces, size_t at, amine_error *error) {
  for (size_t k = 0; k < builder->n; k++) {
    unsigned char entry[ENTRY_SIZE] = {0};
    put32(entry, ENTRY_SIGNATURE);
    put16(entry + 4, 3 << 8 | 20); /* made on Unix */
    memcpy(entry + 6, pieces[k].local + 4, 26);
    put32(entry + 38, 0600u << 16); /* the rights of the file */
    put32(entry + 42, pieces[k].offset);
    am_text_add(text, (const char *)entry, sizeof entry);
    am_text_puts(text, builder->items[k].name);
  }
  unsigned char end[END_SIZE] = {0};
  put32(end, END_SIGNATURE);
  put16(end + 8, (uint32_t)builder->n);
  put16(end + 10, (uint32_t)builder->n);
  put32(end + 12, (uint32_t)text->length);
  put32(end + 16, (uint32_t)at);
  if (am_size_add(at, text->length) > MOST_BYTES)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "the archive would have more than 4 GiB");
  am_text_add(text, (const char *)end, sizeof end);
  return text->failed ? am_fail_memory(error, text->capacity) : AMINE_OK;
}

/* What an archive is made of, in its order. */
typedef struct archive {
  size_t n_pieces, n;
  piece *pieces;
  am_slice *slices; /* [n] */
  am_text directory;
} archive;

static void free_archive(archive *a) {
  for (size_t k = 0; a->pieces && k < a->n_pieces; k++) am_free(a->pieces[k].packed);
  am_text_free(&a->directory);
  am_free(a->slices);
  am_free(a->pieces);
}

static amine_status make_archive(archive *a, const am_npz_builder *builder, bool deflated,
                                 amine_error *error) {
  size_t at = 0, n = 0;
  *a = (archive){.n_pieces = builder->n};
  a->pieces = am_alloc(builder->n, sizeof *a->pieces);
  a->slices = am_alloc(4 * builder->n + 1, sizeof *a->slices);
  if (!a->pieces || !a->slices) return am_fail_memory(error, builder->n * sizeof *a->pieces);
  am_slice *slices = a->slices;
  for (size_t k = 0; k < builder->n; k++) {
    piece *p = &a->pieces[k];
    const char *name = builder->items[k].name;
    AM_TRY(make_piece(p, &builder->items[k], &at, deflated, error));
    slices[n++] = (am_slice){p->local, LOCAL_SIZE};
    slices[n++] = (am_slice){name, strlen(name)};
    if (p->packed) {
      slices[n++] = (am_slice){p->packed, p->n_packed};
    } else {
      slices[n++] = (am_slice){p->head.bytes, p->head.size};
      slices[n++] = (am_slice){p->tensor->data, p->n_elements};
    }
  }
  AM_TRY(make_directory(&a->directory, builder, a->pieces, at, error));
  slices[n++] = (am_slice){a->directory.data, a->directory.length};
  a->n = n;
  return AMINE_OK;
}

amine_status am_npz_builder_save(const am_npz_builder *builder, const char *path, bool deflated,
                                 amine_error *error) {
  archive a;
  amine_status status = make_archive(&a, builder, deflated, error);
  if (status == AMINE_OK) status = am_file_replace_slices(path, a.slices, a.n, error);
  free_archive(&a);
  return status;
}

amine_status am_npz_builder_bytes(const am_npz_builder *builder, am_text *bytes, bool deflated,
                                  amine_error *error) {
  archive a;
  const size_t before = bytes->length;
  amine_status status = make_archive(&a, builder, deflated, error);
  for (size_t k = 0; status == AMINE_OK && k < a.n; k++)
    if (a.slices[k].size > 0) am_text_add(bytes, a.slices[k].data, a.slices[k].size);
  if (status == AMINE_OK && bytes->failed)
    status = am_fail_memory(error, am_size_add(before, a.slices[0].size));
  free_archive(&a);
  return status;
}

/* -------------------------------------------------------------------------------------- reading */

typedef struct member {
  char *name;
  const unsigned char *packed;
  size_t n_packed, n_unpacked;
  uint32_t crc;
  int method;
  bool loaded, plain; /* plain: an NPY file, not a part of an archive */
  am_tensor tensor;
  void *unpacked, *moved; /* blocks that the tensor may lie in */
} member;

struct am_npz {
  char *file;
  unsigned char *owned; /* the bytes of the file, if they are ours */
  const unsigned char *bytes;
  size_t size, limit, used; /* used: bytes of the arrays that were loaded */
  size_t n;
  member *members;
};

#define DAMAGED(npz, at, ...)                                                                      \
  am_fail_file(error, AMINE_ERROR_INPUT, (npz)->file, (int64_t)(at), __VA_ARGS__)

/* The last end-of-directory record whose comment reaches exactly to the end of the file, or
 * NULL. */
static const unsigned char *find_end(const am_npz *npz) {
  if (npz->size < END_SIZE) return NULL;
  size_t last = npz->size - END_SIZE, longest = last < 65535 ? last : 65535;
  for (size_t comment = 0; comment <= longest; comment++) {
    const unsigned char *p = npz->bytes + last - comment;
    if (get32(p) == END_SIGNATURE && get16(p + 20) == comment) return p;
  }
  return NULL;
}

/* The file must be: entries, directory, end record, each ending where the next begins. */
static amine_status read_end(const am_npz *npz, const unsigned char *end, size_t *start, size_t *n,
                             amine_error *error) {
  size_t at = (size_t)(end - npz->bytes), size = get32(end + 12);
  *start = get32(end + 16);
  *n = get16(end + 10);
  if (*n == 0xffff || *start == 0xffffffff || size == 0xffffffff)
    return DAMAGED(npz, at, "this is a zip64 archive, which is not supported");
  if (get16(end + 4) != 0 || get16(end + 6) != 0 || get16(end + 8) != *n)
    return DAMAGED(npz, at, "this is a part of an archive of several disks");
  if (*n > MOST_ARRAYS)
    return DAMAGED(npz, at, "the archive has %zu entries: at most %d are accepted", *n,
                   MOST_ARRAYS);
  if (*start > at || at - *start != size)
    return DAMAGED(npz, at,
                   "the directory of the archive is said to be %zu bytes at %zu, but ends at %zu",
                   size, *start, at);
  return AMINE_OK;
}

/* Checks the local header against the directory and finds the bytes of the member. */
static amine_status read_local(const am_npz *npz, member *m, const unsigned char *entry,
                               size_t start, amine_error *error) {
  size_t at = get32(entry + 42), n_name = get16(entry + 28);
  if (at > start || start - at < LOCAL_SIZE + n_name || get32(npz->bytes + at) != LOCAL_SIGNATURE)
    return DAMAGED(npz, at, "entry %.200s: there is no local header", m->name);
  const unsigned char *local = npz->bytes + at;
  if (get16(local + 26) != n_name || memcmp(local + LOCAL_SIZE, entry + ENTRY_SIZE, n_name) != 0 ||
      get16(local + 8) != (uint32_t)m->method)
    return DAMAGED(npz, at, "entry %.200s: local header and directory differ", m->name);
  if (!(get16(local + 6) & FLAG_SIZES_AFTER)) {
    uint32_t packed = get32(local + 18), unpacked = get32(local + 22);
    if (get32(local + 14) != m->crc || (packed != 0xffffffff && packed != m->n_packed) ||
        (unpacked != 0xffffffff && unpacked != m->n_unpacked))
      return DAMAGED(npz, at, "entry %.200s: local header and directory differ", m->name);
  }
  size_t before = LOCAL_SIZE + n_name + get16(local + 28);
  if (before > start - at || m->n_packed > start - at - before)
    return DAMAGED(npz, at, "entry %.200s: its %zu bytes reach into the directory", m->name,
                   m->n_packed);
  m->packed = local + before;
  return AMINE_OK;
}

/* Takes the name out of a directory entry, without ".npy". */
static amine_status read_name(const am_npz *npz, member *m, const unsigned char *entry, size_t at,
                              amine_error *error) {
  const char *name = (const char *)entry + ENTRY_SIZE;
  size_t n = get16(entry + 28);
  if (n == 0 || n > LONGEST_NAME + 4 || memchr(name, 0, n))
    return DAMAGED(npz, at, "the name of an entry is empty, too long or has a zero byte");
  if (n > 4 && memcmp(name + n - 4, ".npy", 4) == 0) n -= 4;
  m->name = am_alloc(n + 1, 1);
  if (!m->name) return am_fail_memory(error, n + 1);
  memcpy(m->name, name, n);
  for (const member *other = npz->members; other < m; other++)
    if (strcmp(other->name, m->name) == 0)
      return DAMAGED(npz, at, "entry %.200s is there twice", m->name);
  return AMINE_OK;
}

/* Reads the entry at *at of the directory, which ends at `end`, and steps to the next. */
static amine_status read_member(const am_npz *npz, member *m, size_t *at, size_t start, size_t end,
                                amine_error *error) {
  const unsigned char *entry = npz->bytes + *at;
  if (end - *at < ENTRY_SIZE || get32(entry) != ENTRY_SIGNATURE)
    return DAMAGED(npz, *at, "the directory of the archive has no entry here");
  size_t whole = ENTRY_SIZE + (size_t)get16(entry + 28) + get16(entry + 30) + get16(entry + 32);
  if (end - *at < whole) return DAMAGED(npz, *at, "the directory of the archive ends in an entry");
  AM_TRY(read_name(npz, m, entry, *at, error));
  m->method = (int)get16(entry + 10);
  m->crc = get32(entry + 16);
  m->n_packed = get32(entry + 20);
  m->n_unpacked = get32(entry + 24);
  if (get16(entry + 8) & FLAG_ENCRYPTED)
    return DAMAGED(npz, *at, "entry %.200s is encrypted", m->name);
  if (m->method != STORED && m->method != DEFLATED)
    return DAMAGED(npz, *at, "entry %.200s: packing method %d is not supported", m->name,
                   m->method);
  if (m->n_packed > MOST_BYTES || m->n_unpacked > MOST_BYTES || get32(entry + 42) > MOST_BYTES)
    return DAMAGED(npz, *at, "entry %.200s is zip64, which is not supported", m->name);
  /* deflate makes at most 1032 bytes of one: who says more is lying */
  if (m->method == STORED ? m->n_packed != m->n_unpacked : m->n_unpacked / 1032 > m->n_packed)
    return DAMAGED(npz, *at, "entry %.200s: %zu bytes cannot unpack to %zu", m->name, m->n_packed,
                   m->n_unpacked);
  AM_TRY(read_local(npz, m, entry, start, error));
  *at += whole;
  return AMINE_OK;
}

static amine_status read_archive(am_npz *npz, amine_error *error) {
  const unsigned char *end = find_end(npz);
  if (!end) AM_TRY(am_file_refuse_gzip(npz->file, npz->bytes, npz->size, error));
  if (!end) return DAMAGED(npz, npz->size, "this is neither an NPY file nor a whole zip archive");
  size_t start, n;
  AM_TRY(read_end(npz, end, &start, &n, error));
  AM_TRY(AM_TAKE(npz->members, n, error));
  size_t at = start, stop = (size_t)(end - npz->bytes);
  while (npz->n < n) {
    member *m = &npz->members[npz->n++]; /* counted first, for closing frees what it has */
    AM_TRY(read_member(npz, m, &at, start, stop, error));
  }
  if (at != stop) return DAMAGED(npz, at, "the directory of the archive has bytes left over");
  return AMINE_OK;
}

static amine_status read_plain(am_npz *npz, amine_error *error) {
  AM_TRY(AM_TAKE(npz->members, 1, error));
  npz->n = 1;
  member *m = npz->members;
  *m = (member){.packed = npz->bytes, .n_packed = npz->size, .n_unpacked = npz->size};
  m->plain = true;
  m->name = am_strdup("arr_0");
  return m->name ? AMINE_OK : am_fail_memory(error, 6);
}

amine_status am_npz_parse(am_npz **npz, const char *name, const void *data, size_t size,
                          size_t limit, amine_error *error) {
  am_npz *z = am_alloc(1, sizeof *z);
  if (!z) return am_fail_memory(error, sizeof *z);
  z->file = am_strdup(name);
  z->bytes = data;
  z->size = size;
  z->limit = limit;
  amine_status status;
  if (!z->file) status = am_fail_memory(error, strlen(name) + 1);
  else if (size >= 6 && memcmp(data, "\x93NUMPY", 6) == 0) status = read_plain(z, error);
  else status = read_archive(z, error);
  if (status != AMINE_OK) {
    am_npz_close(z);
    return status;
  }
  *npz = z;
  return AMINE_OK;
}

amine_status am_npz_open(am_npz **npz, const char *path, size_t limit, amine_error *error) {
  unsigned char *data;
  size_t size;
  AM_TRY(am_file_read(path, limit, &data, &size, error));
  amine_status status = am_npz_parse(npz, path, data, size, limit, error);
  if (status != AMINE_OK) am_free(data);
  else (*npz)->owned = data;
  return status;
}

void am_npz_close(am_npz *npz) {
  if (!npz) return;
  for (size_t k = 0; k < npz->n; k++) {
    am_free(npz->members[k].name);
    am_free(npz->members[k].unpacked);
    am_free(npz->members[k].moved);
  }
  am_free(npz->members);
  am_free(npz->owned);
  am_free(npz->file);
  am_free(npz);
}

size_t am_npz_count(const am_npz *npz) { return npz->n; }

const char *am_npz_name(const am_npz *npz, size_t index) {
  return index < npz->n ? npz->members[index].name : NULL;
}

/* Unpacks into a new block of exactly the size that the directory promised. */
static amine_status unpack(const am_npz *npz, member *m, amine_error *error) {
  unsigned char *out = am_alloc(m->n_unpacked + 1, 1); /* one more: to see that it ends */
  if (!out) return am_fail_memory(error, m->n_unpacked + 1);
  z_stream z = {.zalloc = zlib_alloc, .zfree = zlib_free};
  int r = inflateInit2(&z, -15);
  if (r == Z_OK) {
    z.next_in = (z_const Bytef *)m->packed;
    z.avail_in = (uInt)m->n_packed;
    z.next_out = out;
    z.avail_out = (uInt)(m->n_unpacked + 1);
    r = inflate(&z, Z_FINISH);
    inflateEnd(&z);
  }
  if (r == Z_STREAM_END && z.total_out == m->n_unpacked && z.avail_in == 0) {
    m->unpacked = out;
    return AMINE_OK;
  }
  am_free(out);
  if (r == Z_MEM_ERROR) return am_fail_memory(error, 50000);
  return DAMAGED(npz, m->packed - npz->bytes, "array %.200s cannot be unpacked to %zu bytes",
                 m->name, m->n_unpacked);
}

/* Unpacks, checks and describes the member; its blocks are the caller's to free after a failure. */
static amine_status load(const am_npz *npz, member *m, amine_error *error) {
  if (m->n_unpacked > npz->limit - npz->used)
    return DAMAGED(npz, m->packed - npz->bytes,
                   "array %.200s has %zu bytes: the arrays may have %zu in all", m->name,
                   m->n_unpacked, npz->limit);
  if (m->method == DEFLATED) AM_TRY(unpack(npz, m, error));
  const unsigned char *bytes = m->unpacked ? m->unpacked : m->packed;
  if (!m->plain && (uint32_t)crc32_z(0, bytes, m->n_unpacked) != m->crc)
    return DAMAGED(npz, m->packed - npz->bytes, "array %.200s: its CRC-32 does not fit its bytes",
                   m->name);
  AM_TRY(am_npy_parse(&m->tensor, npz->file, m->name, bytes, m->n_unpacked, error));
  size_t size = am_dtype_size(m->tensor.dtype), n = m->tensor.count * size;
  if ((uintptr_t)m->tensor.data % size == 0) return AMINE_OK;
  m->moved = am_alloc(n, 1);
  if (!m->moved) return am_fail_memory(error, n);
  m->tensor.data = memcpy(m->moved, m->tensor.data, n);
  return AMINE_OK;
}

amine_status am_npz_load(am_npz *npz, const am_tensor **tensor, size_t index, amine_error *error) {
  if (index >= npz->n)
    return am_fail_file(error, AMINE_ERROR_ARGUMENT, npz->file, -1,
                        "there is no array %zu: there are %zu", index, npz->n);
  member *m = &npz->members[index];
  if (!m->loaded) {
    amine_status status = load(npz, m, error);
    if (status != AMINE_OK) {
      am_free(m->unpacked);
      am_free(m->moved);
      m->unpacked = m->moved = NULL;
      return status;
    }
    m->loaded = true;
    npz->used += m->n_unpacked;
  }
  *tensor = &m->tensor;
  return AMINE_OK;
}

amine_status am_npz_find(am_npz *npz, const am_tensor **tensor, const char *name,
                         amine_error *error) {
  for (size_t k = 0; k < npz->n; k++)
    if (strcmp(npz->members[k].name, name) == 0) return am_npz_load(npz, tensor, k, error);
  return am_fail_file(error, AMINE_ERROR_INPUT, npz->file, -1, "there is no array %.200s", name);
}
