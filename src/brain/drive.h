/* What drives a part of a population and changes in time (amine_drive).
 *
 * A drive is a function of the step alone: nothing of it is saved, and every thread asks for what
 * it needs. */
#ifndef AMINE_BRAIN_DRIVE_H
#define AMINE_BRAIN_DRIVE_H

#include "brain/brain.h"

struct am_drive {
  amine_drive_kind kind;
  int receptor;
  double weight;
  uint32_t *neurons; /* [n] ascending in the population; NULL: all */
  int n;
  uint64_t *steps; /* [n_values] ascending */
  double *values;  /* [n_values] from its step on, or there and in between on a line */
  size_t n_values;
  double before; /* the first of them */
  bool ramps;
  double amplitude, period_ms, phase;
  am_poisson_table **tables; /* [n_values + 1] of AMINE_DRIVE_POISSON, NULL at rate 0 */
};

void am_drives_free(am_population *p);

/* The most that the drives of sources add to a rate; and p->most of sources with drives. */
double am_drives_largest(const am_population *p);
void am_drives_most(am_population *p, double dt_ms);

/* What a drive is worth in a step: a current, or a rate in Hz. */
double am_drive_value(const am_drive *drive, uint64_t step, double dt_ms);

/* Fills p->driven with the population's currents for n neurons from `index` on; true if they are
 * not those of the step before. */
bool am_drives_current(am_population *p, uint32_t index, uint32_t n, uint64_t step, double dt_ms,
                       bool fresh);
/* Adds the arrivals of all Poisson drives to `in`, [2][n]; `scratch` is n numbers that are 0, and
 * are again. */
void am_drives_arrive(const amine_brain *brain, const am_population *p, am_real *const *in,
                      am_real *scratch, const am_draw *draw, uint32_t n);
/* The rates of sources, where they are not those of the step before. */
void am_drives_rates(am_population *p, uint32_t index, uint32_t n, uint64_t step, double dt_ms,
                     bool fresh);

/* What a checkpoint's structure is made of, with that of all drives. */
uint32_t am_drives_structure(const am_population *p, uint32_t crc);

#endif
