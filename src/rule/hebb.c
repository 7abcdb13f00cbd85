/* Hebb with depression ("hebb"):
 *
 *     a spike arrives and the target fires in the same step:   w <- w + M eta
 *     a spike arrives and it does not:                         w <- w - M eta / 2
 *
 * y[0] is 1 in the step in which the target fires, so the arrivals are looked at after the neurons.
 * Source: Hebb 1949, with the presynaptically gated depression of Stent 1973,
 * doi:10.1073/pnas.70.4.997. */
#define SYNAPSE_NAME hebb
#define SYNAPSE_ELIGIBILITY 0
#define SYNAPSE_TRACES 1
#define SYNAPSE_OWN_TRACE
#include "kernel/synapse_seen.h"

static vec synapse_arrive(const synapse_seen *s) {
  const vec eta = v_mul(s->M, v_set1(s->k[AM_SYNAPSE_OWN]));
  return v_mul(eta, v_fma(v_set1((real)1.5), s->y[0], v_set1((real)-0.5)));
}

static vec synapse_fire(const synapse_seen *s) {
  (void)s;
  return v_zero();
}

static void synapse_trace(am_real *y0, am_real *y1, const am_real *fired, const am_real *k, int n) {
  (void)y1, (void)k;
  for (int i = 0; i < n; i += VEC_LANES) v_store(y0 + i, v_min(v_load(fired + i), v_set1(1)));
}

#include "kernel/synapse_pass.h"
