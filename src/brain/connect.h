/* Which neurons a projection joins: the rows of its synapses, drawn one source at a time.
 *
 * A row is a pure function of (seed, projection, source), so it can be drawn as often as it is
 * needed and nothing but the finished blocks is ever stored. */
#ifndef AMINE_BRAIN_CONNECT_H
#define AMINE_BRAIN_CONNECT_H

#include "brain/brain.h"

/* What is remembered of amine_brain_connect. */
struct am_connection {
  amine_connect kind;
  double probability, radius, velocity;
  int n_out, n_in, self;
  uint32_t delay, delay_max; /* steps */
  /* _LIST, sorted by (source, order given); _IN, by (source, target); _TOTAL, rows alone */
  size_t n_pairs;
  uint32_t *pair_row;        /* [sources + 1] */
  uint32_t *pair_target;     /* [n_pairs] */
  float *pair_weight;        /* [n_pairs] or NULL */
  uint64_t *gap;             /* [AM_GAPS] for `probability`: 2^32 (1 - (1 - p)^(k + 1)) */
  double *hit;               /* [AM_HITS] for a rare one instead: 1 - (1 - p)^(2^j) */
  bool draws_weights;
  amine_draw weights;    /* if so */
  uint32_t *delay_below; /* [delay_max - delay] 2^32 P(steps <= delay + k), or NULL: uniform */
};

#define AM_GAPS 1024
#define AM_HITS 32
#define AM_RARE 0x1p-10 /* below this a table of gaps would end before most of them */

/* The row of one source: targets ascending unless listed. Room for as many synapses as there are
 * targets, or pairs. */
typedef struct am_row {
  uint32_t n;
  uint32_t *target, *delay;
  float *weight;
  uint64_t *seen; /* scratch: a bit for each target */
} am_row;

amine_status am_row_make(am_row *row, size_t capacity, uint32_t n_targets, amine_error *error);
void am_row_free(am_row *row);
/* Draws the pairs of AMINE_CONNECT_IN, of `sources` and `targets` neurons, in one population if
 * `within`: what a target gets is a pure function of (seed, projection, target), but rows go by
 * sources, so they are kept, 4 bytes a synapse. AMINE_ERROR_MEMORY; what was made stays in c. */
amine_status am_connect_in(am_connection *c, uint64_t seed, int projection, int sources,
                           int targets, bool within, amine_error *error);

/* How many synapses of AMINE_CONNECT_TOTAL each source has: as often as it is drawn. */
amine_status am_connect_total(am_connection *c, uint64_t seed, int projection, size_t n_total,
                              int sources, amine_error *error);
/* The chances of each number of steps, of delays that are drawn in ms. */
amine_status am_connect_delays(am_connection *c, const amine_draw *delays, double dt_ms,
                               amine_error *error);

/* Synapses of a source at most: for how many a row has room. */
size_t am_connect_widest(const amine_brain *brain, int projection);
void am_connect_row(am_row *row, const amine_brain *brain, int projection, uint32_t source);

#endif
