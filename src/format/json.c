/* JSON out: lines of an object each, and trees. */
#include "format/json.h"

#include <math.h>
#include <string.h>

#include "base/number.h"

size_t am_utf8_length(const char *text, size_t most) {
  const unsigned char *s = (const unsigned char *)text;
  if (most == 0) return 0;
  if (s[0] < 0x80) return 1;
  size_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
  if (s[0] < 0xc2 || s[0] > 0xf4 || n > most) return 0;
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
  for (const char *p = s; *p && n > 0; p += n) n = am_utf8_length(p, 4);
  return n > 0;
}

double am_json_number_of(const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

/* C0, DEL or C1: what a terminal might obey */
static bool is_control(const char *s, size_t n) {
  const unsigned char c = (unsigned char)s[n - 1];
  return n == 1 ? c < 0x20 || c == 0x7f : (unsigned char)s[0] == 0xc2 && c < 0xa0;
}

void am_json_string(am_text *text, const char *value) {
  am_text_puts(text, "\"");
  const char *s = value;
  while (*s) {
    size_t n = am_utf8_length(s, 4);
    if (n == 0) {
      am_text_puts(text, "\xef\xbf\xbd");
      n = 1;
    } else if (is_control(s, n)) {
      am_text_printf(text, "\\u%04x", (unsigned)(unsigned char)s[n - 1]);
    } else {
      if (*s == '"' || *s == '\\') am_text_puts(text, "\\");
      am_text_add(text, s, n);
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
  char out[AM_NUMBER_SIZE];
  am_text_puts(text, am_number_text(out, value, digits < 1 || digits > 17 ? 17 : digits));
}

void am_json_begin(am_text *text) {
  const bool next = text->length > 0 && text->data[text->length - 1] == '}';
  am_text_puts(text, next ? ",{" : "{");
}

void am_json_end(am_text *text) { am_text_puts(text, "}\n"); }

void am_json_put_key(am_text *text, const char *key) {
  char last = text->length ? text->data[text->length - 1] : '{';
  if (last != '{' && last != '[') am_text_puts(text, ",");
  am_json_string(text, key);
  am_text_puts(text, ":");
}

void am_json_list(am_text *text, const char *key) {
  am_json_put_key(text, key);
  am_text_puts(text, "[");
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

static void write_real(am_text *text, double value) {
  char out[AM_NUMBER_SIZE];
  am_text_puts(text, am_number_text(out, value, 17));
  if (!strpbrk(out, ".e")) am_text_puts(text, ".0"); /* it is not to come back as an integer */
}

static void write_members(am_text *text, const json_t *value) {
  const char *key;
  json_t *member, *object = (json_t *)(uintptr_t)value;
  am_text_puts(text, "{");
  json_object_foreach(object, key, member) {
    am_json_put_key(text, key);
    am_json_write(text, member);
  }
  am_text_puts(text, "}");
}

static void write_elements(am_text *text, const json_t *value) {
  am_text_puts(text, "[");
  for (size_t k = 0; k < json_array_size(value); k++) {
    if (k > 0) am_text_puts(text, ",");
    am_json_write(text, json_array_get(value, k));
  }
  am_text_puts(text, "]");
}

void am_json_write(am_text *text, const json_t *value) {
  switch (json_typeof(value)) {
  case JSON_OBJECT: write_members(text, value); break;
  case JSON_ARRAY: write_elements(text, value); break;
  case JSON_STRING: am_json_string(text, json_string_value(value)); break;
  case JSON_INTEGER: am_text_printf(text, "%lld", (long long)json_integer_value(value)); break;
  case JSON_REAL: write_real(text, json_real_value(value)); break;
  case JSON_TRUE: am_text_puts(text, "true"); break;
  case JSON_FALSE: am_text_puts(text, "false"); break;
  case JSON_NULL: am_text_puts(text, "null"); break;
  }
}
