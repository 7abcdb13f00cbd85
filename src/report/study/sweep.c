/* The page of a sweep: what its combinations came to. The charts against a number are across.c's. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "format/json.h"
#include "report/html.h"
#include "report/plot.h"
#include "report/study/page.h"

enum { BROKEN_MAX = 20, MAPS_MAX = 8, DOTS_MAX = 200 }; /* DOTS_MAX: combinations with dots */

/* What is shown of one measure over all arms. */
typedef struct column {
  const am_study_source *s;
  const am_study_measured *m;
  double low, high;        /* of all runs, with some room */
  double *room;            /* [n_seeds] */
  bool *best;              /* [n_arms] */
  am_study_spread *spread; /* [n_arms]; of an arm without the measure n is 0 and all are NAN */
} column;

static void free_column(column *c) {
  am_free(c->room);
  am_free(c->best);
  am_free(c->spread);
}

static void take_range(column *c, size_t arm, size_t measure) {
  for (size_t k = 0; k < c->s->n_seeds; k++) {
    const am_study_run *run = &c->s->arms[arm].runs[k];
    if (!run->done || !isfinite(run->measures[measure])) continue;
    c->low = fmin(c->low, run->measures[measure]);
    c->high = fmax(c->high, run->measures[measure]);
  }
}

static amine_status make_column(column *c, const am_study_source *s, const am_study_measured *m,
                                amine_error *error) {
  *c = (column){.s = s, .m = m, .low = INFINITY, .high = -(double)INFINITY};
  amine_status status = AM_TAKE(c->room, s->n_seeds, error);
  if (status == AMINE_OK) status = AM_TAKE(c->best, s->n_arms, error);
  if (status == AMINE_OK) status = AM_TAKE(c->spread, s->n_arms, error);
  if (status != AMINE_OK) {
    free_column(c);
    return status;
  }
  for (size_t a = 0; a < s->n_arms; a++) {
    const size_t k = am_study_measure(&s->arms[a], m->name);
    c->spread[a] = (am_study_spread){(double)NAN, (double)NAN, (double)NAN, 0};
    if (k == s->arms[a].n_measures) continue;
    c->spread[a] = am_study_spread_of(s, a, k, c->room);
    take_range(c, a, k);
  }
  am_study_best(c->best, s, m, c->room);
  const double room = c->high > c->low ? 0.06 * (c->high - c->low) : fmax(fabs(c->low), 1) * 0.1;
  c->low -= room;
  c->high += room;
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ figures */
static void put_value(am_text *page, double value) {
  if (isinf(value)) am_text_puts(page, "none");
  else am_html_figure(page, value, 4);
}

/* "0.93 (0.91 to 0.95)" */
static void put_spread(am_text *page, const am_study_spread *x) {
  put_value(page, x->median);
  if (x->n < 2 || x->low == x->high) return;
  am_text_puts(page, " <small>(");
  put_value(page, x->low);
  am_text_puts(page, " to ");
  put_value(page, x->high);
  am_text_puts(page, ")</small>");
}

static double place(const column *c, double value) {
  return 100 * fmax(0, fmin(1, (value - c->low) / (c->high - c->low)));
}

/* The seeds as dots, behind them the middle half, and the median; what is infinite lies at an end. */
static void put_dots(am_text *page, const column *c, size_t arm) {
  const am_study_arm *a = &c->s->arms[arm];
  const am_study_spread *x = &c->spread[arm];
  const size_t measure = am_study_measure(a, c->m->name);
  if (measure == a->n_measures || !(c->low <= c->high) || isnan(x->median)) return;
  am_text_puts(page,
               "<div class=\"seeds c0\" aria-hidden=\"true\"><i class=\"quartiles\" style=\"left:");
  am_html_at(page, place(c, x->low));
  am_text_puts(page, "%;width:");
  am_html_at(page, fmax(place(c, x->high) - place(c, x->low), 0.5));
  am_text_puts(page, "%\"></i>");
  for (size_t k = 0; k < c->s->n_seeds; k++) {
    if (!a->runs[k].done || !isfinite(a->runs[k].measures[measure])) continue;
    am_text_puts(page, "<i class=\"seed c0\" style=\"left:");
    am_html_at(page, place(c, a->runs[k].measures[measure]));
    am_text_puts(page, "%\"></i>");
  }
  if (isfinite(x->median)) {
    am_text_puts(page, "<i class=\"median\" style=\"left:");
    am_html_at(page, place(c, x->median));
    am_text_puts(page, "%\"></i>");
  }
  am_text_puts(page, "</div>");
}

/* ------------------------------------------------------------------------------ the table */
static void put_heads(am_text *page, const column *columns, size_t n) {
  const am_study_source *s = columns->s;
  am_text_puts(page, "<div class=\"scroll\"><table class=\"sweep\">\n<thead><tr>");
  for (size_t k = 0; k < s->n_swept; k++)
    am_html_between(page, "<th><code>", s->swept[k].key, 80, "</code></th>");
  for (size_t i = 0; i < n; i++) {
    am_html_between(page, "<th title=\"", columns[i].m->meaning, SIZE_MAX, "\">");
    am_study_put_measure(page, columns[i].m);
    am_text_puts(page, "</th>");
  }
  am_text_puts(page, am_study_broken(s) ? "<th>broke</th></tr></thead>\n<tbody>\n"
                                        : "</tr></thead>\n<tbody>\n");
}

static void put_broken_of(am_text *page, const am_study_source *s, size_t arm) {
  size_t n = 0;
  for (size_t k = 0; k < s->n_seeds; k++) n += s->arms[arm].runs[k].broke != NULL;
  if (n > 0) am_text_printf(page, "<td class=\"out\">%zu of %zu</td>", n, s->n_seeds);
  else am_text_puts(page, "<td></td>");
}

static void put_table(am_text *page, const column *columns, size_t n) {
  const am_study_source *s = columns->s;
  const bool dots = s->n_arms <= DOTS_MAX;
  put_heads(page, columns, n);
  for (size_t a = 0; a < s->n_arms; a++) {
    am_text_puts(page, "<tr>");
    for (size_t k = 0; k < s->n_swept; k++)
      am_html_between(page, "<td>", am_study_value(s, a, k), 60, "</td>");
    for (size_t i = 0; i < n; i++) {
      am_text_puts(page, columns[i].best[a] ? "<td class=\"best\">" : "<td>");
      put_spread(page, &columns[i].spread[a]);
      if (dots) put_dots(page, &columns[i], a);
      am_text_puts(page, "</td>");
    }
    if (am_study_broken(s)) put_broken_of(page, s, a);
    am_text_puts(page, "</tr>\n");
  }
  am_text_puts(page, "</tbody></table></div>\n");
}

/* ------------------------------------------------------------------------------ maps */
static void median_range(double *low, double *high, const column *c) {
  *low = INFINITY;
  *high = -(double)INFINITY;
  for (size_t a = 0; a < c->s->n_arms; a++) {
    if (!isfinite(c->spread[a].median)) continue;
    *low = fmin(*low, c->spread[a].median);
    *high = fmax(*high, c->spread[a].median);
  }
}

/* How full a colour is, 0 to 1: the better, the fuller; where nothing says what is better, the greater. */
static double fullness(const column *c, size_t arm, double low, double high) {
  const double median = c->spread[arm].median;
  if (!isfinite(median)) return 0;
  if (!(high > low)) return c->best[arm];
  return c->m->better < 0 ? (high - median) / (high - low) : (median - low) / (high - low);
}

/* The first key downwards, the second across. */
static void put_map(am_text *page, const column *c) {
  const am_study_source *s = c->s;
  double low, high;
  median_range(&low, &high, c);
  am_text_puts(page, "<figure>\n<h3>");
  am_study_put_measure(page, c->m);
  am_html_between(page, "</h3>\n<div class=\"scroll\"><table class=\"sweep map\">\n<thead><tr><th>",
                  s->swept[0].key, 60, " \xe2\x86\x93&ensp;");
  am_html_between(page, "", s->swept[1].key, 60, " \xe2\x86\x92</th>");
  for (size_t k = 0; k < s->swept[1].n_values; k++)
    am_html_between(page, "<th>", s->swept[1].values[k], 40, "</th>");
  am_text_puts(page, "</tr></thead>\n<tbody>\n");
  for (size_t a = 0; a < s->n_arms; a++) {
    const size_t across = a % s->swept[1].n_values;
    const am_study_spread *x = &c->spread[a];
    if (across == 0) am_html_between(page, "<tr><th>", am_study_value(s, a, 0), 40, "</th>");
    am_text_printf(page, "<td%s style=\"--a:", c->best[a] ? " class=\"best\"" : "");
    am_html_at(page, fullness(c, a, low, high));
    am_text_puts(page, "\">");
    put_spread(page, x);
    am_text_puts(page, "</td>");
    if (across + 1 == s->swept[1].n_values) am_text_puts(page, "</tr>\n");
  }
  am_text_puts(page, "</tbody></table></div>\n</figure>\n");
}

static void put_maps(am_text *page, const column *columns, size_t n) {
  const am_study_source *s = columns->s;
  if (s->n_swept != 2) return;
  am_text_puts(page, "<div class=\"maps two\">\n");
  for (size_t i = 0; i < n && i < MAPS_MAX; i++) put_map(page, &columns[i]);
  am_text_puts(page, "</div>\n");
}

/* ------------------------------------------------------------------------------ sections */
static void put_header(am_text *page, const am_study_source *s) {
  const size_t done = am_study_done(s), all = s->n_arms * s->n_seeds, broken = am_study_broken(s);
  am_html_between(page, "<header>\n<h1>", s->title, 120, "</h1>\n");
  if (done < all) {
    am_text_puts(page, "<p class=\"verdict\">not finished</p>\n<p class=\"headline\">");
    am_html_count(page, done);
    am_text_puts(page, " of ");
    am_html_count(page, all);
    am_text_puts(page, " runs are done: ");
  } else {
    am_text_puts(page, "<p class=\"headline\">");
  }
  am_html_text(page, s->meaning);
  am_text_puts(page, ".</p>\n<p class=\"lead\">");
  am_html_count(page, s->n_arms);
  am_text_printf(page, " combinations, %zu seed%s from ", s->n_seeds, s->n_seeds == 1 ? "" : "s");
  am_html_count(page, (size_t)s->first_seed);
  if (broken > 0)
    am_text_printf(page, "; the numbers of %zu run%s broke", broken, broken == 1 ? "" : "s");
  am_text_puts(page, ".</p>\n</header>\n");
}

static void put_broken(am_text *page, const am_study_source *s) {
  const size_t broken = am_study_broken(s);
  size_t n = 0;
  if (broken == 0) return;
  am_text_puts(page, "<h3>Runs that broke</h3>\n<ul>\n");
  for (size_t a = 0; a < s->n_arms; a++)
    for (size_t k = 0; k < s->n_seeds; k++) {
      if (!s->arms[a].runs[k].broke || n++ >= BROKEN_MAX) continue;
      am_html_between(page, "<li>", s->arms[a].name, 120, ", seed ");
      am_html_count(page, (size_t)s->first_seed + k);
      am_html_between(page, ": ", s->arms[a].runs[k].broke, 200, "</li>\n");
    }
  if (n > BROKEN_MAX)
    am_text_printf(page, "<li>and %zu more, in runs.jsonl</li>\n", n - BROKEN_MAX);
  am_text_puts(page, "</ul>\n");
}

/* n columns; columns->s is there if n is 0. */
static void put_combinations(am_text *page, const column *columns, size_t n) {
  am_text_puts(
      page, "<section id=\"combinations\">\n<h2>Combinations</h2>\n<p>The median over the seeds, "
            "and their quartiles. Bold is the best median, where it is known which way a measure "
            "is better: it does not say that the difference is more than chance. A run without a "
            "value, which never got there or broke, counts as the worst.");
  if (columns->s->n_swept == 2)
    am_text_puts(page, " In the maps the fuller colour is the better median, or, where that is not "
                       "known, the greater.");
  if (columns->s->n_arms <= DOTS_MAX)
    am_text_puts(page, " A dot for each seed; behind them the middle half, and the median.");
  am_text_puts(page, "</p>\n");
  put_maps(page, columns, n);
  put_table(page, columns, n);
  put_broken(page, columns->s);
  am_text_puts(page, "</section>\n");
}

amine_status am_study_sweep(am_text *page, const am_study_source *s, amine_error *error) {
  const am_study_measured *measures[AM_STUDY_NAMES_MAX];
  const size_t n_all = am_study_measures(measures, s);
  size_t made = 0, n = 0;
  column *columns;
  for (size_t i = 0; i < n_all; i++)
    if (am_study_has_value(s, measures[i]->name)) measures[n++] = measures[i];
  put_header(page, s);
  if (am_study_done(s) == 0) return AMINE_OK;
  AM_TRY(AM_TAKE(columns, n + 1, error));
  columns->s = s;
  amine_status status = AMINE_OK;
  while (made < n && status == AMINE_OK) {
    status = make_column(&columns[made], s, measures[made], error);
    made += status == AMINE_OK;
  }
  if (status == AMINE_OK) put_combinations(page, columns, n);
  while (made > 0) free_column(&columns[--made]);
  am_free(columns);
  return status;
}

/* ------------------------------------------------------------------------------ again */
/* As a shell reads it. */
static void put_word(am_text *page, const char *key, const char *equal, const char *text) {
  am_text whole = {0}, word = {0};
  am_text_printf(&whole, "%s%s%s", key, equal, text);
  am_shell_word(&word, whole.data ? whole.data : "");
  am_html_between(page, " ", word.data ? word.data : "", SIZE_MAX, "");
  page->failed = page->failed || whole.failed || word.failed;
  am_text_free(&whole);
  am_text_free(&word);
}

void am_study_sweep_settings(am_text *page, const am_study_source *s) {
  const json_t *fixed = json_object_get(json_object_get(s->root, "sweep"), "assignments");
  am_text_puts(
      page, "<section id=\"settings\">\n<h2>Run it again</h2>\n<p>The same command gives the same "
            "numbers, to the bit, on any machine and any number of threads. sweep.csv has a line "
            "for each run, study.json the whole configuration of each combination.</p>\n"
            "<pre><code>amine sweep");
  put_word(page, s->from, "", "");
  for (size_t k = 0; k < json_array_size(fixed); k++)
    put_word(page, "", "", json_string_value(json_array_get(fixed, k)));
  for (size_t k = 0; k < s->n_swept; k++) {
    am_text values = {0};
    bool numbers = true; /* else a comma may belong to a value */
    for (size_t i = 0; i < s->swept[k].n_values; i++)
      numbers = numbers && isfinite(am_study_number(s->swept[k].values[i]));
    for (size_t i = 0; i < s->swept[k].n_values; i++)
      am_text_printf(&values, "%s%s", i == 0 ? "" : numbers ? "," : "|", s->swept[k].values[i]);
    put_word(page, s->swept[k].key, "=", values.data ? values.data : "");
    page->failed = page->failed || values.failed;
    am_text_free(&values);
  }
  am_text_printf(page, " seeds=%zu seed=%llu</code></pre>\n</section>\n", s->n_seeds,
                 (unsigned long long)s->first_seed);
}
