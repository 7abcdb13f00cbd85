/* The plasticity rules of spiking synapses by name. Each is one file of this folder, with its
 * equation on top. Homeostatic scaling and weight decay go with any of them: rule/homeostasis.c. */
#ifndef AMINE_RULE_SYNAPSE_H
#define AMINE_RULE_SYNAPSE_H

#include <stdbool.h>

#include "amine/brain.h"
#include "kernel/isa.h"
#include "kernel/synapse.h"

/* What every rule's table begins with. */
enum {
  AM_RULE_W_MIN,
  AM_RULE_W_MAX,
  AM_RULE_DECAY,       /* per ms, of the weight */
  AM_RULE_LOSS,        /* weight per ms */
  AM_RULE_TARGET_RATE, /* Hz; 0: no scaling */
  AM_RULE_WINDOW,      /* ms */
  AM_RULE_SCALING,     /* per window */
  AM_RULE_COMMON
};

/* Whether the weights change by themselves, without a spike. */
static inline bool am_rule_sweeps(const double *values) {
  return values[AM_RULE_DECAY] > 0 || values[AM_RULE_LOSS] > 0 || values[AM_RULE_TARGET_RATE] > 0;
}

/* How a rule with eligibility c comes to its weight: w' = gamma c (d - base), c' = -c / tau_c. */
typedef struct am_dopamine {
  double tau_c_ms; /* 0: c lasts until the end of its step */
  double
      tau_d_ms; /* d' = -d / tau_d, d + r at a reward r; 0: a reward is an impulse, w + gamma c r */
  double base, gamma;
  double read_ms;  /* > 0: c and w change only so often: w + c (d - base) read_ms */
  bool every_step; /* c changes by itself: all synapses are brought up to date in every step */
} am_dopamine;

/* One step of the traces of n targets in 64 bits, as am_synapse_kernel.trace in 32. */
typedef void am_synapse_trace_wide(double *y0, double *y1, const double *fired, const double *k,
                                   int n);

typedef struct am_synapse_rule {
  const char *name, *meaning, *source;
  const amine_parameter *parameters; /* ends with a NULL name; the common ones first */
  int n_x, n_y;                      /* traces that it reads */
  int is_late;                       /* arrivals are looked at after the neurons */
  int fires;                         /* has something to do when the target fires */
  int scores;                        /* reads the "score" of its targets in every step */
  double y_initial[AM_SYNAPSE_TRACES];
  int rate; /* the constant that is 1 less a factor of a step, of a trace of the rule's own; or 0 */
  /* The constants, from the values in the table's order. */
  void (*setup)(double k[AM_SYNAPSE_CONSTANTS], const double *values, double dt_ms);
  /* The largest change of a weight, or of its eligibility as weight, that one spike makes. */
  double (*change)(const double *values);
  /* What makes weight of eligibility; for rules that have it. */
  am_dopamine (*dopamine)(const double *values);
  am_synapse_trace_wide *wide;                /* NULL where no trace of targets decays */
  const am_synapse_kernel *kernels[AM_N_ISA]; /* NULL for "none" */
} am_synapse_rule;

/* The steps of a time constant up to which 32 bits hold what decays with it: with more, too little
 * is lost in a step to be told from nothing. */
#define AM_NARROW_TRACE 4096
static inline bool am_decay_is_slow(double decay) {
  return decay > 0 && 1 - decay < 1.0 / AM_NARROW_TRACE;
}
/* Whether a trace of the rule is as slow as that. */
bool am_synapse_rule_is_slow(const am_synapse_rule *rule, const double *k);
/* Whether its changes, of spikes, decay or scaling, are as small a part of a weight as that;
 * weights begin within +- initial. */
bool am_synapse_rule_is_small(const am_synapse_rule *rule, const double *values, double initial,
                              double sweep_ms);

/* In the order of the public list; NULL past the end. The first is "none". */
const am_synapse_rule *am_synapse_rule_at(int k);
const am_synapse_rule *am_synapse_rule_find(const char *name);

#endif
