/* "Did you mean ...?": the known name that is nearest to a mistyped one; and words among words. */
#ifndef AMINE_BASE_WORDS_H
#define AMINE_BASE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"

/* A search. Words and candidates are kept, not copied. */
typedef struct am_nearest_word {
  const char *word;
  const char *best; /* the nearest candidate so far; NULL if none is near */
  size_t least;     /* only one that takes fewer changes of letters than this is nearer */
} am_nearest_word;

am_nearest_word am_nearest_begin(const char *word);
void am_nearest_try(am_nearest_word *nearest, const char *candidate);
/* The same for a name that may also be written otherwise: `spelling` is compared, and `candidate`
 * is what is proposed. */
void am_nearest_spelled(am_nearest_word *nearest, const char *spelling, const char *candidate);

/* The nearest of a list, or NULL. `next` gives the k-th candidate, NULL at the end. */
const char *am_nearest(const char *word, const char *(*next)(int k));

/* The index of a word in "a|b|c", or -1; is it among them? */
int am_word_index(const char *words, const char *word);
static inline bool am_word_among(const char *words, const char *word) {
  return am_word_index(words, word) >= 0;
}

/* Does UTF-8 text hold nothing that moves a terminal's cursor: no control characters, those beyond
 * ASCII (U+0080 to U+009F) included? */
bool am_printable(const char *text);

/* What stands behind a name with which a dotted path begins: "" if that is all of it, else what
 * follows the dot; NULL if the path does not begin with it. Names may have dots of their own. */
const char *am_path_behind(const char *path, const char *name);

/* Adds the word so that a shell reads it as one. */
void am_shell_word(am_text *text, const char *word);

#endif
