/* Random-feedback local online learning of a leaky recurrent network, supervised.
 *
 *     h(t) = (1 - 1/tau) h(t-1) + tanh(u(t)) / tau,   u = W h(t-1) + W_in x(t) + b,   y = W_out h
 *     p_ij(t) = (1 - 1/tau) p_ij(t-1) + (1/tau) phi'(u_i(t)) h_j(t-1)
 *     dW_ij   = sum_t [B eps(t)]_i p_ij(t),           eps = y* - y, or hit* - pi for choices
 *
 * and likewise W_in (x_j for h_j) and b (1). B is fixed and random. The trace leaves out what goes
 * through other units and through W_ii: with W = 0 it is the whole derivative, and dW with B =
 * W_out' the gradient. The change of W_out is the exact gradient.
 *
 * Source: Murray 2019, doi:10.7554/eLife.43299. What separates it from e-prop: leaky units, and a
 * trace that fades by 1 - 1/tau alone, so that it needs to know no weight.
 *
 * Cost and memory: local.h, leaky units. */
#ifndef AMINE_LEARNER_RFLO_H
#define AMINE_LEARNER_RFLO_H

#include "learner/local.h"

/* Options teach, trace and the cell's kind are what the rule says, whatever stands there. Free it
 * with am_learner_destroy. */
amine_status am_rflo_create(am_learner **learner, const am_task *task,
                            const am_local_options *options, amine_error *error);

extern const am_learner_type am_rflo_type;

#endif
