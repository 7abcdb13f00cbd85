/* What the chemical systems of a simulated brain did around its events, from its recording: in the form
 * of trainings (run/signal_json.h). A sample is a tenth of a second. */
#ifndef AMINE_RUN_SIMULATE_EXPLAIN_H
#define AMINE_RUN_SIMULATE_EXPLAIN_H

#include "run/signal_json.h"
#include "run/simulate/levels_held.h"

/* Adds it to `text` as JSON, with what holding each system cost; held NULL: that was not looked at.
 * AMINE_ERROR_ARGUMENT, with a sentence, if no level was recorded; AMINE_ERROR_INPUT and AMINE_ERROR_IO. */
amine_status am_simulation_explain(am_text *text, const char *folder, const am_levels_held *held,
                                   amine_error *error);

/* Leaves explain.json in the folder, of the recording alone; of a brain without levels none. */
amine_status am_simulation_explain_record(const char *folder, amine_error *error);

#endif
