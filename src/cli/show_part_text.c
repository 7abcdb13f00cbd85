/* amine show neuron NAME|FILE, amine show synapse NAME|FILE: the text of a neuron model, how each
 * of its states is integrated, or of a synapse rule, what its numbers are of; and its constants. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/words.h"
#include "brain/part_texts.h"
#include "cli/command.h"
#include "cli/rows.h"
#include "cli/terminal.h"
#include "format/json.h"
#include "format/text_file.h"
#include "run/config/parts.h"

/* A text that is shown, as it was read: one of the two. */
typedef struct shown {
  const char *kind, *name;
  am_part_texts texts;
  const am_part *part;
  int first; /* of its own parameters */
} shown;

static bool is_neuron(const shown *s) { return s->part->kind == AM_NEURON; }
static const am_neuron_text_model *neuron_of(const shown *s) { return s->texts.neurons; }
static const am_synapse_program *synapse_of(const shown *s) { return &s->texts.synapses->program; }

/* ------------------------------------------------------------------------------ finding */
static amine_status unknown(const shown *s, am_part_kind kind, amine_error *error) {
  const am_part *part;
  am_nearest_word nearest = am_nearest_begin(s->name);
  for (int k = 0; (part = am_registry_at(&am_standard_parts, kind, k)); k++)
    am_nearest_try(&nearest, part->name);
  return am_fail(error, AMINE_ERROR_ARGUMENT, "unknown %s \"%.60s\"%s%s%s", s->kind, s->name,
                 nearest.best ? "; did you mean " : "", nearest.best ? nearest.best : "",
                 nearest.best ? "?" : " (a file is named with a . or /)");
}

static amine_status load(shown *s, am_part_kind kind, amine_error *error) {
  am_text text = {0};
  amine_status status = am_text_file_read(&text, s->name, AM_PART_TEXT_MAX, error);
  if (status == AMINE_OK)
    status =
        am_part_texts_make(&s->texts, &s->part, kind, s->name, text.data ? text.data : "", error);
  am_text_free(&text);
  return status;
}

static amine_status find(shown *s, amine_error *error) {
  const am_part_kind kind = strcmp(s->kind, "neuron") == 0 ? AM_NEURON : AM_SYNAPSE;
  const am_part *part = am_registry_find(&am_standard_parts, kind, s->name);
  s->first = kind == AM_NEURON ? 0 : AM_VALUES_COMMON;
  if (!part && !strpbrk(s->name, "./")) return unknown(s, kind, error);
  if (!part) return load(s, kind, error);
  if (part->text) return am_part_texts_make(&s->texts, &s->part, kind, s->name, part->text, error);
  return am_fail(error, AMINE_ERROR_ARGUMENT, "%s %s is code, not a text of equations", s->kind,
                 s->name);
}

/* ------------------------------------------------------------------------------ states */
/* How a state goes on from one step to the next. */
static const char *how(const am_neuron_program *p, int state) {
  if (state == p->counts) return "counts the steps it is held";
  if (p->slope[state] >= 0) return am_scheme_name(p->scheme[state]);
  return state == p->mean ? "how often it fires in a step, on average" : "as the updates say";
}

/* The k-th number of a synapse: what it is called, and of what it is; NULL past the last. */
static const char *number_of(const shown *s, int k, const char **of) {
  const am_synapse_program *p = synapse_of(s);
  if (k < p->n_sources) return *of = "of the source, as its spikes arrive", p->source_name[k];
  k -= p->n_sources;
  if (k < p->n_targets) return *of = "of the target", p->target_name[k];
  k -= p->n_targets;
  if (k == 0) return *of = "of each synapse: its weight", p->weight_name;
  if (k == 1 && p->has_eligibility)
    return *of = "of each synapse: its eligibility", p->eligibility_name;
  if (k == 1 + p->has_eligibility && p->delivers)
    return *of = "what part of its weight an arrival delivers", p->efficacy_name;
  return NULL;
}

/* ------------------------------------------------------------------------------ as text */
static void put_constants(am_text *text, const shown *s) {
  const int width = cli_terminal_width(STDOUT_FILENO, 80);
  cli_row rows[AM_VALUES_MAX] = {{0}};
  size_t n = 0;
  for (const amine_parameter *p = s->part->parameters + s->first; p->name; p++, n++) {
    char number[64];
    am_text_puts(&rows[n].key, p->name);
    am_text_puts(&rows[n].value, am_key_number(p->standard, number, sizeof number));
    cli_row_range(&rows[n].range, p);
    rows[n].meaning = p->meaning;
  }
  if (n > 0)
    am_text_printf(text, "\nconstants, which are values of a %s\n",
                   is_neuron(s) ? "population" : "projection");
  cli_rows_put(text, rows, n, width);
  for (size_t k = 0; k < n; k++) {
    am_text_free(&rows[k].key);
    am_text_free(&rows[k].value);
    am_text_free(&rows[k].range);
  }
}

static void put_states(am_text *text, const am_neuron_text_model *m) {
  am_text_puts(text, "\nstates, and how each is integrated\n");
  for (int k = 0; m->is.states[k]; k++)
    am_text_printf(text, "  %-12s%s%s\n", m->is.states[k], how(&m->program, k),
                   m->program.stands[k] ? ", held after a spike" : "");
}

static void put_numbers(am_text *text, const shown *s) {
  const char *name, *of = "";
  am_text_puts(text, "\nnumbers, and what they are of\n");
  for (int k = 0; (name = number_of(s, k, &of)); k++) am_text_printf(text, "  %-12s%s\n", name, of);
}

static void put_text(am_text *text, const shown *s) {
  am_text_puts(text, s->part->text);
  if (is_neuron(s)) put_states(text, neuron_of(s));
  else put_numbers(text, s);
  put_constants(text, s);
}

/* ------------------------------------------------------------------------------ as JSON */
static void separate(am_text *text) {
  am_text_puts(text, text->data[text->length - 1] == '[' ? "{" : ",{");
}

static void put_pair(am_text *text, const char *name, const char *key, const char *value) {
  separate(text);
  am_json_put_string(text, "name", name);
  am_json_put_string(text, key, value);
  am_text_puts(text, "}");
}

static void put_json(am_text *text, const shown *s) {
  am_json_begin(text);
  am_json_put_string(text, "kind", s->kind);
  am_json_put_string(text, "name", s->name);
  am_json_put_string(text, "meaning", s->part->meaning);
  am_json_put_string(text, "text", s->part->text);
  am_json_list(text, is_neuron(s) ? "states" : "numbers");
  const char *name, *of = "";
  if (is_neuron(s))
    for (int k = 0; neuron_of(s)->is.states[k]; k++)
      put_pair(text, neuron_of(s)->is.states[k], "integrated", how(&neuron_of(s)->program, k));
  else
    for (int k = 0; (name = number_of(s, k, &of)); k++) put_pair(text, name, "of", of);
  am_text_puts(text, "]");
  am_json_list(text, "constants");
  for (const amine_parameter *p = s->part->parameters + s->first; p->name; p++) {
    separate(text);
    am_json_put_string(text, "name", p->name);
    am_json_put_double(text, "value", p->standard);
    am_json_put_double(text, "min", p->min);
    am_json_put_double(text, "max", p->max);
    am_json_put_string(text, "unit", p->unit);
    am_json_put_string(text, "meaning", p->meaning);
    am_text_puts(text, "}");
  }
  am_text_puts(text, "]");
  am_json_end(text);
}

int cli_show_part_text(const cli_line *line) {
  amine_error error = {0};
  am_text text = {0};
  shown s = {.kind = line->words[0], .name = line->words[1]};
  const amine_status status =
      line->n_assignments > 0
          ? am_fail(&error, AMINE_ERROR_ARGUMENT,
                    "amine show %s %.60s shows a text as it is: %.60s has no effect", s.kind,
                    s.name, line->assignments[0])
          : find(&s, &error);
  if (status == AMINE_OK && cli_has(line, CLI_JSON)) put_json(&text, &s);
  else if (status == AMINE_OK) put_text(&text, &s);
  am_part_texts_free(&s.texts);
  return status == AMINE_OK ? cli_print(&text) : cli_fail(status, &error, true);
}
