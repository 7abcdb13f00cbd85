/* The delta rule (learner/delta.h) for the Hebbian RNN in code: only the linear read-out learns, from its own error and its own
 * input; what comes before is as it was drawn, but for the trace H, which lives within an episode.
 * No gradient goes backward, through layers or through time.
 *
 *     dW_o = rate  mean over lanes of  1/T sum_t asked_t (y*_t - y_t) x_t',   db_o likewise
 *
 * added as it is, without an optimiser. It descends the mean squared error as long as rate is below
 * 2 over the largest eigenvalue of the mean of x x' (with the 1 of the bias). Source: Widrow and
 * Hoff 1960, Adaptive switching circuits, IRE WESCON.
 *
 * Cost of a step and lane: n_targets n_hidden multiply-adds beside the network's; memory two steps,
 * whatever the length of an episode. */
#ifndef AMINE_LEARNER_HEBBIAN_DELTA_H
#define AMINE_LEARNER_HEBBIAN_DELTA_H

#include "learner/hebbian.h"

/* Of the agent's options the optimiser is not used. AMINE_ERROR_ARGUMENT for an option out of range, or a
 * task that asks for no values. Free it with am_learner_destroy. */
amine_status am_hebbian_delta_create(am_learner **learner, const am_task *task,
                                     const am_hebbian_options *options, amine_error *error);

/* For a chosen hebbian-rnn. */
amine_status am_hebbian_delta_create_chosen(am_learner **learner, const am_task *task,
                                            const am_chosen *chosen, amine_error *error);

#endif
