/* Trials, their errors, and the change of the weights after each of them. */
#include "learner/exploratory_hebb.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "learner/exploratory_hebb_rule.h"

AM_ISA_DECLARE(const am_hebb_ops, am_hebb_ops);

static const am_hebb_ops *hebb_code(void) {
  static const am_hebb_ops *const code[AM_N_ISA] = AM_ISA_TABLE(am_hebb_ops);
  return code[am_isa_now()];
}

enum {
  RECENT = 100, /* errors that are kept */
  ENOUGH = 95   /* of them below the bound: the criterion */
};

typedef struct hebb {
  am_learner learner;
  am_ctrnn network;
  am_hebb_options options;
  uint64_t seed;
  am_hebb_source source;
  float *panel, *before_iteration; /* [n_panel]: J and B, and as they were */
  float *H;                        /* [n_panel] */
  float *block;                    /* of the state */
  am_ctrnn_state state;
  float *xi, *post; /* [AM_HEBB_BLOCK][n_vector] */
  float *pre;       /* [AM_HEBB_BLOCK][cols + 16], 0 at the inputs */
  float *target;    /* [n_targets] */
  float *expected;  /* [n_kinds]: ebar */
  float *expected_before;
  float recent[RECENT]; /* the error of trial k is at k mod RECENT */
  float recent_before[RECENT];
  void *world;
  int n_kinds;
} hebb;

/* An episode to play, and what is done beside it. */
typedef struct trial {
  uint64_t seed;
  uint32_t episode, lane;
  uint32_t population; /* of the perturbations: 0 in training, 1 in evaluation */
  uint64_t index;      /* of the trial, for the perturbations */
  bool perturbed, traced;
  void (*watch)(void *context, const hebb *h, int t, bool counts);
  void *context;
  int kind; /* out */
} trial;

am_hebb_options am_hebb_default(void) {
  return (am_hebb_options){.n_lanes = 1,
                           .chance = 0.003f,
                           .amplitude = 16,
                           .eta = 0.1f,
                           .clip = 3e-4f,
                           .average = 0.75f,
                           .scaled = true,
                           .warmup = 100,
                           .bound = 1};
}

am_hebb_options am_hebb_selective(void) {
  am_hebb_options o = am_hebb_default();
  o.amplitude = 30;
  o.eta = 0.01f;
  o.clip = 2e-4f;
  o.criterion = AM_HEBB_MEAN;
  o.bound = 0.2f;
  return o;
}

am_hebb_options am_hebb_printed(void) {
  am_hebb_options o = am_hebb_default();
  o.amplitude = 15;
  o.eta = 0.5f;
  o.clip = 1e-4f;
  o.average = 0.33f;
  o.scaled = false;
  return o;
}

static size_t pre_stride(const am_ctrnn *n) { return (size_t)n->cols + 16; }

static void perturb(hebb *h, const trial *t, float *xi, int step) {
  const am_hebb_options *o = &h->options;
  if (h->source.perturb) h->source.perturb(h->source.context, xi, step);
  else if (t->perturbed && o->chance > 0)
    am_ctrnn_code()->perturb(xi, h->network.n_vector, o->chance, o->amplitude, t->seed,
                             AM_STREAM_PERTURB, t->population,
                             t->index * (uint64_t)h->learner.task->n_steps + (uint64_t)step);
  else memset(xi, 0, (size_t)h->network.n_vector * sizeof *xi);
}

/* Adds the n steps of the block to H. */
static void accumulate(hebb *h, int n) {
  const am_ctrnn *c = &h->network;
  const size_t width = (size_t)c->n_vector;
  const bool exploratory = h->options.rule == AM_HEBB_EXPLORATORY;
  if (exploratory) {
    hebb_code()->cube(h->post, (size_t)n * width);
    hebb_code()->cube(h->pre, (size_t)n * pre_stride(c));
  }
  hebb_code()->accumulate(h->H, exploratory ? h->post : h->xi, width, h->pre, pre_stride(c), n,
                          c->shape);
}

/* The sum over the targets of |r - target| at this step. */
static double error_now(const hebb *h) {
  double sum = 0;
  for (int k = 0; k < h->learner.task->n_targets; k++)
    sum += fabs((double)h->state.r[k] - (double)h->target[k]);
  return sum / h->learner.task->n_targets;
}

static bool is_over(const hebb *h) {
  const am_task *task = h->learner.task;
  return task->type->over && task->type->over(task, h->world);
}

/* Plays the trial to its end; returns its error. */
static double play(hebb *h, trial *t) {
  const am_task *task = h->learner.task;
  const am_ctrnn *c = &h->network;
  const am_ctrnn_ops *code = am_ctrnn_code();
  task->type->start(task, h->world, t->seed, t->episode, t->lane);
  t->kind = task->type->kind ? task->type->kind(task, h->world) : 0;
  if (h->source.start) h->source.start(h->source.context, h->state.x);
  else am_ctrnn_draw_start(c, &h->state, t->seed, t->episode, t->lane);
  code->start(c, &h->state);
  if (t->traced) memset(h->H, 0, c->n_panel * sizeof *h->H);
  double error = 0;
  int counted = 0, waiting = 0; /* steps that H has not yet taken up */
  for (int s = 0; s < task->n_steps && !is_over(h); s++) {
    const int row = s % AM_HEBB_BLOCK;
    float *xi = h->xi + row * c->n_vector;
    task->type->observe(task, h->world, h->state.z + c->options.n_hidden);
    perturb(h, t, xi, s);
    code->step(c, h->panel, &h->state, xi, h->post + row * c->n_vector,
               h->pre + (size_t)row * pre_stride(c));
    const bool counts = task->type->target(task, h->world, h->target);
    if (counts) {
      error += error_now(h);
      counted++;
    }
    if (t->watch) t->watch(t->context, h, s, counts);
    task->type->step(task, h->world, 0);
    waiting = row + 1;
    if (!t->traced || waiting < AM_HEBB_BLOCK) continue;
    accumulate(h, waiting);
    waiting = 0;
  }
  if (t->traced && waiting > 0) accumulate(h, waiting);
  return counted ? error / counted : 0;
}

/* ------------------------------------------------------------------------------- learning */

static uint64_t trials_before(const hebb *h) {
  return h->learner.iteration * (uint64_t)h->learner.n_lanes;
}

/* The sentence for an error or a change that is no number: names the largest weight. */
static amine_status explain(const hebb *h, double error, amine_error *out) {
  const int n = h->network.options.n_hidden, cols = n + h->network.options.n_inputs;
  int row = 0, col = 0;
  float largest = -1;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < cols; j++) {
      float size = fabsf(h->panel[am_panel_at(i, j, cols)]);
      if (isnan(size)) size = INFINITY;
      if (size <= largest) continue;
      largest = size;
      row = i;
      col = j;
    }
  const bool input = col >= n;
  return am_fail(out, AMINE_ERROR_NUMERIC,
                 "the numbers broke at iteration %llu: the error of a trial is %g, the largest "
                 "weight %s[%d][%d]; a lower learner.rate or learner.clip helps",
                 (unsigned long long)h->learner.iteration, error, input ? "B" : "J", row,
                 input ? col - n : col);
}

/* The error that is learned from: the trial's own, or for the control that of another trial. */
static double error_to_learn(const hebb *h, double error, uint64_t index) {
  if (!h->options.shuffled) return error;
  const uint32_t n = index + 1 < RECENT ? (uint32_t)index + 1 : RECENT;
  const am_random_key key = {h->seed, AM_STREAM_SHUFFLE, (uint32_t)index, (uint32_t)(index >> 32)};
  return (double)h->recent[am_below(am_random(key, 0).v[0], n)];
}

/* Learns from a trial; returns the sum of the squares of the weights' change. */
static double learn(hebb *h, double error, int kind, uint64_t index) {
  const am_hebb_options *o = &h->options;
  h->recent[index % RECENT] = (float)error;
  const float e = (float)error_to_learn(h, error, index), expected = h->expected[kind];
  h->expected[kind] = o->average * expected + (1 - o->average) * e;
  if (index < o->warmup) return 0;
  const float factor = o->eta * (o->scaled ? expected : 1) * (expected - e);
  return (double)hebb_code()->change(h->panel, h->H, h->network.n_panel, factor, o->clip);
}

static void remember(hebb *h, bool back) {
  const struct {
    void *now, *then;
    size_t bytes;
  } parts[] = {{h->panel, h->before_iteration, h->network.n_panel * sizeof(float)},
               {h->expected, h->expected_before, (size_t)h->n_kinds * sizeof(float)},
               {h->recent, h->recent_before, sizeof h->recent}};
  for (int k = 0; k < 3; k++)
    memcpy(back ? parts[k].now : parts[k].then, back ? parts[k].then : parts[k].now,
           parts[k].bytes);
}

static amine_status iterate(am_learner *learner, am_learner_report *report, amine_error *error) {
  hebb *h = (hebb *)learner;
  double sum = 0, squares = 0;
  remember(h, false);
  for (int k = 0; k < learner->n_lanes; k++) {
    const uint64_t index = trials_before(h) + (uint64_t)k;
    trial t = {.seed = h->seed,
               .episode = (uint32_t)learner->iteration,
               .lane = (uint32_t)k,
               .index = index,
               .perturbed = true,
               .traced = index >= h->options.warmup};
    const double e = play(h, &t);
    const double size = isfinite(e) ? learn(h, e, t.kind, index) : NAN;
    if (!isfinite(size)) {
      const amine_status status = explain(h, e, error);
      remember(h, true);
      return status;
    }
    sum += e;
    squares += size;
  }
  const double mean = sum / learner->n_lanes;
  *report = (am_learner_report){.reward = -mean,
                                .value = NAN,
                                .entropy = NAN,
                                .loss = mean,
                                .gradient_norm = sqrt(squares),
                                .rate = (double)h->options.eta};
  learner->iteration++;
  return AMINE_OK;
}

static void evaluate(am_learner *learner, double *rewards, int n_episodes, uint32_t first,
                     uint64_t seed, bool greedy) {
  for (int k = 0; k < n_episodes; k++) {
    const uint32_t lane = first + (uint32_t)k;
    trial t = {.seed = seed, .lane = lane, .population = 1, .index = lane, .perturbed = !greedy};
    rewards[k] = -play((hebb *)learner, &t);
  }
}

/* ------------------------------------------------------------------------------- state */

enum { TENSOR_J, TENSOR_B, TENSOR_EXPECTED, TENSOR_RECENT, N_TENSORS };

static bool tensor(const am_learner *learner, int k, am_learner_tensor *out) {
  const hebb *h = (const hebb *)learner;
  const size_t n = (size_t)h->network.options.n_hidden;
  const am_learner_tensor tensors[N_TENSORS] = {
      {.name = "J", .rank = 2, .dims = {n, n}, .is_parameter = true},
      {.name = "B",
       .rank = 2,
       .dims = {n, (size_t)h->network.options.n_inputs},
       .is_parameter = true},
      {.name = "expected_error", .rank = 1, .dims = {(size_t)h->n_kinds, 1}},
      {.name = "recent_errors", .rank = 1, .dims = {RECENT, 1}},
  };
  if (k < 0 || k >= N_TENSORS) return false;
  *out = tensors[k];
  return true;
}

/* Copies tensor k from the learner to `to`, or from `from` to the learner. */
static void copy(hebb *h, int k, float *to, const float *from) {
  if (k == TENSOR_EXPECTED || k == TENSOR_RECENT) {
    float *own = k == TENSOR_EXPECTED ? h->expected : h->recent;
    const size_t bytes = (k == TENSOR_EXPECTED ? (size_t)h->n_kinds : RECENT) * sizeof(float);
    memcpy(to ? to : own, to ? own : from, bytes);
    return;
  }
  const int n = h->network.options.n_hidden, inputs = h->network.options.n_inputs;
  const int first = k == TENSOR_J ? 0 : n, width = k == TENSOR_J ? n : inputs;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < width; j++) {
      float *own = &h->panel[am_panel_at(i, first + j, n + inputs)];
      const size_t at = (size_t)i * (size_t)width + (size_t)j;
      if (to) to[at] = *own;
      else *own = from[at];
    }
}

static void get(const am_learner *learner, int k, float *values) {
  copy((hebb *)(uintptr_t)learner, k, values, NULL);
}

static void set(am_learner *learner, int k, const float *values) {
  copy((hebb *)learner, k, NULL, values);
}

/* ------------------------------------------------------------------------------- watching */

enum { SERIES_ACTIVITY, SERIES_OUTPUT, SERIES_ERROR, N_SERIES };

static int series(const am_learner *learner, am_series *out) {
  const hebb *h = (const hebb *)learner;
  const int n_targets = learner->task->n_targets;
  out[SERIES_ACTIVITY] = (am_series){
      .name = "activity", .meaning = "rate of each neuron", .width = h->network.options.n_hidden};
  out[SERIES_OUTPUT] =
      (am_series){.name = "outputs", .meaning = "rates of the output neurons", .width = n_targets};
  out[SERIES_ERROR] =
      (am_series){.name = "error", .meaning = "of the output, while it counts", .width = 1};
  out[N_SERIES] = (am_series){0};
  return N_SERIES;
}

static void note(void *context, const hebb *h, int t, bool counts) {
  const am_series *s = context;
  for (int k = SERIES_ACTIVITY; k <= SERIES_OUTPUT; k++)
    memcpy(s[k].values + (size_t)t * (size_t)s[k].width, h->state.r,
           (size_t)s[k].width * sizeof(float));
  s[SERIES_ERROR].values[t] = counts ? (float)error_now(h) : NAN;
}

static void watch(am_learner *learner, am_series *out, uint32_t lane, uint64_t seed, bool greedy) {
  trial t = {.seed = seed,
             .lane = lane,
             .population = 1,
             .index = lane,
             .perturbed = !greedy,
             .watch = note,
             .context = out};
  play((hebb *)learner, &t);
}

/* ------------------------------------------------------------------------------- criterion */

double am_hebb_error(const am_learner *learner, int k) {
  const hebb *h = (const hebb *)learner;
  assert(k >= 0 && k < RECENT && (uint64_t)k < trials_before(h));
  return (double)h->recent[(trials_before(h) - 1 - (uint64_t)k) % RECENT];
}

double am_hebb_share_below(const am_learner *learner, double bound) {
  const hebb *h = (const hebb *)learner;
  if (trials_before(h) < RECENT) return 0;
  int n = 0;
  for (int k = 0; k < RECENT; k++) n += (double)h->recent[k] < bound;
  return (double)n / RECENT;
}

double am_hebb_mean_error(const am_learner *learner) {
  const hebb *h = (const hebb *)learner;
  if (trials_before(h) < RECENT) return (double)NAN;
  double sum = 0;
  for (int k = 0; k < RECENT; k++) sum += (double)h->recent[k];
  return sum / RECENT;
}

static bool reached(const am_learner *learner) {
  const am_hebb_options *o = &((const hebb *)learner)->options;
  if (o->criterion == AM_HEBB_MEAN) return am_hebb_mean_error(learner) < (double)o->bound;
  return am_hebb_share_below(learner, (double)o->bound) >= (double)ENOUGH / RECENT;
}

static void name_criterion(hebb *h) {
  const am_hebb_options *o = &h->options;
  if (o->criterion == AM_HEBB_MEAN)
    snprintf(h->learner.criterion, sizeof h->learner.criterion,
             "a mean error of %d trials below %g", RECENT, (double)o->bound);
  else
    snprintf(h->learner.criterion, sizeof h->learner.criterion,
             "%d of %d trials with an error below %g", ENOUGH, RECENT, (double)o->bound);
}

static void destroy(am_learner *learner) {
  hebb *h = (hebb *)learner;
  void *const blocks[] = {
      h->panel,    h->before_iteration, h->H, h->block, h->xi, h->post, h->pre, h->target, h->world,
      h->expected, h->expected_before};
  for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) am_free(blocks[k]);
  am_free(h);
}

/* ------------------------------------------------------------------------------ as a part */
typedef struct setup {
  am_hebb_options options;
  uint64_t seed;
} setup;

#define AT(member) AM_MEMBER(setup, options.member)
static const amine_parameter parameters[] = {
    AM_BORROWED("batch", 30, AT(n_lanes)),
    AM_BORROWED("seed", 1, AM_MEMBER(setup, seed)),
    AM_NUMBER("rate", 1e-4, 0, 100, "", "step size; 0: no learning", AT(eta)),
    AM_INTEGER("warmup", 100, 0, 4e9, "updates", "iterations before the first change", AT(warmup)),
    AM_CHOICE("control", "none|shuffled", "a lesion: the error of another trial", AT(shuffled)),
    AM_CHOICE("rule", "exploratory|node",
              "the trace: of what moved, or of the perturbations themselves", AT(rule)),
    AM_NUMBER("chance", 0.003, 0, 1, "", "of a perturbation, per neuron and step", AT(chance)),
    AM_NUMBER("amplitude", 16, 0, 1e6, "", "perturbations are uniform within +- this",
              AT(amplitude)),
    AM_NUMBER("clip", 3e-4, 0, 1e6, "", "c: bound of the change of a weight in a trial", AT(clip)),
    AM_NUMBER("average", 0.75, 0, 0.9999, "per trial", "what the expected error keeps",
              AT(average)),
    AM_SWITCH("scaled", 1, "changes are scaled by the expected error", AT(scaled)),
    AM_CHOICE("criterion", "share|mean",
              "it has learned once 95 of the last 100 errors are below criterion_error, or their "
              "mean is",
              AT(criterion)),
    AM_NUMBER("criterion_error", 1, 1e-6, 1e6, "", "that bound", AT(bound)),
    {0}};

static amine_status create(am_learner **learner, const am_task *task, const am_chosen *chosen,
                           amine_error *error) {
  setup s = *(const setup *)chosen->options[AM_LEARNER];
  const am_ctrnn_options o = am_ctrnn_of(chosen->options[AM_NETWORK], task->n_inputs);
  am_ctrnn network;
  s.options.warmup *= (uint64_t)s.options.n_lanes;
  AM_TRY(am_ctrnn_make(&network, &o, error));
  return am_hebb_create(learner, task, &network, &s.options, s.seed, error);
}

const am_learner_type am_hebb_type = {
    .part = {.kind = AM_LEARNER,
             .name = "exploratory-hebb",
             .meaning = "rare perturbations explore, a Hebbian trace remembers, the reward decides",
             .equation = "J += clip(eta (R - Rbar) sum_t (r_pre dx_post)^3, -c, c)",
             .source = "Miconi 2017, doi:10.7554/eLife.20899",
             .parameters = parameters,
             .options_size = sizeof(setup)},
    .networks = "ctrnn",
    .asks = AM_ASKS_VALUES,
    .create = create,
    .absolute = true,
    .iterate = iterate,
    .evaluate = evaluate,
    .tensor = tensor,
    .get = get,
    .set = set,
    .series = series,
    .watch = watch,
    .reached = reached,
    .destroy = destroy,
};

/* ------------------------------------------------------------------------------- making one */

static amine_status check(const am_task *task, const am_ctrnn *network, const am_hebb_options *o,
                          amine_error *error) {
  if (task->n_targets < 1 || !task->type->target)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "exploratory-hebb needs a task with targets, which %s has not",
                   task->type->part.name);
  if (network->options.n_inputs != task->n_inputs || network->options.n_hidden < task->n_targets)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the network has %d inputs and %d neurons, the task %d inputs and %d targets",
                   network->options.n_inputs, network->options.n_hidden, task->n_inputs,
                   task->n_targets);
  if (o->n_lanes < 1 || o->n_lanes > 65536)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "an iteration has 1 to 65536 trials, not %d",
                   o->n_lanes);
  if (!(o->chance >= 0 && o->chance <= 1))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "the chance of a perturbation is 0 to 1, not %g",
                   (double)o->chance);
  if (!(o->amplitude >= 0 && o->amplitude <= 1e6f))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the amplitude of perturbations is 0 to 1e6, not %g", (double)o->amplitude);
  if (!(o->eta >= 0 && o->eta <= 1e6f) || !(o->clip >= 0 && o->clip <= 1e6f))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "eta and the clip are 0 to 1e6, not %g and %g",
                   (double)o->eta, (double)o->clip);
  if (!(o->average >= 0 && o->average < 1))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the expected error keeps 0 to below 1 of itself, not %g", (double)o->average);
  if (!(o->bound > 0 && o->bound <= 1e6f))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the bound of the criterion is above 0, at most 1e6, not %g", (double)o->bound);
  return AMINE_OK;
}

static amine_status take_memory(hebb *h, amine_error *error) {
  const am_ctrnn *c = &h->network;
  const size_t width = AM_HEBB_BLOCK * (size_t)c->n_vector, kinds = (size_t)h->n_kinds;
  const size_t real_size = sizeof(float);
  const am_block blocks[] = {{&h->panel, c->n_panel, real_size},
                             {&h->before_iteration, c->n_panel, real_size},
                             {&h->H, c->n_panel, real_size},
                             {&h->block, am_ctrnn_state_size(c), real_size},
                             {&h->xi, width, real_size},
                             {&h->post, width, real_size},
                             {&h->pre, AM_HEBB_BLOCK * pre_stride(c), real_size},
                             {&h->target, (size_t)h->learner.task->n_targets, real_size},
                             {&h->expected, kinds, real_size},
                             {&h->expected_before, kinds, real_size},
                             {&h->world, 1, h->learner.task->state_size}};
  return am_learner_take(&h->learner, blocks, sizeof blocks / sizeof *blocks, error);
}

amine_status am_hebb_create(am_learner **learner, const am_task *task, const am_ctrnn *network,
                            const am_hebb_options *options, uint64_t seed, amine_error *error) {
  AM_TRY(check(task, network, options, error));
  hebb *h = am_alloc(1, sizeof *h);
  if (!h) return am_fail_memory(error, sizeof *h);
  h->learner = (am_learner){.type = &am_hebb_type, .task = task, .n_lanes = options->n_lanes};
  h->network = *network;
  h->options = *options;
  h->seed = seed;
  h->n_kinds = task->n_kinds > 0 ? task->n_kinds : 1;
  const amine_status status = take_memory(h, error);
  if (status != AMINE_OK) {
    destroy(&h->learner);
    return status;
  }
  am_ctrnn_place(network, &h->state, h->block);
  am_ctrnn_initialise(network, h->panel, seed);
  name_criterion(h);
  *learner = &h->learner;
  return AMINE_OK;
}

void am_hebb_use_source(am_learner *learner, const am_hebb_source *source) {
  ((hebb *)learner)->source = *source;
}

void am_hebb_trace(const am_learner *learner, float *H, float *x) {
  const hebb *h = (const hebb *)learner;
  const int n = h->network.options.n_hidden, cols = n + h->network.options.n_inputs;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) H[i * n + j] = h->H[am_panel_at(i, j, cols)];
  memcpy(x, h->state.x, (size_t)n * sizeof *x);
}
