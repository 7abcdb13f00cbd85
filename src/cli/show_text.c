/* amine show network|rule|modulator NAME|FILE: a text of equations, the shapes that follow from it,
 * what is learned in the order in which it is saved, and its constants. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/words.h"
#include "cli/command.h"
#include "cli/module.h"
#include "cli/rows.h"
#include "cli/terminal.h"
#include "equation/mark.h"
#include "format/json.h"

/* What is shown. */
typedef struct shown {
  const char *kind, *name, *meaning, *text;
  am_equations *e;     /* own, if it was read for this */
  am_text written;     /* by a modulator's code, with its standard options */
  am_text_part *texts; /* of a file */
} shown;

static am_part_kind kind_of(const char *word) {
  am_part_kind kind = 0;
  while (kind < AM_N_KINDS &&
         (!am_text_part_is_kind(kind) || strcmp(am_kind_name(kind), word) != 0))
    kind++;
  return kind;
}

/* With its options at their standard values. */
static void write_modulator(shown *s, const am_modulator_type *type) {
  union {
    max_align_t align;
    char bytes[AM_OPTIONS_MAX];
  } options = {0};
  am_config config;
  am_config_begin(&config, cli_parts());
  config.part[AM_MODULATOR] = &type->part;
  am_config_options(&config, AM_MODULATOR, &options);
  type->write(&s->written, &options, 0.01);
  s->text = s->written.data;
}

static amine_status find(shown *s, am_part_kind kind, const char *word, amine_error *error) {
  const am_part *part = am_registry_find(cli_parts(), kind, word);
  const am_text_part *own;
  if (!part && !strpbrk(word, "./")) {
    am_nearest_word nearest = am_nearest_begin(word);
    for (int k = 0; (part = am_registry_at(cli_parts(), kind, k)); k++)
      am_nearest_try(&nearest, part->name);
    return am_fail(error, AMINE_ERROR_ARGUMENT, "unknown %s \"%.60s\"%s%s%s", s->kind, word,
                   nearest.best ? "; did you mean " : "", nearest.best ? nearest.best : "",
                   nearest.best ? "?" : " (a file is named with a . or /)");
  }
  if (!part) {
    AM_TRY(am_text_part_load(&s->texts, &own, kind, word, error));
    part = &own->is.part;
  }
  s->meaning = part->meaning, s->text = part->text;
  if (kind == AM_MODULATOR && ((const am_modulator_type *)(const void *)part)->write)
    write_modulator(s, (const am_modulator_type *)(const void *)part);
  if (!s->text)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s %s is code, not a text of equations", s->kind,
                   word);
  const am_slots live = {.plastic = true}; /* so that shapes of what traces take up are known */
  return kind == AM_NETWORK ? am_equations_read(&s->e, word, s->text, &live, error)
         : kind == AM_RULE  ? am_equations_read_rule(&s->e, word, s->text, error)
                            : am_equations_read_modulator(&s->e, word, s->text, error);
}

static const char *what_is(am_symbol_kind kind) {
  static const char *const words[] = {[AM_SYMBOL_INPUT] = "input",
                                      [AM_SYMBOL_STATE] = "state",
                                      [AM_SYMBOL_TRACE] = "trace",
                                      [AM_SYMBOL_GIVEN] = "given",
                                      [AM_SYMBOL_VALUE] = "value"};
  return words[kind];
}

/* Calls put for each shape that is neither learned nor a constant's. */
static void each_shape(am_text *text, const am_equations *e,
                       void (*put)(am_text *text, const char *what, const char *shape)) {
  for (int k = 0; k < e->n_symbols; k++) {
    am_text shape = {0};
    const am_symbol_kind kind = e->symbols[k].kind;
    if (kind == AM_SYMBOL_LEARNED || kind == AM_SYMBOL_CONSTANT) continue;
    am_equations_put_shape(e, k, &shape);
    put(text,
        e->is_rule && kind == AM_SYMBOL_STATE ? "trace"
        : k == e->output                      ? "output"
                                              : what_is(kind),
        shape.data ? shape.data : "");
    am_text_free(&shape);
  }
}

static void put_shape(am_text *text, const char *what, const char *shape) {
  am_text_printf(text, "  %-8s%s\n", what, shape);
}

static void put_constants(am_text *text, const shown *s) {
  cli_row *rows = am_alloc((size_t)s->e->n_symbols + 1, sizeof *rows);
  size_t n = 0;
  if (!rows) {
    text->failed = true;
    return;
  }
  for (int k = 0; k < s->e->n_symbols; k++) {
    const am_symbol *c = &s->e->symbols[k];
    char number[64];
    if (c->kind != AM_SYMBOL_CONSTANT) continue;
    const amine_parameter row = {.kind = c->choices[0] ? AMINE_CHOICE : AMINE_NUMBER,
                                 .choices = c->choices,
                                 .min = c->min,
                                 .max = c->max,
                                 .unit = c->unit};
    const am_value value = {.number = c->standard};
    am_text_printf(&rows[n].key, "%s.%s", s->kind, c->name);
    am_text_puts(&rows[n].value, c->choices[0] ? am_key_text(&row, &value, number, sizeof number)
                                               : am_key_number(c->standard, number, sizeof number));
    cli_row_range(&rows[n].range, &row);
    rows[n++].meaning = c->meaning;
  }
  if (n > 0) am_text_puts(text, "\nconstants, which are keys\n");
  cli_rows_put(text, rows, n, cli_terminal_width(STDOUT_FILENO, 80));
  cli_rows_free(rows, n);
}

/* The slots of a network, and what the names of each begin with. */
static void put_modulators(am_text *text, const am_equations *e) {
  if (e->n_modulators) am_text_puts(text, "\nmodulators, and what their names begin with\n");
  for (int k = 0; k < e->n_modulators; k++)
    am_text_printf(text, "  line %-3d%s\n", am_mark_line(e->text, e->modulators[k].at),
                   e->modulators[k].scope);
}

static void put_text(am_text *text, const shown *s) {
  am_text tensors = {0};
  am_text_puts(text, s->text);
  if (text->length && text->data[text->length - 1] != '\n') am_text_puts(text, "\n");
  am_text_puts(text, "\nshapes\n");
  each_shape(text, s->e, put_shape);
  am_equations_put_tensors(s->e, &tensors);
  if (tensors.length) am_text_puts(text, "\nlearned, in the order in which it is saved\n");
  for (const char *line = tensors.data; line && *line; line += strcspn(line, "\n") + 1)
    am_text_printf(text, "  %.*s\n", (int)strcspn(line, "\n"), line);
  am_text_free(&tensors);
  put_modulators(text, s->e);
  put_constants(text, s);
}

static void json_shape(am_text *text, const char *what, const char *shape) {
  am_text_puts(text, text->data[text->length - 1] == '[' ? "{" : ",{");
  am_json_put_string(text, "kind", what);
  am_json_put_string(text, "shape", shape);
  am_text_puts(text, "}");
}

static void put_json(am_text *text, const shown *s) {
  am_text tensors = {0};
  am_json_begin(text);
  am_json_put_string(text, "kind", s->kind);
  am_json_put_string(text, "name", s->name);
  am_json_put_string(text, "meaning", s->meaning);
  am_json_put_string(text, "text", s->text);
  am_json_list(text, "shapes");
  each_shape(text, s->e, json_shape);
  am_text_puts(text, "]");
  am_equations_put_tensors(s->e, &tensors);
  am_json_put_string(text, "learned", tensors.data ? tensors.data : "");
  am_text_free(&tensors);
  am_json_list(text, "modulators");
  for (int k = 0; k < s->e->n_modulators; k++) {
    am_text_puts(text, text->data[text->length - 1] == '[' ? "{" : ",{");
    am_json_put_int(text, "line", am_mark_line(s->e->text, s->e->modulators[k].at));
    am_json_put_string(text, "begins", s->e->modulators[k].scope);
    am_text_puts(text, "}");
  }
  am_text_puts(text, "]");
  am_json_list(text, "constants");
  for (int k = 0; k < s->e->n_symbols; k++) {
    const am_symbol *c = &s->e->symbols[k];
    if (c->kind != AM_SYMBOL_CONSTANT) continue;
    am_text_puts(text, text->data[text->length - 1] == '[' ? "{" : ",{");
    am_json_put_string(text, "name", c->name);
    am_json_put_double(text, "value", c->standard);
    if (c->choices[0]) am_json_put_string(text, "choices", c->choices);
    am_json_put_double(text, "min", c->min);
    am_json_put_double(text, "max", c->max);
    am_json_put_string(text, "unit", c->unit);
    am_json_put_string(text, "meaning", c->meaning);
    am_text_puts(text, "}");
  }
  am_text_puts(text, "]");
  am_json_end(text);
}

int cli_show_text(const cli_line *line) {
  amine_error error = {0};
  am_text text = {0};
  const am_part_kind kind = kind_of(line->words[0]);
  shown s = {.kind = line->words[0], .name = line->words[1]};
  amine_status status =
      kind == AM_N_KINDS
          ? am_fail(&error, AMINE_ERROR_ARGUMENT,
                    "amine show %.60s %.60s: of two words the first is network, rule, modulator, neuron or synapse",
                    s.kind, s.name)
      : line->n_assignments > 0 ? am_fail(&error, AMINE_ERROR_ARGUMENT,
                                          "amine show %s %.60s shows a text as it is: %.60s "
                                          "has no effect",
                                          s.kind, s.name, line->assignments[0])
                                : find(&s, kind, s.name, &error);
  if (status == AMINE_OK && cli_has(line, CLI_JSON)) put_json(&text, &s);
  else if (status == AMINE_OK) put_text(&text, &s);
  am_equations_free(s.e);
  am_text_free(&s.written);
  am_text_part_let_go(s.texts);
  return status == AMINE_OK ? cli_print(&text) : cli_fail(status, &error, true);
}
