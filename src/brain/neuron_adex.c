/* Adaptive exponential integrate and fire ("adex").
 *
 *     C V' = -g_L (V - E_L) + g_L Delta_T exp((V - V_T) / Delta_T) - w
 *            + g_e (E_e - V) + g_i (E_i - V) + I
 *     tau_w w' = a (V - E_L) - w               g_e' = -g_e / tau_e, g_i likewise
 *     V >= v_peak: a spike, V = v_reset, w = w + b, V held for refractory_ms
 *
 * V in mV, g and a in nS, C in pF, w, b and I in pA. Heun's method for (V, w) with the conductances
 * of both ends of the step; in the exponential V counts as at most v_peak, and what it makes as at
 * most LARGEST, which takes V past any peak, so that nothing is infinite however sharp it is.
 * Arrivals join g at the beginning. Serotonin's factor raises V_T from E_L.
 * Source: Brette and Gerstner 2005, doi:10.1152/jn.00686.2005. */
#include "kernel/math.h"
#include "kernel/vector.h"

#include "brain/neuron.h"

enum {
  DECAY_E,
  DECAY_I,
  LEAK,
  E_L,
  V_T,
  INV_DELTA,
  LEAK_DELTA,
  E_E,
  E_I,
  DT_C,
  DT_W,
  A,
  B,
  RESET,
  PEAK,
  REFRACTORY
};

#define LARGEST ((real)1e30) /* pA */
#define FAR ((real)1e12)     /* mV, far past every peak */

typedef struct membrane {
  vec leak, e_l, v_t, inv_delta, leak_delta, e_e, e_i, peak, a;
} membrane;

/* C V' */
VEC_INLINE vec charge(const membrane *m, vec V, vec w, vec g_e, vec g_i, vec I) {
  const vec spike = v_exp(v_mul(v_sub(v_min(V, m->peak), m->v_t), m->inv_delta));
  vec s = v_min(v_fma(m->leak_delta, spike, v_sub(I, w)), v_set1(LARGEST));
  s = v_fma(m->leak, v_sub(m->e_l, V), s);
  return v_fma(g_e, v_sub(m->e_e, V), v_fma(g_i, v_sub(m->e_i, V), s));
}

static int update(const am_neurons *p, uint32_t *spikes) {
  const am_real *k = p->k;
  membrane m = {v_set1(k[LEAK]),      v_set1(k[E_L]),        v_zero(),
                v_set1(k[INV_DELTA]), v_set1(k[LEAK_DELTA]), v_set1(k[E_E]),
                v_set1(k[E_I]),       v_set1(k[PEAK]),       v_set1(k[A])};
  m.v_t = v_fma(v_set1(k[V_T]), v_set1(p->threshold), m.e_l);
  const vec decay_e = v_set1(k[DECAY_E]), decay_i = v_set1(k[DECAY_I]), gain = v_set1(p->gain);
  const vec dt_c = v_set1(k[DT_C]), dt_w = v_set1(k[DT_W]), b = v_set1(k[B]);
  const vec half = v_set1((real)0.5), reset = v_set1(k[RESET]), below = v_set1(real_below(k[PEAK]));
  const vec held = v_set1(k[REFRACTORY]), one = v_set1(1), never = v_set1((real)3e38);
  int n_spikes = 0;
  for (int i = 0; i < p->n; i += VEC_LANES) {
    vec V = v_load(p->s[0] + i), w = v_load(p->s[1] + i), refractory = v_load(p->s[4] + i);
    const vec g_e = v_fma(gain, v_load(p->in[0] + i), v_load(p->s[2] + i));
    const vec g_i = v_fma(gain, v_load(p->in[1] + i), v_load(p->s[3] + i));
    const vec g_e1 = v_mul(g_e, decay_e), g_i1 = v_mul(g_i, decay_i);
    const vec I = v_mul(gain, v_load(p->current + i));
    const vmask free = v_lt(refractory, one);
    const vec dV0 = v_mul(dt_c, charge(&m, V, w, g_e, g_i, I));
    const vec dw0 = v_mul(dt_w, v_sub(v_mul(m.a, v_sub(V, m.e_l)), w));
    const vec V1 = v_min(v_add(V, v_select(free, dV0, v_zero())), v_set1(FAR));
    const vec w1 = v_add(w, dw0);
    const vec dV1 = v_mul(dt_c, charge(&m, V1, w1, g_e1, g_i1, I));
    const vec dw1 = v_mul(dt_w, v_sub(v_mul(m.a, v_sub(v_min(V1, m.peak), m.e_l)), w1));
    const vec next = v_fma(half, v_add(dV0, dV1), V);
    w = v_fma(half, v_add(dw0, dw1), w);
    const vmask fired = v_lt(v_select(free, below, never), next);
    v_store(p->s[0] + i, v_select(fired, reset, v_select(free, next, V)));
    v_store(p->s[1] + i, v_select(fired, v_add(w, b), w));
    v_store(p->s[2] + i, g_e1);
    v_store(p->s[3] + i, g_i1);
    v_store(p->s[4] + i, v_select(fired, held, v_max(v_sub(refractory, one), v_zero())));
    v_store(p->in[0] + i, v_zero());
    v_store(p->in[1] + i, v_zero());
    n_spikes = neurons_fire(spikes, n_spikes, fired, i, p);
  }
  return n_spikes;
}

const am_neuron_kernel AM_ISA(am_neuron_adex) = {update};
