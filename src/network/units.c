/* Networks that are texts, as parts (see units.h). */
#include "network/units.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "task/task.h"

/* The rows of the text's own constants. */
static const amine_parameter *constants_of(const am_part *part) {
  const amine_parameter *row = part->parameters;
  while (row->name && row->offset < offsetof(am_units_options, constants)) row++;
  return row;
}

double am_units_constant(const am_chosen *chosen, const char *name, double otherwise) {
  const am_units_options *o = chosen->options[AM_NETWORK];
  const amine_parameter *rows = constants_of(chosen->part[AM_NETWORK]);
  for (int k = 0; rows[k].name; k++)
    if (strcmp(rows[k].name, name) == 0) return o->constants[k];
  return otherwise;
}

/* The constants of a part's text, called PREFIX.NAME in `e`, with their values; n are given
 * already. Returns how many are then. */
static int give(am_binding *given, int n, char (*names)[AM_SYMBOL_SIZE], const am_equations *e,
                const char *prefix, const am_part *part, const void *options) {
  const amine_parameter *row = part->parameters;
  for (int k = 0; row && row->name && k < AM_UNITS_CONSTANTS; row++) {
    snprintf(names[k], sizeof names[k], "%s%s", prefix, row->name);
    const int symbol = am_equations_find(e, names[k]);
    if (symbol < 0 || e->symbols[symbol].kind != AM_SYMBOL_CONSTANT ||
        row->member != AMINE_MEMBER_DOUBLE)
      continue;
    double value;
    memcpy(&value, (const char *)options + row->offset, sizeof value);
    given[n++] = (am_binding){names[k++], value};
  }
  return n;
}

/* The program of a rule that is a text. */
static amine_status read_rule(am_units *u, const am_rule_type *rule, const void *options,
                              amine_error *error) {
  am_equations *e;
  am_binding given[AM_UNITS_CONSTANTS];
  AM_TRY(am_equations_read_rule(&e, rule->part.name, rule->part.text, error));
  const int n = give(given, 0, u->names[0], e, "", &rule->part, options);
  const amine_status status = am_rule_program_make(&u->program, e, given, n, error);
  am_equations_free(e);
  return status;
}

amine_status am_units_read(am_units *u, const am_part *part, const am_units_options *o,
                           const am_rule_type *rule, const am_rule_options *rule_options,
                           const am_modulator_type *modulator, const void *modulator_options,
                           amine_error *error) {
  const amine_parameter *rows = constants_of(part);
  am_text written = {0};
  *u = (am_units){.rule = rule, .clip = 1};
  if (rule_options) u->clip = rule_options->clip, u->rate = rule_options->eta_h;
  if (rule && rule->part.text) AM_TRY(read_rule(u, rule, rule_options, error));
  am_slots slots = {.plastic = rule && rule->ops[am_isa_now()], .alpha = o->alpha};
  if (slots.plastic) {
    slots.rate = rule->rate;
    slots.rate_first = rule_options ? (double)rule_options->eta_e : 0;
    if (rule->part.text) slots.rate_first = u->program.rate_first;
  }
  /* without a trace a slot is the network's own, and what is given comes through it as it is */
  const bool own = part->takes >> AM_MODULATOR & 1;
  if ((slots.plastic || own) && modulator) {
    slots.modulator_name = modulator->part.name;
    slots.modulator = modulator->part.text;
    if (modulator->write) {
      const double rate = own ? 1 : rule_options ? (double)rule_options->eta : 0;
      modulator->write(&written, modulator_options, rate);
      slots.modulator = written.data;
    }
  }
  amine_status status = written.failed
                            ? am_fail_memory(error, written.capacity)
                            : am_equations_read(&u->text, part->name, part->text, &slots, error);
  slots.above = true;
  if (status == AMINE_OK && u->text->lowest >= 0 && o->n_layers > 1)
    status = am_equations_read(&u->above, part->name, part->text, &slots, error);
  am_text_free(&written);
  if (status != AMINE_OK) am_units_free(u);
  AM_TRY(status);
  int n = 0;
  for (; rows[n].name; n++) u->given[n] = (am_binding){rows[n].name, o->constants[n]};
  for (int k = 0; slots.modulator && k < u->text->n_modulators; k++)
    n = give(u->given, n, u->names[k], u->text, u->text->modulators[k].scope, &modulator->part,
             modulator_options);
  u->stack = (am_stack_options){.text = u->text,
                                .above = u->above,
                                .n_hidden = o->n_hidden,
                                .n_layers = o->n_layers,
                                .dropout = o->dropout,
                                .given = u->given,
                                .n_given = n,
                                .rule = rule ? rule->ops[am_isa_now()] : NULL,
                                .program = rule && rule->part.text ? &u->program : NULL,
                                .anew = slots.plastic && rule_options && rule_options->anew &&
                                        rule->ops[am_isa_now()]->has_E,
                                .clip = u->clip,
                                .rate = u->rate};
  return AMINE_OK;
}

amine_status am_units_chosen(am_units *u, const am_chosen *chosen, bool deep, amine_error *error) {
  const am_units_options *o = chosen->options[AM_NETWORK];
  if (!deep && (o->n_layers != 1 || o->dropout > 0))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "learner.type=%s trains one layer without dropout (network.layers=1, "
                   "network.dropout=0)",
                   chosen->part[AM_LEARNER]->name);
  AM_TRY(am_units_read(
      u, chosen->part[AM_NETWORK], o, (const am_rule_type *)(const void *)chosen->part[AM_RULE],
      chosen->options[AM_RULE], (const am_modulator_type *)(const void *)chosen->part[AM_MODULATOR],
      chosen->options[AM_MODULATOR], error));
  u->stack.feed = am_modulator_feed(chosen);
  const am_task_type *task = (const am_task_type *)(const void *)chosen->part[AM_TASK];
  if (!u->stack.anew || !task || task->begins) return AMINE_OK;
  am_units_free(u);
  return am_fail(error, AMINE_ERROR_ARGUMENT,
                 "rule.anew=trial: task.type=%s says of no step that a trial begins",
                 task->part.name);
}

void am_units_free(am_units *u) {
  am_equations_free(u->text);
  am_equations_free(u->above);
}
