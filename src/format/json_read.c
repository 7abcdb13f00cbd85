/* JSON in: RFC 8259 by recursive descent into Jansson's trees. The reader is our own because
 * Jansson's takes the decimal point of the process's locale, and writes beyond its buffer when it
 * is refused memory in the middle of a token. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/number.h"
#include "format/file.h"
#include "format/json.h"

typedef struct reader {
  const char *name, *text;
  size_t length, at;
  am_json_limits limits;
  size_t values, depth;
  am_text scratch; /* the string or number that is being read */
  amine_error *error;
  amine_status status;
} reader;

/* ------------------------------------------------------------------------------- sentences */

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

/* Fails for what begins at `at`; `length` bytes of it are shown behind the sentence, 0 none. */
static json_t *refuse(reader *r, size_t at, const char *sentence, size_t length) {
  size_t line, column;
  place(r->text, at, &line, &column);
  if (length > 40) length = 40;
  while (length > 0 && ((unsigned char)r->text[at + length - 1] & 0xc0) == 0x80 &&
         at + length < r->length && ((unsigned char)r->text[at + length] & 0xc0) == 0x80)
    length--; /* not into a character */
  r->status = am_fail_file(r->error, AMINE_ERROR_INPUT, r->name, (int64_t)at,
                           "line %zu, column %zu: %s%s%.*s", line, column, sentence,
                           length ? ", not " : "", (int)length, r->text + at);
  return NULL;
}

static json_t *too_many(reader *r, size_t at, size_t limit, const char *what) {
  char sentence[80];
  snprintf(sentence, sizeof sentence, "more than %zu %s", limit, what);
  return refuse(r, at, sentence, 0);
}

static json_t *no_memory(reader *r) {
  r->status = am_fail_memory(r->error, r->length);
  return NULL;
}

/* How long what stands at the reader's place is, for people: a string, a word, a sign. */
static size_t token_length(const reader *r) {
  const char *s = r->text + r->at;
  const size_t left = r->length - r->at;
  size_t n = 1;
  if (*s == '"') {
    while (n < left && s[n] != '"' && s[n] != '\n') n++;
    return n < left && s[n] == '"' ? n + 1 : n;
  }
  if (strchr("{}[],:", *s)) return 1;
  while (n < left && !strchr(" \t\r\n{}[],:\"", s[n])) n++;
  return n;
}

/* Fails because something else than `wanted` stands here. */
static json_t *wanted(reader *r, const char *wanted) {
  char sentence[120];
  const bool ends = r->at >= r->length;
  snprintf(sentence, sizeof sentence, "%s%s should stand here", ends ? "the text ends, and " : "",
           wanted);
  return refuse(r, r->at, sentence, ends ? 0 : token_length(r));
}

/* ------------------------------------------------------------------------------- tokens */

static bool see(const reader *r, char c) { return r->at < r->length && r->text[r->at] == c; }

static void skip_space(reader *r) {
  while (r->at < r->length && r->text[r->at] && strchr(" \t\r\n", r->text[r->at])) r->at++;
}

/* Passes `c` and the space around it, if it is there. */
static bool pass(reader *r, char c) {
  skip_space(r);
  if (!see(r, c)) return false;
  r->at++;
  skip_space(r);
  return true;
}

/* One more value or key, within the limit. */
static bool count(reader *r) {
  if (++r->values <= r->limits.values) return true;
  too_many(r, r->at, r->limits.values, "values in all");
  return false;
}

/* The four hexadecimal digits of an escape, or -1. */
static long hex4(const reader *r, size_t at) {
  long code = 0;
  if (at + 4 > r->length) return -1;
  for (size_t k = 0; k < 4; k++) {
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *p = r->text[at + k] ? strchr(digits, r->text[at + k]) : NULL;
    if (!p) return -1;
    code = code * 16 + (p - digits) % 16;
  }
  return code;
}

static void add_utf8(am_text *text, long code) {
  char out[4];
  size_t n = 0;
  if (code < 0x80) {
    out[n++] = (char)code;
  } else {
    const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const int lead[] = {0, 0xc0, 0xe0, 0xf0};
    out[n++] = (char)(lead[more] | (code >> (6 * more)));
    for (int k = more - 1; k >= 0; k--) out[n++] = (char)(0x80 | (code >> (6 * k) & 0x3f));
  }
  am_text_add(text, out, n);
}

/* \uXXXX at the reader's place, past the u; a pair of surrogates is one character. */
static bool read_code(reader *r) {
  const size_t at = r->at - 2;
  long code = hex4(r, r->at);
  r->at += 4;
  if (code >= 0xd800 && code < 0xdc00 && r->at + 2 < r->length && r->text[r->at] == '\\' &&
      r->text[r->at + 1] == 'u') {
    const long low = hex4(r, r->at + 2);
    code = low >= 0xdc00 && low < 0xe000 ? 0x10000 + (code - 0xd800) * 0x400 + low - 0xdc00 : -1;
    r->at += 6;
  }
  if (code <= 0 || (code >= 0xd800 && code < 0xe000)) {
    r->at = at;
    refuse(r, at, "\\u must be followed by the four hexadecimal digits of a character", 0);
    return false;
  }
  add_utf8(&r->scratch, code);
  return true;
}

static bool read_escape(reader *r) {
  static const char names[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
  const char c = r->at + 1 < r->length ? r->text[r->at + 1] : 0;
  const char *p = c ? strchr(names, c) : NULL;
  r->at += 2;
  if (c == 'u') return read_code(r);
  if (p) {
    am_text_add(&r->scratch, means + (p - names), 1);
    return true;
  }
  r->at -= 2;
  refuse(r, r->at, "no such escape in a string (a backslash itself is \\\\)", 0);
  return false;
}

/* A string into the scratch text; the reader stands at its first quote. */
static bool read_string(reader *r) {
  const size_t start = r->at++;
  r->scratch.length = 0;
  while (r->at < r->length && r->text[r->at] != '"') {
    const char *s = r->text + r->at;
    const size_t n = am_utf8_length(s, r->length - r->at);
    if (*s == '\\') {
      if (!read_escape(r)) return false;
    } else if (n == 0 || (n == 1 && *s < 0x20)) {
      refuse(r, r->at,
             n == 0      ? "these bytes are not UTF-8"
             : *s == '\n' ? "the line ends inside a string"
                         : "a control character inside a string (write it as \\u00..)",
             0);
      return false;
    } else {
      am_text_add(&r->scratch, s, n);
      r->at += n;
    }
  }
  if (r->at >= r->length) {
    refuse(r, start, "the text ends inside this string", 0);
    return false;
  }
  r->at++;
  if (r->scratch.length == 0) am_text_add(&r->scratch, "", 1), r->scratch.length = 0;
  if (r->scratch.failed) no_memory(r);
  return !r->scratch.failed;
}

static size_t digits_at(const reader *r, size_t at) {
  size_t n = 0;
  while (at + n < r->length && r->text[at + n] >= '0' && r->text[at + n] <= '9') n++;
  return n;
}

/* The length of the number at the reader's place, or 0; *whole: it has neither point nor e. */
static size_t number_length(const reader *r, bool *whole) {
  size_t at = r->at + (r->text[r->at] == '-');
  size_t n = digits_at(r, at);
  if (n == 0 || (n > 1 && r->text[at] == '0')) return 0;
  at += n;
  *whole = true;
  if (at < r->length && r->text[at] == '.') {
    if ((n = digits_at(r, at + 1)) == 0) return 0;
    at += 1 + n, *whole = false;
  }
  if (at < r->length && (r->text[at] == 'e' || r->text[at] == 'E')) {
    at++;
    if (at < r->length && (r->text[at] == '+' || r->text[at] == '-')) at++;
    if ((n = digits_at(r, at)) == 0) return 0;
    at += n, *whole = false;
  }
  return at - r->at;
}

static bool whole_number(const char *s, size_t n, json_int_t *out) {
  const bool minus = s[0] == '-';
  json_int_t value = 0;
  for (size_t k = minus; k < n; k++)
    if (__builtin_mul_overflow(value, 10, &value) ||
        __builtin_sub_overflow(value, s[k] - '0', &value)) /* below 0 there is one more */
      return false;
  if (!minus && __builtin_sub_overflow(0, value, &value)) return false;
  *out = value;
  return true;
}

static json_t *read_number(reader *r) {
  bool whole;
  json_int_t integer;
  const size_t start = r->at, n = number_length(r, &whole);
  if (n == 0 || n != token_length(r)) return wanted(r, "a value");
  r->at += n;
  if (whole) {
    if (whole_number(r->text + start, n, &integer)) return json_integer(integer);
    return refuse(r, start, "a whole number must lie within 64 bits", n);
  }
  r->scratch.length = 0;
  am_text_add(&r->scratch, r->text + start, n);
  if (r->scratch.failed) return no_memory(r);
  const double value = am_number_read(r->scratch.data, NULL);
  if (!isfinite(value)) return refuse(r, start, "a number must lie within +-1.8e308", n);
  return json_real(value);
}

static json_t *read_word(reader *r) {
  static const char *const words[] = {"true", "false", "null"};
  const size_t n = token_length(r);
  for (int k = 0; k < 3; k++) {
    if (n != strlen(words[k]) || memcmp(r->text + r->at, words[k], n) != 0) continue;
    r->at += n;
    return k == 0 ? json_true() : k == 1 ? json_false() : json_null();
  }
  return wanted(r, "a value");
}

/* ------------------------------------------------------------------------------- trees */

static json_t *read_value(reader *r);

/* Reads a key and its value into the object. */
static bool read_member(reader *r, json_t *object) {
  const size_t start = r->at;
  if (!see(r, '"')) return wanted(r, "a key in quotes"), false;
  if (!count(r) || !read_string(r)) return false;
  if (json_object_get(object, r->scratch.data)) {
    r->at = start;
    return refuse(r, start, "a duplicate key: it stood here before", 0), false;
  }
  json_t *key = json_stringn_nocheck(r->scratch.data, r->scratch.length);
  if (!key) return no_memory(r), false;
  json_t *value = pass(r, ':') ? read_value(r) : wanted(r, "':'");
  if (value && json_object_set_new_nocheck(object, json_string_value(key), value) != 0) {
    value = no_memory(r);
  }
  json_decref(key);
  return value != NULL;
}

static bool read_element(reader *r, json_t *array) {
  json_t *value = read_value(r);
  if (value && json_array_append_new(array, value) != 0) return no_memory(r), false;
  return value != NULL;
}

/* An object or an array; the reader stands at its bracket. */
static json_t *read_tree(reader *r) {
  const bool is_object = see(r, '{');
  const char close = is_object ? '}' : ']';
  if (++r->depth > r->limits.depth)
    return too_many(r, r->at, r->limits.depth, "levels of brackets");
  json_t *tree = is_object ? json_object() : json_array();
  if (!tree) return no_memory(r);
  r->at++;
  bool fine = true, ended = pass(r, close);
  while (fine && !ended) {
    fine = is_object ? read_member(r, tree) : read_element(r, tree);
    ended = fine && pass(r, close);
    if (fine && !ended && !pass(r, ','))
      fine = wanted(r, is_object ? "',' or '}'" : "',' or ']'") != NULL;
  }
  r->depth--;
  if (fine) return tree;
  json_decref(tree);
  return NULL;
}

static json_t *read_text(reader *r) {
  if (!read_string(r)) return NULL;
  return json_stringn_nocheck(r->scratch.data, r->scratch.length);
}

static json_t *read_value(reader *r) {
  json_t *value;
  if (!count(r)) return NULL;
  if (r->at >= r->length) return wanted(r, "a value");
  const char c = r->text[r->at];
  if (c == '{' || c == '[') value = read_tree(r);
  else if (c == '"') value = read_text(r);
  else if (c == '-' || (c >= '0' && c <= '9')) value = read_number(r);
  else value = read_word(r);
  if (!value && r->status == AMINE_OK) no_memory(r);
  return value;
}

static json_t *read_all(reader *r) {
  if (r->length >= 3 && memcmp(r->text, "\xef\xbb\xbf", 3) == 0) r->at = 3;
  skip_space(r);
  if (!see(r, '{') && !see(r, '[')) return wanted(r, "'{' or '['");
  json_t *root = read_value(r);
  skip_space(r);
  if (!root || r->at == r->length) return root;
  json_decref(root);
  return wanted(r, "the end of the text");
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
  reader r = {.name = name, .text = text, .length = length, .error = error};
  if (limits) r.limits = *limits;
  if (!r.limits.bytes) r.limits.bytes = (size_t)16 << 20;
  if (!r.limits.values) r.limits.values = (size_t)1 << 20;
  if (!r.limits.depth) r.limits.depth = 64;
  if (length > r.limits.bytes)
    return am_fail_file(error, AMINE_ERROR_INPUT, name, (int64_t)r.limits.bytes,
                        "the text has %zu bytes: at most %zu are accepted", length, r.limits.bytes);
  AM_TRY(check_form(name, text, length, error));
  json_t *tree = read_all(&r);
  am_text_free(&r.scratch);
  if (tree) *root = tree;
  return r.status;
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
