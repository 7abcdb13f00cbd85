/* What came of a simulation, in words: the protocol's own, with its figures in them, and where the
 * result lies between chance and the best. */
#include <math.h>
#include <string.h>

#include "report/brain/page.h"
#include "report/html.h"

/* ------------------------------------------------------------------------------ the sentence */
static void put_value(am_text *page, const am_brain_measure *m) {
  am_text_puts(page, "<b>");
  am_html_figure(page, m->value, 3);
  am_text_puts(page, "</b>");
  if (!m->unit || !m->unit[0]) return;
  am_text_puts(page, "&nbsp;");
  am_html_brief(page, m->unit, 20);
}

static void put_part(am_text *page, const char *from, size_t n) {
  am_text part = {0};
  am_text_add(&part, from, n);
  if (part.failed) page->failed = true;
  else if (part.data) am_html_text(page, part.data);
  am_text_free(&part);
}

/* Does the sentence name a figure that there is; or, one that there is not yet? */
static bool names_figure(const am_brain_protocol *p, bool known) {
  for (const char *at = p->headline; (at = strchr(at, '{')) != NULL;) {
    const size_t n = strcspn(++at, "}");
    const am_brain_measure *m = am_brain_measure_find(p, at, n);
    if (m && isfinite(m->value) == known) return true;
  }
  return false;
}

/* "It chose right in {right}": a name in braces is the figure of that measure. */
static void put_sentence(am_text *page, const am_brain_protocol *p) {
  for (const char *at = p->headline; *at;) {
    size_t n = strcspn(at, "{");
    put_part(page, at, n);
    at += n;
    if (!*at) break;
    n = strcspn(at, "}");
    const am_brain_measure *m = am_brain_measure_find(p, at + 1, n - 1);
    if (m) put_value(page, m);
    at += at[n] ? n + 1 : n;
  }
  am_text_puts(page, ".");
}

bool am_brain_headline(am_text *page, const am_brain_source *s) {
  const am_brain_protocol *p = &s->protocol;
  if (!p->headline) return false;
  am_text_puts(page, "<p class=\"headline\">");
  if (names_figure(p, true)) {
    put_sentence(page, p);
    if (names_figure(p, false))
      am_text_puts(page, "</p>\n<p>A dash stands for what there was nothing to measure of, so "
                         "far.");
  } else {
    am_text_puts(page, "After ");
    am_html_duration(page, am_brain_end(s));
    am_text_puts(page, " there is nothing to say yet of what it has learned.");
  }
  am_text_puts(page, "</p>\n");
  return true;
}

/* ------------------------------------------------------------------------------ yardsticks */
static void put_yardstick(am_text *page, const char *gap, const char *name, double value) {
  am_text_puts(page, gap);
  am_html_brief(page, name, 80);
  am_text_puts(page, " ");
  am_html_figure(page, value, 3);
}

/* "For comparison: guessing 0.333, no mistake 1. It has come 97 % of the way from one to the
 * other." */
static void put_comparison(am_text *page, const am_brain_measure *m) {
  const bool chance = m->chance_name && isfinite(m->chance);
  const bool best = m->best_name && isfinite(m->best);
  const double share = (m->value - m->chance) / (m->best - m->chance);
  if (!chance && !best) return;
  am_text_puts(page, "<p>For comparison: ");
  if (chance) put_yardstick(page, "", m->chance_name, m->chance);
  if (best) put_yardstick(page, chance ? ", " : "", m->best_name, m->best);
  am_text_puts(page, ". ");
  if (chance && best && isfinite(share)) {
    if (share >= 1) {
      am_text_puts(page, "It has gone all the way from one to the other.");
    } else if (share >= 0.03) {
      am_text_puts(page, "It has gone ");
      am_html_fixed(page, 100 * share, 0);
      am_text_puts(page, "&nbsp;% of the way from one to the other.");
    } else {
      am_text_puts(page, "That is hardly more than chance: this has not been learned.");
    }
  }
  am_text_puts(page, "</p>\n");
}

typedef struct scale {
  double low, high;
} scale;

static double share_of(const scale *s, double value) {
  return fmax(0, fmin(1, (value - s->low) / (s->high - s->low)));
}

static void put_mark_name(am_text *page, const scale *s, const char *name, double value,
                          int storey) {
  const double at = share_of(s, value);
  am_text_printf(page, "<span class=\"at%s\" style=\"--w:%d;--n:%d;left:",
                 at > 0.75   ? " right"
                 : at < 0.25 ? " left"
                             : "",
                 storey, storey);
  am_html_at(page, 100 * at);
  am_html_between(page, "%\">", name, 60, " <b>");
  am_html_figure(page, value, 3);
  am_text_puts(page, "</b></span>");
}

static void put_left(am_text *page, const char *classes, double at) {
  am_text_printf(page, "<i class=\"%s\" style=\"left:", classes);
  am_html_at(page, 100 * at);
  am_text_puts(page, "%\"></i>");
}

/* The result as a bar, with marks where chance and the best are. */
static void put_ladder(am_text *page, const am_brain_measure *m) {
  scale s = {fmin(0, fmin(m->value, fmin(m->chance, m->best))),
             1.02 * fmax(m->value, fmax(m->chance, m->best))};
  if (!isfinite(m->value) || !isfinite(m->chance) || !isfinite(m->best) || !(s.high > s.low))
    return;
  const bool close = fabs(share_of(&s, m->chance) - share_of(&s, m->best)) < 0.33;
  am_text_printf(page,
                 "<figure class=\"ladder\">\n<div class=\"rung names\"><div class=\"track\" "
                 "style=\"--w:%d;--n:%d\">",
                 close, close);
  put_mark_name(page, &s, m->chance_name ? m->chance_name : "chance", m->chance, 0);
  put_mark_name(page, &s, m->best_name ? m->best_name : "best", m->best, close);
  am_text_puts(page, "</div></div>\n<div class=\"rung c0 d0\"><div class=\"track\">"
                     "<i class=\"fill\" style=\"width:");
  am_html_at(page, 100 * share_of(&s, m->value));
  am_text_puts(page, "%\"></i>");
  put_left(page, "mark", share_of(&s, m->chance));
  put_left(page, "mark", share_of(&s, m->best));
  am_text_puts(page, "</div><b class=\"what\">");
  am_html_figure(page, m->value, 3);
  am_html_between(page, "</b></div>\n<figcaption>", am_brain_measure_title(m), 120,
                  "</figcaption>\n</figure>\n");
}

void am_brain_comparison(am_text *page, const am_brain_source *s) {
  const am_brain_measure *m = s->protocol.judged;
  if (!m || !isfinite(m->value)) return;
  put_comparison(page, m);
  put_ladder(page, m);
}

/* ------------------------------------------------------------------------------ the table */
static void put_cell(am_text *page, double value, const char *name) {
  am_text_puts(page, "<td class=\"n\">");
  if (isfinite(value)) am_html_figure(page, value, 3);
  if (isfinite(value) && name) {
    am_html_between(page, " <small>", name, 60, "</small>");
  }
  am_text_puts(page, "</td>");
}

void am_brain_figures(am_text *page, const am_brain_source *s) {
  const am_brain_protocol *p = &s->protocol;
  if (p->n_measures == 0) return;
  am_text_puts(page, "<h3>Every figure at the end</h3>\n<div class=\"scroll\"><table>\n<thead><tr>"
                     "<th>measure</th><th class=\"n\">value</th><th class=\"n\">chance</th>"
                     "<th class=\"n\">best</th><th>what it is</th><th>in files</th></tr></thead>\n"
                     "<tbody>\n");
  for (size_t k = 0; k < p->n_measures; k++) {
    const am_brain_measure *m = &p->measures[k];
    if (isnan(m->value) && am_brain_text(s, "task", "type")) continue; /* not of its task */
    am_html_between(page, "<tr><td>", am_brain_measure_title(m), 120, "</td><td class=\"n\">");
    am_html_figure(page, m->value, 4);
    if (isfinite(m->value) && m->unit && m->unit[0]) {
      am_text_puts(page, "&nbsp;");
      am_html_brief(page, m->unit, 20);
    }
    am_text_puts(page, "</td>");
    put_cell(page, m->chance, m->chance_name);
    put_cell(page, m->best, m->best_name);
    am_html_between(page, "<td>", m->meaning ? m->meaning : "", 200, "</td><td><code>");
    am_html_brief(page, m->name, 60);
    am_text_puts(page, "</code></td></tr>\n");
  }
  am_text_puts(page, "</tbody></table></div>\n");
}
