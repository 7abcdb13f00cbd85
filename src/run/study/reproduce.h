/* Runs a study: every arm for every seed, each run on one thread, and judges it.
 *
 * Nothing is lost: with a folder, each finished run is a line of runs.jsonl, synced; the same study
 * on the same folder goes on with those that are missing, a training run from where it was kept last. Results depend neither on the number of
 * threads nor on interruptions: in the end the files are the same bytes. The files are described in
 * report/study/source.h and docs/reproductions.md. */
#ifndef AMINE_RUN_STUDY_REPRODUCE_H
#define AMINE_RUN_STUDY_REPRODUCE_H

#include "report/study/source.h"
#include "run/simulate/batch.h"
#include "run/study/judge.h"
#include "run/study/plan.h"

/* So many samples of the measures are taken of each run, at equal distances, the last of them at
 * its end; one for each slice of a shorter run. */
enum { AM_STUDY_SAMPLES = 100 };

typedef struct am_reproduction {
  am_study_plan plan;
  const am_protocol *protocols[AM_ARMS_MAX]; /* of the arms */
  am_study_run *runs;                        /* [n_arms][n_seeds] */
  int n_runs, n_before;                      /* all; those that the folder had already */
  am_verdict verdicts[AM_CRITERIA_MAX];      /* of the form's criteria */
  am_answer answer;                          /* to all of them */
} am_reproduction;

/* Makes the folder if need be (NULL: nothing is kept). AMINE_ERROR_ARGUMENT: see
 * am_study_plan_check; or the folder has another study, another form, other assignments, or runs of
 * other seeds. AMINE_ERROR_INPUT: a file in it is damaged. AMINE_ERROR_STOPPED: what is done
 * is in the folder. *reproduction is filled in by AMINE_OK and, without verdicts, by
 * AMINE_ERROR_STOPPED, and is then to be freed. */
amine_status am_reproduce(am_reproduction *reproduction, const am_study_plan *plan,
                          const char *folder, const am_side_watch *watch, amine_error *error);
void am_reproduction_free(am_reproduction *reproduction);

/* A measure at the end of a run. */
double am_reproduction_value(const am_reproduction *reproduction, int arm, int seed, int measure);
/* How many runs are done. */
int am_reproduction_done(const am_reproduction *reproduction);

/* The plan that a folder was made by; its study must be one of the table. */
amine_status am_study_plan_of(am_study_plan *plan, const char *folder, amine_error *error);

#endif
