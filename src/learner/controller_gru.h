/* Gated recurrent units by hand, for the controller (amine/controller.h), whose code has to be
 * small and without a C library: the text presets/networks/gru.txt with gains on its output, as a
 * plan of it would run (equation/plan.h), and its local traces (equation/plan_eligibility.h). A
 * test holds both to the plan. Compiled in the form of one lane only.
 *
 *     r = sigma(W_ir x + b_ir + W_hr o + b_hr)      z = sigma(W_iz x + b_iz + W_hz o + b_hz)
 *     q = W_hn o + b_hn                             n = tanh(W_in x + b_in + r o q)
 *     h' = (1 - z) o n + z o h
 *
 * The matrices read o = (1 + m) o h of the step before (`before`), what z keeps is h itself
 * (`held`). Source: Cho et al. 2014, arXiv 1406.1078, in the form and with the gate order (r, z, n)
 * of PyTorch's GRU.
 *
 * A weight's effect on its own unit, to first order (psi, one number a unit and gate):
 *
 *     psi_n = (1 - z)(1 - n^2)        for W_in, b_in; times r for W_hn, b_hn
 *     psi_r = psi_n q r (1 - r)       psi_z = (h - n) z (1 - z)
 *
 * and the unit's effect on itself one step on, the diagonal of dh'/dh:
 *
 *     d = z + (1 + m) (psi_n r W_hn[jj] + psi_z W_hz[jj] + psi_r W_hr[jj]),   m of the step
 * before */
#ifndef AMINE_LEARNER_CONTROLLER_GRU_H
#define AMINE_LEARNER_CONTROLLER_GRU_H

#include "kernel/real.h"

/* Rows of n units each in what a step leaves behind, [AM_GRU_ROWS][n]. */
enum { AM_GRU_R, AM_GRU_Z, AM_GRU_N, AM_GRU_Q, AM_GRU_H, AM_GRU_ROWS };

/* Rows of n units each in psi, [AM_GRU_GATES][n]: for r, z, n as they enter through W_ih, and q for
 * n as it enters through W_hh. */
enum { AM_GRU_GR, AM_GRU_GZ, AM_GRU_GN, AM_GRU_GQ, AM_GRU_GATES };

/* Weights row-major, w_ih [3 n][n_inputs], w_hh [3 n][n], b_ih and b_hh [3 n]. */
typedef struct am_gru_cell {
  int n_inputs, n;
  const am_real *w_ih, *w_hh, *b_ih, *b_hh;
} am_gru_cell;

/* One number a weight: of its change, trace or tag. */
typedef struct am_gru_numbers {
  am_real *w_ih, *w_hh, *b_ih, *b_hh;
} am_gru_numbers;

/* One step of the traces. */
typedef struct am_gru_moment {
  const am_real *x, *before; /* what the units read */
  const am_real *psi, *own;  /* [AM_GRU_GATES][n], [n] d */
  const am_real *credit;     /* [n] L */
  const am_real *now;        /* [n] N */
  am_real delta, k;          /* dopamine of the step before; gamma lambda */
} am_gru_moment;

/* state [AM_GRU_ROWS][n] from x [n_inputs] and what was before. */
void am_gru_step(const am_gru_cell *cell, am_real *state, const am_real *x, const am_real *before,
                 const am_real *held);
/* psi [AM_GRU_GATES][n] and d [n] of a step; m [n] of the step before. */
void am_gru_effects(const am_gru_cell *cell, am_real *psi, am_real *own, const am_real *state,
                    const am_real *held, const am_real *m);
/* change gets delta times the tag of the step before, then traces and tags move on, and change gets
 * N times trace. */
void am_gru_move(const am_gru_cell *cell, const am_gru_numbers *change, const am_gru_numbers *trace,
                 const am_gru_numbers *tag, const am_gru_moment *moment);

#endif
