/* A map of 5 x 5 cells with one goal, and what is known about it exactly: shortest ways, the mean
 * steps of a policy to the goal, its values. The task that is played on it is task/grid_world.h.
 *
 * Cell y * 5 + x; y grows downward. Outside is wall. An action leads to the neighbour up, right,
 * down or left, or nowhere if there is a wall. The goal ends an episode. Arrays [AM_GRID_CELLS] and
 * policies [cell][action] have entries for walls and the goal too, which mean nothing. */
#ifndef AMINE_TASK_GRID_H
#define AMINE_TASK_GRID_H

#include <stdbool.h>

enum { AM_GRID_SIDE = 5, AM_GRID_CELLS = 25, AM_GRID_ACTIONS = 4 };

typedef struct am_grid {
  int goal;
  bool wall[AM_GRID_CELLS];
  int start[AM_GRID_CELLS], n_starts; /* every cell but walls and the goal, ascending */
} am_grid;

/* The probability of each action in each cell. */
typedef struct am_grid_policy {
  double p[AM_GRID_CELLS][AM_GRID_ACTIONS];
} am_grid_policy;

/* obstacle: a wall of three cells, 11, 12, 13, in the middle row; the goal is none of them. */
am_grid am_grid_make(int goal, bool obstacle);
/* true if a goal may be there */
bool am_grid_is_free(int cell, bool obstacle);
int am_grid_move(const am_grid *grid, int cell, int action);

/* Steps of the shortest way to the goal; 0 for walls. */
void am_grid_distances(int distance[AM_GRID_CELLS], const am_grid *grid);
/* Mean over the starts of min(steps, cap): the sum of P(steps > k) for k < cap. In *reached, which may
 * be NULL, P(steps <= cap). */
double am_grid_capped(double *reached, const am_grid *grid, const am_grid_policy *policy, int cap);
/* Values of a policy with reward 1 at the goal, 0 <= gamma < 1: v = r + gamma P v, by Gaussian
 * elimination. */
void am_grid_values(double value[AM_GRID_CELLS], const am_grid *grid, const am_grid_policy *policy,
                    double gamma);
/* Every action with 1/4. */
am_grid_policy am_grid_walk(void);

#endif
