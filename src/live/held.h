/* What holds of all that was done to a run so far, read from its events.jsonl
 * (run/interventions.h). */
#ifndef AMINE_LIVE_HELD_H
#define AMINE_LIVE_HELD_H

#include "modulator/systems.h"
#include "run/interventions.h"

typedef struct am_held {
  bool resting;                 /* learning is switched off */
  double rate_factor;           /* of a training */
  double held[AM_N_MODULATORS]; /* levels; NAN: free */
  char **lesioned;              /* [n_lesioned] names, each once; owned */
  size_t n_lesioned;
} am_held;

/* Adds to *held, which says how the run began, what its folder tells of the steps before `now`. A
 * line that says none, or is not whole yet, ends it. */
void am_held_read(am_held *held, const char *folder, uint64_t now);
void am_held_free(am_held *held);

#endif
