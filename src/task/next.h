/* Predict the next element of a sequence of bits: of random ones, where nothing can be learned, and
 * of periodic patterns, where everything can.
 *
 * At each step the present element, `width` bits, is shown as 0 or 1; the target is the next one.
 * The last step of an episode has no next, so it asks for nothing, but it is one of the T steps
 * over which the error is a mean (world.h).
 *
 * That is what makes the floor of `random-bits`. The best prediction of a fair bit is 1/2, its
 * mean squared error 1/4; T - 1 of T steps have one: 1/4 (T - 1) / T = 0.225 at T = 10. (A form in
 * which the last target counts and is always 0 has the same floor, for who knows the time.)
 *
 * `periodic`: `patterns` patterns of `period` elements, the same in every episode, are drawn from
 * pattern_seed: independent fair bits. An episode repeats one of them, from a phase drawn too, all
 * alike. The best prediction is the mean over the patterns and phases that agree with all that was
 * shown; `ceiling` plays it, and its error is summed over all patterns and phases. */
#ifndef AMINE_TASK_NEXT_H
#define AMINE_TASK_NEXT_H

#include "task/world.h"

typedef struct am_random_bits_options {
  int steps; /* T, 2 to 10000 */
  int width; /* bits an element, 1 to 32 */
} am_random_bits_options;

typedef struct am_periodic_options {
  int steps;             /* T, 2 to 10000 */
  int width;             /* bits an element, 1 to 32 */
  int period;            /* elements of a pattern, 2 to 32 */
  int patterns;          /* 1 to 32 */
  uint64_t pattern_seed; /* which patterns */
} am_periodic_options;

/* 10 steps, 1 bit */
am_random_bits_options am_random_bits_default(void);
/* 20 steps, 3 patterns of period 5, 1 bit, pattern_seed 1 */
am_periodic_options am_periodic_default(void);

/* The state of both; random bits use the clock only. */
typedef struct am_next_state {
  am_world world;
  int32_t pattern, phase; /* element t is number (phase + t) % period of the pattern */
} am_next_state;

typedef struct am_periodic {
  am_task task;
  uint32_t *element; /* [pattern][period]: bit k is the k-th bit of the element */
} am_periodic;

/* n_inputs = n_targets = width. Lines: `random`, a fair bit; `mean`, 1/2; `ceiling`, for random bits
 * 1/2 again, at the floor, else the best there is. Random bits have no criterion; periodic patterns
 * count as learned from nine tenths of the way from `mean` to `ceiling` on. */
extern const am_task_type am_random_bits_type, am_periodic_type;

#endif
