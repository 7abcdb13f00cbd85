/* What is told of a modulator: a network made by hand, whose signal is what its input is; what holding
 * it costs is what evaluation by the same clamp costs; windows begin where events are; a run without
 * a signal is refused by a sentence; the file is of its checkpoint. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "format/json.h"
#include "learner/hold.h"
#include "run/folder.h"
#include "run/train/checkpoint.h"
#include "run/train/evaluate.h"
#include "run/train/explain.h"
#include "small.h"
#include "task/bandit.h"

static const char no_signal[] = "no signal modulates this network";

static void set_all(am_learner *learner, const char *name, int row, float value) {
  am_learner_tensor t;
  for (int k = 0; learner->type->tensor(learner, k, &t); k++) {
    if (!t.is_parameter || strcmp(t.name, name) != 0) continue;
    const size_t cols = t.rank == 2 ? t.dims[1] : 1, n = t.dims[0] * cols;
    float *values = am_alloc(n, sizeof *values);
    learner->type->get(learner, k, values);
    for (size_t i = 0; i < n; i++)
      if (row < 0 || i / cols == (size_t)row) values[i] = value;
    learner->type->set(learner, k, values);
    am_free(values);
    return;
  }
  fail_msg("there is no %s", name);
}

static void set_one(am_learner *learner, const char *name, size_t at, float value) {
  am_learner_tensor t;
  for (int k = 0; learner->type->tensor(learner, k, &t); k++) {
    if (!t.is_parameter || strcmp(t.name, name) != 0) continue;
    const size_t n = t.dims[0] * (t.rank == 2 ? t.dims[1] : 1);
    float *values = am_alloc(n, sizeof *values);
    learner->type->get(learner, k, values);
    values[at] = value;
    learner->type->set(learner, k, values);
    am_free(values);
    return;
  }
  fail_msg("there is no %s", name);
}

static json_t *explain(am_experiment *x, int n) {
  amine_error error = {0};
  am_text text = {0};
  json_t *root;
  if (am_explain(&text, x, n, 77, &error) != AMINE_OK) fail_msg("%s", error.message);
  if (am_json_parse(&root, "told", text.data, text.length, NULL, &error) != AMINE_OK)
    fail_msg("%s", error.message);
  am_text_free(&text);
  return root;
}

static const json_t *named(const json_t *array, const char *key, const char *name) {
  for (size_t k = 0; k < json_array_size(array); k++) {
    const json_t *one = json_array_get(array, k);
    const char *found = json_string_value(json_object_get(one, key));
    if (found && strcmp(found, name) == 0) return one;
  }
  fail_msg("there is no %s", name);
  return NULL;
}

static double at(const json_t *object, const char *key, size_t k) {
  return json_number_value(json_array_get(json_object_get(object, key), k));
}

/* ------------------------------------------------------------------------------ by hand */
/* The bandit's inputs are what the last step paid, and which arm was pulled. A unit that repeats the
 * reward, and M that repeats the unit: M is tanh(tanh(a)) one step after each reward, else 0. */
static void a_signal_by_hand(void **state) {
  (void)state;
  const small_variant v = {"by hand",
                           {"task.type=bandit", "task.steps=30", "modulator.fanout=true"}};
  const am_config config = small_config(&v);
  am_experiment *x = small_experiment(&config);
  am_learner *l = x->learner;
  am_learner_tensor t;
  static const char *const off[] = {"i2h.weight", "i2h.bias",        "w", "alpha", "h2mod.weight",
                                    "h2mod.bias", "modfanout.weight"};
  for (size_t k = 0; k < sizeof off / sizeof *off; k++) set_all(l, off[k], -1, 0);
  for (int k = 0; l->type->tensor(l, k, &t) && strcmp(t.name, "i2h.weight") != 0; k++) continue;
  const int n_in = (int)t.dims[1];
  float seen[8] = {0};
  am_bandit_state world;
  x->task->type->start(x->task, &world, 1, 0, 0);
  world.previous_reward = 1;
  x->task->type->observe(x->task, &world, seen);
  size_t paid = 0;
  while (seen[paid] != 1 && paid + 1 < (size_t)n_in) paid++;
  set_one(l, "i2h.weight", paid, 2); /* of unit 0 */
  set_one(l, "h2mod.weight", 0, 3);
  set_one(l, "modfanout.weight", 2, -0.5f); /* units 2 and 5 hear M, one three times as much */
  set_one(l, "modfanout.weight", 5, 1.5f);
  set_all(l, "alpha", 2, 0.5f);
  set_all(l, "alpha", 5, -0.5f);
  set_all(l, "alpha", 7, 0.9f); /* hears nothing */
  json_t *root = explain(x, 40);
  const json_t *level = named(json_object_get(root, "signals"), "name", "level");
  const json_t *reward = named(json_object_get(level, "events"), "name", "reward");
  const json_t *lost = named(json_object_get(level, "events"), "name", "lost");
  const double M = tanh(3 * tanh(2.0));
  assert_true(fabs(at(reward, "mean", AM_SIGNAL_BEFORE + 1) - M) < 1e-5);
  assert_true(fabs(at(reward, "low", AM_SIGNAL_BEFORE + 1) - M) < 1e-5);
  assert_true(fabs(at(lost, "mean", AM_SIGNAL_BEFORE + 1)) < 1e-6);
  assert_true(json_integer_value(json_object_get(reward, "n")) +
                  json_integer_value(json_object_get(lost, "n")) ==
              40 * 30);
  const json_t *predicted = json_object_get(level, "predicted");
  assert_true(am_json_number_of(predicted, "all") > 0.999);
  assert_true(am_json_number_of(predicted, "shown") > 0.999);
  assert_true(am_json_number_of(predicted, "paid") > 0.999);
  assert_true(am_json_number_of(predicted, "events") > 0.9); /* nothing tells of step 0 */
  assert_true(fabs(am_json_number_of(predicted, "time")) < 0.2);
  const json_t *reach = json_object_get(level, "reach");
  assert_true(fabs(at(reach, "share", 2) - 0.25) < 1e-5);
  assert_true(fabs(at(reach, "share", 5) - 0.75) < 1e-5);
  assert_true(at(reach, "share", 7) == 0);
  json_decref(root);
  am_experiment_destroy(x);
}

/* ------------------------------------------------------------------------------ what it costs */
static void train(am_experiment *x, int iterations) {
  am_learner_report report;
  for (int k = 0; k < iterations; k++)
    assert_int_equal(am_experiment_iterate(x, &report, NULL), AMINE_OK);
}

static const small_variant learned[] = {
    {"pairs", {"task.type=bandit", "batch=32", "rule.clip=1", "learner.rate_end=0.01"}},
    {"lanes",
     {"task.type=associative", "network.type=plastic-gru", "learner.type=bptt", "task.queries=6",
      "learner.rate_end=0.01"}},
    {"symbols", {SYMBOLS, "task.unit=bytes", "network.type=plastic-lstm", "batch=3"}}};

/* Held at a step that asks, and at the three after it. */
typedef struct asker {
  const am_task *task;
  float mean;
  int since[64], n_held;
  bool within;
} asker;

static const float *after_asked(void *context, uint32_t lane, int step, const void *world,
                                float reward, bool over) {
  asker *a = context;
  float wanted[64];
  (void)reward;
  if (step == 0 && !over) a->since[lane] = 100;
  if (!over) a->since[lane]++;
  if (!over && a->task->type->target(a->task, world, wanted)) a->since[lane] = 0;
  if (!over) a->n_held += a->since[lane] <= 3;
  return (a->since[lane] <= 3) == a->within ? &a->mean : NULL;
}

static double at_mean(const json_t *root) {
  return am_json_number_of(named(json_object_get(root, "signals"), "name", "level"), "mean");
}

static void within_is_from_the_event_on(am_experiment *x, const json_t *all, double mean, int n) {
  asker a = {.task = x->task, .mean = (float)mean, .within = true};
  double rewards[64], sum = 0;
  x->learner->hold = &(am_hold){"level", after_asked, &a};
  x->learner->type->evaluate(x->learner, rewards, n, 0, 77, false);
  x->learner->hold = NULL;
  for (int k = 0; k < n; k++) sum += rewards[k] / n;
  const json_t *within = named(all, "event", "asked");
  const double cost = am_json_number_of(within, "difference");
  assert_in_range(a.n_held, 1, n * x->task->n_steps - 1);
  if (!(fabs(am_json_number_of(within, "value") - sum) < 1e-3 * fabs(cost)))
    fail_msg("%.9g is not %.9g, and it costs %g", am_json_number_of(within, "value"), sum, cost);
  assert_true(cost != am_json_number_of(named(all, "how", "mean"), "difference"));
  /* and at the others, the last of the list */
  a.within = false;
  x->learner->hold = &(am_hold){"level", after_asked, &a};
  x->learner->type->evaluate(x->learner, rewards, n, 0, 77, false);
  x->learner->hold = NULL;
  sum = 0;
  for (int k = 0; k < n; k++) sum += rewards[k] / n;
  const double outside = am_json_number_of(json_array_get(all, json_array_size(all) - 1), "value");
  if (!(fabs(outside - sum) < 1e-3 * fabs(cost))) fail_msg("%.9g is not %.9g", outside, sum);
}

/* Free is what evaluation says; held at 0 is what evaluation says with clamp.readout=0; around each
 * event it costs something else. */
static void held_costs_what_a_clamp_costs(void **state) {
  (void)state;
  enum { N = 24 };
  for (size_t k = 0; k < 3; k++) {
    const am_config config = small_config(&learned[k]);
    small_variant clamped = learned[k];
    int at_end = 0;
    while (clamped.assignments[at_end]) at_end++;
    clamped.assignments[at_end] = "clamp.readout=0";
    const am_config held_config = small_config(&clamped);
    am_experiment *x = small_experiment(&config), *y = small_experiment(&held_config);
    train(x, k == 1 ? 300 : 60);
    am_learner_tensor t;
    for (int i = 0; x->learner->type->tensor(x->learner, i, &t); i++) {
      float *values = am_alloc(t.dims[0] * (t.rank == 2 ? t.dims[1] : 1), sizeof *values);
      x->learner->type->get(x->learner, i, values);
      if (k == 1 && t.is_parameter && strstr(t.name, "alpha")) /* that traces are felt */
        for (size_t e = 0; e < t.dims[0] * t.dims[1]; e++) values[e] = e % 3 ? 1.5f : -1;
      x->learner->type->set(x->learner, i, values);
      y->learner->type->set(y->learner, i, values);
      am_free(values);
    }
    json_t *root = explain(x, N);
    const int n = (int)json_integer_value(json_object_get(root, "episodes"));
    const json_t *all =
        json_object_get(named(json_object_get(root, "signals"), "name", "level"), "held");
    double rewards[2][N], mean[2] = {0, 0};
    assert_in_range(n, 2, N);
    if (x->task->n_symbols == 0) {
      x->learner->type->evaluate(x->learner, rewards[0], n, 0, 77, false);
      y->learner->type->evaluate(y->learner, rewards[1], n, 0, 77, false);
      for (int i = 0; i < n; i++) mean[0] += rewards[0][i] / n, mean[1] += rewards[1][i] / n;
      assert_true(fabs(am_json_number_of(named(all, "how", "free"), "value") - mean[0]) < 1e-9);
      assert_true(fabs(am_json_number_of(named(all, "how", "zero"), "value") - mean[1]) < 1e-9);
      assert_true(fabs(am_json_number_of(named(all, "how", "zero"), "difference") -
                       (mean[1] - mean[0])) < 1e-9);
    }
    assert_true(am_json_number_of(named(all, "how", "free"), "difference") == 0);
    assert_true(am_json_number_of(named(all, "how", "within"), "value") < 1e9);
    assert_true(json_array_size(all) >= 5);
    if (k == 1) within_is_from_the_event_on(x, all, at_mean(root), n);
    json_decref(root);
    am_experiment_destroy(x);
    am_experiment_destroy(y);
  }
}

/* ------------------------------------------------------------------------------ everywhere */
/* Any learner, any network, any task: as many steps as there are, and free is what evaluation says. A
 * plastic network of real actions, too, whose world is lived once more by them. */
static void every_kind_of_run(void **state) {
  (void)state;
  enum { N = 3 };
  static const small_variant real = {
      "real actions",
      {"task.type=two-targets", "task.steps=20", "network.type=plastic-rnn", "learner.type=a2c"}};
  int n_told = 0;
  for (int k = 0; k <= N_SMALL_VARIANTS; k++) {
    const small_variant *v = k < N_SMALL_VARIANTS ? &small_variants[k] : &real;
    const am_config config = small_config(v);
    am_experiment *x = small_experiment(&config);
    if (am_explain_has(x)) {
      json_t *root = explain(x, N);
      const json_t *signal = json_array_get(json_object_get(root, "signals"), 0);
      const json_t *free_one = json_array_get(json_object_get(signal, "held"), 0);
      double rewards[N], mean = 0;
      assert_true(am_json_number_of(signal, "samples") > 0);
      if (free_one && x->task->n_symbols == 0) {
        x->learner->type->evaluate(x->learner, rewards, N, 0, 77, false);
        for (int e = 0; e < N; e++) mean += rewards[e] / N;
        if (fabs(am_json_number_of(free_one, "value") - mean) > 1e-9) fail_msg("%s", v->name);
      }
      if (v == &real) assert_true(json_array_size(json_object_get(signal, "events")) > 0);
      n_told++;
      json_decref(root);
    } else assert_true(v != &real);
    am_experiment_destroy(x);
  }
  assert_true(n_told > 20);
}

/* ------------------------------------------------------------------------------ none, and the file */
static void without_a_signal(void **state) {
  (void)state;
  static const small_variant none[] = {{"rnn", {"rule.type=none"}},
                                       {"constant", {"modulator.type=constant"}}};
  for (int k = 0; k < 2; k++) {
    const am_config config = small_config(&none[k]);
    am_experiment *x = small_experiment(&config);
    amine_error error = {0};
    am_text text = {0};
    assert_false(am_explain_has(x));
    assert_int_equal(am_explain(&text, x, 4, 1, &error), AMINE_ERROR_ARGUMENT);
    if (strncmp(error.message, no_signal, sizeof no_signal - 1) != 0) fail_msg("%s", error.message);
    am_text_free(&text);
    am_experiment_destroy(x);
  }
}

static void the_file_is_of_its_checkpoint(void **state) {
  (void)state;
  char base[64], path[120];
  amine_error error = {0};
  assert_int_equal(folder_make(base, sizeof base), 0);
  snprintf(path, sizeof path, "%s/" AM_EXPLAIN_FILE, base);
  const small_variant v = {"file", {"task.type=bandit"}};
  const am_config config = small_config(&v);
  am_experiment *x = small_experiment(&config);
  x->from = (am_file_sum){.bytes = 5, .crc32c = 6};
  assert_int_equal(am_explain_record(x, base, &error), AMINE_OK);
  json_t *root;
  assert_int_equal(am_json_read(&root, path, NULL, &error), AMINE_OK);
  assert_true(json_integer_value(json_object_get(root, "episodes")) == AM_EXPLAIN_EPISODES);
  json_decref(root);
  /* of that checkpoint: it stays, whatever stands in it besides; of another it is made anew */
  static const char kept[] = "{\"checkpoint\": {\"bytes\": 5, \"crc32c\": 6}, \"signals\": []}";
  assert_int_equal(am_file_replace(path, kept, sizeof kept - 1, &error), AMINE_OK);
  for (int changed = 0; changed < 2; changed++) {
    if (changed) x->from.crc32c = 7;
    assert_int_equal(am_explain_record(x, base, &error), AMINE_OK);
    assert_int_equal(am_json_read(&root, path, NULL, &error), AMINE_OK);
    assert_int_equal(json_array_size(json_object_get(root, "signals")), changed);
    json_decref(root);
  }
  am_experiment_destroy(x);
  folder_remove(base);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_signal_by_hand), cmocka_unit_test(held_costs_what_a_clamp_costs),
      cmocka_unit_test(every_kind_of_run), cmocka_unit_test(without_a_signal),
      cmocka_unit_test(the_file_is_of_its_checkpoint)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
