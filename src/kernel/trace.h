/* What a plasticity rule offers to a network that carries its traces: five passes.
 *
 * A network has slow weights w and alpha [post][pre] and a Hebbian trace H of the same shape (some
 * rules keep a second trace E). One step of a lane is
 *     y = (w + alpha ∘ H) x                  then, once the modulator of that step is known,
 *     H, E <- update(H, E; a, b, h)          with per-post coefficients a, b and pre activity h.
 * The update of one step and the product of the next are one pass over memory (forward). For the
 * gradient the states are needed again, latest first: a few are saved on the way and the rest is
 * recomputed (again), and one backward pass takes the gradient through a product and the update
 * before it. All matrices are panels (kernel/panel.h); every pass is written once, in
 * kernel/trace_pass.h, and compiled in each rule's own file.
 *
 * This header is included with `real` = float (everywhere) or double (gradient checks). */
#ifndef AMINE_KERNEL_TRACE_H
#define AMINE_KERNEL_TRACE_H

#include <stddef.h>

#include "kernel/real.h"

/* Constants of a rule for a whole episode. */
typedef struct am_trace_constants {
  am_real clip;  /* c: bound of |H| */
  am_real eta_e; /* rate of the eligibility trace */
} am_trace_constants;

#define AM_TRACE_LANES 2 /* lanes in one pass at most */

typedef struct am_trace_forward {
  am_real *H, *E;             /* [panel] changed in place; E NULL for rules without it */
  am_real *H_saved, *E_saved; /* [panel] get the state as it was before, or NULL */
  const am_real *w, *alpha;   /* [panel] */
  const am_real *a, *b;       /* [rows] coefficients of the update */
  const am_real *h;           /* [cols] pre activity of the update */
  const am_real *x;           /* [cols] what y is the product with */
  am_real *y;                 /* [rows] out */
} am_trace_forward;

typedef struct am_trace_backward {
  const am_real *H;         /* [panel] state after the update: what the product saw */
  const am_real *H0, *E0;   /* [panel] state before the update */
  am_real *dH, *dE;         /* [panel] in: gradient after the product; out: before the update */
  am_real *dalpha;          /* [panel] added to */
  const am_real *w, *alpha; /* [panel] */
  const am_real *dy;        /* [rows] gradient of y */
  const am_real *x;         /* [cols] */
  const am_real *a, *b;     /* [rows] */
  const am_real *h;         /* [cols] */
  am_real *dx, *dh;         /* [cols] added to */
  am_real *da, *db, *dk;    /* [rows] out: gradients of a, b and of the trace's own constant */
} am_trace_backward;

typedef struct am_trace_ops {
  int has_E; /* keeps a second trace */
  /* a, b [n] from the per-post plasticity eta and the activity x; n a multiple of 16 */
  void (*coefficients)(am_real *a, am_real *b, const am_real *eta, const am_real *x,
                       am_trace_constants k, int n);
  /* deta out; dx added to; returns the gradient of eta_e */
  am_real (*coefficients_back)(am_real *deta, am_real *dx, const am_real *da, const am_real *db,
                               const am_real *dk, const am_real *eta, const am_real *x,
                               am_trace_constants k, int n);
  /* n lanes, all of which save their state or none */
  void (*forward)(const am_trace_forward *p, int n, am_trace_constants k, int rows, int cols);
  /* Applies n updates to (H0, E0), and stores the state after the s-th (s = 1 … n) at
   * H + (s - 1) * size, E + (s - 1) * size, where size is the panel's. Strides of a, b, h: rows,
   * rows, cols. */
  void (*again)(am_real *H, am_real *E, const am_real *H0, const am_real *E0, const am_real *a,
                const am_real *b, const am_real *h, am_trace_constants k, int n, int rows,
                int cols);
  /* n lanes; dalpha gets lane 0's part first */
  void (*backward)(const am_trace_backward *p, int n, am_trace_constants k, int rows, int cols);
} am_trace_ops;

#endif
