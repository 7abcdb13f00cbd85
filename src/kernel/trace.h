/* What a plasticity rule offers to a network that carries its traces: five passes.
 *
 * A network has slow weights w and alpha [post][pre] and a Hebbian trace H of the same shape (some
 * rules keep a second trace E). One step of a lane is
 *     y = (w + alpha ∘ H) x                  then, once the modulator of that step is known,
 *     H, E <- update(H, E; a, b, h)          with per-post coefficients a, b and pre activity h.
 * The update of one step and the product of the next are one pass over memory (forward). For the
 * gradient the states are needed again, latest first: a few are saved on the way, every second one
 * between is recomputed and kept for a while (again), and one backward pass takes the gradient
 * through a product and the update before it, recomputing in registers what was not kept. All
 * matrices are panels (kernel/panel.h); every pass is written once, in kernel/trace_pass.h, and
 * compiled in each rule's own file.
 *
 * Where sixteen episodes lie across the vector (equation/plan_lanes.h) a trace is
 * [row][col][lanes], the product is the plan's, and a rule offers its update, and the sum that a
 * change of alpha is made of where traces count as given (am_trace_lanes, am_trace_window).
 *
 * This header is included with `real` = float (everywhere) or double (gradient checks). */
#ifndef AMINE_KERNEL_TRACE_H
#define AMINE_KERNEL_TRACE_H

#include <stddef.h>

#include "kernel/panel.h"
#include "kernel/real.h"

/* Constants of a rule for a whole episode. */
typedef struct am_trace_constants {
  am_real clip;  /* c: bound of |H| */
  am_real eta_e; /* the rate of the rule itself, learned or set */
  const struct am_rule_program *program; /* of a rule that is a text, with its own constants */
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
  const am_real *H, *E;     /* [panel] the state `ahead` updates before the one the product saw */
  am_real *dH, *dE;         /* [panel] in: gradient after the product; out: before the update */
  am_real *dalpha;          /* [panel] added to */
  const am_real *w, *alpha; /* [panel] */
  const am_real *dy;        /* [rows] gradient of y */
  const am_real *x;         /* [cols] */
  const am_real *a, *b;     /* [rows] of the update */
  const am_real *h;         /* [cols] */
  const am_real *a0, *b0;   /* [rows] of the update before it; read if ahead is 2 */
  const am_real *h0;        /* [cols] */
  am_real *dx, *dh;         /* [cols] added to */
  am_real *da, *db, *dk;    /* [rows] out: gradients of a, b and of the trace's own constant */
  am_real *scratch;         /* [am_trace_scratch], as aligned as vectors; each lane its own */
} am_trace_backward;

enum { AM_TRACE_GATHERED = 5 }; /* arrays as long as a layer that a pass gathers */

static inline size_t am_trace_scratch(am_panel_shape s) {
  return (size_t)AM_TRACE_LANES * AM_TRACE_GATHERED * (size_t)(s.rows + s.whole);
}

/* An update of sixteen episodes. */
typedef struct am_trace_lanes {
  const am_real *H, *E;    /* [rows][cols][lanes]; E NULL for rules without it */
  am_real *H_next, *E_next; /* what they become: may be H and E */
  am_real *a, *b;          /* [rows][lanes] out: the coefficients */
  const am_real *eta;      /* [rows][lanes], or one row for all */
  size_t eta_step;         /* from a row of eta to the next: lanes or 0 */
  const am_real *post, *h; /* [rows][lanes], [cols][lanes] */
  const am_real *eta_e;    /* [lanes]: in the place of the constants' eta_e */
} am_trace_lanes;

/* On the way back of sixteen episodes: y = (w + alpha H) x, and the update that made this H of H0.
 * NULL: nobody asks for that gradient. */
typedef struct am_trace_lanes_back {
  const am_real *H, *E, *H0, *E0;
  am_real *dH, *dE;         /* in: gradient after the product; out: before the update */
  const am_real *w, *alpha; /* numbers that all lanes share, from one row and column to the next: */
  size_t w_row, w_col, alpha_row, alpha_col;
  const am_real *dy, *x;      /* [rows], [cols] */
  const am_real *a, *b, *eta; /* [rows] of the update, as there */
  size_t eta_step;
  const am_real *post, *h; /* [rows], [cols] */
  const am_real *eta_e;    /* [lanes] */
  am_real *dx, *dh;        /* [cols] added to */
  am_real *deta, *dpost;   /* as eta and post, added to; NULL: nobody asks */
  am_real *deta_e;         /* [lanes] added to */
} am_trace_lanes_back;

/* The products of a whole episode, y = (.. + alpha H) x, in which H is computed again from 0 on.
 * Arrays as above, each with its step from one t to the next. */
typedef struct am_trace_window {
  int n_steps;
  const am_real *dy, *x;    /* [rows], [cols]: the credit of y; what it is the product with */
  const am_real *a, *b, *h; /* [rows], [rows], [cols]: of the update after the step */
  const am_real *eta_e;     /* [lanes] */
  size_t dy_step, x_step, a_step, h_step; /* a_step: of b too */
  const am_real *keep; /* [lanes], one after the other: what E is multiplied by before the update of
                        * a step; NULL: 1 */
} am_trace_window;

typedef struct am_trace_ops {
  int has_E;       /* keeps a second trace */
  int needs_state; /* the gradient of an update needs the state before it: ahead is never 0 */
  /* a, b [n] from the per-post plasticity eta and the activity x; n a multiple of 16 */
  void (*coefficients)(am_real *a, am_real *b, const am_real *eta, const am_real *x,
                       am_trace_constants k, int n);
  /* deta out; dx added to; returns the gradient of eta_e */
  am_real (*coefficients_back)(am_real *deta, am_real *dx, const am_real *da, const am_real *db,
                               const am_real *dk, const am_real *eta, const am_real *x,
                               am_trace_constants k, int n);
  /* n lanes, all of which save their state or none */
  void (*forward)(const am_trace_forward *p, int n, am_trace_constants k, am_panel_shape shape);
  /* Applies n updates to (H0, E0), and stores the state after the s-th, where s is a multiple of
   * `every` (1 or 2), at H + (s / every - 1) * size, E + ..., where size is the panel's. From update
   * to update it is `post_step` elements in a and b, `pre_step` in h. */
  void (*again)(am_real *H, am_real *E, const am_real *H0, const am_real *E0, const am_real *a,
                const am_real *b, const am_real *h, size_t post_step, size_t pre_step,
                am_trace_constants k, int n, int every, am_panel_shape shape);
  /* n lanes; dalpha gets lane 0's part first; ahead is 0, 1 or 2 */
  void (*backward)(const am_trace_backward *p, int n, int ahead, am_trace_constants k,
                   am_panel_shape shape);
  /* NULL: it goes back by units alone */
  void (*lanes_backward)(const am_trace_lanes_back *p, am_trace_constants k, int rows, int cols);
  void (*lanes_update)(const am_trace_lanes *p, am_trace_constants k, int rows, int cols);
  /* Adds, for each i and j, the sum over lanes and t of dy_i H_ij x_j to dalpha[i row + j col]. */
  void (*lanes_collect)(am_real *dalpha, size_t row, size_t col, const am_trace_window *w,
                        am_trace_constants k, int rows, int cols);
} am_trace_ops;

#endif
