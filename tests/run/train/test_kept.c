/* What a run's folder keeps: that it is known what an evaluation and a recording are of, that a
 * resume which is refused touches nothing, and that what is left out is said. */
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#include "format/file.h"
#include "format/json.h"
#include "format/npz.h"
#include "run/config/parts.h"
#include "run/simulate/checkpoint.h"
#include "run/simulate/recording.h"
#include "run/simulate/run.h"
#include "run/train/evaluate.h"
#include "run/train/train.h"
#include "small.h"

#include "base.h"

#define OK(call)                                                                                   \
  do {                                                                                             \
    if ((call) != AMINE_OK) fail_msg("%s: %s", #call, error.message);                              \
  } while (0)

static const char *in(const char *folder, const char *file) {
  static char paths[8][200];
  static int next;
  char *path = paths[next++ % 8];
  snprintf(path, sizeof paths[0], "%s/%s", folder, file);
  return path;
}

typedef struct bytes {
  unsigned char *data;
  size_t size;
} bytes;

static bytes read_all(const char *folder, const char *file) {
  bytes b = {0};
  amine_error error = {0};
  OK(am_file_read(in(folder, file), 1 << 26, &b.data, &b.size, &error));
  return b;
}

static void put(const char *folder, const char *file, const void *data, size_t size) {
  FILE *f = fopen(in(folder, file), "wb");
  assert_non_null(f);
  assert_int_equal(fwrite(data, 1, size, f), size);
  assert_int_equal(fclose(f), 0);
}

static void expect_bytes(const char *folder, const char *file, bytes wanted) {
  bytes found = read_all(folder, file);
  if (found.size != wanted.size || memcmp(found.data, wanted.data, found.size) != 0)
    fail_msg("%s/%s has changed: %zu bytes, %zu before", folder, file, found.size, wanted.size);
  am_free(found.data);
}

/* ------------------------------------------------------------------------------ training */
static void train(const char *folder, int variant, const char *more) {
  amine_error error = {0};
  am_config c = small_config(&small_variants[variant]);
  if (more) small_set(&c, more);
  OK(am_train_new(&c, folder, NULL, &error));
}

static void evaluate(const char *folder) {
  amine_error error = {0};
  am_config c;
  am_config_default(&c);
  am_experiment *x;
  OK(am_evaluate_config(&c, folder, &error));
  OK(am_evaluate_open(&x, &c, folder, &error));
  OK(am_evaluate_record(x, folder, 3, &error));
  am_experiment_destroy(x);
}

static bool is_recorded(const char *folder) {
  bool is;
  amine_error error = {0};
  OK(am_evaluate_is_recorded(&is, folder, &error));
  return is;
}

/* An evaluation counts if each of its files is whole and of the checkpoint; when they were written
 * does not matter. What is torn or missing is made again, the same. */
static void an_evaluation_is_known_by_what_it_says(void **state) {
  (void)state;
  const int variants[] = {6, 17}; /* a maze; a bandit, with episode.json */
  for (int v = 0; v < 2; v++) {
    const char *files[] = {AM_EVAL_FILE, AM_LINES_FILE, AM_RECORDING_FILE, AM_EPISODE_FILE};
    char folder[120];
    snprintf(folder, sizeof folder, "%s/evaluated-%d", base, v);
    train(folder, variants[v], NULL);
    assert_false(is_recorded(folder));
    evaluate(folder);
    assert_true(is_recorded(folder));
    for (int k = 0; k < (v == 0 ? 3 : 4); k++) {
      bytes whole = read_all(folder, files[k]);
      for (size_t size = 0; size < whole.size; size += 1 + whole.size / 3) {
        put(folder, files[k], whole.data, size);
        if (is_recorded(folder)) fail_msg("%s of %zu bytes passes for whole", files[k], size);
      }
      assert_int_equal(unlink(in(folder, files[k])), 0);
      if (is_recorded(folder)) fail_msg("%s is missing, and nobody says so", files[k]);
      evaluate(folder);
      assert_true(is_recorded(folder));
      expect_bytes(folder, files[k], whole);
      am_free(whole.data);
    }
  }
}

static void an_old_evaluation_is_not_taken_for_the_new_one(void **state) {
  (void)state;
  amine_error error = {0};
  char folder[120];
  snprintf(folder, sizeof folder, "%s/older", base);
  train(folder, 6, NULL);
  evaluate(folder);
  am_config c;
  am_config_default(&c);
  OK(am_train_config(&c, folder, &error));
  small_set(&c, "iterations=12");
  OK(am_train_resume(&c, folder, NULL, &error));
  const struct timespec ahead[2] = {{.tv_sec = 4000000000}, {.tv_sec = 4000000000}};
  assert_int_equal(utimensat(AT_FDCWD, in(folder, AM_EVAL_FILE), ahead, 0), 0);
  assert_int_equal(utimensat(AT_FDCWD, in(folder, AM_LINES_FILE), ahead, 0), 0);
  assert_int_equal(utimensat(AT_FDCWD, in(folder, AM_RECORDING_FILE), ahead, 0), 0);
  assert_false(is_recorded(folder));
  evaluate(folder);
  const struct timespec past[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
  assert_int_equal(utimensat(AT_FDCWD, in(folder, AM_EVAL_FILE), past, 0), 0);
  assert_true(is_recorded(folder));
}

/* Fewer lines than the checkpoint knows of: every file stays as it was. */
static void a_refused_resume_touches_nothing(void **state) {
  (void)state;
  amine_error error = {0};
  const char *files[] = {AM_METRICS_FILE, AM_EVENTS_FILE, AM_CHECKPOINT_FILE, AM_CONFIG_FILE};
  char folder[120];
  bytes before[4];
  am_config c;
  am_config_default(&c);
  snprintf(folder, sizeof folder, "%s/refused", base);
  train(folder, 6, NULL);
  bytes metrics = read_all(folder, AM_METRICS_FILE);
  char *second = strchr((char *)metrics.data, '\n') + 5; /* torn in its second line */
  put(folder, AM_METRICS_FILE, metrics.data, (size_t)(second - (char *)metrics.data));
  am_free(metrics.data);
  for (int k = 0; k < 4; k++) before[k] = read_all(folder, files[k]);
  OK(am_train_config(&c, folder, &error));
  small_set(&c, "iterations=12");
  assert_int_equal(am_train_resume(&c, folder, NULL, &error), AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "fewer lines"));
  for (int k = 0; k < 4; k++) {
    expect_bytes(folder, files[k], before[k]);
    am_free(before[k].data);
  }
  assert_int_equal(access(in(folder, "events.new"), F_OK), -1);
}

/* Shorter than one interval: there is a line all the same. */
static void a_short_run_has_a_line(void **state) {
  (void)state;
  char folder[120];
  snprintf(folder, sizeof folder, "%s/short", base);
  train(folder, 6, "record=1000");
  bytes text = read_all(folder, AM_METRICS_FILE);
  const int same = strncmp((char *)text.data, "{\"iteration\":9,", 15);
  assert_int_equal(same, 0);
  assert_ptr_equal(strchr((char *)text.data, '\n'), text.data + text.size - 1);
  am_free(text.data);
}

/* ------------------------------------------------------------------------------ simulations */
static const char brain[] =
    "{\"duration_s\": 0.5, \"dt_ms\": 1, \"seed\": 3, \"threads\": 1,\n"
    " \"record\": {\"interval_s\": 0.2, \"window_s\": 0.4},\n"
    " \"populations\": [{\"name\": \"E\", \"n\": 40, \"model\": \"lif\"}],\n"
    " \"projections\": [{\"source\": \"E\", \"target\": \"E\", \"connect\": \"probability\",\n"
    "   \"probability\": 0.2, \"weight\": [0.2, 0.6], \"delay_ms\": 1, \"rule\": \"stdp\"}],\n"
    " \"inputs\": [{\"population\": \"E\", \"type\": \"current\", \"mean\": 18, \"noise\": 30}]}\n";

static am_simulation_config config_of(const char *assignment) {
  am_simulation_config c;
  json_t *root;
  amine_error error = {0};
  OK(am_json_parse(&root, "test", brain, strlen(brain), NULL, &error));
  OK(am_simulation_config_from(&c, root, "test", &error));
  json_decref(root);
  if (assignment) OK(am_simulation_config_apply(&c, &assignment, 1, &error));
  return c;
}

static void simulate(const char *folder, const char *assignment) {
  amine_error error = {0};
  am_simulation_outcome outcome;
  am_simulation_config c = config_of(assignment);
  OK(am_simulation_new(&outcome, &c, folder, NULL, &error));
  assert_string_equal(outcome.limits, "");
  am_simulation_outcome_free(&outcome);
  am_simulation_config_free(&c);
}

static bool is_fresh(const char *folder) {
  bool is;
  amine_error error = {0};
  OK(am_simulation_recording_is_fresh(&is, folder, &error));
  return is;
}

/* Empty, torn, of another checkpoint, or missing: it is made again, the same. */
static void a_recording_is_made_again(void **state) {
  (void)state;
  amine_error error = {0};
  char folder[120], other[120];
  snprintf(folder, sizeof folder, "%s/recorded", base);
  snprintf(other, sizeof other, "%s/recorded-other", base);
  simulate(folder, NULL);
  simulate(other, "seed=4");
  bytes whole = read_all(folder, AM_RECORDING_FILE);
  bytes foreign = read_all(other, AM_RECORDING_FILE);
  bytes metrics = read_all(folder, AM_METRICS_FILE);
  const bytes tries[] = {{whole.data, 0}, {whole.data, whole.size / 2}, foreign, {NULL, 0}};
  assert_true(is_fresh(folder));
  for (int k = 0; k < 4; k++) {
    am_text limits = {0};
    if (tries[k].data) put(folder, AM_RECORDING_FILE, tries[k].data, tries[k].size);
    else assert_int_equal(unlink(in(folder, AM_RECORDING_FILE)), 0);
    if (is_fresh(folder)) fail_msg("try %d passes for the recording", k);
    OK(am_simulation_record(folder, &am_standard_parts, &limits, &error));
    assert_int_equal(limits.length, 0);
    assert_true(is_fresh(folder));
    expect_bytes(folder, AM_RECORDING_FILE, whole);
  }
  expect_bytes(folder, AM_METRICS_FILE, metrics);
  am_free(whole.data);
  am_free(foreign.data);
  am_free(metrics.data);
}

static void a_refused_simulation_touches_nothing(void **state) {
  (void)state;
  const char *files[] = {AM_METRICS_FILE, AM_EVENTS_FILE, AM_CHECKPOINT_FILE, AM_CONFIG_FILE};
  const char *short_ones[] = {AM_SPIKES_FILE, AM_METRICS_FILE};
  for (int t = 0; t < 2; t++) {
    amine_error error = {0};
    am_simulation_outcome outcome;
    char folder[120];
    bytes before[4];
    snprintf(folder, sizeof folder, "%s/refused-simulation-%d", base, t);
    simulate(folder, NULL);
    put(folder, short_ones[t], "3", 1);
    for (int k = 0; k < 4; k++) before[k] = read_all(folder, files[k]);
    am_simulation_config c = config_of("duration_s=0.9");
    assert_int_equal(am_simulation_resume(&outcome, &c, folder, NULL, &error), AMINE_ERROR_INPUT);
    assert_non_null(strstr(error.message, short_ones[t]));
    for (int k = 0; k < 4; k++) {
      expect_bytes(folder, files[k], before[k]);
      am_free(before[k].data);
    }
    expect_bytes(folder, short_ones[t], (bytes){(unsigned char *)(uintptr_t) "3", 1});
    am_simulation_config_free(&c);
  }
}

/* 0.5 s in lines of 0.2 s: the last line is of 0.1 s, and has the rate of that time. */
static void the_last_line_is_of_the_last_time(void **state) {
  (void)state;
  char folder[120];
  snprintf(folder, sizeof folder, "%s/last-line", base);
  simulate(folder, NULL);
  bytes text = read_all(folder, AM_METRICS_FILE), gdf = read_all(folder, AM_SPIKES_FILE);
  double rates[3], spikes[3] = {0};
  const double ends[3] = {0.2, 0.4, 0.5};
  const char *line = (char *)text.data;
  for (int k = 0; k < 3; k++) {
    json_t *root;
    const size_t n = strcspn(line, "\n");
    assert_int_equal(am_json_parse(&root, "line", line, n, NULL, NULL), AMINE_OK);
    assert_true(json_number_value(json_object_get(root, "t_s")) == ends[k]);
    rates[k] = json_number_value(json_object_get(json_object_get(root, "rate_hz"), "E"));
    json_decref(root);
    line += n + 1;
  }
  assert_int_equal(*line, 0);
  for (char *p = (char *)gdf.data; *p; p = strchr(p, '\n') + 1) {
    const double s = strtod(strchr(p, '\t'), NULL) * 1e-3;
    spikes[s < 0.2 ? 0 : s < 0.4 ? 1 : 2]++;
  }
  for (int k = 0; k < 3; k++) {
    assert_true(spikes[k] > 5);
    assert_true(fabs(rates[k] - spikes[k] / 40 / (k < 2 ? 0.2 : 0.1)) < 1e-4 * rates[k]);
  }
  am_free(text.data);
  am_free(gdf.data);
}

/* ------------------------------------------------------------------------------ limits */
static const void *array(am_npz *npz, const char *name, size_t *n) {
  const am_tensor *t;
  amine_error error = {0};
  OK(am_npz_find(npz, &t, name, &error));
  *n = t->count;
  return t->data;
}

/* The simulation of a folder, at its end. */
static am_simulation *open_simulation(const am_simulation_config *c, am_simulation_mark *mark,
                                      const char *folder) {
  am_simulation *s;
  amine_error error = {0};
  OK(am_simulation_prepare(&s, c, 1, NULL, &error));
  OK(am_simulation_checkpoint_load(s, mark, in(folder, AM_CHECKPOINT_FILE), &error));
  return s;
}

/* A recording that may not hold all spikes begins later, holds all since then, and says so. */
static void fewer_spikes_move_the_begin(void **state) {
  (void)state;
  amine_error error = {0};
  char folder[120];
  size_t n_all, n_kept, n;
  am_npz *npz;
  am_simulation_mark mark;
  am_text limits = {0};
  snprintf(folder, sizeof folder, "%s/many-spikes", base);
  simulate(folder, NULL);
  am_simulation_config c = config_of(NULL);
  am_simulation *s = open_simulation(&c, &mark, folder);
  OK(am_npz_open(&npz, in(folder, AM_RECORDING_FILE), AM_NPZ_LIMIT, &error));
  const double *all = array(npz, "t", &n_all), begin_all = *(double *)array(npz, "begin", &n);
  assert_true(n_all > 40 && fabs(begin_all - 0.1) < 1e-12);
  s->most_spikes = n_all / 2;
  OK(am_simulation_recording_write(s, &mark, folder, &limits, &error));
  am_npz *fewer;
  OK(am_npz_open(&fewer, in(folder, AM_RECORDING_FILE), AM_NPZ_LIMIT, &error));
  const double *kept = array(fewer, "t", &n_kept), begin = *(double *)array(fewer, "begin", &n);
  assert_true(begin > begin_all && n_kept > 0 && n_kept <= n_all / 2 && kept[0] >= begin);
  size_t since = 0;
  for (size_t k = 0; k < n_all; k++) since += all[k] > begin - 1e-9;
  assert_int_equal(n_kept, since);
  const char *words = array(fewer, "limits", &n);
  assert_int_equal(n, limits.length - 1); /* without the newline */
  assert_memory_equal(words, limits.data, n);
  char wanted[100];
  snprintf(wanted, sizeof wanted, "the last %zu of %zu spikes: since %g s, not 0.1 s", n_kept,
           n_all, begin);
  if (!strstr(limits.data, wanted)) fail_msg("\"%s\" is not in: %s", wanted, limits.data);
  am_npz_close(npz);
  am_npz_close(fewer);
  am_text_free(&limits);
  am_simulation_mark_free(&mark);
  am_simulation_destroy(s);
  am_simulation_config_free(&c);
}

/* So do events, and that survives a checkpoint. */
static void fewer_events_are_said(void **state) {
  (void)state;
  amine_error error = {0};
  char folder[120];
  size_t n, n_events;
  am_npz *npz;
  am_simulation_mark mark;
  am_text limits = {0};
  snprintf(folder, sizeof folder, "%s/many-events", base);
  simulate(folder, NULL);
  am_simulation_config c = config_of(NULL);
  am_simulation *s = open_simulation(&c, &mark, folder);
  for (int k = 0; k < 12345; k++) {
    const amine_brain_event reward = {.kind = AMINE_EVENT_REWARD, .first = 1};
    OK(am_event_log_add(&s->log, k * 1e-5, &reward, &error));
  }
  assert_int_equal(s->log.n_dropped + s->log.events.n, 12345);
  OK(am_simulation_checkpoint_save(s, &mark, in(folder, AM_CHECKPOINT_FILE), &error));
  am_simulation_mark_free(&mark);
  am_simulation_destroy(s);
  s = open_simulation(&c, &mark, folder);
  OK(am_simulation_recording_write(s, &mark, folder, &limits, &error));
  OK(am_npz_open(&npz, in(folder, AM_RECORDING_FILE), AM_NPZ_LIMIT, &error));
  const double *t = array(npz, "events_t", &n_events), *begin = array(npz, "events_begin", &n);
  const size_t first = 12345 - n_events;
  assert_true(first > 0 && n_events >= 5000 && *begin == t[0]);
  for (size_t k = 0; k < n_events; k++) assert_true(t[k] == (double)(int)(first + k) * 1e-5);
  assert_non_null(strstr(limits.data, " of 12,345 events: since "));
  am_npz_close(npz);
  am_text_free(&limits);
  am_simulation_mark_free(&mark);
  am_simulation_destroy(s);
  am_simulation_config_free(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_evaluation_is_known_by_what_it_says),
      cmocka_unit_test(an_old_evaluation_is_not_taken_for_the_new_one),
      cmocka_unit_test(a_refused_resume_touches_nothing),
      cmocka_unit_test(a_short_run_has_a_line),
      cmocka_unit_test(a_recording_is_made_again),
      cmocka_unit_test(a_refused_simulation_touches_nothing),
      cmocka_unit_test(the_last_line_is_of_the_last_time),
      cmocka_unit_test(fewer_spikes_move_the_begin),
      cmocka_unit_test(fewer_events_are_said),
  };
  return cmocka_run_group_tests(tests, make_base, remove_base);
}
