/* amine live without a folder: demonstrations on a page, one at a time, as who looks chooses. */
#ifndef AMINE_CLI_CLASSROOM_H
#define AMINE_CLI_CLASSROOM_H

#include "cli/command.h"

/* Until Ctrl-C, or the page says that it is enough. Each demonstration is a run in a folder of its own,
 * runs/live-NAME. Returns the exit code. */
int cli_classroom(const cli_line *line, int port);

#endif
