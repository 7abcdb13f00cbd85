/* Cue-reward association: find out which of the cues is the target. Miconi et al. 2019, Backpropamine,
 * arXiv 2002.10585, section 4.1.
 *
 * An episode has `cues` different cues, each of `width` bits of -1 or 1, uniformly; one of them is
 * the target. It is a row of trials, cut off after T steps. A trial is a blank step; two different
 * cues, each for a step, among 0 to 3 blank steps, in any order; a go step; a blank step. Blanks,
 * pair and order are drawn uniformly for each trial. Of the two actions that of the go step counts:
 * 1 says that the target was among the two, 0 that it was not. The reward is 1 if that is so, and
 * -`wrong` if not; at all other steps it is 0. It is an input of the next step, times `scale`.
 *
 * The reward tells, whatever was answered, whether the target was among the two. Nobody can know
 * more, and no answer makes the next trials tell more: the best player keeps the cues that the
 * target may still be, and says what is more probable. */
#ifndef AMINE_TASK_CUE_REWARD_H
#define AMINE_TASK_CUE_REWARD_H

#include "task/world.h"

enum { AM_CUE_ABSENT, AM_CUE_PRESENT, AM_CUE_ACTIONS, AM_CUE_CUES = 16, AM_CUE_WIDTH = 31 };

/* Inputs: the bits of the cue that is shown [width], 0 if none is; then go, a constant 1, t/T, the
 * reward before times `scale`, a constant 0, and the action before, one-hot. All are 0 after the
 * last step. */
enum {
  AM_CUE_INPUT_GO, /* counted from `width` on */
  AM_CUE_INPUT_BIAS,
  AM_CUE_INPUT_TIME,
  AM_CUE_INPUT_REWARD,
  AM_CUE_INPUT_NOTHING,
  AM_CUE_INPUT_ACTION,
  AM_CUE_INPUTS = AM_CUE_INPUT_ACTION + AM_CUE_ACTIONS
};

typedef struct am_cue_reward_options {
  int cues;    /* 3 to AM_CUE_CUES */
  int width;   /* bits of a cue; 4 to AM_CUE_WIDTH: so there are enough different ones */
  int steps;   /* T; 9 to 100000: from 9 on an episode may have two trials */
  float wrong; /* subtracted for a wrong answer; 0 to 1e6 */
  float scale; /* what the reward before is multiplied by as an input; 0 to 1000 */
} am_cue_reward_options;

/* 4 cues of 20 bits, 120 steps, 1, 1, as in the paper */
am_cue_reward_options am_cue_reward_default(void);

typedef struct am_cue_reward_state {
  am_world world;
  uint32_t cue[AM_CUE_CUES]; /* a bit of 1 is shown as 1, a bit of 0 as -1, the lowest first */
  int32_t target;            /* number of a cue */
  int32_t shown[2], at[2];   /* of the present trial: its cues and their steps, the earlier first */
  int32_t go;                /* and the step of its go */
  uint32_t candidates;       /* what the target may be by all go steps so far: bit k for cue k */
  uint32_t latest;           /* and by the last of them alone */
  float previous_reward;
  int32_t previous_action; /* -1 at the first step */
} am_cue_reward_state;

/* Lines, all exact: `random`; `latest`, which knows what the last go step told and no more; `bayes`,
 * the best there is; `ceiling`, told. It counts as learned from three quarters of the way from
 * `random` to `bayes` on. */
extern const am_task_type am_cue_reward_type;

#endif
