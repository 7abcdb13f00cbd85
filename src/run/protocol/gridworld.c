/* A grid world, learned by a spiking actor and a spiking critic from the temporal-difference error.
 *
 * The world is task/grid.h. Each cell has a 25th of the population "place", driven by a current
 * while the agent is there. A step has two parts:
 *
 *   look   look_ms: the actors are held silent. The spikes n of the population "critic" say how
 *          good the cell is,
 *              V(s) = (n / (neurons look_ms) - rate_0) / rate_1,
 *          and dopamine gets the error of the step that led here,
 *              delta = r + gamma V(s') - V(s),     level = clip01(baseline + dopamine delta)
 *   act    act_ms: of "up", "right", "down", "left" the one that fires most is the action.
 *
 * In the goal there are no place cells: V is read from a critic that is left to itself, r = 1, and
 * the episode ends, as it does after `cap` steps. gap_ms later the next one starts from a cell
 * drawn at random. The synapses place -> critic and place -> actors learn (rule da-stdp, factor
 * signed).
 *
 * decoupled=true gives dopamine the error of another step instead, drawn from the last 64.
 *
 * Sources: Potjans, Morrison, Diesmann 2009, doi:10.1162/neco.2008.08-07-593 (grid world, actor and
 * critic, errors that reach synapses after the cell was left); Fremaux, Sprekeler, Gerstner 2013,
 * doi:10.1371/journal.pcbi.1003024 (V as an affine function of the critic's rate, TD-LTP). */
#include <math.h>
#include <stdio.h>

#include "base/error.h"
#include "run/protocol/protocols.h"
#include "task/grid.h"

enum { CELLS = AM_GRID_CELLS, ACTIONS = AM_GRID_ACTIONS };
enum { NEURONS_MAX = 2500, ACTORS_MAX = 256, OTHERS = 64, EPISODES_MAX = 1000 };
enum {
  EPISODES,
  CAP,
  GOAL,
  OBSTACLE,
  LOOK_MS,
  ACT_MS,
  GAP_MS,
  CURRENT,
  HOLD,
  GAMMA,
  RATE_0,
  RATE_1,
  DOPAMINE,
  DECOUPLED
};
static const amine_parameter keys[] = {
    AM_INTEGER("episodes", 200, 1, EPISODES_MAX, "", "how many; then nothing more is done"),
    AM_INTEGER("cap", 100, 1, 1e6, "", "steps after which an episode ends"),
    AM_INTEGER("goal", 24, 0, CELLS - 1, "", "its cell, 5 y + x"),
    AM_SWITCH("obstacle", 0, "a wall of three cells in the middle"),
    AM_NUMBER("look_ms", 60, 1, 1e5, "ms", "the critic is read"),
    AM_NUMBER("act_ms", 100, 1, 1e5, "ms", "the actors are read"),
    AM_NUMBER("gap_ms", 300, 1, 1e5, "ms", "between two episodes"),
    AM_NUMBER("current", 40, 0, 1e6, "", "of a cell's neurons, in units of the model"),
    AM_NUMBER("hold", 40, 0, 1e6, "", "negative current that silences the actors"),
    AM_NUMBER("gamma", 0.9, 0, 0.999999, "", "discount of a step"),
    AM_NUMBER("rate_0", 10, 0, 1e4, "Hz", "rate of the critic that means V = 0"),
    AM_NUMBER("rate_1", 30, 1e-3, 1e4, "Hz", "more of it that means V = 1"),
    AM_NUMBER("dopamine", 0.5, 0, 1e3, "", "of its level for an error of 1"),
    AM_SWITCH("decoupled", 0, "dopamine gets errors of other steps"),
};
static const am_measure measures[] = {
    AM_FIGURE("first_steps", "", "Steps to the goal, first tenth of the episodes",
              "mean steps of an episode, the first tenth of those done"),
    AM_PANEL("late_steps", "", "Steps to the goal, last tenth of the episodes done by then",
             "Steps to the goal, last tenth of the episodes",
             "mean steps of an episode, the last tenth of those done",
             .chance = {"a walk at random", (double)NAN},
             .best = {"the shortest ways", (double)NAN}),
    AM_FIGURE("steps", "", "Steps to the goal, all episodes",
              "mean steps of an episode, all that are done",
              .chance = {"a walk at random", (double)NAN},
              .best = {"the shortest ways", (double)NAN}),
    AM_FIGURE("chance_steps", "", "Steps to the goal of a walk at random",
              "of a uniform random walk, exactly, with the same cap"),
    AM_FIGURE("shortest_steps", "", "Steps to the goal of the shortest ways",
              "of the shortest ways, exactly"),
    AM_PANEL("late_nearer", "",
             "Share of the moves that lead nearer to the goal, last tenth of the episodes",
             "Moves that lead nearer to the goal, last tenth",
             "moves that lead nearer to the goal, last tenth of the episodes", .better = 1,
             .best = {"the shortest ways", 1}),
    AM_PANEL("late_reached", "", "Share of the episodes that reach the goal, last tenth of them",
             "Episodes that reach the goal, last tenth",
             "episodes that reach the goal before the cap, last tenth", .best = {"all", 1},
             .better = 1),
    AM_FIGURE("late_reward", "", "Reward of a step, last tenth",
              "reward of a step, last tenth of the episodes", .better = 1),
    AM_PANEL("value_shortest", "",
             "Does the critic know the world? Correlation of V with true values",
             "Correlation of V with the values of the shortest ways",
             "correlation of V, last read in each cell, with that of shortest ways",
             .chance = {"nothing known", 0}, .best = {"all known", 1}),
    AM_CURVE("value_policy", "", "Correlation of V with the values of its own ways",
             "the same with the value of the policy as it acted last in each cell"),
    AM_FIGURE("first_error", "", "Size of the error, first tenth",
              "mean |delta|, first tenth of the episodes"),
    AM_PANEL("late_error", "", "Size of the temporal-difference error, last tenth of the episodes",
             "Size of the error, last tenth", "mean |delta|, last tenth of the episodes"),
    AM_FIGURE("episodes", "", "Episodes", "done"),
};

enum { GAP, LOOK, ACT };
enum { RECENT = 20 };             /* actions that are remembered for each cell */
enum { WAYS = 4, WAY_MAX = 128 }; /* early and late ways that are remembered, and cells of them */

typedef struct episode {
  uint64_t steps, nearer, reached, errors;
  double error; /* sum of |delta| */
} episode;

typedef struct state {
  uint64_t phase, cell, step;       /* phase: what has just gone on; step: of this episode */
  uint64_t n_steps, n_episodes;     /* in all; episodes that are done */
  uint64_t arrived;                 /* in the goal */
  double V;                         /* of the cell that was left */
  double others[OTHERS];            /* the last errors, ring */
  uint64_t n_others;                /* errors so far */
  double values[CELLS];             /* V: running mean of what was read, see learn_value */
  uint64_t n_values[CELLS];         /* how often it was */
  uint64_t acted[CELLS];            /* actions taken there */
  uint64_t recent[CELLS][RECENT];   /* the last of them, ring */
  episode episodes[EPISODES_MAX];   /* the one that goes on is [n_episodes] */
  uint64_t ways[2 * WAYS][WAY_MAX]; /* cells of the first episodes, and of the last, ring */
} state;

typedef struct places {
  int place, critic, n_critic, actors[ACTIONS];
} places;

static am_grid grid_with(const am_value *parameters) {
  return am_grid_make((int)parameters[GOAL].number, parameters[OBSTACLE].number != 0);
}

static am_grid grid_of(const am_stage *stage) { return grid_with(stage->parameters); }

static amine_status find(places *p, const am_stage *stage, amine_error *error) {
  static const char *const names[ACTIONS] = {"up", "right", "down", "left"};
  AM_TRY(am_stage_find_parts(&p->place, stage, "gridworld", "place", CELLS, NEURONS_MAX, error));
  AM_TRY(am_stage_find(stage, "gridworld", "critic", &p->critic, &p->n_critic, error));
  return am_stage_find_all(p->actors, stage, "gridworld", names, ACTIONS, ACTORS_MAX, error);
}

static amine_status start(void *v, am_stage *stage, amine_error *error) {
  places p;
  (void)v;
  if (!am_grid_is_free((int)stage->parameters[GOAL].number,
                       stage->parameters[OBSTACLE].number != 0))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "protocol.goal=%g is a cell of the obstacle (11, 12, 13)",
                   stage->parameters[GOAL].number);
  return find(&p, stage, error);
}

/* Where the way of an episode is kept; NULL: not at all, or not any longer. */
static const uint64_t *way_of(const state *s, uint64_t which) {
  if (which < WAYS) return s->ways[which];
  const uint64_t newest = s->n_episodes + (s->phase != GAP); /* the one that goes on has a place */
  return which + WAYS >= newest ? s->ways[WAYS + which % WAYS] : NULL;
}

/* The agent is in a cell, after so many steps of this episode. */
static void note_way(state *s) {
  if (s->step >= WAY_MAX) return;
  if (s->n_episodes < WAYS) s->ways[s->n_episodes][s->step] = s->cell;
  else s->ways[WAYS + s->n_episodes % WAYS][s->step] = s->cell;
}

/* The place cells of `cell` alone are driven; -1: none. */
static amine_status show(const places *p, am_stage *stage, int cell, amine_error *error) {
  if (cell < 0) return amine_brain_set_currents(stage->brain, p->place, NULL, error);
  return am_stage_drive(stage, p->place, cell, CELLS, stage->parameters[CURRENT].number, error);
}

static amine_status hold(const places *p, am_stage *stage, bool held, amine_error *error) {
  const double current = -stage->parameters[HOLD].number;
  for (int a = 0; a < ACTIONS; a++)
    if (held) AM_TRY(am_stage_drive(stage, p->actors[a], 0, 1, current, error));
    else AM_TRY(amine_brain_set_currents(stage->brain, p->actors[a], NULL, error));
  return AMINE_OK;
}

/* V as the critic's spikes since the look began say it. */
static double read_value(const places *p, const am_stage *stage) {
  const am_value *k = stage->parameters;
  uint64_t spikes = 0;
  for (size_t i = 0; i < stage->n_spikes; i++) spikes += stage->spikes[i].population == p->critic;
  const double seconds =
      (double)am_stage_key_steps(stage, LOOK_MS) * stage->dt_ms * 1e-3 * p->n_critic;
  return ((double)spikes / seconds - k[RATE_0].number) / k[RATE_1].number;
}

/* For the measures: the mean of the last ten or so that were read in a cell. */
static void note_value(state *s, double V) {
  const uint64_t n = ++s->n_values[s->cell];
  s->values[s->cell] += (V - s->values[s->cell]) / (double)(n < 10 ? n : 10);
}

/* The error of the step that led here goes to dopamine. */
static void judge(state *s, am_stage *stage, double V) {
  const am_value *k = stage->parameters;
  const double reward = s->arrived ? 1 : 0;
  double target = reward + k[GAMMA].number * V, expected = s->V;
  const double delta = target - expected;
  episode *e = &s->episodes[s->n_episodes];
  e->error += fabs(delta);
  e->errors++;
  if (k[DECOUPLED].number != 0 && s->n_others > 0) {
    const uint32_t n = s->n_others < OTHERS ? (uint32_t)s->n_others : OTHERS;
    target = s->others[am_below(am_stage_random(stage, (uint32_t)s->n_steps, 2).v[0], n)];
    expected = 0;
  }
  s->others[s->n_others++ % OTHERS] = delta;
  am_stage_reward(stage, k[DOPAMINE].number * target, k[DOPAMINE].number * expected);
}

static amine_status begin(state *s, const places *p, am_stage *stage, amine_error *error) {
  const am_grid grid = grid_of(stage);
  const am_random4 random = am_stage_random(stage, (uint32_t)s->n_episodes, 0);
  s->cell = (uint64_t)grid.start[am_below(random.v[0], (uint32_t)grid.n_starts)];
  s->step = s->arrived = 0;
  note_way(s);
  s->phase = LOOK;
  am_stage_note(stage, AMINE_EVENT_CUE, (double)s->cell);
  AM_TRY(hold(p, stage, true, error));
  return show(p, stage, (int)s->cell, error);
}

static amine_status end_episode(state *s, const places *p, am_stage *stage, amine_error *error) {
  s->episodes[s->n_episodes].reached = s->arrived;
  s->n_episodes++;
  s->phase = GAP;
  return show(p, stage, -1, error);
}

/* A look is over. */
static amine_status look(state *s, const places *p, am_stage *stage, amine_error *error) {
  const double V = read_value(p, stage);
  if (!s->arrived) note_value(s, V);
  if (s->step > 0) judge(s, stage, V);
  s->V = V;
  if (s->arrived || s->step >= (uint64_t)stage->parameters[CAP].number)
    return end_episode(s, p, stage, error);
  s->phase = ACT;
  return hold(p, stage, false, error);
}

/* The time to act is over. */
static amine_status act(state *s, const places *p, am_stage *stage, amine_error *error) {
  const am_grid grid = grid_of(stage);
  uint64_t spikes[ACTIONS];
  const uint64_t chosen = am_stage_most(spikes, stage, p->actors, ACTIONS, (uint32_t)s->n_steps, 1);
  episode *e = &s->episodes[s->n_episodes];
  int distance[CELLS];
  am_grid_distances(distance, &grid);
  am_stage_note(stage, AMINE_EVENT_ACTION, (double)chosen);
  s->recent[s->cell][s->acted[s->cell]++ % RECENT] = chosen;
  const int to = am_grid_move(&grid, (int)s->cell, (int)chosen);
  e->steps++;
  e->nearer += distance[to] < distance[s->cell];
  s->cell = (uint64_t)to;
  s->arrived = to == grid.goal;
  s->step++;
  s->n_steps++;
  note_way(s);
  s->phase = LOOK;
  AM_TRY(hold(p, stage, true, error));
  return show(p, stage, s->arrived ? -1 : to, error);
}

static amine_status advance(void *v, am_stage *stage, uint64_t *until, amine_error *error) {
  static const int lengths[] = {[GAP] = GAP_MS, [LOOK] = LOOK_MS, [ACT] = ACT_MS};
  state *s = v;
  places p;
  AM_TRY(find(&p, stage, error));
  if (s->phase == GAP) {
    if (s->n_episodes >= (uint64_t)stage->parameters[EPISODES].number) return AMINE_OK;
    AM_TRY(begin(s, &p, stage, error));
  } else if (s->phase == LOOK) {
    AM_TRY(look(s, &p, stage, error));
  } else {
    AM_TRY(act(s, &p, stage, error));
  }
  *until = stage->now + am_stage_key_steps(stage, lengths[s->phase]);
  return AMINE_OK;
}

static bool check_episodes(const state *s, const am_stage *stage) {
  const uint64_t cap = (uint64_t)stage->parameters[CAP].number;
  for (int k = 0; k < EPISODES_MAX; k++) {
    const episode *e = &s->episodes[k];
    if (e->steps > cap || e->nearer > e->steps || e->errors > e->steps || e->reached > 1 ||
        !isfinite(e->error))
      return false;
  }
  return true;
}

static bool check(const void *v, const am_stage *stage) {
  const state *s = v;
  const am_grid grid = grid_of(stage);
  /* between two episodes the cell is the last one, and the goal may be it */
  if (s->phase > ACT || s->arrived > 1 || s->cell >= CELLS || grid.wall[s->cell] ||
      s->n_episodes > (uint64_t)stage->parameters[EPISODES].number || !isfinite(s->V))
    return false;
  if (s->phase != GAP && s->n_episodes >= (uint64_t)stage->parameters[EPISODES].number)
    return false;
  if (s->phase == ACT && (int)s->cell == grid.goal) return false;
  for (int k = 0; k < OTHERS; k++)
    if (!isfinite(s->others[k])) return false;
  for (int c = 0; c < CELLS; c++) {
    if (!isfinite(s->values[c])) return false;
    for (int k = 0; k < RECENT; k++)
      if (s->recent[c][k] >= ACTIONS) return false;
  }
  for (int k = 0; k < 2 * WAYS * WAY_MAX; k++)
    if (s->ways[k / WAY_MAX][k % WAY_MAX] >= CELLS) return false;
  return check_episodes(s, stage);
}

/* ------------------------------------------------------------------------------ measures */
static episode sum_of(const state *s, uint64_t first, uint64_t n) {
  episode sum = {0};
  for (uint64_t k = first; k < first + n; k++) {
    const episode *e = &s->episodes[k];
    sum.steps += e->steps;
    sum.nearer += e->nearer;
    sum.reached += e->reached;
    sum.errors += e->errors;
    sum.error += e->error;
  }
  return sum;
}

/* Pearson's, over the cells where V was read and an action was taken. */
static double correlation(const state *s, const am_grid *grid, const double truth[CELLS]) {
  double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  for (int i = 0; i < grid->n_starts; i++) {
    const int c = grid->start[i];
    if (s->n_values[c] == 0 || s->acted[c] == 0 || isnan(truth[c])) continue;
    n++;
    x += s->values[c];
    y += truth[c];
  }
  if (n < 3) return (double)NAN;
  for (int i = 0; i < grid->n_starts; i++) {
    const int c = grid->start[i];
    if (s->n_values[c] == 0 || s->acted[c] == 0 || isnan(truth[c])) continue;
    const double dx = s->values[c] - x / n, dy = truth[c] - y / n;
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  return am_ratio(xy, sqrt(xx * yy));
}

/* The shares of the last actions of each cell; where there are none, all alike. */
static am_grid_policy policy_of(const state *s) {
  am_grid_policy policy = am_grid_walk();
  for (int c = 0; c < CELLS; c++) {
    const uint64_t n = s->acted[c] < RECENT ? s->acted[c] : RECENT;
    for (int a = 0; a < ACTIONS && n > 0; a++) policy.p[c][a] = 0;
    for (uint64_t k = 0; k < n; k++) policy.p[c][s->recent[c][k]] += 1 / (double)n;
  }
  return policy;
}

/* Steps of a walk at random and of the shortest ways. */
static void steps_known(double *chance, double *shortest, const am_value *parameters) {
  const am_grid grid = grid_with(parameters);
  const am_grid_policy walk = am_grid_walk();
  double sum = 0;
  int distance[CELLS];
  am_grid_distances(distance, &grid);
  for (int i = 0; i < grid.n_starts; i++) sum += distance[grid.start[i]];
  *chance = am_grid_capped(&grid, &walk, (int)parameters[CAP].number);
  *shortest = sum / grid.n_starts;
}

static void known(double *chance, double *best, const am_value *parameters) {
  steps_known(&chance[1], &best[1], parameters);
  chance[2] = chance[1];
  best[2] = best[1];
}

/* V of the shortest ways: a reward of 1, discounted. */
static void best_values(double truth[CELLS], const am_grid *grid, double gamma) {
  int distance[CELLS];
  am_grid_distances(distance, grid);
  for (int c = 0; c < CELLS; c++) {
    truth[c] = 1;
    for (int k = 1; k < distance[c]; k++) truth[c] *= gamma;
  }
}

static void measure(double *values, const void *v, const am_stage *stage) {
  const state *s = v;
  const am_grid grid = grid_of(stage);
  const double gamma = stage->parameters[GAMMA].number;
  am_grid_policy policy;
  double truth[CELLS];
  steps_known(&values[3], &values[4], stage->parameters);
  best_values(truth, &grid, gamma);
  values[8] = correlation(s, &grid, truth);
  policy = policy_of(s);
  am_grid_values(truth, &grid, &policy, gamma);
  values[9] = correlation(s, &grid, truth);
  values[12] = (double)s->n_episodes;
  if (s->n_episodes == 0) return;
  const uint64_t n = (s->n_episodes + 9) / 10;
  const episode first = sum_of(s, 0, n), late = sum_of(s, s->n_episodes - n, n),
                all = sum_of(s, 0, s->n_episodes);
  values[0] = (double)first.steps / (double)n;
  values[1] = (double)late.steps / (double)n;
  values[2] = (double)all.steps / (double)s->n_episodes;
  values[5] = am_ratio((double)late.nearer, (double)late.steps);
  values[6] = (double)late.reached / (double)n;
  values[7] = am_ratio((double)late.reached, (double)late.steps);
  values[10] = am_ratio(first.error, (double)first.errors);
  values[11] = am_ratio(late.error, (double)late.errors);
}

/* ------------------------------------------------------------------------------ pictures */
static void picture_steps(am_pictures *pictures, const state *s, const am_stage *stage) {
  double x[EPISODES_MAX], y[EPISODES_MAX];
  am_course_picture p = {.title = "Steps of every episode",
                         .meaning = "A dot is an episode; it ends in the goal, or at the cap.",
                         .x_title = "episode",
                         .y_title = "steps",
                         .chance_name = "a walk at random",
                         .best_name = "the shortest ways"};
  for (uint64_t k = 0; k < s->n_episodes; k++) {
    x[k] = (double)k + 1;
    y[k] = (double)s->episodes[k].steps;
  }
  const am_course_line line = {"steps", x, y, (size_t)s->n_episodes, true};
  p.lines = &line;
  p.n_lines = 1;
  steps_known(&p.chance, &p.best, stage->parameters);
  if (s->n_episodes > 0) am_picture_course(pictures, &p);
}

/* The way of an episode that is done; false if it is not kept. */
static bool take_way(am_way *way, int cells[WAY_MAX], char label[32], const state *s,
                     uint64_t which) {
  const uint64_t *kept = way_of(s, which);
  if (!kept) return false;
  const uint64_t n = s->episodes[which].steps + 1;
  for (uint64_t k = 0; k < WAY_MAX; k++) cells[k] = (int)kept[k];
  snprintf(label, 32, "episode %d", (int)which + 1);
  *way = (am_way){label, cells, n < WAY_MAX ? (size_t)n : WAY_MAX, s->episodes[which].reached != 0};
  return true;
}

static void picture(am_pictures *pictures, const void *v, const am_stage *stage) {
  const state *s = v;
  const am_grid grid = grid_of(stage);
  const am_grid_policy policy = policy_of(s);
  int cells[2 * WAYS][WAY_MAX];
  char labels[2 * WAYS][32];
  am_way ways[2 * WAYS];
  double best[CELLS], values[CELLS];
  int n = 0, n_early = 0;
  for (uint64_t k = 0; k < s->n_episodes; k++) { /* the last ones in their order, too */
    if (n == 2 * WAYS || !take_way(&ways[n], cells[n], labels[n], s, k)) continue;
    n++;
    n_early += k < WAYS;
  }
  best_values(best, &grid, stage->parameters[GAMMA].number);
  for (int c = 0; c < CELLS; c++) {
    values[c] = s->n_values[c] > 0 ? s->values[c] : (double)NAN;
    if (c == grid.goal || grid.wall[c]) best[c] = values[c] = (double)NAN;
  }
  am_picture_grid(pictures,
                  &(am_grid_picture){.title = "The world, and the ways in it",
                                     .meaning = "The first ways it went and the last ones; what "
                                                "the critic says of each cell, beside what the "
                                                "shortest ways are worth; and which actions it "
                                                "took last in each cell.",
                                     .width = AM_GRID_SIDE,
                                     .height = AM_GRID_SIDE,
                                     .goal = grid.goal,
                                     .wall = grid.wall,
                                     .ways = ways,
                                     .n_early = n_early,
                                     .n_late = n - n_early,
                                     .values = values,
                                     .best = best,
                                     .policy = policy.p});
  picture_steps(pictures, s, stage);
}

const am_protocol am_protocol_gridworld = {
    .name = "gridworld",
    .meaning = "a spiking actor and critic learn the way to a goal; dopamine is the TD error",
    .title = "The way to a goal in a grid world",
    .story = "An agent starts somewhere in a world of 25 cells and looks for a goal that it cannot "
             "see. Each cell has neurons of its own that fire while the agent is there. Four "
             "populations are the actions: the one that fires most moves it. A fifth, the critic, "
             "comes to say how good a cell is, and dopamine tells both how much better a step "
             "turned out than the critic had said.",
    .headline = "In the last tenth of {episodes} episodes it needs {late_steps} steps to the goal, "
                "in the first tenth {first_steps}",
    .judged = "late_steps",
    .needs = "populations place (a multiple of 25 neurons, at most 2500), critic, and up, "
             "right, down, left (at most 256)",
    AM_KEYS(keys),
    AM_MEASURES(measures),
    .control = "dopamine",
    .moves = "dopamine",
    .state_size = sizeof(state),
    .start = start,
    .advance = advance,
    .check = check,
    .measure = measure,
    .known = known,
    .picture = picture};
