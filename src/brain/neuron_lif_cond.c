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
#include "kernel/math.h"
#include "kernel/vector.h"

#include "brain/neuron.h"

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
