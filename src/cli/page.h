/* --live: the page of a run, where this program was built with pages (AMINE_LIVE). */
#ifndef AMINE_CLI_PAGE_H
#define AMINE_CLI_PAGE_H

#include "cli/command.h"
#include "run/simulate/run.h"
#include "run/train/train.h"

typedef struct am_live cli_page;

/* Opens the page of a line with --live, and says its address; *page is NULL without --live.
 * AMINE_ERROR_ARGUMENT: this program was built without pages; AMINE_ERROR_IO: it cannot be served. */
amine_status cli_page_open(cli_page **page, const cli_line *line, amine_error *error);
/* Leaves it open as long as somebody looks, if the exit code is CLI_DONE, or until a signal comes; then closes
 * it. NULL is fine. */
void cli_page_close(cli_page *page, const cli_line *line, int code);
/* Was a run of it stopped by who looked? */
bool cli_page_ended_it(const cli_page *page);

/* am_train_new or am_train_resume, and am_simulation_new or _resume; under the page, if there is one. */
amine_status cli_page_train(cli_page *page, const am_config *config, const char *folder,
                            bool resume, const am_train_watch *watch, amine_error *error);
amine_status cli_page_simulate(cli_page *page, am_simulation_outcome *outcome,
                               const am_simulation_config *config, const char *folder, bool resume,
                               const am_simulation_watch *watch, amine_error *error);

#endif
