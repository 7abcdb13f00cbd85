/* The hot loops of a brain that belong to no model and no rule. */
#ifndef AMINE_BRAIN_PASS_H
#define AMINE_BRAIN_PASS_H

#include <stdint.h>

#include "kernel/isa.h"
#include "kernel/real.h"

/* Who draws: see kernel/philox.h. `index` is the first neuron's number in its population, a
 * multiple of 16. */
typedef struct am_draw {
  uint64_t seed, step;
  uint32_t population, index;
} am_draw;

/* A Poisson distribution as its cumulative probabilities P(X <= k), 64 bits each: the number drawn
 * is how many of them are not above a uniform number of 64 bits. The upper 32 bits of the first
 * `common` decide all but the draws that reach every one of these: those are few, and are looked up
 * in the whole table, so that what is rare comes as rarely as it should. */
typedef struct am_poisson_table {
  int n, common;
  uint64_t *below; /* [n] */
  uint32_t *above; /* [common] */
} am_poisson_table;

/* How weights change by themselves: by factors, and by what is taken off |w|, which stops at 0. */
typedef struct am_rescaling {
  const am_real *scale; /* [targets], or NULL: 1 */
  am_real decay, loss;
  am_real w_min, w_max;
} am_rescaling;

/* All n are multiples of 16 unless they are said to be exact. */
typedef struct am_brain_pass {
  /* in += weight count; count = 0 */
  void (*take_counts)(am_real *in, uint16_t *count, am_real weight, uint32_t n);
  /* in += quantum sum; sum = 0 */
  void (*take_quanta)(am_real *in, int32_t *sum, am_real quantum, uint32_t n);
  /* current = factor (mean + uniform (U - 1/2) + extra); extra may be NULL; 0 beyond exactly n */
  void (*current)(am_real *current, const am_real *extra, am_real mean, am_real uniform,
                  am_real factor, const am_draw *draw, uint32_t n);
  /* in += weight * (a Poisson number), for exactly n; of a stream of numbers of its own */
  void (*poisson)(am_real *in, const am_poisson_table *table, uint32_t stream, am_real weight,
                  const am_draw *draw, uint32_t n);
  /* next = now decayed by k[0] */
  void (*decay)(am_real *next, const am_real *now, const am_real *k, uint32_t n);
  /* u *= facil, R = 1 - (1 - R) rec */
  void (*recover)(am_real *u, am_real *R, am_real facil, am_real rec, uint32_t n);
  /* w = bound(less(w decay scale[target])), exactly n */
  void (*rescale)(am_real *w, const uint16_t *target, const am_rescaling *is, uint32_t n);
  /* The same where so little changes that w needs its `low` (kernel/synapse.h): scale and decay are
   * given less 1 */
  void (*rescale_kept)(am_real *w, am_real *low, const uint16_t *target, const am_rescaling *is,
                       uint32_t n);
} am_brain_pass;

extern const am_brain_pass *const am_brain_passes[AM_N_ISA];

#endif
