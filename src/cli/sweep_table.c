/* Tables of a sweep (see sweep_table.h). */
#include "cli/sweep_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/terminal.h"
#include "format/json.h"
#include "report/study/spread.h"

enum { CELL = 96, GAP = 2, BROKEN_MAX = 5 };

/* All that is printed of one measure: its head and a cell for each arm, as wide as the widest. */
typedef struct column {
  const am_study_measured *m;
  am_study_spread *spread; /* [n_arms]; NAN and 0 where an arm lacks the measure */
  bool *best;              /* [n_arms] */
  int width;
} column;

typedef struct table {
  const am_study_source *s;
  const am_study_measured *measures[AM_STUDY_NAMES_MAX];
  column columns[AM_STUDY_NAMES_MAX];
  size_t n, n_measures; /* columns: of the other measures no run has a value */
  double *room;         /* [n_seeds] */
} table;

static void free_table(table *t) {
  for (size_t i = 0; i < t->n; i++) {
    am_free(t->columns[i].spread);
    am_free(t->columns[i].best);
  }
  am_free(t->room);
  am_free(t);
}

/* "0.9123"; "none" of what at least that part of the runs never reached, "-" of no runs */
static void put_figure(char *out, size_t size, double value) {
  if (isnan(value)) snprintf(out, size, "-");
  else if (isinf(value)) snprintf(out, size, "none");
  else snprintf(out, size, "%.4g", value);
}

/* "0.93 [0.91, 0.95] *" */
static void put_cell(char out[CELL], const column *c, size_t arm) {
  const am_study_spread *x = &c->spread[arm];
  char low[24], median[24], high[24];
  put_figure(low, sizeof low, x->low);
  put_figure(median, sizeof median, x->median);
  put_figure(high, sizeof high, x->high);
  const char *mark = c->best[arm] ? " *" : "";
  if (isnan(x->median) || x->low == x->high) snprintf(out, CELL, "%s%s", median, mark);
  else snprintf(out, CELL, "%s [%s, %s]%s", median, low, high, mark);
}

static void put_head(char out[CELL], const column *c) {
  snprintf(out, CELL, "%.60s%s%.20s", c->m->name, c->m->unit[0] ? ", " : "", c->m->unit);
}

static amine_status make_column(table *t, column *c, amine_error *error) {
  char cell[CELL];
  AM_TRY(AM_TAKE(c->spread, t->s->n_arms, error));
  AM_TRY(AM_TAKE(c->best, t->s->n_arms, error));
  am_study_best(c->best, t->s, c->m, t->room);
  put_head(cell, c);
  c->width = cli_columns(cell);
  for (size_t a = 0; a < t->s->n_arms; a++) {
    const size_t k = am_study_measure(&t->s->arms[a], c->m->name);
    c->spread[a] = (am_study_spread){(double)NAN, (double)NAN, (double)NAN, 0};
    if (k < t->s->arms[a].n_measures) c->spread[a] = am_study_spread_of(t->s, a, k, t->room);
    put_cell(cell, c, a);
    if (cli_columns(cell) > c->width) c->width = cli_columns(cell);
  }
  return AMINE_OK;
}

static amine_status make_table(table **out, const am_study_source *s, amine_error *error) {
  table *t;
  AM_TRY(AM_TAKE(t, 1, error));
  t->s = s;
  amine_status status = AM_TAKE(t->room, s->n_seeds, error);
  t->n_measures = am_study_measures(t->measures, s);
  for (size_t i = 0; i < t->n_measures && status == AMINE_OK; i++) {
    if (!am_study_has_value(s, t->measures[i]->name)) continue;
    t->columns[t->n].m = t->measures[i];
    status = make_column(t, &t->columns[t->n++], error);
  }
  if (status == AMINE_OK) *out = t;
  else free_table(t);
  return status;
}

/* ------------------------------------------------------------------------------ for people */
static void pad(am_text *text, const char *word, int width) {
  am_text_printf(text, "%s%*s", word, width - cli_columns(word), "");
}

static int key_width(const am_study_source *s, size_t key) {
  int width = cli_columns(s->swept[key].key);
  for (size_t i = 0; i < s->swept[key].n_values; i++)
    if (cli_columns(s->swept[key].values[i]) > width) width = cli_columns(s->swept[key].values[i]);
  return width;
}

static size_t broken_of(const am_study_source *s, size_t arm) {
  size_t n = 0;
  for (size_t k = 0; k < s->n_seeds; k++) n += s->arms[arm].runs[k].broke != NULL;
  return n;
}

/* One row, of the heads if arm is n_arms: the measures from `first` up to `end`. */
static void put_row(am_text *text, const table *t, size_t arm, size_t first, size_t end) {
  const am_study_source *s = t->s;
  const bool head = arm == s->n_arms, broken = am_study_broken(s) > 0;
  char cell[CELL];
  for (size_t k = 0; k < s->n_swept; k++) {
    am_text_puts(text, "  ");
    pad(text, head ? s->swept[k].key : am_study_value(s, arm, k), key_width(s, k));
  }
  for (size_t i = first; i < end; i++) {
    if (head) put_head(cell, &t->columns[i]);
    else put_cell(cell, &t->columns[i], arm);
    am_text_puts(text, "  ");
    if (i + 1 < end || broken) pad(text, cell, t->columns[i].width);
    else am_text_puts(text, cell);
  }
  if (broken && head) am_text_puts(text, "  broke");
  else if (broken) am_text_printf(text, "  %zu of %zu", broken_of(s, arm), s->n_seeds);
  am_text_puts(text, "\n");
}

/* As many measures as fit into the width, at least one; then the others. */
static void put_rows(am_text *text, const table *t, int width) {
  int keys = 0;
  for (size_t k = 0; k < t->s->n_swept; k++) keys += GAP + key_width(t->s, k);
  if (am_study_broken(t->s)) keys += GAP + (int)sizeof "100 of 100";
  size_t first = 0, end = 0;
  do {
    int wide = keys;
    for (; end < t->n; end++) {
      wide += GAP + t->columns[end].width;
      if (wide > width && end > first) break;
    }
    if (first > 0) am_text_puts(text, "\n");
    put_row(text, t, t->s->n_arms, first, end);
    for (size_t a = 0; a < t->s->n_arms; a++) put_row(text, t, a, first, end);
    first = end;
  } while (first < t->n);
}

static void put_missing(am_text *text, const table *t) {
  const char *before = "no run has a value of ";
  for (size_t i = 0; i < t->n_measures; i++) {
    if (am_study_has_value(t->s, t->measures[i]->name)) continue;
    am_text_printf(text, "%s%s", before, t->measures[i]->name);
    before = ", ";
  }
  if (t->n < t->n_measures) am_text_puts(text, "\n");
}

static void put_broken(am_text *text, const am_study_source *s) {
  size_t n = 0;
  for (size_t a = 0; a < s->n_arms; a++)
    for (size_t k = 0; k < s->n_seeds; k++)
      if (s->arms[a].runs[k].broke && n++ < BROKEN_MAX)
        am_text_printf(text, "broke   %s, seed %llu: %s\n", s->arms[a].name,
                       (unsigned long long)s->first_seed + k, s->arms[a].runs[k].broke);
  if (n > BROKEN_MAX) am_text_printf(text, "broke   and %zu more: runs.jsonl\n", n - BROKEN_MAX);
}

static bool any_best(const table *t) {
  for (size_t i = 0; i < t->n; i++)
    for (size_t a = 0; a < t->s->n_arms; a++)
      if (t->columns[i].best[a]) return true;
  return false;
}

amine_status cli_sweep_put(am_text *text, const am_study_source *s, int width, amine_error *error) {
  table *t;
  AM_TRY(make_table(&t, s, error));
  am_text_printf(text, "%s: %zu combinations, %zu seed%s from %llu\n\n", s->name, s->n_arms,
                 s->n_seeds, s->n_seeds == 1 ? "" : "s", (unsigned long long)s->first_seed);
  put_rows(text, t, width);
  am_text_puts(text, "\n");
  if (s->n_seeds > 1)
    am_text_puts(text, "median [quartiles] over the seeds; a run without a value counts as the "
                       "worst\n");
  if (any_best(t))
    am_text_puts(text, s->n_seeds > 1
                           ? "* the best median; whether it is more than chance it does not say\n"
                           : "* the best; of one seed it says little\n");
  put_missing(text, t);
  put_broken(text, s);
  free_table(t);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ JSON */
/* As a number if it is one. */
static void json_value(am_text *text, const char *key, const char *value) {
  const double number = am_study_number(value);
  if (isfinite(number)) am_json_put_double(text, key, number);
  else am_json_put_string(text, key, value);
}

static void json_arm(am_text *text, const table *t, size_t arm) {
  am_json_begin(text);
  am_json_put_key(text, "values");
  am_json_begin(text);
  for (size_t k = 0; k < t->s->n_swept; k++)
    json_value(text, t->s->swept[k].key, am_study_value(t->s, arm, k));
  am_text_puts(text, "}");
  am_json_put_int(text, "seeds", (int64_t)t->s->n_seeds);
  am_json_put_int(text, "broke", (int64_t)broken_of(t->s, arm));
  am_json_put_key(text, "measures");
  am_json_begin(text);
  for (size_t i = 0; i < t->n; i++) {
    const am_study_spread *x = &t->columns[i].spread[arm];
    am_json_put_key(text, t->columns[i].m->name);
    am_json_begin(text);
    am_json_put_double(text, "median", x->median);
    am_json_put_double(text, "low", x->low);
    am_json_put_double(text, "high", x->high);
    am_json_put_int(text, "n", (int64_t)x->n);
    am_json_put_bool(text, "best", t->columns[i].best[arm]);
    am_text_puts(text, "}");
  }
  am_text_puts(text, "}");
  am_json_end(text);
}

amine_status cli_sweep_json(am_text *text, const am_study_source *s, const char *folder,
                            const char *page, amine_error *error) {
  table *t;
  AM_TRY(make_table(&t, s, error));
  for (size_t a = 0; a < s->n_arms; a++) json_arm(text, t, a);
  am_json_begin(text);
  am_json_put_string(text, "status", "done");
  am_json_put_string(text, "name", s->name);
  am_json_put_int(text, "combinations", (int64_t)s->n_arms);
  am_json_put_uint(text, "first_seed", s->first_seed);
  am_json_put_int(text, "seeds", (int64_t)s->n_seeds);
  am_json_put_int(text, "broke", (int64_t)am_study_broken(s));
  am_json_put_string(text, "folder", folder);
  am_json_put_string(text, "report", page);
  am_json_end(text);
  free_table(t);
  return AMINE_OK;
}
