/* One run on a board as its folder tells of it (see folder_run.h). */
#include "live/folder_run.h"

#include <math.h>
#include <string.h>

#include "format/json.h"
#include "live/describe.h"
#include "live/held.h"
#include "live/stamp.h"
#include "live/tail.h"
#include "run/config/objects.h"
#include "run/config/saved.h"
#include "run/lines.h"
#include "run/simulate/checkpoint.h"
#include "run/simulate/run.h"
#include "run/train/train.h"

#define SERIES_LIMIT ((size_t)1 << 20)

struct am_folder_run {
  am_board *board;
  const am_registry *parts;
  char *folder;
  int number; /* on the board; -1: not yet */
  bool is_brain;
  am_text name;
  am_stamp config, recording, done, series, checkpoint;
  /* what the configuration says */
  uint64_t iterations, steps; /* planned */
  bool at_criterion;          /* it stops where the criterion is reached */
  double dt_ms, duration_s, clamped[AM_N_MODULATORS];
  bool complete; /* the checkpoint is the end of what is planned */
  double last, last_s,
      pace;      /* iterations or s, at so many seconds; done a second since the look before */
  am_text state; /* as it was put */
};

/* ------------------------------------------------------------------------------ what it is */
static amine_status describe_train(am_folder_run *r, am_text *text, amine_error *error) {
  am_config config;
  am_task *task = NULL;
  am_config_begin(&config, r->parts);
  amine_status status = am_train_config(&config, r->folder, error);
  if (status == AMINE_OK) status = am_config_resolve(&config, error);
  if (status == AMINE_OK) status = am_task_of_config(&task, &config, error);
  if (status == AMINE_OK)
    status = am_live_describe_train(text, &config, task, r->folder, false, AM_LIVE_NO_TWIN, error);
  if (status == AMINE_OK) {
    r->iterations = config.common.iterations;
    r->at_criterion = config.common.stop_at_criterion;
    r->name.length = 0;
    am_live_name(&r->name, config.preset, task->type->part.name, config.common.seed);
  }
  am_task_destroy(task);
  am_config_free(&config);
  return status;
}

static amine_status describe_brain(am_folder_run *r, am_text *text, amine_error *error) {
  am_simulation_config config;
  amine_brain *brain = NULL;
  AM_TRY(am_simulation_folder_config(&config, r->parts, r->folder, error));
  amine_status status = am_simulation_config_brain(&config, &brain, NULL, error);
  if (status == AMINE_OK)
    status = am_live_describe_brain(text, &config, NULL, r->folder, false, AM_LIVE_NO_TWIN, error);
  if (status == AMINE_OK) {
    r->dt_ms = amine_brain_dt(brain);
    r->steps = am_simulation_steps(&config, r->dt_ms);
    r->duration_s = (double)r->steps * r->dt_ms * 1e-3;
    for (int k = 0; k < AM_N_MODULATORS; k++)
      if (!am_simulation_clamp(&config, (am_modulator)k, &r->clamped[k]))
        r->clamped[k] = (double)NAN;
    r->name.length = 0;
    am_live_name(&r->name, json_string_value(json_object_get(config.root, "preset")),
                 config.protocol->name, config.values[AM_SIM_SEED].integer);
  }
  amine_brain_destroy(brain);
  am_simulation_config_free(&config);
  return status;
}

static amine_status describe(am_folder_run *r, am_text *text, amine_error *error) {
  r->is_brain = am_simulation_folder(r->folder);
  const amine_status status =
      r->is_brain ? describe_brain(r, text, error) : describe_train(r, text, error);
  if (status == AMINE_OK && r->name.failed) return am_fail_memory(error, 64);
  return status;
}

/* Also notes how the files are that it was made from. */
static bool is_described_anew(am_folder_run *r) {
  const bool config = am_stamp_changed(&r->config, r->folder, AM_CONFIG_FILE);
  const bool done = am_stamp_changed(&r->done, r->folder, AM_INTERVENTIONS_FILE);
  return am_stamp_changed(&r->recording, r->folder, AM_RECORDING_FILE) || config || done;
}

/* ------------------------------------------------------------------------------ how far it is */
/* Of a training that ends at its criterion: whether the checkpoint has reached it. */
static bool has_reached(const char *path) {
  uint64_t said[3] = {0};
  const size_t two = 2, three = 3;
  am_tensor_file *f = NULL;
  if (am_saved_open(&f, path, NULL) != AMINE_OK) return false;
  const bool found =
      am_tensor_file_copy(f, "run.criterion", said, AM_U64, 1, &two, NULL) == AMINE_OK ||
      am_tensor_file_copy(f, "run.criterion", said, AM_U64, 1, &three, NULL) == AMINE_OK;
  am_tensor_file_close(f);
  return found && said[1] > 0;
}

static bool is_complete(const am_folder_run *r) {
  am_text path = {0};
  uint64_t done = 0;
  if (am_folder_path(&path, r->folder, AM_CHECKPOINT_FILE, NULL) != AMINE_OK) return false;
  bool is;
  if (r->is_brain)
    is = am_simulation_checkpoint_step(&done, path.data, NULL) == AMINE_OK && done >= r->steps;
  else
    is = am_train_done(&done, r->folder, NULL) == AMINE_OK &&
         (done >= r->iterations || (r->at_criterion && has_reached(path.data)));
  am_text_free(&path);
  return is;
}

/* Why it does not go on; NULL: it does. The checkpoint is read once only. */
static const char *ended(am_folder_run *r, bool config_changed) {
  if (am_folder_is_locked(r->folder)) return NULL;
  if (am_stamp_changed(&r->checkpoint, r->folder, AM_CHECKPOINT_FILE) || config_changed)
    r->complete = is_complete(r);
  return r->complete ? "done" : "stopped";
}

/* How much of it is done in a second: since the look before, or, where that was never, in all. */
static void take_pace(am_folder_run *r, double now, double seconds) {
  if (now == r->last) return;
  if (seconds > r->last_s && now > r->last) r->pace = (now - r->last) / (seconds - r->last_s);
  r->last = now;
  r->last_s = seconds;
}

/* ------------------------------------------------------------------------------ its state */
static void put_train(am_text *text, am_folder_run *r, const json_t *line, const char *why) {
  const double done = am_json_number_of(line, "iteration");
  const uint64_t iteration = done >= 0 ? (uint64_t)done : 0;
  const double left = r->iterations > iteration ? (double)(r->iterations - iteration) : 0;
  am_held held = {.rate_factor = 1};
  am_held_read(&held, r->folder, iteration);
  take_pace(r, (double)iteration, am_json_number_of(line, "seconds"));
  const bool goes = !why && r->pace > 0;
  am_json_put_uint(text, "iteration", iteration);
  am_json_put_uint(text, "iterations", r->iterations);
  am_json_put_double(text, "seconds", am_json_number_of(line, "seconds"));
  am_json_put_double(text, "rate", r->pace > 0 ? r->pace : (double)NAN);
  am_json_put_double(text, "left_s", goes ? left / r->pace : (double)NAN);
  am_json_put_double(text, "reward", am_json_number_of(line, "reward"));
  am_json_put_bool(text, "resting", held.resting);
  am_json_put_double(text, "rate_factor", held.rate_factor);
  am_held_free(&held);
}

/* Of an object with numbers the values, in its order, or those of the names. */
static void put_values(am_text *text, const char *key, const json_t *object,
                       const char *const *names, int n) {
  const char *name;
  json_t *value;
  int k = 0;
  am_json_list(text, key);
  for (int j = 0; names && j < n; j++) {
    if (k++ > 0) am_text_puts(text, ",");
    am_json_number(text, am_json_number_of(object, names[j]), 6);
  }
  if (!names) json_object_foreach((json_t *)(uintptr_t)object, name, value) {
      if (k++ > 0) am_text_puts(text, ",");
      am_json_number(text, json_is_number(value) ? json_number_value(value) : (double)NAN, 6);
    }
  am_text_puts(text, "]");
}

static void put_held(am_text *text, const am_folder_run *r, uint64_t step) {
  am_held held = {.rate_factor = 1};
  memcpy(held.held, r->clamped, sizeof held.held);
  am_held_read(&held, r->folder, step);
  am_json_put_bool(text, "resting", held.resting);
  am_json_list(text, "held");
  for (int k = 0; k < AM_N_MODULATORS; k++) {
    if (k > 0) am_text_puts(text, ",");
    am_json_number(text, held.held[k], 6);
  }
  am_text_puts(text, "]");
  am_json_list(text, "lesioned");
  for (size_t k = 0; k < held.n_lesioned; k++) {
    if (k > 0) am_text_puts(text, ",");
    am_json_string(text, held.lesioned[k]);
  }
  am_text_puts(text, "]");
  am_held_free(&held);
}

static void put_brain(am_text *text, am_folder_run *r, const json_t *line) {
  const double said = am_json_number_of(line, "t_s"), t_s = said > 0 ? said : 0;
  const uint64_t step = (uint64_t)llround(t_s * 1e3 / r->dt_ms);
  take_pace(r, t_s, am_json_number_of(line, "seconds"));
  am_json_put_uint(text, "step", step);
  am_json_put_double(text, "t_s", t_s);
  am_json_put_double(text, "duration_s", r->duration_s);
  am_json_put_double(text, "seconds", am_json_number_of(line, "seconds"));
  am_json_put_double(text, "realtime", r->pace > 0 ? r->pace : (double)NAN);
  am_json_put_double(text, "reward", am_json_number_of(line, "reward"));
  put_values(text, "rates_hz", json_object_get(line, "rate_hz"), NULL, 0);
  put_values(text, "levels", json_object_get(line, "level"), am_modulator_names, AM_N_MODULATORS);
  put_held(text, r, step);
}

static json_t *last_line(const am_folder_run *r) {
  am_text path = {0}, line = {0};
  json_t *root = NULL;
  if (am_folder_path(&path, r->folder, AM_METRICS_FILE, NULL) == AMINE_OK &&
      am_tail_read(&line, path.data) &&
      am_json_parse(&root, path.data, line.data, line.length, NULL, NULL) != AMINE_OK)
    root = NULL;
  am_text_free(&path);
  am_text_free(&line);
  return root;
}

static bool is_saved(const am_folder_run *r) {
  am_text path = {0};
  const bool is = am_folder_path(&path, r->folder, AM_CHECKPOINT_FILE, NULL) == AMINE_OK &&
                  !am_file_missing(path.data);
  am_text_free(&path);
  return is;
}

static void put_state(am_folder_run *r, bool config_changed) {
  am_text text = {0};
  const char *why = ended(r, config_changed); /* before the line: what ended wrote its last one */
  json_t *line = last_line(r);
  am_json_begin(&text);
  if (r->is_brain) put_brain(&text, r, line);
  else put_train(&text, r, line, why);
  am_json_put_bool(&text, "paused", false);
  am_json_put_double(&text, "speed", 0);
  am_json_put_bool(&text, "saved", is_saved(r));
  am_json_put_bool(&text, "done", why != NULL);
  am_json_put_string(&text, "ended", why);
  am_json_list(&text, "marks");
  am_text_puts(&text, "]");
  am_json_list(&text, "said");
  am_text_puts(&text, "]");
  am_json_end(&text);
  json_decref(line);
  const bool same = r->state.data && text.data && strcmp(r->state.data, text.data) == 0;
  if (!text.failed && !same &&
      am_board_put(r->board, r->number, "state", text.data, text.length, NULL) == AMINE_OK) {
    am_text_free(&r->state);
    r->state = text;
  } else {
    am_text_free(&text);
  }
}

/* ------------------------------------------------------------------------------ looking */
static void put_series(am_folder_run *r) {
  am_text path = {0};
  unsigned char *data = NULL;
  size_t size = 0;
  if (!am_stamp_changed(&r->series, r->folder, AM_EPISODE_FILE) || !r->series.there) return;
  if (am_folder_path(&path, r->folder, AM_EPISODE_FILE, NULL) == AMINE_OK &&
      am_file_read(path.data, SERIES_LIMIT, &data, &size, NULL) == AMINE_OK)
    (void)am_board_put(r->board, r->number, "series", data, size, NULL);
  am_free(data);
  am_text_free(&path);
}

void am_folder_run_look(am_folder_run *r) {
  const bool anew = is_described_anew(r);
  am_text text = {0};
  if (anew && describe(r, &text, NULL) == AMINE_OK)
    (void)am_board_put(r->board, r->number, "run", text.data, text.length, NULL);
  am_text_free(&text);
  put_series(r);
  put_state(r, anew);
}

amine_status am_folder_run_open(am_folder_run **run, am_board *board, const am_registry *parts,
                                const char *folder, amine_error *error) {
  am_text text = {0};
  am_folder_run *r = am_alloc(1, sizeof *r);
  if (!r) return am_fail_memory(error, sizeof *r);
  *r = (am_folder_run){.board = board, .parts = parts, .folder = am_strdup(folder), .number = -1};
  amine_status status = r->folder ? AMINE_OK : am_fail_memory(error, strlen(folder));
  if (status == AMINE_OK) status = am_folder_must_hold_run(folder, error);
  if (status == AMINE_OK) is_described_anew(r);
  if (status == AMINE_OK) status = describe(r, &text, error);
  if (status == AMINE_OK) status = am_board_add(board, &r->number, folder, error);
  if (status == AMINE_OK)
    status = am_board_put(board, r->number, "run", text.data, text.length, error);
  am_text_free(&text);
  if (status != AMINE_OK) {
    am_folder_run_close(r);
    return status;
  }
  put_series(r);
  put_state(r, true);
  *run = r;
  return AMINE_OK;
}

void am_folder_run_close(am_folder_run *r) {
  if (!r) return;
  am_free(r->folder);
  am_text_free(&r->name);
  am_text_free(&r->state);
  am_free(r);
}

int am_folder_run_number(const am_folder_run *r) { return r->number; }
const char *am_folder_run_name(const am_folder_run *r) { return r->name.data; }
const char *am_folder_run_kind(const am_folder_run *r) { return r->is_brain ? "brain" : "train"; }
