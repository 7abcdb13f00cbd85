/* A Poisson source ("poisson"): the number of its spikes in a step is a Poisson number with mean
 * rate dt, independent of everything. This finds those that fire, with probability
 * 1 - exp(-rate dt); how often they do is said by brain/neuron.c. rate_hz may differ from neuron to
 * neuron. */
#include "kernel/philox.h"
#include "kernel/vector.h"

#include "base/random.h"
#include "brain/neuron.h"

static int update(const am_neurons *p, uint32_t *spikes) {
  const philox_key key = {p->seed, p->step, AM_STREAM_SOURCE, p->population};
  const philox_shared shared = philox_share(&key);
  philox_block x;
  uint32_t block = UINT32_MAX;
  int n_spikes = 0;
  for (int i = 0; i < p->n; i += VEC_LANES) {
    const uint32_t at = p->index + (uint32_t)i;
    if (block != at / 64) philox_draw(&x, &shared, block = at / 64);
    const vec chance = v_load(p->own[0] + i);
    const vec u = philox_chance(&key, at, x.v[at / 16 % 4], chance);
    n_spikes = neurons_fire(spikes, n_spikes, v_lt(u, chance), i, p);
  }
  return n_spikes;
}

const am_neuron_kernel AM_ISA(am_neuron_poisson) = {update};
