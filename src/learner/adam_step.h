/* Sums over the lanes' gradients, and one step of Adam.
 *
 *     m <- beta1 m + (1 - beta1) g        v <- beta2 v + (1 - beta2) g^2
 *     p <- p - rate (m / (1 - beta1^k)) / (sqrt(v / (1 - beta2^k)) + eps)
 *
 * k counts the steps. Source: Kingma, Ba 2015, arXiv 1412.6980; the place of eps as in PyTorch. In
 * the form of a single lane any size will do where multiples of 16 are asked for below. */
#ifndef AMINE_LEARNER_ADAM_STEP_H
#define AMINE_LEARNER_ADAM_STEP_H

#include <stddef.h>

#include "kernel/trace.h"

typedef struct am_adam_constants {
  am_real beta1, beta2, eps;
  am_real correction1, correction2; /* 1 / (1 - beta1^k), 1 / (1 - beta2^k) */
  am_real scale;                    /* multiplies the gradient: the norm clip */
} am_adam_constants;

typedef struct am_adam_ops {
  /* out[i] = sum over c < n_parts, in that order, of parts[c * stride + i], for i in [from, to),
   * both multiples of 16 */
  void (*sum)(am_real *out, const am_real *parts, size_t stride, int n_parts, size_t from,
              size_t to);
  /* sum of g[i]^2, i < n, n a multiple of 16 */
  am_real (*sum_of_squares)(const am_real *g, size_t n);
  /* n a multiple of 16 */
  void (*step)(am_real *p, am_real *m, am_real *v, const am_real *g, size_t n, am_real rate,
               const am_adam_constants *k);
} am_adam_ops;

/* The code for the instruction set in use. */
const am_adam_ops *am_adam_code(void);

#endif
