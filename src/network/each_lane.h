/* A linear layer of which each lane has weights of its own, and how they come to be: for learners
 * that perturb the weights themselves. Weights are [weight][lanes]; with the same in all lanes the
 * results are those of linear_lane.h to the bit. */
#ifndef AMINE_NETWORK_EACH_LANE_H
#define AMINE_NETWORK_EACH_LANE_H

#include <stddef.h>

#include "kernel/real.h"

typedef struct am_each_ops {
  /* w[i] = parameters[i] + scale noise[i] for i < n; w [n][lanes], noise [n][lanes], scale [lanes]
   */
  void (*perturb)(am_real *w, const am_real *parameters, const am_real *noise, const am_real *scale,
                  size_t n);
  /* y [n] = W x + b, W [n][m][lanes], b [n][lanes] */
  void (*linear)(am_real *y, const am_real *W, const am_real *b, const am_real *x, int n, int m);
} am_each_ops;

const am_each_ops *am_each_code(void);

#endif
