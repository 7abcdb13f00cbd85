/* Interventions: what is done to a run while it goes on is written down with its step, the same lines make
 * the same bits, and neither a stop nor a crash loses one. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "format/file.h"
#include "format/json.h"
#include "run/simulate/checkpoint.h"
#include "run/simulate/run.h"
#include "run/train/train.h"

static char base[] = "/tmp/amine-interventions-XXXXXX";
static amine_error error;

static void must(amine_status status) {
  if (status != AMINE_OK) fail_msg("%s", error.message);
}

static const char *place(const char *name) {
  static char paths[8][300];
  static int k;
  k = (k + 1) % 8;
  snprintf(paths[k], sizeof paths[k], "%s/%s", base, name);
  return paths[k];
}

static void write_file(const char *name, const char *text) {
  must(am_file_replace(place(name), text, strlen(text), &error));
}

static void expect_file(const char *name, const char *wanted) {
  unsigned char *data;
  size_t size;
  must(am_file_read(place(name), 1 << 20, &data, &size, &error));
  if (strcmp((char *)data, wanted) != 0) fail_msg("%s holds\n%s", name, (char *)data);
  am_free(data);
}

static bool same_file(const char *a, const char *b, const char *file) {
  char path[200];
  am_file_sum sums[2];
  snprintf(path, sizeof path, "%s/%s", a, file);
  must(am_file_sum_of(&sums[0], place(path), &error));
  snprintf(path, sizeof path, "%s/%s", b, file);
  must(am_file_sum_of(&sums[1], place(path), &error));
  return sums[0].bytes == sums[1].bytes && sums[0].crc32c == sums[1].crc32c;
}

/* ------------------------------------------------------------------------------ whoever reaches in */
typedef struct act {
  uint64_t step;
  const char *kind, *of;
  double value;
} act;

typedef struct hand {
  const act *acts; /* ends with a kind of NULL */
  uint64_t until;  /* where it stops the run */
} hand;

static void reach_in(hand *h, uint64_t now, am_interventions *i) {
  for (; h->acts->kind && h->acts->step <= now; h->acts++) {
    am_intervention one = {.value = h->acts->value};
    snprintf(one.kind, sizeof one.kind, "%s", h->acts->kind);
    snprintf(one.of, sizeof one.of, "%s", h->acts->of ? h->acts->of : "");
    must(am_interventions_add(i, &one, now, &error));
    assert_int_equal(one.step, now);
  }
}

/* ------------------------------------------------------------------------------ a brain */
static const char brain[] =
    "{\"dt_ms\": 0.5, \"neuromodulation\": {\"dopamine\": {\"tau_ms\": 200}, \"serotonin\": {}, "
    "\"norepinephrine\": {}},"
    " \"populations\": [{\"name\": \"S\", \"n\": 20, \"model\": \"izhikevich\"},"
    " {\"name\": \"T\", \"n\": 20, \"model\": \"izhikevich\"}],"
    " \"projections\": [{\"source\": \"S\", \"target\": \"T\", \"connect\": \"all\", \"weight\": 1,"
    " \"rule\": \"da-stdp\"}],"
    " \"inputs\": [{\"population\": \"S\", \"type\": \"current\", \"mean\": 3, \"noise\": 8},"
    " {\"population\": \"T\", \"type\": \"current\", \"mean\": 3, \"noise\": 8}],"
    " \"duration_s\": 1}";

static am_simulation_config brain_config(void) {
  am_simulation_config c;
  json_t *root;
  must(am_json_parse(&root, "test", brain, strlen(brain), NULL, &error));
  must(am_simulation_config_from(&c, root, "test", &error));
  json_decref(root);
  return c;
}

static bool brain_moment(void *context, am_simulation *s, am_interventions *i) {
  hand *h = context;
  const uint64_t now = amine_brain_step(s->brain);
  reach_in(h, now, i);
  if (h->until < s->halt) s->halt = h->until;
  return now < h->until;
}

static const act brain_acts[] = {{0, "reward", NULL, 1},      {400, "clamp", "dopamine", 0.9},
                                 {600, "lesion", "S", 0},     {800, "release", "dopamine", 0},
                                 {1000, "learning", NULL, 0}, {1200, "heal", "S", 0},
                                 {1200, "lesion", "S-T", 0},  {1400, "punishment", NULL, 1},
                                 {1600, "learning", NULL, 1}, {1600, "heal", "S-T", 0},
                                 {1800, "novelty", NULL, 0.5}, {0, NULL, NULL, 0}};

static amine_status live(const char *name, const am_simulation_config *c, bool resume, hand *h,
                         const char *script) {
  am_simulation_outcome outcome = {0};
  const am_simulation_watch watch = {
      .moment = h ? brain_moment : NULL, .context = h, .script = script};
  const amine_status status = resume
                                  ? am_simulation_resume(&outcome, c, place(name), &watch, &error)
                                  : am_simulation_new(&outcome, c, place(name), &watch, &error);
  am_simulation_outcome_free(&outcome);
  return status;
}

static const char brain_lines[] =
    "{\"step\":0,\"do\":\"reward\",\"value\":1}\n"
    "{\"step\":400,\"do\":\"clamp\",\"of\":\"dopamine\",\"value\":0.90000000000000002}\n"
    "{\"step\":600,\"do\":\"lesion\",\"of\":\"S\"}\n"
    "{\"step\":800,\"do\":\"release\",\"of\":\"dopamine\"}\n"
    "{\"step\":1000,\"do\":\"learning\",\"value\":0}\n"
    "{\"step\":1200,\"do\":\"heal\",\"of\":\"S\"}\n"
    "{\"step\":1200,\"do\":\"lesion\",\"of\":\"S-T\"}\n"
    "{\"step\":1400,\"do\":\"punishment\",\"value\":1}\n"
    "{\"step\":1600,\"do\":\"learning\",\"value\":1}\n"
    "{\"step\":1600,\"do\":\"heal\",\"of\":\"S-T\"}\n"
    "{\"step\":1800,\"do\":\"novelty\",\"value\":0.5}\n";

static void a_brain_is_repeated_by_its_lines(void **state) {
  (void)state;
  const am_simulation_config c = brain_config();
  hand h = {brain_acts, UINT64_MAX};
  must(live("lived", &c, false, &h, NULL));
  assert_null(h.acts->kind);
  expect_file("lived/" AM_INTERVENTIONS_FILE, brain_lines);
  must(live("alone", &c, false, NULL, NULL));
  assert_false(same_file("lived", "alone", AM_CHECKPOINT_FILE));
  must(live("repeated", &c, false, NULL, place("lived/" AM_INTERVENTIONS_FILE)));
  assert_true(same_file("lived", "repeated", AM_CHECKPOINT_FILE));
  assert_true(same_file("lived", "repeated", "spikes.gdf"));
  /* stopped everywhere, also between slices and where something has just been done */
  for (uint64_t at = 100; at < 2000; at += 300) {
    char name[32];
    snprintf(name, sizeof name, "stopped%d", (int)at);
    h = (hand){brain_acts, at};
    assert_int_equal(live(name, &c, false, &h, NULL), AMINE_ERROR_STOPPED);
    h.until = UINT64_MAX;
    must(live(name, &c, true, &h, NULL));
    if (!same_file("lived", name, AM_CHECKPOINT_FILE)) fail_msg("stopped at step %d: it differs", (int)at);
    snprintf(name, sizeof name, "stopped%d/" AM_INTERVENTIONS_FILE, (int)at);
    expect_file(name, brain_lines);
  }
  am_simulation_config_free((am_simulation_config *)&c);
}

/* A run that died: its checkpoint is older than its lines, of which the last is torn. */
static void what_the_checkpoint_does_not_know_is_done_again(void **state) {
  (void)state;
  char torn[sizeof brain_lines + 40];
  const am_simulation_config c = brain_config();
  hand h = {brain_acts, 500};
  assert_int_equal(live("died", &c, false, &h, NULL), AMINE_ERROR_STOPPED);
  snprintf(torn, sizeof torn, "%s{\"step\":1800,\"do\":\"rew", brain_lines);
  write_file("died/" AM_INTERVENTIONS_FILE, torn);
  const act more[] = {{1800, "reward", NULL, -1}, {0, NULL, NULL, 0}};
  h = (hand){more, UINT64_MAX};
  must(live("died", &c, true, &h, NULL));
  snprintf(torn, sizeof torn, "%s{\"step\":1800,\"do\":\"reward\",\"value\":-1}\n", brain_lines);
  expect_file("died/" AM_INTERVENTIONS_FILE, torn);
  must(live("died-again", &c, false, NULL, place("died/" AM_INTERVENTIONS_FILE)));
  assert_true(same_file("died", "died-again", AM_CHECKPOINT_FILE));
  am_simulation_config_free((am_simulation_config *)&c);
}

/* Back to where a copy of the checkpoint was made: the other future is as if the first had not been. */
static void one_goes_back(void **state) {
  (void)state;
  const am_simulation_config c = brain_config();
  hand h = {brain_acts, 900};
  unsigned char *kept;
  size_t size;
  assert_int_equal(live("back", &c, false, &h, NULL), AMINE_ERROR_STOPPED);
  must(am_file_read(place("back/" AM_CHECKPOINT_FILE), 1 << 26, &kept, &size, &error));
  const act other[] = {{950, "lesion", "T", 0}, {0, NULL, NULL, 0}};
  h = (hand){other, 1500};
  assert_int_equal(live("back", &c, true, &h, NULL), AMINE_ERROR_STOPPED);
  must(am_interventions_cut(place("back"), 4, &error));
  must(am_file_replace(place("back/" AM_CHECKPOINT_FILE), kept, size, &error));
  h = (hand){brain_acts + 4, UINT64_MAX};
  must(live("back", &c, true, &h, NULL));
  must(live("forward", &c, false, NULL, place("back/" AM_INTERVENTIONS_FILE)));
  expect_file("back/" AM_INTERVENTIONS_FILE, brain_lines);
  assert_true(same_file("back", "forward", AM_CHECKPOINT_FILE));
  assert_true(same_file("back", "forward", "spikes.gdf"));
  am_free(kept);
  am_simulation_config_free((am_simulation_config *)&c);
}

/* ------------------------------------------------------------------------------ a training */
static am_config training(void) {
  static const char *const small[] = {"iterations=40", "batch=4", "task.steps=10",
                                      "network.hidden=8", "threads=1"};
  am_config c;
  am_config_default(&c);
  must(am_config_load(&c, "bandit", &error));
  for (size_t k = 0; k < sizeof small / sizeof *small; k++)
    if (am_config_assign(&c, small[k], &error) != AMINE_OK) fail_msg("%s", error.message);
  must(am_config_resolve(&c, &error));
  return c;
}

static bool training_moment(void *context, am_experiment *x, am_interventions *i) {
  hand *h = context;
  reach_in(h, x->learner->iteration, i);
  return x->learner->iteration < h->until;
}

static amine_status train(const char *name, const am_config *c, bool resume, hand *h,
                          const char *script) {
  const am_train_watch watch = {
      .moment = h ? training_moment : NULL, .context = h, .script = script};
  return resume ? am_train_resume(c, place(name), &watch, &error)
                : am_train_new(c, place(name), &watch, &error);
}

static void a_training_is_repeated_by_its_lines(void **state) {
  (void)state;
  am_config c = training();
  const act acts[] = {{0, "rate", NULL, 2},     {10, "learning", NULL, 0}, {20, "rate", NULL, 0.5},
                      {30, "learning", NULL, 1}, {0, NULL, NULL, 0}};
  hand h = {acts, UINT64_MAX};
  must(train("taught", &c, false, &h, NULL));
  must(train("by-itself", &c, false, NULL, NULL));
  assert_false(same_file("taught", "by-itself", AM_CHECKPOINT_FILE));
  must(train("taught-again", &c, false, NULL, place("taught/" AM_INTERVENTIONS_FILE)));
  assert_true(same_file("taught", "taught-again", AM_CHECKPOINT_FILE));
  for (uint64_t at = 1; at < 40; at += 6) { /* 1, 7, ... and 31 */
    char name[32];
    snprintf(name, sizeof name, "interrupted%d", (int)at);
    h = (hand){acts, at};
    assert_int_equal(train(name, &c, false, &h, NULL), AMINE_ERROR_STOPPED);
    h.until = UINT64_MAX;
    must(train(name, &c, true, &h, NULL));
    if (!same_file("taught", name, AM_CHECKPOINT_FILE)) fail_msg("stopped after %d: it differs", (int)at);
  }
  am_config_free(&c);
}

/* With a step size of 0 nothing of the network moves; with a factor of 2 a step is twice as long. */
static void a_training_rests(void **state) {
  (void)state;
  am_config c = training();
  const act acts[] = {{0, "learning", NULL, 0}, {0, NULL, NULL, 0}};
  hand h = {acts, 1};
  am_experiment *at_first, *later;
  must(am_experiment_create(&at_first, &c, &error));
  must(am_experiment_create(&later, &c, &error));
  am_learner_report report;
  later->learner->rate_factor = 0;
  for (int k = 0; k < 5; k++) must(am_experiment_iterate(later, &report, &error));
  assert_true(report.rate == 0);
  am_learner_tensor t;
  for (int k = 0; later->learner->type->tensor(later->learner, k, &t); k++) {
    if (!t.is_parameter) continue;
    const size_t n = t.dims[0] * (t.rank > 1 ? t.dims[1] : 1);
    float *a = calloc(n, sizeof *a), *b = calloc(n, sizeof *b);
    at_first->learner->type->get(at_first->learner, k, a);
    later->learner->type->get(later->learner, k, b);
    assert_memory_equal(a, b, n * sizeof *a);
    free(a), free(b);
  }
  am_experiment_destroy(at_first);
  am_experiment_destroy(later);
  assert_int_equal(train("resting", &c, false, &h, NULL), AMINE_ERROR_STOPPED);
  am_config_free(&c);
}

/* ------------------------------------------------------------------------------ what is wrong */
static void expect_refused(const char *script, const char *sentence) {
  const am_simulation_config c = brain_config();
  static int n;
  char name[32];
  snprintf(name, sizeof name, "refused%d", n++);
  write_file("script.jsonl", script);
  assert_int_equal(live(name, &c, false, NULL, place("script.jsonl")), AMINE_ERROR_INPUT);
  if (!strstr(error.message, sentence)) fail_msg("\"%s\" is not in \"%s\"", sentence, error.message);
  am_simulation_config_free((am_simulation_config *)&c);
}

static void what_is_wrong_is_named(void **state) {
  (void)state;
  expect_refused("{\"step\":0,\"do\":\"sing\"}\n",
                 "line 1: \"sing\" cannot be done to this run: clamp, release, reward");
  expect_refused("{\"step\":0,\"do\":\"clamp\",\"value\":1}\n", "\"of\" has to name a chemical system");
  expect_refused("{\"step\":0,\"do\":\"clamp\",\"of\":\"dopamin\",\"value\":1}\n",
                 "no chemical system \"dopamin\"");
  expect_refused("{\"step\":0,\"do\":\"clamp\",\"of\":\"orexin\",\"value\":1}\n",
                 "orexin is not there in this brain");
  expect_refused("{\"step\":0,\"do\":\"clamp\",\"of\":\"dopamine\",\"value\":2}\n",
                 "a value of 2 is not in 0 to 1");
  expect_refused("{\"step\":0,\"do\":\"clamp\",\"of\":\"dopamine\"}\n", "a value of nan");
  expect_refused("{\"step\":0,\"do\":\"reward\",\"of\":\"S\",\"value\":1}\n", "done to the run, not to");
  expect_refused("{\"step\":0,\"do\":\"lesion\",\"of\":\"Z\"}\n",
                 "no population or projection \"Z\"");
  expect_refused("{\"step\":0,\"do\":\"learning\",\"value\":0.5}\n", "0 or 1, not 0.5");
  char name[512], script[600]; /* as long as a projection's may be, and longer */
  memset(name, 'x', sizeof name);
  snprintf(script, sizeof script, "{\"step\":0,\"do\":\"lesion\",\"of\":\"%.401s\"}\n", name);
  expect_refused(script, "no population or projection \"xxxx");
  snprintf(script, sizeof script, "{\"step\":0,\"do\":\"lesion\",\"of\":\"%.416s\"}\n", name);
  expect_refused(script, "a name of up to 415");
  expect_refused("{\"step\":5,\"do\":\"reward\",\"value\":1}\n{\"step\":4,\"do\":\"reward\",\"value\":1}\n",
                 "line 2: step 4 comes before the 5");
  expect_refused("{\"step\":0,\"do\":\"reward\",\"value\":\"x\"}\n", "\"value\" is no number");
  expect_refused("{\"step\":-1,\"do\":\"reward\",\"value\":1}\n", "\"step\" is no number of steps");
  expect_refused("{\"step\":0,\"do\":\"reward\",\"value\":1,\"why\":2}\n", "why is no member");
  expect_refused("[1]\n", "an intervention is an object");
  expect_refused("nonsense\n", "line 1");
}

static void a_file_that_was_cut_is_noticed(void **state) {
  (void)state;
  const am_simulation_config c = brain_config();
  hand h = {brain_acts, 900};
  assert_int_equal(live("cut", &c, false, &h, NULL), AMINE_ERROR_STOPPED);
  must(am_interventions_cut(place("cut"), 2, &error));
  assert_int_equal(live("cut", &c, true, NULL, NULL), AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "fewer lines than the 4"));
  unlink(place("cut/" AM_INTERVENTIONS_FILE));
  assert_int_equal(live("cut", &c, true, NULL, NULL), AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "missing"));
  am_simulation_config_free((am_simulation_config *)&c);
}

static int begin(void **state) {
  (void)state;
  return mkdtemp(base) ? 0 : -1;
}

static int end(void **state) {
  (void)state;
  char command[100];
  snprintf(command, sizeof command, "rm -r %s", base);
  return system(command);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_brain_is_repeated_by_its_lines),
      cmocka_unit_test(what_the_checkpoint_does_not_know_is_done_again),
      cmocka_unit_test(one_goes_back),
      cmocka_unit_test(a_training_is_repeated_by_its_lines),
      cmocka_unit_test(a_training_rests),
      cmocka_unit_test(what_is_wrong_is_named),
      cmocka_unit_test(a_file_that_was_cut_is_noticed),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
