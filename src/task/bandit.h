/* Bernoulli bandits: arms with fresh probabilities in each episode, to be found out and used.
 * As a task for networks that learn within an episode: Wang et al. 2016, arXiv 1611.05763 (two arms
 * with p and 1 - p), Duan et al. 2016, arXiv 1611.02779 (independent arms).
 *
 * Each step pulls an arm, which rewards 1 with its probability and 0 otherwise. The probabilities
 * are uniform in [0, 1), drawn for the episode: each by itself, or for two complementary arms p and
 * 1 - p. Inputs: the action before (one-hot, none at first), what it gave, t / T.
 *
 * Thompson sampling (Thompson 1933, doi:10.2307/2332286) draws a probability for each arm from
 * what is known about it and pulls the arm with the highest. After s successes and f failures that
 * is Beta(1 + s, 1 + f), the (s + 1)-th smallest of s + f + 1 uniform numbers. */
#ifndef AMINE_TASK_BANDIT_H
#define AMINE_TASK_BANDIT_H

#include "task/world.h"

enum { AM_BANDIT_ARMS = 50, AM_BANDIT_STEPS = 1000, AM_BANDIT_EXACT_STEPS = 40 };

typedef struct am_bandit_options {
  int arms;           /* 2 to 50 */
  int steps;          /* T; 1 to 1000 */
  bool complementary; /* p and 1 - p; two arms only */
} am_bandit_options;

/* 2 complementary arms, 20 steps */
am_bandit_options am_bandit_default(void);

typedef struct am_bandit_state {
  am_world world;
  int32_t previous_action; /* -1 at first */
  float previous_reward;
  float p[AM_BANDIT_ARMS];                           /* probability of each arm */
  int32_t won[AM_BANDIT_ARMS], lost[AM_BANDIT_ARMS]; /* what each arm has given: for Thompson */
} am_bandit_state;

/* | line       | policy                            | its reward                                 |
 * |------------|-----------------------------------|--------------------------------------------|
 * | `random`   | each arm alike                    | T / 2                                      |
 * | `thompson` | Thompson sampling                 | exact if complementary, or for two arms up |
 * |            |                                   | to 40 steps; measured for 5 arms and 10    |
 * |            |                                   | steps; NAN otherwise                       |
 * | `bayes`    | the more probable arm (only if    | exact; nothing that is shown only what a   |
 * |            | complementary)                    | network is shown does better               |
 * | `ceiling`  | the best arm, told                | exact: 3/4 T, or T k / (k + 1)             |
 *
 * A task counts as learned from the reward of `thompson` on, if that is known. */
extern const am_task_type am_bandit_type;

#endif
