/* Feedback alignment: the error reaches the hidden units through fixed random weights B in place of
 * the transposed output weights, at the step at which it arises.
 *
 *     dW_ji = sum_t L_j(t) psi_ji(t) s_i(t),    L = B eps                      (no trace: d = 0)
 *
 * In a network with one layer of recurrent units this is feedback alignment and direct feedback
 * alignment alike; time is cut at one step. Separated from e-prop and RFLO by nothing but the
 * missing trace: what was read at earlier steps gets credit only by what the state has kept of it.
 * Learning works because the output weights come to point where B does: the angle between them
 * (am_local_angle, series "alignment") falls below 90 degrees.
 *
 * Sources: Lillicrap et al. 2016, doi:10.1038/ncomms13276; Nokland 2016, arXiv 1609.01596.
 *
 * Cost and memory: local.h, less the scan; step by step no memory but that of the step. */
#ifndef AMINE_LEARNER_FEEDBACK_ALIGNMENT_H
#define AMINE_LEARNER_FEEDBACK_ALIGNMENT_H

#include "learner/local.h"

/* Options feedback and trace are what the rule says, whatever stands there. Free it with
 * am_learner_destroy. */
amine_status am_feedback_alignment_create(am_learner **learner, const am_task *task,
                                          const am_local_options *options, amine_error *error);

extern const am_learner_type am_feedback_alignment_type;

#endif
