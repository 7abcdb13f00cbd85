/* Reversal: which action is right for what is shown, until that changes, and nothing announces it. The
 * probabilistic reversal of Cools, Clark, Owen, Robbins 2002, doi:10.1523/JNEUROSCI.22-11-04563.2002,
 * with several cues at a time; who follows it must tell a reward that fails by chance from one that
 * fails because the world has changed: Yu, Dayan 2005, doi:10.1016/j.neuron.2005.04.026.
 *
 * Each step shows one of n cues, each alike, one-hot; with `feedback` also the action of the step before,
 * one-hot, and its reward. Action (cue + shift) mod n is right: it rewards 1 with the probability
 * `right`, every other one with `wrong`, else 0. After a block of steps the shift becomes one of the
 * others, each alike. A block is as long as one of block, ..., block + floor(block / 2), each alike; shift
 * and lengths are drawn anew in each episode. */
#ifndef AMINE_TASK_REVERSAL_H
#define AMINE_TASK_REVERSAL_H

#include "task/world.h"

enum { AM_REVERSAL_CUES = 16 };

typedef struct am_reversal_options {
  int cues;            /* n, as many as actions; 2 to 16 */
  int block, steps;    /* block: 3 to 100000; steps: T, length of an episode; 1 to 100000 */
  double right, wrong; /* wrong <= right */
  bool feedback;
} am_reversal_options;

/* 3 cues, blocks of 40 to 60, 200 steps, rewards with 0.8 and 0.2, feedback */
am_reversal_options am_reversal_default(void);

typedef struct am_reversal_state {
  am_world world;
  int32_t cue;                   /* of the present step; -1 past the end */
  int32_t shift, old_shift;      /* of this block, and of the one before */
  int32_t block, at, length;     /* blocks before it; its steps that are done, and all of them */
  int32_t previous_action;       /* of the step before; -1: there is none */
  float previous_reward;
  float p[AM_REVERSAL_CUES]; /* of each shift, for the policy `observer`; adds up to 1 */
} am_reversal_state;

/* Lines: `random`, exact, T (right + (n - 1) wrong) / n; `observer`, who computes the probability of each
 * shift from all rewards, as if a block ended after any step with probability 1 / (5/4 block), and takes
 * the action of the likeliest, measured for the default settings and else not known; `ceiling`, who is told
 * what is right, T right. It counts as learned from nine tenths of the way from `random` to `observer`,
 * or, where that is not known, from halfway to `ceiling`. */
extern const am_task_type am_reversal_type;

#endif
