/* Lines, events and spikes of a simulation (see simulation_records.h). */
#include "run/simulation_records.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "format/file.h"
#include "format/gdf.h"
#include "format/json.h"
#include "format/tfevents.h"
#include "report/html.h"
#include "run/folder.h"
#include "run/lines.h"

#define SCALARS_MAX 4096
#define TAG_MAX 200

struct am_simulation_records {
  am_simulation *simulation;
  am_simulation_mark mark;
  double seconds;
  uint32_t *first; /* [n_populations] number of its first neuron */
  am_gdf_clock clock;
  am_text spikes; /* of the slice */
  am_appender *metrics, *gdf;
  am_tfevents *events;
};

amine_status am_simulation_mark_make(am_simulation_mark *mark, int n_populations,
                                     amine_error *error) {
  uint64_t *counts = am_alloc((size_t)n_populations, sizeof *counts);
  if (!counts) return am_fail_memory(error, (size_t)n_populations * sizeof *counts);
  *mark = (am_simulation_mark){.counts = counts, .n_populations = n_populations};
  return AMINE_OK;
}

void am_simulation_mark_free(am_simulation_mark *mark) {
  am_free(mark->counts);
  *mark = (am_simulation_mark){0};
}

/* ------------------------------------------------------------------------------ events */
typedef struct scalars {
  am_scalar *list; /* [SCALARS_MAX] */
  char (*tags)[TAG_MAX];
  size_t n;
} scalars;

static void add_scalar(scalars *s, const char *group, const char *name, const json_t *value) {
  if (s->n == SCALARS_MAX || !json_is_number(value)) return;
  snprintf(s->tags[s->n], TAG_MAX, "%.60s%s%.120s", group, group[0] ? "/" : "", name);
  s->list[s->n] = (am_scalar){s->tags[s->n], (float)json_number_value(value)};
  s->n++;
}

/* "reward", "rate_hz/E", "level/dopamine", ...: every number of a line but its place in time */
static void take_scalars(scalars *s, const json_t *line) {
  const char *key, *name;
  json_t *value, *member;
  json_object_foreach((json_t *)(uintptr_t)line, key, value) {
    if (strcmp(key, "iteration") == 0 || strcmp(key, "seconds") == 0 || strcmp(key, "t_s") == 0)
      continue;
    add_scalar(s, "", key, value);
    json_object_foreach(value, name, member) add_scalar(s, key, name, member);
  }
}

/* One line of metrics.jsonl as events. */
static amine_status add_event(void *context, const json_t *line, amine_error *error) {
  am_simulation_records *r = context;
  scalars s = {.list = am_alloc(SCALARS_MAX, sizeof *s.list),
               .tags = am_alloc(SCALARS_MAX, sizeof *s.tags)};
  amine_status status = s.list && s.tags ? AMINE_OK : am_fail_memory(error, SCALARS_MAX * TAG_MAX);
  r->seconds = json_number_value(json_object_get(line, "seconds"));
  if (status == AMINE_OK) {
    take_scalars(&s, line);
    status = am_tfevents_add(r->events, r->seconds,
                             (int64_t)json_integer_value(json_object_get(line, "iteration")),
                             s.list, s.n, error);
  }
  am_free(s.list);
  am_free(s.tags);
  return status;
}

/* ------------------------------------------------------------------------------ opening */
static bool keeps_spikes(const am_simulation *s) {
  return am_simulation_number(s->config, AM_SIM_RECORD_SPIKES) != 0;
}

static amine_status open_file(am_appender **out, const char *folder, const char *file,
                              uint64_t position, amine_error *error) {
  am_text path = {0};
  amine_status status = am_folder_path(&path, folder, file, error);
  if (status == AMINE_OK) status = am_appender_open(out, path.data, position, error);
  am_text_free(&path);
  return status;
}

static amine_status open_all(am_simulation_records *r, const char *folder, amine_error *error) {
  am_text metrics = {0}, events = {0};
  uint64_t position = 0;
  amine_status status = am_folder_path(&metrics, folder, AM_METRICS_FILE, error);
  if (status == AMINE_OK) status = am_folder_path(&events, folder, AM_EVENTS_FILE, error);
  if (status == AMINE_OK) status = am_tfevents_open(&r->events, events.data, 0, 0, error);
  if (status == AMINE_OK)
    status = am_lines_take(&position, metrics.data, r->mark.lines, add_event, r, error);
  if (status == AMINE_OK) status = am_appender_open(&r->metrics, metrics.data, position, error);
  if (status == AMINE_OK && keeps_spikes(r->simulation))
    status = open_file(&r->gdf, folder, AM_SPIKES_FILE, r->mark.spike_bytes, error);
  am_text_free(&metrics);
  am_text_free(&events);
  return status;
}

amine_status am_simulation_records_open(am_simulation_records **records, const char *folder,
                                        am_simulation *simulation, am_simulation_mark *mark,
                                        amine_error *error) {
  am_simulation_records *r = am_alloc(1, sizeof *r);
  if (!r) return am_fail_memory(error, sizeof *r);
  *r = (am_simulation_records){
      .simulation = simulation,
      .mark = *mark,
      .clock = am_gdf_clock_of(simulation->stage.dt_ms),
      .first = am_alloc((size_t)mark->n_populations, sizeof *r->first)};
  *mark = (am_simulation_mark){0};
  amine_status status = AMINE_OK;
  if (!r->first) status = am_fail_memory(error, (size_t)r->mark.n_populations * 4);
  for (int p = 0; status == AMINE_OK && p < r->mark.n_populations; p++)
    r->first[p] = am_simulation_first(simulation, p);
  if (status == AMINE_OK) status = open_all(r, folder, error);
  if (status == AMINE_OK) *records = r;
  else am_simulation_records_close(r, NULL);
  return status;
}

/* ------------------------------------------------------------------------------ writing */
static void take_spikes(void *context, const am_spike *spikes, size_t n) {
  am_simulation_records *r = context;
  if (!r->gdf) return;
  for (size_t k = 0; k < n; k++)
    am_gdf_put(&r->spikes, &r->clock, r->first[spikes[k].population] + (uint32_t)spikes[k].neuron,
               spikes[k].step);
}

am_spike_sink am_simulation_records_sink(am_simulation_records *r) {
  return (am_spike_sink){take_spikes, r};
}

static amine_status write_spikes(am_simulation_records *r, amine_error *error) {
  if (r->spikes.failed) return am_fail_memory(error, r->spikes.length);
  if (r->spikes.length == 0) return AMINE_OK;
  AM_TRY(am_appender_append(r->gdf, r->spikes.data, r->spikes.length, error));
  r->mark.spike_bytes += r->spikes.length;
  r->spikes.length = 0;
  return AMINE_OK;
}

static void put_rates(am_text *line, const am_simulation_records *r, double seconds) {
  amine_brain *brain = r->simulation->brain;
  am_json_put_key(line, "rate_hz");
  am_json_begin(line);
  for (int p = 0; p < r->mark.n_populations; p++) {
    int n;
    const char *name = amine_brain_population(brain, p, &n, NULL);
    const uint64_t spikes = amine_brain_spike_count(brain, p) - r->mark.counts[p];
    am_json_put_float(line, name, (float)((double)spikes / n / seconds));
  }
  am_text_puts(line, "}");
}

static void put_levels(am_text *line, const am_simulation *s) {
  for (int peaks = 0; peaks < 2; peaks++) {
    am_json_put_key(line, peaks ? "peak" : "level");
    am_json_begin(line);
    for (int k = 0; k < AM_N_MODULATORS; k++) {
      const double level = am_modulator_level(s->stage.chemical, (am_modulator)k);
      am_json_put_float(line, am_modulator_names[k], (float)(peaks ? s->peaks[k] : level));
    }
    am_text_puts(line, "}");
  }
}

static void put_weights(am_text *line, const am_simulation *s) {
  am_json_put_key(line, "weight");
  am_json_begin(line);
  for (int k = 0; k < s->n_learning; k++) {
    am_json_put_float(line, s->learning[k].name, (float)s->learning[k].mean);
  }
  am_text_puts(line, "}");
}

static void put_measures(am_text *line, const am_simulation *s) {
  const am_protocol *protocol = s->config->protocol;
  double values[AM_MEASURES_MAX];
  am_simulation_measure(s, values);
  am_json_put_key(line, "measure");
  am_json_begin(line);
  for (int k = 0; k < protocol->n_measures; k++)
    am_json_put_float(line, protocol->measures[k].name, (float)values[k]);
  am_text_puts(line, "}");
}

static void put_line(am_text *line, const am_simulation_records *r, double seconds) {
  const am_simulation *s = r->simulation;
  const uint64_t steps = amine_brain_step(s->brain) - r->mark.line_step;
  am_json_begin(line);
  am_json_put_uint(line, "iteration", am_simulation_slice(s));
  am_json_put_float(line, "seconds", (float)seconds);
  am_json_put_key(line, "t_s");
  am_html_real(line, am_simulation_time(s));
  put_rates(line, r, (double)steps * s->stage.dt_ms * 1e-3);
  if (s->stage.chemical) put_levels(line, s);
  am_json_put_float(line, "reward", (float)s->log.rewards);
  if (s->n_learning > 0) put_weights(line, s);
  if (s->config->protocol->n_measures > 0) put_measures(line, s);
  am_json_end(line);
}

/* The events are made from the text, as they are when a run goes on. */
static amine_status write_line(am_simulation_records *r, double seconds, amine_error *error) {
  am_text line = {0};
  json_t *root = NULL;
  AM_TRY(am_simulation_weigh(r->simulation, error));
  put_line(&line, r, seconds);
  amine_status status =
      line.failed ? am_fail_memory(error, line.length)
                  : am_json_parse(&root, AM_METRICS_FILE, line.data, line.length, NULL, error);
  if (status == AMINE_OK) status = am_appender_append(r->metrics, line.data, line.length, error);
  if (status == AMINE_OK) {
    r->mark.lines++;
    am_simulation_forget_peaks(r->simulation);
    r->mark.line_step = amine_brain_step(r->simulation->brain);
    for (int p = 0; p < r->mark.n_populations; p++)
      r->mark.counts[p] = amine_brain_spike_count(r->simulation->brain, p);
    status = add_event(r, root, error);
  }
  json_decref(root);
  am_text_free(&line);
  return status;
}

amine_status am_simulation_records_add(am_simulation_records *r, double seconds,
                                       amine_error *error) {
  AM_TRY(write_spikes(r, error));
  if (!am_simulation_line_due(r->simulation)) return AMINE_OK;
  return write_line(r, seconds, error);
}

const am_simulation_mark *am_simulation_records_mark(const am_simulation_records *r) {
  return &r->mark;
}
double am_simulation_records_seconds(const am_simulation_records *r) { return r->seconds; }

amine_status am_simulation_records_sync(am_simulation_records *r, amine_error *error) {
  AM_TRY(am_appender_sync(r->metrics, error));
  if (r->gdf) AM_TRY(am_appender_sync(r->gdf, error));
  return am_tfevents_sync(r->events, error);
}

amine_status am_simulation_records_close(am_simulation_records *r, amine_error *error) {
  if (!r) return AMINE_OK;
  amine_status status = am_appender_close(r->metrics, error);
  amine_status next = am_appender_close(r->gdf, status == AMINE_OK ? error : NULL);
  if (status == AMINE_OK) status = next;
  next = am_tfevents_close(r->events, status == AMINE_OK ? error : NULL);
  if (status == AMINE_OK) status = next;
  am_text_free(&r->spikes);
  am_simulation_mark_free(&r->mark);
  am_free(r->first);
  am_free(r);
  return status;
}
