/* Sweeps: the values of a key as they are typed; every combination once, in its order, and each run
 * what the same keys make alone, trained or simulated; what is refused is so before anything is written;
 * a run that breaks ends no other; neither threads nor interruptions change a byte, and a sweep is gone
 * on with from anywhere; medians and quartiles at every edge. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "format/file.h"
#include "memory.h"
#include "report/study/spread.h"
#include "run/config/parts.h"
#include "run/simulate/simulation.h"
#include "run/study/reproduce.h"
#include "run/study/sweep.h"
#include "run/study/sweep_table.h"
#include "run/study/training.h"
#include "run/train/evaluate.h"

#include "base.h"

/* ------------------------------------------------------------------------------ values */
static const am_sweep_kind number = {.numbers = true}, word = {0}, path = {.commas = true};

/* The values, with blanks between. */
static void values_are(const char *wanted, const char *text, am_sweep_kind kind) {
  amine_error error = {0};
  am_text found = {0};
  json_t *values = json_array();
  good(am_sweep_values(values, "key", text, kind, &error), &error);
  for (size_t k = 0; k < json_array_size(values); k++)
    am_text_printf(&found, "%s%s", k ? " " : "", json_string_value(json_array_get(values, k)));
  if (strcmp(found.data ? found.data : "", wanted) != 0)
    fail_msg("%s: wanted %s, found %s", text, wanted, found.data);
  am_text_free(&found);
  json_decref(values);
}

static void values_refused(const char *part, const char *text, am_sweep_kind kind) {
  amine_error error = {0};
  json_t *values = json_array();
  assert_int_equal(am_sweep_values(values, "key", text, kind, &error), AMINE_ERROR_ARGUMENT);
  says(&error, part);
  says(&error, "key");
  json_decref(values);
}

static void test_values(void **state) {
  (void)state;
  values_are("12", "12", number);
  values_are("", "", word); /* for the key to refuse */
  values_are("12 24 1e3", "12,24,1e3", number);
  values_are("clip oja", "clip|oja", word);
  values_are("a,b c", "a,b|c", path);
  values_are("[1,2] {\"a\":[3,4]} 5", "[1,2],{\"a\":[3,4]},5", number);
  values_are("\"a,b\\\",c\" d", "\"a,b\\\",c\",d", word);
  values_are("a] b", "a],b", word);
  values_are("a..b c", "a..b,c", word); /* no number: no range */
  values_are("12 24 36 48", "12..48:12", number);
  values_are("12 24 36", "12..47:12", number);
  values_are("0.1 0.2 0.3", "0.1..0.3:0.1", number); /* 0.1 + 2 * 0.1 is more than 0.3 */
  values_are("3 2 1 0 -1", "3..-1:-1", number);
  values_are("1 0.5", "1...5:-.5", number);
  values_are("5", "5..5:1", number);
  values_are("0.001 0.01 0.1 1", "0.001..1*10", number);
  values_are("8 4 2 1", "8..1*0.5", number);
  values_are("1 2 4 0.5 100 150", "1..4*2,0.5,100..190:50", number);
  values_refused("3 is there twice", "3,4,3", number);
  values_refused("2 is there twice", "1..3:1,2", number);
  values_refused("a value is missing", "3,,4", number);
  values_refused("a value is missing", "3,", number);
  values_refused("a value is missing", "|a", path);
  for (const char *const *bad =
           (const char *const[]){"1..", "1..2", "..2:1", "1..2:", "1..2*", "1..2:x", "x..2:1",
                                 "1..2:1 ", "1..2:nan", "1..inf:1", NULL};
       *bad; bad++)
    values_refused("a range is FROM..TO:STEP", *bad, number);
  for (const char *const *bad =
           (const char *const[]){"1..2:-1", "2..1:1", "1..2:0", "1..2*1", "1..2*0.5", "0..2*2",
                                 "-1..2*2", "1..2*-2", NULL};
       *bad; bad++)
    values_refused("does not come from its first number to its last", *bad, number);
  values_refused("at most 1000", "1..1e9:1", number);
  values_refused("at most 1000", "1..999:1,1000..1001:1", number);
}

/* ------------------------------------------------------------------------------ combinations */
#define SMALL                                                                                      \
  "task.size=5", "task.steps=6", "network.hidden=4", "batch=8", "learner.warmup=3",                \
      "modulator.type=constant"
static const char *const small[] = {SMALL, "iterations=40", "learner.rate=0.01|0.02",
                                    "rule.type=decay,oja"};
enum { N_SMALL = sizeof small / sizeof *small };

static void make_of(am_sweep *sweep, const char *from, const char *const *assignments, int n) {
  amine_error error = {0};
  good(am_sweep_make(sweep, &am_standard_parts, from, assignments, n, 1, &error), &error);
}

static am_study_plan plan_of(const am_sweep *sweep, int n_threads) {
  return (am_study_plan){
      .study = &sweep->study, .first_seed = 3, .n_seeds = 2, .n_threads = n_threads};
}

static void test_combinations(void **state) {
  (void)state;
  static const char *const names[] = {
      "learner.rate=0.01 rule.type=decay", "learner.rate=0.01 rule.type=oja",
      "learner.rate=0.02 rule.type=decay", "learner.rate=0.02 rule.type=oja"};
  static const double rates[] = {0.01, 0.01, 0.02, 0.02};
  am_sweep sweep;
  amine_error error = {0};
  make_of(&sweep, "maze", small, N_SMALL);
  assert_int_equal(sweep.study.n_arms, 4);
  const am_study_plan plan = plan_of(&sweep, 1);
  for (int a = 0; a < 4; a++) {
    am_config config;
    char rule[32];
    assert_string_equal(sweep.study.arms[a].name, names[a]);
    good(am_study_training_config(&config, &plan, a, 9, &error), &error);
    assert_true(am_config_number(&config, "learner.rate") == rates[a]);
    assert_string_equal(am_config_text(&config, "rule.type", rule, sizeof rule),
                        a % 2 ? "oja" : "decay");
    assert_true(am_config_number(&config, "network.hidden") == 4);
    assert_true(config.common.seed == 9 && config.common.threads == 1 &&
                config.common.iterations == 40);
    am_config_free(&config);
  }
  assert_int_equal(sweep.study.n_across, 3); /* of each measure, against the one key of numbers */
  assert_string_equal(sweep.study.across[0].x, "learner.rate");
  assert_string_equal(sweep.study.across[0].points[3].line, "rule.type=oja");
  assert_true(sweep.study.across[0].points[3].x == 0.02);
  am_sweep_free(&sweep);
}

/* The last key=value is what is wrong. */
static void make_refused(const char *part, const char *from, const char *a, const char *b) {
  const char *const assignments[] = {a, b};
  am_sweep sweep;
  amine_error error = {0};
  assert_int_equal(
      am_sweep_make(&sweep, &am_standard_parts, from, assignments, b ? 2 : 1, 1, &error),
      AMINE_ERROR_ARGUMENT);
  says(&error, part);
}

static void test_refused(void **state) {
  (void)state;
  make_refused("no key has several values", "bandit", "learner.rate=0.1", NULL);
  make_refused("amine simulate reinforcement seeds=N", "reinforcement", "duration_s=1", NULL);
  make_refused("unknown key \"network.hiden\"; did you mean network.hidden?", "bandit",
               "network.hiden=4,8", NULL);
  make_refused("learner.rate=-1: it must be a number from 0 to 100", "bandit",
               "learner.rate=0.1,-1", NULL);
  make_refused("(with learner.rate=-1 batch=4)", "bandit", "learner.rate=0.1,-1", "batch=4,8");
  make_refused("rule.type has no effect with network.type=gru", "maze", "network.type=gru,rnn",
               "rule.type=clip,oja");
  make_refused("batch is there twice", "bandit", "batch=4,8", "batch=16");
  make_refused("\"batch\" is not key=value", "bandit", "batch", NULL);
  make_refused("each run of a sweep has a seed", "bandit", "seed=1,2", NULL);
  make_refused("each run of a sweep has a seed", "bandit", "threads=2", "batch=4,8");
  make_refused("not UTF-8", "bandit", "batch=\xff,4", NULL);
  make_refused("did you mean bandit?", "bandti", "batch=4,8", NULL);
  make_refused("40 x 30 are too many combinations; a sweep has at most 1000", "bandit",
               "network.hidden=1..40:1", "batch=1..30:1");
  /* what only the task, or the brain, can say */
  make_refused("task.type=maze has none", "maze", "stop_at_criterion=true,false", NULL);
  make_refused("clamp.dopamine=2: it must be", "reinforcement", "clamp.dopamine=none,2", NULL);
  make_refused("needs a population", "together", "protocol.type=none,clock", NULL);
}

static void test_too_many_runs(void **state) {
  (void)state;
  am_sweep sweep;
  am_reproduction r;
  amine_error error = {0};
  make_of(&sweep, "bandit", (const char *const[]){"batch=1..20:1"}, 1);
  am_study_plan plan = plan_of(&sweep, 1);
  plan.n_seeds = 501;
  assert_int_equal(am_reproduce(&r, &plan, in_base("many"), NULL, &error), AMINE_ERROR_ARGUMENT);
  says(&error, "20 combinations, 501 seeds each, are 10020 runs; a sweep has at most 10000");
  assert_true(am_file_missing(in_base("many")));
  am_sweep_free(&sweep);
}

/* ------------------------------------------------------------------------------ runs */
static void run_in(am_reproduction *r, const char *folder, const am_study_plan *plan) {
  amine_error error = {0};
  good(am_reproduce(r, plan, folder ? in_base(folder) : NULL, NULL, &error), &error);
}

static void same_files(const char *a, const char *b) {
  static const char *const files[] = {AM_STUDY_FILE, AM_STUDY_RUNS_FILE, AM_SWEEP_TABLE_FILE};
  for (int k = 0; k < 3; k++) {
    unsigned char *x, *y;
    size_t n, m;
    char name[200];
    snprintf(name, sizeof name, "%s/%s", in_base(a), files[k]);
    assert_int_equal(am_file_read(name, 1 << 24, &x, &n, NULL), AMINE_OK);
    snprintf(name, sizeof name, "%s/%s", in_base(b), files[k]);
    assert_int_equal(am_file_read(name, 1 << 24, &y, &m, NULL), AMINE_OK);
    if (n != m || memcmp(x, y, n) != 0) fail_msg("%s of %s and of %s differ", files[k], a, b);
    am_free(x);
    am_free(y);
  }
}

/* What the same keys come to without a sweep. */
static void test_as_alone(void **state) {
  (void)state;
  static const char *const alone[] = {SMALL, "iterations=40", "learner.rate=0.02", "rule.type=oja",
                                      "seed=4"};
  am_sweep sweep;
  am_reproduction r;
  am_config config;
  am_experiment *x;
  am_learner_report report;
  am_evaluation fresh;
  amine_error error = {0};
  make_of(&sweep, "maze", small, N_SMALL);
  const am_study_plan plan = plan_of(&sweep, 2);
  run_in(&r, NULL, &plan);
  am_config_default(&config);
  good(am_config_load(&config, "maze", &error), &error);
  good(am_config_assign_all(&config, alone, sizeof alone / sizeof *alone, &error), &error);
  good(am_config_resolve(&config, &error), &error);
  good(am_experiment_create(&x, &config, &error), &error);
  for (int k = 0; k < 40; k++) good(am_experiment_iterate(x, &report, &error), &error);
  good(am_evaluate_network(&fresh, x, am_evaluate_episodes(x->task), 4, false, &error), &error);
  assert_true(am_reproduction_value(&r, 3, 1, AM_TRAINING_REWARD) == am_recent_mean(&x->recent));
  assert_true(am_reproduction_value(&r, 3, 1, AM_TRAINING_EVALUATION) == fresh.mean);
  assert_true(am_reproduction_value(&r, 1, 1, AM_TRAINING_EVALUATION) != fresh.mean);
  am_experiment_destroy(x);
  am_config_free(&config);
  am_reproduction_free(&r);
  am_sweep_free(&sweep);
}

static void test_a_brain(void **state) {
  (void)state;
  static const char *const swept[] = {"duration_s=3", "task.steps=2", "body.average=5,20"};
  static const char *const alone[] = {"duration_s=3", "task.steps=2", "body.average=20",
                                      "seed=4"};
  am_sweep sweep;
  am_reproduction r;
  am_simulation_config config;
  am_simulation *s;
  double values[AM_MEASURES_MAX];
  amine_error error = {0};
  make_of(&sweep, "reinforcement", swept, 3);
  const am_study_plan plan = plan_of(&sweep, 1);
  run_in(&r, "brain", &plan);
  good(am_simulation_config_load(&config, "reinforcement", &error), &error);
  good(am_simulation_config_apply(&config, alone, 4, &error), &error);
  good(am_simulation_create(&s, &config, 1, NULL, &error), &error);
  while (!am_simulation_done(s)) good(am_simulation_run(s, &(am_spike_sink){0}, &error), &error);
  am_simulation_measure(s, values);
  for (int k = 0; k < config.protocol->n_measures; k++)
    assert_true(am_reproduction_value(&r, 1, 1, k) == values[k] ||
                (isnan(values[k]) && isnan(am_reproduction_value(&r, 1, 1, k))));
  assert_true(isfinite(values[0]));
  am_simulation_destroy(s);
  am_simulation_config_free(&config);
  am_reproduction_free(&r);
  am_sweep_free(&sweep);
}

typedef struct stopper {
  double after;
  atomic_int stop;
  int told, left;
} stopper;

static void stop_at(void *context, double done) {
  stopper *s = context;
  if (done >= s->after) atomic_store(&s->stop, 1);
}

static void count_finished(void *context, double seconds, int left) {
  stopper *s = context;
  assert_true(seconds >= 0);
  if (s->told++ == 0) s->left = left;
}

static void test_same_bytes(void **state) {
  (void)state;
  am_sweep sweep;
  am_reproduction r;
  make_of(&sweep, "maze", small, N_SMALL);
  const am_study_plan one = plan_of(&sweep, 1), three = plan_of(&sweep, 3);
  run_in(&r, "one", &one);
  am_reproduction_free(&r);
  run_in(&r, "three", &three);
  am_reproduction_free(&r);
  same_files("one", "three");
  for (int k = 0; k < 3; k++) {
    char name[32];
    am_sweep again;
    am_study_plan plan;
    amine_error error = {0};
    stopper s = {.after = 0.3 * k + 0.1};
    const am_side_watch watch = {
        .progress = stop_at, .finished = count_finished, .context = &s, .stop = &s.stop};
    snprintf(name, sizeof name, "stopped%d", k);
    assert_int_equal(am_reproduce(&r, &one, in_base(name), &watch, &error), AMINE_ERROR_STOPPED);
    assert_int_equal(s.told, am_reproduction_done(&r));
    assert_true(s.told < r.n_runs && (s.told == 0 || s.left == r.n_runs - 1));
    am_reproduction_free(&r);
    good(am_sweep_of_folder(&again, &plan, &am_standard_parts, in_base(name), &error), &error);
    assert_true(plan.first_seed == 3 && plan.n_seeds == 2 && again.study.n_arms == 4);
    run_in(&r, name, &plan);
    am_reproduction_free(&r);
    am_sweep_free(&again);
    same_files("one", name);
  }
  am_sweep_free(&sweep);
}

static void put_file(const char *name, const char *text) {
  amine_error error = {0};
  good(am_file_replace(in_base(name), text, strlen(text), &error), &error);
}

/* From a file that is gone when the sweep goes on, called from another folder. */
static void test_from_a_file(void **state) {
  (void)state;
  static const char *const swept[] = {"iterations=20", "network.hidden=4,6"};
  char here[4096];
  am_sweep sweep;
  am_study_plan plan;
  am_reproduction r;
  amine_error error = {0};
  stopper s = {.after = 0.6};
  const am_side_watch watch = {.progress = stop_at, .context = &s, .stop = &s.stop};
  assert_non_null(getcwd(here, sizeof here));
  put_file("net.txt", "network mine\nlearned W as w_ih\nlearned V as w_hh\ninput u\nstate h[n]\n"
                      "h <- tanh(W @ u + V @ h)\noutput h\n");
  put_file("mine.json", "{\"preset\": \"bandit\", \"learner\": \"a2c\", \"network\": {\"text\": "
                        "\"net.txt\"}, \"batch\": 4}\n");
  assert_int_equal(chdir(base), 0);
  make_of(&sweep, "mine.json", swept, 2);
  assert_string_equal(sweep.study.name, "mine");
  plan = plan_of(&sweep, 1);
  run_in(&r, "whole", &plan);
  am_reproduction_free(&r);
  assert_int_equal(am_reproduce(&r, &plan, in_base("file"), &watch, &error), AMINE_ERROR_STOPPED);
  am_reproduction_free(&r);
  am_sweep_free(&sweep);
  assert_int_equal(chdir(here), 0);
  folder_remove(in_base("mine.json"));
  folder_remove(in_base("net.txt"));
  good(am_sweep_of_folder(&sweep, &plan, &am_standard_parts, in_base("file"), &error), &error);
  run_in(&r, "file", &plan);
  am_reproduction_free(&r);
  same_files("whole", "file");
  am_sweep_free(&sweep);
}

/* Others go on; what broke is told, and is not tried again. */
static void test_broken(void **state) {
  (void)state;
  static const char *const swept[] = {"batch=2",
                                      "task.size=5",
                                      "task.steps=30",
                                      "iterations=20",
                                      "rule.type=decay",
                                      "network.init_w=100",
                                      "network.hidden=16",
                                      "modulator.activation=linear",
                                      "learner.warmup=0",
                                      "learner.norm_clip=1e9",
                                      "learner.rate_end=0.0001",
                                      "learner.rate=0.001,100"};
  am_sweep sweep;
  am_reproduction r;
  amine_error error = {0};
  am_study_source found;
  stopper s = {.after = 2};
  const am_side_watch watch = {.finished = count_finished, .context = &s};
  make_of(&sweep, "maze", swept, sizeof swept / sizeof *swept);
  const am_study_plan plan = plan_of(&sweep, 1);
  run_in(&r, "broken", &plan);
  assert_int_equal(am_reproduction_done(&r), 4);
  for (int k = 0; k < 2; k++) {
    assert_true(isfinite(am_reproduction_value(&r, 0, k, AM_TRAINING_REWARD)));
    assert_true(isnan(am_reproduction_value(&r, 1, k, AM_TRAINING_REWARD)));
    assert_null(r.runs[k].broke);
    assert_non_null(strstr(r.runs[2 + k].broke, "the numbers broke at iteration"));
  }
  am_reproduction_free(&r);
  good(am_study_source_read(&found, in_base("broken"), false, &error), &error);
  assert_int_equal(am_study_broken(&found), 2);
  assert_int_equal(am_study_done(&found), 4);
  am_study_source_free(&found);
  good(am_reproduce(&r, &plan, in_base("broken"), &watch, &error), &error);
  assert_int_equal(r.n_before, 4);
  assert_int_equal(s.told, 0);
  assert_non_null(r.runs[3].broke);
  am_reproduction_free(&r);
  am_sweep_free(&sweep);
}

static void test_broken_brain(void **state) {
  (void)state;
  am_sweep sweep;
  am_reproduction r;
  put_file(
      "cells.json",
      "{\"duration_s\": 0.3, \"populations\": [{\"name\": \"E\", \"n\": 4, \"model\": "
      "\"izhikevich\"}], \"inputs\": [{\"population\": \"E\", \"type\": \"current\", \"mean\": "
      "10}]}\n");
  make_of(&sweep, in_base("cells.json"), (const char *const[]){"dt_ms=10,1"}, 1);
  const am_study_plan plan = plan_of(&sweep, 2);
  run_in(&r, "cells", &plan);
  assert_int_equal(am_reproduction_done(&r), 4);
  for (int k = 0; k < 2; k++) {
    assert_non_null(strstr(r.runs[k].broke, "population E, neuron 0: u is no longer a number"));
    assert_true(isnan(am_reproduction_value(&r, 0, k, 0)));
    assert_true(am_reproduction_value(&r, 1, k, 0) > 0);
  }
  am_reproduction_free(&r);
  am_sweep_free(&sweep);
}

/* ------------------------------------------------------------------------------ files */
static void read_text(char *out, size_t size, const char *folder, const char *file) {
  unsigned char *data;
  size_t n;
  char name[200];
  amine_error error = {0};
  snprintf(name, sizeof name, "%s/%s", in_base(folder), file);
  good(am_file_read(name, size - 1, &data, &n, &error), &error);
  memcpy(out, data, n + 1);
  am_free(data);
}

/* study.json with one text in place of another gets a sentence, whoever reads it. */
static void damaged(const char *from, const char *to, const char *part) {
  static char text[1 << 16], changed[1 << 16];
  am_sweep sweep;
  am_study_plan plan;
  amine_error error = {0};
  char name[200];
  read_text(text, sizeof text, "one", AM_STUDY_FILE);
  const char *at = strstr(text, from);
  if (!at) fail_msg("%s is not in study.json", from);
  snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
  snprintf(name, sizeof name, "%s/" AM_STUDY_FILE, "damaged");
  good(am_folder_make(in_base("damaged"), &error), &error);
  put_file(name, changed);
  assert_int_equal(
      am_sweep_of_folder(&sweep, &plan, &am_standard_parts, in_base("damaged"), &error),
      AMINE_ERROR_INPUT);
  says(&error, part);
}

static void test_damage(void **state) {
  (void)state;
  damaged("\"oja\"]", "\"oja\", \"clip\"]", "do not combine to the arms");
  damaged("\"oja\"]", "7]", "texts are wanted");
  damaged("\"values\"", "\"worth\"", "at least two");
  damaged("\"keys\"", "\"kays\"", "keys");
  damaged("\"from\"", "\"fron\"", "from");
  damaged("\"config\"", "\"konfig\"", "arm 0 has no configuration");
  damaged("\"learner\": {", "\"learner\": {\"elephant\": 3,", "elephant");
  damaged("\"0.02\"]", "\"0.03\"]", "another name than its values give");
}

static void test_table(void **state) {
  (void)state;
  char text[4000], first[200];
  am_study_source s;
  amine_error error = {0};
  read_text(text, sizeof text, "one", AM_SWEEP_TABLE_FILE);
  good(am_study_source_read(&s, in_base("one"), false, &error), &error);
  int lines = 0;
  for (const char *p = text; *p; p++) lines += *p == '\n';
  assert_int_equal(lines, 9);
  snprintf(first, sizeof first, "%.*s", (int)strcspn(text, "\n"), text);
  assert_string_equal(first,
                      "learner.rate,rule.type,seed,reward,trials_to_criterion,evaluation,broke");
  double value;
  const char *line = strstr(text, "\n0.02,oja,4,");
  assert_non_null(line);
  assert_int_equal(sscanf(line, "\n0.02,oja,4,%lf,nan,", &value), 1);
  assert_true(value == s.arms[3].runs[1].measures[0]);
  am_study_source_free(&s);
}

/* ------------------------------------------------------------------------------ medians */
/* One arm with these values of a measure. */
static am_study_spread spread_of(const double *values, size_t n, int better) {
  am_study_measured m = {.name = "m", .better = better};
  am_study_run runs[8] = {{0}};
  double room[8], copy[8];
  memcpy(copy, values, n * sizeof *copy);
  for (size_t k = 0; k < n; k++)
    runs[k] = (am_study_run){.done = true, .n_measures = 1, .measures = &copy[k]};
  am_study_arm arm = {.n_measures = 1, .measures = &m, .runs = runs};
  const am_study_source s = {.n_seeds = n, .n_arms = 1, .arms = &arm};
  return am_study_spread_of(&s, 0, 0, room);
}

static void test_spread(void **state) {
  (void)state;
  const double none = (double)NAN;
  am_study_spread x = spread_of((const double[]){4, 1, 3, 2}, 4, 0);
  assert_true(x.low == 1.75 && x.median == 2.5 && x.high == 3.25 && x.n == 4);
  x = spread_of((const double[]){4, none, 2}, 3, 0); /* left out */
  assert_true(x.low == 2.5 && x.median == 3 && x.high == 3.5 && x.n == 2);
  x = spread_of((const double[]){4, none, 2}, 3, 1); /* below all */
  assert_true(x.low == -INFINITY && x.median == 2 && x.high == 3 && x.n == 2);
  x = spread_of((const double[]){4, none, 2}, 3, -1); /* above all */
  assert_true(x.low == 3 && x.median == 4 && x.high == INFINITY);
  x = spread_of((const double[]){4, none, none}, 3, -1);
  assert_true(x.low == INFINITY && x.median == INFINITY && x.n == 1);
  x = spread_of((const double[]){none, none}, 2, 0);
  assert_true(isnan(x.median) && x.n == 0);
  x = spread_of((const double[]){7}, 1, 1);
  assert_true(x.low == 7 && x.median == 7 && x.high == 7);
}

static void best_is(const char *wanted, const double *medians, size_t n, int better) {
  am_study_measured m = {.name = "m", .better = better};
  am_study_run runs[4];
  am_study_arm arms[4];
  double room[1], copy[4];
  bool best[4];
  memcpy(copy, medians, n * sizeof *copy);
  for (size_t k = 0; k < n; k++) {
    runs[k] = (am_study_run){.done = true, .n_measures = 1, .measures = &copy[k]};
    arms[k] = (am_study_arm){.n_measures = 1, .measures = &m, .runs = &runs[k]};
  }
  const am_study_source s = {.n_seeds = 1, .n_arms = n, .arms = arms};
  am_study_best(best, &s, &m, room);
  for (size_t k = 0; k < n; k++) assert_int_equal(best[k], wanted[k] == '*');
}

static void test_best(void **state) {
  (void)state;
  const double values[] = {1, 3, 3, (double)NAN}, alike[] = {2, 2}, one[] = {5, (double)NAN};
  best_is(" ** ", values, 4, 1);
  best_is("*   ", values, 4, -1);
  best_is("    ", values, 4, 0);
  best_is("  ", alike, 2, 1);
  best_is("* ", one, 2, 1); /* what has a value is better than what has none */
  best_is("* ", one, 2, -1);
}

/* ------------------------------------------------------------------------------ memory */
/* One request after the other is refused: no sweep is half made, nothing leaks. */
static void test_memory(void **state) {
  (void)state;
  static const char *const swept[] = {"network.hidden=4", "batch=2,3"};
  int refused = 0;
  am_sweep sweep;
  make_of(&sweep, "bandit", swept, 2); /* what others keep for good is had by now */
  am_sweep_free(&sweep);
  amine_memory_use(counting, NULL);
  for (long at = 1;; at += 1 + at / 30) {
    amine_error error = {0};
    memory.requests = memory.alive = 0;
    memory.at = at;
    const amine_status status =
        am_sweep_make(&sweep, &am_standard_parts, "bandit", swept, 2, 1, &error);
    const bool reached = memory.requests >= at;
    memory.at = 0;
    if (status == AMINE_OK) am_sweep_free(&sweep);
    else assert_int_equal(status, AMINE_ERROR_MEMORY);
    refused += status != AMINE_OK;
    assert_int_equal(memory.alive, 0);
    if (!reached) break;
  }
  amine_memory_use(NULL, NULL);
  assert_true(refused > 50);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_values),     cmocka_unit_test(test_combinations),
      cmocka_unit_test(test_refused),    cmocka_unit_test(test_too_many_runs),
      cmocka_unit_test(test_as_alone),   cmocka_unit_test(test_a_brain),
      cmocka_unit_test(test_same_bytes), cmocka_unit_test(test_from_a_file),
      cmocka_unit_test(test_broken),     cmocka_unit_test(test_broken_brain),
      cmocka_unit_test(test_damage),     cmocka_unit_test(test_table),
      cmocka_unit_test(test_spread),     cmocka_unit_test(test_best),
      cmocka_unit_test(test_memory),
  };
  return cmocka_run_group_tests(tests, make_base, remove_base);
}
