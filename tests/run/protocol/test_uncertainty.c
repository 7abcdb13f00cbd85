/* Uncertainty from hand-made counts and errors. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run/protocol/uncertainty.h"

static void near(double a, double b) {
  if (!(fabs(a - b) <= 1e-12)) fail_msg("%.15g is not %.15g", a, b);
}

static void undecided_populations_are_uncertain(void **state) {
  (void)state;
  near(am_uncertainty_expected((const uint64_t[]){7, 7, 7}, 3), 1);
  near(am_uncertainty_expected((const uint64_t[]){0, 0}, 2), 1); /* silence says nothing */
  /* shares 8/10, 1/10, 1/10 */
  near(am_uncertainty_expected((const uint64_t[]){7, 0, 0}, 3), (1 - 0.66) * 1.5);
  /* shares 1/2, 1/4, 1/4, in any order */
  near(am_uncertainty_expected((const uint64_t[]){4, 9, 4}, 3), (1 - 0.375) * 1.5);
  assert_true(am_uncertainty_expected((const uint64_t[]){1000000, 0, 0}, 3) < 1e-5);
}

static void errors_that_last_are_surprising(void **state) {
  (void)state;
  am_surprise s = {0};
  near(am_surprise_now(&s, 0), 0); /* nothing has happened */
  am_surprise_add(&s, -0.5, 2, 4);
  near(s.error, -0.5);
  near(s.size, 0.5);
  near(am_surprise_now(&s, 0), 1);
  near(am_surprise_now(&s, 0.25), 0.75);
  am_surprise_add(&s, 0.5, 2, 4); /* means of two */
  near(s.error, 0);
  near(s.size, 0.5);
  near(am_surprise_now(&s, 0), 0);
  am_surprise_add(&s, -1, 2, 4); /* error: half the way; size: a third of it */
  near(s.error, -0.5);
  near(s.size, 2.0 / 3);
  near(am_surprise_now(&s, 0.25), 0.5);
  am_surprise_add(&s, 1, 2, 4);
  am_surprise_add(&s, 1, 2, 4); /* from the fifth on a quarter */
  near(s.error, 0.625);
  near(s.size, 0.8125);
  near(am_surprise_now(&s, 0), 0); /* better than expected */
  assert_true(am_surprise_is_fine(&s));
  s.error = (double)NAN;
  assert_false(am_surprise_is_fine(&s));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(undecided_populations_are_uncertain),
      cmocka_unit_test(errors_that_last_are_surprising),
  };
  return cmocka_run_group_tests_name("uncertainty", tests, NULL, NULL);
}
