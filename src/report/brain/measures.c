/* What a protocol measured, against biological time: a panel for each question, its yardsticks
 * dashed in it. */
#include <math.h>
#include <string.h>

#include "report/brain/page.h"
#include "report/html.h"
#include "report/plot.h"

#define SMALL_MAX 24 /* small charts of one kind */

/* ------------------------------------------------------------------------------ one run */
static void add_across(am_brain_across *across, size_t *n, const char *name, double at) {
  for (size_t k = 0; k < *n; k++)
    if (across[k].at == at) return;
  if (name && isfinite(at)) across[(*n)++] = (am_brain_across){name, at};
}

static bool has_value(const double *y, size_t n) {
  for (size_t k = 0; k < n; k++)
    if (isfinite(y[k])) return true;
  return false;
}

/* The measures from `first` up to `end` share a panel; lines[end - first], across[2 of each]. What
 * could not be measured at any time is only in the table. */
static amine_status put_panel(am_text *page, const am_brain_source *s, size_t first, size_t end,
                              am_brain_line *lines, am_brain_across *across, amine_error *error) {
  const am_brain_measure *measures = s->protocol.measures, *top = &measures[first];
  const double *t = am_columns_find(&s->metrics, "", "t_s");
  size_t n = 0, n_across = 0;
  for (size_t k = first; k < end; k++) {
    const double *y = am_columns_find(&s->metrics, "measure", measures[k].name);
    if (!t || !y || measures[k].figure || !has_value(y, s->metrics.n_rows)) continue;
    lines[n] = (am_brain_line){
        .label = am_brain_measure_title(&measures[k]), .t = t, .y = y, .n = s->metrics.n_rows};
    am_curve_classes(lines[n].classes, sizeof lines[n].classes, n);
    n++;
    add_across(across, &n_across, measures[k].chance_name, measures[k].chance);
    add_across(across, &n_across, measures[k].best_name, measures[k].best);
  }
  if (n == 0) return AMINE_OK;
  const am_brain_chart chart = {.title = top->panel ? top->panel : am_brain_measure_title(top),
                                .key = true,
                                .unit = top->unit && top->unit[0] ? top->unit : NULL,
                                .classes = n_across > 0 ? "low named" : "low",
                                .lines = lines,
                                .n_lines = n,
                                .t_high = am_brain_end(s),
                                .from_zero = true,
                                AM_BRAIN_FREE,
                                .across = across,
                                .n_across = n_across};
  return am_brain_chart_put(page, &chart, error);
}

static amine_status put_panels(am_text *page, const am_brain_source *s, amine_error *error) {
  const am_brain_protocol *p = &s->protocol;
  am_brain_line *lines = am_alloc(p->n_measures, sizeof *lines);
  am_brain_across *across = am_alloc(p->n_measures, 2 * sizeof *across);
  amine_status status =
      lines && across ? AMINE_OK : am_fail_memory(error, p->n_measures * sizeof *lines);
  for (size_t k = 0, end; status == AMINE_OK && k < p->n_measures; k = end) {
    end = k + 1;
    while (end < p->n_measures && !p->measures[end].panel) end++;
    status = put_panel(page, s, k, end, lines, across, error);
  }
  am_free(lines);
  am_free(across);
  return status;
}

/* ------------------------------------------------------------------------------ several */
/* A small chart for each measure of the first run, with a line for each run that has it. */
static amine_status put_small(am_text *page, const am_brain_source *sources, size_t n,
                              amine_error *error) {
  const am_column *c;
  am_brain_line *lines = am_alloc(n, sizeof *lines);
  if (!lines) return am_fail_memory(error, n * sizeof *lines);
  amine_status status = AMINE_OK;
  am_brain_key(page, lines, am_brain_lines_of_runs(lines, sources, n, "", "t_s"));
  am_text_puts(page, "<div class=\"multiples\">\n");
  for (size_t k = 0; status == AMINE_OK && k < SMALL_MAX &&
                     (c = am_columns_of(&sources[0].metrics, "measure", k)) != NULL;
       k++) {
    const am_brain_measure *m =
        am_brain_measure_find(&sources[0].protocol, c->name, strlen(c->name));
    const am_brain_across across[2] = {{"", m ? m->chance : (double)NAN},
                                       {"", m ? m->best : (double)NAN}};
    const bool held_against = isfinite(across[0].at) || isfinite(across[1].at);
    const size_t n_lines = am_brain_lines_of_runs(lines, sources, n, "measure", c->name);
    bool any = false;
    for (size_t i = 0; i < n_lines && !any; i++) any = has_value(lines[i].y, lines[i].n);
    if (!any) continue;
    const am_brain_chart chart = {.title = m ? am_brain_measure_title(m) : c->name,
                                  .unit = m && m->unit && m->unit[0] ? m->unit : NULL,
                                  .classes = held_against ? "low numbered" : "low",
                                  .lines = lines,
                                  .n_lines = n_lines,
                                  .t_high = am_brain_latest(sources, n),
                                  .from_zero = true,
                                  AM_BRAIN_FREE,
                                  .across = across,
                                  .n_across = 2};
    status = am_brain_chart_put(page, &chart, error);
  }
  am_text_puts(page, "</div>\n");
  am_free(lines);
  return status;
}

amine_status am_brain_measures(am_text *page, const am_brain_source *sources, size_t n,
                               amine_error *error) {
  const char *protocol = am_brain_text(&sources[0], "protocol", "type");
  const bool in_words = n == 1 && sources[0].protocol.n_measures > 0;
  if (!in_words && !am_columns_of(&sources[0].metrics, "measure", 0)) return AMINE_OK;
  if (!protocol || strcmp(protocol, "none") == 0) return AMINE_OK;
  am_text_puts(page, "<section id=\"measures\">\n<h2>How it went</h2>\n<p>What the protocol "
                     "measured, against biological time. Dashed is what it is to be held "
                     "against.</p>\n");
  AM_TRY(in_words ? put_panels(page, &sources[0], error) : put_small(page, sources, n, error));
  if (in_words) am_brain_figures(page, &sources[0]);
  am_text_puts(page, "</section>\n");
  return AMINE_OK;
}
