/* Islands: maps are drawn once, with the task; an episode plays on a copy of one. */
#include "task/islands.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"

enum { PLACES = AM_ISLANDS_PLACES, ACTIONS = AM_ISLANDS_ACTIONS, NOWHERE = AM_ISLANDS_NOWHERE };
enum { FAR = 2 * PLACES }; /* further than any way */

typedef struct islands {
  am_task task;
  am_islands_map *maps; /* owned by the task of training: evaluation's, then its own */
  bool held;
} islands;

am_islands_options am_islands_default(void) {
  return (am_islands_options){.places = 5,
                              .actions = 3,
                              .steps = 30,
                              .graphs = 600,
                              .patience = 5,
                              .reward = 10,
                              .penalty = 0.05f,
                              .maps = 1};
}

static const am_islands_options *options_of(const am_task *task) { return task->options; }

/* ------------------------------------------------------------------ maps */
typedef struct dice {
  am_random_key key;
  uint32_t n; /* numbers drawn */
} dice;

static int below(dice *d, int n) {
  const uint32_t k = d->n++;
  return (int)am_below(am_random(d->key, k / 4).v[k % 4], (uint32_t)n);
}

/* Uniform below n, but not `not`. */
static int other(int drawn, int not ) { return drawn + (drawn >= not ); }

/* A way to a place from another, by an action that leads nowhere there; false if there is none. */
static bool add_way_to(am_islands_map *m, const am_islands_options *o, int place, dice *d) {
  int8_t *free[PLACES * ACTIONS];
  int n = 0;
  for (int a = 0; a < o->actions; a++)
    for (int p = 0; p < o->places; p++)
      if (p != place && m->to[p][a] == NOWHERE) free[n++] = &m->to[p][a];
  if (n) *free[below(d, n)] = (int8_t)place;
  return n > 0;
}

/* Whether in 2^places steps every place is reached from every other, as bits. */
static bool is_connected(const am_islands_map *m, const am_islands_options *o) {
  unsigned reach[PLACES] = {0}, all = (1u << o->places) - 1;
  for (int p = 0; p < o->places; p++)
    for (int a = 0; a < o->actions; a++)
      if (m->to[p][a] != NOWHERE) reach[p] |= 1u << m->to[p][a];
  for (int k = 0; k < o->places; k++) {
    unsigned twice[PLACES] = {0};
    for (int p = 0; p < o->places; p++)
      for (int q = 0; q < o->places; q++) twice[p] |= reach[p] >> q & 1 ? reach[q] : 0;
    memcpy(reach, twice, sizeof reach);
  }
  for (int p = 0; p < o->places; p++)
    if (reach[p] != all) return false;
  return true;
}

static bool draw_map(am_islands_map *m, const am_islands_options *o, dice *d) {
  memset(m, NOWHERE, sizeof *m);
  for (int p = 0; p < o->places; p++) {
    const int to = other(below(d, o->places - 1), p);
    m->to[p][below(d, o->actions)] = (int8_t)to;
  }
  for (int p = 0; p < o->places; p++)
    if (!add_way_to(m, o, p, d)) return false;
  return is_connected(m, o);
}

static bool is_among(const am_islands_map *m, const am_islands_map *maps, int n) {
  for (int k = 0; k < n; k++)
    if (memcmp(m, &maps[k], sizeof *m) == 0) return true;
  return false;
}

/* The first `graphs` are evaluation's; the others are none of these. */
static void draw_maps(am_islands_map *maps, const am_islands_options *o) {
  for (int k = 0; k < 2 * o->graphs; k++) {
    dice d = {{o->maps, AM_STREAM_TASK_START, (uint32_t)k, UINT32_MAX}, 0};
    const int n_held = k < o->graphs ? 0 : o->graphs;
    while (!draw_map(&maps[k], o, &d) || is_among(&maps[k], maps, n_held)) {
    }
  }
}

const am_islands_map *am_islands_map_at(const am_task *task, int k) {
  return &((const islands *)(const void *)task)->maps[k];
}

/* ------------------------------------------------------------------ the world */
/* Another goal than the last (-1: there was none), and another place than the new one. */
static void throw(am_islands_state * s, const am_islands_options *o, am_random4 draw) {
  const int n = o->places;
  s->goal = s->goal < 0 ? (int)am_below(draw.v[0], (uint32_t)n)
                        : other((int)am_below(draw.v[0], (uint32_t)n - 1), s->goal);
  s->place = other((int)am_below(draw.v[1], (uint32_t)n - 1), s->goal);
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  const am_islands_options *o = options_of(task);
  am_islands_state *s = state;
  am_world_begin(task, s, seed, episode, lane);
  const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK_START, 0);
  const bool held = ((const islands *)(const void *)task)->held;
  const int k = (int)am_below(draw.v[2], (uint32_t)o->graphs);
  s->map = *am_islands_map_at(task, held ? k : o->graphs + k);
  s->goal = s->previous_action = -1;
  throw(s, o, draw);
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_islands_options *o = options_of(task);
  const am_islands_state *s = state;
  float *action = input + 2 * o->places, *rest = action + o->actions;
  memset(input, 0, (size_t)task->n_inputs * sizeof *input);
  if (s->world.step >= task->n_steps) return;
  input[s->goal] = input[o->places + s->place] = 1;
  if (s->previous_action >= 0) action[s->previous_action] = 1;
  rest[AM_ISLANDS_INPUT_NONE] = s->previous_action < 0;
  rest[AM_ISLANDS_INPUT_BIAS] = 1;
  rest[AM_ISLANDS_INPUT_TIME] = (float)s->world.step / (float)task->n_steps;
  rest[AM_ISLANDS_INPUT_REWARD] = s->previous_reward / o->reward;
}

static float step(const am_task *task, void *state, int action) {
  const am_islands_options *o = options_of(task);
  am_islands_state *s = state;
  assert(action >= 0 && action < o->actions);
  if (s->world.step >= task->n_steps) return 0;
  const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK, (uint32_t)s->world.step);
  const int to = s->map.to[s->place][action];
  const bool arrives = to == s->goal;
  s->tried[s->place][action] = true;
  s->previous_action = action;
  s->previous_reward = arrives ? o->reward : to == NOWHERE ? 0 - o->penalty : 0;
  s->world.step++;
  if (to != NOWHERE) s->place = to;
  if (arrives) throw(s, o, draw);
  else if (++s->idle > o->patience) {
    throw(s, o, draw);
    s->idle = 0;
    s->previous_action = -1;
  }
  return s->previous_reward;
}

/* ------------------------------------------------------------------ players */
/* steps[p]: along ways of the map to the next of the places whose bits are set in `ends`, FAR if
 * there is no way; of the map's ways those that were tried, or all. */
static void measure(int steps[PLACES], const am_islands_state *s, const am_islands_options *o,
                    unsigned ends, bool all) {
  for (int p = 0; p < o->places; p++) steps[p] = ends >> p & 1 ? 0 : FAR;
  for (int k = 1; k < o->places; k++)
    for (int p = 0; p < o->places; p++)
      for (int a = 0; a < o->actions; a++) {
        const int to = s->map.to[p][a];
        if (to != NOWHERE && (all || s->tried[p][a]) && steps[to] + 1 < steps[p])
          steps[p] = steps[to] + 1;
      }
}

/* One of the actions whose bits are set, each alike. */
static int one_of(unsigned actions, am_random4 draw) {
  int n = 0, k = 0;
  for (unsigned rest = actions; rest; rest &= rest - 1) n++;
  n = (int)am_below(draw.v[0], (uint32_t)n);
  for (;; k++)
    if (actions >> k & 1 && n-- == 0) return k;
}

/* The actions from here along a shortest way; 0 if there is none. */
static unsigned ways(const int steps[PLACES], const am_islands_state *s,
                     const am_islands_options *o, bool all) {
  unsigned set = 0;
  for (int a = 0; a < o->actions && steps[s->place] < FAR; a++) {
    const int to = s->map.to[s->place][a];
    if (to != NOWHERE && (all || s->tried[s->place][a]) && steps[to] + 1 == steps[s->place])
      set |= 1u << a;
  }
  return set;
}

static unsigned untried(const am_islands_state *s, const am_islands_options *o, int place) {
  unsigned set = 0;
  for (int a = 0; a < o->actions; a++)
    if (!s->tried[place][a]) set |= 1u << a;
  return set;
}

static int neighbours(const am_task *task, const void *state, am_random4 draw) {
  const am_islands_options *o = options_of(task);
  const am_islands_state *s = state;
  unsigned leads = 0, goes = 0;
  for (int a = 0; a < o->actions; a++) {
    const int to = s->tried[s->place][a] ? s->map.to[s->place][a] : NOWHERE;
    if (to == s->goal) leads |= 1u << a;
    if (to != NOWHERE) goes |= 1u << a;
  }
  const unsigned fresh = untried(s, o, s->place);
  return one_of(leads ? leads : fresh ? fresh : goes, draw);
}

static int learns_map(const am_task *task, const void *state, am_random4 draw) {
  const am_islands_options *o = options_of(task);
  const am_islands_state *s = state;
  int steps[PLACES];
  unsigned fresh = 0;
  measure(steps, s, o, 1u << s->goal, false);
  if (steps[s->place] < FAR) return one_of(ways(steps, s, o, false), draw);
  if (untried(s, o, s->place)) return one_of(untried(s, o, s->place), draw);
  for (int p = 0; p < o->places; p++) fresh |= untried(s, o, p) ? 1u << p : 0;
  measure(steps, s, o, fresh, false);
  return one_of(ways(steps, s, o, false), draw);
}

static int knows_map(const am_task *task, const void *state, am_random4 draw) {
  const am_islands_options *o = options_of(task);
  const am_islands_state *s = state;
  int steps[PLACES];
  measure(steps, s, o, 1u << s->goal, true);
  return one_of(ways(steps, s, o, true), draw);
}

/* ------------------------------------------------------------------ making it */
static bool is_published(const am_islands_options *o) {
  const am_islands_options p = am_islands_default();
  return o->places == p.places && o->actions == p.actions && o->steps == p.steps &&
         o->patience == p.patience && o->reward >= p.reward && o->reward <= p.reward &&
         o->penalty >= p.penalty && o->penalty <= p.penalty;
}

static void describe(islands *x, const am_islands_options *o) {
  const bool known = is_published(o);
  am_task *task = &x->task;
  task->n_inputs = 2 * o->places + o->actions + AM_ISLANDS_INPUTS;
  task->tells = 1 + 2 * o->places + o->actions + AM_ISLANDS_INPUT_REWARD;
  task->n_actions = o->actions;
  task->n_steps = o->steps;
  task->criterion = known ? 100 : (double)NAN;
  task->state_size = sizeof(am_islands_state);
  am_task_acts(task, "random", known ? 45.49 : (double)NAN, am_policy_random);
  am_task_acts(task, "neighbours", known ? 104.12 : (double)NAN, neighbours);
  am_task_acts(task, "learns-map", known ? 114.34 : (double)NAN, learns_map);
  am_task_acts(task, "knows-map", known ? 166.35 : (double)NAN, knows_map);
}

static amine_status make(am_task *task, void *options, amine_error *error) {
  const am_islands_options *o = options;
  islands *x = (islands *)(void *)task;
  const am_range ranges[] = {
      {"places", o->places, 4, PLACES},       {"actions", o->actions, 3, ACTIONS},
      {"steps", o->steps, 1, 100000},         {"graphs", o->graphs, 1, AM_ISLANDS_GRAPHS},
      {"patience", o->patience, 1, 100000},   {"reward", (double)o->reward, 1e-6, 1e6},
      {"penalty", (double)o->penalty, 0, 1e6}};
  AM_TRY(am_ranges_check(task->type->part.name, ranges, 7, error));
  const size_t size = 2 * (size_t)o->graphs * sizeof *x->maps;
  islands *held = am_alloc(1, sizeof *held);
  if (!held) return am_fail_memory(error, sizeof *held);
  held->task.type = task->type;
  held->task.options = o;
  held->held = true;
  task->held_out = &held->task;
  x->maps = am_alloc(1, size);
  if (!x->maps) return am_fail_memory(error, size);
  draw_maps(x->maps, o);
  held->maps = x->maps;
  describe(x, o);
  describe(held, o);
  return AMINE_OK;
}

static void destroy(am_task *task) {
  islands *x = (islands *)(void *)task;
  if (!x->held) am_free(x->maps);
}

#define AT(member) AM_MEMBER(am_islands_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("places", 5, 4, PLACES, "", "places of a map", AT(places)),
    AM_INTEGER("actions", 3, 3, ACTIONS, "", "actions, of which two a place lead on", AT(actions)),
    AM_INTEGER("steps", 30, 1, 100000, "steps", "length of an episode", AT(steps)),
    AM_INTEGER("graphs", 600, 1, AM_ISLANDS_GRAPHS, "",
               "maps to train on, and as many others for evaluation", AT(graphs)),
    AM_INTEGER("patience", 5, 1, 100000, "steps",
               "after more than so many steps without a reward all is thrown elsewhere",
               AT(patience)),
    AM_NUMBER("reward", 10, 1e-6, 1e6, "reward", "for reaching the goal", AT(reward)),
    AM_NUMBER("penalty", 0.05, 0, 1e6, "reward", "subtracted for an action that leads nowhere",
              AT(penalty)),
    AM_INTEGER("maps", 1, 0, 1e15, "", "all maps are drawn from this number, whatever the seed",
               AT(maps)),
    {0}};

const am_task_type am_islands_type = {
    .size = sizeof(islands),
    .part = {.kind = AM_TASK,
             .name = "islands",
             .meaning = "learn the ways of a new map while walking to goals on it",
             .source = "Schlag, Munkhdalai, Schmidhuber 2021, arXiv 2011.07831",
             .parameters = parameters,
             .options_size = sizeof(am_islands_options)},
    .make = make,
    .start = start,
    .observe = observe,
    .step = step,
    .destroy = destroy,
};
