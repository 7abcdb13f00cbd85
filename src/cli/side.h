/* Runs side by side under the eyes of a user: progress, and being asked to stop. */
#ifndef AMINE_CLI_SIDE_H
#define AMINE_CLI_SIDE_H

#include "base/student.h"
#include "cli/command.h"
#include "cli/simulation_progress.h"
#include "run/side.h"

typedef struct cli_side {
  const cli_line *line;
  am_text said; /* once something is done: "training maze, 5 seeds side by side, in runs/maze" */
  const char *folder;
  int n_seeds;
  int n_threads; /* of runs that are alike: what the first one took is told of the others; 0: not */
  atomic_flag told;
  cli_simulation_progress progress;
  double start;
  atomic_flag busy;
  bool announced;
  am_side_watch watch; /* to be given to who runs them */
} cli_side;

/* From now on signals are caught, and a page that was opened shows the folder (beside.h). The struct must not be
 * moved; it takes `said` over. */
void cli_side_begin(cli_side *side, const cli_line *line, const am_text *said, const char *folder,
                    int n_seeds);
void cli_side_end(cli_side *side);

/* Says how to go on with what was stopped; returns the exit code. */
int cli_side_stopped(const cli_side *side);

/* "0.93 ± 0.02", with two digits of the half width; "0.93" where that is nothing but rounding. */
void cli_put_interval(char *out, size_t size, const am_interval *interval);
/* {"mean":0.93,"ci95":0.02,"n":5} */
void cli_json_interval(am_text *text, const char *key, const am_interval *interval);

/* Writes FOLDER/report.html of all runs: n seeds from the first, each with its control if there are
 * controls. *page gets its name. */
amine_status cli_side_report(am_text *page, const char *folder, uint64_t first, int n,
                             bool controls, amine_error *error);

#endif
