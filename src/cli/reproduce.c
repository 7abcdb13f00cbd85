/* amine reproduce: published experiments, one after the other, each judged. */
#include "cli/reproduce.h"

#include <stdio.h>
#include <string.h>

#include "amine/kernel.h"
#include "base/threads.h"
#include "base/words.h"
#include "cli/beside.h"
#include "cli/folder.h"
#include "cli/reproduce_table.h"
#include "cli/side.h"
#include "format/json.h"

const amine_parameter cli_reproduce_keys[CLI_N_REPRODUCE_KEYS] = {
    [CLI_REPRODUCE_SEEDS] =
        AM_INTEGER("seeds", 10, 1, AM_STUDY_SEEDS_MAX, "", "so many runs of each arm"),
    [CLI_REPRODUCE_SEED] = AM_INTEGER("seed", 0, 0, (double)AM_STUDY_SEED_MAX, "",
                                      "the first seed; those that follow it come next"),
    [CLI_REPRODUCE_QUICK] =
        AM_SWITCH("quick", 0, "a shorter form of the experiment, with a band of its own"),
    [CLI_REPRODUCE_THREADS] = AM_INTEGER(
        "threads", 0, 0, 1024, "", "threads; 0 takes every processor; results do not depend on it",
        .neutral = true),
};

/* One command: experiments, and what came of them. */
typedef struct job {
  const cli_line *line;
  am_text json, summary;    /* so far */
  int n_done, n_answers[3]; /* by am_answer */
  int signal;               /* that had it stopped; else 0 */
} job;

/* ------------------------------------------------------------------------------ the keys */
/* Those that the line says; the others stay. */
static amine_status take_keys(am_study_plan *plan, const cli_line *line, amine_error *error) {
  const cli_variant keys = {"", cli_reproduce_keys, CLI_N_REPRODUCE_KEYS};
  am_value own[CLI_N_REPRODUCE_KEYS];
  AM_TRY(cli_configure_variant(own, &keys, line, error));
  for (int k = 0; k < line->n_assignments; k++) {
    const char *a = line->assignments[k];
    if (strncmp(a, "seeds=", 6) == 0) plan->n_seeds = (int)own[CLI_REPRODUCE_SEEDS].number;
    if (strncmp(a, "seed=", 5) == 0) plan->first_seed = own[CLI_REPRODUCE_SEED].integer;
    if (strncmp(a, "quick=", 6) == 0) plan->quick = own[CLI_REPRODUCE_QUICK].number != 0;
    if (strncmp(a, "threads=", 8) == 0) plan->n_threads = (int)own[CLI_REPRODUCE_THREADS].number;
  }
  return AMINE_OK;
}

static const char *next_study(int k) {
  const am_study *study = am_study_at(k);
  if (study) return study->name;
  return k > 0 && am_study_at(k - 1) ? "all" : NULL;
}

static amine_status find(const am_study **study, const char *name, amine_error *error) {
  *study = am_study_find(name);
  if (*study) return AMINE_OK;
  const char *near = am_nearest(name, next_study);
  return am_fail(error, AMINE_ERROR_ARGUMENT, "there is no experiment \"%.60s\"%s%s%s", name,
                 near ? "; did you mean " : "", near ? near : "",
                 near ? "?" : "; amine list experiments shows them");
}

/* The plans of all that the words name, each once and checked; *plans is to be freed. */
static amine_status take_words(am_study_plan **plans, int *n, const am_study_plan *keys,
                               const cli_line *line, amine_error *error) {
  int n_all = 0;
  while (am_study_at(n_all)) n_all++;
  *plans = am_alloc((size_t)n_all + 1, sizeof **plans);
  if (!*plans) return am_fail_memory(error, 64);
  for (int w = 0; w < line->n_words; w++) {
    const am_study *named = NULL;
    const bool all = strcmp(line->words[w], "all") == 0 && n_all > 0;
    if (!all) AM_TRY(find(&named, line->words[w], error));
    for (int k = 0; k < n_all; k++) {
      am_study_plan plan = *keys;
      bool there = false;
      plan.study = am_study_at(k);
      for (int i = 0; i < *n; i++) there = there || (*plans)[i].study == plan.study;
      if (there || (!all && plan.study != named)) continue;
      const am_protocol *protocols[AM_ARMS_MAX];
      AM_TRY(am_study_plan_check(&plan, protocols, error));
      const amine_status data = am_study_plan_data(&plan, error);
      if (all && data == AMINE_ERROR_IO) {
        cli_say(line, "%s is left out: %s\n", plan.study->name, error->message);
        continue;
      }
      AM_TRY(data);
      (*plans)[(*n)++] = plan;
    }
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ one experiment */
static void put_announcement(am_text *said, const am_study_plan *plan, const char *folder) {
  const am_study *s = plan->study;
  const int n = plan->n_threads ? plan->n_threads : am_processors();
  am_text_printf(
      said, "reproducing %s, %s form: %d arm%s, %d seed%s, %d thread%s (%s), in %.300s\n", s->name,
      am_study_plan_form_name(plan), s->n_arms, s->n_arms == 1 ? "" : "s", plan->n_seeds,
      plan->n_seeds == 1 ? "" : "s", n, n == 1 ? "" : "s", amine_kernel_name(), folder);
}

static void put_result(job *j, const am_reproduction *r, const char *folder, const char *page) {
  am_text text = {0};
  int met = 0;
  const int n = am_study_plan_form(&r->plan)->n_criteria;
  for (int k = 0; k < n; k++) met += r->verdicts[k].answer == AM_ANSWER_MET;
  am_text_printf(&j->summary, "  %s  %s: %d of %d criteria\n", cli_reproduction_word(r),
                 r->plan.study->name, met, n);
  if (cli_has(j->line, CLI_JSON)) {
    if (j->json.length > 0) am_text_puts(&j->json, ",");
    cli_reproduction_json(&j->json, r, folder, page);
  } else {
    if (j->n_done > 0) am_text_puts(&text, "\n");
    cli_reproduction_put(&text, r);
    am_text_printf(&text, "folder  %s\nreport  %s\n", folder, page);
    cli_print(&text);
    fflush(stdout);
  }
  j->n_done++;
  j->n_answers[r->answer]++;
}

static int code_of(am_answer answer) {
  static const int codes[] = {CLI_BAND_MISSED, CLI_DONE, CLI_TOO_FEW_SEEDS};
  return codes[answer];
}

static bool is_verdict(int code) {
  return code == CLI_DONE || code == CLI_BAND_MISSED || code == CLI_TOO_FEW_SEEDS;
}

static int finish(job *j, const am_reproduction *r, const char *folder) {
  amine_error error = {0};
  am_text page = {0};
  int code = code_of(r->answer);
  const amine_status status = cli_write_report(&page, folder, &folder, 1, &error);
  if (status == AMINE_OK) put_result(j, r, folder, page.data);
  else code = cli_fail(status, &error, false);
  am_text_free(&page);
  return code;
}

static int reproduce(job *j, const am_study_plan *plan, const char *folder, bool resume) {
  amine_error error = {0};
  am_reproduction r = {0};
  am_text said = {0};
  cli_side side;
  put_announcement(&said, plan, folder);
  cli_side_begin(&side, j->line, &said, folder, plan->n_seeds);
  const amine_status status = am_reproduce(&r, plan, folder, &side.watch, &error);
  cli_side_end(&side);
  j->signal = atomic_load(side.watch.stop);
  int code;
  if (status == AMINE_OK) code = finish(j, &r, folder);
  else if (status == AMINE_ERROR_STOPPED)
    code = cli_reproduction_stopped(j->line, &r, folder, atomic_load(side.watch.stop));
  else code = cli_fail(status, &error, resume && !side.announced);
  am_reproduction_free(&r);
  return code;
}

/* ------------------------------------------------------------------------------ all of them */
static void folder_of(am_text *out, const cli_line *line, const am_study_plan *plan, int n) {
  am_text name = {0};
  if (line->out && n == 1) {
    am_text_puts(out, line->out);
  } else if (line->out) {
    am_text_printf(out, "%s/%s", line->out, plan->study->name);
  } else {
    am_text_printf(&name, "%s%s", plan->study->name, plan->quick ? "-quick" : "");
    if (!name.failed) cli_free_name(out, name.data);
  }
  if (name.failed) out->failed = true;
  am_text_free(&name);
}

/* To all experiments that were done. */
static am_answer answer_of(const job *j) {
  if (j->n_answers[AM_ANSWER_MISSED] > 0) return AM_ANSWER_MISSED;
  return j->n_answers[AM_ANSWER_OPEN] > 0 ? AM_ANSWER_OPEN : AM_ANSWER_MET;
}

/* The end of the output, and of the page; returns the exit code. */
static int close_job(job *j, int code) {
  am_text text = {0};
  if (is_verdict(code)) {
    if (cli_has(j->line, CLI_JSON)) {
      am_json_begin(&text);
      am_json_put_string(&text, "status", "done");
      am_json_put_string(&text, "answer", am_answer_name(answer_of(j)));
      am_json_list(&text, "experiments");
      am_text_add(&text, j->json.data ? j->json.data : "", j->json.length);
      am_text_puts(&text, "]");
      am_json_end(&text);
    } else if (j->n_done > 1) {
      am_text_printf(&text, "\n%d of %d experiments passed", j->n_answers[AM_ANSWER_MET],
                     j->n_done);
      if (j->n_answers[AM_ANSWER_OPEN] > 0)
        am_text_printf(&text, ", %d with too few seeds to judge", j->n_answers[AM_ANSWER_OPEN]);
      am_text_puts(&text, "\n");
      am_text_add(&text, j->summary.data ? j->summary.data : "", j->summary.length);
    }
    text.failed = text.failed || j->json.failed || j->summary.failed;
    const int printed = cli_print(&text);
    if (printed != CLI_DONE) code = printed;
  }
  am_text_free(&j->json);
  am_text_free(&j->summary);
  cli_beside_close(j->line, j->signal);
  return code;
}

static int reproduce_all(const cli_line *line, const am_study_plan *plans, int n) {
  amine_error refused = {0};
  job j = {.line = line};
  const amine_status status = cli_beside_open(line, &refused);
  int code = status == AMINE_OK ? CLI_DONE : cli_fail(status, &refused, false);
  for (int k = 0; k < n && is_verdict(code); k++) {
    amine_error error = {0};
    am_text folder = {0};
    folder_of(&folder, line, &plans[k], n);
    const int one = folder.failed ? cli_fail(am_fail_memory(&error, 256), &error, false)
                                  : reproduce(&j, &plans[k], folder.data, false);
    code = is_verdict(one) ? code_of(answer_of(&j)) : one;
    am_text_free(&folder);
  }
  return close_job(&j, code);
}

int cli_reproduce(const cli_line *line) {
  amine_error error = {0};
  am_study_plan keys = {.n_seeds = (int)cli_reproduce_keys[CLI_REPRODUCE_SEEDS].standard};
  am_study_plan *plans = NULL;
  int n = 0;
  amine_status status = take_keys(&keys, line, &error);
  if (status == AMINE_OK) status = take_words(&plans, &n, &keys, line, &error);
  const int code =
      status == AMINE_OK ? reproduce_all(line, plans, n) : cli_fail(status, &error, true);
  am_free(plans);
  return code;
}

int cli_reproduce_resume(const cli_line *line) {
  amine_error error = {0};
  am_study_plan plan;
  job j = {.line = line};
  amine_status status = am_study_plan_of(&plan, line->words[0], &error);
  if (status == AMINE_OK) status = take_keys(&plan, line, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, true);
  status = cli_beside_open(line, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, false);
  return close_job(&j, reproduce(&j, &plan, line->words[0], true));
}
