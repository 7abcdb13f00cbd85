/* Which projections keep their synapses compactly (see compact.h). */
#ifndef AMINE_BRAIN_COMPACT_PLAN_H
#define AMINE_BRAIN_COMPACT_PLAN_H

#include "brain/brain.h"

/* Chooses them, by what was asked for and by the network's shape, and the quanta of their weights;
 * before the line is cut. AMINE_ERROR_MEMORY. */
amine_status am_compact_plan(amine_brain *brain, amine_error *error);

#endif
