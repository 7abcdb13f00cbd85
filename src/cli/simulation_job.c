/* A simulation under the eyes of a user (see simulation_job.h). */
#include "cli/simulation_job.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "amine/kernel.h"
#include "base/threads.h"
#include "cli/folder.h"
#include "cli/page.h"
#include "cli/signals.h"
#include "cli/simulation_progress.h"
#include "format/json.h"

typedef struct job {
  const cli_line *line;
  const am_simulation_config *config;
  const char *folder;
  bool resume, announced;
  cli_simulation_progress progress;
  am_text notes; /* on keys that are not used */
} job;

static void announce(const job *j, const am_simulation_progress *now) {
  const am_simulation_config *c = j->config;
  const char *preset = json_string_value(json_object_get(c->root, "preset"));
  const int threads = (int)am_simulation_number(c, AM_SIM_THREADS);
  const int n = threads ? threads : am_processors();
  cli_say(j->line, "%s %.60s, seed %llu, %g s, protocol %s, %d thread%s (%s), in %.300s\n",
          j->resume ? "going on with" : "simulating", preset ? preset : "a brain",
          (unsigned long long)c->values[AM_SIM_SEED].integer, now->duration_s, c->protocol->name, n,
          n == 1 ? "" : "s", amine_kernel_name(), j->folder);
}

/* Nothing is said before the first slice is done, for until then a run may still be refused. */
static void step(void *context, const am_simulation_progress *now) {
  job *j = context;
  if (!j->announced) announce(j, now);
  j->announced = true;
  cli_simulation_progress_step(&j->progress, now);
}

/* Lines about keys that are not used: said now, and once more at the end, where a run of hours is
 * looked at. */
static void notes(void *context, const char *lines) {
  job *j = context;
  cli_say(j->line, "%s", lines);
  am_text_puts(&j->notes, lines);
}

/* ------------------------------------------------------------------------------ the result */
/* An object with a number for each population. */
static void put_each(am_text *text, const char *key, const am_simulation_outcome *o,
                     const double *values) {
  am_json_put_key(text, key);
  am_json_begin(text);
  for (int p = 0; p < o->n_populations; p++) am_json_put_double(text, o->names[p], values[p]);
  am_text_puts(text, "}");
}

static void put_json(am_text *text, const job *j, const am_simulation_outcome *o,
                     const char *page) {
  const am_protocol *protocol = j->config->protocol;
  am_json_begin(text);
  am_json_put_string(text, "status", "done");
  am_json_put_string(text, "folder", j->folder);
  am_json_put_double(text, "t_s", o->t_s);
  am_json_put_double(text, "seconds", o->seconds);
  put_each(text, "rate_hz", o, o->rates_hz);
  am_json_put_key(text, "spikes");
  am_json_begin(text);
  for (int p = 0; p < o->n_populations; p++) am_json_put_uint(text, o->names[p], o->spikes[p]);
  am_text_puts(text, "}");
  put_each(text, "excitation", o, o->excitation);
  put_each(text, "inhibition", o, o->inhibition);
  put_each(text, "balance", o, o->balance);
  am_json_put_double(text, "reward", o->reward);
  am_json_put_string(text, "protocol", protocol->name);
  am_json_put_key(text, "measure");
  am_json_begin(text);
  for (int k = 0; k < protocol->n_measures; k++)
    am_json_put_double(text, protocol->measures[k].name, o->measures[k]);
  am_text_puts(text, "}");
  if (o->limits[0]) am_json_put_string(text, "limits", o->limits);
  if (page) am_json_put_string(text, "report", page);
  am_json_end(text);
}

/* Of the populations onto which synapses brought something. */
static void put_balance(am_text *text, const am_simulation_outcome *o, int width) {
  bool begun = false;
  for (int p = 0; p < o->n_populations; p++) {
    if (!(o->excitation[p] > 0 || o->inhibition[p] > 0)) continue;
    if (!begun)
      am_text_puts(text, "synapses brought, weight Hz: excitation, inhibition, "
                         "inhibition / excitation\n");
    begun = true;
    am_text_printf(text, "  %-*s %8.4g %8.4g ", width, o->names[p], o->excitation[p],
                   o->inhibition[p]);
    if (o->excitation[p] > 0) am_text_printf(text, "%8.3g\n", o->balance[p]);
    else am_text_printf(text, "%8s\n", "-");
  }
}

static void put_text(am_text *text, const job *j, const am_simulation_outcome *o,
                     const char *page) {
  const am_protocol *protocol = j->config->protocol;
  int width = 12;
  for (int p = 0; p < o->n_populations; p++)
    if ((int)strlen(o->names[p]) > width) width = (int)strlen(o->names[p]);
  for (int k = 0; k < protocol->n_measures; k++)
    if ((int)strlen(protocol->measures[k].name) > width)
      width = (int)strlen(protocol->measures[k].name);
  am_text_printf(text, "rates over %g s, Hz per neuron\n", o->t_s);
  for (int p = 0; p < o->n_populations; p++)
    am_text_printf(text, "  %-*s %8.2f\n", width, o->names[p], o->rates_hz[p]);
  put_balance(text, o, width);
  if (strcmp(protocol->name, "none") != 0) {
    am_text_printf(text, "%s: %s\n", protocol->name, protocol->meaning);
    for (int k = 0; k < protocol->n_measures; k++) {
      const am_measure *m = &protocol->measures[k];
      if (isnan(o->measures[k]) && protocol->plays) continue; /* its task does not ask for that */
      if (isnan(o->measures[k])) /* not to be measured yet: it has no unit either */
        am_text_printf(text, "  %-*s %8s  %s\n", width, m->name, "-", m->meaning);
      else
        am_text_printf(text, "  %-*s %8.4g%s%s  %s\n", width, m->name, o->measures[k],
                       m->unit[0] ? " " : "", m->unit, m->meaning);
    }
    am_text_printf(text, "  %-*s %8.4g  the sum of all that dopamine was told\n", width, "reward", o->reward);
  }
  am_text_printf(text, "folder  %s\n", j->folder);
  if (page) am_text_printf(text, "report  %s\n", page);
}

static int finish(const job *j, const am_simulation_outcome *o) {
  amine_error error = {0};
  am_text page = {0}, text = {0};
  const bool report = !cli_has(j->line, CLI_NO_REPORT);
  amine_status status = AMINE_OK;
  if (report) status = cli_write_report(&page, j->folder, &j->folder, 1, &error);
  int code = CLI_DONE;
  if (status == AMINE_OK) {
    if (cli_has(j->line, CLI_JSON)) put_json(&text, j, o, page.data);
    else put_text(&text, j, o, page.data);
    code = cli_print(&text);
  } else {
    code = cli_fail(status, &error, false);
  }
  am_text_free(&page);
  return code;
}

static int stopped(const job *j, const am_simulation_outcome *o, int number) {
  am_text members = {0};
  char said[120];
  const am_simulation_progress *p = &j->progress.latest;
  snprintf(said, sizeof said, "stopped at %g s of %g s; everything is saved.", o->t_s,
           p->duration_s);
  am_json_put_string(&members, "folder", j->folder);
  am_json_put_uint(&members, "iteration", p->slice);
  am_json_put_double(&members, "t_s", o->t_s);
  am_json_put_double(&members, "duration_s", p->duration_s);
  return cli_stopped(j->line, j->folder, said, &members, number);
}

static void say_complete(const job *j, const am_simulation_outcome *o) {
  am_text command = {0};
  cli_put_resume(&command, j->folder);
  cli_say(j->line, "this run is complete: %g s. To simulate further:\n  %s duration_s=%g\n", o->t_s,
          command.data ? command.data : "amine resume", 2 * o->t_s);
  am_text_free(&command);
}

/* What a session of the run came to. */
static int conclude(const job *j, const am_simulation_outcome *o, amine_status status, int signal,
                    const cli_page *page, const amine_error *error) {
  if (o->limits) cli_say(j->line, "%s", o->limits);
  if (status == AMINE_ERROR_STOPPED) {
    const int code = stopped(j, o, signal);
    return cli_page_ended_it(page) ? CLI_DONE : code;
  }
  /* what is wrong with a checkpoint is bad input; what is wrong on the way is a failed disk */
  if (status != AMINE_OK) return cli_fail(status, error, j->resume && !j->announced);
  if (!o->ran) say_complete(j, o);
  if (j->notes.length > 0) cli_say(j->line, "without effect in this file:\n%s", j->notes.data);
  return finish(j, o);
}

int cli_simulation_job(const cli_line *line, const am_simulation_config *config, const char *folder,
                       bool resume) {
  amine_error error = {0};
  am_simulation_outcome outcome = {0};
  cli_page *page;
  job j = {.line = line, .config = config, .folder = folder, .resume = resume};
  amine_status status = cli_page_open(&page, line, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, false);
  cli_simulation_progress_begin(&j.progress, cli_has(line, CLI_QUIET));
  signal(SIGPIPE, SIG_IGN); /* who watched may leave; the run goes on */
  const atomic_int *stop = cli_signals_catch();
  const am_simulation_watch watch = {
      .progress = step, .notes = notes, .context = &j, .script = line->events, .stop = stop};
  status = cli_page_simulate(page, &outcome, config, folder, resume, &watch, &error);
  cli_signals_release();
  cli_simulation_progress_end(&j.progress);
  const int signal = atomic_load(stop);
  const int code = conclude(&j, &outcome, status, signal, page, &error);
  cli_page_close(page, line, code);
  am_simulation_outcome_free(&outcome);
  am_text_free(&j.notes);
  return code;
}
