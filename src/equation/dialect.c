/* What texts of neurons and of synapse rules share (see dialect.h). */
#include "equation/dialect.h"

#include <string.h>

#include "base/words.h"

#define REFUSE AM_PARSE_REFUSE

static const char *const schemes[AM_N_SCHEMES] = {"exact", "euler",    "half_steps",
                                                  "heun",  "midpoint", "exponential_euler"};
const char *am_scheme_name(am_scheme scheme) { return schemes[scheme]; }

/* "mV", "ms", ...: behind a number, for people alone. */
static bool is_unit(const am_parser *r) {
  static const char *const units[] = {"ms", "s",  "mV", "V",  "nS", "uS",
                                      "pF", "nF", "pA", "nA", "Hz", "kHz"};
  for (size_t k = 0; k < sizeof units / sizeof *units; k++)
    if (am_parse_is_word(r, units[k])) return true;
  return false;
}

amine_status am_dialect_skip_unit(am_parser *r) { return is_unit(r) ? am_parse_next(r) : AMINE_OK; }

/* ------------------------------------------------------------------------------ expressions */
/* Two expressions and what stands between them: node->a[0] < node->a[1], turned round or not. */
amine_status am_dialect_comparison(am_parser *r, int node, bool *holds) {
  int left = 0, right = 0;
  AM_TRY(am_parse_sum(r, &left));
  const char sign = r->now.kind == AM_T_SIGN ? r->now.sign : 0;
  if (!sign || !strchr("lLgG", sign))
    return REFUSE(r, r->now.at, "a comparison belongs here: <, <=, > or >=");
  AM_TRY(am_parse_next(r));
  AM_TRY(am_parse_sum(r, &right));
  am_node *n = &r->e->nodes[node];
  const bool swaps = sign == 'g' || sign == 'L'; /* a > b is b < a; a <= b is not b < a */
  n->a[0] = swaps ? right : left;
  n->a[1] = swaps ? left : right;
  *holds = sign == 'l' || sign == 'g';
  return AMINE_OK;
}

amine_status am_dialect_where(am_parser *r, int *out, int at) {
  AM_TRY(am_parse_node(r, out, AM_NODE_CALL, at));
  r->e->nodes[*out].function = AM_WHERE;
  r->e->nodes[*out].n = 4;
  return AMINE_OK;
}

/* where(a < b, x, y), exprel(x) */
amine_status am_dialect_call(am_parser *r, int *out, const char *called, int at, bool *known) {
  const bool where = strcmp(called, "where") == 0;
  bool holds = true;
  *known = where || strcmp(called, "exprel") == 0;
  if (!*known) return AMINE_OK;
  if (++r->depth > AM_EQUATION_DEPTH)
    return REFUSE(r, at, "brackets lie within each other more than %d deep", AM_EQUATION_DEPTH);
  r->brackets++;
  AM_TRY(am_parse_next(r));
  if (where) {
    AM_TRY(am_dialect_where(r, out, at));
    AM_TRY(am_dialect_comparison(r, *out, &holds));
    for (int k = 0; k < 2; k++) {
      int node = 0;
      AM_TRY(am_parse_expect(r, ',', "where takes a comparison and two values"));
      AM_TRY(am_parse_sum(r, &node));
      r->e->nodes[*out].a[holds ? 2 + k : 3 - k] = node;
    }
  } else {
    int of = 0;
    AM_TRY(am_parse_sum(r, &of));
    AM_TRY(am_parse_node(r, out, AM_NODE_CALL, at));
    am_node *n = &r->e->nodes[*out];
    n->function = AM_EXPREL, n->n = 1, n->a[0] = of;
  }
  r->brackets--;
  r->depth--;
  return am_parse_expect(r, ')', "where a bracket ends");
}

/* Whether a tree is of numbers, constants and dt alone. */
bool am_dialect_is_constant(const am_equations *e, int node) {
  const am_node *n = &e->nodes[node];
  if (n->kind == AM_NODE_SYMBOL) {
    const am_symbol *s = &e->symbols[n->symbol];
    if (s->kind != AM_SYMBOL_CONSTANT &&
        !(s->kind == AM_SYMBOL_GIVEN && strcmp(s->name, "dt") == 0))
      return false;
  }
  for (int k = 0; k < n->n; k++)
    if (!am_dialect_is_constant(e, n->a[k])) return false;
  return true;
}

amine_status am_dialect_constant(am_parser *r, int *node, const char *what) {
  const int at = r->now.at;
  AM_TRY(am_parse_sum(r, node));
  if (!am_dialect_is_constant(r->e, *node))
    return REFUSE(r, at, "%s is made of constants alone", what);
  return am_dialect_skip_unit(r);
}

/* NAME, NAME, ...: `one` for each. */
amine_status am_dialect_list(am_parser *r, amine_status (*one)(am_parser *r)) {
  AM_TRY(one(r));
  while (am_parse_is_sign(r, ',')) {
    AM_TRY(am_parse_next(r));
    AM_TRY(one(r));
  }
  return AMINE_OK;
}

amine_status am_dialect_declare(am_parser *r, int *symbol, am_symbol_kind kind, const char *of) {
  AM_TRY(am_parse_declare(r, symbol, kind, of));
  r->e->symbols[*symbol].shape.rank = 0;
  return AMINE_OK;
}

amine_status am_dialect_by(am_parser *r, am_scheme *scheme) {
  char called[AM_SYMBOL_SIZE];
  *scheme = AM_SCHEME_NONE;
  if (!am_parse_is_word(r, "by")) return AMINE_OK;
  AM_TRY(am_parse_next(r));
  const int at = r->now.at;
  AM_TRY(am_parse_name(r, called, "a scheme"));
  am_nearest_word near = am_nearest_begin(called);
  for (int k = AM_SCHEME_EULER; k < AM_N_SCHEMES; k++) {
    if (strcmp(called, schemes[k]) == 0) return *scheme = (am_scheme)k, AMINE_OK;
    am_nearest_try(&near, schemes[k]);
  }
  return REFUSE(
      r, at, "%s is no scheme%s%s%s: euler, half_steps, heun, midpoint, exponential_euler", called,
      near.best ? "; did you mean " : "", near.best ? near.best : "", near.best ? "?" : "");
}

/* A name of a text may be one of these words: then "=" or "'" stands behind it. */
bool am_dialect_is_statement(const am_parser *r) {
  const char *behind = r->text + r->at;
  behind += strspn(behind, " \t");
  return *behind != '=' && *behind != '\'';
}
