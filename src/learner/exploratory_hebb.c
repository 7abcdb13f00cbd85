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
#include "learner/roles.h"
#include "modulator/feed.h"
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

/* What learns: a matrix, or what multiplies a living trace; where it lies, of which tensor it is, and
 * its share of eta. */
typedef struct learned {
  size_t at, size;
  int place;
  float share;
} learned;

typedef struct hebb {
  am_learner learner;
  am_hebb_options options;
  uint64_t seed;
  am_hebb_source source;
  am_pair pair; /* one layer without heads */
  am_places places;
  am_pair_lane lane;        /* of AM_HEBB_BLOCK + 1 steps, over and over, or an episode (slot_of) */
  void *block;              /* that it lies in */
  const am_trace_ops *rule; /* of traces that live; NULL: there are none */
  am_feed feed;             /* who says what the text is given, */
  void *fed;                /* and what it comes from in this trial, if it is given numbers */
  learned *learned;         /* [n_learned] */
  int n_learned;
  bool held[AM_PLACES_MAX]; /* tensors that are not among the roles that learn */
  float *parameters, *before_iteration; /* [size]: and as they were */
  float *H;                             /* [size], of what learns */
  float *mean;                          /* [n_given], of each post where its xi is */
  float *moved;                         /* [n_given][AM_HEBB_BLOCK]: of each place its post less the
                                         * mean, cubed, [AM_HEBB_BLOCK][rows padded] */
  float *pre;                           /* [AM_HEBB_BLOCK][the widest, padded], cubed */
  float *wide;                          /* [the widest, padded] */
  float *target;                        /* [n_targets] */
  float *expected;                      /* [n_kinds]: ebar */
  float *expected_before;
  float recent[RECENT]; /* the error of trial k is at k mod RECENT */
  float recent_before[RECENT];
  void *world;
  int n_kinds;
  int last; /* where the step that was played last lies in the block; 0: that before the first */
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
                           .alpha_rate = 1,
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
static int n_given(const hebb *h) { return 16 * plan_of(h)->n_given; }

static const am_plan_trace *trace_of(const hebb *h, const am_operation *o) {
  return o->trace >= 0 ? &plan_of(h)->traces[o->trace] : NULL;
}

static float share_of(const hebb *h, const am_operation *o) {
  if (o->noise < 0) return 0;
  return o->in[0].from == AM_FROM_INPUT ? h->options.input : 1;
}

/* Matrices onto which noise enters: those that read the input learn if they are told to. A trace
 * that stands alone has one of 0 beside it, which is no parameter. */
static bool learns(const hebb *h, const am_operation *o) {
  return share_of(h, o) > 0 && o->weights < plan_of(h)->n_parameters;
}

static bool learns_alpha(const hebb *h, const am_operation *o) {
  const am_plan_trace *t = trace_of(h, o);
  return t && share_of(h, o) * h->options.alpha_rate > 0 && (t->n_few == 0 || t->few != SIZE_MAX);
}

static am_panel_shape shape_of(const am_operation *o) {
  return o->transposed ? am_panel_of(o->in[0].rows, o->rows) : am_panel_of(o->rows, o->in[0].rows);
}

/* What stands in two products learns once, from both. */
static void add_learned(hebb *h, size_t at, size_t size, float share) {
  for (int k = 0; k < h->n_learned; k++)
    if (h->learned[k].at == at) return;
  int place = 0;
  for (int k = 0; k < h->places.n; k++)
    if (h->places.place[k].at <= at) place = k;
  h->learned[h->n_learned++] = (learned){at, size, place, share};
}

static void find_learned(hebb *h) {
  for (int k = 0; k < plan_of(h)->n_operations; k++) {
    const am_operation *o = &plan_of(h)->operations[k];
    const am_plan_trace *t = trace_of(h, o);
    const size_t panel = am_panel_elements(shape_of(o));
    const float share = share_of(h, o), alpha = share * h->options.alpha_rate;
    if (learns(h, o)) add_learned(h, o->weights, panel, share);
    if (!learns_alpha(h, o)) continue;
    if (t->n_few > 0) add_learned(h, t->few, (size_t)am_pad(t->n_few, 16), alpha);
    else add_learned(h, t->alpha, panel, alpha);
  }
}

/* Step s of a trial as a step of the lane, whose step 0 is, once the first block is over, the last
 * step of the block before; of a network that looks back all are kept. */
static int slot_of(const hebb *h, int s) {
  return plan_of(h)->looks_back ? s : s % AM_HEBB_BLOCK + (s >= AM_HEBB_BLOCK);
}

/* Behind the rows of each place stays 0, as in all vectors. */
static void perturb(hebb *h, const trial *t, float *xi, int s) {
  const am_hebb_options *o = &h->options;
  if (h->source.perturb) h->source.perturb(h->source.context, xi, s);
  else if (t->perturbed && o->chance > 0)
    am_hebb_code()->perturb(xi, n_given(h), o->chance, o->amplitude, t->seed, AM_STREAM_PERTURB,
                            t->population,
                            t->index * (uint64_t)h->learner.task->n_steps + (uint64_t)s);
  else memset(xi, 0, (size_t)n_given(h) * sizeof *xi);
  for (int k = 0; k < plan_of(h)->n_noises; k++) {
    const am_operand *at = &plan_of(h)->noises[k].xi;
    for (int i = at->rows; i < am_pad(at->rows, 16); i++) xi[at->row + i] = 0;
  }
}

/* The numbers that are given from outside lie among the places of xi. */
static void put_numbers(hebb *h, float *given) {
  for (int k = 0; k < plan_of(h)->n_numbers; k++) {
    float *at = given + plan_of(h)->given[k].row;
    memset(at, 0, 16 * sizeof *at);
    *at = am_feed_value(h->fed, k);
  }
}

static float *given_at(const hebb *h, int s) {
  return h->lane.given + (size_t)slot_of(h, s) * (size_t)n_given(h);
}

static float *input_at(const hebb *h, int s) {
  return h->lane.u + (size_t)slot_of(h, s) * (size_t)am_pad(h->learner.task->n_inputs, 16);
}

/* A row of each step from s on: where, and how far it is to the next. */
static const float *rows_of(const hebb *h, const am_operand *o, int s, size_t *stride) {
  const float *first = am_pair_at(&h->pair, &h->lane, 0, slot_of(h, s), o);
  *stride = (size_t)(am_pair_at(&h->pair, &h->lane, 0, slot_of(h, s) + 1, o) - first);
  return first;
}

static bool is_exploratory(const hebb *h) { return h->options.rule == AM_HEBB_EXPLORATORY; }

static float *moved_at(const hebb *h, const am_plan_noise *at, int s) {
  const int width = am_pad(at->post.rows, 16);
  return h->moved + AM_HEBB_BLOCK * at->xi.row + s % AM_HEBB_BLOCK * width;
}

/* What n steps of a block, from s on, moved at all places. */
static void fluctuate(hebb *h, int s, int n) {
  for (int k = 0; is_exploratory(h) && k < plan_of(h)->n_noises; k++) {
    const am_plan_noise *at = &plan_of(h)->noises[k];
    size_t stride;
    const float *post = rows_of(h, &at->post, s, &stride);
    am_hebb_code()->fluctuation(moved_at(h, at, s), h->mean + at->xi.row, post, stride,
                                h->options.keep, am_pad(at->post.rows, 16), n);
  }
}

/* The side of H that noise k is on: what it moved, cubed, or xi itself. */
static const float *post_of(const hebb *h, int k, int s, size_t *stride) {
  const am_plan_noise *at = &plan_of(h)->noises[k];
  if (!is_exploratory(h)) return rows_of(h, &at->xi, s, stride);
  *stride = (size_t)am_pad(at->post.rows, 16);
  return moved_at(h, at, s);
}

/* Adds n steps of a block, from s on, to the H of all matrices. */
static void accumulate(hebb *h, int s, int n) {
  size_t post_stride, pre_stride;
  for (int k = 0; k < plan_of(h)->n_operations; k++) {
    const am_operation *o = &plan_of(h)->operations[k];
    if (!learns(h, o)) continue;
    const float *post = post_of(h, o->noise, s, &post_stride);
    const float *pre = rows_of(h, &o->in[0], s, &pre_stride);
    if (is_exploratory(h)) {
      const int cols = am_pad(o->in[0].rows, 16);
      am_hebb_code()->cube(h->pre, pre, pre_stride, cols, n);
      pre = h->pre, pre_stride = (size_t)cols;
    }
    am_hebb_code()->accumulate(h->H + o->weights, o->transposed ? pre : post,
                               o->transposed ? pre_stride : post_stride, o->transposed ? post : pre,
                               o->transposed ? post_stride : pre_stride, n, shape_of(o));
  }
}

/* Adds step s to the H of every alpha, while the traces are those that its products read. */
static void accumulate_alphas(hebb *h, int s) {
  size_t stride;
  for (int k = 0; k < plan_of(h)->n_operations; k++) {
    const am_operation *o = &plan_of(h)->operations[k];
    if (!learns_alpha(h, o)) continue;
    const am_plan_trace *t = trace_of(h, o);
    const float *post = post_of(h, o->noise, s, &stride);
    const float *pre = rows_of(h, &o->in[0], s, &stride);
    const float *trace = h->lane.layer[0].trace[o->trace].H;
    if (t->n_few == 0)
      am_hebb_code()->accumulate_each(h->H + t->alpha, trace, post, pre, is_exploratory(h),
                                      shape_of(o));
    else
      am_hebb_code()->accumulate_few(h->H + t->few, t->n_few, trace, post, pre, h->wide,
                                     is_exploratory(h), shape_of(o));
  }
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
  if (h->rule) am_pair_code()->expand(&h->pair, h->parameters);
  am_pair_code()->begin(&h->pair, &h->lane, h->parameters);
  if (h->source.start) {
    const am_plan_state *s = &p->states[0];
    h->source.start(h->source.context, h->wide);
    for (int i = 0; i < s->rows; i++)
      if (!p->is_drawn || p->begins[s->begin + i].half != 0) block[s->row + i] = h->wide[i];
  } else am_plan_draw(p, block, 1, t->seed, t->episode, t->lane, 0);
  begin_means(h, true, -1);
  if (plan_of(h)->n_numbers > 0) am_feed_begin(&h->feed, h->fed, h->learner.task->n_inputs);
  if (t->traced) memset(h->H, 0, h->pair.size * sizeof *h->H);
}

static const float *output_of(const hebb *h, int s) {
  return am_pair_output(&h->pair, &h->lane, slot_of(h, s));
}

/* The mean over the targets of |r - target|, or of its square, at step s. */
static double error_at(const hebb *h, int s, bool absolute) {
  const int n = h->learner.task->n_targets;
  double sum = 0;
  for (int k = 0; k < n; k++) {
    const double off = fabs((double)output_of(h, s)[k] - (double)h->target[k]);
    sum += absolute ? off : off * off;
  }
  return sum / n;
}

static double error_now(const hebb *h, int s) {
  return error_at(h, s, h->learner.task->type->absolute);
}

static bool is_over(const hebb *h) {
  const am_task *task = h->learner.task;
  return task->type->over && task->type->over(task, h->world);
}

/* What step s brought, to who says what is given: as a group's lane (learner/group_feed.h). */
static void feed(hebb *h, const trial *t, int s, bool counts) {
  const am_task *task = h->learner.task;
  const int n = task->type->absolute ? task->n_counted : task->n_steps;
  const am_feed_moment m = {.key = {t->seed, 0, t->episode, t->lane},
                            .step = s,
                            .reward = counts ? (float)(-error_now(h, s) / n) : 0,
                            .error = counts ? (float)error_at(h, s, false) : -1,
                            .input = input_at(h, s),
                            .stride = 1};
  am_feed_after(&h->feed, h->fed, &m);
  put_numbers(h, given_at(h, s));
}

/* One step of network and world; returns whether its target counts. */
static bool step(hebb *h, const trial *t, int s) {
  const am_task *task = h->learner.task;
  am_pair_lane *const lane = &h->lane;
  const int slot = slot_of(h, s);
  if (s > 0 && s % AM_HEBB_BLOCK == 0 && !plan_of(h)->looks_back)
    am_pair_lane_carry(&h->pair, lane, slot_of(h, s - 1));
  task->type->observe(task, h->world, input_at(h, s));
  perturb(h, t, given_at(h, s), s);
  if (plan_of(h)->n_numbers > 0) am_feed_before(&h->feed, h->fed);
  put_numbers(h, given_at(h, s));
  am_pair_code()->step(&h->pair, h->rule, &lane, 1, h->parameters, slot);
  const bool counts = task->type->target(task, h->world, h->target);
  task->type->step(task, h->world, 0);
  if (plan_of(h)->n_numbers > 0) feed(h, t, s, counts);
  if (plan_of(h)->n_now < plan_of(h)->n_operations || h->rule)
    am_pair_code()->after(&h->pair, h->rule, &lane, 1, h->parameters, slot);
  if (s == 0) begin_means(h, false, 0);
  h->last = slot + 1;
  return counts;
}

/* Steps of a block wait until it is over, but what a living trace did is taken up at once. */
static void take_up(hebb *h, int s, bool whole) {
  const int first = s / AM_HEBB_BLOCK * AM_HEBB_BLOCK, n = s - first + 1;
  if (h->rule) {
    fluctuate(h, s, 1);
    accumulate_alphas(h, s);
  } else if (whole) fluctuate(h, first, n);
  if (whole) accumulate(h, first, n);
}

/* Plays the trial to its end; returns its error. */
static double play(hebb *h, trial *t) {
  const am_task *task = h->learner.task;
  task->type->start(task, h->world, t->seed, t->episode, t->lane);
  t->kind = task->type->kind ? task->type->kind(task, h->world) : 0;
  begin(h, t);
  double error = 0;
  int counted = 0;
  for (int s = 0; s < task->n_steps && !is_over(h); s++) {
    const bool counts = step(h, t, s);
    if (counts) {
      error += error_now(h, s);
      counted++;
    }
    if (t->watch) t->watch(t->context, h, s, counts);
    const bool whole = (s + 1) % AM_HEBB_BLOCK == 0 || s + 1 == task->n_steps || is_over(h);
    if (t->traced) take_up(h, s, whole);
  }
  if (!task->type->absolute) return error / am_task_counted(task);
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
                 (unsigned long long)h->learner.iteration, fabs(error), worst->name, row, col);
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
  const float eta = o->eta * (float)h->learner.rate_factor;
  const float factor = eta * (o->scaled ? expected : 1) * (expected - e);
  double squares = 0;
  for (const learned *l = h->learned; l < h->learned + h->n_learned; l++)
    if (!h->held[l->place])
      squares += (double)am_hebb_code()->change(h->parameters + l->at, h->H + l->at, l->size,
                                                l->share * factor, o->clip);
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
  const amine_status trouble = am_task_trouble(learner->task, error);
  if (trouble != AMINE_OK) {
    remember(h, true);
    return trouble;
  }
  const double mean = sum / learner->n_lanes;
  *report = (am_learner_report){.reward = -mean,
                                .lowest = (double)NAN,
                                .value = NAN,
                                .entropy = NAN,
                                .loss = mean,
                                .gradient_norm = sqrt(squares),
                                .rate = (double)h->options.eta * h->learner.rate_factor};
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
  *out = (am_learner_tensor){.rank = p->rank,
                             .dims = {(size_t)p->dims[0], (size_t)p->dims[1]},
                             .is_parameter = true,
                             .role = p->role};
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

static void release(am_learner *learner, int k) { ((hebb *)learner)->held[k] = false; }

static void get(const am_learner *learner, int k, float *values) {
  copy((hebb *)(uintptr_t)learner, k, values, NULL);
}

static void set(am_learner *learner, int k, const float *values) {
  copy((hebb *)learner, k, NULL, values);
}

/* ------------------------------------------------------------------------------- watching */

enum { SERIES_ACTIVITY, SERIES_OUTPUT, SERIES_ERROR, N_SERIES };

/* Behind those of every text: M, and what the text tells. */
static int series(const am_learner *learner, am_series *out) {
  const hebb *h = (const hebb *)learner;
  const am_plan *p = plan_of(h);
  const int n_targets = learner->task->n_targets;
  int n = N_SERIES;
  out[SERIES_ACTIVITY] =
      (am_series){.name = "activity", .meaning = "output of each unit", .width = h->pair.n_outputs};
  out[SERIES_OUTPUT] = (am_series){
      .name = "outputs", .meaning = "outputs of the units that answer", .width = n_targets};
  out[SERIES_ERROR] =
      (am_series){.name = "error", .meaning = "of the output, while it counts", .width = 1};
  if (p->has_level) out[n++] = (am_series){"level", "the modulator M(t)", p->level.rows, NULL};
  for (int k = 0; k < p->n_told && n < AM_SERIES_MAX; k++)
    out[n++] = (am_series){p->told[k].name, "of what modulates", p->told[k].operand.rows, NULL};
  out[n] = (am_series){0};
  return n;
}

static void note_row(const am_series *s, int t, const float *values) {
  memcpy(s->values + (size_t)t * (size_t)s->width, values, (size_t)s->width * sizeof *values);
}

static void note(void *context, const hebb *h, int t, bool counts) {
  const am_plan *p = plan_of(h);
  const am_series *s = context;
  int n = N_SERIES;
  note_row(&s[SERIES_ACTIVITY], t, output_of(h, t));
  note_row(&s[SERIES_OUTPUT], t, output_of(h, t));
  s[SERIES_ERROR].values[t] = counts ? (float)error_now(h, t) : NAN;
  if (p->has_level) note_row(&s[n++], t, am_pair_at(&h->pair, &h->lane, 0, slot_of(h, t), &p->level));
  for (int k = 0; k < p->n_told && n < AM_SERIES_MAX; k++)
    note_row(&s[n++], t, am_pair_at(&h->pair, &h->lane, 0, slot_of(h, t), &p->told[k].operand));
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
  void *const blocks[] = {h->parameters,
                          h->before_iteration,
                          h->H,
                          h->block,
                          h->mean,
                          h->moved,
                          h->pre,
                          h->wide,
                          h->learned,
                          h->target,
                          h->world,
                          h->expected,
                          h->expected_before,
                          h->fed};
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
    AM_BORROWED("learn", AM_ROLES_ALL, AT(learn)),
    AM_NUMBER("rate", 1e-4, 0, 100, "", "step size; 0: no learning", AT(eta)),
    AM_INTEGER("warmup", 100, 0, 4e9, "updates", "iterations before the first change", AT(warmup)),
    AM_CHOICE("control", "none|shuffled", "a lesion: the error of another trial", AT(shuffled)),
    AM_CHOICE("rule", "exploratory|node",
              "the trace: of what moved, or of the perturbations themselves", AT(rule)),
    AM_NUMBER("input", 0, 0, 100, "",
              "share of the rate for matrices that read the input; 0: they "
              "stay as they were drawn",
              AT(input)),
    AM_NUMBER("alpha_rate", 1, 0, 1000, "", "the rate of alpha is multiplied by this",
              AT(alpha_rate), .when = "rule.type!=none"),
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
    .past = true,
    .asks = AM_ASKS_VALUES,
    .create = create,
    .iterate = iterate,
    .evaluate = evaluate,
    .tensor = tensor,
    .release = release,
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
  if (!(o->input >= 0 && o->input <= 1e6f) || !(o->alpha_rate >= 0 && o->alpha_rate <= 1e6f))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "what the input's matrices and alpha have of eta is 0 to 1e6, not %g and %g",
                   (double)o->input, (double)o->alpha_rate);
  if (!(o->average >= 0 && o->average < 1))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the expected error keeps 0 to below 1 of itself, not %g", (double)o->average);
  if (!(o->bound > 0 && o->bound <= 1e6f))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the bound of the criterion is above 0, at most 1e6, not %g", (double)o->bound);
  return AMINE_OK;
}

static size_t widest(const am_plan *p) {
  int most = 16;
  for (int k = 0; k < p->n_operations; k++) {
    const am_operation *o = &p->operations[k];
    if (am_pad(o->in[0].rows, 16) > most) most = am_pad(o->in[0].rows, 16);
    if (am_pad(o->rows, 16) > most) most = am_pad(o->rows, 16);
  }
  return (size_t)most;
}

static amine_status take_memory(hebb *h, amine_error *error) {
  const am_task *task = h->learner.task;
  const am_plan *p = plan_of(h);
  const int slots = 1 + (p->looks_back ? task->n_steps : AM_HEBB_BLOCK);
  const size_t real = sizeof(float), size = h->pair.size, kinds = (size_t)h->n_kinds;
  const bool has_E = h->rule && h->rule->has_E;
  const size_t bytes = am_pair_lane_bytes(&h->pair, slots, has_E, real), wide = widest(p);
  const am_block blocks[] = {{&h->parameters, size, real},
                             {&h->before_iteration, size, real},
                             {&h->H, size, real},
                             {&h->block, 1, bytes},
                             {&h->mean, (size_t)n_given(h), real},
                             {&h->moved, AM_HEBB_BLOCK * (size_t)n_given(h), real},
                             {&h->pre, AM_HEBB_BLOCK * wide, real},
                             {&h->wide, wide, real},
                             {&h->learned, 2 * (size_t)p->n_operations, sizeof *h->learned},
                             {&h->target, (size_t)task->n_targets, real},
                             {&h->expected, kinds, real},
                             {&h->expected_before, kinds, real},
                             {&h->world, 1, task->state_size},
                             {&h->fed, p->n_numbers > 0, am_feed_bytes(task->n_inputs)}};
  AM_TRY(am_learner_take(&h->learner, blocks, sizeof blocks / sizeof *blocks, error));
  am_pair_lane_place(&h->pair, &h->lane, h->block, slots, has_E, real);
  return AMINE_OK;
}

static amine_status open_all(hebb *h, amine_error *error) {
  const am_task *task = h->learner.task;
  const am_stack_options *units = &h->options.units;
  am_pair_options o = {.units = *units,
                       .program = units->program,
                       .clip = units->clip,
                       .rate = units->rate,
                       .forward = true};
  if (units->anew)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "learner.type=exploratory-hebb does not begin an eligibility trace anew with "
                   "each trial (rule.anew=trial)");
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
  for (int k = 0; k < plan_of(h)->n_numbers; k++)
    AM_TRY(am_feed_ask(&h->feed, plan_of(h)->given[k].name, plan_of(h)->given[k].before, NULL,
                       error));
  AM_TRY(take_memory(h, error));
  find_learned(h);
  return am_roles_hold(h->held, &h->places, h->options.learn, error);
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
  h->rule = options->units.rule;
  h->feed = options->units.feed;
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
