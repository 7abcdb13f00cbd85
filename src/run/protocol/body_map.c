/* A body's ways on a map (see body_map.h). */
#include "run/protocol/body_map.h"

#include <math.h>

enum { ACTIONS = 4, LATELY = 10 };

const am_task_map *am_body_map_of(const am_task *task) {
  if (!task->type->map) return NULL;
  const am_task_map *map = task->type->map(task);
  return map->width * map->height <= AM_BODY_PLACES ? map : NULL;
}

void am_body_map_value(am_body_map *m, int place, double V) {
  const uint64_t n = ++m->n_values[place];
  m->values[place] += (V - m->values[place]) / (double)(n < LATELY ? n : LATELY);
}

void am_body_map_action(am_body_map *m, int place, int action) {
  m->recent[place][m->acted[place]++ % AM_BODY_RECENT] = (uint64_t)action;
}

void am_body_map_way(am_body_map *m, uint64_t episode, uint64_t step, int place) {
  if (step >= AM_BODY_WAY) return;
  const uint64_t k = episode < AM_BODY_WAYS ? episode : AM_BODY_WAYS + episode % AM_BODY_WAYS;
  m->ways[k][step] = (uint64_t)place;
}

bool am_body_map_check(const am_body_map *m) {
  for (int c = 0; c < AM_BODY_PLACES; c++) {
    if (!isfinite(m->values[c])) return false;
    for (int k = 0; k < AM_BODY_RECENT; k++)
      if (m->recent[c][k] >= ACTIONS) return false;
  }
  for (int k = 0; k < 2 * AM_BODY_WAYS * AM_BODY_WAY; k++)
    if (m->ways[k / AM_BODY_WAY][k % AM_BODY_WAY] >= AM_BODY_PLACES) return false;
  return true;
}

/* ------------------------------------------------------------------------------ what is true */
const uint64_t *am_body_map_kept(const am_body_map *m, uint64_t episode, uint64_t newest) {
  if (episode < AM_BODY_WAYS) return m->ways[episode];
  return episode + AM_BODY_WAYS >= newest ? m->ways[AM_BODY_WAYS + episode % AM_BODY_WAYS] : NULL;
}

void am_body_map_policy(double policy[AM_BODY_PLACES][ACTIONS], const am_body_map *m) {
  for (int c = 0; c < AM_BODY_PLACES; c++) {
    const uint64_t n = m->acted[c] < AM_BODY_RECENT ? m->acted[c] : AM_BODY_RECENT;
    for (int a = 0; a < ACTIONS; a++) policy[c][a] = n > 0 ? 0 : 1.0 / ACTIONS;
    for (uint64_t k = 0; k < n; k++) policy[c][m->recent[c][k]] += 1 / (double)n;
  }
}

void am_body_map_best(double value[AM_BODY_PLACES], const am_task *task, double gamma) {
  const am_task_map *world = am_body_map_of(task);
  for (int c = 0; c < world->width * world->height; c++) {
    value[c] = c == world->goal || world->wall[c] ? (double)NAN : 1;
    for (int k = 1; k < world->distance[c]; k++) value[c] *= gamma;
  }
}

/* Pearson's, over the places where V was read and an action taken. */
static double correlation(const am_body_map *m, const am_task_map *world, const double *truth) {
  double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  for (int pass = 0; pass < 2; pass++)
    for (int c = 0; c < world->width * world->height; c++) {
      if (m->n_values[c] == 0 || m->acted[c] == 0 || isnan(truth[c])) continue;
      if (pass == 0) {
        n++;
        x += m->values[c];
        y += truth[c];
        continue;
      }
      const double dx = m->values[c] - x / n, dy = truth[c] - y / n;
      xx += dx * dx;
      yy += dy * dy;
      xy += dx * dy;
    }
  return n < 3 || !(xx * yy > 0) ? (double)NAN : xy / sqrt(xx * yy);
}

void am_body_map_known(double *best, double *own, const am_body_map *m, const am_task *task,
                       double gamma) {
  const am_task_map *world = am_body_map_of(task);
  double truth[AM_BODY_PLACES], policy[AM_BODY_PLACES][ACTIONS];
  am_body_map_best(truth, task, gamma);
  *best = correlation(m, world, truth);
  *own = (double)NAN;
  if (!(gamma < 1)) return;
  am_body_map_policy(policy, m);
  task->type->values(task, truth, policy[0], gamma);
  *own = correlation(m, world, truth);
}
