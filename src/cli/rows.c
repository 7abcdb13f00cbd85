/* A table of keys (see rows.h). */
#include "cli/rows.h"

#include <stdio.h>
#include <string.h>

#include "cli/terminal.h"

enum { VALUE_MAX = 24 }; /* columns of the column of values; what is longer takes more */

typedef struct columns {
  int key, value, range, width;
} columns;

static const char *shown(const am_text *text) { return text->data ? text->data : ""; }

void cli_row_range(am_text *out, const amine_parameter *key) {
  char range[AM_RANGE_LENGTH];
  am_key_range(key, range, sizeof range);
  for (const char *p = range; *p; p++)
    if (*p == '|') am_text_puts(out, " | ");
    else am_text_add(out, p, 1);
  if (key->unit[0]) am_text_printf(out, " %s", key->unit);
}

/* How wide each column must be, and may be: the range gets at most a third of what is left. */
static columns measure(const cli_row *rows, size_t n, int width) {
  columns c = {.width = width};
  for (size_t k = 0; k < n; k++) {
    const int key = cli_columns(shown(&rows[k].key)), value = cli_columns(shown(&rows[k].value));
    const int range = cli_columns(shown(&rows[k].range));
    if (key > c.key) c.key = key;
    if (value > c.value) c.value = value > VALUE_MAX ? VALUE_MAX : value;
    if (range > c.range) c.range = range;
  }
  const int left = width - c.key - c.value - 8;
  if (c.range > left / 3) c.range = left / 3 < 22 ? 22 : left / 3;
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

/* Blanks at the end of what was added say nothing. */
static void trim(am_text *text) {
  while (text->length > 0 && text->data[text->length - 1] == ' ') text->data[--text->length] = 0;
}

/* Too narrow for columns: the key with its value, and below "meaning (0 to 1 ms)" or "meaning: a |
 * b". */
static void put_tall(am_text *text, const cli_row *row, const columns *c) {
  enum { INDENT = 6 };
  const char *range = shown(&row->range), *value = shown(&row->value);
  am_text below = {0};
  am_text_printf(text, "%c %-*s  ", row->marked ? '*' : ' ', c->key, shown(&row->key));
  if (c->key + 4 + cli_columns(value) > c->width) {
    trim(text);
    am_text_printf(text, "\n%*s", INDENT, "");
  }
  am_text_puts(text, value);
  trim(text);
  am_text_puts(&below, row->meaning);
  if (range[0] && strchr(range, '|'))
    am_text_printf(&below, "%s%s", below.length ? ": " : "", range);
  else if (range[0]) am_text_printf(&below, "%s(%s)", below.length ? " " : "", range);
  if (below.length) {
    am_text_printf(text, "\n%*s", INDENT, "");
    cli_wrap(text, below.data, INDENT, INDENT, c->width);
  }
  am_text_puts(text, "\n");
  text->failed = text->failed || below.failed;
  am_text_free(&below);
}

static void put_row(am_text *text, const cli_row *row, const columns *c) {
  const char *range = shown(&row->range);
  const int indent = c->key + c->value + 6, meaning = c->width - indent - c->range - 2;
  if (meaning < 24) {
    put_tall(text, row, c);
    return;
  }
  am_text_printf(text, "%c %-*s  %-*s  ", row->marked ? '*' : ' ', c->key, shown(&row->key),
                 c->value, shown(&row->value));
  beside(text, range, row->meaning, indent, c->range, meaning);
  trim(text);
  am_text_puts(text, "\n");
}

static size_t section_length(const char *key) {
  const char *dot = strchr(key, '.');
  return dot ? (size_t)(dot - key) : 0;
}

void cli_rows_put(am_text *text, const cli_row *rows, size_t n, int width) {
  const columns c = measure(rows, n, width);
  for (size_t k = 0; k < n; k++) {
    const char *key = shown(&rows[k].key);
    const size_t section = section_length(key);
    if (k > 0) {
      const char *before = shown(&rows[k - 1].key);
      if (section_length(before) != section || strncmp(before, key, section) != 0)
        am_text_puts(text, "\n");
    }
    put_row(text, &rows[k], &c);
  }
}

void cli_rows_free(cli_row *rows, size_t n) {
  for (size_t k = 0; rows && k < n; k++) {
    am_text_free(&rows[k].key);
    am_text_free(&rows[k].value);
    am_text_free(&rows[k].range);
  }
  am_free(rows);
}
