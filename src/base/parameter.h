/* Rows of parameter tables, short (amine/parameter.h). What follows the meaning is any further
 * members: AM_NUMBER("noise", 0, 0, 0.5, "", "probability", .when = "rule=both"). */
#ifndef AMINE_BASE_PARAMETER_H
#define AMINE_BASE_PARAMETER_H

#include <stdint.h>

#include "amine/parameter.h"
#include "base/error.h"

#define AM_INTEGER(n, std, lo, hi, u, ...)                                                         \
  {                                                                                                \
    .name = n, .kind = AMINE_INTEGER, .standard = std, .min = lo, .max = hi, .unit = u,            \
    .meaning = __VA_ARGS__                                                                         \
  }
#define AM_NUMBER(n, std, lo, hi, u, ...)                                                          \
  {                                                                                                \
    .name = n, .kind = AMINE_NUMBER, .standard = std, .min = lo, .max = hi, .unit = u,             \
    .meaning = __VA_ARGS__                                                                         \
  }
#define AM_CHOICE(n, words, ...)                                                                   \
  { .name = n, .kind = AMINE_CHOICE, .choices = words, .unit = "", .meaning = __VA_ARGS__ }
#define AM_WORD(n, words, ...)                                                                     \
  { .name = n, .kind = AMINE_WORD, .choices = words, .unit = "", .meaning = __VA_ARGS__ }
#define AM_SWITCH(n, std, ...)                                                                     \
  {                                                                                                \
    .name = n, .kind = AMINE_SWITCH, .standard = std, .max = 1, .choices = "true|false",           \
    .unit = "", .meaning = __VA_ARGS__                                                             \
  }
#define AM_WORDS(n, std, words, ...)                                                               \
  {                                                                                                \
    .name = n, .kind = AMINE_WORDS, .standard = std, .choices = words, .unit = "",                 \
    .meaning = __VA_ARGS__                                                                         \
  }
#define AM_FILE(n, ...)                                                                            \
  { .name = n, .kind = AMINE_FILE, .unit = "", .meaning = __VA_ARGS__ }

/* The value of another part's parameter, or of a key of every run. */
#define AM_BORROWED(n, std, ...)                                                                   \
  { .name = n, .kind = AMINE_NUMBER, .standard = std, .borrowed = true, __VA_ARGS__ }

#define AM_MEMBER AMINE_FILLS

/* Of somebody else's part: AMINE_ERROR_ARGUMENT for a row that is not whole, or that would write past
 * the options; rows may be NULL. */
amine_status am_parameters_check(const amine_parameter *rows, size_t options_size,
                                 const char *part, amine_error *error);

#define AM_SEED_MAX 18446744073709551615.0 /* 2^64 - 1: all that 64 bits hold */

#endif
