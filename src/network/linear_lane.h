/* Linear layers, VEC_LANES episodes side by side: y = W x + b, and the sums that learning needs.
 * Weights row-major [n][m]; arrays [row][lanes]. */
#ifndef AMINE_NETWORK_LINEAR_LANE_H
#define AMINE_NETWORK_LINEAR_LANE_H

#include <stddef.h>

#include "kernel/real.h"

typedef struct am_linear_ops {
  /* y [n] = W x + b; b may be NULL */
  void (*forward)(am_real *y, const am_real *W, const am_real *b, const am_real *x, int n, int m);
  /* dW [n][m] += sum over lanes and steps of A[t] B[t]', db [n] += that of A[t]; steps in elements
   * from one t to the next; dW or db may be NULL */
  void (*collect)(am_real *dW, am_real *db, const am_real *A, size_t a_step, const am_real *B,
                  size_t b_step, int n_steps, int n, int m);
  /* Tags of a linear layer, one number a weight and lane [n][m][lanes]: change [n][m] += delta tag
   * + now b', then tag <- k tag + a b', for a, now [n][lanes] (now may be NULL), b [m][lanes]
   * (NULL: a bias, m = 1), delta [lanes] of the step before (NULL is 0). */
  void (*online)(am_real *change, am_real *tag, const am_real *delta, am_real k, const am_real *a,
                 const am_real *now, const am_real *b, int n, int m);
  /* change += delta tag, for the last step of an episode */
  void (*harvest)(am_real *change, const am_real *tag, const am_real *delta, int n, int m);
} am_linear_ops;

const am_linear_ops *am_linear_code(void);

#endif
