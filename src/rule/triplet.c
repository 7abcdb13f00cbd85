/* Triplet spike-timing-dependent plasticity, all-to-all ("triplet"):
 *
 *     a spike arrives:    w <- w - M y1 (A2_minus + A3_minus x2)      x2 before this arrival
 *     the target fires:   w <- w + M x1 (A2_plus + A3_plus y2)        y2 before this spike
 *
 * x1, x2 decay with tau_plus, tau_x and jump by 1 at arrivals; y1, y2 with tau_minus, tau_y at
 * target spikes. Source: Pfister and Gerstner 2006, doi:10.1523/JNEUROSCI.1425-06.2006, eq. 1 to 4.
 */
#include "rule/synapse.h"

/* Constants of the passes. */
enum { A2_PLUS = AM_SYNAPSE_OWN, A3_PLUS, A2_MINUS, A3_MINUS };

#ifdef AMINE_ISA /* the passes, once for each instruction set */
#define SYNAPSE_NAME triplet
#define SYNAPSE_ELIGIBILITY 0
#define SYNAPSE_TRACES 2
#include "kernel/synapse_seen.h"

static vec synapse_arrive(const synapse_seen *s) {
  const vec a = v_fma(v_set1(s->k[A3_MINUS]), s->x[1], v_set1(s->k[A2_MINUS]));
  return v_mul(v_mul(v_sub(v_zero(), s->M), s->y[0]), a);
}

static vec synapse_fire(const synapse_seen *s) {
  const vec a = v_fma(v_set1(s->k[A3_PLUS]), s->y[1], v_set1(s->k[A2_PLUS]));
  return v_mul(v_mul(s->M, s->x[0]), a);
}

#include "kernel/synapse_pass.h"

#else /* the part */

/* Its values, in the order of the table. */
enum { AMPLITUDES = AM_VALUES_COMMON, TAU_PLUS = AMPLITUDES + 4, TAU_X, TAU_MINUS, TAU_Y };

static const amine_parameter parameters[] = {
    AM_SYNAPSE_COMMON(0, 1),
    [AMPLITUDES] = AM_SYNAPSE_AMPLITUDE("a2_plus", 5e-10, "pair potentiation"),
    AM_SYNAPSE_AMPLITUDE("a3_plus", 6.2e-3, "triplet potentiation"),
    AM_SYNAPSE_AMPLITUDE("a2_minus", 7e-3, "pair depression"),
    AM_SYNAPSE_AMPLITUDE("a3_minus", 2.3e-4, "triplet depression"),
    [TAU_PLUS] = AM_SYNAPSE_TAU("tau_plus_ms", 16.8, "of the source's fast trace"),
    [TAU_X] = AM_SYNAPSE_TAU("tau_x_ms", 101, "of the source's slow trace"),
    [TAU_MINUS] = AM_SYNAPSE_TAU("tau_minus_ms", 33.7, "of the target's fast trace"),
    [TAU_Y] = AM_SYNAPSE_TAU("tau_y_ms", 125, "of the target's slow trace"),
    {0}};

static void setup(double *k, const double *v, double dt_ms) {
  am_synapse_trace_set(k + AM_SYNAPSE_X, v[TAU_PLUS], dt_ms, 1);
  am_synapse_trace_set(k + AM_SYNAPSE_X + 2, v[TAU_X], dt_ms, 1);
  am_synapse_trace_set(k + AM_SYNAPSE_Y, v[TAU_MINUS], dt_ms, 1);
  am_synapse_trace_set(k + AM_SYNAPSE_Y + 2, v[TAU_Y], dt_ms, 1);
  for (int l = 0; l < 4; l++) k[A2_PLUS + l] = v[AMPLITUDES + l];
}

static double change(const double *v) { return am_synapse_largest(v + AMPLITUDES, 4); }

AM_SYNAPSE_DECLARE(triplet);
const am_synapse_rule am_triplet_synapse = {
    .part = {.kind = AM_SYNAPSE,
             .name = "triplet",
             .meaning = "triplet spike-timing-dependent plasticity",
             .equation = "a spike arrives: w <- w - M y1 (A2_minus + A3_minus x2); the target "
                         "fires: w <- w + M "
                         "x1 (A2_plus + A3_plus y2)",
             .source = "Pfister, Gerstner 2006, doi:10.1523/JNEUROSCI.1425-06.2006",
             .text = am_synapse_text_triplet,
             .parameters = parameters},
    .others = "triplet-stdp|stdp-triplet",
    .n_x = 2,
    .n_y = 2,
    .fires = 1,
    .setup = setup,
    .change = change,
    .wide = am_synapse_trace_triplet_wide,
    .kernels = AM_ISA_TABLE(am_synapse_triplet)};
#endif
