/* The classroom (see classroom.h). */
#include "cli/classroom.h"

#include "cli/served.h"
#if AMINE_LIVE
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/folder.h"
#include "cli/module.h"
#include "cli/signals.h"
#include "format/json.h"
#include "live/session.h"

/* ------------------------------------------------------------------------------ a demonstration */
static int count(const am_demonstration *d) {
  int n = 0;
  while (n < AM_DEMONSTRATION_LINES && d->assignments[n]) n++;
  return n;
}

static amine_status train(am_live *live, const am_demonstration *d, const char *folder,
                          const atomic_int *stop, amine_error *error) {
  const am_train_watch watch = {.stop = stop};
  am_config config;
  am_config_begin(&config, cli_parts());
  amine_status status = am_config_load(&config, d->preset, error);
  if (status == AMINE_OK) status = am_config_assign_all(&config, d->assignments, count(d), error);
  if (status == AMINE_OK) status = am_config_resolve(&config, error);
  if (status == AMINE_OK) status = am_live_run_train(live, &config, folder, false, &watch, error);
  am_config_free(&config);
  return status;
}

static amine_status simulate(am_live *live, const am_demonstration *d, const char *folder,
                             const atomic_int *stop, amine_error *error) {
  const am_simulation_watch watch = {.stop = stop};
  am_simulation_config config = {0};
  am_simulation_outcome outcome = {0};
  AM_TRY(am_simulation_config_load_of(&config, cli_parts(), d->preset, error));
  amine_status status = am_simulation_config_apply(&config, d->assignments, count(d), error);
  if (status == AMINE_OK)
    status = am_live_run_brain(live, &outcome, &config, folder, false, &watch, error);
  am_simulation_outcome_free(&outcome);
  am_simulation_config_free(&config);
  return status;
}

/* To its end, or until somebody says something to the page. */
static amine_status demonstrate(am_live *live, const am_demonstration *d, const cli_line *line,
                                const atomic_int *stop, amine_error *error) {
  am_text name = {0}, folder = {0};
  am_text_printf(&name, "live-%s", d->name);
  if (!name.failed) cli_free_name(&folder, name.data);
  amine_status status = AMINE_OK;
  if (name.failed || folder.failed) status = am_fail_memory(error, 256);
  if (status == AMINE_OK) {
    cli_say(line, "%s, in %s\n", d->title, folder.data);
    am_live_demonstrate(live, d);
    status = d->is_brain ? simulate(live, d, folder.data, stop, error)
                         : train(live, d, folder.data, stop, error);
  }
  am_text_free(&name);
  am_text_free(&folder);
  return status == AMINE_ERROR_STOPPED ? AMINE_OK : status;
}

/* ------------------------------------------------------------------------------ the page */
/* The demonstration that a command asks to begin; NULL: it asks for something else. *leaves: for none. */
static const am_demonstration *chosen(const am_board_command *command, bool *leaves) {
  json_t *root;
  const am_demonstration *found = NULL;
  *leaves = false;
  if (am_json_parse(&root, "command", command->text, command->length, NULL, NULL) != AMINE_OK)
    return NULL;
  const char *what = json_string_value(json_object_get(root, "do"));
  const char *of = json_string_value(json_object_get(root, "of"));
  if (what && of && strcmp(what, "begin") == 0) found = am_demonstration_find(of);
  *leaves = what && strcmp(what, "leave") == 0;
  json_decref(root);
  return found;
}

static amine_status attend(am_live *live, const cli_line *line, const atomic_int *stop,
                           amine_error *error) {
  am_board_command command;
  amine_status status = AMINE_OK;
  while (status == AMINE_OK && am_live_hear(live, &command, stop)) {
    bool leaves;
    const am_demonstration *d = chosen(&command, &leaves);
    if (leaves) am_live_demonstrate(live, NULL);
    if (d) status = demonstrate(live, d, line, stop, error);
  }
  return status;
}

int cli_classroom(const cli_line *line, int port) {
  amine_error error = {0};
  am_live *live = NULL;
  signal(SIGPIPE, SIG_IGN);
  amine_status status = am_live_open(&live, port, cli_parts(), &error);
  if (status == AMINE_OK) {
    const atomic_int *stop = cli_signals_catch();
    am_live_offer(live);
    cli_live_say(line, am_live_url(live), NULL);
    status = attend(live, line, stop, &error);
    cli_signals_release();
  }
  am_live_close(live);
  return status == AMINE_OK ? CLI_DONE : cli_fail(status, &error, false);
}

#else

int cli_classroom(const cli_line *line, int port) {
  amine_error error = {0};
  (void)line, (void)port;
  return cli_fail(cli_live_missing("amine live", &error), &error, false);
}

#endif
