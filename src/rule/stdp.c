/* Pair-based spike-timing-dependent plasticity ("stdp"):
 *
 *     a spike arrives:      w <- w - M A_minus y         y' = -y / tau_minus, + 1 at target spikes
 *     the target fires:     w <- w + M A_plus x          x' = -x / tau_plus,  + 1 at arrivals
 *
 * Nearest: a spike sets its trace to 1 instead of adding 1. An arrival in the step in which the
 * target fires counts as just before it: + A_plus, no depression.
 * Source: Song, Miller, Abbott 2000, doi:10.1038/78829; Morrison et al. 2008,
 * doi:10.1007/s00422-008-0233-1 (pairing schemes). */
#define SYNAPSE_NAME stdp
#define SYNAPSE_ELIGIBILITY 0
#define SYNAPSE_TRACES 1
#include "kernel/synapse_seen.h"

enum { A_PLUS = AM_SYNAPSE_OWN, A_MINUS };

static vec synapse_arrive(const synapse_seen *s) {
  return v_mul(v_mul(s->M, v_set1(-s->k[A_MINUS])), s->y[0]);
}

static vec synapse_fire(const synapse_seen *s) {
  return v_mul(v_mul(s->M, v_set1(s->k[A_PLUS])), s->x[0]);
}

#include "kernel/synapse_pass.h"
