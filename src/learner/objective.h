/* What is asked of a network by its task, over one whole episode of one lane: a loss, and its
 * gradient at the heads. The objective follows the task.
 *
 * Actor-critic, from rewards:
 *
 *     delta_t = r_t + gamma v_{t+1} - v_t,   v = 0 from the episode's end on
 *     A_t = delta_t + gamma lambda A_{t+1},  R_t = A_t + v_t    (lambda = 1: r_t + gamma R_{t+1})
 *     L   = scale sum_t [ -log pi(a_t) A_t + c_v (R_t - v_t)^2 + beta S_t ]
 *     S_t = sum_a pi(a)^2   or   sum_a pi(a) log pi(a)
 *
 * Where there is a policy to stay near, pi_0, which has met the same episode, kl_weight KL(pi || pi_0)
 * is added to the loss of each step at which the policy counts, and its gradient is taken at what was
 * lived, as that of S.
 *
 * All is summed over the steps that were lived, so that a step after an early end moves nothing. A and R are held
 * fixed. With the shared baseline v is lane 0's in every lane, in delta and in the value's loss
 * alike: the critic learns in lane 0 alone, from every lane's returns. Where a teacher says which
 * action is right, cross-entropy: -log pi(a*_t) stands in place of -log pi(a_t) A_t, or beside it.
 * Where it is said at which steps a decision is asked for, the policy counts at these alone, and by
 * the weight w_t that the task gives them: w_t stands before all that is the policy's, -log pi A,
 * beta S and -log pi(a*).
 *
 * Of real actions pi is a Gaussian (gauss.h), and S is the integral of pi^2, or of pi log pi = -H.
 *
 * Squared error, where values are asked for:
 *
 *     L   = scale sum_t asked_t 1/n |y_t - y*_t|^2
 *
 * Sources: Mnih et al. 2016, arXiv 1602.01783; generalised advantage:
 * Schulman et al. 2015, arXiv 1506.02438; the squared form of S and the constants: Miconi et al.
 * 2019, arXiv 2002.10585. Included with am_real = float, or double for gradient checks. */
#ifndef AMINE_LEARNER_OBJECTIVE_H
#define AMINE_LEARNER_OBJECTIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/trace.h"
#include "learner/teach.h"

typedef enum am_entropy { AM_ENTROPY_SQUARED, AM_ENTROPY_TRUE } am_entropy;
typedef enum am_baseline {
  AM_BASELINE_OWN,    /* each lane's own value */
  AM_BASELINE_SHARED0 /* lane 0's value in every lane, as in the authors' batched code */
} am_baseline;

typedef struct am_objective {
  am_teach teach;
  am_real gamma, lambda, value_weight, beta; /* c_v */
  am_real kl_weight;
  am_entropy entropy;
  am_real scale;
} am_objective;

/* One episode. Strides: heads and dheads [n_steps][stride], p and logp [n_steps][n_out]; of real
 * actions p is mu, then sigma, and the second half of logp 1 where sigma has a gradient, else 0. */
typedef struct am_objective_episode {
  int n_steps;       /* that were lived */
  int n_out, stride; /* n_out: actions or values; of real actions twice their numbers */
  const am_real *heads;
  const am_real *p, *logp;
  const int *actions;
  const am_real *noise; /* [n_steps][n_out / 2] e of real actions; NULL: they are not real */
  const am_real *rewards;
  const int *answers;    /* [n_steps] the right actions, below 0: not told */
  const am_real *asked;  /* [n_steps] with what weight it counts, 0: not; NULL: all alike */
  const am_real *wanted; /* [n_steps][n_out] y* */
  const am_real *shared; /* [n_steps] lane 0's values, or NULL for the lane's own */
  am_real *apart;        /* [n_steps] R - v is added to it, where v is shared */
  /* [n_steps][n_out] of pi_0: log p, or of real actions mu, then sigma; NULL: there is none */
  const am_real *first;
  am_real *dheads;       /* the outputs' and the value's are written, the others left alone */
} am_objective_episode;

/* Sums over the steps of an episode; losses are not scaled. */
typedef struct am_objective_sums {
  double reward, value, entropy; /* entropy: of the policy, in nats */
  double loss;                   /* L */
  double surprise;               /* delta^2, or of what is taught -log pi(a*) */
  double kl;                     /* KL(pi || pi_0), nats */
} am_objective_sums;

typedef struct am_objective_ops {
  /* p, logp [n] of the logits */
  void (*policy)(am_real *p, am_real *logp, const am_real *logits, int n);
  /* The same of real actions, of 2 n heads, n at most AM_REAL_MAX. */
  void (*gauss)(am_real *p, am_real *logp, const am_real *heads, int n);
  void (*actions)(am_objective_sums *sums, const am_objective_episode *e, const am_objective *o);
  void (*values)(am_objective_sums *sums, const am_objective_episode *e, const am_objective *o);
  /* What `actions` leaves out where v is shared: dheads of lane 0's value alone (those of its
   * logits become 0), from the sum of R - v over all lanes in e->apart. */
  void (*shared)(const am_objective_episode *e, const am_objective *o);
} am_objective_ops;

const am_objective_ops *am_objective_code(void);

#endif
