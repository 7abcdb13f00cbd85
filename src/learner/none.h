/* Nothing learns: traces live, slow weights stay (see still.h). */
#ifndef AMINE_LEARNER_NONE_H
#define AMINE_LEARNER_NONE_H

#include "learner/still.h"

extern const am_learner_type am_none_type;

#endif
