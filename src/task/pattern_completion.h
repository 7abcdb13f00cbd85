/* Pattern completion: patterns of bits are shown in several rounds, then half of one, which is to
 * be made whole. Miconi, Stanley and Clune 2018, arXiv 1804.02464.
 *
 * Each of `patterns` patterns is `bits` fair bits, -1 or 1. In each of `rounds` rounds all are
 * shown, in an order of its own, each `shown` steps long and followed by `blank` steps of zeros.
 * Then one of them is shown for `test` steps with bits / 2 (rounded down) of its bits, drawn anew,
 * set to 0. At the last step the target is the whole pattern; nothing is asked for before. */
#ifndef AMINE_TASK_PATTERN_COMPLETION_H
#define AMINE_TASK_PATTERN_COMPLETION_H

#include "task/world.h"

enum { AM_PATTERNS_MAX = 64, AM_PATTERN_BITS_MAX = 1024 };

typedef struct am_pattern_completion_options {
  int bits;     /* 2 to 1024 */
  int patterns; /* 1 to 64 */
  int shown;    /* steps, 1 to 1000 */
  int blank;    /* steps, 0 to 1000 */
  int rounds;   /* 1 to 100 */
  int test;     /* steps, 1 to 1000 */
} am_pattern_completion_options;

/* 2 patterns of 50 bits, 2 rounds of 6 steps shown and 4 blank, 6 steps of test */
am_pattern_completion_options am_pattern_completion_default(void);

typedef struct am_pattern_completion_state {
  am_world world;                           /* first */
  int32_t asked;                            /* the pattern that is to be completed */
  uint8_t order[AM_PATTERNS_MAX];           /* of the present round */
  uint8_t missing[AM_PATTERN_BITS_MAX / 8]; /* a bit for each: is it 0 in the test? */
} am_pattern_completion_state;

/* Its reward is minus the mean squared error of the bits at the last step. Lines, exact: `random`,
 * other bits, -2; `mean`, zeros, -1; `shown`, who says the half that is shown and zeros, minus the
 * share that is missing; `ceiling` 0. It counts as learned once 20 in a row have at most half the
 * error of `shown`. */
extern const am_task_type am_pattern_completion_type;

#endif
