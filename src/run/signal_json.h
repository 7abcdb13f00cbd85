/* What is known of a signal as JSON, for explain.json: of trainings and of simulations alike, and read
 * by the report (report/explained.h).
 *
 *   {"of": "training" or "simulation", "checkpoint": {"bytes", "crc32c"}, "episodes",
 *    "protocol", "seeds", "sample_s", "before",
 *    "signals": [{"name", "meaning", "rows", "mean", "sd", "low", "middle", "high", "samples",
 *      "events": [{"name", "meaning", "n", "mean": [16], "low", "high", "null_low", "null_high"}],
 *      "predicted": {"all", "shown", "paid", "time", "events", "variables", "fitted", "held_out"},
 *      "held": [{"how", "event", "value", "half", "difference", "difference_half"}],
 *      "reach": {"units", "half", "share": [...]}}],
 *    "limits": ["..."]}
 *
 * Of a simulation "held" has a row for each measure of its protocol: {"how": "baseline", "level", "measure",
 * "title", "unit", "free", "free_half", "value", ...}. sample_s is 0 where a sample is a step. Arrays over an event go from `before` (AM_SIGNAL_BEFORE)
 * samples before it to AM_SIGNAL_AFTER after it; null: none is known. What there is not is left out. */
#ifndef AMINE_RUN_SIGNAL_JSON_H
#define AMINE_RUN_SIGNAL_JSON_H

#include "base/memory.h"
#include "run/signal.h"

#define AM_EXPLAIN_FILE "explain.json"

/* An event, and what the signal did around it. */
typedef struct am_signal_event {
  char name[48];
  const char *meaning;
  am_response response;
} am_signal_event;

void am_signal_put_array(am_text *text, const char *key, const double *values, size_t n);
/* The members "mean" to "predicted" of a signal; the caller has put its name before, and closes it.
 * Events that never happened are left out. */
void am_signal_put(am_text *text, const am_signal_spread *spread, const am_signal_event *events,
                   int n_events, const am_predicted *predicted);

#endif
