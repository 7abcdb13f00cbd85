/* The page of a published experiment: what is not a chart (charts.c). */
#include "report/study/page.h"

#include <math.h>
#include <string.h>

#include "format/file.h"
#include "report/html.h"
#include "report/page.h"
#include "report/plot.h"

enum { RUNS_OF_MAX = 50 }; /* arms of which every run is shown; of more, the files have them */

void am_study_put_band(am_text *page, double low, double high) {
  const bool below = isfinite(low), above = isfinite(high);
  if (!below && !above) am_text_puts(page, "any number");
  if (low == high) { /* "1", not "1 to 1" */
    am_html_figure(page, low, 4);
    return;
  }
  if (below && !above) am_text_puts(page, "at least ");
  if (above && !below) am_text_puts(page, "at most ");
  if (below) am_html_figure(page, low, 4);
  if (below && above) am_text_puts(page, " to ");
  if (above) am_html_figure(page, high, 4);
}

static const am_study_measured *measured_of(const am_study_source *s, const am_study_criterion *c) {
  return &s->arms[c->arm].measures[c->measure];
}

static void put_percent(am_text *page, double share) {
  am_html_figure(page, round(1000 * share) / 10, 3);
}

/* ------------------------------------------------------------------------------ the verdict */
static void put_verdict(am_text *page, const am_study_source *s) {
  static const char *const classes[] = {"no", "yes", "open"};
  static const char *const words[] = {"FAIL", "PASS", "OPEN"};
  size_t n[3] = {0};
  for (size_t k = 0; k < s->n_criteria; k++) n[s->criteria[k].answer]++;
  if (!s->judged) {
    am_text_puts(page, "<p class=\"verdict\">not finished</p>\n<p class=\"headline\">");
    am_html_count(page, am_study_done(s));
    am_text_puts(page, " of ");
    am_html_count(page, s->n_arms * s->n_seeds);
    am_text_puts(page, " runs are done.</p>\n");
    return;
  }
  am_text_printf(page, "<p class=\"verdict %s\">%s</p>\n<p class=\"headline\">", classes[s->answer],
                 words[s->answer]);
  if (s->answer == AM_STUDY_MET && s->n_criteria == 1) am_text_puts(page, "Its criterion is met");
  else if (s->answer == AM_STUDY_MET)
    am_text_printf(page, "All %zu criteria are met", s->n_criteria);
  else if (s->answer == AM_STUDY_MISSED)
    am_text_printf(page, "%zu of %zu criteria missed", n[AM_STUDY_MISSED], s->n_criteria);
  else
    am_text_printf(page, "Too few seeds to judge %zu of %zu criteria", n[AM_STUDY_OPEN],
                   s->n_criteria);
  am_text_printf(page, ", over %zu seed%s: ", s->n_seeds, s->n_seeds == 1 ? "" : "s");
  am_html_text(page, s->meaning);
  am_text_puts(page, ".</p>\n");
}

/* Is it about a share of the seeds, or about one figure of them all? */
static bool is_share(const am_study_criterion *c) {
  return strcmp(c->judgement, "at least") == 0 || strcmp(c->judgement, "at most") == 0;
}

static void put_wanted(am_text *page, const am_study_criterion *c) {
  if (!is_share(c)) {
    const bool ratio = strcmp(c->judgement, "ratio") == 0;
    am_text_puts(page, "the ");
    if (!c->other) am_html_brief(page, c->judgement, 20);
    if (c->other) am_text_puts(page, ratio ? "median, over that of " : "mean, less that of ");
    if (c->other) am_html_brief(page, c->other, 80);
    return;
  }
  am_html_brief(page, c->judgement, 20);
  am_text_puts(page, " ");
  put_percent(page, c->share);
  am_text_puts(page, "&nbsp;% of the seeds");
}

static void put_found(am_text *page, const am_study_source *s, const am_study_criterion *c) {
  const bool mean = !is_share(c);
  if (mean) am_html_figure(page, c->value, 4);
  else am_text_printf(page, "%zu of %zu", c->inside, s->n_seeds);
  if (!isfinite(c->value_low) || !isfinite(c->value_high)) return;
  am_text_puts(page, " <small>(");
  if (mean) am_html_figure(page, c->value_low, 4);
  else put_percent(page, c->value_low);
  am_text_puts(page, mean ? " to " : "&nbsp;% to ");
  if (mean) am_html_figure(page, c->value_high, 4);
  else put_percent(page, c->value_high);
  am_text_puts(page, mean ? ")</small>" : "&nbsp;%)</small>");
}

/* The least and greatest of what is to be seen of a criterion, with some room. */
static void range_of(double *low, double *high, const am_study_source *s,
                     const am_study_criterion *c) {
  *low = INFINITY;
  *high = -INFINITY;
  for (size_t k = 0; k < s->n_seeds; k++) {
    const am_study_run *run = &s->arms[c->arm].runs[k];
    if (!run->done || !isfinite(run->measures[c->measure])) continue;
    *low = fmin(*low, run->measures[c->measure]);
    *high = fmax(*high, run->measures[c->measure]);
  }
  if (isfinite(c->low)) *low = fmin(*low, c->low), *high = fmax(*high, c->low);
  if (isfinite(c->high)) *low = fmin(*low, c->high), *high = fmax(*high, c->high);
  const double room = *high > *low ? 0.08 * (*high - *low) : fmax(fabs(*low), 1) * 0.1;
  *low -= room;
  *high += room;
}

static double place(double value, double low, double high) {
  return 100 * fmax(0, fmin(1, (value - low) / (high - low)));
}

/* The seeds as dots on a line, the band behind them. */
static void put_seeds(am_text *page, const am_study_source *s, const am_study_criterion *c) {
  char classes[16];
  double low, high;
  if (c->other) return; /* a band of two arms is none of values */
  range_of(&low, &high, s, c);
  am_text_puts(page, "<div class=\"seeds\" aria-hidden=\"true\">");
  if (isfinite(low) && isfinite(high)) {
    const double from = place(c->low, low, high), to = place(c->high, low, high);
    am_text_puts(page, "<i class=\"range\" style=\"left:");
    am_html_at(page, from);
    am_text_puts(page, "%;width:");
    am_html_at(page, fmax(to - from, 1));
    am_text_puts(page, "%\"></i>");
  }
  am_curve_classes(classes, sizeof classes, c->arm);
  for (size_t k = 0; k < s->n_seeds; k++) {
    const am_study_run *run = &s->arms[c->arm].runs[k];
    if (!run->done || !isfinite(run->measures[c->measure])) continue;
    am_text_printf(page, "<i class=\"seed %s\" style=\"left:", classes);
    am_html_at(page, place(run->measures[c->measure], low, high));
    am_text_puts(page, "%\"></i>");
  }
  am_text_puts(page, "</div>");
}

static void put_arm(am_text *page, const am_study_source *s, size_t arm) {
  char classes[16];
  am_text_printf(page, "<i class=\"swatch %s\"></i>",
                 am_curve_classes(classes, sizeof classes, arm));
  am_html_brief(page, s->arms[arm].name, 80);
  if (s->arms[arm].control) am_text_puts(page, " <small>control</small>");
}

void am_study_put_measure(am_text *page, const am_study_measured *m) {
  am_html_brief(page, m->title, 80);
  if (!m->unit[0]) return;
  am_text_puts(page, ", ");
  am_html_brief(page, m->unit, 20);
}

static void put_criterion(am_text *page, const am_study_source *s, const am_study_criterion *c) {
  static const char *const answers[] = {"<b class=\"no\">NO</b>", "<b class=\"yes\">yes</b>",
                                        "<b class=\"open\">too few seeds</b>"};
  am_text_puts(page, "<tr><td>");
  if (s->judged) am_text_puts(page, answers[c->answer]);
  am_html_between(page, "</td><td>", c->meaning, SIZE_MAX, "</td><td>");
  put_arm(page, s, c->arm);
  am_text_puts(page, "</td><td>");
  am_study_put_measure(page, measured_of(s, c));
  am_text_puts(page, "</td><td style=\"white-space:nowrap\">");
  am_study_put_band(page, c->low, c->high);
  am_text_puts(page, "</td><td>");
  put_wanted(page, c);
  am_text_puts(page, "</td><td>");
  if (s->judged) put_found(page, s, c);
  am_text_puts(page, "</td><td>");
  put_seeds(page, s, c);
  am_text_puts(page, "</td></tr>\n");
}

void am_study_summary(am_text *page, const am_study_source *s) {
  am_html_between(page, "<header>\n<h1>", s->title, 120, "</h1>\n");
  put_verdict(page, s);
  am_text_puts(page, "<p class=\"lead\">Source: ");
  am_html_text(page, s->source);
  am_text_printf(page, ". %zu arm%s, %zu seed%s from ", s->n_arms, s->n_arms == 1 ? "" : "s",
                 s->n_seeds, s->n_seeds == 1 ? "" : "s");
  am_html_count(page, (size_t)s->first_seed);
  am_text_puts(page, strcmp(s->form, "quick") == 0 ? "; the quick form.</p>\n"
                                                   : "; the full form.</p>\n");
  am_html_between(page, "</header>\n<section id=\"criteria\">\n<h2>Criteria</h2>\n<p>", s->band,
                  SIZE_MAX,
                  "</p>\n<div class=\"scroll\"><table class=\"criteria\">\n"
                  "<thead><tr><th></th><th style=\"min-width:10em\">criterion</th>"
                  "<th style=\"min-width:9.5em\">arm</th>"
                  "<th style=\"min-width:8.5em\">measure</th><th>band</th>"
                  "<th style=\"min-width:7.5em\">wanted in it</th>"
                  "<th>found<br><small>(95&nbsp;% interval)</small></th><th>the seeds</th>"
                  "</tr></thead>\n<tbody>\n");
  for (size_t k = 0; k < s->n_criteria; k++) put_criterion(page, s, &s->criteria[k]);
  am_text_puts(page, "</tbody></table></div>\n</section>\n");
}

/* ------------------------------------------------------------------------------ every run */
/* Whether the criteria want this value: " in", " out", or nothing where there is none about it. */
static const char *judged_class(const am_study_source *s, size_t arm, size_t measure,
                                double value) {
  const char *found = "";
  for (size_t k = 0; k < s->n_criteria; k++) {
    const am_study_criterion *c = &s->criteria[k];
    const bool inside = value >= c->low && value <= c->high;
    if (c->arm != arm || c->measure != measure || c->other) continue;
    if (inside == (strcmp(c->judgement, "at most") == 0)) return " out";
    found = " in";
  }
  return found;
}

static void put_runs_of(am_text *page, const am_study_source *s, size_t a) {
  const am_study_arm *arm = &s->arms[a];
  am_text_puts(page, "<h3>");
  put_arm(page, s, a);
  am_text_puts(page, "</h3>\n<div class=\"scroll\"><table>\n<thead><tr><th class=\"n\">seed</th>");
  for (size_t i = 0; i < arm->n_measures; i++) {
    am_html_between(page, "<th class=\"n\" title=\"", arm->measures[i].meaning, SIZE_MAX, "\">");
    am_study_put_measure(page, &arm->measures[i]);
    am_text_puts(page, "</th>");
  }
  am_text_puts(page, "</tr></thead>\n<tbody>\n");
  for (size_t k = 0; k < s->n_seeds; k++) {
    if (!arm->runs[k].done) continue;
    am_text_puts(page, "<tr><td class=\"n\">");
    am_html_count(page, (size_t)s->first_seed + k);
    am_text_puts(page, "</td>");
    if (arm->runs[k].broke) {
      am_text_printf(page, "<td colspan=\"%zu\">broke: ", arm->n_measures);
      am_html_between(page, "", arm->runs[k].broke, 200, "</td></tr>\n");
      continue;
    }
    for (size_t i = 0; i < arm->n_measures; i++) {
      const double value = arm->runs[k].measures[i];
      am_text_printf(page, "<td class=\"n%s\">", judged_class(s, a, i, value));
      am_html_figure(page, value, 4);
      am_text_puts(page, "</td>");
    }
    am_text_puts(page, "</tr>\n");
  }
  am_text_puts(page, "</tbody></table></div>\n");
}

void am_study_runs(am_text *page, const am_study_source *s) {
  if (am_study_done(s) == 0) return;
  am_text_puts(page, "<section id=\"runs\">\n<h2>Every run</h2>\n<p>The measures at the end.");
  if (!s->n_swept)
    am_text_puts(page, " Where a criterion is about one, green is as it wants it and red is not: of "
                       "&ldquo;at most&rdquo;, values outside the band are green.");
  am_text_puts(page, "</p>\n");
  for (size_t a = 0; a < s->n_arms; a++) put_runs_of(page, s, a);
  am_text_puts(page, "<dl>\n");
  for (size_t i = 0; i < s->arms[0].n_measures; i++) {
    am_html_between(page, "<dt>", s->arms[0].measures[i].title, 120,
                    "</dt><dd style=\"text-align:left\">");
    am_html_text(page, s->arms[0].measures[i].meaning);
    am_html_between(page, " <small>(<code>", s->arms[0].measures[i].name, 60,
                    "</code> in files)</small></dd>\n");
  }
  am_text_puts(page, "</dl>\n</section>\n");
}

/* ------------------------------------------------------------------------------ spikes */
amine_status am_study_rasters(am_text *page, const am_study_source *s, amine_error *error) {
  bool any = false;
  for (size_t a = 0; a < s->n_arms; a++) {
    if (s->arms[a].raster.n_populations == 0) continue;
    if (!any)
      am_text_puts(page, "<section id=\"spikes\">\n<h2>Spikes</h2>\n<p>The last second of the "
                         "first seed's run, or, where a protocol ends before that, of the time "
                         "until then.</p>\n");
    any = true;
    am_text_puts(page, "<h3>"); /* without its colour: here colours are populations */
    am_html_brief(page, s->arms[a].name, 80);
    am_text_puts(page, s->arms[a].control ? " <small>control</small></h3>\n" : "</h3>\n");
    AM_TRY(am_brain_raster(page, &s->arms[a].raster, "", error));
  }
  if (any) am_text_puts(page, "</section>\n");
  else if (json_is_true(json_object_get(s->root, "raster")))
    am_text_puts(page, "<p class=\"missing\">The folder has no spikes to show.</p>\n");
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ settings */
static void put_assignments(am_text *page, const json_t *arm) {
  const json_t *list = json_object_get(arm, "assignments");
  for (size_t k = 0; k < json_array_size(list); k++) {
    const char *text = json_string_value(json_array_get(list, k));
    am_text_puts(page, k ? " <code>" : "<code>");
    am_html_brief(page, text ? text : "", 120);
    am_text_puts(page, "</code>");
  }
}

void am_study_settings(am_text *page, const am_study_source *s) {
  const json_t *arms = json_object_get(s->root, "arms");
  am_text_puts(page, "<section id=\"settings\">\n<h2>What was run</h2>\n<div class=\"scroll\">"
                     "<table>\n<thead><tr><th>arm</th><th>preset</th><th>with</th></tr></thead>\n"
                     "<tbody>\n");
  for (size_t a = 0; a < s->n_arms; a++) {
    am_text_puts(page, "<tr><td>");
    put_arm(page, s, a);
    am_html_between(page, "</td><td>", s->arms[a].preset, 80, "</td><td>");
    put_assignments(page, json_array_get(arms, a));
    am_text_puts(page, "</td></tr>\n");
  }
  am_html_between(page,
                  "</tbody></table></div>\n<h3>Run it again</h3>\n<p>The same command gives the "
                  "same numbers, to the bit, on any machine and any number of threads. The "
                  "experiment is described in ",
                  s->page, SIZE_MAX,
                  "; study.json holds the whole configuration of each arm.</p>\n<pre><code>"
                  "amine reproduce ");
  am_html_text(page, s->name);
  am_text_printf(page, " seeds=%zu seed=%llu%s</code></pre>\n</section>\n", s->n_seeds,
                 (unsigned long long)s->first_seed,
                 strcmp(s->form, "quick") == 0 ? " quick=true" : "");
}

/* ------------------------------------------------------------------------------ the page */
static amine_status put_page(am_text *page, const am_study_source *s, amine_error *error) {
  am_page_head(page, s->title);
  if (s->n_swept) AM_TRY(am_study_sweep(page, s, error));
  else am_study_summary(page, s);
  AM_TRY(am_study_across(page, s, error));
  AM_TRY(am_study_planes(page, s, error));
  AM_TRY(am_study_charts(page, s, error));
  AM_TRY(am_study_rasters(page, s, error));
  if (s->n_arms <= RUNS_OF_MAX) am_study_runs(page, s);
  if (s->n_swept) am_study_sweep_settings(page, s);
  else am_study_settings(page, s);
  am_page_foot(page);
  return page->failed ? am_fail_memory(error, page->length) : AMINE_OK;
}

amine_status am_study_report_write(const char *folder, const char *out_path, amine_error *error) {
  am_study_source source;
  am_text page = {0};
  AM_TRY(am_study_source_read(&source, folder, true, error));
  amine_status status = put_page(&page, &source, error);
  if (status == AMINE_OK) status = am_file_replace(out_path, page.data, page.length, error);
  am_study_source_free(&source);
  am_text_free(&page);
  return status;
}
