/* Is a JSON object the description of a brain, or does it configure training? */
#ifndef AMINE_BRAIN_DESCRIPTION_H
#define AMINE_BRAIN_DESCRIPTION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* true if it has a key that only descriptions of brains have, at its top */
static inline bool am_describes_brain(const json_t *root) {
  static const char *const keys[] = {"populations", "projections",  "lattice_shape",
                                     "areas",       "neuron_model", "neuromodulation",
                                     "protocol",    "duration_s"};
  for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
    if (json_object_get(root, keys[k])) return true;
  return false;
}

#endif
