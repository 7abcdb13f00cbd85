/* The statements of a neuron's text (see neuron_text.h). */
#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "equation/mark.h"
#include "equation/neuron_text.h"
#include "equation/parser.h"

#define REFUSE AM_PARSE_REFUSE
#define REFRACTORY "refractory" /* the state that counts */

static am_neuron_text *text_of(const am_parser *r) { return r->of; }

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

static amine_status skip_unit(am_parser *r) { return is_unit(r) ? am_parse_next(r) : AMINE_OK; }

static int state_of(const am_neuron_text *t, int symbol) {
  for (int s = 0; s < t->n_states; s++)
    if (t->state[s] == symbol) return s;
  return -1;
}

/* The state that stands here. */
static amine_status known_state(am_parser *r, int *state) {
  char called[AM_SYMBOL_SIZE];
  const int at = r->now.at;
  AM_TRY(am_parse_name(r, called, "a state"));
  *state = state_of(text_of(r), am_equations_find(r->e, called));
  if (*state >= 0) return AMINE_OK;
  return REFUSE(r, at, "there is no state %s: \"state %s\" makes one", called, called);
}

/* ------------------------------------------------------------------------------ expressions */
/* Two expressions and what stands between them: node->a[0] < node->a[1], turned round or not. */
static amine_status comparison(am_parser *r, int node, bool *holds) {
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

static amine_status new_where(am_parser *r, int *out, int at) {
  AM_TRY(am_parse_node(r, out, AM_NODE_CALL, at));
  r->e->nodes[*out].function = AM_WHERE;
  r->e->nodes[*out].n = 4;
  return AMINE_OK;
}

/* where(a < b, x, y), exprel(x) */
static amine_status call(am_parser *r, int *out, const char *called, int at, bool *known) {
  const bool where = strcmp(called, "where") == 0;
  bool holds = true;
  *known = where || strcmp(called, "exprel") == 0;
  if (!*known) return AMINE_OK;
  if (++r->depth > AM_EQUATION_DEPTH)
    return REFUSE(r, at, "brackets lie within each other more than %d deep", AM_EQUATION_DEPTH);
  r->brackets++;
  AM_TRY(am_parse_next(r));
  if (where) {
    AM_TRY(new_where(r, out, at));
    AM_TRY(comparison(r, *out, &holds));
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
static bool is_constant(const am_equations *e, int node) {
  const am_node *n = &e->nodes[node];
  if (n->kind == AM_NODE_SYMBOL) {
    const am_symbol *s = &e->symbols[n->symbol];
    if (s->kind != AM_SYMBOL_CONSTANT &&
        !(s->kind == AM_SYMBOL_GIVEN && strcmp(s->name, "dt") == 0))
      return false;
  }
  for (int k = 0; k < n->n; k++)
    if (!is_constant(e, n->a[k])) return false;
  return true;
}

static amine_status constant_sum(am_parser *r, int *node, const char *what) {
  const int at = r->now.at;
  AM_TRY(am_parse_sum(r, node));
  if (!is_constant(r->e, *node)) return REFUSE(r, at, "%s is made of constants alone", what);
  return skip_unit(r);
}

/* ------------------------------------------------------------------------------ declarations */
/* NAME, NAME, ...: `one` for each. */
static amine_status list(am_parser *r, amine_status (*one)(am_parser *r)) {
  AM_TRY(one(r));
  while (am_parse_is_sign(r, ',')) {
    AM_TRY(am_parse_next(r));
    AM_TRY(one(r));
  }
  return AMINE_OK;
}

static amine_status declare(am_parser *r, int *symbol, am_symbol_kind kind, const char *of) {
  AM_TRY(am_parse_declare(r, symbol, kind, of));
  r->e->symbols[*symbol].shape.rank = 0;
  return AMINE_OK;
}

static amine_status state(am_parser *r) {
  am_neuron_text *t = text_of(r);
  const int at = r->now.at;
  int symbol = 0;
  AM_TRY(declare(r, &symbol, AM_SYMBOL_STATE, "a state"));
  if (t->n_states == AM_NEURON_STATES - 1)
    return REFUSE(r, at, "a neuron has at most %d states", AM_NEURON_STATES - 1);
  if (strcmp(r->e->symbols[symbol].name, REFRACTORY) == 0)
    return REFUSE(r, at, "%s is what a neuron counts how long it is held: another name",
                  REFRACTORY);
  t->slope[t->n_states] = -1;
  t->state[t->n_states++] = symbol;
  if (!am_parse_is_sign(r, '=')) return skip_unit(r);
  AM_TRY(am_parse_next(r));
  return constant_sum(r, &r->e->symbols[symbol].begin, "what a state is at first");
}

static amine_status input(am_parser *r) {
  am_neuron_text *t = text_of(r);
  if (t->input >= 0) return REFUSE(r, r->now.at, "a neuron has one input, its external current");
  AM_TRY(declare(r, &t->input, AM_SYMBOL_INPUT, "an input"));
  return skip_unit(r);
}

static amine_status arrival(am_parser *r) {
  am_neuron_text *t = text_of(r);
  if (t->arrival[1] >= 0) return REFUSE(r, r->now.at, "a neuron has two receptors");
  return declare(r, &t->arrival[t->arrival[0] >= 0], AM_SYMBOL_INPUT, "what arrives");
}

static amine_status given(am_parser *r) {
  const int at = r->now.at;
  int symbol = 0;
  AM_TRY(declare(r, &symbol, AM_SYMBOL_GIVEN, "what is given"));
  const char *name = r->e->symbols[symbol].name;
  if (strcmp(name, "threshold") == 0 || strcmp(name, "gain") == 0 || strcmp(name, "dt") == 0)
    return AMINE_OK;
  return REFUSE(r, at, "a neuron is given threshold, gain and dt, not %s", name);
}

static amine_status each(am_parser *r) {
  am_neuron_text *t = text_of(r);
  char called[AM_SYMBOL_SIZE];
  const int at = r->now.at;
  AM_TRY(am_parse_name(r, called, "a constant"));
  const int symbol = am_equations_find(r->e, called);
  if (symbol < 0 || r->e->symbols[symbol].kind != AM_SYMBOL_CONSTANT)
    return REFUSE(r, at, "there is no constant %s above", called);
  if (t->n_each == AM_NEURON_OWN)
    return REFUSE(r, at, "at most %d constants differ from neuron to neuron", AM_NEURON_OWN);
  t->each[t->n_each++] = symbol;
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ what happens */
/* NAME <- EXPRESSION of the line that is read */
static amine_status update(am_parser *r, am_neuron_when when) {
  am_neuron_text *t = text_of(r);
  const int at = r->now.at;
  int s = 0, node = 0;
  AM_TRY(known_state(r, &s));
  AM_TRY(am_parse_expect(r, '<', "as in \"v <- v + 1\""));
  AM_TRY(am_parse_sum(r, &node));
  AM_TRY(skip_unit(r));
  for (int k = 0; k < t->n_updates; k++)
    if (t->updates[k].line == t->n_lines && t->updates[k].symbol == t->state[s])
      return REFUSE(r, at, "%s is updated twice in this line", r->e->symbols[t->state[s]].name);
  if (t->n_updates == AM_NEURON_UPDATES)
    return REFUSE(r, at, "a text has at most %d updates", AM_NEURON_UPDATES);
  t->updates[t->n_updates++] = (am_neuron_update){when, t->n_lines, t->state[s], node};
  return AMINE_OK;
}

static amine_status line(am_parser *r, am_neuron_when when) {
  AM_TRY(am_parse_expect(r, ':', "before what happens"));
  AM_TRY(update(r, when));
  while (am_parse_is_sign(r, ',')) {
    AM_TRY(am_parse_next(r));
    AM_TRY(update(r, when));
  }
  text_of(r)->n_lines++;
  return AMINE_OK;
}

static amine_status begin(am_parser *r) { return line(r, AM_WHEN_BEGIN); }
static amine_status end(am_parser *r) { return line(r, AM_WHEN_END); }

static amine_status fires(am_parser *r, int at) {
  am_neuron_text *t = text_of(r);
  if (t->condition >= 0 || t->chance >= 0)
    return REFUSE(r, at, "it is said twice when a neuron fires");
  t->fires_at = at;
  return AMINE_OK;
}

static amine_status number(am_parser *r, int *out, double value, int at) {
  AM_TRY(am_parse_node(r, out, AM_NODE_NUMBER, at));
  r->e->nodes[*out].number = value;
  return AMINE_OK;
}

static amine_status spike(am_parser *r) {
  const int at = r->now.at;
  int node = 0, one = 0, zero = 0;
  bool holds = true;
  AM_TRY(fires(r, at));
  AM_TRY(new_where(r, &node, at));
  AM_TRY(comparison(r, node, &holds));
  AM_TRY(number(r, &one, 1, at));
  AM_TRY(number(r, &zero, 0, at));
  r->e->nodes[node].a[2] = holds ? one : zero;
  r->e->nodes[node].a[3] = holds ? zero : one;
  text_of(r)->condition = node;
  return am_parse_is_sign(r, ':') ? line(r, AM_WHEN_FIRES) : AMINE_OK;
}

static amine_status chance(am_parser *r) {
  int node = 0;
  AM_TRY(fires(r, r->now.at));
  AM_TRY(am_parse_sum(r, &node));
  text_of(r)->chance = node;
  return am_parse_is_sign(r, ':') ? line(r, AM_WHEN_FIRES) : AMINE_OK;
}

static amine_status refractory(am_parser *r) {
  am_neuron_text *t = text_of(r);
  if (t->refractory >= 0) return REFUSE(r, r->now.at, "how long it is held is said twice");
  return constant_sum(r, &t->refractory, "how long a neuron is held");
}

static amine_status neuron(am_parser *r) { return am_parse_name(r, r->e->network, "a neuron"); }

/* ------------------------------------------------------------------------------ equations */
static amine_status by(am_parser *r, am_scheme *scheme) {
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

/* NAME' = EXPRESSION [by SCHEME]; the prime stands here */
static amine_status derivative(am_parser *r, const char *called, int at) {
  am_neuron_text *t = text_of(r);
  const int s = state_of(t, am_equations_find(r->e, called));
  if (s < 0) return REFUSE(r, at, "there is no state %s: \"state %s\" makes one", called, called);
  if (t->slope[s] >= 0) return REFUSE(r, at, "the derivative of %s is said twice", called);
  AM_TRY(am_parse_next(r));
  AM_TRY(am_parse_expect(r, '=', "behind what a derivative is of"));
  AM_TRY(am_parse_sum(r, &t->slope[s]));
  t->moved[t->n_moved++] = s;
  return by(r, &t->scheme[s]);
}

static amine_status equation(am_parser *r) {
  char called[AM_SYMBOL_SIZE];
  const int at = r->now.at;
  int node = 0, symbol = 0;
  AM_TRY(am_parse_name(r, called, "a value or a state"));
  if (am_parse_is_sign(r, '\'')) return derivative(r, called, at);
  if (am_parse_is_sign(r, '<'))
    return REFUSE(r, at, "it is not said when %s changes: \"begin : %s <- ...\", end or spike",
                  called, called);
  if (!am_parse_is_sign(r, '='))
    return REFUSE(r, r->now.at, "\"=\" or \"'\" belongs here, after a name");
  const int old = am_equations_find(r->e, called);
  if (old >= 0)
    return REFUSE(r, at, "there is %s already, from line %d", called,
                  am_mark_line(r->e->text, r->e->symbols[old].at));
  AM_TRY(am_parse_next(r));
  AM_TRY(am_parse_sum(r, &node));
  AM_TRY(am_parse_symbol(r, &symbol, called, AM_SYMBOL_VALUE, at));
  r->e->symbols[symbol].shape.rank = 0;
  return am_parse_assignment(r, symbol, node, false, at);
}

static amine_status states(am_parser *r) { return list(r, state); }
static amine_status arrivals(am_parser *r) { return list(r, arrival); }
static amine_status givens(am_parser *r) { return list(r, given); }
static amine_status eaches(am_parser *r) { return list(r, each); }

/* A name of a text may be one of these words: then "=" or "'" stands behind it. */
static bool is_statement(const am_parser *r) {
  const char *behind = r->text + r->at;
  behind += strspn(behind, " \t");
  return *behind != '=' && *behind != '\'';
}

static amine_status statement(am_parser *r) {
  static const struct {
    const char *word;
    amine_status (*read)(am_parser *r);
  } own[] = {{"neuron", neuron}, {"constant", am_parse_constant},
             {"each", eaches},   {"state", states},
             {"input", input},   {"arrival", arrivals},
             {"given", givens},  {"begin", begin},
             {"end", end},       {"spike", spike},
             {"chance", chance}, {"refractory", refractory}};
  static const char *const foreign[] = {"trace", "learned", "first", "output", "network", "lowest"};
  for (size_t k = 0; k < sizeof own / sizeof *own && is_statement(r); k++)
    if (am_parse_is_word(r, own[k].word)) {
      AM_TRY(am_parse_next(r));
      return own[k].read(r);
    }
  for (size_t k = 0; k < sizeof foreign / sizeof *foreign && is_statement(r); k++)
    if (am_parse_is_word(r, foreign[k]))
      return REFUSE(r, r->now.at, "a neuron has no %s: that is of networks and rules", foreign[k]);
  return equation(r);
}

static amine_status complete(am_parser *r) {
  am_neuron_text *t = text_of(r);
  const am_equations *e = r->e;
  if (t->n_states == 0) return REFUSE(r, 0, "there is no state: \"state v = -65 mV\"");
  if (t->input < 0)
    return REFUSE(r, 0, "there is no input: \"input I\" names the external current");
  if (t->arrival[0] < 0)
    return REFUSE(r, 0, "it is not said what arrives: \"arrival a\", and \"end : v <- v + a\"");
  if (t->condition < 0 && t->chance < 0)
    return REFUSE(r, 0, "it is not said when it fires: \"spike v >= 20 : v <- -65\"");
  if (t->refractory >= 0 && t->condition < 0)
    return REFUSE(r, t->fires_at, "what fires by chance is not held: it has no condition");
  for (int s = 0; s < t->n_states; s++)
    if (s != 3 && strcmp(e->symbols[t->state[s]].name, "score") == 0)
      return REFUSE(r, e->symbols[t->state[s]].at,
                    "score is the fourth state: rules find it there");
  for (int k = 0; k < e->n_symbols; k++)
    if (e->symbols[k].kind == AM_SYMBOL_CONSTANT && e->symbols[k].choices[0])
      return REFUSE(r, e->symbols[k].at, "a constant of a neuron is a number");
  return AMINE_OK;
}

static const am_dialect dialect = {.about = "a text is about one neuron",
                                   .statement = statement,
                                   .call = call,
                                   .complete = complete};

amine_status am_neuron_text_read(am_neuron_text *t, const char *name, const char *source,
                                 amine_error *error) {
  *t = (am_neuron_text){
      .input = -1, .arrival = {-1, -1}, .condition = -1, .chance = -1, .refractory = -1};
  return am_parse_dialect(&t->e, &dialect, t, name, source, error);
}

void am_neuron_text_free(am_neuron_text *t) {
  am_equations_free(t->e);
  t->e = NULL;
}
