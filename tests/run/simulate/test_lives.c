/* Events of a model in a simulation: what a file's events do, that a run that is resumed goes on
 * with them, and what is said where nothing moves what a rule waits for. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "format/json.h"
#include "run/simulate/checkpoint.h"
#include "run/simulate/simulation.h"

static void must(amine_status status, const amine_error *error) {
  if (status != AMINE_OK) fail_msg("%s", error->message);
}

static void advance(am_simulation *s, double seconds) {
  amine_error error = {0};
  while (am_simulation_time(s) < seconds && !am_simulation_done(s))
    must(am_simulation_run(s, NULL, &error), &error);
}

/* ------------------------------------------------------------------------------ the preset */
/* Rates stay near the 5 Hz that homeostasis aims at, over a day and a night of its life, and each
 * modulator moves. */
static void the_default_brain_lives(void **state) {
  (void)state;
  amine_error error = {0};
  am_simulation_config c;
  am_simulation *s;
  uint64_t before[4];
  static const char *const twice[] = {"duration_s=20"};
  must(am_simulation_config_load(&c, "brain", &error), &error);
  must(am_simulation_config_apply(&c, twice, 1, &error), &error);
  am_text notes = {0};
  must(am_simulation_create(&s, &c, 1, &notes, &error), &error);
  assert_int_equal(notes.length, 0);
  advance(s, 10);
  for (int p = 0; p < 4; p++) before[p] = amine_brain_spike_count(s->brain, p);
  advance(s, 20);
  for (int p = 0; p < 4; p++) {
    const double rate = (double)(amine_brain_spike_count(s->brain, p) - before[p]) / 250 / 10;
    if (!(rate > 3 && rate < 7))
      fail_msg("%s: %.2f Hz", amine_brain_population(s->brain, p, NULL, NULL), rate);
  }
  const am_recorder *e = &s->log.events;
  for (int k = 0; k < AM_N_MODULATORS; k++) {
    float low = 1, high = 0;
    for (size_t i = 0; i < e->n; i++) {
      low = fminf(low, e->values[i * e->n_columns + AM_EVENT_AFTER + (size_t)k]);
      high = fmaxf(high, e->values[i * e->n_columns + AM_EVENT_AFTER + (size_t)k]);
    }
    if (!(high - low > 0.2f))
      fail_msg("%s moves by %g", am_modulator_names[k], (double)(high - low));
  }
  am_simulation_destroy(s);
  am_simulation_config_free(&c);
}

/* ------------------------------------------------------------------------------ what is said */
#define POPULATIONS                                                                                \
  "\"populations\": [{\"name\": \"S\", \"n\": 10, \"model\": \"poisson\"},"                        \
  " {\"name\": \"A\", \"n\": 5, \"model\": \"lif\"}]"
#define PROJECTION(more)                                                                           \
  "{\"source\": \"S\", \"target\": \"A\", \"connect\": \"all\", \"rule\": \"da-stdp\"" more "}"

static am_simulation_config config_of(const char *text) {
  am_simulation_config c;
  json_t *root;
  amine_error error = {0};
  must(am_json_parse(&root, "test", text, strlen(text), NULL, &error), &error);
  must(am_simulation_config_from(&c, root, "test", &error), &error);
  json_decref(root);
  return c;
}

static void rules_that_wait_are_named(void **state) {
  (void)state;
  static const struct {
    const char *text, *said; /* NULL: nothing */
  } cases[] = {
      {"{" POPULATIONS ", \"projections\": [" PROJECTION("") "]}",
       "projections.S-A: its rule da-stdp waits for rewards"},
      {"{" POPULATIONS ", \"projections\": [" PROJECTION("") "],"
       " \"events\": {\"reward\": {\"at_ms\": 5}}}",
       NULL},
      {"{" POPULATIONS ", \"projections\": [" PROJECTION("") "],"
       " \"events\": {\"punishment\": {\"at_ms\": 5}}}",
       "projections.S-A: its rule da-stdp waits for rewards"},
      {"{" POPULATIONS ", \"projections\": [" PROJECTION(", \"values\": {\"b\": 0.1}") "]}", NULL},
      {"{" POPULATIONS ", \"projections\": [" PROJECTION(", \"factor\": \"signed\"") "],"
       " \"neuromodulation\": {}}",
       "neuromodulation: nothing moves it"},
      {"{" POPULATIONS ", \"projections\": [" PROJECTION(", \"factor\": \"signed\"") "],"
       " \"neuromodulation\": {}}",
       "projections.S-A: its rule da-stdp waits for rewards"},
      {"{" POPULATIONS ", \"projections\": [" PROJECTION(", \"factor\": \"signed\"") "],"
       " \"neuromodulation\": {}, \"clamp\": {\"dopamine\": 0.5}}",
       NULL},
      {"{" POPULATIONS ", \"projections\": [" PROJECTION(", \"factor\": \"acetylcholine\"") "],"
       " \"neuromodulation\": {}, \"events\": {\"novelty\": {\"rate_hz\": 1}}}",
       NULL},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    am_simulation_config c = config_of(cases[k].text);
    am_simulation *s;
    am_text notes = {0};
    amine_error error = {0};
    must(am_simulation_create(&s, &c, 1, &notes, &error), &error);
    const char *said = notes.data ? notes.data : "";
    if (cases[k].said ? !strstr(said, cases[k].said) : notes.length > 0)
      fail_msg("%s: \"%s\"", cases[k].text, said);
    am_text_free(&notes);
    am_simulation_destroy(s);
    am_simulation_config_free(&c);
  }
}

/* ------------------------------------------------------------------------------ going on */
static void expect_same(const am_recorder *a, const am_recorder *b) {
  assert_int_equal(a->n, b->n);
  assert_true(a->n > 20);
  assert_memory_equal(a->t, b->t, a->n * sizeof *a->t);
  assert_memory_equal(a->values, b->values, a->n * a->n_columns * sizeof *a->values);
}

static void a_resumed_life_is_the_same(void **state) {
  (void)state;
  static const char text[] =
      "{" POPULATIONS ", \"projections\": [" PROJECTION(", \"factor\": \"signed\"") "],"
      " \"neuromodulation\": {\"orexin\": {}}, \"duration_s\": 1, \"events\": {"
      " \"cue\": {\"rate_hz\": 30, \"population\": \"A\", \"current\": 20, \"for_ms\": 20},"
      " \"food\": {\"type\": \"reward\", \"alpha\": 0.1, \"otherwise\": 0, \"delay_ms\": [0, 300],"
      "  \"when\": {\"after\": \"cue\", \"population\": \"A\", \"more_than\": 3}},"
      " \"circadian\": {\"every_ms\": 7, \"day_ms\": 400}}}";
  amine_error error = {0};
  char path[200];
  snprintf(path, sizeof path, "/tmp/amine_lives_%d.safetensors", (int)getpid());
  am_simulation_config c = config_of(text);
  am_simulation *whole, *first, *second;
  must(am_simulation_create(&whole, &c, 1, NULL, &error), &error);
  must(am_simulation_create(&first, &c, 1, NULL, &error), &error);
  must(am_simulation_prepare(&second, &c, 2, NULL, &error), &error);
  advance(whole, 1);
  advance(first, 0.4);
  am_simulation_mark mark = {0}, loaded = {0};
  must(am_simulation_mark_make(&mark, 2, &error), &error);
  must(am_simulation_checkpoint_save(first, &mark, path, &error), &error);
  must(am_simulation_checkpoint_load(second, &loaded, path, &error), &error);
  advance(second, 1);
  expect_same(&whole->log.events, &second->log.events);
  expect_same(&whole->levels, &second->levels);
  assert_true(whole->log.rewards == second->log.rewards && whole->log.rewards > 0);
  am_simulation_mark_free(&mark);
  am_simulation_mark_free(&loaded);
  remove(path);
  am_simulation_destroy(whole);
  am_simulation_destroy(first);
  am_simulation_destroy(second);
  am_simulation_config_free(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_default_brain_lives),
      cmocka_unit_test(rules_that_wait_are_named),
      cmocka_unit_test(a_resumed_life_is_the_same),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
