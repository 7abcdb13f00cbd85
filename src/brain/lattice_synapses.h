/* `plasticity` and `connectivity` of the lattice form: synapses from every area to every area. */
#ifndef AMINE_BRAIN_LATTICE_SYNAPSES_H
#define AMINE_BRAIN_LATTICE_SYNAPSES_H

#include "brain/lattice_cells.h"

/* Reads both, and adds a projection for each pair of the populations 0 to n - 1 of the plan, whose
 * cell types are types[n], if `connects`. */
amine_status am_lattice_connect(am_model_plan *plan, am_reader *r, const am_where *file,
                                const am_lattice_keys *keys, const am_cell_type *const *types,
                                size_t n, bool connects);

#endif
