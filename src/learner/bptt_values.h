/* Backpropagation through time for a Hebbian RNN that predicts values: the yardstick beside the
 * delta rule. All of the network learns: W_x, b, W_h, W_o and b_o, through activity and through the
 * trace H.
 *
 *     ascends  mean over lanes of  - 1/T sum_t asked_t 1/n_targets |y_t - y*_t|^2
 *
 * what an episode earns, by its exact gradient (m_t held fixed) and Adam. With the stage `none` it
 * is an ordinary RNN. Source: Werbos 1990, doi:10.1109/5.58337.
 *
 * Cost of a step and lane: about three times the network's own; memory the episode: n_hidden^2
 * numbers a step and lane for H. */
#ifndef AMINE_LEARNER_BPTT_VALUES_H
#define AMINE_LEARNER_BPTT_VALUES_H

#include "learner/hebbian.h"

/* AMINE_ERROR_ARGUMENT for an option out of range, or a task that asks for no values. Free it with
 * am_learner_destroy. */
amine_status am_bptt_values_create(am_learner **learner, const am_task *task,
                                   const am_hebbian_options *options, amine_error *error);

extern const am_learner_type am_bptt_values_type;

#endif
