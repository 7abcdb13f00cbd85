/* What passes over pairs work on (see pair_lane.h): a network, and the memory of a lane for an
 * episode. Included with am_real = float, or double for gradient checks. */
#ifndef AMINE_NETWORK_PAIR_STATE_H
#define AMINE_NETWORK_PAIR_STATE_H

#include "equation/plan_step.h"
#include "equation/rule_program.h"

enum { AM_PAIR_LAYERS_MAX = 64 };

/* What is played. Places are in elements of one vector, which holds parameters and, behind those of
 * each layer, what `expand` makes of them. */
typedef struct am_pair {
  am_plan *plan[AM_PAIR_LAYERS_MAX];
  size_t at[AM_PAIR_LAYERS_MAX]; /* where a layer's parameters begin */
  int n_layers, n_outputs;       /* n_outputs: of the top layer */
  int n_heads, head_rows;        /* head_rows: n_heads, padded to 16 */
  bool bare;                     /* the heads are the first outputs themselves */
  am_panel_shape head;           /* [n_heads][n_outputs] */
  size_t head_w, head_b;
  size_t size;             /* elements of the vector, and of a gradient */
  float dropout;           /* share of units that the layer above does not see */
  float clip;              /* the rule's bound of |H| */
  float rate;              /* its own rate, if it does not learn one */
  bool anew;               /* its second trace begins anew with each trial */
  float trace_penalty;     /* what the mean of H^2 of a trace counts at each step in the loss */
  bool forward;            /* lanes have no room for a gradient, and save no traces */
  bool open;               /* the gradient of the inputs is asked for */
  am_rule_program program; /* of a rule that is a text */
} am_pair;

/* A trace of one episode. */
typedef struct am_pair_trace {
  int segment;                /* steps between two saved states */
  am_real *H, *E;             /* panel each: the state */
  am_real *saved_H, *saved_E; /* [segments] panels */
  am_real *again_H, *again_E; /* [segment / 2] panels: every second state of a segment */
  am_real *dH, *dE;           /* panels */
  am_real *seen_H, *seen_E;   /* panels, where traces have a penalty: as a product saw it */
  am_real *met_H, *met_E;     /* panels, where E begins anew: as an update met it */
  am_real *a, *b;             /* [n_steps][rows padded to 16]: coefficients of each update */
} am_pair_trace;

typedef struct am_pair_layer {
  am_real *fixed, *dfixed;   /* [n_fixed] */
  am_real *block, *gradient; /* [n_steps + 1][n_rows]: the first is before the episode */
  am_real *mask, *shown; /* [n_steps][n_outputs padded]: with dropout, what the layer above sees */
  am_pair_trace trace[AM_TRACES_MAX];
} am_pair_layer;

/* The memory of one lane for one episode. */
typedef struct am_pair_lane {
  int n_steps;    /* of this episode: at most those it was made for; set before `backward` */
  int first;      /* 1: step 0 is the last one of what went before (am_pair_carry_in); else 0 */
  bool dropped;   /* through the masks */
  const am_plan_held *held; /* a signal of the lowest layer's that is held; NULL: none */
  am_real *u;     /* [n_steps][n_inputs padded to 16]: filled by the caller, the padding 0 */
  am_real *keep;  /* [n_steps], of a pair that begins E anew: 0 where a trial begins, else 1; filled by
                   * the caller, before `after` */
  am_real *given; /* [n_steps][n_given * 16]: likewise, before `after`; each in the first of 16 */
  am_pair_layer *layer; /* [n_layers] */
  am_real *heads;  /* [n_steps][head_rows] */
  am_real *dheads; /* [n_steps][head_rows]: gradient of the heads, from the learner */
  am_real *below;  /* [n_steps][n_outputs padded]: gradient of what a layer sees */
  am_real *dinput; /* [n_steps][n_inputs padded]: gradient of the inputs, of a pair that is open */
  am_real *sum, *lost, *eta, *deta, *da, *db, *dk; /* [the widest row padded] each */
  am_real *scratch;                                /* what a pass over a trace gathers */
} am_pair_lane;

#endif
