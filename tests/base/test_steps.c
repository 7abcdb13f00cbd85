/* Times as steps: exact arithmetic at steps that divide a time and at steps that do not. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/steps.h"

static void test_nearest(void **unused) {
  static const struct {
    double ms, dt;
    uint64_t steps;
  } rows[] = {
      {0, 1, 0},      {1, 1, 1},       {0.4, 1, 0},      {0.5, 1, 1},      {1.5, 1, 2},
      {2.5, 1, 3},    {100, 0.3, 333}, {1000, 0.3, 3333}, {2, 0.1, 20},    {0.15, 0.1, 2},
      {0.25, 0.1, 3}, {0.35, 0.1, 4},  {0.3, 0.1, 3},    {200, 0.7, 286},  {1000, 0.7, 1429},
      {5, 0.7, 7},    {1, 0.7, 1},     {200, 10, 20},    {200, 150, 1},    {200, 500, 0},
      {1e9, 1e-3, 1000000000000},      {1e12, 0.1, 10000000000000},
  };
  (void)unused;
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    assert_int_equal(am_steps(rows[k].ms, rows[k].dt), rows[k].steps);
    assert_int_equal(am_steps_or_one(rows[k].ms, rows[k].dt), rows[k].steps ? rows[k].steps : 1);
  }
  assert_int_equal(am_steps(-3, 1), 0);
  assert_int_equal(am_steps(1e300, 1), AM_STEPS_MOST);
  assert_int_equal(am_steps((double)INFINITY, 1), AM_STEPS_MOST);
  assert_int_equal(am_steps((double)NAN, 1), AM_STEPS_MOST);
}

static void test_exact(void **unused) {
  (void)unused;
  assert_true(am_steps_exact(0.3, 0.1) && am_steps_exact(2000, 0.1) && am_steps_exact(0, 0.7));
  assert_true(am_steps_exact(0.7, 0.7) && am_steps_exact(1e8, 0.001));
  assert_false(am_steps_exact(1, 0.7));
  assert_false(am_steps_exact(100, 0.3));
  assert_false(am_steps_exact(0.2, 1));
}

/* No tick is further than half a step from its time, however many came before, and each way of
 * asking says the same. */
static void test_ticks(void **unused) {
  static const double dts[] = {0.1, 0.3, 0.7, 1, 1.7, 3, 10}, periods[] = {1, 5, 10, 100, 250};
  (void)unused;
  for (size_t d = 0; d < sizeof dts / sizeof *dts; d++)
    for (size_t p = 0; p < sizeof periods / sizeof *periods; p++) {
      const double dt = dts[d], period = periods[p];
      uint64_t n = 0;
      for (uint64_t step = 0; step < 3000; step++) {
        while (am_tick(n + 1, period, dt) <= step) n++;
        assert_int_equal(am_last_tick(step, period, dt), n);
        assert_int_equal(am_next_tick(step, period, dt), am_tick(n + 1, period, dt));
        assert_int_equal(am_is_tick(step, period, dt), am_tick(n, period, dt) == step);
        assert_true(fabs((double)am_tick(n, period, dt) * dt - (double)n * period) <
                    0.5 * dt + 1e-9);
      }
    }
  assert_int_equal(am_tick(3000, 1000, 0.7), 4285714);
}

static void test_notes(void **unused) {
  am_text notes = {0};
  (void)unused;
  am_steps_note(NULL, "a", 1, 1, 0.7, 1);
  am_steps_note(&notes, "delay_ms", 2, 1, 0.1, 1);
  am_ticks_note(&notes, "every_ms", 1000, 1, 0.1);
  assert_int_equal(notes.length, 0);
  am_steps_note(&notes, "delay_ms", 1, 1, 0.7, 1);
  am_steps_note(&notes, "duration_s", 0.1, 1e3, 0.3, 1);
  am_steps_note(&notes, "delay_ms", 1, 1, 0.7, 1); /* said once */
  am_steps_note(&notes, "short_ms", 0.2, 1, 1, 0);
  am_steps_note(&notes, "short_ms", 0.2, 1, 1, 1);
  am_ticks_note(&notes, "every_ms", 1000, 1, 0.7);
  assert_string_equal(notes.data,
                      "delay_ms=1 is taken as 0.7, 1 step of 0.7 ms\n"
                      "duration_s=0.1 is taken as 0.0999, 333 steps of 0.3 ms\n"
                      "short_ms=0.2 is taken as 0, 0 steps of 1 ms\n"
                      "short_ms=0.2 is taken as 1, 1 step of 1 ms\n"
                      "every_ms=1000 is no whole number of steps of 0.7 ms: each time the nearest "
                      "step is taken\n");
  am_text_free(&notes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_nearest),
      cmocka_unit_test(test_exact),
      cmocka_unit_test(test_ticks),
      cmocka_unit_test(test_notes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
