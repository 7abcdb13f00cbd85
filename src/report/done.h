/* What was done to a run while it went on, as its folder's events.jsonl says (run/interventions.h). */
#ifndef AMINE_REPORT_DONE_H
#define AMINE_REPORT_DONE_H

#include "base/error.h"
#include "base/memory.h"

/* Its lines; empty if nothing was done. Failures as of am_text_file_read. */
amine_status am_done_read(am_text *done, const char *folder, amine_error *error);
/* A sentence for the top of the page, and the lines, for the place where the run's command stands;
 * nothing if nothing was done. */
void am_done_sentence(am_text *page, const am_text *done);
void am_done_lines(am_text *page, const am_text *done);

#endif
