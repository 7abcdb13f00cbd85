/* Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011, doi:10.1145/2063384.2063405).
 *
 * A draw is a pure function of (seed, stream, episode, lane, step): there is no state to keep, to
 * save or to share, and any thread may draw any number in any order. */
#ifndef AMINE_BASE_RANDOM_H
#define AMINE_BASE_RANDOM_H

#define R123_USE_SSE 0 /* else it brings 50,000 lines of intrinsics into nearly every file */
#include <Random123/philox.h>
#include <stdbool.h>
#include <stdint.h>

/* Who draws. A number once given is never given another meaning: it is part of every saved run. */
enum am_stream {
  AM_STREAM_PARAMETERS = 1, /* episode = index of the tensor, lane = row, step = column / 4 */
  AM_STREAM_POLICY = 2,     /* actions sampled by the learner */
  AM_STREAM_TASK = 3,       /* what the world does during an episode */
  AM_STREAM_TASK_START = 4, /* how the world is laid out for an episode */
  AM_STREAM_AGENT = 5,      /* the calibration policies of a task */
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
  AM_STREAM_BOOTSTRAP = 42 /* confidence by resampling: episode = resample, step = element */
};

/* Added to a stream: the lower halves of its numbers, for what the upper 32 bits leave
 * undecided. */
#define AM_STREAM_LOW 0x80000000u
/* Added to a stream: how large it is, what a rare number of the stream let happen. */
#define AM_STREAM_SIZE 0x40000000u

typedef struct am_random_key {
  uint64_t seed;
  uint32_t stream, episode, lane;
} am_random_key;

typedef struct am_random4 {
  uint32_t v[4];
} am_random4;

/* The four 32-bit numbers of one step. */
static inline am_random4 am_random(am_random_key key, uint32_t step) {
  philox4x32_ctr_t c = {{step, key.lane, key.episode, key.stream}};
  philox4x32_key_t k = {{(uint32_t)key.seed, (uint32_t)(key.seed >> 32)}};
  philox4x32_ctr_t r = philox4x32(c, k);
  return (am_random4){{r.v[0], r.v[1], r.v[2], r.v[3]}};
}

/* Uniform in [0, 1), a multiple of 2^-24, exact in float: a size, not a chance. What happens with a
 * probability is for am_chance, or a rare event comes 2^-24 too often or never. */
static inline float am_uniform(uint32_t bits) { return (float)(bits >> 8) * 0x1p-24f; }

/* Uniform in [0, 1), a multiple of 2^-53. */
static inline double am_uniform_double(uint32_t high, uint32_t low) {
  return (double)((uint64_t)high << 21 | low >> 11) * 0x1p-53;
}

/* Whether an event of probability p happens, for the number v[word] of a step: u < p, where u has
 * 64 bits and these are the upper ones. The lower ones are drawn in the one case of 2^32 that these
 * leave open. Exact: p is what it is as a double, and u is compared with nothing else. */
static inline bool am_chance_of(am_random4 draw, int word, double p, am_random_key key,
                                uint32_t step) {
  const double whole = 0x1p32 * p, high = (double)draw.v[word];
  if (high + 1 <= whole) return true;
  if (!(high < whole)) return false;
  key.stream |= AM_STREAM_LOW;
  return (double)am_random(key, step).v[word] < 0x1p32 * (whole - high);
}

static inline bool am_chance(am_random_key key, uint32_t step, int word, double p) {
  return am_chance_of(am_random(key, step), word, p, key, step);
}

/* Normal to three digits, with mean 0 and variance 1: the sum of the sixteen bytes of a draw, whose
 * variance is 16 (256^2 - 1) / 12 = 87380. Exact integers up to the last multiplication. */
static inline float am_normal(am_random4 r) {
  uint32_t pairs = 0; /* two sums of 16 bits */
  for (int k = 0; k < 4; k++) pairs += (r.v[k] & 0xff00ff) + (r.v[k] >> 8 & 0xff00ff);
  return (float)((int)(pairs & 0xffff) + (int)(pairs >> 16) - 2040) * 0x1.bb688cp-9f;
}

/* An integer in [0, n), n > 0; the bias of a multiplication by 32 bits is below n / 2^32. */
static inline uint32_t am_below(uint32_t bits, uint32_t n) {
  return (uint32_t)(((uint64_t)bits * n) >> 32);
}

#endif
