/* The progress of a training run, for people: on a terminal one line that is written over,
 * elsewhere a line now and then. Writes to standard error only, and never fails. */
#ifndef AMINE_CLI_PROGRESS_H
#define AMINE_CLI_PROGRESS_H

#include "cli/progress_line.h"
#include "run/train/train.h"

typedef struct cli_progress {
  cli_place place;
  am_train_progress latest; /* what was reported last */
  char lines[160];          /* "random 7.8 · planner 223 · oracle 326" */
  int digits;               /* decimals of the reward */
  bool perplexity;          /* is said in the place of the reward */
  bool warned;              /* that learning has collapsed was said */
} cli_progress;

/* Looks up what a reward on this task compares to. */
void cli_progress_begin(cli_progress *progress, const am_task *task, bool silent);
/* To be called after each iteration: am_train_watch.progress. Says once, on a line of its own, that
 * learning has collapsed. */
void cli_progress_step(void *progress, const am_train_progress *now);
/* Writes the last state, and ends the line. */
void cli_progress_end(cli_progress *progress);

#endif
