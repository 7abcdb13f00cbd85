/* The simulation (see simulation.h). */
#include "run/simulate/simulation.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/steps.h"
#include "base/threads.h"
#include "brain/state.h"
#include "brain/step.h"
#include "run/simulate/unmoved.h"

#define LEVEL_MS 10.0
#define VOLTAGE_MS 1.0
#define REST_S 1.0       /* that is shown after a protocol's end */
#define BEFORE_MAX 65536 /* weights of a projection that are kept from the beginning */
#define WEIGHTS_MAX 1024 /* rows of the weights that are followed */

/* ------------------------------------------------------------------------------ making */
bool am_simulation_learns(const amine_brain *brain, int projection) {
  const am_projection *p = &brain->projections[projection];
  return am_synapse_learns(p->rule) || am_rule_sweeps(p->values);
}

static char *name_of(const am_simulation *s, int k) {
  const char *name = amine_brain_projection(s->brain, s->learning[k].projection, NULL, NULL, NULL);
  am_text text = {0};
  int n_same = 1;
  for (int j = 0; j < k; j++) {
    const int p = s->learning[j].projection;
    n_same += strcmp(amine_brain_projection(s->brain, p, NULL, NULL, NULL), name) == 0;
  }
  am_text_puts(&text, name);
  if (n_same > 1) am_text_printf(&text, " (%d)", n_same);
  char *copy = text.failed ? NULL : am_strdup(text.data ? text.data : "");
  am_text_free(&text);
  return copy;
}

static amine_status take_learning(am_simulation *s, amine_error *error) {
  const int n = amine_brain_n_projections(s->brain);
  size_t most = 0;
  AM_TRY(AM_TAKE(s->learning, (size_t)n + 1, error));
  for (int p = 0; p < n; p++) {
    am_learning *l = &s->learning[s->n_learning];
    amine_brain_projection(s->brain, p, NULL, NULL, &l->n_synapses);
    if (!am_simulation_learns(s->brain, p) || l->n_synapses == 0) continue;
    l->projection = p;
    l->stride = (l->n_synapses + BEFORE_MAX - 1) / BEFORE_MAX;
    l->n_before = (l->n_synapses + l->stride - 1) / l->stride;
    l->before = am_alloc(l->n_before, sizeof *l->before);
    if (l->n_synapses > most) most = l->n_synapses;
    l->name = name_of(s, s->n_learning);
    s->n_learning++; /* before a failure, so that it is freed */
    if (!l->before || !l->name) return am_fail_memory(error, l->n_before * sizeof *l->before);
  }
  AM_TRY(AM_TAKE(s->weight_values, most, error));
  return AMINE_OK;
}

/* Finds out where the engine keeps the synapses that are followed, and makes room for any block. */
static amine_status take_places(am_simulation *s, amine_error *error) {
  size_t most = 0;
  for (int k = 0; k < s->n_learning; k++) {
    am_learning *l = &s->learning[k];
    am_synapses all;
    size_t found = 0;
    AM_TRY(AM_TAKE(l->places, l->n_followed, error));
    AM_TRY(am_synapses_begin(&all, s->brain, l->projection, error));
    for (size_t at = 0; am_synapses_next(&all); at++) {
      if (all.block->n_synapses > most) most = all.block->n_synapses;
      if (found < l->n_followed && l->followed[found] == at)
        l->places[found++] = (am_followed){all.chunk, (size_t)all.k};
    }
  }
  s->block_values = am_alloc(am_size_mul(2, most), sizeof *s->block_values);
  return s->block_values ? AMINE_OK : am_fail_memory(error, am_size_mul(most, 2 * sizeof(am_real)));
}

/* Evenly spread over each projection. */
static amine_status take_followed(am_simulation *s, amine_error *error) {
  size_t each = (size_t)am_simulation_number(s->config, AM_SIM_RECORD_SYNAPSES), all = 0;
  if (s->n_learning > 0 && each * (size_t)s->n_learning > AM_FOLLOWED_MAX)
    each = AM_FOLLOWED_MAX / (size_t)s->n_learning;
  for (int k = 0; k < s->n_learning; k++) {
    am_learning *l = &s->learning[k];
    l->n_followed = each < l->n_synapses ? each : l->n_synapses;
    AM_TRY(AM_TAKE(l->followed, l->n_followed, error));
    for (size_t i = 0; i < l->n_followed; i++)
      l->followed[i] = (size_t)((double)l->n_synapses * ((double)i + 0.5) / (double)l->n_followed);
    all += l->n_followed;
  }
  AM_TRY(take_places(s, error));
  s->weights = (am_recorder){.name = "weights", .n_columns = all, .most = WEIGHTS_MAX};
  s->weight_row = am_alloc(all, sizeof *s->weight_row);
  return s->weight_row ? AMINE_OK : am_fail_memory(error, all * sizeof *s->weight_row);
}

/* Populations that have no voltage are left out. */
static amine_status take_voltages(am_simulation *s, amine_error *error) {
  const int each = (int)am_simulation_number(s->config, AM_SIM_RECORD_VOLTAGES);
  const int n = amine_brain_n_populations(s->brain);
  const size_t most = (size_t)n * (size_t)each;
  int largest = 0;
  for (int p = 0; p < n; p++) {
    int size;
    amine_brain_population(s->brain, p, &size, NULL);
    if (size > largest) largest = size;
  }
  s->voltage_population = am_alloc(most, sizeof *s->voltage_population);
  s->voltage_neuron = am_alloc(most, sizeof *s->voltage_neuron);
  s->voltage_row = am_alloc(most, sizeof *s->voltage_row);
  s->population_row = am_alloc((size_t)largest, sizeof *s->population_row);
  if (!s->voltage_population || !s->voltage_neuron || !s->voltage_row || !s->population_row)
    return am_fail_memory(error, most * 12 + (size_t)largest * 4);
  for (int p = 0; p < n && each > 0; p++) {
    int size;
    amine_brain_population(s->brain, p, &size, NULL);
    if (amine_brain_get(s->brain, p, "v", s->population_row, NULL) != AMINE_OK) continue;
    const int taken = each < size ? each : size;
    for (int k = 0; k < taken; k++) {
      s->voltage_population[s->n_voltages] = p;
      s->voltage_neuron[s->n_voltages++] = (int)(((int64_t)size * (2 * k + 1)) / (2 * taken));
    }
  }
  s->voltages = (am_recorder){.name = "voltages", .n_columns = (size_t)s->n_voltages};
  return AMINE_OK;
}

static amine_status furnish(am_simulation *s, int n_threads, amine_error *error) {
  const am_protocol *protocol = s->config->protocol;
  AM_TRY(amine_brain_set_threads(s->brain, n_threads > 0 ? n_threads : am_processors(), error));
  AM_TRY(amine_brain_run(s->brain, 0, error)); /* draws the synapses */
  s->state = am_alloc(protocol->state_size, 1);
  if (!s->state) return am_fail_memory(error, protocol->state_size);
  AM_TRY(am_simulation_config_task(&s->task, s->config, error));
  if (s->task) {
    s->world = am_alloc(1, s->task->state_size);
    if (!s->world) return am_fail_memory(error, s->task->state_size);
  }
  const double dt_ms = amine_brain_dt(s->brain);
  s->end = am_simulation_steps(s->config, dt_ms);
  s->most_spikes = AM_SPIKES_MAX;
  s->log.events = (am_recorder){.name = "events", .n_columns = AM_N_EVENT_COLUMNS};
  s->levels = (am_recorder){.name = "levels", .n_columns = AM_N_MODULATORS};
  s->stage = (am_stage){.brain = s->brain,
                        .chemical = amine_brain_chemical(s->brain),
                        .seed = s->config->values[AM_SIM_SEED].integer,
                        .dt_ms = dt_ms,
                        .parameters = s->config->parameters,
                        .words = s->config->words,
                        .task = s->task,
                        .world = s->world};
  AM_TRY(take_learning(s, error));
  AM_TRY(take_followed(s, error));
  AM_TRY(am_states_read(&s->states, s->config, s->brain, s->end, error));
  return take_voltages(s, error);
}

/* Times that are no whole number of steps, and rules that wait for nothing. */
static void note(const am_simulation *s, am_text *notes) {
  if (!notes) return;
  am_text_puts(notes, amine_brain_notes(s->brain));
  am_simulation_note_times(s->config, s->stage.dt_ms, notes);
  am_stage_note_times(&s->stage, s->config->protocol, notes);
  am_simulation_note_unmoved(s->config, s->brain, s->learning, s->n_learning, notes);
}

amine_status am_simulation_prepare(am_simulation **simulation, const am_simulation_config *config,
                                   int n_threads, am_text *notes, amine_error *error) {
  am_simulation *s = am_alloc(1, sizeof *s);
  if (!s) return am_fail_memory(error, sizeof *s);
  s->config = config;
  amine_status status = am_simulation_config_brain(config, &s->brain, notes, error);
  if (status == AMINE_OK) status = furnish(s, n_threads, error);
  if (status == AMINE_OK) note(s, notes);
  if (status == AMINE_OK) *simulation = s;
  else am_simulation_destroy(s);
  return status;
}

static amine_status note_before(am_simulation *s, amine_error *error) {
  for (int k = 0; k < s->n_learning; k++) {
    am_learning *l = &s->learning[k];
    AM_TRY(amine_brain_synapses(s->brain, l->projection, "w", NULL, NULL, NULL, s->weight_values,
                                error));
    for (size_t i = 0; i < l->n_before; i++) l->before[i] = s->weight_values[i * l->stride];
  }
  return am_simulation_weigh(s, error);
}

amine_status am_simulation_create(am_simulation **simulation, const am_simulation_config *config,
                                  int n_threads, am_text *notes, amine_error *error) {
  am_simulation *s;
  AM_TRY(am_simulation_prepare(&s, config, n_threads, notes, error));
  am_simulation_forget_peaks(s);
  amine_status status = note_before(s, error);
  if (status == AMINE_OK && config->protocol->start)
    status = config->protocol->start(s->state, &s->stage, error);
  if (status == AMINE_OK) *simulation = s;
  else am_simulation_destroy(s);
  return status;
}

void am_simulation_destroy(am_simulation *s) {
  if (!s) return;
  void *const blocks[] = {s->state,          s->world,        s->pending,      s->voltage_population,
                          s->voltage_neuron, s->voltage_row,  s->population_row,
                          s->weight_values,  s->weight_row,   s->fired,
                          s->fired_steps,    s->block_values, s->fired_populations,
                          s->fired_neurons,  s->happened};
  am_recorder *const recorders[] = {&s->log.events, &s->levels, &s->voltages, &s->weights};
  for (int k = 0; k < s->n_learning; k++) {
    am_free(s->learning[k].name);
    am_free(s->learning[k].before);
    am_free(s->learning[k].followed);
    am_free(s->learning[k].places);
  }
  am_free(s->learning);
  for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) am_free(blocks[k]);
  for (size_t k = 0; k < sizeof recorders / sizeof *recorders; k++) am_recorder_free(recorders[k]);
  am_task_destroy(s->task);
  am_states_free(&s->states);
  amine_brain_destroy(s->brain);
  am_free(s);
}

/* ------------------------------------------------------------------------------ looking */
static uint64_t slices_until(const am_simulation *s, uint64_t step) {
  const double dt_ms = s->stage.dt_ms;
  const bool cut = step == s->end && !am_is_tick(step, AM_SLICE_MS, dt_ms);
  return am_last_tick(step, AM_SLICE_MS, dt_ms) + cut;
}

uint64_t am_simulation_slice(const am_simulation *s) {
  return slices_until(s, amine_brain_step(s->brain));
}

uint64_t am_simulation_slices(const am_simulation *s) { return slices_until(s, s->end); }

static double line_ms(const am_simulation *s) {
  return 1e3 * am_simulation_number(s->config, AM_SIM_RECORD_INTERVAL_S);
}

bool am_simulation_line_due(const am_simulation *s) {
  return am_is_tick(amine_brain_step(s->brain), line_ms(s), s->stage.dt_ms);
}

bool am_simulation_done(const am_simulation *s) { return amine_brain_step(s->brain) >= s->end; }

static double seconds_of(const am_simulation *s, uint64_t step) {
  return (double)step * s->stage.dt_ms * 1e-3;
}

double am_simulation_time(const am_simulation *s) {
  return seconds_of(s, amine_brain_step(s->brain));
}

double am_simulation_shown(const am_simulation *s) {
  const am_recorder *events = &s->log.events;
  const double now = am_simulation_time(s);
  if (!s->config->protocol->advance || s->next != UINT64_MAX || events->n == 0) return now;
  return fmin(now, events->t[events->n - 1] + REST_S);
}

void am_simulation_measure(const am_simulation *s, double *values) {
  const am_protocol *protocol = s->config->protocol;
  am_stage stage = s->stage;
  stage.now = amine_brain_step(s->brain);
  for (int k = 0; k < protocol->n_measures; k++) values[k] = (double)NAN;
  if (protocol->measure) protocol->measure(values, s->state, &stage);
}

uint32_t am_simulation_first(const am_simulation *s, int population) {
  uint32_t first = 0;
  for (int p = 0; p < population; p++) {
    int n;
    amine_brain_population(s->brain, p, &n, NULL);
    first += (uint32_t)n;
  }
  return first;
}

/* 16 partial sums, then a fixed tree. */
static double sum_of(const am_real *values, size_t n) {
  double part[16] = {0};
  for (size_t k = 0; k < n; k++) part[k % 16] += (double)values[k];
  for (int width = 8; width > 0; width /= 2)
    for (int k = 0; k < width; k++) part[k] += part[k + width];
  return part[0];
}

/* Block by block, as the engine keeps them: how it cuts them does not depend on the threads. row
 * gets the synapses that are followed. */
static void weigh_projection(am_simulation *s, am_learning *l, float *row) {
  double sum = 0;
  for (int chunk = 0; chunk < s->brain->n_chunks; chunk++) {
    const am_synapse_block *block = am_synapses_block(s->brain, chunk, l->projection);
    if (!block) continue;
    am_block_values(s->block_values, s->brain, block, 'w');
    sum += sum_of(s->block_values, block->n_synapses);
    for (size_t i = 0; i < l->n_followed; i++)
      if (l->places[i].chunk == chunk) row[i] = (float)s->block_values[l->places[i].k];
  }
  l->mean = sum / (double)l->n_synapses;
}

void am_simulation_look_at_weights(am_simulation *s) {
  float *row = s->weight_row;
  for (int k = 0; k < s->n_learning; k++) {
    weigh_projection(s, &s->learning[k], row);
    row += s->learning[k].n_followed;
  }
}

amine_status am_simulation_weigh(am_simulation *s, amine_error *error) {
  am_simulation_look_at_weights(s);
  if (s->weights.n_columns == 0) return AMINE_OK;
  return am_recorder_add(&s->weights, am_simulation_time(s), s->weight_row, error);
}

void am_simulation_forget_peaks(am_simulation *s) {
  for (int k = 0; s->stage.chemical && k < AM_N_MODULATORS; k++)
    s->peaks[k] = am_modulator_level(s->stage.chemical, (am_modulator)k);
}

/* One row for a moment: its last levels. */
static amine_status add_levels(am_simulation *s, double t, const float *row, amine_error *error) {
  for (int k = 0; k < AM_N_MODULATORS; k++) {
    const double level = (double)row[k];
    const double baseline = am_modulator_baseline(s->stage.chemical, (am_modulator)k);
    if (fabs(level - baseline) > fabs(s->peaks[k] - baseline)) s->peaks[k] = level;
  }
  am_recorder *levels = &s->levels;
  const double shown = am_simulation_shown(s);
  if (shown < t) return AMINE_OK;
  am_recorder_drop(levels, shown - am_simulation_number(s->config, AM_SIM_RECORD_WINDOW_S));
  if (levels->n == 0 || levels->t[levels->n - 1] != t)
    return am_recorder_add(levels, t, row, error);
  memcpy(levels->values + (levels->n - 1) * levels->n_columns, row, AM_N_MODULATORS * sizeof *row);
  return AMINE_OK;
}

static amine_status sample_levels(am_simulation *s, amine_error *error) {
  float row[AM_N_MODULATORS];
  for (int k = 0; k < AM_N_MODULATORS; k++)
    row[k] = (float)am_modulator_level(s->stage.chemical, (am_modulator)k);
  return add_levels(s, am_simulation_time(s), row, error);
}

/* What has happened since the last look. */
static amine_status take_events(am_simulation *s, amine_error *error) {
  const size_t n = amine_brain_n_events(s->brain);
  if (n > s->happened_capacity) {
    amine_brain_event *grown = am_resize(s->happened, am_size_add(n, n / 2), sizeof *grown);
    if (!grown) return am_fail_memory(error, am_size_mul(n, sizeof *grown));
    s->happened = grown;
    s->happened_capacity = n + n / 2;
  }
  amine_brain_read_events(s->brain, s->happened, n);
  for (size_t k = 0; k < n; k++) {
    const double t = seconds_of(s, s->happened[k].step);
    AM_TRY(am_event_log_add(&s->log, t, &s->happened[k], error));
    if (s->stage.chemical) AM_TRY(add_levels(s, t, s->happened[k].after, error));
  }
  return AMINE_OK;
}

static amine_status sample_voltages(am_simulation *s, amine_error *error) {
  for (int k = 0; k < s->n_voltages; k++) {
    const int p = s->voltage_population[k];
    if (k == 0 || p != s->voltage_population[k - 1])
      AM_TRY(amine_brain_get(s->brain, p, "v", s->population_row, error));
    s->voltage_row[k] = s->population_row[s->voltage_neuron[k]];
  }
  return am_recorder_add(&s->voltages, am_simulation_time(s), s->voltage_row, error);
}

/* ------------------------------------------------------------------------------ running */
static uint64_t least(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* From which step on voltages are sampled. */
static uint64_t voltage_start(const am_simulation *s) {
  const double ms = 1e3 * am_simulation_number(s->config, AM_SIM_RECORD_VOLTAGE_S);
  if (s->n_voltages == 0 || !(ms > 0)) return UINT64_MAX;
  const uint64_t window = am_steps_or_one(ms, s->stage.dt_ms);
  return window < s->end ? s->end - window : 0;
}

/* The protocol's turn. */
static amine_status act(am_simulation *s, amine_error *error) {
  const am_protocol *protocol = s->config->protocol;
  uint64_t until = UINT64_MAX;
  s->stage.spikes = s->pending;
  s->stage.n_spikes = s->n_pending;
  if (protocol->advance) AM_TRY(protocol->advance(s->state, &s->stage, &until, error));
  if (s->task) AM_TRY(am_task_trouble(s->task, error));
  assert(until > s->stage.now);
  if (s->stage.failed) return am_fail_memory(error, sizeof *s->happened);
  s->n_pending = 0;
  s->next = until;
  return take_events(s, error);
}

/* What is to be done at this step before it is run; *until becomes the next step at which something
 * is to be done. */
static amine_status attend(am_simulation *s, uint64_t *until, amine_error *error) {
  const uint64_t now = s->stage.now, start = voltage_start(s);
  const double dt_ms = s->stage.dt_ms;
  if (now == s->next) AM_TRY(act(s, error));
  *until = least(*until, s->next);
  if (s->stage.chemical) {
    if (am_is_tick(now, LEVEL_MS, dt_ms)) AM_TRY(sample_levels(s, error));
    *until = least(*until, am_next_tick(now, LEVEL_MS, dt_ms));
  }
  AM_TRY(am_states_attend(&s->states, s->brain, now, until, error));
  if (now >= start) {
    if (am_is_tick(now, VOLTAGE_MS, dt_ms)) AM_TRY(sample_voltages(s, error));
    *until = least(*until, am_next_tick(now, VOLTAGE_MS, dt_ms));
  } else {
    *until = least(*until, start);
  }
  return AMINE_OK;
}

static amine_status make_room(am_simulation *s, size_t n, amine_error *error) {
  if (n <= s->fired_capacity) return AMINE_OK;
  const size_t capacity = am_size_add(n, n / 2);
  am_spike *fired = am_resize(s->fired, capacity, sizeof *fired);
  if (fired) s->fired = fired;
  uint64_t *steps = am_resize(s->fired_steps, capacity, sizeof *steps);
  if (steps) s->fired_steps = steps;
  int *populations = am_resize(s->fired_populations, capacity, sizeof *populations);
  if (populations) s->fired_populations = populations;
  int *neurons = am_resize(s->fired_neurons, capacity, sizeof *neurons);
  if (neurons) s->fired_neurons = neurons;
  if (!fired || !steps || !populations || !neurons)
    return am_fail_memory(error, am_size_mul(capacity, sizeof *fired));
  s->fired_capacity = capacity;
  return AMINE_OK;
}

/* Spikes that the protocol has not seen yet; who never asks again gets none. */
static amine_status keep_pending(am_simulation *s, size_t n, amine_error *error) {
  if (s->next == UINT64_MAX || n == 0) return AMINE_OK;
  const size_t wanted = am_size_add(s->n_pending, n);
  if (wanted > s->pending_capacity) {
    const size_t capacity = am_size_add(wanted, wanted / 2);
    am_spike *grown = am_resize(s->pending, capacity, sizeof *grown);
    if (!grown) return am_fail_memory(error, am_size_mul(capacity, sizeof *grown));
    s->pending = grown;
    s->pending_capacity = capacity;
  }
  memcpy(s->pending + s->n_pending, s->fired, n * sizeof *s->fired);
  s->n_pending = wanted;
  return AMINE_OK;
}

static amine_status collect(am_simulation *s, const am_spike_sink *sink, amine_error *error) {
  const size_t n = amine_brain_n_spikes(s->brain);
  AM_TRY(take_events(s, error));
  AM_TRY(make_room(s, n, error));
  amine_brain_read_spikes(s->brain, s->fired_steps, s->fired_populations, s->fired_neurons, n);
  for (size_t k = 0; k < n; k++)
    s->fired[k] = (am_spike){s->fired_steps[k], s->fired_populations[k], s->fired_neurons[k]};
  AM_TRY(keep_pending(s, n, error));
  if (sink && sink->take && n > 0) sink->take(sink->context, s->fired, n);
  return AMINE_OK;
}

amine_status am_simulation_run(am_simulation *s, const am_spike_sink *sink, amine_error *error) {
  const uint64_t step = amine_brain_step(s->brain);
  uint64_t end = least(s->end, least(am_next_tick(step, AM_SLICE_MS, s->stage.dt_ms),
                                     am_next_tick(step, line_ms(s), s->stage.dt_ms)));
  if (s->halt > step) end = least(end, s->halt);
  while ((s->stage.now = amine_brain_step(s->brain)) < end) {
    uint64_t until = end;
    AM_TRY(attend(s, &until, error));
    AM_TRY(amine_brain_run(s->brain, until - s->stage.now, error));
    AM_TRY(collect(s, sink, error));
  }
  return AMINE_OK;
}
