/* Pair-based spike-timing-dependent plasticity that depends on the weight ("stdp-weight"):
 *
 *     a spike arrives:      w <- w - M A_minus u^mu_minus y          y' = -y / tau_minus, + 1 at target spikes
 *     the target fires:     w <- w + M A_plus (1 - u)^mu_plus x      x' = -x / tau_plus,  + 1 at arrivals
 *     u = (w - w_min) / (w_max - w_min)
 *
 * The paper's f_+ = (1 - w)^mu and f_- = alpha w^mu, of which A_plus is lambda and A_minus is lambda
 * alpha, both times w_max - w_min. mu = 0 is the additive rule ("stdp", with 0^0 = 1), mu = 1 the
 * multiplicative one; between them weights of equal input no longer run to the bounds. Traces and
 * nearest are those of "stdp".
 * Source: Gütig, Aharonov, Rotter, Sompolinsky 2003, doi:10.1523/JNEUROSCI.23-09-03697.2003. */
#include "rule/synapse.h"

/* Constants of the passes. */
enum { A_PLUS = AM_SYNAPSE_OWN, A_MINUS, MU_PLUS, MU_MINUS, SCALE };

#ifdef AMINE_ISA /* the passes, once for each instruction set */
#define SYNAPSE_NAME stdp_weight
#define SYNAPSE_ELIGIBILITY 0
#define SYNAPSE_TRACES 1
#include "kernel/math.h"
#include "kernel/synapse_seen.h"

/* u^mu for u >= 0 */
VEC_INLINE vec power(vec u, real mu) {
  if (mu == 0) return v_set1(1);
  if (mu == 1) return u;
  const vec least = v_set1((real)1e-30);
  const vec value = v_exp(v_mul(v_set1(mu), v_log(v_max(u, least))));
  return v_select(v_lt(u, least), v_zero(), value);
}

/* How far from w_min, and from w_max, as a part of the whole way. */
VEC_INLINE vec part(vec from, vec to, const am_real *k) {
  return v_max(v_mul(v_sub(to, from), v_set1(k[SCALE])), v_zero());
}

static vec synapse_arrive(const synapse_seen *s) {
  const vec u = part(v_set1(s->k[AM_SYNAPSE_W_MIN]), s->w, s->k);
  const vec size = v_mul(v_set1(-s->k[A_MINUS]), power(u, s->k[MU_MINUS]));
  return v_mul(v_mul(s->M, size), s->y[0]);
}

static vec synapse_fire(const synapse_seen *s) {
  const vec left = part(s->w, v_set1(s->k[AM_SYNAPSE_W_MAX]), s->k);
  const vec size = v_mul(v_set1(s->k[A_PLUS]), power(left, s->k[MU_PLUS]));
  return v_mul(v_mul(s->M, size), s->x[0]);
}

#include "kernel/synapse_pass.h"

#else /* the part */

/* Its values, in the order of the table. */
enum {
  PAIR_PLUS = AM_VALUES_COMMON,
  PAIR_MINUS,
  POWER_PLUS,
  POWER_MINUS,
  TAU_PLUS,
  TAU_MINUS,
  NEAREST
};

#define POWER(name, meaning) AM_NUMBER(name, 0.02, 0, 10, "1", meaning)
static const amine_parameter parameters[] = {
    AM_SYNAPSE_COMMON(0, 1),
    [PAIR_PLUS] =
        AM_SYNAPSE_AMPLITUDE("a_plus", 0.005, "potentiation of a pair without delay at w_min"),
    [PAIR_MINUS] =
        AM_SYNAPSE_AMPLITUDE("a_minus", 0.00525, "depression of a pair without delay at w_max"),
    [POWER_PLUS] = POWER("mu_plus", "power of the way that is left to w_max; 0: none matters"),
    [POWER_MINUS] = POWER("mu_minus", "power of the way from w_min; 0: none matters"),
    [TAU_PLUS] = AM_SYNAPSE_TAU("tau_plus_ms", 20, "of the source's trace"),
    [TAU_MINUS] = AM_SYNAPSE_TAU("tau_minus_ms", 20, "of the target's trace"),
    [NEAREST] = AM_SYNAPSE_NEAREST,
    {0}};

static void setup(double *k, const double *v, double dt_ms) {
  const double way = v[AM_VALUE_W_MAX] - v[AM_VALUE_W_MIN];
  am_synapse_trace_set(k + AM_SYNAPSE_X, v[TAU_PLUS], dt_ms, v[NEAREST] < 0.5);
  am_synapse_trace_set(k + AM_SYNAPSE_Y, v[TAU_MINUS], dt_ms, v[NEAREST] < 0.5);
  k[A_PLUS] = v[PAIR_PLUS];
  k[A_MINUS] = v[PAIR_MINUS];
  k[MU_PLUS] = v[POWER_PLUS];
  k[MU_MINUS] = v[POWER_MINUS];
  k[SCALE] = way > 0 ? 1 / way : 0;
}

static double change(const double *v) { return am_synapse_largest(v + PAIR_PLUS, 2); }

AM_SYNAPSE_DECLARE(stdp_weight);
const am_synapse_rule am_stdp_weight_synapse = {
    .part = {.kind = AM_SYNAPSE,
             .name = "stdp-weight",
             .meaning = "pair-based STDP that depends on the weight by powers",
             .equation =
                 "u = (w - w_min) / (w_max - w_min); a spike arrives: w <- w - M A_minus "
                 "u^mu_minus y; the target fires: w <- w + M A_plus (1 - u)^mu_plus x; x' = "
                 "-x / tau_plus, + 1 at arrivals, y' = -y / tau_minus, + 1 at target spikes",
             .source = "Gütig, Aharonov, Rotter, Sompolinsky 2003, "
                       "doi:10.1523/JNEUROSCI.23-09-03697.2003",
             .text = am_synapse_text_stdp_weight,
             .parameters = parameters},
    .others = "nonlinear-stdp|nltah|multiplicative-stdp",
    .n_x = 1,
    .n_y = 1,
    .fires = 1,
    .setup = setup,
    .change = change,
    .wide = am_synapse_trace_stdp_weight_wide,
    .kernels = AM_ISA_TABLE(am_synapse_stdp_weight)};
#endif
