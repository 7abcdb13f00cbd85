/* Text: at each step a symbol of a text is shown, a word or a byte; which comes next? An episode is
 * a window of the text and is worth the mean of log p(next), nats: exp of minus that is the
 * perplexity. As a task of networks that keep their state from window to window: Mikolov et al. 2010,
 * doi:10.21437/Interspeech.2010-343; Zaremba et al. 2014, arXiv 1409.2329.
 *
 * Words are what white space parts; `<eos>` ends each line (format/corpus.h). The alphabet is
 * `<unk>`, `<eos>`, and the words that training shows, the most frequent first, of equals the one
 * that the file has first; `vocabulary` symbols in all, at most. What is no word of it is `<unk>`.
 * With unit=bytes it is the 256 bytes.
 *
 * One file is split: it is cut into `blocks` stretches alike, and of each the end is test, what
 * stands before it validation, the rest training: shares `test` and `valid` of its tokens, rounded.
 * With a file of their own (Penn Treebank has three) all of that one is it.
 *
 * What is played, training's tokens or those held out, is cut into B equal blocks, B being the
 * episodes of a batch, and what is left over at the end falls away. Lane k reads block k window by
 * window, W in all, and then from its beginning again: (seed, episode e, lane k) is window
 * (e + k / B) % W of block k % B. So evaluation, which counts lanes at episode 0, has windows 0 of all
 * blocks in its first B, windows 1 in its next. The seed changes nothing. Of each block the last
 * token is an answer only. */
#ifndef AMINE_TASK_TEXT_H
#define AMINE_TASK_TEXT_H

#include "task/world.h"

enum { AM_UNIT_WORDS, AM_UNIT_BYTES };
enum { AM_HELD_TEST, AM_HELD_VALID };
enum { AM_VOCABULARY_MOST = 65535 };

typedef struct am_text_task_options {
  const char *file;                   /* the text */
  const char *valid_file, *test_file; /* NULL: parts of it */
  int unit;                           /* AM_UNIT_... */
  int vocabulary;                     /* symbols of words, 3 to AM_VOCABULARY_MOST */
  int steps;                          /* of a window, 1 to 100000 */
  int blocks;                         /* 1 to 1000000 */
  double valid, test;                 /* shares, 0 to 0.5 */
  int held_out;                       /* AM_HELD_...: what evaluation plays */
  int n_lanes;                        /* B, at least 1 */
} am_text_task_options;

/* words, 10000 of them, windows of 20, 10 stretches with 0.05 and 0.05; no file */
am_text_task_options am_text_task_default(void);

typedef struct am_text_task_state {
  am_world world;
  uint32_t block, window;
} am_text_task_state;

/* Lines, of what is held out: `uniform`, each symbol alike; `unigram`, each as often as in training;
 * exact, the mean over all windows (not there if one of them has a symbol that training never shows).
 * Memory beyond reading: 2 bytes for each token, the alphabet's words, 8 bytes for each symbol. */
extern const am_task_type am_text_task_type;

/* How many windows there are: blocks times W. */
size_t am_text_task_windows(const am_task *task);

#endif
