/* One step of the network (see ctrnn.h), and the perturbations. */
#include "kernel/vector.h"

#include "kernel/math.h"
#include "kernel/philox.h"
#include "network/ctrnn.h"

VEC_INLINE vec held(const am_ctrnn_state *s, int i, vec x) {
  return v_select(v_lt(v_load(s->held + i), v_set1(0.5f)), x, v_load(s->value + i));
}

static void start(const am_ctrnn *n, am_ctrnn_state *s) {
  for (int i = 0; i < n->n_vector; i += VEC_LANES) {
    const vec x = held(s, i, v_load(s->x + i)), r = v_tanh(x);
    v_store(s->x + i, x);
    v_store(s->mean + i, x);
    v_store(s->r + i, r);
    v_store(s->z + i, r);
  }
}

static void step(const am_ctrnn *n, const real *panel, am_ctrnn_state *s, const real *xi, real *dx,
                 real *before) {
  const vec euler = v_set1(n->euler);
  const vec keep = v_set1(n->options.keep), rest = v_set1(1 - n->options.keep);
  panel_apply(s->y, panel, s->z, n->shape);
  for (int i = 0; i < n->n_vector; i += VEC_LANES) {
    const vec old = v_load(s->x + i), mean = v_load(s->mean + i);
    const vec inside = v_sub(v_add(v_load(s->y + i), v_load(xi + i)), old);
    const vec x = held(s, i, v_fma(euler, inside, old));
    v_store(dx + i, v_sub(x, mean));
    v_store(before + i, v_load(s->r + i));
    v_store(s->mean + i, v_fma(keep, mean, v_mul(rest, x)));
    v_store(s->x + i, x);
    const vec r = v_tanh(x);
    v_store(s->r + i, r);
    v_store(s->z + i, r);
  }
}

/* One draw u in [0, 1) says whether, u < chance, and how much: given that, u / chance is uniform.
 * Where it is so rare that too few of u's digits are left for that, another draw says how much. */
static void perturb(real *xi, int n_vector, real chance, real amplitude, uint64_t seed,
                    uint32_t stream, uint32_t population, uint64_t at) {
  const philox_key key = {.seed = seed, .step = at, .stream = stream, .population = population};
  const philox_key size_key = {seed, at, stream | AM_STREAM_SIZE, population};
  const philox_shared shared = philox_share(&key), size_shared = philox_share(&size_key);
  const bool rare = chance < (real)0x1p-12;
  const vec bound = v_set1(chance), scale = v_set1(2 * amplitude / (rare ? 1 : chance));
  const vec middle = v_set1(0x1p-25f), zero = v_zero();
  for (int i = 0; i < n_vector; i += 64) {
    philox_block block;
    philox_draw(&block, &shared, (uint32_t)i / 64);
    for (int q = 0; q < 4 && i + 16 * q < n_vector; q++) {
      vec u = philox_chance(&key, (uint32_t)(i + 16 * q), block.v[q], bound);
      const vmask happens = v_lt(u, bound);
      if (rare && v_mask_bits(happens)) {
        philox_block sizes;
        philox_draw(&sizes, &size_shared, (uint32_t)i / 64);
        u = vu_uniform(vu_load(sizes.v[q]));
      }
      const vec size = v_fma(v_add(u, middle), scale, v_set1(0 - amplitude));
      v_store(xi + i + 16 * q, v_select(happens, size, zero));
    }
  }
}

extern const am_ctrnn_ops AM_ISA(am_ctrnn_ops);
const am_ctrnn_ops AM_ISA(am_ctrnn_ops) = {.start = start, .step = step, .perturb = perturb};
