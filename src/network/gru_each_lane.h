/* Gated recurrent units and a linear layer of which each lane has weights of its own: what is
 * needed where the weights themselves are perturbed. Equations: gru_lane.h; there is nothing here
 * but the step forward, for such learners know no derivatives.
 *
 * Weights are [weight][lanes], in the order of the single numbers of gru_lane.h. With the same
 * weights in all lanes the results are those of gru_lane.h and linear_lane.h to the bit. */
#ifndef AMINE_NETWORK_GRU_EACH_LANE_H
#define AMINE_NETWORK_GRU_EACH_LANE_H

#include "network/gru_lane.h"

typedef struct am_each_ops {
  /* w[i] = parameters[i] + scale noise[i] for i < n; w [n][lanes], noise [n][lanes], scale [lanes]
   */
  void (*perturb)(am_real *w, const am_real *parameters, const am_real *noise, const am_real *scale,
                  size_t n);
  /* As am_gru_ops.step, the cell's weights being [weight][lanes]. */
  void (*gru)(const am_gru_cell *cell, am_real *state, const am_real *x, const am_real *before);
  /* y [n] = W x + b, W [n][m][lanes], b [n][lanes] */
  void (*linear)(am_real *y, const am_real *W, const am_real *b, const am_real *x, int n, int m);
} am_each_ops;

const am_each_ops *am_each_code(void);

#endif
