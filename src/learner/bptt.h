/* Backpropagation through time of an actor-critic on layers of any text: the yardstick beside which
 * learning without backprop is measured.
 *
 *     h = layers(u),  logits = W_o h + b_o,  V = w_v h + b_v          (h: the top layer)
 *     ascends  mean over lanes of  sum_t [ log pi(a_t) A_t - c_v (R_t - V_t)^2 / 2 + beta H_t ]
 *
 * by its exact gradient (A and R = A + V held fixed; A as in policy_lane.h), except that the
 * critic's own weights w_v, b_v have c_v = 1: c_v says how much the critic may shape the units
 * below it. Supervised: ascends sum_t log pi(y*_t) instead. Sources: Williams 1992,
 * doi:10.1007/BF00992696; Mnih et al. 2016, arXiv 1602.01783; Werbos 1990, doi:10.1109/5.58337. */
#ifndef AMINE_LEARNER_BPTT_H
#define AMINE_LEARNER_BPTT_H

#include "learner/agent.h"
#include "learner/teach.h"
#include "network/stack.h"

typedef struct am_bptt_options {
  am_agent_options agent;
  am_stack_options units;
  float gamma, lambda, value_weight, entropy_weight; /* c_v, beta */
  am_teach teach;
} am_bptt_options;

/* AMINE_ERROR_ARGUMENT for an option out of range, or a task without answers that is to be taught
 * by them. Free it with am_learner_destroy. */
amine_status am_bptt_create(am_learner **learner, const am_task *task,
                            const am_bptt_options *options, amine_error *error);

extern const am_learner_type am_bptt_type;

#endif
