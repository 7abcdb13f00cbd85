/* A world that takes one call for all lanes (amine/lanes.h) against the same one lane by lane: the same
 * weights, to the bit, by learners of every way of playing. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "amine/amine.h"
#include "folder.h"

enum { INPUTS = 3, STEPS = 12, LANES_MAX = 64 };

/* ------------------------------------------------------------------------------ the world
 * A walk on a line that begins at a place drawn for the episode; an action moves it, and near 0 it is
 * rewarded. It ends early where the walk leaves -4 ... 4, so that episodes differ in length. */
typedef struct walk {
  amine_world world;
  float place, last;
} walk;

static float first_place(uint64_t seed, uint32_t episode, uint32_t lane) {
  const amine_random_key key = {seed, AMINE_STREAM_TASK, episode, lane};
  return 6 * amine_uniform(amine_random(key, 0).v[0]) - 3;
}

static void show(float *input, float place, float last) {
  input[0] = place / 4;
  input[1] = last;
  input[2] = 1;
}

static bool has_left(float place) { return fabsf(place) > 4; }

static float advance(float *place, float *last, float by) {
  *place += *last = by;
  return has_left(*place) ? -1 : fabsf(*place) < 1 ? 1 : 0;
}

static float by_action(int action) { return action == 0 ? -1 : action == 1 ? 0 : 1.5f; }

/* ------------------------------------------------------------------------------ lane by lane */
static void start_one(const amine_task *task, void *state, uint64_t seed, uint32_t episode,
                      uint32_t lane) {
  walk *w = state;
  amine_world_begin(task, state, seed, episode, lane);
  w->place = first_place(seed, episode, lane);
}

static void observe_one(const amine_task *task, const void *state, float *input) {
  const walk *w = state;
  (void)task;
  show(input, w->place, w->last);
}

static bool over_one(const amine_task *task, const void *state) {
  const walk *w = state;
  return w->world.step >= task->n_steps || has_left(w->place);
}

static float step_one(const amine_task *task, void *state, int action) {
  walk *w = state;
  if (over_one(task, state)) return 0;
  w->world.step++;
  return advance(&w->place, &w->last, by_action(action));
}

static float move_one(const amine_task *task, void *state, const float *action) {
  walk *w = state;
  if (over_one(task, state)) return 0;
  w->world.step++;
  return advance(&w->place, &w->last, action[0] - action[1]);
}

static amine_status make_one(amine_task *task, void *options, amine_error *error) {
  const bool real = task->context != NULL;
  (void)options, (void)error;
  task->n_inputs = INPUTS;
  task->n_actions = real ? 0 : 3;
  task->n_real = real ? 2 : 0;
  task->n_steps = STEPS;
  task->state_size = sizeof(walk);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ all at once */
typedef struct crowd {
  int n, calls, sizes[4], fail_at;
  float place[LANES_MAX], last[LANES_MAX];
  float break_with; /* shown once, and rewarded, at fail_at */
} crowd;

static int start_all(void *context, int n, float *inputs, uint64_t seed, uint32_t episode,
                     const uint32_t *lanes) {
  crowd *c = context;
  assert_in_range(n, 1, LANES_MAX);
  c->n = n;
  for (int k = 0; k < n; k++) {
    c->place[k] = first_place(seed, episode, lanes[k]);
    c->last[k] = 0;
    show(inputs + k * INPUTS, c->place[k], 0);
  }
  return c->fail_at == -1;
}

static int step_all(void *context, int n, float *inputs, float *rewards, unsigned char *over,
                    const int *actions, const float *moves, bool real) {
  crowd *c = context;
  assert_int_equal(n, c->n);
  c->calls++;
  for (int k = 0; k < n; k++) {
    if (over[k]) {
      assert_int_equal(actions[k], -1);
      continue;
    }
    if (!real && actions[k] < 0) continue; /* it has all its steps */
    const float by = real ? moves[2 * k] - moves[2 * k + 1] : by_action(actions[k]);
    rewards[k] = advance(&c->place[k], &c->last[k], by);
    over[k] = has_left(c->place[k]);
    show(inputs + k * INPUTS, c->place[k], c->last[k]);
  }
  if (c->calls != c->fail_at) return 0;
  if (c->break_with == 0) return 1;
  if (isnan(c->break_with)) inputs[n > 1 ? INPUTS : 0] = NAN;
  else rewards[0] = c->break_with;
  return 0;
}

static int act_all(void *context, int n, float *inputs, float *rewards, unsigned char *over,
                   const int *actions, const float *moves) {
  return step_all(context, n, inputs, rewards, over, actions, moves, false);
}

static int move_all(void *context, int n, float *inputs, float *rewards, unsigned char *over,
                    const int *actions, const float *moves) {
  return step_all(context, n, inputs, rewards, over, actions, moves, true);
}

/* ------------------------------------------------------------------------------ both */
static amine_experiment *make(bool together, bool real, crowd *c, const char *const *changes,
                              int n) {
  amine_error error = {0};
  amine_registry *r;
  amine_experiment *x;
  amine_experiment_options o;
  const amine_task_type one = {.size = sizeof one,
                               .name = "walk",
                               .meaning = "stay near 0",
                               .context = real ? &error : NULL,
                               .make = make_one,
                               .start = start_one,
                               .observe = observe_one,
                               .step = real ? NULL : step_one,
                               .move = real ? move_one : NULL,
                               .over = over_one};
  const amine_lanes_type all = {.size = sizeof all,
                                .name = "walk",
                                .meaning = "stay near 0",
                                .context = c,
                                .n_inputs = INPUTS,
                                .n_actions = real ? 0 : 3,
                                .n_real = real ? 2 : 0,
                                .n_steps = STEPS,
                                .criterion = NAN,
                                .start = start_all,
                                .step = real ? move_all : act_all};
  assert_int_equal(amine_registry_create(&r, &error), AMINE_OK);
  if ((together ? amine_registry_add_lanes(r, &all, &error)
                : amine_registry_add_task(r, &one, &error)) != AMINE_OK)
    fail_msg("%s", error.message);
  amine_experiment_options_init(&o, sizeof o);
  o.registry = r;
  o.configuration = "{\"task\": \"walk\", \"network\": {\"hidden\": 8}, \"batch\": 20}";
  o.assignments = changes;
  o.n_assignments = n;
  if (amine_experiment_create_with(&x, NULL, &o, &error)) fail_msg("%s", error.message);
  amine_registry_destroy(r);
  return x;
}

static void same_weights(const amine_experiment *a, const amine_experiment *b) {
  static float of_a[4096], of_b[4096];
  const char *name;
  int dims[2];
  for (int k = 0; amine_experiment_tensor(a, k, &name, dims); k++) {
    assert_in_range(dims[0] * dims[1], 1, 4096);
    assert_int_equal(amine_experiment_get(a, k, of_a, NULL), AMINE_OK);
    assert_int_equal(amine_experiment_get(b, k, of_b, NULL), AMINE_OK);
    if (memcmp(of_a, of_b, (size_t)(dims[0] * dims[1]) * sizeof *of_a) != 0)
      fail_msg("%s differs", name);
  }
}

static void compare(bool real, const char *const *changes, int n) {
  crowd c = {0};
  amine_error error = {0};
  amine_score alone = {.size = sizeof alone}, all = {.size = sizeof all};
  amine_progress p = {.size = sizeof p}, q = {.size = sizeof q};
  amine_experiment *a = make(false, real, NULL, changes, n);
  amine_experiment *b = make(true, real, &c, changes, n);
  for (int k = 0; k < 4; k++) {
    assert_int_equal(amine_experiment_iterate(a, &p, &error), AMINE_OK);
    if (amine_experiment_iterate(b, &q, &error)) fail_msg("%s", error.message);
    assert_true(p.reward == q.reward);
  }
  assert_in_range(c.calls, 4 * 4, 4 * 2 * STEPS); /* few for all of the batch; evolution has two */
  same_weights(a, b);
  assert_int_equal(amine_experiment_evaluate(a, &alone, 50, 3, 0, &error), AMINE_OK);
  assert_int_equal(amine_experiment_evaluate(b, &all, 50, 3, 0, &error), AMINE_OK);
  assert_true(alone.mean == all.mean && alone.max == all.max && alone.min < alone.max);
  amine_experiment_destroy(a);
  amine_experiment_destroy(b);
}

static void as_lane_by_lane(void **state) {
  (void)state;
  static const char *const ways[][3] = {
      {"network.type=plastic-rnn", "learner.type=a2c", "threads=1"},
      {"network.type=plastic-rnn", "learner.type=bptt", "threads=3"},
      {"network.type=gru", "learner.type=bptt", "threads=2"},
      {"network.type=gru", "learner.type=e-prop", "threads=3"},
      {"network.type=gru", "learner.type=signalling", "threads=1"},
      {"network.type=gru", "learner.type=evolution", "threads=2"},
  };
  for (size_t k = 0; k < sizeof ways / sizeof *ways; k++) compare(false, ways[k], 3);
  compare(true, ways[0], 3);
  compare(true, ways[2], 3);
}

/* Its passes have the largest frames of all, and each group's lie on a strand. */
static void by_a_text_as_rule(void **state) {
  (void)state;
  char folder[32], path[64], word[80];
  assert_int_equal(folder_make(folder, sizeof folder), 0);
  snprintf(path, sizeof path, "%s/rule.txt", folder);
  snprintf(word, sizeof word, "rule.text=%s", path);
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fputs("# Hebb\nrule mine\ntrace H\nH <- clip(H + eta * outer(post, pre), -1, 1)\n", f);
  assert_int_equal(fclose(f), 0);
  const char *const ways[][3] = {{"network.type=plastic-rnn", "learner.type=a2c", word},
                                 {"network.type=plastic-rnn", "learner.type=bptt", word}};
  for (size_t k = 0; k < sizeof ways / sizeof *ways; k++) compare(false, ways[k], 3);
  folder_remove(path);
  folder_remove(folder);
}

static void an_episode_is_recorded(void **state) {
  (void)state;
  crowd c = {0};
  amine_episode *one, *all;
  const char *const changes[] = {"network.type=gru", "learner.type=e-prop"};
  amine_experiment *a = make(false, false, NULL, changes, 2);
  amine_experiment *b = make(true, false, &c, changes, 2);
  for (uint32_t number = 0; number < 4; number++) {
    const char *name;
    int width;
    assert_int_equal(amine_experiment_episode(a, &one, 7, number, NULL), AMINE_OK);
    assert_int_equal(amine_experiment_episode(b, &all, 7, number, NULL), AMINE_OK);
    const int n = amine_episode_steps(one);
    assert_int_equal(amine_episode_steps(all), n);
    const float *values;
    for (int k = 0; (values = amine_episode_series(one, k, &name, NULL, &width)) != NULL; k++)
      assert_memory_equal(values, amine_episode_series(all, k, NULL, NULL, NULL),
                          (size_t)(n * width) * sizeof *values);
    amine_episode_destroy(one);
    amine_episode_destroy(all);
  }
  amine_experiment_destroy(a);
  amine_experiment_destroy(b);
}

static void a_world_that_fails(void **state) {
  (void)state;
  const struct {
    int fail_at;
    float break_with;
    const char *words;
  } cases[] = {{-1, 0, "walk: start failed"},
               {3, 0, "walk: step failed"},
               {5, NAN, "walk: an input of lane 1 is not finite"},
               {2, INFINITY, "walk: the reward of lane 0 is not finite"}};
  const char *const ways[][2] = {{"network.type=plastic-rnn", "learner.type=a2c"},
                                 {"network.type=gru", "learner.type=e-prop"}};
  for (size_t way = 0; way < 2; way++)
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
      crowd c = {.fail_at = cases[k].fail_at, .break_with = cases[k].break_with}, fine = {0};
      amine_error error = {0};
      amine_score score = {.size = sizeof score};
      amine_episode *episode = NULL;
      amine_experiment *x = make(true, false, &c, ways[way], 2);
      amine_experiment *y = make(true, false, &fine, ways[way], 2);
      assert_int_equal(amine_experiment_iterate(x, NULL, &error), AMINE_ERROR_ARGUMENT);
      assert_string_equal(error.message, cases[k].words);
      same_weights(x, y); /* as before */
      c.calls = 0;
      assert_int_equal(amine_experiment_evaluate(x, &score, 10, 1, 0, &error),
                       AMINE_ERROR_ARGUMENT);
      c.calls = 0;
      assert_int_equal(amine_experiment_episode(x, &episode, 1, 0, &error), AMINE_ERROR_ARGUMENT);
      assert_null(episode);
      c.fail_at = 0; /* and it goes on */
      assert_int_equal(amine_experiment_iterate(x, NULL, &error), AMINE_OK);
      assert_int_equal(amine_experiment_iterate(y, NULL, &error), AMINE_OK);
      same_weights(x, y);
      amine_experiment_destroy(x);
      amine_experiment_destroy(y);
    }
}

static void what_is_impossible_is_refused(void **state) {
  (void)state;
  const amine_lanes_type good = {.size = sizeof good,
                                 .name = "walk",
                                 .meaning = "stay near 0",
                                 .n_inputs = 3,
                                 .n_actions = 3,
                                 .n_steps = STEPS,
                                 .criterion = NAN,
                                 .start = start_all,
                                 .step = act_all};
  amine_lanes_type bad[7];
  static const char *const words[7] = {"name",     "start and step", "n_inputs=0", "n_inputs=901",
                                       "n_real=2", "n_real=17",      "maze"};
  amine_error error = {0};
  amine_registry *r;
  for (int k = 0; k < 7; k++) bad[k] = good;
  bad[0].name = NULL;
  bad[1].step = NULL;
  bad[2].n_inputs = 0;
  bad[3].n_inputs = 901;
  bad[4].n_real = 2;
  bad[5].n_actions = 0, bad[5].n_real = 17;
  bad[6].name = "maze"; /* there is one */
  assert_int_equal(amine_registry_create(&r, &error), AMINE_OK);
  for (int k = 0; k < 7; k++) {
    assert_int_equal(amine_registry_add_lanes(r, &bad[k], &error), AMINE_ERROR_ARGUMENT);
    if (!strstr(error.message, words[k])) fail_msg("%d: %s", k, error.message);
  }
  assert_int_equal(amine_registry_add_lanes(r, &good, &error), AMINE_OK);
  amine_registry_destroy(r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(as_lane_by_lane), cmocka_unit_test(by_a_text_as_rule),
      cmocka_unit_test(an_episode_is_recorded), cmocka_unit_test(a_world_that_fails),
      cmocka_unit_test(what_is_impossible_is_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
