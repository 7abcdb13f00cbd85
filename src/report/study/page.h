/* The page of a published experiment that was run over seeds, and its sections. Each adds its part;
 * what has no data is left out. */
#ifndef AMINE_REPORT_STUDY_PAGE_H
#define AMINE_REPORT_STUDY_PAGE_H

#include "report/brain/page.h"
#include "report/study/spread.h"

/* As am_report_write, for one folder that has a study.json. */
amine_status am_study_report_write(const char *folder, const char *out_path, amine_error *error);

/* Title, verdict, what was done and where it comes from, the criteria. */
void am_study_summary(am_text *page, const am_study_source *source);
/* The measures against time: each seed, the medians, and the bands. AMINE_ERROR_MEMORY only. */
amine_status am_study_charts(am_text *page, const am_study_source *source, amine_error *error);
amine_status am_study_planes(am_text *page, const am_study_source *source, amine_error *error);
/* What came out against a number in which arms differ. AMINE_ERROR_MEMORY only. */
amine_status am_study_across(am_text *page, const am_study_source *source, amine_error *error);
/* The last second of the spikes of each arm's first run. AMINE_ERROR_MEMORY only. */
amine_status am_study_rasters(am_text *page, const am_study_source *source, amine_error *error);
/* Every run; the arms, and how to run it again. */
void am_study_runs(am_text *page, const am_study_source *source);
void am_study_settings(am_text *page, const am_study_source *source);

/* Of a sweep instead of summary and settings: what was swept and what each combination came to, as a
 * table and, of two keys, a map; the runs that broke; how to run it again. AMINE_ERROR_MEMORY only. */
amine_status am_study_sweep(am_text *page, const am_study_source *source, amine_error *error);
void am_study_sweep_settings(am_text *page, const am_study_source *source);

/* "Reward, Hz": the title of a measure, with its unit. */
void am_study_put_measure(am_text *page, const am_study_measured *measure);

/* "3.9 to 4", "at least 3.9"; not more than a bound that is finite. */
void am_study_put_band(am_text *page, double low, double high);

#endif
