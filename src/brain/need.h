/* How much memory a brain will take, before it is taken. */
#ifndef AMINE_BRAIN_NEED_H
#define AMINE_BRAIN_NEED_H

#include "brain/brain.h"

/* Bytes of the whole brain once it is built, from its description: synapses as many as expected,
 * those that depend on distances not counted. */
double am_brain_need(const amine_brain *brain);
/* As many states as a neuron of it has, at least 2. */
int am_brain_n_receptors(const amine_brain *brain); /* of the population with the most, at least 2 */
int am_brain_n_states(const amine_brain *brain);
/* Synapses of a projection, as many as expected; 0 where that depends on distances. */
double am_projection_expected(const amine_brain *brain, const am_projection *projection);
/* Bytes of the synapses of a projection of which there are n in this many blocks. */
double am_projection_need(const amine_brain *brain, const am_projection *projection, double n,
                          int n_blocks);
/* Refuses, by AMINE_ERROR_MEMORY, what the machine does not have; a large sum gets a note. */
amine_status am_brain_check_need(amine_brain *brain, amine_error *error);

#endif
