/* amine help, and --help of everything: written from the tables. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/terminal.h"

enum { WIDTH_MAX = 100 };

static int readable(int width) { return width > WIDTH_MAX ? WIDTH_MAX : width < 40 ? 40 : width; }

void cli_synopsis(am_text *text, const cli_command *c) {
  am_text_printf(text, "amine %s", c->name);
  if (c->words) am_text_printf(text, " %s", c->words);
  if ((c->takes & (CLI_KEYS | CLI_BRAIN_KEYS)) || c->n_keys > 0)
    am_text_puts(text, " [key=value ...]");
  for (const cli_option *o = cli_options; o->name; o++) {
    if (!(c->options & o->bit) || o->bit == CLI_HELP) continue;
    am_text_printf(text, " [%s%s%s]", o->name, o->value ? " " : "", o->value ? o->value : "");
  }
}

/* "  left   meaning", wrapped; `column` is where the meaning begins. */
static void row(am_text *text, const char *left, const char *meaning, int column, int width) {
  am_text_printf(text, "  %s", left);
  int at = 2 + cli_columns(left);
  if (at + 2 > column) {
    am_text_puts(text, "\n");
    at = 0;
  }
  am_text_printf(text, "%*s", column - at, "");
  cli_wrap(text, meaning, column, column, width);
  am_text_puts(text, "\n");
}

void cli_help_all(am_text *text, int width) {
  width = readable(width);
  cli_wrap(text,
           "amine: neuromodulated learning. Networks whose connections change while they live, "
           "when a modulator says so.",
           0, 0, width);
  am_text_puts(text, "\n\nusage: amine COMMAND ...\n\n");
  for (const cli_command *c = cli_commands; c->name; c++) row(text, c->name, c->meaning, 13, width);
  am_text_puts(text, "\nbegin with\n");
  row(text, "amine train maze", "train a network on the Grid Maze, with a report at the end", 32,
      width);
  row(text, "amine simulate brain", "run a spiking brain, with a report at the end", 32, width);
  row(text, "amine show maze", "see what can be changed, as key=value", 32, width);
  row(text, "amine COMMAND --help", "read about a subcommand", 32, width);
  am_text_puts(text, "\n");
  cli_wrap(text,
           "Exit codes: 0 done, 1 failed, 2 usage, 3 bad input, 4 numbers broke, 5 a band was "
           "missed, 6 too few seeds to judge, 130 or 143 stopped by a signal after saving. "
           "AMINE_KERNEL=plain, avx2, avx512 "
           "or neon chooses the instruction set; the results are the same.",
           0, 0, width);
  am_text_puts(text, "\n");
}

static void help_options(am_text *text, const cli_command *c, int width) {
  am_text_puts(text, "\noptions\n");
  for (const cli_option *o = cli_options; o->name; o++) {
    char left[64], meaning[200];
    if (!(c->options & o->bit)) continue;
    snprintf(left, sizeof left, "%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
    snprintf(meaning, sizeof meaning, "%s%s%s", o->meaning, o->choices ? ": " : "",
             o->choices ? o->choices : "");
    row(text, left, meaning, 24, width);
  }
}

static void help_rows(am_text *text, const amine_parameter *keys, int n_keys, int width) {
  for (int k = 0; k < n_keys; k++) {
    char range[AM_RANGE_LENGTH], meaning[800];
    am_text wide = {0}; /* many choices are listed with commas, between which a row may end */
    am_key_range(&keys[k], range, sizeof range);
    for (const char *c = range; *c && strlen(range) > 50; c++)
      am_text_puts(&wide, *c == '|' ? ", " : (const char[]){*c, 0});
    snprintf(meaning, sizeof meaning, "%s: %s", keys[k].meaning, wide.data ? wide.data : range);
    am_text_free(&wide);
    row(text, keys[k].name, meaning, 24, width);
  }
}

static void help_keys(am_text *text, const cli_command *c, int width) {
  am_text_puts(text, "\nkeys\n");
  help_rows(text, c->keys, c->n_keys, width);
  if (c->takes & CLI_KEYS)
    row(text, c->n_keys > 0 ? "and all others" : "all keys",
        "amine show maze lists them with their meaning", 24, width);
  if (c->takes & CLI_BRAIN_KEYS)
    row(text, "those of a brain", "amine show brain lists them with their meaning", 24, width);
  for (const cli_variant *v = c->variants; v && v->word; v++) {
    am_text_printf(text, "\nkeys of %s %s", c->name, v->word);
    for (; v[1].keys == v->keys; v++) am_text_printf(text, ", %s", v[1].word);
    am_text_puts(text, " instead\n");
    help_rows(text, v->keys, v->n_keys, width);
  }
}

void cli_help_command(am_text *text, const cli_command *c, int width) {
  am_text synopsis = {0};
  width = readable(width);
  cli_synopsis(&synopsis, c);
  am_text_puts(text, "usage: ");
  cli_wrap(text, synopsis.data ? synopsis.data : c->name, 7, 9, width);
  am_text_puts(text, "\n\n");
  cli_wrap(text, c->about, 0, 0, width);
  am_text_puts(text, "\n");
  help_options(text, c, width);
  if (c->n_keys > 0 || (c->takes & (CLI_KEYS | CLI_BRAIN_KEYS))) help_keys(text, c, width);
  am_text_puts(text, "\nexamples\n");
  for (int k = 0; k < CLI_MAX_EXAMPLES && c->examples[k].command; k++) {
    am_text_printf(text, "  %s\n      ", c->examples[k].command);
    cli_wrap(text, c->examples[k].meaning, 6, 6, width);
    am_text_puts(text, "\n");
  }
  am_text_free(&synopsis);
}

int cli_help(const cli_line *line) {
  am_text text = {0};
  const int width = cli_terminal_width(STDOUT_FILENO, 80);
  if (cli_has(line, CLI_MAN)) {
    cli_man(&text);
  } else if (line->completion) {
    cli_complete(&text, line->completion);
  } else if (line->n_words == 0) {
    cli_help_all(&text, width);
  } else {
    const cli_command *c = cli_find_command(line->words[0]);
    if (!c) return cli_unknown_command(line->words[0]);
    cli_help_command(&text, c, width);
  }
  return cli_print(&text);
}
