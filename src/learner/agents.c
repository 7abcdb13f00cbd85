/* Agents in step (see agents.h). */
#include "learner/agents.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "learner/signalling_state.h"
#include "task/game_task.h"

/* What is recorded of an agent: as of one alone (signalling.c), but for its actions, which the last
 * series has together. */
enum { KEPT = (AM_SERIES_MAX - 1) / AM_AGENTS_MAX };

typedef struct am_agents {
  am_learner learner; /* first. numbers[0..1]: powers of beta1 and beta2, of all; then two for each
                       * agent: running mean and mean square of its rewards */
  const am_game_task *world;
  int n, n_threads, n_groups;
  am_game_view view[AM_AGENTS_MAX];
  am_learner *agent[AM_AGENTS_MAX];
  int n_kept; /* series of each */
  char names[AM_AGENTS_MAX][KEPT][52];
} am_agents;

static am_agents *inside(am_learner *l) { return (am_agents *)(void *)l; }
static const am_agents *inside_const(const am_learner *l) {
  return (const am_agents *)(const void *)l;
}
static am_agent *agent_of(const am_agents *x, int k) { return am_agent_of(x->agent[k]); }

/* ------------------------------------------------------------------------------ seeds, numbers */
static uint64_t seed_of(uint64_t seed, int k) {
  if (k == 0) return seed;
  const am_random4 r = am_random((am_random_key){seed, AM_STREAM_SEEDS, (uint32_t)k, 0}, 0);
  return (uint64_t)r.v[0] << 32 | r.v[1];
}

/* Of agent k: what the schedule of its step size remembers, in the numbers of all. */
static double *schedule_of(am_agents *x, int k) {
  return x->learner.schedule + k * AM_SCHEDULE_MEMORY;
}

static void hand_down(am_agents *x) {
  for (int k = 0; k < x->n; k++) {
    am_learner *a = x->agent[k];
    a->iteration = x->learner.iteration;
    a->rate_factor = x->learner.rate_factor;
    memcpy(a->numbers, x->learner.numbers, 2 * sizeof(double));
    memcpy(a->numbers + 2, x->learner.numbers + 2 + 2 * k, 2 * sizeof(double));
    memcpy(a->schedule, schedule_of(x, k), AM_SCHEDULE_MEMORY * sizeof(double));
  }
}

static void take_back(am_agents *x) {
  memcpy(x->learner.numbers, x->agent[0]->numbers, 2 * sizeof(double));
  for (int k = 0; k < x->n; k++) {
    memcpy(x->learner.numbers + 2 + 2 * k, x->agent[k]->numbers + 2, 2 * sizeof(double));
    memcpy(schedule_of(x, k), x->agent[k]->schedule, AM_SCHEDULE_MEMORY * sizeof(double));
  }
}

/* ------------------------------------------------------------------------------ living together */
/* All agents look at the worlds of the first, whose group has begun. */
static void join(am_turn *turns, int n) {
  const am_group *first = &turns[0].group;
  for (int k = 1; k < n; k++) {
    am_group *g = &turns[k].group;
    g->worlds = first->worlds;
    g->episode = first->episode;
    g->first = first->first;
    g->n = first->n;
    g->seed = seed_of(first->seed, k);
  }
}

/* Moves the world of every lane by what all have chosen: told[k] [LANES] is what agent k earned,
 * brought [LANES] what that is together. */
static void move(const am_agents *x, const am_turn *turns, am_signalling_memory *m,
                 double *brought) {
  const am_game *game = x->world->game;
  const am_group *g = &turns[0].group;
  for (int lane = 0; lane < LANES; lane++) {
    int action[AM_GAME_AGENTS];
    float reward[AM_GAME_AGENTS] = {0};
    for (int k = 0; k < x->n; k++) action[k] = turns[k].group.actions[lane];
    if (lane < g->n) game->type->step(game, g->worlds + (size_t)lane * g->stride, action, reward);
    for (int k = 0; k < x->n; k++) m[k].told[lane] = reward[k];
    brought[lane] = am_game_task_reward(x->world, reward);
  }
}

static void record_actions(const am_agents *x, const am_turn *turns, am_series *series, int t) {
  const am_turn all = {.series = series};
  float row[LANES] = {0};
  int action[AM_GAME_AGENTS];
  for (int k = 0; k < x->n; k++) action[k] = turns[k].group.actions[0];
  row[0] = (float)am_game_task_join(x->world->game, action);
  am_turn_record(&all, "actions", t, row);
}

/* A signal of one agent that is held. Who says at what is told of each step what it brought to all. */
typedef struct held {
  am_hold own; /* of that agent */
  const am_hold *all;
  uint32_t first;
  double brought[LANES]; /* by the last step */
} held;

static const float *say(void *context, uint32_t lane, int step, const void *world, float reward,
                        bool over) {
  const held *h = context;
  return h->all->say(h->all->context, lane, step, world,
                     over ? (float)h->brought[lane - h->first] : reward, over);
}

/* Whose signal it is, and how that one calls it; -1: nobody's. */
static int whose(const am_agents *x, const char *signal, const char **own) {
  for (int k = 0; k < x->n; k++) {
    char prefix[16];
    const int n = snprintf(prefix, sizeof prefix, "agent%d.", k);
    *own = signal + n;
    if (strncmp(signal, prefix, (size_t)n) == 0) return k;
  }
  return -1;
}

/* Who only looks on looks over the shoulder of the first. */
static void begin_holding(const am_agents *x, held *h, am_turn *turns) {
  const am_hold *all = turns[0].change ? NULL : x->learner.hold;
  const char *own = NULL;
  const int k = all && all->signal ? whose(x, all->signal, &own) : 0;
  *h = (held){.own = {own, say, h}, .all = all, .first = turns[0].group.first};
  if (all && k >= 0) turns[k].hold = &h->own;
}

static bool holds(const am_learner *learner, const char *signal, int *rows) {
  const am_agents *x = inside_const(learner);
  const char *own;
  const int k = whose(x, signal, &own);
  return k >= 0 && am_learner_holds(x->agent[k], own, rows);
}

/* An episode of a group; h: what live needs to hold a signal; together [LANES]: its rewards as the task
 * counts them. */
static void live(const am_agents *x, am_turn *turns, held *h, am_series *series, double *together) {
  am_signalling_memory m[AM_AGENTS_MAX];
  const am_signalling *s[AM_AGENTS_MAX];
  for (int k = 0; k < LANES; k++) together[k] = 0;
  join(turns, x->n);
  begin_holding(x, h, turns);
  for (int k = 0; k < x->n; k++) {
    s[k] = am_signalling_of(agent_of(x, k));
    am_signalling_begin(s[k], &m[k], &turns[k]);
  }
  for (int t = 0; t < x->learner.task->n_steps; t++) {
    for (int k = 0; k < x->n; k++) {
      am_signalling_think(s[k], &m[k], &turns[k], t);
      am_signalling_choose(s[k], &m[k], &turns[k], t);
    }
    if (series) record_actions(x, turns, series, t);
    move(x, turns, m, h->brought);
    for (int k = 0; k < LANES; k++) together[k] += h->brought[k];
    for (int k = 0; k < x->n; k++) am_signalling_hear(s[k], &m[k], &turns[k], t);
  }
  for (int k = 0; k < x->n; k++) am_signalling_end(s[k], &m[k], &turns[k]);
}

/* ------------------------------------------------------------------------------ one iteration */
static void learn_group(void *context, int item, int worker) {
  const am_agents *x = context;
  am_turn turns[AM_AGENTS_MAX];
  held h;
  double together[LANES];
  for (int k = 0; k < x->n; k++) turns[k] = am_agent_learning_turn(agent_of(x, k), item, worker);
  live(x, turns, &h, NULL, together);
}

static double reward_of(const am_agents *x, const am_learner_report *reports) {
  float reward[AM_GAME_AGENTS];
  for (int k = 0; k < x->n; k++) reward[k] = (float)reports[k].reward;
  return am_game_task_reward(x->world, reward);
}

static amine_status iterate(am_learner *learner, am_learner_report *report, amine_error *error) {
  am_agents *x = inside(learner);
  float norms[AM_AGENTS_MAX];
  am_learner_report reports[AM_AGENTS_MAX];
  double squares = 0;
  hand_down(x);
  am_parallel(x->n_threads, x->n_groups, learn_group, x);
  for (int k = 0; k < x->n; k++) AM_TRY(am_agent_gather(agent_of(x, k), &norms[k], error));
  *report = (am_learner_report){.lowest = (double)NAN};
  for (int k = 0; k < x->n; k++) {
    am_agent_finish(agent_of(x, k), norms[k], &reports[k]);
    report->value += reports[k].value / x->n;
    report->entropy += reports[k].entropy / x->n;
    report->loss += reports[k].loss / x->n;
    squares += reports[k].gradient_norm * reports[k].gradient_norm;
  }
  report->reward = reward_of(x, reports);
  report->gradient_norm = sqrt(squares);
  report->rate = reports[0].rate;
  take_back(x);
  learner->iteration++;
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ evaluation */
typedef struct evaluation {
  const am_agents *x;
  double *rewards;
  int n;
  uint32_t first;
  uint64_t seed;
  bool greedy;
} evaluation;

static void evaluate_group(void *context, int item, int worker) {
  const evaluation *e = context;
  const int from = item * LANES, n = e->n - from < LANES ? e->n - from : LANES;
  am_turn turns[AM_AGENTS_MAX];
  am_agent_sums sums[AM_AGENTS_MAX] = {{0}};
  held h;
  double together[LANES];
  for (int k = 0; k < e->x->n; k++) {
    turns[k] = am_agent_turn(agent_of(e->x, k), worker);
    turns[k].sums = &sums[k];
    turns[k].greedy = e->greedy;
  }
  am_group_begin_held_out(&turns[0].group, e->seed, e->first + (uint32_t)from, n);
  live(e->x, turns, &h, NULL, together);
  for (int k = 0; k < n; k++) e->rewards[from + k] = together[k];
}

static void evaluate(am_learner *learner, double *rewards, int n_episodes, uint32_t first,
                     uint64_t seed, bool greedy) {
  am_agents *x = inside(learner);
  evaluation e = {x, rewards, n_episodes, first, seed, greedy};
  hand_down(x);
  am_parallel(x->n_threads, (n_episodes + LANES - 1) / LANES, evaluate_group, &e);
}

/* ------------------------------------------------------------------------------ series */
static int series(const am_learner *learner, am_series *out) {
  const am_agents *x = inside_const(learner);
  am_series own[AM_SERIES_MAX + 1];
  x->agent[0]->type->series(x->agent[0], own);
  int n = 0;
  for (int q = 0, kept = 0; own[q].name && kept < x->n_kept; q++) {
    if (strcmp(own[q].name, "actions") == 0) continue;
    for (int k = 0; k < x->n; k++)
      out[n++] = (am_series){x->names[k][kept], own[q].meaning, own[q].width, NULL};
    kept++;
  }
  out[n++] = (am_series){"actions", "what all did: a_0 + n_0 a_1", 1, NULL};
  out[n] = (am_series){0};
  return n;
}

static void watch(am_learner *learner, am_series *all, uint32_t lane, uint64_t seed, bool greedy) {
  am_agents *x = inside(learner);
  am_turn turns[AM_AGENTS_MAX];
  am_agent_sums sums[AM_AGENTS_MAX] = {{0}};
  am_series own[AM_AGENTS_MAX][KEPT + 1] = {{{0}}};
  held h;
  double together[LANES];
  hand_down(x);
  for (int k = 0; k < x->n; k++) {
    for (int q = 0; q < x->n_kept; q++) {
      own[k][q] = all[q * x->n + k];
      own[k][q].name = strchr(x->names[k][q], '.') + 1;
    }
    turns[k] = am_agent_turn(agent_of(x, k), 0);
    turns[k].sums = &sums[k];
    turns[k].greedy = greedy;
    turns[k].series = own[k];
  }
  am_group_begin_held_out(&turns[0].group, seed, lane, 1);
  live(x, turns, &h, all, together);
}

/* ------------------------------------------------------------------------------ what is saved */
/* The k-th of all tensors is the k-th of which agent? NULL past the last. */
static am_learner *owner(const am_agents *x, int *k, am_learner_tensor *out, int *who) {
  for (*who = 0; *who < x->n; (*who)++) {
    int n = 0;
    while (am_agent_tensor(x->agent[*who], n, out)) n++;
    if (*k < n) return x->agent[*who];
    *k -= n;
  }
  return NULL;
}

static bool tensor(const am_learner *learner, int k, am_learner_tensor *out) {
  am_learner_tensor t;
  int who;
  const am_learner *a = k < 0 ? NULL : owner(inside_const(learner), &k, &t, &who);
  if (!a) return false;
  am_agent_tensor(a, k, &t);
  *out = t;
  snprintf(out->name, sizeof out->name, "agent%d.%.50s", who, t.name);
  return true;
}

static void get(const am_learner *learner, int k, float *values) {
  am_learner_tensor t;
  int who;
  const am_learner *a = owner(inside_const(learner), &k, &t, &who);
  am_agent_get(a, k, values);
}

static void set(am_learner *learner, int k, const float *values) {
  am_learner_tensor t;
  int who;
  am_learner *a = owner(inside(learner), &k, &t, &who);
  am_agent_set(a, k, values);
}

static void release(am_learner *learner, int k) {
  am_learner_tensor t;
  int who;
  am_learner *a = owner(inside(learner), &k, &t, &who);
  am_agent_release(a, k);
}

/* ------------------------------------------------------------------------------ the learner */
static void destroy(am_learner *learner) {
  am_agents *x = inside(learner);
  for (int k = 0; k < x->n; k++) am_learner_destroy(x->agent[k]);
  am_free(x);
}

static amine_status create(am_learner **learner, const am_task *task, const am_chosen *chosen,
                           amine_error *error) {
  am_signalling_options o;
  am_units units;
  AM_TRY(am_signalling_chosen(&o, &units, chosen, error));
  const amine_status status = am_agents_create(learner, task, &o, error);
  am_units_free(&units);
  return status;
}

const am_learner_type am_agents_type = {
    .part = {.kind = AM_LEARNER,
             .name = "agents",
             .meaning =
                 "several agents in one world, each taught by a signalling GRU of its own, without "
                 "backprop",
             .equation = "as signalling, for each agent from its own reward",
             .source = "Murray 2019, doi:10.7554/eLife.43299; Tan 1993, "
                       "doi:10.1016/B978-1-55860-307-3.50049-6",
             .parameters = am_signalling_parameters,
             .options_size = sizeof(am_signalling_options)},
    .asks = AM_ASKS_ACTIONS,
    .create = create,
    .iterate = iterate,
    .evaluate = evaluate,
    .tensor = tensor,
    .get = get,
    .set = set,
    .release = release,
    .series = series,
    .watch = watch,
    .holds = holds,
    .destroy = destroy,
};

/* One that acts and stays as it is. */
static void freeze(am_signalling_options *o) {
  o->input = o->recurrent = o->output = o->gains = o->critic = o->signal = 0;
  o->feedback_decay = 0;
}

/* Those of agent k, as far as there is room. */
static void name_series(am_agents *x, int k) {
  am_series own[AM_SERIES_MAX + 1];
  x->agent[k]->type->series(x->agent[k], own);
  x->n_kept = 0;
  for (int q = 0; own[q].name && x->n_kept < KEPT; q++)
    if (strcmp(own[q].name, "actions") != 0)
      snprintf(x->names[k][x->n_kept++], sizeof x->names[k][0], "agent%d.%.31s", k, own[q].name);
}

static amine_status fill(am_agents *x, const am_signalling_options *options, amine_error *error) {
  for (int k = 0; k < x->world->game->n_agents; k++) {
    am_signalling_options o = *options;
    if (o.control == AM_CONTROL_PARTNER) {
      o.control = AM_CONTROL_NONE;
      if (k > 0) freeze(&o);
    }
    o.agent.seed = seed_of(options->agent.seed, k);
    x->view[k] = am_game_view_of(x->world->game, k);
    AM_TRY(am_signalling_create(&x->agent[k], &x->view[k].task, &o, error));
    x->learner.bytes = am_size_add(x->learner.bytes, x->agent[k]->bytes);
    x->learner.n_schedule += x->agent[k]->n_schedule;
    x->n++;
    name_series(x, k);
  }
  x->n_threads = agent_of(x, 0)->n_threads;
  x->n_groups = agent_of(x, 0)->n_groups;
  take_back(x);
  return AMINE_OK;
}

amine_status am_agents_create(am_learner **learner, const am_task *task,
                              const am_signalling_options *options, amine_error *error) {
  const am_game_task *world = am_game_task_of(task);
  if (!world)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "learner.type=agents needs a game, a world for several: task.type=%s is for one",
                   task->type->part.name);
  if (world->game->n_agents > AM_AGENTS_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s has %d agents: at most %d can learn together",
                   task->type->part.name, world->game->n_agents, AM_AGENTS_MAX);
  am_agents *x = am_alloc(1, sizeof *x);
  if (!x) return am_fail_memory(error, sizeof *x);
  x->learner =
      (am_learner){.type = &am_agents_type, .task = task, .n_lanes = options->agent.n_lanes, .rate_factor = 1};
  x->world = world;
  amine_status status = fill(x, options, error);
  if (status != AMINE_OK) {
    destroy(&x->learner);
    return status;
  }
  *learner = &x->learner;
  return AMINE_OK;
}
