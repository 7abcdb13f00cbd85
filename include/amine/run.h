/* A run: a training that leaves a folder, as `amine train` does, to be gone on with, looked at and
 * shown.
 *
 *   amine_error error;
 *   const char *changes[] = {"iterations=2000", "seed=3"}, *folders[] = {"runs/mine"};
 *   amine_experiment_options o;
 *   amine_experiment_options_init(&o, sizeof o);
 *   o.assignments = changes, o.n_assignments = 2;
 *   if (amine_run_train("runs/mine", "maze", &o, NULL, NULL, &error)) puts(error.message);
 *   amine_run_record("runs/mine", NULL, &error);
 *   amine_run_report(folders, 1, "runs/mine/report.html", &error);
 *
 * The folder holds config.json, metrics.jsonl, TensorBoard events and checkpoint.safetensors, which
 * amine_experiment_open reads; docs/runs.md says what is in them. Where a run was made with parts of a
 * program's own, all that plays it asks for a registry that has them. One process at a time trains in a
 * folder; different folders may be used from different threads. */
#ifndef AMINE_RUN_H
#define AMINE_RUN_H

#include <stddef.h>
#include <stdint.h>

#include "amine/experiment.h"
#include "amine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How far a run is. `size` says how much of it the library knows. */
typedef struct amine_run_progress {
  size_t size;
  uint64_t iteration, iterations; /* done; planned */
  double seconds;                 /* since the start of training, earlier sessions included */
  double rate;                    /* iterations per second lately */
  double reward;                  /* per episode, a running mean over about 50 iterations */
} amine_run_progress;

/* Who looks on, after each iteration and on the thread that called, which is then as the caller had it. *progress lives as long as the
 * call. Another answer than 0 ends the run once all is saved. It must not come back by longjmp. */
typedef int (*amine_run_watch)(void *user, const amine_run_progress *progress);

/* Trains a preset or a JSON file, or (NULL) the configuration of the options, in a new folder, which is
 * made with the folders above it. options and watch may be NULL. AMINE_ERROR_STOPPED: `watch` said so,
 * and everything is saved; AMINE_ERROR_ARGUMENT: also for a folder that holds a run already;
 * AMINE_ERROR_INPUT, _IO, _MEMORY or _NUMERIC, each with a sentence. */
AMINE_API amine_status amine_run_train(const char *folder, const char *preset_or_file,
                                       const amine_experiment_options *options,
                                       amine_run_watch watch, void *user, amine_error *error);

/* Goes on where the run of a folder stopped, to the bit. Assignments may change what results do not
 * depend on, and `iterations`. */
AMINE_API amine_status amine_run_resume(const char *folder, const amine_experiment_options *options,
                                        amine_run_watch watch, void *user, amine_error *error);

/* Leaves in the folder what is to be seen of its checkpoint, unless it is there: the rewards of
 * fresh episodes (eval.json, lines.json), one of them step by step (recording.npz) and what a
 * modulator does (explain.json). */
AMINE_API amine_status amine_run_record(const char *folder, const amine_experiment_options *options,
                                        amine_error *error);

/* Writes one page of n_folders runs, n_folders >= 1, and replaces the file `page` by it. Of a run that
 * was not recorded it shows less. */
AMINE_API amine_status amine_run_report(const char *const *folders, int n_folders, const char *page,
                                        amine_error *error);

#ifdef __cplusplus
}
#endif
#endif
