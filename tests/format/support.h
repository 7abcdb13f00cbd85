/* What the tests of the file layer share: a folder of their own, system calls that fail on demand,
 * an allocator that counts and refuses, and short ways to make and compare files. */
#ifndef TESTS_FORMAT_SUPPORT_H
#define TESTS_FORMAT_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "amine/memory.h"
#include "amine/status.h"

/* ---- A folder of its own for each program; removed at the end. */
int make_test_folder(void **state);
int remove_test_folder(void **state);
/* FOLDER/name, always the same pointer for the same name (up to 63 of them) */
const char *in_folder(const char *name);
bool exists(const char *path);
void put_file(const char *path, const void *data, size_t size);
/* asserts that the file is exactly this */
void expect_file(const char *path, const void *data, size_t size);
bool file_is(const char *path, const void *data, size_t size);

/* ---- am_io with faults: call number `at` (from 1) answers `error`, or does only a part of what it
 * is asked if error is SHORT; once, or it and all that follow. */
#define SHORT (-1)
struct faults {
  long at, calls, hits;
  int error;
  bool for_good;
  const char *first; /* the call that failed first, such as "fsync" or "fsync folder" */
  bool renamed;      /* a rename was done */
  long open_fds;     /* opened and not closed */
  char trace[512];   /* all calls in order: "open, fstat, ..." */
};
extern struct faults faults;
void faults_start(long at, int error, bool for_good);
void faults_stop(void);
/* true if the fault was one that must not be passed over: no EINTR and no short write */
bool fault_is_real(void);
/* Name and errno of the faults to try; ends with a NULL name. */
struct fault_kind {
  const char *name;
  int error;
};
extern const struct fault_kind fault_kinds[];

/* ---- The allocator: refuses request number `at` (from 1; 0: none), and those after it if
 * for_good; counts the blocks that are alive. */
struct memory_watch {
  long at, requests, alive;
  bool for_good;
};
extern struct memory_watch memory_watch;
void memory_start(long at, bool for_good);
/* asserts that nothing is alive and puts the standard allocator back */
void memory_stop(void);

/* asserts that it failed with this status and a sentence in which `part` stands */
void expect_failure(amine_status got, amine_status wanted, const amine_error *error,
                    const char *part);
#define EXPECT_OK(call, error)                                                                     \
  do {                                                                                             \
    if ((call) != AMINE_OK) fail_msg("%s: %s", #call, (error)->message);                           \
  } while (0)

/* Runs tests/format/SCRIPT with a Python that has numpy: its exit status, or -1 if there is
 * none. */
int run_python(const char *script, const char *arguments);

#endif
