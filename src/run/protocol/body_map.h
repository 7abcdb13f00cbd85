/* What is kept of a body's ways in a task that has a map (am_task_type.map), and what its critic says of the
 * places: plain numbers of 8 bytes, all zero at first. */
#ifndef AMINE_RUN_PROTOCOL_BODY_MAP_H
#define AMINE_RUN_PROTOCOL_BODY_MAP_H

#include "task/task.h"

enum {
  AM_BODY_PLACES = 64, /* of a map, at most: of a larger one nothing is kept */
  AM_BODY_WAYS = 4,    /* early and late ways that are kept, and places of them: */
  AM_BODY_WAY = 128,
  AM_BODY_RECENT = 20 /* actions that are kept of each place */
};

typedef struct am_body_map {
  double values[AM_BODY_PLACES]; /* V: running mean of the last ten or so that were read */
  uint64_t n_values[AM_BODY_PLACES], acted[AM_BODY_PLACES]; /* readings; actions */
  uint64_t recent[AM_BODY_PLACES][AM_BODY_RECENT];          /* the last of them, ring */
  uint64_t ways[2 * AM_BODY_WAYS][AM_BODY_WAY]; /* of the first episodes, and of the last, ring */
} am_body_map;

/* NULL: the task has no map, or none that is kept. */
const am_task_map *am_body_map_of(const am_task *task);

/* V was read in a place; an action was taken there; so many steps after the beginning of an episode a
 * place was reached. */
void am_body_map_value(am_body_map *map, int place, double V);
void am_body_map_action(am_body_map *map, int place, int action);
void am_body_map_way(am_body_map *map, uint64_t episode, uint64_t step, int place);
bool am_body_map_check(const am_body_map *map);

/* Pearson's correlation of V with what the places are worth to who takes the shortest ways, and to who
 * acts as it did last, over the places where V was read and an action taken; NAN below three of them. */
void am_body_map_known(double *best, double *own, const am_body_map *map, const am_task *task,
                       double gamma);

/* For a picture: the places of an episode, of which `newest` have begun, in order; NULL: they are not kept,
 * or not any longer. The shares of the last actions of each place, all alike where there are none. What
 * the shortest ways are worth from each place, NAN from walls and the goal. */
const uint64_t *am_body_map_kept(const am_body_map *map, uint64_t episode, uint64_t newest);
void am_body_map_policy(double policy[AM_BODY_PLACES][4], const am_body_map *map);
void am_body_map_best(double value[AM_BODY_PLACES], const am_task *task, double gamma);

#endif
