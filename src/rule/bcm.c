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
#include "rule/synapse.h"

/* Constants of the passes. */
enum { ETA = AM_SYNAPSE_OWN, JUMP, RATE_THETA, THETA_MIN, THETA_MAX };

#ifdef AMINE_ISA /* the passes, once for each instruction set */
#define SYNAPSE_NAME bcm
#define SYNAPSE_ELIGIBILITY 0
#define SYNAPSE_TRACES 2
#define SYNAPSE_OWN_TRACE
#include "kernel/synapse_seen.h"

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

#else /* the part */
#include "kernel/exponential.h"

/* Its values, in the order of the table. */
enum { LEARNING_RATE = AM_VALUES_COMMON, TARGET_RATE, TAU_THETA, TAU_RATE, LEAST, MOST };

static const amine_parameter parameters[] = {
    AM_SYNAPSE_COMMON(-1, 1),
    [LEARNING_RATE] = AM_SYNAPSE_AMPLITUDE("eta", 0.001, "learning rate"),
    [TARGET_RATE] = AM_NUMBER("bcm_target_rate_hz", 5, 1e-3, 1e3, "Hz", "unit of the rate"),
    [TAU_THETA] = AM_SYNAPSE_TAU("bcm_tau_ms", 1000, "of the threshold"),
    [TAU_RATE] = AM_SYNAPSE_TAU("tau_rate_ms", 100, "over which the rate is taken"),
    [LEAST] = AM_NUMBER("theta_min", 0.1, 0, 1e3, "1", "lower bound of the threshold"),
    [MOST] = AM_NUMBER("theta_max", 2, 0, 1e3, "1", "upper bound of the threshold"),
    {0}};

static void setup(double *k, const double *v, double dt_ms) {
  am_synapse_trace_set(k + AM_SYNAPSE_Y, v[TAU_RATE], dt_ms, 1);
  k[ETA] = v[LEARNING_RATE];
  k[JUMP] = 1e3 / (v[TAU_RATE] * v[TARGET_RATE]); /* a spike adds 1 / tau_rate to the rate */
  k[RATE_THETA] = -am_expm1(-dt_ms / v[TAU_THETA]);
  k[THETA_MIN] = v[LEAST];
  k[THETA_MAX] = v[MOST];
}

static double change(const double *v) { return am_synapse_largest(v + LEARNING_RATE, 1); }

AM_SYNAPSE_DECLARE(bcm);
const am_synapse_rule am_bcm_synapse = {
    .part = {.kind = AM_SYNAPSE,
             .name = "bcm",
             .meaning = "Bienenstock–Cooper–Munro with a sliding threshold",
             .equation =
                 "a spike arrives: w <- w + M eta r (r - theta); r = rate / target_rate; tau_theta "
                 "theta' = r^2 - theta",
             .source = "Bienenstock, Cooper, Munro 1982, doi:10.1523/JNEUROSCI.02-01-00032.1982",
             .text = am_synapse_text_bcm,
             .parameters = parameters},
    .n_y = 2,
    .y_initial = {0, 1},
    .rate = RATE_THETA,
    .setup = setup,
    .change = change,
    .wide = am_synapse_trace_bcm_wide,
    .kernels = AM_ISA_TABLE(am_synapse_bcm)};
#endif
