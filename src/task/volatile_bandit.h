/* A volatile bandit: arms that pay with noise, all of which are drawn anew now and then, without notice.
 * After Lee et al. 2024, arXiv 2408.08446 (5 arms; every 500 steps a switch with probability 0.4).
 * Means and deviations of the arms are of our own choice.
 *
 * Arm k pays mu_k + sd_k z, z normal, the same z of a step for every arm. mu_k is uniform in [-1, 1),
 * sd_k in [sd_low, sd_high). Both are drawn for all arms at the first step, and at the beginning of
 * each later block of `block` steps with probability `chance`, else they stay.
 *
 * Inputs: the action before (one-hot, none at first), what it paid; if `told`, the deviation of
 * each arm and, at the first step of arms that were drawn anew, 1: the known uncertainties.
 *
 * The regret of a step is the mean of the best arm less that of the arm pulled. */
#ifndef AMINE_TASK_VOLATILE_BANDIT_H
#define AMINE_TASK_VOLATILE_BANDIT_H

#include "task/world.h"

enum { AM_VOLATILE_ARMS = 16 };

typedef struct am_volatile_bandit_options {
  int steps, arms, block; /* arms: 2 to 16 */
  double chance, sd_low, sd_high;
  bool told;
} am_volatile_bandit_options;

/* 10,000 steps, 5 arms, 500 steps and 0.4, 0.1 to 1, not told */
am_volatile_bandit_options am_volatile_bandit_default(void);

typedef struct am_volatile_bandit_state {
  am_world world;
  int32_t previous_action; /* -1 at first */
  float previous_reward;
  int32_t drawn_at; /* the step since which the arms are these */
  float mu[AM_VOLATILE_ARMS], sd[AM_VOLATILE_ARMS];
  /* What the policies keep: discounted pulls and payments; a Kalman filter's mean and variance. */
  float n[AM_VOLATILE_ARMS], paid[AM_VOLATILE_ARMS];
  float q[AM_VOLATILE_ARMS], variance[AM_VOLATILE_ARMS];
  double regret; /* so far */
} am_volatile_bandit_state;

/* | line             | policy                                          | its reward                 |
 * |------------------|-------------------------------------------------|----------------------------|
 * | `random`         | each arm alike                                  | 0                          |
 * | `discounted-ucb` | the highest paid_k / n_k + c sqrt(ln sum n / n_k), | simulated for the        |
 * |                  | n and paid forgotten by gamma a step (Garivier  | default settings, else NAN |
 * |                  | and Moulines 2011), gamma 0.987, c 0.15         |                            |
 * | `thompson`       | told when arms are drawn anew and how much each | likewise                   |
 * |                  | varies: the highest draw from q_k, variance_k   |                            |
 * | `ceiling`        | the best arm, told                              | T (arms - 1) / (arms + 1)  |
 */
extern const am_task_type am_volatile_bandit_type;

#endif
