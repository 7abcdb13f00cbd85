/* Simulating in a folder, from step 0 or on from where a run stopped. */
#ifndef AMINE_RUN_SIMULATE_RUN_H
#define AMINE_RUN_SIMULATE_RUN_H

#include <stdatomic.h>

#include "run/folder.h"
#include "run/interventions.h"
#include "run/simulate/simulation.h"

/* How far a run is. The arrays are the run's own, and change with the next slice. */
typedef struct am_simulation_progress {
  uint64_t slice, slices; /* done; planned */
  double t_s, duration_s; /* biological time done; planned, in whole slices */
  double seconds;         /* since the start, earlier sessions included */
  double speed;           /* biological time for clock time, lately */
  int n_populations;
  const char *const *names; /* of the populations */
  const double *rates_hz;   /* [n_populations] of the last slices, smoothed */
  const double *levels;     /* [AM_N_MODULATORS], NULL without a chemical system */
  double reward;            /* sum so far */
} am_simulation_progress;

/* Who looks on; as for training. */
typedef struct am_simulation_watch {
  void (*progress)(void *context, const am_simulation_progress *progress); /* may be NULL */
  /* lines about keys of the description that are not used; called at most once, before the first
   * slice; may be NULL */
  void (*notes)(void *context, const char *lines);
  void *context;
  /* before every slice, to look inside and to reach in; may set simulation->halt to an earlier step;
   * false: stop here. May be NULL. */
  bool (*moment)(void *context, am_simulation *simulation, am_interventions *interventions);
  am_spike_sink spikes;   /* gets the spikes of a slice, too */
  const char *script;     /* of a new run: interventions that are done to it; NULL: none */
  const atomic_int *stop; /* may be NULL */
} am_simulation_watch;

/* What a run came to. */
typedef struct am_simulation_outcome {
  double t_s, seconds, reward;
  bool ran; /* at least one slice; else the run was complete before */
  int n_populations;
  char **names;     /* [n_populations] */
  double *rates_hz; /* over the whole time */
  uint64_t *spikes;
  double *excitation, *inhibition; /* [n_populations] of amine_brain_balance */
  double *balance;                 /* inhibition / excitation; NAN without excitation */
  double measures[AM_MEASURES_MAX];
  char *limits; /* lines: what recording.npz leaves out because it was too much; "" if nothing */
} am_simulation_outcome;

void am_simulation_outcome_free(am_simulation_outcome *outcome);

/* Simulates in a new folder, which gets config.json, metrics.jsonl, the events, spikes.gdf, the
 * checkpoint and, at the end or where it is stopped, recording.npz. A folder that holds a run is
 * refused and left alone. *outcome is filled in by AMINE_OK and AMINE_ERROR_STOPPED, and is then to
 * be freed. */
amine_status am_simulation_new(am_simulation_outcome *outcome, const am_simulation_config *config,
                               const char *folder, const am_simulation_watch *watch,
                               amine_error *error);

/* The configuration of a folder, of a registry; and is it that of a simulation? A folder without a configuration
 * that can be read is not. */
amine_status am_simulation_folder_config(am_simulation_config *config, const am_registry *parts,
                                         const char *folder,
                                         amine_error *error);
bool am_simulation_folder(const char *folder);

/* Goes on to config's duration_s. Keys that results depend on must be those of the checkpoint; if
 * one differs, or the run is longer already, AMINE_ERROR_ARGUMENT says so. A run that is complete
 * only gets its recording anew. */
amine_status am_simulation_resume(am_simulation_outcome *outcome,
                                  const am_simulation_config *config, const char *folder,
                                  const am_simulation_watch *watch, amine_error *error);

/* The simulation of a folder in the state that was saved last, to be looked at; config is the folder's and
 * must outlive it. */
amine_status am_simulation_saved(am_simulation **simulation, const am_simulation_config *config,
                                 const char *folder, amine_error *error);

/* Makes protocol.json and recording.npz anew from the checkpoint and spikes.gdf of a folder;
 * *limits as of am_simulation_recording_write. Nothing else of the folder changes. */
amine_status am_simulation_record(const char *folder, const am_registry *parts, am_text *limits,
                                  amine_error *error);

#endif
