/* Leaky integrate and fire, current-based ("lif").
 *
 *     tau_m V' = (v_rest - V) + g_e + g_i + I        g_e' = -g_e / tau_e      g_i' = -g_i / tau_i
 *
 * V, g_e, g_i, I in mV. An arrival adds its weight to g; with tau = 0 it is a jump of V. Linear, so
 * integrated exactly over a step: arrivals join g at its beginning, I is constant, jumps come at
 * its end. V >= v_threshold: a spike, V = v_reset, and V is held for refractory_ms (rounded to
 * steps); g goes on. Source: Rotter and Diesmann 1999, doi:10.1007/s004220050570 (exact
 * integration); Brette et al. 2007, doi:10.1007/s10827-007-0038-6 (the form with g). */
#include "brain/neuron.h"

/* Constants of a step. */
enum {
  DECAY_M,
  DECAY_E,
  DECAY_I,
  K_E,
  K_I,
  K_CURRENT,
  REST,
  RESET,
  THRESHOLD,
  REFRACTORY,
  JUMP_E,
  JUMP_I
};

#ifdef AMINE_ISA /* the step, once for each instruction set */
#include "kernel/vector.h"

static int update(const am_neurons *p, uint32_t *spikes) {
  const am_real *k = p->k;
  const vec decay_m = v_set1(k[DECAY_M]), decay_e = v_set1(k[DECAY_E]),
            decay_i = v_set1(k[DECAY_I]);
  const vec k_e = v_set1(k[K_E]), k_i = v_set1(k[K_I]), k_current = v_set1(k[K_CURRENT]);
  const vec jump_e = v_set1(k[JUMP_E]), jump_i = v_set1(k[JUMP_I]);
  const vec rest = v_set1(k[REST]), reset = v_set1(k[RESET]), gain = v_set1(p->gain);
  const vec below = v_set1(real_below(k[REST] + k[THRESHOLD] * p->threshold));
  const vec held = v_set1(k[REFRACTORY]), one = v_set1(1), never = v_set1((real)3e38);
  int n_spikes = 0;
  for (int i = 0; i < p->n; i += VEC_LANES) {
    vec V = v_load(p->s[0] + i), refractory = v_load(p->s[3] + i);
    const vec in_e = v_mul(gain, v_load(p->in[0] + i)), in_i = v_mul(gain, v_load(p->in[1] + i));
    const vec g_e = v_fnma(jump_e, in_e, v_add(v_load(p->s[1] + i), in_e));
    const vec g_i = v_fnma(jump_i, in_i, v_add(v_load(p->s[2] + i), in_i));
    const vec I = v_mul(gain, v_load(p->current + i));
    vec next = v_fma(decay_m, v_sub(V, rest), rest);
    next = v_fma(k_e, g_e, v_fma(k_i, g_i, v_fma(k_current, I, next)));
    next = v_fma(jump_e, in_e, v_fma(jump_i, in_i, next));
    const vmask free = v_lt(refractory, one);
    const vmask fired = v_lt(v_select(free, below, never), next);
    V = v_select(fired, reset, v_select(free, next, V));
    v_store(p->s[0] + i, V);
    v_store(p->s[1] + i, v_mul(g_e, decay_e));
    v_store(p->s[2] + i, v_mul(g_i, decay_i));
    v_store(p->s[3] + i, v_select(fired, held, v_max(v_sub(refractory, one), v_zero())));
    v_store(p->in[0] + i, v_zero());
    v_store(p->in[1] + i, v_zero());
    n_spikes = neurons_fire(spikes, n_spikes, fired, i, p);
  }
  return n_spikes;
}

const am_neuron_kernel AM_ISA(am_neuron_lif) = {update};

#else /* the part */
#include "kernel/exponential.h"

/* Its values, in the order of the table. */
enum { TAU_M, V_REST, V_RESET, V_THRESHOLD, HELD, TAU_E, TAU_I };
static const amine_parameter parameters[] = {
    [TAU_M] = AM_ROW_TAU("tau_m_ms", 20, 1e-3, "membrane time constant"),
    [V_REST] = AM_ROW_VOLT("v_rest_mv", -65, "resting potential"),
    [V_RESET] = AM_ROW_VOLT("v_reset_mv", -70, "potential after a spike"),
    [V_THRESHOLD] = AM_ROW_VOLT("v_threshold_mv", -50, "a spike at or above"),
    [HELD] = AM_ROW_REFRACTORY(5),
    [TAU_E] = AM_ROW_TAU("tau_e_ms", 0, 0, "of receptor 1; 0: an arrival is a jump of V"),
    [TAU_I] = AM_ROW_TAU("tau_i_ms", 0, 0, "of receptor 2; 0: an arrival is a jump of V"),
    {0}};

/* What g = 1 at the beginning of a step adds to V until its end:
 * tau_s / (tau_s - tau_m) (e^{-h/tau_s} - e^{-h/tau_m}), without loss where the two are close, and
 * without 0 times infinity where one is gone long before the other. */
static double propagator(double tau_s, double tau_m, double h) {
  if (tau_s <= 0) return 0;
  const double rate = 1 / tau_m - 1 / tau_s; /* the difference is e^{-h/tau_m} (e^{h rate} - 1) */
  const double x = h * rate;
  if (x > 1) return am_exp(-h / tau_s) * (-am_expm1(-x) / rate) / tau_m;
  const double part = x > -1e-9 && x < 1e-9 ? h : am_expm1(x) / rate;
  return am_exp(-h / tau_m) * part / tau_m;
}

static void setup(double *k, double *initial, const double *v, double dt_ms) {
  k[DECAY_M] = am_neuron_decay(v[TAU_M], dt_ms);
  k[DECAY_E] = am_neuron_decay(v[TAU_E], dt_ms);
  k[DECAY_I] = am_neuron_decay(v[TAU_I], dt_ms);
  k[K_E] = propagator(v[TAU_E], v[TAU_M], dt_ms);
  k[K_I] = propagator(v[TAU_I], v[TAU_M], dt_ms);
  k[K_CURRENT] = -am_expm1(-dt_ms / v[TAU_M]);
  k[REST] = v[V_REST];
  k[RESET] = v[V_RESET];
  k[THRESHOLD] = v[V_THRESHOLD] - v[V_REST];
  k[REFRACTORY] = am_neuron_steps(v[HELD], dt_ms);
  k[JUMP_E] = v[TAU_E] <= 0;
  k[JUMP_I] = v[TAU_I] <= 0;
  initial[0] = v[V_REST];
}

static double slowness(const double *v, double dt_ms) {
  return am_neuron_slowness(v[TAU_M], v[TAU_E], v[TAU_I], v[HELD], dt_ms);
}

AM_NEURON_DECLARE(am_neuron_lif);
const am_neuron_model am_lif_model = {
    .part = {.kind = AM_NEURON,
             .name = "lif",
             .meaning = "leaky integrate and fire, current-based",
             .equation = "tau_m V' = (v_rest - V) + g_e + g_i + I; g_e' = -g_e / tau_e, g_i "
                         "likewise; V >= v_threshold: a spike, V = v_reset",
             .source = "Rotter, Diesmann 1999, doi:10.1007/s004220050570; Brette et al. 2007, "
                       "doi:10.1007/s10827-007-0038-6",
             .text = am_neuron_text_lif,
             .parameters = parameters},
    .others = "leaky-integrate-and-fire|integrate-and-fire|iaf|current-lif",
    .states = {"v", "g_e", "g_i", "refractory"},
    .setup = setup,
    .slowness = slowness,
    AM_NEURON_STEP(am_neuron_lif)};
#endif
