/* Three needs: an episode has three rounds in a random order, and what is good in one of them is of no
 * use in the others. Which round it is, nobody says. After the questions of Dayan and Sejnowski 1996
 * (what is new deserves a bonus) and Wald and Wolfowitz 1948 (when to stop looking); the world is ours.
 *
 *   value      three places are offered and pay once each, one after the other, v uniform in [0, 1);
 *              then one is chosen, and pays that again
 *   novelty    the same, but one of the three is not seen to pay: it pays 1/2 more than a v of its own
 *   cue        something points to the left or to the right, each as likely; a look, which costs `cost`, shows
 *              the right one with probability `reliability`. An answer ends it, +1 if it is right, else -1;
 *              so does one more look than `looks`, which costs, too.
 *
 * Actions: the three places, left, right, look. One that means nothing in the round ends it and pays
 * nothing. While places pay one after the other, actions are passed over.
 *
 * Inputs: which place pays (3, none as the unknown one is passed over), what it pays, which are
 * offered (3), what the look shows (-1 left, 1 right, 0 without one), whether a round begins. */
#ifndef AMINE_TASK_THREE_NEEDS_H
#define AMINE_TASK_THREE_NEEDS_H

#include "task/world.h"

enum { AM_NEEDS_PLACES = 3, AM_NEEDS_ROUNDS = 3, AM_NEEDS_LOOKS = 50 };
enum { AM_NEEDS_LEFT = AM_NEEDS_PLACES, AM_NEEDS_RIGHT, AM_NEEDS_LOOK, AM_NEEDS_ACTIONS };
/* kinds of round, which are also the numbers of the task's events */
enum { AM_NEEDS_VALUE, AM_NEEDS_NOVELTY, AM_NEEDS_CUE };
enum {
  AM_NEEDS_INPUT_PAYS,
  AM_NEEDS_INPUT_PAID = AM_NEEDS_INPUT_PAYS + AM_NEEDS_PLACES,
  AM_NEEDS_INPUT_OFFERED,
  AM_NEEDS_INPUT_SHOWN = AM_NEEDS_INPUT_OFFERED + AM_NEEDS_PLACES,
  AM_NEEDS_INPUT_BEGINS,
  AM_NEEDS_INPUTS
};

typedef struct am_three_needs_options {
  int looks; /* 1 to 50 */
  double reliability, cost;
} am_three_needs_options;

am_three_needs_options am_three_needs_default(void); /* 12 looks, 0.75, 0.04 */

typedef struct am_three_needs_state {
  am_world world;
  int32_t kind[AM_NEEDS_ROUNDS];  /* the order of the rounds */
  int32_t round, at;              /* AM_NEEDS_ROUNDS: over; steps of the round so far */
  int32_t order[AM_NEEDS_PLACES]; /* in which places pay */
  float v[AM_NEEDS_PLACES];       /* what they pay */
  int32_t unknown;                /* the place that is not seen to pay; -1: none */
  int32_t side, shown, sum;       /* of the cue, -1 or 1; what the look shows; of all looks */
} am_three_needs_state;

/* | line      | policy                                                        | its reward, exact   |
 * |-----------|---------------------------------------------------------------|---------------------|
 * | `random`  | each action alike                                             | by hand, see make   |
 * | `greedy`  | the place that was seen to pay most; answers after one look   | 5/12 + 2 r - cost   |
 * | `best`    | that, but the place that never paid if there is one; looks    | 7/4 + the cue's, by |
 * |           | while it is worth more than an answer                         | dynamic programming |
 * | `ceiling` | told what places pay and where the cue points                 | 3/4 + 199/192 + 1   |
 */
extern const am_task_type am_three_needs_type;

#endif
