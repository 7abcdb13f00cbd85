/* A training run under the eyes of a user (see job.h). */
#include "cli/job.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>

#include "amine/kernel.h"
#include "base/threads.h"
#include "cli/folder.h"
#include "cli/outcome.h"
#include "cli/page.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "cli/terminal.h"
#include "format/json.h"
#include "run/config/objects.h"
#include "run/train/train.h"

/* A run in the making, for its first and its further iterations. */
typedef struct job {
  const cli_line *line;
  const am_config *config;
  const char *folder;
  bool resume, announced;
  cli_criterion criterion; /* its trials are known at the end */
  cli_progress progress;
} job;

/* A schedule that ends before the run does: its last rate holds from there on. */
static void say_schedule(const job *j) {
  const am_config *c = j->config;
  if (!am_config_applies(c, "learner.schedule_iterations")) return;
  const uint64_t end = am_config_value(c, "learner.schedule_iterations").integer +
                       am_config_value(c, "learner.warmup_iterations").integer;
  char kind[16];
  const double rate = am_config_applies(c, "learner.rate_end")
                          ? am_config_number(c, "learner.rate_end")
                          : 0; /* of no learning: learner/schedule.h */
  if (end >= c->common.iterations) return;
  cli_say(j->line,
          "the %s schedule ends at iteration %llu: from there on the step size stays at %g%s\n",
          am_config_text(c, "learner.schedule", kind, sizeof kind), (unsigned long long)end, rate,
          rate > 0 ? "" : ", which is no learning");
}

static void announce(const job *j) {
  const am_config *c = j->config;
  const int threads = c->common.threads;
  const int n = threads ? threads : am_processors();
  cli_say(j->line, "%s %s, seed %llu, %llu iterations, %d thread%s (%s), in %.300s\n",
          j->resume ? "going on with" : "training", c->preset[0] ? c->preset : "a network",
          (unsigned long long)c->common.seed, (unsigned long long)c->common.iterations, n,
          n == 1 ? "" : "s", amine_kernel_name(), j->folder);
  say_schedule(j);
}

/* Nothing is said before the first iteration is done, for until then a run may still be refused. */
static void step(void *context, const am_train_progress *now) {
  job *j = context;
  if (!j->announced) announce(j);
  if (!j->announced && now->criterion[0]) {
    snprintf(j->criterion.meaning, sizeof j->criterion.meaning, "%s", now->criterion);
    j->criterion.there = true;
  }
  j->announced = true;
  cli_progress_step(&j->progress, now);
}

/* Lines about what is taken otherwise than it was said. */
static void notes(void *context, const char *lines) {
  const job *j = context;
  cli_say(j->line, "%s", lines);
}

static int stopped(const job *j, const am_train_progress *p, const char *folder, int number) {
  const unsigned long long planned = j->config->common.iterations;
  am_text members = {0};
  char said[120];
  snprintf(said, sizeof said, "stopped after iteration %llu of %llu; everything is saved.",
           (unsigned long long)p->iteration, planned);
  am_json_put_string(&members, "folder", folder);
  am_json_put_uint(&members, "iteration", p->iteration);
  am_json_put_uint(&members, "iterations", planned);
  return cli_stopped(j->line, folder, said, &members, number);
}

/* The result of a run without evaluation. */
static int finish_bare(const cli_line *line, const char *folder, uint64_t iteration) {
  am_text text = {0};
  if (cli_has(line, CLI_JSON)) {
    am_json_begin(&text);
    am_json_put_string(&text, "status", "done");
    am_json_put_string(&text, "folder", folder);
    am_json_put_uint(&text, "iteration", iteration);
    am_json_end(&text);
  } else {
    am_text_printf(&text, "folder  %s\n", folder);
  }
  return cli_print(&text);
}

/* "reached 0.95 at iteration 245, after 7,840 trials" */
static void say_criterion(job *j) {
  const uint64_t at = j->progress.latest.reached;
  am_text text = {0};
  if (!j->criterion.there || !j->announced) return;
  j->criterion.trials = j->progress.latest.trials;
  cli_put_criterion(&text, &j->criterion);
  if (at) am_text_printf(&text, ", at iteration %llu", (unsigned long long)at);
  cli_say(j->line, "%s\n", text.data ? text.data : "");
  am_text_free(&text);
}

int cli_job_finish(const cli_line *line, const am_config *config, const char *folder,
                   uint64_t iteration) {
  amine_error error = {0};
  cli_outcome outcome;
  am_text page = {0};
  if (cli_has(line, CLI_NO_REPORT)) return finish_bare(line, folder, iteration);
  amine_status status = cli_outcome_record(line, config, folder, &error);
  if (status == AMINE_OK) status = cli_outcome_read(&outcome, folder, &error);
  if (status == AMINE_OK) status = cli_write_report(&page, folder, &folder, 1, &error);
  int code = status == AMINE_OK ? cli_outcome_print(&outcome, line, config, folder, page.data)
                                : cli_fail(status, &error, false);
  am_text_free(&page);
  return code;
}

/* What a session of the run came to. */
static int conclude(job *j, amine_status status, int signal, const cli_page *page,
                    const amine_error *error) {
  const cli_line *line = j->line;
  const am_train_progress *p = &j->progress.latest; /* empty if there was nothing left to do */
  /* stopped in the last iteration: the evaluation may take long, and is made by resume, too */
  const bool last = status == AMINE_OK && p->iterations > 0 && !cli_has(line, CLI_NO_REPORT);
  const bool waits = status == AMINE_ERROR_STOPPED && !signal && !cli_page_ended_it(page);
  if (waits) cli_say(line, "%s; they are in %s/%s\n", error->message, j->folder, AM_CLIPS_FILE);
  if (status == AMINE_ERROR_STOPPED || (last && signal)) {
    const int code = stopped(j, p, j->folder, signal);
    return cli_page_ended_it(page) ? CLI_DONE : code;
  }
  if (status != AMINE_OK) return cli_fail(status, error, false);
  say_criterion(j);
  return cli_job_finish(line, j->config, j->folder,
                        p->iterations ? p->iteration : j->config->common.iterations);
}

int cli_job(const cli_line *line, const am_config *config, const char *folder, bool resume) {
  amine_error error = {0};
  am_task *task;
  cli_page *page = NULL;
  amine_status status = am_task_of_config(&task, config, &error);
  if (status == AMINE_OK) status = cli_page_open(&page, line, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, false);
  job j = {.line = line,
           .config = config,
           .folder = folder,
           .resume = resume,
           .criterion = {.there = !isnan(task->criterion), .reward = task->criterion}};
  cli_progress_begin(&j.progress, task, cli_has(line, CLI_QUIET));
  am_task_destroy(task);
  signal(SIGPIPE, SIG_IGN); /* who watched may leave; the run goes on */
  const atomic_int *stop = cli_signals_catch();
  const am_train_watch watch = {
      .progress = step, .notes = notes, .context = &j, .script = line->events, .stop = stop};
  status = cli_page_train(page, config, folder, resume, &watch, &error);
  cli_signals_release();
  cli_progress_end(&j.progress);
  const int signal = atomic_load(stop);
  const int code = conclude(&j, status, signal, page, &error);
  cli_page_close(page, line, code);
  return code;
}
