/* Agents that learn together: a game as one task; in a world where nothing that one agent does
 * matters to the other, each has the bits of a learner alone; what is told to whom; controls. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "gru_units.h"
#include "learner/agents.h"
#include "small.h"
#include "task/create.h"
#include "task/bandit.h"
#include "task/game_pennies.h"
#include "task/game_signals.h"
#include "task/game_task.h"

/* ------------------------------------------------------------------------------ games as tasks */
static void actions_are_joined_and_parted(void **state) {
  (void)state;
  const am_game game = {.n_agents = 3, .n_actions = {2, 3, 5}};
  int seen[30] = {0};
  for (int a = 0; a < 2; a++)
    for (int b = 0; b < 3; b++)
      for (int c = 0; c < 5; c++) {
        const int action[3] = {a, b, c}, joint = am_game_task_join(&game, action);
        int back[3];
        assert_int_equal(joint, a + 2 * (b + 3 * c));
        seen[joint]++;
        am_game_task_part(&game, joint, back);
        assert_memory_equal(back, action, sizeof action);
      }
  for (int k = 0; k < 30; k++) assert_int_equal(seen[k], 1);
}

static am_task *whole_of(const am_task_type *type, am_game *game) {
  am_task *task = am_alloc(1, type->size);
  task->type = type;
  am_game_task_make(task, game);
  return task;
}

static am_task *game_task(const am_task_type *type) {
  am_game *game;
  assert_int_equal(type == &am_signals_task_type ? am_signals_create(&game, NULL, NULL)
                                                 : am_pennies_create(&game, NULL, NULL),
                   AMINE_OK);
  return whole_of(type, game);
}

/* Signals: cues 1 and 0, signals 1 and 0, then agent 0 names 0, which is right, and agent 1 names
 * 0, which is wrong: the mean of the rewards is 1/2. */
static void the_whole_by_hand(void **state) {
  (void)state;
  am_task *task = game_task(&am_signals_task_type);
  assert_int_equal(task->n_inputs, 10);
  assert_int_equal(task->n_actions, 4);
  assert_true(task->criterion == 0.95 && task->lines[1].reward == 0.75);
  am_signals_state s = {.cue = {1, 0}};
  float input[10];
  const float shown[2][10] = {{0, 1, 0, 0, 0, 1, 0, 0, 0, 0}, {0, 0, 1, 0, 1, 0, 0, 0, 1, 1}};
  for (int t = 0; t < 2; t++) {
    task->type->observe(task, &s, input);
    for (int k = 0; k < 10; k++) assert_true(input[k] == shown[t][k]);
    assert_true(task->type->step(task, &s, t == 0 ? 1 : 0) == (t == 0 ? 0 : 0.5f));
  }
  am_task_destroy(task);
  task = game_task(&am_pennies_task_type); /* one wins what the other loses: agent 0 counts */
  assert_true(isnan(task->criterion) && task->lines[0].reward == -1 && task->lines[3].reward == 1);
  am_pennies_state p = {.played = {0, 0}};
  assert_true(task->type->step(task, &p, 3) == 1.0f / 20);
  assert_true(task->type->step(task, &p, 1) == -1.0f / 20);
  am_task_destroy(task);
}

/* ------------------------------------------------------------------------------ side by side */
/* Two bandits in one world, one for each agent; the arms of the second are those of lane + 1000. */
typedef struct two_bandits {
  am_game game;
  am_task *bandit;
} two_bandits;

typedef struct two_states {
  am_bandit_state s[2];
} two_states;

static const am_task *bandit_of(const am_game *g) { return ((const two_bandits *)g)->bandit; }

static void start(const am_game *g, void *state, uint64_t seed, uint32_t episode, uint32_t lane) {
  two_states *s = state;
  for (uint32_t k = 0; k < 2; k++)
    am_bandit_type.start(bandit_of(g), &s->s[k], seed, episode, lane + 1000 * k);
}

static void observe(const am_game *g, const void *state, int agent, float *input) {
  am_bandit_type.observe(bandit_of(g), &((const two_states *)state)->s[agent], input);
}

static void step(const am_game *g, void *state, const int *action, float *reward) {
  two_states *s = state;
  for (int k = 0; k < 2; k++) reward[k] = am_bandit_type.step(bandit_of(g), &s->s[k], action[k]);
}

static void destroy(am_game *g) {
  am_task_destroy(((two_bandits *)g)->bandit);
  am_free(g);
}

static const am_game_type two_type = {.name = "two bandits",
                                      .meaning = "for this test",
                                      .start = start,
                                      .observe = observe,
                                      .step = step,
                                      .destroy = destroy};

static am_task *two_bandits_task(void) {
  two_bandits *g = am_alloc(1, sizeof *g);
  assert_int_equal(am_bandit_create(&g->bandit, NULL, NULL), AMINE_OK);
  g->game = (am_game){.type = &two_type,
                      .n_agents = 2,
                      .n_steps = g->bandit->n_steps,
                      .n_inputs = {4, 4},
                      .n_actions = {2, 2},
                      .criterion = 1,
                      .state_size = sizeof(two_states)};
  return whole_of(&am_signals_task_type, &g->game);
}

static am_signalling_options options_for(int n_threads, am_signal_control control) {
  return (am_signalling_options){
      .agent = {.n_lanes = 37,
                .n_threads = n_threads,
                .seed = 11,
                .schedule = {.rate = 0.01},
                .optimiser = {.beta1 = 0.5f, .beta2 = 0.999f, .eps = 1e-8f, .norm_clip = 1e9f}},
      .units = gru_units(9, 1, 4, 2, 3),
      .n_signal = 5,
      .gamma = 0.8f,
      .lambda = 0.9f,
      .entropy_weight = 0.05f,
      .gain = 1,
      .gain_start = 0.5f,
      .feedback_decay = 1e-3f,
      .input = 1,
      .recurrent = 1,
      .output = 3,
      .gains = 1,
      .critic = 1,
      .signal = 0.5f,
      .adaptive = true,
      .control = control};
}

static void iterate(am_learner *l, int n, am_learner_report *report) {
  amine_error error = {0};
  for (int k = 0; k < n; k++)
    if (l->type->iterate(l, report, &error) != AMINE_OK) fail_msg("%s", error.message);
}

static void expect_agent(const am_learner *together, int agent, const am_learner *alone) {
  am_learner_tensor t, u;
  static float a[1 << 14], b[1 << 14];
  int n = 0;
  while (alone->type->tensor(alone, n, &t)) n++;
  for (int k = 0; k < n; k++) {
    assert_true(together->type->tensor(together, agent * n + k, &t));
    assert_true(alone->type->tensor(alone, k, &u));
    assert_string_equal(strchr(t.name, '.') + 1, u.name);
    assert_int_equal(t.name[5] - '0', agent);
    const size_t count = t.dims[0] * (t.rank > 1 ? t.dims[1] : 1);
    together->type->get(together, agent * n + k, a);
    alone->type->get(alone, k, b);
    if (memcmp(a, b, count * sizeof *a) != 0) fail_msg("%s differs", t.name);
  }
}

static void who_does_not_meet_learns_as_alone(void **state) {
  (void)state;
  am_task *two = two_bandits_task(), *one;
  assert_int_equal(am_bandit_create(&one, NULL, NULL), AMINE_OK);
  for (int threads = 1; threads < 4; threads++) {
    const am_signalling_options o = options_for(threads, AM_CONTROL_NONE);
    am_learner *together, *alone;
    am_learner_report a, b;
    double rewards[20], wanted[20];
    assert_int_equal(am_agents_create(&together, two, &o, NULL), AMINE_OK);
    assert_int_equal(am_signalling_create(&alone, one, &o, NULL), AMINE_OK);
    iterate(together, 5, &a);
    iterate(alone, 5, &b);
    expect_agent(together, 0, alone);
    for (int k = 0; k < 4; k++) assert_true(together->numbers[k] == alone->numbers[k]);
    /* the other one had episodes, draws and first weights of its own */
    assert_true(together->numbers[4] != together->numbers[2]);
    assert_true(a.reward != b.reward);
    together->type->evaluate(together, rewards, 20, 3, 5, true);
    alone->type->evaluate(alone, wanted, 20, 3, 5, true);
    for (int k = 0; k < 20; k++) assert_true(rewards[k] >= wanted[k] / 2); /* mean of the two */
    am_learner_destroy(together);
    am_learner_destroy(alone);
  }
  am_task_destroy(two);
  am_task_destroy(one);
}

/* A frozen partner stays as it began, the first goes on learning. */
static void a_partner_can_be_frozen(void **state) {
  (void)state;
  am_task *task = game_task(&am_signals_task_type);
  const am_signalling_options o = options_for(2, AM_CONTROL_PARTNER);
  am_learner *before, *after;
  am_learner_report report;
  am_learner_tensor t;
  static float a[1 << 14], b[1 << 14];
  int moved[2] = {0};
  assert_int_equal(am_agents_create(&before, task, &o, NULL), AMINE_OK);
  assert_int_equal(am_agents_create(&after, task, &o, NULL), AMINE_OK);
  iterate(after, 3, &report);
  for (int k = 0; after->type->tensor(after, k, &t); k++) {
    before->type->get(before, k, a);
    after->type->get(after, k, b);
    moved[t.name[5] - '0'] += memcmp(a, b, t.dims[0] * (t.rank > 1 ? t.dims[1] : 1) * 4) != 0;
  }
  assert_true(moved[0] > 10);
  assert_int_equal(moved[1], 0);
  am_learner_destroy(before);
  am_learner_destroy(after);
  am_task_destroy(task);
}

/* What is recorded is what happened: the joint actions give the rewards that both were told. */
static void both_are_recorded(void **state) {
  (void)state;
  am_task *task = game_task(&am_pennies_task_type);
  am_signalling_options o = options_for(1, AM_CONTROL_NONE);
  o.adaptive = false;
  am_learner *l;
  am_series all[AM_SERIES_MAX + 1];
  static float values[AM_SERIES_MAX][20 * 64];
  const float *told[2] = {0}, *actions = NULL;
  assert_int_equal(am_agents_create(&l, task, &o, NULL), AMINE_OK);
  const int n = l->type->series(l, all);
  assert_int_equal(n, 2 * 7 + 1); /* of each what one alone has, and what both did */
  for (int k = 0; k < n; k++) {
    all[k].values = values[k];
    if (strcmp(all[k].name, "agent0.told") == 0) told[0] = values[k];
    if (strcmp(all[k].name, "agent1.told") == 0) told[1] = values[k];
    if (strcmp(all[k].name, "actions") == 0) actions = values[k];
  }
  l->type->watch(l, all, 4, 9, false);
  double sum = 0, wanted;
  for (int t = 0; t < 20; t++) {
    const int joint = (int)actions[t];
    const float stake = joint == 0 || joint == 3 ? 0.05f : -0.05f;
    assert_true(told[0][t] == stake && told[1][t] == -stake);
    sum += (double)stake;
  }
  l->type->evaluate(l, &wanted, 1, 4, 9, false);
  assert_true(fabs(sum - wanted) < 1e-12);
  am_learner_destroy(l);
  am_task_destroy(task);
}

static void a_task_for_one_is_refused(void **state) {
  (void)state;
  am_task *one;
  am_learner *l = NULL;
  amine_error error = {0};
  const am_signalling_options o = options_for(1, AM_CONTROL_NONE);
  assert_int_equal(am_bandit_create(&one, NULL, NULL), AMINE_OK);
  assert_int_equal(am_agents_create(&l, one, &o, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "bandit"));
  assert_null(l);
  am_task_destroy(one);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(actions_are_joined_and_parted),
      cmocka_unit_test(the_whole_by_hand),
      cmocka_unit_test(who_does_not_meet_learns_as_alone),
      cmocka_unit_test(a_partner_can_be_frozen),
      cmocka_unit_test(both_are_recorded),
      cmocka_unit_test(a_task_for_one_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
