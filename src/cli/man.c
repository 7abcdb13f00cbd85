/* The manual page, in roff's man macros, written from the tables. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/terminal.h"
#include "run/config/parts.h"
#include "run/protocol/protocols.h"
#include "run/simulate/config.h"

#define DATE "2026-11-22" /* of the last change of the commands below */
enum { WIDTH = 66 };      /* of a source line, before escapes */

/* Text in which nothing is a request or an escape for roff. */
static void put(am_text *out, const char *s) {
  bool fresh = out->length == 0 || out->data[out->length - 1] == '\n';
  for (; *s; s++) {
    if (fresh && (*s == '.' || *s == '\'')) am_text_puts(out, "\\&");
    if (*s == '\\') am_text_puts(out, "\\e");
    else if (*s == '-') am_text_puts(out, "\\-");
    else am_text_add(out, s, 1);
    fresh = *s == '\n';
  }
}

/* The same, broken into lines. */
static void put_wrapped(am_text *out, const char *s) {
  am_text lines = {0};
  cli_wrap(&lines, s, 0, 0, WIDTH);
  put(out, lines.data ? lines.data : "");
  am_text_puts(out, "\n");
  am_text_free(&lines);
}

/* Paragraphs are separated by an empty line. */
static void paragraphs(am_text *out, const char *s) {
  while (*s) {
    const char *end = strstr(s, "\n\n");
    const size_t n = end ? (size_t)(end - s) : strlen(s);
    char part[2000];
    snprintf(part, sizeof part, "%.*s", (int)n, s);
    put_wrapped(out, part);
    s += n;
    if (end) {
      am_text_puts(out, ".PP\n");
      s += 2;
    }
  }
}

static void bold(am_text *out, const char *s) {
  am_text_puts(out, "\\fB");
  put(out, s);
  am_text_puts(out, "\\fR");
}

/* .TP with a bold term and a text */
static void item(am_text *out, const char *term, const char *more, const char *text) {
  am_text_puts(out, ".TP\n");
  bold(out, term);
  if (more) {
    am_text_puts(out, " \\fI");
    put(out, more);
    am_text_puts(out, "\\fR");
  }
  am_text_puts(out, "\n");
  put_wrapped(out, text);
}

/* `standard`: the value if nothing is said, or NULL */
/* `only`: where it applies ("task.type=maze"), or "" */
static void key_item(am_text *out, const amine_parameter *key, const char *standard,
                     const char *only) {
  char range[AM_RANGE_LENGTH], text[1000];
  am_key_range(key, range, sizeof range);
  snprintf(text, sizeof text, "%s (%s%s%s%s%s%s%s)", key->meaning, range, key->unit[0] ? " " : "",
           key->unit, standard ? "; standard " : "", standard ? standard : "",
           only[0] ? "; only with " : "", only);
  item(out, key->name, NULL, text);
}

static void all_keys(am_text *out) {
  am_keys keys;
  am_keys_begin(&keys, &am_standard_parts);
  for (keys.meanings = true; am_keys_next(&keys);) {
    char standard[64];
    am_text only = {0};
    const am_value value = am_key_standard(&keys.key.p);
    am_key_only(&only, &keys.key, &am_standard_parts);
    key_item(out, &keys.key.p, am_key_text(&keys.key.p, &value, standard, sizeof standard),
             only.data ? only.data : "");
    am_text_free(&only);
  }
}

static void brain_keys(am_text *out) {
  for (int k = 0; k < AM_N_SIM_KEYS; k++) {
    char standard[64];
    const amine_parameter *key = &am_simulation_keys[k];
    const am_value value = am_key_standard(key);
    key_item(out, key, am_key_text(key, &value, standard, sizeof standard), "");
  }
  amine_parameter key;
  char name[80];
  for (int k = 0; am_protocol_section_key(&key, name, k); k++) {
    char standard[64];
    const am_value value = am_key_standard(&key);
    key_item(out, &key, am_key_text(&key, &value, standard, sizeof standard), "a task: task.type");
  }
}

static void command_section(am_text *out, const cli_command *c) {
  am_text synopsis = {0};
  am_text_puts(out, ".SS ");
  put(out, c->name);
  am_text_puts(out, "\n");
  cli_synopsis(&synopsis, c);
  bold(out, synopsis.data ? synopsis.data : c->name);
  am_text_puts(out, "\n.PP\n");
  am_text_free(&synopsis);
  paragraphs(out, c->about);
  for (const cli_option *o = cli_options; o->name; o++) {
    char text[200];
    if (!(c->options & o->bit)) continue;
    snprintf(text, sizeof text, "%s%s%s", o->meaning, o->choices ? ": " : "",
             o->choices ? o->choices : "");
    item(out, o->name, o->value, text);
  }
  for (int k = 0; k < c->n_keys; k++) key_item(out, &c->keys[k], NULL, "");
  for (const cli_variant *v = c->variants; v && v->word; v++) {
    am_text_puts(out, ".PP\nKeys of ");
    bold(out, v->word);
    for (; v[1].keys == v->keys; v++) {
      am_text_puts(out, ", ");
      bold(out, v[1].word);
    }
    am_text_puts(out, " instead:\n");
    for (int k = 0; k < v->n_keys; k++) key_item(out, &v->keys[k], NULL, "");
  }
}

static void examples(am_text *out) {
  am_text_puts(out, ".SH EXAMPLES\n");
  for (const cli_command *c = cli_commands; c->name; c++)
    for (int k = 0; k < CLI_MAX_EXAMPLES && c->examples[k].command; k++)
      item(out, c->examples[k].command, NULL, c->examples[k].meaning);
}

static void files_and_codes(am_text *out) {
  static const char *const rows[][2] = {
      {"config.json", "the resolved configuration"},
      {"metrics.jsonl",
       "one JSON object a line: iteration, seconds, reward and the learner's figures"},
      {"events.out.tfevents.*", "the same numbers for TensorBoard"},
      {"checkpoint.safetensors", "everything that shapes the future of the run"},
      {"eval.json, lines.json", "the evaluation, and what known policies earn"},
      {"recording.npz", "one episode, step by step; of a simulation its last seconds"},
      {"spikes.gdf", "every spike of a simulation: neuron, tab, ms"},
      {"study.json, runs.jsonl", "of a published experiment: what was run and the verdicts; a line "
                                 "for each finished run"},
      {"report.html", "the page that shows it"},
  };
  static const char *const codes[][2] = {
      {"0", "done"},
      {"1", "failed: the disk, the memory"},
      {"2", "usage: an option, a key or a value is wrong"},
      {"3", "bad input: a file is missing, unreadable or damaged"},
      {"4", "numbers broke: NaN or explosion"},
      {"5", "a band was missed"},
      {"6", "too few seeds to judge whether a band was missed"},
      {"130, 143, 129", "stopped by SIGINT, SIGTERM or SIGHUP after saving"},
  };
  am_text_puts(out, ".SH FILES\nA run's folder holds:\n");
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) item(out, rows[k][0], NULL, rows[k][1]);
  am_text_puts(out, ".SH EXIT STATUS\n");
  for (size_t k = 0; k < sizeof codes / sizeof *codes; k++)
    item(out, codes[k][0], NULL, codes[k][1]);
}

void cli_man(am_text *out) {
  am_text_printf(out, ".TH AMINE 1 \"" DATE "\" \"amine %s\" \"User Commands\"\n", amine_version());
  am_text_puts(out, ".SH NAME\namine \\- neuromodulated learning\n.SH SYNOPSIS\n");
  for (const cli_command *c = cli_commands; c->name; c++) {
    am_text synopsis = {0};
    cli_synopsis(&synopsis, c);
    put_wrapped(out, synopsis.data ? synopsis.data : c->name);
    am_text_puts(out, ".br\n");
    am_text_free(&synopsis);
  }
  put(out, "amine --version\n");
  am_text_puts(out, ".SH DESCRIPTION\n");
  paragraphs(out,
             "Trains networks whose connections change while they live, when a modulator says "
             "so, and shows what they learned.\n\nResults go to standard output, messages and "
             "progress to standard error. Settings are key=value over a preset or a JSON file.");
  am_text_puts(out, ".SH COMMANDS\n");
  for (const cli_command *c = cli_commands; c->name; c++) command_section(out, c);
  am_text_puts(out, ".SH KEYS\nOf training:\n");
  all_keys(out);
  am_text_puts(out, ".PP\nOf simulating, beside those of the brain\\(aqs description:\n");
  brain_keys(out);
  files_and_codes(out);
  am_text_puts(out, ".SH ENVIRONMENT\n");
  item(out, "AMINE_KERNEL", NULL,
       "the instruction set: plain, avx2, avx512, neon or auto; results do not depend on it");
  item(out, "NO_COLOR", NULL, "if set and not empty, no colours");
  examples(out);
}
