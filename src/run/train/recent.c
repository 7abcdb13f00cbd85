/* The running mean (see recent.h). */
#include "run/train/recent.h"

#include <math.h>
#include <string.h>

void am_recent_begin(am_recent *r, int batch, double criterion, int n_criterion) {
  *r = (am_recent){.batch = batch,
                   .size = (AM_RECENT_EPISODES + batch - 1) / batch,
                   .criterion = criterion,
                   .n_criterion = n_criterion};
}

double am_recent_mean(const am_recent *r) {
  double sum = 0;
  for (int k = r->size - r->n; k < r->size; k++) sum += r->rewards[k];
  return r->n > 0 ? sum / r->n : (double)NAN;
}

/* Whether the criterion is met, with an iteration whose worst episode earned `lowest`. */
static bool is_met(am_recent *r, double lowest) {
  const uint64_t wanted = (uint64_t)r->n_criterion;
  if (wanted == 0) return r->n == r->size && am_recent_mean(r) >= r->criterion;
  r->in_a_row = lowest >= r->criterion ? r->in_a_row + (uint64_t)r->batch : 0;
  if (r->in_a_row > wanted) r->in_a_row = wanted;
  return r->in_a_row == wanted;
}

void am_recent_add(am_recent *r, double reward, double lowest, uint64_t iteration) {
  memmove(r->rewards, r->rewards + 1, (size_t)(r->size - 1) * sizeof *r->rewards);
  r->rewards[r->size - 1] = reward;
  if (r->n < r->size) r->n++;
  const bool met = is_met(r, lowest);
  if (r->reached == 0 && met) r->reached = iteration;
}

double am_recent_trials(const am_recent *r) {
  return r->reached > 0 ? (double)r->reached * r->batch : (double)NAN;
}
