/* The second way in which a brain keeps synapses: 16 bits of target, 16 bits of weight.
 *
 * Where a network is large and its synapses have delays of their own, the rows of a block (see
 * brain.h), by (delay, source) onto a chunk, hold about one synapse. Here the line is cut into
 * units: consecutive chunks, at most 65,536 neurons, as many units as there are threads or more. A
 * tract is all that one population sends to one receptor of others. The synapses of a tract onto a
 * unit lie source by source, those of a source by (delay, target); a directory says where each delay
 * of a source begins. What arrives in a step is found in the lists of who fired, as in a block, and
 * so nothing but these lists is on its way.
 *
 * A weight is a whole number of quanta. The quantum belongs to a receptor of a population and is a
 * power of two, the smallest for which the largest weight that may be drawn there is below 2^15
 * quanta: no weight changes by more than 2^-15 of that. Sums are whole numbers of quanta in 32 bits:
 * exact, so neither the order of what arrives nor how the line is cut changes a bit. */
#ifndef AMINE_BRAIN_COMPACT_H
#define AMINE_BRAIN_COMPACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "amine/brain.h"

#define AM_UNIT_NEURONS 65536
#define AM_COMPACT_LIMIT 32767 /* quanta of the largest weight */
/* Synapses of a receptor of a neuron that are expected at most: 65,536 of the largest weight could
 * be more than a sum holds. */
#define AM_COMPACT_ONTO 16384.0
#define AM_SEGMENT_BITS 18 /* a segment holds 2^18 synapses, 1 MiB; a row lies in one */
#define AM_SEGMENT ((uint32_t)1 << AM_SEGMENT_BITS)
#define AM_SEGMENTS ((size_t)1 << (32 - AM_SEGMENT_BITS))

typedef struct am_compact_synapse {
  uint16_t target; /* minus the unit's begin */
  int16_t weight;  /* quanta */
} am_compact_synapse;

/* Projections from one population onto one receptor, each onto another population. */
typedef struct am_tract {
  int source, receptor, n_projections;
  int *projections;         /* [n_projections], targets ascending */
  uint32_t delay, n_delays; /* the first one, and how many follow each other, steps */
  uint64_t sum; /* of a hash of every synapse: whatever they lie like, another one is another sum */
  size_t total; /* of a source in the projections of a fixed total, synapses at most */
} am_tract;

/* The synapses of a tract onto a unit. */
typedef struct am_compact_rows {
  uint32_t *at; /* [sources][n_delays + 1]: where each delay of a row begins, and its end */
  /* [AM_SEGMENTS] or NULL: synapse `at` is segments[at / AM_SEGMENT][at % AM_SEGMENT] */
  am_compact_synapse **segments;
  size_t n_segments, n_room; /* room for synapses in all of them */
} am_compact_rows;

typedef struct am_unit {
  int first_chunk, end_chunk;
  uint32_t begin, end;   /* in the line */
  int32_t **sum;         /* [receptors][end - begin] quanta, 0 between steps; NULL where unused */
  am_compact_rows *rows; /* [n_tracts] */
} am_unit;

/* Some synapses of a projection that lie side by side. */
typedef struct am_compact_run {
  const am_compact_synapse *synapses;
  uint32_t n;
  uint32_t first; /* of the targets in the line */
} am_compact_run;

typedef struct am_compact {
  amine_layout layout;   /* that was asked for */
  int n_tracts, n_units; /* 0 units without tracts */
  am_tract *tracts;
  am_unit *units;
} am_compact;

#endif
