/* Random numbers that worlds draw: Philox4x32-10, a function of a key and a counter (Salmon et al.
 * 2011, doi:10.1145/2063384.2063405).
 *
 *   const amine_random_key key = {seed, AMINE_STREAM_TASK, episode, lane};
 *   const amine_random4 draw = amine_random(key, step);          four numbers of 32 bits
 *   if (amine_chance(key, step, 0, 0.25)) ...                    by draw.v[0]
 *   arm = amine_below(draw.v[1], n_arms);
 *
 * There is no state to keep, to save or to share: any thread may draw any number in any order, and a
 * run gives the same bits everywhere. The library draws by the same functions. (Powers of two are
 * written in full here: C++ has no hexadecimal ones before 2017.) */
#ifndef AMINE_RANDOM_H
#define AMINE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* What a world draws for; other numbers are the library's own. */
enum {
  AMINE_STREAM_TASK = 3,       /* what happens during an episode */
  AMINE_STREAM_TASK_START = 4, /* how it is laid out */
  AMINE_STREAM_AGENT = 5,      /* known policies */
  AMINE_STREAM_LEARNER = 0x20000000 /* and those after it: what a learner of your own draws for */
};

/* Added to a stream: the lower halves of its numbers, for what the upper 32 bits leave undecided. */
#define AMINE_STREAM_LOW 0x80000000u

typedef struct amine_random_key {
  uint64_t seed;
  uint32_t stream, episode, lane;
} amine_random_key;

typedef struct amine_random4 {
  uint32_t v[4];
} amine_random4;

/* The four numbers of one step, each uniform in 0 ... 2^32 - 1. */
static inline amine_random4 amine_random(amine_random_key key, uint32_t step) {
  uint32_t c0 = step, c1 = key.lane, c2 = key.episode, c3 = key.stream;
  uint32_t k0 = (uint32_t)key.seed, k1 = (uint32_t)(key.seed >> 32);
  for (int round = 0; round < 10; round++) {
    const uint64_t a = (uint64_t)0xD2511F53u * c0, b = (uint64_t)0xCD9E8D57u * c2;
    c0 = (uint32_t)(b >> 32) ^ c1 ^ k0;
    c2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
    c1 = (uint32_t)b;
    c3 = (uint32_t)a;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  const amine_random4 r = {{c0, c1, c2, c3}};
  return r;
}

/* Uniform in [0, 1), a multiple of 2^-24, exact in float: a size, not a chance. What happens with a
 * probability is for amine_chance, or a rare event comes 2^-24 too often or never. */
static inline float amine_uniform(uint32_t bits) {
  return (float)(bits >> 8) * 5.9604644775390625e-8f;
}

/* Uniform in [0, 1), a multiple of 2^-53. */
static inline double amine_uniform_double(uint32_t high, uint32_t low) {
  return (double)((uint64_t)high << 21 | low >> 11) * 1.1102230246251565404236316680908203125e-16;
}

/* Whether an event of probability p happens, by the number draw.v[word] that was drawn with this key
 * and step: u < p, where u has 64 bits and these are the upper ones. The lower ones are drawn in the
 * one case of 2^32 that these leave open. Exact: p is what it is as a double, and u is compared with
 * nothing else. */
static inline bool amine_chance_of(amine_random4 draw, int word, double p, amine_random_key key,
                                   uint32_t step) {
  const double whole = 4294967296.0 * p, high = (double)draw.v[word];
  if (high + 1 <= whole) return true;
  if (!(high < whole)) return false;
  key.stream |= AMINE_STREAM_LOW;
  return (double)amine_random(key, step).v[word] < 4294967296.0 * (whole - high);
}

static inline bool amine_chance(amine_random_key key, uint32_t step, int word, double p) {
  return amine_chance_of(amine_random(key, step), word, p, key, step);
}

/* Normal to three digits, with mean 0 and variance 1: the sum of the sixteen bytes of a draw, whose
 * variance is 16 (256^2 - 1) / 12 = 87380. Exact integers up to the last multiplication. */
static inline float amine_normal(amine_random4 r) {
  uint32_t pairs = 0; /* two sums of 16 bits */
  for (int k = 0; k < 4; k++) pairs += (r.v[k] & 0xff00ff) + (r.v[k] >> 8 & 0xff00ff);
  return (float)((int)(pairs & 0xffff) + (int)(pairs >> 16) - 2040) *
         0.0033829375170171260833740234375f;
}

/* An integer in [0, n), n > 0; the bias of a multiplication by 32 bits is below n / 2^32. */
static inline uint32_t amine_below(uint32_t bits, uint32_t n) {
  return (uint32_t)(((uint64_t)bits * n) >> 32);
}

#endif
