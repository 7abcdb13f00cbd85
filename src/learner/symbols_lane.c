/* Softmax over an alphabet (see symbols_lane.h). */
#include "kernel/vector.h"

#include "kernel/lanes.h"
#include "kernel/math.h"
#include "learner/symbols_lane.h"

#define AT(x, k) ((x) + (size_t)(k)*VEC_LANES)

static void predict(real *z, real *logp, const int *next, const real *weight, int n) {
  vec top = v_load(z), sum = v_zero();
  real said[AM_SYMBOLS_LANES];
  for (int k = 1; k < n; k++) top = v_max(top, v_load(AT(z, k)));
  for (int q = 0; q < AM_SYMBOLS_LANES; q++)
    said[q] = z[(size_t)next[q] * AM_SYMBOLS_LANES + (size_t)q];
  for (int k = 0; k < n; k++) {
    const vec e = v_exp(v_sub(v_load(AT(z, k)), top));
    sum = v_add(sum, e);
    v_store(AT(z, k), e);
  }
  v_store(logp, v_sub(v_sub(v_load(said), top), v_log(sum)));
  const vec scale = v_div(v_load(weight), sum);
  for (int k = 0; k < n; k++) v_store(AT(z, k), v_mul(v_load(AT(z, k)), scale));
  for (int q = 0; q < AM_SYMBOLS_LANES; q++)
    z[(size_t)next[q] * AM_SYMBOLS_LANES + (size_t)q] -= weight[q];
}

/* LANES_BLOCK rows at most and 16 columns of dW, of which there are `cols`. */
VEC_INLINE void collect_tile(real *dW, const real *z, size_t z_step, const real *turned,
                             int n_blocks, int rows, int n, int cols) {
  vec s[LANES_BLOCK];
  for (int q = 0; q < LANES_BLOCK; q++) s[q] = v_zero();
  for (int b = 0; b < n_blocks; b++, z += z_step, turned += VEC_LANES * VEC_LANES) {
    if (rows == LANES_BLOCK) lanes_sums(s, z, VEC_LANES, 1, turned, LANES_BLOCK, VEC_LANES);
    else lanes_block(s, z, VEC_LANES, 1, turned, rows, VEC_LANES);
  }
  for (int q = 0; q < rows; q++, dW += n) {
    real some[VEC_LANES];
    if (cols == VEC_LANES) v_store(dW, s[q]);
    else {
      v_store(some, s[q]);
      memcpy(dW, some, (size_t)cols * sizeof *dW);
    }
  }
}

static void collect(real *dW, real *db, const real *z, size_t z_step, const real *turned,
                    int n_blocks, int n_rows, int n) {
  for (int k = 0; k < n; k += VEC_LANES, turned += (size_t)n_blocks * VEC_LANES * VEC_LANES)
    for (int i = 0; i < n_rows; i += LANES_BLOCK)
      collect_tile(dW + (size_t)i * (size_t)n + k, AT(z, i), z_step, turned, n_blocks,
                   n_rows - i < LANES_BLOCK ? n_rows - i : LANES_BLOCK, n,
                   n - k < VEC_LANES ? n - k : VEC_LANES);
  memset(db, 0, (size_t)n_rows * sizeof *db);
  lanes_total(db, z, z_step, n_blocks, n_rows);
}

static void turn(real *to, const real *from, int rows, int cols) {
  for (int i = 0; i < rows; i += 16)
    for (int j = 0; j < cols; j++)
      for (int k = i; k < rows && k < i + 16; k++)
        to[(size_t)j * (size_t)rows + (size_t)k] = from[(size_t)k * (size_t)cols + (size_t)j];
}

static void add(real *y, const real *W, const real *x, size_t x_step, int n_blocks, int n, int m) {
  for (int b = 0; b < n_blocks; b++, x += x_step, y += (size_t)n * VEC_LANES)
    lanes_affine_add(y, W, NULL, x, n, m);
}

extern const am_symbols_ops AM_ISA(am_symbols_ops);
const am_symbols_ops AM_ISA(am_symbols_ops) = {
    .predict = predict, .collect = collect, .turn = turn, .add = add};
