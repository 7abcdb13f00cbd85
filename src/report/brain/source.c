/* Reading a simulation's folder (see source.h). */
#include "report/brain/source.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "brain/description.h"
#include "format/file.h"
#include "format/json.h"
#include "format/npz.h"
#include "report/explained.h"

#define NAMES_MAX 100000

/* ------------------------------------------------------------------------------ arrays */
typedef struct reader {
  am_npz *npz;
  const char *path;
  amine_error *error;
} reader;

static amine_status refuse(const reader *r, const char *name, const char *why) {
  return am_fail_file(r->error, AMINE_ERROR_INPUT, r->path, -1, "tensor %s: %s", name, why);
}

static bool is_there(const reader *r, const char *name) {
  for (size_t k = 0; k < am_npz_count(r->npz); k++)
    if (strcmp(am_npz_name(r->npz, k), name) == 0) return true;
  return false;
}

/* Copies an array, which must have this type and rank; dims[k] that are 0 are filled in, others
 * must fit. An array that is missing stays NULL. */
static amine_status take(reader *r, void **out, const char *name, am_dtype dtype, int rank,
                         size_t *dims) {
  const am_tensor *t;
  if (!is_there(r, name)) return AMINE_OK;
  AM_TRY(am_npz_find(r->npz, &t, name, r->error));
  if (t->dtype != dtype || t->rank != rank) return refuse(r, name, "another type or rank");
  for (int k = 0; k < rank; k++) {
    if (dims[k] != 0 && dims[k] != t->dims[k]) return refuse(r, name, "its size does not fit");
    dims[k] = t->dims[k];
  }
  const size_t bytes = am_size_mul(t->count, am_dtype_size(dtype));
  void *copy = am_alloc(bytes, 1);
  if (!copy) return am_fail_memory(r->error, bytes);
  if (bytes > 0) memcpy(copy, t->data, bytes);
  *out = copy;
  return AMINE_OK;
}

/* A time that may be missing: 0. */
static amine_status take_time(reader *r, double *out, const char *name) {
  size_t one[1] = {1};
  double *value = NULL;
  AM_TRY(take(r, (void **)&value, name, AM_F64, 1, one));
  if (!value) return AMINE_OK;
  const bool good = value[0] >= 0 && value[0] < 1e12;
  *out = value[0];
  am_free(value);
  return good ? AMINE_OK : refuse(r, name, "it is no time");
}

/* Two arrays that have one dimension in common: a [n], b [n][m] (m may be NULL: b is [n]). They are
 * there both, or neither. */
static amine_status take_pair(reader *r, const char *a_name, am_dtype a_type, void **a,
                              const char *b_name, am_dtype b_type, void **b, size_t *n, size_t *m) {
  size_t dims[2] = {0, m ? *m : 0}, length[1] = {0};
  if (!is_there(r, a_name) || !is_there(r, b_name)) return AMINE_OK;
  AM_TRY(take(r, a, a_name, a_type, 1, length));
  *n = dims[0] = length[0];
  const am_tensor *t;
  AM_TRY(am_npz_find(r->npz, &t, b_name, r->error));
  if (t->rank < 1 || t->dims[0] != *n) return refuse(r, b_name, "its size does not fit");
  AM_TRY(take(r, b, b_name, b_type, m ? 2 : 1, dims));
  if (m) *m = dims[1];
  return AMINE_OK;
}

/* A table of bytes as strings. */
static amine_status take_names(reader *r, char ***out, size_t *n, const char *name) {
  size_t dims[2] = {0, 0};
  unsigned char *bytes = NULL;
  AM_TRY(take(r, (void **)&bytes, name, AM_U8, 2, dims));
  if (!bytes) return AMINE_OK;
  amine_status status = AMINE_OK;
  char **names = NULL;
  if (dims[0] > NAMES_MAX || dims[1] > 1000) status = refuse(r, name, "too many names");
  if (status == AMINE_OK) {
    names = am_alloc(dims[0], sizeof *names);
    if (!names) status = am_fail_memory(r->error, dims[0] * sizeof *names);
  }
  *out = names;
  for (size_t k = 0; k < dims[0] && status == AMINE_OK; k++) {
    names[k] = am_alloc(dims[1] + 1, 1);
    if (!names[k]) status = am_fail_memory(r->error, dims[1] + 1);
    else memcpy(names[k], bytes + k * dims[1], dims[1]);
    *n = k + 1;
  }
  am_free(bytes);
  return status;
}

/* Each number must lie in [0, below). */
static amine_status check_range(const reader *r, const char *name, const int32_t *values, size_t n,
                                size_t below) {
  for (size_t k = 0; values && k < n; k++)
    if (values[k] < 0 || (size_t)values[k] >= below)
      return refuse(r, name, "a number out of range");
  return AMINE_OK;
}

static amine_status check_times(const reader *r, const char *name, const double *t, size_t n) {
  for (size_t k = 0; t && k < n; k++)
    if (!isfinite(t[k]) || (k > 0 && t[k] < t[k - 1])) return refuse(r, name, "times must ascend");
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ the recording */
static amine_status take_populations(reader *r, am_brain_recording *x) {
  size_t n = 0, one[1] = {1};
  double *dt = NULL, *begin = NULL, *end = NULL;
  AM_TRY(take_names(r, &x->populations, &x->n_populations, "population_names"));
  if (!x->populations) return refuse(r, "population_names", "it is missing");
  n = x->n_populations;
  size_t dims[1] = {n};
  AM_TRY(take(r, (void **)&x->sizes, "sizes", AM_I32, 1, dims));
  AM_TRY(take(r, (void **)&x->first, "first", AM_I32, 1, dims));
  AM_TRY(take(r, (void **)&x->excitation, "excitation", AM_F64, 1, dims));
  AM_TRY(take(r, (void **)&x->inhibition, "inhibition", AM_F64, 1, dims));
  amine_status status = take(r, (void **)&dt, "dt_ms", AM_F64, 1, one);
  if (status == AMINE_OK) status = take(r, (void **)&begin, "begin", AM_F64, 1, one);
  if (status == AMINE_OK) status = take(r, (void **)&end, "end", AM_F64, 1, one);
  if (status == AMINE_OK && (!x->sizes || !x->first || !dt || !begin || !end))
    status = refuse(r, "sizes", "it, first, dt_ms, begin or end is missing");
  if (status == AMINE_OK &&
      !(dt[0] > 0 && isfinite(dt[0]) && begin[0] >= 0 && end[0] >= begin[0] && end[0] < 1e12))
    status = refuse(r, "dt_ms", "it, begin or end is no time");
  if (status == AMINE_OK) {
    x->dt_ms = dt[0];
    x->begin_s = begin[0];
    x->end_s = end[0];
  }
  am_free(dt);
  am_free(begin);
  am_free(end);
  AM_TRY(status);
  for (size_t k = 0; k < n; k++) {
    if (x->sizes[k] < 1 || x->first[k] < 0 || (size_t)x->first[k] != x->n_neurons)
      return refuse(r, "first", "populations do not follow each other");
    x->n_neurons += (size_t)x->sizes[k];
    if (x->n_neurons > INT32_MAX) return refuse(r, "sizes", "too many neurons");
  }
  return n > 0 ? AMINE_OK : refuse(r, "population_names", "no name is in it");
}

static amine_status take_levels(reader *r, am_brain_recording *x) {
  size_t columns = AM_BRAIN_LEVELS, dims[1] = {AM_BRAIN_LEVELS};
  AM_TRY(take_pair(r, "levels_t", AM_F64, (void **)&x->levels_t, "levels", AM_F32,
                   (void **)&x->levels, &x->n_level_rows, &columns));
  AM_TRY(check_times(r, "levels_t", x->levels_t, x->n_level_rows));
  return take(r, (void **)&x->baselines, "baselines", AM_F32, 1, dims);
}

static amine_status take_weights(reader *r, am_brain_recording *x) {
  AM_TRY(take_names(r, &x->projections, &x->n_projections, "projection_names"));
  if (!x->projections) return AMINE_OK;
  size_t n[1] = {x->n_projections}, edges[2] = {x->n_projections, 0};
  size_t bins[2] = {x->n_projections, 0};
  AM_TRY(take(r, (void **)&x->synapses, "synapses", AM_I64, 1, n));
  AM_TRY(take(r, (void **)&x->targets_hz, "target_rate_hz", AM_F32, 1, n));
  AM_TRY(take(r, (void **)&x->edges, "weight_edges", AM_F64, 2, edges));
  AM_TRY(take(r, (void **)&x->before, "weight_before", AM_I64, 2, bins));
  AM_TRY(take(r, (void **)&x->after, "weight_after", AM_I64, 2, bins));
  x->n_bins = bins[1];
  if (x->edges && edges[1] != x->n_bins + 1)
    return refuse(r, "weight_edges", "its size does not fit");
  if (!x->synapses || !x->edges || !x->before || !x->after)
    return refuse(r, "weight_edges", "it, synapses, weight_before or weight_after is missing");
  AM_TRY(take_pair(r, "w_t", AM_F64, (void **)&x->w_t, "w", AM_F32, (void **)&x->w,
                   &x->n_followed_rows, &x->n_followed));
  AM_TRY(check_times(r, "w_t", x->w_t, x->n_followed_rows));
  size_t m[1] = {x->n_followed};
  if (x->w) AM_TRY(take(r, (void **)&x->w_projection, "w_projection", AM_I32, 1, m));
  return check_range(r, "w_projection", x->w_projection, x->n_followed, x->n_projections);
}

/* Where events came from, and what they did. */
static amine_status take_reasons(reader *r, am_brain_recording *x, size_t n_events) {
  size_t n[1] = {n_events}, before[2] = {n_events, AM_BRAIN_LEVELS};
  size_t after[2] = {n_events, AM_BRAIN_LEVELS};
  AM_TRY(take_names(r, &x->event_names, &x->n_event_names, "event_names"));
  AM_TRY(take_names(r, &x->event_plans, &x->n_event_plans, "event_plans"));
  AM_TRY(take(r, (void **)&x->events_source, "events_source", AM_I32, 1, n));
  AM_TRY(take(r, (void **)&x->events_before, "events_before", AM_F32, 2, before));
  return take(r, (void **)&x->events_after, "events_after", AM_F32, 2, after);
}

static amine_status take_all(reader *r, am_brain_recording *x) {
  size_t n_kinds = 0, n_values = 0;
  AM_TRY(take_populations(r, x));
  AM_TRY(take_names(r, &x->limits, &x->n_limits, "limits"));
  AM_TRY(
      take_pair(r, "i", AM_I32, (void **)&x->i, "t", AM_F64, (void **)&x->t, &x->n_spikes, NULL));
  AM_TRY(check_range(r, "i", x->i, x->n_spikes, x->n_neurons));
  AM_TRY(check_times(r, "t", x->t, x->n_spikes));
  AM_TRY(take_pair(r, "v_t", AM_F64, (void **)&x->v_t, "v", AM_F32, (void **)&x->v,
                   &x->n_voltage_rows, &x->n_voltages));
  AM_TRY(check_times(r, "v_t", x->v_t, x->n_voltage_rows));
  size_t m[1] = {x->n_voltages};
  if (x->v) AM_TRY(take(r, (void **)&x->v_i, "v_i", AM_I32, 1, m));
  if (x->v && !x->v_i) return refuse(r, "v_i", "it is missing");
  AM_TRY(check_range(r, "v_i", x->v_i, x->n_voltages, x->n_neurons));
  AM_TRY(take_levels(r, x));
  AM_TRY(take_pair(r, "events_t", AM_F64, (void **)&x->events_t, "events_kind", AM_I32,
                   (void **)&x->events_kind, &n_kinds, NULL));
  AM_TRY(check_times(r, "events_t", x->events_t, n_kinds));
  size_t events[1] = {n_kinds};
  AM_TRY(take(r, (void **)&x->events_value, "events_value", AM_F32, 1, events));
  n_values = x->events_value ? events[0] : 0;
  x->n_events = n_kinds < n_values ? n_kinds : n_values;
  AM_TRY(take_time(r, &x->events_begin_s, "events_begin"));
  AM_TRY(take_reasons(r, x, n_kinds));
  return take_weights(r, x);
}

amine_status am_brain_recording_read(am_brain_recording *recording, const char *path,
                                     amine_error *error) {
  am_brain_recording found = {0};
  reader r = {.path = path, .error = error};
  if (am_file_missing(path)) {
    *recording = found;
    return AMINE_OK;
  }
  AM_TRY(am_npz_open(&r.npz, path, AM_NPZ_LIMIT, error));
  amine_status status = take_all(&r, &found);
  am_npz_close(r.npz);
  if (status == AMINE_OK) *recording = found;
  else am_brain_recording_free(&found);
  return status;
}

void am_brain_recording_free(am_brain_recording *x) {
  void *const blocks[] = {
      x->sizes,        x->first,       x->i,        x->t,         x->v,        x->v_t,
      x->v_i,          x->levels,      x->levels_t, x->baselines, x->events_t, x->events_kind,
      x->events_value, x->synapses,    x->edges,    x->before,    x->after,    x->w,
      x->w_t,          x->w_projection, x->targets_hz, x->event_names, x->event_plans,
      x->events_source, x->events_before, x->events_after, x->excitation, x->inhibition};
  for (size_t k = 0; k < x->n_populations; k++) am_free(x->populations[k]);
  for (size_t k = 0; k < x->n_projections; k++) am_free(x->projections[k]);
  for (size_t k = 0; k < x->n_limits; k++) am_free(x->limits[k]);
  for (size_t k = 0; k < x->n_event_names; k++) am_free(x->event_names[k]);
  for (size_t k = 0; k < x->n_event_plans; k++) am_free(x->event_plans[k]);
  am_free(x->populations);
  am_free(x->limits);
  am_free(x->projections);
  for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) am_free(blocks[k]);
  *x = (am_brain_recording){0};
}

/* ------------------------------------------------------------------------------ the folder */
amine_status am_brain_source_read(am_brain_source *source, const char *folder, bool recording,
                                  amine_error *error) {
  am_brain_source found = {.name = am_folder_name(folder)};
  am_text path = {0};
  amine_status status = found.name ? AMINE_OK : am_fail_memory(error, strlen(folder) + 1);
  if (status == AMINE_OK) status = am_folder_path(&path, folder, "config.json", error);
  if (status == AMINE_OK) status = am_json_read(&found.config, path.data, NULL, error);
  if (status == AMINE_OK) status = am_folder_path(&path, folder, "metrics.jsonl", error);
  if (status == AMINE_OK) status = am_columns_read(&found.metrics, path.data, error);
  if (status == AMINE_OK) status = am_folder_path(&path, folder, "protocol.json", error);
  if (status == AMINE_OK) status = am_brain_protocol_read(&found.protocol, path.data, error);
  if (status == AMINE_OK) status = am_done_read(&found.done, folder, error);
  if (status == AMINE_OK && recording) {
    status = am_folder_path(&path, folder, "recording.npz", error);
    if (status == AMINE_OK) status = am_brain_recording_read(&found.recording, path.data, error);
    if (status == AMINE_OK) status = am_explained_read(&found.explained, folder, error);
  }
  am_text_free(&path);
  if (status == AMINE_OK) *source = found;
  else am_brain_source_free(&found);
  return status;
}

void am_brain_source_free(am_brain_source *s) {
  am_free(s->name);
  json_decref(s->config);
  json_decref(s->explained);
  am_columns_free(&s->metrics);
  am_brain_protocol_free(&s->protocol);
  am_brain_recording_free(&s->recording);
  am_text_free(&s->done);
  *s = (am_brain_source){0};
}

amine_status am_brain_folder(bool *is, const char *folder, amine_error *error) {
  am_text path = {0};
  json_t *root = NULL;
  *is = false;
  amine_status status = am_folder_path(&path, folder, "config.json", error);
  if (status == AMINE_OK) status = am_json_read(&root, path.data, NULL, error);
  if (status == AMINE_OK) *is = am_describes_brain(root);
  json_decref(root);
  am_text_free(&path);
  return status == AMINE_ERROR_MEMORY ? status : AMINE_OK;
}

static const json_t *value_of(const am_brain_source *s, const char *section, const char *key) {
  const json_t *value = json_object_get(s->config, section);
  return key ? json_object_get(value, key) : value;
}

const char *am_brain_text(const am_brain_source *s, const char *section, const char *key) {
  return json_string_value(value_of(s, section, key));
}

double am_brain_number(const am_brain_source *s, const char *section, const char *key) {
  const json_t *value = value_of(s, section, key);
  return json_is_number(value) ? json_number_value(value) : (double)NAN;
}
