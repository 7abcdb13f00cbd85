#include "run/key.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

#define INTEGER_MAX 9007199254740992.0 /* 2^53 */

/* The index of a word in "a|b|c", or -1. */
static int find_choice(const char *choices, const char *word) {
  const size_t n = strlen(word);
  int index = 0;
  for (const char *p = choices;; index++) {
    const char *bar = strchr(p, '|');
    const size_t length = bar ? (size_t)(bar - p) : strlen(p);
    if (length == n && memcmp(p, word, n) == 0) return index;
    if (!bar) return -1;
    p = bar + 1;
  }
}

bool am_word_among(const char *words, const char *word) { return find_choice(words, word) >= 0; }

char *am_key_number(double value, char *out, size_t size) {
  char text[40], *e;
  snprintf(text, sizeof text, "%.10g", value);
  const size_t digits = strspn(text[0] == '-' ? text + 1 : text, "0123456789");
  const size_t n = strlen(text), sign = text[0] == '-';
  size_t zeros = 0;
  while (zeros + 1 < digits && text[n - 1 - zeros] == '0') zeros++;
  if (sign + digits == n && digits > 5 && digits - zeros == 1) { /* 4000000000 */
    snprintf(out, size, "%.*se%zu", (int)(n - zeros), text, zeros);
  } else if ((e = strchr(text, 'e')) != NULL) { /* 1e-09 */
    const char *power = e + 1 + (e[1] == '+' || e[1] == '-');
    while (power[0] == '0' && power[1]) power++;
    snprintf(out, size, "%.*se%s%s", (int)(e - text), text, e[1] == '-' ? "-" : "", power);
  } else {
    snprintf(out, size, "%s", text);
  }
  return out;
}

char *am_key_range(const am_key *key, char *out, size_t size) {
  char low[40], high[40];
  const bool word =
      key->kind == AM_KEY_CHOICE || key->kind == AM_KEY_SWITCH || key->kind == AM_KEY_WORD;
  if (word) snprintf(out, size, "%s", key->choices);
  else if (key->kind == AM_KEY_FILE) snprintf(out, size, "a file, or none");
  else if (key->max > 1e19) snprintf(out, size, "0 to 2^64-1");
  else
    snprintf(out, size, "%s to %s%s", am_key_number(key->min, low, sizeof low),
             am_key_number(key->max, high, sizeof high), isnan(key->standard) ? ", or none" : "");
  return out;
}

static amine_status refuse(const am_key *key, const char *value, amine_error *error) {
  char range[200];
  am_key_range(key, range, sizeof range);
  const bool word =
      key->kind == AM_KEY_CHOICE || key->kind == AM_KEY_SWITCH || key->kind == AM_KEY_WORD;
  return am_fail(error, AMINE_ERROR_ARGUMENT, "%s=%.60s%s: it must be %s%s", key->name, value,
                 strlen(value) > 60 ? "..." : "",
                 word                          ? "one of "
                 : key->kind == AM_KEY_FILE    ? ""
                 : key->kind == AM_KEY_INTEGER ? "a whole number from "
                                               : "a number from ",
                 range);
}

/* Reads a whole number: digits, or a form like 2e5 that is one. */
static bool read_integer(const char *text, am_value *v) {
  char *end;
  errno = 0;
  if (text[0] >= '0' && text[0] <= '9') {
    v->integer = strtoull(text, &end, 10);
    v->number = (double)v->integer;
    if (*end == 0 && errno == 0) return true;
  }
  errno = 0;
  v->number = am_number_read(text, &end);
  if (end == text || *end != 0 || errno != 0 || !(v->number >= 0) || v->number > INTEGER_MAX ||
      v->number != floor(v->number))
    return false;
  v->integer = (uint64_t)v->number;
  return true;
}

static bool read_number(const char *text, am_value *v) {
  char *end;
  v->number = am_number_read(text, &end);
  v->integer = 0;
  return end != text && *end == 0 && isfinite(v->number);
}

amine_status am_key_read(const am_key *key, const char *value, am_value *out, amine_error *error) {
  am_value v = {0};
  bool fine = value[0] != 0 && value[0] != ' ' && strlen(value) < 400;
  if (fine && key->kind == AM_KEY_INTEGER) {
    fine = read_integer(value, &v) && v.number >= key->min && v.number <= key->max;
  } else if (fine && key->kind == AM_KEY_NUMBER) {
    if (isnan(key->standard) && strcmp(value, "none") == 0) v.number = (double)NAN;
    else fine = read_number(value, &v) && v.number >= key->min && v.number <= key->max;
  } else if (fine && key->kind != AM_KEY_WORD && key->kind != AM_KEY_FILE) {
    const int index = find_choice(key->choices, value);
    fine = index >= 0;
    v.number = key->kind == AM_KEY_SWITCH ? index == 0 : index;
  }
  if (!fine) return refuse(key, value, error);
  *out = v;
  return AMINE_OK;
}

char *am_key_text(const am_key *key, const am_value *v, char *out, size_t size) {
  if (key->kind == AM_KEY_INTEGER) {
    snprintf(out, size, "%llu", (unsigned long long)v->integer);
  } else if (key->kind == AM_KEY_FILE) {
    snprintf(out, size, "none");
  } else if (key->kind == AM_KEY_SWITCH) {
    snprintf(out, size, "%s", v->number != 0 ? "true" : "false");
  } else if (key->kind == AM_KEY_NUMBER) {
    char number[AM_NUMBER_SIZE];
    snprintf(out, size, "%s", isnan(v->number) ? "none" : am_number_exact(number, v->number, 9));
  } else {
    const char *p = key->choices;
    for (int k = (int)v->number; k > 0; k--) p = strchr(p, '|') + 1;
    const char *bar = strchr(p, '|');
    snprintf(out, size, "%.*s", bar ? (int)(bar - p) : (int)strlen(p), p);
  }
  return out;
}
