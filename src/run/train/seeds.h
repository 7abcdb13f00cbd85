/* Training with several seeds: runs side by side, each in its folder (run/seeds.h). */
#ifndef AMINE_RUN_TRAIN_SEEDS_H
#define AMINE_RUN_TRAIN_SEEDS_H

#include "run/config/config.h"
#include "run/seeds.h"
#include "run/side.h"

typedef struct am_train_seeds {
  const am_config *config; /* resolved; its seed is the first */
  int n;
  const char *folder;
  /* after the training of each run, by the thread that had it; may be NULL */
  amine_status (*finished)(void *context, const am_config *config, const char *run_folder,
                           amine_error *error);
  void *context;
} am_train_seeds;

/* Trains all of them, each on one thread; config's threads says how many at a time (0: every
 * processor). What each comes to does not depend on that. A run that is there is gone on with.
 * Without `resume` the folder must be free. Failures as of am_train_new, am_train_resume,
 * am_world_check_seeds and am_side_by_side. watch may be NULL. */
amine_status am_train_seeds_run(const am_train_seeds *seeds, bool resume,
                                const am_side_watch *watch, amine_error *error);

#endif
