/* Many episodes side by side: one element of each vector is one lane, an episode of its own.
 *
 * For networks of a few dozen units this is the fastest form: nothing is padded, a weight is read
 * once for VEC_LANES episodes, and code reads like the equation of one episode. Arrays are
 * [row][VEC_LANES], weights are single numbers, row-major as PyTorch has them. Only for vector
 * sources.
 *
 * Promise: each result has one order of summation, whatever the shapes: along a row in the order of
 * its columns; over time first, then over lanes by the tree of v_sum. */
#ifndef AMINE_KERNEL_LANES_H
#define AMINE_KERNEL_LANES_H

#include <stddef.h>

#include "base/vec.h"

/* so many sums at once stay in registers */
#define LANES_BLOCK (VEC_SUMS < 8 ? 6 : 8)
/* rows and columns of a block of sums over lanes, whose registers are taken one by one */
#define LANES_OUTER_ROWS (VEC_SUMS < 8 ? 3 : 4)
#define LANES_OUTER_COLS 4

/* s[k] += sum_i W[k rows apart][i columns apart] x[i], for k < n, a constant */
VEC_INLINE void lanes_sums(vec *s, const real *W, size_t row, size_t col, const real *x, int n,
                           int m) {
  vec r[LANES_BLOCK];
  for (int k = 0; k < n; k++) r[k] = s[k];
  for (int i = 0; i < m; i++, W += col) {
    const vec xv = v_load(x + (size_t)i * VEC_LANES);
    for (int k = 0; k < n; k++) r[k] = v_fma(v_set1(W[(size_t)k * row]), xv, r[k]);
  }
  for (int k = 0; k < n; k++) s[k] = r[k];
}

/* The same for any n <= LANES_BLOCK. */
VEC_INLINE void lanes_block(vec *s, const real *W, size_t row, size_t col, const real *x, int n,
                            int m) {
  if (n == LANES_BLOCK) {
    lanes_sums(s, W, row, col, x, LANES_BLOCK, m);
    return;
  }
  int k = 0;
  if (n >= 4) lanes_sums(s, W, row, col, x, k = 4, m);
  for (; k < n; k++) lanes_sums(s + k, W + (size_t)k * row, row, col, x, 1, m);
}

/* y[j] = b[j] + sum_i W[j][i] x[i], j < n, i < m; b may be NULL. */
VEC_INLINE void lanes_affine(real *y, const real *W, const real *b, const real *x, int n, int m) {
  for (int j = 0; j < n; j += LANES_BLOCK) {
    const int part = n - j < LANES_BLOCK ? n - j : LANES_BLOCK;
    vec s[LANES_BLOCK];
    for (int k = 0; k < LANES_BLOCK; k++) s[k] = v_set1(b && k < part ? b[j + k] : 0);
    lanes_block(s, W + (size_t)j * (size_t)m, (size_t)m, 1, x, part, m);
    for (int k = 0; k < part; k++) v_store(y + (size_t)(j + k) * VEC_LANES, s[k]);
  }
}

/* y[j] += b[j] + sum_i W[j][i] x[i]; b may be NULL. */
VEC_INLINE void lanes_affine_add(real *y, const real *W, const real *b, const real *x, int n,
                                 int m) {
  for (int j = 0; j < n; j += LANES_BLOCK) {
    const int part = n - j < LANES_BLOCK ? n - j : LANES_BLOCK;
    vec s[LANES_BLOCK];
    for (int k = 0; k < LANES_BLOCK; k++) {
      if (k >= part) s[k] = v_zero();
      else s[k] = v_load(y + (size_t)(j + k) * VEC_LANES);
      if (b && k < part) s[k] = v_add(s[k], v_set1(b[j + k]));
    }
    lanes_block(s, W + (size_t)j * (size_t)m, (size_t)m, 1, x, part, m);
    for (int k = 0; k < part; k++) v_store(y + (size_t)(j + k) * VEC_LANES, s[k]);
  }
}

/* y[i] (+)= sum_j W[j][i] g[j], j < n, i < m: through the matrix the other way. */
VEC_INLINE void lanes_transposed(real *y, const real *W, const real *g, int n, int m, int add) {
  for (int i = 0; i < m; i += LANES_BLOCK) {
    const int part = m - i < LANES_BLOCK ? m - i : LANES_BLOCK;
    vec s[LANES_BLOCK];
    for (int k = 0; k < LANES_BLOCK; k++)
      s[k] = add && k < part ? v_load(y + (size_t)(i + k) * VEC_LANES) : v_zero();
    lanes_block(s, W + i, 1, (size_t)m, g, part, n);
    for (int k = 0; k < part; k++) v_store(y + (size_t)(i + k) * VEC_LANES, s[k]);
  }
}

/* s[q][p] = sum_t a[t][q] b[t][p], q < n, p < m: at most LANES_OUTER_ROWS by LANES_OUTER_COLS */
VEC_INLINE void lanes_outer_block(vec *s, const real *a, size_t a_step, const real *b,
                                  size_t b_step, int n_steps, int n, int m) {
  vreg sums[LANES_OUTER_ROWS * LANES_OUTER_COLS][VEC_REGS];
  for (int h = 0; h < VEC_REGS; h++) {
    const real *x = a + h * (VEC_LANES / VEC_REGS), *y = b + h * (VEC_LANES / VEC_REGS);
    vreg r[LANES_OUTER_ROWS * LANES_OUTER_COLS], yv[LANES_OUTER_COLS];
    for (int k = 0; k < LANES_OUTER_ROWS * LANES_OUTER_COLS; k++) r[k] = vr_zero();
    for (int t = 0; t < n_steps; t++, x += a_step, y += b_step) {
      for (int p = 0; p < m; p++) yv[p] = vr_load(y + p * VEC_LANES);
      for (int q = 0; q < n; q++) {
        const vreg xv = vr_load(x + q * VEC_LANES);
        for (int p = 0; p < m; p++)
          r[LANES_OUTER_COLS * q + p] = vr_fma(xv, yv[p], r[LANES_OUTER_COLS * q + p]);
      }
    }
    for (int k = 0; k < LANES_OUTER_ROWS * LANES_OUTER_COLS; k++) sums[k][h] = r[k];
  }
  for (int k = 0; k < LANES_OUTER_ROWS * LANES_OUTER_COLS; k++) s[k] = v_of_regs(sums[k]);
}

/* C[j][i] += sum over lanes of sum_t A[t][j] B[t][i], j < n, i < m. Steps of A and B in elements
 * from one t to the next. */
VEC_INLINE void lanes_outer(real *C, const real *A, size_t a_step, const real *B, size_t b_step,
                            int n_steps, int n, int m) {
  const int rows = LANES_OUTER_ROWS, cols = LANES_OUTER_COLS;
  for (int j = 0; j < n; j += rows) {
    const int nj = n - j < rows ? n - j : rows;
    for (int i = 0; i < m; i += cols) {
      const int ni = m - i < cols ? m - i : cols;
      const real *a = A + (size_t)j * VEC_LANES, *b = B + (size_t)i * VEC_LANES;
      vec s[LANES_OUTER_ROWS * LANES_OUTER_COLS];
      if (nj == rows && ni == cols) /* so that the compiler keeps all of them in registers */
        lanes_outer_block(s, a, a_step, b, b_step, n_steps, LANES_OUTER_ROWS, LANES_OUTER_COLS);
      else lanes_outer_block(s, a, a_step, b, b_step, n_steps, nj, ni);
      for (int q = 0; q < nj; q++) {
        real sums[LANES_OUTER_COLS];
        v_sum4(sums, s[4 * q], s[4 * q + 1], s[4 * q + 2], s[4 * q + 3]);
        for (int p = 0; p < ni; p++) C[(size_t)(j + q) * (size_t)m + (size_t)(i + p)] += sums[p];
      }
    }
  }
}

/* x[k] *= factor, of each lane */
VEC_INLINE void lanes_scale(real *x, const real *factor, size_t n) {
  const vec f = v_load(factor);
  for (size_t k = 0; k < n * VEC_LANES; k += VEC_LANES) v_store(x + k, v_mul(v_load(x + k), f));
}

/* c[j] += sum over lanes of sum_t A[t][j] */
VEC_INLINE void lanes_total(real *c, const real *A, size_t a_step, int n_steps, int n) {
  for (int j = 0; j < n; j++) {
    vec s = v_zero();
    for (int t = 0; t < n_steps; t++)
      s = v_add(s, v_load(A + (size_t)t * a_step + (size_t)j * VEC_LANES));
    c[j] += v_sum(s);
  }
}

#endif
