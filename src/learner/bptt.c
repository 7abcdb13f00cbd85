/* Actor-critic by backpropagation through time (see bptt.h). */
#include "learner/bptt.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "learner/adam_step.h"
#include "learner/policy_lane.h"
#include "learner/rows.h"
#include "network/cell.h"
#include "network/gru.h"
#include "network/gru_backward.h"
#include "network/linear_lane.h"

enum { LANES = AM_GROUP_LANES, LAYERS = AM_GRU_LAYERS_MAX };

typedef struct bptt {
  am_agent agent; /* first */
  am_bptt_options options;
  am_gru gru;
  size_t o_w, o_b, v_w, v_b; /* heads */
} bptt;

/* One worker's memory for a group and an episode; each [step][rows][LANES]. */
typedef struct memory {
  float *u, *live, *asked, *hit, *answer, *reward, *p, *logp, *entropy, *value;
  float *state[LAYERS]; /* one step more: [0] is before the first */
  float *shown[LAYERS]; /* what the layer above sees, with dropout */
  float *delta, *A, *error, *dvalue, *dh, *dbelow, *gates, *mask;
  float *factor, *logits, *next; /* of one step */
} memory;

static const bptt *bptt_of(const am_agent *a) { return (const bptt *)(const void *)a; }

/* Cuts a block into arrays; with a NULL block it only measures. */
static size_t lay_out(memory *m, float *block, const bptt *b) {
  const am_task *task = b->agent.learner.task;
  const size_t T = (size_t)task->n_steps, I = (size_t)task->n_inputs, A = (size_t)task->n_actions;
  const size_t n = (size_t)b->options.n_hidden;
  const int L = b->options.n_layers;
  size_t at = 0;
#define CUT(field, rows) (m->field = block ? block + at : NULL, at += (rows)*LANES)
  CUT(u, T * I), CUT(live, T), CUT(asked, T), CUT(hit, T * A), CUT(answer, T * A), CUT(reward, T),
      CUT(p, T * A), CUT(logp, T * A);
  CUT(entropy, T), CUT(value, T), CUT(delta, T), CUT(A, T), CUT(error, T * A), CUT(dvalue, T);
  for (int l = 0; l < L; l++) CUT(state[l], (T + 1) * AM_GRU_ROWS * n);
  for (int l = 0; l + 1 < L; l++) CUT(shown[l], b->options.dropout > 0 ? T * n : 0);
  CUT(mask, b->options.dropout > 0 ? T * n * (size_t)(L - 1) : 0);
  CUT(dh, T * n), CUT(dbelow, T * n), CUT(gates, T * AM_GRU_GATES * n), CUT(next, n);
  CUT(factor, 1), CUT(logits, A);
#undef CUT
  return at * sizeof(float);
}

static size_t scratch_bytes(const am_agent *a) {
  memory m;
  return lay_out(&m, NULL, bptt_of(a));
}

/* ------------------------------------------------------------------------------ an episode */
/* Row blocks of step t. */
static float *row(float *base, int t, int rows) { return base + (size_t)t * (size_t)rows * LANES; }

static float *state_of(const bptt *b, const memory *m, int layer, int t) {
  return row(m->state[layer], t + 1, AM_GRU_ROWS * b->options.n_hidden);
}
static float *h_of(const bptt *b, const memory *m, int layer, int t) {
  return state_of(b, m, layer, t) + (size_t)(AM_GRU_H * b->options.n_hidden * LANES);
}

/* What layer `layer` reads at t. */
static float *input_of(const bptt *b, const memory *m, int layer, int t, bool dropped) {
  if (layer == 0) return row(m->u, t, b->agent.learner.task->n_inputs);
  return dropped ? row(m->shown[layer - 1], t, b->options.n_hidden) : h_of(b, m, layer - 1, t);
}

static void forward(const bptt *b, const memory *m, const am_turn *turn, int t) {
  const int n = b->options.n_hidden, n_layers = b->options.n_layers;
  const bool dropped = b->options.dropout > 0 && turn->change;
  for (int l = 0; l < n_layers; l++) {
    const am_gru_cell cell = am_gru_cell_of(&b->gru, b->agent.parameters, l);
    am_gru_code()->step(&cell, state_of(b, m, l, t), input_of(b, m, l, t, dropped),
                        h_of(b, m, l, t - 1), h_of(b, m, l, t - 1));
    if (!dropped || l + 1 == n_layers) continue;
    float *mask = row(m->mask, l * b->agent.learner.task->n_steps + t, n);
    am_group_mask(&turn->group, mask, l, t, n, b->options.dropout);
    const float *h = h_of(b, m, l, t);
    float *shown = row(m->shown[l], t, n);
    for (int k = 0; k < n * LANES; k++) shown[k] = mask[k] * h[k];
  }
}

static void heads(const bptt *b, const memory *m, am_turn *turn, int t) {
  const int n = b->options.n_hidden, A = turn->group.task->n_actions;
  const float *p = b->agent.parameters, *h = h_of(b, m, b->options.n_layers - 1, t);
  am_linear_code()->forward(m->logits, p + b->o_w, p + b->o_b, h, A, n);
  am_linear_code()->forward(row(m->value, t, 1), p + b->v_w, p + b->v_b, h, 1, n);
  am_policy_code()->policy(row(m->p, t, A), row(m->logp, t, A), row(m->entropy, t, 1), m->logits,
                           A);
}

static void sum_up(const memory *m, am_turn *turn, int t) {
  am_agent_sums *s = turn->sums;
  const float *live = row(m->live, t, 1), *reward = row(m->reward, t, 1);
  for (int k = 0; k < LANES; k++) {
    s->reward[k] += reward[k];
    if (live[k] == 0) continue;
    s->steps++;
    s->value += (double)row(m->value, t, 1)[k];
    s->entropy += (double)row(m->entropy, t, 1)[k];
  }
}

static void roll_out(const bptt *b, const memory *m, am_turn *turn) {
  am_group *g = &turn->group;
  const int A = g->task->n_actions, I = g->task->n_inputs, n = b->options.n_hidden;
  for (int l = 0; l < b->options.n_layers; l++)
    memset(h_of(b, m, l, -1), 0, (size_t)(n * LANES) * sizeof(float));
  for (int t = 0; t < g->task->n_steps; t++) {
    am_group_observe(g, row(m->u, t, I), row(m->live, t, 1));
    forward(b, m, turn, t);
    heads(b, m, turn, t);
    am_group_answer(g, row(m->answer, t, A), row(m->asked, t, 1));
    am_group_act(g, row(m->hit, t, A), row(m->reward, t, 1), row(m->p, t, A), t, turn->greedy);
    sum_up(m, turn, t);
    if (!turn->series) continue;
    am_turn_record(turn, "activity", t, h_of(b, m, b->options.n_layers - 1, t));
    am_turn_record(turn, "policy", t, row(m->p, t, A));
    am_turn_record_actions(turn, t);
    am_turn_record(turn, "value", t, row(m->value, t, 1));
  }
}

/* ------------------------------------------------------------------------------ the gradient */
/* What the teacher adds to the gradient at the logits of step t, and to the loss. */
static void add_taught(const memory *m, am_turn *turn, float *error, int t) {
  const int A = turn->group.task->n_actions;
  const float *answer = row(m->answer, t, A), *p = row(m->p, t, A), *asked = row(m->asked, t, 1);
  for (int a = 0; a < A; a++)
    for (int k = 0; k < LANES; k++) {
      const int at = a * LANES + k;
      error[at] += asked[k] * (answer[at] - p[at]);
      if (answer[at] > 0) turn->sums->loss -= (double)row(m->logp, t, A)[at];
    }
}

/* error[t] and dvalue[t]: the gradient at the heads. */
static void at_heads(const bptt *b, const memory *m, am_turn *turn) {
  const am_bptt_options *o = &b->options;
  const am_task *task = turn->group.task;
  const int A = task->n_actions;
  am_policy_code()->dopamine(m->delta, m->A, m->reward, m->value, m->live, LANES, o->gamma,
                             o->lambda, task->n_steps);
  for (int t = 0; t < task->n_steps; t++) {
    const float *advantage = row(m->A, t, 1), *live = row(m->live, t, 1);
    for (int k = 0; k < LANES; k++) {
      m->factor[k] = o->teach == AM_TEACH_SUPERVISED ? 0 : advantage[k];
      row(m->dvalue, t, 1)[k] = advantage[k] * live[k];
      if (o->teach == AM_TEACH_REWARD)
        turn->sums->loss += (double)(row(m->delta, t, 1)[k] * row(m->delta, t, 1)[k]);
    }
    am_policy_code()->error(row(m->error, t, A), row(m->hit, t, A), row(m->p, t, A),
                            row(m->logp, t, A), row(m->entropy, t, 1), m->factor,
                            row(m->asked, t, 1), o->entropy_weight, A);
    if (o->teach != AM_TEACH_REWARD) add_taught(m, turn, row(m->error, t, A), t);
  }
}

static void back_through(const bptt *b, const memory *m, const am_turn *turn, int layer) {
  const am_task *task = turn->group.task;
  const int n = b->options.n_hidden, T = task->n_steps;
  const size_t rows = (size_t)n * LANES;
  const bool dropped = b->options.dropout > 0;
  const am_gru_cell cell = am_gru_cell_of(&b->gru, b->agent.parameters, layer);
  memset(m->next, 0, rows * sizeof(float));
  for (int t = T - 1; t >= 0; t--) {
    float *dh = row(m->dh, t, n);
    for (size_t k = 0; k < rows; k++) dh[k] += m->next[k];
    am_gru_backward_code()->back(&cell, row(m->gates, t, AM_GRU_GATES * n), m->next,
                                 layer ? row(m->dbelow, t, n) : NULL, state_of(b, m, layer, t),
                                 h_of(b, m, layer, t - 1), dh);
  }
  const am_gru_change change = am_gru_change_of(&b->gru, turn->change, layer);
  const am_gru_window w = {.n_steps = T,
                           .x = input_of(b, m, layer, 0, dropped),
                           .before = h_of(b, m, layer, -1),
                           .state = state_of(b, m, layer, 0),
                           .gates = m->gates,
                           .x_step = layer == 0 ? (size_t)(task->n_inputs * LANES)
                                     : dropped  ? rows
                                                : AM_GRU_ROWS * rows,
                           .before_step = AM_GRU_ROWS * rows,
                           .state_step = AM_GRU_ROWS * rows,
                           .gates_step = AM_GRU_GATES * rows};
  am_gru_code()->collect(&cell, &change, &w);
  if (layer == 0) return;
  for (size_t k = 0; k < (size_t)T * rows; k++)
    m->dh[k] = dropped ? m->dbelow[k] * row(m->mask, (layer - 1) * T, n)[k] : m->dbelow[k];
}

static void learn(const bptt *b, const memory *m, am_turn *turn) {
  const am_task *task = turn->group.task;
  const int n = b->options.n_hidden, A = task->n_actions, T = task->n_steps;
  const size_t rows = (size_t)n * LANES, h_step = AM_GRU_ROWS * rows;
  const float *p = b->agent.parameters, *h = h_of(b, m, b->options.n_layers - 1, 0);
  at_heads(b, m, turn);
  am_linear_code()->collect(turn->change + b->v_w, turn->change + b->v_b, m->dvalue, LANES, h,
                            h_step, T, 1, n);
  for (int k = 0; k < T * LANES; k++) m->dvalue[k] *= b->options.value_weight;
  memset(m->dh, 0, (size_t)T * rows * sizeof(float));
  for (int t = 0; t < T; t++) {
    am_gru_backward_code()->linear(row(m->dh, t, n), p + b->o_w, row(m->error, t, A), A, n);
    am_gru_backward_code()->linear(row(m->dh, t, n), p + b->v_w, row(m->dvalue, t, 1), 1, n);
  }
  am_linear_code()->collect(turn->change + b->o_w, turn->change + b->o_b, m->error,
                            (size_t)A * LANES, h, h_step, T, A, n);
  for (int l = b->options.n_layers - 1; l >= 0; l--) back_through(b, m, turn, l);
}

static void play(const am_agent *a, am_turn *turn) {
  const bptt *b = bptt_of(a);
  memory m;
  lay_out(&m, turn->scratch, b);
  roll_out(b, &m, turn);
  if (turn->change) learn(b, &m, turn);
}

/* ------------------------------------------------------------------------------ the learner */
static void destroy(am_learner *learner) {
  am_agent_close(am_agent_of(learner));
  am_free(learner);
}

static int series(const am_learner *learner, am_series *out) {
  const am_task *task = learner->task;
  const bptt *b = bptt_of(am_agent_of_const(learner));
  const am_series all[] = {{"activity", "h of the top layer", b->options.n_hidden, NULL},
                           {"policy", "probability of each action", task->n_actions, NULL},
                           {"actions", "what it did", 1, NULL},
                           {"value", "the critic's estimate V", 1, NULL}};
  const int n = (int)(sizeof all / sizeof *all);
  memcpy(out, all, sizeof all);
  out[n] = (am_series){0};
  return n;
}

#define AT(member) AM_MEMBER(am_bptt_options, member)
#define AGENT(member) AM_MEMBER(am_bptt_options, agent.member)
#define SCHEDULE(member) AM_MEMBER(am_bptt_options, agent.schedule.member)
static const amine_parameter parameters[] = {AM_PLAY_PARAMETERS(AGENT),
                                             AM_TEACH_PARAMETER(AT),
                                             AM_SCHEDULE_PARAMETERS(SCHEDULE),
                                             AM_GAMMA_PARAMETER(AT),
                                             AM_LAMBDA_PARAMETER(AT),
                                             AM_VALUE_PARAMETER(AT),
                                             AM_ENTROPY_PARAMETER(AT(entropy_weight)),
                                             AM_ADAM_PARAMETERS(AGENT),
                                             {0}};

static amine_status create(am_learner **learner, const am_task *task, const am_chosen *chosen,
                           amine_error *error) {
  am_bptt_options o = *(const am_bptt_options *)chosen->options[AM_LEARNER];
  const am_units_options *units = chosen->options[AM_NETWORK];
  o.n_hidden = units->n_hidden;
  o.n_layers = units->n_layers;
  o.dropout = units->dropout;
  o.start = units->start;
  return am_bptt_create(learner, task, &o, error);
}

const am_learner_type am_bptt_type = {
    .part = {.kind = AM_LEARNER,
             .name = "bptt",
             .meaning = "actor-critic by backpropagation through time: the yardstick",
             .equation = "ascends sum_t log pi(a_t) A_t - c_v (R_t - V_t)^2 / 2 + beta H_t",
             .source = "Williams 1992, doi:10.1007/BF00992696; Mnih et al. 2016, arXiv 1602.01783",
             .parameters = parameters,
             .options_size = sizeof(am_bptt_options)},
    .networks = "gru",
    .asks = AM_ASKS_ACTIONS,
    .create = create,
    .backprop = true,
    .iterate = am_agent_iterate,
    .evaluate = am_agent_evaluate,
    .tensor = am_agent_tensor,
    .get = am_agent_get,
    .set = am_agent_set,
    .series = series,
    .watch = am_agent_watch,
    .destroy = destroy,
};

static const am_agent_ops ops = {.scratch_bytes = scratch_bytes, .play = play};

static amine_status open_all(bptt *b, const am_task *task, amine_error *error) {
  const am_bptt_options *o = &b->options;
  const am_gru_options gru = {task->n_inputs, o->n_hidden, o->n_layers, o->dropout};
  am_places *places = &b->agent.places;
  AM_TRY(am_gru_make(&b->gru, places, &gru, "gru", error));
  const int heads_at = places->n;
  b->o_w = am_places_add(places, "h2o.weight", task->n_actions, o->n_hidden);
  b->o_b = am_places_add(places, "h2o.bias", task->n_actions, 0);
  b->v_w = am_places_add(places, "h2v.weight", 1, o->n_hidden);
  b->v_b = am_places_add(places, "h2v.bias", 1, 0);
  AM_TRY(am_agent_open(&b->agent, task, &o->agent, &ops, error));
  const uint64_t seed = o->agent.seed;
  am_gru_initialise(&b->gru, places, b->agent.parameters, &o->start, seed);
  for (int k = heads_at; k < places->n; k++)
    am_places_uniform(places, k, b->agent.parameters, 1 / sqrtf((float)o->n_hidden), seed);
  return AMINE_OK;
}

amine_status am_bptt_create(am_learner **learner, const am_task *task, const am_bptt_options *o,
                            amine_error *error) {
  if (task->n_actions < 1)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s has no actions to choose from",
                   task->type->part.name);
  if (o->teach != AM_TEACH_REWARD && !task->type->answer)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "%s does not say what would be right: it can be learned from rewards only",
                   task->type->part.name);
  bptt *b = am_alloc(1, sizeof *b);
  if (!b) return am_fail_memory(error, sizeof *b);
  b->agent.learner.type = &am_bptt_type;
  b->options = *o;
  amine_status status = open_all(b, task, error);
  if (status != AMINE_OK) {
    destroy(&b->agent.learner);
    return status;
  }
  *learner = &b->agent.learner;
  return AMINE_OK;
}
