/* Spike response neuron with escape noise ("escape").
 *
 *     u = v_rest + h + kappa       h' = (I - h) / tau_m,  h + w at an arrival
 *                                  kappa' = -kappa / tau_reset,  kappa - reset at its own spike
 *     rho = rho0 e^{(u - v_threshold) / delta_u}        fires in a step with p = 1 - e^{-rho dt}
 *
 * It fires by chance, the likelier the higher u; nothing but kappa knows of earlier spikes, so that
 * the logarithm of the probability of what it did has a simple derivative, the score of the step:
 *
 *     d ln P / du = (rho dt / delta_u) / (e^{rho dt} - 1) if it fired, else -rho dt / delta_u
 *
 * which the rule "r-max" turns into learning. Exact over a step: I is constant, arrivals jump at
 * its end. Serotonin raises v_threshold - v_rest; norepinephrine's gain multiplies the input and,
 * as u's slope against a weight, the score. Source: Gerstner, Kistler 2002, Spiking Neuron Models,
 * doi:10.1017/CBO9780511815706, ch. 5; Pfister, Toyoizumi, Barber, Gerstner 2006,
 * doi:10.1162/neco.2006.18.6.1318. */
#include "brain/neuron.h"

/* Constants of a step. */
enum { DECAY_M, K_CURRENT, DECAY_RESET, RESET, REST, THRESHOLD, PER_DELTA, RHO_DT };

#ifdef AMINE_ISA /* the step, once for each instruction set */
#include "kernel/math.h"
#include "kernel/philox.h"
#include "kernel/vector.h"

#include "base/random.h"

/* 1 - e^-r for r >= 0, where q = e^-r, with all its digits where r is small: the series to r^7, of
 * which the rest is below 2^-29 */
VEC_INLINE vec probability(vec r, vec q) {
  vec s = v_fma(r, v_set1((real)(1.0 / 5040)), v_set1((real)(-1.0 / 720)));
  s = v_fma(r, s, v_set1((real)(1.0 / 120)));
  s = v_fma(r, s, v_set1((real)(-1.0 / 24)));
  s = v_fma(r, s, v_set1((real)(1.0 / 6)));
  s = v_fma(r, s, v_set1((real)-0.5));
  s = v_fma(v_mul(r, r), s, r);
  return v_select(v_lt(r, v_set1((real)0.25)), s, v_sub(v_set1(1), q));
}

/* r / (e^r - 1) for r >= 0, where q = e^-r */
VEC_INLINE vec bernoulli(vec r, vec q) {
  const vec one = v_set1(1), r2 = v_mul(r, r);
  vec small = v_fma(r2, v_set1((real)(1.0 / 30240)), v_set1((real)(-1.0 / 720)));
  small = v_fma(r2, small, v_set1((real)(1.0 / 12)));
  small = v_fma(r2, small, v_fma(v_set1((real)-0.5), r, one));
  const vec large = v_div(v_mul(r, q), v_sub(one, q));
  return v_select(v_lt(r, v_set1((real)0.25)), small, large);
}

static int update(const am_neurons *p, uint32_t *spikes) {
  const am_real *k = p->k;
  const philox_key key = {p->seed, p->step, AM_STREAM_SOURCE, p->population};
  const philox_shared shared = philox_share(&key);
  const vec decay_m = v_set1(k[DECAY_M]), decay_reset = v_set1(k[DECAY_RESET]);
  const vec k_current = v_set1(k[K_CURRENT]), reset = v_set1(k[RESET]), rest = v_set1(k[REST]);
  const vec threshold = v_set1(k[REST] + k[THRESHOLD] * p->threshold), rho_dt = v_set1(k[RHO_DT]);
  const vec per_delta = v_set1(k[PER_DELTA]), gain = v_set1(p->gain), most = v_set1(60);
  philox_block x;
  uint32_t block = UINT32_MAX;
  int n_spikes = 0;
  for (int i = 0; i < p->n; i += VEC_LANES) {
    const uint32_t at = p->index + (uint32_t)i;
    if (block != at / 64) philox_draw(&x, &shared, block = at / 64);
    const vec in = v_add(v_load(p->in[0] + i), v_load(p->in[1] + i));
    const vec I = v_fma(k_current, v_load(p->current + i), in);
    const vec h = v_fma(decay_m, v_load(p->s[1] + i), v_mul(gain, I));
    const vec kappa = v_mul(decay_reset, v_load(p->s[2] + i));
    const vec u = v_add(v_add(rest, h), kappa);
    const vec r = v_mul(rho_dt, v_exp(v_min(v_mul(v_sub(u, threshold), per_delta), most)));
    const vec q = v_exp(v_sub(v_zero(), r));
    const vec chance = probability(r, q);
    const vmask fired = v_lt(philox_chance(&key, at, x.v[at / 16 % 4], chance), chance);
    const vec slope = v_mul(gain, per_delta);
    const vec score = v_select(fired, bernoulli(r, q), v_sub(v_zero(), r));
    v_store(p->s[0] + i, u);
    v_store(p->s[1] + i, h);
    v_store(p->s[2] + i, v_select(fired, v_sub(kappa, reset), kappa));
    v_store(p->s[3] + i, v_mul(slope, score));
    v_store(p->in[0] + i, v_zero());
    v_store(p->in[1] + i, v_zero());
    n_spikes = neurons_fire(spikes, n_spikes, fired, i, p);
  }
  return n_spikes;
}

const am_neuron_kernel AM_ISA(am_neuron_escape) = {update};

#else /* the part */
#include "kernel/exponential.h"

/* Its values, in the order of the table. */
enum { TAU_M, V_REST, V_THRESHOLD, DELTA_U, RHO_0, V_RESET, TAU_RESET };
static const amine_parameter parameters[] = {
    [TAU_M] = AM_ROW_TAU("tau_m_ms", 20, 1e-3, "membrane time constant"),
    [V_REST] = AM_ROW_VOLT("v_rest_mv", -70, "resting potential"),
    [V_THRESHOLD] = AM_ROW_VOLT("v_threshold_mv", -54, "where it fires at rho0_hz"),
    [DELTA_U] = AM_NUMBER("delta_u_mv", 2, 1e-3, 100, "mV",
                          "softness: so much higher, and the rate is e times as large"),
    [RHO_0] = AM_NUMBER("rho0_hz", 60, 1e-6, 1e6, "Hz", "rate at threshold"),
    [V_RESET] = AM_ROW_VOLT("reset_mv", 5, "what a spike takes off the potential"),
    [TAU_RESET] = AM_ROW_TAU("tau_reset_ms", 20, 1e-3, "in which that is forgotten"),
    {0}};

static void setup(double *k, double *initial, const double *v, double dt_ms) {
  k[DECAY_M] = am_neuron_decay(v[TAU_M], dt_ms);
  k[K_CURRENT] = -am_expm1(-dt_ms / v[TAU_M]);
  k[DECAY_RESET] = am_neuron_decay(v[TAU_RESET], dt_ms);
  k[RESET] = v[V_RESET];
  k[REST] = v[V_REST];
  k[THRESHOLD] = v[V_THRESHOLD] - v[V_REST];
  k[PER_DELTA] = 1 / v[DELTA_U];
  k[RHO_DT] = v[RHO_0] * dt_ms * 1e-3;
  initial[0] = v[V_REST];
}

static double slowness(const double *v, double dt_ms) {
  return am_neuron_slowness(v[TAU_M], v[TAU_RESET], 0, 0, dt_ms);
}

AM_NEURON_DECLARE(am_neuron_escape);
const am_neuron_model am_escape_model = {
    .part = {.kind = AM_NEURON,
             .name = "escape",
             .meaning = "spike response neuron that fires by chance, the likelier the higher its "
                        "potential",
             .equation = "u = v_rest + h + kappa; h' = (I - h) / tau_m; kappa' = -kappa / "
                         "tau_reset, less reset at a spike; it fires at rho0 e^{(u - v_threshold) "
                         "/ delta_u}",
             .source = "Gerstner, Kistler 2002, doi:10.1017/CBO9780511815706, ch. 5; Pfister et "
                       "al. 2006, doi:10.1162/neco.2006.18.6.1318",
             .text = am_neuron_text_escape,
             .parameters = parameters},
    .states = {"v", "h", "kappa", "score"},
    .setup = setup,
    .slowness = slowness,
    AM_NEURON_STEP(am_neuron_escape)};
#endif
