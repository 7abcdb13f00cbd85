/* Leaky units, VEC_LANES episodes side by side.
 *
 *     a = tanh(W_hh h + W_ih x + b)        h' = (1 - 1/tau) h + a / tau
 *
 * A weight's effect on its own unit, to first order, and the unit's on itself one step on:
 *
 *     psi = (1 - a^2) / tau                d = 1 - 1/tau                        (AM_TRACE_DECAY)
 *                                          d = 1 - 1/tau + psi W_hh[jj]         (AM_TRACE_DIAGONAL)
 *
 * With the first d the trace p <- d p + psi s is that of random-feedback local online learning
 * (Murray 2019, doi:10.7554/eLife.43299); with the second it is exact where W_hh is diagonal. */
#ifndef AMINE_NETWORK_LEAKY_LANE_H
#define AMINE_NETWORK_LEAKY_LANE_H

#include "network/gru_lane.h"

/* Rows of n units each in what a step leaves behind, [AM_LEAKY_ROWS][n][lanes]. */
enum { AM_LEAKY_A, AM_LEAKY_H, AM_LEAKY_ROWS };

/* Weights row-major, w_ih [n][n_inputs], w_hh [n][n], b [n]; rate is 1/tau. */
typedef struct am_leaky_cell {
  int n_inputs, n;
  am_real rate;
  const am_real *w_ih, *w_hh, *b;
} am_leaky_cell;

typedef struct am_leaky_ops {
  /* One step: state from x [n_inputs][lanes] and h before [n][lanes]. */
  void (*step)(const am_leaky_cell *cell, am_real *state, const am_real *x, const am_real *before);
  /* out [n][lanes] = credit psi */
  void (*gates)(const am_leaky_cell *cell, am_real *out, const am_real *state,
                const am_real *credit);
  /* d [n][lanes] */
  void (*own)(const am_leaky_cell *cell, am_real *own, const am_real *state, am_trace_kind kind);
} am_leaky_ops;

const am_leaky_ops *am_leaky_code(void);

#endif
