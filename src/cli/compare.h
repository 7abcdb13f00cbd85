/* amine simulate PRESET seeds=N: a table of measures, with and without modulators. */
#ifndef AMINE_CLI_COMPARE_H
#define AMINE_CLI_COMPARE_H

#include "cli/command.h"
#include "run/simulate/config.h"

/* Runs them in a new folder, or goes on with those in one; writes the page and prints the table.
 * Returns the exit code. */
int cli_compare(const cli_line *line, const am_simulation_config *config, int n_seeds,
                const char *folder, bool resume);

#endif
