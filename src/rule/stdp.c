/* Pair-based spike-timing-dependent plasticity ("stdp"):
 *
 *     a spike arrives:      w <- w - M A_minus y         y' = -y / tau_minus, + 1 at target spikes
 *     the target fires:     w <- w + M A_plus x          x' = -x / tau_plus,  + 1 at arrivals
 *
 * Nearest: a spike sets its trace to 1 instead of adding 1. An arrival in the step in which the
 * target fires counts as just before it: + A_plus, no depression.
 * Source: Song, Miller, Abbott 2000, doi:10.1038/78829; Morrison et al. 2008,
 * doi:10.1007/s00422-008-0233-1 (pairing schemes). */
#include "rule/synapse.h"

/* Constants of the passes. */
enum { A_PLUS = AM_SYNAPSE_OWN, A_MINUS };

#ifdef AMINE_ISA /* the passes, once for each instruction set */
#define SYNAPSE_NAME stdp
#define SYNAPSE_ELIGIBILITY 0
#define SYNAPSE_TRACES 1
#include "kernel/synapse_seen.h"

static vec synapse_arrive(const synapse_seen *s) {
  return v_mul(v_mul(s->M, v_set1(-s->k[A_MINUS])), s->y[0]);
}

static vec synapse_fire(const synapse_seen *s) {
  return v_mul(v_mul(s->M, v_set1(s->k[A_PLUS])), s->x[0]);
}

#include "kernel/synapse_pass.h"

#else /* the part */

/* Its values, in the order of the table. */
enum { PAIR_PLUS = AM_VALUES_COMMON, PAIR_MINUS, TAU_PLUS, TAU_MINUS, NEAREST };

static const amine_parameter parameters[] = {
    AM_SYNAPSE_COMMON(0, 1),
    [PAIR_PLUS] = AM_SYNAPSE_AMPLITUDE("a_plus", 0.01, "potentiation of a pair without delay"),
    [PAIR_MINUS] = AM_SYNAPSE_AMPLITUDE("a_minus", 0.012, "depression of a pair without delay"),
    [TAU_PLUS] = AM_SYNAPSE_TAU("tau_plus_ms", 20, "of the source's trace"),
    [TAU_MINUS] = AM_SYNAPSE_TAU("tau_minus_ms", 20, "of the target's trace"),
    [NEAREST] = AM_SYNAPSE_NEAREST,
    {0}};

static void setup(double *k, const double *v, double dt_ms) {
  am_synapse_trace_set(k + AM_SYNAPSE_X, v[TAU_PLUS], dt_ms, v[NEAREST] < 0.5);
  am_synapse_trace_set(k + AM_SYNAPSE_Y, v[TAU_MINUS], dt_ms, v[NEAREST] < 0.5);
  k[A_PLUS] = v[PAIR_PLUS];
  k[A_MINUS] = v[PAIR_MINUS];
}

static double change(const double *v) { return am_synapse_largest(v + PAIR_PLUS, 2); }

AM_SYNAPSE_DECLARE(stdp);
const am_synapse_rule am_stdp_synapse = {
    .part = {.kind = AM_SYNAPSE,
             .name = "stdp",
             .meaning = "pair-based spike-timing-dependent plasticity",
             .equation = "a spike arrives: w <- w - M A_minus y; the target fires: w <- w + M "
                         "A_plus x; x' = -x / "
                         "tau_plus, + 1 at arrivals, y' = -y / tau_minus, + 1 at target spikes",
             .source = "Song, Miller, Abbott 2000, doi:10.1038/78829",
             .text = am_synapse_text_stdp,
             .parameters = parameters},
    .others = "pair-stdp|spike-timing|spike-timing-dependent-plasticity",
    .n_x = 1,
    .n_y = 1,
    .fires = 1,
    .setup = setup,
    .change = change,
    .wide = am_synapse_trace_stdp_wide,
    .kernels = AM_ISA_TABLE(am_synapse_stdp)};
#endif
