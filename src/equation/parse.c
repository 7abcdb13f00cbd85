/* From a text to symbols and trees (see equations.h, parser.h). */
#include "equation/equations.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/words.h"
#include "equation/mark.h"
#include "equation/parser.h"

#define REFUSE AM_PARSE_REFUSE

/* ------------------------------------------------------------------------------ functions */
static const struct {
  const char *name;
  int n, more; /* arguments, and how many more there may be */
} functions[AM_N_FUNCTIONS] = {[AM_TANH] = {"tanh", 1, 0},
                               [AM_SIGMOID] = {"sigmoid", 1, 0},
                               [AM_RELU] = {"relu", 1, 0},
                               [AM_SOFTPLUS] = {"softplus", 1, 0},
                               [AM_EXP] = {"exp", 1, 0},
                               [AM_LOG] = {"log", 1, 0},
                               [AM_SQRT] = {"sqrt", 1, 0},
                               [AM_ABS] = {"abs", 1, 0},
                               [AM_MIN] = {"min", 2, 0},
                               [AM_MAX] = {"max", 2, 0},
                               [AM_CLIP] = {"clip", 3, 0},
                               [AM_SPIKE] = {"spike", 2, 0},
                               [AM_SUM] = {"sum", 1, 0},
                               [AM_DOT] = {"dot", 2, 0},
                               [AM_SOFTMAX] = {"softmax", 1, 0},
                               [AM_ATTEND] = {"attend", 4, 1},
                               [AM_UNIT] = {"unit", 2, 0},
                               [AM_LAYER_NORM] = {"layer_norm", 1, 0}};

const char *am_function_name(am_function f) { return functions[f].name; }

bool am_function_of_vectors(am_function f) { return f >= AM_SUM && f < AM_UNIT; }

static const char *next_function(int k) { return k < AM_N_FUNCTIONS ? functions[k].name : NULL; }

/* ------------------------------------------------------------------------------ tokens */
static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static int behind_blanks(const char *text, int at, bool lines) {
  for (;;) {
    while (text[at] == ' ' || text[at] == '\t' || text[at] == '\r' || (lines && text[at] == '\n'))
      at++;
    if (text[at] != '#') return at;
    at += (int)strcspn(text + at, "\n");
  }
}

/* A statement goes on in the next line after an operator or a comma, or if that begins with one. */
static bool goes_on(const am_parser *r, const am_token *t) {
  const char behind = r->text[behind_blanks(r->text, r->at, true)];
  return r->brackets > 0 || t->kind == AM_T_LINE ||
         (t->kind == AM_T_SIGN && strchr("+-*/@=<,:lLgG", t->sign)) || (behind && strchr("+-*/@", behind));
}

static amine_status number(am_parser *r) {
  char *end;
  const char *from = r->text + r->at;
  r->now.kind = AM_T_NUMBER;
  r->now.number = am_number_read(from, &end);
  r->at += (int)(end - from);
  if (end == from || is_letter(*end) || !isfinite(r->now.number))
    return REFUSE(r, r->now.at, "this is not a number");
  return AMINE_OK;
}

static amine_status string(am_parser *r) {
  const char *end = strpbrk(r->text + r->at + 1, "\"\n");
  if (!end || *end != '"') return REFUSE(r, r->at, "this text in quotes has no end");
  r->now.kind = AM_T_STRING;
  r->at = (int)(end - r->text) + 1;
  return AMINE_OK;
}

amine_status am_parse_next(am_parser *r) {
  const char *text = r->text;
  const am_token before = r->now;
  while (r->at = behind_blanks(text, r->at, false), text[r->at] == '\n' && goes_on(r, &before))
    r->at++;
  r->now = (am_token){.kind = AM_T_SIGN, .at = r->at};
  const char c = text[r->at];
  amine_status status = AMINE_OK;
  if (c == 0) r->now.kind = AM_T_END;
  else if (c == '\n') r->now.kind = AM_T_LINE, r->at++;
  else if (is_letter(c)) {
    r->now.kind = AM_T_NAME;
    while (is_letter(text[r->at]) || is_digit(text[r->at])) r->at++;
  } else if (is_digit(c) || (c == '.' && is_digit(text[r->at + 1]))) status = number(r);
  else if (c == '"') status = string(r);
  else if (c == '<' && text[r->at + 1] == '-') r->now.sign = '<', r->at += 2;
  else if (strchr("+-*/@()[],=", c)) r->now.sign = c, r->at++;
  else if (r->dialect && strchr("':", c)) r->now.sign = c, r->at++;
  else if (r->dialect && strchr("<>", c)) {
    const bool equal = text[r->at + 1] == '=';
    r->now.sign = c == '<' ? (equal ? 'L' : 'l') : equal ? 'G' : 'g';
    r->at += 1 + equal;
  }
  else return REFUSE(r, r->at, "this sign means nothing here");
  r->now.length = r->at - r->now.at;
  return status;
}

bool am_parse_is_sign(const am_parser *r, char c) { return r->now.kind == AM_T_SIGN && r->now.sign == c; }

bool am_parse_is_word(const am_parser *r, const char *word) {
  return r->now.kind == AM_T_NAME && (size_t)r->now.length == strlen(word) &&
         memcmp(r->text + r->now.at, word, strlen(word)) == 0;
}

amine_status am_parse_expect(am_parser *r, char c, const char *where) {
  if (!am_parse_is_sign(r, c)) return REFUSE(r, r->now.at, "'%c' is missing here, %s", c, where);
  return am_parse_next(r);
}

/* Behind "modulator." it is a name, too. */
enum { NAME_MAX_LENGTH = AM_SYMBOL_SIZE - (int)sizeof "modulator." };

/* Copies the name that stands here and goes on. */
amine_status am_parse_name(am_parser *r, char out[AM_SYMBOL_SIZE], const char *of) {
  if (r->now.kind != AM_T_NAME) return REFUSE(r, r->now.at, "the name of %s belongs here", of);
  if (r->now.length > NAME_MAX_LENGTH)
    return REFUSE(r, r->now.at, "a name has at most %d characters", NAME_MAX_LENGTH);
  memcpy(out, r->text + r->now.at, (size_t)r->now.length);
  out[r->now.length] = 0;
  return am_parse_next(r);
}

static int scope_length(const am_parser *r) { return r->in ? (int)strlen(r->in->slot->scope) : 0; }

/* Puts a modulator's scope before a name. */
static amine_status add_scope(am_parser *r, char out[AM_SYMBOL_SIZE]) {
  const size_t before = (size_t)scope_length(r), length = strlen(out);
  if (before + length >= AM_SYMBOL_SIZE)
    return REFUSE(r, r->now.at, "the name %s%s, of this modulator, has more than %d characters",
                  r->in->slot->scope, out, AM_SYMBOL_SIZE - 1);
  memmove(out + before, out, length + 1);
  if (r->in) memcpy(out, r->in->slot->scope, before);
  return AMINE_OK;
}

/* The same for what has a name of the text's own. */
static amine_status own_name(am_parser *r, char out[AM_SYMBOL_SIZE], const char *of) {
  AM_TRY(am_parse_name(r, out, of));
  return add_scope(r, out);
}

/* ------------------------------------------------------------------------------ symbols */
int am_equations_find(const am_equations *e, const char *of) {
  for (int k = 0; k < e->n_symbols; k++)
    if (strcmp(e->symbols[k].name, of) == 0) return k;
  return -1;
}

int am_equations_modulator(const am_equations *e, const char *of) {
  int k = e->n_modulators - 1;
  while (k >= 0 && strncmp(of, e->modulators[k].scope, strlen(e->modulators[k].scope)) != 0) k--;
  return k;
}

const char *am_equations_own_name(const char *of) {
  const char *behind = strrchr(of, '.');
  return behind ? behind + 1 : of;
}

const char *am_equations_given_name(const am_equations *e, const am_symbol *s) {
  const int k = am_equations_modulator(e, s->name);
  if (k < 0 || strcmp(am_equations_own_name(s->name), "slot") != 0) return s->name;
  const char *of = e->modulators[k].of;
  return strncmp(of, "M_", 2) == 0 ? of + 2 : of;
}

amine_status am_parse_symbol(am_parser *r, int *out, const char *called, am_symbol_kind kind,
                               int at) {
  am_equations *e = r->e;
  if (e->n_symbols == AM_SYMBOLS_MAX)
    return REFUSE(r, at, "a text has at most %d names", AM_SYMBOLS_MAX);
  for (int k = 0; k < AM_N_FUNCTIONS; k++)
    if (strcmp(called, functions[k].name) == 0) return REFUSE(r, at, "%s is a function", called);
  am_symbol *s = &e->symbols[e->n_symbols];
  *s = (am_symbol){.kind = kind,
                   .at = am_parse_shown_at(r, at),
                   .update = -1,
                   .begin = -1,
                   .first = -1,
                   .tensor = -1,
                   .shape = {-1, {-1, -1}}};
  memcpy(s->name, called, strlen(called) + 1);
  *out = e->n_symbols++;
  return AMINE_OK;
}

/* A new one, for a declaration or an assignment. */
amine_status am_parse_declare(am_parser *r, int *out, am_symbol_kind kind, const char *of) {
  char called[AM_SYMBOL_SIZE];
  const int at = r->now.at;
  AM_TRY(own_name(r, called, of));
  const int old = am_equations_find(r->e, called);
  if (old < 0) return am_parse_symbol(r, out, called, kind, at);
  const am_symbol *s = &r->e->symbols[old];
  if (kind == AM_SYMBOL_LEARNED && s->kind == kind && s->tensor < 0) return *out = old, AMINE_OK;
  return REFUSE(r, at, "there is %s already, from line %d", called,
                am_mark_line(r->e->text, r->e->symbols[old].at));
}

static amine_status add_size(am_parser *r, int *out, const char *called, int value) {
  am_equations *e = r->e;
  if (r->in && strcmp(called, r->in->input) == 0) return *out = r->in->size, AMINE_OK;
  if (r->in && strcmp(called, "post") == 0) return *out = r->in->post, AMINE_OK;
  for (int k = 0; called[0] && k < e->n_sizes; k++)
    if (strcmp(e->sizes[k].name, called) == 0) return *out = k, AMINE_OK;
  if (e->n_sizes == AM_SIZES_MAX)
    return REFUSE(r, r->now.at, "a text has at most %d sizes", AM_SIZES_MAX);
  am_size *s = &e->sizes[e->n_sizes];
  *s = (am_size){.number = value, .same = e->n_sizes};
  memcpy(s->name, called, strlen(called) + 1);
  *out = e->n_sizes++;
  return AMINE_OK;
}

/* "[n, m]" or nothing: rank 0 */
static amine_status sizes(am_parser *r, am_shape *out, char open, char close) {
  *out = (am_shape){0, {-1, -1}};
  if (!am_parse_is_sign(r, open)) return AMINE_OK;
  r->brackets++;
  AM_TRY(am_parse_next(r));
  while (!am_parse_is_sign(r, close)) {
    char called[AM_SYMBOL_SIZE] = "";
    int value = 0;
    if (out->rank == 2) return REFUSE(r, r->now.at, "a matrix has two sizes");
    if (out->rank > 0) AM_TRY(am_parse_expect(r, ',', "between two sizes"));
    if (r->now.kind == AM_T_NUMBER) {
      if (!(r->now.number >= 1 && r->now.number <= 65536 && r->now.number == floor(r->now.number)))
        return REFUSE(r, r->now.at, "a size is a whole number from 1 to 65536, or a name");
      value = (int)r->now.number;
      AM_TRY(am_parse_next(r));
    } else AM_TRY(am_parse_name(r, called, "a size"));
    AM_TRY(add_size(r, &out->dim[out->rank++], called, value));
  }
  r->brackets--;
  return am_parse_next(r);
}

static amine_status shape(am_parser *r, am_shape *out) { return sizes(r, out, '[', ']'); }

/* ------------------------------------------------------------------------------ expressions */
amine_status am_parse_node(am_parser *r, int *out, am_node_kind kind, int at) {
  if (r->e->n_nodes == AM_NODES_MAX)
    return REFUSE(r, at, "a text has at most %d operations", AM_NODES_MAX);
  r->e->nodes[r->e->n_nodes] = (am_node){.kind = kind, .at = am_parse_shown_at(r, at), .symbol = -1};
  *out = r->e->n_nodes++;
  return AMINE_OK;
}

static amine_status bracket(am_parser *r, int *out) {
  if (++r->depth > AM_EQUATION_DEPTH)
    return REFUSE(r, r->now.at, "brackets lie within each other more than %d deep",
                  AM_EQUATION_DEPTH);
  r->brackets++;
  AM_TRY(am_parse_next(r));
  AM_TRY(am_parse_sum(r, out));
  r->brackets--;
  r->depth--;
  return am_parse_expect(r, ')', "where a bracket ends");
}

/* outer(x, y), of a rule: x_i y_j */
static amine_status outer(am_parser *r, int *out, int at) {
  int x, y;
  if (++r->depth > AM_EQUATION_DEPTH)
    return REFUSE(r, at, "brackets lie within each other more than %d deep", AM_EQUATION_DEPTH);
  r->brackets++;
  AM_TRY(am_parse_next(r));
  AM_TRY(am_parse_sum(r, &x));
  AM_TRY(am_parse_expect(r, ',', "between two arguments"));
  AM_TRY(am_parse_sum(r, &y));
  const unsigned rows = am_equations_sides(r->e, x), columns = am_equations_sides(r->e, y);
  if (rows & AM_SIDE_PRE || columns & AM_SIDE_POST)
    return REFUSE(r, at, "outer(x, y) is of something of post and something of pre");
  r->brackets--;
  r->depth--;
  AM_TRY(am_parse_expect(r, ')', "where a bracket ends"));
  AM_TRY(am_parse_node(r, out, AM_NODE_MULTIPLY, at));
  am_node *n = &r->e->nodes[*out];
  n->a[0] = x, n->a[1] = y, n->n = 2;
  return AMINE_OK;
}

static amine_status takes(const am_parser *r, int f) {
  const int n = functions[f].n;
  if (functions[f].more > 0)
    return REFUSE(r, r->now.at, "%s takes %d or %d arguments", functions[f].name, n,
                  n + functions[f].more);
  return REFUSE(r, r->now.at, "%s takes %d argument%s", functions[f].name, n, n == 1 ? "" : "s");
}

/* The name of the input where a size is asked for: how many numbers it has. */
static void means_its_size(const am_parser *r, am_node *n) {
  if (n->kind != AM_NODE_SYMBOL || r->e->symbols[n->symbol].kind != AM_SYMBOL_INPUT) return;
  n->kind = AM_NODE_SIZE;
  n->a[0] = r->e->symbols[n->symbol].shape.dim[0];
}

static amine_status call(am_parser *r, int *out, const char *called, int at) {
  int f = 0;
  if (r->e->is_rule && strcmp(called, "outer") == 0) return outer(r, out, at);
  while (f < AM_N_FUNCTIONS && strcmp(functions[f].name, called) != 0) f++;
  bool known = false;
  if (r->dialect) AM_TRY(r->dialect->call(r, out, called, at, &known));
  if (known) return AMINE_OK;
  if (r->dialect && (am_function_of_vectors((am_function)f) || f == AM_UNIT))
    return REFUSE(r, at, "%s is of vectors: %s", called, r->dialect->about);
  if (r->e->is_rule && am_function_of_vectors((am_function)f))
    return REFUSE(r, at, "%s is of several connections: a rule is about one", called);
  if (strcmp(called, "outer") == 0 && !r->dialect)
    return REFUSE(r, at, "outer is of a rule: a network's matrices of its own are traces, trace H[n, m]");
  if (f == AM_ATTEND && (r->in || r->e->is_modulator))
    return REFUSE(r, at, "a modulator sees one step: attend is of a network");
  if (f == AM_N_FUNCTIONS) {
    const char *near = am_nearest(called, next_function);
    return REFUSE(r, at, "there is no function %s%s%s%s", called, near ? "; did you mean " : "",
                  near ? near : "", near ? "?" : "");
  }
  if (++r->depth > AM_EQUATION_DEPTH)
    return REFUSE(r, at, "brackets lie within each other more than %d deep", AM_EQUATION_DEPTH);
  int node = 0;
  AM_TRY(am_parse_node(r, &node, AM_NODE_CALL, at));
  r->e->nodes[node].function = (am_function)f;
  r->brackets++;
  AM_TRY(am_parse_next(r));
  const int most = functions[f].n + functions[f].more;
  while (!am_parse_is_sign(r, ')')) {
    am_node *n = &r->e->nodes[node];
    if (n->n == most && !am_parse_is_sign(r, ',')) return am_parse_expect(r, ')', "where a bracket ends");
    if (n->n == most) return takes(r, f);
    if (n->n > 0) AM_TRY(am_parse_expect(r, ',', "between two arguments"));
    AM_TRY(am_parse_sum(r, &r->e->nodes[node].a[r->e->nodes[node].n]));
    r->e->nodes[node].n++;
  }
  if (r->e->nodes[node].n < functions[f].n) return takes(r, f);
  if (f == AM_UNIT) means_its_size(r, &r->e->nodes[r->e->nodes[node].a[1]]);
  r->brackets--;
  r->depth--;
  *out = node;
  return am_parse_next(r);
}

amine_status am_parse_symbol_node(am_parser *r, int *out, int symbol, int at) {
  AM_TRY(am_parse_node(r, out, AM_NODE_SYMBOL, at));
  r->e->nodes[*out].symbol = symbol;
  return AMINE_OK;
}

static amine_status statements(am_parser *r);

/* The text of the modulator, in the place of modulator(x): its own names, the node x as its input.
 * Read alone before, so it has no fault of its own but names that become too long. */
static amine_status insert_modulator(am_parser *r, int *out, am_modulated *slot, int argument) {
  const int at = slot->at;
  am_scope in = {.at = at, .slot = slot, .argument = argument, .output = -1};
  AM_TRY(add_size(r, &in.size, "", 0));
  AM_TRY(add_size(r, &in.post, "", 0));
  am_parser inner = {.e = r->e,
                  .text = r->slots->modulator,
                  .slots = r->slots,
                  .in = &in,
                  .now = {.kind = AM_T_LINE},
                  .error = r->error};
  AM_TRY(statements(&inner));
  return am_parse_symbol_node(r, out, in.output, at);
}

/* One more slot, named after the statement in which it stands. */
static amine_status add_modulator(am_parser *r, am_modulated **out, int at) {
  am_equations *e = r->e;
  if (!r->changes) return REFUSE(r, at, "a first value has no modulator");
  if (r->modulated)
    return REFUSE(r, at, "a statement has one modulator: each has its own, \"m = modulator(x)\"");
  if (e->n_modulators == AM_MODULATORS_MAX)
    return REFUSE(r, at,
                  "a text has at most %d modulators: a name for what one says serves several",
                  AM_MODULATORS_MAX);
  const bool is_first = e->n_modulators == 0;
  if (!is_first && (strcmp(r->changes, "modulator") == 0 || strcmp(r->changes, "rule") == 0))
    return REFUSE(r, at, "names of this modulator would begin with %s, which is a slot",
                  r->changes);
  *out = &e->modulators[e->n_modulators];
  **out = (am_modulated){.at = at, .reads = -1};
  snprintf((*out)->scope, sizeof(*out)->scope, "%s.", is_first ? "modulator" : r->changes);
  snprintf((*out)->of, sizeof(*out)->of, "%s", r->changes);
  for (int k = 0; k < e->n_modulators; k++)
    if (strcmp(e->modulators[k].scope, (*out)->scope) == 0)
      return REFUSE(r, at, "there is a modulator of %s already, from line %d", r->changes,
                    am_mark_line(e->text, e->modulators[k].at));
  e->n_modulators++;
  r->modulated = true;
  return AMINE_OK;
}

/* modulator(x) */
static amine_status modulator(am_parser *r, int *out, int at) {
  int argument;
  am_modulated *slot = NULL;
  if (r->in || r->e->is_modulator) return REFUSE(r, at, "a modulator has no modulator of its own");
  if (r->e->is_rule) return REFUSE(r, at, "what a modulator says is eta in a rule");
  AM_TRY(bracket(r, &argument));
  AM_TRY(add_modulator(r, &slot, at));
  if (r->slots && r->slots->modulator) return insert_modulator(r, out, slot, argument);
  return am_parse_node(r, out, AM_NODE_NUMBER, at);
}

/* What a word means within first values alone; AM_NODE_NUMBER: nothing. */
static am_node_kind first_word(const am_parser *r) {
  if (r->first && am_parse_is_word(r, "drawn")) return AM_NODE_DRAWN;
  if (r->first > 1 && am_parse_is_word(r, "standard")) return AM_NODE_STANDARD;
  if (r->first > 1 && am_parse_is_word(r, "diagonal")) return AM_NODE_DIAGONAL;
  return AM_NODE_NUMBER;
}

static amine_status primary(am_parser *r, int *out) {
  const int at = r->now.at;
  if (r->now.kind == AM_T_NUMBER) {
    const double value = r->now.number;
    AM_TRY(am_parse_node(r, out, AM_NODE_NUMBER, at));
    r->e->nodes[*out].number = value;
    return am_parse_next(r);
  }
  if (am_parse_is_sign(r, '(')) return bracket(r, out);
  if (r->now.kind != AM_T_NAME) return REFUSE(r, at, "a number, a name or a bracket belongs here");
  const am_node_kind kind = first_word(r);
  if (kind != AM_NODE_NUMBER) {
    AM_TRY(am_parse_node(r, out, kind, at));
    return am_parse_next(r);
  }
  char called[AM_SYMBOL_SIZE];
  const bool slot = am_parse_is_word(r, "modulator");
  AM_TRY(own_name(r, called, "a value"));
  if (am_parse_is_sign(r, '(') && slot) return modulator(r, out, at);
  if (slot) return REFUSE(r, at, "modulator is a slot: modulator(x)");
  if (am_parse_is_sign(r, '(')) return call(r, out, called + scope_length(r), at);
  int symbol = am_equations_find(r->e, called);
  for (int k = 0; symbol < 0 && k < r->e->n_sizes; k++) {
    if (strcmp(r->e->sizes[k].name, called) != 0) continue;
    AM_TRY(am_parse_node(r, out, AM_NODE_SIZE, at));
    return r->e->nodes[*out].a[0] = k, AMINE_OK;
  }
  if (symbol < 0 && r->dialect) return REFUSE(r, at, "nothing above says what %s is", called);
  if (symbol < 0 && r->e->is_rule)
    return REFUSE(r, at, "nothing above says what %s is: post, pre and eta are known", called);
  if (symbol < 0) AM_TRY(am_parse_symbol(r, &symbol, called, AM_SYMBOL_LEARNED, at));
  return am_parse_symbol_node(r, out, symbol, at);
}

static amine_status signed_primary(am_parser *r, int *out) {
  if (!am_parse_is_sign(r, '-')) return primary(r, out);
  const int at = r->now.at;
  int of;
  if (++r->depth > AM_EQUATION_DEPTH) return REFUSE(r, at, "too many signs");
  AM_TRY(am_parse_next(r));
  AM_TRY(signed_primary(r, &of));
  r->depth--;
  AM_TRY(am_parse_node(r, out, AM_NODE_NEGATE, at));
  r->e->nodes[*out].a[0] = of, r->e->nodes[*out].n = 1;
  return AMINE_OK;
}

static amine_status binary(am_parser *r, int *out, am_node_kind kind,
                           amine_status (*right)(am_parser *r, int *out)) {
  const int left = *out, at = r->now.at;
  int other;
  if (++r->depth > AM_EQUATION_DEPTH) return REFUSE(r, at, "too many operators in a row");
  AM_TRY(am_parse_next(r));
  AM_TRY(right(r, &other));
  r->depth--;
  AM_TRY(am_parse_node(r, out, kind, at));
  am_node *n = &r->e->nodes[*out];
  n->a[0] = left, n->a[1] = other, n->n = 2;
  return AMINE_OK;
}

static amine_status applied(am_parser *r, int *out) {
  AM_TRY(signed_primary(r, out));
  if (am_parse_is_sign(r, '@') && r->dialect)
    return REFUSE(r, r->now.at, "a product of matrices is a network's: %s", r->dialect->about);
  if (am_parse_is_sign(r, '@') && r->e->is_rule)
    return REFUSE(r, r->now.at,
                  "a product of matrices is the network's: a rule is about one "
                  "connection");
  return am_parse_is_sign(r, '@') ? binary(r, out, AM_NODE_APPLY, applied) : AMINE_OK; /* A @ (B @ x) */
}

static amine_status product(am_parser *r, int *out) {
  AM_TRY(applied(r, out));
  for (;;) {
    if (am_parse_is_sign(r, '*')) AM_TRY(binary(r, out, AM_NODE_MULTIPLY, applied));
    else if (am_parse_is_sign(r, '/')) AM_TRY(binary(r, out, AM_NODE_DIVIDE, applied));
    else return AMINE_OK;
  }
}

amine_status am_parse_sum(am_parser *r, int *out) {
  AM_TRY(product(r, out));
  for (;;) {
    if (am_parse_is_sign(r, '+')) AM_TRY(binary(r, out, AM_NODE_ADD, product));
    else if (am_parse_is_sign(r, '-')) AM_TRY(binary(r, out, AM_NODE_SUBTRACT, product));
    else return AMINE_OK;
  }
}

/* ------------------------------------------------------------------------------ statements */
/* Of a modulator in its slot: a value, which is what the slot gives it. */
static amine_status slot_input(am_parser *r) {
  int symbol;
  const int at = r->now.at;
  if (r->now.length <= NAME_MAX_LENGTH)
    memcpy(r->in->input, r->text + r->now.at, (size_t)r->now.length);
  AM_TRY(am_parse_declare(r, &symbol, AM_SYMBOL_VALUE, "an input"));
  r->e->symbols[symbol].shape = (am_shape){1, {r->in->size, -1}};
  r->in->slot->reads = symbol;
  return am_parse_assignment(r, symbol, r->in->argument, false, at);
}

static amine_status input(am_parser *r) {
  int symbol;
  const int at = r->now.at;
  if (r->in) return slot_input(r);
  if (r->e->input >= 0) return REFUSE(r, at, "a network has one input");
  AM_TRY(am_parse_declare(r, &symbol, AM_SYMBOL_INPUT, "an input"));
  am_symbol *s = &r->e->symbols[symbol];
  s->shape.rank = 1;
  r->e->input = symbol;
  return add_size(r, &s->shape.dim[0], s->name, 0);
}

static amine_status state(am_parser *r, am_symbol_kind kind, int rank, const char *what) {
  int symbol;
  AM_TRY(am_parse_declare(r, &symbol, kind, what));
  am_symbol *s = &r->e->symbols[symbol];
  AM_TRY(shape(r, &s->shape));
  if (s->shape.rank != rank)
    return REFUSE(r, s->at, "%s has %s: %s[%s]", what, rank == 1 ? "one size" : "two sizes",
                  s->name, rank == 1 ? "n" : "n, n");
  if (!am_parse_is_sign(r, '=')) return AMINE_OK;
  if (kind == AM_SYMBOL_TRACE)
    return REFUSE(r, r->now.at, "a trace is 0 at first: nothing else is said of it");
  AM_TRY(am_parse_next(r));
  r->first = 1;
  AM_TRY(am_parse_sum(r, &r->e->symbols[symbol].begin));
  return r->first = 0, AMINE_OK;
}

/* trace NAME, of a rule: a number of each connection. */
static amine_status rule_trace(am_parser *r) {
  int symbol, n = 0;
  for (int k = 0; k < r->e->n_symbols; k++) n += r->e->symbols[k].kind == AM_SYMBOL_STATE;
  if (n == 2) return REFUSE(r, r->now.at, "a rule has one trace, or two");
  AM_TRY(am_parse_declare(r, &symbol, AM_SYMBOL_STATE, "a trace"));
  r->e->symbols[symbol].shape.rank = 0;
  r->e->symbols[symbol].sides = AM_SIDE_BOTH;
  if (n == 0) r->e->output = symbol;
  return AMINE_OK;
}

amine_status am_parse_signed_number(am_parser *r, double *out) {
  const bool minus = am_parse_is_sign(r, '-');
  if (minus) AM_TRY(am_parse_next(r));
  if (r->now.kind != AM_T_NUMBER) return REFUSE(r, r->now.at, "a number belongs here");
  *out = minus ? -r->now.number : r->now.number;
  return am_parse_next(r);
}

/* WORD or WORD ... */
static amine_status choice(am_parser *r, am_symbol *s) {
  char called[AM_SYMBOL_SIZE];
  size_t length = 0;
  for (s->min = 0, s->max = -1; s->max < 0 || am_parse_is_word(r, "or"); s->max++) {
    const int at = r->now.at;
    if (s->max >= 0) AM_TRY(am_parse_next(r));
    AM_TRY(am_parse_name(r, called, "a choice"));
    if (length + strlen(called) + 2 > sizeof s->choices)
      return REFUSE(r, at, "choices have at most %d characters", (int)sizeof s->choices - 1);
    length += (size_t)snprintf(s->choices + length, sizeof s->choices - length, "%s%s",
                               length ? "|" : "", called);
  }
  return AMINE_OK;
}

/* constant NAME = NUMBER [from NUMBER to NUMBER] [UNIT] ["MEANING"], or WORD or WORD ... */
amine_status am_parse_constant(am_parser *r) {
  int symbol;
  AM_TRY(am_parse_declare(r, &symbol, AM_SYMBOL_CONSTANT, "a constant"));
  am_symbol *s = &r->e->symbols[symbol];
  s->shape.rank = 0;
  s->min = -1e30, s->max = 1e30;
  AM_TRY(am_parse_expect(r, '=', "before a constant's value"));
  AM_TRY(r->now.kind == AM_T_NAME ? choice(r, s) : am_parse_signed_number(r, &s->standard));
  if (am_parse_is_word(r, "from")) {
    AM_TRY(am_parse_next(r));
    AM_TRY(am_parse_signed_number(r, &s->min));
    if (!am_parse_is_word(r, "to")) return REFUSE(r, r->now.at, "\"to\" is missing here");
    AM_TRY(am_parse_next(r));
    AM_TRY(am_parse_signed_number(r, &s->max));
  }
  if (!(s->min <= s->standard && s->standard <= s->max))
    return REFUSE(r, s->at, "the value of %s lies outside its range", s->name);
  if (r->now.kind == AM_T_NAME) AM_TRY(am_parse_name(r, s->unit, "a unit"));
  if (r->now.kind != AM_T_STRING) return AMINE_OK;
  if (r->now.length - 2 >= (int)sizeof s->meaning)
    return REFUSE(r, r->now.at, "a meaning has at most %d characters", (int)sizeof s->meaning - 1);
  memcpy(s->meaning, r->text + r->now.at + 1, (size_t)r->now.length - 2);
  return am_parse_next(r);
}

static amine_status add_tensor(am_parser *r, const char *called, int at) {
  am_equations *e = r->e;
  if (e->n_tensors == AM_TENSORS_MAX)
    return REFUSE(r, at, "a network has at most %d tensors", AM_TENSORS_MAX);
  for (int k = 0; k < e->n_tensors; k++)
    if (strcmp(e->tensors[k].name, called) == 0)
      return REFUSE(r, at, "there is a tensor %s already", called);
  am_learned_tensor *t = &e->tensors[e->n_tensors++];
  *t = (am_learned_tensor){.first = AM_FIRST_STANDARD, .from = {-1, -1}, .size = -1};
  memcpy(t->name, called, strlen(called) + 1);
  return AMINE_OK;
}

/* "linear(SIZE)" */
static amine_status linear(am_parser *r, am_learned_tensor *t) {
  am_shape s = {0, {-1, -1}};
  t->first = AM_FIRST_LINEAR;
  AM_TRY(am_parse_next(r));
  AM_TRY(sizes(r, &s, '(', ')'));
  if (s.rank != 1) return REFUSE(r, r->now.at, "linear(n) names the size of what the layer reads");
  t->size = s.dim[0];
  return AMINE_OK;
}

/* "= uniform(LOW, HIGH)", "= normal(MEAN, DEVIATION)", "= linear(SIZE)", "= VALUE" */
static amine_status first_value(am_parser *r, am_learned_tensor *t) {
  AM_TRY(am_parse_next(r));
  if (am_parse_is_word(r, "linear")) return linear(r, t);
  const bool uniform = am_parse_is_word(r, "uniform");
  if (!uniform && !am_parse_is_word(r, "normal")) {
    t->first = AM_FIRST_NUMBER;
    return am_parse_sum(r, &t->from[0]);
  }
  t->first = uniform ? AM_FIRST_UNIFORM : AM_FIRST_NORMAL;
  r->brackets++;
  AM_TRY(am_parse_next(r));
  AM_TRY(am_parse_expect(r, '(', "before two numbers"));
  AM_TRY(am_parse_sum(r, &t->from[0]));
  AM_TRY(am_parse_expect(r, ',', "between two numbers"));
  AM_TRY(am_parse_sum(r, &t->from[1]));
  r->brackets--;
  return am_parse_expect(r, ')', "after two numbers");
}

/* "i2h.weight": a tensor's whole name */
static amine_status whole_name(am_parser *r, char out[AM_SYMBOL_SIZE]) {
  const int n = r->now.length - 2;
  if (n < 1 || n > NAME_MAX_LENGTH)
    return REFUSE(r, r->now.at, "a name has 1 to %d characters", NAME_MAX_LENGTH);
  memcpy(out, r->text + r->now.at + 1, (size_t)n);
  out[n] = 0;
  /* the first modulator's are as they stand */
  if (r->in && r->in->slot != r->e->modulators) AM_TRY(add_scope(r, out));
  return am_parse_next(r);
}

/* learned NAME [SHAPE], NAME [SHAPE], ... [as NAME] [= FIRST] */
static amine_status learned(am_parser *r) {
  am_equations *e = r->e;
  const int at = r->now.at;
  char called[AM_SYMBOL_SIZE];
  int parts = 0;
  do {
    int symbol;
    if (parts++) AM_TRY(am_parse_next(r)); /* the comma */
    AM_TRY(am_parse_declare(r, &symbol, AM_SYMBOL_LEARNED, "what is learned"));
    if (parts == 1) memcpy(called, e->symbols[symbol].name, sizeof called);
    e->symbols[symbol].tensor = e->n_tensors;
    if (am_parse_is_sign(r, '[')) AM_TRY(shape(r, &e->symbols[symbol].shape));
  } while (am_parse_is_sign(r, ','));
  if (parts > 1 && !am_parse_is_word(r, "as"))
    return REFUSE(r, r->now.at, "several parts need a name as one: \"as NAME\"");
  bool whole = false;
  if (am_parse_is_word(r, "as")) {
    AM_TRY(am_parse_next(r));
    whole = r->now.kind == AM_T_STRING;
    AM_TRY(whole ? whole_name(r, called) : own_name(r, called, "a tensor"));
  }
  AM_TRY(add_tensor(r, called, at));
  e->tensors[e->n_tensors - 1].whole = whole;
  return am_parse_is_sign(r, '=') ? first_value(r, &e->tensors[e->n_tensors - 1]) : AMINE_OK;
}

/* learned NAME [as "TENSOR"] = NUMBER, of a rule: one number */
static amine_status rule_learned(am_parser *r) {
  am_equations *e = r->e;
  const int at = r->now.at;
  if (e->rate >= 0) return REFUSE(r, at, "a rule learns one number, %s", e->symbols[e->rate].name);
  AM_TRY(learned(r));
  e->rate = e->n_symbols - 1;
  const am_learned_tensor *t = &e->tensors[e->n_tensors - 1];
  if (e->symbols[e->rate].shape.rank > 0 || (t->whole && e->n_tensors > 1) ||
      t->first != AM_FIRST_NUMBER)
    return REFUSE(r, at, "what a rule learns is a number that begins as one: \"learned r = 0.1\"");
  return AMINE_OK;
}

/* first NAME = FIRST VALUES */
static amine_status first(am_parser *r) {
  char called[AM_SYMBOL_SIZE];
  const int at = r->now.at;
  AM_TRY(own_name(r, called, "what is learned"));
  int symbol = am_equations_find(r->e, called);
  if (symbol < 0) AM_TRY(am_parse_symbol(r, &symbol, called, AM_SYMBOL_LEARNED, at));
  am_symbol *s = &r->e->symbols[symbol];
  if (s->kind != AM_SYMBOL_LEARNED) return REFUSE(r, at, "%s is not learned", called);
  if (s->first >= 0) return REFUSE(r, at, "the first values of %s are said twice", called);
  r->first = 2;
  AM_TRY(am_parse_expect(r, '=', "before first values"));
  AM_TRY(am_parse_sum(r, &s->first));
  return r->first = 0, AMINE_OK;
}

static amine_status network(am_parser *r) {
  char called[AM_SYMBOL_SIZE];
  AM_TRY(am_parse_name(r, called, "a network"));
  if (!r->in) memcpy(r->e->network, called, sizeof called);
  return AMINE_OK;
}

static amine_status given(am_parser *r) {
  int symbol;
  AM_TRY(am_parse_declare(r, &symbol, AM_SYMBOL_GIVEN, "what is given"));
  am_symbol *s = &r->e->symbols[symbol];
  AM_TRY(shape(r, &s->shape));
  if (s->shape.rank == 2)
    return REFUSE(r, s->at, "a matrix is not given: %s or %s[n]", s->name, s->name);
  return AMINE_OK;
}

static amine_status output(am_parser *r) {
  char called[AM_SYMBOL_SIZE];
  const int at = r->now.at;
  int *to = r->in ? &r->in->output : &r->e->output;
  if (*to >= 0) return REFUSE(r, at, "a network has one output");
  AM_TRY(own_name(r, called, "the output"));
  *to = am_equations_find(r->e, called);
  if (*to < 0) return REFUSE(r, at, "nothing above says what %s is", called);
  return AMINE_OK;
}

amine_status am_parse_assignment(am_parser *r, int symbol, int node, bool update, int at) {
  am_equations *e = r->e;
  if (e->n_assignments == AM_STATEMENTS_MAX)
    return REFUSE(r, at, "a text has at most %d assignments", AM_STATEMENTS_MAX);
  e->assignments[e->n_assignments++] =
      (am_assignment){.symbol = symbol, .node = node, .update = update, .at = am_parse_shown_at(r, at)};
  return AMINE_OK;
}

/* The rate that the rule itself learns: one number, whichever slot asks first. */
static amine_status rule_rate(am_parser *r, int at) {
  am_equations *e = r->e;
  if (!e->plastic || !r->slots->rate || e->rate >= 0) return AMINE_OK;
  int number = 0, size = 0;
  AM_TRY(am_parse_symbol(r, &e->rate, "rule.rate", AM_SYMBOL_LEARNED, at));
  AM_TRY(add_size(r, &size, "", 1));
  e->symbols[e->rate].shape = (am_shape){1, {size, -1}};
  e->symbols[e->rate].tensor = e->n_tensors;
  AM_TRY(add_tensor(r, r->slots->rate, at));
  AM_TRY(am_parse_node(r, &number, AM_NODE_NUMBER, at));
  e->nodes[number].number = r->slots->rate_first;
  am_learned_tensor *t = &e->tensors[e->n_tensors - 1];
  t->first = AM_FIRST_NUMBER, t->from[0] = number, t->whole = true;
  return AMINE_OK;
}

/* One more of a rule's three; n have been found. */
static amine_status rule_argument(am_parser *r, int found[3], int n) {
  static const char *const arguments[] = {"post", "pre", "eta"};
#define ALL "rule takes post, pre and eta, each once"
  char called[AM_SYMBOL_SIZE];
  int k = 0, missing = 0;
  while (found[missing] >= 0) missing++;
  if (am_parse_is_sign(r, ')')) return REFUSE(r, r->now.at, ALL ": %s is missing", arguments[missing]);
  if (n > 0) AM_TRY(am_parse_expect(r, ',', "between two arguments"));
  const int where = r->now.at;
  AM_TRY(am_parse_name(r, called, "an argument (post, pre, eta)"));
  while (k < 3 && strcmp(called, arguments[k]) != 0) k++;
  if (k == 3) return REFUSE(r, where, ALL ", not %s", called);
  if (found[k] >= 0) return REFUSE(r, where, ALL ": %s stands here again", called);
#undef ALL
  AM_TRY(am_parse_expect(r, '=', "behind the name of an argument"));
  return am_parse_sum(r, &found[k]);
}

/* rule(post = ..., pre = ..., eta = ...), in any order */
static amine_status rule(am_parser *r, int *out) {
  const int at = r->now.at;
  int found[3] = {-1, -1, -1};
  if (!am_parse_is_word(r, "rule"))
    return REFUSE(r, at,
                  "what becomes of a trace is a rule's: "
                  "rule(post = ..., pre = ..., eta = ...)");
  AM_TRY(am_parse_next(r));
  r->brackets++;
  AM_TRY(am_parse_expect(r, '(', "behind rule"));
  for (int n = 0; n < 3; n++) AM_TRY(rule_argument(r, found, n));
  r->brackets--;
  AM_TRY(am_parse_expect(r, ')', "where a bracket ends"));
  AM_TRY(am_parse_node(r, out, AM_NODE_RULE, at));
  am_node *node = &r->e->nodes[*out];
  for (int k = 0; k < 3; k++) node->a[k] = found[k];
  node->n = 3;
  return rule_rate(r, at);
}

/* NAME <- ..., NAME = ... */
static amine_status assigned(am_parser *r, char called[AM_SYMBOL_SIZE]) {
  am_equations *e = r->e;
  const am_token t = r->now;
  int symbol, node;
  AM_TRY(own_name(r, called, "a value"));
  r->changes = called, r->modulated = false;
  if (am_parse_is_sign(r, '<')) {
    symbol = am_equations_find(e, called);
    am_symbol *s = symbol < 0 ? NULL : &e->symbols[symbol];
    if (!s || (s->kind != AM_SYMBOL_STATE && s->kind != AM_SYMBOL_TRACE))
      return REFUSE(r, t.at, "there is no state %s: \"state %s[n]\" makes one", called, called);
    if (s->update >= 0) return REFUSE(r, t.at, "%s is updated twice", called);
    AM_TRY(am_parse_next(r));
    AM_TRY(s->kind == AM_SYMBOL_TRACE ? rule(r, &node) : am_parse_sum(r, &node));
    s->update = node;
    return am_parse_assignment(r, symbol, node, true, t.at);
  }
  if (!am_parse_is_sign(r, '='))
    return REFUSE(r, r->now.at, "\"=\" or \"<-\" belongs here, after the name of what changes");
  AM_TRY(am_parse_next(r));
  AM_TRY(am_parse_sum(r, &node)); /* before its name is known: a value does not depend on itself */
  const int old = am_equations_find(e, called);
  if (old >= 0 && e->symbols[old].kind == AM_SYMBOL_LEARNED)
    return REFUSE(r, e->symbols[old].at, "%s is used before it is said what it is", called);
  if (old >= 0)
    return REFUSE(r, t.at, "there is %s already, from line %d", called,
                  am_mark_line(e->text, e->symbols[old].at));
  AM_TRY(am_parse_symbol(r, &symbol, called, AM_SYMBOL_VALUE, t.at));
  if (e->is_rule) e->symbols[symbol].sides = am_equations_sides(e, node);
  return am_parse_assignment(r, symbol, node, false, t.at);
}

static amine_status assignment(am_parser *r) {
  char called[AM_SYMBOL_SIZE];
  AM_TRY(assigned(r, called));
  return r->changes = NULL, AMINE_OK;
}

/* Whatever the lowest layer reads is made of its input alone. */
static amine_status of_input(am_parser *r, int node) {
  const am_node *n = &r->e->nodes[node];
  const am_symbol *s = n->symbol < 0 ? NULL : &r->e->symbols[n->symbol];
  if (s && s->kind != AM_SYMBOL_INPUT && s->kind != AM_SYMBOL_LEARNED &&
      s->kind != AM_SYMBOL_CONSTANT)
    return REFUSE(r, n->at,
                  "what the lowest layer reads is made of the input, of what is learned and of "
                  "constants, not of %s",
                  s->name);
  for (int k = 0; k < n->n; k++) AM_TRY(of_input(r, n->a[k]));
  return AMINE_OK;
}

/* lowest NAME = ...: a vector [n], which is the input itself in a layer that lies on another */
static amine_status lowest(am_parser *r) {
  am_equations *e = r->e;
  const int at = r->now.at, modulators = e->n_modulators;
  int n = 0;
  if (r->in || e->is_modulator) return REFUSE(r, at, "a modulator has no layers");
  if (e->lowest >= 0) return REFUSE(r, at, "what the lowest layer reads is said twice");
  if (e->input < 0) return REFUSE(r, at, "there is no input yet: \"input u\" stands above this");
  AM_TRY(assignment(r));
  am_assignment *a = &e->assignments[e->n_assignments - 1];
  if (a->update) return REFUSE(r, at, "what the lowest layer reads is a value: \"lowest x = ...\"");
  if (e->n_modulators > modulators)
    return REFUSE(r, at, "what the lowest layer reads has no modulator");
  AM_TRY(of_input(r, a->node));
  AM_TRY(add_size(r, &n, "n", 0));
  e->lowest = a->node;
  e->symbols[a->symbol].shape = (am_shape){1, {n, -1}};
  if (!r->slots || !r->slots->above) return AMINE_OK;
  e->symbols[e->input].shape.dim[0] = n;
  return am_parse_symbol_node(r, &a->node, e->input, at);
}

/* A rule's words. */
static amine_status rule_statement(am_parser *r) {
  static const char *const foreign[] = {"input", "output", "state", "given",
                                        "first", "network", "lowest"};
  static const struct {
    const char *word;
    amine_status (*read)(am_parser *r);
  } own[] = {
      {"rule", network}, {"constant", am_parse_constant}, {"trace", rule_trace}, {"learned", rule_learned}};
  for (size_t k = 0; k < sizeof foreign / sizeof *foreign; k++)
    if (am_parse_is_word(r, foreign[k]))
      return REFUSE(r, r->now.at, "a rule has no %s: it has traces, post, pre and eta", foreign[k]);
  for (size_t k = 0; k < sizeof own / sizeof *own; k++)
    if (am_parse_is_word(r, own[k].word)) {
      AM_TRY(am_parse_next(r));
      return own[k].read(r);
    }
  return assignment(r);
}

static amine_status statement(am_parser *r) {
  if (r->dialect) return r->dialect->statement(r);
  if (r->e->is_rule) return rule_statement(r);
  static const struct {
    const char *word;
    amine_status (*read)(am_parser *r);
  } others[] = {{"input", input}, {"constant", am_parse_constant}, {"learned", learned},
                {"first", first}, {"network", network},   {"output", output},
                {"given", given}, {"lowest", lowest}};
  if (am_parse_is_word(r, "state")) {
    AM_TRY(am_parse_next(r));
    return state(r, AM_SYMBOL_STATE, 1, "a state");
  }
  if (am_parse_is_word(r, "trace")) {
    AM_TRY(am_parse_next(r));
    if (r->in || r->e->is_modulator)
      return REFUSE(r, r->now.at, "a modulator has no trace of its own");
    return state(r, AM_SYMBOL_TRACE, 2, "a trace");
  }
  for (size_t k = 0; k < sizeof others / sizeof *others; k++)
    if (am_parse_is_word(r, others[k].word)) {
      AM_TRY(am_parse_next(r));
      return others[k].read(r);
    }
  return assignment(r);
}

/* ------------------------------------------------------------------------------ the whole text */
bool am_equations_is_trace(const am_equations *e, int node) {
  const am_node *n = &e->nodes[node];
  return n->kind == AM_NODE_SYMBOL && e->symbols[n->symbol].kind == AM_SYMBOL_TRACE;
}

/* What multiplies a trace and has no shape of its own, as the slots say. */
static void share_alpha(am_equations *e, const am_slots *slots) {
  if (!slots || slots->alpha == AM_ALPHA_CONNECTION) return;
  for (int k = 0; k < e->n_nodes; k++) {
    const am_node *n = &e->nodes[k];
    if (n->kind != AM_NODE_MULTIPLY) continue;
    for (int i = 0; i < 2; i++) {
      const am_node *a = &e->nodes[n->a[i]], *H = &e->nodes[n->a[1 - i]];
      if (!am_equations_is_trace(e, n->a[1 - i]) || a->kind != AM_NODE_SYMBOL) continue;
      am_symbol *alpha = &e->symbols[a->symbol];
      if (alpha->kind != AM_SYMBOL_LEARNED || alpha->shape.rank >= 0) continue;
      const bool each = slots->alpha == AM_ALPHA_NEURON;
      alpha->shape = (am_shape){each ? 1 : 0, {each ? e->symbols[H->symbol].shape.dim[0] : -1, -1}};
    }
  }
}

/* Does a tree ask for a symbol, apart from traces that do not live? */
static bool asks_for(const am_equations *e, int node, int symbol) {
  const am_node *n = &e->nodes[node];
  if (n->kind == AM_NODE_SYMBOL) return n->symbol == symbol;
  if (!e->plastic && n->kind == AM_NODE_RULE) return false;
  if (!e->plastic && n->kind == AM_NODE_MULTIPLY &&
      (am_equations_is_trace(e, n->a[0]) || am_equations_is_trace(e, n->a[1])))
    return false;
  for (int k = 0; k < n->n; k++)
    if (asks_for(e, n->a[k], symbol)) return true;
  return false;
}

bool am_equations_look_back(const am_equations *e) {
  bool any = false;
  for (int k = 0; k < e->n_nodes; k++)
    any |= e->nodes[k].kind == AM_NODE_CALL && e->nodes[k].function == AM_ATTEND;
  return any;
}

bool am_equations_uses(const am_equations *e, int symbol) {
  bool named = false;
  if (symbol == e->rate) return true;
  for (int k = 0; k < e->n_nodes; k++)
    named |= e->nodes[k].kind == AM_NODE_SYMBOL && e->nodes[k].symbol == symbol;
  for (int k = 0; k < e->n_assignments; k++)
    if (asks_for(e, e->assignments[k].node, symbol)) return true;
  return !named;
}

/* What no declaration names has a tensor of its own, after the others. */
static amine_status complete(am_parser *r) {
  am_equations *e = r->e;
  for (int k = 0; k < e->n_symbols; k++) {
    am_symbol *s = &e->symbols[k];
    if ((s->kind == AM_SYMBOL_STATE || s->kind == AM_SYMBOL_TRACE) && s->update < 0)
      return REFUSE(r, s->at, "nothing says what %s is after a step: \"%s <- ...\"", s->name,
                    s->name);
    if (s->kind != AM_SYMBOL_LEARNED || s->tensor >= 0) continue;
    s->tensor = e->n_tensors;
    AM_TRY(add_tensor(r, s->name, s->at));
  }
  if (e->is_rule)
    return e->output >= 0 ? AMINE_OK : REFUSE(r, 0, "there is no trace: \"trace H\" names it");
  if (e->input < 0) return REFUSE(r, 0, "there is no input: \"input u\" says what it is called");
  if (e->output < 0) return REFUSE(r, 0, "there is no output: \"output h\" says which value it is");
  return AMINE_OK;
}

static amine_status statements(am_parser *r) {
  AM_TRY(am_parse_next(r));
  while (r->now.kind != AM_T_END) {
    if (r->now.kind != AM_T_LINE) {
      AM_TRY(statement(r));
      if (r->now.kind != AM_T_LINE && r->now.kind != AM_T_END)
        return REFUSE(r, r->now.at, "a line ends before this, or an operator is missing");
    }
    if (r->now.kind == AM_T_LINE) AM_TRY(am_parse_next(r));
  }
  return AMINE_OK;
}

/* What a rule is told of a connection. */
static amine_status rule_ends(am_parser *r) {
  static const char *const names[] = {"post", "pre", "eta"};
  for (int k = 0; k < 3; k++) {
    int symbol = 0;
    AM_TRY(am_parse_symbol(r, &symbol, names[k], AM_SYMBOL_INPUT, 0));
    r->e->symbols[symbol].shape.rank = 0;
    r->e->symbols[symbol].sides = k == 1 ? AM_SIDE_PRE : AM_SIDE_POST;
  }
  return AMINE_OK;
}

static amine_status read_all(am_parser *r) {
  if (r->e->is_rule) AM_TRY(rule_ends(r));
  AM_TRY(statements(r));
  AM_TRY(complete(r));
  share_alpha(r->e, r->slots);
  if (r->e->is_rule) AM_TRY(am_equations_order_factors(r->e, r->error));
  return am_equations_infer(r->e, r->error);
}

/* Memory for what a text becomes, and what reads it. */
static amine_status begin(am_equations **equations, am_parser *r, const char *called,
                          const char *text, amine_error *error) {
  am_equations *e = am_alloc(1, sizeof *e);
  if (!e) return am_fail_memory(error, sizeof *e);
  e->input = e->output = e->rate = e->lowest = -1;
  memcpy(e->network, "net", sizeof "net");
  e->text = am_strdup(text);
  e->name = am_strdup(called);
  *r = (am_parser){.e = e, .text = e->text, .now = {.kind = AM_T_LINE}, .error = error};
  amine_status status = AMINE_OK;
  if (!e->text || !e->name) status = am_fail_memory(error, strlen(text) + 1);
  else if (strlen(text) > 65536)
    status = am_fail(error, AMINE_ERROR_INPUT, "%s: a text has at most 65536 bytes", called);
  if (status != AMINE_OK) am_equations_free(e);
  else *equations = e;
  return status;
}

static amine_status end(am_equations **equations, am_equations *e, amine_status status) {
  if (status == AMINE_OK) *equations = e;
  else am_equations_free(e);
  return status;
}

typedef enum whose { OF_NETWORK, OF_MODULATOR, OF_RULE } whose;

static amine_status read_text(am_equations **equations, const char *called, const char *text,
                              const am_slots *slots, whose of, amine_error *error) {
  am_equations *e;
  am_parser r;
  AM_TRY(begin(&e, &r, called, text, error));
  r.slots = slots;
  e->plastic = slots && slots->plastic;
  e->is_modulator = of == OF_MODULATOR;
  e->is_rule = of == OF_RULE;
  return end(equations, e, read_all(&r));
}

amine_status am_parse_dialect(am_equations **equations, const am_dialect *dialect, void *of,
                              const char *called, const char *text, amine_error *error) {
  am_equations *e;
  am_parser r;
  AM_TRY(begin(&e, &r, called, text, error));
  r.dialect = dialect;
  r.of = of;
  amine_status status = statements(&r);
  if (status == AMINE_OK) status = dialect->complete(&r);
  return end(equations, e, status);
}

amine_status am_equations_read(am_equations **equations, const char *called, const char *text,
                               const am_slots *slots, amine_error *error) {
  am_equations *alone;
  if (slots && slots->modulator) { /* what is wrong with it is said of it */
    AM_TRY(am_equations_read_modulator(&alone, slots->modulator_name, slots->modulator, error));
    am_equations_free(alone);
  }
  return read_text(equations, called, text, slots, OF_NETWORK, error);
}

amine_status am_equations_read_modulator(am_equations **equations, const char *called,
                                         const char *text, amine_error *error) {
  return read_text(equations, called, text, NULL, OF_MODULATOR, error);
}

amine_status am_equations_read_rule(am_equations **equations, const char *called, const char *text,
                                    amine_error *error) {
  return read_text(equations, called, text, NULL, OF_RULE, error);
}

void am_equations_free(am_equations *e) {
  if (!e) return;
  am_free(e->text);
  am_free(e->name);
  am_free(e);
}
