/* The delta rule for the read-out of any network (equations: still.h). */
#ifndef AMINE_LEARNER_DELTA_H
#define AMINE_LEARNER_DELTA_H

#include "learner/still.h"

extern const am_learner_type am_delta_type;

#endif
