/* amine replay: a run once more, by its configuration and what was done to it. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/folder.h"
#include "cli/module.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "cli/simulation_progress.h"
#include "format/json.h"
#include "run/config/objects.h"
#include "run/simulate/checkpoint.h"
#include "run/simulate/run.h"
#include "run/train/train.h"

typedef struct replay {
  const cli_line *line;
  const char *from, *to;     /* folders */
  am_text script, old, new;  /* paths: what was done; the checkpoints */
  uint64_t until;            /* iterations, or steps, that it has done */
  const char *unit;          /* "iterations" */
  cli_progress training;
  cli_simulation_progress brain;
} replay;

/* ------------------------------------------------------------------------------ doing it again */
static bool train_on(void *context, am_experiment *x, am_interventions *interventions) {
  const replay *r = context;
  (void)interventions;
  return x->learner->iteration < r->until;
}

static void train_step(void *context, const am_train_progress *now) {
  cli_progress_step(&((replay *)context)->training, now);
}

static amine_status train(replay *r, const atomic_int *stop, amine_error *error) {
  am_config config;
  am_task *task = NULL;
  am_config_begin(&config, cli_parts());
  amine_status status = am_train_config(&config, r->from, error);
  if (status == AMINE_OK) status = am_train_done(&r->until, r->from, error);
  if (status == AMINE_OK) status = am_task_of_config(&task, &config, error);
  if (status == AMINE_OK) {
    cli_progress_begin(&r->training, task, cli_has(r->line, CLI_QUIET));
    const am_train_watch watch = {.progress = train_step,
                                  .moment = train_on,
                                  .context = r,
                                  .script = r->script.data,
                                  .stop = stop};
    status = am_train_new(&config, r->to, &watch, error);
    cli_progress_end(&r->training);
    am_task_destroy(task);
  }
  am_config_free(&config);
  return status;
}

static bool simulate_on(void *context, am_simulation *s, am_interventions *interventions) {
  const replay *r = context;
  (void)interventions;
  if (r->until < s->halt) s->halt = r->until;
  return amine_brain_step(s->brain) < r->until;
}

static void simulate_step(void *context, const am_simulation_progress *now) {
  cli_simulation_progress_step(&((replay *)context)->brain, now);
}

static amine_status simulate(replay *r, const atomic_int *stop, amine_error *error) {
  am_simulation_config config = {0};
  am_simulation_outcome outcome = {0};
  AM_TRY(am_simulation_checkpoint_step(&r->until, r->old.data, error));
  AM_TRY(am_simulation_folder_config(&config, cli_parts(), r->from, error));
  cli_simulation_progress_begin(&r->brain, cli_has(r->line, CLI_QUIET));
  const am_simulation_watch watch = {.progress = simulate_step,
                                     .moment = simulate_on,
                                     .context = r,
                                     .script = r->script.data,
                                     .stop = stop};
  const amine_status status = am_simulation_new(&outcome, &config, r->to, &watch, error);
  cli_simulation_progress_end(&r->brain);
  am_simulation_outcome_free(&outcome);
  am_simulation_config_free(&config);
  return status;
}

/* ------------------------------------------------------------------------------ comparing */
static int finish(const replay *r, bool same) {
  am_text text = {0};
  if (cli_has(r->line, CLI_JSON)) {
    am_json_begin(&text);
    am_json_put_string(&text, "status", "done");
    am_json_put_string(&text, "folder", r->to);
    am_json_put_uint(&text, r->unit, r->until);
    am_json_put_bool(&text, "same", same);
    am_json_end(&text);
  } else {
    am_text_printf(&text, "%s after %llu %s: %s and %s\n",
                   same ? "the same bits" : "DIFFERENT", (unsigned long long)r->until, r->unit,
                   r->old.data, r->new.data);
  }
  const int code = cli_print(&text);
  return code == CLI_DONE && !same ? CLI_FAILED : code;
}

static int compare(const replay *r) {
  amine_error error = {0};
  am_file_sum sums[2] = {{0}};
  amine_status status = am_file_sum_of(&sums[0], r->old.data, &error);
  if (status == AMINE_OK) status = am_file_sum_of(&sums[1], r->new.data, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, true);
  return finish(r, sums[0].bytes == sums[1].bytes && sums[0].crc32c == sums[1].crc32c);
}

/* ------------------------------------------------------------------------------ the command */
/* DIR-replay, or with -2, -3, ... behind. */
static void choose_folder(am_text *out, const cli_line *line) {
  am_text path = {0};
  size_t n = strlen(line->words[0]);
  while (n > 1 && line->words[0][n - 1] == '/') n--;
  am_text_add(&path, line->words[0], n);
  am_text_puts(&path, "-replay");
  if (!path.failed) cli_free_path(out, path.data);
  else out->failed = true;
  am_text_free(&path);
}

static amine_status places(replay *r, amine_error *error) {
  AM_TRY(am_folder_must_hold_run(r->from, error));
  AM_TRY(am_folder_path(&r->old, r->from, AM_CHECKPOINT_FILE, error));
  AM_TRY(am_folder_path(&r->new, r->to, AM_CHECKPOINT_FILE, error));
  AM_TRY(am_folder_path(&r->script, r->from, AM_INTERVENTIONS_FILE, error));
  if (am_file_missing(r->script.data)) am_text_free(&r->script); /* nothing was done to it */
  return AMINE_OK;
}

static int run(replay *r) {
  amine_error error = {0};
  amine_status status = places(r, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, true);
  signal(SIGPIPE, SIG_IGN);
  const atomic_int *stop = cli_signals_catch();
  const bool brain = am_simulation_folder(r->from);
  r->unit = brain ? "steps" : "iterations";
  status = brain ? simulate(r, stop, &error) : train(r, stop, &error);
  cli_signals_release();
  if (atomic_load(stop)) {
    cli_say(r->line, "stopped before the end: nothing is compared\n");
    return CLI_SIGNAL + atomic_load(stop);
  }
  if (status != AMINE_OK && status != AMINE_ERROR_STOPPED) return cli_fail(status, &error, true);
  return compare(r);
}

int cli_replay(const cli_line *line) {
  amine_error error = {0};
  am_text folder = {0};
  if (line->out) am_text_puts(&folder, line->out);
  else choose_folder(&folder, line);
  const amine_status status = folder.failed ? am_fail_memory(&error, 256) : AMINE_OK;
  replay r = {.line = line, .from = line->words[0], .to = folder.data};
  const int code = status == AMINE_OK ? run(&r) : cli_fail(status, &error, false);
  am_text_free(&r.script);
  am_text_free(&r.old);
  am_text_free(&r.new);
  am_text_free(&folder);
  return code;
}
