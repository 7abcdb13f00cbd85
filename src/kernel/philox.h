/* 64 random numbers at once for vector sources: Philox4x32-10 (base/random.h) on 16 counters side
 * by side.
 *
 * Neuron i of a population draws, in one step, word (i / 16) % 4 of the counter with
 *   lane = 16 (i / 64) + i % 16,   step = the step's low 32 bits,
 *   episode = population << 16 | bits 32 … 47 of the step,
 * so a draw depends on nothing but (seed, stream, population, neuron, step). */
#ifndef AMINE_KERNEL_PHILOX_H
#define AMINE_KERNEL_PHILOX_H

#include <stdint.h>

#include "base/random.h"
#include "base/vec.h"

/* Who draws when; philox_share makes of it what philox_draw takes. */
typedef struct philox_key {
  uint64_t seed, step;
  uint32_t stream, population;
} philox_key;

typedef struct philox_block {
  _Alignas(64) uint32_t v[4][VEC_LANES]; /* v[j][c] belongs to neuron 64 block + 16 j + c */
} philox_block;

/* The multipliers, and what a round adds to the keys (Salmon et al. 2011). */
#define PHILOX_A 0xD2511F53u
#define PHILOX_C 0xCD9E8D57u
#define PHILOX_K0 0x9E3779B9u
#define PHILOX_K1 0xBB67AE85u

/* Counters (a, b, c, d) that differ in b alone: what they still share after the first three rounds,
 * computed once. xor: with what a, c, a, c of these rounds are changed. */
typedef struct philox_shared {
  uint32_t xor_a1, xor_c2, xor_a3, xor_c3, d3;
  uint32_t k0, k1; /* of the fourth round */
} philox_shared;

static inline philox_shared philox_share(const philox_key *key) {
  const uint32_t k0 = (uint32_t)key->seed, k1 = (uint32_t)(key->seed >> 32);
  const uint32_t c0 = key->population << 16 | (uint32_t)(key->step >> 32 & 0xffff);
  const uint64_t from_c0 = (uint64_t)c0 * PHILOX_C;
  const uint64_t from_a0 = (uint64_t)(uint32_t)key->step * PHILOX_A;
  const uint32_t c1 = (uint32_t)(from_a0 >> 32) ^ key->stream ^ k1;
  const uint64_t from_c1 = (uint64_t)c1 * PHILOX_C;
  const uint32_t a2 = (uint32_t)(from_c1 >> 32) ^ (uint32_t)from_c0 ^ (k0 + PHILOX_K0);
  const uint64_t from_a2 = (uint64_t)a2 * PHILOX_A;
  return (philox_shared){.xor_a1 = (uint32_t)(from_c0 >> 32) ^ k0,
                         .xor_c2 = (uint32_t)from_a0 ^ (k1 + PHILOX_K1),
                         .xor_a3 = (uint32_t)from_c1 ^ (k0 + 2 * PHILOX_K0),
                         .xor_c3 = (uint32_t)(from_a2 >> 32) ^ (k1 + 2 * PHILOX_K1),
                         .d3 = (uint32_t)from_a2,
                         .k0 = k0 + 3 * PHILOX_K0,
                         .k1 = k1 + 3 * PHILOX_K1};
}

/* The words of every other counter of a block, from the first or the second on, at the even places.
 */
VEC_INLINE void philox_half(vuint out[4], const philox_shared *s, uint32_t block, int second) {
  static const uint32_t places[VEC_LANES + 1] = {0, 1,  2,  3,  4,  5,  6,  7, 8,
                                                 9, 10, 11, 12, 13, 14, 15, 16};
  const vuint zero = vu_set1(0), place = vu_load(places + second);
  const vuint p = vu_multiply(vu_xor3(place, vu_set1(16 * block ^ s->xor_a1), zero), PHILOX_A);
  const vuint q = vu_multiply(vu_xor3(vu_high(p), vu_set1(s->xor_c2), zero), PHILOX_C);
  vuint a = vu_xor3(vu_high(q), vu_set1(s->xor_a3), zero), b = q;
  vuint c = vu_xor3(p, vu_set1(s->xor_c3), zero), d = vu_set1(s->d3);
  uint32_t k0 = s->k0, k1 = s->k1;
  for (int round = 3; round < 10; round++, k0 += PHILOX_K0, k1 += PHILOX_K1) {
    const vuint from_a = vu_multiply(a, PHILOX_A), from_c = vu_multiply(c, PHILOX_C);
    a = vu_xor3(vu_high(from_c), b, vu_set1(k0));
    b = from_c;
    c = vu_xor3(vu_high(from_a), d, vu_set1(k1));
    d = from_a;
  }
  out[0] = a, out[1] = b, out[2] = c, out[3] = d;
}

VEC_INLINE void philox_draw(philox_block *x, const philox_shared *shared, uint32_t block) {
  vuint even[4], odd[4];
  philox_half(even, shared, block, 0);
  philox_half(odd, shared, block, 1);
  for (int j = 0; j < 4; j++) vu_store(x->v[j], vu_zip(even[j], odd[j]));
}

/* The same numbers one by one: key and word of neuron `index`, for am_random and am_chance. */
static inline am_random_key philox_key_of(const philox_key *key, uint32_t index) {
  return (am_random_key){.seed = key->seed,
                         .stream = key->stream,
                         .episode = key->population << 16 | (uint32_t)(key->step >> 32 & 0xffff),
                         .lane = 16 * (index / 64) + index % 16};
}

static inline int philox_word_of(uint32_t index) { return (int)(index / 16 % 4); }

/* Decides one by one what 24 bits leave open, for the lanes whose bits are set: u = 2 says no. */
static __attribute__((cold, noinline, unused)) vec philox_decide(const philox_key *key,
                                                                 uint32_t index, vec u, vec p,
                                                                 unsigned open) {
  real each[VEC_LANES], chance[VEC_LANES];
  v_store(each, u);
  v_store(chance, p);
  for (int l = 0; l < VEC_LANES; l++)
    if (open >> l & 1 && !am_chance(philox_key_of(key, index + (uint32_t)l), (uint32_t)key->step,
                                    philox_word_of(index), (double)chance[l]))
      each[l] = 2;
  return v_load(each);
}

/* Numbers u of 16 neurons from `index` on, a multiple of 16, of which `words` are the draws: an
 * event of probability p happens exactly where u < p, decided by 64 bits (am_chance). Where it
 * happens u is the draw's upper 24 bits. */
VEC_INLINE vec philox_chance(const philox_key *key, uint32_t index, const uint32_t *words, vec p) {
  const vec u = vu_uniform(vu_load(words));
  const unsigned below = v_mask_bits(v_lt(u, p));
  const unsigned open = below & v_mask_bits(v_lt(p, v_add(u, v_set1((real)0x1p-24))));
  return open ? philox_decide(key, index, u, p, open) : u;
}

#endif
