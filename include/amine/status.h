/* How every call answers: a status, and for those who want to know more an error with a sentence.
 */
#ifndef AMINE_STATUS_H
#define AMINE_STATUS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(AMINE_BUILD) && defined(__GNUC__)
#define AMINE_API __attribute__((visibility("default")))
#else
#define AMINE_API
#endif

typedef enum amine_status {
  AMINE_OK = 0,
  AMINE_ERROR_ARGUMENT, /* a value given by the caller or the user is unknown or out of range */
  AMINE_ERROR_INPUT,    /* a file is damaged or is not what it should be */
  AMINE_ERROR_IO,       /* the operating system refused: missing file, full disk, ... */
  AMINE_ERROR_MEMORY,   /* the allocator said no */
  AMINE_ERROR_NUMERIC,  /* NaN or explosion: the run cannot go on */
  AMINE_ERROR_STOPPED   /* asked to stop, and stopped with everything saved */
} amine_status;

/* The caller's own; a call that fails fills it, a call that succeeds leaves it alone. */
typedef struct amine_error {
  amine_status status;
  int64_t offset;    /* byte offset in `file`, or -1 */
  char file[256];    /* the file concerned, or "" */
  char message[768]; /* one sentence, UTF-8, ends with 0, never with a newline */
  char excerpt[256]; /* where a text is wrong: its line, a newline and a mark below; else "" */
} amine_error;

/* A short lower-case name of a status ("out of memory"); static storage, any thread. */
AMINE_API const char *amine_status_name(amine_status status);

/* The version of the library, "MAJOR.MINOR.PATCH"; static storage, any thread. */
AMINE_API const char *amine_version(void);

#ifdef __cplusplus
}
#endif
#endif
