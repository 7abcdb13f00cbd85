/* The passes of exploratory_hebb_rule.h. */
#include "kernel/vector.h"

#include "kernel/philox.h"
#include "learner/exploratory_hebb_rule.h"

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

VEC_INLINE vec cubed(vec x) { return v_mul(v_mul(x, x), x); }

static void cube(real *to, const real *from, size_t stride, int n_vector, int n) {
  for (int t = 0; t < n; t++, from += stride, to += n_vector)
    for (int i = 0; i < n_vector; i += VEC_LANES) v_store(to + i, cubed(v_load(from + i)));
}

static void fluctuation(real *to, real *mean, const real *x, size_t stride, real keep, int n_vector,
                        int n) {
  const vec k = v_set1(keep), rest = v_set1(1 - keep);
  for (int i = 0; i < n_vector; i += VEC_LANES) {
    vec m = v_load(mean + i);
    for (int t = 0; t < n; t++) {
      const vec now = v_load(x + (size_t)t * stride + i);
      v_store(to + t * n_vector + i, cubed(v_sub(now, m)));
      m = v_fma(k, m, v_mul(rest, now));
    }
    v_store(mean + i, m);
  }
}

static void accumulate(real *H, const real *post, size_t post_stride, const real *pre,
                       size_t pre_stride, int n, am_panel_shape shape) {
  panel_add_outer(H, post, post_stride, pre, pre_stride, n, shape);
}

VEC_INLINE void add_each(real *H, const real *trace, vec post, vec pre, bool cubes) {
  const vec x = v_mul(v_load(trace), pre);
  v_store(H, v_fma(post, cubes ? cubed(x) : x, v_load(H)));
}

static void accumulate_each(real *H, const real *trace, const real *post, const real *pre,
                            bool cubes, am_panel_shape shape) {
  const size_t panel = 4 * (size_t)shape.width, tail = 4 * (size_t)shape.whole;
  for (int i = 0; i < shape.rows; i += 4, H += panel, trace += panel) {
    for (int j = 0; j < shape.whole; j += 16) {
      const vec x = v_load(pre + j);
      for (int r = 0; r < 4; r++)
        add_each(H + 4 * j + 16 * r, trace + 4 * j + 16 * r, v_set1(post[i + r]), x, cubes);
    }
    if (am_panel_has_tail(shape))
      add_each(H + tail, trace + tail, v_spread4(post + i), v_tile4(pre + shape.whole), cubes);
  }
}

static void accumulate_few(real *H, int n_few, const real *trace, const real *post, const real *pre,
                           real *sums, bool cubes, am_panel_shape shape) {
  vec all = v_zero();
  const int n = am_pad(shape.rows, VEC_LANES);
  for (int i = shape.rows; i < n; i++) sums[i] = 0;
  panel_apply(sums, trace, pre, shape);
  for (int i = 0; i < n; i += VEC_LANES) {
    const vec x = v_load(sums + i), d = v_mul(v_load(post + i), cubes ? cubed(x) : x);
    if (n_few > 1) v_store(H + i, v_add(v_load(H + i), d));
    all = v_add(all, d);
  }
  if (n_few == 1) *H += v_sum(all);
}

static real change(real *J, const real *H, size_t n, real factor, real c) {
  const vec k = v_set1(factor), bound = v_set1(c);
  vec squares = v_zero();
  for (size_t i = 0; i < n; i += VEC_LANES) {
    const vec d = v_clip(v_mul(k, v_load(H + i)), bound);
    v_store(J + i, v_add(v_load(J + i), d));
    squares = v_fma(d, d, squares);
  }
  return v_sum(squares);
}

extern const am_hebb_ops AM_ISA(am_hebb_ops);
const am_hebb_ops AM_ISA(am_hebb_ops) = {.perturb = perturb,
                                         .cube = cube,
                                         .fluctuation = fluctuation,
                                         .accumulate = accumulate,
                                         .accumulate_each = accumulate_each,
                                         .accumulate_few = accumulate_few,
                                         .change = change};
