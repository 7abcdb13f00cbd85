/* The Neuromodulator Signaling Model: a network, the controller, that learns from the signals of a
 * GRU, which sees its activity, its output and a scalar reward. No gradient of a loss is propagated
 * backward, through time or from layer to layer, and there is no optimiser's model of the loss.
 *
 *     input        v_t = (1 + m^in_t) o u_t
 *     controller   h_t = layers of any text (v_t; matrices read o_{t-1}),  o_t = (1 + m_t) o h_t
 *     output       pi = softmax((1 + m^out_t) o (W_o o_t + b_o)) of the top layer, or linear for
 *                  real values
 *     gains        m_t = m_max tanh(W_a s_{t-1}), for each of the three segments with its own
 *                  strength m_max and W_a
 *     signalling   s_t = GRU(s_{t-1}, [o_t; pi_t; a_{t-1}; r_{t-1}])
 *     dopamine     V_t = w_v . [s_t; o_t],  delta_t = r_t + gamma V_{t+1} - V_t (linear TD(lambda))
 *     output error eps = hit - pi, where a decision is asked for;  N = c pi o (-log pi - H), or,
 *                  where a teacher says what is right, + (y* - y)
 *                  both times (1 + m^out) at W_o and B; where the policy pi_0 that the run began
 *                  with is kept, which meets the same episode, N less
 *                  kl_weight pi o (log pi - log pi_0 - KL(pi || pi_0)), the gradient of that times KL
 *     credit       L = B eps for each unit of each layer, and each input if it has a gain
 *     weights      dW_ji = sum_t delta_t tag_ji + N e_ji,
 *                  tag <- gamma lambda tag + L_j (1 + m_j) e_ji
 *     gains        dW_a  likewise with trace L_j h_j m_max (1 - tanh^2) s_{t-1}; in the place of h
 *                  u for the inputs, W_o o + b_o and eps itself for the output
 *     feedback     B takes W_o's own change, and both decay (Kolen-Pollack); or stays random; or is
 *                  W_o' (symmetric, which no synapse can know)
 *
 * e is the local trace of plan_eligibility.h; lower layers and inputs get a fixed random B, for no
 * weight of W_o corresponds to them. What holds: with U = 0 (no recurrence), one layer, no gains, B
 * = W_o' and lambda = 1 the change is the exact policy gradient (tested); the change of W_o always
 * is; the critic is linear TD(lambda). Otherwise the controller's change is a truncated gradient.
 *
 * A controller whose traces live (network/stack.h) takes them for inputs of each step; they take up
 * what gains left of its output as pre, and post and the modulator's eta without gains.
 *
 * Sources: eligibility and three factors, Bellec et al. 2020, doi:10.1038/s41467-020-17236-y,
 * Murray 2019, doi:10.7554/eLife.43299; feedback, Kolen & Pollack 1994,
 * doi:10.1109/ICNN.1994.374486, Lillicrap et al. 2016, doi:10.1038/ncomms13276; TD, Sutton 1988,
 * doi:10.1007/BF00115009.
 *
 * Cost of a step and lane, with H gated units, I inputs, S signalling units: forward 3 H (I + H) +
 * 3 S (H + S) multiply-adds, learning as much as the controller's forward again (window), or three
 * times its weights (online). Memory: window, activity of each step; online, a tag a weight and
 * lane and a trace for each of the unit's states, whatever the length of an episode. */
#ifndef AMINE_LEARNER_SIGNALLING_H
#define AMINE_LEARNER_SIGNALLING_H

#include "learner/signalling_options.h"

/* AMINE_ERROR_ARGUMENT for an option out of range, or one that the task does not allow. Free it
 * with am_learner_destroy. */
amine_status am_signalling_create(am_learner **learner, const am_task *task,
                                  const am_signalling_options *options, amine_error *error);

extern const am_learner_type am_signalling_type;

/* For learners that are made of it: its table, and the options that a configuration has chosen; its
 * text is to be freed after use (am_units_free). AMINE_ERROR_ARGUMENT, AMINE_ERROR_MEMORY. */
extern const amine_parameter am_signalling_parameters[];
amine_status am_signalling_chosen(am_signalling_options *options, am_units *units,
                                  const am_chosen *chosen, amine_error *error);

#endif
