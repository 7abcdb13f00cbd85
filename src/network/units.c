/* Networks that are texts, as parts (see units.h). */
#include "network/units.h"

#include <string.h>

double am_units_constant(const am_chosen *chosen, const char *name, double otherwise) {
  const am_units_options *o = chosen->options[AM_NETWORK];
  const amine_parameter *rows = chosen->part[AM_NETWORK]->parameters + AM_UNITS_COMMON;
  for (int k = 0; rows[k].name; k++)
    if (strcmp(rows[k].name, name) == 0) return o->constants[k];
  return otherwise;
}

amine_status am_units_chosen(am_units *u, const am_chosen *chosen, bool deep, amine_error *error) {
  const am_part *part = chosen->part[AM_NETWORK];
  const am_units_options *o = chosen->options[AM_NETWORK];
  const amine_parameter *rows = part->parameters + AM_UNITS_COMMON;
  if (!deep && (o->n_layers != 1 || o->dropout > 0))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "learner.type=%s trains one layer without dropout (network.layers=1, "
                   "network.dropout=0)",
                   chosen->part[AM_LEARNER]->name);
  *u = (am_units){0};
  AM_TRY(am_equations_read(&u->text, part->name, part->text, error));
  int n = 0;
  for (; rows[n].name; n++) u->given[n] = (am_binding){rows[n].name, o->constants[n]};
  u->stack = (am_stack_options){.text = u->text,
                                .n_hidden = o->n_hidden,
                                .n_layers = o->n_layers,
                                .dropout = o->dropout,
                                .given = u->given,
                                .n_given = n};
  return AMINE_OK;
}

void am_units_free(am_units *u) { am_equations_free(u->text); }
