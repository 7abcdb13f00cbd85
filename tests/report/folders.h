/* Small folders of runs that never ran, for the tests of the report. */
#ifndef TESTS_REPORT_FOLDERS_H
#define TESTS_REPORT_FOLDERS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "amine/memory.h"
#include "amine/status.h"
#include "report/train/recording.h"

/* A new folder for the program, and away with it. Fixtures of a cmocka group. */
int make_root(void **state);
int remove_root(void **state);

/* ROOT/name in a new string, to be freed */
char *path_of(const char *name);
/* Writes ROOT/folder/file; the folder is made. */
void put_text(const char *folder, const char *file, const char *text);
void put_bytes(const char *folder, const char *file, const void *data, size_t size);
void remove_file(const char *folder, const char *file);
/* The content of a file, ended by 0, to be freed; NULL if there is none. */
char *take_file(const char *path, size_t *size);

/* A run like any other: configuration, 40 lines of metrics, lines, evaluation. `more` is put into
 * the configuration ("\"rule\": {...},"). Rewards end at `reward`. */
void put_run(const char *folder, int seed, const char *more, double reward);

/* A recording of 12 steps in a 5 x 5 maze with 3 units; the reward at (1, 1) is found in steps 3
 * and 7. Arrays can be changed before they are written, and left out. */
typedef struct sample {
  uint8_t walls[25];
  int32_t agent[26], goal[2], actions[12], trace_steps[2];
  float numbers[AM_N_RECORDED][48];
} sample;
enum { SAMPLE_CELLS = 5, SAMPLE_STEPS = 12, SAMPLE_UNITS = 3 };
sample make_sample(void);
/* `without` is the name of an array that is left out, or NULL; `odd` one whose first dimension is
 * given as one less. */
void put_recording(const char *folder, const sample *s, const char *without, const char *odd);

/* The report of folders below the root, as a string to be freed; the test fails if it fails. */
char *report(int n, ...);
/* The status of a report of one folder, with its error. */
amine_status report_fails(const char *folder, amine_error *error);

/* How often `part` stands in `text`. */
size_t count_of(const char *text, const char *part);
void expect_part(const char *text, const char *part);
void expect_no_part(const char *text, const char *part);

/* Nothing on the page may be asked for from anywhere else. */
void expect_closed(const char *page);
/* Elements that are opened are closed. */
void expect_whole(const char *page);

#endif
