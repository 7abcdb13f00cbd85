/* Filling the caller's amine_error, in one line at the place where something failed. */
#ifndef AMINE_BASE_ERROR_H
#define AMINE_BASE_ERROR_H

#include <stddef.h>

#include "amine/status.h"

#if defined(__GNUC__)
#define AM_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define AM_PRINTF(f, a)
#endif

/* Writes the sentence into *error (which may be NULL) and returns `status`. A sentence too long is
 * cut at a character boundary; control characters that came from outside are shown as '?'. */
amine_status am_fail(amine_error *error, amine_status status, const char *format, ...)
    AM_PRINTF(3, 4);

/* The same for a file, with a byte offset (or -1). The sentence should not repeat the file's name:
 * it becomes "FILE: sentence". */
amine_status am_fail_file(amine_error *error, amine_status status, const char *file, int64_t offset,
                          const char *format, ...) AM_PRINTF(5, 6);

/* AMINE_ERROR_MEMORY with the number of bytes that were asked for. */
amine_status am_fail_memory(amine_error *error, size_t bytes);

/* Leaves a function that returns amine_status as soon as a call did not succeed. */
#define AM_TRY(call)                                                                               \
  do {                                                                                             \
    amine_status am_try_status = (call);                                                           \
    if (am_try_status != AMINE_OK) return am_try_status;                                           \
  } while (0)

#endif
