/* Tables of a reproduction (see reproduce_table.h). */
#include "cli/reproduce_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/folder.h"
#include "cli/terminal.h"
#include "format/json.h"

enum { SEED = 8, COLUMN = 14, CELL = 96 };

static void pad(am_text *text, const char *word, int width) {
  const int room = width - cli_columns(word);
  am_text_printf(text, "%s%*s", word, room > 2 ? room : 2, "");
}

static const am_study_form *form_of(const am_reproduction *r) {
  return am_study_plan_form(&r->plan);
}

/* "0.9123", "-" for what is no number */
static void put_figure(char *out, size_t size, double value) {
  if (isnan(value)) snprintf(out, size, "-");
  else snprintf(out, size, "%.4g", value);
}

/* ------------------------------------------------------------------------------ runs */
/* Is there a criterion about this measure of this arm? */
static bool is_judged(const am_reproduction *r, int arm, int measure) {
  for (int k = 0; k < form_of(r)->n_criteria; k++) {
    const am_criterion *c = &form_of(r)->criteria[k];
    if ((c->arm == arm || (am_judges_two(c->judgement) && (int)c->share == arm)) &&
        strcmp(c->measure, r->protocols[arm]->measures[measure].name) == 0)
      return true;
  }
  return false;
}

/* "weight, mV" */
static void put_head(char *out, size_t size, const am_measure *m) {
  snprintf(out, size, "%s%s%s", m->name, m->unit[0] ? ", " : "", m->unit);
}

/* One row: the heads if `seed` is -1. */
static void put_row(am_text *text, const am_reproduction *r, int arm, int seed, int last) {
  const am_protocol *protocol = r->protocols[arm];
  char first[32], head[CELL], cell[CELL];
  snprintf(first, sizeof first, "%llu", (unsigned long long)r->plan.first_seed + (unsigned)seed);
  am_text_puts(text, "  ");
  pad(text, seed < 0 ? "seed" : first, SEED);
  for (int i = 0; i <= last; i++) {
    if (!is_judged(r, arm, i)) continue;
    put_head(head, sizeof head, &protocol->measures[i]);
    const int width = cli_columns(head) + 2 > COLUMN ? cli_columns(head) + 2 : COLUMN;
    if (seed >= 0) put_figure(cell, sizeof cell, am_reproduction_value(r, arm, seed, i));
    if (i == last) am_text_puts(text, seed < 0 ? head : cell);
    else pad(text, seed < 0 ? head : cell, width);
  }
  am_text_puts(text, "\n");
}

static void put_runs(am_text *text, const am_reproduction *r, int arm) {
  const am_arm *a = &r->plan.study->arms[arm];
  int last = -1;
  for (int i = 0; i < r->protocols[arm]->n_measures; i++)
    if (is_judged(r, arm, i)) last = i;
  if (last < 0) return;
  am_text_printf(text, "%s%s\n", a->name, a->is_control ? " (control)" : "");
  for (int seed = -1; seed < r->plan.n_seeds; seed++) put_row(text, r, arm, seed, last);
  am_text_puts(text, "\n");
}

/* ------------------------------------------------------------------------------ criteria */
/* "3.9 to 4", "at least 3.9" */
static void put_band(char *out, size_t size, const am_criterion *c) {
  const bool below = isfinite(c->low), above = isfinite(c->high);
  if (below && above) snprintf(out, size, "in %.4g to %.4g", c->low, c->high);
  else if (below) snprintf(out, size, "at least %.4g", c->low);
  else if (above) snprintf(out, size, "at most %.4g", c->high);
  else snprintf(out, size, "any number");
}

static void put_wanted(char *out, size_t size, const am_reproduction *r, const am_criterion *c) {
  char band[CELL];
  put_band(band, sizeof band, c);
  if (am_judges_two(c->judgement))
    snprintf(out, size, "%s: %s of %s %s", c->measure,
             c->judgement == AM_JUDGE_RATIO ? "median over that" : "mean less that",
             r->plan.study->arms[(int)c->share].name, band);
  else if (!am_judges_share(c->judgement))
    snprintf(out, size, "%s: %s %s", c->measure, am_judgement_name(c->judgement), band);
  else
    snprintf(out, size, "%s %s: %s %.4g %% of the seeds", c->measure, band,
             am_judgement_name(c->judgement), 100 * c->share);
}

static void put_found(char *out, size_t size, const am_reproduction *r, int k) {
  const am_verdict *v = &r->verdicts[k];
  const bool mean = !am_judges_share(form_of(r)->criteria[k].judgement);
  char value[CELL];
  if (mean) put_figure(value, sizeof value, v->value);
  else snprintf(value, sizeof value, "%d of %d", v->inside, r->plan.n_seeds);
  if (isnan(v->low)) snprintf(out, size, "%s", value);
  else if (mean) snprintf(out, size, "%s (%.4g to %.4g)", value, v->low, v->high);
  else snprintf(out, size, "%s (%.0f %% to %.0f %%)", value, 100 * v->low, 100 * v->high);
}

static void put_criterion(am_text *text, const am_reproduction *r, int k) {
  const am_criterion *c = &form_of(r)->criteria[k];
  char wanted[3 * CELL], found[3 * CELL];
  put_wanted(wanted, sizeof wanted, r, c);
  put_found(found, sizeof found, r, k);
  static const char *const answers[] = {"NO ", "yes", "few"};
  am_text_printf(text, "  %s  %s: %s\n       %s; found %s\n", answers[r->verdicts[k].answer],
                 r->plan.study->arms[c->arm].name, c->meaning, wanted, found);
}

const char *cli_reproduction_word(const am_reproduction *r) {
  static const char *const words[] = {"FAIL", "PASS", "OPEN"};
  return words[r->answer];
}

/* PASS NAME, FAIL NAME and what was missed, or OPEN NAME and what is not to be judged. */
static void put_verdict(am_text *text, const am_reproduction *r) {
  const char *gap = r->answer == AM_ANSWER_MISSED ? ": missed " : ": too few seeds to judge ";
  am_text_printf(text, "%s %s", cli_reproduction_word(r), r->plan.study->name);
  for (int k = 0; k < form_of(r)->n_criteria; k++) {
    const am_criterion *c = &form_of(r)->criteria[k];
    char found[3 * CELL];
    if (r->answer == AM_ANSWER_MET || r->verdicts[k].answer != r->answer) continue;
    put_found(found, sizeof found, r, k);
    am_text_printf(text, "%s%s of %s, %s", gap, c->measure, r->plan.study->arms[c->arm].name,
                   found);
    gap = "; ";
  }
  am_text_puts(text, "\n");
}

void cli_reproduction_put(am_text *text, const am_reproduction *r) {
  const am_study *s = r->plan.study;
  am_text_printf(text, "%s: %s\n%s; %s form, %d seed%s from %llu\n\n", s->name, s->meaning,
                 s->source ? s->source : "", am_study_plan_form_name(&r->plan), r->plan.n_seeds,
                 r->plan.n_seeds == 1 ? "" : "s", (unsigned long long)r->plan.first_seed);
  for (int arm = 0; arm < s->n_arms; arm++) put_runs(text, r, arm);
  am_text_puts(text,
               "criteria (met where the 95 % confidence interval shows it; few: too few seeds "
               "to judge)\n");
  for (int k = 0; k < form_of(r)->n_criteria; k++) put_criterion(text, r, k);
  am_text_puts(text, "\n");
  put_verdict(text, r);
}

/* ------------------------------------------------------------------------------ JSON */
static void json_arm(am_text *text, const am_reproduction *r, int arm) {
  const am_arm *a = &r->plan.study->arms[arm];
  am_json_begin(text);
  am_json_put_string(text, "name", a->name);
  am_json_put_bool(text, "control", a->is_control);
  am_json_list(text, "runs");
  for (int seed = 0; seed < r->plan.n_seeds; seed++) {
    am_json_begin(text);
    am_json_put_uint(text, "seed", r->plan.first_seed + (uint64_t)seed);
    am_json_put_key(text, "measures");
    am_json_begin(text);
    for (int i = 0; i < r->protocols[arm]->n_measures; i++)
      am_json_put_double(text, r->protocols[arm]->measures[i].name,
                         am_reproduction_value(r, arm, seed, i));
    am_text_puts(text, "}}");
  }
  am_text_puts(text, "]}");
}

static void json_criterion(am_text *text, const am_reproduction *r, int k) {
  const am_criterion *c = &form_of(r)->criteria[k];
  const am_verdict *v = &r->verdicts[k];
  am_json_begin(text);
  am_json_put_string(text, "arm", r->plan.study->arms[c->arm].name);
  am_json_put_string(text, "measure", c->measure);
  am_json_put_string(text, "meaning", c->meaning);
  am_json_put_string(text, "judgement", am_judgement_name(c->judgement));
  am_json_put_double(text, "low", c->low);
  am_json_put_double(text, "high", c->high);
  am_json_put_double(text, "share", am_judges_share(c->judgement) ? c->share : (double)NAN);
  if (am_judges_two(c->judgement))
    am_json_put_string(text, "other", r->plan.study->arms[(int)c->share].name);
  am_json_put_double(text, "value", v->value);
  am_json_put_double(text, "low95", v->low);
  am_json_put_double(text, "high95", v->high);
  am_json_put_int(text, "inside", v->inside);
  am_json_put_string(text, "answer", am_answer_name(v->answer));
  am_text_puts(text, "}");
}

void cli_reproduction_json(am_text *text, const am_reproduction *r, const char *folder,
                           const char *page) {
  const am_study *s = r->plan.study;
  am_json_begin(text);
  am_json_put_string(text, "name", s->name);
  am_json_put_string(text, "answer", am_answer_name(r->answer));
  am_json_put_string(text, "form", am_study_plan_form_name(&r->plan));
  am_json_put_uint(text, "first_seed", r->plan.first_seed);
  am_json_put_int(text, "seeds", r->plan.n_seeds);
  am_json_put_string(text, "folder", folder);
  am_json_put_string(text, "report", page);
  am_json_list(text, "criteria");
  for (int k = 0; k < form_of(r)->n_criteria; k++) {
    if (k > 0) am_text_puts(text, ",");
    json_criterion(text, r, k);
  }
  am_text_puts(text, "]");
  am_json_list(text, "arms");
  for (int arm = 0; arm < s->n_arms; arm++) {
    if (arm > 0) am_text_puts(text, ",");
    json_arm(text, r, arm);
  }
  am_text_puts(text, "]}");
}

int cli_reproduction_stopped(const cli_line *line, const am_reproduction *r, const char *folder,
                             int number) {
  am_text members = {0};
  char said[120];
  const int done = am_reproduction_done(r);
  snprintf(said, sizeof said, "stopped; %d of %d runs are finished and kept.", done, r->n_runs);
  am_json_put_string(&members, "name", r->plan.study->name);
  am_json_put_string(&members, "folder", folder);
  am_json_put_int(&members, "runs", done);
  am_json_put_int(&members, "of", r->n_runs);
  return cli_stopped(line, folder, said, &members, number);
}
