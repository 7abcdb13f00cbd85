/* Associative recall: pairs of key and value are shown, then a key: give its value. After Graves,
 * Wayne, Danihelka 2014, arXiv 1410.5401, and Ba et al. 2016, arXiv 1610.06258.
 *
 * `pairs` different keys of `keys`, in random order, are shown one-hot, one a step, each beside a
 * value of `width` numbers, -1 or +1 alike. `delay` steps show nothing. Then for `queries` steps
 * `ask` is 1 and a key is shown by itself, any of those seen before alike (it may come again); the
 * target is its value. The steps before ask for nothing. */
#ifndef AMINE_TASK_ASSOCIATIVE_H
#define AMINE_TASK_ASSOCIATIVE_H

#include "task/world.h"

enum { AM_ASSOCIATIVE_KEYS = 64, AM_ASSOCIATIVE_WIDTH = 32 };

typedef struct am_associative_options {
  int keys;    /* 1 to 64 */
  int pairs;   /* 1 to keys */
  int width;   /* numbers of a value, 1 to 32 */
  int delay;   /* 0 to 100000 */
  int queries; /* 1 to 1000 */
} am_associative_options;

/* 3 pairs of 8 keys, values of 4 numbers, no delay, 1 query */
am_associative_options am_associative_default(void);

typedef struct am_associative_state {
  am_world world;
  uint8_t key[AM_ASSOCIATIVE_KEYS]; /* [pairs]: the key shown at step i */
} am_associative_state;

/* Inputs: the key one-hot [keys], the value [width], ask. Lines: `random`, a value drawn likewise;
 * `mean`, zeros; `ceiling`, the value. It counts as learned when nine tenths of the variance are
 * explained. */
extern const am_task_type am_associative_type;

#endif
