/* What amine resume shares with amine sweep. */
#ifndef AMINE_CLI_SWEEP_H
#define AMINE_CLI_SWEEP_H

#include "cli/command.h"

/* Goes on with the sweep in a folder, with the seeds that it has; key=value may say threads, and more
 * seeds. Returns the exit code. */
int cli_sweep_resume(const cli_line *line);

#endif
