/* Leaky integrate and fire, conductance-based ("lif-cond").
 *
 *     C V' = g_L (E_L - V) + g_e (E_e - V) + g_i (E_i - V) + I
 *     g_e' = -g_e / tau_e,   g_i likewise
 *
 * V in mV, g in nS, C in pF, I in pA. Exponential midpoint: the conductances of the middle of the
 * step are held over it, the rest is exact, so the error of a step is of third order:
 *     G = g_L + g_e m_e + g_i m_i,  V_inf = (g_L E_L + g_e m_e E_e + g_i m_i E_i + I) / G,
 *     V <- V_inf + (V - V_inf) exp(-dt G / C),   m = exp(-dt / 2 tau).
 * Arrivals join g at the beginning. Threshold, reset and refractoriness as in neuron_lif.c.
 * Source: Brette et al. 2007, doi:10.1007/s10827-007-0038-6, benchmark 1. */
#include "brain/neuron.h"

/* Constants of a step. */
enum {
  DECAY_E,
  DECAY_I,
  MID_E,
  MID_I,
  LEAK,
  LEAK_REST,
  E_E,
  E_I,
  DT_C,
  REST,
  RESET,
  THRESHOLD,
  REFRACTORY
};

#ifdef AMINE_ISA /* the step, once for each instruction set */
#include "kernel/math.h"
#include "kernel/vector.h"

static int update(const am_neurons *p, uint32_t *spikes) {
  const am_real *k = p->k;
  const vec decay_e = v_set1(k[DECAY_E]), decay_i = v_set1(k[DECAY_I]);
  const vec mid_e = v_set1(k[MID_E]), mid_i = v_set1(k[MID_I]);
  const vec leak = v_set1(k[LEAK]), leak_rest = v_set1(k[LEAK_REST]);
  const vec e_e = v_set1(k[E_E]), e_i = v_set1(k[E_I]), minus_dt_c = v_set1(-k[DT_C]);
  const vec reset = v_set1(k[RESET]), gain = v_set1(p->gain);
  const vec below = v_set1(real_below(k[REST] + k[THRESHOLD] * p->threshold));
  const vec held = v_set1(k[REFRACTORY]), one = v_set1(1), never = v_set1((real)3e38);
  int n_spikes = 0;
  for (int i = 0; i < p->n; i += VEC_LANES) {
    vec V = v_load(p->s[0] + i), refractory = v_load(p->s[3] + i);
    const vec g_e = v_fma(gain, v_load(p->in[0] + i), v_load(p->s[1] + i));
    const vec g_i = v_fma(gain, v_load(p->in[1] + i), v_load(p->s[2] + i));
    const vec m_e = v_mul(g_e, mid_e), m_i = v_mul(g_i, mid_i);
    const vec G = v_add(v_add(leak, m_e), m_i);
    const vec I = v_fma(gain, v_load(p->current + i), leak_rest);
    const vec V_inf = v_div(v_fma(m_e, e_e, v_fma(m_i, e_i, I)), G);
    const vec next = v_fma(v_sub(V, V_inf), v_exp(v_mul(minus_dt_c, G)), V_inf);
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

const am_neuron_kernel AM_ISA(am_neuron_lif_cond) = {update};

#else /* the part */
#include "kernel/exponential.h"

/* Its values, in the order of the table. */
enum { C, G_LEAK, V_REST, V_RESET, V_THRESHOLD, HELD, TAU_E, TAU_I, V_E, V_I };
static const amine_parameter parameters[] = {
    [C] = AM_NUMBER("c_pf", 200, 1e-3, 1e6, "pF", "membrane capacitance"),
    [G_LEAK] = AM_NUMBER("g_leak_ns", 10, 1e-6, 1e6, "nS", "leak conductance"),
    [V_REST] = AM_ROW_VOLT("v_rest_mv", -60, "leak reversal potential"),
    [V_RESET] = AM_ROW_VOLT("v_reset_mv", -60, "potential after a spike"),
    [V_THRESHOLD] = AM_ROW_VOLT("v_threshold_mv", -50, "a spike at or above"),
    [HELD] = AM_ROW_REFRACTORY(5),
    [TAU_E] = AM_ROWS_CONDUCTANCES, /* and TAU_I, V_E, V_I */
    {0}};

static void setup(double *k, double *initial, const double *v, double dt_ms) {
  k[DECAY_E] = am_neuron_decay(v[TAU_E], dt_ms);
  k[DECAY_I] = am_neuron_decay(v[TAU_I], dt_ms);
  k[MID_E] = am_exp(-dt_ms / (2 * v[TAU_E]));
  k[MID_I] = am_exp(-dt_ms / (2 * v[TAU_I]));
  k[LEAK] = v[G_LEAK];
  k[LEAK_REST] = v[G_LEAK] * v[V_REST];
  k[E_E] = v[V_E];
  k[E_I] = v[V_I];
  k[DT_C] = dt_ms / v[C];
  k[REST] = v[V_REST];
  k[RESET] = v[V_RESET];
  k[THRESHOLD] = v[V_THRESHOLD] - v[V_REST];
  k[REFRACTORY] = am_neuron_steps(v[HELD], dt_ms);
  initial[0] = v[V_REST];
}

static double slowness(const double *v, double dt_ms) {
  return am_neuron_slowness(v[C] / v[G_LEAK], v[TAU_E], v[TAU_I], v[HELD], dt_ms);
}

AM_NEURON_DECLARE(am_neuron_lif_cond);
const am_neuron_model am_lif_cond_model = {
    .part = {.kind = AM_NEURON,
             .name = "lif-cond",
             .meaning = "leaky integrate and fire, conductance-based",
             .equation = "C V' = g_L (E_L - V) + g_e (E_e - V) + g_i (E_i - V) + I; g_e' = -g_e / "
                         "tau_e, g_i likewise; V >= v_threshold: a spike, V = v_reset",
             .source = "Brette et al. 2007, doi:10.1007/s10827-007-0038-6, benchmark 1",
             .text = am_neuron_text_lif_cond,
             .parameters = parameters},
    .others = "cond-lif|conductance-lif|lif-conductance",
    .states = {"v", "g_e", "g_i", "refractory"},
    .setup = setup,
    .slowness = slowness,
    AM_NEURON_STEP(am_neuron_lif_cond)};
#endif
