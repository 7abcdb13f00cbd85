/* Izhikevich's simple model ("izhikevich").
 *
 *     v' = 0.04 v^2 + 5 v + 140 - u + I        u' = a (b v - u)
 *     v >= v_peak: a spike, v = c, u = u + d
 *
 * v in mV, time in ms, I and u without unit. A step is two half steps of v and one of u, as in the
 * paper's program. Arrivals are currents: of this one step, or with tau > 0 decaying exponentially
 * from the step in which they arrive. The model has no threshold parameter: serotonin's factor
 * divides the input. c and d may differ from neuron to neuron.
 * Source: Izhikevich 2003, doi:10.1109/TNN.2003.820440. */
#include "kernel/vector.h"

#include "brain/neuron.h"

enum { HALF_DT, DT_A, B, PEAK, DECAY_E, DECAY_I };

VEC_INLINE vec half_step(vec v, vec I_u, vec half_dt) {
  const vec slope = v_fma(v_fma(v_set1((real)0.04), v, v_set1(5)), v, v_add(v_set1(140), I_u));
  return v_fma(half_dt, slope, v);
}

static int update(const am_neurons *p, uint32_t *spikes) {
  const am_real *k = p->k;
  const vec half_dt = v_set1(k[HALF_DT]), dt_a = v_set1(k[DT_A]), b = v_set1(k[B]);
  const vec below = v_set1(real_below(k[PEAK])), decay_e = v_set1(k[DECAY_E]);
  const vec decay_i = v_set1(k[DECAY_I]);
  const vec gain = v_set1(p->gain), softness = v_set1(1 / p->threshold);
  int n_spikes = 0;
  for (int i = 0; i < p->n; i += VEC_LANES) {
    vec v = v_load(p->s[0] + i), u = v_load(p->s[1] + i);
    const vec g_e = v_fma(gain, v_load(p->in[0] + i), v_load(p->s[2] + i));
    const vec g_i = v_fma(gain, v_load(p->in[1] + i), v_load(p->s[3] + i));
    const vec input = v_fma(gain, v_load(p->current + i), v_add(g_e, g_i));
    const vec I_u = v_sub(v_mul(input, softness), u);
    v = half_step(half_step(v, I_u, half_dt), I_u, half_dt);
    u = v_fma(dt_a, v_sub(v_mul(b, v), u), u);
    const vmask fired = v_lt(below, v);
    v_store(p->s[0] + i, v_select(fired, v_load(p->own[0] + i), v));
    v_store(p->s[1] + i, v_select(fired, v_add(u, v_load(p->own[1] + i)), u));
    v_store(p->s[2] + i, v_mul(g_e, decay_e));
    v_store(p->s[3] + i, v_mul(g_i, decay_i));
    v_store(p->in[0] + i, v_zero());
    v_store(p->in[1] + i, v_zero());
    n_spikes = neurons_fire(spikes, n_spikes, fired, i, p);
  }
  return n_spikes;
}

const am_neuron_kernel AM_ISA(am_neuron_izhikevich) = {update};
