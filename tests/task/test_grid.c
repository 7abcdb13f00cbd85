/* The 5 x 5 grid: its map by hand, chance and values against simulated walks and closed forms. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "task/grid.h"

static void near(double a, double b, double tolerance) {
  if (!(fabs(a - b) <= tolerance)) fail_msg("%.12g is not %.12g", a, b);
}

static void moves_end_at_walls(void **state) {
  (void)state;
  const am_grid open = am_grid_make(24, false), bar = am_grid_make(24, true);
  enum { UP, RIGHT, DOWN, LEFT };
  assert_int_equal(open.n_starts, 24);
  assert_int_equal(bar.n_starts, 21);
  assert_int_equal(am_grid_move(&open, 0, UP), 0);
  assert_int_equal(am_grid_move(&open, 0, LEFT), 0);
  assert_int_equal(am_grid_move(&open, 0, RIGHT), 1);
  assert_int_equal(am_grid_move(&open, 0, DOWN), 5);
  assert_int_equal(am_grid_move(&open, 4, RIGHT), 4); /* not the next row */
  assert_int_equal(am_grid_move(&open, 20, LEFT), 20);
  assert_int_equal(am_grid_move(&open, 6, DOWN), 11);
  assert_int_equal(am_grid_move(&bar, 6, DOWN), 6);
  assert_int_equal(am_grid_move(&bar, 10, RIGHT), 10);
  assert_false(am_grid_is_free(12, true));
  assert_true(am_grid_is_free(12, false));
}

static void shortest_ways_go_around(void **state) {
  (void)state;
  int d[AM_GRID_CELLS];
  am_grid grid = am_grid_make(24, false);
  am_grid_distances(d, &grid);
  for (int c = 0; c < AM_GRID_CELLS; c++) assert_int_equal(d[c], 4 - c % 5 + 4 - c / 5);
  grid = am_grid_make(17, true); /* below the bar */
  am_grid_distances(d, &grid);
  assert_int_equal(d[7], 6); /* above it: two to a side, two down, two back */
  assert_int_equal(d[22], 1);
}

/* Always right, else down: no chance at all. */
static void a_certain_way_has_certain_figures(void **state) {
  (void)state;
  const am_grid grid = am_grid_make(24, false);
  am_grid_policy p = {0};
  double value[AM_GRID_CELLS], mean = 0, reached, far = 0;
  int d[AM_GRID_CELLS];
  for (int c = 0; c < AM_GRID_CELLS; c++) p.p[c][c % 5 < 4 ? 1 : 2] = 1;
  am_grid_values(value, &grid, &p, 0.9);
  am_grid_distances(d, &grid);
  for (int i = 0; i < grid.n_starts; i++) {
    const int c = grid.start[i];
    near(value[c], pow(0.9, d[c] - 1), 1e-12);
    mean += d[c] / 24.0;
    far += d[c] > 3 ? 1 / 24.0 : 0;
  }
  near(am_grid_capped(NULL, &grid, &p, 100), mean, 1e-12);
  near(am_grid_capped(&reached, &grid, &p, 1), 1, 1e-12);
  near(reached, 2 / 24.0, 1e-12); /* above the goal and left of it */
  am_grid_capped(&reached, &grid, &p, 3);
  near(reached, 1 - far, 1e-12);
  for (int c = 0; c < AM_GRID_CELLS; c++) /* up and down for ever */
    for (int a = 0; a < AM_GRID_ACTIONS; a++) p.p[c][a] = a == 0;
  am_grid_values(value, &grid, &p, 0.9);
  near(value[0], 0, 1e-12);
  near(am_grid_capped(&reached, &grid, &p, 100), 100, 1e-9);
  near(reached, 0, 1e-12);
}

/* Mean steps of n simulated uniform walks, with the cap. */
static void walk(double *mean, double *capped, double *error, const am_grid *grid, int cap, int n) {
  double sum = 0, squares = 0, least = 0;
  for (int k = 0; k < n; k++) {
    const am_random_key key = {.seed = 5, .stream = AM_STREAM_AGENT, .episode = (uint32_t)k};
    int cell = grid->start[am_below(am_random(key, 0).v[0], (uint32_t)grid->n_starts)];
    uint32_t steps = 0;
    while (cell != grid->goal) {
      const am_random4 r = am_random(key, 1 + steps / 4);
      cell = am_grid_move(grid, cell, (int)am_below(r.v[steps % 4], AM_GRID_ACTIONS));
      steps++;
    }
    sum += steps;
    squares += (double)steps * steps;
    least += steps < (uint32_t)cap ? steps : (uint32_t)cap;
  }
  *mean = sum / n;
  *capped = least / n;
  *error = sqrt((squares / n - *mean * *mean) / n);
}

static void chance_is_what_walks_take(void **state) {
  (void)state;
  /* tests/reference/gridworld.py: by numpy's solver */
  const double reference[2][2] = {{88.6900, 59.1069}, {96.4875, 59.4154}};
  for (int obstacle = 0; obstacle < 2; obstacle++) {
    const am_grid grid = am_grid_make(24, obstacle);
    const am_grid_policy p = am_grid_walk();
    double mean, capped, error;
    const double exact = am_grid_capped(NULL, &grid, &p, 10000);
    walk(&mean, &capped, &error, &grid, 100, 20000);
    near(exact, mean, 4 * error);
    near(am_grid_capped(NULL, &grid, &p, 100), capped, 4 * error);
    near(exact, reference[obstacle][0], 1e-4);
    near(am_grid_capped(NULL, &grid, &p, 100), reference[obstacle][1], 1e-4);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(moves_end_at_walls),
      cmocka_unit_test(shortest_ways_go_around),
      cmocka_unit_test(a_certain_way_has_certain_figures),
      cmocka_unit_test(chance_is_what_walks_take),
  };
  return cmocka_run_group_tests_name("grid", tests, NULL, NULL);
}
