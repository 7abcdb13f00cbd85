/* The configurations as tables, and the command that runs each again. */
#include <string.h>

#include "report/html.h"
#include "report/plot.h"
#include "report/train/sections.h"

#define VALUES_MAX 12

/* -------------------------------------------------------------------------------- differences */

static void put_differences(am_text *page, const am_overview *o) {
  char classes[16];
  if (o->n_variants < 2 || o->n_differing == 0) return;
  am_text_puts(page, "<h3>Where they differ</h3>\n<div class=\"scroll\"><table>\n<thead><tr>"
                     "<th>configuration</th>");
  for (size_t k = 0; k < o->n_differing; k++) {
    am_html_between(page, "<th>", o->differing[k], 60, "</th>");
  }
  am_text_puts(page, "</tr></thead>\n<tbody>\n");
  for (size_t v = 0; v < o->n_variants; v++) {
    am_text_printf(page, "<tr><td><i class=\"swatch %s\"></i>",
                   am_curve_classes(classes, sizeof classes, v));
    am_html_brief(page, o->variants[v].label, 80);
    am_text_puts(page, "</td>");
    for (size_t k = 0; k < o->n_differing; k++) {
      const am_source *source = &o->sources[o->variants[v].runs[0]];
      const char *value = am_source_setting(source, o->differing[k]);
      am_html_between(page, "<td>", value ? value : "\xe2\x80\x93", 60, "</td>");
    }
    am_text_puts(page, "</tr>\n");
  }
  am_text_puts(page, "</tbody></table></div>\n");
}

/* ----------------------------------------------------------------------------------- settings */

static bool differs(const am_overview *o, const char *key) {
  for (size_t k = 0; k < o->n_differing; k++)
    if (strcmp(o->differing[k], key) == 0) return true;
  return false;
}

/* The length of the part of a key before its last dot: "learner" of "learner.rate". */
static size_t head_length(const char *key) {
  const char *dot = strchr(key, '.');
  return dot ? (size_t)(dot - key) : 0;
}

static bool same_head(const char *a, const char *b) {
  size_t n = head_length(a);
  return n == head_length(b) && strncmp(a, b, n) == 0;
}

/* The value of a key in all runs: one, but for seeds and other keys that do not make another
 * configuration. */
static void put_values(am_text *page, const am_overview *o, const char *key) {
  size_t n = 0;
  for (size_t s = 0; s < o->n_sources; s++) {
    const char *value = am_source_setting(&o->sources[s], key);
    bool seen = !value;
    for (size_t t = 0; t < s && !seen; t++) {
      const char *other = am_source_setting(&o->sources[t], key);
      seen = other && strcmp(value, other) == 0;
    }
    if (seen) continue;
    if (n == VALUES_MAX) {
      am_text_puts(page, ", \xe2\x80\xa6");
      return;
    }
    if (n++ > 0) am_text_puts(page, ", ");
    am_html_brief(page, value, 200);
  }
}

/* All keys of the first run with the same head as settings[first], in one small table. */
static void put_block(am_text *page, const am_overview *o, size_t first) {
  const am_source *s = &o->sources[0];
  const size_t head = head_length(s->settings[first].key);
  bool open = false;
  for (size_t k = first; k < s->n_settings; k++) {
    const char *key = s->settings[k].key;
    if (!same_head(key, s->settings[first].key) || differs(o, key)) continue;
    if (!open) {
      am_text title = {0};
      am_text_add(&title, key, head);
      am_html_between(page, "<div class=\"block\">\n<h3>", head && title.data ? title.data : "run",
                      60, "</h3>\n<dl>\n");
      if (title.failed) page->failed = true;
      am_text_free(&title);
    }
    open = true;
    am_html_between(page, "<dt>", key + (head ? head + 1 : 0), 60, "</dt><dd>");
    put_values(page, o, key);
    am_text_puts(page, "</dd>\n");
  }
  if (open) am_text_puts(page, "</dl>\n</div>\n");
}

static void put_settings(am_text *page, const am_overview *o) {
  const am_source *s = &o->sources[0];
  if (s->n_settings == 0) return;
  if (o->n_variants > 1) am_text_puts(page, "<h3>What they share</h3>\n");
  am_text_puts(page, "<div class=\"blocks\">\n");
  for (size_t k = 0; k < s->n_settings; k++) {
    bool seen = false;
    for (size_t j = 0; j < k && !seen; j++)
      seen = same_head(s->settings[j].key, s->settings[k].key);
    if (!seen) put_block(page, o, k);
  }
  am_text_puts(page, "</div>\n");
}

/* ------------------------------------------------------------------------------------ command */

/* A word as a shell reads it. */
static void put_word(am_text *page, const char *word) {
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                              "_-+./:=,@%";
  bool is_plain = word[0] && strspn(word, plain) == strlen(word);
  am_text quoted = {0};
  if (!is_plain) am_text_puts(&quoted, "'");
  for (const char *p = word; *p; p++) {
    if (*p == '\'') am_text_puts(&quoted, "'\\''");
    else am_text_add(&quoted, p, 1);
  }
  if (!is_plain) am_text_puts(&quoted, "'");
  if (quoted.failed) page->failed = true;
  else am_html_text(page, quoted.data);
  am_text_free(&quoted);
}

static void put_command(am_text *page, const am_source *s) {
  const char *preset = am_source_setting(s, "preset");
  const bool from_preset = preset && preset[0];
  am_text_puts(page, "<pre><code>amine train ");
  put_word(page, from_preset ? preset : "config.json");
  for (size_t k = 0; k < s->n_settings && from_preset; k++) {
    const am_setting *setting = &s->settings[k];
    am_text word = {0};
    if (strcmp(setting->key, "preset") == 0 || strcmp(setting->value, "null") == 0) continue;
    am_text_puts(&word, setting->key);
    am_text_puts(&word, "=");
    am_text_puts(&word, setting->value);
    am_text_puts(page, " ");
    if (word.failed) page->failed = true;
    else put_word(page, word.data);
    am_text_free(&word);
  }
  am_text_puts(page, "</code></pre>\n");
}

static void put_commands(am_text *page, const am_overview *o) {
  const bool many = o->n_variants > 1;
  const char *preset = am_source_setting(&o->sources[0], "preset");
  am_text_puts(page,
               "<h3>Run it again</h3>\n<p>The same command gives the same network, to the bit, on "
               "any machine and any number of threads.");
  if (!preset || !preset[0]) am_text_puts(page, " The file config.json is in the run's folder.");
  am_text_puts(page, "</p>\n");
  for (size_t v = 0; v < o->n_variants; v++) {
    if (many) {
      am_html_between(page, "<p class=\"of\">", o->variants[v].label, 80, "</p>\n");
    }
    put_command(page, &o->sources[o->variants[v].runs[0]]);
  }
  if (o->n_sources == 1) am_done_lines(page, &o->sources[0].done);
}

amine_status am_section_settings(am_text *page, const am_overview *o, amine_error *error) {
  (void)error;
  am_text_printf(page, "<section id=\"settings\">\n<h2>Configuration%s</h2>\n",
                 o->n_variants > 1 ? "s" : "");
  put_differences(page, o);
  put_settings(page, o);
  put_commands(page, o);
  am_text_puts(page, "</section>\n");
  return AMINE_OK;
}
