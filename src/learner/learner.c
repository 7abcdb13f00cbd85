/* What all learners share (see learner.h). */
#include "learner/learner.h"

#include <stdio.h>

amine_status am_learner_take(am_learner *learner, const am_block *blocks, size_t n,
                             amine_error *error) {
  char what[96];
  learner->rate_factor = 1;
  learner->bytes = am_blocks_bytes(blocks, n);
  snprintf(what, sizeof what, "%s with a batch of %d", learner->type->part.name, learner->n_lanes);
  return am_blocks_take(blocks, n, what, error);
}
