/* The statements of a neuron's text (see neuron_text.h). */
#include <string.h>

#include "equation/dialect.h"
#include "equation/mark.h"

#define REFUSE AM_PARSE_REFUSE
#define REFRACTORY "refractory" /* the state that counts */
#define MEAN "mean"             /* the one that holds how often it fires */

static am_neuron_text *text_of(const am_parser *r) { return r->of; }

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

/* ------------------------------------------------------------------------------ declarations */
static amine_status state(am_parser *r) {
  am_neuron_text *t = text_of(r);
  const int at = r->now.at;
  int symbol = 0;
  AM_TRY(am_dialect_declare(r, &symbol, AM_SYMBOL_STATE, "a state"));
  if (t->n_states == AM_NEURON_STATES - 1)
    return REFUSE(r, at, "a neuron has at most %d states", AM_NEURON_STATES - 1);
  if (strcmp(r->e->symbols[symbol].name, REFRACTORY) == 0)
    return REFUSE(r, at, "%s is what a neuron counts how long it is held: another name",
                  REFRACTORY);
  if (strcmp(r->e->symbols[symbol].name, MEAN) == 0)
    return REFUSE(r, at, "%s is how often a source fires: another name", MEAN);
  t->slope[t->n_states] = -1;
  t->state[t->n_states++] = symbol;
  if (!am_parse_is_sign(r, '=')) return am_dialect_skip_unit(r);
  AM_TRY(am_parse_next(r));
  return am_dialect_constant(r, &r->e->symbols[symbol].begin, "what a state is at first");
}

static amine_status input(am_parser *r) {
  am_neuron_text *t = text_of(r);
  if (t->input >= 0) return REFUSE(r, r->now.at, "a neuron has one input, its external current");
  AM_TRY(am_dialect_declare(r, &t->input, AM_SYMBOL_INPUT, "an input"));
  return am_dialect_skip_unit(r);
}

static amine_status arrival(am_parser *r) {
  am_neuron_text *t = text_of(r);
  if (t->arrival[1] >= 0) return REFUSE(r, r->now.at, "a neuron has two receptors");
  return am_dialect_declare(r, &t->arrival[t->arrival[0] >= 0], AM_SYMBOL_INPUT, "what arrives");
}

static amine_status receptor(am_parser *r) {
  am_neuron_text *t = text_of(r);
  const int at = r->now.at, most = AM_NEURON_RECEPTORS - 2;
  if (t->n_receptors == most)
    return REFUSE(r, at, "a neuron has at most %d receptors beside the first two", most);
  int *symbol = &t->receptor[t->n_receptors++];
  AM_TRY(am_dialect_declare(r, symbol, AM_SYMBOL_INPUT, "a receptor"));
  const char *name = r->e->symbols[*symbol].name;
  if (strcmp(name, "excitatory") != 0 && strcmp(name, "inhibitory") != 0) return AMINE_OK;
  return REFUSE(r, at, "%s is one of the first two: \"arrival a_e, a_i\" names them", name);
}

static amine_status given(am_parser *r) {
  const int at = r->now.at;
  int symbol = 0;
  AM_TRY(am_dialect_declare(r, &symbol, AM_SYMBOL_GIVEN, "what is given"));
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
  AM_TRY(am_dialect_skip_unit(r));
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
  if (t->condition >= 0 || t->chance >= 0 || t->mean >= 0)
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
  AM_TRY(am_dialect_where(r, &node, at));
  AM_TRY(am_dialect_comparison(r, node, &holds));
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

static amine_status poisson(am_parser *r) {
  AM_TRY(fires(r, r->now.at));
  return am_dialect_constant(r, &text_of(r)->mean, "how often a neuron fires in a step");
}

static amine_status refractory(am_parser *r) {
  am_neuron_text *t = text_of(r);
  if (t->refractory >= 0) return REFUSE(r, r->now.at, "how long it is held is said twice");
  return am_dialect_constant(r, &t->refractory, "how long a neuron is held");
}

static amine_status neuron(am_parser *r) { return am_parse_name(r, r->e->network, "a neuron"); }

/* ------------------------------------------------------------------------------ equations */
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
  return am_dialect_by(r, &t->scheme[s]);
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

static amine_status states(am_parser *r) { return am_dialect_list(r, state); }
static amine_status arrivals(am_parser *r) { return am_dialect_list(r, arrival); }
static amine_status receptors(am_parser *r) { return am_dialect_list(r, receptor); }
static amine_status givens(am_parser *r) { return am_dialect_list(r, given); }
static amine_status eaches(am_parser *r) { return am_dialect_list(r, each); }

static amine_status statement(am_parser *r) {
  static const struct {
    const char *word;
    amine_status (*read)(am_parser *r);
  } own[] = {{"neuron", neuron}, {"constant", am_parse_constant},
             {"each", eaches},   {"state", states},
             {"input", input},   {"arrival", arrivals},
             {"given", givens},  {"begin", begin},
             {"end", end},       {"spike", spike},
             {"chance", chance}, {"poisson", poisson},
             {"refractory", refractory}, {"receptor", receptors}};
  static const char *const foreign[] = {"trace", "learned", "first", "output", "network", "lowest"};
  for (size_t k = 0; k < sizeof own / sizeof *own && am_dialect_is_statement(r); k++)
    if (am_parse_is_word(r, own[k].word)) {
      AM_TRY(am_parse_next(r));
      return own[k].read(r);
    }
  for (size_t k = 0; k < sizeof foreign / sizeof *foreign && am_dialect_is_statement(r); k++)
    if (am_parse_is_word(r, foreign[k]))
      return REFUSE(r, r->now.at, "a neuron has no %s: that is of networks and rules", foreign[k]);
  return equation(r);
}

static amine_status complete(am_parser *r) {
  am_neuron_text *t = text_of(r);
  const am_equations *e = r->e;
  const bool source = t->input < 0 && t->arrival[0] < 0;
  if (t->n_states == 0 && !source)
    return REFUSE(r, 0, "there is no state: \"state v = -65 mV\"");
  if (t->input < 0 && !source)
    return REFUSE(r, 0, "there is no input: \"input I\" names the external current");
  if (t->arrival[0] < 0 && !source)
    return REFUSE(r, 0, "it is not said what arrives: \"arrival a\", and \"end : v <- v + a\"");
  if (t->mean >= 0 && !source)
    return REFUSE(r, t->fires_at, "what fires by a rate takes no input: \"chance ...\" knows of it");
  if (t->condition < 0 && t->chance < 0 && t->mean < 0)
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
                                   .call = am_dialect_call,
                                   .complete = complete};

amine_status am_neuron_text_read(am_neuron_text *t, const char *name, const char *source,
                                 amine_error *error) {
  *t = (am_neuron_text){AM_NEURON_TEXT_SILENT};
  return am_parse_dialect(&t->e, &dialect, t, name, source, error);
}

void am_neuron_text_free(am_neuron_text *t) {
  am_equations_free(t->e);
  t->e = NULL;
}
