/* A simulation: the brain of a model file, with what is done to it and the task that it plays, in a
 * run that leaves a folder, as `amine simulate` does. A brain alone, step by step, is amine/brain.h.
 *
 *   amine_error error;
 *   const char *changes[] = {"duration_s=20", "seed=3"}, *folders[] = {"runs/mine"};
 *   amine_experiment_options o;
 *   amine_experiment_options_init(&o, sizeof o);
 *   o.assignments = changes, o.n_assignments = 2;
 *   if (amine_simulation_run("runs/mine", "brain.json", &o, NULL, NULL, &error)) puts(error.message);
 *   amine_run_report(folders, 1, "runs/mine/report.html", &error);            amine/run.h
 *
 * The folder holds config.json, protocol.json with what was measured, metrics.jsonl, spikes.gdf,
 * recording.npz and checkpoint.safetensors; docs/runs.md says what is in them. A world of a program's
 * own is played through a body (docs/body.md) once it is in the registry of the options; it is then
 * asked for wherever the run is taken up. One process at a time simulates in a folder; different
 * folders may be used from different threads. */
#ifndef AMINE_SIMULATION_H
#define AMINE_SIMULATION_H

#include <stddef.h>

#include "amine/experiment.h"
#include "amine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How far a simulation is. `size` says how much of it the library knows. */
typedef struct amine_simulation_progress {
  size_t size;
  double t_s, duration_s; /* biological time: done; planned */
  double seconds;         /* since the start of the run, earlier sessions included */
  double speed;           /* biological time for clock time, lately */
  double reward;          /* the sum of all that dopamine was told */
} amine_simulation_progress;

/* Who looks on, every 0.1 s of biological time and on the thread that called, which is then as the
 * caller had it. *progress lives as long as the call. Another answer than 0 ends the run once all is
 * saved. It must not come back by longjmp. */
typedef int (*amine_simulation_watch)(void *user, const amine_simulation_progress *progress);

/* Simulates a preset or a JSON file, or (NULL) the configuration of the options, in a new folder, which
 * is made with the folders above it. options and watch may be NULL. AMINE_ERROR_STOPPED: `watch` said
 * so, and everything is saved; AMINE_ERROR_ARGUMENT: also for a folder that holds a run already, and
 * where a world of the program's own fails: then what was saved last can be gone on with;
 * AMINE_ERROR_INPUT, _IO, _MEMORY or _NUMERIC, each with a sentence. */
AMINE_API amine_status amine_simulation_run(const char *folder, const char *preset_or_file,
                                            const amine_experiment_options *options,
                                            amine_simulation_watch watch, void *user,
                                            amine_error *error);

/* Goes on where the run of a folder stopped, to the bit. Assignments may change what results do not
 * depend on, and duration_s. */
AMINE_API amine_status amine_simulation_resume(const char *folder,
                                               const amine_experiment_options *options,
                                               amine_simulation_watch watch, void *user,
                                               amine_error *error);

/* Leaves in the folder protocol.json and recording.npz of its checkpoint, unless they are there: a run
 * that was killed has none, or older ones. */
AMINE_API amine_status amine_simulation_record(const char *folder,
                                               const amine_experiment_options *options,
                                               amine_error *error);

#ifdef __cplusplus
}
#endif
#endif
