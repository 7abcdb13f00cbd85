/* What the tests of tasks share. */
#ifndef TEST_TASK_SUPPORT_H
#define TEST_TASK_SUPPORT_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

static inline void near(double a, double b, double tolerance) {
  if (!(fabs(a - b) <= tolerance)) fail_msg("%.12g is not %.12g", a, b);
}

/* Makes a task or game of `options` that are in range. */
#define MAKE(noun, out, ...)                                                                       \
  do {                                                                                             \
    amine_error make_error = {0};                                                                  \
    if (am_##noun##_create((out), &(am_##noun##_options)__VA_ARGS__, &make_error) != AMINE_OK)     \
      fail_msg("%s", make_error.message);                                                          \
  } while (0)

/* The default options with one changed are refused, by a sentence that names task and option, and
 * what was there before is left. */
#define REFUSED(noun, thing, name, field, bad)                                                     \
  do {                                                                                             \
    amine_error refused_error = {0};                                                               \
    am_##noun##_options refused = am_##noun##_default();                                           \
    thing before = {0}, *out = &before;                                                            \
    refused.field = (bad);                                                                         \
    assert_int_equal(am_##noun##_create(&out, &refused, &refused_error), AMINE_ERROR_ARGUMENT);    \
    assert_ptr_equal(out, &before);                                                                \
    assert_non_null(strstr(refused_error.message, name));                                          \
    assert_non_null(strstr(refused_error.message, #field));                                        \
  } while (0)

/* The n inputs are these. */
static inline void shows(const float *input, int n, const char *bits) {
  for (int k = 0; k < n; k++)
    if (input[k] != (float)(bits[k] - '0')) fail_msg("input %d is %g", k, (double)input[k]);
  assert_int_equal(bits[n], 0);
}

#endif
