/* STDP gated by dopamine through an eligibility trace ("da-stdp"):
 *
 *     c' = -c / tau_c      a spike arrives:    c <- c - A_minus y
 *                          the target fires:   c <- c + A_plus x
 *     d' = -d / tau_d      a reward r:         d <- d + r
 *     w' = c (d - b)       w in [w_min, w_max]
 *
 * x decays with tau_plus and jumps by 1 (nearest: is set to 1) at arrivals, y with tau_minus at
 * target spikes. w follows in closed form whenever a spike touches the synapse (kernel/synapse.h),
 * and is clipped at each touch. Instead of d, a chemical modulator's level may drive it (factor).
 *
 * The discrete form (read_ms > 0) is that of the paper's program: c and w change only every
 * read_ms, w <- w + c (d - b) read_ms,   then   c <- c e^{-read_ms / tau_c} with the d of that
 * moment, after the arrivals of the step that ends there and before its spikes. Source: Izhikevich
 * 2007, doi:10.1093/cercor/bhl152.
 *
 * The same passes serve two rules in which a reward is an impulse: rule/mstdp.c. */
#include "rule/synapse.h"

/* Constants of the passes. */
enum { A_PLUS = AM_SYNAPSE_OWN, A_MINUS };

#ifdef AMINE_ISA /* the passes, once for each instruction set */
#define SYNAPSE_NAME da_stdp
#define SYNAPSE_ELIGIBILITY 1
#define SYNAPSE_TRACES 1
#include "kernel/synapse_seen.h"

static vec synapse_arrive(const synapse_seen *s) { return v_mul(v_set1(-s->k[A_MINUS]), s->y[0]); }

static vec synapse_fire(const synapse_seen *s) { return v_mul(v_set1(s->k[A_PLUS]), s->x[0]); }

#include "kernel/synapse_pass.h"

#else /* the part */

/* Its values, in the order of the table. */
enum {
  TAU_C = AM_VALUES_COMMON,
  TAU_D,
  BASE,
  PAIR_PLUS,
  PAIR_MINUS,
  TAU_PLUS,
  TAU_MINUS,
  NEAREST,
  READ
};

static const amine_parameter parameters[] = {
    AM_SYNAPSE_COMMON(0, 4),
    [TAU_C] = AM_SYNAPSE_TAU("tau_c_ms", 1000, "of the eligibility trace"),
    [TAU_D] = AM_SYNAPSE_TAU("tau_d_ms", 200, "of dopamine after a reward"),
    [BASE] = AM_SYNAPSE_AMPLITUDE("b", 0, "dopamine at which nothing changes"),
    [PAIR_PLUS] = AM_SYNAPSE_AMPLITUDE("a_plus", 0.1, "eligibility of a pair without delay"),
    [PAIR_MINUS] =
        AM_SYNAPSE_AMPLITUDE("a_minus", 0.15, "negative eligibility of a pair without delay"),
    [TAU_PLUS] = AM_SYNAPSE_TAU("tau_plus_ms", 20, "of the source's trace"),
    [TAU_MINUS] = AM_SYNAPSE_TAU("tau_minus_ms", 20, "of the target's trace"),
    [NEAREST] = AM_SYNAPSE_NEAREST,
    [READ] =
        AM_NUMBER("read_ms", 0, 0, 1e6, "ms",
                  "weight and eligibility change only so often, in whole steps; 0: continuously"),
    {0}};

static void setup(double *k, const double *v, double dt_ms) {
  am_synapse_trace_set(k + AM_SYNAPSE_X, v[TAU_PLUS], dt_ms, v[NEAREST] < 0.5);
  am_synapse_trace_set(k + AM_SYNAPSE_Y, v[TAU_MINUS], dt_ms, v[NEAREST] < 0.5);
  k[A_PLUS] = v[PAIR_PLUS];
  k[A_MINUS] = v[PAIR_MINUS];
}

static double change(const double *v) { return am_synapse_largest(v + PAIR_PLUS, 2); }

static am_dopamine dopamine(const double *v) {
  return (am_dopamine){
      .tau_c_ms = v[TAU_C], .tau_d_ms = v[TAU_D], .base = v[BASE], .gamma = 1, .read_ms = v[READ]};
}

AM_SYNAPSE_DECLARE(da_stdp);
const am_synapse_rule am_da_stdp_synapse = {
    .part =
        {.kind = AM_SYNAPSE,
         .name = "da-stdp",
         .meaning = "STDP gated by dopamine through an eligibility trace",
         .equation =
             "a spike arrives: c <- c - A_minus y; the target fires: c <- c + A_plus x; c' = -c / "
             "tau_c; d' = -d / tau_d, d + r at a reward r; w' = c (d - b)",
         .source = "Izhikevich 2007, doi:10.1093/cercor/bhl152",
         .text = am_synapse_text_da_stdp,
         .parameters = parameters},
    .others = "dopamine-stdp|stdp-da|r-stdp|rstdp|reward-stdp|reward-modulated-stdp",
    .factor = AMINE_FACTOR_SIGNED,
    .n_x = 1,
    .n_y = 1,
    .fires = 1,
    .setup = setup,
    .change = change,
    .dopamine = dopamine,
    .wide = am_synapse_trace_da_stdp_wide,
    .kernels = AM_ISA_TABLE(am_synapse_da_stdp)};
#endif
