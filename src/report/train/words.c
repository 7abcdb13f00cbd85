/* The passage that a network of symbols read, its words in the colours of what it recorded, and what
 * it wrote by itself. */
#include <math.h>
#include <string.h>

#include "report/html.h"
#include "report/train/episode.h"

static const am_recorded_series *find(const am_recorded_episode *e, const char *name) {
  for (size_t k = 0; k < e->n; k++)
    if (strcmp(e->series[k].name, name) == 0 && e->series[k].width == 1) return &e->series[k];
  return NULL;
}

/* From the lowest of the passage to the highest: cold, nothing, warm. Nothing where all are alike. */
static void put_colour(am_text *page, double value, double low, double high) {
  const double at = high > low ? 2 * (value - low) / (high - low) - 1 : 0;
  if (!isfinite(at)) return;
  am_text_printf(page, " class=\"%s\" style=\"--a:", at < 0 ? "cold" : "warm");
  am_html_at(page, fabs(at));
  am_text_puts(page, "\"");
}

static void put_scale(am_text *page, double low, double high) {
  am_text_puts(page, "<p class=\"words scale\"><b class=\"cold\" style=\"--a:1\">");
  am_html_figure(page, low, 3);
  am_text_puts(page, "</b> <b>");
  am_html_figure(page, (low + high) / 2, 3);
  am_text_puts(page, "</b> <b class=\"warm\" style=\"--a:1\">");
  am_html_figure(page, high, 3);
  am_text_puts(page, "</b></p>\n");
}

/* A line of the text ends where its end is a symbol. */
static void put_between(am_text *page, const am_recorded_text *t, const char *name) {
  if (strcmp(name, "<eos>") == 0) am_text_puts(page, "<br>\n");
  else am_html_text(page, t->between);
}

static void put_word(am_text *page, const am_recorded_text *t, const char *name) {
  am_html_brief(page, name, 60);
  put_between(page, t, name);
}

/* Value k of the series is of symbol k + `later`. */
static void put_passage(am_text *page, const am_recorded_text *t, const am_recorded_series *s,
                        size_t later, const char *title, const char *meaning) {
  double low = INFINITY, high = -INFINITY;
  const size_t n = t->n_shown - 1;
  for (size_t k = 0; k < n; k++) {
    low = fmin(low, (double)s->values[k]);
    high = fmax(high, (double)s->values[k]);
  }
  am_text_printf(page, "<h3><span>%s</span> <small>%s</small></h3>\n<p class=\"words\">", title,
                 meaning);
  if (later) put_word(page, t, t->shown[0]);
  for (size_t k = 0; k < n; k++) {
    am_text_puts(page, "<b");
    put_colour(page, (double)s->values[k], low, high);
    am_text_puts(page, " title=\"");
    am_html_figure(page, (double)s->values[k], 3);
    am_text_puts(page, "\">");
    am_html_brief(page, t->shown[k + later], 60);
    am_text_puts(page, "</b>");
    put_between(page, t, t->shown[k + later]);
  }
  am_text_puts(page, "</p>\n");
  put_scale(page, low, high);
}

void am_words(am_text *page, const am_recorded_episode *e) {
  const am_recorded_text *t = &e->text;
  const am_recorded_series *level = find(e, "level"), *surprise = find(e, "surprise");
  if (!t->between || t->n_shown < 2) return;
  if (level)
    put_passage(page, t, level, 0, "<i>M</i>(<i>t</i>) over words",
                "the modulator of the lowest layer, when it has read the word");
  if (surprise)
    put_passage(page, t, surprise, 1, "Surprise",
                "less the log of the probability that the word was given, nats");
  if (t->n_written == 0) return;
  am_text_puts(page, "<h3><span>How it goes on</span> <small>after the last word above: each is "
                     "drawn from what the network predicts, and read by it next</small></h3>\n"
                     "<p class=\"words\">");
  for (size_t k = 0; k < t->n_written; k++) put_word(page, t, t->written[k]);
  am_text_puts(page, "</p>\n");
}
