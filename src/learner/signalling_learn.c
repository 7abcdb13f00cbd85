/* What the Neuromodulator Signaling Model learns from an episode (equations: signalling.h), step by
 * step or over the window. Everything here is local: a weight's change is made of what its two ends
 * did, the credit of its unit, and dopamine. */
#include <string.h>

#include "learner/policy_lane.h"
#include "learner/signalling_lane.h"
#include "learner/signalling_state.h"
#include "network/linear_lane.h"

static bool is_last(const am_signalling *x, int t) {
  return t + 1 >= x->agent.learner.task->n_steps;
}

void am_signalling_delta(const am_signalling *x, const am_signalling_memory *m, int t) {
  const float *live = am_slot(m, m->live, t, 1), *value = am_slot(m, m->value, t, 1);
  const float *next_live = am_slot(m, m->live, t + 1, 1);
  const float *next = am_slot(m, m->value, t + 1, 1), *reward = am_slot(m, m->reward, t, 1);
  const bool last = is_last(x, t);
  for (int k = 0; k < LANES; k++) {
    const float ahead = last ? 0 : next_live[k] * next[k];
    m->delta[k] = x->options.gamma * ahead + reward[k] - live[k] * value[k];
  }
}

/* Dopamine that says nothing: uniform in [-1, 1). */
static void noise(float *delta, const am_turn *turn, int t) {
  const am_group *g = &turn->group;
  for (int k = 0; k < LANES; k++) {
    const am_random_key key = {g->seed, AM_STREAM_SIGNAL, g->episode, g->first + (uint32_t)k};
    delta[k] = 2 * am_uniform(am_random(key, (uint32_t)t).v[0]) - 1;
  }
}

/* What the teacher adds to the error at the output. */
static void add_taught(const am_signalling *x, const am_signalling_memory *m, float *error, int t) {
  const int A = x->n_out;
  const float *answer = am_slot(m, m->answer, t, A), *p = am_slot(m, m->p, t, A);
  const float *asked = am_slot(m, m->asked, t, 1);
  for (int a = 0; a < A; a++)
    for (int k = 0; k < LANES; k++)
      error[a * LANES + k] += asked[k] * (answer[a * LANES + k] - p[a * LANES + k]);
}

/* error = factor (hit - p) + weight push + what is taught, where asked; factor [lanes]. */
static void output_error(const am_signalling *x, const am_signalling_memory *m, float *error,
                         const float *factor, float weight, bool taught, int t) {
  const int A = x->n_out;
  if (x->agent.learner.task->n_targets > 0) memset(error, 0, (size_t)(A * LANES) * sizeof(float));
  else
    am_policy_code()->error(error, am_slot(m, m->hit, t, A), am_slot(m, m->p, t, A),
                            am_slot(m, m->logp, t, A), am_slot(m, m->entropy, t, 1), factor,
                            am_slot(m, m->asked, t, 1), weight, A);
  if (taught && x->options.teach != AM_TEACH_REWARD) add_taught(x, m, error, t);
}

/* What the way from the first policy adds to it, and that way. */
static void leave_first(const am_signalling *x, const am_signalling_memory *m, am_turn *turn,
                        float *error, int t) {
  const int A = x->n_out;
  if (!m->first) return;
  am_policy_code()->leave(error, m->kl, am_slot(m, m->p, t, A), am_slot(m, m->logp, t, A),
                          am_slot(m, m->says, t, A), am_slot(m, m->asked, t, 1),
                          x->options.kl_weight, A);
  for (int k = 0; k < LANES; k++) turn->sums->kl += (double)m->kl[k];
}

/* The loss that is reported: of what is taught, else the square of dopamine. */
static void add_loss(const am_signalling *x, const am_signalling_memory *m, am_turn *turn,
                     const float *delta, int t) {
  const int A = x->n_out;
  const float *asked = am_slot(m, m->asked, t, 1), *answer = am_slot(m, m->answer, t, A);
  for (int k = 0; k < LANES; k++) {
    if (x->options.teach == AM_TEACH_REWARD) {
      turn->sums->loss += (double)(delta[k] * delta[k]);
      continue;
    }
    for (int a = 0; a < A; a++) {
      const int at = a * LANES + k;
      if (x->agent.learner.task->n_targets > 0) {
        const float off = answer[at] - am_slot(m, m->p, t, A)[at];
        turn->sums->loss += (double)(asked[k] * off * off);
      } else if (answer[at] > 0) {
        turn->sums->loss -= (double)am_slot(m, m->logp, t, A)[at];
      }
    }
  }
}

/* What follows from an error at the output for what lies below: error [n_out] becomes what reaches
 * W_o and B; L [n_units] is scratch; dgain: of each segment. */
static void feed_back(const am_signalling *x, const am_signalling_memory *m, float *error, float *L,
                      float *const dgain[AM_SEGMENTS], int t) {
  const am_signalling_gains *out = &x->gains[AM_OUTPUT], *in = &x->gains[AM_INPUT];
  const float *w = x->agent.parameters;
  const int A = x->n_out;
  if (out->n) {
    am_signalling_code()->credit(m->through, dgain[AM_OUTPUT], error,
                                 am_slot(m, m->m[AM_OUTPUT], t, A), am_slot(m, m->meant, t, A),
                                 out->most, A);
    memcpy(error, m->through, (size_t)(A * LANES) * sizeof *error);
  }
  if (in->n) {
    am_linear_code()->forward(L, w + x->bi_w, NULL, error, in->n, A);
    am_signalling_code()->credit(m->through, dgain[AM_INPUT], L,
                                 am_slot(m, m->m[AM_INPUT], t, in->n), am_slot(m, m->u, t, in->n),
                                 in->most, in->n);
  }
  am_linear_code()->forward(L, w + x->b_w, NULL, error, x->n_units, A);
}

/* The credit of a layer's units from L, and dgain of theirs. */
static void assign(const am_signalling *x, const am_signalling_memory *m, float *credit,
                   float *dgain, const float *L, int layer, int t) {
  const size_t at = (size_t)x->from[layer] * LANES;
  am_signalling_code()->credit(credit, dgain + at, L + at, am_m_at(x, m, layer, t),
                               am_h_at(x, m, layer, t), x->options.gain,
                               x->units.plan[layer]->n_outputs);
}

/* ------------------------------------------------------------------------------ window */
static float *part(float *base, int t, int rows) { return base + (size_t)t * (size_t)rows * LANES; }

/* delta and A of every step */
static void window_dopamine(const am_signalling *x, am_signalling_memory *m, am_turn *turn) {
  const am_signalling_options *o = &x->options;
  const int T = x->agent.learner.task->n_steps;
  am_policy_code()->dopamine(m->deltas, m->A, am_slot(m, m->reward, 0, 1),
                             am_slot(m, m->value, 0, 1), am_slot(m, m->live, 0, 1), LANES, o->gamma,
                             o->lambda, T);
  if (o->control != AM_CONTROL_RANDOM) return;
  for (int t = T - 1; t >= 0; t--) {
    noise(part(m->deltas, t, 1), turn, t);
    for (int k = 0; k < LANES; k++)
      part(m->A, t, 1)[k] = part(m->deltas, t, 1)[k] +
                            (t + 1 < T ? o->gamma * o->lambda * part(m->A, t + 1, 1)[k] : 0);
  }
}

static float *credit_at(const am_stack *s, const am_stack_memory *blocks, int layer, int t) {
  return am_stack_gradient(s, blocks, layer, t) + (size_t)s->plan[layer]->output * LANES;
}

static void window_credits(const am_signalling *x, am_signalling_memory *m, am_turn *turn) {
  const am_signalling_options *o = &x->options;
  const int A = x->n_out, T = x->agent.learner.task->n_steps;
  am_stack_clear(&x->units, &m->units);
  for (int t = 0; t < T; t++) {
    float *error = part(m->error, t, A), *met = part(m->A, t, 1), *dgain[AM_SEGMENTS];
    const float *live = am_slot(m, m->live, t, 1);
    for (int q = 0; q < AM_SEGMENTS; q++) dgain[q] = part(m->dgains[q], t, x->gains[q].n);
    for (int k = 0; k < LANES; k++) m->factor[k] = o->teach == AM_TEACH_SUPERVISED ? 0 : met[k];
    output_error(x, m, error, m->factor, o->entropy_weight, true, t);
    leave_first(x, m, turn, error, t);
    feed_back(x, m, error, m->L, dgain, t);
    for (int l = 0; l < x->units.n_layers; l++)
      assign(x, m, credit_at(&x->units, &m->units, l, t), dgain[AM_UNITS], m->L, l, t);
    add_loss(x, m, turn, part(m->deltas, t, 1), t);
    for (int k = 0; k < LANES; k++) met[k] *= live[k]; /* from here on for the critic */
  }
}

/* From the credits of the outputs of a layer of n steps, back through its own units alone and
 * through the gains m between two steps, `gain_step` apart, if there are any; then the sum of
 * products. */
typedef struct past {
  const am_stack *stack;
  const am_stack_memory *blocks;
  int layer;
  const float *input, *gained, *gain;
  size_t input_step, gain_step;
} past;

static void window_layer(const am_signalling *x, const am_signalling_memory *m, float *change,
                         const past *q) {
  const am_plan *p = q->stack->plan[q->layer];
  am_plan_living living[AM_TRACES_MAX];
  for (int t = q->blocks->n_steps - 1; t >= 0; t--) {
    am_plan_step step = am_stack_step_of(q->stack, q->blocks, q->layer, t,
                                         x->agent.parameters + q->stack->at[q->layer],
                                         q->input + (size_t)t * q->input_step, living);
    const am_plan_gradient gradient = {.block = am_stack_gradient(q->stack, q->blocks, q->layer, t),
                                       .before =
                                           am_stack_gradient(q->stack, q->blocks, q->layer, t - 1),
                                       .fixed = q->blocks->layer[q->layer].fixed_gradient,
                                       .gained = q->gain ? m->back : NULL};
    if (q->gain) step.gained = q->gained + (size_t)t * q->gain_step;
    memset(m->back, 0, (size_t)p->n_outputs * LANES * sizeof *m->back);
    am_plan_lanes_code()->local(p, &step, &gradient, x->reach);
    if (q->gain && p->output_is_state)
      am_eligibility_code()->ungain(gradient.before + (size_t)p->output * LANES,
                                    q->gain + (size_t)t * q->gain_step, m->back, p->n_outputs);
  }
  am_stack_collect(q->stack, q->blocks, q->layer, change, q->input, q->input_step, q->gained,
                   q->gain_step);
}

static void window_units(const am_signalling *x, const am_signalling_memory *m,
                         const am_turn *turn) {
  for (int l = 0; l < x->units.n_layers; l++) {
    past q = {.stack = &x->units,
              .blocks = &m->units,
              .layer = l,
              .gained = am_o_at(x, m, l, -1),
              .gain = am_m_at(x, m, l, -1),
              .gain_step = (size_t)x->n_units * LANES};
    q.input = am_input_at(x, m, l, 0, x->units.dropout > 0, &q.input_step);
    window_layer(x, m, turn->change, &q);
  }
}

/* The signalling GRU's own weights: the credit of a unit is its weight in the critic. */
static void window_signal(const am_signalling *x, const am_signalling_memory *m,
                          const am_turn *turn) {
  am_stack_clear(&x->signal, &m->signal);
  for (int t = 0; t < m->signal.n_steps; t++)
    am_signalling_code()->spread(credit_at(&x->signal, &m->signal, 0, t),
                                 x->agent.parameters + x->v_w, part(m->A, t, 1),
                                 x->options.n_signal);
  window_layer(x, m, turn->change,
               &(past){.stack = &x->signal,
                       .blocks = &m->signal,
                       .input = am_slot(m, m->heard, 0, x->n_heard),
                       .input_step = (size_t)x->n_heard * LANES});
}

static void window(const am_signalling *x, am_signalling_memory *m, am_turn *turn) {
  const am_signalling_options *o = &x->options;
  const int A = x->n_out, T = x->agent.learner.task->n_steps;
  float *change = turn->change;
  window_dopamine(x, m, turn);
  window_credits(x, m, turn);
  am_linear_code()->collect(change + x->o_w, change + x->o_b, m->error, (size_t)(A * LANES),
                            am_o_at(x, m, x->units.n_layers - 1, 0), (size_t)(x->n_units * LANES),
                            T, A, x->n);
  for (int q = 0; q < AM_SEGMENTS; q++) {
    const am_signalling_gains *g = &x->gains[q];
    if (g->n > 0 && g->most > 0)
      am_linear_code()->collect(change + g->w, NULL, m->dgains[q], (size_t)(g->n * LANES),
                                am_s_at(x, m, -1), am_stack_stride(&x->signal), T, g->n,
                                o->n_signal);
  }
  am_linear_code()->collect(change + x->v_w, change + x->v_b, m->A, LANES,
                            am_slot(m, m->seen, 0, x->n_seen), (size_t)(x->n_seen * LANES), T, 1,
                            x->n_seen);
  window_units(x, m, turn);
  if (o->signal > 0) window_signal(x, m, turn);
}

/* ------------------------------------------------------------------------------ online */
void am_signalling_learn_begin(const am_signalling *x, am_signalling_memory *m) {
  const am_signalling_options *o = &x->options;
  const size_t lanes = LANES * sizeof(float);
  if (o->form == AM_FORM_WINDOW) return;
  for (int l = 0; l < x->units.n_layers; l++) am_eligibility_begin(&x->traces[l], &m->e[l]);
  if (o->signal > 0) am_eligibility_begin(&x->signal_traces, &m->signal_e);
  memset(m->o_tag, 0, (size_t)(x->n_out * x->n) * lanes);
  memset(m->ob_tag, 0, (size_t)x->n_out * lanes);
  for (int q = 0; q < AM_SEGMENTS; q++)
    memset(m->a_tag[q], 0, (size_t)(x->gains[q].n * o->n_signal) * lanes);
  memset(m->v_tag, 0, (size_t)x->n_seen * lanes);
  memset(m->vb_tag, 0, lanes);
}

/* delta: of the step before, NULL at the first. */
static void online_units(const am_signalling *x, am_signalling_memory *m, const am_turn *turn,
                         const float *delta, int t) {
  for (int l = 0; l < x->units.n_layers; l++) {
    const size_t at = (size_t)x->from[l] * LANES;
    am_plan_living living[AM_TRACES_MAX];
    const am_plan_step step = am_layer_step(x, m, l, t, x->units.dropout > 0, living);
    assign(x, m, m->credit + at, m->dgain[AM_UNITS], m->L, l, t);
    assign(x, m, m->credit_now + at, m->dgain_now[AM_UNITS], m->N, l, t);
    am_eligibility_move(&x->traces[l], &m->e[l], turn->change + x->units.at[l],
                        &(am_eligibility_moment){.step = &step,
                                                 .gain = am_m_at(x, m, l, t - 1),
                                                 .credit = m->credit + at,
                                                 .now = m->credit_now + at,
                                                 .delta = delta,
                                                 .k = x->options.gamma * x->options.lambda,
                                                 .reach = x->reach});
  }
}

static void online_signal(const am_signalling *x, am_signalling_memory *m, const am_turn *turn,
                          const float *delta, int t) {
  float *credit = m->credit; /* n_signal rows or more: free by now */
  am_signalling_code()->spread(credit, x->agent.parameters + x->v_w, am_slot(m, m->live, t, 1),
                               x->options.n_signal);
  const am_plan_step step = am_signal_step(x, m, t);
  am_eligibility_move(&x->signal_traces, &m->signal_e, turn->change + x->signal.at[0],
                      &(am_eligibility_moment){.step = &step,
                                               .credit = credit,
                                               .delta = delta,
                                               .k = x->options.gamma * x->options.lambda,
                                               .reach = x->reach});
}

static void online_gains(const am_signalling *x, const am_signalling_memory *m, float *change,
                         const float *delta, int t) {
  for (int q = 0; q < AM_SEGMENTS; q++) {
    const am_signalling_gains *g = &x->gains[q];
    if (g->n > 0 && g->most > 0)
      am_linear_code()->online(change + g->w, m->a_tag[q], delta,
                               x->options.gamma * x->options.lambda, m->dgain[q], m->dgain_now[q],
                               am_s_at(x, m, t - 1), g->n, x->options.n_signal);
  }
}

/* What is wrong at the output now, with dopamine and without, and what follows for all below. */
static void online_errors(const am_signalling *x, am_signalling_memory *m, am_turn *turn, int t) {
  const am_signalling_options *o = &x->options;
  for (int q = 0; q < LANES; q++) m->factor[q] = o->teach == AM_TEACH_SUPERVISED ? 0 : 1;
  output_error(x, m, m->eps, m->factor, 0, false, t);
  memset(m->factor, 0, LANES * sizeof(float));
  output_error(x, m, m->now, m->factor, o->entropy_weight, true, t);
  leave_first(x, m, turn, m->now, t);
  feed_back(x, m, m->eps, m->L, m->dgain, t);
  feed_back(x, m, m->now, m->N, m->dgain_now, t);
}

static void online_step(const am_signalling *x, am_signalling_memory *m, am_turn *turn, int t) {
  const am_signalling_options *o = &x->options;
  const int A = x->n_out;
  const float k = o->gamma * o->lambda, *delta = NULL;
  float *change = turn->change;
  if (t > 0) {
    am_signalling_delta(x, m, t - 1);
    if (o->control == AM_CONTROL_RANDOM) noise(m->delta, turn, t - 1);
    if (o->teach == AM_TEACH_REWARD) add_loss(x, m, turn, m->delta, t - 1);
    delta = m->delta;
  }
  if (o->teach != AM_TEACH_REWARD) add_loss(x, m, turn, NULL, t);
  online_errors(x, m, turn, t);
  am_linear_code()->online(change + x->o_w, m->o_tag, delta, k, m->eps, m->now,
                           am_o_at(x, m, x->units.n_layers - 1, t), A, x->n);
  am_linear_code()->online(change + x->o_b, m->ob_tag, delta, k, m->eps, m->now, NULL, A, 1);
  const float *live = am_slot(m, m->live, t, 1);
  am_linear_code()->online(change + x->v_w, m->v_tag, delta, k, live, NULL,
                           am_slot(m, m->seen, t, x->n_seen), 1, x->n_seen);
  am_linear_code()->online(change + x->v_b, m->vb_tag, delta, k, live, NULL, NULL, 1, 1);
  online_units(x, m, turn, delta, t);
  online_gains(x, m, change, delta, t);
  if (o->signal > 0) online_signal(x, m, turn, delta, t);
}

/* The dopamine of the last step. */
static void online_end(const am_signalling *x, am_signalling_memory *m, am_turn *turn) {
  const am_signalling_options *o = &x->options;
  const int last = x->agent.learner.task->n_steps - 1;
  float *change = turn->change;
  am_signalling_delta(x, m, last);
  if (o->control == AM_CONTROL_RANDOM) noise(m->delta, turn, last);
  if (o->teach == AM_TEACH_REWARD) add_loss(x, m, turn, m->delta, last);
  am_linear_code()->harvest(change + x->o_w, m->o_tag, m->delta, x->n_out * x->n, 1);
  am_linear_code()->harvest(change + x->o_b, m->ob_tag, m->delta, x->n_out, 1);
  am_linear_code()->harvest(change + x->v_w, m->v_tag, m->delta, x->n_seen, 1);
  am_linear_code()->harvest(change + x->v_b, m->vb_tag, m->delta, 1, 1);
  for (int q = 0; q < AM_SEGMENTS; q++)
    if (x->gains[q].most > 0)
      am_linear_code()->harvest(change + x->gains[q].w, m->a_tag[q], m->delta,
                                x->gains[q].n * o->n_signal, 1);
  for (int l = 0; l < x->units.n_layers; l++)
    am_eligibility_code()->harvest(&x->traces[l], &m->e[l], change + x->units.at[l], m->delta);
  if (o->signal > 0)
    am_eligibility_code()->harvest(&x->signal_traces, &m->signal_e, change + x->signal.at[0],
                                   m->delta);
}

void am_signalling_learn_step(const am_signalling *x, am_signalling_memory *m, am_turn *turn,
                              int t) {
  if (x->options.form == AM_FORM_ONLINE) online_step(x, m, turn, t);
}

void am_signalling_learn_end(const am_signalling *x, am_signalling_memory *m, am_turn *turn) {
  if (x->options.form == AM_FORM_ONLINE) online_end(x, m, turn);
  else window(x, m, turn);
}
