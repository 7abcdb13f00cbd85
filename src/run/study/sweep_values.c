/* Lists and ranges of values (see sweep_values.h). */
#include "run/study/sweep_values.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "run/config/key.h"

#define ROUNDING 1e-9 /* of a step: what binary numbers may miss TO by */

typedef struct reader {
  json_t *values;
  const char *key;
  am_sweep_kind kind;
  amine_error *error;
} reader;

static amine_status add(const reader *r, const char *value, size_t n) {
  for (size_t k = 0; k < json_array_size(r->values); k++) {
    const json_t *other = json_array_get(r->values, k);
    if (json_string_length(other) == n && memcmp(json_string_value(other), value, n) == 0)
      return am_fail(r->error, AMINE_ERROR_ARGUMENT, "%.60s: the value %.*s is there twice", r->key,
                     n < 60 ? (int)n : 60, value);
  }
  if (json_array_size(r->values) == AM_SWEEP_VALUES_MAX)
    return am_fail(r->error, AMINE_ERROR_ARGUMENT, "%.60s: a key has at most %d values", r->key,
                   AM_SWEEP_VALUES_MAX);
  return json_array_append_new(r->values, json_stringn(value, n)) == 0
             ? AMINE_OK
             : am_fail_memory(r->error, n);
}

/* ------------------------------------------------------------------------------ ranges */
typedef struct range {
  double from, to, by;
  bool times; /* each is the one before times `by`; else plus it */
} range;

/* Three numbers, with ".." and ':' or '*' between them and nothing behind. The first is read alone:
 * of "12..48" as it stands, 12. would be a number. */
static bool read_range(range *out, const char *text) {
  char first[AM_NUMBER_SIZE], *end;
  const char *to = strstr(text, "..");
  if (!to || to == text || (size_t)(to - text) >= sizeof first) return false;
  memcpy(first, text, (size_t)(to - text));
  first[to - text] = 0;
  out->from = am_number_read(first, &end);
  if (*end != 0) return false;
  to += 2;
  out->to = am_number_read(to, &end);
  if (end == to || (*end != ':' && *end != '*')) return false;
  out->times = *end == '*';
  const char *by = end + 1;
  out->by = am_number_read(by, &end);
  return end != by && *end == 0 && isfinite(out->from) && isfinite(out->to) && isfinite(out->by);
}

/* How many steps lead from `from` to `to`; NAN if none do. */
static double steps_of(const range *r) {
  const double ratio = r->to / r->from;
  if (!r->times) return r->by == 0 ? (double)NAN : (r->to - r->from) / r->by;
  return r->by > 0 && r->by != 1 && ratio > 0 && isfinite(ratio) ? log(ratio) / log(r->by)
                                                                 : (double)NAN;
}

static amine_status add_range(const reader *r, const char *text) {
  range x;
  char whole[AM_NUMBER_SIZE];
  if (!read_range(&x, text))
    return am_fail(r->error, AMINE_ERROR_ARGUMENT,
                   "%.60s=%.60s: a range is FROM..TO:STEP, as 12..48:12, or FROM..TO*FACTOR, as "
                   "0.001..0.1*10",
                   r->key, text);
  const double steps = steps_of(&x);
  if (!(steps >= 0))
    return am_fail(r->error, AMINE_ERROR_ARGUMENT,
                   "%.60s=%.60s: this range does not come from its first number to its last",
                   r->key, text);
  const double last = floor(steps + ROUNDING * fmax(1, steps));
  if (last >= AM_SWEEP_VALUES_MAX)
    return am_fail(r->error, AMINE_ERROR_ARGUMENT, "%.60s=%.60s: a key has at most %d values",
                   r->key, text, AM_SWEEP_VALUES_MAX);
  for (double k = 0; k <= last; k++) {
    const double value = x.times ? x.from * pow(x.by, k) : x.from + x.by * k;
    am_key_number(value, whole, sizeof whole); /* ten digits: 0.3, not 0.30000000000000004 */
    AM_TRY(add(r, whole, strlen(whole)));
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ lists */
/* The length of the value that the text begins with. */
static size_t value_length(const char *text, am_sweep_kind kind) {
  size_t depth = 0, n = 0;
  bool quoted = false;
  for (; text[n]; n++) {
    const char c = text[n];
    if (quoted) {
      if (c == '\\' && text[n + 1]) n++;
      else quoted = c != '"';
      continue;
    }
    if (depth == 0 && (c == '|' || (c == ',' && !kind.commas))) break;
    quoted = c == '"';
    depth += c == '[' || c == '{';
    depth -= depth > 0 && (c == ']' || c == '}');
  }
  return n;
}

static amine_status add_value(const reader *r, const char *text, size_t n) {
  if (n == 0)
    return am_fail(r->error, AMINE_ERROR_ARGUMENT, "%.60s: a value is missing between , or |",
                   r->key);
  am_text one = {0};
  am_text_add(&one, text, n);
  amine_status status = one.failed ? am_fail_memory(r->error, n) : AMINE_OK;
  if (status == AMINE_OK)
    status = r->kind.numbers && strstr(one.data, "..") ? add_range(r, one.data) : add(r, text, n);
  am_text_free(&one);
  return status;
}

amine_status am_sweep_values(json_t *values, const char *key, const char *text, am_sweep_kind kind,
                             amine_error *error) {
  const reader r = {.values = values, .key = key, .kind = kind, .error = error};
  size_t n = value_length(text, kind);
  if (n == 0 && !text[0]) return add(&r, text, 0); /* the key itself says what is wrong with it */
  for (;; text += n + 1, n = value_length(text, kind)) {
    AM_TRY(add_value(&r, text, n));
    if (!text[n]) return AMINE_OK;
  }
}
