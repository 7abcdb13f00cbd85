/* Saving and loading the state of a simulation (see checkpoint.h). */
#include "run/simulate/checkpoint.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "format/file.h"
#include "format/json.h"
#include "format/safetensors.h"

#define CHECKPOINT_LIMIT ((size_t)64 << 30)
#define STEP_MAX ((uint64_t)1 << 62)

/* The recorders that are saved before the events. */
enum { N_RECORDERS = 3 };
static am_recorder *recorder_at(am_simulation *s, int k) {
  am_recorder *const all[N_RECORDERS] = {&s->levels, &s->voltages, &s->weights};
  return k < N_RECORDERS ? all[k] : &s->states.entries[k - N_RECORDERS].recorder;
}

static int n_recorders(const am_simulation *s) { return N_RECORDERS + s->states.n; }

/* ------------------------------------------------------------------------------ saving */
/* The numbers beside the arrays, in the form in which they are saved. */
typedef struct counters {
  uint64_t marks[3], next, *pending; /* [n_pending][3] */
  double rewards;
} counters;

static amine_status take_counters(counters *c, const am_simulation *s,
                                  const am_simulation_mark *mark, amine_error *error) {
  *c = (counters){.marks = {mark->lines, mark->spike_bytes, mark->line_step},
                  .next = s->next,
                  .rewards = s->log.rewards,
                  .pending = am_alloc(s->n_pending, 3 * sizeof *c->pending)};
  if (!c->pending) return am_fail_memory(error, am_size_mul(s->n_pending, 24));
  for (size_t k = 0; k < s->n_pending; k++) {
    c->pending[3 * k] = s->pending[k].step;
    c->pending[3 * k + 1] = (uint64_t)s->pending[k].population;
    c->pending[3 * k + 2] = (uint64_t)s->pending[k].neuron;
  }
  return AMINE_OK;
}

static amine_status add_counters(am_tensor_builder *b, const am_simulation *s, const counters *c,
                                 const am_simulation_mark *mark, amine_error *error) {
  const size_t one = 1, three = 3, pending[2] = {s->n_pending, 3};
  const size_t bytes = s->config->protocol->state_size, n = (size_t)mark->n_populations;
  const size_t five = AM_N_MODULATORS;
  AM_TRY(am_tensor_builder_add(b, "protocol.state", AM_U8, 1, &bytes, s->state, error));
  AM_TRY(am_tensor_builder_add(b, "run.next", AM_U64, 1, &one, &c->next, error));
  AM_TRY(am_tensor_builder_add(b, "run.pending", AM_U64, 2, pending, c->pending, error));
  AM_TRY(am_tensor_builder_add(b, "run.marks", AM_U64, 1, &three, c->marks, error));
  AM_TRY(am_tensor_builder_add(b, "run.counts", AM_U64, 1, &n, mark->counts, error));
  AM_TRY(am_tensor_builder_add(b, "run.peaks", AM_F64, 1, &five, s->peaks, error));
  if (mark->interventions > 0)
    AM_TRY(am_tensor_builder_add(b, "run.interventions", AM_U64, 1, &one, &mark->interventions, error));
  return am_tensor_builder_add(b, "run.rewards", AM_F64, 1, &one, &c->rewards, error);
}

static amine_status add_recorders(am_tensor_builder *b, am_simulation *s, amine_error *error) {
  for (int k = 0; k < n_recorders(s); k++) AM_TRY(am_recorder_save(recorder_at(s, k), b, error));
  AM_TRY(am_event_log_save(&s->log, b, error));
  for (int k = 0; k < s->n_learning; k++) {
    char name[32];
    snprintf(name, sizeof name, "before.%d", k);
    AM_TRY(am_tensor_builder_add(b, name, AM_F32, 1, &s->learning[k].n_before,
                                 s->learning[k].before, error));
  }
  return AMINE_OK;
}

/* What the engine has written: every tensor, and what it says of itself. */
static amine_status add_brain(am_tensor_builder *b, const am_tensor_file *f, amine_error *error) {
  static const char *const notes[] = {"format", "structure"};
  for (int k = 0; k < 2; k++) {
    const char *note = am_tensor_file_note(f, notes[k]);
    if (note) AM_TRY(am_tensor_builder_note(b, notes[k], note, error));
  }
  for (size_t k = 0; k < am_tensor_file_count(f); k++) {
    const am_tensor *t = am_tensor_file_at(f, k);
    AM_TRY(am_tensor_builder_add(b, t->name, t->dtype, t->rank, t->dims, t->data, error));
  }
  return AMINE_OK;
}

static amine_status add_config(am_tensor_builder *b, const am_simulation *s, amine_error *error) {
  am_text config = {0};
  amine_status status = am_simulation_config_write(s->config, true, &config, error);
  if (status == AMINE_OK) status = am_tensor_builder_note(b, "simulation", config.data, error);
  am_text_free(&config);
  return status;
}

static amine_status save(am_simulation *s, const am_simulation_mark *mark,
                         const am_tensor_file *brain, const char *path, amine_error *error) {
  am_tensor_builder *b = NULL;
  counters c = {0};
  amine_status status = take_counters(&c, s, mark, error);
  if (status == AMINE_OK) status = am_tensor_builder_new(&b, error);
  if (status == AMINE_OK) status = add_brain(b, brain, error);
  if (status == AMINE_OK) status = add_config(b, s, error);
  if (status == AMINE_OK) status = add_counters(b, s, &c, mark, error);
  if (status == AMINE_OK) status = add_recorders(b, s, error);
  if (status == AMINE_OK) status = am_tensor_builder_save(b, path, error);
  am_tensor_builder_free(b);
  am_free(c.pending);
  return status;
}

/* The engine writes a file of its own, PATH.brain, which is then taken into the checkpoint: there
 * is one file that is whole or not there, and amine_brain_restore can read it. */
amine_status am_simulation_checkpoint_save(am_simulation *s, const am_simulation_mark *mark,
                                           const char *path, amine_error *error) {
  am_text own = {0};
  am_tensor_file *brain = NULL;
  am_text_printf(&own, "%s.brain", path);
  amine_status status = own.failed ? am_fail_memory(error, strlen(path) + 16)
                                   : amine_brain_save(s->brain, own.data, error);
  if (status == AMINE_OK)
    status = am_tensor_file_open(&brain, own.data, CHECKPOINT_LIMIT, true, error);
  if (status == AMINE_OK) status = save(s, mark, brain, path, error);
  am_tensor_file_close(brain);
  if (own.data && am_io.unlink(own.data) != 0 && errno != ENOENT && status == AMINE_OK)
    status =
        am_fail_file(error, AMINE_ERROR_IO, own.data, -1, "cannot be removed: %s", strerror(errno));
  am_text_free(&own);
  return status;
}

/* ------------------------------------------------------------------------------ loading */
static amine_status config_of(json_t **root, const am_tensor_file *f, const char *path,
                              amine_error *error) {
  const char *text = am_tensor_file_note(f, "simulation");
  if (!text)
    return am_fail_file(error, AMINE_ERROR_INPUT, path, -1,
                        "no configuration of a simulation in it: not its checkpoint");
  return am_json_parse(root, path, text, strlen(text), NULL, error);
}

amine_status am_simulation_checkpoint_config(json_t **root, const char *path, amine_error *error) {
  am_tensor_file *f;
  AM_TRY(am_tensor_file_open(&f, path, CHECKPOINT_LIMIT, true, error));
  amine_status status = config_of(root, f, path, error);
  am_tensor_file_close(f);
  return status;
}

amine_status am_simulation_checkpoint_step(uint64_t *step, const char *path, amine_error *error) {
  const size_t one = 1;
  am_tensor_file *f;
  AM_TRY(am_tensor_file_open(&f, path, CHECKPOINT_LIMIT, true, error));
  const amine_status status = am_tensor_file_copy(f, "step", step, AM_U64, 1, &one, error);
  am_tensor_file_close(f);
  return status;
}

static amine_status out_of_range(const char *what, const char *path, amine_error *error) {
  return am_fail_file(error, AMINE_ERROR_INPUT, path, -1, "%s is out of its range", what);
}

static amine_status load_pending(am_simulation *s, const am_tensor_file *f, const char *path,
                                 amine_error *error) {
  const am_tensor *t = am_tensor_file_find(f, "run.pending");
  if (!t || t->dtype != AM_U64 || t->rank != 2 || t->dims[1] != 3)
    return out_of_range("run.pending", path, error);
  const uint64_t *rows = t->data;
  const size_t n = t->dims[0];
  AM_TRY(AM_TAKE(s->pending, n, error));
  for (size_t k = 0; k < n; k++) {
    const uint64_t *row = rows + 3 * k;
    int size = 0;
    if (row[1] < (uint64_t)amine_brain_n_populations(s->brain))
      amine_brain_population(s->brain, (int)row[1], &size, NULL);
    if (row[0] >= STEP_MAX || row[2] >= (uint64_t)size)
      return out_of_range("run.pending", path, error);
    s->pending[k] = (am_spike){row[0], (int)row[1], (int)row[2]};
  }
  s->n_pending = s->pending_capacity = n;
  return AMINE_OK;
}

static amine_status load_counters(am_simulation *s, am_simulation_mark *mark,
                                  const am_tensor_file *f, const char *path, amine_error *error) {
  const size_t one = 1, three = 3, five = AM_N_MODULATORS;
  const size_t bytes = s->config->protocol->state_size;
  const size_t n = (size_t)mark->n_populations;
  uint64_t marks[3];
  AM_TRY(am_tensor_file_copy(f, "run.marks", marks, AM_U64, 1, &three, error));
  AM_TRY(am_tensor_file_copy(f, "run.counts", mark->counts, AM_U64, 1, &n, error));
  AM_TRY(am_tensor_file_copy(f, "run.next", &s->next, AM_U64, 1, &one, error));
  AM_TRY(am_tensor_file_copy(f, "run.rewards", &s->log.rewards, AM_F64, 1, &one, error));
  AM_TRY(am_tensor_file_copy(f, "run.peaks", s->peaks, AM_F64, 1, &five, error));
  AM_TRY(am_tensor_file_copy(f, "protocol.state", s->state, AM_U8, 1, &bytes, error));
  mark->interventions = 0;
  if (am_tensor_file_find(f, "run.interventions"))
    AM_TRY(am_tensor_file_copy(f, "run.interventions", &mark->interventions, AM_U64, 1, &one, error));
  const uint64_t step = amine_brain_step(s->brain);
  if (marks[0] > step || marks[1] > STEP_MAX || marks[2] > step || step > STEP_MAX)
    return out_of_range("run.marks", path, error);
  if (s->next < step || !isfinite(s->log.rewards)) return out_of_range("run.next", path, error);
  for (int k = 0; k < AM_N_MODULATORS; k++)
    if (!(s->peaks[k] >= 0 && s->peaks[k] <= 1)) return out_of_range("run.peaks", path, error);
  for (size_t p = 0; p < n; p++)
    if (mark->counts[p] > amine_brain_spike_count(s->brain, (int)p))
      return out_of_range("run.counts", path, error);
  mark->lines = marks[0];
  mark->spike_bytes = marks[1];
  mark->line_step = marks[2];
  return load_pending(s, f, path, error);
}

static amine_status load_recorders(am_simulation *s, const am_tensor_file *f, const char *path,
                                   amine_error *error) {
  for (int k = 0; k < n_recorders(s); k++) AM_TRY(am_recorder_load(recorder_at(s, k), f, path, error));
  AM_TRY(am_event_log_load(&s->log, f, path, error));
  for (size_t k = 0; k < s->log.events.n; k++) {
    const float kind = s->log.events.values[k * AM_N_EVENT_COLUMNS + AM_EVENT_KIND];
    if (!(kind >= 0 && kind < AMINE_EVENT_KINDS)) return out_of_range("trace.events", path, error);
  }
  for (int k = 0; k < s->n_learning; k++) {
    char name[32];
    snprintf(name, sizeof name, "before.%d", k);
    AM_TRY(am_tensor_file_copy(f, name, s->learning[k].before, AM_F32, 1, &s->learning[k].n_before,
                               error));
    for (size_t i = 0; i < s->learning[k].n_before; i++)
      if (!isfinite(s->learning[k].before[i])) return out_of_range(name, path, error);
  }
  return AMINE_OK;
}

/* A run that goes on further than was planned records its voltages later. */
static void forget_early_voltages(am_simulation *s) {
  const double from = (double)s->end * s->stage.dt_ms * 1e-3 -
                      am_simulation_number(s->config, AM_SIM_RECORD_VOLTAGE_S);
  am_recorder *v = &s->voltages;
  size_t first = 0;
  while (first < v->n && v->t[first] < from - 1e-9) first++;
  v->n -= first;
  memmove(v->t, v->t + first, v->n * sizeof *v->t);
  memmove(v->values, v->values + first * v->n_columns, v->n * v->n_columns * sizeof *v->values);
}

amine_status am_simulation_checkpoint_load(am_simulation *s, am_simulation_mark *mark,
                                           const char *path, amine_error *error) {
  am_tensor_file *f = NULL;
  am_simulation_mark m = {0};
  amine_status status = am_simulation_mark_make(&m, amine_brain_n_populations(s->brain), error);
  if (status == AMINE_OK) status = amine_brain_restore(s->brain, path, error);
  if (status == AMINE_OK) status = am_tensor_file_open(&f, path, CHECKPOINT_LIMIT, true, error);
  if (status == AMINE_OK) status = load_counters(s, &m, f, path, error);
  if (status == AMINE_OK) status = load_recorders(s, f, path, error);
  am_tensor_file_close(f);
  s->stage.now = amine_brain_step(s->brain);
  if (status == AMINE_OK && s->config->protocol->check &&
      !s->config->protocol->check(s->state, &s->stage))
    status = out_of_range("protocol.state", path, error);
  if (status == AMINE_OK && s->config->protocol->restore) {
    s->config->protocol->restore(s->state, &s->stage);
    if (s->task) status = am_task_trouble(s->task, error);
  }
  if (status != AMINE_OK) {
    am_simulation_mark_free(&m);
    return status;
  }
  forget_early_voltages(s);
  *mark = m;
  return AMINE_OK;
}
