/* The plasticity rules of spiking synapses by name. Each is one file of this folder, with its
 * equation on top. Homeostatic scaling and weight decay go with any of them: rule/homeostasis.c. */
#ifndef AMINE_RULE_SYNAPSE_H
#define AMINE_RULE_SYNAPSE_H

#include "amine/brain.h"
#include "kernel/isa.h"
#include "kernel/synapse.h"

/* What every rule's table begins with. */
enum {
  AM_RULE_W_MIN,
  AM_RULE_W_MAX,
  AM_RULE_DECAY,       /* per ms */
  AM_RULE_TARGET_RATE, /* Hz; 0: no scaling */
  AM_RULE_WINDOW,      /* ms */
  AM_RULE_SCALING,     /* per window */
  AM_RULE_COMMON
};

typedef struct am_synapse_rule {
  const char *name, *meaning, *source;
  const amine_parameter *parameters; /* ends with a NULL name; the common ones first */
  int n_x, n_y;                      /* traces that it reads */
  int is_late;                       /* arrivals are looked at after the neurons */
  int fires;                         /* has something to do when the target fires */
  int has_eligibility;
  double y_initial[AM_SYNAPSE_TRACES];
  /* The constants, from the values in the table's order. */
  void (*setup)(am_real k[AM_SYNAPSE_CONSTANTS], const double *values, double dt_ms);
  const am_synapse_kernel *kernels[AM_N_ISA]; /* NULL for "none" */
} am_synapse_rule;

/* In the order of the public list; NULL past the end. The first is "none". */
const am_synapse_rule *am_synapse_rule_at(int k);
const am_synapse_rule *am_synapse_rule_find(const char *name);

/* Of da-stdp: where its own values stand. */
enum { AM_DA_TAU_C = AM_RULE_COMMON, AM_DA_TAU_D, AM_DA_BASE };

#endif
