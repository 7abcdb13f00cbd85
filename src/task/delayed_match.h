/* Delayed match-to-sample: keep a cue over a delay and say whether the second is the same. A test
 * of working memory since Blough 1959, doi:10.1901/jeab.1959.2-151.
 *
 * One of `cues` cues is shown at step 0, one-hot, then nothing; at the last step but one a second
 * cue is shown, and at the last `decide` is 1: action 0 says same, 1 different. It is the same with
 * probability 1/2, otherwise any of the others alike. Reward 1 if right; nothing at any other step.
 *
 * The rule can be turned round (nonmatch: 0 says different, 1 same), drawn for each episode, or
 * switched once in the course of training. With `context` two more inputs tell the rule, one-hot,
 * at every step: then one network can follow both. */
#ifndef AMINE_TASK_DELAYED_MATCH_H
#define AMINE_TASK_DELAYED_MATCH_H

#include "task/world.h"

enum { AM_MATCH_SAME, AM_MATCH_DIFFERENT, AM_MATCH_ACTIONS };

typedef enum am_match_rule {
  AM_MATCH_MATCH,
  AM_MATCH_NONMATCH,
  AM_MATCH_BOTH,  /* each with probability 1/2, an episode */
  AM_MATCH_SWITCH /* match in the iterations of training before `switch_after`, then nonmatch */
} am_match_rule;

typedef struct am_delayed_match_options {
  int steps; /* T, both cues included; 3 to 100000 */
  int cues;  /* 2 to 16 */
  am_match_rule rule;
  bool context;          /* the rule is shown */
  uint32_t switch_after; /* with `switch`: the first `episode` of a key that has the second rule */
} am_delayed_match_options;

/* 12 steps, 2 cues, match, no context */
am_delayed_match_options am_delayed_match_default(void);

typedef struct am_delayed_match_state {
  am_world world;
  int32_t cue[2]; /* the first and the second */
  int32_t turned; /* 1: nonmatch */
} am_delayed_match_state;

/* Inputs: the cue one-hot [cues], decide; with context match, nonmatch. */
extern const am_task_type am_delayed_match_type;

#endif
