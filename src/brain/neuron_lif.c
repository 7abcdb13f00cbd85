/* Leaky integrate and fire, current-based ("lif").
 *
 *     tau_m V' = (v_rest - V) + g_e + g_i + I        g_e' = -g_e / tau_e      g_i' = -g_i / tau_i
 *
 * V, g_e, g_i, I in mV. An arrival adds its weight to g; with tau = 0 it is a jump of V. Linear, so
 * integrated exactly over a step: arrivals join g at its beginning, I is constant, jumps come at
 * its end. V >= v_threshold: a spike, V = v_reset, and V is held for refractory_ms (rounded to
 * steps); g goes on. Source: Rotter and Diesmann 1999, doi:10.1007/s004220050570 (exact
 * integration); Brette et al. 2007, doi:10.1007/s10827-007-0038-6 (the form with g). */
#include "kernel/vector.h"

#include "brain/neuron.h"

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
