/* What holding a signal does to a network that is trained: the measure of an arm that names one.
 *
 * An episode is played as it is, then once more, the same to the bit up to its middle; from there on
 * the signal stays what it was in the step before, for a quarter of the episode, and is free again
 * for the last one. */
#ifndef AMINE_RUN_STUDY_HELD_H
#define AMINE_RUN_STUDY_HELD_H

#include "run/train/experiment.h"

enum { AM_HELD_EPISODES = 100 };

/* Mean rewards of a step: of the third quarter as it is, of that with the signal held, of the last,
 * the signal free again. */
typedef struct am_held {
  double free, held, released;
} am_held;

/* signal: as it is recorded, "M_z". AMINE_ERROR_ARGUMENT: the network has none of that name that can
 * be held, or its task does not reward by the step. */
amine_status am_held_measure(am_held *out, am_experiment *x, const char *signal, uint64_t seed,
                             amine_error *error);

#endif
