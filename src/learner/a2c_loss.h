/* Advantage actor-critic over one whole episode of one lane: the loss and its gradient at the
 * heads.
 *
 *     delta_t = r_t + gamma v_{t+1} - v_t,   v = 0 from the episode's end on
 *     A_t = delta_t + gamma lambda A_{t+1},  R_t = A_t + v_t    (lambda = 1: r_t + gamma R_{t+1})
 *     L   = mean over lanes of  sum_t [ -log pi(a_t) A_t + c_v (R_t - v_t)^2 + beta S_t ] / T
 *     S_t = sum_a pi(a)^2   or   sum_a pi(a) log pi(a)
 *
 * T is the length of a whole episode; the sum is over the steps that were lived, so that a step
 * after an early end moves nothing. A and R are held fixed. With the shared baseline v is lane 0's
 * in every lane, in delta and in the value's loss alike: the critic learns in lane 0 alone, from
 * every lane's returns.
 *
 * Sources: Mnih et al. 2016, arXiv 1602.01783; generalised advantage:
 * Schulman et al. 2015, arXiv 1506.02438; the squared form of S and the constants: Miconi et al.
 * 2019, arXiv 2002.10585. Included with am_real = float, or double for gradient checks. */
#ifndef AMINE_LEARNER_A2C_LOSS_H
#define AMINE_LEARNER_A2C_LOSS_H

#include <stddef.h>

#include "kernel/trace.h"

typedef enum am_entropy { AM_ENTROPY_SQUARED, AM_ENTROPY_TRUE } am_entropy;
typedef enum am_baseline {
  AM_BASELINE_OWN,    /* each lane's own value */
  AM_BASELINE_SHARED0 /* lane 0's value in every lane, as in the authors' batched code */
} am_baseline;

typedef struct am_a2c_loss_options {
  am_real gamma, lambda, value_weight, beta;
  am_entropy entropy;
  am_real scale; /* 1 / (lanes T) */
} am_a2c_loss_options;

/* One episode. Strides: heads and dheads [n_steps][stride], p and logp [n_steps][n_actions]. */
typedef struct am_a2c_episode {
  int n_steps; /* that were lived */
  int n_actions, stride;
  const am_real *heads;
  const am_real *p, *logp;
  const int *actions;
  const am_real *rewards;
  const am_real *shared; /* [n_steps] lane 0's values, or NULL for the lane's own */
  am_real *apart;        /* [n_steps] R - v is added to it, where v is shared */
  am_real *dheads;       /* the logits' and the value's are written, the others left alone */
} am_a2c_episode;

typedef struct am_a2c_sums {
  int steps;
  double reward, value, loss; /* sums over the steps of the episode; loss is not yet scaled */
  double entropy;             /* of the policy, in nats, summed over steps */
} am_a2c_sums;

typedef struct am_a2c_ops {
  /* p, logp [n] of the logits */
  void (*policy)(am_real *p, am_real *logp, const am_real *logits, int n);
  void (*gradient)(am_a2c_sums *sums, const am_a2c_episode *e, const am_a2c_loss_options *o);
  /* What `gradient` leaves out where v is shared: dheads of lane 0's value alone (those of its
   * logits become 0), from the sum of R - v over all lanes in e->apart. */
  void (*shared)(const am_a2c_episode *e, const am_a2c_loss_options *o);
} am_a2c_ops;

#endif
