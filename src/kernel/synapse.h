/* What a plasticity rule offers to synapses that carry spikes: a few passes.
 *
 * Synapses of one source stand side by side (a row), those of one target are listed by number (a
 * column). The rule sees traces: x of the source's spikes as they arrive, y of the target's spikes,
 * at most two each. In one step, in this order:
 *     arrive   for each row whose spike arrives: deliver w, then change it with the y of the past
 *     (the neurons fire)
 *     late     arrive, but after the neurons, for a rule that wants to know who fired
 *     fire     for each column whose target fired: change w with x, arrivals of this step included
 *     score    for each row with x, for a rule whose targets say in each step how they did
 *     trace    y of all targets, one step on
 * Weights stay in [w_min, w_max]. Where a change can be too small for the digits of a weight, what
 * it is short of is carried along in a second number, `low`, and is not lost. The passes are
 * written once, in kernel/synapse_pass.h, and compiled in each rule's own file.
 *
 * Eligibility. A rule may keep a second number c per synapse, which decays with tau_c and is turned
 * into weight by a modulator, w' = c (d(t) - b). Nothing is done to a synapse until a spike touches
 * it: with t counted from the beginning of an epoch,
 *     F(t) = integral from 0 to t of e^{-s / tau_c} (d(s) - b) ds
 *     w(t) = w(t0) + c(t0) e^{t0 / tau_c} (F(t) - F(t0)),      c(t) = c(t0) e^{(t0 - t) / tau_c}.
 * t0 is when the synapse was last touched: the later of the source's last arrival and the target's
 * last spike, so a log of (e^{t / tau_c}, F high, F low) per neuron is all that is kept (F in two
 * parts, so that a difference has all its digits). At the end of an epoch, a few tau_c long, every
 * synapse is touched and the logs begin anew. */
#ifndef AMINE_KERNEL_SYNAPSE_H
#define AMINE_KERNEL_SYNAPSE_H

#include <stdint.h>

#include "kernel/real.h"

#define AM_SYNAPSE_TRACES 2
#define AM_SYNAPSE_CONSTANTS 160

/* Constants of a rule. For trace l of x and of y, at X + 2 l and Y + 2 l: the factor of one step,
 * and 1 if a spike adds 1 (all-to-all) or 0 if it sets 1 (nearest). The rule's own stand behind. */
enum {
  AM_SYNAPSE_W_MIN,
  AM_SYNAPSE_W_MAX,
  AM_SYNAPSE_X,
  AM_SYNAPSE_Y = AM_SYNAPSE_X + 2 * AM_SYNAPSE_TRACES,
  AM_SYNAPSE_OWN = AM_SYNAPSE_Y + 2 * AM_SYNAPSE_TRACES
};

enum { AM_LOG_GROWTH, AM_LOG_HIGH, AM_LOG_LOW, AM_LOG_PARTS };

/* This moment: e^{-t / tau_c}, what it is short of 1, and F(t). */
typedef struct am_synapse_now {
  am_real decay, loss, high, low;
} am_synapse_now;

/* A row or column tells rules that are texts which one (rule/synapse_text.c).
 *
 * A row: n synapses of one source with one delay onto targets of one block. */
typedef struct am_synapse_row {
  uint32_t n;
  const uint16_t *target;              /* [n] in the block */
  am_real *w, *c;                      /* [n]; c NULL for rules without eligibility */
  am_real *low, *c_low;                /* [n] what w and c are short of, or NULL */
  am_real *in;                         /* [targets] what arrives, added to, or NULL */
  double *sum;                         /* [targets] the same, of very many arrivals; or NULL */
  am_real scale;                       /* short-term plasticity: what arrives is w * scale */
  am_real x[AM_SYNAPSE_TRACES];        /* of the source, before this arrival is counted */
  const am_real *y[AM_SYNAPSE_TRACES]; /* [targets] */
  am_real log[AM_LOG_PARTS];           /* of the source */
  const void *program;
  const am_real *logs[AM_LOG_PARTS];   /* [targets] */
} am_synapse_row;

/* A column: the synapses of one target. */
typedef struct am_synapse_column {
  uint32_t n;
  const uint32_t *at;          /* [n] where they stand in w and c */
  const uint16_t *source;      /* [n] index in x and in logs, if it fits, else source_wide */
  const uint32_t *source_wide; /* [n] */
  am_real *w, *c, *low;        /* whole block; low as in a row */
  const am_real *x[AM_SYNAPSE_TRACES]; /* whole projection, this step's arrivals counted */
  am_real y[AM_SYNAPSE_TRACES];        /* of the target, before this spike is counted */
  am_real log[AM_LOG_PARTS];           /* of the target */
  const am_real *logs[AM_LOG_PARTS];   /* [delays][sources] */
  const void *program;
} am_synapse_column;

/* One step of what is left at n sources (a multiple of 16), of rules that are texts, and then the
 * spikes that arrive there, `arrive` [n] of each: x; before: without them, or NULL; scale: what part of the
 * weight they deliver, on average, where there are any, or NULL. */
typedef void am_synapse_origin(am_real *const x[AM_SYNAPSE_TRACES],
                               am_real *const before[AM_SYNAPSE_TRACES], am_real *scale,
                               const am_real *arrive, const am_real *k, int n,
                               const void *program);

typedef struct am_synapse_kernel {
  void (*arrive)(const am_synapse_row *p, const am_real *k, am_real M, const am_synapse_now *now);
  void (*fire)(const am_synapse_column *p, const am_real *k, am_real M, const am_synapse_now *now);
  /* Turns eligibility into weight up to now, and changes nothing else. NULL without eligibility. */
  void (*settle)(const am_synapse_row *p, const am_real *k, const am_synapse_now *now);
  /* c += score[target] x[0], with x of this step's arrivals counted. NULL for rules without; of
   * texts whatever they say, and `score` is NULL where they do not ask for it. */
  void (*score)(const am_synapse_row *p, const am_real *k, const am_real *score);
  /* One step of the traces y0, y1 of n targets (a multiple of 16) that fired so often. */
  void (*trace)(am_real *y0, am_real *y1, const am_real *fired, const am_real *k, int n,
                const void *program);
} am_synapse_kernel;

#endif
