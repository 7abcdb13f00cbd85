/* Bienenstock–Cooper–Munro: a threshold between depression and potentiation that follows the
 * target's activity ("bcm"):
 *
 *     r = rate / target_rate          rate: the target's spikes, low-pass filtered with tau_rate
 *     tau_theta theta' = r^2 - theta,          theta in [theta_min, theta_max]
 *     a spike arrives:    w <- w + M eta r (r - theta)
 *
 * y[0] is r, y[1] is theta, both of the past. Source: Bienenstock, Cooper, Munro 1982,
 * doi:10.1523/JNEUROSCI.02-01-00032.1982; the sliding threshold as in Cooper and Bear 2012,
 * doi:10.1038/nrn3353. */
#define SYNAPSE_NAME bcm
#define SYNAPSE_ELIGIBILITY 0
#define SYNAPSE_TRACES 2
#define SYNAPSE_OWN_TRACE
#include "kernel/synapse_seen.h"

enum { ETA = AM_SYNAPSE_OWN, JUMP, RATE_THETA, THETA_MIN, THETA_MAX };

static vec synapse_arrive(const synapse_seen *s) {
  const vec r = s->y[0], theta = s->y[1];
  return v_mul(v_mul(v_mul(s->M, v_set1(s->k[ETA])), r), v_sub(r, theta));
}

static vec synapse_fire(const synapse_seen *s) {
  (void)s;
  return v_zero();
}

static void synapse_trace(am_real *y0, am_real *y1, const am_real *fired, const am_real *k, int n) {
  const vec jump = v_set1(k[JUMP]), rate = v_set1(k[RATE_THETA]);
  for (int i = 0; i < n; i += VEC_LANES) {
    const vec jumped = v_fma(jump, v_load(fired + i), v_load(y0 + i));
    const vec r = synapse_decayed(jumped, k[AM_SYNAPSE_Y]);
    vec theta = v_load(y1 + i);
    theta = v_fma(rate, v_sub(v_mul(r, r), theta), theta);
    theta = v_min(v_max(theta, v_set1(k[THETA_MIN])), v_set1(k[THETA_MAX]));
    v_store(y0 + i, r);
    v_store(y1 + i, theta);
  }
}

#include "kernel/synapse_pass.h"
