/* Lines and spikes of a simulation (see records.h). */
#include "run/simulate/records.h"

#include "format/file.h"
#include "format/gdf.h"
#include "format/json.h"
#include "report/html.h"
#include "run/folder.h"

struct am_simulation_records {
  am_simulation *simulation;
  am_simulation_mark mark;
  uint32_t *first; /* [n_populations] number of its first neuron */
  am_gdf_clock clock;
  am_text spikes; /* of the slice */
  am_lines *lines;
  am_appender *gdf;
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

/* ------------------------------------------------------------------------------ opening */
static bool keeps_spikes(const am_simulation *s) {
  return am_simulation_number(s->config, AM_SIM_RECORD_SPIKES) != 0;
}

/* The spikes first: nothing is replaced before all files were found to be long enough. */
static amine_status open_all(am_simulation_records *r, const char *folder, amine_error *error) {
  am_text path = {0};
  amine_status status = am_folder_path(&path, folder, AM_SPIKES_FILE, error);
  if (status == AMINE_OK && keeps_spikes(r->simulation))
    status = am_appender_open(&r->gdf, path.data, r->mark.spike_bytes, error);
  if (status == AMINE_OK) status = am_lines_open(&r->lines, folder, r->mark.lines, error);
  am_text_free(&path);
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

static amine_status write_line(am_simulation_records *r, double seconds, amine_error *error) {
  am_text line = {0};
  put_line(&line, r, seconds);
  const amine_status status = am_lines_add(r->lines, &line, error);
  am_text_free(&line);
  return status;
}

amine_status am_simulation_records_add(am_simulation_records *r, double seconds,
                                       amine_error *error) {
  AM_TRY(write_spikes(r, error));
  if (!am_simulation_line_due(r->simulation)) return AMINE_OK;
  AM_TRY(am_simulation_weigh(r->simulation, error));
  AM_TRY(write_line(r, seconds, error));
  r->mark.lines++;
  am_simulation_forget_peaks(r->simulation);
  r->mark.line_step = amine_brain_step(r->simulation->brain);
  for (int p = 0; p < r->mark.n_populations; p++)
    r->mark.counts[p] = amine_brain_spike_count(r->simulation->brain, p);
  return AMINE_OK;
}

amine_status am_simulation_records_finish(am_simulation_records *r, double seconds,
                                          amine_error *error) {
  if (amine_brain_step(r->simulation->brain) == r->mark.line_step) return AMINE_OK;
  am_simulation_look_at_weights(r->simulation);
  return write_line(r, seconds, error);
}

const am_simulation_mark *am_simulation_records_mark(const am_simulation_records *r) {
  return &r->mark;
}
double am_simulation_records_seconds(const am_simulation_records *r) {
  return am_lines_seconds(r->lines);
}

amine_status am_simulation_records_sync(am_simulation_records *r, amine_error *error) {
  if (r->gdf) AM_TRY(am_appender_sync(r->gdf, error));
  return am_lines_sync(r->lines, error);
}

amine_status am_simulation_records_close(am_simulation_records *r, amine_error *error) {
  if (!r) return AMINE_OK;
  amine_status status = am_appender_close(r->gdf, error);
  const amine_status next = am_lines_close(r->lines, status == AMINE_OK ? error : NULL);
  if (status == AMINE_OK) status = next;
  am_text_free(&r->spikes);
  am_simulation_mark_free(&r->mark);
  am_free(r->first);
  am_free(r);
  return status;
}
