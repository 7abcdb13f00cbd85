/* A simulation under the eyes of a user: progress, signals, and the report at its end. Shared by
 * simulate and resume. */
#ifndef AMINE_CLI_SIMULATION_JOB_H
#define AMINE_CLI_SIMULATION_JOB_H

#include "cli/command.h"
#include "run/simulate/config.h"

/* Simulates from step 0, or on from the folder's checkpoint; then writes the report and prints the
 * result. Returns the exit code. */
int cli_simulation_job(const cli_line *line, const am_simulation_config *config, const char *folder,
                       bool resume);

#endif
