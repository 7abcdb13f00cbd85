/* What a simulation writes down while it runs: lines (run/lines.h), one every record.interval_s and
 * at the end of a session one of what is left, and every spike in spikes.gdf (neuron, counted
 * through all populations, and ms).
 *
 * A line of metrics.jsonl:
 *   {"iteration": slices done, "seconds": since the start, "t_s": biological time,
 *    "rate_hz": {POPULATION: since the last line, ...}, "level": {"dopamine": 0.5, ...},
 *    "peak": {"dopamine": the level furthest from its baseline since the last line, ...},
 *    "reward": sum so far, "weight": {PROJECTION: mean, ...}, "measure": {NAME: so far, ...}}
 * A part that a brain does not have is left out. */
#ifndef AMINE_RUN_SIMULATE_RECORDS_H
#define AMINE_RUN_SIMULATE_RECORDS_H

#include "run/lines.h"
#include "run/simulate/simulation.h"

#define AM_SPIKES_FILE "spikes.gdf"

/* The part of the records that belongs into a checkpoint. */
typedef struct am_simulation_mark {
  uint64_t lines;       /* of metrics.jsonl */
  uint64_t spike_bytes; /* of spikes.gdf */
  uint64_t line_step;   /* the step of the last line */
  uint64_t interventions; /* done to the simulation (run/interventions.h) */
  uint64_t *counts;     /* [n_populations] spikes until that step */
  int n_populations;
} am_simulation_mark;

/* All zero, for so many populations; AMINE_ERROR_MEMORY. */
amine_status am_simulation_mark_make(am_simulation_mark *mark, int n_populations,
                                     amine_error *error);
void am_simulation_mark_free(am_simulation_mark *mark);

typedef struct am_simulation_records am_simulation_records;

/* Opens the files of a folder to go on from the mark, whose ownership goes over: what lies beyond
 * is cut off by what is added first. AMINE_ERROR_INPUT if a file is too short; the files are then
 * as they were. */
amine_status am_simulation_records_open(am_simulation_records **records, const char *folder,
                                        am_simulation *simulation, am_simulation_mark *mark,
                                        amine_error *error);
/* To be given to am_simulation_run. */
am_spike_sink am_simulation_records_sink(am_simulation_records *records);
/* After each slice; seconds since the start of the run. */
amine_status am_simulation_records_add(am_simulation_records *records, double seconds,
                                       amine_error *error);
/* At the end of a session: the time that no line tells of yet gets one. Neither the mark nor the
 * simulation changes, so a run that goes on puts the whole line in its place. */
amine_status am_simulation_records_finish(am_simulation_records *records, double seconds,
                                          amine_error *error);
const am_simulation_mark *am_simulation_records_mark(const am_simulation_records *records);
/* Seconds of the last line, for a run that goes on. */
double am_simulation_records_seconds(const am_simulation_records *records);
amine_status am_simulation_records_sync(am_simulation_records *records, amine_error *error);
/* Closes and frees, also when it reports an error; NULL is fine. */
amine_status am_simulation_records_close(am_simulation_records *records, amine_error *error);

#endif
