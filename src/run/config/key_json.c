/* Values of keys in JSON (see key_json.h). */
#include "run/config/key_json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "run/config/tree.h"

/* A whole number that does not fit into Jansson's, as am_key_json writes it. */
static bool is_large(const json_t *value) {
  const char *text = json_string_value(value);
  const size_t n = text ? strlen(text) : 0;
  return n >= 19 && n <= 20 && strspn(text, "0123456789") == n &&
         (n == 20 || strcmp(text, "9223372036854775807") > 0);
}

static bool has_type(const amine_parameter *key, const json_t *value) {
  switch (key->kind) {
  case AMINE_INTEGER: return json_is_number(value) || is_large(value);
  case AMINE_NUMBER:
    return json_is_number(value) || (isnan(key->standard) && json_is_string(value) &&
                                     strcmp(json_string_value(value), "none") == 0);
  case AMINE_SWITCH: return json_is_boolean(value);
  case AMINE_CHOICE:
  case AMINE_WORD:
  case AMINE_WORDS:
  case AMINE_FILE: return json_is_string(value);
  }
  return false;
}

static amine_status wrong_type(const amine_parameter *key, const char *name, const char *value,
                               const json_t *json, amine_error *error) {
  char range[AM_RANGE_LENGTH];
  const char *quote = json_is_string(json) ? "\"" : "";
  am_key_range(key, range, sizeof range);
  return am_fail(error, AMINE_ERROR_ARGUMENT, "%s=%s%.60s%s%s: it must be %s%s%s", name, quote,
                 value, strlen(value) > 60 ? "..." : "", quote,
                 key->kind == AMINE_INTEGER  ? "a whole number from "
                 : key->kind == AMINE_NUMBER ? "a number from "
                 : key->kind == AMINE_SWITCH ? ""
                 : key->kind == AMINE_FILE   ? "in quotes: "
                 : key->kind == AMINE_WORDS  ? "words in quotes, with commas between, of "
                                             : "a word in quotes, one of ",
                 key->kind == AMINE_SWITCH ? "true or false" : range,
                 quote[0] ? ", without quotes" : "");
}

amine_status am_key_read_json(const amine_parameter *key, const char *name, const json_t *value,
                              am_value *out, amine_error *error) {
  amine_parameter full = *key;
  am_text text = {0};
  full.name = name;
  am_tree_text(&text, value);
  const char *word = text.data ? text.data : "";
  const amine_status status = text.failed             ? am_fail_memory(error, 64)
                              : has_type(key, value) ? am_key_read(&full, word, out, error)
                                                     : wrong_type(key, name, word, value, error);
  am_text_free(&text);
  return status;
}

json_t *am_key_json(const amine_parameter *key, const am_value *v) {
  if (key->kind == AMINE_SWITCH) return json_boolean(v->number != 0);
  if (key->kind == AMINE_INTEGER && v->integer <= INT64_MAX)
    return json_integer((json_int_t)v->integer);
  if (key->kind == AMINE_NUMBER && !isnan(v->number)) {
    if (v->number == floor(v->number) && fabs(v->number) < 1e15)
      return json_integer((json_int_t)v->number);
    return json_real(v->number);
  }
  if (key->kind == AMINE_NUMBER) return json_string("none");
  if (key->kind == AMINE_INTEGER) {
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)v->integer);
    return json_string(text);
  }
  if (key->kind == AMINE_WORDS) {
    char text[200];
    return json_string(am_key_text(key, v, text, sizeof text));
  }
  const char *p = key->choices;
  for (int k = (int)v->number; k > 0; k--) p = strchr(p, '|') + 1;
  return json_stringn(p, strcspn(p, "|"));
}
