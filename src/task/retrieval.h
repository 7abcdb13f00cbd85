/* Multi-query associative recall: keys are shown with their values, and asked for later, each once.
 * Arora et al. 2023, arXiv 2312.04927 (MQAR); keys that are bound anew: Schlag, Irie, Schmidhuber
 * 2021, arXiv 2102.11174.
 *
 * Of `vocabulary` symbols 0 is the filler, those below half of it are keys and the others values. An
 * episode begins with `rounds` rounds of `pairs` pairs, a key and in the next step a value. The keys
 * are drawn from all, no two alike, and are the same in each round, in an order of its own; the
 * values are drawn from all, no two alike in the whole episode, and what is asked for is the last one
 * of a key. The rest is filler but for one step for each key, in which it is shown again; the answer
 * in this step is its value, as a number from 0. It stands 2 g steps after the pairs, g = 0, 1, ...
 * drawn with a probability that falls as (g + 1)^-0.99, no two alike. With `filler` = random a step
 * of filler shows any symbol. */
#ifndef AMINE_TASK_RETRIEVAL_H
#define AMINE_TASK_RETRIEVAL_H

#include "task/world.h"

enum {
  AM_RETRIEVAL_PAIRS_MAX = 64,
  AM_RETRIEVAL_ROUNDS_MAX = 8,
  AM_RETRIEVAL_SHOWN_MAX = AM_RETRIEVAL_PAIRS_MAX * AM_RETRIEVAL_ROUNDS_MAX,
  AM_RETRIEVAL_LENGTH_MAX = 2048
};

typedef enum am_filler { AM_FILLER_BLANK, AM_FILLER_RANDOM } am_filler;

typedef struct am_retrieval_options {
  int vocabulary; /* symbols: 4 to 8192, of which half, rounded down, less one is for all pairs */
  int length;     /* steps: two for all that is shown and two for each query, to 2048 */
  int pairs;      /* 1 to 64 */
  int rounds;     /* 1 to 8 */
  am_filler filler;
} am_retrieval_options;

/* 256 symbols, 64 steps, 4 pairs, 1 round, blank */
am_retrieval_options am_retrieval_default(void);

typedef struct am_retrieval_state {
  am_world world;                        /* first */
  int16_t key[AM_RETRIEVAL_PAIRS_MAX];   /* of each pair, from 0 */
  int16_t gap[AM_RETRIEVAL_PAIRS_MAX];   /* of its query: g */
  int16_t last[AM_RETRIEVAL_PAIRS_MAX];  /* the place where it was shown last */
  uint8_t pair[AM_RETRIEVAL_SHOWN_MAX];  /* that is shown in each place */
  int16_t value[AM_RETRIEVAL_SHOWN_MAX]; /* there, from 0 */
} am_retrieval_state;

/* Inputs: one for each symbol. Actions: one for each value. A right answer earns 1 / pairs. Lines,
 * exact: `random`; `shown`, the last value of any key; `ceiling` 1. */
extern const am_task_type am_retrieval_type;

#endif
