/* The adding problem: a sequence of random numbers, two of which are marked; at its end their sum is
 * asked for. Hochreiter and Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735, experiment 4, as it is
 * there: values in [-1, 1), marks at both ends, the sum scaled.
 *
 * A sequence has L pairs of a value and a mark, L drawn alike from T to T + T/10 (T/10 rounded down).
 * One of the first ten pairs is marked by 1, then one of the first T/2 - 1 of those that are not
 * (T/2 rounded down). The first and the last pair have the mark -1, whatever was drawn, all others
 * 0: a pair that is marked and is the first counts as 0. At step L - 1 the target is
 *
 *     0.5 + (X1 + X2) / 4,      X1, X2 the marked values
 *
 * and nothing is asked for before. A sequence is right if the error is at most 0.04; it counts as
 * learned, as there, once 2,000 in a row are. */
#ifndef AMINE_TASK_ADDING_H
#define AMINE_TASK_ADDING_H

#include "task/world.h"

enum { AM_ADDING_VALUE, AM_ADDING_MARK, AM_ADDING_INPUTS };

typedef struct am_adding_options {
  int steps; /* T, 20 to 10000 */
} am_adding_options;

/* T = 100 */
am_adding_options am_adding_default(void);

typedef struct am_adding_state {
  am_world world;    /* first */
  int32_t length;    /* L */
  int32_t marked[2]; /* steps of X1 and X2 */
} am_adding_state;

/* Its reward is minus the squared error. With P0 = 1/10 + 9/10 / (T/2 - 1), the probability that the
 * first pair is one of the two, and 1/3 the variance of a value, the lines are exact: `random`,
 * another such target, -(2 - P0)/24; `mean`, 0.5, -(2 - P0)/48; `last`, who knows the value that was
 * marked last, -(1 - P0)/48; `ceiling` 0. */
extern const am_task_type am_adding_type;

#endif
