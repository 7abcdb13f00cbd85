/* Sweeps: a preset or a file, of a training or of a brain, with every combination of the values of
 * some keys, each for several seeds, side by side; what `amine sweep` does (docs/runs.md, Sweeps).
 *
 *   amine_error error;
 *   const char *changes[] = {"network.hidden=12|24|48", "iterations=500"};
 *   amine_sweep_options o;
 *   amine_sweep_options_init(&o, sizeof o);
 *   o.assignments = changes, o.n_assignments = 2;
 *   if (amine_sweep_run("runs/mine", "delayed-match", &o, &error)) puts(error.message);
 *
 * leaves in the folder sweep.csv, a row for each run, and report.html. */
#ifndef AMINE_SWEEP_H
#define AMINE_SWEEP_H

#include <stddef.h>
#include <stdint.h>

#include "amine/registry.h"
#include "amine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* It may grow at its end. */
typedef struct amine_sweep_options {
  size_t size;
  const char *const *assignments; /* [n_assignments] key=value, key=a|b|c, key=1..9:2, ... */
  int n_assignments;
  amine_registry *registry; /* the parts to choose from; NULL: the library's own */
  uint64_t seed;            /* the first */
  int n_seeds;              /* runs of each combination, 1 or more */
  int n_threads;            /* runs at a time; 0: one for every processor */
  /* Called now and then by one of the threads: how much is done, 0 to 1. NULL: nobody looks on. */
  void (*watch)(void *user, double done);
  void *user;
  /* Another thread, or a signal handler, makes it something else than 0: the sweep ends soon, and what
   * is done is kept. NULL: it goes on to its end. */
  const volatile int *stop;
} amine_sweep_options;

/* Five seeds from 0 on, and nothing else, in a struct of so many bytes. */
AMINE_API void amine_sweep_options_init(amine_sweep_options *options, size_t size);

/* Runs it in a folder, which is made if need be; where the folder has the same sweep, goes on with
 * what is missing. AMINE_ERROR_ARGUMENT: a key or value, with its sentence and the combination; no key
 * has several values; the folder has something else. AMINE_ERROR_STOPPED: `stop` said so. A run whose
 * numbers break ends no other: its row says so. */
AMINE_API amine_status amine_sweep_run(const char *folder, const char *preset_or_file,
                                       const amine_sweep_options *options, amine_error *error);

#ifdef __cplusplus
}
#endif
#endif
