/* What arrives by compact synapses (see compact.h), and looking at them. */
#ifndef AMINE_BRAIN_COMPACT_ROWS_H
#define AMINE_BRAIN_COMPACT_ROWS_H

#include "brain/brain.h"

/* What arrives at the neurons of a unit in a step, added into its sums. */
void am_unit_deliver(const amine_brain *brain, am_unit *unit, uint64_t step);

/* The synapses of a projection onto a unit that come from one source with one delay, which counts
 * from the tract's first. */
am_compact_run am_compact_find(const amine_brain *brain, int unit, int projection, uint32_t source,
                               uint32_t delay);
/* What a weight of one quantum at a projection's synapses is. */
double am_compact_quantum(const amine_brain *brain, int projection);
/* Bytes that the synapses of a tract onto all units take. */
size_t am_compact_bytes(const amine_brain *brain, int tract);

#endif
