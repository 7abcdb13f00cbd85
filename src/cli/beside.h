/* --live beside several runs: a page that shows what their folders tell (live/folder.h), while
 * they go on and as long as somebody looks. There is one page for a command. */
#ifndef AMINE_CLI_BESIDE_H
#define AMINE_CLI_BESIDE_H

#include "cli/command.h"

/* Opens the page of a line with --live, and says its address; without it nothing of this does
 * anything. AMINE_ERROR_ARGUMENT: this program was built without pages; AMINE_ERROR_IO: it cannot
 * be served. */
amine_status cli_beside_open(const cli_line *line, amine_error *error);
/* From now on it shows this folder too, as soon as there is something in it. */
void cli_beside_show(const char *folder);
/* Leaves it open as long as somebody looks, unless a signal (else 0) had the runs stopped, or one
 * comes; then closes it. */
void cli_beside_close(const cli_line *line, int signal);

#endif
