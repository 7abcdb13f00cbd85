/* Exact values by dynamic programming over the steps left: V_k from V_{k-1}, for each reward cell
 * up to mirror images. The order of every sum is fixed. */
#include "task/maze/value.h"

#include <math.h>

#include "base/memory.h"

/* Most multiply-adds that an exact mean may cost: some tens of milliseconds. */
#define BUDGET 5e7

int am_maze_fold(const am_maze *maze, int number) {
  int last = maze->options.size - 1;
  int row = maze->cell[number].row, col = maze->cell[number].col;
  if (row > last - row) row = last - row;
  if (col > last - col) col = last - col;
  am_maze_cell image = {(int16_t)(row > col ? row : col), (int16_t)(row > col ? col : row)};
  return am_maze_number(maze, image);
}

void am_maze_distances(int *distance, int *queue, const am_maze *maze, int goal) {
  for (int s = 0; s < maze->n_free; s++) distance[s] = -1;
  int head = 0, tail = 0;
  queue[tail++] = goal;
  distance[goal] = 0;
  while (head < tail) {
    int s = queue[head++];
    for (int a = 0; a < AM_MAZE_ACTIONS; a++) {
      int to = maze->next[s][a];
      if (to < 0 || distance[to] >= 0) continue;
      distance[to] = distance[s] + 1;
      queue[tail++] = to;
    }
  }
}

void am_maze_value_shortest(double *find, const am_maze *maze, const int *distance, int steps) {
  for (int k = 0; k <= steps; k++) {
    double sum = 0;
    for (int s = 0; s < maze->n_free; s++)
      if (distance[s] > 0 && distance[s] <= k) sum += 1 + find[k - distance[s]];
    find[k] = sum / (maze->n_free - 1);
  }
}

/* Mean over rewards at `goal`: in V, the cell of the goal holds the worth of entering it. */
static double value_random(double *v, double *old, const am_maze *maze, int goal) {
  const double penalty = (double)maze->options.wall_penalty;
  const int n = maze->n_free;
  for (int s = 0; s < n; s++) v[s] = 0;
  for (int k = 0; k < maze->options.steps; k++) {
    double thrown = 0;
    for (int s = 0; s < n; s++)
      if (s != goal) thrown += v[s];
    v[goal] = (double)maze->options.reward + thrown / (n - 1);
    double *swap = v;
    v = old;
    old = swap;
    for (int s = 0; s < n; s++) {
      double sum = 0;
      for (int a = 0; a < AM_MAZE_ACTIONS; a++) {
        int to = maze->next[s][a];
        sum += to < 0 ? old[s] - penalty : old[to];
      }
      v[s] = 0.25 * sum;
    }
  }
  return v[maze->centre];
}

static double value_oracle(double *find, int *scratch, const am_maze *maze, int goal) {
  int *distance = scratch, *queue = scratch + maze->n_free;
  am_maze_distances(distance, queue, maze, goal);
  int first = distance[maze->centre], steps = maze->options.steps;
  if (first > steps) return 0;
  am_maze_value_shortest(find, maze, distance, steps - first);
  return (double)maze->options.reward * (1 + find[steps - first]);
}

/* images[n_free]: how many possible reward cells fold to each; returns how many have any. */
static int count_images(int *images, const am_maze *maze) {
  int n = 0;
  for (int s = 0; s < maze->n_free; s++)
    if (s != maze->centre && images[am_maze_fold(maze, s)]++ == 0) n++;
  return n;
}

static amine_status mean_of(double *mean, const am_maze *maze, bool oracle, amine_error *error) {
  const size_t n = (size_t)maze->n_free, steps = (size_t)maze->options.steps;
  *mean = NAN;
  if ((double)n * (double)n / 8 * (double)steps * AM_MAZE_ACTIONS > BUDGET) return AMINE_OK;
  size_t n_values = oracle ? steps + 1 : 2 * n;
  int *images = am_alloc(3 * n, sizeof *images);
  double *value = am_alloc(n_values, sizeof *value);
  amine_status status = AMINE_OK;
  if (images && value) {
    double sum = 0;
    count_images(images, maze);
    for (int goal = 0; goal < maze->n_free; goal++)
      if (images[goal])
        sum += images[goal] * (oracle ? value_oracle(value, images + n, maze, goal)
                                      : value_random(value, value + n, maze, goal));
    *mean = sum / (maze->n_free - 1);
  } else {
    status = am_fail_memory(error, 3 * n * sizeof *images + n_values * sizeof *value);
  }
  am_free(images);
  am_free(value);
  return status;
}

amine_status am_maze_mean_random(double *mean, const am_maze *maze, amine_error *error) {
  return mean_of(mean, maze, false, error);
}

amine_status am_maze_mean_oracle(double *mean, const am_maze *maze, amine_error *error) {
  return mean_of(mean, maze, true, error);
}
