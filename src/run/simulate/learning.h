/* The projections of a simulation that learn, and what is looked at of them. */
#ifndef AMINE_RUN_SIMULATE_LEARNING_H
#define AMINE_RUN_SIMULATE_LEARNING_H

#include <stddef.h>

/* Where the engine keeps a synapse: in the block of a chunk. */
typedef struct am_followed {
  int chunk;
  size_t k;
} am_followed;

/* A projection that learns, and the synapses of it that are looked at. Synapses are numbered in the
 * order of amine_brain_synapses. */
typedef struct am_learning {
  int projection;
  char *name; /* of the projection; "NAME (2)" if an earlier one has it already */
  size_t n_synapses;
  size_t stride, n_before; /* before[k] is the weight of synapse k stride at step 0 */
  float *before;
  size_t n_followed, *followed; /* synapses whose weight is sampled */
  am_followed *places;          /* [n_followed] where they are kept */
  double mean;                  /* weight, when the weights were looked at last */
} am_learning;

#endif
