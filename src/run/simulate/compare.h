/* A protocol run for several seeds, with and without its modulators: what do they do? Each run has
 * a folder of its own (run/seeds.h).
 *
 * The treated runs are free; in their controls, with the same seeds, modulators are clamped: at the
 * levels that the configuration gives, or else those that the protocol names (am_protocol.control)
 * at their baselines. Each run has one thread; the threads take whole runs. Results do not depend
 * on how many there are. */
#ifndef AMINE_RUN_SIMULATE_COMPARE_H
#define AMINE_RUN_SIMULATE_COMPARE_H

#include "base/student.h"
#include "run/seeds.h"
#include "run/side.h"
#include "run/simulate/config.h"

typedef struct am_comparison {
  const am_protocol *protocol;
  uint64_t first_seed; /* and those that follow it */
  int n_seeds;
  bool has_control;
  bool clamped[AM_N_MODULATORS];  /* in the controls */
  double levels[AM_N_MODULATORS]; /* at which */
  double *values[2];              /* treated, control: [n_seeds][n_measures], NAN if not run */
  am_interval treated[AM_MEASURES_MAX], control[AM_MEASURES_MAX];
  am_interval difference[AM_MEASURES_MAX]; /* treated - control, paired by seed */
  /* lines: what recordings leave out because it was too much, one for each kind of it, with the
   * figures of the first run that it is true of ("seed1", "control-seed1"); "" if nothing */
  char *limits;
} am_comparison;

/* Seeds config's seed, seed + 1, ... in the folders FOLDER/seedN, and FOLDER/control-seedN for the
 * controls; a run that is there is gone on with. Without `resume` the folder must be free.
 * AMINE_ERROR_ARGUMENT: n_seeds is not in 2 to AM_SEEDS_MAX, the seeds would overflow, or a
 * modulator of the control is one that the brain does not have. Other failures are those of the
 * first run (by seed) that failed. Afterwards there is nothing to free. watch may be NULL. */
amine_status am_compare(am_comparison *comparison, const am_simulation_config *config, int n_seeds,
                        const char *folder, bool resume, const am_side_watch *watch,
                        amine_error *error);
void am_comparison_free(am_comparison *comparison);

#endif
