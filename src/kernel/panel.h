/* Matrices as the hot loops read them: panels of 4 rows.
 *
 * A panel of four rows holds blocks of 16 columns, [4][16] each, one after the other, so that a
 * pass over it streams through memory in one line. Where 1 to 4 columns are left, the last block is
 * [4][4]: four rows in one vector. Rows are padded to a multiple of 4, columns to a multiple of 16
 * or to 4 more; padding is zero and stays zero. Vectors of numbers, one for each column, are padded
 * to a multiple of 16, those for each row to one of 4. */
#ifndef AMINE_KERNEL_PANEL_H
#define AMINE_KERNEL_PANEL_H

#include <stddef.h>

#define AM_PANEL_ROWS 4
#define AM_PANEL_COLS 16
#define AM_PANEL_STEPS 32 /* of a sum over steps: so many stay in the first-level cache */

static inline int am_pad(int n, int unit) { return (n + unit - 1) / unit * unit; }

typedef struct am_panel_shape {
  int rows;  /* a multiple of 4 */
  int whole; /* columns in blocks of 16 */
  int width; /* elements of a row: `whole`, or 4 more if there is a block of 4 */
  int n_rows, n_cols; /* without padding */
} am_panel_shape;

static inline am_panel_shape am_panel_of(int rows, int cols) {
  const int left = cols % AM_PANEL_COLS, tail = left > 0 && left <= 4;
  const int whole = tail ? cols - left : am_pad(cols, AM_PANEL_COLS);
  return (am_panel_shape){am_pad(rows, AM_PANEL_ROWS), whole, whole + 4 * tail, rows, cols};
}

static inline int am_panel_has_tail(am_panel_shape s) { return s.whole < s.width; }

static inline size_t am_panel_elements(am_panel_shape s) {
  return (size_t)s.rows * (size_t)s.width;
}

/* Number of elements of a padded matrix. */
static inline size_t am_panel_size(int rows, int cols) {
  return am_panel_elements(am_panel_of(rows, cols));
}

/* Where element (i, j) lies in a matrix of `cols` (unpadded) columns. */
static inline size_t am_panel_at(int i, int j, int cols) {
  const am_panel_shape s = am_panel_of(4, cols);
  const size_t block = (size_t)(i / 4) * 4 * (size_t)s.width;
  if (j >= s.whole) return block + 4 * (size_t)s.whole + (size_t)(i % 4 * 4 + j - s.whole);
  return block + (size_t)(j / 16 * 64 + i % 4 * 16 + j % 16);
}

/* How the elements of a tensor [rows][cols] lie: row by row, or its rows in parts, one after the
 * other, each a vector or a panel of its own. */
typedef enum am_order {
  AM_ORDER_ROWS,
  AM_ORDER_VECTOR,
  AM_ORDER_PANEL,
  AM_ORDER_PANEL_TRANSPOSED /* columns of the tensor are rows of the panel */
} am_order;

typedef struct am_form {
  am_order order;
  int part;    /* rows of a part */
  size_t size; /* elements from one part to the next */
} am_form;

/* The form of rows in parts of `part`. */
static inline am_form am_form_of(am_order order, int part, int cols) {
  const size_t size = order == AM_ORDER_PANEL              ? am_panel_size(part, cols)
                      : order == AM_ORDER_PANEL_TRANSPOSED ? am_panel_size(cols, part)
                                                           : (size_t)am_pad(part, 16);
  return (am_form){order, part, (size_t)am_pad((int)size, 16)};
}

/* Where element (i, j) lies behind the beginning of its tensor, which has `cols` columns. */
static inline size_t am_form_at(am_form f, int i, int j, int cols) {
  if (f.order == AM_ORDER_ROWS) return (size_t)i * (size_t)cols + (size_t)j;
  const size_t part = (size_t)(i / f.part) * f.size;
  i %= f.part;
  return part + (f.order == AM_ORDER_VECTOR  ? (size_t)i
                 : f.order == AM_ORDER_PANEL ? am_panel_at(i, j, cols)
                                             : am_panel_at(j, i, f.part));
}

#if defined(VEC_LANES) && VEC_LANES == 16 /* what follows is for vector sources */

/* y[0..3] += the sums over the quads of a block of 4 columns */
VEC_INLINE void panel_add_folded(real *y, vec tail) {
  real sums[4];
  v_fold4(sums, tail);
  for (int k = 0; k < 4; k++) y[k] += sums[k];
}

/* y[i] = sum_j C[i][j] x[j] */
VEC_INLINE void panel_apply(real *y, const real *C, const real *x, am_panel_shape shape) {
  for (int i = 0; i < shape.rows; i += 4, C += 4 * (size_t)shape.width) {
    vec s[4] = {v_zero(), v_zero(), v_zero(), v_zero()};
    for (int j = 0; j < shape.whole; j += 16) {
      vec xv = v_load(x + j);
      for (int r = 0; r < 4; r++) s[r] = v_fma(v_load(C + 4 * j + 16 * r), xv, s[r]);
    }
    if (!am_panel_has_tail(shape)) v_sum4(y + i, s[0], s[1], s[2], s[3]);
    else
      v_sum4_tail(y + i, s[0], s[1], s[2], s[3],
                  v_mul(v_load(C + 4 * (size_t)shape.whole), v_tile4(x + shape.whole)));
  }
}

/* `blocks` blocks of 16 columns, 4 at most: their sums do not wait for each other */
VEC_INLINE void panel_apply_transposed_blocks(real *y, const real *C, const real *x,
                                              am_panel_shape shape, int blocks) {
  vec s[4];
  for (int q = 0; q < blocks; q++) s[q] = v_load(y + 16 * q);
  for (int i = 0; i < shape.rows; i += 4, C += 4 * (size_t)shape.width)
    for (int r = 0; r < 4; r++) {
      const vec xv = v_set1(x[i + r]);
      for (int q = 0; q < blocks; q++) s[q] = v_fma(v_load(C + 64 * q + 16 * r), xv, s[q]);
    }
  for (int q = 0; q < blocks; q++) v_store(y + 16 * q, s[q]);
}

/* y[j] += sum_i C[i][j] x[i]: the sum in the order of i, or of i % 4 in a block of 4 columns */
VEC_INLINE void panel_apply_transposed(real *y, const real *C, const real *x,
                                       am_panel_shape shape) {
  int j = 0;
  for (; j + 64 <= shape.whole; j += 64)
    panel_apply_transposed_blocks(y + j, C + 4 * j, x, shape, 4);
  if (j + 32 <= shape.whole) {
    panel_apply_transposed_blocks(y + j, C + 4 * j, x, shape, 2);
    j += 32;
  }
  if (j < shape.whole) panel_apply_transposed_blocks(y + j, C + 4 * j, x, shape, 1);
  if (!am_panel_has_tail(shape)) return;
  const real *c = C + 4 * (size_t)shape.whole;
  vec tail = v_zero();
  for (int i = 0; i < shape.rows; i += 4, c += 4 * (size_t)shape.width)
    tail = v_fma(v_load(c), v_spread4(x + i), tail);
  panel_add_folded(y + shape.whole, tail);
}

/* C[i][j] += sum_t A[t][i] B[t][j] for four rows, `blocks` blocks of 16 columns (PANEL_OUTER at
 * most) and, if `tail`, one of 4 */
#define PANEL_OUTER (VEC_SUMS < 8 ? 1 : VEC_SUMS < 16 ? 2 : 4)
VEC_INLINE void panel_add_outer_blocks(real *C, const real *A, size_t a_stride, const real *B,
                                       size_t b_stride, int n, int blocks, int tail) {
  vec s[4 * PANEL_OUTER], last = tail ? v_load(C + 64 * blocks) : v_zero();
  for (int k = 0; k < 4 * blocks; k++) s[k] = v_load(C + 16 * k);
  for (int t = 0; t < n; t++, A += a_stride, B += b_stride) {
    for (int q = 0; q < blocks; q++) {
      vec b = v_load(B + 16 * q);
      for (int r = 0; r < 4; r++) s[4 * q + r] = v_fma(v_set1(A[r]), b, s[4 * q + r]);
    }
    if (tail) last = v_fma(v_spread4(A), v_tile4(B + 16 * blocks), last);
  }
  for (int k = 0; k < 4 * blocks; k++) v_store(C + 16 * k, s[k]);
  if (tail) v_store(C + 64 * blocks, last);
}

/* the part of AM_PANEL_STEPS steps at most */
VEC_INLINE void panel_add_outer_part(real *C, const real *A, size_t a_stride, const real *B,
                                     size_t b_stride, int n, am_panel_shape shape) {
  const int tail = am_panel_has_tail(shape);
  for (int i = 0; i < shape.rows; i += 4, A += 4, C += 4 * (size_t)shape.width) {
    int j = 0;
    for (; j + 16 * PANEL_OUTER <= shape.whole; j += 16 * PANEL_OUTER)
      panel_add_outer_blocks(C + 4 * j, A, a_stride, B + j, b_stride, n, PANEL_OUTER, 0);
    for (; j < shape.whole; j += 16)
      panel_add_outer_blocks(C + 4 * j, A, a_stride, B + j, b_stride, n, 1, 0);
    if (tail) panel_add_outer_blocks(C + 4 * j, A, a_stride, B + j, b_stride, n, 0, 1);
  }
}

/* C[i][j] += sum_t A[t][i] B[t][j], the sum in the order of t < n; strides in elements */
VEC_INLINE void panel_add_outer(real *C, const real *A, size_t a_stride, const real *B,
                                size_t b_stride, int n, am_panel_shape shape) {
  for (int t = 0; t < n; t += AM_PANEL_STEPS)
    panel_add_outer_part(C, A + (size_t)t * a_stride, a_stride, B + (size_t)t * b_stride, b_stride,
                         n - t < AM_PANEL_STEPS ? n - t : AM_PANEL_STEPS, shape);
}

#endif
#endif
