/* amine show: every key of a configuration. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/rows.h"
#include "cli/source.h"
#include "cli/terminal.h"
#include "run/preset.h"

static bool differs(const am_config *config, am_key_id id) {
  char now[64], standard[64];
  am_config fresh;
  am_config_default(&fresh);
  am_config_text(config, id, now, sizeof now);
  am_config_text(&fresh, id, standard, sizeof standard);
  return strcmp(now, standard) != 0;
}

static void put_rows(am_text *text, const am_config *config) {
  cli_row *rows = am_alloc(AM_N_KEYS, sizeof *rows);
  if (!rows) {
    text->failed = true;
    return;
  }
  size_t n = 0;
  for (int k = 0; k < AM_N_KEYS; k++) {
    char value[64];
    if (!am_config_applies(config, (am_key_id)k)) continue;
    rows[n].marked = differs(config, (am_key_id)k);
    rows[n].meaning = am_keys[k].meaning;
    am_text_puts(&rows[n].key, am_keys[k].name);
    am_text_puts(&rows[n].value, am_config_text(config, (am_key_id)k, value, sizeof value));
    cli_row_range(&rows[n++].range, &am_keys[k]);
  }
  cli_rows_put(text, rows, n, cli_terminal_width(STDOUT_FILENO, 80));
  cli_rows_free(rows, AM_N_KEYS);
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
  if (cli_source_is_brain(line->words[0])) return cli_show_brain(line);
  amine_status status = cli_source_config(&config, line->words[0], &error);
  if (status == AMINE_OK) status = cli_configure(&config, NULL, line, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, true);
  if (cli_has(line, CLI_JSON)) {
    am_config_write(&config, false, &text);
    return cli_print(&text);
  }
  put_meaning(&text, line->words[0]);
  put_rows(&text, &config);
  am_text_puts(&text, "\n* differs from the standard value\n");
  return cli_print(&text);
}
