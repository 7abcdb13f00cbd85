/* Triplet spike-timing-dependent plasticity, all-to-all ("triplet"):
 *
 *     a spike arrives:    w <- w - M y1 (A2_minus + A3_minus x2)      x2 before this arrival
 *     the target fires:   w <- w + M x1 (A2_plus + A3_plus y2)        y2 before this spike
 *
 * x1, x2 decay with tau_plus, tau_x and jump by 1 at arrivals; y1, y2 with tau_minus, tau_y at
 * target spikes. Source: Pfister and Gerstner 2006, doi:10.1523/JNEUROSCI.1425-06.2006, eq. 1 to 4.
 */
#define SYNAPSE_NAME triplet
#define SYNAPSE_ELIGIBILITY 0
#define SYNAPSE_TRACES 2
#include "kernel/synapse_seen.h"

enum { A2_PLUS = AM_SYNAPSE_OWN, A3_PLUS, A2_MINUS, A3_MINUS };

static vec synapse_arrive(const synapse_seen *s) {
  const vec a = v_fma(v_set1(s->k[A3_MINUS]), s->x[1], v_set1(s->k[A2_MINUS]));
  return v_mul(v_mul(v_sub(v_zero(), s->M), s->y[0]), a);
}

static vec synapse_fire(const synapse_seen *s) {
  const vec a = v_fma(v_set1(s->k[A3_PLUS]), s->y[1], v_set1(s->k[A2_PLUS]));
  return v_mul(v_mul(s->M, s->x[0]), a);
}

#include "kernel/synapse_pass.h"
