/* The page of a simulation: every protocol describes its measures and its world; what it says comes
 * to the page by way of protocol.json; what stands in that file need not be right. */
#include "report/folders.h"

#include <math.h>

#include "format/json.h"
#include "report/brain/source.h"
#include "report/report.h"
#include "run/config/preset.h"
#include "run/protocol/protocols.h"
#include "run/simulate/page.h"
#include "run/simulate/run.h"

#define IZHIKEVICH "izhikevich2007-"

/* Short runs in which every picture has something to show. */
static const struct {
  const char *preset, *changes[5], *expected; /* on the page */
} runs[] = {
    {"reinforcement",
     {"task.steps=3", "body.episodes=4", "duration_s=4"},
     "What it did when an action was right"},
    {"attention",
     {"task.steps=3", "body.episodes=2", "duration_s=4"},
     "The level in the course of a step"},
    {"inhibition", {"task.steps=3", "body.episodes=4", "duration_s=4.2"}, "response"},
    {"together", {"protocol.steps=600"}, "How far an event moves each level"},
    {IZHIKEVICH "reinforcement",
     {"protocol.window_ms=1000", "protocol.delay_min_ms=100", "protocol.delay_max_ms=700",
      "duration_s=2"},
     "What a reward finds"},
    {IZHIKEVICH "conditioning",
     {"protocol.stimuli=4", "protocol.interval_min_ms=25", "protocol.interval_max_ms=55",
      "duration_s=2"},
     "The response to each stimulus"},
    {IZHIKEVICH "instrumental",
     {"protocol.spacing_ms=150", "protocol.delay_max_ms=100", "protocol.trials=26",
      "protocol.switch_at=13", "duration_s=5"},
     "What it chose"},
    {"gridworld", {"task.steps=3", "body.episodes=9", "duration_s=9"}, "The first ways"},
    {"reversal",
     {"task.block=3", "task.steps=20", "duration_s=7"},
     "Around a change of what is right"},
    {"florian2007-xor", {"protocol.pattern_ms=10", "duration_s=1"}, "four patterns"},
    {"vogels-abbott-coba",
     {"protocol.settle_s=0.1", "duration_s=1.2"},
     "How irregularly each neuron fires"},
    {"clock",
     {"protocol.day_s=3.4", "protocol.cue=100", "projections.cue-answer.weight=1", "duration_s=4"},
     "What each cue brings back"},
    {"brain-bandit", {"task.steps=3", "body.episodes=6", "duration_s=6"}, "The task is bandit: find"},
};
enum { N = sizeof runs / sizeof *runs };

static void good(amine_status status, const amine_error *error) {
  if (status != AMINE_OK) fail_msg("%s", error->message);
}

static am_simulation_config config_of(const char *preset, const char *const *changes) {
  am_simulation_config c;
  amine_error error = {0};
  int n = 0;
  while (n < 5 && changes[n]) n++;
  good(am_simulation_config_load(&c, preset, &error), &error);
  good(am_simulation_config_apply(&c, changes, n, &error), &error);
  return c;
}

/* ------------------------------------------------------------------------------ words */
static const am_measure *measure_named(const am_protocol *p, const char *name, size_t length) {
  for (int k = 0; k < p->n_measures; k++)
    if (strlen(p->measures[k].name) == length && memcmp(p->measures[k].name, name, length) == 0)
      return &p->measures[k];
  return NULL;
}

static void test_every_protocol_has_words(void **state) {
  (void)state;
  for (int p = 0; am_protocol_at(p); p++) {
    const am_protocol *protocol = am_protocol_at(p);
    bool panel = false;
    assert_non_null(protocol->title);
    for (int k = 0; k < protocol->n_measures; k++) {
      const am_measure *m = &protocol->measures[k];
      assert_true(m->unit && m->meaning && m->title && strcmp(m->title, m->name) != 0);
      panel = panel || m->panel;
      if (!m->figure && !panel) fail_msg("%s of %s is in no panel", m->name, protocol->name);
    }
    for (const char *at = protocol->headline; at && (at = strchr(at, '{')) != NULL; at++)
      if (!measure_named(protocol, at + 1, strcspn(at + 1, "}")))
        fail_msg("the headline of %s names no measure: %s", protocol->name, at);
    if (protocol->story) assert_non_null(protocol->headline);
    if (protocol->judged)
      assert_non_null(measure_named(protocol, protocol->judged, strlen(protocol->judged)));
  }
}

/* What is judged lies between two different figures. */
static void test_yardsticks(void **state) {
  (void)state;
  amine_error error = {0};
  for (int k = 0; k < N; k++) {
    double chance[AM_MEASURES_MAX], best[AM_MEASURES_MAX];
    am_simulation_config c = config_of(runs[k].preset, runs[k].changes);
    am_task *task;
    good(am_simulation_config_task(&task, &c, &error), &error);
    am_protocol_yardsticks(chance, best, c.protocol, c.parameters, task);
    am_task_destroy(task);
    for (int i = 0; i < c.protocol->n_measures; i++) {
      const am_measure *m = &c.protocol->measures[i];
      const bool all = !c.protocol->plays; /* not every task has each of them */
      if (all || isfinite(chance[i])) assert_int_equal(m->chance.who != NULL, isfinite(chance[i]));
      if (all || isfinite(best[i])) assert_int_equal(m->best.who != NULL, isfinite(best[i]));
      if (m->chance.who && m->best.who) assert_true(chance[i] != best[i]);
    }
    am_simulation_config_free(&c);
  }
  /* a walk at random in the grid world: tests/reference/gridworld.py; a distance of 4.1667 */
  am_simulation_config c = config_of("gridworld", (const char *const[]){NULL});
  double chance[AM_MEASURES_MAX], best[AM_MEASURES_MAX];
  am_task *task;
  good(am_simulation_config_task(&task, &c, &error), &error);
  am_protocol_yardsticks(chance, best, c.protocol, c.parameters, task);
  am_task_destroy(task);
  const int k = am_measure_find(c.protocol, "late_steps");
  assert_float_equal(chance[k], 59.107, 1e-3);
  assert_float_equal(best[k], 100.0 / 24, 1e-9);
  am_simulation_config_free(&c);
}

/* ------------------------------------------------------------------------------ pages */
static char *simulate(const char *preset, const char *const *changes, const char *folder) {
  am_simulation_config c = config_of(preset, changes);
  am_simulation_outcome outcome;
  amine_error error = {0};
  char *path = path_of(folder);
  good(am_simulation_new(&outcome, &c, path, NULL, &error), &error);
  am_simulation_outcome_free(&outcome);
  am_simulation_config_free(&c);
  return path;
}

static am_brain_source source_of(const char *path) {
  am_brain_source s;
  amine_error error = {0};
  good(am_brain_source_read(&s, path, true, &error), &error);
  return s;
}

static void test_every_page(void **state) {
  (void)state;
  for (int k = 0; k < N; k++) {
    char *path = simulate(runs[k].preset, runs[k].changes, runs[k].preset);
    am_brain_source s = source_of(path);
    char *page = report(1, runs[k].preset);
    expect_closed(page);
    expect_whole(page);
    if (s.protocol.story) expect_part(page, s.protocol.title);
    expect_part(page, runs[k].expected);
    expect_part(page, "Every figure at the end");
    expect_no_part(page, "there is nothing to say yet");
    for (size_t i = 0; i < s.protocol.n_measures; i++) {
      char in_files[80];
      snprintf(in_files, sizeof in_files, "<code>%s</code>", s.protocol.measures[i].name);
      const bool asked = !am_brain_text(&s, "task", "type") || isfinite(s.protocol.measures[i].value);
      (asked ? expect_part : expect_no_part)(page, in_files);
      if (asked) expect_part(page, s.protocol.measures[i].title);
    }
    expect_no_part(page, "nan");
    free(page);
    am_brain_source_free(&s);
    free(path);
  }
}

static double at(const json_t *array, size_t k) {
  return json_number_value(json_array_get(array, k));
}

/* The ways have the steps of their episodes, and each step leads to a cell beside, or nowhere. */
static void test_ways(void **state) {
  (void)state;
  char *path = simulate("gridworld", runs[7].changes, "ways");
  am_brain_source s = source_of(path);
  const json_t *grid = json_array_get(s.protocol.pictures, 0);
  const json_t *steps = json_object_get(
      json_array_get(json_object_get(json_array_get(s.protocol.pictures, 1), "lines"), 0), "y");
  const json_t *ways = json_object_get(grid, "ways");
  assert_int_equal(json_array_size(ways), 8);
  assert_int_equal(json_integer_value(json_object_get(grid, "n_early")), 4);
  assert_int_equal(json_array_size(steps), 9);
  for (size_t k = 0; k < 8; k++) {
    const json_t *cells = json_object_get(json_array_get(ways, k), "cells");
    const size_t n = json_array_size(cells), episode = k < 4 ? k : k + 1;
    assert_float_equal(at(steps, episode), n - 1, 0);
    for (size_t i = 1; i < n; i++) {
      const int a = (int)at(cells, i - 1), b = (int)at(cells, i);
      assert_true(abs(a % 5 - b % 5) + abs(a / 5 - b / 5) <= 1);
    }
  }
  am_brain_source_free(&s);
  free(path);
}

static void expect_near(double a, double b, double tolerance) {
  if (!(fabs(a - b) <= tolerance)) fail_msg("%.9g is not %.9g", a, b);
}

/* The sum of the numbers of a line of a picture, and how many they are. */
static double sum_of(const am_brain_source *s, size_t picture, size_t line, const char *key,
                     size_t *n) {
  const json_t *lines = json_object_get(json_array_get(s->protocol.pictures, picture), "lines");
  const json_t *values = json_object_get(json_array_get(lines, line), key);
  double sum = 0;
  *n = json_array_size(values);
  for (size_t k = 0; k < *n; k++) sum += at(values, k);
  return sum;
}

static void test_a_spread(void **state) {
  (void)state;
  const double values[] = {-1, 0, 0.01, 3.99, 4, (double)NAN, (double)INFINITY, 2};
  double x[AM_SPREAD_BINS], y[AM_SPREAD_BINS];
  am_spread spread = {.low = 0, .high = 4};
  expect_near(am_spread_line(x, y, &spread), 0, 0);
  for (size_t k = 0; k < sizeof values / sizeof *values; k++) am_spread_add(&spread, values[k]);
  expect_near(am_spread_line(x, y, &spread), 0.5, 1e-12);
  expect_near(x[0], 0.05, 1e-12);
  expect_near(y[0], 0.5, 1e-12);
  expect_near(y[20], 1.0 / 6, 1e-12);
  expect_near(y[39], 2.0 / 6, 1e-12);
}

/* Each synapse and each neuron is in one bin. */
static void test_spreads_are_whole(void **state) {
  (void)state;
  static const struct {
    int run;
    size_t picture, first, end; /* lines */
  } spreads[] = {{4, 0, 1, 2}, {10, 0, 0, 2}, {10, 1, 0, 2}};
  for (size_t k = 0; k < sizeof spreads / sizeof *spreads; k++) {
    char *path = path_of(runs[spreads[k].run].preset);
    am_brain_source s = source_of(path);
    for (size_t line = spreads[k].first; line < spreads[k].end; line++) {
      size_t n;
      expect_near(sum_of(&s, spreads[k].picture, line, "y", &n), 1, 1e-4);
      assert_int_equal(n, AM_SPREAD_BINS);
    }
    am_brain_source_free(&s);
    free(path);
  }
}

/* More rewards than points: each is in one, and those that are full are halved. */
static void test_many_rewards(void **state) {
  (void)state;
  const char *changes[5] = {"duration_s=20", "protocol.random_rewards=true",
                            "protocol.random_rate_hz=10"};
  char *path = simulate(IZHIKEVICH "reinforcement", changes, "many");
  am_brain_source s = source_of(path);
  size_t n;
  const double rewards = am_brain_measure_find(&s.protocol, "rewards", 7)->value;
  assert_true(rewards > 128 && rewards < 256);
  const double x = sum_of(&s, 1, 0, "x", &n);
  assert_int_equal(n, ceil(rewards / 2));
  /* 1.5, 3.5, ..., and a last one that may be alone */
  const double last = fmod(rewards, 2) > 0 ? rewards : rewards - 0.5, pairs = (double)n - 1;
  expect_near(x, pairs * (pairs + 0.5) + last, 1e-6 * x);
  am_brain_source_free(&s);
  free(path);
}

/* What moves dopamine is a reward, serotonin a punishment, and nothing moves orexin. */
static void test_what_moves(void **state) {
  (void)state;
  char *path = path_of("together");
  am_brain_source s = source_of(path);
  const json_t *table = json_array_get(s.protocol.pictures, 1);
  const json_t *moved = json_object_get(table, "values");
  char *page = report(1, "together");
  size_t n;
  expect_part(page, "shade below");
  free(page);
  assert_int_equal(json_array_size(moved), 15);
  assert_true(at(moved, 0) > 0.01 && at(moved, 5 + 1) < -0.01 && at(moved, 10 + 2) > 0.01);
  for (size_t event = 0; event < 3; event++) expect_near(at(moved, 5 * event + 4), 0, 0);
  for (size_t k = 0; k < 5; k++) {
    const double mean = sum_of(&s, 0, k, "y", &n) / (double)n;
    const double level = s.protocol.measures[2 + k].value;
    expect_near(mean, level, 1e-5);
  }
  am_brain_source_free(&s);
  free(path);
}

/* What there is nothing to measure of yet is a dash, no figure, no panel and no shade. */
static void test_a_short_run(void **state) {
  (void)state;
  char *path = simulate("reversal", (const char *const[]){"duration_s=2", NULL}, "short");
  char *page = report(1, "short");
  expect_part(page, "A dash stands for what there was nothing to measure of, so far.");
  expect_part(page, "Right choices, all steps of that part of a block so far");
  expect_no_part(page, "all changes so far");
  free(page);
  free(path);
  path = simulate("attention", (const char *const[]){"duration_s=1", "task.steps=1", NULL}, "shades");
  page = report(1, "shades");
  expect_part(page, "<td class=\"shade\">\xe2\x80\x93</td>");
  for (const char *at = page; (at = strstr(at, "--shade:")) != NULL; at++)
    assert_true(strncmp(strchr(at, '>'), ">\xe2\x80\x93", 4) != 0);
  free(page);
  free(path);
}

/* What comes after a protocol has done all is not shown. */
static void test_an_idle_end(void **state) {
  (void)state;
  const char *changes[5] = {"body.episodes=2", "task.steps=3", "duration_s=30",
                            "record.window_s=5"};
  char *path = simulate("gridworld", changes, "idle");
  am_brain_source s = source_of(path);
  const am_brain_recording *r = &s.recording;
  assert_true(s.protocol.finished_s > 1 && s.protocol.finished_s < 4);
  assert_float_equal(r->end_s, s.protocol.finished_s, 0);
  assert_true(r->n_spikes > 0 && r->t[r->n_spikes - 1] <= r->end_s);
  assert_true(r->n_level_rows > 0 && r->levels_t[0] == 0);
  assert_true(r->levels_t[r->n_level_rows - 1] <= r->end_s);
  char *page = report(1, "idle");
  expect_part(page, "lived for 30&nbsp;s");
  expect_part(page, "not of the idle rest");
  free(page);
  am_brain_source_free(&s);
  free(path);
}

/* ------------------------------------------------------------------------------ damage */
/* Each value of the pictures, and each of the file, once as something else. */
static void spoil(json_t *root, json_t *value, int *n) {
  const char *key;
  json_t *member;
  void *next;
  json_object_foreach_safe(value, next, key, member) {
    json_t *const others[] = {json_string("<x>"), json_integer(-3), json_array(), json_real(1e300)};
    char name[80];
    snprintf(name, sizeof name, "%s", key);
    json_incref(member);
    for (int k = 0; k < 4; k++) {
      json_object_set(value, name, others[k]);
      am_text text = {0};
      am_json_write(&text, root);
      put_text("damage", "protocol.json", text.data);
      char *page = report(1, "damage");
      expect_closed(page);
      expect_whole(page);
      expect_no_part(page, "<x>");
      expect_no_part(page, "nan");
      free(page);
      am_text_free(&text);
      json_decref(others[k]);
      ++*n;
    }
    json_object_set_new(value, name, member);
  }
}

static void test_damage(void **state) {
  (void)state;
  amine_error error = {0};
  int n = 0;
  put_text("damage", "config.json", "{\"populations\": []}"); /* the pictures are all of its page */
  for (int k = 0; k < N; k++) {
    char *path = path_of(runs[k].preset), file[600];
    json_t *root;
    snprintf(file, sizeof file, "%s/protocol.json", path);
    good(am_json_read(&root, file, NULL, &error), &error);
    json_t *pictures = json_object_get(root, "pictures");
    for (size_t i = 0; i < json_array_size(pictures); i++)
      spoil(root, json_array_get(pictures, i), &n);
    if (k == 0) spoil(root, root, &n);
    json_decref(root);
    free(path);
  }
  assert_true(n > 200);
  put_text("damage", "protocol.json", "{\"name\": ");
  assert_int_equal(report_fails("damage", &error), AMINE_ERROR_INPUT);
  expect_part(error.message, "protocol.json");
}

static int setup(void **state) { return make_root(state); }

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_protocol_has_words),
      cmocka_unit_test(test_yardsticks),
      cmocka_unit_test(test_every_page),
      cmocka_unit_test(test_ways),
      cmocka_unit_test(test_a_spread),
      cmocka_unit_test(test_spreads_are_whole),
      cmocka_unit_test(test_many_rewards),
      cmocka_unit_test(test_what_moves),
      cmocka_unit_test(test_a_short_run),
      cmocka_unit_test(test_an_idle_end),
      cmocka_unit_test(test_damage),
  };
  return cmocka_run_group_tests(tests, setup, remove_root);
}
