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
} am_linear_ops;

const am_linear_ops *am_linear_code(void);

#endif
