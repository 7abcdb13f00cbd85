/* What came of a sweep, as a table for people and as JSON. */
#ifndef AMINE_CLI_SWEEP_TABLE_H
#define AMINE_CLI_SWEEP_TABLE_H

#include "base/memory.h"
#include "report/study/source.h"

/* A row for each combination: its values, of each measure the median and the quartiles over the seeds
 * (report/study/spread.h), a * at the best median; measures that do not fit into `width` columns stand
 * in a further table below. Then the runs that broke, in words. AMINE_ERROR_MEMORY only. */
amine_status cli_sweep_put(am_text *text, const am_study_source *source, int width,
                           amine_error *error);

/* A line for each combination, an object; and one at the end, of all. page is the report.
 * AMINE_ERROR_MEMORY only. */
amine_status cli_sweep_json(am_text *text, const am_study_source *source, const char *folder,
                            const char *page, amine_error *error);

#endif
