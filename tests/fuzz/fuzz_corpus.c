/* Any bytes as a text: every token is a word that is there, words are where they were read, and what
 * is put together from the tokens is the same text once more. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "format/corpus.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same_again(const am_corpus *corpus, const am_tokens *tokens) {
  am_corpus *other;
  am_tokens again;
  am_text text = {0};
  am_text_puts(&text, " "); /* so that no word becomes a byte order mark */
  for (size_t k = 0; k < tokens->n; k++) {
    if (tokens->word[k] >= am_corpus_count(corpus)) abort();
    const char *word = am_corpus_word(corpus, tokens->word[k]);
    if (!word[0] || strpbrk(word, " \t\r\v\f\n")) abort();
    am_text_puts(&text, tokens->word[k] == AM_WORD_END ? "<eos>" : word);
    am_text_puts(&text, " ");
  }
  if (text.failed || am_corpus_create(&other, NULL) != AMINE_OK) abort();
  if (am_corpus_parse(other, &again, "again", text.data, text.length, NULL) != AMINE_OK) abort();
  /* the end of its one line is one word more */
  if (again.n != tokens->n + 1) abort();
  if (memcmp(again.word, tokens->word, tokens->n * sizeof *tokens->word) != 0) abort();
  am_free(again.word);
  am_corpus_destroy(other);
  am_text_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  am_corpus *corpus;
  am_tokens tokens = {0};
  amine_error error = {.status = AMINE_OK};
  if (am_corpus_create(&corpus, NULL) != AMINE_OK) abort();
  const amine_status status =
      am_corpus_parse(corpus, &tokens, "fuzz", (const char *)data, size, &error);
  if (status == AMINE_OK) same_again(corpus, &tokens);
  else if (error.status != status || !error.message[0] || tokens.word) abort();
  am_free(tokens.word);
  am_corpus_destroy(corpus);
  return 0;
}
