/* Counter-based random numbers, as amine/random.h has them, and who draws. A draw is a pure function of
 * (seed, stream, episode, lane, step). */
#ifndef AMINE_BASE_RANDOM_H
#define AMINE_BASE_RANDOM_H

#include "amine/random.h"

/* Who draws. A number once given is never given another meaning: it is part of every saved run. */
enum am_stream {
  AM_STREAM_PARAMETERS = 1, /* episode = index of the tensor, lane = row, step = column / 4 */
  AM_STREAM_POLICY = 2,     /* actions sampled by the learner */
  AM_STREAM_TASK = AMINE_STREAM_TASK, /* what the world does during an episode */
  AM_STREAM_TASK_START = AMINE_STREAM_TASK_START, /* how the world is laid out for an episode */
  AM_STREAM_AGENT = AMINE_STREAM_AGENT, /* the calibration policies of a task */
  AM_STREAM_LATTICE = 6,    /* where neurons are: episode = area, lane = 0 sites, 1 their order */
  AM_STREAM_CONNECT = 7,    /* synapses: episode = projection, lane = source neuron */
  AM_STREAM_NEURON = 8,     /* noise and Poisson drive: see kernel/philox.h */
  AM_STREAM_RECEPTOR_1 = 9, /* Poisson input, likewise; 10 is receptor 2 */
  AM_STREAM_SOURCE = 11,    /* whether a neuron fires by chance, likewise */
  AM_STREAM_DROPOUT = 12,   /* of units: plus 256 times the layer; step = draw */
  AM_STREAM_SIGNAL = 13,    /* dopamine that says nothing, a control; step = time */
  AM_STREAM_SEEDS = 17,     /* seeds of agents that learn together; episode = agent */
  AM_STREAM_STATES = 31,    /* first values of states: plus 256 times the layer; step = row / 4 */
  AM_STREAM_PERTURB = 32,   /* perturbations of units: see kernel/philox.h */
  AM_STREAM_PREFERENCES = 34, /* clips, a judge's errors, batches: see learner/preferences.c */
  AM_STREAM_SHUFFLE = 33,   /* which earlier error a control learns from: step 0 */
  AM_STREAM_GROUPS = 35,   /* which elements walk together: episode = tensor, step = draw */
  AM_STREAM_GIVEN = 24,     /* a given modulator that is random; step = time */
  /* noise of units: step = time * units + unit */
  AM_STREAM_NODE_NOISE = 20,
  /* noise of weights: episode = iteration, lane = pair, step = place of the weight */
  AM_STREAM_WEIGHT_NOISE = 21,
  AM_STREAM_PROTOCOL = 40, /* protocols of simulations: episode = what, step = draw */
  AM_STREAM_EVENT = 41,    /* events of a brain: episode = plan, step = draw */
  AM_STREAM_BOOTSTRAP = 42, /* confidence by resampling: episode = resample, step = element */
  AM_STREAM_EACH = 43,      /* numbers of neurons: episode = population, lane = neuron, step = which */
  AM_STREAM_PART = 44,      /* of a population that an input reaches: episode = input, lane = neuron */
  AM_STREAM_RECEPTOR_3 = 46, /* Poisson input, likewise; up to 51, which is receptor 8 */
  AM_STREAM_DRIVE = 45      /* Poisson drives: plus 256 times the drive; see kernel/philox.h */
};

/* Added to a stream. */
#define AM_STREAM_LOW AMINE_STREAM_LOW
/* Likewise: how large it is, what a rare number of the stream let happen. */
#define AM_STREAM_SIZE 0x40000000u

typedef amine_random_key am_random_key;
typedef amine_random4 am_random4;

static inline am_random4 am_random(am_random_key key, uint32_t step) {
  return amine_random(key, step);
}
static inline float am_uniform(uint32_t bits) { return amine_uniform(bits); }
static inline double am_uniform_double(uint32_t high, uint32_t low) {
  return amine_uniform_double(high, low);
}
static inline bool am_chance_of(am_random4 draw, int word, double p, am_random_key key,
                                uint32_t step) {
  return amine_chance_of(draw, word, p, key, step);
}
static inline bool am_chance(am_random_key key, uint32_t step, int word, double p) {
  return amine_chance(key, step, word, p);
}
static inline float am_normal(am_random4 r) { return amine_normal(r); }
static inline uint32_t am_below(uint32_t bits, uint32_t n) { return amine_below(bits, n); }

#endif
