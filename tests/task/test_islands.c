/* Islands: maps, whole episodes and what players earn against an independent program
 * (tests/reference/islands.py), and the rules of a walk. */
#include "support.h"

#include "format/safetensors.h"
#include "task/create.h"

static const am_task_type *const type = &am_islands_type;
enum { PLACES = 5, ACTIONS = 3, STEPS = 30, INPUTS = 17, EPISODES = 6, MAPS = 8, PLAYERS = 4 };
static const uint64_t SEED = 20261130;

static void read(double *out, const char *name, int rank, size_t a, size_t b, size_t c) {
  static am_tensor_file *file;
  const size_t dims[] = {a, b, c};
  amine_error error = {0};
  amine_status status =
      am_tensor_file_open(&file, TEST_DATA "/islands.safetensors", 1 << 20, false, &error);
  if (status == AMINE_OK) {
    status = am_tensor_file_copy(file, name, out, AM_F64, rank, dims, &error);
    am_tensor_file_close(file);
  }
  if (status != AMINE_OK) fail_msg("%s", error.message);
}

static am_task *published(void) {
  am_task *task = NULL;
  assert_int_equal(am_islands_create(&task, NULL, NULL), AMINE_OK);
  return task;
}

static void maps_are_the_references(void **state) {
  (void)state;
  static const int shown[MAPS] = {0, 1, 2, 598, 599, 600, 601, 1199};
  double to[MAPS][PLACES][ACTIONS];
  am_task *task = published();
  read(&to[0][0][0], "maps", 3, MAPS, PLACES, ACTIONS);
  for (int k = 0; k < MAPS; k++)
    for (int p = 0; p < PLACES; p++)
      for (int a = 0; a < ACTIONS; a++)
        near(am_islands_map_at(task, shown[k])->to[p][a], to[k][p][a], 0);
  am_task_destroy(task);
}

/* Odd lanes of the reference are on maps of evaluation. */
static void episodes_are_the_references(void **state) {
  (void)state;
  static double inputs[EPISODES][STEPS][INPUTS], actions[EPISODES][STEPS], rewards[EPISODES][STEPS];
  am_task *task = published();
  am_islands_state s;
  read(&inputs[0][0][0], "inputs", 3, EPISODES, STEPS, INPUTS);
  read(&actions[0][0], "actions", 2, EPISODES, STEPS, 0);
  read(&rewards[0][0], "rewards", 2, EPISODES, STEPS, 0);
  for (uint32_t i = 0; i < EPISODES; i++) {
    const am_task *own = i % 2 ? am_task_evaluated(task) : task;
    assert_int_equal(own->n_inputs, INPUTS);
    assert_int_equal(own->n_actions, ACTIONS);
    assert_int_equal(own->n_steps, STEPS);
    type->start(own, &s, SEED, 7, i);
    for (int t = 0; t < STEPS; t++) {
      float input[INPUTS];
      type->observe(own, &s, input);
      for (int k = 0; k < INPUTS; k++) near((double)input[k], inputs[i][t][k], 0);
      near((double)type->step(own, &s, (int)actions[i][t]), rewards[i][t], 0);
    }
  }
  am_task_destroy(task);
}

static bool is_held(const am_task *task, int graphs, const am_islands_map *map) {
  for (int k = 0; k < graphs; k++)
    if (memcmp(map, am_islands_map_at(task, k), sizeof *map) == 0) return true;
  return false;
}

/* Of every size: 2 n_places ways, none to the place itself, each place left and reached; none of
 * training's maps is one of evaluation's, and an episode plays one of the right sort. */
static void maps_are_sound(void **state) {
  (void)state;
  static const am_islands_options cases[] = {
      {5, 3, 30, 600, 5, 10, 0.05f, 1}, {4, 3, 9, 300, 2, 1, 0, 7}, {8, 6, 50, 40, 9, 2, 1, 3}};
  for (int c = 0; c < 3; c++) {
    const am_islands_options *o = &cases[c];
    am_task *task = NULL;
    assert_int_equal(am_islands_create(&task, o, NULL), AMINE_OK);
    for (int k = 0; k < 2 * o->graphs; k++) {
      const am_islands_map *m = am_islands_map_at(task, k);
      unsigned left = 0, reached = 0;
      int ways = 0;
      for (int p = 0; p < AM_ISLANDS_PLACES; p++)
        for (int a = 0; a < AM_ISLANDS_ACTIONS; a++) {
          const int to = m->to[p][a];
          assert_in_range(to + 1, 0, p < o->places && a < o->actions ? o->places : 0);
          assert_true(to != p);
          if (to == AM_ISLANDS_NOWHERE) continue;
          ways++;
          left |= 1u << p;
          reached |= 1u << to;
        }
      assert_int_equal(ways, 2 * o->places);
      assert_int_equal(left, (1 << o->places) - 1);
      assert_int_equal(reached, left);
      if (k >= o->graphs) assert_false(is_held(task, o->graphs, m));
    }
    for (uint32_t i = 0; i < 50; i++) {
      am_islands_state s;
      type->start(task, &s, 1, 2, i);
      assert_false(is_held(task, o->graphs, &s.map));
      type->start(am_task_evaluated(task), &s, 1, 2, i);
      assert_true(is_held(task, o->graphs, &s.map));
    }
    am_task_destroy(task);
  }
}

/* A walk here and there, and to the goal where a way leads there: who arrives is paid and thrown, which does
 * not set patience back; every sixth step that brings nothing throws, too. */
static void patience_ends(void **state) {
  (void)state;
  am_task *task = published();
  int n_arrived = 0, n_thrown = 0;
  for (uint32_t i = 0; i < 200; i++) {
    am_islands_state s;
    int idle = 0;
    type->start(task, &s, 1, 0, i);
    for (int t = 0; t < STEPS; t++) {
      const am_islands_state before = s;
      int action = (int)(i + (uint32_t)(t * t)) % ACTIONS;
      for (int a = 0; a < ACTIONS; a++)
        if (s.map.to[s.place][a] == s.goal) action = a;
      const int to = s.map.to[s.place][action];
      const float reward = type->step(task, &s, action);
      const bool arrives = to == before.goal;
      near((double)reward, arrives ? 10 : to < 0 ? -0.05 : 0, 1e-7);
      idle += !arrives;
      if (arrives || idle == 6) {
        assert_true(s.goal != before.goal);
        assert_true(s.place != s.goal);
        assert_int_equal(s.previous_action, arrives ? action : -1);
        n_arrived += arrives;
        n_thrown += !arrives;
        if (idle == 6) idle = 0;
      } else {
        assert_int_equal(s.goal, before.goal);
        assert_int_equal(s.place, to < 0 ? before.place : to);
        assert_int_equal(s.previous_action, action);
      }
      assert_int_equal(s.idle, idle);
    }
  }
  assert_true(n_arrived > 500 && n_thrown > 500);
  am_task_destroy(task);
}

/* The lines are those of the reference's own episodes, on maps of its own. */
static void lines_are_known(void **state) {
  (void)state;
  double lines[PLAYERS][2];
  am_task *task = published(), *other = NULL;
  read(&lines[0][0], "lines", 2, PLAYERS, 2, 0);
  assert_int_equal(task->n_lines, PLAYERS);
  for (int k = 0; k < PLAYERS; k++) {
    near(task->lines[k].reward, lines[k][0], 4 * lines[k][1]);
    near(am_task_evaluated(task)->lines[k].reward, task->lines[k].reward, 0);
  }
  near(task->criterion, 100, 0);
  am_islands_options longer = am_islands_default();
  longer.steps = 31;
  assert_int_equal(am_islands_create(&other, &longer, NULL), AMINE_OK);
  assert_true(isnan(other->criterion) && isnan(other->lines[0].reward));
  am_task_destroy(task);
  am_task_destroy(other);
}

static void options_are_checked(void **state) {
  (void)state;
  REFUSED(islands, am_task, "islands", places, 3);
  REFUSED(islands, am_task, "islands", places, 9);
  REFUSED(islands, am_task, "islands", actions, 2);
  REFUSED(islands, am_task, "islands", actions, 7);
  REFUSED(islands, am_task, "islands", steps, 0);
  REFUSED(islands, am_task, "islands", graphs, 0);
  REFUSED(islands, am_task, "islands", graphs, 2001);
  REFUSED(islands, am_task, "islands", patience, 0);
  REFUSED(islands, am_task, "islands", reward, 0);
  REFUSED(islands, am_task, "islands", penalty, NAN);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(maps_are_the_references), cmocka_unit_test(episodes_are_the_references),
      cmocka_unit_test(maps_are_sound),          cmocka_unit_test(patience_ends),
      cmocka_unit_test(lines_are_known),         cmocka_unit_test(options_are_checked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
