/* Trials, their errors, and the change of the weights after each of them. */
#include "learner/exploratory_hebb.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "equation/plan_draw.h"
#include "learner/exploratory_hebb_rule.h"
#include "network/pair.h"
#include "network/units.h"

AM_ISA_DECLARE(const am_hebb_ops, am_hebb_ops);

const am_hebb_ops *am_hebb_code(void) {
  static const am_hebb_ops *const code[AM_N_ISA] = AM_ISA_TABLE(am_hebb_ops);
  return code[am_isa_now()];
}

enum {
  RECENT = 100, /* errors that are kept */
  ENOUGH = 95   /* of them below the bound: the criterion */
};

#define KEEP 0.05 /* of the running means, where a text does not say */

typedef struct hebb {
  am_learner learner;
  am_hebb_options options;
  uint64_t seed;
  am_hebb_source source;
  am_pair pair; /* one layer without heads */
  am_places places;
  am_pair_lane lane;                    /* of AM_HEBB_BLOCK steps, over and over */
  void *block;                          /* that it lies in */
  float *parameters, *before_iteration; /* [size]: and as they were */
  float *H;                             /* [size], of matrices */
  float *mean;                          /* [n_given * 16], of each post where its xi is */
  float *post, *pre;                    /* [AM_HEBB_BLOCK][the widest, padded], cubed */
  float *target;                        /* [n_targets] */
  float *expected;                      /* [n_kinds]: ebar */
  float *expected_before;
  float recent[RECENT]; /* the error of trial k is at k mod RECENT */
  float recent_before[RECENT];
  void *world;
  int n_kinds;
  int last; /* step of the block that was played last; 0: that before the first */
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
                           .keep = (float)KEEP,
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

static const am_plan *plan_of(const hebb *h) { return h->pair.plan[0]; }
static int n_noise(const hebb *h) { return 16 * plan_of(h)->n_given; }

/* Matrices onto which noise enters: those that read the input learn if they are told to. A matrix in
 * two products learns once, from both. */
static bool learns(const hebb *h, const am_operation *o) {
  return o->noise >= 0 && (o->in[0].from != AM_FROM_INPUT || h->options.input > 0);
}

static bool is_repeated(const hebb *h, int k) {
  const am_operation *o = plan_of(h)->operations;
  for (int i = 0; i < k; i++)
    if (learns(h, &o[i]) && o[i].weights == o[k].weights) return true;
  return false;
}

static am_panel_shape shape_of(const am_operation *o) {
  return o->transposed ? am_panel_of(o->in[0].rows, o->rows) : am_panel_of(o->rows, o->in[0].rows);
}

/* Behind the rows of each place stays 0, as in all vectors. */
static void perturb(hebb *h, const trial *t, float *xi, int step) {
  const am_hebb_options *o = &h->options;
  if (h->source.perturb) h->source.perturb(h->source.context, xi, step);
  else if (t->perturbed && o->chance > 0)
    am_hebb_code()->perturb(xi, n_noise(h), o->chance, o->amplitude, t->seed, AM_STREAM_PERTURB,
                            t->population,
                            t->index * (uint64_t)h->learner.task->n_steps + (uint64_t)step);
  else memset(xi, 0, (size_t)n_noise(h) * sizeof *xi);
  for (int k = 0; k < plan_of(h)->n_noises; k++) {
    const am_operand *at = &plan_of(h)->noises[k].xi;
    for (int i = at->rows; i < am_pad(at->rows, 16); i++) xi[at->row + i] = 0;
  }
}

/* A row of each of the block's steps: where, and how far it is to the next. */
static const float *rows_of(const hebb *h, const am_operand *o, size_t *stride) {
  const float *first = am_pair_at(&h->pair, &h->lane, 0, 0, o);
  *stride = (size_t)(am_pair_at(&h->pair, &h->lane, 0, 1, o) - first);
  return first;
}

/* Adds the n steps of the block to the H of the matrices at one place. */
static void accumulate_at(hebb *h, int noise, int n) {
  const am_plan *p = plan_of(h);
  const am_plan_noise *at = &p->noises[noise];
  const bool exploratory = h->options.rule == AM_HEBB_EXPLORATORY;
  const int width = am_pad(at->post.rows, 16);
  size_t post_stride, pre_stride;
  const float *post = rows_of(h, exploratory ? &at->post : &at->xi, &post_stride);
  if (exploratory) {
    am_hebb_code()->fluctuation(h->post, h->mean + at->xi.row, post, post_stride, h->options.keep,
                                width, n);
    post = h->post, post_stride = (size_t)width;
  }
  for (int k = 0; k < p->n_operations; k++) {
    const am_operation *o = &p->operations[k];
    if (o->noise != noise || !learns(h, o)) continue;
    const float *pre = rows_of(h, &o->in[0], &pre_stride);
    if (exploratory) {
      const int cols = am_pad(o->in[0].rows, 16);
      am_hebb_code()->cube(h->pre, pre, pre_stride, cols, n);
      pre = h->pre, pre_stride = (size_t)cols;
    }
    am_hebb_code()->accumulate(h->H + o->weights, o->transposed ? pre : post,
                               o->transposed ? pre_stride : post_stride, o->transposed ? post : pre,
                               o->transposed ? post_stride : pre_stride, n, shape_of(o));
  }
}

static void accumulate(hebb *h, int n) {
  for (int k = 0; k < plan_of(h)->n_noises; k++) accumulate_at(h, k, n);
}

/* The running means of states, which have a first value; of sums, after the first step. */
static void begin_means(hebb *h, bool named, int t) {
  for (int k = 0; k < plan_of(h)->n_noises; k++) {
    const am_plan_noise *at = &plan_of(h)->noises[k];
    if (at->named == named)
      memcpy(h->mean + at->xi.row, am_pair_at(&h->pair, &h->lane, 0, t, &at->post),
             (size_t)at->post.rows * sizeof *h->mean);
  }
}

static void begin(hebb *h, const trial *t) {
  const am_plan *p = plan_of(h);
  float *block = h->lane.layer[0].block;
  am_pair_code()->begin(&h->pair, &h->lane, h->parameters);
  if (h->source.start) {
    const am_plan_state *s = &p->states[0];
    h->source.start(h->source.context, h->post);
    for (int i = 0; i < s->rows; i++)
      if (!p->is_drawn || p->begins[s->begin + i].half != 0) block[s->row + i] = h->post[i];
  } else am_plan_draw(p, block, 1, t->seed, t->episode, t->lane, 0);
  begin_means(h, true, -1);
  if (t->traced) memset(h->H, 0, h->pair.size * sizeof *h->H);
}

static const float *output_of(const hebb *h, int row) {
  return am_pair_output(&h->pair, &h->lane, row);
}

/* The mean over the targets of |r - target|, or of its square, at the block's step `row`. */
static double error_now(const hebb *h, int row) {
  const am_task *task = h->learner.task;
  double sum = 0;
  for (int k = 0; k < task->n_targets; k++) {
    const double off = fabs((double)output_of(h, row)[k] - (double)h->target[k]);
    sum += task->type->absolute ? off : off * off;
  }
  return sum / task->n_targets;
}

static bool is_over(const hebb *h) {
  const am_task *task = h->learner.task;
  return task->type->over && task->type->over(task, h->world);
}

/* The last states of the block are those before its first step. */
static void turn_over(hebb *h) {
  const size_t n = (size_t)plan_of(h)->n_rows;
  float *block = h->lane.layer[0].block;
  memcpy(block, block + AM_HEBB_BLOCK * n, n * sizeof *block);
}

/* Plays the trial to its end; returns its error. */
static double play(hebb *h, trial *t) {
  const am_task *task = h->learner.task;
  task->type->start(task, h->world, t->seed, t->episode, t->lane);
  t->kind = task->type->kind ? task->type->kind(task, h->world) : 0;
  begin(h, t);
  double error = 0;
  int counted = 0, waiting = 0; /* steps that H has not yet taken up */
  for (int s = 0; s < task->n_steps && !is_over(h); s++) {
    const int row = s % AM_HEBB_BLOCK;
    if (s > 0 && row == 0) turn_over(h);
    task->type->observe(task, h->world, h->lane.u + row * am_pad(task->n_inputs, 16));
    perturb(h, t, h->lane.given + row * n_noise(h), s);
    am_pair_code()->step(&h->pair, NULL, &(am_pair_lane *){&h->lane}, 1, h->parameters, row);
    if (s == 0) begin_means(h, false, 0);
    const bool counts = task->type->target(task, h->world, h->target);
    if (counts) {
      error += error_now(h, row);
      counted++;
    }
    if (t->watch) t->watch(t->context, h, s, counts);
    task->type->step(task, h->world, 0);
    waiting = h->last = row + 1;
    if (!t->traced || waiting < AM_HEBB_BLOCK) continue;
    accumulate(h, waiting);
    waiting = 0;
  }
  if (t->traced && waiting > 0) accumulate(h, waiting);
  if (!task->type->absolute) return error / task->n_steps;
  return counted ? error / counted : 0;
}

/* ------------------------------------------------------------------------------- learning */

static uint64_t trials_before(const hebb *h) {
  return h->learner.iteration * (uint64_t)h->learner.n_lanes;
}

/* The sentence for an error or a change that is no number: names the largest weight. */
static amine_status explain(const hebb *h, double error, amine_error *out) {
  const am_place *worst = h->places.place;
  int row = 0, col = 0;
  float largest = -1;
  for (const am_place *p = worst; p < h->places.place + h->places.n; p++)
    for (int i = 0; i < p->dims[0]; i++)
      for (int j = 0; j < p->dims[1]; j++) {
        float size = fabsf(h->parameters[am_place_at(p, i, j)]);
        if (isnan(size)) size = INFINITY;
        if (size <= largest) continue;
        largest = size;
        worst = p, row = i, col = j;
      }
  return am_fail(out, AMINE_ERROR_NUMERIC,
                 "the numbers broke at iteration %llu: the error of a trial is %g, the largest "
                 "weight %s[%d][%d]; a lower learner.rate or learner.clip helps",
                 (unsigned long long)h->learner.iteration, error, worst->name, row, col);
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
  double squares = 0;
  for (int k = 0; k < plan_of(h)->n_operations; k++) {
    const am_operation *m = &plan_of(h)->operations[k];
    if (!learns(h, m) || is_repeated(h, k)) continue;
    const float share = m->in[0].from == AM_FROM_INPUT ? o->input : 1;
    squares +=
        (double)am_hebb_code()->change(h->parameters + m->weights, h->H + m->weights,
                                       am_panel_elements(shape_of(m)), share * factor, o->clip);
  }
  return squares;
}

static void remember(hebb *h, bool back) {
  const struct {
    void *now, *then;
    size_t bytes;
  } parts[] = {{h->parameters, h->before_iteration, h->pair.size * sizeof(float)},
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

/* The network's tensors, then two of the learner's own. */
static bool tensor(const am_learner *learner, int k, am_learner_tensor *out) {
  const hebb *h = (const hebb *)learner;
  const am_learner_tensor own[] = {
      {.name = "expected_error", .rank = 1, .dims = {(size_t)h->n_kinds, 1}},
      {.name = "recent_errors", .rank = 1, .dims = {RECENT, 1}}};
  const int n = h->places.n;
  if (k < 0 || k >= n + 2) return false;
  if (k >= n) return *out = own[k - n], true;
  const am_place *p = &h->places.place[k];
  *out = (am_learner_tensor){
      .rank = p->rank, .dims = {(size_t)p->dims[0], (size_t)p->dims[1]}, .is_parameter = true};
  snprintf(out->name, sizeof out->name, "%s", p->name);
  return true;
}

/* Copies tensor k from the learner to `to`, or from `from` to the learner. */
static void copy(hebb *h, int k, float *to, const float *from) {
  const int n = h->places.n;
  if (k < n && to) am_place_get(&h->places.place[k], to, h->parameters);
  else if (k < n) am_place_set(&h->places.place[k], h->parameters, from);
  if (k < n) return;
  float *own = k == n ? h->expected : h->recent;
  memcpy(to ? to : own, to ? own : from, (k == n ? (size_t)h->n_kinds : RECENT) * sizeof *own);
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
  out[SERIES_ACTIVITY] =
      (am_series){.name = "activity", .meaning = "output of each unit", .width = h->pair.n_outputs};
  out[SERIES_OUTPUT] = (am_series){
      .name = "outputs", .meaning = "outputs of the units that answer", .width = n_targets};
  out[SERIES_ERROR] =
      (am_series){.name = "error", .meaning = "of the output, while it counts", .width = 1};
  out[N_SERIES] = (am_series){0};
  return N_SERIES;
}

static void note(void *context, const hebb *h, int t, bool counts) {
  const am_series *s = context;
  const int row = t % AM_HEBB_BLOCK;
  for (int k = SERIES_ACTIVITY; k <= SERIES_OUTPUT; k++)
    memcpy(s[k].values + (size_t)t * (size_t)s[k].width, output_of(h, row),
           (size_t)s[k].width * sizeof(float));
  s[SERIES_ERROR].values[t] = counts ? (float)error_now(h, row) : NAN;
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
      h->parameters, h->before_iteration, h->H,     h->block,    h->mean,           h->post,
      h->pre,        h->target,           h->world, h->expected, h->expected_before};
  for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) am_free(blocks[k]);
  am_pair_free(&h->pair);
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
    AM_NUMBER("input", 0, 0, 100, "",
              "share of the rate for matrices that read the input; 0: they "
              "stay as they were drawn",
              AT(input)),
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
  am_units units;
  s.options.warmup *= (uint64_t)s.options.n_lanes;
  s.options.keep = (float)am_units_constant(chosen, "keep", KEEP);
  AM_TRY(am_units_chosen(&units, chosen, false, error));
  s.options.units = units.stack;
  const amine_status status = am_hebb_create(learner, task, &s.options, s.seed, error);
  am_units_free(&units);
  return status;
}

const am_learner_type am_hebb_type = {
    .part = {.kind = AM_LEARNER,
             .name = "exploratory-hebb",
             .meaning = "rare perturbations explore, a Hebbian trace remembers, the reward decides",
             .equation = "J += clip(eta (R - Rbar) sum_t (r_pre dx_post)^3, -c, c)",
             .source = "Miconi 2017, doi:10.7554/eLife.20899",
             .parameters = parameters,
             .options_size = sizeof(setup)},
    .asks = AM_ASKS_VALUES,
    .create = create,
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

static amine_status check(const am_task *task, const am_hebb_options *o, amine_error *error) {
  if (task->n_targets < 1 || !task->type->target)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "exploratory-hebb needs a task with targets, which %s has not",
                   task->type->part.name);
  if (!(o->keep >= 0 && o->keep < 1))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the running mean keeps 0 to below 1 of itself, not %g", (double)o->keep);
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
  const size_t real = sizeof(float), size = h->pair.size, kinds = (size_t)h->n_kinds;
  const size_t bytes = am_pair_lane_bytes(&h->pair, AM_HEBB_BLOCK, false, real);
  int widest = 16;
  for (int k = 0; k < plan_of(h)->n_operations; k++) {
    const am_operation *o = &plan_of(h)->operations[k];
    if (o->noise < 0) continue;
    if (am_pad(o->in[0].rows, 16) > widest) widest = am_pad(o->in[0].rows, 16);
    if (am_pad(o->rows, 16) > widest) widest = am_pad(o->rows, 16);
  }
  const size_t rows = AM_HEBB_BLOCK * (size_t)widest;
  const am_block blocks[] = {{&h->parameters, size, real},
                             {&h->before_iteration, size, real},
                             {&h->H, size, real},
                             {&h->block, 1, bytes},
                             {&h->mean, (size_t)n_noise(h), real},
                             {&h->post, rows, real},
                             {&h->pre, rows, real},
                             {&h->target, (size_t)h->learner.task->n_targets, real},
                             {&h->expected, kinds, real},
                             {&h->expected_before, kinds, real},
                             {&h->world, 1, h->learner.task->state_size}};
  AM_TRY(am_learner_take(&h->learner, blocks, sizeof blocks / sizeof *blocks, error));
  am_pair_lane_place(&h->pair, &h->lane, h->block, AM_HEBB_BLOCK, false, real);
  return AMINE_OK;
}

static amine_status open_all(hebb *h, amine_error *error) {
  const am_task *task = h->learner.task;
  am_pair_options o = {.units = h->options.units, .forward = true};
  o.units.n_inputs = task->n_inputs;
  o.units.done = AM_PLAN_PERTURBED;
  AM_TRY(am_pair_make(&h->pair, &h->places, &o, error));
  if (plan_of(h)->n_noises == 0)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "exploratory-hebb perturbs sums of matrices, and noise enters none of %s",
                   o.units.text->name);
  if (h->pair.n_outputs < task->n_targets)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the network has %d outputs, the task asks for %d values", h->pair.n_outputs,
                   task->n_targets);
  return take_memory(h, error);
}

amine_status am_hebb_create(am_learner **learner, const am_task *task,
                            const am_hebb_options *options, uint64_t seed, amine_error *error) {
  AM_TRY(check(task, options, error));
  hebb *h = am_alloc(1, sizeof *h);
  if (!h) return am_fail_memory(error, sizeof *h);
  h->learner = (am_learner){.type = &am_hebb_type, .task = task, .n_lanes = options->n_lanes};
  h->options = *options;
  h->seed = seed;
  h->n_kinds = task->n_kinds > 0 ? task->n_kinds : 1;
  const amine_status status = open_all(h, error);
  if (status != AMINE_OK) {
    destroy(&h->learner);
    return status;
  }
  am_pair_initialise(&h->pair, &h->places, h->parameters, seed);
  name_criterion(h);
  *learner = &h->learner;
  return AMINE_OK;
}

void am_hebb_use_source(am_learner *learner, const am_hebb_source *source) {
  ((hebb *)learner)->source = *source;
}

void am_hebb_trace(const am_learner *learner, int k, float *H) {
  const hebb *h = (const hebb *)learner;
  am_place_get(&h->places.place[k], H, h->H);
}

void am_hebb_state(const am_learner *learner, float *x) {
  const hebb *h = (const hebb *)learner;
  const am_plan_state *s = &plan_of(h)->states[0];
  const float *last = h->lane.layer[0].block + (size_t)h->last * (size_t)plan_of(h)->n_rows;
  memcpy(x, last + s->row, (size_t)s->rows * sizeof *x);
}
