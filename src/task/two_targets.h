/* Two targets in the plane, one of which rewards while the other costs; which is which nobody shows,
 * and halfway through an episode they swap. After benchmark 3 of Vecoven, Ernst, Wehenkel, Drion
 * 2020, doi:10.1371/journal.pone.0227922, as their published program has it (MultipleReferences with
 * two dots): sizes and the order of a step are those, rewards are in hundreds, a step's direction is
 * that of two numbers where theirs is one, an angle, and it is shown which target a reward came from.
 *
 *     targets   uniform in [-1, 1)^2, the same for the episode; which of the two is good: alike
 *     place     uniform in [-1.5, 1.5)^2, not within 0.6 of a target (the last of 64 draws is taken)
 *     a step    if the nearer target is within 0.4 of the place: reward 1 if it is good, else -0.5,
 *               and a new place; if not, the place moves 0.25 along the real action (a_0, a_1), round
 *               the edge of [-2, 2)^2; an action of length 0 does not move
 *
 * Beside the swap halfway, or in its place, they may swap at any step, by chance: then no clock tells
 * when, only a reward that is not what it was. */
#ifndef AMINE_TASK_TWO_TARGETS_H
#define AMINE_TASK_TWO_TARGETS_H

#include "task/world.h"

enum {
  AM_TARGETS_FIRST,         /* from the place to one target, x and y, */
  AM_TARGETS_SECOND = 2,    /* to the other, */
  AM_TARGETS_DIRECTION = 4, /* and of the step before its direction */
  AM_TARGETS_REWARD = 6,    /* and its reward, by the target that it came from */
  AM_TARGETS_INPUTS = 8
};

typedef struct am_two_targets_options {
  int steps;       /* T, 10 to 100000 */
  bool swap;       /* at step T / 2, rounded down, the good one becomes the bad one */
  float swap_rate; /* and, each time with this probability, at every step after the first */
} am_two_targets_options;

/* T = 100, with the swap */
am_two_targets_options am_two_targets_default(void);

typedef struct am_two_targets_state {
  am_world world; /* first */
  float target[2][2], place[2], direction[2], reward[2];
  int32_t good;     /* the target that rewards now */
  int32_t n_drawn;  /* draws of places so far */
  int32_t believed; /* the target that the rewards so far speak for; -1: none yet */
} am_two_targets_state;

/* Lines: `random`, two numbers uniform in [-1, 1); `believer`, who tries the
 * nearer target and goes to the one that the last reward spoke for; `ceiling`, who knows the good one.
 * Measured for T = 100 with the swap and without (tests/reference/two_targets.py), NAN for other T.
 * It counts as learned at nine tenths of the way from `random` to `believer`. */
extern const am_task_type am_two_targets_type;

#endif
