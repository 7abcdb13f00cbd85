/* A Poisson source ("poisson"): the number of its spikes in a step is a Poisson number with mean
 * rate dt, independent of everything. The step finds those that fire, with probability
 * 1 - exp(-rate dt); how often they do is asked of each of them. rate_hz may differ from neuron to
 * neuron. */
#include "brain/neuron.h"

#ifdef AMINE_ISA /* the step, once for each instruction set */
#include "kernel/philox.h"
#include "kernel/vector.h"

#include "base/random.h"

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

#else /* the part */
#include "base/random.h"
#include "kernel/exponential.h"

static const amine_parameter parameters[] = {AM_NUMBER(AM_NEURON_RATE, 10, 0, 1e6, "Hz", "mean rate"),
                                             {0}};

/* That it fires in a step, and how often on average. */
static double firing_probability(int which, double rate_hz, double dt_ms) {
  const double mean = rate_hz * dt_ms * 1e-3;
  return which == 0 ? -am_expm1(-mean) : mean;
}

static double mean(const am_neuron_model *model, const double *values,
                   const am_real *const own[AM_NEURON_OWN], int i, double dt_ms) {
  (void)model, (void)values, (void)dt_ms;
  return (double)own[1][i];
}

static uint32_t times(const am_neurons *p, int i, uint32_t most) {
  return am_neuron_poisson_times(p, i, (double)p->own[1][i], most);
}

/* The first k with u < P(X <= k | X > 0), as u P(X > 0) < P(X > k) says from the other end, where
 * nothing is lost. */
uint32_t am_neuron_poisson_times(const am_neurons *p, int i, double mean_of_i, uint32_t most) {
  const am_random4 draw =
      am_random((am_random_key){.seed = p->seed,
                                .stream = AM_STREAM_SOURCE | AM_STREAM_SIZE,
                                .episode = p->population << 16 | (uint32_t)(p->step >> 32 & 0xffff),
                                .lane = p->index + (uint32_t)i},
                (uint32_t)p->step);
  double beyond = -am_expm1(-mean_of_i), part = am_exp(-mean_of_i);
  const double u = am_uniform_double(draw.v[0], draw.v[1]) * beyond;
  uint32_t k = 1;
  for (; k < most; k++) {
    part *= mean_of_i / k;
    beyond -= part; /* P(X > k) */
    if (!(u < beyond)) break;
  }
  return k;
}

AM_ISA_DECLARE(const am_neuron_kernel, am_neuron_poisson);
const am_neuron_model am_poisson_model = {
    .part = {.kind = AM_NEURON,
             .name = "poisson",
             .meaning = "Poisson source",
             .text = am_neuron_text_poisson,
             .equation = "the number of spikes in a step is a Poisson number with mean rate dt",
             .parameters = parameters},
    .own = {AM_NEURON_RATE, "mean"},
    .own_from = {NULL, AM_NEURON_RATE},
    .is_source = 1,
    .own_value = firing_probability,
    .times = times,
    .mean = mean,
    .kernels = AM_ISA_TABLE(am_neuron_poisson)};
#endif
