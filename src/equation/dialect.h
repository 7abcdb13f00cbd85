/* What texts of neurons (neuron_read.c) and of synapse rules (synapse_read.c) share: they are of
 * numbers alone, and know derivatives, comparisons and two functions more than networks. */
#ifndef AMINE_EQUATION_DIALECT_H
#define AMINE_EQUATION_DIALECT_H

#include "equation/neuron_text.h"
#include "equation/parser.h"

/* am_dialect's call: where(a < b, x, y) and exprel(x). */
amine_status am_dialect_call(am_parser *r, int *out, const char *called, int at, bool *known);
/* A node of where(...), its operands not known yet; and two expressions and what stands between
 * them: node->a[0] < node->a[1], which must hold, or (*holds false) must not. */
amine_status am_dialect_where(am_parser *r, int *out, int at);
amine_status am_dialect_comparison(am_parser *r, int node, bool *holds);

/* Whether a tree is of numbers, constants and dt alone; an expression that must be so ("WHAT is
 * made of constants alone"), and perhaps a unit. */
bool am_dialect_is_constant(const am_equations *e, int node);
amine_status am_dialect_constant(am_parser *r, int *node, const char *what);
amine_status am_dialect_skip_unit(am_parser *r);

/* NAME, NAME, ...: `one` for each; a new symbol, which is a number. */
amine_status am_dialect_list(am_parser *r, amine_status (*one)(am_parser *r));
amine_status am_dialect_declare(am_parser *r, int *symbol, am_symbol_kind kind, const char *of);
/* "by SCHEME", or nothing: AM_SCHEME_NONE. */
amine_status am_dialect_by(am_parser *r, am_scheme *scheme);
/* Whether the word that stands here is one of a statement: no "=" or "'" stands behind it. */
bool am_dialect_is_statement(const am_parser *r);

#endif
