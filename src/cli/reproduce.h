/* What amine resume and amine list share with amine reproduce. */
#ifndef AMINE_CLI_REPRODUCE_H
#define AMINE_CLI_REPRODUCE_H

#include "cli/command.h"

/* Goes on with the experiment in a folder, with the seeds and the form that it has; key=value may
 * say threads. Returns the exit code. */
int cli_reproduce_resume(const cli_line *line);

#endif
