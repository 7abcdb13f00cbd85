/* An episode in a maze as trips: from the start, or from where the last reward threw the agent, to
 * the reward. */
#ifndef AMINE_REPORT_TRAIN_TRIPS_H
#define AMINE_REPORT_TRAIN_TRIPS_H

#include <stdbool.h>

#include "report/train/recording.h"

typedef struct am_trip {
  size_t first, end; /* its steps are first .. end - 1 */
  bool found;        /* the last step gave a reward; the last trip of an episode may not have one */
  int shortest;      /* least possible steps, -1 if it is not known or there is no way */
} am_trip;

typedef struct am_trips {
  size_t n, n_found;
  am_trip *trip; /* [n] */
} am_trips;

/* The trips of the first n_steps steps; needs rewards, and for `shortest` walls, goal and agent.
 * Without rewards there are none. AMINE_ERROR_MEMORY only. */
amine_status am_trips_make(am_trips *trips, const am_recording *recording, size_t n_steps,
                           amine_error *error);
void am_trips_free(am_trips *trips);

/* Mean steps, and mean of the least possible, of the trips after the first that found the reward;
 * NAN without any. */
double am_trips_mean(const am_trips *trips);
double am_trips_mean_shortest(const am_trips *trips);

#endif
