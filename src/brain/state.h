/* Every synapse of a projection in the order of (source, delay, target). */
#ifndef AMINE_BRAIN_STATE_H
#define AMINE_BRAIN_STATE_H

#include "brain/brain.h"

typedef struct am_synapses {
  amine_brain *b;
  const am_projection *p;
  int projection, chunk, delay; /* delay: index in p->delays */
  uint32_t source, n_sources;
  am_synapse_block *block;
  am_compact_run run; /* of those that are kept compactly: `chunk` is the unit */
  int64_t k, end;     /* the synapse in the block, or the run */
} am_synapses;

/* Builds the brain if that is still to do. AMINE_ERROR_ARGUMENT if there is no such projection. */
amine_status am_synapses_begin(am_synapses *s, amine_brain *brain, int projection,
                               amine_error *error);
bool am_synapses_next(am_synapses *s);
/* The target of a synapse in its population. */
int am_synapses_target(const am_synapses *s);
/* The number of a population's state; AMINE_ERROR_ARGUMENT if there is none of that name. */
amine_status am_brain_find_state(int *state, const amine_brain *brain, int population,
                                 const char *name, amine_error *error);
/* What amine_brain_get and amine_brain_synapses show, in the precision of the engine, for tests
 * that compile it in double: *values points into the brain; out has room for [n_synapses]. */
amine_status am_brain_state(const am_real **values, const amine_brain *brain, int population,
                            const char *state, amine_error *error);
amine_status am_brain_synapse_values(am_real *out, amine_brain *brain, int projection,
                                     char variable, amine_error *error);
/* The block of a projection in a chunk, or NULL. */
am_synapse_block *am_synapses_block(const amine_brain *brain, int chunk, int projection);

#endif
