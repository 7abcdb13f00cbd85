/* Inhibitory plasticity that balances its target ("istdp"):
 *
 *     a spike arrives:    w <- w + M eta (y - 2 rho0 tau)
 *     the target fires:   w <- w + M eta x
 *
 * x and y decay with tau and jump by 1. The target's rate settles near rho0. Weights of a
 * conductance are positive. Source: Vogels et al. 2011, doi:10.1126/science.1211095. */
#include "rule/synapse.h"

/* Constants of the passes. */
enum { ETA = AM_SYNAPSE_OWN, ALPHA };

#ifdef AMINE_ISA /* the passes, once for each instruction set */
#define SYNAPSE_NAME istdp
#define SYNAPSE_ELIGIBILITY 0
#define SYNAPSE_TRACES 1
#include "kernel/synapse_seen.h"

static vec synapse_arrive(const synapse_seen *s) {
  return v_mul(v_mul(s->M, v_set1(s->k[ETA])), v_sub(s->y[0], v_set1(s->k[ALPHA])));
}

static vec synapse_fire(const synapse_seen *s) {
  return v_mul(v_mul(s->M, v_set1(s->k[ETA])), s->x[0]);
}

#include "kernel/synapse_pass.h"

#else /* the part */

/* Its values, in the order of the table. */
enum { LEARNING_RATE = AM_VALUES_COMMON, RHO_0, TAU };

static const amine_parameter parameters[] = {
    AM_SYNAPSE_COMMON(0, 10),
    [LEARNING_RATE] = AM_SYNAPSE_AMPLITUDE("eta", 0.01, "learning rate"),
    [RHO_0] = AM_NUMBER("rho0_hz", 3, 0, 1e3, "Hz", "rate that the target is brought to"),
    [TAU] = AM_SYNAPSE_TAU("tau_ms", 20, "of both traces"),
    {0}};

static void setup(double *k, const double *v, double dt_ms) {
  am_synapse_trace_set(k + AM_SYNAPSE_X, v[TAU], dt_ms, 1);
  am_synapse_trace_set(k + AM_SYNAPSE_Y, v[TAU], dt_ms, 1);
  k[ETA] = v[LEARNING_RATE];
  k[ALPHA] = 2 * v[RHO_0] * v[TAU] * 1e-3;
}

static double change(const double *v) { return am_synapse_largest(v + LEARNING_RATE, 1); }

AM_SYNAPSE_DECLARE(istdp);
const am_synapse_rule am_istdp_synapse = {
    .part =
        {.kind = AM_SYNAPSE,
         .name = "istdp",
         .meaning = "inhibitory plasticity toward a target rate",
         .equation =
             "a spike arrives: w <- w + M eta (y - 2 rho0 tau); the target fires: w <- w + M eta x",
         .source = "Vogels et al. 2011, doi:10.1126/science.1211095",
         .text = am_synapse_text_istdp,
         .parameters = parameters},
    .others = "inhibitory-stdp|vogels",
    .of_inhibitory = 1,
    .n_x = 1,
    .n_y = 1,
    .fires = 1,
    .setup = setup,
    .change = change,
    .wide = am_synapse_trace_istdp_wide,
    .kernels = AM_ISA_TABLE(am_synapse_istdp)};
#endif
