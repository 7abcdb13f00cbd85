/* A contextual bandit: what is shown says which arm pays. The associative form of a bandit, with one
 * state a step and no way from one to the next: Sutton, Barto 2018, Reinforcement Learning, 2nd
 * edition, section 2.9 ("associative search"); as a contextual bandit: Langford, Zhang 2007,
 * https://proceedings.neurips.cc/paper/2007/hash/4b04a686b0ad13dce35fa99fa4161c65-Abstract.html
 *
 * At each step one of n contexts is drawn, each alike and whatever was done before, and shown
 * one-hot. Of k arms one is right for it, arm (context mod k): it rewards 1 with the probability
 * `chance`, every other arm with `other`; else 0. Which is right is the same in all episodes: it is
 * learned by who plays, not found out anew in each. */
#ifndef AMINE_TASK_CONTEXTUAL_BANDIT_H
#define AMINE_TASK_CONTEXTUAL_BANDIT_H

#include "task/world.h"

enum { AM_CONTEXTS_MAX = 64, AM_CONTEXT_ARMS_MAX = 64 };

typedef struct am_contextual_bandit_options {
  int contexts;         /* n; 1 to 64 */
  int arms;             /* k; 2 to 64 */
  int steps;            /* T, length of an episode; 1 to 100000 */
  double chance, other; /* other <= chance */
} am_contextual_bandit_options;

/* 3 contexts, 3 arms, 10 steps; the right arm always rewards, the others never do */
am_contextual_bandit_options am_contextual_bandit_default(void);

typedef struct am_contextual_bandit_state {
  am_world world;
  int32_t context; /* of the present step; -1 past the end */
} am_contextual_bandit_state;

/* Lines, exact: `random`, each arm alike, T (chance + (k - 1) other) / k; `ceiling`, the right arm,
 * T chance. It counts as learned from nine tenths of the way on. */
extern const am_task_type am_contextual_bandit_type;

#endif
