/* Gated recurrent units, VEC_LANES episodes side by side: the part that runs in every step.
 *
 *     r = sigma(W_ir x + b_ir + W_hr h + b_hr)      z = sigma(W_iz x + b_iz + W_hz h + b_hz)
 *     q = W_hn h + b_hn                             n = tanh(W_in x + b_in + r o q)
 *     h' = (1 - z) o n + z o h
 *
 * Where gains act on the units, the matrices read o = (1 + m) o h of the step before in place of h,
 * while what z keeps is h itself: the first is called `before`, the second `held`.
 *
 * Source: Cho et al. 2014, arXiv 1406.1078, in the form and with the gate order (r, z, n) of
 * PyTorch's GRU, whose weights it shares.
 *
 * A weight's effect on its own unit, to first order (psi, one number a unit and gate):
 *
 *     psi_n = (1 - z)(1 - n^2)        for W_in, b_in; times r for W_hn, b_hn
 *     psi_r = psi_n q r (1 - r)       psi_z = (h - n) z (1 - z)
 *
 * and the unit's effect on itself one step on, the diagonal of dh'/dh:
 *
 *     d = z + (1 + m) (psi_n r W_hn[jj] + psi_z W_hz[jj] + psi_r W_hr[jj]),   m of the step before
 *
 * These are all that learning without backprop needs; what goes from unit to unit backward is in
 * gru_backward.h, and no learner without backprop reads that. Included with am_real = float, or
 * double for gradient checks. */
#ifndef AMINE_NETWORK_GRU_LANE_H
#define AMINE_NETWORK_GRU_LANE_H

#include <stddef.h>

#include "kernel/real.h"

/* Rows of n units each in what a step leaves behind, [AM_GRU_ROWS][n][lanes]. */
enum { AM_GRU_R, AM_GRU_Z, AM_GRU_N, AM_GRU_Q, AM_GRU_H, AM_GRU_ROWS };

/* Rows of n units each in the signals that reach the gates, [AM_GRU_GATES][n][lanes]: for r, z, n
 * as they enter through W_ih, and q for n as it enters through W_hh. */
enum { AM_GRU_GR, AM_GRU_GZ, AM_GRU_GN, AM_GRU_GQ, AM_GRU_GATES };

/* One layer: weights row-major, w_ih [3 n][n_inputs], w_hh [3 n][n], b_ih and b_hh [3 n]. */
typedef struct am_gru_cell {
  int n_inputs, n;
  const am_real *w_ih, *w_hh, *b_ih, *b_hh;
} am_gru_cell;

/* The same places in a sum of changes. NULL where nothing is wanted. */
typedef struct am_gru_change {
  am_real *w_ih, *w_hh, *b_ih, *b_hh;
} am_gru_change;

/* Several steps of one layer, each array with its step in elements from one t to the next. */
typedef struct am_gru_window {
  int n_steps;
  const am_real *x, *before; /* [n_inputs][lanes], [n][lanes]: what the layer read at t */
  const am_real *state;      /* [AM_GRU_ROWS][n][lanes]: what it left at t */
  am_real *gates;            /* [AM_GRU_GATES][n][lanes] */
  size_t x_step, before_step, state_step, gates_step;
} am_gru_window;

typedef enum am_trace_kind {
  AM_TRACE_DIAGONAL, /* a trace lives on by the diagonal of the Jacobian */
  AM_TRACE_DECAY     /* by z alone */
} am_trace_kind;

typedef struct am_gru_ops {
  int n_lanes; /* VEC_LANES of this form */
  /* One step: state from x and what was before. */
  void (*step)(const am_gru_cell *cell, am_real *state, const am_real *x, const am_real *before,
               const am_real *held);
  /* gates of one step from the credit [n][lanes] of each unit: credit times psi. */
  void (*gates)(const am_gru_cell *cell, am_real *gates, const am_real *state, const am_real *held,
                const am_real *credit);
  /* d [n][lanes] of one step; m [n][lanes] of the step before, NULL for none. */
  void (*own)(const am_gru_cell *cell, am_real *own, const am_real *state, const am_real *held,
              const am_real *m, am_trace_kind kind);
  /* Adds to change what the window's gates imply: sums over lanes and steps of gate times input. */
  void (*collect)(const am_gru_cell *cell, const am_gru_change *change, const am_gru_window *w);
} am_gru_ops;

/* The code for the instruction set in use. */
const am_gru_ops *am_gru_code(void);

#endif
