/* The gradient of a loss through gated recurrent units: from a step to the step before and to what
 * lies below. For backprop, the yardstick; learners without backprop do not use it (a test looks at
 * the symbols of their objects). Equations: gru_lane.h. */
#ifndef AMINE_NETWORK_GRU_BACKWARD_H
#define AMINE_NETWORK_GRU_BACKWARD_H

#include "network/gru_lane.h"

typedef struct am_gru_backward_ops {
  /* From dh [n][lanes], the whole gradient at this step's h: the gates' gradients (credit times
   * psi), dbefore [n][lanes] of what was before (written), and dx [n_inputs][lanes] of the input
   * (written; NULL if not wanted). */
  void (*back)(const am_gru_cell *cell, am_real *gates, am_real *dbefore, am_real *dx,
               const am_real *state, const am_real *before, const am_real *dh);
  /* dx [m][lanes] += W' dy for a linear layer [n][m] on top */
  void (*linear)(am_real *dx, const am_real *W, const am_real *dy, int n, int m);
} am_gru_backward_ops;

const am_gru_backward_ops *am_gru_backward_code(void);

#endif
