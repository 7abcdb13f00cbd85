/* What a synapse rule may look at, 16 synapses at a time, the step of an ordinary trace, and the
 * change of a weight. */
#ifndef AMINE_KERNEL_SYNAPSE_SEEN_H
#define AMINE_KERNEL_SYNAPSE_SEEN_H

#include <stddef.h>

#include "base/vec.h"
#include "kernel/real.h"
#include "kernel/synapse.h"

typedef struct synapse_seen {
  vec w, x[AM_SYNAPSE_TRACES], y[AM_SYNAPSE_TRACES];
  vec M;            /* the third factor */
  const am_real *k; /* constants of the rule */
} synapse_seen;

/* y decayed by one step. What is below 1e-30 is 0: subnormal numbers are slow. */
VEC_INLINE vec synapse_decayed(vec y, real decay) {
  y = v_mul(y, v_set1(decay));
  return v_select(v_lt(y, v_set1((real)1e-30)), v_zero(), y);
}

/* From one step to the next: y + how often it fired, or 1, where it did; then a step of decay. */
VEC_INLINE void synapse_step(am_real *y, const am_real *fired, const am_real *k, int n) {
  const vec adds = v_set1(k[1]), one = v_set1(1);
  for (int i = 0; i < n; i += VEC_LANES) {
    const vec now = v_load(y + i), times = v_load(fired + i);
    const vec jumped = v_fma(adds, now, v_fma(adds, v_sub(times, one), one));
    v_store(y + i, synapse_decayed(v_select(v_lt(v_zero(), times), jumped, now), k[0]));
  }
}

VEC_INLINE vec synapse_bound(vec w, const am_real *k) {
  return v_min(v_max(w, v_set1(k[AM_SYNAPSE_W_MIN])), v_set1(k[AM_SYNAPSE_W_MAX]));
}

/* a + da; *low: what a was short of, then what the sum is */
VEC_INLINE vec synapse_carry(vec a, vec da, vec *low) {
  const vec y = v_add(da, *low), t = v_add(a, y), part = v_sub(t, a);
  *low = v_add(v_sub(a, v_sub(t, part)), v_sub(y, part)); /* exactly a + y - t */
  return t;
}

/* The same of a weight, within its bounds. */
VEC_INLINE vec synapse_carry_weight(vec w, vec dw, vec *low, const am_real *k) {
  const vec t = synapse_carry(w, dw, low), bounded = synapse_bound(t, k), zero = v_zero();
  *low = v_select(v_lt(bounded, t), zero, v_select(v_lt(t, bounded), zero, *low));
  return bounded;
}

#endif
