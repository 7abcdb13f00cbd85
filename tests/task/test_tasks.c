/* Every task and game, in several settings: what known policies earn against the lines that are
 * said to be exact, and the promises of task.h. What each shows and rewards is held to hand-made
 * cases in the test of its own. */
#include "support.h"

#include <stdlib.h>

#include "base/memory.h"
#include "task/create.h"
#include "task/adding.h"
#include "task/associative.h"
#include "task/bandit.h"
#include "task/cart_pole.h"
#include "task/cue_reward.h"
#include "task/delayed_match.h"
#include "task/dnms.h"
#include "task/evidence.h"
#include "task/game_pennies.h"
#include "task/game_signals.h"
#include "task/islands.h"
#include "task/movement.h"
#include "task/next.h"
#include "task/pattern_completion.h"
#include "task/recall.h"
#include "task/recall_values.h"
#include "task/retrieval.h"
#include "task/selective.h"
#include "task/t_maze.h"
#include "task/tasks.h"

enum { N_EPISODES = 20000, MAX_TASKS = 128, MAX_IO = 256 };

static am_task *all[MAX_TASKS];
static int n_all;
static am_game *games[MAX_TASKS];
static int n_games;

static am_task **next_task(void) {
  assert_true(n_all < MAX_TASKS);
  return &all[n_all++];
}

/* The defaults of the table first, the maze among them; then other settings. */
static int make_all(void **state) {
  (void)state;
  const am_task_entry *task;
  const am_game_entry *game;
  for (int k = 0; (task = am_task_at(k)); k++)
    assert_int_equal(task->create(next_task(), NULL), AMINE_OK);
  for (int k = 0; (game = am_game_at(k)); k++)
    assert_int_equal(game->create(&games[n_games++], NULL), AMINE_OK);
  MAKE(delayed_match, next_task(), {.steps = 3, .cues = 16});
  MAKE(delayed_match, next_task(), {.steps = 40, .cues = 3});
  MAKE(evidence, next_task(), {.steps = 2});
  MAKE(evidence, next_task(), {.steps = 5, .difficulty = 1}); /* ties */
  MAKE(evidence, next_task(), {.steps = 11, .difficulty = 0.5f, .noise = 0.2f});
  MAKE(evidence, next_task(), {.steps = 12, .difficulty = 0.9f, .noise = 0.5f});
  MAKE(bandit, next_task(), {.arms = 2, .steps = 1});
  MAKE(bandit, next_task(), {.arms = 2, .steps = 40});
  MAKE(bandit, next_task(), {.arms = 2, .steps = 100, .complementary = true});
  MAKE(bandit, next_task(), {.arms = 5, .steps = 10});
  MAKE(t_maze, next_task(), {.length = 1, .steps = 2, .reward = 1});
  MAKE(t_maze, next_task(), {.length = 3, .steps = 30, .reward = 2, .wrong = 2, .bump = 0.5f});
  MAKE(cart_pole, next_task(), {.steps = 500});
  MAKE(cue_reward, next_task(), {.cues = 3, .width = 4, .steps = 9, .wrong = 1});
  MAKE(cue_reward, next_task(), {.cues = 7, .width = 31, .steps = 77});
  MAKE(cue_reward, next_task(), {.cues = 16, .width = 4, .steps = 200, .wrong = 2.5f});
  MAKE(recall, next_task(), {.symbols = 2, .length = 1});
  MAKE(recall, next_task(), {.symbols = 7, .length = 10, .delay = 5});
  MAKE(random_bits, next_task(), {.steps = 2, .width = 32});
  MAKE(periodic, next_task(), {.steps = 2, .width = 2, .period = 2, .patterns = 1});
  MAKE(periodic, next_task(),
       {.steps = 9, .width = 3, .period = 16, .patterns = 7, .pattern_seed = 5});
  MAKE(recall_values, next_task(), {.width = 5, .length = 1});
  MAKE(recall_values, next_task(), {.width = 64, .length = 2, .delay = 1});
  MAKE(associative, next_task(), {.keys = 1, .pairs = 1, .width = 1, .delay = 3, .queries = 1});
  MAKE(associative, next_task(), {.keys = 64, .pairs = 64, .width = 32, .queries = 7});
  MAKE(adding, next_task(), {.steps = 20});
  MAKE(adding, next_task(), {.steps = 33});
  MAKE(movement, next_task(), {.movement = 7, .width = 4, .steps = 10});
  MAKE(movement, next_task(), {.movement = 1000000, .width = 2, .steps = 1000});
  MAKE(islands, next_task(),
       {.places = 8, .actions = 6, .steps = 9, .graphs = 3, .patience = 1, .reward = 1});
  MAKE(hidden_bias, next_task(), {.steps = 6, .swap = true});
  MAKE(hidden_bias, next_task(), {.steps = 60});
  MAKE(two_targets, next_task(), {.steps = 100});
  MAKE(two_targets, next_task(), {.steps = 31, .swap = true});
  MAKE(three_needs, next_task(), {.looks = 1, .reliability = 0.9, .cost = 0.1});
  MAKE(three_needs, next_task(), {.looks = 50, .reliability = 0.6, .cost = 0.01});
  MAKE(pattern_completion, next_task(),
       {.bits = 2, .patterns = 1, .shown = 1, .rounds = 1, .test = 1});
  MAKE(volatile_bandit, next_task(),
       {.steps = 20, .arms = 2, .block = 1, .chance = 1, .sd_high = 3, .told = true});
  MAKE(volatile_bandit, next_task(), {.steps = 9, .arms = 16, .block = 100});
  MAKE(retrieval, next_task(), {.vocabulary = 4, .length = 4, .pairs = 1, .rounds = 1});
  MAKE(retrieval, next_task(),
       {.vocabulary = 27, .length = 25, .pairs = 4, .rounds = 2, .filler = AM_FILLER_RANDOM});
  MAKE(dnms, next_task(), {.dt_ms = 1, .stimulus_ms = 1, .response_ms = 1, .target = 2});
  MAKE(selective, next_task(), {.dt_ms = 1, .stimulus_ms = 1, .response_ms = 3, .target = 0.5f});
  MAKE(list_linking, next_task(),
       {.fewest = 3, .most = 4, .bits = 3, .practice = 6, .test = 5, .link = 2, .linked = 0.25, .test_weight = 1});
  MAKE(list_linking, next_task(),
       {.fewest = 6, .most = 6, .bits = 31, .practice = 7, .test = 20, .link = 3, .linked = 1, .test_weight = 1});
  MAKE(contextual_bandit, next_task(),
       {.contexts = 5, .arms = 2, .steps = 7, .chance = 0.7, .other = 0.2});
  MAKE(contextual_bandit, next_task(), {.contexts = 64, .arms = 3, .steps = 30, .chance = 0.5});
  MAKE(go_no_go, next_task(), {.steps = 7, .go = 0.2, .spread = 2});
  MAKE(detection, next_task(),
       {.places = 9, .steps = 12, .absent = 0.05, .strong = 2, .strong_share = 0.9});
  MAKE(grid_world, next_task(), {.steps = 7, .goal = 7, .obstacle = true});
  MAKE(reversal, next_task(),
       {.cues = 4, .block = 3, .steps = 50, .right = 1, .wrong = 0.1, .feedback = true});
  MAKE(reversal, next_task(), {.cues = 2, .block = 10, .steps = 30, .right = 0.6, .wrong = 0.5});
  MAKE(signals, &games[n_games++], {.cues = 5});
  MAKE(pennies, &games[n_games++], {.steps = 3, .memory = 16});
  return 0;
}

static int destroy_all(void **state) {
  (void)state;
  for (int k = 0; k < n_all; k++) am_task_destroy(all[k]);
  for (int k = 0; k < n_games; k++) am_game_destroy(games[k]);
  return 0;
}

/* What is told of a shown step is still told once it is over, is a function of the two states, and
 * every event of a task happens somewhere in its episodes. */
static void what_happens(void **state) {
  (void)state;
  for (int k = 0; k < n_all; k++) {
    const am_task *task = am_task_evaluated(all[k]);
    const am_task_type *type = task->type;
    unsigned ever = 0;
    int n = 0;
    assert_true((type->events == NULL) == (type->happened == NULL));
    if (!type->events) continue;
    while (type->events[n].name) assert_non_null(type->events[n++].meaning);
    assert_in_range(n, 1, AM_TASK_EVENTS);
    void *world = am_alloc(2, task->state_size), *before = (char *)world + task->state_size;
    for (uint32_t lane = 0; lane < 400; lane++) {
      type->start(task, world, 5, 0, lane);
      for (int t = 0; t < task->n_steps && !(type->over && type->over(task, world)); t++) {
        const am_random4 draw = am_random((am_random_key){.seed = 1, .lane = lane}, (uint32_t)t);
        memcpy(before, world, task->state_size);
        const unsigned shown = type->happened(task, before, NULL);
        type->step(task, world, task->n_actions ? (int)am_below(draw.v[0], (uint32_t)task->n_actions) : 0);
        const unsigned whole = type->happened(task, before, world);
        assert_int_equal(shown & ~whole, 0);
        assert_int_equal(whole & ~((1u << n) - 1), 0);
        ever |= whole;
      }
    }
    am_free(world);
    /* of settings so short that some cannot be, the defaults alone */
    if (am_task_at(k) && ever != (1u << n) - 1) fail_msg("%s: %x", type->part.name, ever);
  }
}

static void what_they_say_is_sound(void **state) {
  (void)state;
  for (int k = 0; k < n_all; k++) {
    const am_task *t = all[k];
    assert_true(t->n_inputs > 0 && t->n_inputs <= MAX_IO && t->n_steps > 0);
    assert_int_equal((t->n_actions > 0) + (t->n_targets > 0) + (t->n_real > 0), 1);
    assert_true((t->n_real > 0) == (t->type->move != NULL));
    assert_true((t->n_real > 0) == (t->type->step == NULL));
    assert_true(t->n_real <= AM_REAL_MAX);
    assert_true((t->n_targets > 0) == (t->type->target != NULL));
    assert_true(t->n_targets <= AM_TARGETS_MAX);
    assert_string_equal(t->lines[0].policy, t->type->kind ? "silent" : "random");
    for (int i = 1; i < t->n_lines; i++)
      assert_false(t->lines[i].reward < t->lines[i - 1].reward - 1e-12);
    assert_false(t->criterion <= t->lines[0].reward);
    assert_false(t->criterion > t->lines[t->n_lines - 1].reward + 1e-12);
  }
  for (int k = 0; am_task_at(k); k++)
    for (int i = 0; i < k; i++)
      assert_string_not_equal(am_task_at(i)->type->part.name, am_task_at(k)->type->part.name);
}

typedef struct sample {
  double sum, squares;
  int n;
} sample;

static void add(sample *s, double x) {
  s->sum += x;
  s->squares += x * x;
  s->n++;
}

/* The mean is `line` within four standard errors, and within the rounding of float rewards. */
static void agrees(const sample *s, double line, const char *name, const char *policy) {
  const double mean = s->sum / s->n, variance = s->squares / s->n - mean * mean;
  const double error = sqrt(fmax(variance, 0) / (s->n - 1));
  if (!(fabs(mean - line) <= 4 * error + 1e-6 * fmax(1, fabs(line))))
    fail_msg("%s: %s earns %.6f +- %.6f, the line is %.6f", name, policy, mean, error, line);
}

static void policies_earn_their_lines(void **state) {
  (void)state;
  for (int k = 0; k < n_all; k++) {
    const am_task *t = all[k];
    for (int line = 0; t->type != &am_maze_type && line < t->n_lines; line++) {
      const bool is_measured =
          (t->type == &am_cart_pole_type && line > 0) || t->type == &am_islands_type;
      const bool is_long = t->n_steps > 2000;
      const int n = is_long ? N_EPISODES / 200 : is_measured ? N_EPISODES / 10 : N_EPISODES;
      sample s = {0};
      if (isnan(t->lines[line].reward)) continue;
      for (int i = 0; i < n; i++) add(&s, am_task_play(t, line, 4, (uint32_t)k, (uint32_t)i));
      agrees(&s, t->lines[line].reward, t->type->part.name, t->lines[line].policy);
    }
  }
  for (int k = 0; k < n_games; k++)
    for (int line = 0; line < games[k]->n_lines; line++) {
      sample s[AM_GAME_AGENTS] = {{0}};
      for (int i = 0; i < N_EPISODES; i++) {
        double reward[AM_GAME_AGENTS];
        am_game_play(games[k], line, reward, 3, (uint32_t)k, (uint32_t)i);
        for (int a = 0; a < games[k]->n_agents; a++) add(&s[a], reward[a]);
      }
      for (int a = 0; a < games[k]->n_agents; a++)
        agrees(&s[a], games[k]->lines[line].reward[a], games[k]->type->name,
               games[k]->lines[line].policy);
    }
}

/* ------------------------------------------------------------------ promises of task.h */
/* Mixes in what one step shows and gives: FNV-1a over bytes. */
static void mix(uint64_t *hash, const void *data, size_t n) {
  const unsigned char *byte = data;
  for (size_t i = 0; i < n; i++) *hash = (*hash ^ byte[i]) * UINT64_C(1099511628211);
}

static int some_action(int n_actions, uint32_t lane, int t) {
  const am_random_key key = {.seed = 99, .stream = AM_STREAM_POLICY, .lane = lane};
  return n_actions ? (int)am_below(am_random(key, (uint32_t)t).v[0], (uint32_t)n_actions) : 0;
}

/* Any action that there is. */
static float some_step(const am_task *task, void *world, uint32_t lane, int t) {
  const am_random_key key = {.seed = 99, .stream = AM_STREAM_POLICY, .lane = lane};
  float action[AM_REAL_MAX];
  if (task->n_real == 0)
    return task->type->step(task, world, some_action(task->n_actions, lane, t));
  for (int k = 0; k < task->n_real; k++)
    action[k] = 2 * am_normal(am_random(key, (uint32_t)(t * task->n_real + k)));
  return task->type->move(task, world, action);
}

static void task_step(const am_task *task, void *world, uint64_t *hash, uint32_t lane, int t) {
  float input[MAX_IO], target[AM_TARGETS_MAX] = {0};
  task->type->observe(task, world, input);
  mix(hash, input, (size_t)task->n_inputs * sizeof *input);
  if (task->type->target && task->type->target(task, world, target))
    mix(hash, target, (size_t)task->n_targets * sizeof *target);
  if (task->type->answer) {
    const int answer = task->type->answer(task, world);
    assert_in_range(answer + 1, 0, task->n_actions);
    mix(hash, &answer, sizeof answer);
  }
  const float reward = some_step(task, world, lane, t);
  if (task->n_targets) assert_true(reward == 0);
  mix(hash, &reward, sizeof reward);
}

static void game_step(const am_game *game, void *world, uint64_t *hash, uint32_t lane, int t) {
  int action[AM_GAME_AGENTS];
  float input[MAX_IO], reward[AM_GAME_AGENTS];
  for (int a = 0; a < game->n_agents; a++) {
    game->type->observe(game, world, a, input);
    mix(hash, input, (size_t)game->n_inputs[a] * sizeof *input);
    action[a] = some_action(game->n_actions[a], 2 * lane + (uint32_t)a, t);
  }
  game->type->step(game, world, action, reward);
  mix(hash, reward, (size_t)game->n_agents * sizeof *reward);
}

/* A task or a game, to be walked alike. */
typedef struct thing {
  const am_task *task;
  const am_game *game;
} thing;

static size_t size_of(thing x) { return x.task ? x.task->state_size : x.game->state_size; }
static int steps_of(thing x) { return x.task ? x.task->n_steps : x.game->n_steps; }

static void begin(thing x, void *world, uint32_t episode, uint32_t lane) {
  if (x.task) x.task->type->start(x.task, world, 7, episode, lane);
  else x.game->type->start(x.game, world, 7, episode, lane);
}

static void go_on(thing x, void *world, uint64_t *hash, uint32_t lane, int t) {
  if (x.task) task_step(x.task, world, hash, lane, t);
  else game_step(x.game, world, hash, lane, t);
}

static thing thing_at(int k) {
  return k < n_all ? (thing){.task = all[k]} : (thing){.game = games[k - n_all]};
}

static void lanes_know_nothing_of_each_other(void **state) {
  (void)state;
  for (int k = 0; k < n_all + n_games; k++) {
    const thing x = thing_at(k);
    void *world[2];
    uint64_t alone[2] = {1, 1}, together[2] = {1, 1};
    for (int i = 0; i < 2; i++) world[i] = am_alloc(1, size_of(x));
    for (int i = 0; i < 2; i++) {
      begin(x, world[i], 1, (uint32_t)i);
      for (int t = 0; t < steps_of(x); t++) go_on(x, world[i], &alone[i], (uint32_t)i, t);
    }
    for (int i = 0; i < 2; i++) begin(x, world[i], 1, (uint32_t)i);
    for (int t = 0; t < steps_of(x); t++)
      for (int i = 0; i < 2; i++) go_on(x, world[i], &together[i], (uint32_t)i, t);
    for (int i = 0; i < 2; i++) {
      assert_true(alone[i] == together[i]);
      am_free(world[i]);
    }
  }
}

/* Equal keys are equal bytes and equal episodes, whatever was in the block; a different episode or
 * lane is a different one, if not each then some of many. Pennies begin always alike. */
static void start_is_a_function_of_its_key(void **state) {
  (void)state;
  for (int k = 0; k < n_all + n_games; k++) {
    const thing x = thing_at(k);
    const size_t size = size_of(x);
    void *a = am_alloc(1, size), *b = am_alloc(1, size);
    int n_episodes_differ = 0, n_lanes_differ = 0;
    for (uint32_t i = 0; i < 64; i++) {
      uint64_t hash[4] = {1, 1, 1, 1};
      memset(a, 0xaa, size);
      memset(b, 0x55, size);
      begin(x, a, i, 3);
      begin(x, b, i, 3);
      assert_memory_equal(a, b, size);
      for (int h = 0; h < 4; h++) {
        begin(x, a, h == 2 ? i + 1 : i, h == 3 ? 4 : 3);
        for (int t = 0; t < steps_of(x); t++) go_on(x, a, &hash[h], 0, t);
      }
      assert_true(hash[0] == hash[1]);
      n_episodes_differ += hash[0] != hash[2];
      n_lanes_differ += hash[0] != hash[3];
    }
    const bool is_alike = x.game ? x.game->type == &am_pennies_type : x.task->type == &am_movement_type;
    assert_true((n_episodes_differ > 0) == !is_alike);
    assert_true((n_lanes_differ > 0) == !is_alike);
    am_free(a);
    am_free(b);
  }
}

/* After the last step nothing is shown, asked, rewarded or changed. */
static void the_end_is_the_end(void **state) {
  (void)state;
  for (int k = 0; k < n_all + n_games; k++) {
    const thing x = thing_at(k);
    void *world = am_alloc(1, size_of(x)), *kept = am_alloc(1, size_of(x));
    float input[MAX_IO], reward[AM_GAME_AGENTS] = {0}, target[AM_TARGETS_MAX];
    uint64_t hash = 1;
    begin(x, world, 0, 0);
    for (int t = 0; t < steps_of(x); t++) go_on(x, world, &hash, 0, t);
    memcpy(kept, world, size_of(x));
    if (x.game) {
      x.game->type->step(x.game, world, (int[AM_GAME_AGENTS]){0}, reward);
      assert_true(reward[0] == 0 && reward[1] == 0);
    } else if (x.task->type != &am_maze_type) { /* the maze has another end */
      const am_task_type *type = x.task->type;
      assert_true(some_step(x.task, world, 0, 0) == 0);
      if (type->answer) assert_int_equal(type->answer(x.task, world), -1);
      if (type->target) assert_false(type->target(x.task, world, target));
      if (!type->over && type != &am_bandit_type) {
        type->observe(x.task, world, input);
        for (int i = 0; i < x.task->n_inputs; i++) assert_true(input[i] == 0);
      }
    }
    assert_memory_equal(kept, world, size_of(x));
    am_free(world);
    am_free(kept);
  }
}

/* A world that is over early stays so, and shows and rewards nothing. */
static void over_is_over(void **state) {
  (void)state;
  int n_over = 0;
  for (int k = 0; k < n_all; k++) {
    const am_task *task = all[k];
    if (!task->type->over) continue;
    void *world = am_alloc(1, task->state_size);
    for (uint32_t i = 0; i < 100; i++) {
      uint64_t hash = 1;
      bool is_over = false;
      task->type->start(task, world, 1, 0, i);
      for (int t = 0; t < task->n_steps; t++) {
        float input[MAX_IO];
        if (is_over) {
          task->type->observe(task, world, input);
          for (int j = 0; j < task->n_inputs; j++) assert_true(input[j] == 0);
          assert_true(some_step(task, world, 0, 0) == 0);
          assert_true(task->type->over(task, world));
        } else {
          task_step(task, world, &hash, i, t);
          is_over = task->type->over(task, world);
          n_over += is_over && t < task->n_steps - 1;
        }
      }
    }
    am_free(world);
  }
  assert_true(n_over > 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_they_say_is_sound),
      cmocka_unit_test(what_happens),
      cmocka_unit_test(policies_earn_their_lines),
      cmocka_unit_test(lanes_know_nothing_of_each_other),
      cmocka_unit_test(start_is_a_function_of_its_key),
      cmocka_unit_test(the_end_is_the_end),
      cmocka_unit_test(over_is_over),
  };
  return cmocka_run_group_tests(tests, make_all, destroy_all);
}
