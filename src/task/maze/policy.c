/* The policies of the Grid Maze. Each is a function of the sight alone; what a policy may see is
 * written once, in the table `kinds`, and enforced in am_maze_policy_look. */
#include "task/maze/policy.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "task/maze/belief.h"
#include "task/maze/search.h"
#include "task/maze/value.h"

struct am_maze_policy {
  const am_maze *maze;
  const struct kind *kind;
  double mean;
  am_random_key key;
  int step;              /* actions taken in this episode */
  int cell;              /* where it is, as far as its own moves tell; -1: unknown */
  int goal;              /* where the reward is; -1: unknown */
  int field_goal;        /* the goal that `distance` leads to; -1: none */
  int *distance, *queue; /* [n_free] */
  uint8_t *first;        /* [n_free]: scratch of `nearest` */
  uint8_t *seen;         /* [n_free]: entered in this episode */
  uint8_t *walk;         /* [walk_length]: the search, if it is a fixed one */
  int walk_length;
  bool on_walk;           /* has followed it so far */
  int horizon;            /* how many steps ahead it plans */
  am_maze_belief *belief; /* the planner's */
  int solved, believed;   /* the goal that it is solved for, and the number of the belief; or -1 */
};

typedef struct kind {
  bool sees_agent, sees_reward, walks, plans;
  int (*act)(am_maze_policy *policy, const am_maze_sight *sight);
} kind;

static int previous_action(const am_maze_sight *sight) {
  for (int a = 0; a < AM_MAZE_ACTIONS; a++)
    if (sight->input[AM_MAZE_INPUT_ACTION + a] > 0.5f) return a;
  return -1;
}

static int view_in(const am_maze_sight *sight) {
  int view = 0;
  for (int k = 0; k < 9; k++) view = view << 1 | (sight->input[AM_MAZE_INPUT_WALLS + k] > 0.5f);
  return view;
}

/* The first action of a shortest way to the nearest unseen cell; 0 if all are seen. */
static int nearest(am_maze_policy *p) {
  static const int order[AM_MAZE_ACTIONS] = {0, 2, 1, 3};
  int head = 0, tail = 0;
  memset(p->first, 255, (size_t)p->maze->n_free);
  p->first[p->cell] = 0;
  p->queue[tail++] = p->cell;
  while (head < tail) {
    int s = p->queue[head++];
    for (int k = 0; k < AM_MAZE_ACTIONS; k++) {
      int to = p->maze->next[s][order[k]];
      if (to < 0 || p->first[to] != 255) continue;
      p->first[to] = s == p->cell ? (uint8_t)order[k] : p->first[s];
      if (!p->seen[to]) return p->first[to];
      p->queue[tail++] = to;
    }
  }
  return 0;
}

/* The first action of a shortest way from `from` to the goal. */
static int shortest(am_maze_policy *p, int from) {
  if (p->field_goal != p->goal) am_maze_distances(p->distance, p->queue, p->maze, p->goal);
  p->field_goal = p->goal;
  for (int a = 0; a < AM_MAZE_ACTIONS; a++) {
    int to = p->maze->next[from][a];
    if (to >= 0 && p->distance[to] < p->distance[from]) return a;
  }
  return 0;
}

/* Until the first find: takes in what the step before did, and goes on looking. Returns the action,
 * or -1 if the step before found the reward; p->goal is then known. */
static int look_for_it(am_maze_policy *p, const am_maze_sight *sight) {
  int a = previous_action(sight);
  if (a >= 0) {
    int to = p->maze->next[p->cell][a];
    if (to >= 0) p->cell = to;
    if (sight->input[AM_MAZE_INPUT_REWARD] > 0) {
      p->goal = p->cell;
      return -1;
    }
    p->seen[p->cell] = 1;
    if (p->step == 0 || p->step > p->walk_length || p->walk[p->step - 1] != a) p->on_walk = false;
  }
  return p->on_walk && p->step < p->walk_length ? p->walk[p->step] : nearest(p);
}

static int act_random(am_maze_policy *p, const am_maze_sight *sight) {
  (void)sight;
  return (int)am_below(am_random(p->key, (uint32_t)p->step).v[0], AM_MAZE_ACTIONS);
}

static int act_planner(am_maze_policy *p, const am_maze_sight *sight) {
  int view = view_in(sight), a = previous_action(sight);
  if (p->goal < 0) {
    int action = look_for_it(p, sight);
    if (action >= 0) return action;
    if (p->solved != p->goal) {
      amine_status status = am_maze_belief_solve(p->belief, NULL, p->goal, NULL);
      assert(status == AMINE_OK); /* its mirror image was solved in `create` */
      (void)status;
      p->solved = p->goal;
    }
    p->believed = am_maze_belief_arrive(p->belief, view);
  } else if (sight->input[AM_MAZE_INPUT_REWARD] > 0) {
    p->believed = am_maze_belief_arrive(p->belief, view);
  } else if (a >= 0 && p->believed >= 0) {
    p->believed = am_maze_belief_follow(p->belief, p->believed, a, view);
  }
  if (p->believed < 0) return 0; /* no place in this maze looks like that */
  int left = p->maze->options.steps - p->step;
  if (left > p->horizon) left = p->horizon;
  return am_maze_belief_action(p->belief, p->believed, left < 1 ? 1 : left);
}

static int act_told(am_maze_policy *p, const am_maze_sight *sight) {
  if (p->goal < 0) {
    int action = look_for_it(p, sight);
    if (action >= 0) return action;
  }
  return shortest(p, am_maze_number(p->maze, sight->agent));
}

static int act_oracle(am_maze_policy *p, const am_maze_sight *sight) {
  p->goal = am_maze_number(p->maze, sight->reward);
  return shortest(p, am_maze_number(p->maze, sight->agent));
}

enum { RANDOM, PLANNER, EXPLORE, TOLD, ORACLE };

const char *const am_maze_policy_names[AM_MAZE_POLICIES] = {"random", "planner", "explore", "told",
                                                            "oracle"};

static const kind kinds[AM_MAZE_POLICIES] = {
    [RANDOM] = {.act = act_random},
    [PLANNER] = {.walks = true, .plans = true, .act = act_planner},
    [EXPLORE] = {.sees_agent = true, .act = act_told},
    [TOLD] = {.sees_agent = true, .walks = true, .act = act_told},
    [ORACLE] = {.sees_agent = true, .sees_reward = true, .act = act_oracle},
};

void am_maze_policy_destroy(am_maze_policy *p) {
  if (!p) return;
  am_maze_belief_destroy(p->belief);
  am_free(p->distance);
  am_free(p->queue);
  am_free(p->first);
  am_free(p->seen);
  am_free(p->walk);
  am_free(p);
}

/* worth[k][n_free], k = 0 .. horizon: finds in an episode from a first find at each cell with k
 * steps left after it, if every later way is the shortest, or the best for who is not told. */
static amine_status weigh(double *worth, am_maze_policy *p, amine_error *error) {
  const size_t n = (size_t)p->maze->n_free, n_find = (size_t)p->horizon + 1;
  double *find = am_alloc(n_find, sizeof *find);
  if (!find) return am_fail_memory(error, n_find * sizeof *find);
  amine_status status = AMINE_OK;
  for (int goal = 0; goal < p->maze->n_free && status == AMINE_OK; goal++) {
    if (am_maze_fold(p->maze, goal) != goal) continue;
    if (p->kind->plans) {
      status = am_maze_belief_solve(p->belief, find, goal, error);
    } else {
      am_maze_distances(p->distance, p->queue, p->maze, goal);
      am_maze_value_shortest(find, p->maze, p->distance, p->horizon);
    }
    for (size_t k = 0; k < n_find; k++) worth[k * n + (size_t)goal] = 1 + find[k];
  }
  for (size_t s = 0; s < n; s++) {
    size_t image = (size_t)am_maze_fold(p->maze, (int)s);
    for (size_t k = 0; k < n_find; k++) worth[k * n + s] = worth[k * n + image];
  }
  am_free(find);
  return status;
}

/* Mean finds in an episode that goes to the nearest unseen cell until the first. */
static double mean_of_nearest(am_maze_policy *p, const double *worth) {
  const size_t n = (size_t)p->maze->n_free;
  double sum = 0;
  am_maze_policy_start(p, 0, 0, 0);
  for (int t = 1; t <= p->horizon; t++) {
    int to = p->maze->next[p->cell][nearest(p)];
    if (to < 0) break; /* all seen */
    p->cell = to;
    if (!p->seen[p->cell]) sum += worth[(size_t)(p->horizon - t) * n + (size_t)p->cell];
    p->seen[p->cell] = 1;
  }
  return sum / (p->maze->n_free - 1);
}

/* Plans the search, and finds the mean of the policies that search. */
static amine_status prepare_search(am_maze_policy *p, amine_error *error) {
  const am_maze_options *o = &p->maze->options;
  size_t n_worth = ((size_t)p->horizon + 1) * (size_t)p->maze->n_free;
  double *worth = am_alloc(n_worth, sizeof *worth);
  if (!worth) return am_fail_memory(error, n_worth * sizeof *worth);
  amine_status status = AMINE_OK;
  if (p->kind->plans) status = am_maze_belief_create(&p->belief, p->maze, p->horizon, error);
  if (status == AMINE_OK) status = weigh(worth, p, error);
  if (status == AMINE_OK && p->kind->walks)
    status = am_maze_search(p->walk, &p->walk_length, &p->mean, p->maze, worth, p->horizon, error);
  if (status == AMINE_OK && !p->kind->walks) p->mean = mean_of_nearest(p, worth);
  am_free(worth);
  p->mean = o->steps > p->horizon ? NAN : p->mean * (double)o->reward;
  return status;
}

static amine_status prepare(am_maze_policy *p, amine_error *error) {
  const am_maze_options *o = &p->maze->options;
  const size_t n = (size_t)p->maze->n_free;
  p->horizon = o->steps < AM_MAZE_PLANNED_STEPS ? o->steps : AM_MAZE_PLANNED_STEPS;
  p->solved = p->field_goal = -1;
  p->distance = am_alloc(n, sizeof *p->distance);
  p->queue = am_alloc(n, sizeof *p->queue);
  p->first = am_alloc(n, 1);
  p->seen = am_alloc(n, 1);
  p->walk = am_alloc((size_t)p->horizon, 1);
  if (!p->distance || !p->queue || !p->first || !p->seen || !p->walk)
    return am_fail_memory(error, n * (2 * sizeof(int) + 2) + (size_t)p->horizon);
  p->mean = NAN;
  if (p->kind == &kinds[RANDOM]) return am_maze_mean_random(&p->mean, p->maze, error);
  if (p->kind == &kinds[ORACLE]) return am_maze_mean_oracle(&p->mean, p->maze, error);
  if (o->size <= AM_MAZE_PLANNED_SIZE) return prepare_search(p, error);
  return AMINE_OK;
}

amine_status am_maze_policy_create(am_maze_policy **out, const am_task *task, const char *name,
                                   amine_error *error) {
  int k = 0;
  while (k < AM_MAZE_POLICIES && strcmp(name, am_maze_policy_names[k]) != 0) k++;
  if (k == AM_MAZE_POLICIES)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "there is no maze policy \"%s\"; there are random, planner, explore, told and "
                   "oracle",
                   name);
  if (task->type != &am_maze_type)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the policy \"%s\" plays the task \"maze\", not \"%s\"", name,
                   task->type->part.name);
  const am_maze *maze = am_maze_of(task);
  if (kinds[k].walks && maze->options.size > AM_MAZE_PLANNED_SIZE)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the policy \"%s\" plays mazes of size 5 to %d, not %d", name,
                   AM_MAZE_PLANNED_SIZE, maze->options.size);
  am_maze_policy *p = am_alloc(1, sizeof *p);
  if (!p) return am_fail_memory(error, sizeof *p);
  p->maze = maze;
  p->kind = &kinds[k];
  amine_status status = prepare(p, error);
  if (status != AMINE_OK) {
    am_maze_policy_destroy(p);
    return status;
  }
  am_maze_policy_start(p, 0, 0, 0);
  *out = p;
  return AMINE_OK;
}

void am_maze_policy_start(am_maze_policy *p, uint64_t seed, uint32_t episode, uint32_t lane) {
  p->key =
      (am_random_key){.seed = seed, .stream = AM_STREAM_AGENT, .episode = episode, .lane = lane};
  p->step = 0;
  p->cell = p->maze->centre;
  p->goal = p->believed = -1;
  p->on_walk = p->walk_length > 0;
  memset(p->seen, 0, (size_t)p->maze->n_free);
  p->seen[p->cell] = 1;
}

void am_maze_policy_look(const am_maze_policy *p, am_maze_sight *sight,
                         const am_maze_state *state) {
  const am_maze_cell hidden = {-1, -1};
  am_maze_type.observe(&p->maze->task, state, sight->input);
  sight->agent = p->kind->sees_agent ? state->agent : hidden;
  sight->reward = p->kind->sees_reward ? state->reward : hidden;
}

int am_maze_policy_act(am_maze_policy *p, const am_maze_sight *sight) {
  int action = p->kind->act(p, sight);
  p->step++;
  return action;
}

double am_maze_policy_play(am_maze_policy *p, uint64_t seed, uint32_t episode, uint32_t lane) {
  am_maze_state state;
  am_maze_sight sight;
  double sum = 0;
  am_maze_type.start(&p->maze->task, &state, seed, episode, lane);
  am_maze_policy_start(p, seed, episode, lane);
  for (int t = 0; t < p->maze->options.steps; t++) {
    am_maze_policy_look(p, &sight, &state);
    sum += (double)am_maze_type.step(&p->maze->task, &state, am_maze_policy_act(p, &sight));
  }
  return sum;
}

double am_maze_policy_mean(const am_maze_policy *p) { return p->mean; }
