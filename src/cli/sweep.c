/* amine sweep: every combination of some keys' values, each for several seeds, side by side. */
#include "cli/sweep.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "amine/kernel.h"
#include "base/threads.h"
#include "cli/beside.h"
#include "cli/folder.h"
#include "cli/module.h"
#include "cli/reproduce_table.h"
#include "cli/side.h"
#include "cli/sweep_table.h"
#include "cli/terminal.h"
#include "format/json.h"
#include "report/study/spread.h"
#include "run/study/reproduce.h"
#include "run/study/sweep.h"
#include "run/study/sweep_table.h"

enum { WIDTH = 100 }; /* of the table where nothing says how wide it may be */

const amine_parameter cli_sweep_keys[CLI_N_SWEEP_KEYS] = {
    [CLI_SWEEP_SEEDS] =
        AM_INTEGER("seeds", 5, 1, AM_STUDY_SEEDS_MAX, "", "so many runs of each combination"),
    [CLI_SWEEP_SEED] = AM_INTEGER("seed", 0, 0, (double)AM_STUDY_SEED_MAX, "",
                                  "the first seed; those that follow it come next"),
    [CLI_SWEEP_THREADS] = AM_INTEGER("threads", 0, 0, 1024, "",
                                     "runs at a time; 0: one for every processor; results do not "
                                     "depend on it",
                                     .neutral = true),
};

/* Takes the command's own keys out of the assignments; the others go to rest[*n_rest]. */
static amine_status take_own(am_study_plan *plan, const char **rest, int *n_rest,
                             const cli_line *line, amine_error *error) {
  am_value value;
  *n_rest = 0;
  for (int k = 0; k < line->n_assignments; k++) {
    const char *a = line->assignments[k];
    const size_t n = strcspn(a, "=");
    int own = 0;
    while (own < CLI_N_SWEEP_KEYS &&
           (strlen(cli_sweep_keys[own].name) != n || memcmp(cli_sweep_keys[own].name, a, n) != 0))
      own++;
    if (own == CLI_N_SWEEP_KEYS) {
      rest[(*n_rest)++] = a;
      continue;
    }
    AM_TRY(am_key_read(&cli_sweep_keys[own], a + n + 1, &value, error));
    if (own == CLI_SWEEP_SEEDS) plan->n_seeds = (int)value.number;
    if (own == CLI_SWEEP_SEED) plan->first_seed = value.integer;
    if (own == CLI_SWEEP_THREADS) plan->n_threads = (int)value.number;
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ the end */
/* Where no run came to anything that is the outcome; else the table has said which broke. */
static int code_of(const am_study_source *s) {
  amine_error error = {0};
  if (am_study_broken(s) < s->n_arms * s->n_seeds) return CLI_DONE;
  am_fail(&error, AMINE_ERROR_NUMERIC, "every run broke, the first of them: %s",
          s->arms[0].runs[0].broke);
  return cli_fail(AMINE_ERROR_NUMERIC, &error, false);
}

static int finish(const cli_line *line, const char *folder) {
  amine_error error = {0};
  am_study_source source = {0};
  am_text page = {0}, text = {0};
  const bool json = cli_has(line, CLI_JSON);
  amine_status status = cli_write_report(&page, folder, &folder, 1, &error);
  if (status == AMINE_OK) status = am_study_source_read(&source, folder, false, &error);
  if (status == AMINE_OK)
    status = json ? cli_sweep_json(&text, &source, folder, page.data, &error)
                  : cli_sweep_put(&text, &source, cli_terminal_width(STDOUT_FILENO, WIDTH), &error);
  int code;
  if (status == AMINE_OK) {
    if (!json)
      am_text_printf(&text, "folder  %s\ntable   %s/" AM_SWEEP_TABLE_FILE "\nreport  %s\n", folder,
                     folder, page.data);
    code = cli_print(&text);
    if (code == CLI_DONE) code = code_of(&source);
  } else {
    am_text_free(&text);
    code = cli_fail(status, &error, false);
  }
  am_study_source_free(&source);
  am_text_free(&page);
  return code;
}

/* ------------------------------------------------------------------------------ running */
static void put_announcement(am_text *said, const am_study_plan *plan, const char *folder) {
  const am_study *s = plan->study;
  const json_t *keys = json_object_get(s->sweep, "keys");
  const int n = plan->n_threads ? plan->n_threads : am_processors();
  am_text_printf(said, "sweeping %s: ", s->name);
  for (size_t k = 0; k < json_array_size(keys); k++) {
    const json_t *key = json_array_get(keys, k);
    am_text_printf(said, "%s%zu of %s", k ? " x " : "",
                   json_array_size(json_object_get(key, "values")),
                   json_string_value(json_object_get(key, "key")));
  }
  am_text_printf(said, " x %d seed%s are %d runs, on %d thread%s (%s), in %.300s\n", plan->n_seeds,
                 plan->n_seeds == 1 ? "" : "s", s->n_arms * plan->n_seeds, n, n == 1 ? "" : "s",
                 amine_kernel_name(), folder);
}

static int run(const cli_line *line, const am_study_plan *plan, const char *folder, bool resume,
               int *signal) {
  amine_error error = {0};
  am_reproduction r = {0};
  am_text said = {0};
  cli_side side;
  put_announcement(&said, plan, folder);
  cli_side_begin(&side, line, &said, folder, plan->n_seeds);
  side.n_threads = plan->n_threads ? plan->n_threads : am_processors();
  const amine_status status = am_reproduce(&r, plan, folder, &side.watch, &error);
  cli_side_end(&side);
  *signal = atomic_load(side.watch.stop);
  int code;
  if (status == AMINE_OK) code = finish(line, folder);
  else if (status == AMINE_ERROR_STOPPED)
    code = cli_reproduction_stopped(line, &r, folder, atomic_load(side.watch.stop));
  else code = cli_fail(status, &error, resume && !side.announced);
  am_reproduction_free(&r);
  return code;
}

static int sweep(const cli_line *line, const am_study_plan *plan, const char *folder, bool resume) {
  amine_error error = {0};
  int signal = 0;
  const amine_status status = cli_beside_open(line, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, false);
  const int code = run(line, plan, folder, resume, &signal);
  cli_beside_close(line, signal);
  return code;
}

static void folder_of(am_text *out, const cli_line *line, const char *name) {
  am_text whole = {0};
  if (line->out) {
    am_text_puts(out, line->out);
    return;
  }
  am_text_printf(&whole, "%s-sweep", name);
  if (whole.failed) out->failed = true;
  else cli_free_name(out, whole.data);
  am_text_free(&whole);
}

int cli_sweep(const cli_line *line) {
  amine_error error = {0};
  am_study_plan plan = {.n_seeds = (int)cli_sweep_keys[CLI_SWEEP_SEEDS].standard};
  am_sweep made = {0};
  am_text folder = {0};
  const char **rest = NULL;
  int n_rest = 0;
  amine_status status = cli_refuse_folder(line->words[0], "sweep", &error);
  if (status == AMINE_OK) status = AM_TAKE(rest, (size_t)line->n_assignments + 1, &error);
  if (status == AMINE_OK) status = take_own(&plan, rest, &n_rest, line, &error);
  if (status == AMINE_OK)
    status =
        am_sweep_make(&made, cli_parts(), line->words[0], rest, n_rest, plan.n_threads, &error);
  plan.study = &made.study;
  if (status == AMINE_OK) folder_of(&folder, line, made.study.name);
  if (folder.failed) status = am_fail_memory(&error, 256);
  const int code =
      status == AMINE_OK ? sweep(line, &plan, folder.data, false) : cli_fail(status, &error, true);
  am_text_free(&folder);
  am_free(rest);
  am_sweep_free(&made);
  return code;
}

int cli_sweep_resume(const cli_line *line) {
  const cli_variant keys = {"", cli_sweep_keys, CLI_N_SWEEP_KEYS};
  amine_error error = {0};
  am_study_plan plan;
  am_sweep made;
  am_value own[CLI_N_SWEEP_KEYS];
  const char **rest = NULL;
  int n_rest = 0;
  amine_status status = am_sweep_of_folder(&made, &plan, cli_parts(), line->words[0], &error);
  if (status != AMINE_OK) return cli_fail(status, &error, true);
  status = AM_TAKE(rest, (size_t)line->n_assignments + 1, &error);
  if (status == AMINE_OK) status = take_own(&plan, rest, &n_rest, line, &error);
  if (status == AMINE_OK && n_rest > cli_count_modules(line)) /* says which is no key of it */
    status = cli_configure_variant(own, &keys, line, &error);
  const int code = status == AMINE_OK ? sweep(line, &plan, line->words[0], true)
                                      : cli_fail(status, &error, true);
  am_free(rest);
  am_sweep_free(&made);
  return code;
}
