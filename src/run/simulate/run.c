/* The loop of a simulation: slices, records, checkpoints. */
#include "run/simulate/run.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/steps.h"
#include "brain/description.h"
#include "format/file.h"
#include "format/json.h"
#include "run/simulate/checkpoint.h"
#include "run/simulate/explain.h"
#include "run/simulate/inputs.h"
#include "run/simulate/page.h"
#include "run/simulate/reach.h"
#include "run/simulate/recording.h"

#define SMOOTH 10 /* slices over which what is shown is averaged */

typedef struct session {
  const am_simulation_config *config;
  const char *folder;
  const am_text *notes; /* for the folder */
  am_simulation *simulation;
  am_simulation_records *records;
  am_interventions *interventions;
  am_text checkpoint;   /* path */
  double start, before; /* clock at the start; seconds of earlier sessions */
  double last, smooth_time;
  double last_s; /* biological time of the last look */
  uint64_t n_smooth;
  const char **names;
  double *rates, levels[AM_N_MODULATORS];
  uint64_t *counts; /* of the last slice */
  am_text limits;   /* of the recording */
} session;

static double seconds_of(const session *s) { return s->before + am_clock() - s->start; }

static amine_status save(session *s, amine_error *error) {
  am_simulation_mark mark = *am_simulation_records_mark(s->records);
  mark.interventions = am_interventions_done(s->interventions);
  AM_TRY(am_simulation_records_sync(s->records, error));
  return am_simulation_checkpoint_save(s->simulation, &mark, s->checkpoint.data, error);
}

static amine_status write_recording(session *s, amine_error *error) {
  AM_TRY(am_simulation_page_write(s->simulation, s->folder, error));
  AM_TRY(am_simulation_recording_write(s->simulation, am_simulation_records_mark(s->records),
                                       s->folder, &s->limits, error));
  return am_simulation_explain_record(s->folder, error);
}

/* ------------------------------------------------------------------------------ looking on */
static amine_status furnish(session *s, amine_error *error) {
  const size_t n = (size_t)amine_brain_n_populations(s->simulation->brain);
  s->names = am_alloc(n, sizeof *s->names);
  s->rates = am_alloc(n, sizeof *s->rates);
  s->counts = am_alloc(n, sizeof *s->counts);
  if (!s->names || !s->rates || !s->counts) return am_fail_memory(error, n * 24);
  for (size_t p = 0; p < n; p++) {
    s->names[p] = amine_brain_population(s->simulation->brain, (int)p, NULL, NULL);
    s->counts[p] = amine_brain_spike_count(s->simulation->brain, (int)p);
  }
  return AMINE_OK;
}

static void look(session *s, const am_simulation_watch *watch) {
  const am_simulation *x = s->simulation;
  const double now = am_clock(), t_s = am_simulation_time(x), slice_s = t_s - s->last_s;
  const double weight = s->n_smooth < SMOOTH ? 1.0 / (double)(s->n_smooth + 1) : 1.0 / SMOOTH;
  const int n = amine_brain_n_populations(x->brain);
  s->n_smooth++;
  s->smooth_time += weight * (now - s->last - s->smooth_time);
  s->last = now;
  s->last_s = t_s;
  for (int p = 0; p < n; p++) {
    int size;
    amine_brain_population(x->brain, p, &size, NULL);
    const uint64_t count = amine_brain_spike_count(x->brain, p);
    s->rates[p] += weight * ((double)(count - s->counts[p]) / size / slice_s - s->rates[p]);
    s->counts[p] = count;
  }
  if (!watch || !watch->progress) return;
  for (int k = 0; x->stage.chemical && k < AM_N_MODULATORS; k++)
    s->levels[k] = am_modulator_level(x->stage.chemical, (am_modulator)k);
  const am_simulation_progress p = {.slice = am_simulation_slice(x),
                                    .slices = am_simulation_slices(x),
                                    .t_s = t_s,
                                    .duration_s = (double)x->end * x->stage.dt_ms * 1e-3,
                                    .seconds = seconds_of(s),
                                    .speed = s->smooth_time > 0 ? slice_s / s->smooth_time : 0,
                                    .n_populations = n,
                                    .names = s->names,
                                    .rates_hz = s->rates,
                                    .levels = x->stage.chemical ? s->levels : NULL,
                                    .reward = x->log.rewards};
  watch->progress(watch->context, &p);
}

/* ------------------------------------------------------------------------------ outcome */
static amine_status take_outcome(am_simulation_outcome *o, const session *x, amine_error *error) {
  const am_simulation *s = x->simulation;
  const int n = amine_brain_n_populations(s->brain);
  const size_t count = (size_t)n;
  *o = (am_simulation_outcome){.t_s = am_simulation_time(s),
                               .seconds = seconds_of(x),
                               .reward = s->log.rewards,
                               .ran = x->n_smooth > 0,
                               .names = am_alloc(count, sizeof *o->names),
                               .rates_hz = am_alloc(count, sizeof *o->rates_hz),
                               .spikes = am_alloc(count, sizeof *o->spikes),
                               .excitation = am_alloc(count, sizeof *o->excitation),
                               .inhibition = am_alloc(count, sizeof *o->inhibition),
                               .balance = am_alloc(count, sizeof *o->balance),
                               .limits = am_strdup(x->limits.data ? x->limits.data : "")};
  am_simulation_measure(s, o->measures);
  if (!o->names || !o->rates_hz || !o->spikes || !o->excitation || !o->inhibition || !o->balance ||
      !o->limits)
    return am_fail_memory(error, count * 48);
  for (int p = 0; p < n; p++) {
    int size;
    o->names[p] = am_strdup(amine_brain_population(s->brain, p, &size, NULL));
    if (!o->names[p]) return am_fail_memory(error, 64);
    o->n_populations++;
    o->spikes[p] = amine_brain_spike_count(s->brain, p);
    o->rates_hz[p] = o->t_s > 0 ? (double)o->spikes[p] / size / o->t_s : 0;
    AM_TRY(amine_brain_balance(s->brain, p, &o->excitation[p], &o->inhibition[p], error));
    o->balance[p] = o->excitation[p] > 0 ? o->inhibition[p] / o->excitation[p] : (double)NAN;
  }
  return AMINE_OK;
}

void am_simulation_outcome_free(am_simulation_outcome *o) {
  for (int p = 0; p < o->n_populations; p++) am_free(o->names[p]);
  am_free(o->names);
  am_free(o->rates_hz);
  am_free(o->spikes);
  am_free(o->excitation);
  am_free(o->inhibition);
  am_free(o->balance);
  am_free(o->limits);
  *o = (am_simulation_outcome){0};
}

/* ------------------------------------------------------------------------------ running */
/* The last things that a session does; the last line comes first, so that where the checkpoint is,
 * the line is. */
static amine_status end(session *s, amine_error *error) {
  AM_TRY(am_simulation_records_finish(s->records, seconds_of(s), error));
  AM_TRY(save(s, error));
  return write_recording(s, error);
}

static amine_status stop_here(session *s, amine_error *error) {
  AM_TRY(end(s, error));
  return am_fail(error, AMINE_ERROR_STOPPED, "stopped at %g s; everything is saved",
                 am_simulation_time(s->simulation));
}

/* What is done to the run before its next slice. *stop: somebody wants it to end here. */
static amine_status reach_in(bool *stop, session *s, const am_simulation_watch *watch,
                             amine_error *error) {
  am_simulation *x = s->simulation;
  AM_TRY(am_interventions_take(s->interventions, amine_brain_step(x->brain), error));
  x->halt = am_interventions_next(s->interventions);
  *stop = watch && watch->moment && !watch->moment(watch->context, x, s->interventions);
  return AMINE_OK;
}

/* Who gets the spikes: the records, and who looks on. */
typedef struct takers {
  am_spike_sink records, watcher;
} takers;

static void take_spikes(void *context, const am_spike *spikes, size_t n) {
  const takers *to = context;
  to->records.take(to->records.context, spikes, n);
  if (to->watcher.take) to->watcher.take(to->watcher.context, spikes, n);
}

static amine_status loop(session *s, const am_simulation_watch *watch, amine_error *error) {
  am_simulation *x = s->simulation;
  const double every_ms = 1e3 * am_simulation_number(s->config, AM_SIM_CHECKPOINT_EVERY_S);
  takers to = {.records = am_simulation_records_sink(s->records)};
  if (watch) to.watcher = watch->spikes;
  const am_spike_sink sink = {take_spikes, &to};
  s->last = am_clock();
  s->last_s = am_simulation_time(x);
  while (!am_simulation_done(x)) {
    const uint64_t due = am_next_tick(amine_brain_step(x->brain), every_ms, x->stage.dt_ms);
    bool stop = false;
    AM_TRY(reach_in(&stop, s, watch, error));
    if (stop) return stop_here(s, error);
    AM_TRY(am_simulation_run(x, &sink, error));
    AM_TRY(am_simulation_records_add(s->records, seconds_of(s), error));
    look(s, watch);
    if (am_simulation_done(x)) break;
    if (watch && watch->stop && atomic_load(watch->stop)) return stop_here(s, error);
    if (amine_brain_step(x->brain) >= due) AM_TRY(save(s, error));
  }
  return end(s, error);
}

static amine_status write_config(const am_simulation_config *config, const char *folder,
                                 amine_error *error) {
  am_text path = {0}, text = {0};
  amine_status status = am_simulation_config_write(config, false, &text, error);
  if (status == AMINE_OK) status = am_folder_path(&path, folder, AM_CONFIG_FILE, error);
  if (status == AMINE_OK) status = am_file_replace(path.data, text.data, text.length, error);
  am_text_free(&path);
  am_text_free(&text);
  return status;
}

/* A new run is saved before its first slice, so that it can be resumed whenever it dies;
 * config.json comes last, for where it is there is a run. The mark goes over to the records. */
static amine_status run(session *s, am_simulation_outcome *outcome, am_simulation_mark *mark,
                        bool fresh, const am_simulation_watch *watch, amine_error *error) {
  amine_status status = am_folder_path(&s->checkpoint, s->folder, AM_CHECKPOINT_FILE, error);
  if (status == AMINE_OK) status = furnish(s, error);
  if (status == AMINE_OK)
    status =
        am_interventions_open(&s->interventions, s->folder, fresh, watch ? watch->script : NULL,
                              mark->interventions, &am_simulation_reach, s->simulation, error);
  if (status == AMINE_OK)
    status = am_simulation_records_open(&s->records, s->folder, s->simulation, mark, error);
  if (status == AMINE_OK) {
    s->before = am_simulation_records_seconds(s->records);
    s->start = am_clock();
    if (amine_brain_step(s->simulation->brain) == 0) status = save(s, error);
    if (status == AMINE_OK) status = am_folder_notes(s->folder, s->notes, error);
    if (status == AMINE_OK) status = am_simulation_page_write(s->simulation, s->folder, error);
    if (status == AMINE_OK) status = write_config(s->config, s->folder, error);
    if (status == AMINE_OK) status = loop(s, watch, error);
    amine_status closed =
        am_simulation_records_close(s->records, status == AMINE_OK ? error : NULL);
    if (status == AMINE_OK) status = closed;
    if (status == AMINE_OK || status == AMINE_ERROR_STOPPED) {
      amine_status taken = take_outcome(outcome, s, error);
      if (taken != AMINE_OK) am_simulation_outcome_free(outcome);
      if (taken != AMINE_OK) status = taken;
    }
  }
  const amine_status shut =
      am_interventions_close(s->interventions, status == AMINE_OK ? error : NULL);
  if (status == AMINE_OK) status = shut;
  am_text_free(&s->checkpoint);
  am_free(s->names);
  am_free(s->rates);
  am_free(s->counts);
  am_text_free(&s->limits);
  return status;
}

static int threads_of(const am_simulation_config *c) {
  return (int)am_simulation_number(c, AM_SIM_THREADS);
}

static void tell(const am_simulation_watch *watch, const am_text *notes) {
  if (watch && watch->notes && notes->length > 0) watch->notes(watch->context, notes->data);
}

amine_status am_simulation_new(am_simulation_outcome *outcome, const am_simulation_config *config,
                               const char *folder, const am_simulation_watch *watch,
                               amine_error *error) {
  am_text notes = {0};
  session s = {.config = config, .folder = folder, .notes = &notes};
  am_simulation_config own = {0};
  am_simulation_mark mark = {0};
  int held = -1;
  AM_TRY(am_folder_must_be_free(folder, error));
  amine_status status =
      am_simulation_create(&s.simulation, config, threads_of(config), &notes, error);
  if (status == AMINE_OK) tell(watch, &notes);
  if (status == AMINE_OK)
    status = am_simulation_mark_make(&mark, amine_brain_n_populations(s.simulation->brain), error);
  if (status == AMINE_OK) status = am_folder_make(folder, error);
  if (status == AMINE_OK) status = am_folder_lock(&held, folder, error);
  if (status == AMINE_OK) {
    status = am_folder_must_be_free(folder, error);
    if (status == AMINE_OK) status = am_simulation_inputs_copy(&own, config, folder, error);
    if (status == AMINE_OK) {
      s.config = s.simulation->config = &own;
      status = run(&s, outcome, &mark, true, watch, error);
    }
    am_folder_unlock(held);
  }
  am_text_free(&notes);
  am_simulation_mark_free(&mark);
  am_simulation_destroy(s.simulation);
  am_simulation_config_free(&own);
  return status;
}

/* ------------------------------------------------------------------------------ going on */
static amine_status read_config(json_t **root, const char *folder, amine_error *error) {
  am_text path = {0};
  amine_status status = am_folder_path(&path, folder, AM_CONFIG_FILE, error);
  if (status == AMINE_OK) status = am_json_read(root, path.data, NULL, error);
  am_text_free(&path);
  return status;
}

amine_status am_simulation_folder_config(am_simulation_config *config, const am_registry *parts,
                                         const char *folder, amine_error *error) {
  json_t *root;
  am_text path = {0};
  AM_TRY(am_folder_must_hold_run(folder, error));
  AM_TRY(read_config(&root, folder, error));
  amine_status status = am_folder_path(&path, folder, AM_CONFIG_FILE, error);
  if (status == AMINE_OK) status = am_simulation_config_of(config, parts, root, path.data, error);
  am_text_free(&path);
  json_decref(root);
  return status;
}

bool am_simulation_folder(const char *folder) {
  json_t *root;
  if (read_config(&root, folder, NULL) != AMINE_OK) return false;
  const bool is = am_describes_brain(root);
  json_decref(root);
  return is;
}

/* What results depend on stays as it is in the checkpoint. */
static amine_status agree(const am_simulation_config *config, const char *checkpoint,
                          amine_error *error) {
  json_t *saved;
  char path[AM_PATH_MAX];
  AM_TRY(am_simulation_checkpoint_config(&saved, checkpoint, error));
  amine_status status = AMINE_OK;
  if (am_simulation_config_difference(path, config->root, saved)) {
    am_text was = {0}, is = {0};
    const json_t *before = am_tree_get(saved, path), *now = am_tree_get(config->root, path);
    if (before) am_tree_text(&was, before);
    if (now) am_tree_text(&is, now);
    status = am_fail(error, AMINE_ERROR_ARGUMENT,
                     "%s=%.60s cannot be changed to %.60s in a run that has begun: results depend "
                     "on it; start a new run",
                     path, was.data ? was.data : "nothing", is.data ? is.data : "nothing");
    am_text_free(&was);
    am_text_free(&is);
  }
  json_decref(saved);
  return status;
}

/* The simulation of a folder, in the state that was saved. */
static amine_status open_saved(am_simulation **simulation, am_simulation_mark *mark,
                               const am_simulation_config *config, const char *folder,
                               am_text *notes, amine_error *error) {
  am_text path = {0};
  am_simulation *s = NULL;
  amine_status status = am_folder_path(&path, folder, AM_CHECKPOINT_FILE, error);
  if (status == AMINE_OK) status = agree(config, path.data, error);
  if (status == AMINE_OK)
    status = am_simulation_prepare(&s, config, threads_of(config), notes, error);
  if (status == AMINE_OK) status = am_simulation_checkpoint_load(s, mark, path.data, error);
  am_text_free(&path);
  if (status == AMINE_OK) *simulation = s;
  else am_simulation_destroy(s);
  return status;
}

static amine_status not_too_far(const am_simulation *s, amine_error *error) {
  if (amine_brain_step(s->brain) <= s->end) return AMINE_OK;
  return am_fail(error, AMINE_ERROR_ARGUMENT, "duration_s=%g: this run has already done %g s",
                 am_simulation_number(s->config, AM_SIM_DURATION_S), am_simulation_time(s));
}

amine_status am_simulation_resume(am_simulation_outcome *outcome,
                                  const am_simulation_config *config, const char *folder,
                                  const am_simulation_watch *watch, amine_error *error) {
  am_text notes = {0};
  session s = {.config = config, .folder = folder, .notes = &notes};
  am_simulation_mark mark = {0};
  int held;
  AM_TRY(am_folder_lock(&held, folder, error));
  amine_status status = open_saved(&s.simulation, &mark, config, folder, &notes, error);
  if (status == AMINE_OK) status = not_too_far(s.simulation, error);
  if (status == AMINE_OK) tell(watch, &notes);
  if (status == AMINE_OK) status = run(&s, outcome, &mark, false, watch, error);
  am_text_free(&notes);
  am_simulation_mark_free(&mark);
  am_simulation_destroy(s.simulation);
  am_folder_unlock(held);
  return status;
}

amine_status am_simulation_saved(am_simulation **simulation, const am_simulation_config *config,
                                 const char *folder, amine_error *error) {
  am_simulation_mark mark = {0};
  const amine_status status = open_saved(simulation, &mark, config, folder, NULL, error);
  am_simulation_mark_free(&mark);
  return status;
}

amine_status am_simulation_record(const char *folder, const am_registry *parts, am_text *limits,
                                  amine_error *error) {
  am_simulation_config config = {0};
  am_simulation *simulation = NULL;
  am_simulation_mark mark = {0};
  AM_TRY(am_simulation_folder_config(&config, parts, folder, error));
  amine_status status = open_saved(&simulation, &mark, &config, folder, NULL, error);
  if (status == AMINE_OK) status = am_simulation_page_write(simulation, folder, error);
  if (status == AMINE_OK)
    status = am_simulation_recording_write(simulation, &mark, folder, limits, error);
  if (status == AMINE_OK) status = am_simulation_explain_record(folder, error);
  am_simulation_mark_free(&mark);
  am_simulation_destroy(simulation);
  am_simulation_config_free(&config);
  return status;
}
