/* One step of a recurrent network whose connections carry a Hebbian trace H beside their slow
 * weights, VEC_LANES episodes side by side (kernel/lanes.h): one H for each lane.
 *
 *     x_t = tanh(W_x u_t + b + (W_h + H_{t-1}) h),   h = x_{t-1},  x_{-1} = 0, H_{-1} = 0
 *
 * and after it H takes up what the two ends of each connection did. Stages from Hebb's product of
 * one connection to the three-factor rule, and none of them; p is h, or x_t (the product):
 *
 *     none        H = 0                                    an ordinary RNN
 *     basic       H_t = eta diag(x_t o h)                  the product of the last step, on each
 *                                                          unit's connection to itself alone: one
 *                                                          number a unit
 *     connection  H_t = eta x_t h'                         what came in by what went out, on every
 *                                                          connection
 *     outer       H_t = eta x_t p'                         the same for each pair of units
 *     accumulate  H_t = clip(H_{t-1} + eta x_t p', c)      the products of all steps so far
 *     decay       H_t = (1 - eta) H_{t-1} + eta x_t p'     older ones fade
 *     modulated   H_t = (1 - eta) H_{t-1} + eta m_t x_t p' m_t says what is taken up: a given
 *                                                          signal for each step and lane
 *
 * With p = h, the activity before, a connection learns what followed what, and connection and outer
 * are one; with p = x_t, what went together, and H is symmetric.
 *
 * Bounds, for 0 <= eta <= 1 and |x| < 1: |H_ij| < eta in the first three, <= 1 in decay, <= max |m|
 * in modulated; only accumulate grows without end (by less than eta a step), so that it is clipped
 * at |H_ij| <= c.
 *
 * Sources: Hebb 1949, The Organization of Behavior; Ba et al. 2016, arXiv 1610.06258 (outer
 * products that decay, in a recurrent network); Miconi et al. 2018, arXiv 1804.02464; three
 * factors: Fremaux and Gerstner 2016, doi:10.3389/fncir.2015.00085.
 *
 * Cost of a step and lane: n (n_inputs + n) multiply-adds for x, n n more for H. */
#ifndef AMINE_NETWORK_HEBBIAN_RNN_LANE_H
#define AMINE_NETWORK_HEBBIAN_RNN_LANE_H

#include "kernel/real.h"

typedef enum am_hebbian_stage {
  AM_HEBBIAN_NONE,
  AM_HEBBIAN_BASIC,
  AM_HEBBIAN_CONNECTION,
  AM_HEBBIAN_OUTER,
  AM_HEBBIAN_ACCUMULATE,
  AM_HEBBIAN_DECAY,
  AM_HEBBIAN_MODULATED
} am_hebbian_stage;

/* p, from outer on */
typedef enum am_hebbian_product { AM_HEBBIAN_BEFORE, AM_HEBBIAN_SAME } am_hebbian_product;

typedef struct am_hebbian_rule {
  am_hebbian_stage stage;
  am_real eta, bound; /* bound: c, of accumulate */
  am_hebbian_product product;
} am_hebbian_rule;

static inline int am_hebbian_is_same(const am_hebbian_rule *r) {
  return r->stage >= AM_HEBBIAN_OUTER && r->product == AM_HEBBIAN_SAME;
}

/* What is left of the trace from step to step. */
static inline am_real am_hebbian_keeps(const am_hebbian_rule *r) {
  if (r->stage == AM_HEBBIAN_ACCUMULATE) return 1;
  return r->stage < AM_HEBBIAN_ACCUMULATE ? 0 : 1 - r->eta;
}

typedef struct am_hebbian_cell {
  int n_inputs, n;
  const am_real *w_x, *b, *w_h; /* [n][n_inputs], [n], [n][n] */
} am_hebbian_cell;

typedef struct am_hebbian_ops {
  /* x [n][lanes] from u [n_inputs][lanes], h [n][lanes] and H [n][n][lanes] of the step before; H
   * NULL: none */
  void (*step)(const am_hebbian_cell *cell, am_real *x, const am_real *u, const am_real *h,
               const am_real *H);
  /* after [n][n][lanes] from before, which may be the same array; m [lanes], read where the stage
   * is modulated. Of basic only the diagonal is written: the rest is to be zero at first. Not for
   * none. */
  void (*take_up)(const am_hebbian_rule *rule, am_real *after, const am_real *before,
                  const am_real *x, const am_real *h, const am_real *m, int n);
} am_hebbian_ops;

const am_hebbian_ops *am_hebbian_code(void);

#endif
