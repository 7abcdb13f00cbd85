/* Any bytes as JSON: what is parsed is the same after it was written and parsed again; and any
 * bytes as a string of a metric line: the line is always valid JSON. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const am_json_limits limits = {.bytes = 1 << 20, .values = 10000, .depth = 16};

static void parse_and_write(const char *text, size_t size) {
  json_t *root = NULL, *again = NULL;
  amine_error error = {.status = AMINE_OK};
  amine_status status = am_json_parse(&root, "fuzz", text, size, &limits, &error);
  if ((status == AMINE_OK) != (root != NULL)) abort();
  if (!root) {
    if (error.status != status || !error.message[0] || error.offset > (int64_t)size) abort();
    return;
  }
  am_text written = {0};
  am_json_write(&written, root);
  if (written.failed) abort();
  const am_json_limits more = {.bytes = 64 << 20, .values = 10000, .depth = 16};
  if (am_json_parse(&again, "again", written.data, written.length, &more, &error) != AMINE_OK)
    abort();
  if (!json_equal(root, again)) abort();
  am_text_free(&written);
  json_decref(root);
  json_decref(again);
}

static void write_and_parse(const char *text, size_t size) {
  char *value = am_alloc(size + 1, 1);
  json_t *root;
  amine_error error;
  am_text line = {0};
  if (!value) abort();
  if (size > 0) memcpy(value, text, size);
  double number = 0;
  memcpy(&number, value, size < sizeof number ? size : sizeof number);
  am_json_begin(&line);
  am_json_put_double(&line, "number", number);
  am_json_put_string(&line, "text", value);
  am_json_end(&line);
  if (line.failed) abort();
  if (am_json_parse(&root, "line", line.data, line.length, NULL, &error) != AMINE_OK) abort();
  const char *back = json_string_value(json_object_get(root, "text"));
  if (!back || (am_utf8_valid(value) && strcmp(back, value) != 0)) abort();
  json_t *n = json_object_get(root, "number");
  if (!json_is_null(n) && json_number_value(n) != number) abort();
  json_decref(root);
  am_text_free(&line);
  am_free(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  parse_and_write((const char *)data, size);
  write_and_parse((const char *)data, size);
  return 0;
}
