/* Texts as numbers (see corpus.h): a table of words by their hashes, open addressing, at most half
 * full. Each text is gone through twice, so that its tokens are counted before they have a place. */
#include "format/corpus.h"

#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "format/file.h"
#include "format/json.h"

typedef struct entry {
  size_t at; /* in `names` */
  uint32_t length, hash;
} entry;

struct am_corpus {
  char *names; /* one after the other, each ended by 0 */
  size_t n_names, room_for_names;
  entry *words; /* [n_words] */
  size_t n_words, room_for_words;
  uint32_t *slots; /* [n_slots], a power of two: number of a word and 1, or 0 */
  size_t n_slots;
};

/* ------------------------------------------------------------------------------ words */
/* FNV-1a: Fowler, Noll, Vo; RFC 9923. */
static uint32_t hash_of(const char *word, size_t length) {
  uint32_t hash = 2166136261u;
  for (size_t k = 0; k < length; k++) hash = (hash ^ (unsigned char)word[k]) * 16777619u;
  return hash;
}

/* Where it stands, or the free slot where it would. */
static uint32_t *slot_of(const am_corpus *c, const char *word, size_t length, uint32_t hash) {
  size_t s = hash & (c->n_slots - 1);
  for (; c->slots[s]; s = (s + 1) & (c->n_slots - 1)) {
    const entry *e = &c->words[c->slots[s] - 1];
    if (e->hash == hash && e->length == length && memcmp(c->names + e->at, word, length) == 0)
      break;
  }
  return &c->slots[s];
}

static amine_status make_room(am_corpus *c, size_t length, amine_error *error) {
  if (c->n_words == c->room_for_words) {
    entry *words = am_resize(c->words, 2 * c->room_for_words, sizeof *words);
    uint32_t *slots = am_alloc(4 * c->room_for_words, sizeof *slots);
    if (words) c->words = words;
    if (!words || !slots) {
      am_free(slots);
      return am_fail_memory(error, 2 * c->room_for_words * sizeof *words);
    }
    am_free(c->slots);
    c->slots = slots;
    c->room_for_words *= 2;
    c->n_slots = 2 * c->room_for_words;
    for (size_t k = 0; k < c->n_words; k++) {
      const entry *e = &c->words[k];
      *slot_of(c, c->names + e->at, e->length, e->hash) = (uint32_t)k + 1;
    }
  }
  size_t room = c->room_for_names;
  while (room - c->n_names <= length) room = am_size_mul(room, 2);
  char *names = am_resize(c->names, room, 1);
  if (!names) return am_fail_memory(error, room);
  c->names = names;
  c->room_for_names = room;
  return AMINE_OK;
}

static amine_status number_of(am_corpus *c, uint32_t *number, const char *word, size_t length,
                              amine_error *error) {
  const uint32_t hash = hash_of(word, length);
  uint32_t *slot = slot_of(c, word, length, hash);
  if (!*slot) {
    AM_TRY(make_room(c, length, error));
    memcpy(c->names + c->n_names, word, length);
    c->names[c->n_names + length] = 0;
    c->words[c->n_words++] = (entry){c->n_names, (uint32_t)length, hash};
    c->n_names += length + 1;
    slot = slot_of(c, word, length, hash);
    *slot = (uint32_t)c->n_words;
  }
  *number = *slot - 1;
  return AMINE_OK;
}

amine_status am_corpus_create(am_corpus **corpus, amine_error *error) {
  enum { WORDS = 1024, NAMES = 8 * WORDS };
  static const char *const special[AM_WORDS_SPECIAL] = {"<unk>", "<eos>"};
  am_corpus *c = am_alloc(1, sizeof *c);
  if (!c) return am_fail_memory(error, sizeof *c);
  c->room_for_words = WORDS;
  c->room_for_names = NAMES;
  c->n_slots = 2 * WORDS;
  c->words = am_alloc(WORDS, sizeof *c->words);
  c->names = am_alloc(NAMES, 1);
  c->slots = am_alloc(c->n_slots, sizeof *c->slots);
  amine_status status = AMINE_OK;
  if (!c->words || !c->names || !c->slots) status = am_fail_memory(error, NAMES);
  for (int k = 0; status == AMINE_OK && k < AM_WORDS_SPECIAL; k++) {
    uint32_t number;
    status = number_of(c, &number, special[k], strlen(special[k]), error);
  }
  if (status == AMINE_OK) *corpus = c;
  else am_corpus_destroy(c);
  return status;
}

void am_corpus_destroy(am_corpus *c) {
  if (!c) return;
  am_free(c->words);
  am_free(c->names);
  am_free(c->slots);
  am_free(c);
}

size_t am_corpus_count(const am_corpus *c) { return c->n_words; }

const char *am_corpus_word(const am_corpus *c, size_t k) { return c->names + c->words[k].at; }

/* ------------------------------------------------------------------------------ a text */
static bool is_blank(char b) {
  return b == ' ' || b == '\t' || b == '\r' || b == '\v' || b == '\f';
}

/* Where and why it is no text. */
static amine_status refuse(const char *file, const char *text, size_t at, const char *why,
                           amine_error *error) {
  size_t line = 1, column = 1;
  for (size_t k = 0; k < at; k++) {
    if (text[k] == '\n') line++;
    column = text[k] == '\n' ? 1 : column + (((unsigned char)text[k] & 0xc0) != 0x80);
  }
  return am_fail_file(error, AMINE_ERROR_INPUT, file, (int64_t)at, "line %zu, column %zu: %s", line,
                      column, why);
}

/* Counts the tokens, and that all is text. */
static amine_status count(size_t *n, const char *file, const char *text, size_t from, size_t length,
                          amine_error *error) {
  bool inside = false; /* a word */
  *n = length > from && text[length - 1] != '\n';
  for (size_t k = from; k < length;) {
    const size_t bytes = am_utf8_length(text + k, length - k);
    if (text[k] == 0) return refuse(file, text, k, "a byte 0 is no text", error);
    if (bytes == 0) return refuse(file, text, k, "this is not UTF-8", error);
    const bool blank = is_blank(text[k]), end = text[k] == '\n';
    if (end || (!inside && !blank)) ++*n;
    inside = !blank && !end;
    k += bytes;
  }
  return AMINE_OK;
}

static amine_status fill(am_corpus *c, uint32_t *word, size_t n, const char *text, size_t length,
                         amine_error *error) {
  size_t k = 0;
  for (size_t t = 0; t < n; t++) {
    while (k < length && is_blank(text[k])) k++;
    word[t] = AM_WORD_END;
    if (k == length || text[k] == '\n') {
      k++;
      continue;
    }
    const size_t from = k;
    while (k < length && !is_blank(text[k]) && text[k] != '\n') k++;
    AM_TRY(number_of(c, &word[t], text + from, k - from, error));
  }
  return AMINE_OK;
}

amine_status am_corpus_parse(am_corpus *c, am_tokens *tokens, const char *file, const char *text,
                             size_t length, amine_error *error) {
  const size_t mark = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  am_tokens t = {0};
  AM_TRY(count(&t.n, file, text, mark, length, error));
  AM_TRY(am_memory_check("the tokens of this text", (double)t.n * sizeof *t.word, error));
  AM_TRY(AM_TAKE(t.word, t.n, error));
  const amine_status status = fill(c, t.word, t.n, text + mark, length - mark, error);
  if (status == AMINE_OK) *tokens = t;
  else am_free(t.word);
  return status;
}

amine_status am_corpus_read(am_corpus *c, am_tokens *tokens, const char *path, amine_error *error) {
  unsigned char *data;
  size_t size;
  AM_TRY(am_file_read(path, AM_CORPUS_MOST, &data, &size, error));
  amine_status status = am_file_refuse_gzip(path, data, size, error);
  if (status == AMINE_OK)
    status = am_corpus_parse(c, tokens, path, (const char *)data, size, error);
  am_free(data);
  return status;
}

amine_status am_corpus_bytes(am_tokens *tokens, const char *path, amine_error *error) {
  unsigned char *data;
  am_tokens t = {0};
  AM_TRY(am_file_read(path, AM_CORPUS_MOST, &data, &t.n, error));
  const amine_status status = AM_TAKE(t.word, t.n, error);
  for (size_t k = 0; status == AMINE_OK && k < t.n; k++) t.word[k] = data[k];
  am_free(data);
  if (status == AMINE_OK) *tokens = t;
  return status;
}
