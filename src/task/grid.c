/* A small grid world and its exact figures; the order of every sum is fixed. */
#include "task/grid.h"

#include <math.h>
#include <string.h>

enum { CELLS = AM_GRID_CELLS, ACTIONS = AM_GRID_ACTIONS, SIDE = AM_GRID_SIDE };

bool am_grid_is_free(int cell, bool obstacle) {
  return cell >= 0 && cell < CELLS && !(obstacle && cell >= 11 && cell <= 13);
}

am_grid am_grid_make(int goal, bool obstacle) {
  am_grid g = {.goal = goal};
  for (int c = 0; c < CELLS; c++) {
    g.wall[c] = !am_grid_is_free(c, obstacle);
    if (!g.wall[c] && c != goal) g.start[g.n_starts++] = c;
  }
  return g;
}

int am_grid_move(const am_grid *grid, int cell, int action) {
  static const int dx[ACTIONS] = {0, 1, 0, -1}, dy[ACTIONS] = {-1, 0, 1, 0};
  const int x = cell % SIDE + dx[action], y = cell / SIDE + dy[action];
  if (x < 0 || x >= SIDE || y < 0 || y >= SIDE || grid->wall[y * SIDE + x]) return cell;
  return y * SIDE + x;
}

void am_grid_distances(int distance[CELLS], const am_grid *grid) {
  int queue[CELLS], tail = 0;
  bool seen[CELLS] = {false};
  for (int c = 0; c < CELLS; c++) distance[c] = 0;
  seen[grid->goal] = true;
  queue[tail++] = grid->goal;
  for (int head = 0; head < tail; head++)
    for (int a = 0; a < ACTIONS; a++) {
      const int to = am_grid_move(grid, queue[head], a); /* ways back are as long as ways there */
      if (seen[to]) continue;
      seen[to] = true;
      distance[to] = distance[queue[head]] + 1;
      queue[tail++] = to;
    }
}

am_grid_policy am_grid_walk(void) {
  am_grid_policy policy;
  for (int c = 0; c < CELLS; c++)
    for (int a = 0; a < ACTIONS; a++) policy.p[c][a] = 1.0 / ACTIONS;
  return policy;
}

/* Rows of I - gamma P over the starts, and the reward of a step. */
typedef struct equations {
  double A[CELLS][CELLS], b[CELLS];
} equations;

static void write_equations(equations *e, const am_grid *grid, const am_grid_policy *policy,
                            double gamma) {
  int row[CELLS];
  memset(e, 0, sizeof *e);
  for (int i = 0; i < grid->n_starts; i++) row[grid->start[i]] = i;
  for (int i = 0; i < grid->n_starts; i++) {
    const int cell = grid->start[i];
    e->A[i][i] = 1;
    for (int a = 0; a < ACTIONS; a++) {
      const int to = am_grid_move(grid, cell, a);
      if (to != grid->goal) e->A[i][row[to]] -= gamma * policy->p[cell][a];
      else e->b[i] += policy->p[cell][a];
    }
  }
}

/* Gauss-Jordan with row pivots; with gamma below 1 there is one in every row. */
static void solve(double out[CELLS], equations *e, const am_grid *grid) {
  const int n = grid->n_starts;
  for (int k = 0; k < n; k++) {
    int best = k;
    for (int i = k + 1; i < n; i++)
      if (fabs(e->A[i][k]) > fabs(e->A[best][k])) best = i;
    for (int j = 0; j < n; j++) {
      const double swap = e->A[k][j];
      e->A[k][j] = e->A[best][j];
      e->A[best][j] = swap;
    }
    const double b = e->b[k];
    e->b[k] = e->b[best];
    e->b[best] = b;
    for (int i = 0; i < n; i++) {
      const double factor = e->A[i][k] / e->A[k][k];
      if (i == k || e->A[i][k] == 0) continue;
      for (int j = k; j < n; j++) e->A[i][j] -= factor * e->A[k][j];
      e->b[i] -= factor * e->b[k];
    }
  }
  memset(out, 0, CELLS * sizeof *out);
  for (int i = 0; i < n; i++) out[grid->start[i]] = e->b[i] / e->A[i][i];
}

void am_grid_values(double value[CELLS], const am_grid *grid, const am_grid_policy *policy,
                    double gamma) {
  equations e;
  write_equations(&e, grid, policy, gamma);
  solve(value, &e, grid);
}

double am_grid_capped(double *reached, const am_grid *grid, const am_grid_policy *policy, int cap) {
  double mass[CELLS] = {0}, sum = 0;
  for (int i = 0; i < grid->n_starts; i++) mass[grid->start[i]] = 1.0 / grid->n_starts;
  for (int k = 0; k < cap; k++) {
    double next[CELLS] = {0};
    for (int i = 0; i < grid->n_starts; i++) {
      const int cell = grid->start[i];
      sum += mass[cell];
      for (int a = 0; a < ACTIONS; a++)
        next[am_grid_move(grid, cell, a)] += mass[cell] * policy->p[cell][a];
    }
    next[grid->goal] = 0;
    memcpy(mass, next, sizeof mass);
  }
  if (!reached) return sum;
  *reached = 1;
  for (int c = 0; c < CELLS; c++) *reached -= mass[c];
  return sum;
}
