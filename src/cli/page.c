/* Pages of runs (see page.h). */
#include "cli/page.h"

#include <stdio.h>

#include "cli/module.h"
#include "cli/served.h"
#include "cli/signals.h"
#if AMINE_LIVE
#include "live/session.h"

amine_status cli_page_open(cli_page **page, const cli_line *line, amine_error *error) {
  *page = NULL;
  if (!cli_has(line, CLI_LIVE)) return AMINE_OK;
  AM_TRY(am_live_open(page, 0, cli_parts(), error));
  fprintf(stderr, "live  %s\n", am_live_url(*page));
  fflush(stderr);
  return AMINE_OK;
}

void cli_page_close(cli_page *page, const cli_line *line, int code) {
  if (page && code == CLI_DONE) {
    const atomic_int *stop = cli_signals_catch();
    cli_say(line, CLI_LINGERS);
    am_live_linger(page, stop);
    cli_signals_release();
  }
  am_live_close(page);
}

bool cli_page_ended_it(const cli_page *page) { return page && am_live_was_ended(page); }

#else

amine_status cli_page_open(cli_page **page, const cli_line *line, amine_error *error) {
  *page = NULL;
  if (!cli_has(line, CLI_LIVE)) return AMINE_OK;
  return cli_live_missing("--live", error);
}

void cli_page_close(cli_page *page, const cli_line *line, int code) {
  (void)page, (void)line, (void)code;
}

bool cli_page_ended_it(const cli_page *page) {
  (void)page;
  return false;
}

#endif

amine_status cli_page_train(cli_page *page, const am_config *config, const char *folder,
                            bool resume, const am_train_watch *watch, amine_error *error) {
#if AMINE_LIVE
  if (page) return am_live_run_train(page, config, folder, resume, watch, error);
#endif
  (void)page;
  return resume ? am_train_resume(config, folder, watch, error)
                : am_train_new(config, folder, watch, error);
}

amine_status cli_page_simulate(cli_page *page, am_simulation_outcome *outcome,
                               const am_simulation_config *config, const char *folder, bool resume,
                               const am_simulation_watch *watch, amine_error *error) {
#if AMINE_LIVE
  if (page) return am_live_run_brain(page, outcome, config, folder, resume, watch, error);
#endif
  (void)page;
  return resume ? am_simulation_resume(outcome, config, folder, watch, error)
                : am_simulation_new(outcome, config, folder, watch, error);
}
