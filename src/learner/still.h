/* A network in which nothing learns, or its linear read-out alone, by its own error and its own
 * input: what comes before is as it was drawn, but for traces, which live within an episode. No
 * gradient goes backward, through layers or through time. Any text, with or without traces.
 *
 *     dW_o = rate  mean over lanes of  1/T sum_t asked_t (y*_t - y_t) h_t',   db_o likewise
 *
 * with y the values said, or the policy's probabilities and y* the right action; added as it is,
 * without an optimiser. On values it descends the mean squared error as long as rate is below 2 over
 * the largest eigenvalue of the mean of h h' (with the 1 of the bias); on actions the mean of less
 * log p of the right one. Source: Widrow and Hoff 1960, Adaptive switching circuits, IRE WESCON.
 *
 * Cost of a step and lane: n_out n_hidden multiply-adds beside the network's; memory that of one
 * step, whatever the length of an episode, unless the network looks back. */
#ifndef AMINE_LEARNER_STILL_H
#define AMINE_LEARNER_STILL_H

#include "learner/rollout.h"
#include "learner/rows.h"

typedef struct am_still_options {
  am_agent_options agent; /* its optimiser is not used */
  am_stack_options units;
  am_readout readout;
} am_still_options;

/* For their tables. */
#define AM_STILL_AGENT(member) AM_MEMBER(am_still_options, agent.member)
#define AM_STILL_SCHEDULE(member) AM_MEMBER(am_still_options, agent.schedule.member)

/* taught: the read-out learns. AMINE_ERROR_ARGUMENT for an option out of range, or, if taught, a
 * task that does not say what would be right. */
amine_status am_still_create(am_learner **learner, const am_learner_type *type, const am_task *task,
                             const am_still_options *options, bool taught, amine_error *error);
amine_status am_still_create_chosen(am_learner **learner, const am_learner_type *type,
                                    const am_task *task, const am_chosen *chosen, bool taught,
                                    amine_error *error);

int am_still_series(const am_learner *learner, am_series *out);
void am_still_destroy(am_learner *learner);

#endif
