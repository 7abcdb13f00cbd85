/* A sweep: one configuration with every combination of the values of some of its keys, each run for
 * every seed. It is a study without criteria, whose arms are the combinations (study.h): it is run,
 * kept, gone on with and shown as such (reproduce.h), trainings and simulations alike. */
#ifndef AMINE_RUN_STUDY_SWEEP_H
#define AMINE_RUN_STUDY_SWEEP_H

#include "run/study/form.h"
#include "run/study/sweep_values.h"

typedef struct am_sweep {
  am_study study; /* lives as long as the sweep, which must not be moved */
  /* owned, of study: */
  am_arm *arms;
  const char *
      *assignments; /* [n_arms][n_assignments]: those with one value, then one of each key */
  int n_assignments;
  json_t *names, *configs; /* arrays of strings, and of each arm's configuration */
  am_chart charts[AM_CHARTS_MAX];
  am_across across[AM_CHARTS_MAX];
  am_point *points;
} am_sweep;

/* `parts` are those that may be named, a user's own among them. Of a preset or a JSON file, and n key=value, of which some have several values: "network.hidden=12,24"
 * (sweep_values.h; the values of a key that takes commas by itself, words or a file, are divided by |).
 * Everything that may be refused is tried, n_threads combinations at a time (0: every processor): the
 * configurations are resolved, each network or brain is made once. AMINE_ERROR_ARGUMENT with the
 * sentence of the key, and of which combination: also where no key has several values, one is
 * there twice, or there are more than AM_ARMS_MAX combinations. *sweep is to be freed but after a
 * failure. */
amine_status am_sweep_make(am_sweep *sweep, const am_registry *parts, const char *preset_or_file,
                           const char *const *assignments, int n, int n_threads,
                           amine_error *error);
void am_sweep_free(am_sweep *sweep);

/* The sweep of a folder, and the seeds with which it was begun; likewise. Whether a folder's study is
 * one; AMINE_ERROR_INPUT, _IO, _MEMORY. */
amine_status am_sweep_of_folder(am_sweep *sweep, am_study_plan *plan, const am_registry *parts,
                                const char *folder, amine_error *error);
amine_status am_sweep_is_in(bool *is, const char *folder, amine_error *error);

#endif
