/* Nearest in letters that must change, come or go (Levenshtein's distance). */
#include "base/words.h"

#include <stdint.h>
#include <string.h>

#define LONGEST 63 /* of a word; nothing is near a longer one */

/* Small letters and capitals are alike: "LIF" is not far from "lif". */
static char small(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }
static bool alike(char a, char b) { return small(a) == small(b); }

static size_t distance(const char *a, const char *b) {
  size_t row[LONGEST + 1];
  const size_t n = strlen(b);
  if (n > LONGEST) return SIZE_MAX;
  for (size_t j = 0; j <= n; j++) row[j] = j;
  for (size_t i = 0; a[i]; i++) {
    size_t before = row[0];
    row[0] = i + 1;
    for (size_t j = 1; j <= n; j++) {
      const size_t up = row[j], swap = before + !alike(a[i], b[j - 1]);
      const size_t step = (up < row[j - 1] ? up : row[j - 1]) + 1;
      before = up;
      row[j] = step < swap ? step : swap;
    }
  }
  return row[n];
}

am_nearest_word am_nearest_begin(const char *word) {
  const size_t n = strlen(word);
  return (am_nearest_word){.word = word, .least = n <= LONGEST ? 2 + n / 3 : 0};
}

/* Is the spelling the word with a unit ("_ms", "_s") behind it? */
static bool lacks_unit(const char *word, const char *spelling) {
  const size_t n = strlen(word);
  return n > 0 && strncmp(spelling, word, n) == 0 && spelling[n] == '_' &&
         strlen(spelling + n) <= sizeof "_ms" - 1;
}

static void compare(am_nearest_word *nearest, const char *spelling, const char *candidate) {
  size_t d = nearest->least > 0 ? distance(nearest->word, spelling) : 0;
  if (d > 1 && lacks_unit(nearest->word, spelling)) d = 1;
  if (d >= nearest->least) return;
  nearest->least = d;
  nearest->best = candidate;
}

void am_nearest_spelled(am_nearest_word *nearest, const char *spelling, const char *candidate) {
  const char *dot = strrchr(spelling, '.');
  compare(nearest, spelling, candidate);
  if (dot) compare(nearest, dot + 1, candidate); /* "hidden" means "network.hidden" */
}

void am_nearest_try(am_nearest_word *nearest, const char *candidate) {
  am_nearest_spelled(nearest, candidate, candidate);
}

const char *am_nearest(const char *word, const char *(*next)(int k)) {
  am_nearest_word nearest = am_nearest_begin(word);
  const char *candidate;
  for (int k = 0; (candidate = next(k)) != NULL; k++) am_nearest_try(&nearest, candidate);
  return nearest.best;
}

const char *am_path_behind(const char *path, const char *name) {
  const size_t n = strlen(name);
  if (n == 0 || strncmp(path, name, n) != 0) return NULL;
  if (path[n] == 0) return path + n;
  return path[n] == '.' && path[n + 1] ? path + n + 1 : NULL;
}

bool am_printable(const char *text) {
  for (const unsigned char *p = (const unsigned char *)text; *p; p++)
    if (*p < 0x20 || *p == 0x7f || (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)) return false;
  return true;
}

int am_word_index(const char *words, const char *word) {
  const size_t n = strlen(word);
  int index = 0;
  for (const char *p = words;; index++) {
    const char *bar = strchr(p, '|');
    const size_t length = bar ? (size_t)(bar - p) : strlen(p);
    if (length == n && memcmp(p, word, n) == 0) return index;
    if (!bar) return -1;
    p = bar + 1;
  }
}

void am_shell_word(am_text *text, const char *word) {
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                              "_-./:=,+@%";
  if (word[0] && strspn(word, plain) == strlen(word)) {
    am_text_puts(text, word);
    return;
  }
  am_text_puts(text, "'");
  for (; *word; word++)
    if (*word == '\'') am_text_puts(text, "'\\''");
    else am_text_add(text, word, 1);
  am_text_puts(text, "'");
}
