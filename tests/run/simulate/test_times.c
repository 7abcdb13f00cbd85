/* Times of runs at steps that do not divide them: how long a run lasts, when lines come, when a
 * protocol acts, how long a task shows something; and that what is not exact is said. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/steps.h"
#include "format/json.h"
#include "run/config/objects.h"
#include "run/protocol/protocols.h"
#include "run/train/experiment.h"
#include "run/simulate/simulation.h"
#include "small.h"

static amine_error error;

static void good(amine_status status) {
  if (status != AMINE_OK) fail_msg("%s", error.message);
}

static const char brain[] =
    "{\"dt_ms\": %s, \"populations\": [{\"name\": \"E\", \"n\": 2, \"model\": \"lif\"}],"
    " \"projections\": [{\"source\": \"E\", \"target\": \"E\", \"connect\": \"all\","
    " \"rule\": \"stdp\", \"weight\": 0.5, \"delay_ms\": 21}],"
    " \"neuromodulation\": {\"dopamine\": {\"tau_ms\": 200}}}";

static am_simulation_config config_of(const char *dt, const char *const *changes, int n) {
  am_simulation_config c;
  json_t *root;
  char text[600];
  snprintf(text, sizeof text, brain, dt);
  good(am_json_parse(&root, NULL, text, strlen(text), NULL, &error));
  good(am_simulation_config_from(&c, root, "a brain", &error));
  json_decref(root);
  good(am_simulation_config_apply(&c, changes, n, &error));
  return c;
}

static void a_run_lasts_as_long_as_it_was_told(void **state) {
  static const struct {
    const char *dt, *duration, *interval;
    uint64_t steps, slices, lines;
    const char *note;
  } rows[] = {
      {"1", "duration_s=1", "0.1", 1000, 10, 10, NULL},
      {"0.1", "duration_s=0.25", "0.1", 2500, 3, 2, NULL},
      {"1", "duration_s=0.05", "0.1", 50, 1, 0, NULL},
      {"1", "duration_s=1", "0.25", 1000, 10, 4, NULL},
      {"0.3", "duration_s=0.1", "0.1", 333, 1, 1, "duration_s=0.1 is taken as 0.0999, 333 steps"},
      {"0.3", "duration_s=1", "0.1", 3333, 10, 10, "duration_s=1 is taken as 0.9999, 3333 steps"},
      {"0.3", "duration_s=1.2", "0.1", 4000, 12, 12, NULL},
      {"0.7", "duration_s=1.9", "0.1", 2714, 19, 19, "duration_s=1.9 is taken as 1.8998"},
      {"10", "duration_s=0.105", "0.1", 11, 2, 1, "duration_s=0.105 is taken as 0.11"},
      {"0.7", "duration_s=2.8", "0.7", 4000, 28, 4, NULL},
  };
  (void)state;
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    char interval[40];
    snprintf(interval, sizeof interval, "record.interval_s=%s", rows[k].interval);
    const char *changes[] = {rows[k].duration, interval};
    am_simulation_config c = config_of(rows[k].dt, changes, 2);
    am_simulation *s;
    am_text notes = {0};
    uint64_t lines = 0, before = 0;
    good(am_simulation_create(&s, &c, 1, &notes, &error));
    while (!am_simulation_done(s)) {
      good(am_simulation_run(s, NULL, &error));
      lines += am_simulation_line_due(s);
      assert_true(am_simulation_slice(s) >= before);
      before = am_simulation_slice(s);
    }
    assert_int_equal(amine_brain_step(s->brain), rows[k].steps);
    assert_int_equal(am_simulation_slice(s), rows[k].slices);
    assert_int_equal(am_simulation_slices(s), rows[k].slices);
    assert_int_equal(lines, rows[k].lines);
    if (rows[k].note) assert_non_null(strstr(notes.data, rows[k].note));
    else if (notes.data) assert_null(strstr(notes.data, "duration_s"));
    am_text_free(&notes);
    am_simulation_destroy(s);
    am_simulation_config_free(&c);
  }
}

/* Rewards at 0, 1000 and 2000 ms, whatever a step is, and what dopamine is after each. */
static void rhythms_do_not_drift(void **state) {
  static const char *const dts[] = {"1", "0.7", "0.3", "3", "7"};
  static const char *const changes[] = {
      "protocol.type=together",           "protocol.reward_every=1000",
      "protocol.punishment_every=999999", "protocol.punishment_from=999999",
      "protocol.uncertainty_every=999999", "protocol.steps=2001",
      "duration_s=2.2"};
  (void)state;
  for (size_t k = 0; k < sizeof dts / sizeof *dts; k++) {
    const double dt = strtod(dts[k], NULL);
    am_simulation_config c = config_of(dts[k], changes, 7);
    am_simulation *s;
    am_text notes = {0};
    int rewards = 0;
    good(am_simulation_create(&s, &c, 1, &notes, &error));
    while (!am_simulation_done(s)) good(am_simulation_run(s, NULL, &error));
    const am_recorder *e = &s->log.events;
    for (size_t i = 0; i < e->n; i++) {
      if (e->values[i * e->n_columns + AM_EVENT_KIND] != (float)AMINE_EVENT_REWARD) continue;
      assert_true(fabs(1e3 * e->t[i] - 1000 * rewards) <= 0.5 * dt + 1e-9);
      rewards++;
    }
    assert_int_equal(rewards, 3);
    const bool said = notes.data && strstr(notes.data, "protocol.reward_every=1000 is no whole");
    assert_true(said == !am_steps_exact(1000, dt));
    am_text_free(&notes);
    am_simulation_destroy(s);
    am_simulation_config_free(&c);
  }
}

/* Each key of each protocol that is a time, at a step that divides few of them. */
static void every_time_of_a_protocol_is_judged(void **state) {
  static const double dts[] = {0.1, 0.7, 1, 3};
  (void)state;
  for (size_t d = 0; d < sizeof dts / sizeof *dts; d++)
    for (int k = 0; am_protocol_at(k); k++) {
      const am_protocol *protocol = am_protocol_at(k);
      am_value parameters[AM_PROTOCOL_KEYS_MAX];
      am_text notes = {0};
      amine_brain *b;
      good(amine_brain_create(&b, dts[d], 1, &error));
      good(amine_brain_add_population(b, NULL, "E", 8, "lif", NULL, 0, &error));
      for (int j = 0; j < protocol->n_keys; j++)
        parameters[j].number = protocol->keys[j].standard;
      const am_stage stage = {.brain = b, .dt_ms = dts[d], .parameters = parameters};
      am_stage_note_times(&stage, protocol, &notes);
      for (int j = 0; j < protocol->n_keys; j++) {
        const amine_parameter *key = &protocol->keys[j];
        const double unit_ms = strcmp(key->unit, "ms") == 0 ? 1 : 1e3;
        char start[80];
        if (strcmp(key->unit, "ms") != 0 && strcmp(key->unit, "s") != 0) continue;
        const double grain = protocol->grain_ms ? protocol->grain_ms(j, &stage) : dts[d];
        snprintf(start, sizeof start, "%s.%s=", am_protocol_section(protocol), key->name);
        const bool said = notes.data && strstr(notes.data, start);
        const bool none = key->standard == 0 && key->min == 0; /* there need not be such a time */
        assert_true(said ==
                    (!none && !am_steps_exact(key->standard * unit_ms, grain > 0 ? grain : dts[d])));
      }
      am_text_free(&notes);
      amine_brain_destroy(b);
    }
}

/* A stretch of looks ends where it should, and so does each look. */
static void looks_fill_their_stretch(void **state) {
  static const double dts[] = {0.1, 0.3, 0.7, 1, 3}, looks[] = {5, 20, 30, 500};
  (void)state;
  for (size_t d = 0; d < sizeof dts / sizeof *dts; d++)
    for (size_t l = 0; l < sizeof looks / sizeof *looks; l++) {
      const am_value parameters[] = {{.number = looks[l]}, {.number = 200}};
      const am_stage stage = {.dt_ms = dts[d], .parameters = parameters};
      const uint64_t n = am_stage_looks(&stage, 0, 1);
      assert_int_equal(n, ceil(200 / looks[l]));
      assert_int_equal(am_stage_look(&stage, 0, 0, 1), 0);
      assert_int_equal(am_stage_look(&stage, n, 0, 1), am_steps(200, dts[d]));
      for (uint64_t k = 1; k < n; k++)
        assert_int_equal(am_stage_look(&stage, k, 0, 1),
                         am_steps((double)k * looks[l], dts[d]));
    }
}

/* ------------------------------------------------------------------------------ tasks */
static void a_task_lasts_as_long_as_it_was_told(void **state) {
  static const struct {
    const char *dt, *changes[5];
    int shown, silent, steps; /* of the first stimulus; until the second; of a trial */
    const char *note;
  } rows[] = {
      {"network.dt_ms=1", {NULL}, 200, 200, 1000, NULL},
      {"network.dt_ms=10", {NULL}, 20, 20, 100, NULL},
      {"network.dt_ms=0.3", {NULL}, 667, 667, 3335, "task.stimulus_ms=200 is taken as 200.1"},
      {"network.dt_ms=30", {"task.delay_ms=10", NULL}, 7, 0, 28, "task.delay_ms=10 is taken as 0"},
  };
  (void)state;
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    am_config c;
    am_task *task;
    am_text notes = {0};
    am_config_default(&c);
    good(am_config_load(&c, "miconi2017-dnms", &error));
    good(am_config_assign(&c, rows[k].dt, &error));
    good(am_config_assign(&c, "network.tau_ms=30", &error));
    for (int j = 0; rows[k].changes[j]; j++)
      good(am_config_assign(&c, rows[k].changes[j], &error));
    good(am_config_resolve(&c, &error));
    am_task_note_times(&c, &notes);
    good(am_task_of_config(&task, &c, &error));
    assert_int_equal(task->n_steps, rows[k].steps);
    void *world = am_alloc(1, task->state_size);
    float input[2];
    int phase = 0, counted[4] = {0};
    bool on = true;
    task->type->start(task, world, 1, 0, 0);
    for (int t = 0; t < task->n_steps && phase < 2; t++) {
      task->type->observe(task, world, input);
      const bool shows = input[0] + input[1] > 0;
      if (shows != on) phase++, on = shows;
      counted[phase]++;
      task->type->step(task, world, 0);
    }
    assert_int_equal(counted[0], rows[k].silent > 0 ? rows[k].shown : 2 * rows[k].shown);
    if (rows[k].silent > 0) assert_int_equal(counted[1], rows[k].silent);
    if (rows[k].note) assert_non_null(strstr(notes.data, rows[k].note));
    else assert_null(notes.data);
    am_text_free(&notes);
    am_free(world);
    am_task_destroy(task);
  }
}

/* Without a network that says how long a step is it is 1 ms; a trial has its bounds. */
static void a_trial_may_be_too_long(void **state) {
  am_config c;
  am_task *task = NULL;
  (void)state;
  am_config_default(&c);
  good(am_config_load(&c, "miconi2017-dnms", &error));
  good(am_config_assign(&c, "network.dt_ms=0.001", &error));
  good(am_config_assign(&c, "task.stimulus_ms=1000000", &error));
  good(am_config_resolve(&c, &error));
  assert_int_equal(am_task_of_config(&task, &c, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "longer than 1000000000 steps"));
  assert_null(task);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_run_lasts_as_long_as_it_was_told),
      cmocka_unit_test(rhythms_do_not_drift),
      cmocka_unit_test(every_time_of_a_protocol_is_judged),
      cmocka_unit_test(looks_fill_their_stretch),
      cmocka_unit_test(a_task_lasts_as_long_as_it_was_told),
      cmocka_unit_test(a_trial_may_be_too_long),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
