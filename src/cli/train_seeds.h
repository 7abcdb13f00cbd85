/* amine train PRESET seeds=N: a table of rewards, and a page over all runs. */
#ifndef AMINE_CLI_TRAIN_SEEDS_H
#define AMINE_CLI_TRAIN_SEEDS_H

#include "cli/command.h"

/* Trains them in a new folder, or goes on with those in one (config is resolved); then evaluates,
 * writes the page and prints the table. Returns the exit code. */
int cli_train_seeds(const cli_line *line, const am_config *config, int n_seeds, const char *folder,
                    bool resume);

#endif
