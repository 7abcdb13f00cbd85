/* protocol.json: what the page of a simulation needs to know of its protocol, in the protocol's own
 * words.
 *
 *   {"name", "title", "story", "headline", "judged": the name of a measure,
 *    "finished_s": since when it does nothing more, null if it goes on,
 *    "measures": [{"name", "unit", "meaning", "title", "panel", "figure",
 *                  "value": at the end, "chance", "chance_name", "best", "best_name"}, ...],
 *    "pictures": [...]}                                            run/protocol/picture.h
 * What there is not is null. */
#ifndef AMINE_RUN_SIMULATE_PAGE_H
#define AMINE_RUN_SIMULATE_PAGE_H

#include "run/simulate/simulation.h"

#define AM_PROTOCOL_FILE "protocol.json"

/* Writes it to the folder, as all stands now. */
amine_status am_simulation_page_write(const am_simulation *simulation, const char *folder,
                                      amine_error *error);

/* The yardsticks of a protocol's measures, [n_measures] each, with these parameters and this task,
 * NULL if it plays none; NAN: none. */
void am_protocol_yardsticks(double *chance, double *best, const am_protocol *protocol,
                            const am_value *parameters, const am_task *task);

#endif
