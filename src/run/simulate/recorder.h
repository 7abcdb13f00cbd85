/* What a simulation keeps in memory of its own course, for recording.npz: bounded, whatever the
 * length of the run, and part of the checkpoint, so that a resumed run ends with the same file.
 *
 * A recorder is a table of numbers against biological time that only grows at its end. It is kept
 * bounded in one of two ways: what is older than a window is dropped, or every second row is
 * dropped once there are too many, and from then on only every second of the rows that come is
 * taken. */
#ifndef AMINE_RUN_SIMULATE_RECORDER_H
#define AMINE_RUN_SIMULATE_RECORDER_H

#include "base/memory.h"
#include "format/safetensors.h"
#include "run/protocol/protocol.h"

typedef struct am_recorder {
  const char *name; /* of its tensors: "trace.NAME", "trace.NAME.t" */
  size_t n_columns;
  size_t most; /* rows; 0: it is bounded by the window alone */
  size_t n, capacity;
  double *t;          /* [n] seconds */
  float *values;      /* [n][n_columns] */
  uint64_t rhythm[2]; /* one row of rhythm[0] is taken; rhythm[1] are passed over before the next */
} am_recorder;

void am_recorder_free(am_recorder *recorder);
/* Adds a row (or passes over it, if it is thinned). AMINE_ERROR_MEMORY: it is as it was. */
amine_status am_recorder_add(am_recorder *recorder, double t, const float *row, amine_error *error);
/* Drops the rows before t. */
void am_recorder_drop(am_recorder *recorder, double t);

/* Adds its tensors, which must live until the file is written. */
amine_status am_recorder_save(const am_recorder *recorder, am_tensor_builder *builder,
                              amine_error *error);
/* Takes the rows of a file. AMINE_ERROR_INPUT if they are not there, do not fit, or their times do
 * not ascend; the recorder is then as it was. */
amine_status am_recorder_load(am_recorder *recorder, const am_tensor_file *file, const char *path,
                              amine_error *error);

/* Events against time; the oldest go once there are too many. */
typedef struct am_event_log {
  am_recorder events;     /* columns: am_event_column */
  uint64_t n_dropped;     /* of the oldest */
  double rewards;         /* the sum of all rewards */
} am_event_log;

/* The recorder and how many were dropped; as am_recorder_save and am_recorder_load. */
amine_status am_event_log_save(const am_event_log *log, am_tensor_builder *builder,
                               amine_error *error);
amine_status am_event_log_load(am_event_log *log, const am_tensor_file *file, const char *path,
                               amine_error *error);

/* amine_brain_event as a row. */
typedef enum am_event_column {
  AM_EVENT_KIND,
  AM_EVENT_SOURCE,
  AM_EVENT_FIRST,
  AM_EVENT_SECOND,
  AM_EVENT_BEFORE,
  AM_EVENT_AFTER = AM_EVENT_BEFORE + AMINE_EVENT_LEVELS,
  AM_N_EVENT_COLUMNS = AM_EVENT_AFTER + AMINE_EVENT_LEVELS
} am_event_column;

/* AMINE_ERROR_MEMORY: it is as it was. */
amine_status am_event_log_add(am_event_log *log, double t, const amine_brain_event *event,
                              amine_error *error);

#endif
