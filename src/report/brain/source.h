/* All that the report reads of a simulation's folder.
 *
 *   config.json      what was simulated; needed
 *   metrics.jsonl    rates, levels, mean weights, measures: see run/simulate/records.h
 *   recording.npz    spikes, levels, voltages, weights: see run/simulate/recording.h
 *   protocol.json    what the protocol says of its measures and its world: protocol.h
 *   events.jsonl     what was done to it: report/done.h
 * The last four may be missing, and so may each array: the page leaves their figures out. */
#ifndef AMINE_REPORT_BRAIN_SOURCE_H
#define AMINE_REPORT_BRAIN_SOURCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "report/brain/columns.h"
#include "report/brain/protocol.h"
#include "report/done.h"

#define AM_BRAIN_LEVELS 5

/* What is not in the file is NULL, with a count of 0. */
typedef struct am_brain_recording {
  double dt_ms, begin_s, end_s; /* all spikes from begin to end are there */
  size_t n_populations;
  char **populations;     /* [n_populations] */
  int32_t *sizes, *first; /* [n_populations]; first neuron, counted through all */
  double *excitation, *inhibition; /* [n_populations] what synapses brought per neuron and s */
  size_t n_neurons;
  size_t n_spikes;
  int32_t *i; /* [n_spikes] in [0, n_neurons) */
  double *t;  /* [n_spikes] s */
  size_t n_voltage_rows, n_voltages;
  float *v;     /* [rows][n_voltages] mV, or as the model has it */
  double *v_t;  /* [rows] */
  int32_t *v_i; /* [n_voltages] in [0, n_neurons) */
  size_t n_level_rows;
  float *levels; /* [rows][5] */
  double *levels_t;
  float *baselines; /* [5] */
  size_t n_events;
  double *events_t;
  int32_t *events_kind; /* numbers of event_names; 0 is a reward, 1 a punishment */
  float *events_value;
  double events_begin_s; /* all events since then are there */
  int32_t *events_source;              /* [n_events] of event_plans; -1: the protocol */
  float *events_before, *events_after; /* [n_events][5] the levels */
  size_t n_event_names, n_event_plans;
  char **event_names, **event_plans;
  size_t n_projections, n_bins;
  char **projections;      /* [n_projections] those that learn */
  int64_t *synapses;       /* [n_projections] */
  float *targets_hz;       /* [n_projections] rates to which they are scaled; 0: they are not */
  double *edges;           /* [n_projections][n_bins + 1] */
  int64_t *before, *after; /* [n_projections][n_bins] */
  size_t n_followed_rows, n_followed;
  float *w;              /* [rows][n_followed] */
  double *w_t;           /* [rows] */
  int32_t *w_projection; /* [n_followed] in [0, n_projections) */
  size_t n_limits;
  char **limits; /* [n_limits] sentences: what was left out because it was too much */
} am_brain_recording;

/* AMINE_ERROR_INPUT names the array that is damaged, or does not go with the others. A file that is
 * not there gives an empty recording. */
amine_status am_brain_recording_read(am_brain_recording *recording, const char *path,
                                     amine_error *error);
void am_brain_recording_free(am_brain_recording *recording);

typedef struct am_brain_source {
  char *name; /* the last part of the folder's path, "" if it says nothing ("." and "..") */
  json_t *config;
  am_columns metrics;
  am_brain_recording recording;
  am_brain_protocol protocol;
  json_t *explained; /* what its modulators did (report/explained.h); NULL: not known */
  am_text done;      /* to it, while it went on (report/done.h) */
} am_brain_source;

/* Reads a folder; the recording only if it is wanted. */
amine_status am_brain_source_read(am_brain_source *source, const char *folder, bool recording,
                                  amine_error *error);
void am_brain_source_free(am_brain_source *source);

/* Does the folder's config.json describe a brain? One that cannot be read does not.
 * AMINE_ERROR_MEMORY only. */
amine_status am_brain_folder(bool *is, const char *folder, amine_error *error);

/* A text or number of the configuration by its place ("protocol", "type"; key NULL: at the top);
 * NULL and NAN if it is not there. */
const char *am_brain_text(const am_brain_source *source, const char *section, const char *key);
double am_brain_number(const am_brain_source *source, const char *section, const char *key);

#endif
