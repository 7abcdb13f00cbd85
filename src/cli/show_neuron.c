/* amine show neuron NAME|FILE: the text of a neuron model, how each of its states is integrated, and
 * its constants. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/words.h"
#include "brain/neuron_text.h"
#include "cli/command.h"
#include "cli/rows.h"
#include "cli/terminal.h"
#include "format/json.h"
#include "run/config/parts.h"

static amine_status unknown(const char *word, amine_error *error) {
  const am_part *part;
  am_nearest_word nearest = am_nearest_begin(word);
  for (int k = 0; (part = am_registry_at(&am_standard_parts, AM_NEURON, k)); k++)
    am_nearest_try(&nearest, part->name);
  return am_fail(error, AMINE_ERROR_ARGUMENT, "unknown neuron \"%.60s\"%s%s%s", word,
                 nearest.best ? "; did you mean " : "", nearest.best ? nearest.best : "",
                 nearest.best ? "?" : " (a file is named with a . or /)");
}

static amine_status find(am_neuron_text_model **m, const char *word, amine_error *error) {
  const am_part *part = am_registry_find(&am_standard_parts, AM_NEURON, word);
  if (!part && !strpbrk(word, "./")) return unknown(word, error);
  if (!part) return am_neuron_text_model_load(m, word, error);
  if (part->text) return am_neuron_text_model_make(m, word, part->text, error);
  return am_fail(error, AMINE_ERROR_ARGUMENT, "neuron %s is code, not a text of equations", word);
}

/* How a state goes on from one step to the next. */
static const char *how(const am_neuron_program *p, int state) {
  if (state == p->counts) return "counts the steps it is held";
  if (p->slope[state] >= 0) return am_scheme_name(p->scheme[state]);
  return "as the updates say";
}

static void put_constants(am_text *text, const am_neuron_text_model *m) {
  const int width = cli_terminal_width(STDOUT_FILENO, 80);
  cli_row rows[AM_VALUES_MAX] = {{0}};
  size_t n = 0;
  for (const amine_parameter *p = m->parameters; p->name; p++, n++) {
    char number[64];
    am_text_puts(&rows[n].key, p->name);
    am_text_puts(&rows[n].value, am_key_number(p->standard, number, sizeof number));
    cli_row_range(&rows[n].range, p);
    rows[n].meaning = p->meaning;
  }
  if (n > 0) am_text_puts(text, "\nconstants, which are values of a population\n");
  cli_rows_put(text, rows, n, width);
  for (size_t k = 0; k < n; k++) {
    am_text_free(&rows[k].key);
    am_text_free(&rows[k].value);
    am_text_free(&rows[k].range);
  }
}

static void put_text(am_text *text, const am_neuron_text_model *m) {
  am_text_puts(text, m->text);
  am_text_puts(text, "\nstates, and how each is integrated\n");
  for (int s = 0; m->is.states[s]; s++)
    am_text_printf(text, "  %-12s%s%s\n", m->is.states[s], how(&m->program, s),
                   m->program.stands[s] ? ", held after a spike" : "");
  put_constants(text, m);
}

static void separate(am_text *text) {
  am_text_puts(text, text->data[text->length - 1] == '[' ? "{" : ",{");
}

static void put_json(am_text *text, const char *name, const am_neuron_text_model *m) {
  am_json_begin(text);
  am_json_put_string(text, "kind", "neuron");
  am_json_put_string(text, "name", name);
  am_json_put_string(text, "meaning", m->meaning);
  am_json_put_string(text, "text", m->text);
  am_json_list(text, "states");
  for (int s = 0; m->is.states[s]; s++) {
    separate(text);
    am_json_put_string(text, "name", m->is.states[s]);
    am_json_put_string(text, "integrated", how(&m->program, s));
    am_text_puts(text, "}");
  }
  am_text_puts(text, "]");
  am_json_list(text, "constants");
  for (const amine_parameter *p = m->parameters; p->name; p++) {
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

int cli_show_neuron(const cli_line *line) {
  amine_error error = {0};
  am_text text = {0};
  am_neuron_text_model *m = NULL;
  const char *word = line->words[1];
  const amine_status status =
      line->n_assignments > 0
          ? am_fail(&error, AMINE_ERROR_ARGUMENT,
                    "amine show neuron %.60s shows a text as it is: %.60s has no effect", word,
                    line->assignments[0])
          : find(&m, word, &error);
  if (status == AMINE_OK && cli_has(line, CLI_JSON)) put_json(&text, word, m);
  else if (status == AMINE_OK) put_text(&text, m);
  am_neuron_text_model_free(m);
  return status == AMINE_OK ? cli_print(&text) : cli_fail(status, &error, true);
}
