/* A group of episodes lived by the Neuromodulator Signaling Model (equations: signalling.h). */
#include <math.h>
#include <string.h>

#include "learner/policy_lane.h"
#include "learner/signalling_lane.h"
#include "learner/signalling_state.h"
#include "network/linear_lane.h"

size_t am_signalling_lay_out(am_signalling_memory *m, float *block, const am_signalling *x) {
  const am_signalling_options *o = &x->options;
  const am_task *task = x->agent.learner.task;
  const bool online = o->form == AM_FORM_ONLINE;
  const size_t T = online ? 0 : (size_t)task->n_steps, slots = online ? 2 : T + 1;
  const size_t I = (size_t)task->n_inputs, A = (size_t)x->n_out, U = (size_t)x->n_units;
  const size_t n = (size_t)o->n_hidden, S = (size_t)o->n_signal, heard = (size_t)x->n_heard;
  const size_t seen = (size_t)x->n_seen, gates = (size_t)AM_GRU_GATES * (n > S ? n : S);
  const size_t most = n > S ? n : S;
  size_t at = 0;
#define CUT(field, rows) (m->field = block ? block + at : NULL, at += (rows) * (size_t)LANES)
#define SLOTS(field, rows) CUT(field, slots *(rows))
  m->n_slots = (int)slots;
  SLOTS(u, I), SLOTS(live, 1), SLOTS(asked, 1), SLOTS(hit, A), SLOTS(answer, A), SLOTS(reward, 1);
  SLOTS(p, A), SLOTS(logp, A), SLOTS(entropy, 1), SLOTS(value, 1), SLOTS(o, U), SLOTS(m, U);
  for (int l = 0; l < o->n_layers; l++) SLOTS(state[l], AM_GRU_ROWS * n);
  for (int l = 0; l + 1 < o->n_layers; l++) SLOTS(shown[l], o->dropout > 0 ? n : 0);
  SLOTS(heard, heard), SLOTS(s, AM_GRU_ROWS * S), SLOTS(seen, seen);
  CUT(mask, n), CUT(logits, A), CUT(eps, A), CUT(now, A), CUT(L, U), CUT(N, U),
      CUT(credit, U > S ? U : S);
  CUT(credit_now, U), CUT(dgain, U), CUT(dgain_now, U), CUT(own, most), CUT(ones, most);
  CUT(gates, gates), CUT(delta, 1), CUT(factor, 1), CUT(told, 1);
  CUT(deltas, T), CUT(A, T), CUT(error, T * A), CUT(owns, T * most), CUT(all_gates, T * gates);
  CUT(credits, T * (U > S ? U : S)), CUT(dgains, T * U);
  for (int l = 0; l <= o->n_layers && online; l++) {
    const bool signal = l == o->n_layers;
    const size_t rows = 3 * (signal ? S : n), cols = signal ? S : n;
    const size_t width = signal ? heard : (size_t)am_gru_width(&x->gru, l);
    if (signal && o->signal == 0) break;
    am_gru_traces *sets[2] = {signal ? &m->signal_e : &m->e[l],
                              signal ? &m->signal_tag : &m->tag[l]};
    for (int k = 0; k < 2; k++) {
      float **parts[] = {&sets[k]->w_ih, &sets[k]->w_hh, &sets[k]->b_ih, &sets[k]->b_hh};
      const size_t sizes[] = {rows * width, rows * cols, rows, rows};
      for (int q = 0; q < 4; q++) {
        *parts[q] = block ? block + at : NULL;
        at += sizes[q] * LANES;
      }
    }
  }
  CUT(o_tag, online ? A * n : 0), CUT(ob_tag, online ? A : 0), CUT(a_tag, online ? U * S : 0);
  CUT(v_tag, online ? seen : 0), CUT(vb_tag, online ? 1 : 0);
#undef SLOTS
#undef CUT
  return at * sizeof(float);
}

/* ------------------------------------------------------------------------------ one step */
static void clear_past(const am_signalling *x, const am_signalling_memory *m) {
  const am_signalling_options *o = &x->options;
  const size_t lanes = LANES * sizeof(float);
  for (int l = 0; l < o->n_layers; l++)
    memset(am_state_at(x, m, l, -1), 0, (size_t)(AM_GRU_ROWS * o->n_hidden) * lanes);
  memset(am_slot(m, m->s, -1, AM_GRU_ROWS * o->n_signal), 0,
         (size_t)(AM_GRU_ROWS * o->n_signal) * lanes);
  memset(am_slot(m, m->o, -1, x->n_units), 0, (size_t)x->n_units * lanes);
  memset(am_slot(m, m->m, -1, x->n_units), 0, (size_t)x->n_units * lanes);
  memset(am_slot(m, m->hit, -1, x->n_out), 0, (size_t)x->n_out * lanes);
  memset(am_slot(m, m->reward, -1, 1), 0, lanes);
}

/* Controller: h, m, o of every layer. */
static void control(const am_signalling *x, const am_signalling_memory *m, const am_turn *turn,
                    int t) {
  const am_signalling_options *o = &x->options;
  const int n = o->n_hidden;
  const bool dropped = o->dropout > 0 && turn->change;
  am_linear_code()->forward(am_m_at(x, m, 0, t), x->agent.parameters + x->a_w, NULL,
                            am_s_at(x, m, t - 1), x->n_units, o->n_signal);
  for (int l = 0; l < o->n_layers; l++) {
    const am_gru_cell cell = am_gru_cell_of(&x->gru, x->agent.parameters, l);
    am_gru_code()->step(&cell, am_state_at(x, m, l, t), am_input_at(x, m, l, t, dropped),
                        am_o_at(x, m, l, t - 1), am_h_at(x, m, l, t - 1));
    am_signalling_code()->gain(am_o_at(x, m, l, t), am_m_at(x, m, l, t), am_h_at(x, m, l, t),
                               o->gain, n);
    if (!dropped || l + 1 == o->n_layers) continue;
    const float *out = am_o_at(x, m, l, t);
    float *shown = am_slot(m, m->shown[l], t, n);
    am_group_mask(&turn->group, m->mask, l, t, n, o->dropout);
    for (int k = 0; k < n * LANES; k++) shown[k] = m->mask[k] * out[k];
  }
}

/* Output: p, or the real values. */
static void speak(const am_signalling *x, const am_signalling_memory *m, int t) {
  const float *p = x->agent.parameters;
  const int A = x->n_out;
  float *out = am_slot(m, m->p, t, A);
  const bool linear = x->agent.learner.task->n_targets > 0;
  am_linear_code()->forward(linear ? out : m->logits, p + x->o_w, p + x->o_b,
                            am_o_at(x, m, x->options.n_layers - 1, t), A, x->options.n_hidden);
  if (linear) return;
  am_policy_code()->policy(out, am_slot(m, m->logp, t, A), am_slot(m, m->entropy, t, 1), m->logits,
                           A);
}

/* Signalling GRU and critic: s, V. */
static void signal_step(const am_signalling *x, const am_signalling_memory *m, int t) {
  const am_signalling_options *o = &x->options;
  const size_t lanes = LANES * sizeof(float);
  const float *w = x->agent.parameters;
  const am_gru_cell cell = am_gru_cell_of(&x->signal, w, 0);
  const int A = x->n_out, U = x->n_units, S = o->n_signal;
  float *heard = am_slot(m, m->heard, t, x->n_heard), *seen = am_slot(m, m->seen, t, x->n_seen);
  memcpy(heard, am_o_at(x, m, 0, t), (size_t)U * lanes);
  memcpy(heard + U * LANES, am_slot(m, m->p, t, A), (size_t)A * lanes);
  memcpy(heard + (U + A) * LANES, am_slot(m, m->hit, t - 1, A), (size_t)A * lanes);
  memcpy(heard + (U + 2 * A) * LANES, am_slot(m, m->reward, t - 1, 1), lanes);
  am_gru_code()->step(&cell, am_slot(m, m->s, t, AM_GRU_ROWS * S), heard, am_s_at(x, m, t - 1),
                      am_s_at(x, m, t - 1));
  memcpy(seen, am_s_at(x, m, t), (size_t)S * lanes);
  if (o->critic_sees_output) memcpy(seen + S * LANES, am_o_at(x, m, 0, t), (size_t)U * lanes);
  am_linear_code()->forward(am_slot(m, m->value, t, 1), w + x->v_w, w + x->v_b, seen, 1, x->n_seen);
}

/* What the signalling GRU is told of the rewards: reward [t] from m->told. */
static void tell(const am_signalling *x, const am_signalling_memory *m, const am_turn *turn,
                 int t) {
  float *reward = am_slot(m, m->reward, t, 1);
  const double *n = x->agent.learner.numbers, spread = sqrt(fmax(n[3] - n[2] * n[2], 0));
  const float scale = x->options.adaptive ? (float)(1 / fmax(spread, AM_SPREAD_MIN)) : 1;
  for (int k = 0; k < LANES; k++) {
    const int who =
        x->options.control == AM_CONTROL_SHUFFLE && k < turn->group.n ? (k + 1) % turn->group.n : k;
    reward[k] = scale * m->told[who];
  }
}

/* Real values are compared with the targets, and the world moves on. */
static void compare(const am_signalling *x, const am_signalling_memory *m, am_turn *turn, int t) {
  const int A = x->n_out;
  am_group_compare(&turn->group, am_slot(m, m->answer, t, A), am_slot(m, m->asked, t, 1), m->told,
                   am_slot(m, m->p, t, A));
  memset(am_slot(m, m->hit, t, A), 0, (size_t)(A * LANES) * sizeof(float));
}

static void count(const am_signalling *x, const am_signalling_memory *m, const am_turn *turn,
                  int t) {
  am_agent_sums *s = turn->sums;
  for (int k = 0; k < LANES; k++) {
    s->reward[k] += m->told[k];
    if (am_slot(m, m->live, t, 1)[k] == 0) continue;
    s->steps++;
    s->value += (double)am_slot(m, m->value, t, 1)[k];
    if (x->agent.learner.task->n_targets == 0)
      s->entropy += (double)am_slot(m, m->entropy, t, 1)[k];
  }
}

/* ------------------------------------------------------------------------------ an episode */
static void record(const am_signalling *x, const am_signalling_memory *m, am_turn *turn, int t) {
  const int A = x->n_out;
  am_turn_record(turn, "activity", t, am_o_at(x, m, 0, t));
  am_turn_record(turn, "gain", t, am_m_at(x, m, 0, t));
  am_turn_record(turn, "output", t, am_slot(m, m->p, t, A));
  am_turn_record_actions(turn, t);
  am_turn_record(turn, "signal", t, am_s_at(x, m, t));
  am_turn_record(turn, "value", t, am_slot(m, m->value, t, 1));
  am_turn_record(turn, "told", t, am_slot(m, m->reward, t, 1));
  if (t > 0) { /* the dopamine of a step is known one step later */
    am_signalling_delta(x, m, t - 1);
    am_turn_record(turn, "dopamine", t - 1, m->delta);
  }
}

void am_signalling_begin(const am_signalling *x, am_signalling_memory *m, am_turn *turn) {
  am_signalling_lay_out(m, turn->scratch, x);
  clear_past(x, m);
  if (turn->change) am_signalling_learn_begin(x, m);
}

void am_signalling_think(const am_signalling *x, am_signalling_memory *m, am_turn *turn, int t) {
  const int n_inputs = x->agent.learner.task->n_inputs;
  am_group_observe(&turn->group, am_slot(m, m->u, t, n_inputs), am_slot(m, m->live, t, 1));
  control(x, m, turn, t);
  speak(x, m, t);
  signal_step(x, m, t);
}

void am_signalling_choose(const am_signalling *x, am_signalling_memory *m, am_turn *turn, int t) {
  const int A = x->n_out;
  float *hit = am_slot(m, m->hit, t, A), *asked = am_slot(m, m->asked, t, 1);
  am_group_answer(&turn->group, am_slot(m, m->answer, t, A), asked);
  am_group_choose(&turn->group, hit, am_slot(m, m->p, t, A), t, turn->greedy);
  /* what is done where nothing is asked for has no meaning */
  for (int a = 0; a < A; a++)
    for (int k = 0; k < LANES; k++) hit[a * LANES + k] *= asked[k];
}

void am_signalling_hear(const am_signalling *x, am_signalling_memory *m, am_turn *turn, int t) {
  tell(x, m, turn, t);
  count(x, m, turn, t);
  if (turn->change) am_signalling_learn_step(x, m, turn, t);
  if (turn->series) record(x, m, turn, t);
}

void am_signalling_end(const am_signalling *x, am_signalling_memory *m, am_turn *turn) {
  const int last = x->agent.learner.task->n_steps - 1;
  if (turn->change) am_signalling_learn_end(x, m, turn);
  if (!turn->series) return;
  am_signalling_delta(x, m, last);
  am_turn_record(turn, "dopamine", last, m->delta);
}

void am_signalling_play(const am_agent *a, am_turn *turn) {
  const am_signalling *x = am_signalling_of(a);
  const am_task *task = a->learner.task;
  am_signalling_memory m;
  am_signalling_begin(x, &m, turn);
  for (int t = 0; t < task->n_steps; t++) {
    am_signalling_think(x, &m, turn, t);
    if (task->n_targets > 0) {
      compare(x, &m, turn, t);
    } else {
      am_signalling_choose(x, &m, turn, t);
      am_group_move(&turn->group, m.told);
    }
    am_signalling_hear(x, &m, turn, t);
  }
  am_signalling_end(x, &m, turn);
}
