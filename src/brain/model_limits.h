/* Limits of models. */
#ifndef AMINE_BRAIN_MODEL_LIMITS_H
#define AMINE_BRAIN_MODEL_LIMITS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/registry.h"

/* How large a model may be, and what it may be made of. Synapses are counted as expected:
 * probability times pairs. */
typedef struct am_model_limits {
  size_t neurons, synapses;
  bool no_files; /* inputs may not name files: for models from somewhere one does not trust */
  /* whose neuron models and synapse rules it may name, and which outlives the brain; NULL: ours */
  const am_registry *parts;
} am_model_limits;

#define AM_MODEL_NEURONS ((size_t)10000000)
#define AM_MODEL_SYNAPSES ((size_t)1 << 31)

#endif
