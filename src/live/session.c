/* Stretches of runs (see session.h). */
#include "live/session.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "format/json.h"
#include "live/brain.h"
#include "live/describe.h"
#include "live/judge.h"
#include "live/marks.h"
#include "live/server.h"
#include "live/train.h"

/* A run of the session. */
typedef struct life {
  am_live *live;
  int run; /* on the board */
  char *name;
  const char *folder;
  am_control *control;
  am_live_train *train; /* one of these two */
  am_live_brain *brain;
  am_text marks;
  uint64_t step, interventions; /* where the latest stretch ended */
  double time_s;
  const am_config *config;
  const am_simulation_config *simulation;
  const am_train_watch *train_watch; /* of who began it; NULL: a twin */
  const am_simulation_watch *brain_watch;
  am_simulation_outcome *outcome;
  bool again; /* a stretch has been before: nothing is told a second time */
  struct life *twin, *twin_of;
  /* of a twin, which has a thread of its own */
  bool threaded;
  pthread_t thread;
  am_text own_folder;
  am_config own_config;
  am_simulation_config own_simulation;
  am_simulation_outcome own_outcome;
} life;

struct am_live {
  am_board *board;
  am_server *server;
  const am_registry *parts;
  atomic_int stop;                 /* the twins are to end */
  bool offers;                     /* it is a classroom */
  const am_demonstration *running; /* NULL: none */
  int n;
  life *lives[AM_BOARD_RUNS]; /* kept to the end, for twins look at each other */
};

/* ------------------------------------------------------------------------------ the page */
/* The run that was begun last, which is no twin; 0 before there is one. */
static int latest(const am_live *l) {
  int found = 0;
  for (int k = 0; k < l->n; k++)
    if (!l->lives[k]->twin_of) found = k;
  return found;
}

static void put_lives(am_text *text, const am_live *l) {
  am_json_list(text, "runs");
  for (int k = l->offers && !l->running ? l->n : latest(l); k < l->n; k++) {
    const life *a = l->lives[k];
    am_json_begin(text);
    am_json_put_int(text, "run", a->run);
    am_json_put_string(text, "name", a->name);
    am_json_put_string(text, "kind", a->brain ? "brain" : "train");
    if (a->twin_of) am_json_put_int(text, "twin_of", a->twin_of->run);
    am_text_puts(text, "}");
  }
  am_text_puts(text, "]");
}

static void put_runs(am_live *l) {
  const char *title = l->offers ? "What do modulators do?" : l->n > 0 ? l->lives[0]->name : "";
  am_text text = {0};
  am_json_begin(&text);
  am_json_put_string(&text, "mode", l->offers ? "classroom" : "run");
  am_json_put_string(&text, "version", amine_version());
  am_json_put_string(&text, "title", title);
  if (l->offers) am_demonstrations_write(&text);
  if (l->running) am_json_put_string(&text, "running", l->running->name);
  put_lives(&text, l);
  am_json_end(&text);
  if (!text.failed)
    (void)am_board_put(l->board, AM_BOARD_ITSELF, "runs", text.data, text.length, NULL);
  am_text_free(&text);
}

amine_status am_live_open(am_live **live, int port, const am_registry *parts, amine_error *error) {
  am_live *l = am_alloc(1, sizeof *l);
  *live = NULL;
  if (!l) return am_fail_memory(error, sizeof *l);
  l->parts = parts;
  amine_status status = am_board_create(&l->board, error);
  if (status == AMINE_OK) put_runs(l);
  if (status == AMINE_OK) status = am_server_start(&l->server, l->board, port, error);
  if (status == AMINE_OK) *live = l;
  else am_live_close(l);
  return status;
}

const char *am_live_url(const am_live *l) { return am_server_url(l->server); }

bool am_live_was_ended(const am_live *l) {
  return l->n > 0 && l->lives[latest(l)]->control->wish == AM_WISH_END;
}

void am_live_offer(am_live *l) {
  l->offers = true;
  put_runs(l);
}

void am_live_demonstrate(am_live *l, const am_demonstration *demonstration) {
  l->running = demonstration;
  if (!demonstration) put_runs(l);
}

bool am_live_hear(am_live *l, am_board_command *command, const atomic_int *stop) {
  while (!atomic_load(stop)) {
    if (am_board_take(l->board, AM_BOARD_ITSELF, command)) return !am_control_is_quit(command);
    (void)am_board_wait(l->board, AM_BOARD_ITSELF, 0.25);
  }
  return false;
}

void am_live_linger(am_live *l, const atomic_int *stop) { am_control_linger(l->board, stop, NULL); }

/* ------------------------------------------------------------------------------ a run on it */
static void free_life(life *a) {
  am_live_train_destroy(a->train);
  am_live_brain_destroy(a->brain);
  am_text_free(&a->marks);
  am_free(a->name);
  am_text_free(&a->own_folder);
  am_config_free(&a->own_config);
  am_simulation_config_free(&a->own_simulation);
  am_simulation_outcome_free(&a->own_outcome);
  am_free(a);
}

static amine_status furnish(life *a, bool brain, const atomic_int *stop, amine_error *error) {
  am_board *board = a->live->board;
  a->name = am_folder_name(a->folder);
  if (!a->name) return am_fail_memory(error, strlen(a->folder));
  AM_TRY(am_board_add(board, &a->run, a->folder, error));
  AM_TRY(brain ? am_live_brain_create(&a->brain, board, a->run, stop, error)
               : am_live_train_create(&a->train, board, a->run, stop, error));
  a->control = brain ? am_live_brain_control(a->brain) : am_live_train_control(a->train);
  a->control->marks = &a->marks;
  a->control->yields = a->live->offers && !a->twin_of;
  if (a->live->running) a->control->speed = a->live->running->speed;
  return am_marks_list(&a->marks, a->folder, error);
}

/* A run more, with its place on the board and what shows it there; the folder outlives its stretches. */
static amine_status begin(life **out, am_live *live, const char *folder, bool brain, life *twin_of,
                          const atomic_int *stop, amine_error *error) {
  life *a = am_alloc(1, sizeof *a);
  *out = a;
  if (!a) return am_fail_memory(error, sizeof *a);
  am_config_begin(&a->own_config, live->parts);
  a->live = live;
  a->folder = folder;
  a->twin_of = twin_of;
  const amine_status status = furnish(a, brain, stop, error);
  if (status == AMINE_OK) {
    live->lives[live->n++] = a;
    put_runs(live);
  } else {
    free_life(a);
    *out = NULL;
  }
  return status;
}

static void show_state(life *a, const char *ended) {
  if (a->brain) am_live_brain_end(a->brain, ended);
  else am_live_train_end(a->train, ended);
}

static void changed(void *context) { show_state(context, NULL); }

static void end(life *a, amine_status status, const amine_error *error) {
  atomic_store(&a->control->over, true);
  show_state(a, status == AMINE_OK              ? "done"
                : status == AMINE_ERROR_STOPPED ? "stopped"
                                                : error->message);
}

/* ------------------------------------------------------------------------------ a stretch */
static int twin_of(const life *a) { return a->twin_of ? a->twin_of->run : AM_LIVE_NO_TWIN; }

static void put_about(const life *a, const am_text *text) {
  (void)am_board_put(a->live->board, a->run, "run", text->data, text->length, NULL);
}

static void train_progress(void *context, const am_train_progress *now) {
  life *a = context;
  am_live_train_progress(a->train, now);
  if (a->train_watch && a->train_watch->progress)
    a->train_watch->progress(a->train_watch->context, now);
}

static void train_notes(void *context, const char *lines) {
  const life *a = context;
  if (!a->again && a->train_watch && a->train_watch->notes)
    a->train_watch->notes(a->train_watch->context, lines);
}

static bool train_moment(void *context, am_experiment *x, am_interventions *interventions) {
  life *a = context;
  am_text about = {0};
  if (!a->again) {
    if (am_live_describe_train(&about, &x->config, x->task, a->folder, true, twin_of(a), NULL) ==
        AMINE_OK)
      put_about(a, &about);
    am_text_free(&about);
  }
  a->again = true;
  const bool goes = am_live_train_moment(a->train, x, interventions);
  a->step = x->learner->iteration;
  a->time_s = (double)NAN;
  a->interventions = am_interventions_done(interventions);
  return goes;
}

static void brain_progress(void *context, const am_simulation_progress *now) {
  life *a = context;
  am_live_brain_progress(a->brain, now);
  if (a->brain_watch && a->brain_watch->progress)
    a->brain_watch->progress(a->brain_watch->context, now);
}

static void brain_notes(void *context, const char *lines) {
  const life *a = context;
  if (!a->again && a->brain_watch && a->brain_watch->notes)
    a->brain_watch->notes(a->brain_watch->context, lines);
}

static void brain_spikes(void *context, const am_spike *spikes, size_t n) {
  am_live_brain_spikes(((life *)context)->brain, spikes, n);
}

static bool brain_moment(void *context, am_simulation *s, am_interventions *interventions) {
  life *a = context;
  am_text about = {0};
  if (!a->again) {
    if (am_live_describe_brain(&about, a->simulation, s->brain, a->folder, true, twin_of(a),
                               NULL) == AMINE_OK)
      put_about(a, &about);
    am_text_free(&about);
  }
  a->again = true;
  const bool goes = am_live_brain_moment(a->brain, s, interventions);
  a->step = amine_brain_step(s->brain);
  a->time_s = am_simulation_time(s);
  a->interventions = am_interventions_done(interventions);
  return goes;
}

/* To its end, or to where somebody wishes something. */
static amine_status stretch(life *a, bool resume, amine_error *error) {
  if (a->train) {
    const am_train_watch *own = a->train_watch;
    const am_train_watch watch = {.progress = train_progress,
                                  .notes = train_notes,
                                  .context = a,
                                  .moment = train_moment,
                                  .script = own ? own->script : NULL,
                                  .stop = a->control->stop};
    return resume ? am_train_resume(a->config, a->folder, &watch, error)
                  : am_train_new(a->config, a->folder, &watch, error);
  }
  const am_simulation_watch *own = a->brain_watch;
  const am_simulation_watch watch = {.progress = brain_progress,
                                     .notes = brain_notes,
                                     .context = a,
                                     .moment = brain_moment,
                                     .spikes = {brain_spikes, a},
                                     .script = own ? own->script : NULL,
                                     .stop = a->control->stop};
  am_simulation_outcome_free(a->outcome);
  return resume ? am_simulation_resume(a->outcome, a->simulation, a->folder, &watch, error)
                : am_simulation_new(a->outcome, a->simulation, a->folder, &watch, error);
}

/* ------------------------------------------------------------------------------ wishes */
static amine_status live_on(life *a, bool resume, amine_error *error);

static void *live_beside(void *context) {
  life *a = context;
  amine_error error = {0};
  end(a, live_on(a, true, &error), &error);
  return NULL;
}

/* Its own configuration, of its own folder; it runs on one thread. */
static amine_status configure_twin(life *twin, amine_error *error) {
  if (twin->brain) {
    twin->simulation = &twin->own_simulation;
    twin->outcome = &twin->own_outcome;
    AM_TRY(
        am_simulation_folder_config(&twin->own_simulation, twin->live->parts, twin->folder, error));
    const char *one = "threads=1";
    return am_simulation_config_apply(&twin->own_simulation, &one, 1, error);
  }
  twin->config = &twin->own_config;
  AM_TRY(am_train_config(&twin->own_config, twin->folder, error));
  twin->own_config.common.threads = 1;
  return am_config_resolve(&twin->own_config, error);
}

/* FOLDER-twin, or with -2, -3, ... behind. */
static amine_status choose_folder(am_text *out, const char *folder, amine_error *error) {
  for (int k = 1; k < 1000; k++) {
    out->length = 0;
    am_text_printf(out, k == 1 ? "%s-twin" : "%s-twin-%d", folder, k);
    if (out->failed) return am_fail_memory(error, strlen(folder) + 16);
    if (am_file_missing(out->data)) return AMINE_OK;
  }
  return am_fail(error, AMINE_ERROR_ARGUMENT, "there are too many twins of %.200s", folder);
}

static amine_status begin_twin(life *a, amine_error *error) {
  am_text folder = {0};
  life *twin = NULL;
  if (a->twin_of || (a->twin && !atomic_load(&a->twin->control->over)))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "there is a twin of it already");
  amine_status status = choose_folder(&folder, a->folder, error);
  if (status == AMINE_OK) status = am_marks_copy_folder(a->folder, folder.data, error);
  if (status == AMINE_OK)
    status = begin(&twin, a->live, folder.data, a->brain != NULL, a, &a->live->stop, error);
  if (status != AMINE_OK) {
    am_text_free(&folder);
    return status;
  }
  twin->own_folder = folder;
  status = configure_twin(twin, error);
  if (status == AMINE_OK) {
    const double at = a->brain ? a->time_s : (double)a->step;
    am_control *one = a->control, *other = twin->control;
    other->paused = one->paused;
    other->speed = one->speed;
    atomic_store(&one->at, at);
    atomic_store(&other->at, at);
    atomic_store(&one->beside, other);
    atomic_store(&other->beside, one);
    a->twin = twin;
    twin->threaded = pthread_create(&twin->thread, NULL, live_beside, twin) == 0;
    if (!twin->threaded) status = am_fail(error, AMINE_ERROR_MEMORY, "no thread for a twin");
  }
  if (status != AMINE_OK) end(twin, status, error);
  return status;
}

static amine_status fulfil(life *a, amine_error *error) {
  am_control *c = a->control;
  switch (c->wish) {
  case AM_WISH_MARK:
    AM_TRY(am_marks_add(a->folder, a->step, a->time_s, a->interventions, error));
    return am_marks_list(&a->marks, a->folder, error);
  case AM_WISH_BACK:
    AM_TRY(am_marks_back(a->folder, c->of, error));
    c->epoch++;
    c->until = UINT64_MAX;
    c->paced = false;
    return AMINE_OK;
  default: return begin_twin(a, error);
  }
}

/* Does what was wished; what cannot be done is said on the page, and the run goes on. */
static void do_wish(life *a) {
  static const char *const done[] = {[AM_WISH_MARK] = "this state is kept",
                                     [AM_WISH_BACK] = "back there",
                                     [AM_WISH_TWIN] = "a twin goes on beside it"};
  amine_error error = {0};
  const uint64_t id = a->control->wish_id;
  const amine_status status = fulfil(a, &error);
  if (status == AMINE_OK) am_control_say(a->control, id, true, "%s", done[a->control->wish]);
  else am_control_say(a->control, id, false, "%s", error.message);
  a->control->wish = AM_WISH_NONE;
}

/* The whole of a run. */
static amine_status live_on(life *a, bool resume, amine_error *error) {
  for (;; resume = true) {
    const amine_status status = stretch(a, resume, error);
    const am_control *c = a->control;
    if (status != AMINE_ERROR_STOPPED || (c->stop && atomic_load(c->stop)) ||
        c->wish == AM_WISH_END)
      return status;
    if (c->wish != AM_WISH_NONE) do_wish(a);
    else if (a->train && am_judge_is_asked(a->config))
      AM_TRY(am_judge_wait(a->control, a->config, a->folder, changed, a, error));
    else return status;
  }
}

amine_status am_live_run_train(am_live *live, const am_config *config, const char *folder,
                               bool resume, const am_train_watch *watch, amine_error *error) {
  life *a;
  AM_TRY(begin(&a, live, folder, false, NULL, watch->stop, error));
  a->config = config;
  a->train_watch = watch;
  const amine_status status = live_on(a, resume, error);
  end(a, status, error);
  return status;
}

amine_status am_live_run_brain(am_live *live, am_simulation_outcome *outcome,
                               const am_simulation_config *config, const char *folder, bool resume,
                               const am_simulation_watch *watch, amine_error *error) {
  life *a;
  AM_TRY(begin(&a, live, folder, true, NULL, watch->stop, error));
  a->simulation = config;
  a->brain_watch = watch;
  a->outcome = outcome;
  const amine_status status = live_on(a, resume, error);
  end(a, status, error);
  return status;
}

/* ------------------------------------------------------------------------------ the end */
void am_live_close(am_live *l) {
  if (!l) return;
  atomic_store(&l->stop, 1);
  if (l->board) am_board_wake(l->board);
  for (int k = 0; k < l->n; k++)
    if (l->lives[k]->threaded) pthread_join(l->lives[k]->thread, NULL);
  am_server_stop(l->server);
  for (int k = 0; k < l->n; k++) free_life(l->lives[k]);
  am_board_destroy(l->board);
  am_free(l);
}
