/* One step of one chunk, in the order that include/amine/brain.h promises. */
#ifndef AMINE_BRAIN_STEP_H
#define AMINE_BRAIN_STEP_H

#include "brain/brain.h"

/* Takes chunk c from `step` to step + 1. Everything it writes is the chunk's own; it reads lists of
 * spikes of earlier steps, and traces of sources of this step and the one before. `fresh`: inputs
 * may have changed since the last step. */
void am_chunk_step(amine_brain *brain, int c, uint64_t step, bool fresh);
/* Scaling and decay of the weights onto chunk c, where they are due at the beginning of `step`. */
void am_chunk_sweep(amine_brain *brain, int c, uint64_t step);
/* Turns all eligibility of chunk c into weight, at the end of an epoch, and begins the logs anew.
 */
void am_chunk_settle(amine_brain *brain, int c, uint64_t step);
/* The same for one block between two runs, at any moment: what is pending is done. */
void am_block_settle(const amine_brain *brain, am_synapse_block *block);
/* w (or, if wanted is 'c', c) of a block as it is now, without changing anything. out has room for
 * 2 n_synapses; the first half is the answer. */
void am_block_values(am_real *out, const amine_brain *brain, const am_synapse_block *block,
                     char wanted);

#endif
