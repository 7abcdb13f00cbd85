/* A learner of somebody else's, from the functions that amine/learner.h asks for. Batches are played as
 * by every learner of rollout.h; what happened in one is put into arrays of its own, [lane][step][...],
 * and the change that comes back goes the way of every change.
 *
 * Cost: that of playing forward, and of copying n_inputs + n_units + 3 n_said + 4 numbers a step and
 * lane, and what it asks to see inside the units (inside.h). Memory: as many. */
#ifndef AMINE_LEARNER_OWN_H
#define AMINE_LEARNER_OWN_H

#include "amine/learner.h"
#include "learner/learner.h"

typedef struct am_own_learner {
  am_learner_type type; /* first */
  amine_learner_type given;
  amine_parameter *rows; /* of the type: what all have, then the given ones */
} am_own_learner;

/* Fills in *own, whose type can then be chosen. What `given` points to is not copied, but for its
 * parameters; it may be shorter or longer than ours. AMINE_ERROR_ARGUMENT says what is missing, or which
 * row of the parameters is wrong. am_own_learner_end frees what it took, after a failure too. */
amine_status am_own_learner_begin(am_own_learner *own, const amine_learner_type *given,
                                  amine_error *error);
void am_own_learner_end(am_own_learner *own);

#endif
