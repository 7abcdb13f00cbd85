/* amine show: every key of a configuration. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/rows.h"
#include "cli/source.h"
#include "cli/terminal.h"
#include "run/config/preset.h"

static bool differs(const am_config *config, const char *key) {
  char now[64], standard[64];
  am_config_text(config, key, now, sizeof now);
  am_config_standard(config, key, standard, sizeof standard);
  return strcmp(now, standard) != 0;
}

static void put_rows(am_text *text, const am_config *config) {
  am_keys keys;
  size_t n = 0, most = 0;
  for (am_config_keys(&keys, config); am_keys_next(&keys);) most++;
  cli_row *rows = am_alloc(most, sizeof *rows);
  if (!rows) {
    text->failed = true;
    return;
  }
  for (am_config_keys(&keys, config); am_keys_next(&keys);) {
    char value[64];
    const char *name = keys.key.name;
    if (!am_config_applies(config, name)) continue;
    rows[n].marked = differs(config, name);
    rows[n].meaning = keys.key.p.meaning;
    am_text_puts(&rows[n].key, name);
    am_text_puts(&rows[n].value, am_config_text(config, name, value, sizeof value));
    cli_row_range(&rows[n++].range, &keys.key.p);
  }
  cli_rows_put(text, rows, n, cli_terminal_width(STDOUT_FILENO, 80));
  cli_rows_free(rows, n);
}

/* What a preset is for. */
static void put_meaning(am_text *text, const char *word) {
  am_text meaning = {0};
  for (const am_preset *p = am_presets; p->name; p++)
    if (strcmp(p->name, word) == 0) am_preset_meaning(&meaning, p);
  if (meaning.length == 0) return;
  cli_wrap(text, meaning.data, 0, 0, cli_terminal_width(STDOUT_FILENO, 80));
  am_text_puts(text, "\n\n");
  am_text_free(&meaning);
}

int cli_show(const cli_line *line) {
  amine_error error = {0};
  am_config config;
  am_text text = {0};
  if (line->n_words == 2)
    return strcmp(line->words[0], "neuron") == 0 || strcmp(line->words[0], "synapse") == 0
               ? cli_show_part_text(line)
               : cli_show_text(line);
  if (cli_source_is_brain(line->words[0])) return cli_show_brain(line);
  amine_status status = cli_source_config(&config, line->words[0], &error);
  if (status == AMINE_OK) status = cli_configure(&config, NULL, line, &error);
  if (status == AMINE_OK && cli_has(line, CLI_JSON)) {
    am_config_write(&config, false, &text);
  } else if (status == AMINE_OK) {
    put_meaning(&text, line->words[0]);
    put_rows(&text, &config);
    am_text_puts(&text, "\n* differs from the standard value\n");
  }
  am_config_free(&config);
  return status == AMINE_OK ? cli_print(&text) : cli_fail(status, &error, true);
}
