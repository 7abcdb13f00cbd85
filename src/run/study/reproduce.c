/* Running and judging a study (see reproduce.h). */
#include "run/study/reproduce.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/threads.h"
#include "format/file.h"
#include "format/json.h"
#include "run/folder.h"
#include "run/simulate/recording.h"
#include "run/study/sweep_table.h"
#include "run/study/training.h"

#define RASTER_S 1.0

/* The spikes of the last second of a run, or of what there is to see of it. */
typedef struct raster {
  const am_simulation *simulation;
  uint64_t from; /* step */
  uint32_t *neurons;
  uint64_t *steps;
  size_t n, capacity;
  bool failed;
} raster;

typedef struct session {
  am_reproduction *r;
  const char *folder;            /* NULL: nothing is kept */
  const am_side_watch *watch;    /* NULL: nobody looks on */
  int n_pending, *pending;       /* runs that are to be done: arm * n_seeds + seed */
  double *begun;                 /* [n_pending] when each began, by am_clock */
  bool trains;                   /* the runs are training: */
  uint64_t *iterations;          /* [n_arms], or else */
  am_simulation_config *configs; /* [n_pending] */
  raster *rasters;               /* [n_arms] if the study wants them */
  am_appender *lines;
  pthread_mutex_t lock; /* of `lines` and n_kept */
  int n_kept;           /* of those that were pending */
  atomic_bool broken;   /* a run could not be kept: the others stop */
} session;

static int arm_of(const session *s, int pending) {
  return s->pending[pending] / s->r->plan.n_seeds;
}
static int seed_of(const session *s, int pending) {
  return s->pending[pending] % s->r->plan.n_seeds;
}

double am_reproduction_value(const am_reproduction *r, int arm, int seed, int measure) {
  const am_study_run *run = &r->runs[arm * r->plan.n_seeds + seed];
  return run->done ? run->measures[measure] : (double)NAN;
}

int am_reproduction_done(const am_reproduction *r) {
  int n = 0;
  for (int k = 0; k < r->n_runs; k++) n += r->runs[k].done;
  return n;
}

void am_reproduction_free(am_reproduction *r) {
  for (int k = 0; r->runs && k < r->n_runs; k++) am_study_run_free(&r->runs[k]);
  am_free(r->runs);
  *r = (am_reproduction){0};
}

/* ------------------------------------------------------------------------------ one run */
/* What JSON cannot say is NAN, and there is one zero: so a run that was read back is the same. */
static void measure(const am_simulation *s, double *values) {
  am_simulation_measure(s, values);
  for (int k = 0; k < s->config->protocol->n_measures; k++)
    values[k] = isfinite(values[k]) ? values[k] + 0.0 : (double)NAN;
}

static amine_status sample(void *context, int pending, const am_simulation *simulation,
                           amine_error *error) {
  const session *s = context;
  am_study_run *run = &s->r->runs[s->pending[pending]];
  const size_t m = (size_t)simulation->config->protocol->n_measures;
  const uint64_t slices = am_simulation_slices(simulation);
  const uint64_t most = slices < AM_STUDY_SAMPLES ? slices : AM_STUDY_SAMPLES;
  if (atomic_load(&s->broken)) return am_fail(error, AMINE_ERROR_STOPPED, "stopped");
  if (!run->times) {
    AM_TRY(am_study_run_make(run, (size_t)most, m, error));
    run->done = false;
    run->n_samples = 0;
  }
  if (am_simulation_slice(simulation) != (run->n_samples + 1) * slices / most) return AMINE_OK;
  run->times[run->n_samples] = am_simulation_time(simulation);
  measure(simulation, run->course + run->n_samples++ * m);
  return AMINE_OK;
}

static void put_names(am_text *line, const char *key, const am_protocol *protocol,
                      const am_study_run *run) {
  am_json_put_key(line, key);
  am_json_begin(line);
  for (int k = 0; k < protocol->n_measures; k++)
    am_json_put_double(line, protocol->measures[k].name, run->measures[k]);
  am_text_puts(line, "}");
}

/* Every `stride`-th of n numbers. */
static void put_array(am_text *line, const char *key, const double *values, size_t n,
                      size_t stride) {
  am_json_list(line, key);
  for (size_t k = 0; k < n; k++) {
    if (k > 0) am_text_puts(line, ",");
    am_json_number(line, values[k * stride], 17);
  }
  am_text_puts(line, "]");
}

static void put_run(am_text *line, const am_reproduction *r, int k) {
  const int arm = k / r->plan.n_seeds, seed = k % r->plan.n_seeds;
  const am_protocol *protocol = r->protocols[arm];
  const am_study_run *run = &r->runs[k];
  am_json_begin(line);
  am_json_put_string(line, "arm", r->plan.study->arms[arm].name);
  am_json_put_uint(line, "seed", r->plan.first_seed + (uint64_t)seed);
  am_json_put_string(line, "form", am_study_plan_form_name(&r->plan));
  if (run->broke) am_json_put_string(line, "broke", run->broke);
  put_names(line, "measures", protocol, run);
  put_array(line, "times", run->times, run->n_samples, 1);
  am_json_put_key(line, "course");
  am_json_begin(line);
  for (int i = 0; i < protocol->n_measures; i++)
    put_array(line, protocol->measures[i].name, run->course + i, run->n_samples,
              (size_t)protocol->n_measures);
  am_text_puts(line, "}");
  am_json_end(line);
}

static amine_status append(session *s, const am_text *line, amine_error *error) {
  if (!s->lines) return AMINE_OK;
  if (line->failed) return am_fail_memory(error, line->length);
  AM_TRY(am_appender_append(s->lines, line->data, line->length, error));
  return am_appender_sync(s->lines, error);
}

static amine_status keep(session *s, int pending, amine_error *error) {
  am_text line = {0};
  if (s->lines) put_run(&line, s->r, s->pending[pending]);
  pthread_mutex_lock(&s->lock);
  const amine_status status = append(s, &line, error);
  const int left = s->n_pending - ++s->n_kept;
  pthread_mutex_unlock(&s->lock);
  am_text_free(&line);
  if (status == AMINE_OK && s->watch && s->watch->finished)
    s->watch->finished(s->watch->context, am_clock() - s->begun[pending], left);
  return status;
}

/* A run of a sweep whose numbers broke has no measures, and ends nothing but itself: AMINE_OK. */
static amine_status bear(session *s, int pending, amine_error *error, amine_status status) {
  am_reproduction *r = s->r;
  am_study_run *run = &r->runs[s->pending[pending]];
  if (status != AMINE_ERROR_NUMERIC || !r->plan.study->sweep) return status;
  const size_t n = (size_t)r->protocols[arm_of(s, pending)]->n_measures;
  char *sentence = am_strdup(error->message);
  if (!sentence) return am_fail_memory(error, strlen(error->message));
  am_study_run_free(run);
  status = am_study_run_make(run, 0, n, error);
  if (status != AMINE_OK) {
    am_free(sentence);
    return status;
  }
  run->done = false;
  run->broke = sentence;
  for (size_t k = 0; k < n; k++) run->measures[k] = (double)NAN;
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ rasters */
static bool wants_raster(const session *s, int pending) {
  return s->folder && s->r->plan.study->raster && seed_of(s, pending) == 0;
}

/* The step at which what there is to see ends, for now. */
static uint64_t end_of(const am_simulation *s) {
  return (uint64_t)(am_simulation_shown(s) * 1e3 / s->stage.dt_ms + 0.5);
}

/* Forgets the spikes that are older than the last second before it. */
static void forget(raster *x) {
  const uint64_t end = end_of(x->simulation);
  const uint64_t length = am_stage_steps(&x->simulation->stage, 1e3 * RASTER_S);
  size_t first = 0;
  x->from = end > length ? end - length : 0;
  while (first < x->n && x->steps[first] < x->from) first++;
  if (first == 0) return;
  x->n -= first;
  memmove(x->neurons, x->neurons + first, x->n * sizeof *x->neurons);
  memmove(x->steps, x->steps + first, x->n * sizeof *x->steps);
}

static void take_spikes(void *context, const am_spike *spikes, size_t n) {
  raster *x = context;
  const uint64_t end = end_of(x->simulation);
  for (size_t k = 0; k < n && !x->failed; k++) {
    if (spikes[k].step > end) continue;
    if (x->n == x->capacity) forget(x);
    if (2 * x->n > x->capacity || x->capacity == 0) {
      const size_t capacity = am_size_add(1024, am_size_mul(x->capacity, 2));
      uint32_t *neurons = am_resize(x->neurons, capacity, sizeof *neurons);
      if (neurons) x->neurons = neurons;
      uint64_t *steps = am_resize(x->steps, capacity, sizeof *steps);
      if (steps) x->steps = steps;
      x->failed = !neurons || !steps;
      if (x->failed) return;
      x->capacity = capacity;
    }
    x->neurons[x->n] =
        am_simulation_first(x->simulation, spikes[k].population) + (uint32_t)spikes[k].neuron;
    x->steps[x->n++] = spikes[k].step;
  }
}

static am_spike_sink sink_of(void *context, int pending, const am_simulation *simulation) {
  session *s = context;
  s->begun[pending] = am_clock();
  if (!wants_raster(s, pending)) return (am_spike_sink){0};
  raster *x = &s->rasters[arm_of(s, pending)];
  *x = (raster){.simulation = simulation};
  return (am_spike_sink){take_spikes, x};
}

static amine_status keep_raster(session *s, int pending, amine_error *error) {
  if (!wants_raster(s, pending)) return AMINE_OK;
  const int arm = arm_of(s, pending);
  raster *x = &s->rasters[arm];
  am_text path = {0};
  if (x->failed) return am_fail_memory(error, x->capacity * 24);
  forget(x);
  am_text_printf(&path, "%s/" AM_STUDY_RASTER_FILE, s->folder, (size_t)arm);
  amine_status status = path.failed ? am_fail_memory(error, strlen(s->folder) + 32)
                                    : am_simulation_raster_write(x->simulation, x->from, x->neurons,
                                                                 x->steps, x->n, path.data, error);
  am_text_free(&path);
  return status;
}

static amine_status conclude(session *s, int pending, amine_status status, amine_error *error) {
  if (status == AMINE_OK) status = keep(s, pending, error);
  if (status == AMINE_OK) s->r->runs[s->pending[pending]].done = true;
  else atomic_store(&s->broken, true);
  return status;
}

/* The raster comes first: a run that has its line has it, too. */
static amine_status finished(void *context, int pending, am_simulation *simulation,
                             amine_error *error) {
  session *s = context;
  measure(simulation, s->r->runs[s->pending[pending]].measures);
  return conclude(s, pending, keep_raster(s, pending, error), error);
}

static amine_status failed(void *context, int pending, amine_status status, amine_error *error) {
  session *s = context;
  status = bear(s, pending, error, status);
  return status == AMINE_OK ? conclude(s, pending, status, error) : status;
}

/* ------------------------------------------------------------------------------ the folder */
static amine_status write_tree(const char *folder, const json_t *root, amine_error *error) {
  am_text text = {0}, path = {0};
  am_tree_write(&text, root, NULL);
  am_text_puts(&text, "\n");
  amine_status status = am_folder_path(&path, folder, AM_STUDY_FILE, error);
  if (status == AMINE_OK && text.failed) status = am_fail_memory(error, text.length);
  if (status == AMINE_OK) status = am_file_replace(path.data, text.data, text.length, error);
  am_text_free(&text);
  am_text_free(&path);
  return status;
}

static amine_status check_same(const am_study_source *found, const json_t *tree, const char *folder,
                               amine_error *error) {
  char path[AM_PATH_MAX];
  am_text was = {0}, is = {0};
  if (!am_study_plan_difference(path, found->root, tree)) return AMINE_OK;
  const json_t *before = am_tree_get(found->root, path), *now = am_tree_get(tree, path);
  if (before) am_tree_text(&was, before);
  if (now) am_tree_text(&is, now);
  const amine_status status =
      am_fail(error, AMINE_ERROR_ARGUMENT,
              "%.200s holds another experiment: there %.100s is %.60s, here %.60s; choose another "
              "folder (--out)",
              folder, path, was.data ? was.data : "nothing", is.data ? is.data : "nothing");
  am_text_free(&was);
  am_text_free(&is);
  return status;
}

/* Takes the runs that are there; what is taken is empty in *found afterwards. */
static amine_status adopt(am_reproduction *r, am_study_source *found, const char *folder,
                          amine_error *error) {
  const int n = r->plan.n_seeds;
  for (size_t a = 0; a < found->n_arms; a++)
    for (size_t k = 0; k < found->n_seeds; k++) {
      am_study_run *run = &found->arms[a].runs[k];
      const uint64_t seed = found->first_seed + k;
      if (!run->done) continue;
      if (seed < r->plan.first_seed || seed - r->plan.first_seed >= (uint64_t)n)
        return am_fail(error, AMINE_ERROR_ARGUMENT,
                       "%.200s holds a run of seed %llu, which is not one of the seeds %llu to "
                       "%llu: ask for it too, or choose another folder (--out)",
                       folder, (unsigned long long)seed, (unsigned long long)r->plan.first_seed,
                       (unsigned long long)(r->plan.first_seed + (uint64_t)n - 1));
      r->runs[(int)a * n + (int)(seed - r->plan.first_seed)] = *run;
      *run = (am_study_run){0};
      r->n_before++;
    }
  return AMINE_OK;
}

/* *position: where runs.jsonl goes on. */
static amine_status take_up(session *s, uint64_t *position, const json_t *tree,
                            amine_error *error) {
  am_study_source found = {0};
  AM_TRY(am_study_source_read(&found, s->folder, false, error));
  amine_status status = check_same(&found, tree, s->folder, error);
  if (status == AMINE_OK) status = adopt(s->r, &found, s->folder, error);
  *position = found.position;
  am_study_source_free(&found);
  return status;
}

static amine_status begin_anew(const char *runs, amine_error *error) {
  struct stat about;
  if (am_io.stat(runs, &about) != 0) return AMINE_OK;
  return am_fail_file(error, AMINE_ERROR_INPUT, runs, -1,
                      "there is no " AM_STUDY_FILE " beside it that says of what these runs are");
}

static amine_status open_folder(session *s, const json_t *tree, amine_error *error) {
  am_text runs = {0};
  uint64_t position = 0;
  bool there = false;
  AM_TRY(am_folder_must_hold_no_run(s->folder, error));
  AM_TRY(am_study_folder(&there, s->folder, error));
  amine_status status = am_folder_path(&runs, s->folder, AM_STUDY_RUNS_FILE, error);
  if (status == AMINE_OK)
    status = there ? take_up(s, &position, tree, error) : begin_anew(runs.data, error);
  if (status == AMINE_OK) status = write_tree(s->folder, tree, error);
  if (status == AMINE_OK) status = am_appender_open(&s->lines, runs.data, position, error);
  am_text_free(&runs);
  return status;
}

/* runs.jsonl in the order of arms and seeds. */
static amine_status write_runs(const session *s, amine_error *error) {
  am_text text = {0}, path = {0};
  for (int k = 0; k < s->r->n_runs; k++) put_run(&text, s->r, k);
  amine_status status = am_folder_path(&path, s->folder, AM_STUDY_RUNS_FILE, error);
  if (status == AMINE_OK && text.failed) status = am_fail_memory(error, text.length);
  if (status == AMINE_OK) status = am_file_replace(path.data, text.data, text.length, error);
  am_text_free(&text);
  am_text_free(&path);
  return status;
}

/* A number, or null. */
static json_t *number(double value) { return isfinite(value) ? json_real(value) : json_null(); }

static amine_status put_verdicts(json_t *tree, const am_reproduction *r, amine_error *error) {
  json_t *array = json_array();
  int failed = json_object_set_new(tree, "verdicts", array);
  for (int k = 0; k < am_study_plan_form(&r->plan)->n_criteria; k++) {
    const am_verdict *v = &r->verdicts[k];
    json_t *item = json_object();
    failed |= json_object_set_new(item, "value", number(v->value));
    failed |= json_object_set_new(item, "low95", number(v->low));
    failed |= json_object_set_new(item, "high95", number(v->high));
    failed |= json_object_set_new(item, "inside", json_integer(v->inside));
    failed |= json_object_set_new(item, "answer", json_string(am_answer_name(v->answer)));
    failed |= json_array_append_new(array, item);
  }
  failed |= json_object_set_new(tree, "answer", json_string(am_answer_name(r->answer)));
  return failed ? am_fail_memory(error, 4096) : AMINE_OK;
}

/* ------------------------------------------------------------------------------ all of it */
static uint64_t seed_at(const session *s, int k) {
  return s->r->plan.first_seed + (uint64_t)(k % s->r->plan.n_seeds);
}

/* Where run k (arm * n_seeds + seed) is kept until it is finished; without data where none is. */
static amine_status path_of(am_text *path, const session *s, int k, amine_error *error) {
  const int n = s->r->plan.n_seeds;
  if (!s->folder) return AMINE_OK;
  am_text_printf(path, "%s/" AM_STUDY_RUN_FILE, s->folder, k / n,
                 (unsigned long long)seed_at(s, k));
  return path->failed ? am_fail_memory(error, strlen(s->folder) + 64) : AMINE_OK;
}

/* A file that cannot go is no failure: the run has its line, and the next session tries again. */
static void drop(const session *s, int k) {
  am_text path = {0};
  if (path_of(&path, s, k, NULL) == AMINE_OK && path.data) am_io.unlink(path.data);
  am_text_free(&path);
}

/* A training is configured when it begins; here is how long those of each arm are. */
static amine_status take_lengths(session *s, amine_error *error) {
  const am_study_plan *plan = &s->r->plan;
  AM_TRY(AM_TAKE(s->iterations, (size_t)plan->study->n_arms, error));
  for (int arm = 0; arm < plan->study->n_arms; arm++) {
    am_config config;
    AM_TRY(am_study_training_config(&config, plan, arm, plan->first_seed, error));
    s->iterations[arm] = config.common.iterations;
    am_config_free(&config);
  }
  return AMINE_OK;
}

static amine_status list_pending(session *s, amine_error *error) {
  const am_reproduction *r = s->r;
  const size_t n = (size_t)r->n_runs;
  AM_TRY(AM_TAKE(s->pending, n, error));
  AM_TRY(AM_TAKE(s->begun, n, error));
  if (s->trains) AM_TRY(take_lengths(s, error));
  else AM_TRY(AM_TAKE(s->configs, n, error));
  if (r->plan.study->raster)
    AM_TRY(AM_TAKE(s->rasters, (size_t)r->plan.study->n_arms, error));
  for (int seed = 0; seed < r->plan.n_seeds; seed++) /* seed by seed: all arms are served alike */
    for (int arm = 0; arm < r->plan.study->n_arms; arm++) {
      const int k = arm * r->plan.n_seeds + seed;
      if (r->runs[k].done) {
        if (s->trains) drop(s, k); /* of a session that was killed in between */
        continue;
      }
      am_simulation_config *config = s->trains ? NULL : &s->configs[s->n_pending];
      if (config) AM_TRY(am_study_plan_config(config, &r->plan, arm, seed_at(s, k), error));
      s->pending[s->n_pending++] = k;
    }
  return AMINE_OK;
}

static void take_values(double *values, const am_reproduction *r, int arm, const char *name) {
  const int measure_of = am_measure_find(r->protocols[arm], name);
  for (int seed = 0; seed < r->plan.n_seeds; seed++)
    values[seed] = am_reproduction_value(r, arm, seed, measure_of);
}

static amine_status judge(am_reproduction *r, amine_error *error) {
  const am_study_form *form = am_study_plan_form(&r->plan);
  const size_t n = (size_t)r->plan.n_seeds;
  double *values = am_alloc(2 * n, sizeof *values);
  if (!values) return am_fail_memory(error, 2 * n * sizeof *values);
  r->answer = AM_ANSWER_MET;
  for (int k = 0; k < form->n_criteria; k++) {
    const am_criterion *c = &form->criteria[k];
    const bool two = am_judges_two(c->judgement);
    take_values(values, r, c->arm, c->measure);
    if (two) take_values(values + n, r, (int)c->share, c->measure);
    r->verdicts[k] =
        two ? am_study_judge_two(c, values, values + n, n) : am_study_judge(c, values, n);
    r->answer = am_answer_of_both(r->answer, r->verdicts[k].answer);
  }
  am_free(values);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ training */
/* Runs side by side, each on one thread. */
typedef struct training {
  session *s;
  amine_status *status; /* [n_pending] */
  amine_error *errors;  /* [n_pending] */
  uint64_t all;         /* iterations of all runs */
  _Atomic uint64_t done;
} training;

typedef struct trainee {
  training *work;
  uint64_t told; /* iterations */
} trainee;

static amine_status train_step(void *context, uint64_t iteration, uint64_t iterations,
                               amine_error *error) {
  trainee *t = context;
  training *w = t->work;
  const uint64_t done = atomic_fetch_add(&w->done, iteration - t->told) + iteration - t->told;
  (void)iterations;
  t->told = iteration;
  const am_side_watch *watch = w->s->watch;
  if (atomic_load(&w->s->broken) || am_side_stopped(watch))
    return am_fail(error, AMINE_ERROR_STOPPED, "stopped");
  if (watch && watch->progress) watch->progress(watch->context, (double)done / (double)w->all);
  return AMINE_OK;
}

/* After the network of another arm, with the same seed, where the arm says so. */
static amine_status train_run(const session *s, int item, const char *path,
                              const am_training_watch *watch, amine_error *error) {
  const am_study_plan *plan = &s->r->plan;
  const am_arm *arm = &plan->study->arms[arm_of(s, item)];
  const uint64_t seed = seed_at(s, s->pending[item]);
  const int after = arm->after;
  am_config config, first;
  am_training t = {.config = &config,
                   .first = after ? &first : NULL,
                   .held = arm->held,
                   .lesions = after ? NULL : arm->lesions,
                   .n_samples = AM_STUDY_SAMPLES,
                   .path = path};
  AM_TRY(am_study_training_config(&config, plan, arm_of(s, item), seed, error));
  amine_status status =
      after ? am_study_training_config(&first, plan, after - 1, seed, error) : AMINE_OK;
  if (status == AMINE_OK) {
    status = am_study_train(&s->r->runs[s->pending[item]], &t, watch, error);
    if (after) am_config_free(&first);
  }
  am_config_free(&config);
  return status;
}

static void train_item(void *context, int item, int worker) {
  training *w = context;
  session *s = w->s;
  am_study_run *run = &s->r->runs[s->pending[item]];
  amine_error *error = &w->errors[item];
  trainee t = {.work = w};
  const am_training_watch watch = {train_step, &t};
  (void)worker;
  amine_status status = AMINE_OK;
  s->begun[item] = am_clock();
  if (am_side_stopped(s->watch)) status = am_fail(error, AMINE_ERROR_STOPPED, "stopped");
  am_text path = {0};
  if (status == AMINE_OK) status = path_of(&path, s, s->pending[item], error);
  if (status == AMINE_OK)
    status = bear(s, item, error, train_run(s, item, path.data, &watch, error));
  am_text_free(&path);
  if (status == AMINE_OK) status = keep(s, item, error);
  if (status == AMINE_OK) {
    run->done = true;
    drop(s, s->pending[item]);
  } else {
    am_study_run_free(run);
  }
  if (status != AMINE_OK && status != AMINE_ERROR_STOPPED) atomic_store(&s->broken, true);
  atomic_fetch_add(&w->done, s->iterations[arm_of(s, item)] - t.told);
  w->status[item] = status;
}

/* The failure of the first that failed of itself, or else AMINE_ERROR_STOPPED. */
static amine_status outcome(const training *w, amine_error *error) {
  amine_status status = AMINE_OK;
  for (int k = 0; k < w->s->n_pending; k++) {
    if (w->status[k] == AMINE_OK || (status != AMINE_OK && w->status[k] == AMINE_ERROR_STOPPED))
      continue;
    status = w->status[k];
    if (error) *error = w->errors[k];
    if (status != AMINE_ERROR_STOPPED) break;
  }
  return status;
}

static amine_status train_pending(session *s, amine_error *error) {
  const size_t n = (size_t)s->n_pending;
  const int threads = s->r->plan.n_threads;
  training w = {.s = s,
                .status = am_alloc(n, sizeof *w.status),
                .errors = am_alloc(n, sizeof *w.errors)};
  amine_status status = AMINE_OK;
  if (!w.status || !w.errors) status = am_fail_memory(error, n * sizeof *w.errors);
  for (int k = 0; k < s->n_pending; k++) w.all += s->iterations[arm_of(s, k)];
  if (status == AMINE_OK) {
    am_parallel(threads > 0 ? threads : am_processors(), s->n_pending, train_item, &w);
    status = outcome(&w, error);
  }
  am_free(w.status);
  am_free(w.errors);
  return status;
}

static amine_status run_pending(session *s, amine_error *error) {
  AM_TRY(list_pending(s, error));
  if (s->trains) return train_pending(s, error);
  const am_batch batch = {.n_runs = s->n_pending,
                          .configs = s->configs,
                          .n_threads = s->r->plan.n_threads,
                          .context = s,
                          .sink = sink_of,
                          .slice = sample,
                          .finished = finished,
                          .failed = failed};
  return am_batch_run(&batch, s->watch, error);
}

/* With a folder that is locked, or none. */
static amine_status work(session *s, json_t *tree, amine_error *error) {
  if (s->folder) AM_TRY(open_folder(s, tree, error));
  amine_status status = run_pending(s, error);
  const amine_status closed = am_appender_close(s->lines, status == AMINE_OK ? error : NULL);
  if (status == AMINE_OK) status = closed;
  if (status == AMINE_OK) status = judge(s->r, error);
  if (status != AMINE_OK || !s->folder) return status;
  AM_TRY(write_runs(s, error));
  if (s->r->plan.study->sweep) return am_sweep_table_write(s->folder, error);
  AM_TRY(put_verdicts(tree, s->r, error));
  return write_tree(s->folder, tree, error);
}

static amine_status work_locked(session *s, json_t *tree, amine_error *error) {
  int held;
  AM_TRY(am_folder_make(s->folder, error));
  AM_TRY(am_folder_lock(&held, s->folder, error));
  const amine_status status = work(s, tree, error);
  am_folder_unlock(held);
  return status;
}

static void free_session(session *s) {
  for (int k = 0; s->configs && k < s->n_pending; k++) am_simulation_config_free(&s->configs[k]);
  for (int k = 0; s->rasters && k < s->r->plan.study->n_arms; k++) {
    am_free(s->rasters[k].neurons);
    am_free(s->rasters[k].steps);
  }
  am_free(s->rasters);
  am_free(s->pending);
  am_free(s->begun);
  am_free(s->configs);
  am_free(s->iterations);
  pthread_mutex_destroy(&s->lock);
}

amine_status am_reproduce(am_reproduction *reproduction, const am_study_plan *plan,
                          const char *folder, const am_side_watch *watch, amine_error *error) {
  am_reproduction r = {.plan = *plan};
  session s = {
      .r = &r, .folder = folder, .watch = watch, .trains = am_study_trains(plan->study)};
  json_t *tree = NULL;
  AM_TRY(am_study_plan_check(plan, r.protocols, error));
  AM_TRY(am_study_plan_tree(&tree, plan, error));
  r.n_runs = plan->study->n_arms * plan->n_seeds;
  r.runs = am_alloc((size_t)r.n_runs, sizeof *r.runs);
  pthread_mutex_init(&s.lock, NULL);
  amine_status status =
      r.runs ? AMINE_OK : am_fail_memory(error, (size_t)r.n_runs * sizeof *r.runs);
  if (status == AMINE_OK)
    status = folder ? work_locked(&s, tree, error) : work(&s, tree, error);
  free_session(&s);
  json_decref(tree);
  if (status == AMINE_OK || status == AMINE_ERROR_STOPPED) *reproduction = r;
  else am_reproduction_free(&r);
  return status;
}

amine_status am_study_plan_of(am_study_plan *plan, const char *folder, amine_error *error) {
  am_study_source found;
  AM_TRY(am_study_source_read(&found, folder, false, error));
  *plan = (am_study_plan){.study = am_study_find(found.name),
                          .quick = strcmp(found.form, "quick") == 0,
                          .first_seed = found.first_seed,
                          .n_seeds = found.n_seeds > AM_STUDY_SEEDS_MAX ? AM_STUDY_SEEDS_MAX
                                                                        : (int)found.n_seeds};
  const amine_status status =
      plan->study ? AMINE_OK
                  : am_fail(error, AMINE_ERROR_ARGUMENT,
                            "%.200s holds the experiment %.80s, which this version does not have",
                            folder, found.name);
  am_study_source_free(&found);
  return status;
}
