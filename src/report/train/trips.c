/* Cutting an episode at its rewards, and distances by breadth-first search. */
#include "report/train/trips.h"

#include <math.h>

#include "base/memory.h"

/* distance[n][n] from the goal, -1 where there is no way; queue[n][n] is scratch. */
static void distances(int *distance, size_t *queue, const am_recording *r) {
  const size_t n = r->n_cells;
  size_t head = 0, tail = 0;
  for (size_t k = 0; k < n * n; k++) distance[k] = -1;
  queue[tail++] = (size_t)r->goal[0] * n + (size_t)r->goal[1];
  distance[queue[0]] = 0;
  while (head < tail) {
    const size_t at = queue[head++], row = at / n, col = at % n;
    const size_t next[4] = {at - n, at + n, at - 1, at + 1};
    const bool inside[4] = {row > 0, row + 1 < n, col > 0, col + 1 < n};
    for (int k = 0; k < 4; k++)
      if (inside[k] && !r->walls[next[k]] && distance[next[k]] < 0) {
        distance[next[k]] = distance[at] + 1;
        queue[tail++] = next[k];
      }
  }
}

static amine_status measure(am_trips *trips, const am_recording *r, amine_error *error) {
  const size_t n = r->n_cells * r->n_cells;
  int *distance = am_alloc(n, sizeof *distance);
  size_t *queue = am_alloc(n, sizeof *queue);
  amine_status status = AMINE_OK;
  if (distance && queue) {
    distances(distance, queue, r);
    for (size_t k = 0; k < trips->n; k++) {
      const int32_t *from = r->agent + 2 * trips->trip[k].first;
      trips->trip[k].shortest = distance[(size_t)from[0] * r->n_cells + (size_t)from[1]];
    }
  } else {
    status = am_fail_memory(error, n * sizeof *queue);
  }
  am_free(distance);
  am_free(queue);
  return status;
}

amine_status am_trips_make(am_trips *trips, const am_recording *r, size_t n_steps,
                           amine_error *error) {
  const float *rewards = r->numbers[AM_RECORDED_REWARDS];
  am_trips t = {0};
  *trips = t;
  if (!rewards || n_steps == 0) return AMINE_OK;
  AM_TRY(AM_TAKE(t.trip, n_steps, error));
  for (size_t step = 0, first = 0; step < n_steps; step++) {
    bool found = rewards[step] > 0;
    if (!found && step + 1 < n_steps) continue;
    t.trip[t.n++] = (am_trip){.first = first, .end = step + 1, .found = found, .shortest = -1};
    t.n_found += found;
    first = step + 1;
  }
  amine_status status = AMINE_OK;
  if (r->walls && r->goal && r->agent) status = measure(&t, r, error);
  if (status == AMINE_OK) *trips = t;
  else am_trips_free(&t);
  return status;
}

void am_trips_free(am_trips *trips) {
  am_free(trips->trip);
  *trips = (am_trips){0};
}

double am_trips_mean(const am_trips *trips) {
  double sum = 0, n = 0;
  for (size_t k = 1; k < trips->n; k++)
    if (trips->trip[k].found) {
      sum += (double)(trips->trip[k].end - trips->trip[k].first);
      n++;
    }
  return n > 0 ? sum / n : (double)NAN;
}

double am_trips_mean_shortest(const am_trips *trips) {
  double sum = 0, n = 0;
  for (size_t k = 1; k < trips->n; k++)
    if (trips->trip[k].found && trips->trip[k].shortest >= 0) {
      sum += trips->trip[k].shortest;
      n++;
    }
  return n > 0 ? sum / n : (double)NAN;
}
