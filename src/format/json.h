/* JSON in: text from outside becomes a Jansson tree, within limits and with sentences.
 * JSON out: one object a line, for metrics; what JSON cannot say (NaN, infinity) becomes null.
 *
 * Promise: parsing is safe on any bytes and its memory is bounded by the limits; numbers are read
 * and written the same way in every locale; nothing of the process is changed. Trees live where the
 * program's Jansson keeps its own, so a program that uses Jansson too (and may have told it an
 * allocator) is not disturbed; all other memory comes from am_alloc. */
#ifndef AMINE_FORMAT_JSON_H
#define AMINE_FORMAT_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "amine/status.h"
#include "base/memory.h"

/* What a text may have at most; a 0 stands for the value in brackets. */
typedef struct am_json_limits {
  size_t bytes;  /* [16 MiB] */
  size_t values; /* [2^20] values and keys in all; each may cost about 250 bytes of memory */
  size_t depth;  /* [64] arrays and objects inside each other */
} am_json_limits;

/* Parses `length` bytes of UTF-8 text (a byte order mark before it is skipped), an object or an
 * array; duplicate keys are refused. `name` (a path) stands in the sentences, with line and column.
 * limits may be NULL. The caller json_decref's *root; after a failure it is untouched.
 * AMINE_ERROR_INPUT or AMINE_ERROR_MEMORY. */
amine_status am_json_parse(json_t **root, const char *name, const char *text, size_t length,
                           const am_json_limits *limits, amine_error *error);

/* The same for a file. AMINE_ERROR_IO too. */
amine_status am_json_read(json_t **root, const char *path, const am_json_limits *limits,
                          amine_error *error);

/* true and the value in *out if `value` is an integer in [0, SIZE_MAX] */
bool am_json_size(const json_t *value, size_t *out);

/* A number of an object by its key, NAN if it has none. */
double am_json_number_of(const json_t *object, const char *key);

/* Writing. Texts are added to `text`; if memory was refused, text->failed is set at the end.
 *
 *   am_json_begin(&line);
 *   am_json_put_int(&line, "iteration", 12);
 *   am_json_put_float(&line, "reward", 0.5f);
 *   am_json_end(&line);                          {"iteration":12,"reward":0.5}\n          */
void am_json_begin(am_text *text); /* with a comma, if an object stands before it in a list */
void am_json_end(am_text *text);
void am_json_put_float(am_text *text, const char *key, float value);   /* 9 digits or null */
void am_json_put_double(am_text *text, const char *key, double value); /* 17 digits or null */
void am_json_put_int(am_text *text, const char *key, int64_t value);
void am_json_put_uint(am_text *text, const char *key, uint64_t value);
void am_json_put_bool(am_text *text, const char *key, bool value);
void am_json_put_string(am_text *text, const char *key, const char *value); /* NULL is null */
/* the key alone; the caller adds the value with am_json_begin, am_text_add, ... */
void am_json_put_key(am_text *text, const char *key);
/* and "[", which the caller closes */
void am_json_list(am_text *text, const char *key);

/* A tree in one line without spaces; reals have 17 digits, so it comes back as it is. */
void am_json_write(am_text *text, const json_t *value);

/* The length of the UTF-8 sequence at the start of text's `most` bytes, or 0 if there is none. */
size_t am_utf8_length(const char *text, size_t most);
/* true if the string is valid UTF-8 */
bool am_utf8_valid(const char *s);
/* A quoted, escaped string; bytes that are not UTF-8 become U+FFFD. */
void am_json_string(am_text *text, const char *value);
/* A number with `digits` significant digits, or null. */
void am_json_number(am_text *text, double value, int digits);

#endif
