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

/* L [n_units] = B error */
static void feed_back(const am_signalling *x, float *L, const float *error) {
  am_linear_code()->forward(L, x->agent.parameters + x->b_w, NULL, error, x->n_units, x->n_out);
}

/* Credits of every layer from the error at the output: credit [layer][n] (each layer's part begins
 * credit_step elements after the one before), dgain [n_units]. */
static void assign(const am_signalling *x, const am_signalling_memory *m, float *credit,
                   size_t credit_step, float *dgain, const float *L, int t) {
  const int n = x->options.n_hidden;
  for (int l = 0; l < x->options.n_layers; l++)
    am_signalling_code()->credit(credit + (size_t)l * credit_step, dgain + l * n * LANES,
                                 L + l * n * LANES, am_m_at(x, m, l, t), am_h_at(x, m, l, t),
                                 x->options.gain, n);
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

static void window_credits(const am_signalling *x, am_signalling_memory *m, am_turn *turn) {
  const am_signalling_options *o = &x->options;
  const int A = x->n_out, T = x->agent.learner.task->n_steps, n = o->n_hidden;
  for (int t = 0; t < T; t++) {
    float *error = part(m->error, t, A), *met = part(m->A, t, 1);
    const float *live = am_slot(m, m->live, t, 1);
    for (int k = 0; k < LANES; k++) m->factor[k] = o->teach == AM_TEACH_SUPERVISED ? 0 : met[k];
    output_error(x, m, error, m->factor, o->entropy_weight, true, t);
    feed_back(x, m->L, error);
    assign(x, m, part(m->credits, t, n), (size_t)(T * n * LANES), part(m->dgains, t, x->n_units),
           m->L, t);
    add_loss(x, m, turn, part(m->deltas, t, 1), t);
    for (int k = 0; k < LANES; k++) met[k] *= live[k]; /* from here on for the critic */
  }
}

/* Changes of one GRU from its credits [T][n], by a scan and one sum of products. */
static void window_gru(const am_signalling *x, am_signalling_memory *m, const am_gru_cell *cell,
                       const am_gru_change *change, am_gru_window *w, float *credits,
                       const float *held, const float *gain, size_t gain_step) {
  const int n = cell->n, T = w->n_steps;
  for (int t = 0; t < T; t++)
    am_gru_code()->own(cell, part(m->owns, t, n), w->state + (size_t)t * w->state_step,
                       held + (size_t)t * w->state_step, gain ? gain + (size_t)t * gain_step : NULL,
                       x->options.trace);
  am_gru_trace_code()->scan(credits, (size_t)(n * LANES), m->owns, (size_t)(n * LANES), T, n);
  w->gates = m->all_gates;
  w->gates_step = (size_t)(AM_GRU_GATES * n * LANES);
  for (int t = 0; t < T; t++)
    am_gru_code()->gates(cell, m->all_gates + (size_t)t * w->gates_step,
                         w->state + (size_t)t * w->state_step, held + (size_t)t * w->state_step,
                         credits + (size_t)(t * n * LANES));
  am_gru_code()->collect(cell, change, w);
}

static void window_layer(const am_signalling *x, am_signalling_memory *m, const am_turn *turn,
                         int layer) {
  const am_signalling_options *o = &x->options;
  const int n = o->n_hidden, T = x->agent.learner.task->n_steps;
  const bool dropped = o->dropout > 0;
  const size_t rows = (size_t)(n * LANES), units = (size_t)(x->n_units * LANES);
  const am_gru_cell cell = am_gru_cell_of(&x->gru, x->agent.parameters, layer);
  const am_gru_change change = am_gru_change_of(&x->gru, turn->change, layer);
  am_gru_window w = {.n_steps = T,
                     .x = am_input_at(x, m, layer, 0, dropped),
                     .before = am_o_at(x, m, layer, -1),
                     .state = am_state_at(x, m, layer, 0),
                     .x_step = layer == 0 ? (size_t)(turn->group.task->n_inputs * LANES)
                               : dropped  ? rows
                                          : units,
                     .before_step = units,
                     .state_step = AM_GRU_ROWS * rows};
  window_gru(x, m, &cell, &change, &w, part(m->credits, layer * T, n), am_h_at(x, m, layer, -1),
             am_m_at(x, m, layer, -1), units);
}

/* The signalling GRU's own weights: the credit of a unit is its weight in the critic. */
static void window_signal(const am_signalling *x, am_signalling_memory *m, const am_turn *turn) {
  const int S = x->options.n_signal, T = x->agent.learner.task->n_steps;
  const size_t rows = (size_t)(S * LANES);
  const am_gru_cell cell = am_gru_cell_of(&x->signal, x->agent.parameters, 0);
  const am_gru_change change = am_gru_change_of(&x->signal, turn->change, 0);
  am_gru_window w = {.n_steps = T,
                     .x = am_slot(m, m->heard, 0, x->n_heard),
                     .before = am_s_at(x, m, -1),
                     .state = am_slot(m, m->s, 0, AM_GRU_ROWS * S),
                     .x_step = (size_t)(x->n_heard * LANES),
                     .before_step = AM_GRU_ROWS * rows,
                     .state_step = AM_GRU_ROWS * rows};
  for (int t = 0; t < T; t++)
    am_signalling_code()->spread(part(m->credits, t, S), x->agent.parameters + x->v_w,
                                 part(m->A, t, 1), S);
  window_gru(x, m, &cell, &change, &w, m->credits, am_s_at(x, m, -1), NULL, 0);
}

static void window(const am_signalling *x, am_signalling_memory *m, am_turn *turn) {
  const am_signalling_options *o = &x->options;
  const int A = x->n_out, T = x->agent.learner.task->n_steps, n = o->n_hidden, S = o->n_signal;
  const size_t units = (size_t)(x->n_units * LANES);
  float *change = turn->change;
  window_dopamine(x, m, turn);
  window_credits(x, m, turn);
  am_linear_code()->collect(change + x->o_w, change + x->o_b, m->error, (size_t)(A * LANES),
                            am_o_at(x, m, o->n_layers - 1, 0), units, T, A, n);
  if (o->gain > 0)
    am_linear_code()->collect(change + x->a_w, NULL, m->dgains, units, am_s_at(x, m, -1),
                              (size_t)(AM_GRU_ROWS * S * LANES), T, x->n_units, S);
  am_linear_code()->collect(change + x->v_w, change + x->v_b, m->A, LANES,
                            am_slot(m, m->seen, 0, x->n_seen), (size_t)(x->n_seen * LANES), T, 1,
                            x->n_seen);
  for (int l = 0; l < o->n_layers; l++) window_layer(x, m, turn, l);
  if (o->signal > 0) window_signal(x, m, turn);
}

/* ------------------------------------------------------------------------------ online */
static void clear(am_gru_traces *e, int n, int width) {
  const size_t lanes = LANES * sizeof(float), rows = 3 * (size_t)n;
  memset(e->w_ih, 0, rows * (size_t)width * lanes);
  memset(e->w_hh, 0, rows * (size_t)n * lanes);
  memset(e->b_ih, 0, rows * lanes);
  memset(e->b_hh, 0, rows * lanes);
}

void am_signalling_learn_begin(const am_signalling *x, am_signalling_memory *m) {
  const am_signalling_options *o = &x->options;
  const size_t lanes = LANES * sizeof(float);
  if (o->form == AM_FORM_WINDOW) return;
  for (int l = 0; l < o->n_layers; l++) {
    clear(&m->e[l], o->n_hidden, am_gru_width(&x->gru, l));
    clear(&m->tag[l], o->n_hidden, am_gru_width(&x->gru, l));
  }
  if (o->signal > 0) {
    clear(&m->signal_e, o->n_signal, x->n_heard);
    clear(&m->signal_tag, o->n_signal, x->n_heard);
  }
  memset(m->o_tag, 0, (size_t)(x->n_out * o->n_hidden) * lanes);
  memset(m->ob_tag, 0, (size_t)x->n_out * lanes);
  memset(m->a_tag, 0, (size_t)(x->n_units * o->n_signal) * lanes);
  memset(m->v_tag, 0, (size_t)x->n_seen * lanes);
  memset(m->vb_tag, 0, lanes);
}

/* One GRU's traces and tags move on; delta is that of the step before, NULL at the first. */
static void online_gru(const am_signalling *x, am_signalling_memory *m, const am_gru_cell *cell,
                       const am_gru_change *change, const am_gru_traces *e,
                       const am_gru_traces *tag, const am_gru_moment *moment, const float *state,
                       const float *held, const float *gain) {
  am_gru_moment now = *moment;
  for (int k = 0; k < cell->n * LANES; k++) m->ones[k] = 1;
  am_gru_code()->gates(cell, m->gates, state, held, m->ones);
  am_gru_code()->own(cell, m->own, state, held, gain, x->options.trace);
  now.psi = m->gates;
  now.own = m->own;
  now.k = x->options.gamma * x->options.lambda;
  am_gru_trace_code()->online(cell, change, e, tag, &now);
}

static void online_layers(const am_signalling *x, am_signalling_memory *m, const am_turn *turn,
                          const float *delta, int t) {
  const am_signalling_options *o = &x->options;
  const int n = o->n_hidden;
  for (int l = 0; l < o->n_layers; l++) {
    const am_gru_cell cell = am_gru_cell_of(&x->gru, x->agent.parameters, l);
    const am_gru_change change = am_gru_change_of(&x->gru, turn->change, l);
    const am_gru_moment moment = {.x = am_input_at(x, m, l, t, o->dropout > 0),
                                  .before = am_o_at(x, m, l, t - 1),
                                  .credit = m->credit + l * n * LANES,
                                  .now = m->credit_now + l * n * LANES,
                                  .delta = delta};
    online_gru(x, m, &cell, &change, &m->e[l], &m->tag[l], &moment, am_state_at(x, m, l, t),
               am_h_at(x, m, l, t - 1), am_m_at(x, m, l, t - 1));
  }
}

static void online_signal(const am_signalling *x, am_signalling_memory *m, const am_turn *turn,
                          const float *delta, int t) {
  const int S = x->options.n_signal;
  const am_gru_cell cell = am_gru_cell_of(&x->signal, x->agent.parameters, 0);
  const am_gru_change change = am_gru_change_of(&x->signal, turn->change, 0);
  float *credit = m->credit; /* n_units or more rows: free by now */
  am_signalling_code()->spread(credit, x->agent.parameters + x->v_w, am_slot(m, m->live, t, 1), S);
  const am_gru_moment moment = {.x = am_slot(m, m->heard, t, x->n_heard),
                                .before = am_s_at(x, m, t - 1),
                                .credit = credit,
                                .delta = delta};
  online_gru(x, m, &cell, &change, &m->signal_e, &m->signal_tag, &moment,
             am_slot(m, m->s, t, AM_GRU_ROWS * S), am_s_at(x, m, t - 1), NULL);
}

static void online_step(const am_signalling *x, am_signalling_memory *m, am_turn *turn, int t) {
  const am_signalling_options *o = &x->options;
  const int A = x->n_out, n = o->n_hidden;
  const size_t row = (size_t)(n * LANES);
  const float k = o->gamma * o->lambda, *delta = NULL;
  float *change = turn->change;
  if (t > 0) {
    am_signalling_delta(x, m, t - 1);
    if (o->control == AM_CONTROL_RANDOM) noise(m->delta, turn, t - 1);
    if (o->teach == AM_TEACH_REWARD) add_loss(x, m, turn, m->delta, t - 1);
    delta = m->delta;
  }
  if (o->teach != AM_TEACH_REWARD) add_loss(x, m, turn, NULL, t);
  for (int q = 0; q < LANES; q++) m->factor[q] = o->teach == AM_TEACH_SUPERVISED ? 0 : 1;
  output_error(x, m, m->eps, m->factor, 0, false, t);
  memset(m->factor, 0, LANES * sizeof(float));
  output_error(x, m, m->now, m->factor, o->entropy_weight, true, t);
  feed_back(x, m->L, m->eps);
  feed_back(x, m->N, m->now);
  assign(x, m, m->credit, row, m->dgain, m->L, t);
  assign(x, m, m->credit_now, row, m->dgain_now, m->N, t);
  am_linear_code()->online(change + x->o_w, m->o_tag, delta, k, m->eps, m->now,
                           am_o_at(x, m, o->n_layers - 1, t), A, n);
  am_linear_code()->online(change + x->o_b, m->ob_tag, delta, k, m->eps, m->now, NULL, A, 1);
  if (o->gain > 0)
    am_linear_code()->online(change + x->a_w, m->a_tag, delta, k, m->dgain, m->dgain_now,
                             am_s_at(x, m, t - 1), x->n_units, o->n_signal);
  const float *live = am_slot(m, m->live, t, 1);
  am_linear_code()->online(change + x->v_w, m->v_tag, delta, k, live, NULL,
                           am_slot(m, m->seen, t, x->n_seen), 1, x->n_seen);
  am_linear_code()->online(change + x->v_b, m->vb_tag, delta, k, live, NULL, NULL, 1, 1);
  online_layers(x, m, turn, delta, t);
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
  const struct {
    size_t at;
    const float *tag;
    int n;
  } parts[] = {{x->o_w, m->o_tag, x->n_out * o->n_hidden},
               {x->o_b, m->ob_tag, x->n_out},
               {x->a_w, m->a_tag, o->gain > 0 ? x->n_units * o->n_signal : 0},
               {x->v_w, m->v_tag, x->n_seen},
               {x->v_b, m->vb_tag, 1}};
  for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
    am_linear_code()->harvest(change + parts[k].at, parts[k].tag, m->delta, parts[k].n, 1);
  for (int l = 0; l < o->n_layers; l++) {
    const am_gru_cell cell = am_gru_cell_of(&x->gru, x->agent.parameters, l);
    const am_gru_change to = am_gru_change_of(&x->gru, change, l);
    am_gru_trace_code()->harvest(&cell, &to, &m->tag[l], m->delta);
  }
  if (o->signal > 0) {
    const am_gru_cell cell = am_gru_cell_of(&x->signal, x->agent.parameters, 0);
    const am_gru_change to = am_gru_change_of(&x->signal, change, 0);
    am_gru_trace_code()->harvest(&cell, &to, &m->signal_tag, m->delta);
  }
}

void am_signalling_learn_step(const am_signalling *x, am_signalling_memory *m, am_turn *turn,
                              int t) {
  if (x->options.form == AM_FORM_ONLINE) online_step(x, m, turn, t);
}

void am_signalling_learn_end(const am_signalling *x, am_signalling_memory *m, am_turn *turn) {
  if (x->options.form == AM_FORM_ONLINE) online_end(x, m, turn);
  else window(x, m, turn);
}
