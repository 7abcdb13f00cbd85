/* The page of one or more simulations, and its sections. Each section adds its part to the page;
 * what has no data is left out. AMINE_ERROR_MEMORY is their only failure. */
#ifndef AMINE_REPORT_BRAIN_PAGE_H
#define AMINE_REPORT_BRAIN_PAGE_H

#include <stdbool.h>

#include "base/memory.h"
#include "report/brain/chart.h"
#include "report/brain/source.h"

/* As am_report_write, for folders that all hold simulations. */
amine_status am_brain_report_write(const char *const *folders, size_t n, const char *out_path,
                                   amine_error *error);

/* Title, what was simulated, the populations, a table of runs. */
amine_status am_brain_summary(am_text *page, const am_brain_source *sources, size_t n,
                              amine_error *error);
/* Spikes of the first run that recorded some, and the rates of all. */
amine_status am_brain_activity(am_text *page, const am_brain_source *sources, size_t n,
                               amine_error *error);
/* How many events moved a modulator. */
size_t am_brain_moved(const am_brain_recording *recording);
/* The modulators' levels, and what moved them. */
amine_status am_brain_modulators(am_text *page, const am_brain_source *sources, size_t n,
                                 amine_error *error);
/* What came of it, in the protocol's words; false: it has none. */
bool am_brain_headline(am_text *page, const am_brain_source *source);
/* Its result between chance and the best, in words and as a bar. */
void am_brain_comparison(am_text *page, const am_brain_source *source);
/* The populations: sizes and rates. */
void am_brain_populations(am_text *page, const am_brain_source *source);
/* A table of all measures at the end. */
void am_brain_figures(am_text *page, const am_brain_source *source);
/* The pictures of the protocol's world, of one run. */
amine_status am_brain_pictures(am_text *page, const am_brain_source *source, amine_error *error);
/* What the protocol measured, over time. */
amine_status am_brain_measures(am_text *page, const am_brain_source *sources, size_t n,
                               amine_error *error);
/* Mean weights over time, and their distribution before and after. */
amine_status am_brain_weights(am_text *page, const am_brain_source *sources, size_t n,
                              amine_error *error);
/* Voltages of a few neurons. */
amine_status am_brain_voltages(am_text *page, const am_brain_source *sources, size_t n,
                               amine_error *error);
/* The description, and how to run it again. */
amine_status am_brain_settings(am_text *page, const am_brain_source *sources, size_t n,
                               amine_error *error);

/* The picture of spikes: a row for each neuron that is shown, coloured by its population; `note` is
 * the last sentence of its caption, not escaped. */
amine_status am_brain_raster(am_text *page, const am_brain_recording *recording, const char *note,
                             amine_error *error);

/* The run that is shown where only one can be: the first with spikes, else the first. */
const am_brain_source *am_brain_shown(const am_brain_source *sources, size_t n);
/* What a run is called beside others; the biological time that it has done; and until when there is
 * something to see: a protocol may have ended before. */
const char *am_brain_label(const am_brain_source *source);
double am_brain_lived(const am_brain_source *source);
double am_brain_end(const am_brain_source *source);
/* The longest time of any run. */
double am_brain_latest(const am_brain_source *sources, size_t n);
/* One line for each run that has the column; lines[n]. Returns how many. */
size_t am_brain_lines_of_runs(am_brain_line *lines, const am_brain_source *sources, size_t n,
                              const char *family, const char *name);
/* The mean of a column over the rows from `from` to `to` (shares of all rows), each as much as the
 * time that it is of. */
double am_brain_mean(const am_columns *metrics, const double *values, double from, double to);

#endif
