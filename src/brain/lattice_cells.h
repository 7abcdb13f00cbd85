/* `neuron_model` and `cell_types` of the lattice form: what kinds of neurons an area consists of.
 */
#ifndef AMINE_BRAIN_LATTICE_CELLS_H
#define AMINE_BRAIN_LATTICE_CELLS_H

#include "brain/lattice_keys.h"
#include "brain/model_values.h"

#define AM_CELL_TYPES 16

typedef struct am_cell_type {
  const char *name; /* NULL: the only one */
  const am_neuron_model *model;
  am_values values;
  double fraction;  /* of an area's neurons */
  bool inhibitory;  /* its synapses are */
  double strength;  /* its weights are multiplied by this */
  bool conductance; /* arrivals are conductances: inhibition has positive weights */
} am_cell_type;

/* At least one; the fractions add up to 1. */
amine_status am_cell_types_read(am_cell_type types[AM_CELL_TYPES], int *n_types,
                                am_model_plan *plan, am_reader *r, const am_where *file,
                                const am_lattice_keys *keys);

#endif
