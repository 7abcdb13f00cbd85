/* Node perturbation, which for Gaussian units is REINFORCE: every unit tries out noise, and what
 * the episode brings beyond the running mean says whether it was good.
 *
 *     h_j(t) = mu_j(t) + sigma xi_j(t),  mu = cell(u(t), h(t-1)),  xi normal
 *     R(t) = sum_{s >= t} gamma^(s-t) r(s),   b(t) <- b(t) + rho (mean R(t) - b(t))
 *     dW_ji = sum_t (R(t) - b(t)) (xi_j(t) / sigma) psi_ji(t) s_i(t)
 *
 * xi / sigma is the derivative of log p(h | mu) by mu, and psi s that of mu_j by the weight (exact,
 * for h(t-1) is given): this is Williams' REINFORCE of Gaussian units, and its mean is the exact
 * gradient of what the noisy network earns (gamma = 1), through all time, although nothing is
 * propagated through time. Node perturbation (Fiete & Seung) is the same sum with the eligibility
 * xi times input, hence one learner for both; the softmax output is a stochastic unit of its own,
 * with score hit - pi, and gets the entropy bonus of policy_lane.h. The baseline is one number for
 * each step of an episode, the mean over the batch, rho = 0.05. Without learning there is no noise.
 *
 * Sources: Williams 1992, doi:10.1007/BF00992696, section 6; Fiete & Seung 2006,
 * doi:10.1103/PhysRevLett.97.048104.
 *
 * Cost of a step and lane: as local.h, and n random draws. Memory: the episode, its rows once more
 * and T n numbers, or step by step one number a weight. The variance of the change grows with the
 * number of units and steps: that is the price. */
#ifndef AMINE_LEARNER_NODE_PERTURBATION_H
#define AMINE_LEARNER_NODE_PERTURBATION_H

#include "learner/rollout.h"

typedef struct am_node_perturbation_options {
  am_agent_options agent;
  am_stack_options units;
  float gamma, entropy_weight;
  float sigma;                    /* above 0 */
  float input, recurrent, output; /* shares of the rate */
} am_node_perturbation_options;

/* AMINE_ERROR_ARGUMENT for an option out of range. Free it with am_learner_destroy. */
amine_status am_node_perturbation_create(am_learner **learner, const am_task *task,
                                         const am_node_perturbation_options *options,
                                         amine_error *error);

extern const am_learner_type am_node_perturbation_type;

#endif
