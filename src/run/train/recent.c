/* The running mean (see recent.h). */
#include "run/train/recent.h"

#include <math.h>
#include <string.h>

void am_recent_begin(am_recent *r, int batch, double criterion) {
  *r = (am_recent){.batch = batch,
                   .size = (AM_RECENT_EPISODES + batch - 1) / batch,
                   .criterion = criterion};
}

double am_recent_mean(const am_recent *r) {
  double sum = 0;
  for (int k = r->size - r->n; k < r->size; k++) sum += r->rewards[k];
  return r->n > 0 ? sum / r->n : (double)NAN;
}

void am_recent_add(am_recent *r, double reward, uint64_t iteration) {
  memmove(r->rewards, r->rewards + 1, (size_t)(r->size - 1) * sizeof *r->rewards);
  r->rewards[r->size - 1] = reward;
  if (r->n < r->size) r->n++;
  if (r->reached == 0 && r->n == r->size && am_recent_mean(r) >= r->criterion)
    r->reached = iteration;
}

double am_recent_trials(const am_recent *r) {
  return r->reached > 0 ? (double)r->reached * r->batch : (double)NAN;
}
