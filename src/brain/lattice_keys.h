/* What the top of a model file says of the lattice form, before it is read (see lattice.h). */
#ifndef AMINE_BRAIN_LATTICE_KEYS_H
#define AMINE_BRAIN_LATTICE_KEYS_H

#include <jansson.h>

/* What the top of the file says about the lattice; NULL: nothing. */
typedef struct am_lattice_keys {
  const json_t *shape, *neuron_model, *cell_types, *plasticity, *senses, *areas, *connectivity;
  double density;     /* neurons per site */
  double probability; /* of a connection; below 0: not said */
} am_lattice_keys;

#endif
