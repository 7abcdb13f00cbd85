/* What the chemical systems of a simulated brain did around its events, from its recording: in the form
 * of trainings (run/signal_json.h). A sample is a tenth of a second. */
#ifndef AMINE_RUN_SIMULATE_EXPLAIN_H
#define AMINE_RUN_SIMULATE_EXPLAIN_H

#include "run/signal_json.h"

/* Adds it to `text` as JSON. AMINE_ERROR_ARGUMENT, with a sentence, if no level was recorded;
 * AMINE_ERROR_INPUT and AMINE_ERROR_IO. */
amine_status am_simulation_explain(am_text *text, const char *folder, amine_error *error);

/* Leaves explain.json in the folder; of a brain without levels none. */
amine_status am_simulation_explain_record(const char *folder, amine_error *error);

#endif
