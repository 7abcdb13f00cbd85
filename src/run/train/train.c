/* The training loop: iterate, record, save. */
#include "run/train/train.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/machine.h"
#include "base/memory.h"
#include "format/file.h"
#include "format/safetensors.h"
#include "learner/preferences.h"
#include "run/config/objects.h"
#include "run/config/saved.h"
#include "run/train/checkpoint.h"
#include "run/train/health.h"
#include "run/train/reach.h"
#include "run/train/weights.h"

typedef struct session {
  am_experiment *experiment;
  am_records *records;
  am_interventions *interventions;
  am_text checkpoint, clips; /* paths */
  double start, before; /* clock at the start; seconds of earlier sessions */
  double smooth_reward, smooth_entropy, smooth_time, last;
  int n_smooth;
  float *work; /* for the largest weight */
  char collapsed[AM_HEALTH_SENTENCE];
} session;

static double seconds_of(const session *s) { return s->before + am_clock() - s->start; }

static amine_status save(session *s, amine_error *error) {
  AM_TRY(am_records_sync(s->records, error));
  return am_checkpoint_save(s->experiment, am_records_state(s->records), s->checkpoint.data, error);
}

/* Whether learning has collapsed: looked at as often as a line is recorded, and at the end. */
static void look_after(session *s, uint64_t planned) {
  const am_experiment *x = s->experiment;
  const uint64_t done = x->learner->iteration;
  if (done % x->config.common.record != 0 && done != planned) return;
  const am_health health = {.reward = am_recent_mean(&x->recent),
                            .entropy = am_task_acted(x->task) ? s->smooth_entropy : (double)NAN,
                            .largest = am_health_largest(x->learner, s->work)};
  am_health_say(s->collapsed, &health, &x->config, x->task);
}

/* Running means over about the last 50 iterations, for those who watch. */
static void look(session *s, const am_train_watch *watch, const am_learner_report *report,
                 uint64_t planned) {
  const double now = am_clock();
  const double weight = s->n_smooth < 50 ? 1.0 / (s->n_smooth + 1) : 0.02;
  s->n_smooth++;
  s->smooth_reward += weight * (report->reward - s->smooth_reward);
  s->smooth_entropy += weight * (report->entropy - s->smooth_entropy);
  s->smooth_time += weight * (now - s->last - s->smooth_time);
  s->last = now;
  if (!watch || !watch->progress) return;
  look_after(s, planned);
  const am_train_progress p = {.iteration = s->experiment->learner->iteration,
                               .iterations = planned,
                               .reached = s->experiment->recent.reached,
                               .trials = am_recent_trials(&s->experiment->recent),
                               .criterion = s->experiment->criterion,
                               .collapsed = s->collapsed,
                               .seconds = seconds_of(s),
                               .rate = s->smooth_time > 0 ? 1 / s->smooth_time : 0,
                               .reward = s->smooth_reward};
  watch->progress(watch->context, &p);
}

/* The last thing that a session does: its last iterations get their line first, so that where the
 * checkpoint is, the line is. */
static amine_status save_last(session *s, amine_error *error) {
  AM_TRY(am_records_finish(s->records, s->experiment->learner->iteration, seconds_of(s), error));
  return save(s, error);
}

static bool is_done(const am_experiment *x) {
  const bool stop_there = x->config.common.stop_at_criterion;
  return x->learner->iteration >= x->config.common.iterations ||
         (stop_there && x->recent.reached > 0);
}

/* Before the iteration that needs them; the clips are left for who answers. */
static amine_status wait_for_answers(session *s, amine_error *error) {
  const char *clips = am_preferences_waiting(s->experiment->task);
  AM_TRY(save_last(s, error));
  return am_file_replace(s->clips.data, clips, strlen(clips), error);
}

static bool is_told_to_stop(const am_train_watch *watch) {
  return watch && watch->stop && atomic_load(watch->stop);
}

static amine_status stop_here(session *s, amine_error *error) {
  AM_TRY(save_last(s, error));
  return am_fail(error, AMINE_ERROR_STOPPED, "stopped after iteration %llu; everything is saved",
                 (unsigned long long)s->experiment->learner->iteration);
}

/* What is done to the run before its next iteration. *stop: somebody wants it to end here. */
static amine_status reach_in(bool *stop, session *s, const am_train_watch *watch,
                             amine_error *error) {
  am_experiment *x = s->experiment;
  AM_TRY(am_interventions_take(s->interventions, x->learner->iteration, error));
  *stop = watch && watch->moment && !watch->moment(watch->context, x, s->interventions);
  return AMINE_OK;
}

static amine_status loop(session *s, const am_train_watch *watch, amine_error *error) {
  am_experiment *x = s->experiment;
  const am_learner *learner = x->learner;
  const uint64_t every = x->config.common.checkpoint_every;
  s->last = am_clock();
  while (!is_done(x)) {
    am_learner_report report;
    bool stop = false;
    AM_TRY(reach_in(&stop, s, watch, error));
    if (stop) return stop_here(s, error);
    const amine_status status = am_experiment_iterate(x, &report, error);
    if (status == AMINE_ERROR_STOPPED) AM_TRY(wait_for_answers(s, error));
    AM_TRY(status);
    AM_TRY(am_records_add(s->records, learner->iteration, seconds_of(s), &report, error));
    look(s, watch, &report, x->config.common.iterations);
    if (is_done(x)) break;
    if (is_told_to_stop(watch)) return stop_here(s, error);
    if (learner->iteration % every == 0) AM_TRY(save(s, error));
  }
  return save_last(s, error);
}

static amine_status write_config(const am_config *config, const char *folder, amine_error *error) {
  am_text path = {0}, text = {0};
  am_config here = *config;
  am_weights_place(&here);
  am_config_write(&here, false, &text);
  amine_status status = am_folder_path(&path, folder, AM_CONFIG_FILE, error);
  if (status == AMINE_OK && text.failed) status = am_fail_memory(error, 4096);
  if (status == AMINE_OK) status = am_file_replace(path.data, text.data, text.length, error);
  am_text_free(&path);
  am_text_free(&text);
  return status;
}

/* Keeps what is taken otherwise than it was said; tells that, and how much memory it is. */
static amine_status note(const am_experiment *x, const char *folder, const am_train_watch *watch,
                         amine_error *error) {
  const double bytes = (double)x->learner->bytes;
  am_text notes = {0};
  char size[32];
  am_task_note_times(&x->config, &notes);
  if (x->notes.length > 0) am_text_puts(&notes, x->notes.data);
  const amine_status status = am_folder_notes(folder, &notes, error);
  if (bytes >= AM_TOLD)
    am_text_printf(&notes, "this training takes about %s of memory\n", am_bytes_text(size, bytes));
  if (notes.length > 0 && watch && watch->notes) watch->notes(watch->context, notes.data);
  am_text_free(&notes);
  return status;
}

/* Opens the records and runs the loop. A new run is saved before its first iteration, so that it
 * can be resumed whenever it dies; config.json comes last, for where it is there is a run. */
static amine_status run(am_experiment *x, const am_record_state *state, bool fresh,
                        const char *folder, const am_train_watch *watch, amine_error *error) {
  const size_t n_work = am_health_work(x->learner);
  session s = {.experiment = x, .work = am_alloc(n_work, sizeof(float))};
  if (!s.work) return am_fail_memory(error, am_size_mul(n_work, sizeof(float)));
  amine_status status = am_folder_path(&s.checkpoint, folder, AM_CHECKPOINT_FILE, error);
  if (status == AMINE_OK) status = am_folder_path(&s.clips, folder, AM_CLIPS_FILE, error);
  if (status == AMINE_OK)
    status = am_interventions_open(&s.interventions, folder, fresh,
                                   watch ? watch->script : NULL, x->n_interventions, &am_train_reach,
                                   x, error);
  if (status == AMINE_OK)
    status = am_records_open(&s.records, folder, state, x->config.common.record, error);
  if (status == AMINE_OK) {
    s.before = am_records_seconds(s.records);
    s.start = am_clock();
    status = note(x, folder, watch, error);
    if (status == AMINE_OK && x->learner->iteration == 0) status = save(&s, error);
    if (status == AMINE_OK) status = write_config(&x->config, folder, error);
    if (status == AMINE_OK) status = loop(&s, watch, error);
    const amine_status end = am_records_close(s.records, status == AMINE_OK ? error : NULL);
    if (status == AMINE_OK) status = end;
  }
  const amine_status closed =
      am_interventions_close(s.interventions, status == AMINE_OK ? error : NULL);
  if (status == AMINE_OK) status = closed;
  am_text_free(&s.checkpoint);
  am_text_free(&s.clips);
  am_free(s.work);
  return status;
}

amine_status am_train_new(const am_config *config, const char *folder, const am_train_watch *watch,
                          amine_error *error) {
  AM_TRY(am_folder_must_be_free(folder, error));
  am_experiment *x;
  AM_TRY(am_experiment_create(&x, config, error));
  const am_record_state fresh = {0};
  int held = -1;
  amine_status status = am_folder_make(folder, error);
  if (status == AMINE_OK) status = am_folder_lock(&held, folder, error);
  if (status == AMINE_OK) {
    status = am_folder_must_be_free(folder, error);
    if (status == AMINE_OK) status = am_weights_keep(config, folder, error);
    if (status == AMINE_OK) status = run(x, &fresh, true, folder, watch, error);
    am_folder_unlock(held);
  }
  am_experiment_destroy(x);
  return status;
}

amine_status am_train_config(am_config *config, const char *folder, amine_error *error) {
  am_text path = {0};
  am_config read;
  AM_TRY(am_folder_must_hold_run(folder, error));
  am_config_begin(&read, config->registry);
  amine_status status = am_folder_path(&path, folder, AM_CONFIG_FILE, error);
  if (status == AMINE_OK) status = am_config_reload(&read, path.data, error);
  if (status == AMINE_OK) am_config_move(config, &read);
  am_config_free(&read);
  am_text_free(&path);
  return status;
}

amine_status am_train_done(uint64_t *iterations, const char *folder, amine_error *error) {
  const size_t one = 1;
  am_text path = {0};
  am_tensor_file *f = NULL;
  amine_status status = am_folder_path(&path, folder, AM_CHECKPOINT_FILE, error);
  if (status == AMINE_OK) status = am_saved_open(&f, path.data, error);
  if (status == AMINE_OK)
    status = am_tensor_file_copy(f, "run.iteration", iterations, AM_U64, 1, &one, error);
  am_tensor_file_close(f);
  am_text_free(&path);
  return status;
}

amine_status am_train_resume(const am_config *config, const char *folder,
                             const am_train_watch *watch, amine_error *error) {
  am_text path = {0};
  am_experiment *x = NULL;
  am_record_state state = {0};
  int held;
  AM_TRY(am_folder_lock(&held, folder, error));
  amine_status status = am_folder_path(&path, folder, AM_CHECKPOINT_FILE, error);
  am_config later = *config, begun;
  am_config_begin(&begun, config->registry);
  later.weights[0] = 0; /* those of the checkpoint hold; `from` says which tensors are released */
  if (status == AMINE_OK) status = am_checkpoint_agree(config, path.data, error);
  if (status == AMINE_OK) status = am_experiment_create(&x, &later, error);
  if (status == AMINE_OK) status = am_checkpoint_load(x, &state, path.data, error);
  const bool written = am_train_config(&begun, folder, NULL) == AMINE_OK; /* it is written last */
  const am_config *from = written ? &begun : config;
  if (status == AMINE_OK) memcpy(x->config.weights, from->weights, sizeof begun.weights);
  if (x) am_text_free(&x->notes); /* it was said */
  am_config_free(&begun);
  if (status == AMINE_OK) status = run(x, &state, false, folder, watch, error);
  am_experiment_destroy(x);
  am_text_free(&path);
  am_folder_unlock(held);
  return status;
}
