/* Recorders (see recorder.h). */
#include "run/simulate/recorder.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define EVENTS_MAX 10000

void am_recorder_free(am_recorder *s) {
  am_free(s->t);
  am_free(s->values);
  s->t = NULL;
  s->values = NULL;
  s->n = s->capacity = 0;
}

static amine_status make_room(am_recorder *s, amine_error *error) {
  if (s->n < s->capacity) return AMINE_OK;
  const size_t capacity = s->capacity ? am_size_mul(2, s->capacity) : 64;
  const size_t count = am_size_mul(capacity, s->n_columns);
  double *t = am_resize(s->t, capacity, sizeof *t);
  if (t) s->t = t;
  float *values = am_resize(s->values, count, sizeof *values);
  if (values) s->values = values;
  if (!t || !values) return am_fail_memory(error, am_size_mul(count, sizeof *values));
  s->capacity = capacity;
  return AMINE_OK;
}

static void copy_row(am_recorder *s, size_t to, size_t from) {
  s->t[to] = s->t[from];
  memmove(s->values + to * s->n_columns, s->values + from * s->n_columns,
          s->n_columns * sizeof *s->values);
}

/* Every second row goes; the first one stays. The next one is as far from the last as they all are.
 */
static void thin(am_recorder *s) {
  size_t kept = 0;
  for (size_t k = 0; k < s->n; k += 2) copy_row(s, kept++, k);
  s->rhythm[1] = s->n % 2 ? s->rhythm[0] : 0;
  s->n = kept;
  s->rhythm[0] *= 2;
}

amine_status am_recorder_add(am_recorder *s, double t, const float *row, amine_error *error) {
  if (s->rhythm[0] == 0) s->rhythm[0] = 1;
  if (s->most && s->n >= s->most && s->rhythm[1] == 0) thin(s);
  if (s->rhythm[1] > 0) {
    s->rhythm[1]--;
    return AMINE_OK;
  }
  AM_TRY(make_room(s, error));
  s->t[s->n] = t;
  if (s->n_columns) memcpy(s->values + s->n * s->n_columns, row, s->n_columns * sizeof *row);
  s->n++;
  s->rhythm[1] = s->rhythm[0] - 1;
  return AMINE_OK;
}

void am_recorder_drop(am_recorder *s, double t) {
  size_t first = 0;
  while (first < s->n && s->t[first] < t) first++;
  if (first == 0 || (first < s->n && first < s->n / 4)) return; /* not yet worth the moving */
  s->n -= first;
  memmove(s->t, s->t + first, s->n * sizeof *s->t);
  memmove(s->values, s->values + first * s->n_columns, s->n * s->n_columns * sizeof *s->values);
}

/* ------------------------------------------------------------------------------ checkpoints */
static void name_of(char out[64], const am_recorder *s, const char *what) {
  snprintf(out, 64, "trace.%s%s", s->name, what);
}

amine_status am_recorder_save(const am_recorder *s, am_tensor_builder *b, amine_error *error) {
  static const char none;
  const size_t dims[2] = {s->n, s->n_columns}, two = 2;
  char name[64];
  name_of(name, s, ".t");
  AM_TRY(am_tensor_builder_add(b, name, AM_F64, 1, dims, s->n ? (const void *)s->t : &none, error));
  name_of(name, s, "");
  AM_TRY(am_tensor_builder_add(b, name, AM_F32, 2, dims, s->n ? (const void *)s->values : &none,
                               error));
  name_of(name, s, ".thinned");
  return am_tensor_builder_add(b, name, AM_U64, 1, &two, s->rhythm, error);
}

static amine_status unfit(const am_recorder *s, const char *path, amine_error *error) {
  return am_fail_file(error, AMINE_ERROR_INPUT, path, -1, "trace.%s does not fit this run",
                      s->name);
}

amine_status am_recorder_load(am_recorder *s, const am_tensor_file *file, const char *path,
                              amine_error *error) {
  am_recorder fresh = {.name = s->name, .n_columns = s->n_columns, .most = s->most};
  const size_t two = 2;
  uint64_t thinned[2];
  char name[64];
  name_of(name, s, ".thinned");
  AM_TRY(am_tensor_file_copy(file, name, thinned, AM_U64, 1, &two, error));
  name_of(name, s, ".t");
  const am_tensor *t = am_tensor_file_find(file, name);
  if (!t || t->rank != 1 || (s->most && t->dims[0] > s->most) || thinned[0] > (uint64_t)1 << 40 ||
      thinned[1] > thinned[0])
    return unfit(s, path, error);
  const size_t dims[2] = {t->dims[0], s->n_columns};
  fresh.n = fresh.capacity = dims[0];
  fresh.t = am_alloc(dims[0], sizeof *fresh.t);
  fresh.values = am_alloc(am_size_mul(dims[0], dims[1]), sizeof *fresh.values);
  amine_status status = AMINE_OK;
  if (!fresh.t || !fresh.values)
    status = am_fail_memory(error, am_size_mul(dims[0], am_size_mul(dims[1], sizeof(float))));
  if (status == AMINE_OK) status = am_tensor_file_copy(file, name, fresh.t, AM_F64, 1, dims, error);
  name_of(name, s, "");
  if (status == AMINE_OK)
    status = am_tensor_file_copy(file, name, fresh.values, AM_F32, 2, dims, error);
  for (size_t k = 0; k < fresh.n && status == AMINE_OK; k++)
    if (!isfinite(fresh.t[k]) || (k > 0 && fresh.t[k] < fresh.t[k - 1]))
      status = unfit(s, path, error);
  if (status != AMINE_OK) {
    am_recorder_free(&fresh);
    return status;
  }
  memcpy(fresh.rhythm, thinned, sizeof thinned);
  am_recorder_free(s);
  *s = fresh;
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ events */
#define DROPPED "trace.events.dropped"

amine_status am_event_log_save(const am_event_log *log, am_tensor_builder *b, amine_error *error) {
  const size_t one = 1;
  AM_TRY(am_recorder_save(&log->events, b, error));
  if (log->n_dropped == 0) return AMINE_OK;
  return am_tensor_builder_add(b, DROPPED, AM_U64, 1, &one, &log->n_dropped, error);
}

amine_status am_event_log_load(am_event_log *log, const am_tensor_file *file, const char *path,
                               amine_error *error) {
  const size_t one = 1;
  uint64_t dropped = 0;
  if (am_tensor_file_find(file, DROPPED))
    AM_TRY(am_tensor_file_copy(file, DROPPED, &dropped, AM_U64, 1, &one, error));
  AM_TRY(am_recorder_load(&log->events, file, path, error));
  if (dropped > 0 && log->events.n == 0)
    return am_fail_file(error, AMINE_ERROR_INPUT, path, -1, DROPPED " without an event");
  log->n_dropped = dropped;
  return AMINE_OK;
}

amine_status am_event_log_add(am_event_log *log, double t, const amine_brain_event *event,
                              amine_error *error) {
  am_recorder *s = &log->events;
  float row[AM_N_EVENT_COLUMNS] = {(float)event->kind, (float)event->source, (float)event->first,
                                   (float)event->second};
  memcpy(row + AM_EVENT_BEFORE, event->before, sizeof event->before);
  memcpy(row + AM_EVENT_AFTER, event->after, sizeof event->after);
  if (s->n >= EVENTS_MAX) {
    const size_t before = s->n;
    am_recorder_drop(s, s->t[s->n / 2]);
    log->n_dropped += before - s->n;
  }
  AM_TRY(am_recorder_add(s, t, row, error));
  if (event->kind == AMINE_EVENT_REWARD) log->rewards += event->first;
  return AMINE_OK;
}
