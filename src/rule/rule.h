/* The plasticity rules of rate networks. Each is one file of this folder, with its equation on top;
 * ours are in a table, one of another's is an am_rule_type in a registry (docs/adding/rule.md). */
#ifndef AMINE_RULE_RULE_H
#define AMINE_RULE_RULE_H

#include "base/registry.h"
#include "kernel/isa.h"
#include "kernel/trace.h"

typedef enum am_rule_id {
  AM_RULE_NONE, /* no trace: an ordinary network */
  AM_RULE_DECAY,
  AM_RULE_OJA,
  AM_RULE_CLIP,
  AM_RULE_SOFTCLIP,
  AM_RULE_ELIGIBILITY,
  AM_RULE_FADING,
  AM_N_RULES
} am_rule_id;

/* What they are told, and with these members at its beginning any rule of another's. */
typedef struct am_rule_options {
  float clip;       /* bound of |H| */
  float eta, eta_e; /* first values of the learned rates */
  float eta_h;      /* the rate of a rule that has one and does not learn it */
} am_rule_options;

typedef struct am_rule_type {
  am_part part;     /* first */
  const char *rate; /* the tensor of its own learned rate, eta_e; NULL: it has none */
  const am_trace_ops *ops[AM_N_ISA]; /* all NULL: no trace, as AM_RULE_NONE */
} am_rule_type;

extern const am_rule_type am_rules[AM_N_RULES];

#endif
