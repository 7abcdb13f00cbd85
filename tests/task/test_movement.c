/* The movement: the curve, its scale, and that it is one for all. */
#include "support.h"

#include "task/create.h"
#include "task/movement.h"

enum { T_MAX = 1000, WIDTH = 4 };

/* Number j of a movement by its definition, not scaled. */
static double curve(uint64_t movement, int j, int t, int T) {
  double y = 0;
  for (uint32_t k = 0; k < 3; k++) {
    const am_random4 u =
        am_random((am_random_key){movement, AM_STREAM_TASK_START, 0, (uint32_t)j}, k);
    const double a = 2 * (u.v[0] / 4294967296.0) - 1;
    const double c = (0.15 + 0.7 * (u.v[1] / 4294967296.0)) * T;
    const double w = (0.08 + 0.12 * (u.v[2] / 4294967296.0)) * T;
    y += a * exp(-pow((t - c) / w, 2));
  }
  return y;
}

static void watch(float y[T_MAX][WIDTH], const am_task *task, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  am_world w;
  float input;
  task->type->start(task, &w, seed, episode, lane);
  for (int t = 0; t < task->n_steps; t++) {
    task->type->observe(task, &w, &input);
    assert_true(input == (t == 0));
    assert_true(task->type->target(task, &w, y[t]));
    assert_true(task->type->step(task, &w, 0) == 0);
  }
  float after[WIDTH];
  assert_false(task->type->target(task, &w, after));
}

static void a_curve_of_variance_one(void **state) {
  (void)state;
  static float y[T_MAX][WIDTH], again[T_MAX][WIDTH];
  static const am_movement_options all[] = {
      {0, 1, 30}, {1, 2, 10}, {77, 4, 1000}, {1000000, 3, 200}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    const int T = all[i].steps;
    am_task *task = NULL;
    amine_error error;
    assert_int_equal(am_movement_create(&task, &all[i], &error), AMINE_OK);
    assert_int_equal(task->n_targets, all[i].width);
    assert_int_equal(task->n_steps, T);
    watch(y, task, 1, 0, 0);
    watch(again, task, 99, 7, 3);
    for (int j = 0; j < all[i].width; j++) {
      double mean = 0, square = 0, raw_mean = 0, raw_square = 0;
      for (int t = 0; t < T; t++) {
        const double raw = curve((uint64_t)all[i].movement, j, t, T), v = (double)y[t][j];
        assert_true(y[t][j] == again[t][j]);
        mean += v / T;
        square += v * v / T;
        raw_mean += raw / T;
        raw_square += raw * raw / T;
      }
      near(square - mean * mean, 1, 1e-5);
      for (int t = 0; t < T; t++)
        near((double)y[t][j],
             curve((uint64_t)all[i].movement, j, t, T) / sqrt(raw_square - raw_mean * raw_mean),
             1e-4);
    }
    near(task->lines[0].reward, -2, 1e-15);
    near(task->lines[1].reward, -1, 1e-15);
    near(task->lines[2].reward, 0, 1e-15);
    am_task_destroy(task);
  }
}

/* Which one is asked for makes the difference, and each of its numbers is a curve of its own. */
static void movements_differ(void **state) {
  (void)state;
  static float y[2][T_MAX][WIDTH];
  for (int k = 0; k < 2; k++) {
    am_task *task = NULL;
    MAKE(movement, &task, {.movement = k, .width = 2, .steps = 30});
    watch(y[k], task, 1, 0, 0);
    am_task_destroy(task);
  }
  double other = 0, beside = 0;
  for (int t = 0; t < 30; t++) {
    other += pow((double)(y[0][t][0] - y[1][t][0]), 2) / 30;
    beside += pow((double)(y[0][t][0] - y[0][t][1]), 2) / 30;
  }
  assert_true(other > 0.1 && beside > 0.1);
}

static void options_are_checked(void **state) {
  (void)state;
  REFUSED(movement, am_task, "movement", steps, 9);
  REFUSED(movement, am_task, "movement", steps, 1001);
  REFUSED(movement, am_task, "movement", width, 5);
  REFUSED(movement, am_task, "movement", movement, -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_curve_of_variance_one),
      cmocka_unit_test(movements_differ),
      cmocka_unit_test(options_are_checked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
