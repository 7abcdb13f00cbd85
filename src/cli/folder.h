/* The folder of a run: which one a new run gets, and how to go on in one. */
#ifndef AMINE_CLI_FOLDER_H
#define AMINE_CLI_FOLDER_H

#include "base/error.h"
#include "base/memory.h"
#include "cli/command.h"

/* runs/NAME-seedN, of several seeds runs/NAME-seedsN-M, with -2, -3, ... if that is taken; NAME is
 * the preset, or the file's name. */
void cli_free_folder(am_text *out, const char *preset_or_file, uint64_t seed, int n_seeds);
/* runs/NAME, or any path, the same. */
void cli_free_name(am_text *out, const char *name);
void cli_free_path(am_text *out, const char *path);

/* A folder given where a preset is expected is a run that someone wants to go on with:
 * AMINE_ERROR_ARGUMENT. `command` is what was called. */
amine_status cli_refuse_folder(const char *word, const char *command, amine_error *error);

/* Interventions are of one run: says so of several seeds. Returns the exit code. */
int cli_refuse_events(int n_seeds);

/* The command that goes on with the run in a folder. */
void cli_put_resume(am_text *text, const char *folder);

/* What ends a run that was stopped by a signal: `said`, how to go on, and as JSON `members` (of an
 * object, freed) between the status and that. Returns the exit code. */
int cli_stopped(const cli_line *line, const char *folder, const char *said, am_text *members,
                int signal);

/* Writes FOLDER/report.html of n folders; *page gets its name. */
amine_status cli_write_report(am_text *page, const char *folder, const char *const *folders, int n,
                              amine_error *error);

#endif
