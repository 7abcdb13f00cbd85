/* Whole runs side by side. */
#ifndef AMINE_RUN_SIDE_H
#define AMINE_RUN_SIDE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Who looks on. */
typedef struct am_side_watch {
  /* called now and then by one of the threads: how much is done, from 0 to 1; may be NULL */
  void (*progress)(void *context, double done);
  /* likewise, after a run that is done: how long it took, how many are left. Those who keep single
   * runs call it (study/reproduce.h); may be NULL */
  void (*finished)(void *context, double seconds, int left);
  void *context;
  const atomic_int *stop; /* AMINE_ERROR_STOPPED soon after it is set; may be NULL */
} am_side_watch;

/* What all runs have done together, for those that tell how far each is. */
typedef struct am_side_share {
  const am_side_watch *watch; /* may be NULL */
  int n;                      /* runs */
  _Atomic uint64_t done;
} am_side_share;

/* `part` of a run (0 to 1) is done; *told is the run's own, 0 at first. */
void am_side_tell(am_side_share *share, uint64_t *told, double part);
bool am_side_stopped(const am_side_watch *watch);

typedef struct am_side_runs {
  int n;
  int n_threads;    /* 0: every processor */
  const int *order; /* [n] in which they are taken; NULL: 0, 1, 2, ... */
  void *context;
  amine_status (*one)(void *context, int run, amine_error *error);
} am_side_runs;

/* A run that fails does not end the others; the failure is that of the first (by number) that
 * failed of itself, or else AMINE_ERROR_STOPPED. */
amine_status am_side_by_side(const am_side_runs *runs, amine_error *error);

#endif
