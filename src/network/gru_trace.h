/* Local eligibility traces of gated recurrent units: what each weight did to its own unit.
 *
 *     e_ji <- d_j e_ji + psi_j s_i        s: the input of the weight, psi and d: gru_lane.h
 *
 * With a credit L_j(t) for each unit, a dopamine delta(t) for each lane and a tag that outlives the
 * moment, and a credit N_j(t) that needs no dopamine (a supervised error, an entropy bonus),
 *
 *     tag_ji <- k tag_ji + L_j e_ji,      dW_ji += delta tag_ji + N_j e_ji      (k = gamma lambda)
 *
 * `online` does this step by step, in memory that does not depend on how long an episode is: one
 * trace and one tag a weight and lane. `window` gives the same sums for steps that were kept, by
 *
 *     A(s) = delta(s) + k A(s+1)          the dopamine that the tag of s will meet
 *     G_j(s) = A(s) L_j(s) + N_j(s) + d_j(s+1) G_j(s+1),    dW_ji = sum_s psi_j(s) s_i(s) G_j(s)
 *
 * one number a unit and step instead of one a weight. Nothing here goes from unit to unit or from
 * layer to layer: with d the diagonal of the Jacobian this is random-feedback local online learning
 * (Murray 2019, doi:10.7554/eLife.43299) and e-prop (Bellec et al. 2020,
 * doi:10.1038/s41467-020-17236-y) for a GRU; the third factor is delta. */
#ifndef AMINE_NETWORK_GRU_TRACE_H
#define AMINE_NETWORK_GRU_TRACE_H

#include "network/gru_lane.h"

/* One number a weight and lane: w_ih [3 n][n_inputs][lanes], w_hh [3 n][n][lanes], b_ih and b_hh
 * [3 n][lanes]. */
typedef struct am_gru_traces {
  am_real *w_ih, *w_hh, *b_ih, *b_hh;
} am_gru_traces;

/* One step of the online form. */
typedef struct am_gru_moment {
  const am_real *x, *before; /* what the layer read */
  const am_real *psi;        /* [AM_GRU_GATES][n][lanes]: gates of a credit of 1 */
  const am_real *own;        /* [n][lanes] d */
  const am_real *credit;     /* [n][lanes] L */
  const am_real *now;        /* [n][lanes] N; NULL is 0 */
  const am_real *delta;      /* [lanes]: of the step before, which is known only now; NULL is 0 */
  am_real k;                 /* gamma lambda */
} am_gru_moment;

typedef struct am_gru_trace_ops {
  /* One causal step: change gets delta times the tag of the step before, summed over lanes, then
   * traces and tags move on, and change gets N times trace. */
  void (*online)(const am_gru_cell *cell, const am_gru_change *change, const am_gru_traces *traces,
                 const am_gru_traces *tags, const am_gru_moment *m);
  /* change gets delta times tag: for the last step of an episode. */
  void (*harvest)(const am_gru_cell *cell, const am_gru_change *change, const am_gru_traces *tags,
                  const am_real *delta);
  /* credit [n_steps][n][lanes], step credit_step: A L + N on entry, G on return; own likewise holds
   * d of every step. */
  void (*scan)(am_real *credit, size_t credit_step, const am_real *own, size_t own_step,
               int n_steps, int n);
} am_gru_trace_ops;

const am_gru_trace_ops *am_gru_trace_code(void);

#endif
