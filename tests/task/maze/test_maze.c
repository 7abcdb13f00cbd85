/* The Grid Maze against a second, naive maze drawn by hand; its policies against the exact values,
 * the exact values against brute force, and all of them against the specification's figures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "task/create.h"
#include "task/maze/belief.h"
#include "task/maze/policy.h"
#include "task/maze/value.h"

/* ------------------------------------------------------------------ a naive maze, from drawings */
static const char *const drawn5[] = {"#####", "#...#", "#...#", "#...#", "#####"};
static const char *const drawn7[] = {"#######", "#.....#", "#.#.#.#", "#.....#",
                                     "#.#.#.#", "#.....#", "#######"};
static const char *const drawn9[] = {"#########", "#.......#", "#.#.#.#.#",
                                     "#.......#", "#.#...#.#", "#.......#",
                                     "#.#.#.#.#", "#.......#", "#########"};
static const char *const drawn11[] = {"###########", "#.........#", "#.#.#.#.#.#", "#.........#",
                                      "#.#.#.#.#.#", "#.........#", "#.#.#.#.#.#", "#.........#",
                                      "#.#.#.#.#.#", "#.........#", "###########"};
static const char *const drawn13[] = {
    "#############", "#...........#", "#.#.#.#.#.#.#", "#...........#", "#.#.#.#.#.#.#",
    "#...........#", "#.#.#...#.#.#", "#...........#", "#.#.#.#.#.#.#", "#...........#",
    "#.#.#.#.#.#.#", "#...........#", "#############"};

static const struct {
  int size;
  const char *const *drawn;
  int n_free, n_views;
} layouts[] = {
    {5, drawn5, 9, 9},     {7, drawn7, 21, 15},   {9, drawn9, 41, 23},
    {11, drawn11, 65, 15}, {13, drawn13, 97, 24},
};
enum { N_LAYOUTS = sizeof layouts / sizeof layouts[0], FIRST_CALIBRATED = 2 };

static const int d_row[] = {-1, 1, 0, 0}, d_col[] = {0, 0, -1, 1};

static am_task *make(int size, int steps, float penalty) {
  am_maze_options o = {.size = size, .steps = steps, .wall_penalty = penalty, .reward = 10};
  amine_error error = {0};
  am_task *task = NULL;
  if (am_maze_create(&task, &o, &error) != AMINE_OK) fail_msg("%s", error.message);
  return task;
}

static am_maze_policy *make_policy(const am_task *task, const char *name) {
  amine_error error = {0};
  am_maze_policy *policy = NULL;
  if (am_maze_policy_create(&policy, task, name, &error) != AMINE_OK) fail_msg("%s", error.message);
  return policy;
}

static bool same_cell(am_maze_cell a, am_maze_cell b) { return a.row == b.row && a.col == b.col; }

static bool is_between(double x, double low, double high) {
  if (x >= low && x <= high) return true;
  print_error("%.6f is not in [%.6f, %.6f]\n", x, low, high);
  return false;
}

static bool is_near(double x, double wanted, double relative) {
  return is_between(x, wanted * (1 - relative), wanted * (1 + relative));
}

/* ------------------------------------------------------------------ the world */
static void layout_is_as_drawn(void **state) {
  (void)state;
  for (int l = 0; l < N_LAYOUTS; l++) {
    const int n = layouts[l].size;
    am_task *task = make(n, 200, 0);
    const am_maze *maze = am_maze_of(task);
    static char seen[AM_MAZE_VIEWS];
    int n_free = 0, n_views = 0;
    memset(seen, 0, sizeof seen);
    for (int r = 0; r < n; r++)
      for (int c = 0; c < n; c++) {
        am_maze_cell cell = {(int16_t)r, (int16_t)c};
        bool wall = layouts[l].drawn[r][c] == '#';
        assert_int_equal(am_maze_number(maze, cell), wall ? -1 : n_free);
        if (wall) continue;
        assert_true(same_cell(maze->cell[n_free], cell));
        n_free++;
        n_views += !seen[maze->view[r * n + c]]++;
      }
    assert_int_equal(n_free, layouts[l].n_free);
    assert_int_equal(maze->n_free, layouts[l].n_free);
    assert_int_equal(n_views, layouts[l].n_views);
    am_task_destroy(task);
  }
}

static void the_task_says_what_it_is(void **state) {
  (void)state;
  am_task *task = NULL;
  assert_int_equal(am_maze_create(&task, NULL, NULL), AMINE_OK);
  assert_string_equal(task->type->part.name, "maze");
  assert_int_equal(task->n_inputs, 17);
  assert_int_equal(task->n_actions, 4);
  assert_int_equal(task->n_steps, 200);
  assert_int_equal(task->state_size, sizeof(am_maze_state));
  assert_int_equal(am_maze_of(task)->options.size, 11);
  assert_true(am_maze_of(task)->options.wall_penalty == 0);
  assert_true(am_maze_of(task)->options.reward == 10);
  am_task_destroy(task);
}

/* The 17 inputs from the drawing. */
static void naive_inputs(float *input, const char *const *drawn, const am_maze_state *s,
                         int steps) {
  int k = 0;
  for (int r = -1; r <= 1; r++)
    for (int c = -1; c <= 1; c++)
      input[k++] = drawn[s->agent.row + r][s->agent.col + c] == '#' ? 1 : 0;
  input[k++] = 0;
  input[k++] = 1;
  input[k++] = (float)s->step / (float)steps;
  input[k++] = s->previous_reward;
  for (int a = 0; a < 4; a++) input[k++] = s->previous_action == a ? 1 : 0;
}

static void inputs_are_exact_in_every_cell(void **state) {
  (void)state;
  for (int l = 0; l < N_LAYOUTS; l++) {
    am_task *task = make(layouts[l].size, 37, 0.25f);
    const am_maze *maze = am_maze_of(task);
    for (int k = 0; k < maze->n_free; k++)
      for (int a = -1; a < 4; a++) {
        am_maze_state s = {.agent = maze->cell[k],
                           .reward = maze->cell[0],
                           .step = a + k,
                           .previous_action = a,
                           .previous_reward = k % 2 ? 10.0f : -0.25f};
        float input[18], wanted[17];
        input[17] = 77;
        naive_inputs(wanted, layouts[l].drawn, &s, 37);
        task->type->observe(task, &s, input);
        assert_memory_equal(input, wanted, sizeof wanted);
        assert_true(input[17] == 77);
      }
    am_task_destroy(task);
  }
}

/* One action in one place, by the drawing. */
static void check_step(const am_task *task, const char *const *drawn, am_maze_cell agent,
                       am_maze_cell reward, int action, float penalty) {
  am_maze_state s = {.seed = 5,
                     .episode = 1,
                     .lane = 2,
                     .agent = agent,
                     .reward = reward,
                     .step = 3 + agent.row,
                     .previous_action = -1};
  am_maze_state wanted = s;
  const am_maze_state before = s;
  const bool wall = drawn[agent.row + d_row[action]][agent.col + d_col[action]] == '#';
  assert_int_equal(task->type->happened(task, &before, NULL), 0);
  float given = task->type->step(task, &s, action), wanted_reward = 0;
  am_maze_cell to = {(int16_t)(agent.row + d_row[action]), (int16_t)(agent.col + d_col[action])};
  wanted.step++;
  wanted.previous_action = action;
  if (drawn[to.row][to.col] == '#') {
    wanted_reward = 0 - penalty;
  } else if (same_cell(to, reward)) {
    wanted_reward = 10;
    wanted.n_teleports = 1;
    wanted.agent = s.agent; /* anywhere free but here */
    assert_false(same_cell(s.agent, reward));
    assert_true(drawn[s.agent.row][s.agent.col] == '.');
  } else {
    wanted.agent = to;
  }
  wanted.previous_reward = wanted_reward;
  assert_true(given == wanted_reward && !signbit(given) == !(given < 0));
  assert_memory_equal(&s, &wanted, sizeof s);
  /* 1 thrown, 2 found, 4 wall; after a reward the look around is what is told of the next step */
  assert_int_equal(task->type->happened(task, &before, &s), wall ? 4 : given > 0 ? 2 : 0);
  assert_int_equal(task->type->happened(task, &s, NULL), given > 0);
}

static void every_action_in_every_cell(void **state) {
  (void)state;
  for (int l = 0; l < N_LAYOUTS; l++)
    for (int p = 0; p < 2; p++) {
      float penalty = p ? 0.5f : 0;
      am_task *task = make(layouts[l].size, 200, penalty);
      const am_maze *maze = am_maze_of(task);
      for (int k = 0; k < maze->n_free; k++)
        for (int g = 0; g < maze->n_free; g++)
          for (int a = 0; a < 4 && g != k; a++)
            check_step(task, layouts[l].drawn, maze->cell[k], maze->cell[g], a, penalty);
      am_task_destroy(task);
    }
}

/* Sum over cells of (count - expected)^2 / expected, where cell `none` must never occur. */
static double chi_square(const int *count, int n, int none, int n_draws) {
  double expected = (double)n_draws / (n - 1), sum = 0;
  assert_int_equal(count[none], 0);
  for (int k = 0; k < n; k++)
    if (k != none) sum += (count[k] - expected) * (count[k] - expected) / expected;
  return sum;
}

static void episodes_start_at_the_centre_with_a_uniform_reward(void **state) {
  (void)state;
  am_task *task = make(11, 200, 0);
  const am_maze *maze = am_maze_of(task);
  int count[65] = {0}, n_draws = 0;
  for (uint32_t episode = 0; episode < 4000; episode++)
    for (uint32_t lane = 0; lane < 16; lane++, n_draws++) {
      am_maze_state s;
      memset(&s, 0xa5, sizeof s);
      task->type->start(task, &s, 9, episode, lane);
      assert_true(s.agent.row == 5 && s.agent.col == 5);
      assert_true(s.step == 0 && s.previous_action == -1 && s.previous_reward == 0);
      count[am_maze_number(maze, s.reward)]++;
    }
  /* 63 degrees of freedom: mean 63, standard deviation 11 */
  assert_true(is_between(chi_square(count, 65, maze->centre, n_draws), 25, 115));
  am_task_destroy(task);
}

static void teleports_are_uniform_but_for_the_reward(void **state) {
  (void)state;
  am_task *task = make(11, 200, 0);
  const am_maze *maze = am_maze_of(task);
  const int goal = 12;
  int count[65] = {0};
  for (int k = 0; k < 64000; k++) {
    am_maze_state s = {.seed = 3,
                       .episode = (uint32_t)k / 200,
                       .lane = 7,
                       .reward = maze->cell[goal],
                       .step = k % 200};
    int action = 0;
    while (maze->next[goal][action ^ 1] < 0) action++;
    s.agent = maze->cell[maze->next[goal][action ^ 1]];
    assert_true(task->type->step(task, &s, action) == 10);
    count[am_maze_number(maze, s.agent)]++;
  }
  assert_true(is_between(chi_square(count, 65, goal, 64000), 25, 115));
  am_task_destroy(task);
}

/* The states after each step of an episode whose actions do not depend on the key. */
static void play_fixed(am_maze_state *after, const am_task *task, uint64_t seed, uint32_t episode,
                       uint32_t lane) {
  am_maze_state s;
  memset(&s, 0x5a, sizeof s);
  task->type->start(task, &s, seed, episode, lane);
  for (uint32_t t = 0; t < 1000; t++) {
    task->type->step(task, &s, (int)(am_random((am_random_key){.seed = 1}, t).v[0] >> 30));
    after[t] = s;
  }
}

static void the_same_key_gives_the_same_episode(void **state) {
  (void)state;
  static am_maze_state first[1000], again[1000];
  am_task *task = make(9, 1000, 0);
  am_task *other = make(9, 1000, 0);
  play_fixed(first, task, 1, 2, 3);
  play_fixed(again, other, 1, 2, 3);
  assert_true(first[999].n_teleports > 2);
  assert_memory_equal(first, again, sizeof first);
  const uint32_t keys[4][3] = {{1, 2, 4}, {1, 3, 3}, {2, 2, 3}, {1, 3, 2}};
  for (int k = 0; k < 4; k++) { /* compare what happens, not the key in the state */
    int same = 0;
    play_fixed(again, task, keys[k][0], keys[k][1], keys[k][2]);
    for (int t = 0; t < 1000; t++)
      same +=
          same_cell(first[t].agent, again[t].agent) && same_cell(first[t].reward, again[t].reward);
    assert_true(same < 500);
  }
  am_task_destroy(task);
  am_task_destroy(other);
}

static void bad_options_get_sentences(void **state) {
  (void)state;
  static const struct {
    am_maze_options options;
    const char *says;
  } bad[] = {
      {{4, 200, 0, 10}, "size 4"},
      {{3, 200, 0, 10}, "size 3"},
      {{257, 200, 0, 10}, "size 257"},
      {{-11, 200, 0, 10}, "size -11"},
      {{11, 0, 0, 10}, "0 maze steps"},
      {{11, -5, 0, 10}, "-5 maze steps"},
      {{11, 200, -1, 10}, "penalty -1"},
      {{11, 200, NAN, 10}, "penalty nan"},
      {{11, 200, INFINITY, 10}, "penalty inf"},
      {{11, 200, 0, 0}, "reward 0"},
      {{11, 200, 0, -3}, "reward -3"},
      {{11, 200, 0, NAN}, "reward nan"},
      {{11, 200, 0, INFINITY}, "reward inf"},
  };
  for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
    amine_error error = {0};
    am_task *task = (am_task *)&error; /* must stay as it was */
    assert_int_equal(am_maze_create(&task, &bad[k].options, &error), AMINE_ERROR_ARGUMENT);
    assert_ptr_equal(task, &error);
    assert_int_equal(error.status, AMINE_ERROR_ARGUMENT);
    if (!strstr(error.message, bad[k].says)) fail_msg("\"%s\"?", error.message);
  }
  const int good[] = {5, 255};
  for (int k = 0; k < 2; k++) {
    am_task *task = make(good[k], 1, 0);
    assert_int_equal(am_maze_of(task)->n_free > 0, 1);
    am_task_destroy(task);
  }
}

static void bad_policies_get_sentences(void **state) {
  (void)state;
  amine_error error = {0};
  am_maze_policy *policy = NULL;
  am_task *task = make(19, 50, 0);
  assert_int_equal(am_maze_policy_create(&policy, task, "clever", &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "\"clever\""));
  assert_int_equal(am_maze_policy_create(&policy, task, "planner", &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "5 to 17, not 19"));
  assert_int_equal(am_maze_policy_create(&policy, task, "told", &error), AMINE_ERROR_ARGUMENT);
  am_task_type other_type = am_maze_type;
  other_type.part.name = "bandit";
  am_task other = {.type = &other_type};
  assert_int_equal(am_maze_policy_create(&policy, &other, "oracle", &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "\"bandit\""));
  assert_null(policy);
  am_task_destroy(task);
}

/* ------------------------------------------------------------------ what policies may see */
static void policies_are_shown_only_what_they_may_know(void **state) {
  (void)state;
  const bool agent[] = {false, false, true, true, true};
  const bool reward[] = {false, false, false, false, true};
  am_task *task = make(11, 200, 0);
  am_maze_state s;
  task->type->start(task, &s, 1, 0, 0);
  for (int k = 0; k < AM_MAZE_POLICIES; k++) {
    am_maze_policy *policy = make_policy(task, am_maze_policy_names[k]);
    am_maze_sight sight;
    float input[17];
    am_maze_policy_look(policy, &sight, &s);
    task->type->observe(task, &s, input);
    assert_memory_equal(sight.input, input, sizeof input);
    assert_int_equal(sight.agent.row, agent[k] ? s.agent.row : -1);
    assert_int_equal(sight.agent.col, agent[k] ? s.agent.col : -1);
    assert_int_equal(sight.reward.row, reward[k] ? s.reward.row : -1);
    assert_int_equal(sight.reward.col, reward[k] ? s.reward.col : -1);
    am_maze_policy_destroy(policy);
  }
  am_task_destroy(task);
}

/* The planner does the same from the 17 inputs alone, whatever else the sight says. */
static void the_planner_needs_the_inputs_alone(void **state) {
  (void)state;
  am_task *task = make(11, 200, 0);
  am_maze_policy *honest = make_policy(task, "planner"), *fooled = make_policy(task, "planner");
  for (uint32_t episode = 0; episode < 50; episode++) {
    am_maze_state s;
    task->type->start(task, &s, 4, episode, 0);
    am_maze_policy_start(honest, 4, episode, 0);
    am_maze_policy_start(fooled, 99, 0, 5);
    for (int t = 0; t < 200; t++) {
      am_maze_sight sight, lies;
      am_maze_policy_look(honest, &sight, &s);
      task->type->observe(task, &s, lies.input);
      lies.agent = (am_maze_cell){(int16_t)(t % 11), 3};
      lies.reward = (am_maze_cell){7, (int16_t)(t % 11)};
      int action = am_maze_policy_act(honest, &sight);
      assert_int_equal(am_maze_policy_act(fooled, &lies), action);
      task->type->step(task, &s, action);
    }
  }
  am_maze_policy_destroy(honest);
  am_maze_policy_destroy(fooled);
  am_task_destroy(task);
}

/* Mean reward of the planner in the 200 steps after another one acted for `n_others` steps. */
static double planner_after_others(const am_task *task, int n_others, int n_episodes) {
  am_maze_policy *planner = make_policy(task, "planner"), *random = make_policy(task, "random");
  double sum = 0;
  for (uint32_t episode = 0; episode < (uint32_t)n_episodes; episode++) {
    am_maze_state s;
    task->type->start(task, &s, 4, episode, 0);
    am_maze_policy_start(planner, 4, episode, 0);
    am_maze_policy_start(random, 4, episode, 0);
    for (int t = 0; t < n_others + 200; t++) {
      am_maze_sight sight;
      am_maze_policy_look(planner, &sight, &s);
      int action = am_maze_policy_act(planner, &sight), other = am_maze_policy_act(random, &sight);
      assert_true(action >= 0 && action < 4);
      float reward = task->type->step(task, &s, t < n_others ? other : action);
      if (t >= n_others) sum += (double)reward;
    }
  }
  am_maze_policy_destroy(planner);
  am_maze_policy_destroy(random);
  return sum / n_episodes;
}

/* The planner must have followed what happened: it earns 361 from a start at which it knows nothing
 * of the reward, so about that and more once others have looked for it. */
static void the_planner_follows_what_others_do(void **state) {
  (void)state;
  const int n_others[] = {200, 20, 3};
  for (int k = 0; k < 3; k++) {
    am_task *task = make(9, n_others[k] + 200, 0);
    double mean = planner_after_others(task, n_others[k], 300);
    assert_true(is_between(mean, 350, 420));
    am_task_destroy(task);
  }
}

/* ------------------------------------------------------------------ exact values by brute force */
typedef struct guess {
  int agent, goal;
  double p;
} guess;
enum { MAX_GUESSES = 512 };

static double brute_force(const am_maze *maze, const guess *g, int n, int left);

/* What an action is worth: moves every guess, sorts them by what would be seen, and goes on. */
static double brute_force_action(const am_maze *maze, const guess *g, int n, int left, int action) {
  guess after[MAX_GUESSES], group[MAX_GUESSES];
  int key[MAX_GUESSES], n_after = 0;
  double sum = 0;
  for (int k = 0; k < n; k++) {
    int to = maze->next[g[k].agent][action];
    bool hit = to == g[k].goal;
    if (hit) sum += g[k].p;
    for (int u = 0; u < (hit ? maze->n_free : 1); u++) {
      if (hit && u == g[k].goal) continue;
      int at = hit ? u : to < 0 ? g[k].agent : to;
      assert_true(n_after < MAX_GUESSES);
      key[n_after] =
          2 * maze->view[maze->cell[at].row * maze->options.size + maze->cell[at].col] + hit;
      after[n_after++] = (guess){at, g[k].goal, hit ? g[k].p / (maze->n_free - 1) : g[k].p};
    }
  }
  for (int k = 0; k < n_after; k++) {
    int n_group = 0, wanted = key[k];
    for (int j = k; j < n_after && wanted >= 0; j++)
      if (key[j] == wanted) {
        group[n_group++] = after[j];
        key[j] = -1;
      }
    if (n_group) sum += brute_force(maze, group, n_group, left - 1);
  }
  return sum;
}

/* The most finds that can be expected in `left` steps from a joint belief over agent and reward. */
static double brute_force(const am_maze *maze, const guess *g, int n, int left) {
  double most = 0;
  for (int a = 0; a < 4 && left > 0; a++) {
    double worth = brute_force_action(maze, g, n, left, a);
    if (worth > most) most = worth;
  }
  return most;
}

/* In short episodes the planner is the best policy there is. */
static void the_planner_is_the_best_possible(void **state) {
  (void)state;
  const int cases[][2] = {{5, 6}, {7, 7}, {9, 7}, {11, 7}, {13, 6}};
  for (int c = 0; c < 5; c++) {
    am_task *task = make(cases[c][0], cases[c][1], 0);
    const am_maze *maze = am_maze_of(task);
    am_maze_policy *planner = make_policy(task, "planner");
    guess g[MAX_GUESSES];
    int n = 0;
    for (int goal = 0; goal < maze->n_free; goal++)
      if (goal != maze->centre) g[n++] = (guess){maze->centre, goal, 1.0 / (maze->n_free - 1)};
    double best = 10 * brute_force(maze, g, n, cases[c][1]);
    assert_true(best > 0.5);
    assert_true(is_near(am_maze_policy_mean(planner), best, 1e-9));
    am_maze_policy_destroy(planner);
    am_task_destroy(task);
  }
}

/* After a teleport, with the reward known, too. */
static void beliefs_are_worth_what_brute_force_says(void **state) {
  (void)state;
  const int cases[][3] = {{9, 0, 6}, {9, 20, 6}, {11, 3, 6}, {11, 32, 6}, {11, 30, 6}, {13, 47, 5}};
  for (int c = 0; c < 6; c++) {
    am_task *task = make(cases[c][0], 200, 0);
    const am_maze *maze = am_maze_of(task);
    const int goal = cases[c][1], steps = cases[c][2];
    am_maze_belief *belief = NULL;
    double find[8];
    assert_int_equal(am_maze_belief_create(&belief, maze, steps, NULL), AMINE_OK);
    assert_int_equal(am_maze_belief_solve(belief, find, goal, NULL), AMINE_OK);
    double most = 0;
    for (int view = 0; view < AM_MAZE_VIEWS; view++) {
      guess g[MAX_GUESSES];
      int n = 0;
      for (int s = 0; s < maze->n_free; s++)
        if (s != goal &&
            maze->view[maze->cell[s].row * maze->options.size + maze->cell[s].col] == view)
          g[n++] = (guess){s, goal, 1.0 / (maze->n_free - 1)};
      assert_int_equal(am_maze_belief_arrive(belief, view) >= 0, n > 0);
      if (n) most += brute_force(maze, g, n, steps);
    }
    assert_true(find[0] == 0 && most > 0.05);
    assert_true(is_near(find[steps], most, 1e-9));
    am_maze_belief_destroy(belief);
    am_task_destroy(task);
  }
}

static void mirror_images_are_worth_the_same(void **state) {
  (void)state;
  am_task *task = make(13, 60, 0);
  const am_maze *maze = am_maze_of(task);
  am_maze_belief *belief = NULL;
  assert_int_equal(am_maze_belief_create(&belief, maze, 60, NULL), AMINE_OK);
  for (int goal = 0; goal < maze->n_free; goal++) {
    double find[61], image[61];
    int fold = am_maze_fold(maze, goal);
    assert_int_equal(am_maze_fold(maze, fold), fold);
    assert_int_equal(am_maze_belief_solve(belief, image, fold, NULL), AMINE_OK);
    int n = am_maze_belief_count(belief);
    assert_int_equal(am_maze_belief_solve(belief, find, goal, NULL), AMINE_OK);
    assert_int_equal(am_maze_belief_count(belief), n);
    for (int k = 1; k <= 60; k++) assert_true(fabs(find[k] - image[k]) < 1e-9);
  }
  am_maze_belief_destroy(belief);
  am_task_destroy(task);
}

/* The largest sum of worth[n][m] over pairs that use each row once and each column at most once:
 * the Hungarian method with potentials, rows and columns from 1. */
enum { MAX_ROWS = 64, MAX_COLS = 100 };
static double best_assignment(double worth[MAX_ROWS + 1][MAX_COLS + 1], int n, int m) {
  double u[MAX_ROWS + 1] = {0}, v[MAX_COLS + 1] = {0}, sum = 0;
  int row_of[MAX_COLS + 1] = {0}, from[MAX_COLS + 1] = {0};
  for (int i = 1; i <= n; i++) {
    double least[MAX_COLS + 1];
    bool used[MAX_COLS + 1] = {false};
    int j = 0;
    for (int k = 0; k <= m; k++) least[k] = INFINITY;
    for (row_of[0] = i; row_of[j] != 0;) {
      int next = 0;
      double step = INFINITY;
      used[j] = true;
      for (int k = 1; k <= m; k++) {
        if (used[k]) continue;
        double rest = -worth[row_of[j]][k] - u[row_of[j]] - v[k];
        if (rest < least[k]) least[k] = rest, from[k] = j;
        if (least[k] < step) step = least[k], next = k;
      }
      for (int k = 0; k <= m; k++)
        if (used[k]) u[row_of[k]] += step, v[k] -= step;
        else least[k] -= step;
      j = next;
    }
    for (; j != 0; j = from[j]) row_of[j] = row_of[from[j]];
  }
  for (int k = 1; k <= m; k++)
    if (row_of[k]) sum += worth[row_of[k]][k];
  return sum;
}

/* What a first walk could bring if each step entered a new cell, in any order that alternates
 * between odd and even cells: no policy that is not told where it is can earn more. */
static void no_first_walk_gains_much(void **state) {
  (void)state;
  static double worth[2][MAX_ROWS + 1][MAX_COLS + 1]; /* [parity][cell][time] */
  const double bound[] = {363.446, 228.859, 180.637}, gap[] = {0.008, 0.008, 0.016};
  for (int l = FIRST_CALIBRATED; l < N_LAYOUTS; l++) {
    am_task *task = make(layouts[l].size, 200, 0);
    const am_maze *maze = am_maze_of(task);
    am_maze_belief *belief = NULL;
    int n_cells[2] = {0};
    assert_int_equal(am_maze_belief_create(&belief, maze, 200, NULL), AMINE_OK);
    for (int s = 0; s < maze->n_free; s++) {
      double find[201];
      int odd = (maze->cell[s].row + maze->cell[s].col) % 2;
      if (s == maze->centre) continue;
      assert_int_equal(am_maze_belief_solve(belief, find, s, NULL), AMINE_OK);
      int row = ++n_cells[odd];
      for (int k = 1; k <= 100; k++) worth[odd][row][k] = 1 + find[200 - (2 * k - odd)];
    }
    double most =
        best_assignment(worth[0], n_cells[0], 100) + best_assignment(worth[1], n_cells[1], 100);
    most *= 10.0 / (maze->n_free - 1);
    assert_true(is_near(most, bound[l - FIRST_CALIBRATED], 1e-5));
    double planner = task->lines[1].reward;
    assert_true(is_between(planner, most * (1 - gap[l - FIRST_CALIBRATED]), most));
    am_maze_belief_destroy(belief);
    am_task_destroy(task);
  }
}

/* ------------------------------------------------------------------ calibration */
typedef struct sample {
  double mean, error; /* and the standard error of the mean */
} sample;

static sample play(am_maze_policy *policy, int n) {
  double sum = 0, squares = 0;
  for (int k = 0; k < n; k++) {
    double r = am_maze_policy_play(policy, 2024, (uint32_t)k, 1);
    sum += r;
    squares += r * r;
  }
  double mean = sum / n;
  return (sample){mean, sqrt((squares / n - mean * mean) / (n - 1))};
}

/* Uniform random actions in the drawn maze, with random numbers of another kind. */
static sample play_naively(const char *const *drawn, int size, int n) {
  double sum = 0, squares = 0;
  uint64_t x = 88172645463325252u;
  am_maze_cell free_cell[128];
  int n_free = 0;
  for (int r = 0; r < size; r++)
    for (int c = 0; c < size; c++)
      if (drawn[r][c] == '.') free_cell[n_free++] = (am_maze_cell){(int16_t)r, (int16_t)c};
#define DRAW(k) (x ^= x << 13, x ^= x >> 7, x ^= x << 17, (int)((x >> 20) % (uint64_t)(k)))
  for (int k = 0; k < n; k++) {
    am_maze_cell centre = {(int16_t)(size / 2), (int16_t)(size / 2)}, agent = centre, reward;
    double total = 0;
    do reward = free_cell[DRAW(n_free)];
    while (same_cell(reward, centre));
    for (int t = 0; t < 200; t++) {
      int a = DRAW(4);
      am_maze_cell to = {(int16_t)(agent.row + d_row[a]), (int16_t)(agent.col + d_col[a])};
      if (drawn[to.row][to.col] == '.') agent = to;
      if (!same_cell(agent, reward)) continue;
      total += 10;
      do agent = free_cell[DRAW(n_free)];
      while (same_cell(agent, reward));
    }
    sum += total;
    squares += total * total;
  }
#undef DRAW
  double mean = sum / n;
  return (sample){mean, sqrt((squares / n - mean * mean) / (n - 1))};
}

/* What the specification says. Its figures were sampled: "15" is 14.4. */
static const struct {
  int size;
  double random, random_within, planner, told, oracle;
} spec[] = {
    {9, 15, 0.05, 358, 375, 416}, {11, 7.8, 0.02, 223, 274, 326}, {13, 5.3, 0.02, 171, 199, 269}};

static void means_agree_with_the_specification(void **state) {
  (void)state;
  for (int k = 0; k < 3; k++) {
    am_task *task = make(spec[k].size, 200, 0);
    double mean[AM_MAZE_POLICIES];
    assert_int_equal(task->n_lines, AM_MAZE_POLICIES);
    for (int p = 0; p < AM_MAZE_POLICIES; p++) {
      am_maze_policy *policy = make_policy(task, am_maze_policy_names[p]);
      mean[p] = am_maze_policy_mean(policy);
      assert_string_equal(task->lines[p].policy, am_maze_policy_names[p]);
      assert_true(is_near(task->lines[p].reward, mean[p], 1e-7));
      if (p > 0) assert_true(mean[p] > mean[p - 1]);
      am_maze_policy_destroy(policy);
    }
    assert_true(is_near(mean[0], spec[k].random, spec[k].random_within));
    assert_true(mean[1] >= spec[k].planner); /* theirs plan three steps ahead */
    assert_true(is_near(mean[2], spec[k].told, 0.02));
    assert_true(mean[3] >= spec[k].told);
    assert_true(is_near(mean[4], spec[k].oracle, 0.02));
    am_task_destroy(task);
  }
}

/* Played out, each policy earns its exact mean. */
static void samples_agree_with_exact_means(void **state) {
  (void)state;
  const int n[AM_MAZE_POLICIES] = {20000, 2000, 5000, 5000, 5000};
  for (int l = FIRST_CALIBRATED; l < N_LAYOUTS; l++) {
    am_task *task = make(layouts[l].size, 200, 0);
    for (int p = 0; p < AM_MAZE_POLICIES; p++) {
      am_maze_policy *policy = make_policy(task, am_maze_policy_names[p]);
      sample s = play(policy, n[p]);
      double mean = am_maze_policy_mean(policy);
      assert_true(s.error < 0.02 * mean);
      assert_true(is_between(s.mean, mean - 4 * s.error, mean + 4 * s.error));
      if (p == 1 && layouts[l].size == 11) assert_true(s.mean >= 223 - 2 * s.error);
      am_maze_policy_destroy(policy);
    }
    sample naive = play_naively(layouts[l].drawn, layouts[l].size, 20000);
    double random = task->lines[0].reward;
    assert_true(is_between(naive.mean, random - 4 * naive.error, random + 4 * naive.error));
    am_task_destroy(task);
  }
}

/* Penalties, rewards and lengths other than the default. */
static void other_settings_have_exact_means(void **state) {
  (void)state;
  const am_maze_options options[] = {
      {11, 200, 0.1f, 10}, {9, 57, 0.5f, 2}, {7, 600, 0, 1}, {13, 12, 0.25f, 10}, {21, 100, 1, 10}};
  for (int k = 0; k < 5; k++) {
    am_task *task = NULL;
    assert_int_equal(am_maze_create(&task, &options[k], NULL), AMINE_OK);
    assert_true(task->n_lines >= 2);
    for (int p = 0; p < AM_MAZE_POLICIES; p++) {
      if (options[k].size > AM_MAZE_PLANNED_SIZE && (p == 1 || p == 3)) continue;
      am_maze_policy *policy = make_policy(task, am_maze_policy_names[p]);
      double mean = am_maze_policy_mean(policy);
      sample s = play(policy, 3000);
      bool known = p == 0 || p == 4 || (options[k].steps <= 512 && options[k].size <= 17);
      assert_int_equal(!isnan(mean), known);
      if (known) assert_true(is_between(s.mean, mean - 4 * s.error, mean + 4 * s.error));
      am_maze_policy_destroy(policy);
    }
    am_task_destroy(task);
  }
  am_task *huge = make(255, 200, 0);
  assert_int_equal(huge->n_lines, 0);
  am_maze_policy *explore = make_policy(huge, "explore");
  assert_true(isnan(am_maze_policy_mean(explore)));
  assert_true(am_maze_policy_play(explore, 1, 2, 3) >= 0);
  am_maze_policy_destroy(explore);
  am_task_destroy(huge);
}

/* ------------------------------------------------------------------ memory */
static struct {
  int n_live, n_left; /* blocks alive; requests granted before one is refused, -1: all */
} heap;

static void *counting_allocate(void *context, void *block, size_t old_size, size_t new_size) {
  (void)context;
  if (new_size == 0) {
    heap.n_live -= block != NULL;
    free(block);
    return NULL;
  }
  if (heap.n_left == 0) return NULL;
  if (heap.n_left > 0) heap.n_left--;
  void *fresh = aligned_alloc(64, (new_size + 63) / 64 * 64);
  if (block && fresh) memcpy(fresh, block, old_size < new_size ? old_size : new_size);
  if (block) free(block);
  heap.n_live += !block && fresh;
  return fresh;
}

static void refused_memory_is_reported_and_nothing_leaks(void **state) {
  (void)state;
  amine_memory_use(counting_allocate, NULL);
  for (int p = -1; p < AM_MAZE_POLICIES; p++) {
    const am_maze_options o = {.size = 9, .steps = 60, .wall_penalty = 0, .reward = 10};
    amine_status status = AMINE_ERROR_MEMORY;
    int n_failures = -1;
    for (int granted = 0; status != AMINE_OK; granted++, n_failures++) {
      am_task *task = NULL;
      am_maze_policy *policy = NULL;
      amine_error error = {0};
      heap.n_left = p < 0 ? granted : -1;
      status = am_maze_create(&task, &o, &error);
      heap.n_left = granted;
      if (p >= 0) status = am_maze_policy_create(&policy, task, am_maze_policy_names[p], &error);
      if (status == AMINE_OK && policy) {
        heap.n_left = 0; /* playing must ask for nothing */
        for (uint32_t k = 0; k < 60; k++) am_maze_policy_play(policy, 1, k, 0);
      }
      if (status != AMINE_OK) {
        assert_int_equal(status, AMINE_ERROR_MEMORY);
        assert_true(strlen(error.message) > 0);
      }
      heap.n_left = -1;
      am_maze_policy_destroy(policy);
      am_task_destroy(task);
      assert_int_equal(heap.n_live, 0);
    }
    assert_true(n_failures >= 5);
  }
  amine_memory_use(NULL, NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(layout_is_as_drawn),
      cmocka_unit_test(the_task_says_what_it_is),
      cmocka_unit_test(inputs_are_exact_in_every_cell),
      cmocka_unit_test(every_action_in_every_cell),
      cmocka_unit_test(episodes_start_at_the_centre_with_a_uniform_reward),
      cmocka_unit_test(teleports_are_uniform_but_for_the_reward),
      cmocka_unit_test(the_same_key_gives_the_same_episode),
      cmocka_unit_test(bad_options_get_sentences),
      cmocka_unit_test(bad_policies_get_sentences),
      cmocka_unit_test(policies_are_shown_only_what_they_may_know),
      cmocka_unit_test(the_planner_needs_the_inputs_alone),
      cmocka_unit_test(the_planner_follows_what_others_do),
      cmocka_unit_test(the_planner_is_the_best_possible),
      cmocka_unit_test(beliefs_are_worth_what_brute_force_says),
      cmocka_unit_test(mirror_images_are_worth_the_same),
      cmocka_unit_test(no_first_walk_gains_much),
      cmocka_unit_test(means_agree_with_the_specification),
      cmocka_unit_test(samples_agree_with_exact_means),
      cmocka_unit_test(other_settings_have_exact_means),
      cmocka_unit_test(refused_memory_is_reported_and_nothing_leaks),
  };
  return cmocka_run_group_tests_name("maze", tests, NULL, NULL);
}
