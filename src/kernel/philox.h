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

#include "base/vec.h"

/* Who draws when. */
typedef struct philox_key {
  uint64_t seed, step;
  uint32_t stream, population;
} philox_key;

typedef struct philox_block {
  uint32_t v[4][VEC_LANES]; /* v[j][c] belongs to neuron 64 block + 16 j + c */
} philox_block;

VEC_INLINE void philox_draw(philox_block *x, const philox_key *key, uint32_t block) {
  uint32_t lane[VEC_LANES];
  for (int c = 0; c < VEC_LANES; c++) lane[c] = 16 * block + (uint32_t)c;
  vuint a = vu_set1((uint32_t)key->step), b = vu_load(lane);
  vuint c = vu_set1(key->population << 16 | (uint32_t)(key->step >> 32 & 0xffff));
  vuint d = vu_set1(key->stream);
  uint32_t k0 = (uint32_t)key->seed, k1 = (uint32_t)(key->seed >> 32);
  for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
    vuint high_a, low_a, high_c, low_c;
    vu_multiply(&high_a, &low_a, a, 0xD2511F53u);
    vu_multiply(&high_c, &low_c, c, 0xCD9E8D57u);
    a = vu_xor3(high_c, b, vu_set1(k0));
    b = low_c;
    c = vu_xor3(high_a, d, vu_set1(k1));
    d = low_a;
  }
  vu_store(x->v[0], a);
  vu_store(x->v[1], b);
  vu_store(x->v[2], c);
  vu_store(x->v[3], d);
}

#endif
