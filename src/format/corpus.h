/* Texts as numbers. Words are what white space parts; the end of a line is a word of its own,
 * `<eos>`, also of the last line where no newline ends it. Each different word has a number, in the
 * order in which they come; 0 is `<unk>` and 1 `<eos>`, whether or not they come, and a text that has
 * them written out means these.
 *
 * Memory: while a file is read its bytes and 4 for each token; after that these 4, and once for
 * each different word its bytes and up to 48 more. */
#ifndef AMINE_FORMAT_CORPUS_H
#define AMINE_FORMAT_CORPUS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { AM_WORD_UNKNOWN, AM_WORD_END, AM_WORDS_SPECIAL };

#define AM_CORPUS_MOST ((size_t)1 << 30) /* bytes of a file */

/* The words of one or several texts. */
typedef struct am_corpus am_corpus;

/* Tokens in the order of the text. */
typedef struct am_tokens {
  uint32_t *word; /* [n]; free it with am_free */
  size_t n;
} am_tokens;

amine_status am_corpus_create(am_corpus **corpus, amine_error *error);
void am_corpus_destroy(am_corpus *corpus); /* NULL is fine */

/* How many different words there are, those of 0 and 1 among them. */
size_t am_corpus_count(const am_corpus *corpus);
/* The k-th, UTF-8, ended by 0; good until the next text is read. */
const char *am_corpus_word(const am_corpus *corpus, size_t k);

/* Reads a UTF-8 text; a byte order mark before it is passed over. AMINE_ERROR_INPUT: it is not
 * UTF-8, has a byte 0 (the sentence names line and column), or is packed by gzip. AMINE_ERROR_IO:
 * missing, unreadable, a folder. After a failure *tokens is untouched, and the corpus may have words
 * more. */
amine_status am_corpus_read(am_corpus *corpus, am_tokens *tokens, const char *path,
                            amine_error *error);
/* The same of bytes in memory; `file` stands in the sentences. */
amine_status am_corpus_parse(am_corpus *corpus, am_tokens *tokens, const char *file,
                             const char *text, size_t length, amine_error *error);

/* Every byte of a file is a token, whatever it means. */
amine_status am_corpus_bytes(am_tokens *tokens, const char *path, amine_error *error);

#endif
