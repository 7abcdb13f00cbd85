/* The measures of a published experiment against biological time, or trials of training: a thin
 * line for each seed, for each arm the median and the quartiles of its seeds, and behind them the
 * bands of the criteria. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/brain/chart.h"
#include "report/html.h"
#include "report/plot.h"
#include "report/study/page.h"

#define THIN_MAX 20 /* seeds of an arm that have a line of their own */

/* One arm's part of a chart: its first finished run gives the times; others count if they have as
 * many samples. */
typedef struct part {
  const am_study_arm *arm;
  size_t number, measure, n, n_runs, n_seeds;
  const double *times;
  double *median, *low, *high; /* [n]; NAN where no seed has a value */
} part;

static bool counts(const part *p, size_t k) {
  return p->arm->runs[k].done && p->arm->runs[k].n_samples == p->n;
}

static double value_at(const part *p, size_t k, size_t i) {
  return p->arm->runs[k].course[i * p->arm->n_measures + p->measure];
}

static void summarise(part *p, double *room) {
  for (size_t i = 0; i < p->n; i++) {
    size_t m = 0;
    for (size_t k = 0; k < p->n_seeds; k++)
      if (counts(p, k) && isfinite(value_at(p, k, i))) room[m++] = value_at(p, k, i);
    p->median[i] = am_study_quantile(room, m, 0.5);
    p->low[i] = am_study_quantile(room, m, 0.25);
    p->high[i] = am_study_quantile(room, m, 0.75);
  }
}

/* n is 0 if the arm has nothing to show. */
static amine_status make_part(part *p, const am_study_source *s, size_t arm, const char *measure,
                              amine_error *error) {
  *p = (part){.arm = &s->arms[arm], .number = arm, .n_seeds = s->n_seeds};
  p->measure = am_study_measure(p->arm, measure);
  if (p->measure == p->arm->n_measures) return AMINE_OK;
  for (size_t k = 0; k < s->n_seeds && p->n == 0; k++) {
    p->n = p->arm->runs[k].n_samples;
    p->times = p->arm->runs[k].times;
  }
  if (p->n == 0) return AMINE_OK;
  for (size_t k = 0; k < s->n_seeds; k++) p->n_runs += counts(p, k);
  p->median = am_alloc(p->n, 3 * sizeof *p->median);
  double *room = am_alloc(s->n_seeds, sizeof *room);
  if (!p->median || !room) {
    am_free(room);
    return am_fail_memory(error, p->n * 24);
  }
  p->low = p->median + p->n;
  p->high = p->low + p->n;
  summarise(p, room);
  am_free(room);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ axes */
typedef struct figure {
  part *parts; /* [n_arms] */
  const am_study_source *s;
  const char *measure;
  am_plot plot;
  double unit; /* of the time axis, in s */
  const char *unit_name;
} figure;

static bool is_about(const figure *f, const am_study_criterion *c) {
  return !c->other && strcmp(f->s->arms[c->arm].measures[c->measure].name, f->measure) == 0;
}

static void widen(double *low, double *high, double value) {
  if (!isfinite(value)) return;
  *low = fmin(*low, value);
  *high = fmax(*high, value);
}

/* The measure of the first arm that is shown: what the others are held against, too. */
static const am_study_measured *meaning_of(const figure *f) {
  for (size_t a = 0; a < f->s->n_arms; a++)
    if (f->parts[a].n > 0) return &f->s->arms[a].measures[f->parts[a].measure];
  return NULL;
}

static bool has_across(const figure *f) {
  const am_study_measured *m = meaning_of(f);
  return isfinite(m->chance) || isfinite(m->best);
}

/* The lower one first. */
static void put_across_names(am_text *page, const figure *f) {
  const am_study_measured *m = meaning_of(f);
  const bool best_first = m->best < m->chance;
  double below = am_plot_names_begin;
  for (int k = 0; k < 2; k++) {
    const bool best = (k == 0) == best_first;
    const char *name = best ? m->best_name : m->chance_name;
    am_plot_name(page, &f->plot, &below, name ? name : "", best ? m->best : m->chance);
  }
}

static void make_axes(figure *f) {
  double low = INFINITY, high = -INFINITY, t = 0;
  for (size_t a = 0; a < f->s->n_arms; a++) {
    const part *p = &f->parts[a];
    if (p->n == 0) continue;
    t = fmax(t, p->times[p->n - 1]);
    for (size_t k = 0; k < p->n_seeds; k++)
      for (size_t i = 0; counts(p, k) && i < p->n; i++) widen(&low, &high, value_at(p, k, i));
  }
  for (size_t k = 0; k < f->s->n_criteria; k++) {
    if (!is_about(f, &f->s->criteria[k])) continue;
    widen(&low, &high, f->s->criteria[k].low);
    widen(&low, &high, f->s->criteria[k].high);
  }
  widen(&low, &high, meaning_of(f)->chance);
  widen(&low, &high, meaning_of(f)->best);
  f->unit = 1;
  f->unit_name = f->s->time;
  if (!f->s->time) f->unit = am_brain_time_unit(t, &f->unit_name);
  f->plot = (am_plot){.x = am_axis_exact(0, t / f->unit, 6),
                      .y = am_axis_round(low, high, 5),
                      .classes = has_across(f) ? "tall named" : "tall",
                      .x_title = f->unit_name};
}

/* ------------------------------------------------------------------------------ drawing */
/* Each band once, however many criteria have it. */
static bool is_first(const figure *f, size_t k) {
  const am_study_criterion *c = &f->s->criteria[k];
  for (size_t j = 0; j < k; j++) {
    const am_study_criterion *d = &f->s->criteria[j];
    if (is_about(f, d) && d->low == c->low && d->high == c->high) return false;
  }
  return is_about(f, c);
}

static void put_bands(am_text *page, const figure *f) {
  const am_axis *y = &f->plot.y;
  const double x[2] = {f->plot.x.low, f->plot.x.high};
  for (size_t k = 0; k < f->s->n_criteria; k++) {
    const am_study_criterion *c = &f->s->criteria[k];
    if (!is_first(f, k)) continue;
    const double thin = 0.004 * (y->high - y->low); /* a single value is to be seen, too */
    double low = fmax(c->low, y->low), high = fmin(c->high, y->high);
    if (high - low < thin) low -= thin, high += thin;
    am_plot_band(page, &f->plot, "wanted", x, (const double[]){low, low},
                 (const double[]){high, high}, 2);
  }
}

static void put_key(am_text *page, const figure *f) {
  char classes[16];
  am_text_puts(page, "<ul class=\"key\">\n");
  for (size_t a = 0; a < f->s->n_arms; a++) {
    if (f->parts[a].n == 0) continue;
    am_text_printf(page, "<li><i class=\"swatch %s\"></i>",
                   am_curve_classes(classes, sizeof classes, a));
    am_html_brief(page, f->s->arms[a].name, 80);
    if (f->s->arms[a].control) am_text_puts(page, " <small>control</small>");
    am_text_printf(page, " <small>%zu seed%s</small></li>\n", f->parts[a].n_runs,
                   f->parts[a].n_runs == 1 ? "" : "s");
  }
  for (size_t k = 0; k < f->s->n_criteria; k++) {
    const am_study_criterion *c = &f->s->criteria[k];
    if (!is_first(f, k)) continue;
    am_text_puts(page, "<li><i class=\"wanted\"></i>band: ");
    am_study_put_band(page, c->low, c->high);
    am_text_puts(page, "</li>\n");
  }
  am_text_puts(page, "</ul>\n");
}

/* The times of a part in the unit of the axis go to x [n]. */
static void put_part(am_text *page, const figure *f, const part *p, double *x, double *y,
                     bool thin) {
  char classes[16], whole[32];
  am_curve_classes(classes, sizeof classes, p->number);
  for (size_t i = 0; i < p->n; i++) x[i] = p->times[i] / f->unit;
  if (!thin) {
    snprintf(whole, sizeof whole, "%s bold", classes);
    if (p->n_runs > 2) am_plot_band(page, &f->plot, classes, x, p->low, p->high, p->n);
    am_plot_line(page, &f->plot, whole, x, p->median, p->n);
    return;
  }
  snprintf(whole, sizeof whole, "%s thin", classes);
  for (size_t k = 0, shown = 0; k < p->n_seeds && shown < THIN_MAX && p->n_runs > 1; k++) {
    if (!counts(p, k)) continue;
    for (size_t i = 0; i < p->n; i++) y[i] = value_at(p, k, i);
    am_plot_line(page, &f->plot, whole, x, y, p->n);
    shown++;
  }
}

/* Medians under the pointer, on the times of the first arm that has some; another arm's median at
 * the sample nearest to each. */
static void put_readout(am_text *page, const figure *f, double *x, double *y) {
  const part *first = NULL;
  char classes[16];
  for (size_t a = 0; a < f->s->n_arms && !first; a++)
    if (f->parts[a].n > 0) first = &f->parts[a];
  for (size_t i = 0; i < first->n; i++) x[i] = first->times[i] / f->unit;
  am_readout_open(page, &f->plot, f->unit_name, x, first->n);
  for (size_t a = 0; a < f->s->n_arms; a++) {
    const part *p = &f->parts[a];
    double *const all[3] = {y, y + first->n, y + 2 * first->n};
    if (p->n == 0) continue;
    for (size_t i = 0, at = 0; i < first->n; i++) {
      while (at + 1 < p->n &&
             fabs(p->times[at + 1] - first->times[i]) <= fabs(p->times[at] - first->times[i]))
        at++;
      all[0][i] = p->median[at], all[1][i] = p->low[at], all[2][i] = p->high[at];
    }
    const am_readout curve = {.label = p->arm->name,
                              .classes = am_curve_classes(classes, sizeof classes, a),
                              .y = all[0],
                              .low = p->n_runs > 2 ? all[1] : NULL,
                              .high = p->n_runs > 2 ? all[2] : NULL};
    am_readout_add(page, &curve, first->n);
  }
  am_readout_close(page);
}

static amine_status put_plot(am_text *page, const figure *f, amine_error *error) {
  size_t most = 0;
  for (size_t a = 0; a < f->s->n_arms; a++)
    if (f->parts[a].n > most) most = f->parts[a].n;
  double *x = am_alloc(most, 4 * sizeof *x);
  if (!x) return am_fail_memory(error, most * 32);
  am_plot_open(page, &f->plot);
  put_across_names(page, f);
  am_plot_begin(page, &f->plot);
  put_bands(page, f);
  am_plot_across(page, &f->plot, "known", meaning_of(f)->chance);
  am_plot_across(page, &f->plot, "known", meaning_of(f)->best);
  for (int pass = 0; pass < 2; pass++) /* the medians on top, the first arm above the others */
    for (size_t a = f->s->n_arms; a-- > 0;)
      if (f->parts[a].n > 0) put_part(page, f, &f->parts[a], x, x + most, pass == 0);
  am_plot_close(page);
  put_readout(page, f, x, x + most);
  am_free(x);
  return AMINE_OK;
}

static amine_status put_figure(am_text *page, const figure *f, const json_t *chart,
                               amine_error *error) {
  const am_study_measured *m = meaning_of(f);
  const char *title = json_string_value(json_object_get(chart, "title"));
  const char *of = json_string_value(json_object_get(chart, "figure"));
  am_text_puts(page, "<figure class=\"chart\">\n<h3>");
  am_html_brief(page, title ? title : f->measure, 120);
  if (of) {
    am_html_between(page, " <small>compare ", of, 80, "</small>");
  }
  am_text_puts(page, "</h3>\n");
  put_key(page, f);
  am_text_puts(page, "<p class=\"y-title\">");
  am_html_text(page, m->meaning);
  am_html_between(page, m->unit[0] ? ", " : "", m->unit, SIZE_MAX, "</p>\n");
  AM_TRY(put_plot(page, f, error));
  am_text_puts(page, "</figure>\n");
  return AMINE_OK;
}

static amine_status put_chart(am_text *page, const am_study_source *s, const json_t *chart,
                              amine_error *error) {
  figure f = {.s = s, .measure = json_string_value(json_object_get(chart, "measure"))};
  amine_status status = AMINE_OK;
  bool any = false;
  AM_TRY(AM_TAKE(f.parts, s->n_arms, error));
  for (size_t a = 0; a < s->n_arms && status == AMINE_OK; a++) {
    status = make_part(&f.parts[a], s, a, f.measure, error);
    any = any || f.parts[a].n > 0;
  }
  if (status == AMINE_OK && any) {
    make_axes(&f);
    status = put_figure(page, &f, chart, error);
  }
  for (size_t a = 0; a < s->n_arms; a++) am_free(f.parts[a].median);
  am_free(f.parts);
  return status;
}

amine_status am_study_charts(am_text *page, const am_study_source *s, amine_error *error) {
  const json_t *charts = json_object_get(s->root, "curves");
  if (json_array_size(charts) == 0 || am_study_done(s) == 0) return AMINE_OK;
  am_text_puts(page, "<section id=\"curves\">\n<h2>Over time</h2>\n<p>A thin line for each seed");
  if (s->n_seeds > THIN_MAX) am_text_printf(page, " (the first %d)", THIN_MAX);
  am_text_puts(page, s->n_swept
                         ? "; thick the median of a combination, around it the middle half of its "
                           "seeds. "
                         : "; thick the median of an arm, around it the middle half of its seeds. "
                           "The green strip is where a criterion wants the measure, or wants it "
                           "not, to end. ");
  am_text_puts(page, "Dashed is what the measure is to be held against.</p>\n");
  for (size_t k = 0; k < json_array_size(charts); k++)
    AM_TRY(put_chart(page, s, json_array_get(charts, k), error));
  am_text_puts(page, "</section>\n");
  return AMINE_OK;
}
