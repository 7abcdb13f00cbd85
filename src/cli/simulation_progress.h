/* The progress of a simulation, for people: on a terminal one line that is written over, elsewhere
 * a line now and then. Writes to standard error only, and never fails. */
#ifndef AMINE_CLI_SIMULATION_PROGRESS_H
#define AMINE_CLI_SIMULATION_PROGRESS_H

#include "cli/progress_line.h"
#include "run/simulate/run.h"

typedef struct cli_simulation_progress {
  cli_place place;
  bool any;                      /* something was reported */
  am_simulation_progress latest; /* without its arrays */
  am_text rates, levels;         /* "E 4.2, I 9.1 Hz"; "DA .52 5-HT .50 ..." */
} cli_simulation_progress;

void cli_simulation_progress_begin(cli_simulation_progress *progress, bool silent);
/* To be called after each slice: am_simulation_watch.progress. */
void cli_simulation_progress_step(void *progress, const am_simulation_progress *now);
/* Writes the last state, ends the line, and frees. */
void cli_simulation_progress_end(cli_simulation_progress *progress);

/* The same for runs side by side, of which only the share that is done is known. */
void cli_simulation_progress_share(cli_simulation_progress *progress, double done, double seconds);

#endif
