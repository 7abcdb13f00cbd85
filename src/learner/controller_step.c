/* The life of a controller: a step, what it teaches, and the update (amine/controller.h). The
 * equations and their sources are those of signalling.h, one layer, online form; a vector source,
 * compiled in the form of one lane only. No allocation, no C library, float32.
 *
 * The traces of a step move on once its action is chosen. Dopamine of a step is known one step
 * later, when V of that is there; it meets the tags as they were left by its own step. */
#include "kernel/vector.h"

#include "base/random.h"
#include "learner/adam_step.h"
#include "learner/choose.h"
#include "learner/controller_gru.h"
#include "learner/controller_state.h"
#include "learner/policy_lane.h"
#include "learner/signalling_lane.h"
#include "network/linear_lane.h"

#define SQUARES_LIMIT 1e12f /* of the change, beyond which something is broken */

extern const am_linear_ops AM_ISA(am_linear_ops);
extern const am_policy_ops AM_ISA(am_policy_ops);
extern const am_signalling_ops AM_ISA(am_signalling_ops);
extern const am_adam_ops AM_ISA(am_adam_ops);
static const am_linear_ops *const linear = &AM_ISA(am_linear_ops);
static const am_policy_ops *const policy = &AM_ISA(am_policy_ops);
static const am_signalling_ops *const gains = &AM_ISA(am_signalling_ops);
static const am_adam_ops *const adam = &AM_ISA(am_adam_ops);

static void fill(float *x, int n, float value) {
  for (int i = 0; i < n; i++) x[i] = value;
}

static float *copy(float *to, const float *from, int n) {
  for (int i = 0; i < n; i++) to[i] = from[i];
  return to + n;
}

static const float *h_of(const float *state, int n) { return state + AM_GRU_H * n; }

/* ------------------------------------------------------------------------------ acting */
/* Controller, output, signalling GRU, critic. told: the reward of the step before. */
static void forward(amine_controller *c, const am_controller_parts *p, float told) {
  const amine_controller_options *o = &c->options;
  const int n = o->n_hidden, S = o->n_signal, A = o->n_actions;
  const am_gru_cell cell = am_controller_cell(p->weights, o->n_inputs, n);
  const am_gru_cell signal = am_controller_cell(p->signal, p->n_heard, S);
  linear->forward(p->m, p->a_w, NULL, h_of(p->s_before, S), n, S);
  am_gru_step(&cell, p->state, p->u, p->o_before, h_of(p->state_before, n));
  gains->gain(p->o, p->m, h_of(p->state, n), o->gain, n);
  linear->forward(p->eps, p->o_w, p->o_b, p->o, A, n); /* logits, in a place that is free now */
  policy->policy(p->p, p->logp, &c->entropy, p->eps, A);
  float *heard = copy(p->heard, p->o, n);
  heard = copy(copy(heard, p->p, A), p->hit, A);
  *heard = told;
  am_gru_step(&signal, p->s, p->heard, h_of(p->s_before, S), h_of(p->s_before, S));
  float *seen = copy(p->seen, h_of(p->s, S), S);
  if (o->critic_sees_output) copy(seen, p->o, n);
  linear->forward(&c->value, p->v_w, p->v_b, p->seen, 1, p->n_seen);
}

/* ------------------------------------------------------------------------------ learning */
/* error = factor (hit - p) + weight push, where a decision was asked for; then B error and what
 * follows from that for the units. */
static void credit(const amine_controller *c, const am_controller_parts *p, float *error, float *L,
                   float *units, float *dgain, float factor, float weight) {
  const amine_controller_options *o = &c->options;
  const int n = o->n_hidden, A = o->n_actions;
  policy->error(error, p->hit, p->p, p->logp, &c->entropy, &factor, &c->asked, weight, A);
  linear->forward(L, p->feedback, NULL, error, n, A);
  gains->credit(units, dgain, L, p->m, h_of(p->state, n), o->gain, n);
}

/* Places of one GRU in a vector of numbers for each weight. */
static am_gru_numbers numbers_of(float *v, int n_inputs, int n) {
  const am_gru_cell at = am_controller_cell(v, n_inputs, n);
  return (am_gru_numbers){v, v + (at.w_hh - v), v + (at.b_ih - v), v + (at.b_hh - v)};
}

static void move_gru(const amine_controller *c, const am_controller_parts *p, float delta,
                     float k) {
  const int n = c->options.n_hidden, I = c->options.n_inputs;
  const am_gru_cell cell = am_controller_cell(p->weights, I, n);
  const am_gru_numbers change = numbers_of(p->change, I, n), e = numbers_of(p->trace, I, n);
  const am_gru_numbers tag = numbers_of(p->tag, I, n);
  am_gru_effects(&cell, p->gates, p->own, p->state, h_of(p->state_before, n), p->m_before);
  am_gru_move(&cell, &change, &e, &tag,
              &(am_gru_moment){.x = p->u,
                               .before = p->o_before,
                               .psi = p->gates,
                               .own = p->own,
                               .credit = p->credit,
                               .now = p->credit_now,
                               .delta = delta,
                               .k = k});
}

/* The traces and tags of the last step; tags meet the dopamine of the step before it. */
static void move(const amine_controller *c, const am_controller_parts *p) {
  const amine_controller_options *o = &c->options;
  const int n = o->n_hidden, S = o->n_signal, A = o->n_actions;
  const float k = o->gamma * o->lambda, *delta = &c->delta;
  const size_t o_w = (size_t)p->n_gru, o_b = o_w + (size_t)(A * n), a_w = o_b + (size_t)A;
  const size_t v_w = a_w + (size_t)(n * S), v_b = v_w + (size_t)p->n_seen;
  float *change = p->change, *tag = p->tag;
  credit(c, p, p->eps, p->L, p->credit, p->dgain, 1, 0);
  credit(c, p, p->now, p->N, p->credit_now, p->dgain_now, 0, o->entropy);
  linear->online(change + o_w, tag + o_w, delta, k, p->eps, p->now, p->o, A, n);
  linear->online(change + o_b, tag + o_b, delta, k, p->eps, p->now, NULL, A, 1);
  linear->online(change + a_w, tag + a_w, delta, k, p->dgain, p->dgain_now, h_of(p->s_before, S), n,
                 S);
  linear->online(change + v_w, tag + v_w, delta, k, &c->one, NULL, p->seen, 1, p->n_seen);
  linear->online(change + v_b, tag + v_b, delta, k, &c->one, NULL, NULL, 1, 1);
  move_gru(c, p, c->delta, k);
}

/* One step of Adam along the change, each part with its share of the rate; then B follows W_o by
 * its own change, and both decay. */
static void apply(amine_controller *c, const am_controller_parts *p) {
  const amine_controller_options *o = &c->options;
  const int I = o->n_inputs, n = o->n_hidden, A = o->n_actions;
  c->filled1 = v_fma(o->beta1, c->filled1, 1 - o->beta1);
  c->filled2 = v_fma(o->beta2, c->filled2, 1 - o->beta2);
  const am_adam_constants k = {.beta1 = o->beta1,
                               .beta2 = o->beta2,
                               .eps = o->eps,
                               .correction1 = 1 / c->filled1,
                               .correction2 = 1 / c->filled2,
                               .scale = 1 / (float)c->waiting};
  const struct {
    int count;
    float share;
  } parts[] = {{3 * n * I, o->input_share},     {3 * n * n, o->recurrent_share},
               {3 * n, o->input_share},         {3 * n, o->recurrent_share},
               {A * n + A, o->output_share},    {n * o->n_signal, o->gain_share},
               {p->n_seen + 1, o->critic_share}};
  copy(p->old, p->o_w, A * n);
  size_t at = 0;
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    const size_t count = (size_t)parts[i].count;
    if (parts[i].share > 0) /* Adam descends, a change ascends */
      adam->step(p->weights + at, p->moment + at, p->square + at, p->change + at, count,
                 -o->rate * parts[i].share, &k);
    at += count;
  }
  const float keep = 1 - o->decay;
  for (int a = 0; a < A && o->feedback == AMINE_CONTROLLER_KOLEN_POLLACK; a++)
    for (int j = 0; j < n; j++) {
      float *w = &p->o_w[a * n + j], *b = &p->feedback[j * A + a];
      *b = keep * (*b + (*w - p->old[a * n + j]));
      *w *= keep;
    }
}

static void forget(const am_controller_parts *p) {
  fill(p->trace, p->n_gru, 0);
  fill(p->tag, p->n_learning, 0);
}

static amine_status update(amine_controller *c, const am_controller_parts *p) {
  const size_t n = (size_t)p->n_learning;
  const bool sound = adam->sum_of_squares(p->change, n) <= SQUARES_LIMIT;
  if (sound) {
    apply(c, p);
    c->updates++;
  } else {
    forget(p); /* what broke may be in there */
  }
  fill(p->change, p->n_learning, 0);
  c->waiting = 0;
  return sound ? AMINE_OK : AMINE_ERROR_NUMERIC;
}

/* One more of what an update waits for. */
static amine_status count(amine_controller *c, const am_controller_parts *p, int unit) {
  if (unit != c->options.update_unit) return AMINE_OK;
  return ++c->waiting >= (uint32_t)c->options.update_every ? update(c, p) : AMINE_OK;
}

/* What the last step still has to teach. */
static amine_status settle(amine_controller *c, const am_controller_parts *p) {
  if (!c->pending) return AMINE_OK;
  c->pending = 0;
  if (!c->learning) return AMINE_OK;
  move(c, p);
  return count(c, p, AMINE_CONTROLLER_STEPS);
}

/* ------------------------------------------------------------------------------ the calls */
amine_status amine_controller_begin(amine_controller *c) {
  if (c->running) return AMINE_ERROR_ARGUMENT;
  c->running = 1;
  c->stepped = c->pending = c->step = c->turns = 0;
  c->reward = c->value = c->delta = 0;
  const am_controller_parts p = am_controller_parts_of(c);
  const int n = c->options.n_hidden;
  fill(p.state, AM_GRU_ROWS * n, 0);
  fill(p.o, n, 0);
  fill(p.m, n, 0);
  fill(p.s, AM_GRU_ROWS * c->options.n_signal, 0);
  fill(p.state_before, AM_GRU_ROWS * n, 0);
  fill(p.o_before, n, 0);
  fill(p.m_before, n, 0);
  fill(p.s_before, AM_GRU_ROWS * c->options.n_signal, 0);
  fill(p.hit, c->options.n_actions, 0);
  forget(&p);
  return AMINE_OK;
}

static amine_status step(amine_controller *c, int *action, const float *input) {
  const amine_controller_options *o = &c->options;
  if (!c->running) return AMINE_ERROR_ARGUMENT;
  for (int i = 0; i < o->n_inputs; i++)
    if (!am_controller_finite(input[i])) return AMINE_ERROR_ARGUMENT;
  am_controller_parts p = am_controller_parts_of(c);
  const amine_status status = settle(c, &p);
  const float told = c->reward, expected = c->value;
  if (c->stepped && ++c->step == 0) c->turns++;
  p = am_controller_parts_of(c);
  copy(p.u, input, o->n_inputs);
  forward(c, &p, told);
  c->delta = c->stepped ? o->gamma * c->value + told - expected : 0;
  fill(p.hit, o->n_actions, 0);
  if (action) {
    const am_random_key key = {(uint64_t)c->seed[1] << 32 | c->seed[0], AM_STREAM_POLICY,
                               c->episodes, c->turns};
    *action = am_choose(p.p, 1, o->n_actions, key, c->step, c->greedy);
    p.hit[*action] = 1;
  }
  c->asked = action ? 1 : 0;
  c->reward = 0;
  c->stepped = c->pending = 1;
  return status;
}

amine_status amine_controller_act(amine_controller *c, int *action, const float *input) {
  return step(c, action, input);
}

amine_status amine_controller_observe(amine_controller *c, const float *input) {
  return step(c, NULL, input);
}

amine_status amine_controller_reward(amine_controller *c, float reward) {
  const float sum = c->reward + reward;
  if (!c->running || !c->stepped || !am_controller_finite(sum)) return AMINE_ERROR_ARGUMENT;
  c->reward = sum;
  const am_controller_parts p = am_controller_parts_of(c);
  return settle(c, &p);
}

amine_status amine_controller_end(amine_controller *c) {
  if (!c->running) return AMINE_ERROR_ARGUMENT;
  const am_controller_parts p = am_controller_parts_of(c);
  const amine_status first = settle(c, &p);
  c->running = 0;
  c->episodes++;
  if (!c->stepped) return first;
  c->delta = c->reward - c->value;
  if (!c->learning) return first;
  linear->harvest(p.change, p.tag, &c->delta, p.n_learning, 1);
  const amine_status second = count(c, &p, AMINE_CONTROLLER_EPISODES);
  return first != AMINE_OK ? first : second;
}

void amine_controller_learning(amine_controller *c, bool on) {
  const am_controller_parts p = am_controller_parts_of(c);
  if (on && !c->learning) forget(&p);
  c->learning = on;
}
