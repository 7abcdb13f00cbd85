/* STDP multiplied by a reward that is an impulse ("mstdp"), and through an eligibility trace
 * ("mstdpet"). With zeta(t) what the spikes of step t would do to the eligibility of rule/da_stdp.c:
 *
 *     "mstdp"      w <- w + gamma r zeta            zeta of the step that has just ended
 *     "mstdpet"    w <- w + gamma r z               z <- z e^{-dt / tau_z} + zeta / tau_z
 *
 * The passes are those of da_stdp.c, in which w' = gamma c (d - b) and d is an impulse. Source:
 * Florian 2007, doi:10.1162/neco.2007.19.6.1468. */
#include <math.h>

#include "kernel/exponential.h"
#include "rule/synapse.h"

enum { A_PLUS = AM_SYNAPSE_OWN, A_MINUS }; /* as in da_stdp.c */

/* The values of both, in the order of their tables. */
enum { GAMMA = AM_VALUES_COMMON, PAIR_PLUS, PAIR_MINUS, TAU_PLUS, TAU_MINUS, NEAREST, TAU_Z };

#define ROWS(rate)                                                                                 \
  AM_SYNAPSE_COMMON(0, 5), AM_SYNAPSE_AMPLITUDE("gamma", rate, "learning rate"),                   \
      AM_SYNAPSE_AMPLITUDE("a_plus", 1, "of a pair without delay"),                                \
      AM_SYNAPSE_AMPLITUDE("a_minus", 1, "negative, of a pair without delay"),                     \
      AM_SYNAPSE_TAU("tau_plus_ms", 20, "of the source's trace"),                                  \
      AM_SYNAPSE_TAU("tau_minus_ms", 20, "of the target's trace"), AM_SYNAPSE_NEAREST

static const amine_parameter mstdp_parameters[] = {ROWS(0.1), {0}};
static const amine_parameter mstdpet_parameters[] = {
    ROWS(0.625), AM_SYNAPSE_TAU("tau_z_ms", 25, "of the eligibility trace"), {0}};

static void mstdp_setup(double *k, const double *v, double dt_ms) {
  am_synapse_trace_set(k + AM_SYNAPSE_X, v[TAU_PLUS], dt_ms, v[NEAREST] < 0.5);
  am_synapse_trace_set(k + AM_SYNAPSE_Y, v[TAU_MINUS], dt_ms, v[NEAREST] < 0.5);
  k[A_PLUS] = v[PAIR_PLUS];
  k[A_MINUS] = v[PAIR_MINUS];
}

/* What a step adds to z counts in full for a reward at its end. */
static void mstdpet_setup(double *k, const double *v, double dt_ms) {
  const double whole = am_exp(dt_ms / v[TAU_Z]) / v[TAU_Z];
  mstdp_setup(k, v, dt_ms);
  k[A_PLUS] = v[PAIR_PLUS] * whole;
  k[A_MINUS] = v[PAIR_MINUS] * whole;
}

static double mstdp_change(const double *v) {
  return fabs(v[GAMMA]) * am_synapse_largest(v + PAIR_PLUS, 2);
}
static double mstdpet_change(const double *v) { return mstdp_change(v) / v[TAU_Z]; }

static am_dopamine mstdp_dopamine(const double *v) { return (am_dopamine){.gamma = v[GAMMA]}; }
static am_dopamine mstdpet_dopamine(const double *v) {
  return (am_dopamine){.gamma = v[GAMMA], .tau_c_ms = v[TAU_Z]};
}

AM_SYNAPSE_DECLARE(da_stdp);
const am_synapse_rule am_mstdp_synapse = {
    .part = {.kind = AM_SYNAPSE,
             .name = "mstdp",
             .meaning = "STDP multiplied by the reward of its step",
             .equation = "w <- w + gamma r zeta; zeta is what the step's spikes do to the "
                         "eligibility of da-stdp",
             .source = "Florian 2007, doi:10.1162/neco.2007.19.6.1468",
             .text = am_synapse_text_mstdp,
             .parameters = mstdp_parameters},
    .n_x = 1,
    .n_y = 1,
    .fires = 1,
    .setup = mstdp_setup,
    .change = mstdp_change,
    .dopamine = mstdp_dopamine,
    .wide = am_synapse_trace_da_stdp_wide,
    .kernels = AM_ISA_TABLE(am_synapse_da_stdp)};

const am_synapse_rule am_mstdpet_synapse = {
    .part = {.kind = AM_SYNAPSE,
             .name = "mstdpet",
             .meaning = "STDP with an eligibility trace, multiplied by rewards as they come",
             .equation = "w <- w + gamma r z; z <- z e^{-dt / tau_z} + zeta / tau_z; zeta as of "
                         "mstdp",
             .source = "Florian 2007, doi:10.1162/neco.2007.19.6.1468",
             .text = am_synapse_text_mstdpet,
             .parameters = mstdpet_parameters},
    .n_x = 1,
    .n_y = 1,
    .fires = 1,
    .setup = mstdpet_setup,
    .change = mstdpet_change,
    .dopamine = mstdpet_dopamine,
    .wide = am_synapse_trace_da_stdp_wide,
    .kernels = AM_ISA_TABLE(am_synapse_da_stdp)};
