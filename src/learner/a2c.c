/* Batches of episodes over threads, and the step of the slow weights.
 *
 * The lanes of a batch are cut into at most 16 chunks, always the same ones; a chunk's gradient is
 * summed two lanes at a time by one thread, and the chunks are summed in their order. So the result
 * does not depend on the number of threads. */
#include "learner/a2c.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "learner/rows.h"
#include "modulator/modulator.h"
#include "network/pair_backward.h"

#define MAX_CHUNKS 16
#define NORM_LIMIT 1e6f

am_a2c_options am_a2c_default(void) {
  return (am_a2c_options){
      .n_lanes = 30,
      .gamma = 0.9f,
      .lambda = 1,
      .value_weight = 0.1f,
      .beta = 0.03f,
      .optimiser = {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-4f, .norm_clip = 4},
      .alpha_rate = 1,
      .warmup = 100,
      .schedule = {.rate = 1e-4, .rate_end = 1e-4, .iterations = 200000},
  };
}

static void destroy(am_learner *learner) {
  am_a2c *a = am_a2c_of(learner);
  am_free(a->parameters);
  am_free(a->m);
  am_free(a->v);
  am_free(a->gradients);
  am_free(a->actors);
  am_free(a->actor_blocks);
  am_free(a->sums);
  am_free(a->shared);
  am_free(a->apart);
  am_pair_free(&a->network);
  am_free(a);
}

static const am_trace_ops *rule_code(const am_a2c *a) {
  return a->rule ? a->rule->ops[am_isa_now()] : NULL;
}
static bool has_E(const am_a2c *a) { return a->rule && rule_code(a) && rule_code(a)->has_E; }

static amine_status take_memory(am_a2c *a, amine_error *error) {
  const size_t n = a->network.size, real_size = sizeof(float);
  const size_t actor = am_actor_bytes(a->learner.task, &a->network, has_E(a));
  const size_t n_actors = (size_t)a->n_threads * AM_TRACE_LANES;
  const size_t T = (size_t)a->learner.task->n_steps;
  const size_t shared = a->options.baseline == AM_BASELINE_SHARED0 ? T : 0;
  const am_block blocks[] = {
      {&a->parameters, n, real_size},
      {&a->m, n, real_size},
      {&a->v, n, real_size},
      {&a->gradients, am_size_mul((size_t)a->n_chunks + 1, n), real_size},
      {&a->sums, (size_t)a->options.n_lanes, sizeof *a->sums},
      {&a->shared, shared, real_size},
      {&a->apart, am_size_mul((size_t)a->n_chunks, shared), real_size},
      {&a->actors, n_actors, sizeof *a->actors},
      {&a->actor_blocks, n_actors, actor},
  };
  AM_TRY(am_learner_take(&a->learner, blocks, sizeof blocks / sizeof *blocks, error));
  for (size_t k = 0; k < n_actors; k++)
    am_actor_place(&a->actors[k], a->actor_blocks + k * actor, a->learner.task, &a->network,
                   has_E(a));
  return AMINE_OK;
}

static amine_status make_network(am_a2c *a, const am_units *units, amine_error *error) {
  const am_task *task = a->learner.task;
  const am_pair_head heads[] = {{"h2o", task->n_actions}, {"h2v", 1}};
  am_pair_options o = {.units = units->stack,
                       .heads = heads,
                       .n_heads = 2,
                       .clip = units->clip,
                       .rate = units->rate};
  o.units.n_inputs = task->n_inputs;
  a->rule = units->rule;
  return am_pair_make(&a->network, &a->places, &o, error);
}

amine_status am_a2c_create(am_learner **learner, const am_task *task, const am_units *units,
                           const am_a2c_options *options, uint64_t seed, int n_threads,
                           amine_error *error) {
  if (options->n_lanes < 1 || options->n_lanes > 65536)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a batch has 1 to 65536 episodes, not %d",
                   options->n_lanes);
  am_a2c *a = am_alloc(1, sizeof *a);
  if (!a) return am_fail_memory(error, sizeof *a);
  a->learner = (am_learner){
      .type = &am_a2c_type, .task = task, .n_lanes = options->n_lanes, .numbers = {1, 1}};
  a->learner.n_schedule = am_schedule_remembers(&options->schedule);
  a->options = *options;
  a->seed = seed;
  a->n_chunks = options->n_lanes < MAX_CHUNKS ? options->n_lanes : MAX_CHUNKS;
  a->n_threads = n_threads < 1 ? 1 : n_threads > a->n_chunks ? a->n_chunks : n_threads;
  amine_status status = make_network(a, units, error);
  if (status == AMINE_OK) status = take_memory(a, error);
  if (status != AMINE_OK) {
    destroy(&a->learner);
    return status;
  }
  am_pair_initialise(&a->network, &a->places, a->parameters, seed);
  *learner = &a->learner;
  return AMINE_OK;
}

/* With what is made of the parameters once they have changed. */
static am_play play_of(am_a2c *a, uint64_t seed, uint32_t episode) {
  am_pair_code()->expand(&a->network, a->parameters);
  return (am_play){.task = a->learner.task,
                   .network = &a->network,
                   .rule = rule_code(a),
                   .parameters = a->parameters,
                   .seed = seed,
                   .episode = episode,
                   .feed = a->options.feed};
}

typedef struct batch {
  am_a2c *learner;
  am_play play;
  am_a2c_loss_options loss;
} batch;

/* What the loss reads and writes of an episode; `apart` where the value is shared. */
static am_a2c_episode episode_of(const am_a2c *a, const am_actor *actor, float *apart) {
  const bool shared = a->options.baseline == AM_BASELINE_SHARED0;
  return (am_a2c_episode){
      .n_steps = actor->lane.n_steps,
      .n_actions = a->learner.task->n_actions,
      .stride = a->network.head_rows,
      .heads = actor->lane.heads,
      .p = actor->p,
      .logp = actor->logp,
      .actions = actor->actions,
      .rewards = actor->rewards,
      .shared = shared ? a->shared : NULL,
      .apart = apart,
      .dheads = actor->lane.dheads,
  };
}

static void one_chunk(void *context, int chunk, int worker) {
  batch *b = context;
  am_a2c *a = b->learner;
  const size_t size = a->network.size;
  const int from = chunk * a->options.n_lanes / a->n_chunks;
  const int to = (chunk + 1) * a->options.n_lanes / a->n_chunks;
  float *gradient = a->gradients + (size_t)chunk * size;
  float *apart = a->apart + (size_t)chunk * (size_t)a->learner.task->n_steps;
  am_actor *actors = a->actors + worker * AM_TRACE_LANES;
  memset(gradient, 0, size * sizeof *gradient);
  if (a->options.baseline == AM_BASELINE_SHARED0)
    memset(apart, 0, (size_t)a->learner.task->n_steps * sizeof *apart);
  for (int lane = from; lane < to; lane += AM_TRACE_LANES) {
    const int n = to - lane < AM_TRACE_LANES ? to - lane : AM_TRACE_LANES;
    am_pair_lane *lanes[AM_TRACE_LANES];
    am_actor_play(actors, n, &b->play, (uint32_t)lane);
    for (int q = 0; q < n; q++) {
      const am_a2c_episode episode = episode_of(a, &actors[q], apart);
      lanes[q] = &actors[q].lane;
      am_a2c_code()->gradient(&a->sums[lane + q], &episode, &b->loss);
    }
    am_pair_backward_code()->back(&a->network, b->play.rule, lanes, n, gradient, a->parameters);
  }
}

/* Lane 0's values, which all lanes share; 0 once its episode is over. */
static void note_shared(batch *b) {
  am_a2c *a = b->learner;
  am_actor *actor = &a->actors[0];
  am_actor_play(actor, 1, &b->play, 0);
  for (int t = 0; t < a->learner.task->n_steps; t++)
    a->shared[t] = t < actor->lane.n_steps
                       ? actor->lane.heads[t * a->network.head_rows + a->learner.task->n_actions]
                       : 0;
}

/* Lane 0 once more: the gradient of its values, from the returns of all lanes. */
static void learn_shared(batch *b) {
  am_a2c *a = b->learner;
  am_actor *actor = &a->actors[0];
  const size_t T = (size_t)a->learner.task->n_steps;
  for (size_t k = T; k < T * (size_t)a->n_chunks; k++) a->apart[k % T] += a->apart[k];
  am_actor_play(actor, 1, &b->play, 0);
  const am_a2c_episode episode = episode_of(a, actor, a->apart);
  am_pair_lane *lane = &actor->lane;
  am_a2c_code()->shared(&episode, &b->loss);
  am_pair_backward_code()->back(&a->network, b->play.rule, &lane, 1, a->gradients, a->parameters);
}

#define SUM_BLOCK 4096

static void sum_block(void *context, int block, int worker) {
  (void)worker;
  am_a2c *a = context;
  const size_t n = a->network.size, from = (size_t)block * SUM_BLOCK;
  const size_t to = from + SUM_BLOCK < n ? from + SUM_BLOCK : n;
  am_adam_code()->sum(a->gradients + (size_t)a->n_chunks * n, a->gradients, n, a->n_chunks, from,
                      to);
}

/* The gradient's sum over the batch, and its norm. */
static float *gather(am_a2c *a, float *norm) {
  const size_t n = a->network.size;
  float *g = a->gradients + (size_t)a->n_chunks * n;
  am_parallel(a->n_threads, (int)((n + SUM_BLOCK - 1) / SUM_BLOCK), sum_block, a);
  am_pair_code()->reduce(&a->network, g);
  *norm = sqrtf(am_adam_code()->sum_of_squares(g, n));
  return g;
}

/* The sentence for a gradient that broke: names the weight with the largest one. */
static amine_status explain(const am_a2c *a, const float *g, float norm, amine_error *error) {
  const am_place *worst = &a->places.place[0];
  int row = 0, col = 0;
  float largest = -1;
  for (int k = 0; k < a->places.n; k++) {
    const am_place *t = &a->places.place[k];
    for (int i = 0; i < t->dims[0]; i++)
      for (int j = 0; j < t->dims[1]; j++) {
        float size = fabsf(g[am_place_at(t, i, j)]);
        if (isnan(size)) size = INFINITY;
        if (size <= largest) continue;
        largest = size;
        worst = t;
        row = i;
        col = j;
      }
  }
  return am_fail(error, AMINE_ERROR_NUMERIC,
                 "the numbers broke at iteration %llu: gradient norm %g (limit %g), largest at "
                 "%s[%d][%d]; a lower learner.rate or learner.alpha_rate helps",
                 (unsigned long long)a->learner.iteration, (double)norm, (double)NORM_LIMIT,
                 worst->name, row, col);
}

/* What multiplies traces has a rate of its own. */
static void move(am_a2c *a, const float *g, float norm, float rate) {
  const am_step step = am_step_begin(&a->options.optimiser, a->learner.numbers, norm);
  size_t from = 0;
  for (int l = 0; l < a->network.n_layers; l++) {
    const am_plan *p = a->network.plan[l];
    for (int k = 0; k < p->n_tensors; k++) {
      const size_t at = a->network.at[l] + p->tensors[k].at;
      const size_t to = k + 1 < p->n_tensors ? a->network.at[l] + p->tensors[k + 1].at
                                             : a->network.at[l] + p->n_parameters;
      am_step_take(&step, a->parameters + at, a->m + at, a->v + at, g + at, to - at,
                   p->tensors[k].alpha ? rate * a->options.alpha_rate : rate);
    }
    from = a->network.at[l] + p->n_packed;
  }
  am_step_take(&step, a->parameters + from, a->m + from, a->v + from, g + from,
               a->network.size - from, rate);
}

static amine_status iterate(am_learner *learner, am_learner_report *report, amine_error *error) {
  am_a2c *a = am_a2c_of(learner);
  const am_a2c_options *o = &a->options;
  const double lanes = o->n_lanes, steps = lanes * a->learner.task->n_steps;
  batch b = {.learner = a,
             .play = play_of(a, a->seed, (uint32_t)a->learner.iteration),
             .loss = {.gamma = o->gamma,
                      .lambda = o->lambda,
                      .value_weight = o->value_weight,
                      .beta = o->beta,
                      .entropy = o->entropy,
                      .scale = (float)(1 / steps)}};
  b.play.dropped = true;
  if (o->baseline == AM_BASELINE_SHARED0) note_shared(&b);
  am_parallel(a->n_threads, a->n_chunks, one_chunk, &b);
  if (o->baseline == AM_BASELINE_SHARED0) learn_shared(&b);
  float norm;
  const float *g = gather(a, &norm);
  if (!(norm <= NORM_LIMIT)) return explain(a, g, norm, error);
  *report = (am_learner_report){.gradient_norm = (double)norm};
  double lived = 0;
  for (int lane = 0; lane < o->n_lanes; lane++) lived += a->sums[lane].steps;
  for (int lane = 0; lane < o->n_lanes; lane++) {
    report->reward += a->sums[lane].reward / lanes;
    report->value += a->sums[lane].value / lived;
    report->entropy += a->sums[lane].entropy / lived;
    report->loss += a->sums[lane].loss / steps;
  }
  am_schedule_hear(&o->schedule, learner->schedule, learner->iteration, report->reward);
  report->rate = am_schedule_rate(&o->schedule, learner->schedule, learner->iteration);
  if (a->learner.iteration >= o->warmup) move(a, g, norm, (float)report->rate);
  a->learner.iteration++;
  return AMINE_OK;
}

typedef struct evaluation {
  am_a2c *learner;
  am_play play;
  double *rewards;
  int n;
  uint32_t first;
} evaluation;

static void evaluate_pair(void *context, int item, int worker) {
  evaluation *e = context;
  const int from = item * AM_TRACE_LANES, rest = e->n - from;
  const int n = rest < AM_TRACE_LANES ? rest : AM_TRACE_LANES;
  am_actor *actors = e->learner->actors + worker * AM_TRACE_LANES;
  am_actor_play(actors, n, &e->play, e->first + (uint32_t)from);
  for (int q = 0; q < n; q++) {
    double total = 0;
    for (int t = 0; t < actors[q].lane.n_steps; t++) total += (double)actors[q].rewards[t];
    e->rewards[from + q] = total;
  }
}

static void evaluate(am_learner *learner, double *rewards, int n_episodes, uint32_t first,
                     uint64_t seed, bool greedy) {
  am_a2c *a = am_a2c_of(learner);
  evaluation e = {.learner = a, .play = play_of(a, seed, 0), .rewards = rewards, .first = first};
  e.n = n_episodes;
  e.play.greedy = greedy;
  am_parallel(a->n_threads, (n_episodes + AM_TRACE_LANES - 1) / AM_TRACE_LANES, evaluate_pair, &e);
}

const am_actor *am_a2c_watch(am_a2c *a, uint32_t lane, uint64_t seed, bool greedy,
                             void (*watch)(void *context, const am_actor *actor, int t),
                             void *context) {
  am_play play = play_of(a, seed, 0);
  play.greedy = greedy;
  play.watch = watch;
  play.context = context;
  am_actor_play(&a->actors[0], 1, &play, lane);
  return &a->actors[0];
}

/* ------------------------------------------------------------------------------ tensors */
static float *vector_of(const am_a2c *a, int k) {
  float *const vectors[] = {a->parameters, a->m, a->v};
  return vectors[k / a->places.n];
}

static const am_place *shape_of(const am_a2c *a, int k) {
  return &a->places.place[k % a->places.n];
}

static bool tensor(const am_learner *learner, int k, am_learner_tensor *out) {
  const am_a2c *a = (const am_a2c *)learner;
  const am_optimiser *o = &a->options.optimiser;
  const int n = a->places.n;
  if (k < 0 || k >= (1 + am_optimiser_moments(o)) * n) return false;
  const am_place *t = shape_of(a, k);
  *out = (am_learner_tensor){
      .rank = t->rank, .dims = {(size_t)t->dims[0], (size_t)t->dims[1]}, .is_parameter = k < n};
  snprintf(out->name, sizeof out->name, "%s%s", k < n ? "" : am_optimiser_prefix(o, k / n - 1),
           t->name);
  return true;
}

static void get(const am_learner *learner, int k, float *values) {
  const am_a2c *a = (const am_a2c *)learner;
  am_place_get(shape_of(a, k), values, vector_of(a, k));
}

static void set(am_learner *learner, int k, const float *values) {
  const am_a2c *a = am_a2c_of(learner);
  am_place_set(shape_of(a, k), vector_of(a, k), values);
}

/* ------------------------------------------------------------------------------ watching */
enum { ACTIONS, VALUE, POLICY, ACTIVITY, LEVEL };

static int series(const am_learner *learner, am_series *out) {
  const am_a2c *a = (const am_a2c *)learner;
  out[ACTIONS] = (am_series){"actions", "what it did", 1, NULL};
  out[VALUE] = (am_series){"value", "the reward that the network expects", 1, NULL};
  out[POLICY] = (am_series){"policy", "probability of each action", learner->task->n_actions, NULL};
  out[ACTIVITY] = (am_series){"activity", "of each hidden unit", a->network.n_outputs, NULL};
  out[LEVEL] = (am_series){"level", "the modulator M(t)", am_pair_level_rows(&a->network), NULL};
  return out[LEVEL].width ? LEVEL + 1 : LEVEL;
}

typedef struct watching {
  const am_a2c *learner;
  am_series *series;
} watching;

static void note_step(void *context, const am_actor *actor, int t) {
  const watching *w = context;
  const am_pair *p = &w->learner->network;
  const int M = am_pair_level_rows(p);
  const size_t s = (size_t)t, A = (size_t)w->learner->learner.task->n_actions;
  const size_t N = (size_t)p->n_outputs;
  w->series[ACTIONS].values[t] = (float)actor->actions[t];
  w->series[VALUE].values[t] = actor->lane.heads[s * (size_t)p->head_rows + A];
  memcpy(w->series[POLICY].values + s * A, actor->p + s * A, A * sizeof(float));
  memcpy(w->series[ACTIVITY].values + s * N, am_pair_output(p, &actor->lane, t), N * sizeof(float));
  if (M > 0)
    memcpy(w->series[LEVEL].values + s * (size_t)M, am_pair_level(p, &actor->lane, t),
           (size_t)M * sizeof(float));
}

static void watch_series(am_learner *learner, am_series *out, uint32_t lane, uint64_t seed,
                         bool greedy) {
  watching w = {am_a2c_of(learner), out};
  am_a2c_watch(am_a2c_of(learner), lane, seed, greedy, note_step, &w);
}

/* ------------------------------------------------------------------------------ as a part */
typedef struct setup {
  am_a2c_options options;
  int n_threads;
  uint64_t seed;
} setup;

#define OWN(member) AM_MEMBER(setup, member)
#define AT(member) AM_MEMBER(setup, options.member)
#define SCHEDULE(member) AM_MEMBER(setup, options.schedule.member)
#define OPTIMISER(member) AM_MEMBER(setup, options.optimiser.member)
static const amine_parameter parameters[] = {
    AM_BORROWED("batch", 30, AT(n_lanes)),
    AM_BORROWED("threads", 0, OWN(n_threads)),
    AM_BORROWED("seed", 1, OWN(seed)),
    AM_SCHEDULE_PARAMETERS(SCHEDULE),
    AM_NUMBER("alpha_rate", 1, 0, 1000, "", "the steps of alpha are multiplied by this",
              AT(alpha_rate), .when = "rule.type!=none"),
    AM_GAMMA_PARAMETER(AT),
    AM_LAMBDA_PARAMETER(AT),
    AM_VALUE_PARAMETER(AT),
    AM_ENTROPY_PARAMETER(AT(beta)),
    AM_CHOICE("entropy", "squared|true",
              "that penalty: sum of squared probabilities, or of p log p", AT(entropy)),
    AM_CHOICE("baseline", "own|shared0",
              "whose value is the advantage's baseline: the lane's own, or lane 0's for all (as in "
              "the authors' batched code)",
              AT(baseline)),
    AM_OPTIMISER_PARAMETERS(OPTIMISER, OPTIMISER),
    AM_INTEGER("warmup", 100, 0, 4e9, "updates", "iterations before the first change", AT(warmup)),
    {0}};

static amine_status create(am_learner **learner, const am_task *task, const am_chosen *chosen,
                           amine_error *error) {
  setup s = *(const setup *)chosen->options[AM_LEARNER];
  am_units units;
  AM_TRY(am_units_chosen(&units, chosen, true, error));
  s.options.feed = am_modulator_feed(chosen);
  am_learner *made;
  const amine_status status = am_a2c_create(&made, task, &units, &s.options, s.seed,
                                            s.n_threads ? s.n_threads : am_processors(), error);
  am_units_free(&units);
  AM_TRY(status);
  const am_part *modulator = chosen->part[AM_MODULATOR];
  const amine_status fed =
      am_pair_is_given(&am_a2c_of(made)->network)
          ? am_feed_check(&s.options.feed, modulator ? modulator->name : NULL, error)
          : AMINE_OK;
  if (fed == AMINE_OK) *learner = made;
  else destroy(made);
  return fed;
}

const am_learner_type am_a2c_type = {
    .part = {.kind = AM_LEARNER,
             .name = "a2c",
             .meaning = "actor-critic over whole episodes: backpropagation through time",
             .equation = "loss = -log pi(a_t) A_t + value_weight (R_t - V_t)^2 + entropy penalty",
             .source = "Mnih et al. 2016, arXiv 1602.01783",
             .parameters = parameters,
             .options_size = sizeof(setup)},
    .texts = true,
    .traces = true,
    .asks = AM_ASKS_ACTIONS,
    .create = create,
    .backprop = true,
    .iterate = iterate,
    .evaluate = evaluate,
    .tensor = tensor,
    .get = get,
    .set = set,
    .series = series,
    .watch = watch_series,
    .destroy = destroy,
};
