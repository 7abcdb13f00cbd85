/* The gradient of a loss through one step of the Hebbian RNN, and through its trace H. For
 * backprop, the yardstick; learners without backprop do not use it (a test looks at the symbols of
 * their objects). With the symbols of hebbian_rnn_lane.h, G = dL/dH_t by all later steps, dx =
 * dL/dx_t by outputs and later steps, k what the stage keeps, m_t = 1 but for modulated:
 *
 *     G    <- G where the stage lets through (basic: the diagonal; accumulate: |H_t| < c)
 *     dx   <- dx + eta m_t G h
 *     da    = dx o (1 - x_t^2)
 *     dh    = eta m_t G' x_t + (W_h + H_{t-1})' da
 *     G    <- k G + da h'
 *
 * and where the product is of the same step, dx <- dx + eta m_t (G + G') x_t and nothing of it in
 * dh.
 *
 * dW_x, dW_h and db are sums of da u', da h' and da. m_t is held fixed, wherever it came from. */
#ifndef AMINE_NETWORK_HEBBIAN_RNN_BACKWARD_H
#define AMINE_NETWORK_HEBBIAN_RNN_BACKWARD_H

#include "network/hebbian_rnn_lane.h"

/* One step, as it was lived. H_before and H_after are of its rule; NULL with none. */
typedef struct am_hebbian_moment {
  const am_real *x, *h;              /* [n][lanes] */
  const am_real *H_before, *H_after; /* [n][n][lanes] */
  const am_real *m;                  /* [lanes], read where the stage is modulated */
} am_hebbian_moment;

typedef struct am_hebbian_backward_ops {
  /* da [n][lanes] and dh [n][lanes] (both written) from dx [n][lanes]; G [n][n][lanes] goes from
   * this step's to the one before (NULL with none). */
  void (*back)(const am_hebbian_cell *cell, const am_hebbian_rule *rule, am_real *da, am_real *dh,
               am_real *G, const am_real *dx, const am_hebbian_moment *moment);
} am_hebbian_backward_ops;

const am_hebbian_backward_ops *am_hebbian_backward_code(void);

#endif
