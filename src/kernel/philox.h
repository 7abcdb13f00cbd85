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

static inline void philox_round(philox_block *x, uint32_t k0, uint32_t k1) {
  for (int c = 0; c < VEC_LANES; c++) {
    const uint64_t p = (uint64_t)0xD2511F53u * x->v[0][c], q = (uint64_t)0xCD9E8D57u * x->v[2][c];
    const uint32_t a = (uint32_t)(q >> 32) ^ x->v[1][c] ^ k0, b = (uint32_t)q;
    const uint32_t d = (uint32_t)(p >> 32) ^ x->v[3][c] ^ k1, e = (uint32_t)p;
    x->v[0][c] = a, x->v[1][c] = b, x->v[2][c] = d, x->v[3][c] = e;
  }
}

static inline void philox_draw(philox_block *x, const philox_key *key, uint32_t block) {
  const uint32_t episode = key->population << 16 | (uint32_t)(key->step >> 32 & 0xffff);
  for (int c = 0; c < VEC_LANES; c++) {
    x->v[0][c] = (uint32_t)key->step;
    x->v[1][c] = 16 * block + (uint32_t)c;
    x->v[2][c] = episode;
    x->v[3][c] = key->stream;
  }
  uint32_t k0 = (uint32_t)key->seed, k1 = (uint32_t)(key->seed >> 32);
  for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u)
    philox_round(x, k0, k1);
}

#endif
