/* The hot loops of a brain that belong to no model and no rule; what each does is in pass.h. */
#include "brain/pass.h"

#include <stddef.h>

#include "base/random.h"
#include "kernel/philox.h"
#include "kernel/synapse_seen.h"
#include "kernel/vector.h"

static void take_counts(am_real *in, uint16_t *count, am_real weight, uint32_t n) {
  const vec w = v_set1(weight);
  for (uint32_t i = 0; i < n; i += VEC_LANES) {
    v_store(in + i, v_fma(w, v_from_u16(count + i), v_load(in + i)));
    memset(count + i, 0, VEC_LANES * sizeof *count);
  }
}

static void take_quanta(am_real *in, int32_t *sum, am_real quantum, uint32_t n) {
  const vec q = v_set1(quantum);
  for (uint32_t i = 0; i < n; i += VEC_LANES) {
    v_store(in + i, v_fma(q, v_from_i32(sum + i), v_load(in + i)));
    memset(sum + i, 0, VEC_LANES * sizeof *sum);
  }
}

/* Random numbers of 16 neurons that stand side by side; the block is drawn anew when it changes. */
typedef struct draws {
  philox_key key;
  philox_shared shared;
  philox_block x;
  uint32_t block;
} draws;

static draws draws_begin(const am_draw *draw, uint32_t stream) {
  const philox_key key = {draw->seed, draw->step, stream, draw->population};
  return (draws){.key = key, .shared = philox_share(&key), .block = UINT32_MAX};
}

static inline const uint32_t *draws_of(draws *d, uint32_t index) {
  if (d->block != index / 64) philox_draw(&d->x, &d->shared, d->block = index / 64);
  return d->x.v[index / 16 % 4];
}

static void current(am_real *I, const am_real *extra, am_real mean, am_real uniform, am_real factor,
                    const am_draw *draw, uint32_t n) {
  draws d = draws_begin(draw, AM_STREAM_NEURON);
  const vec f = v_set1(factor), m = v_set1(mean), width = v_set1(uniform);
  const vec half = v_set1((real)0.5);
  for (uint32_t i = 0; i < n; i += VEC_LANES) {
    vec x = extra ? v_add(m, v_load(extra + i)) : m;
    if (uniform != 0) {
      const vec u = vu_uniform(vu_load(draws_of(&d, draw->index + i)));
      x = v_fma(width, v_sub(u, half), x);
    }
    x = v_mul(f, x);
    if (n - i < VEC_LANES) v_store_n(I + i, x, (int)(n - i));
    else v_store(I + i, x);
  }
}

/* Of 16 numbers drawn, those that reached all that is common are drawn in full. */
static __attribute__((cold, noinline)) vec poisson_rare(const am_poisson_table *table,
                                                        const draws *d, uint32_t index, vec count,
                                                        unsigned rare) {
  am_real each[VEC_LANES];
  v_store(each, count);
  for (uint32_t l = 0; l < VEC_LANES; l++) {
    if (!(rare >> l & 1)) continue;
    am_random_key key = philox_key_of(&d->key, index + l);
    const int word = philox_word_of(index);
    uint64_t u = (uint64_t)am_random(key, (uint32_t)d->key.step).v[word] << 32;
    key.stream |= AM_STREAM_LOW;
    u |= am_random(key, (uint32_t)d->key.step).v[word];
    int n = table->common;
    for (; n > 0 && u < table->below[n - 1]; n--) {}
    while (n < table->n && u >= table->below[n]) n++;
    each[l] = (am_real)n;
  }
  return v_load(each);
}

static void poisson(am_real *in, const am_poisson_table *table, uint32_t stream, am_real weight,
                    const am_draw *draw, uint32_t n) {
  draws d = draws_begin(draw, stream);
  const vec w = v_set1(weight), all = v_set1((real)table->common - (real)0.5);
  for (uint32_t i = 0; i < n; i += VEC_LANES) {
    const uint32_t *u = draws_of(&d, draw->index + i);
    vec count = v_reached(u, table->above, table->common);
    const unsigned rare = v_mask_bits(v_lt(all, count));
    if (rare) count = poisson_rare(table, &d, draw->index + i, count, rare);
    const vec sum = v_fma(w, count, v_load(in + i));
    if (n - i < VEC_LANES) v_store_n(in + i, sum, (int)(n - i));
    else v_store(in + i, sum);
  }
}

static void decay(am_real *next, const am_real *now, const am_real *k, uint32_t n) {
  for (uint32_t i = 0; i < n; i += VEC_LANES)
    v_store(next + i, synapse_decayed(v_load(now + i), k[0]));
}

static void recover(am_real *u, am_real *R, am_real facil, am_real rec, uint32_t n) {
  const vec one = v_set1(1), r = v_set1(rec);
  for (uint32_t i = 0; i < n; i += VEC_LANES) {
    v_store(u + i, synapse_decayed(v_load(u + i), facil));
    v_store(R + i, v_fnma(v_sub(one, v_load(R + i)), r, one));
  }
}

static void rescale(am_real *w, const uint16_t *target, const am_rescaling *is, uint32_t n) {
  const vec loss = v_set1(is->loss);
  for (uint32_t i = 0; i < n; i += VEC_LANES) {
    const int m = n - i < VEC_LANES ? (int)(n - i) : VEC_LANES;
    vec s = v_set1(is->decay);
    if (is->scale) s = v_mul(s, v_gather16_n(is->scale, target + i, m));
    vec x = v_mul(v_load_n(w + i, m), s);
    if (is->loss > 0) x = v_sub(x, v_clip(x, loss));
    v_store_n(w + i, v_min(v_max(x, v_set1(is->w_min)), v_set1(is->w_max)), m);
  }
}

static void rescale_kept(am_real *w, am_real *low, const uint16_t *target, const am_rescaling *is,
                         uint32_t n) {
  const am_real k[AM_SYNAPSE_CONSTANTS] = {[AM_SYNAPSE_W_MIN] = is->w_min,
                                           [AM_SYNAPSE_W_MAX] = is->w_max};
  for (uint32_t i = 0; i < n; i += VEC_LANES) {
    const int m = n - i < VEC_LANES ? (int)(n - i) : VEC_LANES;
    vec s = v_set1(is->decay), rest = v_load_n(low + i, m);
    if (is->scale) { /* (1 + s) (1 + x) - 1 */
      const vec x = v_gather16_n(is->scale, target + i, m);
      s = v_add(s, v_fma(s, x, x));
    }
    const vec now = v_load_n(w + i, m);
    vec change = v_mul(now, s);
    if (is->loss > 0) change = v_sub(change, v_clip(v_add(now, change), v_set1(is->loss)));
    v_store_n(w + i, synapse_carry_weight(now, change, &rest, k), m);
    v_store_n(low + i, rest, m);
  }
}

const am_brain_pass AM_ISA(am_brain_pass) = {take_counts, take_quanta, current, poisson,
                                             decay,       recover,     rescale, rescale_kept};
