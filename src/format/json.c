/* JSON: Jansson behind limits that are checked before it allocates anything, and a small writer. */
#include "format/json.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "format/file.h"

/* -------------------------------------------------------------------------------------- parsing */

/* The scanner of Jansson 2.14 writes beyond its buffer (or asserts) when memory is refused in the
 * middle of a token. So it is never told: while it parses, its blocks come from an arena, and a
 * refusal leaves the parser by longjmp and throws the arena away. What was parsed is then copied.
 * */
typedef struct chunk {
  struct chunk *next;
  size_t size, used;
} chunk;

typedef struct arena {
  chunk *chunks; /* the first one is the one in use */
  jmp_buf refused;
} arena;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static _Thread_local arena *in_use;

static void *arena_take(arena *a, size_t size) {
  const size_t head = am_size_round(sizeof(chunk), 16);
  size_t need = am_size_round(size, 16);
  if (!a->chunks || a->chunks->size - a->chunks->used < need) {
    size_t whole = am_size_add(head, need);
    if (whole < 65536 - 64) whole = 65536 - 64;
    chunk *fresh = am_alloc(whole, 1);
    if (!fresh) longjmp(a->refused, 1);
    *fresh = (chunk){.next = a->chunks, .size = whole, .used = head};
    a->chunks = fresh;
  }
  void *block = (char *)a->chunks + a->chunks->used;
  a->chunks->used += need;
  return block;
}

static void arena_free(arena *a) {
  while (a->chunks) {
    chunk *next = a->chunks->next;
    am_free(a->chunks);
    a->chunks = next;
  }
}

static void *allocate(size_t size) { return in_use ? arena_take(in_use, size) : am_alloc(size, 1); }

static void release(void *block) {
  if (!in_use) am_free(block); /* the arena is freed as a whole */
}

static void use_our_memory(void) { json_set_alloc_funcs(allocate, release); }

void am_json_init(void) { pthread_once(&once, use_our_memory); }

/* The tree in the arena, or NULL with *no_memory or *e telling why. */
static json_t *parse_in_arena(arena *a, const char *text, size_t length, json_error_t *e,
                              bool *no_memory) {
  json_t *volatile root = NULL;
  in_use = a;
  if (setjmp(a->refused) == 0) root = json_loadb(text, length, JSON_REJECT_DUPLICATES, e);
  else *no_memory = true;
  in_use = NULL;
  return root;
}

/* Where offset `at` lies, both counted from 1; columns are counted in bytes. */
static void place(const char *text, size_t at, size_t *line, size_t *column) {
  size_t start = 0;
  *line = 1;
  for (size_t k = 0; k < at; k++) {
    if (text[k] != '\n') continue;
    ++*line;
    start = k + 1;
  }
  *column = at - start + 1;
}

static amine_status over(const char *name, const char *text, size_t at, const char *what,
                         size_t limit, amine_error *error) {
  size_t line, column;
  place(text, at, &line, &column);
  return am_fail_file(error, AMINE_ERROR_INPUT, name, (int64_t)at,
                      "line %zu, column %zu: more than %zu %s", line, column, limit, what);
}

/* Counts what Jansson would make of the text, token by token as far as the text is valid. */
static amine_status check_limits(const char *name, const char *text, size_t length,
                                 const am_json_limits *limits, amine_error *error) {
  size_t values = 1, depth = 0;
  bool in_string = false;
  for (size_t k = 0; k < length; k++) {
    char c = text[k];
    if (in_string) {
      if (c == '\\') k++;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == ',' || c == ':' || c == '[' || c == '{') values++;
    if (c == '[' || c == '{') depth++;
    if ((c == ']' || c == '}') && depth > 0) depth--;
    if (values > limits->values) return over(name, text, k, "values in all", limits->values, error);
    if (depth > limits->depth)
      return over(name, text, k, "levels of brackets", limits->depth, error);
  }
  return AMINE_OK;
}

/* What editors and packers put in the way: UTF-16 and gzip are refused by name. */
static amine_status check_form(const char *name, const char *text, size_t length,
                               amine_error *error) {
  const bool wide = length >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 ||
                                    memcmp(text, "\xfe\xff", 2) == 0);
  if (wide)
    return am_fail_file(error, AMINE_ERROR_INPUT, name, 0,
                        "this is UTF-16 text: it must be saved as UTF-8");
  return am_file_refuse_gzip(name, text, length, error);
}

amine_status am_json_parse(json_t **root, const char *name, const char *text, size_t length,
                           const am_json_limits *limits, amine_error *error) {
  am_json_limits most = limits ? *limits : (am_json_limits){0};
  if (!most.bytes) most.bytes = (size_t)16 << 20;
  if (!most.values) most.values = (size_t)1 << 20;
  if (!most.depth) most.depth = 64;
  if (length > most.bytes)
    return am_fail_file(error, AMINE_ERROR_INPUT, name, (int64_t)most.bytes,
                        "the text has %zu bytes: at most %zu are accepted", length, most.bytes);
  AM_TRY(check_form(name, text, length, error));
  if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) text += 3, length -= 3; /* a BOM */
  AM_TRY(check_limits(name, text, length, &most, error));
  am_json_init();
  arena a = {0};
  json_error_t e = {0};
  bool no_memory = false;
  json_t *parsed = parse_in_arena(&a, text, length, &e, &no_memory);
  json_t *copy = parsed ? json_deep_copy(parsed) : NULL;
  arena_free(&a);
  if (copy) {
    *root = copy;
    return AMINE_OK;
  }
  if (no_memory || parsed) return am_fail_memory(error, length);
  return am_fail_file(error, AMINE_ERROR_INPUT, name, e.position, "line %d, column %d: %s", e.line,
                      e.column, e.text);
}

amine_status am_json_read(json_t **root, const char *path, const am_json_limits *limits,
                          amine_error *error) {
  size_t bytes = limits && limits->bytes ? limits->bytes : (size_t)16 << 20;
  unsigned char *data = NULL;
  size_t size = 0;
  AM_TRY(am_file_read(path, bytes, &data, &size, error));
  amine_status status = am_json_parse(root, path, (const char *)data, size, limits, error);
  am_free(data);
  return status;
}

bool am_json_size(const json_t *value, size_t *out) {
  if (!json_is_integer(value) || json_integer_value(value) < 0) return false;
  *out = (size_t)json_integer_value(value);
  return true;
}

/* -------------------------------------------------------------------------------------- writing */

/* The length of the UTF-8 sequence at s (which ends with 0), or 0 if there is none. */
static size_t utf8_length(const unsigned char *s) {
  if (s[0] < 0x80) return 1;
  size_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
  if (s[0] < 0xc2 || s[0] > 0xf4) return 0;
  for (size_t k = 1; k < n; k++)
    if ((s[k] & 0xc0) != 0x80) return 0;
  if (s[0] == 0xe0 && s[1] < 0xa0) return 0; /* longer than needed */
  if (s[0] == 0xed && s[1] > 0x9f) return 0; /* a surrogate */
  if (s[0] == 0xf0 && s[1] < 0x90) return 0; /* longer than needed */
  if (s[0] == 0xf4 && s[1] > 0x8f) return 0; /* beyond U+10FFFF */
  return n;
}

bool am_utf8_valid(const char *s) {
  size_t n = 1;
  for (const unsigned char *p = (const unsigned char *)s; *p && n > 0; p += n) n = utf8_length(p);
  return n > 0;
}

void am_json_string(am_text *text, const char *value) {
  am_text_puts(text, "\"");
  const unsigned char *s = (const unsigned char *)value;
  while (*s) {
    size_t n = utf8_length(s);
    if (n == 0) {
      am_text_puts(text, "\xef\xbf\xbd");
      n = 1;
    } else if (*s < 0x20 || *s == 0x7f || (s[0] == 0xc2 && s[1] < 0xa0)) { /* control characters */
      am_text_printf(text, "\\u%04x", s[n - 1]);
    } else {
      if (*s == '"' || *s == '\\') am_text_puts(text, "\\");
      am_text_add(text, (const char *)s, n);
    }
    s += n;
  }
  am_text_puts(text, "\"");
}

void am_json_number(am_text *text, double value, int digits) {
  if (!isfinite(value)) {
    am_text_puts(text, "null");
    return;
  }
  char raw[64], clean[64];
  if (digits < 1 || digits > 17) digits = 17;
  snprintf(raw, sizeof raw, "%.*g", digits, value);
  size_t n = 0;
  for (const char *p = raw; *p; p++) {
    if (strchr("0123456789+-e", *p)) clean[n++] = *p;
    else if (n == 0 || clean[n - 1] != '.')
      clean[n++] = '.'; /* whatever the locale writes instead, of one byte or more */
  }
  am_text_add(text, clean, n);
}

void am_json_begin(am_text *text) { am_text_puts(text, "{"); }

void am_json_end(am_text *text) { am_text_puts(text, "}\n"); }

void am_json_put_key(am_text *text, const char *key) {
  char last = text->length ? text->data[text->length - 1] : '{';
  if (last != '{' && last != '[') am_text_puts(text, ",");
  am_json_string(text, key);
  am_text_puts(text, ":");
}

void am_json_put_float(am_text *text, const char *key, float value) {
  am_json_put_key(text, key);
  am_json_number(text, (double)value, 9);
}

void am_json_put_double(am_text *text, const char *key, double value) {
  am_json_put_key(text, key);
  am_json_number(text, value, 17);
}

void am_json_put_int(am_text *text, const char *key, int64_t value) {
  am_json_put_key(text, key);
  am_text_printf(text, "%lld", (long long)value);
}

void am_json_put_uint(am_text *text, const char *key, uint64_t value) {
  am_json_put_key(text, key);
  am_text_printf(text, "%llu", (unsigned long long)value);
}

void am_json_put_bool(am_text *text, const char *key, bool value) {
  am_json_put_key(text, key);
  am_text_puts(text, value ? "true" : "false");
}

void am_json_put_string(am_text *text, const char *key, const char *value) {
  am_json_put_key(text, key);
  if (value) am_json_string(text, value);
  else am_text_puts(text, "null");
}
