/* The rewards of the last 1000 episodes: their running mean, and when it, or each of some episodes
 * in a row, first reached a criterion.
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
  int n_criterion;  /* above 0: not the mean, but so many episodes in a row, each >= criterion */
  uint64_t in_a_row; /* of those, in whole iterations, at most n_criterion; 0 without that */
  uint64_t reached;  /* iterations done when that first was so, a mean's with a full window; 0: not
                      * yet */
} am_recent;

/* An empty window for batches of `batch` episodes. */
void am_recent_begin(am_recent *recent, int batch, double criterion, int n_criterion);

/* Takes the mean reward of one more iteration and that of its worst episode, `iteration` of them
 * being done now. */
void am_recent_add(am_recent *recent, double reward, double lowest, uint64_t iteration);

/* The mean of what is in the window; NAN if that is nothing. */
double am_recent_mean(const am_recent *recent);

/* Episodes played until the criterion was reached; NAN if it was not, or there is none. */
double am_recent_trials(const am_recent *recent);

#endif
