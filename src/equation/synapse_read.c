/* The statements of a synapse rule's text (see synapse_text.h). */
#include "equation/synapse_text.h"

#include <string.h>

#include "equation/dialect.h"
#include "equation/mark.h"

#define REFUSE AM_PARSE_REFUSE

static am_synapse_text *text_of(const am_parser *r) { return r->of; }
static const char *name_of(const am_parser *r, int symbol) { return r->e->symbols[symbol].name; }

/* ------------------------------------------------------------------------------ declarations */
static amine_status declare(am_parser *r, int *symbol, am_symbol_kind kind, am_synapse_role role,
                            const char *of) {
  AM_TRY(am_dialect_declare(r, symbol, kind, of));
  text_of(r)->role[*symbol] = (uint8_t)role;
  return AMINE_OK;
}

/* One of a kind. */
static amine_status declare_one(am_parser *r, int *symbol, am_synapse_role role, const char *of) {
  const int at = r->now.at;
  if (*symbol >= 0) return REFUSE(r, at, "a synapse has one %s, %s", of, name_of(r, *symbol));
  AM_TRY(declare(r, symbol, AM_SYMBOL_STATE, role, of));
  return AMINE_OK;
}

static amine_status weight(am_parser *r) {
  am_synapse_text *t = text_of(r);
  const int at = r->now.at;
  AM_TRY(declare_one(r, &t->weight, AM_ROLE_WEIGHT, "weight"));
  if (!am_parse_is_word(r, "from")) return AMINE_OK;
  AM_TRY(am_parse_next(r));
  AM_TRY(am_parse_signed_number(r, &t->w_min));
  if (!am_parse_is_word(r, "to")) return REFUSE(r, r->now.at, "\"to\" is missing here");
  AM_TRY(am_parse_next(r));
  AM_TRY(am_parse_signed_number(r, &t->w_max));
  if (t->w_min >= -1e6 && t->w_min <= t->w_max && t->w_max <= 1e6) return AMINE_OK;
  return REFUSE(r, at, "bounds of a weight lie in -1e6 to 1e6, the lower one first");
}

static amine_status eligibility(am_parser *r) {
  return declare_one(r, &text_of(r)->eligibility, AM_ROLE_ELIGIBILITY, "eligibility");
}

static amine_status level(am_parser *r) {
  return declare_one(r, &text_of(r)->level, AM_ROLE_LEVEL, "level");
}

/* One more number of a side, and what it is at first. */
static amine_status of_side(am_parser *r, int *symbol, am_neuron_text *of, am_synapse_role role,
                            const char *what) {
  AM_TRY(declare(r, symbol, AM_SYMBOL_STATE, role, what));
  of->slope[of->n_states] = -1;
  of->state[of->n_states++] = *symbol;
  if (!am_parse_is_sign(r, '=')) return AMINE_OK;
  AM_TRY(am_parse_next(r));
  return am_dialect_constant(r, &r->e->symbols[*symbol].begin, "what it is at first");
}

static amine_status source(am_parser *r) {
  am_synapse_text *t = text_of(r);
  if (t->n_sources == AM_SYNAPSE_SIDE)
    return REFUSE(r, r->now.at, "at most %d numbers are of the source", AM_SYNAPSE_SIDE);
  return of_side(r, &t->source[t->n_sources++], &t->origin, AM_ROLE_SOURCE,
                 "what is of the source");
}

static amine_status target(am_parser *r) {
  am_neuron_text *of = &text_of(r)->target;
  int symbol = 0;
  if (of->n_states == AM_SYNAPSE_SIDE)
    return REFUSE(r, r->now.at, "at most %d numbers are of the target", AM_SYNAPSE_SIDE);
  return of_side(r, &symbol, of, AM_ROLE_TARGET, "what is of the target");
}

/* It is no number of the source, but what becomes of them says it: the last of their states. */
static amine_status efficacy(am_parser *r) {
  am_synapse_text *t = text_of(r);
  AM_TRY(declare_one(r, &t->efficacy, AM_ROLE_EFFICACY, "efficacy"));
  return AMINE_OK;
}

static amine_status given(am_parser *r) {
  static const struct {
    const char *name;
    am_synapse_role role;
  } all[] = {{"M", AM_ROLE_FACTOR}, {"score", AM_ROLE_SCORE}, {"fired", AM_ROLE_FIRED},
             {"dt", AM_ROLE_STEP},  {"w_min", AM_ROLE_BOUND}, {"w_max", AM_ROLE_BOUND}};
  const int at = r->now.at;
  int symbol = 0;
  AM_TRY(declare(r, &symbol, AM_SYMBOL_GIVEN, AM_ROLE_NONE, "what is given"));
  for (size_t k = 0; k < sizeof all / sizeof *all; k++)
    if (strcmp(name_of(r, symbol), all[k].name) == 0)
      return text_of(r)->role[symbol] = (uint8_t)all[k].role, AMINE_OK;
  return REFUSE(r, at, "a synapse is given M, score, fired, dt, w_min and w_max, not %s",
                name_of(r, symbol));
}

static amine_status sources(am_parser *r) { return am_dialect_list(r, source); }
static amine_status targets(am_parser *r) { return am_dialect_list(r, target); }
static amine_status givens(am_parser *r) { return am_dialect_list(r, given); }
static amine_status called(am_parser *r) { return am_parse_name(r, r->e->network, "a rule"); }

/* ------------------------------------------------------------------------------ what may be asked
 * for */
static const char *const moments[AM_N_SYNAPSE_WHEN] = {"an arrival", "a late arrival", "a spike",
                                                       "a step", "a reward"};

#define ROLE(name) (1u << AM_ROLE_##name)
#define LAWS (ROLE(NONE) | ROLE(BOUND)) /* constants; and beside laws in closed form, the step */
#define ALWAYS (LAWS | ROLE(STEP))

/* What an expression is made of. */
static unsigned known_to(const am_parser *r, int node) {
  const am_node n = r->e->nodes[node];
  unsigned roles = 0;
  if (n.kind == AM_NODE_SYMBOL)
    roles = r->e->symbols[n.symbol].kind == AM_SYMBOL_VALUE ? text_of(r)->knows[n.symbol]
                                                            : 1u << text_of(r)->role[n.symbol];
  for (int k = 0; k < n.n; k++) roles |= known_to(r, n.a[k]);
  return roles;
}

/* What an expression may know: refuses the first symbol that is of no role of these. */
static amine_status check(const am_parser *r, int node, unsigned roles, const char *what,
                          const char *of) {
  const am_equations *e = r->e;
  const am_node n = e->nodes[node];
  if (!(known_to(r, node) & ~roles)) return AMINE_OK;
  if (n.kind == AM_NODE_SYMBOL && e->symbols[n.symbol].kind != AM_SYMBOL_VALUE)
    return REFUSE(r, n.at, "%s%s%s knows nothing of %s", what, of[0] ? " " : "", of,
                  name_of(r, n.symbol));
  for (int k = 0; k < e->n_assignments && n.kind == AM_NODE_SYMBOL; k++)
    if (e->assignments[k].symbol == n.symbol)
      return check(r, e->assignments[k].node, roles, what, of);
  for (int k = 0; k < n.n; k++) AM_TRY(check(r, n.a[k], roles, what, of));
  return AMINE_OK;
}

/* What an update may change, and what it may know then. */
static const struct {
  unsigned changes, knows;
} at_moment[AM_N_SYNAPSE_WHEN] = {
    [AM_WHEN_ARRIVES] = {ROLE(WEIGHT) | ROLE(ELIGIBILITY) | ROLE(SOURCE) | ROLE(EFFICACY),
                         ROLE(WEIGHT) | ROLE(ELIGIBILITY) | ROLE(SOURCE) | ROLE(TARGET) |
                             ROLE(FACTOR)},
    [AM_WHEN_LATE] = {ROLE(WEIGHT) | ROLE(ELIGIBILITY), ROLE(WEIGHT) | ROLE(ELIGIBILITY) |
                                                            ROLE(SOURCE) | ROLE(TARGET) |
                                                            ROLE(FACTOR)},
    [AM_WHEN_SPIKES] = {ROLE(WEIGHT) | ROLE(ELIGIBILITY) | ROLE(TARGET),
                        ROLE(WEIGHT) | ROLE(ELIGIBILITY) | ROLE(SOURCE) | ROLE(TARGET) |
                            ROLE(FACTOR)},
    [AM_WHEN_STEPS] = {ROLE(ELIGIBILITY) | ROLE(TARGET),
                       ROLE(ELIGIBILITY) | ROLE(SOURCE) | ROLE(TARGET) | ROLE(SCORE)},
    [AM_WHEN_REWARDED] = {ROLE(WEIGHT) | ROLE(LEVEL),
                          ROLE(WEIGHT) | ROLE(ELIGIBILITY) | ROLE(LEVEL) | ROLE(REWARD)},
};

static amine_status check_update(const am_parser *r, const am_synapse_update *u) {
  const am_synapse_role role = (am_synapse_role)text_of(r)->role[u->symbol];
  const char *of = name_of(r, u->symbol);
  unsigned knows = ALWAYS | at_moment[u->when].knows;
  if (u->when == AM_WHEN_REWARDED) knows &= ~ROLE(STEP);
  if (role == AM_ROLE_SOURCE || role == AM_ROLE_EFFICACY) knows = LAWS | ROLE(SOURCE);
  if (role == AM_ROLE_TARGET)
    knows = ALWAYS | ROLE(TARGET) | (u->when == AM_WHEN_STEPS ? ROLE(FIRED) : 0);
  return check(r, u->node, knows, "what becomes of", of);
}

static amine_status check_begin(const am_parser *r, const am_neuron_text *of) {
  for (int s = 0; s < of->n_states; s++)
    if (r->e->symbols[of->state[s]].begin >= 0)
      AM_TRY(check(r, r->e->symbols[of->state[s]].begin, LAWS, "what it is at first", ""));
  return AMINE_OK;
}

static amine_status check_all(const am_parser *r) {
  const am_synapse_text *t = text_of(r);
  const am_neuron_text *of = &t->target;
  for (int k = 0; k < t->n_updates; k++) AM_TRY(check_update(r, &t->updates[k]));
  if (t->every >= 0) AM_TRY(check(r, t->every, LAWS, "how often weights change", ""));
  AM_TRY(check_begin(r, of));
  AM_TRY(check_begin(r, &t->origin));
  for (int s = 0; s < of->n_states; s++)
    if (of->slope[s] >= 0)
      AM_TRY(check(r, of->slope[s], ALWAYS | ROLE(TARGET), "what becomes of",
                   name_of(r, of->state[s])));
  for (int k = 0; k < t->n_sources; k++)
    if (t->origin.slope[k] >= 0)
      AM_TRY(check(r, t->origin.slope[k], LAWS | ROLE(SOURCE), "what becomes of",
                   name_of(r, t->source[k])));
  if (t->eligibility_slope >= 0)
    AM_TRY(check(r, t->eligibility_slope, LAWS | ROLE(ELIGIBILITY), "what becomes of",
                 name_of(r, t->eligibility)));
  if (t->level_slope >= 0)
    AM_TRY(check(r, t->level_slope, LAWS | ROLE(LEVEL), "what becomes of", name_of(r, t->level)));
  if (t->weight_slope < 0) return AMINE_OK;
  return check(r, t->weight_slope, LAWS | ROLE(ELIGIBILITY) | ROLE(LEVEL),
               "how eligibility becomes weight", "");
}

/* ------------------------------------------------------------------------------ what happens */
static int state_of(const am_neuron_text *t, int symbol) {
  int s = 0;
  while (t->state[s] != symbol) s++;
  return s;
}

/* The same for a side alone. */
static void tell_side(am_synapse_text *t, const am_synapse_update *u) {
  const am_synapse_role role = (am_synapse_role)t->role[u->symbol];
  const bool target = role == AM_ROLE_TARGET;
  am_neuron_text *of = target ? &t->target : &t->origin;
  if (!target && role != AM_ROLE_SOURCE && role != AM_ROLE_EFFICACY) return;
  of->updates[of->n_updates++] =
      (am_neuron_update){.when = u->when == AM_WHEN_STEPS ? AM_WHEN_END : AM_WHEN_FIRES,
                         .line = u->line,
                         .symbol = u->symbol,
                         .node = u->node};
  of->n_lines = t->n_lines + 1;
}

/* NAME <- EXPRESSION of the line that is read */
static amine_status update(am_parser *r, am_synapse_when when) {
  am_synapse_text *t = text_of(r);
  char of[AM_SYMBOL_SIZE];
  am_synapse_update u = {.when = when, .line = t->n_lines, .at = r->now.at};
  AM_TRY(am_parse_name(r, of, "what changes"));
  u.symbol = am_equations_find(r->e, of);
  if (u.symbol < 0) return REFUSE(r, u.at, "nothing above says what %s is", of);
  if (!(at_moment[when].changes & 1u << t->role[u.symbol]))
    return REFUSE(r, u.at, "%s does not change %s", moments[when], of);
  AM_TRY(am_parse_expect(r, '<', "as in \"w <- w + 1\""));
  AM_TRY(am_parse_sum(r, &u.node));
  for (int k = 0; k < t->n_updates; k++)
    if (t->updates[k].line == u.line && t->updates[k].symbol == u.symbol)
      return REFUSE(r, u.at, "%s is updated twice in this line", of);
  if (t->n_updates == AM_NEURON_UPDATES)
    return REFUSE(r, u.at, "a text has at most %d updates", AM_NEURON_UPDATES);
  t->updates[t->n_updates++] = u;
  tell_side(t, &u);
  return AMINE_OK;
}

static amine_status line(am_parser *r, am_synapse_when when) {
  AM_TRY(am_parse_expect(r, ':', "before what happens"));
  AM_TRY(update(r, when));
  while (am_parse_is_sign(r, ',')) {
    AM_TRY(am_parse_next(r));
    AM_TRY(update(r, when));
  }
  text_of(r)->n_lines++;
  return AMINE_OK;
}

static amine_status arrival(am_parser *r) { return line(r, AM_WHEN_ARRIVES); }
static amine_status late(am_parser *r) { return line(r, AM_WHEN_LATE); }
static amine_status spike(am_parser *r) { return line(r, AM_WHEN_SPIKES); }
static amine_status step(am_parser *r) { return line(r, AM_WHEN_STEPS); }

static amine_status reward(am_parser *r) {
  am_synapse_text *t = text_of(r);
  if (t->reward >= 0) return REFUSE(r, r->now.at, "it is said twice what a reward does");
  AM_TRY(declare(r, &t->reward, AM_SYMBOL_INPUT, AM_ROLE_REWARD, "a reward"));
  return line(r, AM_WHEN_REWARDED);
}

/* ------------------------------------------------------------------------------ equations */
/* Where the derivative of a symbol stands; NULL: it has none. */
static int *slope_of(am_synapse_text *t, int symbol) {
  switch ((am_synapse_role)t->role[symbol]) {
  case AM_ROLE_WEIGHT: return &t->weight_slope;
  case AM_ROLE_ELIGIBILITY: return &t->eligibility_slope;
  case AM_ROLE_LEVEL: return &t->level_slope;
  case AM_ROLE_TARGET: return &t->target.slope[state_of(&t->target, symbol)];
  case AM_ROLE_SOURCE: return &t->origin.slope[state_of(&t->origin, symbol)];
  default: return NULL;
  }
}

/* NAME' = EXPRESSION [by SCHEME, every EXPRESSION]; the prime stands here */
static amine_status derivative(am_parser *r, const char *of, int at) {
  am_synapse_text *t = text_of(r);
  const int symbol = am_equations_find(r->e, of);
  int *slope = symbol >= 0 ? slope_of(t, symbol) : NULL;
  if (!slope)
    return REFUSE(r, at, "nothing above says of what %s is: \"source %s\", \"target %s\"", of, of,
                  of);
  if (*slope >= 0) return REFUSE(r, at, "the derivative of %s is said twice", of);
  AM_TRY(am_parse_next(r));
  AM_TRY(am_parse_expect(r, '=', "behind what a derivative is of"));
  AM_TRY(am_parse_sum(r, slope));
  if (t->role[symbol] == AM_ROLE_TARGET || t->role[symbol] == AM_ROLE_SOURCE) {
    am_neuron_text *n = t->role[symbol] == AM_ROLE_TARGET ? &t->target : &t->origin;
    n->moved[n->n_moved++] = state_of(n, symbol);
    return am_dialect_by(r, &n->scheme[state_of(n, symbol)]);
  }
  if (t->role[symbol] != AM_ROLE_WEIGHT || !am_parse_is_word(r, "every")) return AMINE_OK;
  AM_TRY(am_parse_next(r));
  return am_dialect_constant(r, &t->every, "how often weights change");
}

static amine_status equation(am_parser *r) {
  char of[AM_SYMBOL_SIZE];
  const int at = r->now.at;
  int node = 0, symbol = 0;
  AM_TRY(am_parse_name(r, of, "a value, or what changes,"));
  if (am_parse_is_sign(r, '\'')) return derivative(r, of, at);
  if (am_parse_is_sign(r, '<'))
    return REFUSE(r, at, "it is not said when %s changes: \"arrival : %s <- ...\", or spike", of,
                  of);
  if (!am_parse_is_sign(r, '='))
    return REFUSE(r, r->now.at, "\"=\" or \"'\" belongs here, after a name");
  const int old = am_equations_find(r->e, of);
  if (old >= 0)
    return REFUSE(r, at, "there is %s already, from line %d", of,
                  am_mark_line(r->e->text, r->e->symbols[old].at));
  AM_TRY(am_parse_next(r));
  AM_TRY(am_parse_sum(r, &node));
  AM_TRY(am_parse_symbol(r, &symbol, of, AM_SYMBOL_VALUE, at));
  r->e->symbols[symbol].shape.rank = 0;
  text_of(r)->knows[symbol] = known_to(r, node);
  return am_parse_assignment(r, symbol, node, false, at);
}

static amine_status statement(am_parser *r) {
  static const struct {
    const char *word;
    amine_status (*read)(am_parser *r);
  } own[] = {{"synapse", called},  {"constant", am_parse_constant},
             {"weight", weight},   {"source", sources},
             {"target", targets},  {"eligibility", eligibility},
             {"level", level},     {"given", givens},
             {"efficacy", efficacy},
             {"arrival", arrival}, {"late", late},
             {"spike", spike},     {"step", step},
             {"reward", reward}};
  static const char *const foreign[] = {"state", "input",  "trace",  "learned",   "neuron",
                                        "begin", "output", "chance", "refractory"};
  for (size_t k = 0; k < sizeof own / sizeof *own && am_dialect_is_statement(r); k++)
    if (am_parse_is_word(r, own[k].word)) {
      AM_TRY(am_parse_next(r));
      return own[k].read(r);
    }
  for (size_t k = 0; k < sizeof foreign / sizeof *foreign && am_dialect_is_statement(r); k++)
    if (am_parse_is_word(r, foreign[k]))
      return REFUSE(r, r->now.at,
                    "a synapse has no %s: it has weight, source, target, efficacy, eligibility and level",
                    foreign[k]);
  return equation(r);
}

/* ------------------------------------------------------------------------------ the whole */
/* Is `symbol` updated then? */
static bool is_updated(const am_synapse_text *t, int symbol, am_synapse_when when) {
  for (int k = 0; k < t->n_updates; k++)
    if (t->updates[k].symbol == symbol && t->updates[k].when == when) return true;
  return false;
}

static amine_status complete_sources(const am_parser *r) {
  const am_synapse_text *t = text_of(r);
  bool raised = false; /* one of them, which the others may follow */
  for (int k = 0; k < t->n_sources; k++) {
    const int at = r->e->symbols[t->source[k]].at;
    const char *x = name_of(r, t->source[k]);
    if (t->origin.slope[k] < 0)
      return REFUSE(r, at, "it is not said how %s decays: \"%s' = -%s / 20\"", x, x, x);
    raised |= is_updated(t, t->source[k], AM_WHEN_ARRIVES);
    if (k == t->n_sources - 1 && !raised)
      return REFUSE(r, at, "nothing raises %s: \"arrival : %s <- %s + 1\"", x, x, x);
  }
  if (t->efficacy >= 0 && !is_updated(t, t->efficacy, AM_WHEN_ARRIVES))
    return REFUSE(r, r->e->symbols[t->efficacy].at,
                  "it is not said what an arrival makes of %s: \"arrival : %s <- u * R\"",
                  name_of(r, t->efficacy), name_of(r, t->efficacy));
  return AMINE_OK;
}

static amine_status complete_reward(const am_parser *r) {
  const am_synapse_text *t = text_of(r);
  const am_symbol *s = r->e->symbols;
  const bool impulse = is_updated(t, t->weight, AM_WHEN_REWARDED);
  if (t->level >= 0 && t->level_slope < 0)
    return REFUSE(r, s[t->level].at, "it is not said how %s decays: \"%s' = -%s / 200\"",
                  s[t->level].name, s[t->level].name, s[t->level].name);
  if (t->level >= 0 && !is_updated(t, t->level, AM_WHEN_REWARDED))
    return REFUSE(r, s[t->level].at, "nothing raises %s: \"reward r : %s <- %s + r\"",
                  s[t->level].name, s[t->level].name, s[t->level].name);
  if (t->level >= 0 && impulse)
    return REFUSE(r, s[t->reward].at, "a reward changes weights, or a level by which they change");
  if ((t->weight_slope >= 0 || impulse) && t->eligibility < 0)
    return REFUSE(r, s[t->weight].at,
                  "there is no eligibility that could become weight: \"eligibility c\"");
  if (t->weight_slope >= 0 && t->level < 0)
    return REFUSE(r, r->e->nodes[t->weight_slope].at,
                  "there is no level by which it becomes weight: \"level d\"");
  return AMINE_OK;
}

static amine_status complete_changes(const am_parser *r) {
  const am_synapse_text *t = text_of(r);
  const int of[2] = {t->weight, t->eligibility};
  bool any = t->weight_slope >= 0 || t->efficacy >= 0, arrives = false, is_late = false;
  for (int k = 0; k < 2; k++) {
    if (of[k] < 0) continue;
    arrives |= is_updated(t, of[k], AM_WHEN_ARRIVES);
    is_late |= is_updated(t, of[k], AM_WHEN_LATE);
  }
  for (int when = 0; when < AM_N_SYNAPSE_WHEN; when++)
    any |= is_updated(t, t->weight, (am_synapse_when)when);
  if (!any)
    return REFUSE(r, r->e->symbols[t->weight].at,
                  "nothing changes the weight: \"spike : w <- w + "
                  "x\"");
  if (arrives && is_late)
    return REFUSE(r, r->e->symbols[t->weight].at,
                  "arrivals change synapses before the targets fire, or late");
  if (t->eligibility >= 0 && t->eligibility_slope < 0 &&
      !is_updated(t, t->eligibility, AM_WHEN_STEPS))
    return REFUSE(r, r->e->symbols[t->eligibility].at,
                  "it is not said how %s decays: \"%s' = -%s / 1000\"", name_of(r, t->eligibility),
                  name_of(r, t->eligibility), name_of(r, t->eligibility));
  return AMINE_OK;
}

/* The efficacy is the last state of the source's. */
static void finish_origin(am_synapse_text *t) {
  am_neuron_text *of = &t->origin;
  if (t->efficacy < 0) return;
  of->slope[of->n_states] = -1;
  of->state[of->n_states++] = t->efficacy;
}

static amine_status complete(am_parser *r) {
  const am_synapse_text *t = text_of(r);
  const am_equations *e = r->e;
  if (t->weight < 0) return REFUSE(r, 0, "there is no weight: \"weight w from 0 to 1\"");
  for (int k = 0; k < e->n_symbols; k++)
    if (e->symbols[k].kind == AM_SYMBOL_CONSTANT && e->symbols[k].choices[0])
      return REFUSE(r, e->symbols[k].at, "a constant of a synapse is a number");
  AM_TRY(complete_changes(r));
  AM_TRY(complete_sources(r));
  finish_origin(text_of(r));
  AM_TRY(complete_reward(r));
  return check_all(r);
}

static const am_dialect dialect = {.about = "a text is about one synapse",
                                   .statement = statement,
                                   .call = am_dialect_call,
                                   .complete = complete};

amine_status am_synapse_text_read(am_synapse_text *t, const char *name, const char *source,
                                  amine_error *error) {
  *t = (am_synapse_text){.target = {.told = true, AM_NEURON_TEXT_SILENT},
                         .origin = {.told = true, AM_NEURON_TEXT_SILENT},
                         .efficacy = -1,
                         .weight = -1,
                         .eligibility = -1,
                         .level = -1,
                         .reward = -1,
                         .w_min = -1e6,
                         .w_max = 1e6,
                         .eligibility_slope = -1,
                         .level_slope = -1,
                         .weight_slope = -1,
                         .every = -1};
  AM_TRY(am_parse_dialect(&t->e, &dialect, t, name, source, error));
  t->target.e = t->origin.e = t->e;
  return AMINE_OK;
}

void am_synapse_text_free(am_synapse_text *t) {
  am_neuron_text_free(&t->target);
  t->e = t->origin.e = NULL;
}
