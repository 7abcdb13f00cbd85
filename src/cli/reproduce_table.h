/* What came of reproducing published experiments, as tables for people and as JSON. */
#ifndef AMINE_CLI_REPRODUCE_TABLE_H
#define AMINE_CLI_REPRODUCE_TABLE_H

#include "cli/command.h"
#include "run/study/reproduce.h"

/* Of each arm a table with a row for each seed and the measures that criteria are about; then each
 * criterion with its figure and yes, NO or few; then PASS NAME, FAIL NAME with what was missed, or
 * OPEN NAME with what the seeds are too few to judge. */
void cli_reproduction_put(am_text *text, const am_reproduction *reproduction);

/* "PASS", "FAIL" or "OPEN" */
const char *cli_reproduction_word(const am_reproduction *reproduction);

/* An object; all measures. page is the report, NULL if there is none. */
void cli_reproduction_json(am_text *text, const am_reproduction *reproduction, const char *folder,
                           const char *page);

/* What is said of one that a signal stopped; returns the exit code. */
int cli_reproduction_stopped(const cli_line *line, const am_reproduction *reproduction,
                             const char *folder, int number);

#endif
