/* The lattice form of a model file: areas of a 4-dimensional lattice, one neuron model, one
 * plasticity rule, random connections between all areas.
 *
 * It is written by other tools too, so it is read generously: keys that mean nothing here are
 * noted, several spellings are understood, and almost everything has a default. A value that is
 * understood must still make sense. */
#ifndef AMINE_BRAIN_LATTICE_H
#define AMINE_BRAIN_LATTICE_H

#include "brain/lattice_keys.h"
#include "brain/model_plan.h"

extern const am_table am_area_table, am_sense_table, am_cell_type_table, am_neuron_model_table;
extern const am_table am_plasticity_table, am_connectivity_table;

#define AM_LATTICE_DENSITY 0.03125
#define AM_LATTICE_PROBABILITY 0.1

/* Adds the populations of all areas, the senses and, if `connects`, the projections. The modulators
 * are in the plan already. */
amine_status am_lattice_read(am_model_plan *plan, am_reader *r, const am_where *file,
                             const am_lattice_keys *keys, bool connects);

#endif
