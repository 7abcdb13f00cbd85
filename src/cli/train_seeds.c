/* Training with several seeds (see train_seeds.h). */
#include "cli/train_seeds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/student.h"
#include "cli/beside.h"
#include "cli/outcome.h"
#include "cli/side.h"
#include "cli/terminal.h"
#include "format/json.h"
#include "run/config/objects.h"
#include "run/train/seeds.h"

typedef struct result {
  const cli_line *line;
  const am_config *config;
  const char *folder;
  uint64_t first;
  int n;
  cli_outcome *outcomes; /* [n] */
  am_interval drawn, greedy;
} result;

/* An evaluation and an episode for each, by the thread that trained it. */
static amine_status finished(void *context, const am_config *config, const char *folder,
                             amine_error *error) {
  cli_line silent = *(const cli_line *)context;
  silent.options |= CLI_QUIET;
  if (cli_has(&silent, CLI_NO_REPORT)) return AMINE_OK;
  return cli_outcome_record(&silent, config, folder, error);
}

static amine_status read_outcomes(result *r, amine_error *error) {
  const size_t n = (size_t)r->n;
  double *values = am_alloc(n, 2 * sizeof *values);
  r->outcomes = am_alloc(n, sizeof *r->outcomes);
  amine_status status = values && r->outcomes ? AMINE_OK : am_fail_memory(error, n * 64);
  for (size_t k = 0; k < n && status == AMINE_OK; k++) {
    am_text path = {0};
    status = am_seeds_path(&path, r->folder, r->first + k, false, error);
    if (status == AMINE_OK) status = cli_outcome_read(&r->outcomes[k], path.data, error);
    am_text_free(&path);
    values[k] = r->outcomes[k].reward;
    values[n + k] = r->outcomes[k].greedy_reward;
  }
  if (status == AMINE_OK) {
    r->drawn = am_interval_of(values, n);
    r->greedy = am_interval_of(values + n, n);
  }
  am_free(values);
  return status;
}

static void put_text(am_text *text, const result *r, const am_task *task, const char *page) {
  enum { SEED = 10, COLUMN = 26 };
  const int digits = cli_reward_digits(task);
  const char *pm = cli_plus_minus();
  char cell[64];
  const bool greedy = task->n_symbols == 0; /* of symbols nothing is chosen */
  cli_put_heading(text, task, r->outcomes[0].n_episodes);
  am_text_printf(text, "  %-*s%-*s%s\n", SEED, "seed", COLUMN, cli_network_plays(task, false),
                 greedy ? cli_network_plays(task, true) : "");
  for (int k = 0; k < r->n; k++) {
    const cli_outcome *o = &r->outcomes[k];
    snprintf(cell, sizeof cell, "%.*f%s%.*f", digits, cli_spoken(task, o->reward), pm, digits,
             cli_spoken_error(task, o->reward, o->se));
    am_text_printf(text, "  %-*llu%s%*s", SEED, (unsigned long long)(r->first + (uint64_t)k), cell,
                   greedy ? COLUMN - cli_columns(cell) : 0, "");
    if (greedy)
      am_text_printf(text, "%.*f%s%.*f", digits, o->greedy_reward, pm, digits, o->greedy_se);
    am_text_puts(text, "\n");
  }
  am_interval all = r->drawn;
  all.half = cli_spoken_error(task, all.mean, all.half);
  all.mean = cli_spoken(task, all.mean);
  cli_put_interval(cell, sizeof cell, &all);
  am_text_printf(text, "  %-*s%s%*s", SEED, "all", cell, greedy ? COLUMN - cli_columns(cell) : 0,
                 "");
  if (greedy) cli_put_interval(cell, sizeof cell, &r->greedy);
  am_text_printf(text, "%s\n", greedy ? cell : "");
  am_text_printf(
      text, "all: mean%shalf of a 95 %% confidence interval over the seeds (Student's t)\n", pm);
  if (task->n_lines > 0) am_text_puts(text, "what known policies earn on average\n");
  cli_lines_table(text, task, SEED + COLUMN);
  am_text_printf(text, "folder  %s\nreport  %s\n", r->folder, page);
}

static void put_json(am_text *text, const result *r, const am_task *task, const char *page) {
  am_json_begin(text);
  am_json_put_string(text, "status", "done");
  am_json_put_string(text, "folder", r->folder);
  am_json_put_uint(text, "first_seed", r->first);
  am_json_put_int(text, "seeds", r->n);
  am_json_list(text, "runs");
  for (int k = 0; k < r->n; k++) {
    const cli_outcome *o = &r->outcomes[k];
    am_json_begin(text);
    am_json_put_uint(text, "seed", r->first + (uint64_t)k);
    am_json_put_uint(text, "iteration", o->iteration);
    am_json_put_double(text, "reward", o->reward);
    am_json_put_double(text, "se", o->se);
    am_json_put_double(text, "greedy_reward", o->greedy_reward);
    am_json_put_double(text, "greedy_se", o->greedy_se);
    if (o->criterion.there) am_json_put_double(text, "trials_to_criterion", o->criterion.trials);
    am_text_puts(text, "}");
  }
  am_text_puts(text, "]");
  cli_json_interval(text, "reward", &r->drawn);
  cli_json_interval(text, "greedy_reward", &r->greedy);
  cli_lines_json(text, task);
  am_json_put_string(text, "report", page);
  am_json_end(text);
}

static void put_bare(am_text *text, const result *r) {
  if (!cli_has(r->line, CLI_JSON)) {
    am_text_printf(text, "folder  %s\n", r->folder);
    return;
  }
  am_json_begin(text);
  am_json_put_string(text, "status", "done");
  am_json_put_string(text, "folder", r->folder);
  am_json_put_uint(text, "first_seed", r->first);
  am_json_put_int(text, "seeds", r->n);
  am_json_end(text);
}

static int finish(result *r) {
  amine_error error = {0};
  am_text text = {0}, page = {0};
  am_task *task = NULL;
  if (cli_has(r->line, CLI_NO_REPORT)) {
    put_bare(&text, r);
    return cli_print(&text);
  }
  amine_status status = am_task_of_config(&task, r->config, &error);
  if (status == AMINE_OK) status = read_outcomes(r, &error);
  if (status == AMINE_OK) status = cli_side_report(&page, r->folder, r->first, r->n, false, &error);
  int code;
  if (status == AMINE_OK) {
    if (cli_has(r->line, CLI_JSON)) put_json(&text, r, task, page.data);
    else put_text(&text, r, task, page.data);
    code = cli_print(&text);
  } else {
    code = cli_fail(status, &error, false);
  }
  am_text_free(&page);
  am_free(r->outcomes);
  am_task_destroy(task);
  return code;
}

static int train(const cli_line *line, const am_config *config, int n_seeds, const char *folder,
                 bool resume, int *signal) {
  amine_error error = {0};
  cli_side side;
  result r = {
      .line = line, .config = config, .folder = folder, .first = config->common.seed, .n = n_seeds};
  const am_train_seeds seeds = {.config = config,
                                .n = n_seeds,
                                .folder = folder,
                                .finished = finished,
                                .context = (void *)(uintptr_t)line};
  am_text said = {0};
  am_text_printf(&said, "%s %s, %d seeds side by side, in %.300s\n",
                 resume ? "going on with" : "training",
                 config->preset[0] ? config->preset : "a network", n_seeds, folder);
  cli_side_begin(&side, line, &said, folder, n_seeds);
  const amine_status status = am_train_seeds_run(&seeds, resume, &side.watch, &error);
  cli_side_end(&side);
  *signal = atomic_load(side.watch.stop);
  if (status == AMINE_ERROR_STOPPED) return cli_side_stopped(&side);
  if (status != AMINE_OK) return cli_fail(status, &error, resume && !side.announced);
  return finish(&r);
}

int cli_train_seeds(const cli_line *line, const am_config *config, int n_seeds, const char *folder,
                    bool resume) {
  amine_error error = {0};
  int signal = 0;
  const amine_status status = cli_beside_open(line, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, false);
  const int code = train(line, config, n_seeds, folder, resume, &signal);
  cli_beside_close(line, signal);
  return code;
}
