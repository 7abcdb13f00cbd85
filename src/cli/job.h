/* A training run under the eyes of a user: progress, signals, and the evaluation and report at its
 * end. Shared by train and resume. */
#ifndef AMINE_CLI_JOB_H
#define AMINE_CLI_JOB_H

#include "cli/command.h"

/* Trains (config is resolved), from the beginning or on from the folder's checkpoint; then
 * evaluates, writes the report and prints the result. Returns the exit code. */
int cli_job(const cli_line *line, const am_config *config, const char *folder, bool resume);

/* What comes after training alone, for a run that is complete. */
int cli_job_finish(const cli_line *line, const am_config *config, const char *folder,
                   uint64_t iteration);

#endif
