/* Any learner of any task: keys that apply to some choices only, the window of recent rewards and
 * its criterion, the criterion that a learner has itself, figures that a learner does not have, and
 * the recording of episodes as series.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "brain/description.h"
#include "format/file.h"
#include "format/json.h"
#include "format/npz.h"
#include "run/config/parts.h"
#include "run/config/preset.h"
#include "run/folder.h"
#include "run/train/checkpoint.h"
#include "run/train/evaluate.h"
#include "run/train/health.h"
#include "run/train/series.h"
#include "small.h"
#include "task/maze/maze.h"

#include "base.h"

/* ------------------------------------------------------------------------------ keys */
static void set(am_config *c, const char *assignment) { small_set(c, assignment); }

static void what_does_not_apply_is_refused(void **state) {
  (void)state;
  static const char *const cases[][3] = {
      {"rule.eta=0.1", NULL, "rule.eta has no effect with modulator.type=readout"},
      {"rule.clip=2", "rule.type=decay", "rule.clip has no effect with rule.type=decay"},
      {"clamp.readout=0", "modulator.type=constant",
       "clamp.readout has no effect with modulator.type=constant"},
      /* two conditions up: the modulator itself does not apply */
      {"modulator.fanout=true", "rule.type=none",
       "modulator.fanout has no effect with rule.type=none"},
      {"learner.alpha_rate=2", "rule.type=none",
       "learner.alpha_rate has no effect with rule.type=none"},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
    for (int last = 0; last < 2; last++) { /* in either order */
      amine_error error = {0};
      am_config c, before;
      am_config_default(&c);
      if (last && cases[k][1]) set(&c, cases[k][1]);
      set(&c, cases[k][0]);
      if (!last && cases[k][1]) set(&c, cases[k][1]);
      before = c;
      assert_int_equal(am_config_resolve(&c, &error), AMINE_ERROR_ARGUMENT);
      assert_string_equal(error.message, cases[k][2]);
      assert_memory_equal(&c, &before, sizeof c);
    }
}

/* A preset's keys that a user's choice leaves without effect are passed over. */
static void what_a_preset_says_gives_way(void **state) {
  (void)state;
  amine_error error = {0};
  am_config c;
  am_text text = {0};
  am_config_default(&c);
  assert_int_equal(am_config_load(&c, "maze", &error), AMINE_OK);
  assert_true(am_config_number(&c, "learner.alpha_rate") == 0.3);
  set(&c, "rule.type=none");
  assert_int_equal(am_config_resolve(&c, &error), AMINE_OK);
  assert_true(am_config_number(&c, "learner.alpha_rate") == 1);
  am_config_write(&c, false, &text);
  assert_non_null(strstr(text.data, "\"hidden\""));
  static const char *const gone[] = {"modulator", "clamp", "alpha", "\"eta", "\"clip\""};
  for (size_t k = 0; k < sizeof gone / sizeof *gone; k++)
    if (strstr(text.data, gone[k])) fail_msg("%s is written", gone[k]);
  am_text_free(&text);
}

static void what_a_file_says_must_apply(void **state) {
  (void)state;
  char path[100];
  amine_error error = {0};
  am_config c;
  snprintf(path, sizeof path, "%s/mine.json", base);
  const char bad[] = "{\"task\": \"maze\", \"rule\": {\"type\": \"oja\", \"clip\": 3}}";
  /* the standard value */
  const char good[] = "{\"task\": \"maze\", \"rule\": {\"type\": \"oja\", \"clip\": 1}}";
  assert_int_equal(am_file_replace(path, bad, sizeof bad - 1, &error), AMINE_OK);
  am_config_default(&c);
  assert_int_equal(am_config_load(&c, path, &error), AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "rule.clip has no effect with rule.type=oja"));
  assert_non_null(strstr(error.message, path));
  assert_true(am_config_number(&c, "rule.type") == 0);            /* as it was */
  assert_int_equal(am_config_reload(&c, path, &error), AMINE_OK); /* of an older version's run */
  assert_int_equal(am_config_resolve(&c, &error), AMINE_OK);
  assert_true(am_config_number(&c, "rule.clip") == 1);
  assert_int_equal(am_file_replace(path, good, sizeof good - 1, &error), AMINE_OK);
  am_config_default(&c);
  assert_int_equal(am_config_load(&c, path, &error), AMINE_OK);
}

/* A condition names a key that is there, a choice, and words of it: a misspelt name would make keys
 * vanish. What a row borrows is there too, and no row lies beyond the options that it fills. */
static void check_row(const am_part *part, const amine_parameter *row) {
  am_key key;
  if (part->kind > AM_N_KINDS) return; /* of a brain: plain numbers (tests/brain/test_parts.c) */
  assert_true((row->kind == AMINE_FILE) == (row->member == AMINE_MEMBER_PATH));
  if (row->offset >= part->options_size) fail_msg("%s: %s has no member", part->name, row->name);
  if (row->borrowed && !am_key_find(&key, &am_standard_parts, NULL, row->name))
    fail_msg("%s: there is no %s", part->name, row->name);
  am_condition when;
  for (int k = 0; am_row_condition(&when, part, row, k); k++) {
    if (!am_key_find(&key, &am_standard_parts, NULL, when.key))
      fail_msg("%s: there is no %s", row->name, when.key);
    assert_true(strlen(when.words) < sizeof when.words - 1); /* whole */
    for (char *word = strtok(when.words, "|"); word; word = strtok(NULL, "|")) {
      am_value value;
      char text[64];
      if (am_key_read(&key.p, word, &value, NULL) != AMINE_OK ||
          strcmp(am_key_text(&key.p, &value, text, sizeof text), word) != 0)
        fail_msg("%s: %s is no %s", row->name, word, when.key);
    }
  }
  for (const char *name = row->zero_is; name; name = strchr(name, '-')) {
    char whole[AM_KEY_LENGTH];
    name += name != row->zero_is;
    snprintf(whole, sizeof whole, "%.*s", (int)strcspn(name, "-"), name);
    if (!am_key_find(&key, &am_standard_parts, NULL, whole)) fail_msg("there is no %s", whole);
    assert_int_equal(key.p.kind, AMINE_INTEGER);
  }
}

static void parts_describe_themselves(void **state) {
  (void)state;
  am_registry registry = {{NULL}};
  amine_error error = {0};
  for (const am_part *const *part = am_standard_parts.parts; *part; part++) {
    if (am_registry_add(&registry, *part, &error) != AMINE_OK) fail_msg("%s", error.message);
    assert_true((*part)->meaning[0] != 0);
    for (const amine_parameter *row = (*part)->parameters; row && row->name; row++)
      check_row(*part, row);
  }
  assert_int_equal(am_registry_add(&registry, &am_maze_type.part, &error), AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message, "there is a task called maze already");
}

static void a_part_that_cannot_be_held_is_refused(void **state) {
  (void)state;
  static const amine_parameter tables[][3] = {
      {AM_INTEGER("a=b", 0, 0, 1, "", "x"), {0}},
      {AM_INTEGER("body.size", 0, 0, 1, "", "x"), {0}},
      {AM_CHOICE("mode", NULL, "x"), {0}},
      {AM_INTEGER("a", 0, 0, 1, "", "x", .when = "b=1"), AM_INTEGER("b", 0, 0, 1, "", "x"), {0}},
      {AM_NUMBER("tau_ms", 1, 0, 1, "", "x"), AM_INTEGER("n", 1, 0, 1, "", "x"), {0}}};
  static amine_parameter many[AM_VALUES_MAX + 2];
  for (int k = 0; k <= AM_VALUES_MAX; k++)
    many[k] = (amine_parameter)AM_NUMBER("a", 0, 0, 1, "", "x");
  static const am_part parts[] = {
      {.kind = AM_TASK, .name = "a", .parameters = tables[0]},
      {.kind = AM_TASK, .name = "a", .parameters = tables[1]},
      {.kind = AM_TASK, .name = "a", .parameters = tables[2]},
      {.kind = AM_TASK, .name = "a", .parameters = tables[3]},
      {.kind = AM_TASK, .name = "a|b"},
      {.kind = AM_TASK, .name = "a", .options_size = AM_OPTIONS_MAX + 1},
      {.kind = AM_NEURON, .name = "a", .parameters = tables[4]},
      {.kind = AM_SYNAPSE, .name = "a", .parameters = many},
      {.kind = AM_NEURON, .name = "lif"}};
  static const char *const sentences[] = {"a: \"a=b\" is no name for a parameter",
                                          "a: no keys begin as \"body.size\" does",
                                          "a: \"mode\" has no choices",
                                          "a: \"a\" depends on what stands after it",
                                          "\"a|b\" is no name for a task",
                                          "a: options of 513 bytes are more than 512",
                                          "a: \"n\" is no plain number: a neuron model has no "
                                          "others",
                                          "a has more than 24 parameters",
                                          "there is a neuron model called lif already"};
  am_registry registry = am_standard_parts;
  for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
    amine_error error = {0};
    assert_int_equal(am_registry_add(&registry, &parts[k], &error), AMINE_ERROR_ARGUMENT);
    assert_string_equal(error.message, sentences[k]);
    assert_memory_equal(&registry, &am_standard_parts, sizeof registry);
  }
}

/* ------------------------------------------------------------------------ a part of a program */
/* A world of our own: say how often the episode has been asked, modulo `size`. */
typedef struct counting_options {
  int size;
  float pay;
  double step_ms;
} counting_options;
typedef struct counting {
  am_task task;
  counting_options options;
} counting;

static void count_start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                        uint32_t lane) {
  (void)task, (void)seed, (void)episode, (void)lane;
  *(int *)state = 0;
}
static void count_observe(const am_task *task, const void *state, float *input) {
  (void)task;
  input[0] = (float)*(const int *)state;
}
static float count_step(const am_task *task, void *state, int action) {
  const counting *c = (const counting *)task;
  return action == (*(int *)state)++ % c->options.size ? c->options.pay : 0;
}
static amine_status count_make(am_task *task, void *options, amine_error *error);

#define AT(member) AM_MEMBER(counting_options, member)
static const amine_parameter counting_parameters[] = {
    AM_INTEGER("size", 3, 2, 7, "", "how far it counts", AT(size)),
    AM_NUMBER("pay", 0.5, 0, 10, "reward", "for being right", AT(pay), .when = "size=3|4"),
    AM_BORROWED("network.dt_ms", 1, AT(step_ms)),
    {0}};
static const am_task_type counting_type = {.part = {.kind = AM_TASK,
                                                    .name = "counting",
                                                    .meaning = "count",
                                                    .parameters = counting_parameters,
                                                    .options_size = sizeof(counting_options)},
                                           .size = sizeof(counting),
                                           .make = count_make,
                                           .start = count_start,
                                           .observe = count_observe,
                                           .step = count_step};

static amine_status count_make(am_task *task, void *options, amine_error *error) {
  (void)error;
  counting *c = (counting *)task;
  c->options = *(const counting_options *)options;
  task->n_inputs = 1;
  task->n_actions = c->options.size;
  task->n_steps = 5;
  task->criterion = (double)NAN;
  task->state_size = sizeof(int);
  return AMINE_OK;
}

static void refused(am_config *c, const char *assignment, const char *sentence) {
  amine_error error = {0};
  am_config changed = *c;
  amine_status status = am_config_assign(&changed, assignment, &error);
  if (status == AMINE_OK) status = am_config_resolve(&changed, &error);
  assert_int_equal(status, AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message, sentence);
}

static void a_program_adds_a_task(void **state) {
  (void)state;
  amine_error error = {0};
  am_registry mine = am_standard_parts;
  am_config c;
  am_experiment *x;
  am_learner_report report;
  assert_int_equal(am_registry_add(&mine, &counting_type.part, &error), AMINE_OK);
  am_config_begin(&c, &mine);
  set(&c, "task.size=4"); /* before it is said whose: 4 is no size of a maze */
  set(&c, "task=counting");
  set(&c, "task.pay=2");
  refused(&c, "task.size=9",
          "task.size=9: it must be a whole number from 2 to 7 (task.type=counting)");
  refused(&c, "task.size=5", "task.pay has no effect with task.size=5");
  refused(&c, "task.steps=5", "task.steps has no effect with task.type=counting");
  refused(&c, "task.sizes=5", "unknown key \"task.sizes\"; did you mean task.size?");
  set(&c, "network.hidden=8");
  set(&c, "batch=4");
  if (am_config_resolve(&c, &error) != AMINE_OK) fail_msg("%s", error.message);
  if (am_experiment_create(&x, &c, &error) != AMINE_OK) fail_msg("%s", error.message);
  const counting *task = (const counting *)x->task;
  assert_true(task->options.size == 4 && task->options.pay == 2 && task->options.step_ms == 1);
  assert_int_equal(am_experiment_iterate(x, &report, &error), AMINE_OK);
  assert_true(report.reward >= 0 && report.reward <= 10);
  am_experiment_destroy(x);
}

static void a_criterion_must_be_there(void **state) {
  (void)state;
  amine_error error = {0};
  am_experiment *x = NULL;
  am_config c = small_config(&small_variants[6]);
  set(&c, "stop_at_criterion=true");
  assert_int_equal(am_experiment_create(&x, &c, &error), AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message, "stop_at_criterion=true: task.type=maze has none");
  assert_null(x);
}

/* ------------------------------------------------------------------------------ rates, health */
static uint64_t hash_of_parameters(const am_learner *learner) {
  uint64_t hash = 14695981039346656037u;
  am_learner_tensor t;
  for (int k = 0; learner->type->tensor(learner, k, &t); k++) {
    const size_t n = t.dims[0] * (t.rank > 1 ? t.dims[1] : 1);
    float *values = malloc(n * sizeof *values);
    learner->type->get(learner, k, values);
    /* a baseline is what was earned, no weight */
    if (t.is_parameter && strcmp(t.name, "baseline") != 0)
      hash = small_fnv(hash, values, n * sizeof *values);
    free(values);
  }
  return hash;
}

/* Whatever the schedule is. */
static void a_rate_of_0_learns_nothing(void **state) {
  (void)state;
  for (int k = 0; k < N_SMALL_VARIANTS; k++) {
    am_config c = small_config(&small_variants[k]);
    set(&c, "learner.rate=0");
    set(&c, "learner.warmup=0");
    small_pass_over(&c);
    am_experiment *x = small_experiment(&c);
    const uint64_t before = hash_of_parameters(x->learner);
    for (int i = 0; i < 3; i++) {
      am_learner_report report;
      assert_int_equal(am_experiment_iterate(x, &report, NULL), AMINE_OK);
    }
    if (hash_of_parameters(x->learner) != before)
      fail_msg("%s learns with learner.rate=0", small_variants[k].name);
    am_experiment_destroy(x);
  }
}

static void a_schedule_that_rises_from_0_is_refused(void **state) {
  (void)state;
  amine_error error = {0};
  am_config c;
  am_config_default(&c);
  set(&c, "learner.rate=0");
  assert_int_equal(am_config_resolve(&c, &error), AMINE_OK);
  set(&c, "learner.schedule=linear");
  set(&c, "learner.rate_end=0.5");
  assert_int_equal(am_config_resolve(&c, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "learner.rate_end has no effect with learner.rate=0"));
}

/* The least known player of the small maze earns about 20, the best some hundred. */
static void what_has_collapsed_is_said(void **state) {
  (void)state;
  const am_config c = small_config(&small_variants[6]);
  am_experiment *x = small_experiment(&c);
  const am_task *task = x->task;
  const double low = task->lines[0].reward, best = task->lines[task->n_lines - 1].reward;
  const struct {
    am_health health;
    const char *says; /* NULL: nothing */
  } cases[] = {
      {{low, 0, 1}, "does the same at every step (its entropy is 0)"},
      {{low, 0.7, 1e5}, "a weight has grown to 1e+05, "},
      {{low, 0.7, 1}, NULL},                      /* has not learned yet */
      {{best, 0, 1e5}, NULL},                     /* knows what it does */
      {{low + 0.2 * (best - low), 0, 1e5}, NULL}, /* has learned something */
      {{(double)NAN, 0, 1}, "does the same"},     /* nothing to compare with */
      {{low, (double)NAN, (double)NAN}, NULL},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    char sentence[AM_HEALTH_SENTENCE];
    const bool said = am_health_say(sentence, &cases[k].health, &c, task);
    assert_int_equal(said, cases[k].says != NULL);
    if (!said) assert_string_equal(sentence, "");
    else if (!strstr(sentence, cases[k].says)) fail_msg("%s", sentence);
    if (said) assert_non_null(strstr(sentence, "; try a learner.rate below 0.01"));
  }
  float *work = malloc(am_health_work(x->learner) * sizeof *work);
  am_agent *a = &am_experiment_pairs(x)->agent;
  a->parameters[a->places.place[2].at] = -77;
  assert_true(am_health_largest(x->learner, work) == 77);
  free(work);
  am_experiment_destroy(x);
}

/* The whole of it: a run with too large a step ends with the sentence in eval.json. */
static void an_evaluation_says_it(void **state) {
  (void)state;
  for (int ruined = 0; ruined < 2; ruined++) {
    char folder[100];
    am_config c = small_config(&small_variants[6]);
    if (ruined) set(&c, "learner.rate=100");
    am_experiment *x = small_experiment(&c);
    for (int i = 0; i < 9; i++) {
      am_learner_report report;
      assert_int_equal(am_experiment_iterate(x, &report, NULL), AMINE_OK);
    }
    snprintf(folder, sizeof folder, "%s/ruined%d", base, ruined);
    assert_int_equal(am_io.mkdir(folder, 0777), 0);
    assert_int_equal(am_evaluate_record(x, folder, 20, NULL), AMINE_OK);
    snprintf(folder, sizeof folder, "%s/ruined%d/eval.json", base, ruined);
    json_t *root = NULL;
    assert_int_equal(am_json_read(&root, folder, NULL, NULL), AMINE_OK);
    const json_t *sentence = json_object_get(root, "collapsed");
    assert_int_equal(sentence != NULL, ruined);
    if (ruined)
      assert_non_null(strstr(json_string_value(sentence), "learning has collapsed: "));
    json_decref(root);
    am_experiment_destroy(x);
  }
}

/* ------------------------------------------------------------------------------ recent rewards */
static void the_window_holds_1000_episodes(void **state) {
  (void)state;
  am_recent r;
  am_recent_begin(&r, 300, 0.5, 0); /* 4 iterations */
  assert_int_equal(r.size, 4);
  assert_true(isnan(am_recent_mean(&r)));
  const double rewards[] = {1, 1, 1, -1.5, 0.5, 1.75, 0.5, 1.5, 9};
  const double means[] = {1, 1, 1, 0.375, 0.25, 0.4375, 0.3125, 1.0625, 3.1875};
  for (int k = 0; k < 9; k++) {
    am_recent_add(&r, rewards[k], 0, (uint64_t)k + 1);
    assert_true(am_recent_mean(&r) == means[k]);
    /* three batches above it are not yet a window; the eighth iteration is the first that counts */
    assert_int_equal(r.reached, k < 7 ? 0 : 8);
  }
  assert_true(am_recent_trials(&r) == 2400);
  am_recent_begin(&r, 1000, 0.5, 0);
  assert_int_equal(r.size, 1);
  am_recent_add(&r, (double)NAN, 0, 1);
  assert_true(r.reached == 0 && isnan(am_recent_trials(&r)));
  am_recent_add(&r, 0.5, 0, 2);
  assert_true(r.reached == 2);
  am_recent_begin(&r, 1, (double)NAN, 0);
  assert_int_equal(r.size, AM_RECENT_EPISODES);
  for (uint64_t k = 1; k < 1500; k++) am_recent_add(&r, 1e9, 0, k);
  assert_int_equal(r.reached, 0); /* no criterion is never reached */
  am_recent_begin(&r, 65536, 0, 0);
  assert_int_equal(r.size, 1);
}

/* So many episodes in a row, in whole iterations, each at the criterion or above, whatever the mean. */
static void episodes_in_a_row_are_counted(void **state) {
  (void)state;
  am_recent r;
  am_recent_begin(&r, 300, -0.5, 700);
  const double lowest[] = {0, -0.5, -0.6, -0.5, 0, (double)NAN, 0, -0.1, -0.5, 0, -9};
  const uint64_t in_a_row[] = {300, 600, 0, 300, 600, 0, 300, 600, 700, 700, 0};
  for (int k = 0; k < 11; k++) {
    am_recent_add(&r, k == 1 ? -1e9 : 1, lowest[k], (uint64_t)k + 1);
    assert_true(r.in_a_row == in_a_row[k]);
    assert_int_equal(r.reached, k < 8 ? 0 : 9);
  }
  assert_true(am_recent_trials(&r) == 2700);
}

/* A maze has no criterion of its own; this gives it one, of a mean or of `row` episodes in a row. */
static am_experiment *with(double criterion, int row) {
  am_config c = small_config(&small_variants[6]);
  set(&c, "batch=250"); /* a window of 4 iterations */
  am_experiment *x = small_experiment(&c);
  x->task->criterion = criterion;
  am_recent_begin(&x->recent, 250, criterion, row);
  return x;
}

static void iterate(am_experiment *x, int n) {
  am_learner_report report;
  for (int k = 0; k < n; k++) assert_int_equal(am_experiment_iterate(x, &report, NULL), AMINE_OK);
}

/* Saved after any iteration, the window goes on as if nothing had been. */
static void taken_up(int row) {
  enum { N = 7 };
  char path[100];
  amine_error error = {0};
  const am_record_state none = {0};
  snprintf(path, sizeof path, "%s/window.safetensors", base);
  am_experiment *whole = with(-1e9, row);
  iterate(whole, N);
  assert_int_equal(whole->recent.reached, 4);
  for (int stop = 1; stop < N; stop++) {
    am_experiment *x = with(-1e9, row), *y = with(-1e9, row);
    iterate(x, stop);
    assert_int_equal(am_checkpoint_save(x, &none, path, &error), AMINE_OK);
    if (am_checkpoint_load(y, NULL, path, &error) != AMINE_OK) fail_msg("%s", error.message);
    assert_memory_equal(&y->recent, &x->recent, sizeof x->recent);
    iterate(y, N - stop);
    assert_memory_equal(&y->recent, &whole->recent, sizeof y->recent);
    assert_true(small_hash(y->learner) == small_hash(whole->learner));
    am_experiment_destroy(x);
    am_experiment_destroy(y);
  }
  am_experiment_destroy(whole);
}

static void the_window_is_taken_up(void **state) {
  (void)state;
  taken_up(0);
  taken_up(1000);
}

static void a_window_that_cannot_be_is_refused(void **state) {
  (void)state;
  char path[100];
  const am_record_state none = {0};
  snprintf(path, sizeof path, "%s/bad-window.safetensors", base);
  for (int k = 0; k < 5; k++) {
    amine_error error = {0};
    am_experiment *x = with(0.5, k < 4 ? 0 : 700), *y = with(0.5, k < 4 ? 0 : 700);
    iterate(x, 2);
    if (k == 0) x->recent.n = 5;       /* more than a window */
    if (k == 1) x->recent.n = 3;       /* more than were done */
    if (k == 2) x->recent.reached = 3; /* the same */
    if (k == 3) x->recent.rewards[2] = INFINITY;
    if (k == 4) x->recent.in_a_row = 701; /* more than are asked for */
    assert_int_equal(am_checkpoint_save(x, &none, path, &error), AMINE_OK);
    const am_recent before = y->recent;
    assert_int_equal(am_checkpoint_load(y, NULL, path, &error), AMINE_ERROR_INPUT);
    assert_non_null(strstr(error.message, "out of its range"));
    assert_memory_equal(&y->recent, &before, sizeof before);
    am_experiment_destroy(x);
    am_experiment_destroy(y);
  }
}

/* ------------------------------------------------------------------------------ own criterion */
enum { TRIALS = 260, LAST = 100 };

/* A small network that learns nonmatch in trials of 25 steps; with more assignments. */
static am_experiment *nonmatch(const char *const *more) {
  static const char *const keys[] = {"task.stimulus_ms=5",
                                     "task.delay_ms=5",
                                     "task.wait_ms=5",
                                     "task.response_ms=5",
                                     "network.hidden=20",
                                     "learner.warmup=3",
                                     "learner.clip=0.01",
                                     "learner.chance=0.05",
                                     "iterations=260",
                                     "checkpoint_every=99",
                                     "seed=5"};
  amine_error error = {0};
  am_experiment *x;
  am_config c;
  am_config_default(&c);
  assert_int_equal(am_config_load(&c, "miconi2017-dnms", &error), AMINE_OK);
  for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) set(&c, keys[k]);
  for (; *more; more++) set(&c, *more);
  if (am_config_resolve(&c, &error) != AMINE_OK) fail_msg("%s", error.message);
  if (am_experiment_create(&x, &c, &error) != AMINE_OK) fail_msg("%s", error.message);
  return x;
}

/* The errors of all trials, which the criterion has no part in. */
static void errors_of(double *errors) {
  const char *const none[] = {NULL};
  am_experiment *x = nonmatch(none);
  am_learner_report report;
  for (int k = 0; k < TRIALS; k++) {
    assert_int_equal(am_experiment_iterate(x, &report, NULL), AMINE_OK);
    errors[k] = (double)(float)report.loss;
  }
  am_experiment_destroy(x);
}

static bool met(const double *errors, int done, bool mean, double bound) {
  double sum = 0;
  int below = 0;
  if (done < LAST) return false;
  for (int k = done - LAST; k < done; k++) {
    sum += errors[k];
    below += errors[k] < bound;
  }
  return mean ? sum / LAST < bound : below >= 95;
}

/* The first trial after which it is met; 0: never. */
static int first_met(const double *errors, bool mean, double bound) {
  for (int done = 1; done <= TRIALS; done++)
    if (met(errors, done, mean, bound)) return done;
  return 0;
}

/* A bound that is first met well after the first trial at which one can be. */
static double bound_between(const double *errors, bool mean) {
  for (double bound = 3; bound > 0.01; bound -= 0.001)
    if (first_met(errors, mean, bound) > LAST + 20) return bound;
  fail_msg("no bound is met late");
  return 0;
}

static void the_learner_says_when(void **state) {
  (void)state;
  double errors[TRIALS];
  amine_error error = {0};
  const am_record_state none = {0};
  char path[100], bound_key[64];
  snprintf(path, sizeof path, "%s/own.safetensors", base);
  errors_of(errors);
  for (int mean = 0; mean < 2; mean++) {
    const double bound = bound_between(errors, mean);
    const uint64_t wanted = (uint64_t)first_met(errors, mean, bound);
    snprintf(bound_key, sizeof bound_key, "learner.criterion_error=%.3f", bound);
    const char *const more[] = {bound_key, mean ? "learner.criterion=mean" : "seed=5", NULL};
    am_experiment *whole = nonmatch(more);
    iterate(whole, TRIALS);
    assert_int_equal(whole->recent.reached, wanted);
    assert_true(am_recent_trials(&whole->recent) == (double)wanted);
    assert_non_null(strstr(whole->learner->criterion, mean ? "mean" : "95 of 100"));
    static const int stops[] = {1, 99, 100, 119, 200};
    for (size_t k = 0; k < sizeof stops / sizeof *stops; k++) { /* taken up to the bit */
      am_experiment *x = nonmatch(more), *y = nonmatch(more);
      iterate(x, stops[k]);
      assert_int_equal(am_checkpoint_save(x, &none, path, &error), AMINE_OK);
      if (am_checkpoint_load(y, NULL, path, &error) != AMINE_OK) fail_msg("%s", error.message);
      iterate(y, TRIALS - stops[k]);
      assert_memory_equal(&y->recent, &whole->recent, sizeof y->recent);
      assert_true(small_hash(y->learner) == small_hash(whole->learner));
      am_experiment_destroy(x);
      am_experiment_destroy(y);
    }
    am_experiment_destroy(whole);
  }
}

/* Asked after each iteration: in batches of 30 the hundredth trial is in the fourth. */
static void a_batch_is_asked_at_its_end(void **state) {
  (void)state;
  const char *const more[] = {"batch=30", "learner.criterion_error=1e6", NULL};
  am_experiment *x = nonmatch(more);
  iterate(x, 6);
  assert_int_equal(x->recent.reached, 4);
  assert_true(am_recent_trials(&x->recent) == 120);
  am_experiment_destroy(x);
}

static void controls_of_others_are_refused(void **state) {
  (void)state;
  amine_error error = {0};
  am_config c;
  am_config_default(&c);
  assert_int_equal(am_config_load(&c, "miconi2017-dnms", &error), AMINE_OK);
  refused(
      &c, "learner.control=frozen",
      "learner.control=frozen: it must be one of none|shuffled (learner.type=exploratory-hebb)");
}

/* A key of an older version is not passed over: what it said would be lost. */
static void keys_that_are_gone_say_what_says_it_now(void **state) {
  (void)state;
  static const char *const gone[][2] = {{"rule.stage", "rule.type=none, last, clip or fading"},
                                        {"rule.product", "network.type=hebbian-rnn-same"},
                                        {"rule.bound", "rule.clip"}};
  for (size_t k = 0; k < sizeof gone / sizeof *gone; k++) {
    amine_error error = {0};
    am_config c;
    am_config_default(&c);
    assert_int_equal(am_config_set(&c, gone[k][0], "1", &error), AMINE_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, gone[k][0]));
    assert_non_null(strstr(error.message, gone[k][1]));
  }
}

/* What an episode is worth is the task's to say, whoever learns: minus the mean absolute error of the
 * steps that count, or the mean squared one of all. */
static double worth_of(const am_task *task, const am_series *said, uint64_t seed) {
  char world[AM_TASK_STATE_MAX];
  float wanted[8];
  double sum = 0;
  int counted = 0;
  task->type->start(task, world, seed, 0, 0);
  for (int t = 0; t < task->n_steps; t++) {
    const bool counts = task->type->target(task, world, wanted);
    for (int k = 0; k < task->n_targets && counts; k++) {
      const double off = fabs((double)said->values[t * said->width + k] - (double)wanted[k]);
      sum += (task->type->absolute ? off : off * off) / task->n_targets;
    }
    counted += counts;
    task->type->step(task, world, 0);
  }
  return -sum / (task->type->absolute ? counted : task->n_steps);
}

static void errors_are_the_tasks(void **state) {
  (void)state;
  static const char *const choices[][4] = {
      {"miconi2017-dnms", "learner.type=delta", "network.type=gru", "network.hidden=8"},
      {"miconi2017-dnms", "network.type=gru", "network.hidden=8", NULL},
      {"hebbian-delta", "task.type=selective", "network.hidden=8", NULL},
      {"hebbian", "learner.type=exploratory-hebb", "network.type=rnn", "network.hidden=16"},
      {"hebbian", "learner.type=exploratory-hebb", "network.hidden=16", NULL}};
  for (size_t k = 0; k < sizeof choices / sizeof *choices; k++) {
    amine_error error = {0};
    am_experiment *x;
    am_config c;
    am_series all[AM_SERIES_MAX + 1];
    double reward;
    int said = -1;
    am_config_default(&c);
    assert_int_equal(am_config_load(&c, choices[k][0], &error), AMINE_OK);
    for (int i = 1; i < 4 && choices[k][i]; i++) set(&c, choices[k][i]);
    assert_int_equal(am_config_resolve(&c, &error), AMINE_OK);
    assert_int_equal(am_experiment_create(&x, &c, &error), AMINE_OK);
    const int n = x->learner->type->series(x->learner, all);
    for (int i = 0; i < n; i++) {
      all[i].values = calloc((size_t)x->task->n_steps * (size_t)all[i].width, sizeof(float));
      assert_non_null(all[i].values);
      if (strncmp(all[i].name, "output", 6) == 0) said = i;
    }
    assert_true(said >= 0);
    x->learner->type->watch(x->learner, all, 0, 77, true);
    x->learner->type->evaluate(x->learner, &reward, 1, 0, 77, true);
    const double wanted = worth_of(x->task, &all[said], 77);
    assert_true(reward < 0);
    assert_true(fabs(reward - wanted) < 1e-4 * fabs(wanted));
    for (int i = 0; i < n; i++) free(all[i].values);
    am_experiment_destroy(x);
  }
}

/* ------------------------------------------------------------------------------ records */
static char *text_of(const char *file) {
  char path[200];
  unsigned char *data;
  size_t size;
  amine_error error = {0};
  snprintf(path, sizeof path, "%s/%s", base, file);
  if (am_file_read(path, 1 << 20, &data, &size, &error) != AMINE_OK) fail_msg("%s", error.message);
  return (char *)data;
}

static void what_a_learner_has_not_is_null(void **state) {
  (void)state;
  amine_error error = {0};
  am_records *records;
  am_record_state at = {0};
  const am_learner_report report = {.reward = 0.5,
                                    .value = (double)NAN,
                                    .entropy = (double)NAN,
                                    .loss = 2,
                                    .gradient_norm = (double)NAN,
                                    .rate = 0.25,
                                    .kl = (double)NAN};
  assert_int_equal(am_records_open(&records, base, &at, 2, &error), AMINE_OK);
  for (uint64_t k = 1; k <= 3; k++)
    assert_int_equal(am_records_add(records, k, 1, &report, &error), AMINE_OK);
  at = *am_records_state(records);
  assert_true(isnan(at.sums[1]) && at.sums[0] == 0.5);
  assert_int_equal(am_records_close(records, &error), AMINE_OK);
  char *line = text_of(AM_METRICS_FILE), *before = text_of(AM_EVENTS_FILE);
  assert_string_equal(line, "{\"iteration\":2,\"seconds\":1,\"reward\":0.5,\"value\":null,"
                            "\"entropy\":null,\"loss\":2,\"gradient_norm\":null,\"rate\":0.25}\n");
  am_free(line);
  /* taken up again: the events are the same, without the figures that are not there */
  assert_int_equal(am_records_open(&records, base, &at, 2, &error), AMINE_OK);
  assert_int_equal(am_records_close(records, &error), AMINE_OK);
  char path[200];
  unsigned char *events;
  size_t size;
  bool value = false, loss = false;
  snprintf(path, sizeof path, "%s/" AM_EVENTS_FILE, base);
  assert_int_equal(am_file_read(path, 1 << 20, &events, &size, &error), AMINE_OK);
  assert_memory_equal(events, before, size);
  for (size_t k = 0; k + 5 <= size; k++) {
    value = value || memcmp(events + k, "value", 5) == 0;
    loss = loss || memcmp(events + k, "loss", 4) == 0;
  }
  assert_true(loss && !value);
  am_free(events);
  am_free(before);
}

/* Iterations that fill no line get one at the end of a session; a run that goes on puts the whole
 * line in its place. */
static void the_last_iterations_get_a_line(void **state) {
  (void)state;
  amine_error error = {0};
  am_records *records;
  am_record_state at = {0};
  for (int session = 0; session < 3; session++) {
    assert_int_equal(am_records_open(&records, base, &at, 4, &error), AMINE_OK);
    for (uint64_t k = 1; k <= 3; k++) {
      const uint64_t iteration = 3 * (uint64_t)session + k;
      const am_learner_report report = {.reward = (double)iteration};
      assert_int_equal(am_records_add(records, iteration, 2, &report, &error), AMINE_OK);
    }
    assert_int_equal(am_records_finish(records, 3 * (uint64_t)session + 3, 2, &error), AMINE_OK);
    at = *am_records_state(records);
    assert_int_equal(at.pending, (3 * session + 3) % 4);
    assert_int_equal(am_records_close(records, &error), AMINE_OK);
  }
  char *text = text_of(AM_METRICS_FILE);
  static const char *const starts[] = {
      "{\"iteration\":4,\"seconds\":2,\"reward\":2.5,",
      "{\"iteration\":8,\"seconds\":2,\"reward\":6.5,",
      "{\"iteration\":9,\"seconds\":2,\"reward\":9,"};
  const char *line = text;
  for (int k = 0; k < 3; k++) {
    assert_int_equal(strncmp(line, starts[k], strlen(starts[k])), 0);
    line = strchr(line, '\n') + 1;
  }
  assert_int_equal(*line, 0);
  am_free(text);
}

/* ------------------------------------------------------------------------------ series */
static const am_series *find(const am_episode *e, const char *name) {
  for (int k = 0; k < e->n; k++)
    if (strcmp(e->series[k].name, name) == 0) return &e->series[k];
  fail_msg("no series %s", name);
  return NULL;
}

/* The world that is played again by the actions gave what the learner was given: the sum of the
 * rewards is that of the evaluation, and the rewards of one step are inputs of the next. */
static void an_episode_is_played_again(void **state) {
  (void)state;
  const am_config c = small_config(&small_variants[6]);
  am_experiment *x = small_experiment(&c);
  double total = 0;
  for (uint32_t lane = 0; lane < 40; lane++) {
    am_episode e;
    double sum = 0, wanted;
    assert_int_equal(am_episode_play(&e, x->learner, lane, 77, NULL), AMINE_OK);
    const float *inputs = find(&e, "inputs")->values, *rewards = find(&e, "rewards")->values;
    const float *actions = find(&e, "actions")->values, *policy = find(&e, "policy")->values;
    assert_int_equal(find(&e, "inputs")->width, x->task->n_inputs);
    for (int t = 0; t < e.n_steps; t++) {
      float p = 0;
      sum += (double)rewards[t];
      for (int k = 0; k < 4; k++) p += policy[4 * t + k];
      assert_true(fabsf(p - 1) < 1e-6f);
      if (t == 0) continue;
      const float *now = inputs + t * x->task->n_inputs;
      assert_true(now[AM_MAZE_INPUT_REWARD] == rewards[t - 1]);
      assert_true(now[AM_MAZE_INPUT_ACTION + (int)actions[t - 1]] == 1);
    }
    x->learner->type->evaluate(x->learner, &wanted, 1, lane, 77, false);
    assert_true(sum == wanted);
    total += sum;
    am_episode_free(&e);
  }
  assert_true(total > 0); /* something was found */
  am_experiment_destroy(x);
}

static void series_are_made(void **state) {
  (void)state;
  amine_error error = {0};
  const am_config c = small_config(&small_variants[6]);
  am_experiment *x = small_experiment(&c);
  am_text arrays = {0}, about = {0};
  am_npz *npz;
  json_t *root;
  assert_int_equal(am_series_make(&arrays, &about, x, 5, true, &error), AMINE_OK);
  assert_int_equal(am_json_parse(&root, "about", about.data, about.length, NULL, &error), AMINE_OK);
  assert_string_equal(json_string_value(json_object_get(root, "meaning")),
                      x->task->type->part.meaning);
  const json_t *list = json_object_get(root, "series");
  assert_int_equal(am_npz_parse(&npz, "arrays", arrays.data, arrays.length, 1 << 24, &error), AMINE_OK);
  assert_int_equal(am_npz_count(npz), json_array_size(list));
  assert_int_equal(json_array_size(list), 7);
  for (size_t k = 0; k < json_array_size(list); k++) {
    const json_t *item = json_array_get(list, k);
    const am_tensor *t;
    const json_int_t width = json_integer_value(json_object_get(item, "width"));
    assert_string_equal(json_string_value(json_object_get(item, "name")), am_npz_name(npz, k));
    assert_int_equal(am_npz_load(npz, &t, k, &error), AMINE_OK);
    assert_int_equal(t->dims[0], x->task->n_steps);
    assert_int_equal(t->rank, width > 1 ? 2 : 1);
    if (width > 1) assert_int_equal(t->dims[1], width);
  }
  am_npz_close(npz);
  json_decref(root);
  am_text_free(&arrays);
  am_text_free(&about);
  am_experiment_destroy(x);
}

/* AA, AB, BA, BB, one after the other, each with its own inputs and target. */
static void each_sort_is_recorded(void **state) {
  (void)state;
  const char *const none[] = {NULL};
  enum { T = 25 };
  am_experiment *x = nonmatch(none);
  am_episode e;
  int n;
  assert_int_equal(am_episodes_play(&e, &n, x->learner, 9, NULL), AMINE_OK);
  assert_int_equal(n, 4);
  assert_int_equal(e.n_steps, 4 * T);
  assert_int_equal(e.n, 5); /* no rewards: nothing is done that could earn any */
  const float *inputs = find(&e, "inputs")->values, *targets = find(&e, "targets")->values;
  const float *outputs = find(&e, "outputs")->values, *error = find(&e, "error")->values;
  const float *activity = find(&e, "activity")->values;
  for (int k = 0; k < 4 * T; k++) {
    const int sort = k / T, t = k % T, which = t < 5 ? sort / 2 : sort % 2;
    const bool shown = t < 5 || (t >= 10 && t < 15), counts = t >= 20;
    assert_true(inputs[2 * k + which] == (shown ? 1.0f : 0.0f) && inputs[2 * k + 1 - which] == 0);
    assert_true(outputs[k] == activity[20 * k]);
    assert_int_equal(isnan(targets[k]), !counts);
    assert_int_equal(isnan(error[k]), !counts);
    if (!counts) continue;
    assert_true(targets[k] == (sort == 1 || sort == 2 ? 0.98f : -0.98f));
    assert_true(fabsf(error[k] - fabsf(outputs[k] - targets[k])) < 1e-6f);
  }
  am_episode_free(&e);
  am_experiment_destroy(x);
}

/* ------------------------------------------------------------------------------ policies */
static double play_double(const am_task *task, int line, uint64_t seed, uint32_t episode,
                          uint32_t lane) {
  (void)task, (void)seed;
  return line * 100 + (double)(lane + episode);
}

static void every_line_can_be_played(void **state) {
  (void)state;
  static const am_task_type type = {
      .part.name = "double", .part.meaning = "for this test", .play = play_double};
  const am_task task = {
      .type = &type,
      .lines = {{.policy = "blind", .reward = 4.5}, {.policy = "ideal", .reward = 104.5}},
      .n_lines = 2};
  amine_error error = {0};
  am_evaluation e;
  assert_int_equal(am_evaluate_policy(&e, &task, "ideal", 10, 1, 3, &error), AMINE_OK);
  assert_true(fabs(e.mean - 104.5) < 1e-9 && e.min == 100 && e.max == 109);
  assert_int_equal(am_evaluate_policy(&e, &task, "planner", 10, 1, 3, &error),
                   AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message, "policy=planner: it must be one of network|blind|ideal");
}

static void each_preset_is_what_its_text_describes(void **state) {
  (void)state;
  int n[2] = {0};
  for (const am_preset *p = am_presets; p->name; p++) {
    json_t *root;
    amine_error error = {0};
    if (am_json_parse(&root, p->name, p->text, strlen(p->text), NULL, &error) != AMINE_OK)
      fail_msg("%s", error.message);
    if (p->brain != am_describes_brain(root)) fail_msg("%s: %d", p->name, p->brain);
    n[p->brain]++;
    json_decref(root);
  }
  assert_true(n[0] > 0 && n[1] > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_preset_is_what_its_text_describes),
      cmocka_unit_test(what_does_not_apply_is_refused),
      cmocka_unit_test(what_a_preset_says_gives_way),
      cmocka_unit_test(what_a_file_says_must_apply),
      cmocka_unit_test(parts_describe_themselves),
      cmocka_unit_test(a_part_that_cannot_be_held_is_refused),
      cmocka_unit_test(a_program_adds_a_task),
      cmocka_unit_test(a_criterion_must_be_there),
      cmocka_unit_test(a_rate_of_0_learns_nothing),
      cmocka_unit_test(a_schedule_that_rises_from_0_is_refused),
      cmocka_unit_test(what_has_collapsed_is_said),
      cmocka_unit_test(an_evaluation_says_it),
      cmocka_unit_test(the_window_holds_1000_episodes),
      cmocka_unit_test(episodes_in_a_row_are_counted),
      cmocka_unit_test(the_window_is_taken_up),
      cmocka_unit_test(a_window_that_cannot_be_is_refused),
      cmocka_unit_test(the_learner_says_when),
      cmocka_unit_test(a_batch_is_asked_at_its_end),
      cmocka_unit_test(controls_of_others_are_refused),
      cmocka_unit_test(keys_that_are_gone_say_what_says_it_now),
      cmocka_unit_test(errors_are_the_tasks),
      cmocka_unit_test(what_a_learner_has_not_is_null),
      cmocka_unit_test(the_last_iterations_get_a_line),
      cmocka_unit_test(an_episode_is_played_again),
      cmocka_unit_test(series_are_made),
      cmocka_unit_test(each_sort_is_recorded),
      cmocka_unit_test(every_line_can_be_played),
  };
  return cmocka_run_group_tests(tests, make_base, remove_base);
}
