/* e-prop: eligibility propagation for recurrent units (gated, or leaky), with an actor and a
 * critic.
 *
 *     e_ji(t) = d_j(t) e_ji(t-1) + psi_ji(t) s_i(t)             d: the diagonal of dh(t)/dh(t-1)
 *     supervised    dW_ji = sum_t L_j(t) e_ji(t),    L_j = sum_k B_jk (y*_k - pi_k)
 *     by reward     dW_ji = sum_t delta_t F(L_j e_ji)(t),  F(x)(t) = gamma lambda F(x)(t-1) + x(t),
 *                   L_j = c_V B_jV + sum_k B_jk (hit_k - pi_k), delta_t = r_t + gamma V_{t+1} - V_t
 *
 * and an entropy bonus c pi o (-log pi - H), which needs no dopamine, added to the error. B is the
 * transposed output weight (symmetric e-prop), fixed and random, or adaptive: it gets the output
 * weight's own change and both decay (Kolen-Pollack). The change of the output weights is the exact
 * gradient (reward: with the critic's A for the return).
 *
 * Source: Bellec et al. 2020, doi:10.1038/s41467-020-17236-y, equations 1, 4 and 5 and its actor
 * and critic; there for spiking units, here for the units of cell.h. What differs from the
 * Neuromodulator Signaling Model (signalling.h): no second network; the critic reads h and sends
 * its own learning signal.
 *
 * Cost and memory: local.h. */
#ifndef AMINE_LEARNER_E_PROP_H
#define AMINE_LEARNER_E_PROP_H

#include "learner/local.h"

/* options->trace must not be AM_LOCAL_NONE. Free it with am_learner_destroy. */
amine_status am_e_prop_create(am_learner **learner, const am_task *task,
                              const am_local_options *options, amine_error *error);

extern const am_learner_type am_e_prop_type;

#endif
