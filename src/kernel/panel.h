/* Matrices as the hot loops read them: panels of 4 rows.
 *
 * A matrix of `rows` x `cols` is stored as [rows/4][cols/16][4][16], so that a pass over four rows
 * streams through memory in one line. Rows are padded to a multiple of 4, columns to a multiple of
 * 16; padding is zero and stays zero. Vectors are padded likewise. */
#ifndef AMINE_KERNEL_PANEL_H
#define AMINE_KERNEL_PANEL_H

#include <stddef.h>

#define AM_PANEL_ROWS 4
#define AM_PANEL_COLS 16

static inline int am_pad(int n, int unit) { return (n + unit - 1) / unit * unit; }

/* Number of elements of a padded matrix. */
static inline size_t am_panel_size(int rows, int cols) {
  return (size_t)am_pad(rows, AM_PANEL_ROWS) * (size_t)am_pad(cols, AM_PANEL_COLS);
}

/* Where element (i, j) lies in a matrix of `cols` (unpadded) columns. */
static inline size_t am_panel_at(int i, int j, int cols) {
  size_t width = (size_t)am_pad(cols, AM_PANEL_COLS);
  return (size_t)(i / 4) * 4 * width + (size_t)(j / 16) * 64 + (size_t)(i % 4) * 16 +
         (size_t)(j % 16);
}

#ifdef VEC_LANES /* what follows is for vector sources */

/* y[i] = sum_j C[i][j] x[j] for i < rows (a multiple of 4), cols a multiple of 16 */
VEC_INLINE void panel_apply(real *y, const real *C, const real *x, int rows, int cols) {
  for (int i = 0; i < rows; i += 4, C += 4 * (size_t)cols) {
    vec s[4] = {v_zero(), v_zero(), v_zero(), v_zero()};
    for (int j = 0; j < cols; j += 16) {
      vec xv = v_load(x + j);
      for (int r = 0; r < 4; r++) s[r] = v_fma(v_load(C + 4 * j + 16 * r), xv, s[r]);
    }
    v_sum4(y + i, s[0], s[1], s[2], s[3]);
  }
}

/* y[j] += sum_i C[i][j] x[i], the sum in the order of i */
VEC_INLINE void panel_apply_transposed(real *y, const real *C, const real *x, int rows, int cols) {
  for (int i = 0; i < rows; i += 4, C += 4 * (size_t)cols)
    for (int j = 0; j < cols; j += 16) {
      vec s = v_load(y + j);
      for (int r = 0; r < 4; r++) s = v_fma(v_load(C + 4 * j + 16 * r), v_set1(x[i + r]), s);
      v_store(y + j, s);
    }
}

/* C[i][j] += sum_t A[t][i] B[t][j], the sum in the order of t < n; strides in elements */
VEC_INLINE void panel_add_outer(real *C, const real *A, size_t a_stride, const real *B,
                                size_t b_stride, int n, int rows, int cols) {
  for (int i = 0; i < rows; i += 4, C += 4 * (size_t)cols) {
    int j = 0;
    for (; j + 64 <= cols; j += 64) {
      vec s[16];
      for (int k = 0; k < 16; k++) s[k] = v_load(C + 4 * j + 16 * k);
      for (int t = 0; t < n; t++) {
        const real *b = B + (size_t)t * b_stride + j, *a = A + (size_t)t * a_stride + i;
        for (int q = 0; q < 4; q++) {
          vec bv = v_load(b + 16 * q);
          for (int r = 0; r < 4; r++) s[4 * q + r] = v_fma(v_set1(a[r]), bv, s[4 * q + r]);
        }
      }
      for (int k = 0; k < 16; k++) v_store(C + 4 * j + 16 * k, s[k]);
    }
    for (; j < cols; j += 16) {
      vec s[4];
      for (int r = 0; r < 4; r++) s[r] = v_load(C + 4 * j + 16 * r);
      for (int t = 0; t < n; t++) {
        const real *a = A + (size_t)t * a_stride + i;
        vec bv = v_load(B + (size_t)t * b_stride + j);
        for (int r = 0; r < 4; r++) s[r] = v_fma(v_set1(a[r]), bv, s[r]);
      }
      for (int r = 0; r < 4; r++) v_store(C + 4 * j + 16 * r, s[r]);
    }
  }
}

#endif
#endif
