/* One step of RMSprop, and one of gradient descent, both with momentum.
 *
 *     rmsprop   v <- beta2 v + (1 - beta2) g^2
 *               m <- momentum m + g / (sqrt(v) + eps),   p <- p - rate m
 *     sgd       m <- momentum m + g,                     p <- p - rate m
 *
 * Sources: Tieleman & Hinton 2012, Coursera, Neural Networks for Machine Learning, lecture 6.5;
 * Polyak 1964, doi:10.1016/0041-5553(64)90137-5; the place of eps and of the rate as in PyTorch. */
#ifndef AMINE_LEARNER_DESCENT_STEP_H
#define AMINE_LEARNER_DESCENT_STEP_H

#include <stddef.h>

#include "kernel/trace.h"

typedef struct am_descent_constants {
  am_real beta2, eps, momentum;
  am_real scale; /* multiplies the gradient: the norm clip */
} am_descent_constants;

/* n a multiple of 16 */
typedef struct am_descent_ops {
  void (*rmsprop)(am_real *p, am_real *m, am_real *v, const am_real *g, size_t n, am_real rate,
                  const am_descent_constants *k);
  void (*sgd)(am_real *p, am_real *m, const am_real *g, size_t n, am_real rate,
              const am_descent_constants *k);
} am_descent_ops;

/* The code for the instruction set in use. */
const am_descent_ops *am_descent_code(void);

#endif
