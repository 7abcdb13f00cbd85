/* From a plan of compact synapses (see compact.h) to their memory. */
#ifndef AMINE_BRAIN_COMPACT_BUILD_H
#define AMINE_BRAIN_COMPACT_BUILD_H

#include "brain/brain.h"

/* Cuts the line into units, and draws the synapses on as many threads as the brain has. What is
 * drawn does not depend on them. AMINE_ERROR_MEMORY. */
amine_status am_compact_build(amine_brain *brain, amine_error *error);
void am_compact_free(amine_brain *brain);

#endif
