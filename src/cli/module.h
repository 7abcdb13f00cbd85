/* Worlds and learners of a user's own: shared objects (amine/module.h) that the command line names, and
 * nothing else does. task.type=FILE.so is its first task, task.type=FILE.so:NAME another, learner.type
 * likewise; any subcommand may be told so. */
#ifndef AMINE_CLI_MODULE_H
#define AMINE_CLI_MODULE_H

#include "cli/command.h"

/* The library's parts, with those of the modules that were loaded. */
const am_registry *cli_parts(void);

/* Whether a word names a module: "task.type=./echo.so". */
bool cli_names_module(const char *word);

/* Loads the modules that a line names, and puts task.type=NAME (or learner.type=NAME) in the place of
 * each. */
amine_status cli_take_modules(cli_line *line, amine_error *error);

/* Did this assignment of a line name a module? How many of them did? */
bool cli_chose_module(const char *assignment);
int cli_count_modules(const cli_line *line);

/* Adds " task.type=./echo.so" for each that was loaded, as a shell reads it: part of a command to
 * copy. */
void cli_put_modules(am_text *text);

#endif
