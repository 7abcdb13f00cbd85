/* The T-maze by hand. */
#include "support.h"

#include "task/create.h"
#include "task/t_maze.h"

static const am_task_type *const type = &am_t_maze_type;
enum { F = AM_T_MAZE_FORWARD, B = AM_T_MAZE_BACK, L = AM_T_MAZE_LEFT, R = AM_T_MAZE_RIGHT };

/* One walk through a corridor of 2 with every kind of step. */
static void a_walk_by_hand(void **state) {
  (void)state;
  static const struct {
    const char *shown;
    int action;
    float reward;
    unsigned happened; /* 1 sign, 2 junction, 4 wall */
  } walk[] = {{"011", B, -0.5f, 5}, {"011", L, -0.5f, 5}, {"011", F, 0, 1}, {"101", R, -0.5f, 4},
              {"101", F, 0, 0},     {"010", F, -0.5f, 6}, {"010", B, 0, 2}, {"101", B, 0, 0},
              {"011", F, 0, 1},     {"101", F, 0, 0},     {"010", L, 3, 2}, {"000", F, 0, 0}};
  am_task *task = NULL;
  float input[3];
  MAKE(t_maze, &task, {.length = 2, .steps = 20, .reward = 3, .wrong = 1, .bump = 0.5f});
  assert_int_equal(task->n_inputs, 3);
  assert_int_equal(task->n_actions, 4);
  am_t_maze_state s = {.side = L};
  for (size_t t = 0; t < sizeof walk / sizeof walk[0]; t++) {
    type->observe(task, &s, input);
    shows(input, 3, walk[t].shown);
    assert_int_equal(type->over(task, &s), t == 11);
    const am_t_maze_state before = s;
    assert_int_equal(type->happened(task, &before, NULL), walk[t].happened & 3);
    assert_true(type->step(task, &s, walk[t].action) == walk[t].reward);
    assert_int_equal(type->happened(task, &before, &s), walk[t].happened);
  }
  s = (am_t_maze_state){.side = R};
  type->observe(task, &s, input);
  shows(input, 3, "110");
  s.position = 2;
  assert_true(type->step(task, &s, L) == -1);
  assert_true(type->over(task, &s));
  am_task_destroy(task);
}

/* A corridor of 1 and two steps. Of 16 pairs of actions the first must be forward to get to the
 * junction, where left, right, forward and back earn 1, 0, -1/4 and 0. The other three bump first,
 * and then bump again with 3 of 4: 1/4 (1 - 1/4) / 4 + 3/4 (-1/4 - 3/16). */
static void the_random_walk_on_paper(void **state) {
  (void)state;
  am_task *task = NULL;
  MAKE(t_maze, &task, {.length = 1, .steps = 2, .reward = 1, .bump = 0.25f});
  near(task->lines[0].reward, 0.25 * 0.75 / 4 - 0.75 * (0.25 + 3.0 / 16), 1e-15);
  near(task->lines[1].reward, 0.5, 0);
  near(task->lines[2].reward, 1, 0);
  am_task_destroy(task);
}

static void the_default_is_the_papers(void **state) {
  (void)state;
  am_task *task = NULL;
  assert_int_equal(am_t_maze_create(&task, NULL, NULL), AMINE_OK);
  near(task->lines[2].reward, 4, 0);
  near(task->lines[1].reward, 1.95, 1e-8);
  near(task->criterion, 3.795, 1e-8);
  am_task_destroy(task);
}

static void bad_options_are_refused(void **state) {
  (void)state;
  REFUSED(t_maze, am_task, "t-maze", length, 0);
  REFUSED(t_maze, am_task, "t-maze", length, 1001);
  REFUSED(t_maze, am_task, "t-maze", steps, 10);
  REFUSED(t_maze, am_task, "t-maze", steps, 10001);
  REFUSED(t_maze, am_task, "t-maze", reward, 0);
  REFUSED(t_maze, am_task, "t-maze", reward, INFINITY);
  REFUSED(t_maze, am_task, "t-maze", wrong, 4.1f);
  REFUSED(t_maze, am_task, "t-maze", wrong, -0.1f);
  REFUSED(t_maze, am_task, "t-maze", bump, -0.1f);
  REFUSED(t_maze, am_task, "t-maze", bump, NAN);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_walk_by_hand),
      cmocka_unit_test(the_random_walk_on_paper),
      cmocka_unit_test(the_default_is_the_papers),
      cmocka_unit_test(bad_options_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
