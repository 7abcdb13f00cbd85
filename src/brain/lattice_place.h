/* Where the neurons of an area stand: n different sites of a box of the 4-dimensional lattice.
 *
 * Promise: every choice of n sites is equally likely, and so is every order in which they are
 * handed out; both are a pure function of (seed, area). */
#ifndef AMINE_BRAIN_LATTICE_PLACE_H
#define AMINE_BRAIN_LATTICE_PLACE_H

#include <stdint.h>

#include "amine/status.h"

#define AM_LATTICE_EXTENT 32768 /* sites along one axis at most: their number fits in 60 bits */

/* Coordinates x, y, z, w, both ends included. */
typedef struct am_box {
  int low[4], high[4];
} am_box;

uint64_t am_box_sites(const am_box *box);

/* sites[n]: different numbers below am_box_sites(box), in random order; n at most that. */
amine_status am_lattice_draw(uint64_t *sites, int n, const am_box *box, uint64_t seed,
                             uint32_t area, amine_error *error);

/* positions[n][4] of sites[n], in the order of the lattice (x runs fastest), into which the sites
 * are brought. */
void am_lattice_positions(float *positions, uint64_t *sites, int n, const am_box *box);

#endif
