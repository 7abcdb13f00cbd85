/* The rewards of the last 1000 episodes: their running mean, and when it first reached a criterion.
 *
 * An iteration gives the mean of its batch, so the window holds the fewest whole iterations that
 * have 1000 episodes. The mean is summed from the oldest to the newest, whatever happened before:
 * a window that was saved and read back goes on with the same bits. */
#ifndef AMINE_RUN_TRAIN_RECENT_H
#define AMINE_RUN_TRAIN_RECENT_H

#include <stdbool.h>
#include <stdint.h>

enum { AM_RECENT_EPISODES = 1000 };

typedef struct am_recent {
  int batch;                          /* episodes in an iteration */
  int size, n;                        /* iterations in a full window; how many there are in it */
  double rewards[AM_RECENT_EPISODES]; /* per episode, [size - n, size), the newest last; 0 before */
  double criterion; /* NAN: there is none; INFINITY: not the mean decides, but whom the experiment
                     * asks (experiment.h) */
  uint64_t reached; /* iterations done when a full window's mean first was >= criterion; 0: not yet
                     */
} am_recent;

/* An empty window for batches of `batch` episodes. */
void am_recent_begin(am_recent *recent, int batch, double criterion);

/* Takes the mean reward of one more iteration, `iteration` of them being done now. */
void am_recent_add(am_recent *recent, double reward, uint64_t iteration);

/* The mean of what is in the window; NAN if that is nothing. */
double am_recent_mean(const am_recent *recent);

/* Episodes played until the criterion was reached; NAN if it was not, or there is none. */
double am_recent_trials(const am_recent *recent);

#endif
