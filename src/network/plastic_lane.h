/* The plastic recurrent network, one lane or two at a time: the part that runs in every step.
 *
 *     x_t = tanh(W_in u_t + b + (w + alpha ∘ H) x_{t-1})       heads_t = W_o x_t + b_o
 *     M_t, eta_t from the last head (modulator/readout.h), or eta one learned number
 *     H (and E) <- rule(H, E; eta_t, x_t, x_{t-1})
 *
 * H, E and x start at 0. Heads, in this order: n_actions logits, the value, and the modulator if
 * there is one. This header is included with am_real = float, or double for gradient checks. */
#ifndef AMINE_NETWORK_PLASTIC_LANE_H
#define AMINE_NETWORK_PLASTIC_LANE_H

#include <stddef.h>

#include "kernel/panel.h"
#include "kernel/trace.h"
#include "modulator/readout.h"

/* Sizes and where each tensor lies in the flat parameter vector (in elements, multiples of 16).
 * SIZE_MAX where the variant has no such tensor. */
typedef struct am_plastic_layout {
  int n_inputs, n_hidden, n_actions, n_heads;
  am_panel_shape square; /* of w, alpha, H: [n_hidden][n_hidden] */
  am_panel_shape input;  /* [n_inputs][n_hidden] */
  am_panel_shape head;   /* [n_heads][n_hidden] */
  int cols;              /* n_hidden padded to 16 */
  int input_rows;        /* n_inputs padded to 4 */
  int head_rows;         /* n_heads padded to 16 */
  int has_trace, has_readout, has_fanout, alpha_is_full;
  int is_given; /* M comes from outside: the caller fills level[t] before step t; eta = eta M */
  am_activation activation;
  int is_clamped; /* the read-out is held at `clamp` */
  float clamp;
  float clip;
  size_t w;              /* panel [n_hidden][n_hidden] */
  size_t alpha;          /* panel, or [n_hidden], or one number */
  size_t input_w;        /* panel [n_inputs][n_hidden]: W_in transposed */
  size_t input_b;        /* [n_hidden] */
  size_t head_w, head_b; /* panel [n_heads][n_hidden]; [n_heads] */
  size_t eta, eta_e;     /* one number each */
  size_t fan_f, fan_g;   /* [n_hidden] each */
  size_t n_parameters;   /* elements of the parameter vector */
  size_t alpha_full;     /* in a gradient: where the full gradient of alpha lies */
  size_t n_gradient; /* elements of a gradient: n_parameters, and the full alpha if it is extra */
} am_plastic_layout;

/* The memory of one lane for one episode; arrays as [step][...]. */
typedef struct am_plastic_lane {
  int n_steps;    /* of this episode: at most those it was made for; set before `backward` */
  int segment;    /* steps between two saved states */
  am_real *u;     /* [n_steps][input_rows]: filled by the caller */
  am_real *x;     /* [n_steps + 1][cols]: x[0] = 0, x[t + 1] = x_t */
  am_real *a, *b; /* [n_steps][cols]: coefficients of each update */
  am_real *heads; /* [n_steps][head_rows] */
  am_real *level; /* [n_steps]: M_t */
  am_real *H, *E; /* panel each: the state; after the last step it lags one update behind */
  am_real *saved_H, *saved_E; /* [segments] panels */
  am_real *again_H, *again_E; /* [segment / 2] panels: every second state of a segment */
  am_real *dH, *dE;           /* panels */
  am_real *dheads;            /* [n_steps][head_rows]: gradient of the heads, from the learner */
  am_real *dy;                /* [n_steps][cols] */
  am_real *y;                 /* [cols] */
  am_real *eta, *deta;        /* [cols] */
  am_real *da, *db, *dk;      /* [cols] */
  am_real *scratch;           /* what a pass over the trace gathers */
  am_real *dx[3];             /* [cols] each: gradients of x_t, x_{t-1}, x_{t-2} */
} am_plastic_lane;

/* Functions on `lanes` take n of them, 1 or 2, which go through the episode side by side: it is
 * faster that way, and each lane's results are the same bits as alone. In `gradient` the first
 * lane's part is added before the second's wherever both meet in one pass. */
typedef struct am_plastic_ops {
  /* Forgets the episode before. */
  void (*begin)(const am_plastic_layout *l, am_plastic_lane *lane);
  /* One step: reads u[t], fills x[t + 1], heads[t], level[t]. */
  void (*step)(const am_plastic_layout *l, const am_trace_ops *rule, am_plastic_lane *const *lanes,
               int n, const am_real *parameters, const am_real *alpha, int t);
  /* Brings H and E up to date with the update of the last step taken, t. For pictures. */
  void (*finish)(const am_plastic_layout *l, const am_trace_ops *rule, am_plastic_lane *lane,
                 const am_real *parameters, int t);
  /* Adds to `gradient` what dheads of the whole episode implies, of each lane's own n_steps. dheads
   * of the modulator's head is written here. */
  void (*backward)(const am_plastic_layout *l, const am_trace_ops *rule,
                   am_plastic_lane *const *lanes, int n, am_real *gradient,
                   const am_real *parameters, const am_real *alpha);
  /* alpha [panel] from its short form (per neuron, or one number) */
  void (*alpha_expand)(const am_plastic_layout *l, am_real *alpha, const am_real *parameters,
                       int per_neuron);
  /* the gradient of the short form from the full one */
  void (*alpha_reduce)(const am_plastic_layout *l, am_real *gradient, int per_neuron);
} am_plastic_ops;

#endif
