/* Inhibitory plasticity that balances its target ("istdp"):
 *
 *     a spike arrives:    w <- w + M eta (y - 2 rho0 tau)
 *     the target fires:   w <- w + M eta x
 *
 * x and y decay with tau and jump by 1. The target's rate settles near rho0. Weights of a
 * conductance are positive. Source: Vogels et al. 2011, doi:10.1126/science.1211095. */
#define SYNAPSE_NAME istdp
#define SYNAPSE_ELIGIBILITY 0
#define SYNAPSE_TRACES 1
#include "kernel/synapse_seen.h"

enum { ETA = AM_SYNAPSE_OWN, ALPHA };

static vec synapse_arrive(const synapse_seen *s) {
  return v_mul(v_mul(s->M, v_set1(s->k[ETA])), v_sub(s->y[0], v_set1(s->k[ALPHA])));
}

static vec synapse_fire(const synapse_seen *s) {
  return v_mul(v_mul(s->M, v_set1(s->k[ETA])), s->x[0]);
}

#include "kernel/synapse_pass.h"
