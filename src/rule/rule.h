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
  AM_RULE_LAST,
  AM_RULE_GATED,
  AM_N_RULES
} am_rule_id;

/* What they are told, and with these members at its beginning any rule of another's. */
typedef struct am_rule_options {
  float clip;       /* bound of |H| */
  float eta, eta_e; /* first values of the learned rates */
  float eta_h;      /* the rate of a rule that has one and does not learn it */
  bool anew;        /* its second trace begins anew with each trial of the world */
} am_rule_options;

typedef struct am_rule_type {
  am_part part;     /* first */
  const char *rate; /* the tensor of its own learned rate, eta_e; NULL: it has none; of a rule that
                     * is a text (part.text), which has options am_rule_text_options, likewise */
  const am_trace_ops *ops[AM_N_ISA]; /* all NULL: no trace, as AM_RULE_NONE */
} am_rule_type;

extern const am_rule_type am_rules[AM_N_RULES];

/* What a rule that is a text is told: its constants are those of its rows that are doubles. */
enum { AM_RULE_CONSTANTS = 32 };
typedef struct am_rule_text_options {
  am_rule_options rule;
  double constants[AM_RULE_CONSTANTS];
} am_rule_text_options;

/* What rules that are texts have in common, those of one trace and those of two; without a text. */
extern const am_rule_type am_text_rules[2];

#endif
