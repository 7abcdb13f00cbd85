/* amine show: every key of a configuration. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/source.h"
#include "cli/terminal.h"

typedef struct columns {
  int key, value, range, width; /* width 0: one line for each key, however long */
} columns;

static bool differs(const am_config *config, am_key_id id) {
  char now[64], standard[64];
  am_config fresh;
  am_config_default(&fresh);
  am_config_text(config, id, now, sizeof now);
  am_config_text(&fresh, id, standard, sizeof standard);
  return strcmp(now, standard) != 0;
}

/* The range and its unit: "0 to 1024 cells". Choices are spread out so that they can be wrapped. */
static void range_of(am_text *out, const am_key *key) {
  char range[200];
  am_key_range(key, range, sizeof range);
  for (const char *p = range; *p; p++)
    if (*p == '|') am_text_puts(out, " | ");
    else am_text_add(out, p, 1);
  if (key->unit[0]) am_text_printf(out, " %s", key->unit);
}

/* How wide each column must be, and may be: the range gets at most a third of what is left. */
static columns measure(const am_config *config, int width) {
  columns c = {.width = width};
  for (int k = 0; k < AM_N_KEYS; k++) {
    char value[64];
    am_text range = {0};
    const int key_width = cli_columns(am_keys[k].name);
    const int value_width = cli_columns(am_config_text(config, (am_key_id)k, value, sizeof value));
    range_of(&range, &am_keys[k]);
    const int range_width = range.data ? cli_columns(range.data) : 0;
    am_text_free(&range);
    if (key_width > c.key) c.key = key_width;
    if (value_width > c.value) c.value = value_width;
    if (range_width > c.range) c.range = range_width;
  }
  const int left = width - c.key - c.value - 8;
  if (width > 0 && c.range > left / 3) c.range = left / 3 < 22 ? 22 : left / 3;
  return c;
}

/* Two texts beside each other, each wrapped in its own column. Lines of `left` that are over
 * continue as blanks. */
static void beside(am_text *out, const char *left, const char *right, int indent, int left_width,
                   int right_width) {
  am_text a = {0}, b = {0};
  cli_wrap(&a, left, 0, 0, left_width);
  cli_wrap(&b, right, 0, 0, right_width);
  const char *p = a.data ? a.data : "", *q = b.data ? b.data : "";
  for (int k = 0; *p || *q || k == 0; k++) {
    const int n = (int)strcspn(p, "\n"), m = (int)strcspn(q, "\n");
    if (k > 0) am_text_printf(out, "\n%*s", indent, "");
    am_text_printf(out, "%-*.*s", m > 0 ? left_width : 0, n, p);
    if (m > 0) am_text_printf(out, "  %.*s", m, q);
    p += n + (p[n] == '\n');
    q += m + (q[m] == '\n');
  }
  am_text_free(&a);
  am_text_free(&b);
}

static void put_key(am_text *text, const am_config *config, am_key_id id, const columns *c) {
  const am_key *key = &am_keys[id];
  char value[64];
  am_text range = {0};
  range_of(&range, key);
  am_text_printf(text, "%c %-*s  %-*s  ", differs(config, id) ? '*' : ' ', c->key, key->name,
                 c->value, am_config_text(config, id, value, sizeof value));
  const int indent = c->key + c->value + 6, meaning = c->width - indent - c->range - 2;
  const char *shown = range.data ? range.data : "";
  if (c->width == 0) {
    am_text_printf(text, "%-*s  %s\n", c->range, shown, key->meaning);
  } else if (meaning >= 24) {
    beside(text, shown, key->meaning, indent, c->range, meaning);
    am_text_puts(text, "\n");
  } else { /* too narrow: the meaning gets lines of its own, the range perhaps too */
    const bool fits = c->width - indent >= 30;
    if (fits) cli_wrap(text, shown, indent, indent, c->width);
    am_text_puts(text, "\n      ");
    cli_wrap(text, key->meaning, 6, 6, c->width);
    if (!fits) {
      am_text_puts(text, "\n      ");
      cli_wrap(text, shown, 6, 6, c->width);
    }
    am_text_puts(text, "\n");
  }
  am_text_free(&range);
}

int cli_show(const cli_line *line) {
  amine_error error = {0};
  am_config config;
  am_text text = {0};
  amine_status status = cli_source_config(&config, line->words[0], &error);
  if (status == AMINE_OK) status = cli_configure(&config, NULL, line, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, true);
  if (cli_has(line, CLI_JSON)) {
    am_config_write(&config, false, &text);
    return cli_print(&text);
  }
  const bool terminal = isatty(STDOUT_FILENO);
  const columns c = measure(&config, terminal ? cli_terminal_width(STDOUT_FILENO, 80) : 0);
  for (int k = 0; k < AM_N_KEYS; k++) {
    const char *dot = strchr(am_keys[k].name, '.');
    const size_t n = dot ? (size_t)(dot - am_keys[k].name) : 0;
    if (n > 0 && strncmp(am_keys[k - 1].name, am_keys[k].name, n + 1) != 0)
      am_text_puts(&text, "\n");
    put_key(&text, &config, (am_key_id)k, &c);
  }
  am_text_puts(&text, "\n* differs from the standard value\n");
  return cli_print(&text);
}
