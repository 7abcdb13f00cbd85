/* A synapse rule made of a text of equations (equation/synapse_text.h): a part as all others. Its
 * constants are its parameters, behind those that every rule has. */
#ifndef AMINE_RULE_SYNAPSE_TEXT_H
#define AMINE_RULE_SYNAPSE_TEXT_H

#include "equation/synapse_program.h"
#include "rule/synapse.h"

enum {
  AM_SYNAPSE_TEXT_MAX = 65536, /* bytes */
  AM_SYNAPSE_TEXT_CONSTANTS = AM_VALUES_MAX - AM_VALUES_COMMON
};

typedef struct am_synapse_text_rule {
  am_synapse_rule is; /* first */
  am_synapse_program program;
  char *text;
  char name[AM_SYMBOL_SIZE], meaning[160];
  amine_parameter parameters[AM_VALUES_MAX + 1];
  char name_of[AM_VALUES_MAX][AM_SYMBOL_SIZE], unit_of[AM_VALUES_MAX][AM_SYMBOL_SIZE];
  char meaning_of[AM_VALUES_MAX][96];
  struct am_synapse_text_rule *next; /* for lists of them */
} am_synapse_text_rule;

/* Reads a text; `name` (a file's) stands in sentences. AMINE_ERROR_INPUT for what is wrong in it,
 * AMINE_ERROR_MEMORY. */
amine_status am_synapse_text_rule_make(am_synapse_text_rule **rule, const char *name,
                                       const char *text, amine_error *error);
/* The same of a file. AMINE_ERROR_IO. */
amine_status am_synapse_text_rule_load(am_synapse_text_rule **rule, const char *path,
                                       amine_error *error);
void am_synapse_text_rule_free(am_synapse_text_rule *rule);

/* What am_synapse_rule_... of rule/synapse_rule.h say of a program. */
bool am_synapse_text_setup(const am_synapse_program *program, double k[AM_SYNAPSE_CONSTANTS],
                           const double *values, double dt_ms);
/* Of what is left at one side. */
double am_synapse_text_first(const am_neuron_program *side, const double *values, int trace);
am_dopamine am_synapse_text_dopamine(const am_synapse_program *program, const double *values);

#endif
