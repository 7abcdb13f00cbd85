/* Backpropagation through time of symbols (see bptt.h). */
#include "learner/bptt.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "learner/group.h"
#include "learner/hold.h"
#include "learner/symbols.h"
#include "network/pair_backward.h"
#include "network/stack_backward.h"

enum { LANES = AM_GROUP_LANES, SIDE_GROUPS = 2, PAIR_GROUPS = 8 };

/* The layers of a group of lanes side by side. */
typedef struct side {
  am_stack_memory m;
  float *u; /* [T][n_in][LANES] */
} side;

struct am_bptt_symbols {
  am_symbols symbols;
  am_stack stack;        /* side by side; two by two it is the pair of the am_bptt */
  side *sides;           /* [n_groups] */
  am_pair_lane *lanes;   /* [n_lanes], two by two */
  unsigned char *memory; /* of all of those */
  size_t memory_bytes;
  size_t n_carried;
  float *carried, *aside; /* [n_lanes][n_carried]: of training, of evaluation */
  float *now;             /* either of both */
  bool *anew;             /* [n_lanes] */
  unsigned char *worlds;  /* one, or [n_lanes] that step together, `stride` bytes apart */
  size_t stride;
  void **states;          /* [n_lanes], of those that step together, */
  uint32_t *numbers;      /* their numbers, */
  int *actions;           /* of which there are none: 0, */
  float *rewards;         /* and what they are told, which nobody hears */
  /* what is played */
  uint64_t seed;
  uint32_t episode, first; /* first: the number of the first lane's */
  bool learns;
};

static const am_trace_ops *rule_code(const am_bptt *b) {
  return b->rule ? b->rule->ops[am_isa_now()] : NULL;
}

static int n_lanes_of(const am_bptt *b) { return b->agent.options.n_lanes; }
static int n_steps_of(const am_bptt *b) { return b->agent.learner.task->n_steps; }
/* Tokens in the order of steps, then lanes. */
static int token_of(const am_bptt *b, int t, int lane) { return t * n_lanes_of(b) + lane; }
/* The first lane of a group. */
static int first_of(const am_bptt *b, int group) {
  return group * n_lanes_of(b) / b->agent.n_groups;
}

/* ------------------------------------------------------------------------------ forward */
static void drop(const am_bptt *b, float *mask, int stride, int lane, int l, int t, int n,
                 float rate) {
  const am_bptt_symbols *s = b->symbols;
  const am_random_key key = {s->seed, AM_STREAM_POLICY, s->episode, (uint32_t)lane};
  am_dropout(mask, stride, key, l, t, n, rate);
}

static void begin_side(const am_bptt *b, int group, int n) {
  const am_bptt_symbols *s = b->symbols;
  const side *g = &s->sides[group];
  const int first = first_of(b, group);
  am_stack_begin(&s->stack, &g->m, b->agent.parameters, false);
  am_stack_draw(&s->stack, &g->m, s->seed, s->episode, (uint32_t)first, n, 1);
  for (int k = 0; k < n; k++)
    if (!s->anew[first + k])
      am_stack_carry_in(&s->stack, &g->m, k, s->now + (size_t)(first + k) * s->n_carried);
}

static void step_side(const am_bptt *b, int group, int n, int t) {
  const am_bptt_symbols *s = b->symbols;
  const side *g = &s->sides[group];
  const am_stack *stack = &s->stack;
  const float *p = b->agent.parameters;
  const bool dropped = s->learns && stack->dropout > 0;
  const int first = first_of(b, group);
  float *u = g->u + (size_t)t * (size_t)s->symbols.n_in * LANES;
  for (int k = 0; k < n; k++) {
    am_symbols_read(&s->symbols, p, token_of(b, t, first + k), u + k, LANES);
    for (int l = 0; dropped && l + 1 < stack->n_layers; l++)
      drop(b, am_stack_mask(stack, &g->m, l, t) + k, LANES, first + k, l, t, stack->n_outputs,
           stack->dropout);
  }
  am_stack_step(stack, &g->m, t, p, u, dropped);
  for (int k = 0; k < n; k++)
    am_symbols_put(&s->symbols, token_of(b, t, first + k), am_stack_output(stack, &g->m, t) + k,
                   LANES);
}

/* Step t + 1 of a lane is step t of the window: its step 0 is the last of the window before. */
static void begin_pair(const am_bptt *b, int first, int n, am_holding *holding) {
  const am_bptt_symbols *s = b->symbols;
  for (int lane = first; lane < first + n; lane++) {
    am_pair_lane *x = &s->lanes[lane];
    am_holding *h = &holding[lane - first];
    am_holding_begin(h, s->learns ? NULL : b->agent.learner.hold, b->pair.plan[0]);
    x->held = am_holding_held(h);
    x->n_steps = n_steps_of(b) + 1;
    x->dropped = s->learns && b->pair.dropout > 0;
    am_pair_code()->begin(&b->pair, x, b->agent.parameters);
    am_pair_carry_in(&b->pair, x, s->anew[lane] ? NULL : s->now + (size_t)lane * s->n_carried);
  }
}

static void step_pair(const am_bptt *b, int first, int n, int t, am_holding *holding) {
  const am_bptt_symbols *s = b->symbols;
  const am_pair *pair = &b->pair;
  const float *p = b->agent.parameters;
  const int in = am_pad(s->symbols.n_in, 16), at = t + 1;
  am_pair_lane *lanes[AM_TRACE_LANES];
  for (int q = 0; q < n; q++) {
    const int lane = first + q;
    lanes[q] = &s->lanes[lane];
    for (int over = 0; over < 2; over++)
      am_holding_ask(&holding[q], 0, true, s->first + (uint32_t)lane, t, NULL, 0, over == 1);
    am_symbols_read(&s->symbols, p, token_of(b, t, lane), lanes[q]->u + at * in, 1);
    for (int l = 0; lanes[q]->dropped && l + 1 < pair->n_layers; l++) {
      const int rows = pair->plan[l]->n_outputs;
      drop(b, lanes[q]->layer[l].mask + (size_t)at * (size_t)am_pad(rows, 16), 1, lane, l, t, rows,
           pair->dropout);
    }
  }
  am_pair_code()->step(pair, rule_code(b), lanes, n, p, at);
  am_pair_code()->after(pair, rule_code(b), lanes, n, p, at);
  for (int q = 0; q < n; q++)
    am_symbols_put(&s->symbols, token_of(b, t, first + q), am_pair_output(pair, lanes[q], at), 1);
}

static void forward_group(void *context, int group, int worker) {
  (void)worker;
  const am_bptt *b = context;
  const int first = first_of(b, group), end = first_of(b, group + 1);
  if (!b->pairs) begin_side(b, group, end - first);
  for (int t = 0; !b->pairs && t < n_steps_of(b); t++) step_side(b, group, end - first, t);
  for (int lane = first; b->pairs && lane < end; lane += AM_TRACE_LANES) {
    const int n = end - lane < AM_TRACE_LANES ? end - lane : AM_TRACE_LANES;
    am_holding holding[AM_TRACE_LANES];
    begin_pair(b, lane, n, holding);
    for (int t = 0; t < n_steps_of(b); t++) step_pair(b, lane, n, t, holding);
    for (int q = 0; q < n; q++) b->symbols->lanes[lane + q].held = NULL;
  }
}

/* ------------------------------------------------------------------------------ backward */
static void back_side(const am_bptt *b, int group, float *gradient) {
  const am_bptt_symbols *s = b->symbols;
  const side *g = &s->sides[group];
  const int first = first_of(b, group), n = first_of(b, group + 1) - first;
  am_stack_clear(&s->stack, &g->m);
  for (int t = 0; t < n_steps_of(b); t++) {
    float *dh = am_stack_credit(&s->stack, &g->m, t);
    memset(dh, 0, (size_t)(s->stack.n_outputs * LANES) * sizeof *dh);
    for (int k = 0; k < n; k++)
      am_symbols_take(&s->symbols, token_of(b, t, first + k), dh + k, LANES);
  }
  am_stack_back(&s->stack, &g->m, gradient, b->agent.parameters, g->u, s->stack.dropout > 0);
}

static void back_pair(const am_bptt *b, int first, int n, float *gradient) {
  const am_bptt_symbols *s = b->symbols;
  am_pair_lane *lanes[AM_TRACE_LANES];
  for (int q = 0; q < n; q++) {
    lanes[q] = &s->lanes[first + q];
    for (int t = 1; t <= n_steps_of(b); t++)
      am_symbols_take(&s->symbols, token_of(b, t - 1, first + q),
                      lanes[q]->dheads + (size_t)t * (size_t)b->pair.head_rows, 1);
  }
  am_pair_backward_code()->back(&b->pair, rule_code(b), lanes, n, gradient, b->agent.parameters);
}

static void back_group(void *context, int group, int worker) {
  (void)worker;
  const am_bptt *b = context;
  const int end = first_of(b, group + 1);
  float *gradient = b->agent.changes + (size_t)group * b->agent.n_grouped;
  memset(gradient, 0, b->agent.n_grouped * sizeof *gradient);
  if (!b->pairs) back_side(b, group, gradient);
  for (int lane = first_of(b, group); b->pairs && lane < end; lane += AM_TRACE_LANES)
    back_pair(b, lane, end - lane < AM_TRACE_LANES ? end - lane : AM_TRACE_LANES, gradient);
}

/* The gradient of what a token was shown as: of all in their order. */
static void back_vectors(const am_bptt *b, float *gradient) {
  const am_bptt_symbols *s = b->symbols;
  const int in = s->symbols.n_in;
  for (int t = 0; t < n_steps_of(b); t++)
    for (int group = 0; group < b->agent.n_groups; group++)
      for (int lane = first_of(b, group), k = 0; lane < first_of(b, group + 1); lane++, k++) {
        const float *du =
            b->pairs ? s->lanes[lane].dinput + (size_t)(t + 1) * (size_t)am_pad(in, 16)
                     : s->sides[group].m.input_gradient + (size_t)t * (size_t)in * LANES + k;
        am_symbols_back(&s->symbols, gradient, token_of(b, t, lane), du, b->pairs ? 1 : LANES);
      }
}

/* ------------------------------------------------------------------------------ a window */
/* What lane `lane` shows at t, in its world, and what comes next. */
static void read_token(am_bptt *b, const am_task *task, int t, int lane, const void *world) {
  am_symbols *s = &b->symbols->symbols;
  const int k = token_of(b, t, lane);
  s->shown[k] = world ? task->type->symbol(task, world) : 0;
  s->next[k] = world ? task->type->answer(task, world) : 0;
}

static void read_lane(am_bptt *b, const am_task *task, int lane) {
  am_bptt_symbols *s = b->symbols;
  task->type->start(task, s->worlds, s->seed, s->episode, s->first + (uint32_t)lane);
  s->anew[lane] = !task->type->anew || task->type->anew(task, s->worlds);
  for (int t = 0; t < task->n_steps; t++) {
    read_token(b, task, t, lane, s->worlds);
    task->type->step(task, s->worlds, 0);
  }
}

static void read_together(am_bptt *b, const am_task *task, int n) {
  am_bptt_symbols *s = b->symbols;
  for (int lane = 0; lane < n; lane++) {
    s->states[lane] = s->worlds + (size_t)lane * s->stride;
    s->numbers[lane] = s->first + (uint32_t)lane;
    s->anew[lane] = true;
  }
  am_together lanes = {.begins = true,
                       .states = s->states,
                       .n = n,
                       .seed = s->seed,
                       .episode = s->episode,
                       .numbers = s->numbers};
  am_group_together(task, &lanes);
  lanes = (am_together){
      .states = s->states, .n = n, .actions = s->actions, .rewards = s->rewards};
  for (int t = 0; t < task->n_steps; t++) {
    for (int lane = 0; lane < n; lane++) read_token(b, task, t, lane, s->states[lane]);
    am_group_together(task, &lanes);
  }
}

/* Reads what n lanes are shown; those behind them see the first symbol. */
static void read_lanes(am_bptt *b, const am_task *task, uint64_t seed, uint32_t episode,
                       uint32_t first, int n) {
  am_bptt_symbols *s = b->symbols;
  s->seed = seed, s->episode = episode, s->first = first;
  if (task->type->together) read_together(b, task, n);
  for (int lane = 0; lane < n && !task->type->together; lane++) read_lane(b, task, lane);
  for (int lane = n; lane < n_lanes_of(b); lane++) {
    s->anew[lane] = true;
    for (int t = 0; t < task->n_steps; t++) read_token(b, task, t, lane, NULL);
  }
}

static void play(am_bptt *b, float *carried, bool learns) {
  am_bptt_symbols *s = b->symbols;
  s->now = carried;
  s->learns = learns;
  if (b->pairs) am_pair_code()->expand(&b->pair, b->agent.parameters);
  am_parallel(b->agent.n_threads, b->agent.n_groups, forward_group, b);
  am_symbols_predict(&s->symbols, b->agent.parameters, n_lanes_of(b) * n_steps_of(b),
                     1 / (float)n_lanes_of(b), learns, b->agent.options.n_threads);
}

static void carry_group(void *context, int group, int worker) {
  (void)worker;
  const am_bptt *b = context;
  const am_bptt_symbols *s = b->symbols;
  for (int lane = first_of(b, group), k = 0; lane < first_of(b, group + 1); lane++, k++) {
    float *to = s->now + (size_t)lane * s->n_carried;
    if (b->pairs) am_pair_carry_out(&b->pair, &s->lanes[lane], to);
    else am_stack_carry_out(&s->stack, &s->sides[group].m, k, to);
  }
}

static void carry_out(am_bptt *b) {
  am_parallel(b->agent.n_threads, b->agent.n_groups, carry_group, b);
}

/* The mean of log p of a lane. */
static double worth_of(const am_bptt *b, int lane) {
  double sum = 0;
  for (int t = 0; t < n_steps_of(b); t++)
    sum += (double)b->symbols->symbols.logp[token_of(b, t, lane)];
  return sum / n_steps_of(b);
}

static void add_up(am_bptt *b) {
  for (int g = 0; g < b->agent.n_groups; g++) {
    am_agent_sums *sums = &b->agent.sums[g];
    *sums = (am_agent_sums){0};
    for (int lane = first_of(b, g), k = 0; lane < first_of(b, g + 1); lane++, k++) {
      const double worth = worth_of(b, lane);
      sums->reward[k] = (float)worth;
      sums->loss -= worth * n_steps_of(b);
      sums->steps += n_steps_of(b);
    }
  }
}

amine_status am_bptt_symbols_iterate(am_bptt *b, am_learner_report *report, amine_error *error) {
  am_agent *a = &b->agent;
  float norm;
  read_lanes(b, a->learner.task, a->options.seed, (uint32_t)a->learner.iteration, 0, n_lanes_of(b));
  AM_TRY(am_task_trouble(a->learner.task, error));
  play(b, b->symbols->carried, true);
  add_up(b);
  am_symbols_collect(&b->symbols->symbols, am_agent_sum(a), a->options.n_threads);
  am_parallel(a->n_threads, a->n_groups, back_group, b);
  back_vectors(b, am_agent_sum(a));
  AM_TRY(am_agent_gather(a, &norm, error));
  carry_out(b);
  am_agent_finish(a, norm, report);
  return AMINE_OK;
}

void am_bptt_symbols_evaluate(am_bptt *b, double *rewards, int n_episodes, uint32_t first,
                              uint64_t seed) {
  for (int from = 0; from < n_episodes; from += n_lanes_of(b)) {
    const int rest = n_episodes - from, n = rest < n_lanes_of(b) ? rest : n_lanes_of(b);
    read_lanes(b, am_task_evaluated(b->agent.learner.task), seed, 0, first + (uint32_t)from, n);
    for (int lane = 0; lane < n && from == 0; lane++) b->symbols->anew[lane] = true;
    play(b, b->symbols->aside, false);
    carry_out(b);
    for (int lane = 0; lane < n; lane++) rewards[from + lane] = worth_of(b, lane);
  }
}

/* ------------------------------------------------------------------------------ series */
int am_bptt_symbols_series(const am_bptt *b, am_series *out) {
  int n = 0;
  const am_plan *p = b->pairs ? b->pair.plan[0] : b->symbols->stack.plan[0];
  const int top = b->pairs ? b->pair.n_outputs : b->symbols->stack.n_outputs;
  out[n++] =
      (am_series){"surprise", "less the log of the probability of what comes, nats", 1, NULL};
  out[n++] = (am_series){"activity", "of each unit of the top layer", top, NULL};
  if (b->pairs && am_pair_level_rows(&b->pair))
    out[n++] = (am_series){"level", "the modulator M(t)", am_pair_level_rows(&b->pair), NULL};
  for (int k = 0; b->pairs && k < p->n_told && n < AM_SERIES_MAX; k++)
    out[n++] = (am_series){p->told[k].name, "of what modulates", p->told[k].operand.rows, NULL};
  out[n] = (am_series){0};
  return n;
}

void am_bptt_symbols_watch(am_bptt *b, am_series *series, uint32_t lane, uint64_t seed) {
  const am_bptt_symbols *s = b->symbols;
  const am_turn turn = {.series = series};
  read_lanes(b, am_task_evaluated(b->agent.learner.task), seed, 0, lane, 1);
  play(b, s->aside, false);
  carry_out(b);
  for (int t = 0; t < n_steps_of(b); t++) {
    const int k = token_of(b, t, 0);
    const float surprise = 0.0f - s->symbols.logp[k];
    am_turn_note(&turn, "surprise", t, &surprise, 1);
    if (!b->pairs) {
      am_turn_record(&turn, "activity", t, am_stack_output(&s->stack, &s->sides[0].m, t));
      continue;
    }
    am_turn_note(&turn, "activity", t, am_pair_output(&b->pair, &s->lanes[0], t + 1), 1);
    if (am_pair_level_rows(&b->pair))
      am_turn_note(&turn, "level", t, am_pair_level(&b->pair, &s->lanes[0], t + 1), 1);
    const am_plan *p = b->pair.plan[0];
    for (int q = 0; q < p->n_told; q++)
      am_turn_note(&turn, p->told[q].name, t,
                   am_pair_at(&b->pair, &s->lanes[0], 0, t + 1, &p->told[q].operand), 1);
  }
}

void am_bptt_symbols_write(am_bptt *b, int *symbols, int n, uint64_t seed) {
  am_bptt_symbols *s = b->symbols;
  const int T = n_steps_of(b), last = token_of(b, T - 1, 0);
  const am_random_key key = {seed, AM_STREAM_POLICY, 0, 0};
  int said = s->symbols.next[last];
  am_holding none;
  s->now = s->aside, s->learns = false, s->anew[0] = false;
  for (int k = 0; k < n; k++) {
    const int t = k % T, token = token_of(b, t, 0);
    if (t == 0 && k > 0) carry_out(b);
    if (t == 0 && b->pairs) begin_pair(b, 0, 1, &none);
    if (t == 0 && !b->pairs) begin_side(b, 0, 1);
    s->symbols.shown[token] = said;
    if (b->pairs) step_pair(b, 0, 1, t, &none);
    else step_side(b, 0, 1, t);
    said =
        am_symbols_draw(&s->symbols, b->agent.parameters, token,
                        am_uniform(am_random(key, (uint32_t)k).v[0]), b->agent.options.n_threads);
    symbols[k] = said;
  }
}

bool am_bptt_symbols_tensor(const am_bptt *b, int k, am_learner_tensor *out) {
  if (k != 0) return false;
  *out = (am_learner_tensor){
      .name = "carried", .rank = 2, .dims = {(size_t)n_lanes_of(b), b->symbols->n_carried}};
  return true;
}

float *am_bptt_symbols_values(const am_bptt *b) { return b->symbols->carried; }

/* ------------------------------------------------------------------------------ making one */
static size_t scratch_bytes(const am_agent *a) {
  (void)a;
  return 0;
}

static const am_bptt *bptt_of(const am_agent *a) { return (const am_bptt *)(const void *)a; }

static void reduce(am_agent *a, float *gradient) {
  if (bptt_of(a)->pairs) am_pair_code()->reduce(&bptt_of(a)->pair, gradient);
}

typedef struct big_step {
  am_agent *a;
  const am_step *step;
  const float *g;
  float rate;
  size_t from;
} big_step;

enum { STEP_BLOCK = 1 << 15 };

static void step_block(void *context, int item, int worker) {
  (void)worker;
  const big_step *s = context;
  am_agent *a = s->a;
  const size_t from = s->from + (size_t)item * STEP_BLOCK, size = a->places.size;
  const size_t n = size - from < STEP_BLOCK ? size - from : STEP_BLOCK;
  am_step_take(s->step, a->parameters + from, a->m + from, a->v + from, s->g + from, n, s->rate);
}

/* Carried over without end, eligibility whose rate has left [0, 1] would grow without end. */
static void bound_rates(const am_bptt *b) {
  for (int l = 0; l < b->pair.n_layers; l++) {
    const size_t at = b->pair.plan[l]->rate;
    if (at == SIZE_MAX || b->rule->part.text || !rule_code(b)->has_E) continue;
    float *eta_e = b->agent.parameters + b->pair.at[l] + at;
    *eta_e = fminf(fmaxf(*eta_e, 0), 1);
  }
}

static void descend(am_agent *a, const am_step *step, const float *g, float rate) {
  const am_bptt *b = bptt_of(a);
  size_t from = 0;
  if (b->pairs) {
    from = am_bptt_pairs_descend(b, step, g, rate);
    bound_rates(b);
  }
  big_step s = {a, step, g, rate, from};
  am_parallel(a->options.n_threads, (int)((a->places.size - from + STEP_BLOCK - 1) / STEP_BLOCK),
              step_block, &s);
}

static amine_status make_layers(am_bptt *b, const am_units *units, amine_error *error) {
  const int embedded = b->options.n_embedded ? b->options.n_embedded : units->stack.n_hidden;
  am_pair_options o = {.units = units->stack,
                       .n_bare = -1,
                       .program = units->rule && units->rule->part.text ? &units->program : NULL,
                       .clip = units->clip,
                       .rate = units->rate};
  o.units.n_inputs = embedded;
  o.units.open = true;
  o.units.trace_penalty = b->options.trace_penalty / (float)b->options.agent.n_lanes;
  const am_plan *plan;
  if (b->pairs) {
    AM_TRY(am_pair_make(&b->pair, &b->agent.places, &o, error));
    plan = b->pair.plan[0];
  } else {
    AM_TRY(am_stack_make(&b->symbols->stack, &b->agent.places, &o.units, error));
    plan = b->symbols->stack.plan[0];
  }
  if (b->pairs && plan->looks_back)
    return am_fail(
        error, AMINE_ERROR_ARGUMENT,
        "%s looks back and has traces: symbols go on from window to window, and what it looks "
        "back on does not; rule.type=none looks back within a window",
        units->text->name);
  const char *asked = plan->n_given > 0 ? plan->given[0].name : "";
  if (strncmp(asked, "modulator.", 10) == 0)
    return am_fail(
        error, AMINE_ERROR_ARGUMENT,
        "this modulator hears what a step brought, and a task of symbols brings nothing; "
        "modulator.type=readout and constant do not ask");
  if (plan->n_given > 0)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "%s asks for %s, which a task of symbols does not give", units->text->name,
                   asked);
  return AMINE_OK;
}

/* The memory of all layers, in one block. */
static amine_status take_layers(am_bptt *b, amine_error *error) {
  am_bptt_symbols *s = b->symbols;
  const size_t T = (size_t)n_steps_of(b), in = (size_t)s->symbols.n_in;
  const bool has_E = b->pairs && rule_code(b)->has_E;
  am_stack_memory m;
  const size_t n = (size_t)(b->pairs ? n_lanes_of(b) : b->agent.n_groups);
  const size_t stack = b->pairs ? 0 : am_stack_lay_out(&m, NULL, &s->stack, (int)T, true);
  const size_t one =
      am_size_round(b->pairs ? am_pair_lane_bytes(&b->pair, (int)T + 1, has_E, sizeof(float))
                             : am_size_mul(am_size_add(stack, T * in * LANES), sizeof(float)),
                    64);
  s->n_carried = b->pairs ? am_pair_carried(&b->pair, has_E) : am_stack_carried(&s->stack);
  const size_t carried = am_size_mul((size_t)n_lanes_of(b), s->n_carried);
  const am_task *task = b->agent.learner.task;
  const size_t together = task->type->together ? (size_t)n_lanes_of(b) : 0;
  s->stride = am_size_round(task->state_size, 64);
  const am_block blocks[] = {{&s->sides, (size_t)b->agent.n_groups, sizeof *s->sides},
                             {&s->lanes, (size_t)n_lanes_of(b), sizeof *s->lanes},
                             {&s->memory, n, one},
                             {&s->carried, carried, sizeof *s->carried},
                             {&s->aside, carried, sizeof *s->aside},
                             {&s->anew, (size_t)n_lanes_of(b), sizeof *s->anew},
                             {&s->worlds, together ? together : 1, s->stride},
                             {&s->states, together, sizeof *s->states},
                             {&s->numbers, together, sizeof *s->numbers},
                             {&s->actions, together, sizeof *s->actions},
                             {&s->rewards, together, sizeof *s->rewards}};
  const size_t n_blocks = sizeof blocks / sizeof *blocks;
  AM_TRY(am_blocks_take(blocks, n_blocks, "learner.type=bptt", error));
  b->agent.learner.bytes += am_blocks_bytes(blocks, n_blocks) + s->symbols.bytes;
  for (size_t k = 0; k < n; k++) {
    unsigned char *at = s->memory + k * one;
    if (b->pairs) {
      am_pair_lane_place(&b->pair, &s->lanes[k], at, (int)T + 1, has_E, sizeof(float));
      continue;
    }
    s->sides[k].u = (float *)(void *)at;
    am_stack_lay_out(&s->sides[k].m, s->sides[k].u + T * in * LANES, &s->stack, (int)T, true);
  }
  return AMINE_OK;
}

static void initialise(am_bptt *b) {
  const am_bptt_symbols *s = b->symbols;
  am_places layers = b->agent.places;
  layers.n = s->symbols.first;
  if (b->pairs) am_pair_initialise(&b->pair, &layers, b->agent.parameters, b->agent.options.seed);
  else am_stack_initialise(&s->stack, &layers, b->agent.parameters, b->agent.options.seed);
  am_symbols_initialise(&s->symbols, &b->agent.places, b->agent.parameters, b->agent.options.seed);
}

amine_status am_bptt_symbols_open(am_bptt *b, const am_task *task, const am_units *units,
                                  amine_error *error) {
  static const am_agent_ops sides = {.lacks = AM_LACKS_VALUE | AM_LACKS_ENTROPY,
                                     .scratch_bytes = scratch_bytes,
                                     .n_chunks = SIDE_GROUPS,
                                     .descend = descend},
                            pairs = {.lacks = AM_LACKS_VALUE | AM_LACKS_ENTROPY,
                                     .scratch_bytes = scratch_bytes,
                                     .before = reduce,
                                     .n_chunks = PAIR_GROUPS,
                                     .descend = descend};
  am_agent *a = &b->agent;
  b->pairs = b->rule != NULL;
  b->symbols = am_alloc(1, sizeof *b->symbols);
  if (!b->symbols) return am_fail_memory(error, sizeof *b->symbols);
  AM_TRY(make_layers(b, units, error));
  a->n_grouped = a->places.size;
  am_bptt_symbols *s = b->symbols;
  const am_plan *lowest = b->pairs ? b->pair.plan[0] : s->stack.plan[0];
  AM_TRY(am_symbols_open(&s->symbols, &a->places, task->n_symbols, lowest->n_inputs,
                         b->pairs ? b->pair.n_outputs : s->stack.n_outputs,
                         b->options.agent.n_lanes * task->n_steps, error));
  AM_TRY(am_agent_open(a, task, &b->options.agent, b->pairs ? &pairs : &sides, error));
  AM_TRY(take_layers(b, error));
  if (b->pairs) a->learner.signals = lowest; /* the others have none */
  initialise(b);
  return AMINE_OK;
}

void am_bptt_symbols_close(am_bptt *b) {
  am_bptt_symbols *s = b->symbols;
  if (!s) return;
  am_symbols_close(&s->symbols);
  am_stack_free(&s->stack);
  am_free(s->sides);
  am_free(s->lanes);
  am_free(s->memory);
  am_free(s->carried);
  am_free(s->aside);
  am_free(s->anew);
  am_free(s->worlds);
  am_free(s->states);
  am_free(s->numbers);
  am_free(s->actions);
  am_free(s->rewards);
  am_free(s);
}
