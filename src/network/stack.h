/* Layers of a network that a text describes (equation/equations.h), each reading the one below, on
 * lanes: tensors among the places, first values, memory for an episode, and its passes. Any learner
 * that plays groups of episodes trains any text with it.
 *
 * Traces live in it, each episode's its own, while a rule stands in its slot:
 *     H, E <- rule(H, E; eta_t, post_t, pre_t)            after step t; 0 before the first
 *
 * Between layers there may be dropout: the layer above sees mask times output; the masks are drawn
 * by whoever plays. */
#ifndef AMINE_NETWORK_STACK_H
#define AMINE_NETWORK_STACK_H

#include "equation/plan_lanes.h"
#include "equation/rule_program.h"
#include "modulator/feed.h"
#include "network/places.h"

enum { AM_STACK_LAYERS_MAX = 64, AM_STACK_LANES = 16 };

typedef struct am_stack_options {
  const am_equations *text;
  const am_equations *above; /* the same, read as a layer on another (am_slots); NULL: it is one */
  int n_inputs, n_hidden;  /* n_hidden: the size n of the text, in each layer */
  int n_layers;            /* 1 to AM_STACK_LAYERS_MAX */
  float dropout;           /* share of units that the layer above does not see, in [0, 1) */
  const am_binding *given; /* further sizes and constants */
  int n_given;
  unsigned done;            /* what somebody does to the output after a step (am_plan_make) */
  const char *prefix;       /* of the tensors' names in place of the text's NETWORK; NULL: that */
  const am_trace_ops *rule; /* what stands in the text's slot; NULL: no trace lives */
  float clip, rate;         /* its bound of |H|, and its own rate, if it does not learn one */
  bool anew;                /* its second trace E begins anew with each trial */
  const am_rule_program *program; /* of a rule that is a text; it is copied; NULL: it is code */
  am_feed feed;                   /* who says what the text is given */
  float trace_penalty; /* what the mean of H^2 of a trace counts at each step that reads it, beside
                        * what the gradient is of */
  bool open;                      /* the gradient of what the lowest layer reads is asked for */
} am_stack_options;

typedef struct am_stack {
  am_plan *plan[AM_STACK_LAYERS_MAX];
  size_t at[AM_STACK_LAYERS_MAX]; /* where a layer's parameters begin */
  int first;                      /* its first tensor among the places */
  int n_layers, n_outputs;        /* n_outputs: rows of the top layer's output */
  float dropout;
  const am_trace_ops *rule; /* as the options */
  float clip, rate;
  am_rule_program program;
  float trace_penalty;
  bool anew;
  bool through; /* a gradient goes back through traces: their past is kept */
  bool open;    /* as the options */
  am_feed feed;
  int n_given; /* rows that are given from outside */
} am_stack;

/* What layers of every layout share: AMINE_ERROR_ARGUMENT for an option out of range; a layer's plan;
 * its tensors among the places, the size of which is the caller's to set. */
amine_status am_layers_check(const am_stack_options *options, amine_error *error);
amine_status am_layer_plan(am_plan **plan, const am_stack_options *options, int layer,
                           int n_inputs, am_layout layout, amine_error *error);
amine_status am_layer_places(am_places *places, const am_plan *plan,
                             const am_stack_options *options, int layer, amine_error *error);

/* Adds the tensors NETWORK.NAME_l0, ..._l1, ... to the places. AMINE_ERROR_ARGUMENT for an option
 * out of range, AMINE_ERROR_MEMORY; the stack is then empty. */
amine_status am_stack_make(am_stack *stack, am_places *places, const am_stack_options *options,
                           amine_error *error);
void am_stack_free(am_stack *stack);

/* First values, as the text says: a pure function of seed, tensor and the place of the element. */
void am_stack_initialise(const am_stack *stack, const am_places *places, float *parameters,
                         uint64_t seed);

/* A layer's part of it. */
typedef struct am_stack_layer {
  am_real *fixed, *fixed_gradient;
  am_real *block, *gradient;
  am_real *shown; /* [T][n_outputs]: what the layer above sees, with dropout */
  am_real *eta_e; /* [2]: the rule's own rate, and its gradient */
  /* The state of the traces, of every step if a gradient goes through them; with gradients their a,
   * b and own are [T][rows], else of one step */
  am_plan_living living[AM_TRACES_MAX];
} am_stack_layer;

/* One worker's memory for an episode of n_steps. Blocks and gradients have a step more: the first
 * is before the episode. */
typedef struct am_stack_memory {
  am_stack_layer *layer;   /* [n_layers] */
  am_real *below;                      /* [T][n_outputs]: the gradient of what a layer sees */
  am_real *input_gradient; /* [T][n_inputs]: of what the lowest reads, in a stack that is open */
  am_real *mask;           /* [n_layers - 1][T][n_outputs] */
  am_real *given;                      /* [T][n_given]: written by who plays, before `after` */
  int n_steps;
  bool keeps; /* with gradients */
  const am_plan_held *held; /* a signal of the lowest layer's that is held; NULL: none */
  am_real *keep; /* [T][lanes], in a stack that begins E anew: 0 where a trial begins, else 1; written
                  * by who plays, before `after` */
  const am_real *live; /* [T][lanes], where traces have a penalty: 1, or 0 once an episode is over */
} am_stack_memory;

/* Cuts a block into arrays and returns its elements; with a NULL block it only measures. Gradients
 * only for those who learn by them. */
size_t am_stack_lay_out(am_stack_memory *memory, am_real *block, const am_stack *stack, int n_steps,
                        bool gradients);

/* The states before the first step; with `each`, parameters are [parameter][lanes]. */
void am_stack_begin(const am_stack *stack, const am_stack_memory *m, const am_real *parameters,
                    bool each);
/* Draws the states' first values of the episodes (seed, episode, (first + k) / twins), k < n, where
 * the text has them drawn; after am_stack_begin. */
void am_stack_draw(const am_stack *stack, const am_stack_memory *m, uint64_t seed, uint32_t episode,
                   uint32_t first, int n, int twins);
/* Step t from u [n_inputs][lanes]; dropped: through the masks of this step. */
void am_stack_step(const am_stack *stack, const am_stack_memory *m, int t,
                   const am_real *parameters, const am_real *u, bool dropped);
void am_stack_step_each(const am_stack *stack, const am_stack_memory *m, int t,
                        const am_real *parameters, const am_real *u);
/* What traces take up of step t, once what is given is known: before step t + 1. u, dropped, each:
 * as the step had them. */
void am_stack_after(const am_stack *stack, const am_stack_memory *m, int t,
                    const am_real *parameters, const am_real *u, bool dropped, bool each);

/* The block of a layer's step t (-1: before the first), and in it the output. */
static inline am_real *am_stack_block(const am_stack *s, const am_stack_memory *m, int layer,
                                      int t) {
  return m->layer[layer].block + (size_t)(t + 1) * (size_t)s->plan[layer]->n_rows * AM_STACK_LANES;
}
static inline am_real *am_stack_gradient(const am_stack *s, const am_stack_memory *m, int layer,
                                         int t) {
  return m->layer[layer].gradient +
         (size_t)(t + 1) * (size_t)s->plan[layer]->n_rows * AM_STACK_LANES;
}
static inline am_real *am_stack_output(const am_stack *s, const am_stack_memory *m, int t) {
  const am_plan *top = s->plan[s->n_layers - 1];
  return am_stack_block(s, m, s->n_layers - 1, t) + (size_t)top->output * AM_STACK_LANES;
}
/* Where one step alone is kept: step 0 is over, and becomes the one before. */
void am_stack_forget(const am_stack *stack, const am_stack_memory *m);

/* Whether a layer reads earlier steps of the episode: all of an episode's are kept. */
bool am_stack_looks_back(const am_stack *stack);

/* What lane k is left with after the last step, am_stack_carried numbers, and put before the first
 * step, after am_stack_begin, of an episode that goes on. Not for traces that live. */
size_t am_stack_carried(const am_stack *stack);
void am_stack_carry_out(const am_stack *stack, const am_stack_memory *m, int k, am_real *to);
void am_stack_carry_in(const am_stack *stack, const am_stack_memory *m, int k, const am_real *from);

/* What is given at t, [n_given][lanes]. */
static inline am_real *am_stack_given(const am_stack *s, const am_stack_memory *m, int t) {
  return m->given + (size_t)(t * s->n_given) * AM_STACK_LANES;
}
/* Elements from one step's output to the next. */
static inline size_t am_stack_stride(const am_stack *s) {
  return (size_t)s->plan[s->n_layers - 1]->n_rows * AM_STACK_LANES;
}
static inline am_real *am_stack_mask(const am_stack *s, const am_stack_memory *m, int layer,
                                     int t) {
  return m->mask + (size_t)(layer * m->n_steps + t) * (size_t)s->n_outputs * AM_STACK_LANES;
}

/* ------------------------------------------------------------------------------ learning */
/* The gradient of the top layer's output at t, or credit of it, [n_outputs][lanes]: written by who
 * learns, after am_stack_clear and before the passes below. */
static inline am_real *am_stack_credit(const am_stack *s, const am_stack_memory *m, int t) {
  const am_plan *top = s->plan[s->n_layers - 1];
  return am_stack_gradient(s, m, s->n_layers - 1, t) + (size_t)top->output * AM_STACK_LANES;
}
/* Step t of a layer, which reads `input`; its traces are told in `living`. And its rule. */
am_plan_step am_stack_step_of(const am_stack *stack, const am_stack_memory *m, int layer, int t,
                              const am_real *parameters, const am_real *input,
                              am_plan_living living[AM_TRACES_MAX]);
am_plan_rule am_stack_rule_of(const am_stack *stack, const am_stack_memory *m, int layer);

/* Clears what the passes add to. */
void am_stack_clear(const am_stack *stack, const am_stack_memory *m);

typedef enum am_stack_reach {
  AM_STACK_UNIT,     /* back in time through elements and the diagonals of matrices */
  AM_STACK_ELEMENTS, /* through elements alone */
  AM_STACK_NOW       /* not back in time */
} am_stack_reach;

/* From the credit of the only layer's output to each weight: of what enters there on its own unit,
 * and as far back in time as `reach` says; adds the sums to change. u [t][n_inputs]. Traces count
 * as inputs of each step: what acts through what they take up has no gradient here. */
void am_stack_local(const am_stack *stack, const am_stack_memory *m, am_real *change,
                    const am_real *parameters, const am_real *u, am_stack_reach reach);

/* Adds what the gradients of a layer imply to change; u: [t][...], what it read, `u_step` apart;
 * gained likewise, of a plan of AM_PLAN_GAINED, else NULL. */
void am_stack_collect(const am_stack *stack, const am_stack_memory *m, int layer, am_real *change,
                      const am_real *u, size_t u_step, const am_real *gained, size_t gained_step);

/* What a layer reads, and how far it is from one step to the next. */
const am_real *am_stack_seen(const am_stack *stack, const am_stack_memory *m, int layer,
                             const am_real *u, bool dropped, size_t *step);

#endif
