/* Policies, dopamine and output errors, lane by lane: what learning from rewards needs at the
 * output, with backprop and without.
 *
 *     pi = softmax(logits)    error = hit - pi            (the gradient of log pi(a) at the logits)
 *     H  = -sum pi log pi      push  = pi o (-log pi - H)   (the gradient of H there)
 *     delta_t = r_t + gamma V_{t+1} - V_t,                    V is 0 once an episode is over
 *     A_t = delta_t + gamma lambda A_{t+1}
 *
 * Of real actions (gauss.h) p is mu, below it sigma; hit is e, twice; logp below is 1 where sigma has a
 * gradient, else 0.
 *
 * A is what a tag that fades by gamma lambda will have met of delta: the same number serves the
 * generalised advantage (Schulman et al. 2015, arXiv 1506.02438) and TD(lambda) with accumulating
 * traces (Sutton 1988, doi:10.1007/BF00115009). Arrays are [row][lanes]. */
#ifndef AMINE_LEARNER_POLICY_LANE_H
#define AMINE_LEARNER_POLICY_LANE_H

#include <stddef.h>

#include "kernel/real.h"

typedef struct am_policy_ops {
  /* p, logp [n][lanes] of the logits; entropy [lanes] */
  void (*policy)(am_real *p, am_real *logp, am_real *entropy, const am_real *logits, int n);
  /* The same of 2 n heads for n real numbers; the upper half of logp is not written. */
  void (*gauss)(am_real *p, am_real *logp, am_real *entropy, const am_real *heads, int n);
  /* out [2 n][lanes] = factor d log pi + weight d H, 0 where live is 0 */
  void (*gauss_error)(am_real *out, const am_real *hit, const am_real *p, const am_real *logp,
                      const am_real *factor, const am_real *live, am_real weight, int n);
  /* out [n][lanes] = factor (hit - p) + weight push, 0 where live is 0; factor, live [lanes] */
  void (*error)(am_real *out, const am_real *hit, const am_real *p, const am_real *logp,
                const am_real *entropy, const am_real *factor, const am_real *live, am_real weight,
                int n);
  /* Of pi_0, first [n][lanes] log p: kl [lanes] = KL(pi || pi_0), and out less live times weight
   * times its gradient at the logits; both 0 where live is 0 */
  void (*leave)(am_real *out, am_real *kl, const am_real *p, const am_real *logp,
                const am_real *first, const am_real *live, am_real weight, int n);
  /* The same of 2 n heads; first is mu, below it sigma. */
  void (*gauss_leave)(am_real *out, am_real *kl, const am_real *p, const am_real *logp,
                      const am_real *first, const am_real *live, am_real weight, int n);
  /* delta and A [n_steps][lanes] from rewards, values and live, each [n_steps][lanes] with its step
   * in elements */
  void (*dopamine)(am_real *delta, am_real *A, const am_real *reward, const am_real *value,
                   const am_real *live, size_t step, am_real gamma, am_real lambda, int n_steps);
} am_policy_ops;

const am_policy_ops *am_policy_code(void);

#endif
