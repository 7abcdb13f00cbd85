/* recording.npz of a simulation (see recording.h). */
#include "run/simulate/recording.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/steps.h"
#include "brain/state.h"
#include "format/file.h"
#include "format/gdf.h"
#include "format/npz.h"
#include "run/folder.h"

#define CHECKPOINT "checkpoint" /* the array that says of which one a recording is */
#define BINS 64
#define BLOCKS_MAX 48

/* Blocks live until the archive is written. */
typedef struct recording {
  const am_simulation *simulation;
  am_text *limits;
  am_npz_builder *builder;
  amine_error *error;
  void *blocks[BLOCKS_MAX];
  int n_blocks;
} recording;

/* A zeroed block that is freed at the end; NULL, with the sentence, without memory. */
static void *block(recording *r, size_t count, size_t size) {
  void *p = am_alloc(count, size);
  if (!p) am_fail_memory(r->error, am_size_mul(count, size));
  else r->blocks[r->n_blocks++] = p;
  return p;
}

static amine_status add(recording *r, const char *name, am_dtype dtype, size_t n, size_t columns,
                        const void *data) {
  const size_t dims[2] = {n, columns};
  return am_npz_builder_add(r->builder, name, dtype, columns ? 2 : 1, dims, data, r->error);
}

/* n names as a table of bytes */
static amine_status add_names(recording *r, const char *key, const char *const *names, size_t n) {
  size_t width = 1;
  for (size_t k = 0; k < n; k++)
    if (strlen(names[k]) > width) width = strlen(names[k]);
  char *bytes = block(r, am_size_mul(n, width), 1);
  if (!bytes) return AMINE_ERROR_MEMORY;
  for (size_t k = 0; k < n; k++) memcpy(bytes + k * width, names[k], strlen(names[k]));
  return add(r, key, AM_U8, n, width, bytes);
}

/* Since when spikes and levels are wanted. */
static double begin_of(const am_simulation *s) {
  return fmax(0, am_simulation_shown(s) - am_simulation_number(s->config, AM_SIM_RECORD_WINDOW_S));
}

/* A count as people write it: 4,000,000. */
static void put_count(am_text *text, uint64_t n) {
  char digits[24];
  const int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
  for (int k = 0; k < length; k++)
    am_text_printf(text, "%s%c", k > 0 && (length - k) % 3 == 0 ? "," : "", digits[k]);
}

static amine_status add_populations(recording *r, double begin, double end) {
  const am_simulation *s = r->simulation;
  const size_t n = (size_t)amine_brain_n_populations(s->brain);
  const char **names = block(r, n, sizeof *names);
  int32_t *sizes = block(r, n, sizeof *sizes), *first = block(r, n, sizeof *first);
  double *figures = block(r, 3, sizeof *figures);
  if (!names || !sizes || !first || !figures) return AMINE_ERROR_MEMORY;
  for (size_t p = 0; p < n; p++) {
    int size;
    names[p] = amine_brain_population(s->brain, (int)p, &size, NULL);
    sizes[p] = size;
    first[p] = (int32_t)am_simulation_first(s, (int)p);
  }
  figures[0] = s->stage.dt_ms;
  figures[1] = begin;
  figures[2] = end;
  AM_TRY(add_names(r, "population_names", names, n));
  AM_TRY(add(r, "sizes", AM_I32, n, 0, sizes));
  AM_TRY(add(r, "first", AM_I32, n, 0, first));
  AM_TRY(add(r, "dt_ms", AM_F64, 1, 0, figures));
  AM_TRY(add(r, "begin", AM_F64, 1, 0, figures + 1));
  return add(r, "end", AM_F64, 1, 0, figures + 2);
}

/* What the synapses brought to each population. */
static amine_status add_balance(recording *r) {
  amine_brain *brain = r->simulation->brain;
  const size_t n = (size_t)amine_brain_n_populations(brain);
  double *e = block(r, n, sizeof *e), *i = block(r, n, sizeof *i);
  if (!e || !i) return AMINE_ERROR_MEMORY;
  for (size_t p = 0; p < n; p++)
    AM_TRY(amine_brain_balance(brain, (int)p, &e[p], &i[p], r->error));
  AM_TRY(add(r, "excitation", AM_F64, n, 0, e));
  return add(r, "inhibition", AM_F64, n, 0, i);
}

static amine_status add_fired(recording *r, const uint32_t *neurons, const uint64_t *steps,
                              size_t n) {
  int32_t *i = block(r, n, sizeof *i);
  double *t = block(r, n, sizeof *t);
  if (!i || !t) return AMINE_ERROR_MEMORY;
  for (size_t k = 0; k < n; k++) {
    i[k] = (int32_t)neurons[k];
    t[k] = (double)steps[k] * r->simulation->stage.dt_ms * 1e-3;
  }
  AM_TRY(add(r, "i", AM_I32, n, 0, i));
  return add(r, "t", AM_F64, n, 0, t);
}

/* The spikes of the window, from the file in which all of them stand; none where they are not kept.
 */
static amine_status read_spikes(am_gdf_spikes *spikes, const recording *r,
                                const am_simulation_mark *mark, const char *folder) {
  const am_simulation *s = r->simulation;
  const am_gdf_clock clock = am_gdf_clock_of(s->stage.dt_ms);
  const am_gdf_window window = {
      .from = am_steps(begin_of(s) * 1e3, s->stage.dt_ms),
      .until = am_steps(am_simulation_shown(s) * 1e3, s->stage.dt_ms) + 1,
      .most = s->most_spikes};
  am_text path = {0};
  if (am_simulation_number(s->config, AM_SIM_RECORD_SPIKES) == 0) return AMINE_OK;
  amine_status status = am_folder_path(&path, folder, AM_SPIKES_FILE, r->error);
  if (status == AMINE_OK)
    status = am_gdf_read(spikes, path.data, mark->spike_bytes, &clock, &window, r->error);
  am_text_free(&path);
  return status;
}

/* Populations and spikes, and since when those are. */
static amine_status add_activity(recording *r, const am_simulation_mark *mark,
                                 const char *folder) {
  const am_simulation *s = r->simulation;
  am_gdf_spikes spikes = {0};
  double begin = begin_of(s);
  AM_TRY(read_spikes(&spikes, r, mark, folder));
  if (spikes.neurons) r->blocks[r->n_blocks++] = spikes.neurons;
  if (spikes.steps) r->blocks[r->n_blocks++] = spikes.steps;
  if (spikes.n < spikes.n_asked) {
    const double asked = begin;
    begin = (double)spikes.from * s->stage.dt_ms * 1e-3;
    am_text_puts(r->limits, "recording.npz holds the last ");
    put_count(r->limits, spikes.n);
    am_text_puts(r->limits, " of ");
    put_count(r->limits, spikes.n_asked);
    am_text_printf(r->limits,
                   " spikes: since %.10g s, not %.10g s; " AM_SPIKES_FILE " has all of them\n",
                   begin, asked);
  }
  AM_TRY(add_populations(r, begin, am_simulation_shown(s)));
  if (am_simulation_number(s->config, AM_SIM_RECORD_SPIKES) == 0) return AMINE_OK;
  return add_fired(r, spikes.neurons, spikes.steps, spikes.n);
}

/* What was recorded, without the rows before `from`. */
static amine_status add_recorder(recording *r, const am_recorder *recorder, const char *name,
                                 const char *time_name, double from) {
  static const char none;
  size_t first = 0;
  while (first < recorder->n && recorder->t[first] < from) first++;
  const size_t n = recorder->n - first;
  AM_TRY(add(r, name, AM_F32, n, recorder->n_columns,
             n ? (const void *)(recorder->values + first * recorder->n_columns) : &none));
  return add(r, time_name, AM_F64, n, 0, n ? (const void *)(recorder->t + first) : &none);
}

static amine_status add_voltages(recording *r) {
  const am_simulation *s = r->simulation;
  if (s->n_voltages == 0) return AMINE_OK;
  int32_t *neurons = block(r, (size_t)s->n_voltages, sizeof *neurons);
  if (!neurons) return AMINE_ERROR_MEMORY;
  for (int k = 0; k < s->n_voltages; k++)
    neurons[k] = (int32_t)am_simulation_first(s, s->voltage_population[k]) + s->voltage_neuron[k];
  const double from = (double)s->end * s->stage.dt_ms * 1e-3 -
                      am_simulation_number(s->config, AM_SIM_RECORD_VOLTAGE_S);
  AM_TRY(add_recorder(r, &s->voltages, "v", "v_t", from - 1e-9));
  return add(r, "v_i", AM_I32, (size_t)s->n_voltages, 0, neurons);
}

/* What the description asked for: a table for each entry, as long as the run. */
static amine_status add_states(recording *r) {
  const am_states *states = &r->simulation->states;
  const char *names[AM_STATES_ENTRIES];
  if (states->n == 0) return AMINE_OK;
  for (int k = 0; k < states->n; k++) {
    const am_states_entry *e = &states->entries[k];
    char table[32], time[32], which[32];
    snprintf(table, sizeof table, "states_%d", k);
    snprintf(time, sizeof time, "states_%d_t", k);
    snprintf(which, sizeof which, "states_%d_neurons", k);
    AM_TRY(add_recorder(r, &e->recorder, table, time, 0));
    AM_TRY(add(r, which, AM_I32, (size_t)e->n, 0, e->neurons));
    names[k] = e->name;
  }
  return add_names(r, "states_names", names, (size_t)states->n);
}

static amine_status add_levels(recording *r) {
  const am_simulation *s = r->simulation;
  if (!s->stage.chemical) return AMINE_OK;
  float *baselines = block(r, AM_N_MODULATORS, sizeof *baselines);
  if (!baselines) return AMINE_ERROR_MEMORY;
  for (int k = 0; k < AM_N_MODULATORS; k++)
    baselines[k] = (float)am_modulator_baseline(s->stage.chemical, (am_modulator)k);
  AM_TRY(add_names(r, "level_names", am_modulator_names, AM_N_MODULATORS));
  AM_TRY(add_recorder(r, &s->levels, "levels", "levels_t", begin_of(s) - 1e-9));
  return add(r, "baselines", AM_F32, AM_N_MODULATORS, 0, baselines);
}

/* A column of the events, or several. */
static amine_status add_event_columns(recording *r, const char *name, int first, size_t n) {
  const am_recorder *e = &r->simulation->log.events;
  float *values = block(r, am_size_mul(e->n, n), sizeof *values);
  if (!values) return AMINE_ERROR_MEMORY;
  for (size_t k = 0; k < e->n; k++)
    memcpy(values + k * n, e->values + k * e->n_columns + first, n * sizeof *values);
  return add(r, name, AM_F32, e->n, n > 1 ? n : 0, values);
}

/* Which of the brain's plans an event comes from, and their names. */
static amine_status add_sources(recording *r) {
  const am_recorder *e = &r->simulation->log.events;
  const amine_brain *brain = r->simulation->brain;
  const size_t n = (size_t)amine_brain_n_plans(brain);
  const char **plans = block(r, n, sizeof *plans);
  int32_t *source = block(r, e->n, sizeof *source);
  if (!plans || !source) return AMINE_ERROR_MEMORY;
  for (size_t k = 0; k < n; k++) plans[k] = amine_brain_plan(brain, (int)k, NULL);
  for (size_t k = 0; k < e->n; k++)
    source[k] = (int32_t)e->values[k * e->n_columns + AM_EVENT_SOURCE];
  AM_TRY(add_names(r, "event_plans", plans, n));
  return add(r, "events_source", AM_I32, e->n, 0, source);
}

static amine_status add_events(recording *r) {
  const am_event_log *log = &r->simulation->log;
  const am_recorder *e = &log->events;
  static const double none;
  const char *kinds[AMINE_EVENT_KINDS];
  double *begin = block(r, 1, sizeof *begin);
  int32_t *kind = block(r, e->n, sizeof *kind);
  if (!begin || !kind) return AMINE_ERROR_MEMORY;
  if (log->n_dropped > 0) {
    *begin = e->t[0];
    am_text_puts(r->limits, "recording.npz holds the last ");
    put_count(r->limits, e->n);
    am_text_puts(r->limits, " of ");
    put_count(r->limits, e->n + log->n_dropped);
    am_text_printf(r->limits, " events: since %.10g s\n", *begin);
  }
  for (size_t k = 0; k < e->n; k++) kind[k] = (int32_t)e->values[k * e->n_columns + AM_EVENT_KIND];
  for (int k = 0; k < AMINE_EVENT_KINDS; k++) kinds[k] = amine_event_name((amine_event_kind)k);
  AM_TRY(add_names(r, "event_names", kinds, AMINE_EVENT_KINDS));
  AM_TRY(add(r, "events_begin", AM_F64, 1, 0, begin));
  AM_TRY(add(r, "events_t", AM_F64, e->n, 0, e->n ? e->t : &none));
  AM_TRY(add(r, "events_kind", AM_I32, e->n, 0, kind));
  AM_TRY(add_sources(r));
  AM_TRY(add_event_columns(r, "events_value", AM_EVENT_FIRST, 1));
  AM_TRY(add_event_columns(r, "events_second", AM_EVENT_SECOND, 1));
  AM_TRY(add_event_columns(r, "events_before", AM_EVENT_BEFORE, AMINE_EVENT_LEVELS));
  return add_event_columns(r, "events_after", AM_EVENT_AFTER, AMINE_EVENT_LEVELS);
}

/* ------------------------------------------------------------------------------ weights */
static void count(int64_t *bins, const double *edges, double value) {
  const double at = (value - edges[0]) / (edges[BINS] - edges[0]) * BINS;
  const int bin = at >= BINS ? BINS - 1 : at > 0 ? (int)at : 0;
  bins[bin]++;
}

/* Bins that hold all weights of before and after. */
static void make_histograms(int64_t *before, int64_t *after, double *edges, const am_learning *l,
                            const float *now) {
  double low = INFINITY, high = -INFINITY;
  for (size_t k = 0; k < l->n_before; k++) {
    const double a = (double)l->before[k], b = (double)now[k * l->stride];
    low = fmin(low, fmin(a, b));
    high = fmax(high, fmax(a, b));
  }
  if (!(high - low > 1e-6 * fmax(fabs(low), fabs(high)))) {
    const double room = fmax(0.5 * fabs(high), 1e-3);
    low -= room;
    high += room;
  }
  for (int k = 0; k <= BINS; k++) edges[k] = low + (high - low) * k / BINS;
  for (size_t k = 0; k < l->n_before; k++) {
    count(before, edges, (double)l->before[k]);
    count(after, edges, (double)now[k * l->stride]);
  }
}

static amine_status add_histograms(recording *r) {
  const am_simulation *s = r->simulation;
  const size_t n = (size_t)s->n_learning;
  const char **names = block(r, n, sizeof *names);
  int64_t *before = block(r, n * BINS, sizeof *before), *after = block(r, n * BINS, sizeof *after);
  int64_t *synapses = block(r, n, sizeof *synapses);
  double *edges = block(r, n * (BINS + 1), sizeof *edges);
  float *targets = block(r, n, sizeof *targets);
  if (!names || !before || !after || !synapses || !edges || !targets) return AMINE_ERROR_MEMORY;
  for (size_t k = 0; k < n; k++) {
    const am_learning *l = &s->learning[k];
    names[k] = l->name;
    synapses[k] = (int64_t)l->n_synapses;
    targets[k] = (float)s->brain->projections[l->projection].values[AM_VALUE_TARGET_RATE];
    AM_TRY(amine_brain_synapses(s->brain, l->projection, "w", NULL, NULL, NULL, s->weight_values,
                                r->error));
    make_histograms(before + k * BINS, after + k * BINS, edges + k * (BINS + 1), l,
                    s->weight_values);
  }
  AM_TRY(add_names(r, "projection_names", names, n));
  AM_TRY(add(r, "synapses", AM_I64, n, 0, synapses));
  AM_TRY(add(r, "target_rate_hz", AM_F32, n, 0, targets));
  AM_TRY(add(r, "weight_edges", AM_F64, n, BINS + 1, edges));
  AM_TRY(add(r, "weight_before", AM_I64, n, BINS, before));
  return add(r, "weight_after", AM_I64, n, BINS, after);
}

/* The rows that were kept, and at the end the weights as they are now, in the scratch row. */
static amine_status add_course(recording *r) {
  const am_simulation *s = r->simulation;
  const am_recorder *kept = &s->weights;
  const size_t m = kept->n_columns;
  const double now = am_simulation_time(s);
  const bool more = kept->n == 0 || kept->t[kept->n - 1] < now;
  const size_t n = kept->n + more;
  float *w = block(r, am_size_mul(n, m), sizeof *w);
  double *t = block(r, n, sizeof *t);
  if (!w || !t) return AMINE_ERROR_MEMORY;
  if (kept->n > 0) {
    memcpy(w, kept->values, kept->n * m * sizeof *w);
    memcpy(t, kept->t, kept->n * sizeof *t);
  }
  if (more) {
    memcpy(w + kept->n * m, s->weight_row, m * sizeof *w);
    t[kept->n] = now;
  }
  AM_TRY(add(r, "w", AM_F32, n, m, w));
  return add(r, "w_t", AM_F64, n, 0, t);
}

/* Where fewer synapses are followed than were asked for. */
static void tell_followed(recording *r) {
  const am_simulation *s = r->simulation;
  const double asked = am_simulation_number(s->config, AM_SIM_RECORD_SYNAPSES);
  size_t most = 0;
  bool fewer = false;
  for (int k = 0; k < s->n_learning; k++) {
    const am_learning *l = &s->learning[k];
    fewer = fewer || ((double)l->n_followed < asked && l->n_followed < l->n_synapses);
    if (l->n_followed > most) most = l->n_followed;
  }
  if (!fewer) return;
  am_text_printf(r->limits,
                 "recording.npz follows the weights of %zu synapses of each of %d projections that "
                 "learn, not of %g: %d in all are the most\n",
                 most, s->n_learning, asked, AM_FOLLOWED_MAX);
}

static amine_status add_followed(recording *r) {
  const am_simulation *s = r->simulation;
  const size_t m = s->weights.n_columns;
  int32_t *projection = block(r, m, 4), *pre = block(r, m, 4), *post = block(r, m, 4);
  if (!projection || !pre || !post) return AMINE_ERROR_MEMORY;
  size_t at = 0;
  for (int k = 0; k < s->n_learning; k++) {
    const am_learning *l = &s->learning[k];
    int from, to;
    int *sources = am_alloc(l->n_synapses, sizeof *sources);
    int *targets = am_alloc(l->n_synapses, sizeof *targets);
    amine_status status =
        sources && targets ? AMINE_OK : am_fail_memory(r->error, l->n_synapses * 8);
    amine_brain_projection(s->brain, l->projection, &from, &to, NULL);
    if (status == AMINE_OK)
      status = amine_brain_synapses(s->brain, l->projection, "w", sources, targets, NULL, NULL,
                                    r->error);
    for (size_t i = 0; i < l->n_followed && status == AMINE_OK; i++, at++) {
      projection[at] = k;
      pre[at] = (int32_t)am_simulation_first(s, from) + sources[l->followed[i]];
      post[at] = (int32_t)am_simulation_first(s, to) + targets[l->followed[i]];
    }
    am_free(sources);
    am_free(targets);
    AM_TRY(status);
  }
  AM_TRY(add_course(r));
  AM_TRY(add(r, "w_projection", AM_I32, m, 0, projection));
  AM_TRY(add(r, "w_pre", AM_I32, m, 0, pre));
  return add(r, "w_post", AM_I32, m, 0, post);
}

/* What it belongs to. */
static amine_status add_checkpoint(recording *r, const char *folder) {
  int64_t *sum = block(r, 2, sizeof *sum);
  am_file_sum found;
  am_text path = {0};
  if (!sum) return AMINE_ERROR_MEMORY;
  amine_status status = am_folder_path(&path, folder, AM_CHECKPOINT_FILE, r->error);
  if (status == AMINE_OK) status = am_file_sum_of(&found, path.data, r->error);
  am_text_free(&path);
  AM_TRY(status);
  sum[0] = (int64_t)found.bytes;
  sum[1] = found.crc32c;
  return add(r, CHECKPOINT, AM_I64, 2, 0, sum);
}

/* The lines of *limits as a table. */
static amine_status add_limits(recording *r) {
  const char *names[3];
  size_t n = 0;
  if (r->limits->length == 0) return AMINE_OK;
  char *lines = block(r, r->limits->length + 1, 1);
  if (!lines) return AMINE_ERROR_MEMORY;
  memcpy(lines, r->limits->data, r->limits->length);
  for (char *p = lines, *end; (end = strchr(p, '\n')) != NULL; p = end + 1) {
    *end = 0;
    names[n++] = p;
  }
  return add_names(r, "limits", names, n);
}

static amine_status add_all(recording *r, const am_simulation_mark *mark, const char *folder) {
  AM_TRY(add_checkpoint(r, folder));
  AM_TRY(add_activity(r, mark, folder));
  AM_TRY(add_balance(r));
  AM_TRY(add_voltages(r));
  AM_TRY(add_states(r));
  AM_TRY(add_levels(r));
  AM_TRY(add_events(r));
  if (r->simulation->n_learning > 0) {
    AM_TRY(add_histograms(r));
    if (r->simulation->weights.n_columns) AM_TRY(add_followed(r));
    tell_followed(r);
  }
  if (r->limits->failed) return am_fail_memory(r->error, r->limits->length);
  return add_limits(r);
}

amine_status am_simulation_recording_write(am_simulation *simulation,
                                           const am_simulation_mark *mark, const char *folder,
                                           am_text *limits, amine_error *error) {
  amine_error own;
  recording r = {.simulation = simulation, .limits = limits, .error = error ? error : &own};
  am_text path = {0};
  amine_status status = am_npz_builder_new(&r.builder, error);
  if (status == AMINE_OK) status = am_folder_path(&path, folder, AM_RECORDING_FILE, error);
  am_simulation_look_at_weights(simulation);
  if (status == AMINE_OK) status = add_all(&r, mark, folder);
  if (status == AMINE_OK) status = am_npz_builder_save(r.builder, path.data, true, error);
  am_npz_builder_free(r.builder);
  for (int k = 0; k < r.n_blocks; k++) am_free(r.blocks[k]);
  am_text_free(&path);
  return status;
}

/* Is every array whole, and the recording that of a checkpoint with this sum? */
static amine_status check_fresh(bool *is, const char *path, const am_file_sum *sum,
                                amine_error *error) {
  am_npz *npz;
  const am_tensor *t = NULL;
  *is = false;
  AM_TRY(am_npz_open(&npz, path, AM_NPZ_LIMIT, error));
  amine_status status = am_npz_find(npz, &t, CHECKPOINT, error);
  if (status == AMINE_OK && t->dtype == AM_I64 && t->count == 2) {
    const int64_t *of = t->data;
    *is = of[0] == (int64_t)sum->bytes && of[1] == (int64_t)sum->crc32c;
  }
  for (size_t k = 0; status == AMINE_OK && *is && k < am_npz_count(npz); k++)
    status = am_npz_load(npz, &t, k, error);
  *is = *is && status == AMINE_OK;
  am_npz_close(npz);
  return status;
}

amine_status am_simulation_recording_is_fresh(bool *is, const char *folder, amine_error *error) {
  am_text checkpoint = {0}, path = {0};
  struct stat found;
  am_file_sum sum;
  amine_status status = am_folder_path(&checkpoint, folder, AM_CHECKPOINT_FILE, error);
  if (status == AMINE_OK) status = am_folder_path(&path, folder, AM_RECORDING_FILE, error);
  *is = status == AMINE_OK && am_io.stat(checkpoint.data, &found) != 0;
  if (status == AMINE_OK && !*is) {
    status = am_file_sum_of(&sum, checkpoint.data, error);
    if (status == AMINE_OK) status = check_fresh(is, path.data, &sum, error);
  }
  am_text_free(&checkpoint);
  am_text_free(&path);
  return status == AMINE_ERROR_MEMORY ? status : AMINE_OK;
}

amine_status am_simulation_raster_write(const am_simulation *simulation, uint64_t from,
                                        const uint32_t *neurons, const uint64_t *steps, size_t n,
                                        const char *path, amine_error *error) {
  amine_error own;
  recording r = {.simulation = simulation, .error = error ? error : &own};
  amine_status status = am_npz_builder_new(&r.builder, error);
  if (status == AMINE_OK)
    status = add_populations(&r, (double)from * simulation->stage.dt_ms * 1e-3,
                             am_simulation_shown(simulation));
  if (status == AMINE_OK) status = add_fired(&r, neurons, steps, n);
  if (status == AMINE_OK) status = am_npz_builder_save(r.builder, path, true, error);
  am_npz_builder_free(r.builder);
  for (int k = 0; k < r.n_blocks; k++) am_free(r.blocks[k]);
  return status;
}
