/* The table of a sweep for other programs: sweep.csv, a row for each run. */
#ifndef AMINE_RUN_STUDY_SWEEP_TABLE_H
#define AMINE_RUN_STUDY_SWEEP_TABLE_H

#include "base/error.h"

#define AM_SWEEP_TABLE_FILE "sweep.csv"

/* Writes FOLDER/sweep.csv of what study.json and runs.jsonl hold, runs in the order of the combinations
 * and of their seeds. Columns: the keys that are swept, `seed`, the measures of all combinations (nan
 * where there is none; 17 digits), `broke` (0 or 1). Failures as of am_study_source_read and
 * am_file_replace. */
amine_status am_sweep_table_write(const char *folder, amine_error *error);

#endif
