/* The modulators' levels, and what moved them: a line down for each event that did, and a table of
 * the events by where they came from. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/brain/page.h"
#include "report/html.h"

#define MARKS_MAX 150   /* of one kind on one curve */
#define KINDS_MAX 16    /* of events */
#define REASONS_MAX 200 /* rows of the table */
#define MOVED 1e-4      /* less is not to be seen */

static const struct {
  const char *name, *title, *meaning;
} systems[AM_BRAIN_LEVELS] = {
    {"dopamine", "Dopamine", "how much better than expected: gates learning"},
    {"serotonin", "Serotonin", "falls with punishment and stress: raises thresholds"},
    {"norepinephrine", "Norepinephrine", "rises with uncertainty and novelty: gain"},
    {"acetylcholine", "Acetylcholine", "rises with attention and novelty: learning, senses"},
    {"orexin", "Orexin", "rises with the phase of the day, falls with the need of sleep: arousal"},
};

/* ------------------------------------------------------------------------------ events */
/* By how much an event moved a system; NAN if that was not recorded. */
static double moved_by(const am_brain_recording *r, size_t event, size_t system) {
  const size_t at = event * AM_BRAIN_LEVELS + system;
  return r->events_before && r->events_after
             ? (double)r->events_after[at] - (double)r->events_before[at]
             : (double)NAN;
}

/* Older recordings do not say what an event did: rewards move dopamine, punishments serotonin. */
static bool moves(const am_brain_recording *r, size_t event, size_t system) {
  if (!r->events_before || !r->events_after)
    return r->events_kind[event] == (int32_t)system && system < 2 && r->events_value[event] > 0;
  return fabs(moved_by(r, event, system)) > MOVED;
}

size_t am_brain_moved(const am_brain_recording *r) {
  size_t n = 0;
  for (size_t k = 0; k < r->n_events; k++) {
    bool any = false;
    for (size_t system = 0; system < AM_BRAIN_LEVELS; system++) any = any || moves(r, k, system);
    n += any;
  }
  return n;
}

static const char *kind_name(const am_brain_recording *r, size_t kind) {
  static const char *const names[] = {"reward", "punishment"}; /* in any recording */
  if (kind < r->n_event_names) return r->event_names[kind];
  return kind < 2 ? names[kind] : "event";
}

/* The CSS class of the marks of a kind. */
static const char *kind_class(size_t kind) {
  static const char *const classes[] = {"hit", "punished", "unsure", "attended", "aroused"};
  return kind < sizeof classes / sizeof *classes ? classes[kind] : "happened";
}

/* The events of one kind that moved a system: their times go to out[MARKS_MAX]. Returns how many
 * there are, which may be more than can be marked. */
static size_t marks_of(double *out, const am_brain_recording *r, size_t kind, size_t system) {
  size_t n = 0;
  for (size_t k = 0; k < r->n_events; k++) {
    if (r->events_kind[k] != (int32_t)kind || !moves(r, k, system)) continue;
    if (n < MARKS_MAX) out[n] = r->events_t[k];
    n++;
  }
  return n;
}

/* ------------------------------------------------------------------------------ curves */
/* The level of one system in one run: from the metrics until the recording begins, then from the
 * recording, which is finer. t and y [metrics rows + recorded rows]; returns how many. */
static size_t level_course(double *t, double *y, const am_brain_source *s, size_t system) {
  const am_brain_recording *r = &s->recording;
  const double *rough_t = am_columns_find(&s->metrics, "", "t_s");
  const double *rough = am_columns_find(&s->metrics, "peak", systems[system].name);
  if (!rough) rough = am_columns_find(&s->metrics, "level", systems[system].name);
  const double since = r->n_level_rows ? r->levels_t[0] : INFINITY;
  size_t n = 0;
  for (size_t k = 0; rough_t && rough && k < s->metrics.n_rows && rough_t[k] < since; k++) {
    t[n] = rough_t[k];
    y[n++] = rough[k];
  }
  for (size_t k = 0; k < r->n_level_rows; k++) {
    t[n] = r->levels_t[k];
    y[n++] = (double)r->levels[k * AM_BRAIN_LEVELS + system];
  }
  return n;
}

static amine_status put_level_of_one(am_text *page, const am_brain_source *s, size_t system,
                                     amine_error *error) {
  const am_brain_recording *r = &s->recording;
  const size_t most = s->metrics.n_rows + r->n_level_rows;
  am_brain_marks marks[KINDS_MAX];
  size_t n_marks = 0;
  double *t = am_alloc(2 * most + KINDS_MAX * MARKS_MAX, sizeof *t);
  if (!t) return am_fail_memory(error, (2 * most + KINDS_MAX * MARKS_MAX) * sizeof *t);
  double *y = t + most, *times = y + most;
  am_brain_line line = {.label = systems[system].title, .t = t, .y = y};
  line.n = level_course(t, y, s, system);
  snprintf(line.classes, sizeof line.classes, "%s", systems[system].name);
  for (size_t kind = 0; kind < KINDS_MAX; kind++, times += MARKS_MAX) {
    const size_t n = marks_of(times, r, kind, system);
    if (n > 0 && n <= MARKS_MAX) marks[n_marks++] = (am_brain_marks){kind_class(kind), times, n};
  }
  const am_brain_chart chart = {
      .title = systems[system].title,
      .meaning = systems[system].meaning,
      .classes = "low",
      .lines = &line,
      .n_lines = 1,
      .t_high = am_brain_end(s),
      .y_low = 0,
      .y_high = 1,
      .base = r->baselines ? (double)r->baselines[system] : (double)NAN,
      .peaks = r->baselines != NULL,
      .marks = marks,
      .n_marks = n_marks,
      .quiet = system + 1 < AM_BRAIN_LEVELS,
  };
  amine_status status = line.n ? am_brain_chart_put(page, &chart, error) : AMINE_OK;
  am_free(t);
  return status;
}

/* What the peaks of a system's level rise from: a run's baseline, NAN if none says. */
static double baseline_of(const am_brain_source *sources, size_t n, size_t system) {
  for (size_t k = 0; k < n; k++)
    if (sources[k].recording.baselines) return (double)sources[k].recording.baselines[system];
  return (double)NAN;
}

/* The same as of one run, peaks included, of several. */
static amine_status put_level_of_many(am_text *page, const am_brain_source *sources, size_t n,
                                      size_t system, am_brain_line *lines, amine_error *error) {
  const size_t n_lines = am_brain_lines_of_runs(lines, sources, n, "level", systems[system].name);
  size_t most = 0, line = 0;
  for (size_t k = 0; k < n; k++)
    most += sources[k].metrics.n_rows + sources[k].recording.n_level_rows;
  double *room = am_alloc(most, 2 * sizeof *room), *t = room;
  if (!room) return am_fail_memory(error, 2 * most * sizeof *room);
  for (size_t k = 0; k < n && line < n_lines; k++) {
    if (lines[line].y != am_columns_find(&sources[k].metrics, "level", systems[system].name))
      continue;
    double *y = t + sources[k].metrics.n_rows + sources[k].recording.n_level_rows;
    lines[line].n = level_course(t, y, &sources[k], system);
    lines[line].t = t;
    lines[line++].y = y;
    t = y + (y - t);
  }
  const am_brain_chart chart = {.title = systems[system].title,
                                .classes = "low",
                                .lines = lines,
                                .n_lines = n_lines,
                                .t_high = am_brain_latest(sources, n),
                                .y_low = 0,
                                .y_high = 1,
                                .base = baseline_of(sources, n, system),
                                .peaks = isfinite(baseline_of(sources, n, system))};
  amine_status status = n_lines ? am_brain_chart_put(page, &chart, error) : AMINE_OK;
  am_free(room);
  return status;
}

static amine_status put_levels_of_many(am_text *page, const am_brain_source *sources, size_t n,
                                       amine_error *error) {
  am_brain_line *lines = am_alloc(n, sizeof *lines);
  amine_status status = lines ? AMINE_OK : am_fail_memory(error, n * sizeof *lines);
  if (status == AMINE_OK)
    am_brain_key(page, lines, am_brain_lines_of_runs(lines, sources, n, "level", systems[0].name));
  am_text_puts(page, "<div class=\"multiples\">\n");
  for (size_t k = 0; k < AM_BRAIN_LEVELS && status == AMINE_OK; k++)
    status = put_level_of_many(page, sources, n, k, lines, error);
  am_text_puts(page, "</div>\n");
  am_free(lines);
  return status;
}

/* ------------------------------------------------------------------------------ words */
static void put_events(am_text *page, const am_brain_recording *r) {
  size_t counts[2] = {0};
  double sum = 0;
  for (size_t k = 0; k < r->n_events; k++) {
    if (r->events_kind[k] == 0) sum += (double)r->events_value[k];
    if (r->events_kind[k] >= 0 && r->events_kind[k] < 2)
      counts[r->events_kind[k]] += r->events_value[k] > 0;
  }
  am_text_puts(page, "<p>Levels from 0 to 1; dashed is the baseline to which each returns. Where "
                     "many values fall together, the one furthest from it is shown.");
  if (counts[0]) {
    am_text_puts(page, " <b>");
    am_html_count(page, counts[0]);
    am_text_printf(page, "</b> reward%s, in sum ", counts[0] == 1 ? "" : "s");
    am_html_figure(page, sum, 4);
    am_text_puts(page, ".");
  }
  if (counts[1]) {
    am_text_puts(page, " <b>");
    am_html_count(page, counts[1]);
    am_text_printf(page, "</b> punishment%s.", counts[1] == 1 ? "" : "s");
  }
  if (r->events_begin_s > 0) {
    am_text_puts(page, " These are since ");
    am_html_figure(page, r->events_begin_s, 6);
    am_text_puts(page, "&nbsp;s: earlier ones are left out.");
  }
  am_text_puts(page, "</p>\n");
}

/* The kinds of events that are marked on a curve, in their colours, and those that are too many. */
static void put_key(am_text *page, const am_brain_recording *r) {
  double times[MARKS_MAX];
  bool any = false;
  for (size_t kind = 0; kind < KINDS_MAX; kind++) {
    size_t most = 0;
    for (size_t system = 0; system < AM_BRAIN_LEVELS; system++) {
      const size_t n = marks_of(times, r, kind, system);
      if (n > most) most = n;
    }
    if (most == 0) continue;
    am_text_puts(page, any ? "" : "<ul class=\"key\">\n");
    am_text_printf(page, "<li><i class=\"swatch upright %s\"></i>", kind_class(kind));
    am_html_brief(page, kind_name(r, kind), 40);
    if (most > MARKS_MAX)
      am_text_printf(page, " <small>%zu, too many to mark on every curve</small>", most);
    am_text_puts(page, "</li>\n");
    any = true;
  }
  if (any) am_text_puts(page, "</ul>\n");
}

/* Events of one kind from one source. */
typedef struct reason {
  int32_t source, kind;
  size_t n;
  double sum[AM_BRAIN_LEVELS], low[AM_BRAIN_LEVELS], high[AM_BRAIN_LEVELS]; /* changes of levels */
} reason;

static size_t take_reasons(reason *reasons, const am_brain_recording *r) {
  size_t n = 0;
  for (size_t k = 0; k < r->n_events; k++) {
    const int32_t source = r->events_source ? r->events_source[k] : -1;
    size_t at = 0;
    while (at < n && (reasons[at].source != source || reasons[at].kind != r->events_kind[k])) at++;
    if (at == REASONS_MAX) continue;
    if (at == n) reasons[n++] = (reason){.source = source, .kind = r->events_kind[k]};
    reasons[at].n++;
    for (size_t system = 0; system < AM_BRAIN_LEVELS; system++) {
      const double change = moved_by(r, k, system);
      reasons[at].sum[system] += change;
      reasons[at].low[system] = fmin(reasons[at].low[system], change);
      reasons[at].high[system] = fmax(reasons[at].high[system], change);
    }
  }
  return n;
}

static bool moved_something(const reason *x) {
  for (size_t k = 0; k < AM_BRAIN_LEVELS; k++)
    if (x->high[k] > MOVED || x->low[k] < -MOVED) return true;
  return false;
}

static void put_change(am_text *page, double change) {
  if (change > 0) am_text_puts(page, "+");
  am_html_figure(page, change, 2);
}

static void put_reason(am_text *page, const am_brain_recording *r, const reason *x) {
  const bool planned = x->source >= 0 && (size_t)x->source < r->n_event_plans;
  am_text_printf(page, "<tr><td><i class=\"swatch upright %s\"></i>", kind_class((size_t)x->kind));
  am_html_brief(page, planned ? r->event_plans[x->source] : "the protocol", 60);
  am_html_between(page, "</td><td>", kind_name(r, (size_t)x->kind), 40, "</td><td class=\"n\">");
  am_html_count(page, x->n);
  am_text_puts(page, "</td>");
  for (size_t k = 0; k < AM_BRAIN_LEVELS; k++) {
    const bool up = x->high[k] > MOVED, down = x->low[k] < -MOVED;
    am_text_puts(page, "<td class=\"n\">");
    if (up && down) {
      put_change(page, x->low[k]);
      am_text_puts(page, " to ");
      put_change(page, x->high[k]);
    } else if (up || down) {
      put_change(page, x->sum[k] / (double)x->n);
    }
    am_text_puts(page, "</td>");
  }
  am_text_puts(page, "</tr>\n");
}

/* What each sort of event did to the levels, on average. */
static amine_status put_reasons(am_text *page, const am_brain_recording *r, amine_error *error) {
  if (!r->events_before || !r->events_after || r->n_events == 0) return AMINE_OK;
  reason *reasons = am_alloc(REASONS_MAX, sizeof *reasons);
  if (!reasons) return am_fail_memory(error, REASONS_MAX * sizeof *reasons);
  const size_t n = take_reasons(reasons, r);
  am_text_puts(page, "<h3>What moved them</h3>\n<p class=\"of\">By how much an event moved a "
                     "level: on average over the events of its sort, or, where some raised it and "
                     "some lowered it, from the least to the greatest.</p>\n"
                     "<div class=\"scroll\"><table>\n"
                     "<thead><tr><th>from</th><th>event</th><th class=\"n\">how often</th>");
  for (size_t k = 0; k < AM_BRAIN_LEVELS; k++)
    am_text_printf(page, "<th class=\"n\">%s</th>", systems[k].name);
  am_text_puts(page, "</tr></thead>\n<tbody>\n");
  for (size_t k = 0; k < n; k++)
    if (moved_something(&reasons[k])) put_reason(page, r, &reasons[k]);
  am_text_puts(page, "</tbody></table></div>\n");
  am_free(reasons);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ the section */
amine_status am_brain_modulators(am_text *page, const am_brain_source *sources, size_t n,
                                 amine_error *error) {
  bool any = false;
  for (size_t k = 0; k < n && !any; k++)
    any = am_columns_of(&sources[k].metrics, "level", 0) || sources[k].recording.levels;
  if (!any) return AMINE_OK;
  am_text_puts(page, "<section id=\"modulators\">\n<h2>Modulators</h2>\n");
  if (n == 1) {
    put_events(page, &sources[0].recording);
    AM_TRY(put_reasons(page, &sources[0].recording, error));
    put_key(page, &sources[0].recording);
  }
  if (n > 1) AM_TRY(put_levels_of_many(page, sources, n, error));
  for (size_t k = 0; k < AM_BRAIN_LEVELS && n == 1; k++)
    AM_TRY(put_level_of_one(page, &sources[0], k, error));
  am_text_puts(page, "</section>\n");
  return AMINE_OK;
}
