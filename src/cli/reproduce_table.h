/* What came of reproducing published experiments, as tables for people and as JSON. */
#ifndef AMINE_CLI_REPRODUCE_TABLE_H
#define AMINE_CLI_REPRODUCE_TABLE_H

#include "run/reproduce.h"

/* Of each arm a table with a row for each seed and the measures that criteria are about; then each
 * criterion with its figure and yes or NO; then PASS NAME or FAIL NAME with what was missed. */
void cli_reproduction_put(am_text *text, const am_reproduction *reproduction);

/* An object; all measures. page is the report, NULL if there is none. */
void cli_reproduction_json(am_text *text, const am_reproduction *reproduction, const char *folder,
                           const char *page);

#endif
