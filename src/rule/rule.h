/* The plasticity rules by name. Each rule is one file of this folder, with its equation on top. */
#ifndef AMINE_RULE_RULE_H
#define AMINE_RULE_RULE_H

#include "kernel/isa.h"
#include "kernel/trace.h"

typedef enum am_rule_id {
  AM_RULE_NONE, /* no trace: an ordinary network */
  AM_RULE_DECAY,
  AM_RULE_OJA,
  AM_RULE_CLIP,
  AM_RULE_SOFTCLIP,
  AM_RULE_ELIGIBILITY,
  AM_N_RULES
} am_rule_id;

typedef struct am_rule_type {
  const char *name;
  const char *meaning;  /* one line */
  const char *equation; /* plain text */
  const char *source;
  const am_trace_ops *ops[AM_N_ISA]; /* NULL for AM_RULE_NONE */
} am_rule_type;

extern const am_rule_type am_rules[AM_N_RULES];

#endif
