/* Status names and error sentences. Nothing here allocates or can fail. */
#include "base/error.h"

#include "amine/version.h"
#include "base/machine.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *amine_status_name(amine_status status) {
  switch (status) {
  case AMINE_OK: return "ok";
  case AMINE_ERROR_ARGUMENT: return "bad argument";
  case AMINE_ERROR_INPUT: return "bad input";
  case AMINE_ERROR_IO: return "input or output failed";
  case AMINE_ERROR_MEMORY: return "out of memory";
  case AMINE_ERROR_NUMERIC: return "numbers broke";
  case AMINE_ERROR_STOPPED: return "stopped";
  }
  return "unknown status";
}

#define TEXT(number) #number
#define VERSION(major, minor, patch) TEXT(major) "." TEXT(minor) "." TEXT(patch)

const char *amine_version(void) {
  return VERSION(AMINE_VERSION_MAJOR, AMINE_VERSION_MINOR, AMINE_VERSION_PATCH);
}

/* Makes what vsnprintf cut or a user sent fit to print: no control characters, no half of a UTF-8
 * sequence at the end. */
static void tidy(char *s, int was_cut) {
  size_t n = strlen(s);
  for (size_t k = 0; k < n; k++) {
    const unsigned char c = (unsigned char)s[k], next = (unsigned char)s[k + 1];
    if (c < 0x20 || c == 0x7f) s[k] = '?';
    else if (c == 0xc2 && next >= 0x80 && next < 0xa0) s[k] = s[k + 1] = '?'; /* U+0080 to U+009F */
  }
  if (!was_cut) return;
  while (n > 0 && ((unsigned char)s[n - 1] & 0xc0) == 0x80) n--;
  if (n > 0 && ((unsigned char)s[n - 1] & 0x80)) n--;
  s[n] = 0;
}

static void fill(amine_error *error, amine_status status, const char *file, int64_t offset,
                 const char *format, va_list arguments) {
  if (!error) return;
  error->status = status;
  error->offset = offset;
  error->excerpt[0] = 0;
  snprintf(error->file, sizeof error->file, "%s", file ? file : "");
  size_t used = 0;
  if (file && file[0]) {
    int n = snprintf(error->message, sizeof error->message, "%.300s: ", file);
    used = n > 0 ? (size_t)n : 0;
  }
  size_t room = sizeof error->message - used;
  int n = vsnprintf(error->message + used, room, format, arguments);
  tidy(error->message, n < 0 || (size_t)n >= room);
}

amine_status am_fail(amine_error *error, amine_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fill(error, status, NULL, -1, format, arguments);
  va_end(arguments);
  return status;
}

amine_status am_fail_file(amine_error *error, amine_status status, const char *file, int64_t offset,
                          const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fill(error, status, file, offset, format, arguments);
  va_end(arguments);
  return status;
}

amine_status am_fail_memory(amine_error *error, size_t bytes) {
  if (bytes == SIZE_MAX) return am_fail(error, AMINE_ERROR_MEMORY, "a size overflows: too large");
  if (bytes < AM_LARGE || am_memory_free() == SIZE_MAX)
    return am_fail(error, AMINE_ERROR_MEMORY, "out of memory: %zu bytes were asked for", bytes);
  char asked[32], there[32];
  return am_fail(error, AMINE_ERROR_MEMORY,
                 "out of memory: %s were asked for; this machine has %s free",
                 am_bytes_text(asked, (double)bytes),
                 am_bytes_text(there, (double)am_memory_free()));
}
