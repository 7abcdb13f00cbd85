#include "run/config/text_part.h"

#include <stdio.h>
#include <string.h>

#include "format/text_file.h"

bool am_text_part_is_kind(am_part_kind kind) {
  return kind == AM_NETWORK || kind == AM_RULE || kind == AM_MODULATOR;
}

static bool has_trace(const am_equations *e) {
  for (int k = 0; k < e->n_symbols; k++)
    if (e->symbols[k].kind == AM_SYMBOL_TRACE) return true;
  return false;
}

/* What all parts of the kind have beside constants. */
static const amine_parameter network_rows[] = {AM_UNITS_PARAMETERS, {0}};
static const amine_parameter plastic_rows[] = {AM_UNITS_PARAMETERS, AM_UNITS_ALPHA, {0}};

static amine_status constant(am_text_part *p, int n, int n_constants, const am_symbol *s, size_t at,
                             amine_error *error) {
  char other[AM_KEY_LENGTH + AM_SYMBOL_SIZE];
  const char *kind = am_kind_name(p->is.part.kind);
  if (n_constants == AM_UNITS_CONSTANTS)
    return am_equations_refuse(p->equations, s->at, error, "a text has at most %d constants",
                               AM_UNITS_CONSTANTS);
  snprintf(other, sizeof other, "%s.%s", kind, s->name);
  if (strcmp(s->name, "type") == 0 || strcmp(s->name, "text") == 0 ||
      am_part_row(&p->is.part, other))
    return am_equations_refuse(p->equations, s->at, error,
                               "%s is a key of every %s: a constant needs another name", other,
                               kind);
  p->parameters[n] = (amine_parameter){.name = s->name,
                                       .kind = s->choices[0] ? AMINE_CHOICE : AMINE_NUMBER,
                                       .choices = s->choices,
                                       .standard = s->standard,
                                       .min = s->min,
                                       .max = s->max,
                                       .unit = s->unit,
                                       .meaning = s->meaning[0] ? s->meaning : "of the text",
                                       .offset = at + (size_t)n_constants * sizeof(double),
                                       .member = AMINE_MEMBER_DOUBLE};
  return AMINE_OK;
}

/* The rows of the kind, then the text's constants, from `at` in the options. */
static amine_status make_rows(am_text_part *p, am_part_kind kind, const amine_parameter *rows,
                              size_t at, amine_error *error) {
  const am_equations *e = p->equations;
  int n = 0, n_constants = 0;
  p->is.part.kind = kind;
  for (; rows[n].name; n++) p->parameters[n] = rows[n];
  p->is.part.parameters = p->parameters;
  for (int k = 0; k < e->n_symbols; k++)
    if (e->symbols[k].kind == AM_SYMBOL_CONSTANT)
      AM_TRY(constant(p, n++, n_constants++, &e->symbols[k], at, error));
  p->is.part.options_size = at + (size_t)AM_UNITS_CONSTANTS * sizeof(double);
  return AMINE_OK;
}

static amine_status fill_network(am_text_part *p, amine_error *error) {
  AM_TRY(am_equations_read(&p->equations, p->file, p->text, NULL, error));
  const bool plastic = has_trace(p->equations);
  p->is.part = (am_part){.name = "text",
                         .takes = plastic                          ? 1u << AM_RULE
                                  : p->equations->n_modulators > 0 ? 1u << AM_MODULATOR
                                                                   : 0};
  p->is.part.looks_back = am_equations_look_back(p->equations);
  return make_rows(p, AM_NETWORK, plastic ? plastic_rows : network_rows,
                   offsetof(am_units_options, constants), error);
}

static amine_status fill_modulator(am_text_part *p, amine_error *error) {
  AM_TRY(am_equations_read_modulator(&p->equations, p->file, p->text, error));
  const am_equations *e = p->equations;
  amine_parameter rows[16] = {{0}};
  bool chemical = false;
  int n = 0;
  p->is.part = (am_part){.name = "text"};
  for (int k = 0; k < e->n_symbols; k++)
    chemical |= e->symbols[k].kind == AM_SYMBOL_GIVEN && am_feed_is_chemical(e->symbols[k].name);
  for (const amine_parameter *row = am_chemical_type.part.parameters; chemical && row->name; row++)
    if (strcmp(row->name, "factor") != 0) rows[n++] = *row;
  if (chemical) p->is.modulator.feed = am_modulator_feed_text;
  return make_rows(p, AM_MODULATOR, rows, offsetof(am_modulator_text_options, constants), error);
}

static amine_status fill_rule(am_text_part *p, amine_error *error) {
  AM_TRY(am_equations_read_rule(&p->equations, p->file, p->text, error));
  const am_equations *e = p->equations;
  int traces = 0;
  for (int k = 0; k < e->n_symbols; k++) traces += e->symbols[k].kind == AM_SYMBOL_STATE;
  p->is.rule = am_text_rules[traces - 1];
  const am_learned_tensor *t = e->rate >= 0 ? &e->tensors[e->symbols[e->rate].tensor] : NULL;
  if (t) snprintf(p->rate, sizeof p->rate, "%s%s", t->whole ? "" : "rule.", t->name);
  if (t) p->is.rule.rate = p->rate;
  return make_rows(p, AM_RULE, am_text_rules[0].part.parameters,
                   offsetof(am_rule_text_options, constants), error);
}

static amine_status fill(am_text_part *p, am_part_kind kind, const char *file, const char *text,
                         amine_error *error) {
  p->file = am_strdup(file);
  p->text = am_strdup(text);
  if (!p->file || !p->text) return am_fail_memory(error, strlen(text) + 1);
  AM_TRY(am_text_file_check(text, file, error));
  if (strncmp(text, "# ", 2) == 0)
    snprintf(p->meaning, sizeof p->meaning, "%.*s", (int)strcspn(text + 2, "\r\n"), text + 2);
  AM_TRY(kind == AM_NETWORK ? fill_network(p, error)
         : kind == AM_RULE  ? fill_rule(p, error)
                            : fill_modulator(p, error));
  p->is.part.meaning = p->meaning;
  p->is.part.text = p->text;
  return AMINE_OK;
}

static void destroy(am_text_part *p) {
  am_equations_free(p->equations);
  am_free(p->file);
  am_free(p->text);
  am_free(p);
}

amine_status am_text_part_read(am_text_part **list, const am_text_part **part, am_part_kind kind,
                               const char *file, const char *text, amine_error *error) {
  for (const am_text_part *p = *list; p; p = p->next)
    if (p->is.part.kind == kind && strcmp(p->is.part.text, text) == 0) return *part = p, AMINE_OK;
  am_text_part *p = am_alloc(1, sizeof *p);
  if (!p) return am_fail_memory(error, sizeof *p);
  const amine_status status = fill(p, kind, file, text, error);
  if (status != AMINE_OK) {
    destroy(p);
    return status;
  }
  atomic_init(&p->holders, 1);
  p->next = *list;
  *list = p;
  *part = p;
  return AMINE_OK;
}

amine_status am_text_part_load(am_text_part **list, const am_text_part **part, am_part_kind kind,
                               const char *path, amine_error *error) {
  am_text text = {0};
  amine_status status = am_text_file_read(&text, path, AM_TEXT_MAX, error);
  if (status == AMINE_OK)
    status = am_text_part_read(list, part, kind, path, text.data ? text.data : "", error);
  am_text_free(&text);
  return status;
}

const am_text_part *am_text_part_of(const am_text_part *list, const am_part *part) {
  while (list && &list->is.part != part) list = list->next;
  return list;
}

void am_text_part_hold(am_text_part *list) {
  if (list) atomic_fetch_add(&list->holders, 1);
}

void am_text_part_let_go(am_text_part *list) {
  while (list && atomic_fetch_sub(&list->holders, 1) == 1) {
    am_text_part *next = list->next;
    destroy(list);
    list = next;
  }
}
