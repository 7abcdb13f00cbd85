/* The grid world as a task: what it shows and pays by hand, its starts, its lines against those that are
 * worked out elsewhere, its map. */
#include "support.h"

#include "task/create.h"
#include "task/grid_world.h"

static const am_task_type *const type = &am_grid_world_type;
enum { UP, RIGHT, DOWN, LEFT };

static int shown(const am_task *task, const am_grid_world_state *s) {
  float input[AM_GRID_CELLS];
  int cell = -1, n = 0;
  type->observe(task, s, input);
  for (int c = 0; c < AM_GRID_CELLS; c++)
    if (input[c] != 0) cell = c, n++;
  assert_true(n <= 1 && (n == 0 || input[cell] == 1));
  return cell;
}

static void a_way_to_the_goal(void **state) {
  (void)state;
  static const struct {
    int action, to, happened;
  } way[] = {{UP, 15, 2},    {LEFT, 15, 1},  {DOWN, 20, 0},  {DOWN, 20, 1},
             {RIGHT, 21, 0}, {RIGHT, 22, 0}, {RIGHT, 23, 0}, {RIGHT, 24, 4}};
  am_task *task = NULL;
  am_grid_world_state s, before;
  MAKE(grid_world, &task, {.steps = 20, .goal = 24});
  assert_true(task->n_inputs == 25 && task->n_actions == 4 && task->n_steps == 20);
  uint32_t lane = 0;
  for (type->start(task, &s, 3, 0, lane); s.cell != 20; type->start(task, &s, 3, 0, ++lane))
    assert_true(lane < 1000);
  for (int k = 0; k < (int)(sizeof way / sizeof *way); k++) {
    before = s;
    assert_false(type->over(task, &s));
    assert_true(type->step(task, &s, way[k].action) == (way[k].to == 24 ? 1 : 0));
    assert_int_equal(type->place(task, &s), way[k].to);
    assert_int_equal(shown(task, &s), way[k].to == 24 ? -1 : way[k].to);
    assert_int_equal(type->happened(task, &before, &s), way[k].happened);
    assert_int_equal(type->happened(task, &before, NULL), 0);
  }
  assert_true(type->over(task, &s));
  before = s;
  assert_true(type->step(task, &s, UP) == 0); /* nothing more */
  assert_memory_equal(&s, &before, sizeof s);
  am_task_destroy(task);
}

/* An episode that its length ends; and starts, each alike, none of them a wall or the goal. */
static void starts_and_ends(void **state) {
  (void)state;
  enum { N = 21000 };
  am_task *task = NULL;
  int n[AM_GRID_CELLS] = {0};
  MAKE(grid_world, &task, {.steps = 2, .goal = 7, .obstacle = true});
  for (uint32_t lane = 0; lane < N; lane++) {
    am_grid_world_state s;
    type->start(task, &s, 1, 0, lane);
    n[s.cell]++;
    for (int t = 0; t < 3; t++) type->step(task, &s, LEFT);
    assert_true(s.arrived ? s.cell == 7 : s.world.step == 2 && shown(task, &s) == s.cell);
  }
  for (int c = 0; c < AM_GRID_CELLS; c++) {
    const bool free = c != 7 && !(c >= 11 && c <= 13);
    near(n[c], free ? N / 21.0 : 0, free ? 5 * sqrt(N / 21.0) : 0);
  }
  am_task_destroy(task);
}

/* Lengths of a walk at random and of the shortest ways: tests/reference/gridworld.py. */
static void its_lines(void **state) {
  (void)state;
  const double length[2][2] = {{59.1069, 100 / 24.0}, {59.4154, 88 / 21.0}};
  for (int obstacle = 0; obstacle < 2; obstacle++) {
    am_task *task = NULL;
    MAKE(grid_world, &task, {.steps = 100, .goal = 24, .obstacle = obstacle});
    near(type->length(task, 0), length[obstacle][0], 1e-4);
    near(type->length(task, 1), length[obstacle][1], 1e-12);
    near(task->lines[0].reward, obstacle ? 0 : 0, 1);
    near(task->lines[1].reward, 1, 1e-12);
    near(task->criterion, 0.1 * task->lines[0].reward + 0.9, 1e-12);
    am_task_destroy(task);
  }
  am_task *task = NULL;
  MAKE(grid_world, &task, {.steps = 3, .goal = 12}); /* in the middle: 4, 8 - 0 and 8 cells */
  near(task->lines[1].reward, (4 + 8 + 8) / 24.0, 1e-12);
  near(type->length(task, 1), (4 + 2 * 8 + 3 * 12) / 24.0, 1e-12);
  am_task_destroy(task);
}

static void its_map(void **state) {
  (void)state;
  am_task *task = NULL;
  double value[AM_GRID_CELLS], policy[AM_GRID_CELLS][AM_GRID_ACTIONS] = {{0}};
  MAKE(grid_world, &task, {.steps = 50, .goal = 24, .obstacle = true});
  const am_task_map *map = type->map(task);
  assert_true(map->width == 5 && map->height == 5 && map->goal == 24);
  assert_true(map->wall[11] && map->wall[13] && !map->wall[10]);
  assert_true(map->distance[23] == 1 && map->distance[6] == 6);
  for (int c = 0; c < AM_GRID_CELLS; c++) policy[c][c % 5 < 4 ? RIGHT : DOWN] = 1;
  type->values(task, value, policy[0], 0.5);
  near(value[23], 1, 1e-12);
  near(value[3], pow(0.5, 4), 1e-12); /* right, and down four times */
  near(value[10], 0, 1e-12);          /* against the wall, for ever */
  am_task_destroy(task);
}

static void bad_options_are_refused(void **state) {
  (void)state;
  amine_error error = {0};
  am_task *task = NULL;
  const am_grid_world_options wall = {.steps = 9, .goal = 12, .obstacle = true};
  REFUSED(grid_world, am_task, "grid-world", steps, 0);
  REFUSED(grid_world, am_task, "grid-world", steps, 100001);
  REFUSED(grid_world, am_task, "grid-world", goal, -1);
  REFUSED(grid_world, am_task, "grid-world", goal, 25);
  assert_int_equal(am_grid_world_create(&task, &wall, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "task.goal=12 is a cell of the obstacle"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_way_to_the_goal),
      cmocka_unit_test(starts_and_ends),
      cmocka_unit_test(its_lines),
      cmocka_unit_test(its_map),
      cmocka_unit_test(bad_options_are_refused),
  };
  return cmocka_run_group_tests_name("grid_world", tests, NULL, NULL);
}
